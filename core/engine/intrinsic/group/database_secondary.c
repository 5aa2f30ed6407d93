/* Database intrinsics for secondary indices: db_idx64, idx128, idx256, idx_double, idx_long_double. One
 * set of functions by type; the intrinsics at the end are their faces. */
#include "core/engine/intrinsic/cache.h"

#include <string.h>

static const uint8_t billed[] = {[SECONDARY_U64] = 128,
	                             [SECONDARY_U128] = 144,
	                             [SECONDARY_U256] = 160,
	                             [SECONDARY_DOUBLE] = 128,
	                             [SECONDARY_LONG_DOUBLE] = 144};

static const struct map_root *view(const struct apply_context *context)
{
	return map_edit_view(context->transaction->edit);
}

/* A double or quadruple precision key must be a number. */
static void check_number(enum secondary_type type, const uint8_t *key)
{
	bool nan = false;
	if (type == SECONDARY_DOUBLE) {
		double value;
		memcpy(&value, key, sizeof value);
		nan = value != value;
	} else if (type == SECONDARY_LONG_DOUBLE) {
		uint8_t fraction = 0;
		for (int i = 0; i < 14; i++)
			fraction |= key[i];
		nan = fraction && key[14] == 0xff && (key[15] & 0x7f) == 0x7f;
	}
	if (nan)
		intrinsic_fail(TRANSACTION_EXCEPTION, "NaN is not an allowed value for a secondary key");
}

static void put_entry(struct apply_context *context, const struct table_id *id, enum secondary_type type,
                      uint64_t primary_key, uint64_t payer, const void *key)
{
	uint8_t at[MAP_KEY_MAXIMUM], value[8 + 32], ordered[32];
	size_t length = secondary_key_length(type);
	memcpy(value, &payer, 8);
	memcpy(value + 8, key, length);
	secondary_key_order(ordered, type, key);
	map_edit_put(context->transaction->edit, at, secondary_primary_key(at, id, type, primary_key), value,
	             8 + length);
	map_edit_put(context->transaction->edit, at, secondary_order_key(at, id, type, ordered, primary_key),
	             value, 0);
}

static void remove_order(struct apply_context *context, const struct table_id *id, enum secondary_type type,
                         uint64_t primary_key, const uint8_t *key)
{
	uint8_t at[MAP_KEY_MAXIMUM], ordered[32];
	secondary_key_order(ordered, type, key);
	map_edit_remove(context->transaction->edit, at, secondary_order_key(at, id, type, ordered, primary_key));
}

struct entry {
	struct table_id id;
	uint64_t primary_key, payer;
	uint8_t key[32]; /* as the contract gave it */
};

static bool read_entry(const struct apply_context *context, struct entry *out, enum secondary_type type,
                       uint64_t primary_key)
{
	const uint8_t *key;
	out->primary_key = primary_key;
	if (!secondary_row_get(view(context), &key, &out->payer, &out->id, type, primary_key))
		return false;
	memcpy(out->key, key, secondary_key_length(type));
	return true;
}

static struct entry entry_of(struct apply_context *context, enum secondary_type type, int32_t iterator)
{
	struct entry entry;
	struct iterator at = cache_get(cache_secondary(context, type), &entry.id, iterator);
	if (!read_entry(context, &entry, type, at.primary_key))
		intrinsic_fail(TABLE_OPERATION_NOT_PERMITTED, "dereference of deleted object");
	return entry;
}

static int32_t store(enum secondary_type type, uint64_t scope, uint64_t table, uint64_t payer,
                     uint64_t primary_key, const void *key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct entry entry = {.id = {context->receiver, scope, table}};
	table_check_writing(context, "store");
	check_number(type, key);
	table_check_payer(payer);
	table_object_add(context, &entry.id, payer);
	if (read_entry(context, &entry, type, primary_key))
		table_fail_twice();
	put_entry(context, &entry.id, type, primary_key, payer, key);
	intrinsic_check(apply_add_ram_usage(context, payer, billed[type]));
	return cache_add(cache_secondary(context, type), &entry.id, primary_key);
}

static void update(enum secondary_type type, int32_t iterator, uint64_t payer, const void *key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	table_check_writing(context, "update");
	check_number(type, key);
	struct entry entry = entry_of(context, type, iterator);
	table_check_owner(context, &entry.id);
	if (!payer)
		payer = entry.payer;
	table_bill_update(context, entry.payer, billed[type], payer, billed[type]);
	remove_order(context, &entry.id, type, entry.primary_key, entry.key);
	put_entry(context, &entry.id, type, entry.primary_key, payer, key);
}

static void erase(enum secondary_type type, int32_t iterator)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	table_check_writing(context, "remove");
	struct entry entry = entry_of(context, type, iterator);
	uint8_t at[MAP_KEY_MAXIMUM];
	table_check_owner(context, &entry.id);
	intrinsic_check(apply_add_ram_usage(context, entry.payer, -(int64_t)billed[type]));
	remove_order(context, &entry.id, type, entry.primary_key, entry.key);
	map_edit_remove(context->transaction->edit, at,
	                secondary_primary_key(at, &entry.id, type, entry.primary_key));
	table_object_subtract(context, &entry.id);
	cache_remove(cache_secondary(context, type), iterator);
}

static int32_t end_of(struct apply_context *context, enum secondary_type type, const struct table_id *id)
{
	struct table_object object;
	return table_object_get(view(context), &object, id) ? cache_table(cache_secondary(context, type), id)
	                                                    : -1;
}

static int32_t end(enum secondary_type type, uint64_t code, uint64_t scope, uint64_t table)
{
	struct table_id id = {code, scope, table};
	return end_of(intrinsic_enter(FOR_ACTION), type, &id);
}

/* Gives the entry found to the contract: its primary key, and its key when that is asked for. */
static int32_t found(struct apply_context *context, enum secondary_type type, const struct table_id *id,
                     uint64_t found_key, void *key, uint64_t *primary_key)
{
	struct entry entry = {.id = *id};
	/* in this order, which is seen where the two overlap */
	if (primary_key)
		*primary_key = found_key;
	if (key && read_entry(context, &entry, type, found_key))
		memcpy(key, entry.key, secondary_key_length(type));
	return cache_add(cache_secondary(context, type), id, found_key);
}

/* The least key above; false when there is none. */
static bool increment(uint8_t *ordered, size_t length)
{
	while (length > 0 && ++ordered[length - 1] == 0)
		length--;
	return length > 0;
}

static int32_t next(enum secondary_type type, int32_t iterator, uint64_t *primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	if (iterator < -1)
		return -1;
	struct entry entry = entry_of(context, type, iterator);
	struct secondary_row row;
	uint8_t ordered[32];
	secondary_key_order(ordered, type, entry.key);
	bool more;
	if (entry.primary_key < UINT64_MAX) {
		more = secondary_row_seek(view(context), &row, &entry.id, type, ordered, entry.primary_key + 1);
	} else {
		more = increment(ordered, secondary_key_length(type)) &&
		       secondary_row_seek(view(context), &row, &entry.id, type, ordered, 0);
	}
	return more ? found(context, type, &entry.id, row.primary_key, NULL, primary_key)
	            : cache_table(cache_secondary(context, type), &entry.id);
}

static int32_t previous(enum secondary_type type, int32_t iterator, uint64_t *primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct iterator_cache *cache = cache_secondary(context, type);
	struct secondary_row row;
	struct table_id id;
	bool more;
	if (iterator < -1) {
		const struct met_table *table = cache_table_of_end(cache, iterator);
		if (!table)
			intrinsic_fail(INVALID_TABLE_ITERATOR, "not a valid end iterator");
		id = table->id;
		more = !table->gone && secondary_row_seek_last(view(context), &row, &id, type);
	} else {
		struct entry entry = entry_of(context, type, iterator);
		uint8_t ordered[32];
		secondary_key_order(ordered, type, entry.key);
		id = entry.id;
		more = secondary_row_seek_before(view(context), &row, &id, type, ordered, entry.primary_key);
	}
	return more ? found(context, type, &id, row.primary_key, NULL, primary_key) : -1;
}

static int32_t find_primary(enum secondary_type type, uint64_t code, uint64_t scope, uint64_t table,
                            void *key, uint64_t primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct entry entry = {.id = {code, scope, table}};
	int32_t none = end_of(context, type, &entry.id);
	if (none == -1 || !read_entry(context, &entry, type, primary_key))
		return none;
	return found(context, type, &entry.id, primary_key, key, NULL);
}

enum bound { BOUND_EQUAL, BOUND_LOWER, BOUND_UPPER };

static int32_t find(enum secondary_type type, enum bound bound, uint64_t code, uint64_t scope, uint64_t table,
                    const void *key, void *key_out, uint64_t *primary_key)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct table_id id = {code, scope, table};
	struct secondary_row row;
	uint8_t ordered[32] = {0};
	check_number(type, key);
	int32_t none = end_of(context, type, &id);
	secondary_key_order(ordered, type, key);
	size_t length = secondary_key_length(type);
	if (bound == BOUND_UPPER && !increment(ordered, length))
		return none;
	if (none == -1 || !secondary_row_seek(view(context), &row, &id, type, ordered, 0))
		return none;
	if (bound == BOUND_EQUAL && memcmp(row.key, ordered, length) != 0)
		return none;
	return found(context, type, &id, row.primary_key, key_out, primary_key);
}

/* The ten faces of a type. key(count) is what a face checks of its arguments. */
#define INDEX_FACES(prefix, type, EXTRA, CHECK)                                                           \
	int32_t prefix##_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id,                   \
	                       const void *key EXTRA)                                                         \
	{                                                                                                     \
		CHECK;                                                                                            \
		return store(type, scope, table, payer, id, key);                                                 \
	}                                                                                                     \
	void prefix##_update(int32_t iterator, uint64_t payer, const void *key EXTRA)                         \
	{                                                                                                     \
		CHECK;                                                                                            \
		update(type, iterator, payer, key);                                                               \
	}                                                                                                     \
	void prefix##_remove(int32_t iterator)                                                                \
	{                                                                                                     \
		erase(type, iterator);                                                                            \
	}                                                                                                     \
	int32_t prefix##_next(int32_t iterator, uint64_t *primary)                                            \
	{                                                                                                     \
		return next(type, iterator, primary);                                                             \
	}                                                                                                     \
	int32_t prefix##_previous(int32_t iterator, uint64_t *primary)                                        \
	{                                                                                                     \
		return previous(type, iterator, primary);                                                         \
	}                                                                                                     \
	int32_t prefix##_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key EXTRA,         \
	                              uint64_t primary)                                                       \
	{                                                                                                     \
		CHECK;                                                                                            \
		return find_primary(type, code, scope, table, key, primary);                                      \
	}                                                                                                     \
	int32_t prefix##_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key EXTRA, \
	                                uint64_t *primary)                                                    \
	{                                                                                                     \
		CHECK;                                                                                            \
		return find(type, BOUND_EQUAL, code, scope, table, key, NULL, primary);                           \
	}                                                                                                     \
	int32_t prefix##_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key EXTRA,           \
	                            uint64_t *primary)                                                        \
	{                                                                                                     \
		CHECK;                                                                                            \
		return find(type, BOUND_LOWER, code, scope, table, key, key, primary);                            \
	}                                                                                                     \
	int32_t prefix##_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key EXTRA,           \
	                            uint64_t *primary)                                                        \
	{                                                                                                     \
		CHECK;                                                                                            \
		return find(type, BOUND_UPPER, code, scope, table, key, key, primary);                            \
	}                                                                                                     \
	int32_t prefix##_end(uint64_t code, uint64_t scope, uint64_t table)                                   \
	{                                                                                                     \
		return end(type, code, scope, table);                                                             \
	}

/* nodeos calls the words bytes. */
static void check_count(uint32_t count)
{
	intrinsic_enter(FOR_ACTION);
	if (count != 2)
		intrinsic_fail(DB_API_EXCEPTION,
		               "invalid size of secondary key array for idx256: given %u bytes but expected 2 bytes",
		               (unsigned)count);
}

#define NOTHING
#define COUNT , uint32_t count
INDEX_FACES(intrinsic_db_idx64, SECONDARY_U64, NOTHING, (void)0)
INDEX_FACES(intrinsic_db_idx128, SECONDARY_U128, NOTHING, (void)0)
INDEX_FACES(intrinsic_db_idx256, SECONDARY_U256, COUNT, check_count(count))
INDEX_FACES(intrinsic_db_idx_double, SECONDARY_DOUBLE, NOTHING, (void)0)
INDEX_FACES(intrinsic_db_idx_long_double, SECONDARY_LONG_DOUBLE, NOTHING, (void)0)
