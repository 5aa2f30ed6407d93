/* Iterators of the running contract (cache.h), and the table objects that count what a table holds. */
#include "core/engine/intrinsic/cache.h"

#include "core/base/memory.h"
#include "core/engine/engine_private.h"
#include "core/engine/intrinsic/runtime.h"

#include <stdlib.h>
#include <string.h>

enum { BILLED_TABLE = 112, KEPT = 512 };

/* Empty again; what an ordinary action needs stays allocated. */
static void reset(struct iterator_cache *cache)
{
	if (cache->iterators_capacity > KEPT || cache->tables_capacity > KEPT)
		iterator_cache_release(cache);
	if (cache->iterators_count)
		memset(cache->slots, 0, (cache->slots_mask + 1) * sizeof *cache->slots);
	cache->iterators_count = 0;
	cache->tables_count = 0;
}

/* An action runs its inline actions when it needs its own iterators no more, so there is one for all. */
static struct database_cache *caches(struct apply_context *context)
{
	struct contract_runtime *runtime = context->transaction->pending->runtime;
	if (context->database)
		return context->database;
	if (!runtime->database)
		runtime->database = memory_allocate(1, sizeof *runtime->database);
	context->database = runtime->database;
	reset(&context->database->rows);
	context->database->latest.stamp = 0;
	for (size_t i = 0; i < SECONDARY_TYPES; i++)
		reset(&context->database->secondary[i]);
	return context->database;
}

struct iterator_cache *cache_rows(struct apply_context *context)
{
	return &caches(context)->rows;
}

struct iterator_cache *cache_secondary(struct apply_context *context, enum secondary_type type)
{
	return &caches(context)->secondary[type];
}

static bool same_table(const struct table_id *a, const struct table_id *b)
{
	return a->table == b->table && a->scope == b->scope && a->code == b->code;
}

static uint32_t find_table(const struct iterator_cache *cache, const struct table_id *id)
{
	uint32_t i = cache->tables_count;
	while (i > 0 && (cache->tables[i - 1].gone || !same_table(&cache->tables[i - 1].id, id)))
		i--;
	return i;
}

int32_t cache_table(struct iterator_cache *cache, const struct table_id *id)
{
	uint32_t found = find_table(cache, id);
	if (!found) {
		LIST_APPEND(cache->tables, cache->tables_count, cache->tables_capacity,
		            (struct met_table){*id, false});
		found = cache->tables_count;
	}
	return -(int32_t)found - 1;
}

const struct met_table *cache_table_of_end(const struct iterator_cache *cache, int32_t end)
{
	if (end >= -1)
		intrinsic_fail(INVALID_TABLE_ITERATOR, "not an end iterator");
	uint32_t index = (uint32_t)-(int64_t)end - 2;
	return index < cache->tables_count ? &cache->tables[index] : NULL;
}

static uint32_t slot_of(const struct iterator_cache *cache, uint32_t table, uint64_t primary_key)
{
	uint64_t hash = (primary_key ^ (uint64_t)table << 32) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t slot = (uint32_t)(hash >> 32) & cache->slots_mask;
	for (; cache->slots[slot]; slot = (slot + 1) & cache->slots_mask) {
		const struct iterator *at = &cache->iterators[cache->slots[slot] - 1];
		if (at->table == table && at->primary_key == primary_key && !at->deleted)
			break;
	}
	return slot;
}

/* At most half of the slots are taken. */
static void rebuild_slots(struct iterator_cache *cache)
{
	size_t size = 16;
	while (size < cache->iterators_capacity * 2)
		size *= 2;
	free(cache->slots);
	cache->slots = memory_allocate(size, sizeof *cache->slots);
	cache->slots_mask = (uint32_t)size - 1;
	for (uint32_t i = 0; i < cache->iterators_count; i++)
		if (!cache->iterators[i].deleted)
			cache->slots[slot_of(cache, cache->iterators[i].table, cache->iterators[i].primary_key)] = i + 1;
}

int32_t cache_add(struct iterator_cache *cache, const struct table_id *id, uint64_t primary_key)
{
	uint32_t table = (uint32_t)(-cache_table(cache, id)) - 2;
	if (cache->iterators_count == cache->iterators_capacity) {
		memory_grow(&cache->iterators, &cache->iterators_capacity, cache->iterators_count + 1,
		            sizeof *cache->iterators);
		rebuild_slots(cache);
	}
	uint32_t slot = slot_of(cache, table, primary_key);
	if (!cache->slots[slot]) {
		cache->iterators[cache->iterators_count] = (struct iterator){table, false, primary_key};
		cache->slots[slot] = ++cache->iterators_count;
	}
	return (int32_t)cache->slots[slot] - 1;
}

struct iterator cache_get(const struct iterator_cache *cache, struct table_id *id, int32_t iterator)
{
	if (iterator == -1)
		intrinsic_fail(INVALID_TABLE_ITERATOR, "invalid iterator");
	if (iterator < 0)
		intrinsic_fail(TABLE_OPERATION_NOT_PERMITTED, "dereference of end iterator");
	if ((uint32_t)iterator >= cache->iterators_count)
		intrinsic_fail(INVALID_TABLE_ITERATOR, "iterator out of range");
	struct iterator found = cache->iterators[iterator];
	if (found.deleted)
		intrinsic_fail(TABLE_OPERATION_NOT_PERMITTED, "dereference of deleted object");
	*id = cache->tables[found.table].id;
	return found;
}

void cache_remove(struct iterator_cache *cache, int32_t iterator)
{
	cache->iterators[iterator].deleted = true; /* its slot stays occupied, so that probing goes on past it */
}

static void forget_table(struct iterator_cache *cache, const struct table_id *id)
{
	uint32_t found = find_table(cache, id);
	if (found)
		cache->tables[found - 1].gone = true;
}

static void put_object(struct apply_context *context, const struct table_object *object)
{
	uint8_t key[MAP_KEY_MAXIMUM], value[12];
	memcpy(value, &object->payer, 8);
	memcpy(value + 8, &object->count, 4);
	map_edit_put(context->transaction->edit, key, table_object_key(key, &object->id), value, sizeof value);
}

void table_object_add(struct apply_context *context, const struct table_id *id, uint64_t payer)
{
	struct table_object object;
	if (!table_object_get(map_edit_view(context->transaction->edit), &object, id)) {
		object = (struct table_object){*id, payer, 0};
		intrinsic_check(apply_add_ram_usage(context, payer, BILLED_TABLE));
	}
	object.count++;
	put_object(context, &object);
}

void table_object_subtract(struct apply_context *context, const struct table_id *id)
{
	struct table_object object;
	if (!table_object_get(map_edit_view(context->transaction->edit), &object, id))
		intrinsic_fail(TABLE_NOT_IN_CACHE, "an invariant was broken, table should be in cache");
	if (--object.count > 0) {
		put_object(context, &object);
		return;
	}
	uint8_t key[MAP_KEY_MAXIMUM];
	intrinsic_check(apply_add_ram_usage(context, object.payer, -BILLED_TABLE));
	map_edit_remove(context->transaction->edit, key, table_object_key(key, id));
	forget_table(cache_rows(context), id);
	for (enum secondary_type type = 0; type < SECONDARY_TYPES; type++)
		forget_table(cache_secondary(context, type), id);
}

void table_check_owner(const struct apply_context *context, const struct table_id *id)
{
	if (id->code != context->receiver)
		intrinsic_fail(TABLE_ACCESS_VIOLATION, "db access violation");
}

void table_check_writing(const struct apply_context *context, const char *what)
{
	if (context->transaction->kind == PUSH_READ_ONLY)
		intrinsic_fail(TABLE_OPERATION_NOT_PERMITTED,
		               "cannot %s a db record when executing a readonly transaction", what);
}

void table_check_payer(uint64_t payer)
{
	if (!payer)
		intrinsic_fail(INVALID_TABLE_PAYER, "must specify a valid account to pay for new record");
}

void table_fail_twice(void)
{
	intrinsic_fail(STD_EXCEPTION,
	               "could not insert object, most likely a uniqueness constraint was violated");
}

void table_bill_update(struct apply_context *context, uint64_t old_payer, int64_t old_size, uint64_t payer,
                       int64_t size)
{
	if (old_payer != payer) {
		intrinsic_check(apply_add_ram_usage(context, old_payer, -old_size));
		intrinsic_check(apply_add_ram_usage(context, payer, size));
	} else if (size != old_size) {
		intrinsic_check(apply_add_ram_usage(context, payer, size - old_size));
	}
}
