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

static inline void builder_release(struct builder *builder)
{
	for (int i = 0; i < SECTIONS; i++)
		bytes_release(&builder->sections[i]);
	*builder = (struct builder){0};
}

static inline uint8_t type_byte(char letter)
{
	return letter == 'i' ? 0x7f : letter == 'l' ? 0x7e : letter == 'f' ? 0x7d : 0x7c;
}

/* Signed LEB128. */
static inline void put_leb(struct bytes *out, uint64_t value)
{
	int64_t left = (int64_t)value;
	for (bool more = true; more;) {
		uint8_t byte = left & 0x7f;
		left >>= 7;
		more = !((left == 0 && !(byte & 0x40)) || (left == -1 && (byte & 0x40)));
		bytes_put_u8(out, (uint8_t)(byte | (more ? 0x80 : 0)));
	}
}

static inline void put_op(struct bytes *out, uint8_t opcode, uint32_t immediate)
{
	bytes_put_u8(out, opcode);
	bytes_put_varuint32(out, immediate);
}

static inline void put_i32(struct bytes *out, uint32_t value)
{
	bytes_put_u8(out, 0x41);
	put_leb(out, (uint64_t)(int64_t)(int32_t)value);
}

/* One more element of a section, as it is; gives its number. */
static inline uint32_t build(struct builder *builder, int section, const void *data, size_t length)
{
	bytes_put(&builder->sections[section], data, length);
	return builder->counts[section]++;
}

/* A type by its letters, as struct wasm_host_function has them. */
static inline uint32_t build_type(struct builder *builder, const char *letters)
{
	struct bytes *out = &builder->sections[BUILD_TYPE];
	size_t count = strcspn(letters, ":");
	bytes_put_u8(out, 0x60);
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_u8(out, type_byte(letters[i]));
	bytes_put_u8(out, letters[count + 1] != 'v');
	if (letters[count + 1] != 'v')
		bytes_put_u8(out, type_byte(letters[count + 1]));
	return builder->counts[BUILD_TYPE]++;
}

static inline uint32_t build_import(struct builder *builder, const char *module, const char *field,
                                    const char *letters)
{
	struct bytes *out = &builder->sections[BUILD_IMPORT];
	uint32_t type = build_type(builder, letters);
	bytes_put_counted(out, module, strlen(module));
	bytes_put_counted(out, field, strlen(field));
	bytes_put_u8(out, 0);
	bytes_put_varuint32(out, type);
	return builder->counts[BUILD_IMPORT]++;
}

/* A function of a type, with locals by their letters; gives its number, imports counted. The body lacks its
 * `end`. */
static inline uint32_t build_typed(struct builder *builder, uint32_t type, const char *locals,
                                   const void *body, size_t length)
{
	struct bytes code = {0};
	bytes_put_varuint32(&builder->sections[BUILD_FUNCTION], type);
	bytes_put_varuint32(&code, (uint32_t)strlen(locals));
	for (; *locals; locals++) {
		bytes_put_varuint32(&code, 1);
		bytes_put_u8(&code, type_byte(*locals));
	}
	bytes_put(&code, body, length);
	bytes_put_u8(&code, 0x0b);
	bytes_put_counted(&builder->sections[BUILD_CODE], code.data, code.length);
	bytes_release(&code);
	builder->counts[BUILD_CODE]++;
	return builder->counts[BUILD_IMPORT] + builder->counts[BUILD_FUNCTION]++;
}

static inline uint32_t build_function(struct builder *builder, const char *letters, const char *locals,
                                      const void *body, size_t length)
{
	return build_typed(builder, build_type(builder, letters), locals, body, length);
}

static inline void build_export(struct builder *builder, const char *name, uint8_t kind, uint32_t index)
{
	struct bytes *out = &builder->sections[BUILD_EXPORT];
	bytes_put_counted(out, name, strlen(name));
	bytes_put_u8(out, kind);
	bytes_put_varuint32(out, index);
	builder->counts[BUILD_EXPORT]++;
}

/* `apply`, of the type contracts have. */
#define BUILD_APPLY(builder, locals, body) \
	build_export(builder, "apply", 0, build_function(builder, "lll:v", locals, body, sizeof body - 1))
#define BUILD(builder, section, literal) build(builder, section, literal, sizeof literal - 1)

/* The module's bytes are added to *out; the builder is empty again. */
static inline void build_finish(struct builder *builder, struct bytes *out)
{
	bytes_put(out, "\0asm\1\0\0", 8);
	for (int i = 1; i < SECTIONS; i++) {
		struct bytes section = {0};
		if (!builder->counts[i])
			continue;
		if (i != BUILD_START)
			bytes_put_varuint32(&section, builder->counts[i]);
		bytes_put(&section, builder->sections[i].data, builder->sections[i].length);
		bytes_put_u8(out, (uint8_t)i);
		bytes_put_counted(out, section.data, section.length);
		bytes_release(&section);
	}
	builder_release(builder);
}

#define TEST_LIMITS {1024, 1024, 8192, 65536, 8192, 1024, 8192, 20 << 20, 20 << 20, 528, 251}

static inline struct wasm_rules test_rules(enum wasm_mode mode, wasm_find_import *find)
{
	return (struct wasm_rules){.mode = mode, .limits = TEST_LIMITS, .nesting = true, .entry = "apply",
	                           .entry_signature = "lll:v", .find_import = find};
}

#endif
