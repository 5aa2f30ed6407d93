/* JSON to binary, driven by an ABI (protocol.md A.7). The messages are nodeos's. */
#include "core/types/abi/model.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct encoder {
	struct bytes *out;
	size_t limit; /* of out's length */
	struct error *error;
};

static int encode_value(struct encoder *encoder, const struct abi_type *type, const struct json *json,
                        const struct abi_path *path, bool extensions_allowed, int depth);

static int pack_error(struct encoder *encoder, const char *format, const char *a, const char *b)
{
	return error_chain(encoder->error, PACK_EXCEPTION, format, a, b);
}

/* A culprit's field stands before what its type says about it. */
static int named(struct encoder *encoder, const struct abi_path *path, int result)
{
	struct abi_path_text where = abi_path_print(path, false);
	if (result && encoder->error && *where.text)
		error_prefix(encoder->error, "%s", where.text);
	return result;
}

static int encode_array(struct encoder *encoder, const struct abi_type *element, const struct json *json,
                        const struct abi_path *path, int depth)
{
	if (json_type(json) != JSON_ARRAY)
		return named(encoder, path, pack_error(encoder, "expected an array", "", ""));
	bytes_put_varuint32(encoder->out, (uint32_t)json_count(json));
	struct abi_path here = {.parent = path};
	for (json = json_first(json); json; json = json_next(json), here.index++) {
		int result = encode_value(encoder, element, json, &here, false, depth);
		if (result)
			return result;
	}
	return 0;
}

static int encode_variant(struct encoder *encoder, const struct abi_variant *variant, const struct json *json,
                          const struct abi_path *path, bool extensions_allowed, int depth)
{
	const struct json *first = json_first(json);
	const char *chosen = json_string(first);
	size_t index = 0;
	if (json_type(json) != JSON_ARRAY || json_count(json) != 2)
		return pack_error(encoder,
		                  "Expected input to be an array of two items while processing variant '%s'%s",
		                  abi_path_print(path, true).text, "");
	if (!chosen)
		return pack_error(
			encoder, "Encountered non-string as first item of input array while processing variant '%s'%s",
			abi_path_print(path, true).text, "");
	while (index < variant->type_names.count && strcmp(variant->type_names.list[index], chosen) != 0)
		index++;
	if (index == variant->type_names.count)
		return pack_error(encoder,
		                  "Specified type '%.80s' in input array is not valid within the variant '%s'",
		                  chosen, abi_path_print(path, true).text);
	bytes_put_varuint32(encoder->out, (uint32_t)index);
	struct abi_path here = {.parent = path, .variant = chosen, .index = index};
	return encode_value(encoder, variant->types[index], json_next(first), &here, extensions_allowed, depth);
}

static int encode_object(struct encoder *encoder, const struct abi_struct *structure, const struct json *json,
                         const struct abi_path *path, bool extensions_allowed, int depth)
{
	bool omitted = false; /* an extension was left out: nothing may follow */
	if (depth >= ABI_DEPTH_MAXIMUM)
		return error_chain(encoder->error, ABI_RECURSION_DEPTH_EXCEPTION,
		                   "recursive definition, max_recursion_depth %d ", ABI_DEPTH_MAXIMUM);
	if (structure->base) {
		int result = encode_object(encoder, structure->base, json, path, false, depth + 1);
		if (result)
			return result;
	}
	for (size_t i = 0; i < structure->fields_count; i++) {
		const struct abi_field *field = &structure->fields[i];
		const struct json *member = json_member(json, field->name);
		struct abi_path here = {.parent = path, .name = field->name};
		if (member || field->is_optional) {
			if (omitted)
				return pack_error(encoder,
				                  "Unexpected field '%s' found in input object while processing struct '%s'",
				                  field->name, abi_path_print(path, true).text);
			bool last = extensions_allowed && i + 1 == structure->fields_count;
			int result = encode_value(encoder, field->type, member, &here, last, depth + 1);
			if (result)
				return result;
		} else if (field->is_extension && extensions_allowed) {
			omitted = true;
		} else if (omitted) {
			return error_chain(
				encoder->error, ABI_EXCEPTION,
				"Encountered field '%s' without binary extension designation while processing struct '%s'",
				field->name, abi_path_print(path, true).text);
		} else {
			return pack_error(encoder, "Missing field '%s' in input object while processing struct '%s'",
			                  field->name, abi_path_print(path, true).text);
		}
	}
	return 0;
}

static int encode_fields(struct encoder *encoder, const struct abi_struct *structure, const struct json *json,
                         const struct abi_path *path, bool extensions_allowed, int depth)
{
	if (structure->base)
		return error_chain(encoder->error, INVALID_TYPE_INSIDE_ABI,
		                   "Using input array to specify the fields of the derived struct '%s'; input arrays "
		                   "are currently only allowed for "
		                   "structs without a base",
		                   abi_path_print(path, true).text);
	const struct json *value = json_first(json);
	for (size_t i = 0; i < structure->fields_count; i++, value = json_next(value)) {
		const struct abi_field *field = &structure->fields[i];
		struct abi_path here = {.parent = path, .name = field->name};
		bool last = extensions_allowed && i + 1 == structure->fields_count;
		if (!value && field->is_extension && extensions_allowed)
			return 0;
		if (!value)
			return pack_error(
				encoder,
				"Early end to input array specifying the fields of struct '%s'; require input for field '%s'",
				abi_path_print(path, true).text, field->name);
		int result = encode_value(encoder, field->type, value, &here, last, depth + 1);
		if (result)
			return result;
	}
	return 0;
}

static int encode_struct(struct encoder *encoder, const struct abi_struct *structure, const struct json *json,
                         const struct abi_path *path, bool extensions_allowed, int depth)
{
	switch (json_type(json)) {
	case JSON_OBJECT: return encode_object(encoder, structure, json, path, extensions_allowed, depth);
	case JSON_ARRAY: return encode_fields(encoder, structure, json, path, extensions_allowed, depth);
	default:
		return pack_error(encoder, "Unexpected input encountered while processing struct '%s'%s",
		                  abi_path_print(path, true).text, "");
	}
}

/* json NULL (an optional left out) counts as null. */
static int encode_value(struct encoder *encoder, const struct abi_type *type, const struct json *json,
                        const struct abi_path *path, bool extensions_allowed, int depth)
{
	if (depth >= ABI_DEPTH_MAXIMUM)
		return error_chain(encoder->error, ABI_RECURSION_DEPTH_EXCEPTION,
		                   "recursive definition, max_recursion_depth %d ", ABI_DEPTH_MAXIMUM);
	if (encoder->out->length > encoder->limit)
		return pack_error(encoder, "the value is larger than any transaction%s%s", "", "");
	switch (type->kind) {
	case ABI_BUILTIN:
		return named(encoder, path,
		             type->of.builtin->encode(type->of.builtin, encoder->out, json, encoder->error));
	case ABI_ARRAY: return encode_array(encoder, type->of.element, json, path, depth + 1);
	case ABI_OPTIONAL:
		if (json_type(json) == JSON_MISSING || json_type(json) == JSON_NULL) {
			bytes_put_u8(encoder->out, 0);
			return 0;
		}
		bytes_put_u8(encoder->out, 1);
		return encode_value(encoder, type->of.element, json, path, extensions_allowed, depth + 1);
	case ABI_VARIANT:
		return encode_variant(encoder, type->of.variant, json, path, extensions_allowed, depth + 1);
	case ABI_STRUCT: return encode_struct(encoder, type->of.structure, json, path, extensions_allowed, depth);
	case ABI_FIXED_ARRAY: break;
	}
	return named(
		encoder, path,
		error_chain(encoder->error, INVALID_TYPE_INSIDE_ABI, "arrays of fixed size cannot be packed"));
}

/* nodeos: a type the ABI does not know takes its bytes in hex. */
static int encode_unknown(struct encoder *encoder, const char *type, const struct json *json)
{
	const char *hex = json_string(json);
	size_t digits = hex ? strlen(hex) : 0;
	if (!hex || digits % 2)
		return error_chain(encoder->error, INVALID_TYPE_INSIDE_ABI, "Unknown type %s", type);
	uint8_t *data = memory_allocate(digits / 2 + 1, 1);
	int result = hex_parse(data, hex, digits);
	if (result)
		result = error_chain(encoder->error, INVALID_TYPE_INSIDE_ABI, "Unknown type %s", type);
	else
		bytes_put(encoder->out, data, digits / 2);
	free(data);
	return result;
}

int abi_to_binary(const struct abi *abi, struct bytes *out, const char *type, const struct json *json,
                  struct error *error)
{
	size_t start = out->length;
	struct encoder encoder = {out, start + ABI_OUTPUT_MAXIMUM, error};
	struct abi_nodes nodes = {.arena = NULL};
	struct abi_path root = {.name = type};
	bool too_deep;
	int result;
	const struct abi_type *resolved = abi_resolve(abi, &nodes, &too_deep, type, strlen(type));
	if (resolved)
		result = encode_value(&encoder, resolved, json, &root, true, 0);
	else
		result = encode_unknown(&encoder, type, json);
	if (result)
		out->length = start;
	return result;
}
