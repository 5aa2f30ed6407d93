/* NET, CPU and RAM: what accounts may use, what they have used, and the block's elastic limits
 * (protocol.md B.6, B.7). */
#ifndef EOSIOFS_CORE_ENGINE_STATE_RESOURCE_H
#define EOSIOFS_CORE_ENGINE_STATE_RESOURCE_H

#include "core/base/error.h"
#include "core/engine/state/state_key.h"
#include "core/types/genesis.h"
#include "core/types/greylist.h"

enum { ACCOUNT_WINDOW = 172800, BLOCK_WINDOW = 120 }; /* slots; blocks */
enum { RESOURCE_PRECISION = 1000000 };

/* Billed bytes of RAM (B.7). */
enum {
	RAM_ACCOUNT = 2048, RAM_PERMISSION = 288, RAM_PERMISSION_LINK = 144, RAM_GENERATED_TRANSACTION = 272,
	RAM_CODE_MULTIPLIER = 10,
};

/* An exponential moving average over a window of `ordinal`s (slots or blocks). */
struct usage_accumulator {
	uint32_t last_ordinal;
	uint64_t value_ex; /* the average times RESOURCE_PRECISION */
	uint64_t consumed;
};
/* Adds units at an ordinal that is not before the last one. 3100001 when a number would overflow. */
int usage_accumulator_add(struct usage_accumulator *accumulator, uint64_t units, uint32_t ordinal,
                          uint32_t window, struct error *error);
uint64_t usage_accumulator_average(const struct usage_accumulator *accumulator);

/* Weights and RAM: -1 is unlimited. */
struct resource_limits {
	int64_t net_weight, cpu_weight, ram_bytes;
};

struct resource_account {
	uint64_t name;
	struct resource_limits limits; /* in force */
	uint64_t ram_usage;            /* bytes */
	struct usage_accumulator net, cpu;
	uint32_t block_num; /* of the block that last changed limits or RAM usage */
	bool has_pending;   /* limits that hold from the block's end stand apart */
};
/* The sentence of nodeos's database for an account without limits, that is, one that does not exist: 13. */
int resource_account_missing(struct error *error, uint64_t name);
bool resource_account_get(const struct map_root *root, struct resource_account *out, uint64_t name);
void resource_account_put(struct map_edit *edit, const struct resource_account *account);

/* What set_resource_limits said last, in force or not yet: what get_resource_limits and get_account show. */
bool resource_limits_get(const struct map_root *root, struct resource_limits *out, uint64_t name);
/* The same of an account that was looked up. */
struct resource_limits resource_limits_newest(const struct map_root *root,
                                              const struct resource_account *account);
/* In force from the block's end. *decreased: RAM became less, so that the account's usage must be checked.
 * false: no such account. */
bool resource_limits_set(struct map_edit *edit, bool *decreased, uint64_t name,
                         const struct resource_limits *limits, uint32_t block_num);

/* Of the whole chain. */
struct resource_state {
	struct usage_accumulator average_net, average_cpu; /* of blocks */
	uint64_t total_net_weight, total_cpu_weight, total_ram_bytes;
	uint64_t virtual_net_limit, virtual_cpu_limit;
	/* as the last block's end set them */
	uint64_t max_block_net, max_block_cpu, target_block_net, target_block_cpu;
};
/* D.8: the compiled-in limits, whatever genesis says */
void resource_state_initial(struct resource_state *out);
bool resource_state_get(const struct map_root *root, struct resource_state *out);
void resource_state_put(struct map_edit *edit, const struct resource_state *state);

/* B.6 at a block's end: pending limits come into force, the block's usage moves the virtual limits. */
int resource_block_end(struct map_edit *edit, struct resource_state *state, const struct chain_config *config,
                       uint64_t net, uint64_t cpu, uint32_t block_num, struct error *error);

/* An account's NET (bytes) or CPU (microseconds) as get_account shows it; all -1 when unlimited. */
struct resource_limit {
	int64_t used, available, max, current_used;
	uint32_t last_usage_slot;
	bool is_greylisted; /* `multiple` makes it less */
};
enum resource_kind { RESOURCE_NET, RESOURCE_CPU };
/* slot: the time for current_used (the head's). multiple: of what blocks hold, that the window counts for at
 * most; ELASTIC_MULTIPLIER: for what it has grown to (greylist.h). */
void resource_limit_of(struct resource_limit *out, const struct resource_state *state,
                       const struct resource_account *account, int64_t weight, enum resource_kind kind,
                       uint32_t slot, uint32_t multiple);

struct resource_room {
	int64_t net, cpu; /* INT64_MAX / 2: unlimited */
	bool net_greylisted, cpu_greylisted;
};
/* What the account may still use at that slot. *account is looked up; false: there is none, nothing limits
 * it. */
bool resource_available(const struct map_root *root, struct resource_account *account,
                        struct resource_room *out, const struct resource_state *state, uint64_t name,
                        uint32_t slot, uint32_t multiple);
/* Bills an account as it was just looked up. 3080004 / 3080002 when it goes beyond its limit, which no
 * greylist makes less. */
int resource_bill(struct map_edit *edit, const struct resource_state *state, struct resource_account *account,
                  uint64_t net, uint64_t cpu, uint32_t slot, struct error *error);

/* RAM: usage changes by delta bytes; the limit is checked apart (3080001). */
int resource_ram_add(struct map_edit *edit, uint64_t name, int64_t delta, uint32_t block_num,
                     struct error *error);
int resource_ram_check(const struct map_root *root, uint64_t name, struct error *error);

#endif
