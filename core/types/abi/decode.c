/* Binary to JSON, driven by an ABI (protocol.md A.8). The messages are nodeos's. */
#include "core/types/abi/model.h"

#include "core/base/exception.h"

#include <string.h>

struct decoder {
	struct text *out;
	struct cursor *in;
	size_t limit; /* of out's length */
	struct error *error;
};

static int decode_value(struct decoder *decoder, const struct abi_type *type, const struct abi_path *path,
                        int depth);

static int unpack_error(struct decoder *decoder, const char *format, const char *what,
                        const struct abi_path *path)
{
	return error_chain(decoder->error, UNPACK_EXCEPTION, format, what, abi_path_print(path, true).text);
}

/* `what`: "", "array of " or "optional of ". */
static int decode_builtin(struct decoder *decoder, const struct abi_builtin *builtin, const char *what,
                          const struct abi_path *path)
{
	if (builtin->decode(builtin, decoder->out, decoder->in) == 0 && !decoder->in->failed)
		return 0;
	return error_chain(decoder->error, UNPACK_EXCEPTION,
	                   "Unable to unpack %sbuilt-in type '%s' while processing '%s'", what, builtin->name,
	                   abi_path_print(path, true).text);
}

static int decode_array(struct decoder *decoder, const struct abi_type *element, const struct abi_path *path,
                        int depth)
{
	struct abi_path here = {.parent = path};
	int result = 0;
	uint32_t count = cursor_count(decoder->in, 1);
	if (decoder->in->failed)
		return unpack_error(decoder, "Unable to unpack size of array %s'%s'", "", path);
	text_append_char(decoder->out, '[');
	for (; here.index < count && result == 0; here.index++) {
		if (here.index)
			text_append_char(decoder->out, ',');
		if (element->kind == ABI_BUILTIN)
			result = decode_builtin(decoder, element->of.builtin, "array of ", path);
		else
			result = decode_value(decoder, element, &here, depth);
	}
	text_append_char(decoder->out, ']');
	return result;
}

static int decode_optional(struct decoder *decoder, const struct abi_type *element,
                           const struct abi_path *path, int depth)
{
	uint8_t flag = cursor_u8(decoder->in);
	if (decoder->in->failed)
		return unpack_error(decoder, "Unable to unpack presence flag of optional %s'%s'", "", path);
	if (!flag) {
		text_append(decoder->out, "null");
		return 0;
	}
	if (element->kind == ABI_BUILTIN)
		return decode_builtin(decoder, element->of.builtin, "optional of ", path);
	return decode_value(decoder, element, path, depth);
}

static int decode_variant(struct decoder *decoder, const struct abi_variant *variant,
                          const struct abi_path *path, int depth)
{
	uint32_t tag = cursor_varuint32(decoder->in);
	if (decoder->in->failed)
		return unpack_error(decoder, "Unable to unpack tag of variant %s'%s'", "", path);
	if (tag >= variant->type_names.count)
		return error_chain(decoder->error, UNPACK_EXCEPTION, "Unpacked invalid tag (%u) for variant '%s'",
		                   tag, abi_path_print(path, true).text);
	struct abi_path here = {.parent = path, .variant = variant->type_names.list[tag], .index = tag};
	text_append_char(decoder->out, '[');
	text_append_json(decoder->out, here.variant, strlen(here.variant));
	text_append_char(decoder->out, ',');
	int result = decode_value(decoder, variant->types[tag], &here, depth);
	text_append_char(decoder->out, ']');
	return result;
}

/* The members of a struct, its base's first; *count of them were written. */
static int decode_members(struct decoder *decoder, const struct abi_struct *structure, size_t *count,
                          const struct abi_path *path, int depth)
{
	bool extensions = false;
	int result;
	if (depth >= ABI_DEPTH_MAXIMUM)
		return error_chain(decoder->error, ABI_RECURSION_DEPTH_EXCEPTION,
		                   "recursive definition, max_recursion_depth %d ", ABI_DEPTH_MAXIMUM);
	if (structure->base && (result = decode_members(decoder, structure->base, count, path, depth + 1)) != 0)
		return result;
	for (size_t i = 0; i < structure->fields_count; i++) {
		const struct abi_field *field = &structure->fields[i];
		struct abi_path here = {.parent = path, .name = field->name};
		extensions |= field->is_extension;
		if (!cursor_left(decoder->in)) {
			if (field->is_extension)
				continue;
			if (extensions)
				return error_chain(decoder->error, ABI_EXCEPTION,
				                   "Encountered field '%s' without binary extension designation while "
				                   "processing struct '%s'",
				                   field->name, abi_path_print(path, true).text);
			return unpack_error(decoder,
			                    "Stream unexpectedly ended; unable to unpack field '%s' of struct '%s'",
			                    field->name, path);
		}
		text_append_char(decoder->out, (*count)++ ? ',' : '{');
		text_append_json(decoder->out, field->name, strlen(field->name));
		text_append_char(decoder->out, ':');
		if ((result = decode_value(decoder, field->type, &here, depth + 1)) != 0)
			return result;
	}
	return 0;
}

static int decode_struct(struct decoder *decoder, const struct abi_struct *structure,
                         const struct abi_path *path, int depth)
{
	size_t count = 0;
	int result = decode_members(decoder, structure, &count, path, depth + 1);
	if (result)
		return result;
	if (!count)
		return unpack_error(decoder, "Unable to unpack %s'%s' from stream", "", path);
	text_append_char(decoder->out, '}');
	return 0;
}

static int decode_value(struct decoder *decoder, const struct abi_type *type, const struct abi_path *path,
                        int depth)
{
	if (depth >= ABI_DEPTH_MAXIMUM)
		return error_chain(decoder->error, ABI_RECURSION_DEPTH_EXCEPTION,
		                   "recursive definition, max_recursion_depth %d ", ABI_DEPTH_MAXIMUM);
	if (decoder->out->length > decoder->limit)
		return error_chain(decoder->error, ABI_SERIALIZATION_DEADLINE_EXCEPTION,
		                   "serialization time limit exceeded");
	switch (type->kind) {
	case ABI_BUILTIN: return decode_builtin(decoder, type->of.builtin, "", path);
	case ABI_ARRAY: return decode_array(decoder, type->of.element, path, depth + 1);
	case ABI_OPTIONAL: return decode_optional(decoder, type->of.element, path, depth + 1);
	case ABI_VARIANT: return decode_variant(decoder, type->of.variant, path, depth + 1);
	case ABI_STRUCT: return decode_struct(decoder, type->of.structure, path, depth + 1);
	case ABI_FIXED_ARRAY: break;
	}
	return error_chain(decoder->error, INVALID_TYPE_INSIDE_ABI, "%s: arrays of fixed size cannot be unpacked",
	                   abi_path_print(path, true).text);
}

int abi_to_json(const struct abi *abi, struct text *out, const char *type, struct cursor *in,
                struct error *error)
{
	size_t start = out->length;
	struct decoder decoder = {out, in, start + ABI_OUTPUT_MAXIMUM, error};
	struct abi_nodes nodes = {.arena = NULL};
	struct abi_path root = {.name = type};
	bool too_deep;
	int result;
	const struct abi_type *resolved = abi_resolve(abi, &nodes, &too_deep, type, strlen(type));
	if (resolved)
		result = decode_value(&decoder, resolved, &root, 0);
	else
		result = error_chain(error, INVALID_TYPE_INSIDE_ABI, "Unknown type %s", type);
	if (result)
		text_truncate(out, start);
	return result;
}
