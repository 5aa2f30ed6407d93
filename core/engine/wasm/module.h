/* What a translated module is made of; private to this folder. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_MODULE_H
#define EOSIOFS_CORE_ENGINE_WASM_MODULE_H

#include "core/engine/wasm/wasm.h"

/* Types as the binary format writes them. */
enum {
	TYPE_I32 = 0x7f,
	TYPE_I64 = 0x7e,
	TYPE_F32 = 0x7d,
	TYPE_F64 = 0x7c,
	TYPE_NONE = 0x40,
	TYPE_FUNCTION = 0x60,
	TYPE_FUNCREF = 0x70
};

struct wasm_signature {
	uint32_t first, count; /* of its parameters, in module->parameters */
	uint32_t canonical;    /* equal for types between which call_indirect sees no difference */
	uint8_t result;        /* TYPE_NONE: none */
};

/* An instruction of the register code: an operation (operation.h) and what it works on, mostly slots of
 * the function's frame. */
struct wasm_code {
	int32_t operation; /* its number; once linked, how far its handler is from the interpreter's first */
	uint32_t d, a, b;
};

/* A frame has the parameters, the locals, what the return needs, a zero, and the operands. */
enum { FRAME_RETURN = 0, FRAME_CALLER = 1, FRAME_ZERO = 2, FRAME_EXTRA = 3 }; /* behind the locals */

struct wasm_function {
	uint32_t signature;
	uint32_t code;       /* index of its first instruction */
	uint32_t parameters, locals; /* locals: with the parameters */
	uint32_t frame;      /* slots */
};

/* Text in module->names. */
struct module_text {
	uint32_t first, length;
};

struct wasm_import {
	struct module_text from, field;
	const struct wasm_host_function *host;
	uint32_t signature;
};

enum wasm_kind { KIND_FUNCTION, KIND_TABLE, KIND_MEMORY, KIND_GLOBAL };

struct wasm_export_entry {
	struct module_text name;
	uint32_t index;
	uint8_t kind;
};

struct wasm_global {
	uint64_t initial;
	uint8_t type;
	bool mutable;
};

struct wasm_segment {
	uint32_t address, length;
	size_t first; /* in module->data, or in module->elements */
};

/* A growing array of one type; `count` of them are used. */
#define LIST(type) \
	struct { \
		type *at; \
		size_t count, capacity; \
	}

struct wasm_module {
	LIST(struct wasm_signature) types;
	LIST(uint8_t) parameters;
	LIST(struct wasm_import) imports; /* of functions: they are the first functions */
	LIST(struct wasm_function) functions; /* those defined here */
	LIST(struct wasm_global) globals;
	LIST(struct wasm_export_entry) exports;
	LIST(struct wasm_segment) element_segments;
	LIST(uint32_t) elements;
	LIST(struct wasm_segment) data_segments;
	LIST(uint8_t) data;
	LIST(char) names;
	LIST(struct wasm_code) code;
	LIST(uint32_t) table; /* functions by their place; NO_FUNCTION: empty */
	bool has_memory, has_start;
	uint32_t table_initial, memory_initial, memory_maximum; /* memory in pages */
	uint32_t start;
	bool segment_outside; /* an element segment is not inside the table: no run can begin */
	bool trailing;        /* instructions after a function's end */
};

enum { NO_FUNCTION = UINT32_MAX };

/* The type of a function, imported or not; the index must be in range. */
static inline const struct wasm_signature *module_signature(const struct wasm_module *module,
                                                            uint32_t function)
{
	uint32_t imports = (uint32_t)module->imports.count;
	uint32_t type = function < imports ? module->imports.at[function].signature
	                                   : module->functions.at[function - imports].signature;
	return &module->types.at[type];
}

static inline uint32_t module_functions(const struct wasm_module *module)
{
	return (uint32_t)(module->imports.count + module->functions.count);
}

/* interpret.c: instructions get their handlers' places. */
void wasm_interpreter_link(struct wasm_code *code, size_t count);

#endif
