/* The keys of the state map: a one-byte tag, then big-endian fields, so that byte order is the order in
 * which things are walked. Every kind of entry that the state has is listed here.
 *
 * What a transaction needs of an account begins with STATE_OF_NAME and the account's name, and only then
 * tells what it is, so that it lies together: among however many accounts, a transfer reads and copies one
 * or two leaves of each account it concerns, not one for every kind. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_STATE_KEY_H
#define EOSIOFS_CORE_ENGINE_STATE_STATE_KEY_H

#include "core/base/bytes.h"
#include "core/base/crypto/hash.h"
#include "core/base/crypto/key.h"
#include "core/engine/state/map/map.h"

enum state_tag {
	STATE_GLOBAL = 0x01, /* u8 enum state_global */

	STATE_ACCOUNT_NAME = 0x10, /* name: empty; every account, to walk them */
	STATE_ABI,             /* name: what setabi stored */
	STATE_CODE,            /* code hash: the code */
	STATE_CODE_REFERENCES, /* code hash: u32, how many accounts run it */

	/* name: u64, how many permissions (owner and active left out) are called so */
	STATE_PERMISSION_NAME = 0x20,
	STATE_KEY_PERMISSION,     /* key type, point, account, permission: empty; which authorities name a key */

	STATE_RESOURCE_PENDING = 0x30, /* account: limits that hold from the block's end */

	STATE_GENERATED = 0x40,   /* sender, sender id (high, low): struct generated_transaction */
	STATE_GENERATED_DELAY,    /* delay_until, object id: sender, sender id */
	STATE_GENERATED_ID,       /* transaction id, object id: sender, sender id */

	STATE_TRANSACTION = 0x50, /* transaction id: u32 expiration; what may not be pushed again */
	STATE_TRANSACTION_EXPIRATION, /* u32 expiration, transaction id: empty */
	STATE_TAPOS,              /* u16: u32 block number, u32 prefix of the last block with these low bits */

	/* contract_table.h; secondary indices have one tag for each enum secondary_type */
	STATE_TABLE = 0x60,             /* code, scope, table: payer, u32 count */
	/* code, scope, table, ordering key (8, 16 or 32 bytes), primary key: empty */
	STATE_SECONDARY = 0x68,
	/* code, scope, table, primary key: payer, the key as the contract gave it */
	STATE_SECONDARY_PRIMARY = 0x70,

	STATE_OF_NAME = 0x80,  /* and above: STATE_OF_NAME, the first field, the tag, the other fields */
	STATE_ACCOUNT = 0x80,  /* name: struct account_object */
	STATE_RESOURCE,        /* account: struct resource_account */
	STATE_PERMISSION,      /* account, name: struct permission_object */
	STATE_PERMISSION_LINK, /* account, code, action: struct permission_link */
	STATE_ROW,             /* scope, code, table, primary key: payer, u32 block number, data */
};

/* where the second field begins in such a key; the first does at 1, as in all */
enum { STATE_OF_NAME_FIELD = 1 + 8 + 1 };

enum state_global {
	GLOBAL_CONFIGURATION,     /* struct chain_config */
	GLOBAL_COUNTERS,          /* global action sequence, next object ids */
	GLOBAL_FEATURES,          /* what is activated and preactivated, see feature.h */
	/* u32 number of the proposing block, producer_schedule; absent when none is proposed */
	GLOBAL_PROPOSED_SCHEDULE,
	GLOBAL_RESOURCES,         /* struct resource_state */
	GLOBAL_WASM_LIMITS,       /* struct wasm_limits; absent until they are set */
};

struct state_key {
	uint8_t data[MAP_KEY_MAXIMUM];
	size_t length;
};

/* A key of a tag and 0 to 4 fields of 64 bits; at least 1 when the tag is of STATE_OF_NAME. */
struct state_key state_key_make(enum state_tag tag, const uint64_t *fields, size_t count);
struct state_key state_key_global(enum state_global global);
struct state_key state_key_name(enum state_tag tag, uint64_t name);
struct state_key state_key_pair(enum state_tag tag, uint64_t a, uint64_t b);
struct state_key state_key_triple(enum state_tag tag, uint64_t a, uint64_t b, uint64_t c);
struct state_key state_key_hash(enum state_tag tag, const struct checksum256 *hash);

/* More fields at the key's end. */
void state_key_add_u8(struct state_key *key, uint8_t value);
void state_key_add_u16(struct state_key *key, uint16_t value);
void state_key_add_u32(struct state_key *key, uint32_t value);
void state_key_add_u64(struct state_key *key, uint64_t value);
void state_key_add(struct state_key *key, const void *data, size_t length);

/* A field of 64 bits read back at an offset of a found entry's key. */
uint64_t state_key_u64(const uint8_t *key, size_t offset);
uint32_t state_key_u32(const uint8_t *key, size_t offset);

bool state_get(const struct map_root *root, struct map_value *out, const struct state_key *key);
/* The value to be read; or its fields, one after the other, which are all there is of it. */
bool state_read(const struct map_root *root, struct cursor *out, const struct state_key *key);
bool state_get_fields(const struct map_root *root, void *out, const struct state_key *key,
                      const struct packed_field *fields);
void state_put(struct map_edit *edit, const struct state_key *key, const void *value, size_t length);
void state_put_fields(struct map_edit *edit, const struct state_key *key, const void *object,
                      const struct packed_field *fields);
bool state_remove(struct map_edit *edit, const struct state_key *key);

/* Walking the entries that begin with a prefix: state_walk_begin(), then, while state_walk_next() gives
 * true, entry is the next one. The state may change between steps. */
struct state_walk {
	struct map_entry entry;
	struct state_key prefix;
	bool started;
};
/* from: a key with that prefix to start at, NULL for the first. */
void state_walk_begin(struct state_walk *walk, const struct state_key *prefix, const struct state_key *from);
bool state_walk_next(struct state_walk *walk, const struct map_root *root);

#endif
