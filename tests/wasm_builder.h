/* Modules for tests, put together section by section. */
#ifndef EOSIOFS_TESTS_WASM_BUILDER_H
#define EOSIOFS_TESTS_WASM_BUILDER_H

#include "core/base/bytes.h"
#include "core/engine/wasm/wasm.h"

#include <string.h>

enum {
	SECTIONS = 12,
	BUILD_TYPE = 1,
	BUILD_IMPORT = 2,
	BUILD_FUNCTION = 3,
	BUILD_TABLE = 4,
	BUILD_MEMORY = 5,
	BUILD_GLOBAL = 6,
	BUILD_EXPORT = 7,
	BUILD_START = 8,
	BUILD_ELEMENT = 9,
	BUILD_CODE = 10,
	BUILD_DATA = 11
};

struct builder {
	struct bytes sections[SECTIONS]; /* what follows the count */
	uint32_t counts[SECTIONS];
};

uint8_t type_byte(char letter);
/* Signed LEB128. */
void put_leb(struct bytes *out, uint64_t value);
void put_op(struct bytes *out, uint8_t opcode, uint32_t immediate);
void put_i32(struct bytes *out, uint32_t value);
/* One more element of a section, as it is; gives its number. */
uint32_t build(struct builder *builder, int section, const void *data, size_t length);
uint32_t build_import(struct builder *builder, const char *module, const char *field, const char *letters);
uint32_t build_function(struct builder *builder, const char *letters, const char *locals, const void *body,
                        size_t length);
void build_export(struct builder *builder, const char *name, uint8_t kind, uint32_t index);

/* `apply`, of the type contracts have. */
#define BUILD_APPLY(builder, locals, body) \
	build_export(builder, "apply", 0, build_function(builder, "lll:v", locals, body, sizeof body - 1))
#define BUILD(builder, section, literal) build(builder, section, literal, sizeof literal - 1)

/* The module's bytes are added to *out; the builder is empty again. */
void build_finish(struct builder *builder, struct bytes *out);

#define TEST_LIMITS {1024, 1024, 8192, 65536, 8192, 1024, 8192, 20 << 20, 20 << 20, 528, 251}

struct wasm_rules test_rules(enum wasm_mode mode, wasm_find_import *find);

#endif
