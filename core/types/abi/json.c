/* The JSON form of an ABI (protocol.md A.6), as .abi files and get_abi have it. */
#include "core/types/abi/model.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/types/name.h"

#include <errno.h>
#include <string.h>

/* --- reading --- */

/* What the readers of rows share. The first fault is kept; reading then goes on with empty values. */
struct reader {
	struct abi *abi;
	const char *section;
	size_t row;
	bool failed;
	struct error *error;
};

static void fault(struct reader *reader, const char *member, const char *expected)
{
	if (!reader->failed)
		error_chain(reader->error, ABI_TYPE_EXCEPTION, "%s[%zu].%s: expected %s", reader->section,
		            reader->row, member, expected);
	reader->failed = true;
}

/* Missing members are empty. */
static const char *read_string(struct reader *reader, const struct json *object, const char *member)
{
	const struct json *json = json_member(object, member);
	const char *string = json_string(json);
	if (string)
		return abi_copy_string(reader->abi, string, strlen(string));
	if (json_type(json) != JSON_MISSING)
		fault(reader, member, "a string");
	return "";
}

static uint64_t read_name(struct reader *reader, const struct json *object, const char *member)
{
	uint64_t name = 0;
	const char *string = read_string(reader, object, member);
	struct error error = {0};
	if (name_parse(&name, string, &error) < 0 && !reader->failed) {
		reader->failed = true;
		error_chain(reader->error, error.code, "%s[%zu].%s: %s", reader->section, reader->row, member,
		            error.sentence);
	}
	return name;
}

/* The first element of an array member; counts them. A missing member is empty. */
static const struct json *open_array(struct reader *reader, const struct json *json, const char *member,
                                     size_t *count)
{
	if (json_type(json) != JSON_ARRAY && json_type(json) != JSON_MISSING && json_type(json) != JSON_NULL)
		fault(reader, member, "an array");
	*count = json_type(json) == JSON_ARRAY ? json_count(json) : 0;
	return *count ? json_first(json) : NULL;
}

static const char **read_strings(struct reader *reader, const struct json *object, const char *member,
                                 size_t *count)
{
	const struct json *json = open_array(reader, json_member(object, member), member, count);
	const char **strings = abi_allocate(reader->abi, *count, sizeof *strings);
	for (size_t i = 0; i < *count; i++, json = json_next(json)) {
		const char *string = json_string(json);
		strings[i] = string ? abi_copy_string(reader->abi, string, strlen(string)) : "";
		if (!string)
			fault(reader, member, "an array of strings");
	}
	return strings;
}

static void read_typedef(struct reader *reader, void *row, const struct json *json)
{
	struct abi_typedef *type = row;
	type->name = read_string(reader, json, "new_type_name");
	type->type_name = read_string(reader, json, "type");
}

static void read_struct(struct reader *reader, void *row, const struct json *json)
{
	struct abi_struct *structure = row;
	structure->name = read_string(reader, json, "name");
	structure->base_name = read_string(reader, json, "base");
	const struct json *field = open_array(reader, json_member(json, "fields"), "fields",
	                                      &structure->fields_count);
	structure->fields = abi_allocate(reader->abi, structure->fields_count, sizeof *structure->fields);
	for (size_t i = 0; i < structure->fields_count; i++, field = json_next(field)) {
		if (json_type(field) != JSON_OBJECT)
			fault(reader, "fields", "an array of objects");
		structure->fields[i].name = read_string(reader, field, "name");
		structure->fields[i].type_name = read_string(reader, field, "type");
	}
}

static void read_action(struct reader *reader, void *row, const struct json *json)
{
	struct abi_action *action = row;
	action->name = read_name(reader, json, "name");
	action->type_name = read_string(reader, json, "type");
	action->ricardian_contract = read_string(reader, json, "ricardian_contract");
}

static void read_table(struct reader *reader, void *row, const struct json *json)
{
	struct abi_table *table = row;
	table->name = read_name(reader, json, "name");
	table->index_type = read_string(reader, json, "index_type");
	table->key_names = read_strings(reader, json, "key_names", &table->key_names_count);
	table->key_types = read_strings(reader, json, "key_types", &table->key_types_count);
	table->type_name = read_string(reader, json, "type");
}

static void read_clause(struct reader *reader, void *row, const struct json *json)
{
	struct abi_clause *clause = row;
	clause->id = read_string(reader, json, "id");
	clause->body = read_string(reader, json, "body");
}

static void read_error_message(struct reader *reader, void *row, const struct json *json)
{
	struct abi_error_message *message = row;
	if (json_uint64(&message->code, json_member(json, "error_code")) < 0)
		fault(reader, "error_code", "a number");
	message->message = read_string(reader, json, "error_msg");
}

/* [type, "hex"] */
static void read_extension(struct reader *reader, void *row, const struct json *json)
{
	struct abi_extension *extension = row;
	uint64_t type = 0;
	const struct json *first = json_first(json);
	const char *hex = json_string(json_next(first));
	size_t digits = hex ? strlen(hex) : 0;
	if (json_count(json) != 2 || json_uint64(&type, first) < 0 || type > UINT16_MAX || !hex || digits % 2) {
		fault(reader, "data", "[type, \"hex\"]");
		return;
	}
	uint8_t *data = abi_allocate(reader->abi, digits / 2, 1);
	if (hex_parse(data, hex, digits) < 0)
		fault(reader, "data", "hexadecimal digits");
	extension->type = (uint16_t)type;
	extension->data = data;
	extension->length = digits / 2;
}

static void read_variant(struct reader *reader, void *row, const struct json *json)
{
	struct abi_variant *variant = row;
	variant->name = read_string(reader, json, "name");
	variant->type_names = read_strings(reader, json, "types", &variant->types_count);
}

static void read_result(struct reader *reader, void *row, const struct json *json)
{
	struct abi_result *result = row;
	result->name = read_name(reader, json, "name");
	result->type_name = read_string(reader, json, "result_type");
}

/* --- writing --- */

static void write_member(struct text *out, const char *before, const char *string)
{
	text_append(out, before);
	text_append_json(out, string, strlen(string));
}

static void write_name(struct text *out, const char *before, uint64_t name)
{
	text_append(out, before);
	text_append_char(out, '"');
	text_append(out, name_text(name).text);
	text_append_char(out, '"');
}

static void write_strings(struct text *out, const char *before, const char *const *strings, size_t count)
{
	text_append(out, before);
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++)
		write_member(out, i ? "," : "", strings[i]);
	text_append_char(out, ']');
}

static void write_typedef(struct text *out, const void *row)
{
	const struct abi_typedef *type = row;
	write_member(out, "{\"new_type_name\":", type->name);
	write_member(out, ",\"type\":", type->type_name);
	text_append_char(out, '}');
}

static void write_struct(struct text *out, const void *row)
{
	const struct abi_struct *structure = row;
	write_member(out, "{\"name\":", structure->name);
	write_member(out, ",\"base\":", structure->base_name);
	text_append(out, ",\"fields\":[");
	for (size_t i = 0; i < structure->fields_count; i++) {
		write_member(out, i ? ",{\"name\":" : "{\"name\":", structure->fields[i].name);
		write_member(out, ",\"type\":", structure->fields[i].type_name);
		text_append_char(out, '}');
	}
	text_append(out, "]}");
}

static void write_action(struct text *out, const void *row)
{
	const struct abi_action *action = row;
	write_name(out, "{\"name\":", action->name);
	write_member(out, ",\"type\":", action->type_name);
	write_member(out, ",\"ricardian_contract\":", action->ricardian_contract);
	text_append_char(out, '}');
}

static void write_table(struct text *out, const void *row)
{
	const struct abi_table *table = row;
	write_name(out, "{\"name\":", table->name);
	write_member(out, ",\"index_type\":", table->index_type);
	write_strings(out, ",\"key_names\":", table->key_names, table->key_names_count);
	write_strings(out, ",\"key_types\":", table->key_types, table->key_types_count);
	write_member(out, ",\"type\":", table->type_name);
	text_append_char(out, '}');
}

static void write_clause(struct text *out, const void *row)
{
	const struct abi_clause *clause = row;
	write_member(out, "{\"id\":", clause->id);
	write_member(out, ",\"body\":", clause->body);
	text_append_char(out, '}');
}

static void write_error_message(struct text *out, const void *row)
{
	const struct abi_error_message *message = row;
	const char *quote = message->code > UINT32_MAX ? "\"" : "";
	text_printf(out, "{\"error_code\":%s%llu%s", quote, (unsigned long long)message->code, quote);
	write_member(out, ",\"error_msg\":", message->message);
	text_append_char(out, '}');
}

static void write_extension(struct text *out, const void *row)
{
	const struct abi_extension *extension = row;
	text_printf(out, "[%u,\"", extension->type);
	text_append_hex(out, extension->data, extension->length);
	text_append(out, "\"]");
}

static void write_variant(struct text *out, const void *row)
{
	const struct abi_variant *variant = row;
	write_member(out, "{\"name\":", variant->name);
	write_strings(out, ",\"types\":", variant->type_names, variant->types_count);
	text_append_char(out, '}');
}

static void write_result(struct text *out, const void *row)
{
	const struct abi_result *result = row;
	write_name(out, "{\"name\":", result->name);
	write_member(out, ",\"result_type\":", result->type_name);
	text_append_char(out, '}');
}

/* --- the sections, in nodeos's order --- */

struct section {
	const char *name;
	size_t rows, count; /* where they stand in struct abi */
	size_t size;        /* of a row in memory */
	enum json_type type;
	void (*read)(struct reader *reader, void *row, const struct json *json);
	void (*write)(struct text *out, const void *row);
};

#define SECTION(NAME, ROWS, STRUCT, JSON, READ, WRITE)                                                     \
	{                                                                                                      \
		NAME, offsetof(struct abi, ROWS), offsetof(struct abi, ROWS##_count), sizeof(struct STRUCT), JSON, \
			READ, WRITE                                                                                    \
	}
static const struct section sections[] = {
	SECTION("types", types, abi_typedef, JSON_OBJECT, read_typedef, write_typedef),
	SECTION("structs", structs, abi_struct, JSON_OBJECT, read_struct, write_struct),
	SECTION("actions", actions, abi_action, JSON_OBJECT, read_action, write_action),
	SECTION("tables", tables, abi_table, JSON_OBJECT, read_table, write_table),
	SECTION("ricardian_clauses", clauses, abi_clause, JSON_OBJECT, read_clause, write_clause),
	SECTION("error_messages", errors, abi_error_message, JSON_OBJECT, read_error_message,
	        write_error_message),
	SECTION("abi_extensions", extensions, abi_extension, JSON_ARRAY, read_extension, write_extension),
	SECTION("variants", variants, abi_variant, JSON_OBJECT, read_variant, write_variant),
	SECTION("action_results", results, abi_result, JSON_OBJECT, read_result, write_result),
};
enum { SECTIONS_COUNT = sizeof sections / sizeof *sections };
#undef SECTION

static void read_section(struct reader *reader, const struct section *section, const struct json *root)
{
	struct abi *abi = reader->abi;
	size_t count;
	const struct json *array = json_member(root, section->name);
	reader->section = section->name;
	reader->row = 0;
	const struct json *json = open_array(reader, array, "rows", &count);
	uint8_t *rows = abi_allocate(abi, count, section->size);
	for (size_t i = 0; i < count && !reader->failed; i++, json = json_next(json)) {
		reader->row = i;
		if (json_type(json) != section->type)
			fault(reader, "row", section->type == JSON_OBJECT ? "an object" : "an array");
		section->read(reader, rows + i * section->size, json);
	}
	memcpy((uint8_t *)abi + section->rows, &(void *){rows}, sizeof(void *));
	memcpy((uint8_t *)abi + section->count, &count, sizeof count);
}

int abi_parse(struct abi **out, const char *text, size_t length, struct error *error)
{
	struct json *root = NULL;
	struct reader reader = {.error = error};
	const char *version;
	*out = NULL;
	int result = json_parse(&root, text, length, error);
	if (result)
		return result;
	reader.abi = abi_create();
	if (json_type(root) != JSON_OBJECT) {
		result = error_chain(error, ABI_TYPE_EXCEPTION, "an ABI is a JSON object");
		goto out;
	}
	version = json_string(json_member(root, "version"));
	reader.abi->version = version ? abi_copy_string(reader.abi, version, strlen(version)) : "";
	for (size_t i = 0; i < SECTIONS_COUNT && !reader.failed; i++)
		read_section(&reader, &sections[i], root);
	result = reader.failed ? (error ? -error->number : -EINVAL) : abi_validate(reader.abi, error);
	if (result == 0) {
		*out = reader.abi;
		reader.abi = NULL;
	}
out:
	abi_release(reader.abi);
	json_release(root);
	return result;
}

void abi_print(struct text *out, const struct abi *abi)
{
	write_member(out, "{\"version\":", abi->version);
	for (size_t i = 0; i < SECTIONS_COUNT; i++) {
		const uint8_t *rows;
		size_t count;
		memcpy(&rows, (const uint8_t *)abi + sections[i].rows, sizeof rows);
		memcpy(&count, (const uint8_t *)abi + sections[i].count, sizeof count);
		text_printf(out, ",\"%s\":[", sections[i].name);
		for (size_t j = 0; j < count; j++) {
			if (j)
				text_append_char(out, ',');
			sections[i].write(out, rows + j * sections[i].size);
		}
		text_append_char(out, ']');
	}
	text_append_char(out, '}');
}
