/* The sections of an ABI as one table: what pack.c and json.c read and write follows from it. */
#include "core/types/abi/model.h"

#include <string.h>

#define ROWS(MEMBER) \
	offsetof(struct abi, MEMBER), offsetof(struct abi, MEMBER##_count), sizeof *((struct abi *)0)->MEMBER
const struct abi_section abi_sections[ABI_SECTIONS] = {
	{"types",
     ROWS(types),
     2,
     false,
     {{"new_type_name", ABI_TEXT, offsetof(struct abi_typedef, name)},
      {"type", ABI_TEXT, offsetof(struct abi_typedef, type_name)}}},
	{"structs",
     ROWS(structs),
     3,
     false,
     {{"name", ABI_TEXT, offsetof(struct abi_struct, name)},
      {"base", ABI_TEXT, offsetof(struct abi_struct, base_name)},
      {"fields", ABI_FIELDS, 0}}},
	{"actions",
     ROWS(actions),
     10,
     false,
     {{"name", ABI_NAME, offsetof(struct abi_action, name)},
      {"type", ABI_TEXT, offsetof(struct abi_action, type_name)},
      {"ricardian_contract", ABI_TEXT, offsetof(struct abi_action, ricardian_contract)}}},
	{"tables",
     ROWS(tables),
     12,
     false,
     {{"name", ABI_NAME, offsetof(struct abi_table, name)},
      {"index_type", ABI_TEXT, offsetof(struct abi_table, index_type)},
      {"key_names", ABI_TEXTS, offsetof(struct abi_table, key_names)},
      {"key_types", ABI_TEXTS, offsetof(struct abi_table, key_types)},
      {"type", ABI_TEXT, offsetof(struct abi_table, type_name)}}},
	{"ricardian_clauses",
     ROWS(clauses),
     2,
     false,
     {{"id", ABI_TEXT, offsetof(struct abi_clause, id)},
      {"body", ABI_TEXT, offsetof(struct abi_clause, body)}}},
	{"error_messages",
     ROWS(errors),
     9,
     false,
     {{"error_code", ABI_NUMBER, offsetof(struct abi_error_message, code)},
      {"error_msg", ABI_TEXT, offsetof(struct abi_error_message, message)}}},
	{"abi_extensions", ROWS(extensions), 3, false, {{"data", ABI_EXTENSION, 0}}},
	{"variants",
     ROWS(variants),
     2,
     true,
     {{"name", ABI_TEXT, offsetof(struct abi_variant, name)},
      {"types", ABI_TEXTS, offsetof(struct abi_variant, type_names)}}},
	{"action_results",
     ROWS(results),
     9,
     true,
     {{"name", ABI_NAME, offsetof(struct abi_result, name)},
      {"result_type", ABI_TEXT, offsetof(struct abi_result, type_name)}}},
};
#undef ROWS

uint8_t *abi_section_make(struct abi *abi, const struct abi_section *section, size_t count)
{
	uint8_t *rows = abi_allocate(abi, count, section->size);
	memcpy((uint8_t *)abi + section->rows, &rows, sizeof rows);
	memcpy((uint8_t *)abi + section->count, &count, sizeof count);
	return rows;
}

const uint8_t *abi_section_rows(const struct abi *abi, const struct abi_section *section, size_t *count)
{
	const uint8_t *rows;
	memcpy(&rows, (const uint8_t *)abi + section->rows, sizeof rows);
	memcpy(count, (const uint8_t *)abi + section->count, sizeof *count);
	return rows;
}
