/* Contract tables in the state: rows, secondary indices, and the table objects that count them
 * (protocol.md B.7). Reading works on any root (an edit's map_edit_view() too); writing is the intrinsics'
 * (intrinsic/group/database*.c). */
#ifndef EOSIOFS_CORE_ENGINE_STATE_CONTRACT_TABLE_H
#define EOSIOFS_CORE_ENGINE_STATE_CONTRACT_TABLE_H

#include "core/base/bytes.h"
#include "core/engine/state/map/map.h"
#include "core/types/table_id.h"

/* The table object: who pays for it, how many rows it has. */
struct table_object {
	struct table_id id;
	uint64_t payer;
	uint32_t count;
};

/* A row; data is borrowed from the root. */
struct table_row {
	uint64_t primary_key;
	uint64_t payer;
	uint32_t block_num; /* of the block that last wrote it */
	const uint8_t *data;
	size_t length;
};

bool table_object_get(const struct map_root *root, struct table_object *out, const struct table_id *id);
/* The first table object at or after (code, scope, table); within the same code; false: none. */
bool table_object_seek(const struct map_root *root, struct table_object *out, const struct table_id *from);
/* The last one at or before it, within the same code. */
bool table_object_seek_back(const struct map_root *root, struct table_object *out,
                            const struct table_id *from);

/* The first contract at or after `from` that has any table; false: none. */
bool table_code_seek(const struct map_root *root, uint64_t *code, uint64_t from);

bool table_row_get(const struct map_root *root, struct table_row *out, const struct table_id *id,
                   uint64_t primary_key);
/* The first row with a primary key >= from (or the last with one <= from). */
bool table_row_seek(const struct map_root *root, struct table_row *out, const struct table_id *id,
                    uint64_t from);
bool table_row_seek_back(const struct map_root *root, struct table_row *out, const struct table_id *id,
                         uint64_t from);

/* Secondary indices: keys as they order in the state, big-endian, floats mapped so that byte order is
 * numeric order. */
enum secondary_type {
	SECONDARY_U64,
	SECONDARY_U128,
	SECONDARY_U256,
	SECONDARY_DOUBLE,
	SECONDARY_LONG_DOUBLE, SECONDARY_TYPES
};
struct secondary_row {
	uint8_t key[32]; /* ordering form */
	uint64_t primary_key, payer;
};
/* The first entry at or after (key, primary key) of an index table (its id.table has the index number in
 * the low four bits). */
bool secondary_row_seek(const struct map_root *root, struct secondary_row *out, const struct table_id *id,
                        enum secondary_type type, const uint8_t *key, uint64_t primary_key);

/* --- how they lie in the state (state_key.h); for intrinsic/group/database*.c --- */
enum { TABLE_ROW_HEADER = 12 };

/* Each writes a key and gives its length. */
size_t table_object_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id);
size_t table_row_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id, uint64_t primary_key);
size_t secondary_order_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id, enum secondary_type type,
                           const uint8_t *ordered, uint64_t primary_key);
size_t secondary_primary_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id,
                             enum secondary_type type, uint64_t primary_key);

size_t secondary_key_length(enum secondary_type type);
/* The ordering form of a key as a contract gives it (little-endian; -0.0 becomes 0.0, as they compare
 * equal). */
void secondary_key_order(uint8_t out[32], enum secondary_type type, const void *key);
/* An entry by its primary key: payer, and the key as the contract gave it (borrowed). */
bool secondary_row_get(const struct map_root *root, const uint8_t **key, uint64_t *payer,
                       const struct table_id *id, enum secondary_type type, uint64_t primary_key);
/* The last entry before (key, primary key). */
bool secondary_row_seek_before(const struct map_root *root, struct secondary_row *out,
                               const struct table_id *id, enum secondary_type type, const uint8_t *key,
                               uint64_t primary_key);

bool secondary_row_seek_last(const struct map_root *root, struct secondary_row *out,
                             const struct table_id *id, enum secondary_type type);

#endif
