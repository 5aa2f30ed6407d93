/* A chain as the tree and the boot sequence see it: an operations table, as the kernel's VFS has (DESIGN
 * law 7). The embedded chain (embedded.c) implements it; one that asks a nodeos over HTTP would fill the
 * same table. All calls may come from any thread. */
#ifndef EOSIOFS_CORE_CHAIN_CHAIN_H
#define EOSIOFS_CORE_CHAIN_CHAIN_H

#include "core/base/growing_text.h"
#include "core/engine/state/contract_table.h"
#include "core/engine/run/trace.h"
#include "core/types/abi/abi.h"
#include "core/types/asset.h"
#include "core/types/block.h"
#include "core/types/genesis.h"
#include "core/wallet/wallet.h"

struct chain;

/* One consistent state of the chain, pinned: everything read through it is of the same block. The embedded
 * chain's includes the transactions that the block in the making holds already. Closed with
 * chain_view_close(). */
struct chain_view {
	struct chain *chain;
	uint32_t block_num; /* the block this state is (or will be) the state of */
	uint32_t slot;      /* its time */
	uint64_t sequence;  /* differs whenever the state may differ */
};

struct chain_info {
	struct checksum256 chain_id, head_block_id, irreversible_block_id;
	uint32_t head_block_num, irreversible_block_num;
	uint32_t head_slot, irreversible_slot;
	uint64_t head_block_producer;
	uint64_t virtual_block_cpu_limit, virtual_block_net_limit, block_cpu_limit, block_net_limit;
	uint64_t total_cpu_weight, total_net_weight;
};
void chain_info_print(struct text *out, const struct chain_info *info); /* get_info's JSON, compact */

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
struct chain_feature {
	struct checksum256 digest;
	const char *name; /* "PREACTIVATE_FEATURE" */
	bool active;
	bool preactivated; /* becomes active with the next block */
	uint32_t activation_block_num;
};
struct chain_key_permission {
	uint64_t account, permission;
};

/* Visitors return 0 to go on; anything else ends the walk and becomes its result. */
typedef int chain_account_visitor(void *context, uint64_t name);
typedef int chain_row_visitor(void *context, const struct chain_row *row);
typedef int chain_scope_visitor(void *context, const struct chain_scope *scope);
typedef int chain_feature_visitor(void *context, const struct chain_feature *feature);
typedef int chain_key_permission_visitor(void *context, const struct chain_key_permission *permission);

/* How far chain time is ahead of real time, and what `chain/clock` says. */
struct chain_clock {
	int64_t chain_time, real_time; /* microseconds */
};

struct chain_node {
	uint64_t name;
	bool running;
	uint32_t head_block_num, irreversible_block_num;
	uint64_t producers[SCHEDULE_PRODUCERS_MAXIMUM]; /* whose blocks it signs */
	size_t producers_count;
	struct growing_text *log; /* borrowed: its stderr, in nodeos's form */
};

struct chain_send_options {
	uint32_t delay_sec;
	bool without_keys; /* impersonate (embedded chain): no signatures, authorities count as satisfied */
};

struct chain_operations {
	const char *kind; /* "embedded", "nodeos" */
	void (*destroy)(struct chain *chain);

	int (*view_open)(struct chain *chain, struct chain_view **out, struct error *error);
	void (*view_close)(struct chain_view *view);

	int (*info)(struct chain_view *view, struct chain_info *out, struct error *error);
	/* -ENOENT for an account that does not exist, here and below. */
	int (*account)(struct chain_view *view, struct chain_account *out, uint64_t name, struct error *error);
	/* created: NULL, or becomes the slot of the block that made it. */
	int (*account_exists)(struct chain_view *view, uint64_t name, uint32_t *created, struct error *error);
	/* ascending */
	int (*accounts)(struct chain_view *view, uint64_t from, chain_account_visitor *visitor, void *context,
	                struct error *error);
	/* nothing when none */
	int (*code)(struct chain_view *view, uint64_t account, struct bytes *out, struct error *error);
	int (*abi_bytes)(struct chain_view *view, uint64_t account, struct bytes *out, uint64_t *version,
	                 struct error *error);
	/* changes with the ABI; 0: none */
	int (*abi_version)(struct chain_view *view, uint64_t account, uint64_t *version, struct error *error);
	int (*row)(struct chain_view *view, struct chain_row *out, const struct table_id *id,
	           uint64_t primary_key, struct error *error);
	/* Rows with primary key >= from, ascending. No such table: no rows. */
	int (*rows)(struct chain_view *view, const struct table_id *id, uint64_t from, chain_row_visitor *visitor,
	            void *context, struct error *error);
	/* Rows in the order of a float64 secondary index (0-based), as get_producers needs. */
	int (*rows_by_double)(struct chain_view *view, const struct table_id *id, unsigned index,
	                      chain_row_visitor *visitor, void *context, struct error *error);
	/* The scopes of a code, at or after (from_scope); table 0: every table. Ascending by scope, then
	 * table; secondary index tables left out. */
	int (*scopes)(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
	              chain_scope_visitor *visitor, void *context, struct error *error);
	/* The contracts that have a table of that name in that scope, ascending: where an account has rows,
	 * whoever made the table. Costs a search a contract that has any table, whatever the number of its
	 * scopes. */
	int (*table_contracts)(struct chain_view *view, uint64_t scope, uint64_t table,
	                       chain_account_visitor *visitor, void *context, struct error *error);
	int (*features)(struct chain_view *view, chain_feature_visitor *visitor, void *context,
	                struct error *error);
	int (*config)(struct chain_view *view, struct chain_config *out, struct error *error);
	/* Copies; a schedule that there is not has no producers. */
	int (*schedules)(struct chain_view *view, struct producer_schedule *active,
	                 struct producer_schedule *pending, struct producer_schedule *proposed,
	                 struct error *error);
	int (*key_permissions)(struct chain_view *view, const struct public_key *key,
	                       chain_key_permission_visitor *visitor, void *context, struct error *error);
	/* Which of the available keys a transaction needs (get_required_keys): *out is free()d by the caller.
	 * -EACCES, 3090003: they do not suffice. */
	int (*required_keys)(struct chain_view *view, const struct transaction *transaction,
	                     const struct public_key *available, size_t available_count, struct public_key **out,
	                     size_t *out_count, struct error *error);

	/* Pushes a signed transaction and waits for its outcome. On success it is in a block or in the block
	 * in the making, and durable as DESIGN 5 says. options may be NULL. *packed is emptied on success. The
	 * trace is filled either way; release it. -EAGAIN: no running node may produce. */
	int (*push)(struct chain *chain, struct packed_transaction *packed,
	            const struct chain_send_options *options, struct transaction_trace *trace,
	            struct error *error);
	/* Where a new transaction refers to, and the time it is valid from. */
	int (*reference)(struct chain *chain, struct checksum256 *block_id, uint32_t *seconds,
	                 struct error *error);
	/* Schedules a protocol feature for the next block (producer API) and waits until it is active:
	 * PREACTIVATE_FEATURE. digest NULL: only sees to it that preactivated features are active when it
	 * returns. */
	int (*schedule_feature)(struct chain *chain, const struct checksum256 *digest, struct error *error);
	int (*clock)(struct chain *chain, struct chain_clock *out, struct error *error);
	/* Produces blocks until chain time has grown by us microseconds (skip: the next block is that much
	 * later). interrupted() is asked between blocks and ends it with -EINTR. -EOPNOTSUPP on a real node. */
	int (*clock_advance)(struct chain *chain, int64_t us, bool skip, bool (*interrupted)(void *context),
	                     void *context, struct error *error);
	int (*node)(struct chain *chain, struct chain_node *out, uint64_t name, struct error *error);
	/* The slot of a block at or before the view's; cheap. May be NULL: block() is asked then. */
	int (*block_slot)(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error);
	/* The block of that number; -ENOENT. release it. */
	int (*block)(struct chain *chain, struct signed_block *out, uint32_t number, struct error *error);
};

struct chain {
	const struct chain_operations *operations;
	struct genesis genesis;
	struct checksum256 chain_id;
	struct chain_abi_cache *abi_cache; /* chain.c */
	_Atomic uint32_t send_counter;     /* varies expirations: send.c */
};

/* --- common to all chains (chain.c) --- */
int chain_view_open(struct chain *chain, struct chain_view **out, struct error *error);
void chain_view_close(struct chain_view *view); /* NULL is fine */
void chain_destroy(struct chain *chain);

/* For implementations: what struct chain's abi_cache holds. */
struct chain_abi_cache *chain_abi_cache_create(void);
void chain_abi_cache_destroy(struct chain_abi_cache *cache);

/* An account's parsed ABI, from a cache; give it back with chain_abi_release(). -ENOENT, 3015001: it has
 * none. */
struct chain_abi {
	struct abi *abi;
	uint64_t account, version;
	unsigned references;
};
int chain_abi_get(struct chain_view *view, struct chain_abi **out, uint64_t account, struct error *error);
void chain_abi_release(struct chain *chain, struct chain_abi *abi);

/* get_account's JSON, compact, members in nodeos's order; `comparable` leaves out what only says "now"
 * (head_block_num, head_block_time and the limits' current_used), as accounts/NAME/info.json does. */
int chain_account_print(struct chain_view *view, struct text *out, const struct chain_account *account,
                        bool comparable, struct error *error);

/* get_producers' JSON, compact: at most limit rows in the order of votes; the active schedule while there
 * is no producers table. */
int chain_producers_print(struct chain_view *view, struct text *out, size_t limit, struct error *error);

/* A row's JSON by the contract's ABI; hexadecimal when the ABI does not know the table or the bytes do not
 * fit (as get_table_rows). */
int chain_row_print(struct chain_view *view, struct text *out, const struct table_id *id, const void *data,
                    size_t length, struct error *error);

/* The RAM market's quote symbol, by which nodeos knows the core token; false before the system contract is
 * initialized. */
bool chain_market_symbol(struct chain_view *view, uint64_t *symbol);
/* The core symbol: rammarket's RAMCORE quote symbol; before the system contract is initialized the first
 * token of eosio.token's stat with issuer eosio; "4,SYS" when there is none yet. */
uint64_t chain_core_symbol(struct chain_view *view);

/* An action with its data packed by the contract's ABI. json: the data, object or array. 3050000-style
 * sentences name action and contract. */
int chain_action_make(struct chain_view *view, struct action *out, uint64_t account, uint64_t name,
                      const struct json *data, const struct permission_level *authorization,
                      size_t authorization_count, struct error *error);
/* The same from JSON text. */
int chain_action_make_text(struct chain_view *view, struct action *out, uint64_t account, uint64_t name,
                           const char *data, const struct permission_level *authorization,
                           size_t authorization_count, struct error *error);

/* JSON as nodeos and cleos write it (transaction.c). Data is an object or array by the contract's ABI, or
 * a string of hexadecimal bytes. */
/* A transaction object; only "actions" must be there: {"account", "name", "authorization", "data"} each.
 * An expiration that is missing is 0. Release it. */
int chain_transaction_parse(struct chain_view *view, struct transaction *out, const struct json *json,
                            struct error *error);
/* compact */
void chain_transaction_print(struct chain_view *view, struct text *out,
                             const struct transaction *transaction);
/* A list of {"actor", "permission"} or "ACTOR@PERMISSION"; free(*out). */
int permission_levels_parse_json(struct permission_level **out, size_t *count, const struct json *json,
                                 struct error *error);

/* Makes one transaction of the actions (taken over: emptied, even on failure), signs it with the wallet's
 * keys that it needs, pushes it. Never twice the same id (DESIGN 3: expiration varies, then the reference
 * block). trace may be NULL; else release it. */
int chain_send(struct chain *chain, struct wallet *wallet, struct action *actions, size_t count,
               const struct chain_send_options *options, struct transaction_trace *trace,
               struct error *error);

/* A trace in the form cleos prints (protocol.md F.10): `executed transaction: …` and one `#` line an
 * action with its console. */
void chain_trace_print(struct chain_view *view, struct text *out, const struct transaction_trace *trace);

/* --- the embedded chain (embedded.c) --- */
struct embedded_options {
	struct data_folder *data_folder; /* borrowed (storage/data_folder.h); NULL: in memory only */
	const struct genesis *genesis; /* NULL: genesis_default(), or what the data folder has */
	/* signs for eosio; NULL: GENESIS_PRIVATE_KEY when the genesis has that key */
	const struct private_key *genesis_key;
	struct wallet *wallet;    /* its keys sign blocks too; borrowed */
	const struct signer *signer; /* borrowed */
	bool manual_clock;        /* tests: blocks come only with clock_advance and when they are full */
	struct text *notices;     /* sentences for the user, one a line (a torn tail was cut); may be NULL */
};
int embedded_chain_create(struct chain **out, const struct embedded_options *options, struct error *error);

#endif
