/* The ABI in memory: its arena, its indexes, resolving of type names, and the questions others ask of it.
 * How it is read and written stands in pack.c (binary) and json.c; what makes it valid in validate.c; its
 * use in encode.c and decode.c. */
#include "core/types/abi/model.h"

#include "core/base/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the arena --- */

enum { CHUNK_SIZE = 8192, CHUNK_ALIGNMENT = 16 };

struct abi_chunk {
	struct abi_chunk *next;
	size_t used, size;
	_Alignas(CHUNK_ALIGNMENT) uint8_t data[];
};

struct abi *abi_create(void) { return memory_allocate(1, sizeof(struct abi)); }

void *abi_allocate(struct abi *abi, size_t count, size_t size)
{
	size_t needed = (count * size + CHUNK_ALIGNMENT - 1) / CHUNK_ALIGNMENT * CHUNK_ALIGNMENT;
	struct abi_chunk *chunk = abi->chunks;
	if (!chunk || chunk->size - chunk->used < needed) {
		size_t room = needed > CHUNK_SIZE ? needed : CHUNK_SIZE;
		chunk = memory_allocate(1, sizeof *chunk + room);
		chunk->size = room;
		chunk->next = abi->chunks;
		abi->chunks = chunk;
	}
	void *memory = chunk->data + chunk->used;
	chunk->used += needed;
	return memory;
}

const char *abi_copy_string(struct abi *abi, const char *string, size_t length)
{
	if (!length)
		return "";
	char *copy = abi_allocate(abi, length + 1, 1);
	memcpy(copy, string, length);
	return copy;
}

void abi_release(struct abi *abi)
{
	if (!abi)
		return;
	for (struct abi_chunk *chunk = abi->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(abi);
}

/* --- indexes --- */

int abi_compare_text(const char *key, const char *text, size_t length)
{
	int order = strncmp(key, text, length);
	return order ? order : key[length] != 0;
}

long abi_index_text(const struct abi_index *index, const char *text, size_t length)
{
	size_t low = 0, high = index->count;
	PARTITION_POINT(low, high, at, abi_compare_text(index->keys[at].text, text, length) < 0);
	return low < index->count && abi_compare_text(index->keys[low].text, text, length) == 0
	           ? (long)index->keys[low].position
	           : -1;
}

/* --- type names --- */

size_t abi_strip_suffix(enum abi_kind *kind, const char *name, size_t length)
{
	if (length > 2 && name[length - 1] == ']') {
		size_t at = length - 1;
		while (at > 0 && isdigit((unsigned char)name[at - 1]))
			at--;
		if (at > 1 && name[at - 1] == '[') {
			*kind = at == length - 1 ? ABI_ARRAY : ABI_FIXED_ARRAY;
			return at - 1;
		}
	} else if (length > 1 && name[length - 1] == '?') {
		*kind = ABI_OPTIONAL;
		return length - 1;
	}
	return length;
}

static struct abi_type *take_node(struct abi_nodes *nodes)
{
	return nodes->arena ? abi_allocate(nodes->arena, 1, sizeof(struct abi_type))
	                    : &nodes->stack[nodes->used++];
}

static const struct abi_type *resolve(const struct abi *abi, struct abi_nodes *nodes, bool *too_deep,
                                      const char *name, size_t length, int depth)
{
	if (depth >= ABI_DEPTH_MAXIMUM) {
		*too_deep = true;
		return NULL;
	}
	long at = abi_index_text(&abi->types_index, name, length);
	if (at >= 0)
		return resolve(abi, nodes, too_deep, abi->types[at].type_name, strlen(abi->types[at].type_name),
		               depth + 1);
	enum abi_kind kind;
	size_t stripped = abi_strip_suffix(&kind, name, length);
	if (stripped < length) {
		const struct abi_type *element = resolve(abi, nodes, too_deep, name, stripped, depth + 1);
		if (!element)
			return NULL;
		struct abi_type *node = take_node(nodes);
		node->kind = kind;
		node->of.element = element;
		return node;
	}
	const struct abi_builtin *builtin = abi_builtin_find(name, length);
	if (builtin)
		return &builtin->type;
	if ((at = abi_index_text(&abi->variants_index, name, length)) >= 0)
		return &abi->variants[at].type;
	if ((at = abi_index_text(&abi->structs_index, name, length)) >= 0)
		return &abi->structs[at].type;
	return NULL;
}

const struct abi_type *abi_resolve(const struct abi *abi, struct abi_nodes *nodes, bool *too_deep,
                                   const char *name, size_t length)
{
	*too_deep = false;
	return resolve(abi, nodes, too_deep, name, length, 0);
}

/* --- paths --- */

static size_t print_path(char *out, size_t size, const struct abi_path *path, bool from_root)
{
	if (!path || (!path->parent && !from_root))
		return 0;
	size_t length = print_path(out, size, path->parent, from_root);
	int printed;
	if (length + 1 >= size)
		return length;
	const char *dot = length ? "." : "";
	if (path->variant)
		printed = snprintf(out + length, size - length, "%s<variant(%zu)=%s>", dot, path->index,
		                   path->variant);
	else if (path->name)
		printed = snprintf(out + length, size - length, "%s%s", dot, path->name);
	else
		printed = snprintf(out + length, size - length, "[%zu]", path->index);
	length += (size_t)printed;
	return length < size ? length : size - 1;
}

struct abi_path_text abi_path_print(const struct abi_path *path, bool from_root)
{
	struct abi_path_text text = {{0}};
	print_path(text.text, sizeof text.text, path, from_root);
	return text;
}

/* --- questions --- */

/* The position under a number; -1 when there is none. */
static long index_number(const struct abi_index *index, uint64_t number)
{
	size_t low = 0, high = index->count;
	PARTITION_POINT(low, high, at, index->keys[at].number < number);
	return low < index->count && index->keys[low].number == number ? (long)index->keys[low].position : -1;
}

const char *abi_action_type(const struct abi *abi, uint64_t action)
{
	long at = index_number(&abi->actions_index, action);
	return at < 0 ? NULL : abi->actions[at].type_name;
}

const char *abi_table_type(const struct abi *abi, uint64_t table)
{
	long at = index_number(&abi->tables_index, table);
	return at < 0 ? NULL : abi->tables[at].type_name;
}

const char *abi_action_result_type(const struct abi *abi, uint64_t action)
{
	long at = index_number(&abi->results_index, action);
	return at < 0 ? NULL : abi->results[at].type_name;
}

const char *abi_table_index_type(const struct abi *abi, uint64_t table)
{
	long at = index_number(&abi->tables_index, table);
	return at < 0 ? NULL : abi->tables[at].index_type;
}

const char *abi_error_message(const struct abi *abi, uint64_t error_code)
{
	long at = index_number(&abi->errors_index, error_code);
	return at < 0 ? NULL : abi->errors[at].message;
}

bool abi_action_at(const struct abi *abi, uint64_t *name, size_t index)
{
	if (index >= abi->actions_count)
		return false;
	*name = abi->actions[index].name;
	return true;
}

bool abi_table_at(const struct abi *abi, uint64_t *name, size_t index)
{
	if (index >= abi->tables_count)
		return false;
	*name = abi->tables[index].name;
	return true;
}

/* The field at *index, counted from the fields of the outermost base; takes off *index what it passed
 * over. */
static const struct abi_field *field_at(const struct abi_struct *structure, size_t *index)
{
	const struct abi_field *field = structure->base ? field_at(structure->base, index) : NULL;
	if (field)
		return field;
	if (*index < structure->fields_count)
		return &structure->fields[*index];
	*index -= structure->fields_count;
	return NULL;
}

bool abi_field_at(const struct abi *abi, const char **field, const char **type, const char *struct_type,
                  size_t index)
{
	struct abi_nodes nodes = {.arena = NULL};
	bool too_deep;
	const struct abi_type *resolved = struct_type ? abi_resolve(abi, &nodes, &too_deep, struct_type,
	                                                            strlen(struct_type))
	                                              : NULL;
	if (!resolved || resolved->kind != ABI_STRUCT)
		return false;
	const struct abi_field *found = field_at(resolved->of.structure, &index);
	if (!found)
		return false;
	*field = found->name;
	*type = found->type_name;
	return true;
}
