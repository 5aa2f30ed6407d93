/* The sections of a module but for its functions' bodies: what they say, and whether they may (wasm.md
 * W.2, W.3). */
#include "core/engine/wasm/parser.h"

#include "core/base/memory.h"

enum {
	LEGACY_ELEMENTS = 8191,
	LEGACY_FUNCTIONS = 1023,
	LEGACY_CUSTOM = 65535,
	LEGACY_BODY = 20 << 20,
	LEGACY_TABLE = 1024,
	LEGACY_GLOBAL_BYTES = 1024,
	LEGACY_DATA = 65536,
	PAGES = 65536,
	TABLE_MAXIMUM = 1 << 24,
	OPCODE_END = 0x0b,
	OPCODE_I32_CONST = 0x41,
	OPCODE_I64_CONST = 0x42,
	OPCODE_F32_CONST = 0x43,
	OPCODE_F64_CONST = 0x44,
	OPCODE_GLOBAL_GET = 0x23,
};

static bool legacy(const struct wasm_parser *parser)
{
	return parser->rules->mode == WASM_LEGACY;
}

static bool configurable(const struct wasm_parser *parser)
{
	return parser->rules->mode == WASM_CONFIGURABLE;
}

/* How many elements a section says it has; each is read after this, so that a large number costs nothing. */
static bool read_count(struct wasm_parser *parser, struct wasm_reader *in, uint32_t *count,
                       enum wasm_reason too_many, uint32_t legacy_maximum)
{
	if (!read_u32(in, count))
		return false;
	if (configurable(parser) && *count > parser->rules->limits.max_section_elements)
		return parser_refuse(parser, WASM_FAULT_ELEMENTS);
	if (legacy(parser) && *count > legacy_maximum)
		return wasm_refuse_found(parser->fault, too_many, *count, legacy_maximum + 1);
	return true;
}

static uint32_t name_maximum(const struct wasm_parser *parser)
{
	return configurable(parser) ? parser->rules->limits.max_symbol_bytes
	       : legacy(parser)     ? LEGACY_ELEMENTS
	                            : UINT32_MAX - 1;
}

static bool read_text(struct wasm_parser *parser, struct wasm_reader *in, struct module_text *out)
{
	struct wasm_module *module = parser->module;
	const char *text;

	if (!read_name(in, &text, &out->length, name_maximum(parser)))
		return false;
	out->first = (uint32_t)module->names.count;
	memory_grow(&module->names.at, &module->names.capacity, module->names.count + out->length, 1);
	memcpy(module->names.at + module->names.count, text, out->length);
	module->names.count += out->length;
	return true;
}

/* --- custom, types --- */

static bool parse_custom(struct wasm_parser *parser, struct wasm_reader *in)
{
	const char *name;
	uint32_t length;

	if (!read_name(in, &name, &length, legacy(parser) ? LEGACY_ELEMENTS : UINT32_MAX - 1))
		return false;
	if (legacy(parser) && reader_left(in) > LEGACY_CUSTOM)
		return wasm_refuse_found(parser->fault, WASM_FAULT_CUSTOM_LENGTH, (uint32_t)reader_left(in), 0);
	in->at = in->end;
	return true;
}

static bool read_value_type(struct wasm_parser *parser, struct wasm_reader *in, uint8_t *type,
                            enum wasm_reason otherwise)
{
	if (!read_byte(in, type))
		return false;
	return is_value_type(*type) || wasm_refuse_found(parser->fault, otherwise, shown_type(*type), 0);
}

static bool parse_type(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	struct wasm_signature *type = LIST_ADD(module->types);
	uint8_t form, parameter, results;

	type->first = (uint32_t)module->parameters.count;
	type->result = TYPE_NONE;
	if (!read_byte(in, &form))
		return false;
	if (form != TYPE_FUNCTION)
		return wasm_refuse_found(parser->fault, WASM_FAULT_TYPE_FORM, form, 0);
	if (!read_u32(in, &type->count))
		return false;
	if (legacy(parser) && type->count > LEGACY_ELEMENTS)
		return wasm_refuse_found(parser->fault, WASM_FAULT_ELEMENTS, type->count, LEGACY_ELEMENTS + 1);
	for (uint32_t i = 0; i < type->count; i++) {
		if (!read_value_type(parser, in, &parameter, WASM_FAULT_TYPE_PARAMETER))
			return false;
		*LIST_ADD(module->parameters) = parameter;
	}
	if (!read_byte(in, &results))
		return false;
	if (results > 1)
		return parser_refuse(parser, WASM_FAULT_TYPE_RESULTS);
	return !results || read_value_type(parser, in, &type->result, WASM_FAULT_TYPE_RESULT);
}

/* --- limits of tables and memories --- */

static bool read_limits(struct wasm_parser *parser, struct wasm_reader *in, uint32_t *initial,
                        uint32_t *maximum, bool *has_maximum)
{
	uint32_t flags;
	uint8_t byte;

	if (configurable(parser)) {
		if (!read_byte(in, &byte))
			return false;
		if (byte > 1)
			return parser_refuse(parser, WASM_FAULT_LIMIT_FLAGS);
		flags = byte;
	} else if (!read_u32(in, &flags)) {
		return false;
	}
	*has_maximum = flags & 1;
	return read_u32(in, initial) && (!*has_maximum || read_u32(in, maximum));
}

static bool parse_table(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	uint32_t maximum = UINT32_MAX;
	uint8_t type;
	bool has_maximum;

	if (!read_byte(in, &type))
		return false;
	if (type != TYPE_FUNCREF)
		return wasm_refuse_found(parser->fault, WASM_FAULT_TABLE_TYPE, type, 0);
	if (!read_limits(parser, in, &module->table_initial, &maximum, &has_maximum))
		return false;
	if (configurable(parser) && module->table_initial > parser->rules->limits.max_table_elements)
		return parser_refuse(parser, WASM_FAULT_TABLE_SIZE);
	if (has_maximum && module->table_initial > maximum)
		return parser_refuse(parser, WASM_FAULT_TABLE_MAXIMUM);
	if (legacy(parser) && module->table_initial > LEGACY_TABLE)
		parser_break(parser, WASM_RULE_TABLE);
	if (legacy(parser) && parser->tables)
		return parser_refuse(parser, WASM_FAULT_TABLES);
	parser->tables++;
	return true;
}

static bool parse_memory(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	bool has_maximum;

	module->memory_maximum = PAGES;
	if (!read_limits(parser, in, &module->memory_initial, &module->memory_maximum, &has_maximum))
		return false;
	if (configurable(parser) &&
	    (module->memory_initial > parser->rules->limits.max_pages || module->memory_initial > PAGES))
		return parser_refuse(parser, WASM_FAULT_MEMORY_INITIAL);
	if (legacy(parser) && module->memory_maximum > PAGES)
		return parser_refuse(parser, WASM_FAULT_MEMORY_MAXIMUM);
	if (module->memory_maximum < module->memory_initial)
		return parser_refuse(parser, WASM_FAULT_MEMORY_BOUNDS);
	if (module->memory_maximum > PAGES)
		return parser_refuse(parser, WASM_FAULT_MEMORY_MAXIMUM);
	if (legacy(parser) && module->memory_initial > WASM_PAGES_MAXIMUM)
		parser_break(parser, WASM_RULE_MEMORY);
	if (legacy(parser) && parser->memories)
		return parser_refuse(parser, WASM_FAULT_MEMORIES);
	module->has_memory = true;
	parser->memories++;
	return true;
}

/* --- imports --- */

static bool parse_global_type(struct wasm_parser *parser, struct wasm_reader *in, struct wasm_global *global)
{
	uint8_t mutable;

	if (!read_value_type(parser, in, &global->type, WASM_FAULT_GLOBAL_TYPE) || !read_bit(in, &mutable))
		return false;
	global->mutable = mutable;
	return true;
}

/* The first parser of WASM_LEGACY reads them, the second refuses them. */
static bool parse_other_import(struct wasm_parser *parser, struct wasm_reader *in, uint8_t kind)
{
	struct wasm_global *global;

	if (!legacy(parser) || kind > KIND_GLOBAL)
		return parser_refuse(parser, WASM_FAULT_IMPORT_KIND);
	if (!parser->late)
		parser->late = WASM_FAULT_IMPORT_KIND;
	if (kind == KIND_TABLE)
		return parse_table(parser, in);
	if (kind == KIND_MEMORY)
		return parse_memory(parser, in);
	global = LIST_ADD(parser->module->globals);
	parser->imported_globals++;
	return parse_global_type(parser, in, global) &&
	       (!global->mutable || parser_refuse(parser, WASM_FAULT_IMPORT_MUTABLE));
}

static bool parse_import(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_import import = {0};
	uint8_t kind;

	if (!read_text(parser, in, &import.from) || !read_text(parser, in, &import.field) ||
	    !read_byte(in, &kind))
		return false;
	if (kind != KIND_FUNCTION)
		return parse_other_import(parser, in, kind);
	if (!read_u32(in, &import.signature))
		return false;
	if (import.signature >= parser->module->types.count)
		return parser_refuse(parser, WASM_FAULT_IMPORT_TYPE);
	*LIST_ADD(parser->module->imports) = import;
	if (legacy(parser) && parser->module->imports.count > LEGACY_FUNCTIONS)
		return parser_refuse(parser, WASM_FAULT_IMPORTS);
	return true;
}

/* --- functions, globals, exports, start --- */

static bool parse_function(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_function *function = LIST_ADD(parser->module->functions);

	if (!read_u32(in, &function->signature))
		return false;
	return function->signature < parser->module->types.count ||
	       parser_refuse(parser, WASM_FAULT_FUNCTION_TYPE);
}

static bool read_imported_global(struct wasm_parser *parser, struct wasm_reader *in, uint8_t *type)
{
	uint32_t index;

	if (!legacy(parser))
		return parser_refuse(parser, WASM_FAULT_INITIALIZER_GLOBAL);
	if (!read_u32(in, &index))
		return false;
	if (index >= parser->module->globals.count)
		return parser_refuse(parser, WASM_FAULT_GLOBAL_INDEX);
	*type = parser->module->globals.at[index].type;
	return index < parser->imported_globals || parser_refuse(parser, WASM_FAULT_INITIALIZER_GLOBAL);
}

/* A constant and `end`; place: what WASM_LEGACY calls it. */
static bool read_initializer(struct wasm_parser *parser, struct wasm_reader *in, uint8_t type,
                             uint64_t *value, const char *place)
{
	uint8_t opcode, found, end;
	uint32_t low;
	bool read;

	if (!read_byte(in, &opcode))
		return false;
	switch (opcode) {
	case OPCODE_I32_CONST: found = TYPE_I32, read = read_i32(in, &low), *value = read ? low : 0; break;
	case OPCODE_I64_CONST: found = TYPE_I64, read = read_i64(in, value); break;
	case OPCODE_F32_CONST: found = TYPE_F32, read = read_f32(in, value); break;
	case OPCODE_F64_CONST: found = TYPE_F64, read = read_f64(in, value); break;
	case OPCODE_GLOBAL_GET: found = type, read = read_imported_global(parser, in, &found); break;
	default: return parser_refuse(parser, WASM_FAULT_INITIALIZER_OPCODE);
	}
	if (!read)
		return false;
	if (found != type) {
		memcpy(parser->fault->subject, place, strlen(place) + 1);
		return parser_refuse(parser, found == TYPE_I32   ? WASM_FAULT_INITIALIZER_I32
		                             : found == TYPE_I64 ? WASM_FAULT_INITIALIZER_I64
		                             : found == TYPE_F32 ? WASM_FAULT_INITIALIZER_F32
		                                                 : WASM_FAULT_INITIALIZER_F64);
	}
	if (!read_byte(in, &end))
		return false;
	return end == OPCODE_END || wasm_refuse_found(parser->fault, WASM_FAULT_INITIALIZER_END, end, 0);
}

static bool parse_global(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_global global = {0};

	if (!parse_global_type(parser, in, &global))
		return false;
	parser->mutable_bytes += global.mutable ? type_size(global.type) : 0;
	if (configurable(parser) && parser->mutable_bytes > parser->rules->limits.max_mutable_global_bytes)
		return parser_refuse(parser, WASM_FAULT_GLOBAL_BYTES);
	if (legacy(parser) && parser->mutable_bytes > LEGACY_GLOBAL_BYTES)
		parser_break(parser, WASM_RULE_GLOBALS);
	if (!read_initializer(parser, in, global.type, &global.initial, "global initializer expression"))
		return false;
	*LIST_ADD(parser->module->globals) = global;
	return true;
}

static bool parse_export(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	struct wasm_export_entry entry = {0};

	if (!read_text(parser, in, &entry.name) || !read_byte(in, &entry.kind) || !read_u32(in, &entry.index))
		return false;
	switch (entry.kind) {
	case KIND_FUNCTION:
		if (entry.index >= module_functions(module))
			return parser_refuse(parser, WASM_FAULT_EXPORT_FUNCTION);
		break;
	case KIND_TABLE:
		if (entry.index >= parser->tables)
			return parser_refuse(parser, WASM_FAULT_EXPORT_TABLE);
		break;
	case KIND_MEMORY:
		if (entry.index >= parser->memories)
			return parser_refuse(parser, WASM_FAULT_EXPORT_MEMORY);
		break;
	case KIND_GLOBAL:
		if (entry.index >= module->globals.count)
			return parser_refuse(parser, WASM_FAULT_EXPORT_GLOBAL);
		if (legacy(parser) && module->globals.at[entry.index].mutable)
			return parser_refuse(parser, WASM_FAULT_EXPORT_MUTABLE);
		break;
	default: return parser_refuse(parser, WASM_FAULT_EXPORT_KIND);
	}
	*LIST_ADD(module->exports) = entry;
	return true;
}

static bool parse_start(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	const struct wasm_signature *type;

	if (!read_u32(in, &module->start))
		return false;
	if (module->start >= module_functions(module))
		return parser_refuse(parser, WASM_FAULT_START_INDEX);
	type = module_signature(module, module->start);
	if (type->count || type->result != TYPE_NONE)
		return parser_refuse(parser, WASM_FAULT_START_TYPE);
	module->has_start = true;
	return true;
}

/* --- elements, data --- */

static bool parse_elements(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	struct wasm_segment segment = {.first = module->elements.count};
	uint32_t table, function;
	uint64_t offset;

	if (!parser->tables && !legacy(parser))
		return parser_refuse(parser, WASM_FAULT_ELEMENT_NO_TABLE);
	if (!read_u32(in, &table))
		return false;
	if (table && !legacy(parser))
		return parser_refuse(parser, WASM_FAULT_ELEMENT_TABLE);
	if (!read_initializer(parser, in, TYPE_I32, &offset, "table segment base initializer") ||
	    !read_u32(in, &segment.length))
		return false;
	if (table >= parser->tables)
		return parser_refuse(parser, WASM_FAULT_ELEMENT_TABLE);
	if (legacy(parser) && segment.length > LEGACY_ELEMENTS)
		return wasm_refuse_found(parser->fault, WASM_FAULT_ELEMENTS, segment.length, LEGACY_ELEMENTS + 1);
	segment.address = (uint32_t)offset;
	for (uint32_t i = 0; i < segment.length; i++) {
		if (!read_u32(in, &function))
			return false;
		if (function >= module_functions(module))
			return parser_refuse(parser, WASM_FAULT_ELEMENT_FUNCTION);
		*LIST_ADD(module->elements) = function;
	}
	*LIST_ADD(module->element_segments) = segment;
	if (offset + segment.length > module->table_initial || offset + segment.length > TABLE_MAXIMUM)
		module->segment_outside = true;
	return true;
}

static bool parse_data(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_module *module = parser->module;
	struct wasm_segment segment = {.first = module->data.count};
	uint32_t memory;
	uint64_t offset;
	const uint8_t *bytes;

	if (!read_u32(in, &memory))
		return false;
	if (!parser->memories && !legacy(parser))
		return parser_refuse(parser, WASM_FAULT_DATA_NO_MEMORY);
	if (!read_initializer(parser, in, TYPE_I32, &offset, "data segment base initializer") ||
	    !read_u32(in, &segment.length))
		return false;
	if (legacy(parser) && memory >= parser->memories)
		return parser_refuse(parser, WASM_FAULT_DATA_NO_MEMORY);
	if (configurable(parser) && offset + segment.length > parser->rules->limits.max_linear_memory_init)
		return parser_refuse(parser, WASM_FAULT_DATA_RANGE);
	if (legacy(parser) && segment.length > LEGACY_ELEMENTS)
		return wasm_refuse_found(parser->fault, WASM_FAULT_ELEMENTS, segment.length, LEGACY_ELEMENTS + 1);
	if (legacy(parser) && offset + segment.length > LEGACY_DATA)
		parser_break(parser, WASM_RULE_DATA);
	if (!read_span(in, &bytes, segment.length))
		return false;
	segment.address = (uint32_t)offset;
	memory_grow(&module->data.at, &module->data.capacity, module->data.count + segment.length, 1);
	memcpy(module->data.at + module->data.count, bytes, segment.length);
	module->data.count += segment.length;
	*LIST_ADD(module->data_segments) = segment;
	return true;
}

/* --- code --- */

/* Only finds where the bodies are: they are looked at after the section, and their locals before that
 * (translate.c). */
static bool parse_body(struct wasm_parser *parser, struct wasm_reader *in)
{
	struct wasm_body *body;
	const uint8_t *bytes;
	uint32_t length;

	if (!read_u32(in, &length))
		return false;
	if (parser->bodies.count == parser->module->functions.count)
		return parser_refuse(parser, WASM_FAULT_BODIES_SURPLUS);
	if (configurable(parser) ? length > parser->rules->limits.max_code_bytes : length >= LEGACY_BODY)
		return parser_refuse(parser, WASM_FAULT_BODY_LENGTH);
	if (!read_span(in, &bytes, length))
		return false;
	body = LIST_ADD(parser->bodies);
	*body = (struct wasm_body){.locals = bytes, .end = bytes + length};
	return wasm_check_locals(parser, body);
}

/* --- all sections --- */

typedef bool parse_element(struct wasm_parser *parser, struct wasm_reader *in);

/* By id. `single`: the section is one element and has no count. */
static const struct section {
	parse_element *parse;
	enum wasm_reason too_many;
	uint32_t legacy_maximum;
	bool single;
} sections[] = {
	{parse_custom, WASM_FAULT_NONE, 0, true},
	{parse_type, WASM_FAULT_ELEMENTS, LEGACY_ELEMENTS, false},
	{parse_import, WASM_FAULT_IMPORTS, LEGACY_ELEMENTS, false},
	{parse_function, WASM_FAULT_DEFINITIONS, LEGACY_FUNCTIONS, false},
	{parse_table, WASM_FAULT_TABLES, LEGACY_ELEMENTS, false},
	{parse_memory, WASM_FAULT_MEMORIES, LEGACY_ELEMENTS, false},
	{parse_global, WASM_FAULT_ELEMENTS, LEGACY_ELEMENTS, false},
	{parse_export, WASM_FAULT_ELEMENTS, LEGACY_ELEMENTS, false},
	{parse_start, WASM_FAULT_NONE, 0, true},
	{parse_elements, WASM_FAULT_ELEMENTS, LEGACY_ELEMENTS, false},
	{parse_body, WASM_FAULT_DEFINITIONS, LEGACY_ELEMENTS, false},
	{parse_data, WASM_FAULT_ELEMENTS, LEGACY_ELEMENTS, false},
};
enum {
	SECTION_CUSTOM = 0,
	SECTION_TYPE = 1,
	SECTION_TABLE = 4,
	SECTION_MEMORY = 5,
	SECTION_EXPORT = 7,
	SECTION_CODE = 10
};

/* What can be said of a section when all of it has been read. */
static bool finish_section(struct wasm_parser *parser, uint8_t id)
{
	if (id == SECTION_TYPE)
		wasm_index_types(parser->module);
	if (id == SECTION_EXPORT)
		return wasm_export_names_differ(parser->module) || parser_refuse(parser, WASM_FAULT_EXPORT_TWICE);
	if (id != SECTION_CODE)
		return true;
	if (parser->bodies.count < parser->module->functions.count)
		return parser_refuse(parser, WASM_FAULT_BODIES_MISSING);
	return wasm_translate(parser);
}

static bool parse_section(struct wasm_parser *parser, uint8_t id, struct wasm_reader *in)
{
	const struct section *section = &sections[id];
	uint32_t count = 1;

	if (!section->single && !read_count(parser, in, &count, section->too_many, section->legacy_maximum))
		return false;
	if (configurable(parser) && (id == SECTION_TABLE || id == SECTION_MEMORY) && count > 1)
		return parser_refuse(parser, WASM_FAULT_ELEMENTS);
	for (uint32_t i = 0; i < count; i++)
		if (!section->parse(parser, in))
			return false;
	return finish_section(parser, id) && (in->at == in->end || parser_refuse(parser, WASM_FAULT_SURPLUS));
}

static bool parse_header(struct wasm_parser *parser, struct wasm_reader *in)
{
	const uint8_t *bytes;
	uint32_t magic, version;

	if (!read_span(in, &bytes, sizeof magic))
		return false;
	memcpy(&magic, bytes, sizeof magic);
	if (magic != 0x6d736100)
		return wasm_refuse_found(parser->fault, WASM_FAULT_MAGIC, magic, 0);
	if (!read_span(in, &bytes, sizeof version))
		return false;
	memcpy(&version, bytes, sizeof version);
	return version == 1 || wasm_refuse_found(parser->fault, WASM_FAULT_VERSION, version, 0);
}

bool wasm_parse_sections(struct wasm_parser *parser, const void *code, size_t length)
{
	struct wasm_reader in = {code, (const uint8_t *)code + length, parser->fault}, section = in;
	uint8_t id, highest = 0;
	uint32_t size;

	if (configurable(parser) && length > parser->rules->limits.max_module_bytes)
		return parser_refuse(parser, WASM_FAULT_MODULE_LENGTH);
	if (!parse_header(parser, &in))
		return false;
	while (reader_left(&in)) {
		if (!read_byte(&in, &id) || !read_u32(&in, &size))
			return false;
		if (id != SECTION_CUSTOM && id <= highest)
			return parser_refuse(parser, WASM_FAULT_SECTION_ORDER);
		highest = id > highest ? id : highest;
		if (!read_span(&in, &section.at, size))
			return false;
		section.end = in.at;
		if (id >= sizeof sections / sizeof *sections)
			return parser_refuse(parser, WASM_FAULT_SECTION_ID);
		if (!parse_section(parser, id, &section))
			return false;
	}
	if (parser->bodies.count < parser->module->functions.count) {
		if (!legacy(parser))
			return parser_refuse(parser, WASM_FAULT_NO_BODIES);
		parser->late = parser->late ? parser->late : WASM_FAULT_NO_BODIES;
	}
	wasm_index_table(parser->module);
	return true;
}
