/* What is looked up in a module: types that are the same, names that are not, the table. By sorting, so
 * that no choice of names or types makes it slow. */
#include "core/engine/wasm/parser.h"

#include "core/base/memory.h"

#include <stdlib.h>

struct key {
	const void *bytes;
	uint32_t length, kind; /* kind: bytes of different kinds differ */
	uint32_t index;
};

static int compare_bytes(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return a->length ? memcmp(a->bytes, b->bytes, a->length) : 0;
}

static int compare(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = compare_bytes(a, b);
	return order ? order : a->index < b->index ? -1 : 1;
}

/* Of two results call_indirect only sees that there are some (wasm.md W.2). */
void wasm_index_types(struct wasm_module *module)
{
	size_t count = module->types.count;
	struct key *keys = memory_allocate(count, sizeof *keys);

	for (uint32_t i = 0; i < count; i++) {
		const struct wasm_signature *type = &module->types.at[i];
		keys[i] = (struct key){module->parameters.at + type->first, type->count, type->result == TYPE_NONE,
		                       i};
	}
	qsort(keys, count, sizeof *keys, compare);
	for (size_t i = 0, first = 0; i < count; i++) {
		if (compare_bytes(&keys[i], &keys[first]))
			first = i;
		module->types.at[keys[i].index].canonical = keys[first].index;
	}
	free(keys);
}

bool wasm_export_names_differ(const struct wasm_module *module)
{
	size_t count = module->exports.count;
	struct key *keys = memory_allocate(count, sizeof *keys);
	bool differ = true;

	for (uint32_t i = 0; i < count; i++) {
		const struct module_text *name = &module->exports.at[i].name;
		keys[i] = (struct key){module->names.at + name->first, name->length, 0, i};
	}
	qsort(keys, count, sizeof *keys, compare);
	for (size_t i = 1; i < count && differ; i++)
		differ = compare_bytes(&keys[i - 1], &keys[i]) != 0;
	free(keys);
	return differ;
}

void wasm_index_table(struct wasm_module *module)
{
	for (size_t i = 0; i < module->element_segments.count && !module->segment_outside; i++) {
		const struct wasm_segment *segment = &module->element_segments.at[i];
		while (module->table.count < segment->address + segment->length)
			*LIST_ADD(module->table) = NO_FUNCTION;
		if (segment->length)
			memcpy(module->table.at + segment->address, module->elements.at + segment->first,
			       segment->length * sizeof *module->table.at);
	}
}
