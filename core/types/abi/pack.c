/* The binary form of an ABI (protocol.md A.6), as setabi stores it. Reading and writing of each part stand
 * side by side. */
#include "core/types/abi/model.h"

#include "core/base/exception.h"

#include <string.h>

/* --- strings and lists of them --- */

/* Never NULL; a string with a NUL inside fails the cursor, since names are C strings here. */
static const char *read_string(struct abi *abi, struct cursor *in)
{
	size_t length;
	const uint8_t *data = cursor_counted(in, &length);
	if (!data || !length)
		return "";
	if (memchr(data, 0, length)) {
		in->failed = true;
		return "";
	}
	return abi_copy_string(abi, (const char *)data, length);
}

static void write_string(struct bytes *out, const char *string)
{
	bytes_put_counted(out, string, strlen(string));
}

static const char **read_strings(struct abi *abi, struct cursor *in, size_t *count)
{
	*count = cursor_count(in, 1);
	const char **strings = abi_allocate(abi, *count, sizeof *strings);
	for (size_t i = 0; i < *count; i++)
		strings[i] = read_string(abi, in);
	return strings;
}

static void write_strings(struct bytes *out, const char *const *strings, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		write_string(out, strings[i]);
}

/* --- the rows of the sections --- */

static void read_typedef(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_typedef *type = row;
	type->name = read_string(abi, in);
	type->type_name = read_string(abi, in);
}

static void write_typedef(struct bytes *out, const void *row)
{
	const struct abi_typedef *type = row;
	write_string(out, type->name);
	write_string(out, type->type_name);
}

static void read_struct(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_struct *structure = row;
	structure->name = read_string(abi, in);
	structure->base_name = read_string(abi, in);
	structure->fields_count = cursor_count(in, 2);
	structure->fields = abi_allocate(abi, structure->fields_count, sizeof *structure->fields);
	for (size_t i = 0; i < structure->fields_count; i++) {
		structure->fields[i].name = read_string(abi, in);
		structure->fields[i].type_name = read_string(abi, in);
	}
}

static void write_struct(struct bytes *out, const void *row)
{
	const struct abi_struct *structure = row;
	write_string(out, structure->name);
	write_string(out, structure->base_name);
	bytes_put_varuint32(out, (uint32_t)structure->fields_count);
	for (size_t i = 0; i < structure->fields_count; i++) {
		write_string(out, structure->fields[i].name);
		write_string(out, structure->fields[i].type_name);
	}
}

static void read_action(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_action *action = row;
	action->name = cursor_u64(in);
	action->type_name = read_string(abi, in);
	action->ricardian_contract = read_string(abi, in);
}

static void write_action(struct bytes *out, const void *row)
{
	const struct abi_action *action = row;
	bytes_put_u64(out, action->name);
	write_string(out, action->type_name);
	write_string(out, action->ricardian_contract);
}

static void read_table(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_table *table = row;
	table->name = cursor_u64(in);
	table->index_type = read_string(abi, in);
	table->key_names = read_strings(abi, in, &table->key_names_count);
	table->key_types = read_strings(abi, in, &table->key_types_count);
	table->type_name = read_string(abi, in);
}

static void write_table(struct bytes *out, const void *row)
{
	const struct abi_table *table = row;
	bytes_put_u64(out, table->name);
	write_string(out, table->index_type);
	write_strings(out, table->key_names, table->key_names_count);
	write_strings(out, table->key_types, table->key_types_count);
	write_string(out, table->type_name);
}

static void read_clause(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_clause *clause = row;
	clause->id = read_string(abi, in);
	clause->body = read_string(abi, in);
}

static void write_clause(struct bytes *out, const void *row)
{
	const struct abi_clause *clause = row;
	write_string(out, clause->id);
	write_string(out, clause->body);
}

static void read_error_message(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_error_message *message = row;
	message->code = cursor_u64(in);
	message->message = read_string(abi, in);
}

static void write_error_message(struct bytes *out, const void *row)
{
	const struct abi_error_message *message = row;
	bytes_put_u64(out, message->code);
	write_string(out, message->message);
}

static void read_extension(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_extension *extension = row;
	extension->type = cursor_u16(in);
	const uint8_t *data = cursor_counted(in, &extension->length);
	if (!data)
		extension->length = 0;
	uint8_t *copy = abi_allocate(abi, extension->length, 1);
	if (extension->length)
		memcpy(copy, data, extension->length);
	extension->data = copy;
}

static void write_extension(struct bytes *out, const void *row)
{
	const struct abi_extension *extension = row;
	bytes_put_u16(out, extension->type);
	bytes_put_counted(out, extension->data, extension->length);
}

static void read_variant(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_variant *variant = row;
	variant->name = read_string(abi, in);
	variant->type_names = read_strings(abi, in, &variant->types_count);
}

static void write_variant(struct bytes *out, const void *row)
{
	const struct abi_variant *variant = row;
	write_string(out, variant->name);
	write_strings(out, variant->type_names, variant->types_count);
}

static void read_result(struct abi *abi, void *row, struct cursor *in)
{
	struct abi_result *result = row;
	result->name = cursor_u64(in);
	result->type_name = read_string(abi, in);
}

static void write_result(struct bytes *out, const void *row)
{
	const struct abi_result *result = row;
	bytes_put_u64(out, result->name);
	write_string(out, result->type_name);
}

/* --- the sections, in the order of the bytes --- */

struct section {
	size_t rows, count; /* where they stand in struct abi */
	size_t size;        /* of a row in memory */
	size_t minimum;     /* bytes of a row, packed */
	void (*read)(struct abi *abi, void *row, struct cursor *in);
	void (*write)(struct bytes *out, const void *row);
	bool may_be_missing; /* at the end: ABI 1.1 and 1.2 added them */
};

#define SECTION(ROWS, TYPE, MINIMUM, READ, WRITE, MISSING)                                                  \
	{                                                                                                       \
		offsetof(struct abi, ROWS), offsetof(struct abi, ROWS##_count), sizeof(struct TYPE), MINIMUM, READ, \
			WRITE, MISSING                                                                                  \
	}
static const struct section sections[] = {
	SECTION(types, abi_typedef, 2, read_typedef, write_typedef, false),
	SECTION(structs, abi_struct, 3, read_struct, write_struct, false),
	SECTION(actions, abi_action, 10, read_action, write_action, false),
	SECTION(tables, abi_table, 12, read_table, write_table, false),
	SECTION(clauses, abi_clause, 2, read_clause, write_clause, false),
	SECTION(errors, abi_error_message, 9, read_error_message, write_error_message, false),
	SECTION(extensions, abi_extension, 3, read_extension, write_extension, false),
	SECTION(variants, abi_variant, 2, read_variant, write_variant, true),
	SECTION(results, abi_result, 9, read_result, write_result, true),
};
enum { SECTIONS_COUNT = sizeof sections / sizeof *sections };
#undef SECTION

static void read_section(struct abi *abi, const struct section *section, struct cursor *in)
{
	if (section->may_be_missing && !cursor_left(in))
		return;
	size_t count = cursor_count(in, section->minimum);
	uint8_t *rows = abi_allocate(abi, count, section->size);
	for (size_t i = 0; i < count && !in->failed; i++)
		section->read(abi, rows + i * section->size, in);
	memcpy((uint8_t *)abi + section->rows, &(void *){rows}, sizeof(void *));
	memcpy((uint8_t *)abi + section->count, &count, sizeof count);
}

int abi_unpack(struct abi **out, const void *data, size_t length, struct error *error)
{
	struct cursor in = cursor_make(data, length);
	int result;
	*out = NULL;
	if (length <= 4)
		return error_chain(error, ABI_NOT_FOUND_EXCEPTION, "No ABI found");
	struct abi *abi = abi_create();
	abi->version = read_string(abi, &in);
	for (size_t i = 0; i < SECTIONS_COUNT && !in.failed; i++)
		read_section(abi, &sections[i], &in);
	if (in.failed)
		result = error_chain(error, UNPACK_EXCEPTION, "the packed ABI ends too early or is malformed");
	else
		result = abi_validate(abi, error);
	if (result)
		abi_release(abi);
	else
		*out = abi;
	return result;
}

void abi_pack(struct bytes *out, const struct abi *abi)
{
	write_string(out, abi->version);
	for (size_t i = 0; i < SECTIONS_COUNT; i++) {
		const uint8_t *rows;
		size_t count;
		memcpy(&rows, (const uint8_t *)abi + sections[i].rows, sizeof rows);
		memcpy(&count, (const uint8_t *)abi + sections[i].count, sizeof count);
		bytes_put_varuint32(out, (uint32_t)count);
		for (size_t j = 0; j < count; j++)
			sections[i].write(out, rows + j * sections[i].size);
	}
}
