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

static struct abi_texts read_strings(struct abi *abi, struct cursor *in)
{
	struct abi_texts out = {.count = cursor_count(in, 1)};
	out.list = abi_allocate(abi, out.count, sizeof *out.list);
	for (size_t i = 0; i < out.count; i++)
		out.list[i] = read_string(abi, in);
	return out;
}

static void write_strings(struct bytes *out, const struct abi_texts *texts)
{
	bytes_put_varuint32(out, (uint32_t)texts->count);
	for (size_t i = 0; i < texts->count; i++)
		write_string(out, texts->list[i]);
}

/* --- the rows of the sections --- */

static void read_fields(struct abi *abi, struct abi_struct *structure, struct cursor *in)
{
	structure->fields_count = cursor_count(in, 2);
	structure->fields = abi_allocate(abi, structure->fields_count, sizeof *structure->fields);
	for (size_t i = 0; i < structure->fields_count; i++) {
		structure->fields[i].name = read_string(abi, in);
		structure->fields[i].type_name = read_string(abi, in);
	}
}

static void write_fields(struct bytes *out, const struct abi_struct *structure)
{
	bytes_put_varuint32(out, (uint32_t)structure->fields_count);
	for (size_t i = 0; i < structure->fields_count; i++) {
		write_string(out, structure->fields[i].name);
		write_string(out, structure->fields[i].type_name);
	}
}

static void read_extension(struct abi *abi, struct abi_extension *extension, struct cursor *in)
{
	extension->type = cursor_u16(in);
	const uint8_t *data = cursor_counted(in, &extension->length);
	uint8_t *copy = abi_allocate(abi, extension->length, 1);
	if (extension->length)
		memcpy(copy, data, extension->length);
	extension->data = copy;
}

static void write_extension(struct bytes *out, const struct abi_extension *extension)
{
	bytes_put_u16(out, extension->type);
	bytes_put_counted(out, extension->data, extension->length);
}

static void read_member(struct abi *abi, void *at, enum abi_member_kind kind, struct cursor *in)
{
	switch (kind) {
	case ABI_TEXT: *(const char **)at = read_string(abi, in); break;
	case ABI_NAME:
	case ABI_NUMBER: *(uint64_t *)at = cursor_u64(in); break;
	case ABI_TEXTS: *(struct abi_texts *)at = read_strings(abi, in); break;
	case ABI_FIELDS: read_fields(abi, at, in); break;
	case ABI_EXTENSION: read_extension(abi, at, in); break;
	}
}

static void write_member(struct bytes *out, const void *at, enum abi_member_kind kind)
{
	switch (kind) {
	case ABI_TEXT: write_string(out, *(const char *const *)at); break;
	case ABI_NAME:
	case ABI_NUMBER: bytes_put_u64(out, *(const uint64_t *)at); break;
	case ABI_TEXTS: write_strings(out, at); break;
	case ABI_FIELDS: write_fields(out, at); break;
	case ABI_EXTENSION: write_extension(out, at); break;
	}
}

static void read_section(struct abi *abi, const struct abi_section *section, struct cursor *in)
{
	if (section->may_be_missing && !cursor_left(in))
		return;
	size_t count = cursor_count(in, section->minimum);
	uint8_t *row = abi_section_make(abi, section, count);
	for (; count && !in->failed; count--, row += section->size)
		for (const struct abi_member *member = section->members; member->name; member++)
			read_member(abi, row + member->offset, member->kind, in);
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
	for (size_t i = 0; i < ABI_SECTIONS && !in.failed; i++)
		read_section(abi, &abi_sections[i], &in);
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
	for (const struct abi_section *section = abi_sections; section < abi_sections + ABI_SECTIONS; section++) {
		size_t count;
		const uint8_t *row = abi_section_rows(abi, section, &count);
		bytes_put_varuint32(out, (uint32_t)count);
		for (; count; count--, row += section->size)
			for (const struct abi_member *member = section->members; member->name; member++)
				write_member(out, row + member->offset, member->kind);
	}
}
