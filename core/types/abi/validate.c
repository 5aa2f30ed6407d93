/* What makes an ABI valid (protocol.md A.6), with nodeos's sentences; and the resolving of its references
 * on the way. */
#include "core/types/abi/model.h"

#include "core/base/exception.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b)
{
	const struct abi_key *x = a, *y = b;
	if (x->text)
		return strcmp(x->text, y->text);
	return (x->number > y->number) - (x->number < y->number);
}

/* Indexes the rows of an array by the member at `offset`: a string pointer, or a uint64_t. Equal names are
 * refused. */
static int build_index(struct abi *abi, struct abi_index *index, const void *rows, size_t count, size_t size,
                       size_t offset, bool is_text, uint32_t code, const char *sentence, struct error *error)
{
	struct abi_key *keys = abi_allocate(abi, count, sizeof *keys);
	for (size_t i = 0; i < count; i++) {
		const char *member = (const char *)rows + i * size + offset;
		keys[i].position = i;
		memcpy(is_text ? (void *)&keys[i].text : (void *)&keys[i].number, member, 8);
	}
	qsort(keys, count, sizeof *keys, compare_keys);
	for (size_t i = 1; i < count; i++)
		if (compare_keys(&keys[i - 1], &keys[i]) == 0)
			return error_chain(error, code, "%s", sentence);
	index->keys = keys;
	index->count = count;
	return 0;
}

_Static_assert(sizeof(const char *) == 8, "keys of indexes are read as 8 bytes");

static int build_indexes(struct abi *abi, struct error *error)
{
	int result = 0;
#define BUILD(INDEX, ROWS, TYPE, MEMBER, IS_TEXT, CODE, WHAT)                                  \
	(result = build_index(abi, &abi->INDEX, abi->ROWS, abi->ROWS##_count, sizeof(struct TYPE), \
	                      offsetof(struct TYPE, MEMBER), IS_TEXT, CODE,                        \
	                      "duplicate " WHAT " definition detected", error)) < 0
	if (BUILD(structs_index, structs, abi_struct, name, true, DUPLICATE_ABI_STRUCT_DEF_EXCEPTION, "struct") ||
	    BUILD(types_index, types, abi_typedef, name, true, DUPLICATE_ABI_TYPE_DEF_EXCEPTION, "type") ||
	    BUILD(actions_index, actions, abi_action, name, false, DUPLICATE_ABI_ACTION_DEF_EXCEPTION,
	          "action") ||
	    BUILD(tables_index, tables, abi_table, name, false, DUPLICATE_ABI_TABLE_DEF_EXCEPTION, "table") ||
	    BUILD(errors_index, errors, abi_error_message, code, false, DUPLICATE_ABI_ERR_MSG_DEF_EXCEPTION,
	          "error message") ||
	    BUILD(variants_index, variants, abi_variant, name, true, DUPLICATE_ABI_VARIANT_DEF_EXCEPTION,
	          "variant") ||
	    BUILD(results_index, results, abi_result, name, false, DUPLICATE_ABI_ACTION_RESULTS_DEF_EXCEPTION,
	          "action results"))
		return result;
#undef BUILD
	return 0;
}

static int too_deep_error(struct error *error)
{
	return error_chain(error, ABI_RECURSION_DEPTH_EXCEPTION, "recursive definition, max_recursion_depth %d ",
	                   ABI_DEPTH_MAXIMUM);
}

/* A new type's name must be free: neither built in nor a struct (nor either of them with a suffix). */
static int check_typedef_names(const struct abi *abi, struct error *error)
{
	for (size_t i = 0; i < abi->types_count; i++) {
		enum abi_kind kind;
		const char *name = abi->types[i].name;
		size_t length = abi_strip_suffix(&kind, name, strlen(name));
		if (abi_builtin_find(name, length) || abi_index_text(&abi->structs_index, name, length) >= 0)
			return error_chain(error, DUPLICATE_ABI_TYPE_DEF_EXCEPTION, "type already exists: %s", name);
	}
	return 0;
}

/* Chains of typedefs must end; deeper than the recursion limit they are of no use either. */
static int check_typedef_chains(const struct abi *abi, struct error *error)
{
	for (size_t i = 0; i < abi->types_count; i++) {
		size_t steps = 0;
		for (long at = (long)i; at >= 0; steps++) {
			const char *target = abi->types[at].type_name;
			if (steps > abi->types_count)
				return error_chain(error, ABI_CIRCULAR_DEF_EXCEPTION, "Circular reference in type %s",
				                   abi->types[i].name);
			at = abi_index_text(&abi->types_index, target, strlen(target));
		}
		if (steps > ABI_DEPTH_MAXIMUM)
			return too_deep_error(error);
	}
	return 0;
}

static int resolve_name(struct abi *abi, const struct abi_type **out, const char *name, size_t length,
                        struct error *error)
{
	struct abi_nodes nodes = {.arena = abi};
	bool too_deep;
	*out = abi_resolve(abi, &nodes, &too_deep, name, length);
	if (*out)
		return 0;
	return too_deep ? too_deep_error(error)
	                : error_chain(error, INVALID_TYPE_INSIDE_ABI, "Unknown type %s", name);
}

static int resolve_base(struct abi *abi, struct abi_struct *structure, struct error *error)
{
	const struct abi_type *base;
	if (!*structure->base_name)
		return 0;
	if (resolve_name(abi, &base, structure->base_name, strlen(structure->base_name), NULL) < 0 ||
	    base->kind != ABI_STRUCT)
		return error_chain(error, INVALID_TYPE_INSIDE_ABI, "Unknown struct %s", structure->base_name);
	structure->base = base->of.structure;
	return 0;
}

static int check_bases(const struct abi *abi, struct error *error)
{
	for (size_t i = 0; i < abi->structs_count; i++) {
		size_t steps = 0;
		for (const struct abi_struct *at = &abi->structs[i]; at; at = at->base)
			if (steps++ > abi->structs_count)
				return error_chain(error, ABI_CIRCULAR_DEF_EXCEPTION, "Circular reference in struct %s",
				                   abi->structs[i].name);
		if (steps > ABI_DEPTH_MAXIMUM)
			return too_deep_error(error);
	}
	return 0;
}

static int resolve_struct(struct abi *abi, struct abi_struct *structure, struct error *error)
{
	for (size_t i = 0; i < structure->fields_count; i++) {
		struct abi_field *field = &structure->fields[i];
		size_t length = strlen(field->type_name);
		char last = length ? field->type_name[length - 1] : 0;
		field->is_extension = last == '$';
		field->is_optional = last == '?';
		int result = resolve_name(abi, &field->type, field->type_name, length - field->is_extension, error);
		if (result) {
			error_prefix(error, "field %s of struct %s", field->name, structure->name);
			return result;
		}
	}
	return 0;
}

static int resolve_variant(struct abi *abi, struct abi_variant *variant, struct error *error)
{
	const struct abi_texts *names = &variant->type_names;
	variant->types = abi_allocate(abi, names->count, sizeof *variant->types);
	for (size_t i = 0; i < names->count; i++) {
		int result = resolve_name(abi, &variant->types[i], names->list[i], strlen(names->list[i]), error);
		if (result)
			return result;
	}
	return 0;
}

/* The types of actions, tables and results are only checked: they are looked up by name when they are
 * used. */
static int check_uses(const struct abi *abi, struct error *error)
{
	size_t total = abi->actions_count + abi->tables_count + abi->results_count;
	for (size_t i = 0; i < total; i++) {
		const char *name = i < abi->actions_count ? abi->actions[i].type_name
		                   : i < abi->actions_count + abi->tables_count
		                       ? abi->tables[i - abi->actions_count].type_name
		                       : abi->results[i - abi->actions_count - abi->tables_count].type_name;
		struct abi_nodes nodes = {.arena = NULL};
		bool too_deep;
		if (!abi_resolve(abi, &nodes, &too_deep, name, strlen(name)))
			return too_deep ? too_deep_error(error)
			                : error_chain(error, INVALID_TYPE_INSIDE_ABI, "Unknown type %s", name);
	}
	return 0;
}

int abi_validate(struct abi *abi, struct error *error)
{
	static const char supported[] = "eosio::abi/1.";
	int result;
	if (strncmp(abi->version, supported, sizeof supported - 1) != 0)
		return error_chain(error, UNSUPPORTED_ABI_VERSION_EXCEPTION, "ABI has an unsupported version");
	for (size_t i = 0; i < abi->structs_count; i++)
		abi->structs[i].type = (struct abi_type){ABI_STRUCT, {.structure = &abi->structs[i]}};
	for (size_t i = 0; i < abi->variants_count; i++)
		abi->variants[i].type = (struct abi_type){ABI_VARIANT, {.variant = &abi->variants[i]}};
	if ((result = build_indexes(abi, error)) < 0 || (result = check_typedef_names(abi, error)) < 0 ||
	    (result = check_typedef_chains(abi, error)) != 0)
		return result;
	for (size_t i = 0; i < abi->types_count; i++) {
		const struct abi_type *unused;
		struct abi_typedef *type = &abi->types[i];
		if ((result = resolve_name(abi, &unused, type->type_name, strlen(type->type_name), error)) != 0)
			return result;
	}
	for (size_t i = 0; i < abi->structs_count; i++)
		if ((result = resolve_base(abi, &abi->structs[i], error)) != 0)
			return result;
	if ((result = check_bases(abi, error)) != 0)
		return result;
	for (size_t i = 0; i < abi->structs_count; i++)
		if ((result = resolve_struct(abi, &abi->structs[i], error)) != 0)
			return result;
	for (size_t i = 0; i < abi->variants_count; i++)
		if ((result = resolve_variant(abi, &abi->variants[i], error)) != 0)
			return result;
	return check_uses(abi, error);
}
