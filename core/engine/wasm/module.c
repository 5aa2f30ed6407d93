/* Modules: made of their sections, asked for what they import and export. */
#include "core/engine/wasm/parser.h"

#include "core/base/memory.h"

#include <stdio.h>
#include <stdlib.h>

static uint8_t type_of_letter(char letter)
{
	switch (letter) {
	case 'i': return TYPE_I32;
	case 'l': return TYPE_I64;
	case 'f': return TYPE_F32;
	case 'd': return TYPE_F64;
	default: return TYPE_NONE;
	}
}

/* Is it the type that letters describe (struct wasm_host_function)? */
static bool module_signature_is(const struct wasm_module *module, const struct wasm_signature *type,
                         const char *letters)
{
	for (uint32_t i = 0; i < type->count; i++, letters++)
		if (*letters == ':' || !*letters ||
		    type_of_letter(*letters) != module->parameters.at[type->first + i])
			return false;
	return letters[0] == ':' && type_of_letter(letters[1]) == type->result;
}

static struct wasm_name name_of(const struct wasm_module *module, struct module_text text)
{
	return (struct wasm_name){module->names.at + text.first, text.length};
}

enum wasm_export wasm_module_export(const struct wasm_module *module, uint32_t *function, const char *name,
                                    const char *signature)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < module->exports.count; i++) {
		const struct wasm_export_entry *entry = &module->exports.at[i];
		if (entry->name.length != length || memcmp(module->names.at + entry->name.first, name, length))
			continue;
		if (entry->kind != KIND_FUNCTION)
			return WASM_EXPORT_MISSING;
		*function = entry->index;
		return module_signature_is(module, module_signature(module, entry->index), signature)
		           ? WASM_EXPORT_FOUND
		           : WASM_EXPORT_OTHER;
	}
	return WASM_EXPORT_MISSING;
}

bool wasm_module_import(const struct wasm_module *module, struct wasm_name *from, struct wasm_name *field,
                        const struct wasm_host_function **function, uint32_t index)
{
	if (index >= module->imports.count)
		return false;
	*from = name_of(module, module->imports.at[index].from);
	*field = name_of(module, module->imports.at[index].field);
	*function = module->imports.at[index].host;
	return true;
}

bool wasm_module_can_run(const struct wasm_module *module)
{
	return !module->trailing;
}

/* --- making --- */

static bool refuse_import(struct wasm_parser *parser, enum wasm_reason reason, struct wasm_name field)
{
	struct wasm_fault *fault = parser->fault;
	snprintf(fault->subject, sizeof fault->subject, "%.*s",
	         (int)(field.length < sizeof fault->subject ? field.length : 127), field.text);
	return parser_refuse(parser, reason);
}

static bool resolve_imports(struct wasm_parser *parser)
{
	struct wasm_module *module = parser->module;

	for (size_t i = 0; i < module->imports.count; i++) {
		struct wasm_import *import = &module->imports.at[i];
		struct wasm_name field = name_of(module, import->field);
		import->host = parser->rules->find_import(name_of(module, import->from), field);
		if (!import->host)
			return refuse_import(parser, WASM_FAULT_IMPORT_UNKNOWN, field);
		if (!module_signature_is(module, &module->types.at[import->signature], import->host->signature))
			return refuse_import(parser, WASM_FAULT_IMPORT_SIGNATURE, field);
	}
	return true;
}

/* What WASM_LEGACY asks beside the parse: its own rules first, then what its second parser would say. */
static bool check_legacy(struct wasm_parser *parser)
{
	const struct wasm_rules *rules = parser->rules;
	uint32_t function;

	if (rules->mode != WASM_LEGACY)
		return true;
	if (wasm_module_export(parser->module, &function, rules->entry, rules->entry_signature) !=
	    WASM_EXPORT_FOUND)
		parser_break(parser, WASM_RULE_APPLY);
	parser->fault->configurable = true;
	return parser->fault->rule == WASM_RULE_KEPT && (!parser->late || parser_refuse(parser, parser->late));
}

/* Of these lists places are taken even where they are empty, and a place must not be NULL. */
static void lists_begin(struct wasm_module *module)
{
	memory_grow(&module->parameters.at, &module->parameters.capacity, 1, sizeof *module->parameters.at);
	memory_grow(&module->elements.at, &module->elements.capacity, 1, sizeof *module->elements.at);
	memory_grow(&module->names.at, &module->names.capacity, 1, sizeof *module->names.at);
	memory_grow(&module->data.at, &module->data.capacity, 1, sizeof *module->data.at);
}

int wasm_module_create(struct wasm_module **out, const void *code, size_t length,
                       const struct wasm_rules *rules, struct wasm_fault *fault)
{
	struct wasm_parser parser = {
		.module = memory_allocate(1, sizeof *parser.module), .rules = rules, .fault = fault};
	bool good;

	*fault = (struct wasm_fault){.rule = WASM_RULE_KEPT};
	lists_begin(parser.module);
	good = wasm_parse_sections(&parser, code, length) && check_legacy(&parser) && resolve_imports(&parser);
	free(parser.bodies.at);
	if (!good) {
		wasm_module_destroy(parser.module);
		return -1;
	}
	wasm_interpreter_link(parser.module->code.at, parser.module->code.count);
	*out = parser.module;
	return 0;
}

#define RELEASE(list) free(module->list.at);
#define SIZE(list) +module->list.capacity * sizeof *module->list.at
#define LISTS(EACH)                                                                                   \
	EACH(types)                                                                                       \
	EACH(parameters) EACH(imports) EACH(functions) EACH(globals) EACH(exports) EACH(element_segments) \
		EACH(elements) EACH(data_segments) EACH(data) EACH(names) EACH(code) EACH(table)

void wasm_module_destroy(struct wasm_module *module)
{
	if (!module)
		return;
	LISTS(RELEASE)
	free(module);
}

size_t wasm_module_size(const struct wasm_module *module)
{
	return sizeof *module LISTS(SIZE);
}
