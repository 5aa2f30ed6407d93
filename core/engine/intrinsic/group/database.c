/* Database intrinsics for rows: db_*_i64. Iterators behave as nodeos's (cache.h); RAM as protocol.md B.7
 * bills it. */
#include "core/engine/intrinsic/cache.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BILLED_ROW = 112, ROW_MAXIMUM = MAP_VALUE_MAXIMUM - TABLE_ROW_HEADER };

static const struct map_root *view(const struct apply_context *context)
{
	return map_edit_view(context->transaction->edit);
}

static void put_row(struct apply_context *context, const struct table_id *id, uint64_t primary_key,
                    uint64_t payer, const void *data, size_t length)
{
	uint8_t key[MAP_KEY_MAXIMUM], small[512], *value = small;
	if (length > ROW_MAXIMUM)
		intrinsic_fail(DB_API_EXCEPTION, "row of %zu bytes is too long", length);
	if (TABLE_ROW_HEADER + length > sizeof small)
		value = memory_allocate(1, TABLE_ROW_HEADER + length);
	uint32_t block_num = context->transaction->trace->block_num;
	memcpy(value, &payer, 8);
	memcpy(value + 8, &block_num, 4);
	if (length)
		memcpy(value + TABLE_ROW_HEADER, data, length);
	map_edit_put(context->transaction->edit, key, table_row_key(key, id, primary_key), value,
	             TABLE_ROW_HEADER + length);
	if (value != small)
		free(value);
}

/* The row an iterator stands for; most are asked for again before anything changes. */
static struct table_row row_of(struct apply_context *context, struct table_id *id, int32_t iterator)
{
	struct iterator at = cache_get(cache_rows(context), id, iterator);
	struct latest_row *latest = &context->database->latest;
	if (latest->iterator == iterator && latest->stamp == map_stamp(view(context)))
		return latest->row;
	if (!table_row_get(view(context), &latest->row, id, at.primary_key))
		intrinsic_fail(TABLE_OPERATION_NOT_PERMITTED, "dereference of deleted object");
	latest->iterator = iterator;
	latest->stamp = map_stamp(view(context));
	return latest->row;
}

int32_t intrinsic_db_store_i64(uint64_t scope, uint64_t table, uint64_t payer, uint64_t primary_key,
                               const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {context->receiver, scope, table};
	struct table_row row;
	table_check_writing(context, "store");
	/* before the payer is looked at, as nodeos does (wasm.md W.9.10) */
	table_object_add(context, &id, payer);
	table_check_payer(payer);
	if (table_row_get(view(context), &row, &id, primary_key))
		table_fail_twice();
	put_row(context, &id, primary_key, payer, data, length);
	intrinsic_check(apply_add_ram_usage(context, payer, BILLED_ROW + (int64_t)length));
	return cache_add(cache_rows(context), &id, primary_key);
}

void intrinsic_db_update_i64(int32_t iterator, uint64_t payer, const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id;
	table_check_writing(context, "update");
	struct table_row row = row_of(context, &id, iterator);
	table_check_owner(context, &id);
	if (!payer)
		payer = row.payer;
	table_bill_update(context, row.payer, BILLED_ROW + (int64_t)row.length, payer,
	                  BILLED_ROW + (int64_t)length);
	put_row(context, &id, row.primary_key, payer, data, length);
}

void intrinsic_db_remove_i64(int32_t iterator)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id;
	table_check_writing(context, "remove");
	struct table_row row = row_of(context, &id, iterator);
	uint8_t key[MAP_KEY_MAXIMUM];
	table_check_owner(context, &id);
	intrinsic_check(apply_add_ram_usage(context, row.payer, -(BILLED_ROW + (int64_t)row.length)));
	map_edit_remove(context->transaction->edit, key, table_row_key(key, &id, row.primary_key));
	table_object_subtract(context, &id);
	cache_remove(cache_rows(context), iterator);
}

int32_t intrinsic_db_get_i64(int32_t iterator, void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id;
	struct table_row row = row_of(context, &id, iterator);
	return (int32_t)intrinsic_copy_out(data, length, row.data, row.length);
}

static int32_t found(struct apply_context *context, const struct table_id *id, const struct table_row *row,
                     uint64_t *primary_key)
{
	if (primary_key)
		*primary_key = row->primary_key;
	int32_t iterator = cache_add(cache_rows(context), id, row->primary_key);
	context->database->latest = (struct latest_row){map_stamp(view(context)), iterator, *row};
	return iterator;
}

int32_t intrinsic_db_next_i64(int32_t iterator, uint64_t *primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct iterator_cache *cache = cache_rows(context);
	if (iterator < -1)
		return -1;
	struct table_id id;
	struct iterator at = cache_get(cache, &id, iterator);
	struct table_row row;
	if (at.primary_key == UINT64_MAX || !table_row_seek(view(context), &row, &id, at.primary_key + 1))
		return cache_table(cache, &id);
	return found(context, &id, &row, primary_key);
}

int32_t intrinsic_db_previous_i64(int32_t iterator, uint64_t *primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct iterator_cache *cache = cache_rows(context);
	struct table_row row;
	struct table_id id;
	if (iterator < -1) {
		const struct met_table *table = cache_table_of_end(cache, iterator);
		if (!table)
			intrinsic_fail(INVALID_TABLE_ITERATOR, "not a valid end iterator");
		id = table->id;
		return !table->gone && table_row_seek_back(view(context), &row, &id, UINT64_MAX)
		           ? found(context, &id, &row, primary_key)
		           : -1;
	}
	struct iterator at = cache_get(cache, &id, iterator);
	if (!at.primary_key || !table_row_seek_back(view(context), &row, &id, at.primary_key - 1))
		return -1;
	return found(context, &id, &row, primary_key);
}

/* -1 when there is no such table; else its end iterator, which becomes known. */
static int32_t end_of(struct apply_context *context, const struct table_id *id)
{
	struct table_object object;
	return table_object_get(view(context), &object, id) ? cache_table(cache_rows(context), id) : -1;
}

int32_t intrinsic_db_find_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {code, scope, table};
	struct table_row row;
	return table_row_get(view(context), &row, &id, primary_key) ? found(context, &id, &row, NULL)
	                                                            : end_of(context, &id);
}

int32_t intrinsic_db_lowerbound_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {code, scope, table};
	struct table_row row;
	int32_t end = end_of(context, &id);
	return end != -1 && table_row_seek(view(context), &row, &id, primary_key)
	           ? found(context, &id, &row, NULL)
	           : end;
}

int32_t intrinsic_db_upperbound_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {code, scope, table};
	struct table_row row;
	int32_t end = end_of(context, &id);
	if (end == -1 || primary_key == UINT64_MAX || !table_row_seek(view(context), &row, &id, primary_key + 1))
		return end;
	return found(context, &id, &row, NULL);
}

int32_t intrinsic_db_end_i64(uint64_t code, uint64_t scope, uint64_t table)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {code, scope, table};
	return end_of(context, &id);
}
