/* A module in the making: its sections (section.c), its functions' bodies (translate.c). Private to this
 * folder. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_PARSER_H
#define EOSIOFS_CORE_ENGINE_WASM_PARSER_H

#include "core/engine/wasm/module.h"
#include "core/engine/wasm/reader.h"

/* A function's body, as the code section has it. */
struct wasm_body {
	const uint8_t *locals, *code, *end; /* its groups of locals, counted; its instructions */
};

struct wasm_parser {
	struct wasm_module *module;
	const struct wasm_rules *rules;
	struct wasm_fault *fault;
	LIST(struct wasm_body) bodies;
	size_t tables, memories; /* imported ones too */
	size_t imported_globals;
	uint64_t mutable_bytes;
	uint16_t nesting; /* WASM_LEGACY: over the whole module (wasm.md W.3) */
	enum wasm_reason late; /* WASM_LEGACY: what the second parser will find */
};

/* A place at the end of a list, zeroed. */
#define LIST_ADD(list) \
	(memory_grow(&(list).at, &(list).capacity, (list).count + 1, sizeof *(list).at), \
	 memset(&(list).at[(list).count], 0, sizeof *(list).at), &(list).at[(list).count++])

static inline bool parser_refuse(struct wasm_parser *parser, enum wasm_reason reason)
{
	return wasm_refuse(parser->fault, reason);
}

/* A rule of WASM_LEGACY is broken; the first in their order is told, of the last two the first that was
 * met. */
static inline void parser_break(struct wasm_parser *parser, enum wasm_rule rule)
{
	enum wasm_rule *first = &parser->fault->rule;
	if (rule < *first && *first != WASM_RULE_NESTING)
		*first = rule;
	else if (rule < WASM_RULE_NESTING && rule < *first)
		*first = rule;
}

static inline bool is_value_type(uint8_t type)
{
	return type >= TYPE_F64 && type <= TYPE_I32;
}

/* How WASM_LEGACY's parser shows a type that it does not know: it takes types for small negative numbers. */
static inline uint32_t shown_type(uint8_t type)
{
	return (uint8_t)((type & 0x40 ? 0x80 : 0) - (type & 0x7f));
}

/* Bytes of a value, as the limits count. */
static inline uint32_t type_size(uint8_t type)
{
	return type == TYPE_I32 || type == TYPE_F32 ? 4 : 8;
}

/* Types that call_indirect cannot tell apart get one number. */
void wasm_index_types(struct wasm_module *module);
bool wasm_export_names_differ(const struct wasm_module *module);
/* The table as every run begins with it, as far as it has entries. */
void wasm_index_table(struct wasm_module *module);

/* Reads all sections. */
bool wasm_parse_sections(struct wasm_parser *parser, const void *code, size_t length);
/* Reads a body's groups of locals; its instructions begin behind them. */
bool wasm_check_locals(struct wasm_parser *parser, struct wasm_body *body);
/* Checks and translates all bodies. */
bool wasm_translate(struct wasm_parser *parser);

#endif
