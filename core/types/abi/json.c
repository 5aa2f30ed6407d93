/* The JSON form of an ABI (protocol.md A.6), as .abi files and get_abi have it. */
#include "core/types/abi/model.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
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

static struct abi_texts read_strings(struct reader *reader, const struct json *object, const char *member)
{
	struct abi_texts out;
	const struct json *json = open_array(reader, json_member(object, member), member, &out.count);
	out.list = abi_allocate(reader->abi, out.count, sizeof *out.list);
	for (size_t i = 0; i < out.count; i++, json = json_next(json)) {
		const char *string = json_string(json);
		out.list[i] = string ? abi_copy_string(reader->abi, string, strlen(string)) : "";
		if (!string)
			fault(reader, member, "an array of strings");
	}
	return out;
}

static void read_fields(struct reader *reader, struct abi_struct *structure, const struct json *json)
{
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

/* [type, "hex"] */
static void read_extension(struct reader *reader, struct abi_extension *extension, const struct json *json)
{
	uint64_t type = 0;
	const struct json *first = json_first(json);
	const char *hex = json_string(json_next(first));
	size_t digits = hex ? strlen(hex) : 0;
	if (json_count(json) != 2 || json_uint64(&type, first) < 0 || type > UINT16_MAX || !hex || digits % 2) {
		fault(reader, "data", "[type, \"hex\"]");
		return;
	}
	uint8_t *data = abi_allocate(reader->abi, digits / 2, 1);
	if (hex_parse(data, hex, digits) != 0)
		fault(reader, "data", "hexadecimal digits");
	*extension = (struct abi_extension){(uint16_t)type, data, digits / 2};
}

static void read_member(struct reader *reader, void *at, const struct abi_member *member,
                        const struct json *json)
{
	switch (member->kind) {
	case ABI_TEXT: *(const char **)at = read_string(reader, json, member->name); break;
	case ABI_NAME: *(uint64_t *)at = read_name(reader, json, member->name); break;
	case ABI_NUMBER:
		if (json_uint64(at, json_member(json, member->name)) != 0)
			fault(reader, member->name, "a number");
		break;
	case ABI_TEXTS: *(struct abi_texts *)at = read_strings(reader, json, member->name); break;
	case ABI_FIELDS: read_fields(reader, at, json); break;
	case ABI_EXTENSION: read_extension(reader, at, json); break;
	}
}

static void read_section(struct reader *reader, const struct abi_section *section, const struct json *root)
{
	bool are_objects = section->members->kind != ABI_EXTENSION;
	size_t count;
	reader->section = section->name;
	reader->row = 0;
	const struct json *json = open_array(reader, json_member(root, section->name), "rows", &count);
	uint8_t *row = abi_section_make(reader->abi, section, count);
	for (size_t i = 0; i < count && !reader->failed; i++, json = json_next(json), row += section->size) {
		reader->row = i;
		if (json_type(json) != (are_objects ? JSON_OBJECT : JSON_ARRAY))
			fault(reader, "row", are_objects ? "an object" : "an array");
		for (const struct abi_member *member = section->members; member->name; member++)
			read_member(reader, row + member->offset, member, json);
	}
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
	for (size_t i = 0; i < ABI_SECTIONS && !reader.failed; i++)
		read_section(&reader, &abi_sections[i], root);
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

/* --- writing --- */

static void write_string(struct text *out, const char *string)
{
	text_append_json(out, string, strlen(string));
}

static void write_strings(struct text *out, const struct abi_texts *texts)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < texts->count; i++) {
		text_append(out, i ? "," : "");
		write_string(out, texts->list[i]);
	}
	text_append_char(out, ']');
}

static void write_fields(struct text *out, const struct abi_struct *structure)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < structure->fields_count; i++) {
		text_append(out, i ? ",{\"name\":" : "{\"name\":");
		write_string(out, structure->fields[i].name);
		text_append(out, ",\"type\":");
		write_string(out, structure->fields[i].type_name);
		text_append_char(out, '}');
	}
	text_append_char(out, ']');
}

static void write_member(struct text *out, const void *at, enum abi_member_kind kind)
{
	uint64_t number = kind == ABI_NAME || kind == ABI_NUMBER ? *(const uint64_t *)at : 0;
	switch (kind) {
	case ABI_TEXT: write_string(out, *(const char *const *)at); break;
	case ABI_NAME: text_printf(out, "\"%s\"", name_text(number).text); break;
	case ABI_NUMBER: text_printf(out, number > UINT32_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, number); break;
	case ABI_TEXTS: write_strings(out, at); break;
	case ABI_FIELDS: write_fields(out, at); break;
	case ABI_EXTENSION: break; /* is the row */
	}
}

static void write_row(struct text *out, const struct abi_section *section, const uint8_t *row)
{
	if (section->members->kind == ABI_EXTENSION) {
		const struct abi_extension *extension = (const void *)row;
		text_printf(out, "[%u,\"", extension->type);
		text_append_hex(out, extension->data, extension->length);
		text_append(out, "\"]");
		return;
	}
	for (const struct abi_member *member = section->members; member->name; member++) {
		text_printf(out, "%c\"%s\":", member == section->members ? '{' : ',', member->name);
		write_member(out, row + member->offset, member->kind);
	}
	text_append_char(out, '}');
}

void abi_print(struct text *out, const struct abi *abi)
{
	text_append(out, "{\"version\":");
	write_string(out, abi->version);
	for (const struct abi_section *section = abi_sections; section < abi_sections + ABI_SECTIONS; section++) {
		size_t count;
		const uint8_t *rows = abi_section_rows(abi, section, &count);
		text_printf(out, ",\"%s\":[", section->name);
		for (size_t i = 0; i < count; i++) {
			text_append(out, i ? "," : "");
			write_row(out, section, rows + i * section->size);
		}
		text_append_char(out, ']');
	}
	text_append_char(out, '}');
}
