/* A view: one state of one chain, and how it is read. Views are to a chain what inodes are to a
 * superblock in the kernel's VFS: struct chain (chain.h) says what can be done to a chain and opens
 * views; each view brings the operations that read it, so that heads of nodes, past blocks, kept states
 * and a node behind HTTP differ in nothing above. */
#ifndef EOSIOFS_CORE_CHAIN_VIEW_H
#define EOSIOFS_CORE_CHAIN_VIEW_H

#include "core/base/interruption.h"
#include "core/types/abi/abi.h"
#include "core/types/asset.h"
#include "core/types/block.h"
#include "core/types/feature.h"
#include "core/types/genesis.h"
#include "core/types/table_id.h"
#include "core/types/trace.h"

struct chain;

/* Which state of a chain. */
struct chain_revision {
	enum chain_revision_kind {
		CHAIN_HEAD,  /* the newest, with what the block in the making holds already */
		CHAIN_BLOCK, /* as it was after a block */
		CHAIN_KEPT,  /* one that was kept under a name */
	} kind;
	uint64_t node;      /* CHAIN_HEAD: whose head; 0: of the node that the chain is seen through */
	uint32_t block_num; /* CHAIN_BLOCK */
	const char *kept;   /* CHAIN_KEPT: borrowed for the call */
};

/* One consistent state, pinned: everything read through it is of the same block. Several threads may read
 * through one at a time; whoever closes it is the last. */
struct chain_view {
	const struct chain_view_operations *operations;
	struct chain *chain;
	const struct interruption *interruption; /* borrowed: of whoever reads; NULL: never */
	uint32_t block_num; /* the block this state is (or will be) the state of */
	uint32_t slot;      /* its time */
	uint64_t sequence;  /* differs whenever the state may differ, among all views of a chain */
};

struct chain_info {
	struct checksum256 chain_id, head_block_id, irreversible_block_id;
	uint32_t head_block_num, irreversible_block_num;
	uint32_t head_slot, irreversible_slot;
	uint64_t head_block_producer;
	uint64_t virtual_block_cpu_limit, virtual_block_net_limit, block_cpu_limit, block_net_limit;
	uint64_t total_cpu_weight, total_net_weight;
};
/* get_info's JSON, compact; served: with what it says of the server. */
void chain_info_print(struct text *out, const struct chain_info *info, bool served);

/* CPU in microseconds, NET in bytes; -1 everywhere: unlimited. */
struct chain_limit {
	int64_t used, available, max, current_used;
	uint32_t last_usage_slot;
};

struct chain_linked_action {
	uint64_t account, action; /* action 0: the whole contract */
};

struct chain_permission {
	uint64_t name, parent;
	struct authority authority;
	struct chain_linked_action *linked_actions; /* owned */
	size_t linked_actions_count;
	uint32_t block_num; /* where it was last written */
};

struct chain_account {
	uint64_t name;
	bool privileged;
	int64_t last_code_update, created; /* microseconds; 0: never */
	int64_t ram_quota, ram_usage, net_weight, cpu_weight;
	struct chain_limit net_limit, cpu_limit;
	struct chain_permission *permissions; /* owned; ascending by name */
	size_t permissions_count;
	struct chain_linked_action *any_linked_actions; /* owned: linked to eosio.any */
	size_t any_linked_actions_count;
	struct checksum256 code_hash; /* zero: no contract */
	uint32_t block_num;           /* where account, permissions or code were last written */
};
void chain_account_release(struct chain_account *account);
/* NULL: it has none of that name. */
const struct chain_permission *chain_account_permission(const struct chain_account *account, uint64_t name);

/* A table row; data is borrowed for the call of the visitor, or until the view is closed. */
struct chain_row {
	uint64_t primary_key, payer;
	uint32_t block_num;
	const uint8_t *data;
	size_t length;
};
struct chain_scope {
	uint64_t scope, table, payer;
	uint32_t count;
};
/* A secondary index of a table: by its place (0: the first) and the type of its keys. */
enum { CHAIN_INDEX_KEY_SIZE = 32 };
struct chain_index {
	struct table_id table;
	unsigned place;
	enum chain_index_type {
		CHAIN_INDEX_U64,
		CHAIN_INDEX_U128,
		CHAIN_INDEX_U256,
		CHAIN_INDEX_DOUBLE,
		CHAIN_INDEX_LONG_DOUBLE
	} type;
};
/* A row found by an index. The key so that bytes order as keys do (big-endian, a float's sign turned),
 * zeroes behind it. */
struct chain_index_row {
	uint8_t key[CHAIN_INDEX_KEY_SIZE];
	bool negative_zero; /* the key is a float's -0, which has the place of 0 */
	struct chain_row row;
};

struct chain_feature {
	enum feature feature; /* FEATURE_COUNT: one that is not known here */
	struct checksum256 digest, description_digest;
	struct checksum256 dependency; /* where has_dependency */
	const char *name;              /* "PREACTIVATE_FEATURE" */
	bool has_dependency;
	bool preactivation_required;
	bool active;
	bool preactivated; /* becomes active with the next block */
	uint32_t activation_block_num, activation_ordinal;
};
enum { CHAIN_FEATURES_MAXIMUM = 64 }; /* no chain knows more */

/* Who produces, and who will; one that there is not has no producers. */
struct chain_schedules {
	struct producer_schedule active, pending, proposed;
};
void chain_schedules_release(struct chain_schedules *schedules);

/* A deferred or delayed transaction that waits. */
struct chain_scheduled {
	struct checksum256 id;
	uint64_t sender;       /* 0: a user's delayed transaction */
	uint64_t sender_id[2]; /* low, high 64 bits */
	uint64_t payer;
	int64_t delay_until, expiration, published; /* microseconds */
	const uint8_t *packed;                      /* borrowed for the call of the visitor */
	size_t packed_length;
};

/* What is known of a block that is reversible still (get_block_header_state). */
struct chain_header_state {
	struct checksum256 id;
	uint32_t block_num;
	struct signed_block block; /* header and signature; no transactions */
	uint32_t proposed_irreversible, irreversible;
	struct producer_schedule active, pending;
	struct producer_authority authority; /* that signed it */
	uint32_t pending_lib_num;
	struct checksum256 pending_hash;
	struct incremental_merkle blockroot;
	struct chain_last_produced {
		uint64_t producer;
		uint32_t block, implied_irreversible;
		bool has_implied;
	} *last_produced; /* owned, as the arrays below */
	size_t last_produced_count;
	uint8_t *confirm_count;
	size_t confirm_count_count;
	struct checksum256 *features; /* ascending */
	size_t features_count;
};
void chain_header_state_release(struct chain_header_state *state);

struct chain_key_permission {
	uint64_t account, permission;
};

/* Visitors return 0 to go on; anything else ends the walk and becomes its result. */
typedef int chain_account_visitor(void *context, uint64_t name);
typedef int chain_row_visitor(void *context, const struct chain_row *row);
typedef int chain_index_row_visitor(void *context, const struct chain_index_row *row);
typedef int chain_scope_visitor(void *context, const struct chain_scope *scope);
typedef int chain_scheduled_visitor(void *context, const struct chain_scheduled *scheduled);
typedef int chain_feature_visitor(void *context, const struct chain_feature *feature);
typedef int chain_key_permission_visitor(void *context, const struct chain_key_permission *permission);

/* What happened to an account, or the rounds of a producer: a text that only grows, a JSON object a line,
 * oldest first. */
enum chain_history_kind { CHAIN_HISTORY_ACCOUNT, CHAIN_HISTORY_PRODUCER };
struct chain_history {
	uint64_t lines, from;  /* how many there are; the first of what was asked for */
	uint64_t begin, end;   /* where that begins and ends in the text, in bytes */
	uint32_t block_num;    /* of its last line; 0: it has none */
};

/* All return 0 or -errno with a sentence, unless said otherwise. Any of them may have to ask another
 * process, and then end with -EHOSTUNREACH or -ETIMEDOUT (it could not be asked), -EINTR (the view's
 * interruption happened), -EOPNOTSUPP (that node does not answer such questions); never with -ENOENT
 * for what could not be asked. */
struct chain_view_operations {
	void (*close)(struct chain_view *view);

	int (*info)(struct chain_view *view, struct chain_info *out, struct error *error);

	/* -ENOENT: no such account, here and below. Release it. */
	int (*account)(struct chain_view *view, struct chain_account *out, uint64_t name, struct error *error);
	/* created: NULL, or becomes the slot of the block that made it. */
	int (*account_exists)(struct chain_view *view, uint32_t *created, uint64_t name, struct error *error);
	/* Names >= from, ascending. */
	int (*accounts)(struct chain_view *view, uint64_t from, chain_account_visitor *visitor, void *context,
	                struct error *error);
	/* Appended to *out; nothing when it has none. */
	int (*code)(struct chain_view *view, struct bytes *out, uint64_t account, struct error *error);
	/* *version changes with the ABI; 0: it has none. out: NULL, or the ABI's bytes are appended to it. */
	int (*abi)(struct chain_view *view, struct bytes *out, uint64_t *version, uint64_t account,
	           struct error *error);

	/* -ENOENT: no such row, or no such table. */
	int (*row)(struct chain_view *view, struct chain_row *out, const struct table_id *id,
	           uint64_t primary_key, struct error *error);
	/* Rows with primary key >= from, ascending. No such table: no rows. */
	int (*rows)(struct chain_view *view, const struct table_id *id, uint64_t from,
	            chain_row_visitor *visitor, void *context, struct error *error);
	/* Rows with primary key <= from, descending. */
	int (*rows_back)(struct chain_view *view, const struct table_id *id, uint64_t from,
	                 chain_row_visitor *visitor, void *context, struct error *error);
	/* Rows in the order of an index, among equal keys in that of the primary one: from a key on upwards, or
	 * (back) downwards, its equals included. from NULL: from the end where the walk begins. */
	int (*index_rows)(struct chain_view *view, const struct chain_index *index,
	                  const uint8_t from[CHAIN_INDEX_KEY_SIZE], bool back, chain_index_row_visitor *visitor,
	                  void *context, struct error *error);
	/* The scopes of a code, at or after from_scope; table 0: every table. Ascending by scope, then
	 * table; secondary index tables left out. */
	int (*scopes)(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
	              chain_scope_visitor *visitor, void *context, struct error *error);
	/* Every table of a code, its secondary indices (low four bits of the name) included, from a scope on
	 * upwards, by scope, then table; or (back) downwards. */
	int (*tables)(struct chain_view *view, uint64_t code, uint64_t from_scope, bool back,
	              chain_scope_visitor *visitor, void *context, struct error *error);
	/* The contracts that have a table of that name in that scope, ascending: where an account has rows,
	 * whoever made the table. Costs a search a contract that has any table, whatever the number of its
	 * scopes. */
	int (*table_contracts)(struct chain_view *view, uint64_t scope, uint64_t table,
	                       chain_account_visitor *visitor, void *context, struct error *error);

	/* How many of a producer's slots have passed without a block. */
	int (*missed)(struct chain_view *view, uint32_t *missed, uint64_t producer, struct error *error);
	int (*features)(struct chain_view *view, chain_feature_visitor *visitor, void *context,
	                struct error *error);
	int (*config)(struct chain_view *view, struct chain_config *out, struct error *error);
	/* Copies; none where it fails. Release them. */
	int (*schedules)(struct chain_view *view, struct chain_schedules *out, struct error *error);
	int (*key_permissions)(struct chain_view *view, const struct public_key *key,
	                       chain_key_permission_visitor *visitor, void *context, struct error *error);
	/* Which of the available keys a transaction needs (get_required_keys): *out is free()d by the
	 * caller. -EACCES, 3090003: they do not suffice. */
	int (*required_keys)(struct chain_view *view, struct public_key **out, size_t *out_count,
	                     const struct transaction *transaction, const struct public_key *available,
	                     size_t available_count, struct error *error);

	/* Waiting transactions by the time they are due, from delay_until on (microseconds), or from the one of
	 * that id on (NULL: none). -ENOENT: there is none of that id. */
	int (*scheduled)(struct chain_view *view, int64_t delay_until, const struct checksum256 *id,
	                 chain_scheduled_visitor *visitor, void *context, struct error *error);

	/* -ENOENT: no block of that number is reversible. Release it. */
	int (*header_state)(struct chain_view *view, struct chain_header_state *out, uint32_t number,
	                    struct error *error);
	/* A block at or before the view's, by number. -ENOENT: there is none. Release it. */
	int (*block)(struct chain_view *view, struct signed_block *out, uint32_t number, struct error *error);
	/* Its slot alone, which costs less; -ENOENT. */
	int (*block_slot)(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error);
	/* Whether all that was read could be: what is wrong with a state on disk shows when it is looked at.
	 * -EBADMSG. NULL: nothing can be. */
	int (*sound)(struct chain_view *view, struct error *error);
	/* The newest block that something of what was read may be of: the view's own, or a later one where
	 * several answers of another process were needed and its head moved meanwhile. NULL: its own. */
	int (*newest)(struct chain_view *view, uint32_t *block_num, struct error *error);
	/* At most that many lines of a history from a line on (UINT64_MAX: the last of them). */
	int (*history)(struct chain_view *view, struct chain_history *out, enum chain_history_kind kind,
	               uint64_t name, uint64_t from, uint64_t maximum, struct error *error);
	/* Appends whole lines of that text: from the one that holds byte `offset` on, until `size` bytes from
	 * there are there; *begin: where the first of them begins. */
	int (*history_text)(struct chain_view *view, struct text *out, uint64_t *begin,
	                    enum chain_history_kind kind, uint64_t name, uint64_t offset, size_t size,
	                    struct error *error);
	/* What it did: the traces of onblock, then of its transactions in their order. Release each, then
	 * free(*out). -ENOENT: there is no such block, or its traces are not to be had any more. */
	int (*traces)(struct chain_view *view, struct transaction_trace **out, size_t *count, uint32_t number,
	              struct error *error);
	/* The last block in which a transaction of that id stands; -ENOENT. */
	int (*find_transaction)(struct chain_view *view, uint32_t *number, const struct checksum256 *id,
	                        struct error *error);
};

/* The state that revision says (NULL: the head). Close it. -ENOENT: no such node or kept state, or a
 * block that is not known; -EOPNOTSUPP: states of that kind are not kept here. */
int chain_view_open(struct chain *chain, struct chain_view **out, const struct chain_revision *revision,
                    const struct interruption *interruption, struct error *error);
void chain_view_close(struct chain_view *view); /* NULL is fine */

/* An account's parsed ABI, from a cache that all views of a chain share; give it back with
 * chain_abi_release(). -ENOENT, 3015001: it has none. */
struct chain_abi {
	struct abi *abi;
	uint64_t account, version;
	unsigned references;
};
/* One that stands in no cache, of bytes as setabi stores them. */
int chain_abi_make(struct chain_abi **out, const void *data, size_t length, uint64_t account,
                   struct error *error);
int chain_abi_get(struct chain_view *view, struct chain_abi **out, uint64_t account, struct error *error);
void chain_abi_release(struct chain *chain, struct chain_abi *abi);

/* get_account's JSON, compact, members in nodeos's order; `comparable` leaves out what only says "now"
 * (head_block_num, head_block_time and the limits' current_used), as accounts/NAME/info.json does.
 * core_symbol: of the balance that is shown; NULL: the chain's core symbol. */
int chain_account_print(struct chain_view *view, struct text *out, const struct chain_account *account,
                        const uint64_t *core_symbol, bool comparable, struct error *error);

/* get_producers' JSON, compact: at most limit rows in the order of votes, from a producer on (0: the
 * first), by the ABI or (not json) as bytes; the active schedule while there is no producers table. */
int chain_producers_print(struct chain_view *view, struct text *out, bool json, uint64_t from, size_t limit,
                          struct error *error);

/* A row's JSON by the contract's ABI; hexadecimal when the ABI does not know the table or the bytes do
 * not fit (as get_table_rows). */
int chain_row_print(struct chain_view *view, struct text *out, const struct table_id *id, const void *data,
                    size_t length, struct error *error);

/* The RAM market's quote symbol, by which nodeos knows the core token; false before the system contract
 * is initialized. */
bool chain_market_symbol(struct chain_view *view, uint64_t *symbol);
/* The core symbol: rammarket's RAMCORE quote symbol; before the system contract is initialized the
 * first token of eosio.token's stat with issuer eosio; "4,SYS" when there is none yet. */
uint64_t chain_core_symbol(struct chain_view *view);

#endif
