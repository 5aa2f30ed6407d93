/* Resource accounting: windows, limits, billing, the block's elastic limits (protocol.md B.6). */
#include "core/engine/state/resource.h"

#include "core/base/bytes.h"
#include "core/base/exception.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"

__extension__ typedef unsigned __int128 uint128;

enum {
	INITIAL_BLOCK_CPU = 200000,
	INITIAL_BLOCK_NET = 1048576,
	INITIAL_TARGET_PERCENT = 1000,
	PERCENT_100 = 10000
};
#define UNLIMITED (INT64_MAX / 2)

static uint128 divide_up(uint128 value, uint128 by)
{
	return value / by + (value % by != 0);
}

static int64_t clamp(uint128 value)
{
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* --- windows --- */

static int overflow(struct error *error)
{
	return error_chain(error, RATE_LIMITING_STATE_INCONSISTENT,
	                   "Usage exceeds maximum value representable after extending for precision");
}

int usage_accumulator_add(struct usage_accumulator *accumulator, uint64_t units, uint32_t ordinal,
                          uint32_t window, struct error *error)
{
	uint128 contribution = divide_up((uint128)units * RESOURCE_PRECISION, window);
	struct usage_accumulator next = *accumulator;

	if (ordinal != next.last_ordinal) {
		if (ordinal < next.last_ordinal)
			return error_chain(error, RATE_LIMITING_STATE_INCONSISTENT,
			                   "new ordinal cannot be less than the previous ordinal");
		if ((uint64_t)next.last_ordinal + window > ordinal) {
			uint64_t kept = window - (ordinal - next.last_ordinal);
			if (next.value_ex > UINT64_MAX / kept)
				return overflow(error);
			next.value_ex = next.value_ex * kept / window;
		} else {
			next.value_ex = 0;
		}
		next.last_ordinal = ordinal;
		next.consumed = usage_accumulator_average(&next);
	}
	if (contribution > UINT64_MAX - next.value_ex || units > UINT64_MAX - next.consumed)
		return overflow(error);
	next.consumed += units;
	next.value_ex += (uint64_t)contribution;
	*accumulator = next;
	return 0;
}

uint64_t usage_accumulator_average(const struct usage_accumulator *accumulator)
{
	return (uint64_t)divide_up(accumulator->value_ex, RESOURCE_PRECISION);
}

#define ACCUMULATOR_FIELDS(type, member)                                          \
	PACKED_FIELD(type, member.last_ordinal), PACKED_FIELD(type, member.value_ex), \
		PACKED_FIELD(type, member.consumed)

/* --- accounts --- */

#define LIMITS_FIELDS(type, prefix)                                               \
	PACKED_FIELD(type, prefix net_weight), PACKED_FIELD(type, prefix cpu_weight), \
		PACKED_FIELD(type, prefix ram_bytes)
static const struct packed_field limits_fields[] = {LIMITS_FIELDS(struct resource_limits, ), {0}};

static const struct packed_field account_fields[] = {
	LIMITS_FIELDS(struct resource_account, limits.),
	PACKED_FIELD(struct resource_account, ram_usage),
	ACCUMULATOR_FIELDS(struct resource_account, net),
	ACCUMULATOR_FIELDS(struct resource_account, cpu),
	PACKED_FIELD(struct resource_account, block_num),
	PACKED_FIELD(struct resource_account, has_pending),
	{0},
};

int resource_account_missing(struct error *error, uint64_t name)
{
#define NULL_TYPE "boost::tuples::null_type"
	return error_chain(error, STD_EXCEPTION,
	                   "unknown key (boost::tuples::tuple<bool, eosio::chain::name, " NULL_TYPE ", " NULL_TYPE
	                   ", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE
	                   ", " NULL_TYPE ">): (0 %s)",
	                   name_text(name).text);
#undef NULL_TYPE
}

bool resource_account_get(const struct map_root *root, struct resource_account *out, uint64_t name)
{
	struct state_key key = state_key_name(STATE_RESOURCE, name);

	out->name = name;
	return state_get_fields(root, out, &key, account_fields);
}

void resource_account_put(struct map_edit *edit, const struct resource_account *account)
{
	struct state_key key = state_key_name(STATE_RESOURCE, account->name);

	state_put_fields(edit, &key, account, account_fields);
}

struct resource_limits resource_limits_newest(const struct map_root *root,
                                              const struct resource_account *account)
{
	struct state_key key = state_key_name(STATE_RESOURCE_PENDING, account->name);
	struct resource_limits limits = account->limits;

	if (account->has_pending)
		state_get_fields(root, &limits, &key, limits_fields);
	return limits;
}

bool resource_limits_get(const struct map_root *root, struct resource_limits *out, uint64_t name)
{
	struct resource_account account;
	if (!resource_account_get(root, &account, name))
		return false;
	*out = resource_limits_newest(root, &account);
	return true;
}

bool resource_limits_set(struct map_edit *edit, bool *decreased, uint64_t name,
                         const struct resource_limits *limits, uint32_t block_num)
{
	struct state_key key = state_key_name(STATE_RESOURCE_PENDING, name);
	struct resource_account account;
	struct resource_limits before;

	if (!resource_account_get(map_edit_view(edit), &account, name))
		return false;
	before = resource_limits_newest(map_edit_view(edit), &account);
	*decreased = limits->ram_bytes >= 0 && (before.ram_bytes < 0 || limits->ram_bytes < before.ram_bytes);
	state_put_fields(edit, &key, limits, limits_fields);
	if (account.block_num != block_num || !account.has_pending) {
		account.block_num = block_num;
		account.has_pending = true;
		resource_account_put(edit, &account);
	}
	return true;
}

/* --- the chain's --- */

void resource_state_initial(struct resource_state *out)
{
	*out = (struct resource_state){
		.virtual_net_limit = INITIAL_BLOCK_NET, .virtual_cpu_limit = INITIAL_BLOCK_CPU,
		.max_block_net = INITIAL_BLOCK_NET, .max_block_cpu = INITIAL_BLOCK_CPU,
		.target_block_net = (uint64_t)INITIAL_BLOCK_NET * INITIAL_TARGET_PERCENT / PERCENT_100,
		.target_block_cpu = (uint64_t)INITIAL_BLOCK_CPU * INITIAL_TARGET_PERCENT / PERCENT_100,
	};
}

static const struct packed_field state_fields[] = {
	ACCUMULATOR_FIELDS(struct resource_state, average_net),
	ACCUMULATOR_FIELDS(struct resource_state, average_cpu),
	PACKED_FIELD(struct resource_state, total_net_weight),
	PACKED_FIELD(struct resource_state, total_cpu_weight),
	PACKED_FIELD(struct resource_state, total_ram_bytes),
	PACKED_FIELD(struct resource_state, virtual_net_limit),
	PACKED_FIELD(struct resource_state, virtual_cpu_limit),
	PACKED_FIELD(struct resource_state, max_block_net),
	PACKED_FIELD(struct resource_state, max_block_cpu),
	PACKED_FIELD(struct resource_state, target_block_net),
	PACKED_FIELD(struct resource_state, target_block_cpu),
	{0},
};

bool resource_state_get(const struct map_root *root, struct resource_state *out)
{
	struct state_key key = state_key_global(GLOBAL_RESOURCES);

	return state_get_fields(root, out, &key, state_fields);
}

void resource_state_put(struct map_edit *edit, const struct resource_state *state)
{
	struct state_key key = state_key_global(GLOBAL_RESOURCES);

	state_put_fields(edit, &key, state, state_fields);
}

/* Only what is positive counts in the totals. */
static void move_total(uint64_t *total, int64_t before, int64_t after)
{
	if (before > 0)
		*total -= (uint64_t)before;
	if (after > 0)
		*total += (uint64_t)after;
}

static void apply_pending_limits(struct map_edit *edit, struct resource_state *state)
{
	struct state_key prefix = state_key_make(STATE_RESOURCE_PENDING, NULL, 0);
	struct resource_account account;
	struct state_walk walk;

	for (state_walk_begin(&walk, &prefix, NULL); state_walk_next(&walk, map_edit_view(edit));) {
		struct cursor in = cursor_make(walk.entry.value.data, walk.entry.value.length);
		struct resource_limits limits;
		uint64_t name = state_key_u64(walk.entry.key, 1);

		cursor_fields(&in, &limits, limits_fields);
		map_edit_remove(edit, walk.entry.key, walk.entry.key_length);
		if (!resource_account_get(map_edit_view(edit), &account, name))
			continue;
		move_total(&state->total_ram_bytes, account.limits.ram_bytes, limits.ram_bytes);
		move_total(&state->total_cpu_weight, account.limits.cpu_weight, limits.cpu_weight);
		move_total(&state->total_net_weight, account.limits.net_weight, limits.net_weight);
		account.limits = limits;
		account.has_pending = false;
		resource_account_put(edit, &account);
	}
}

static uint64_t elastic_limit(uint64_t limit, uint64_t average, uint64_t target, uint64_t max)
{
	limit = average > target ? limit * 99 / 100 : limit * 1000 / 999;
	if (limit < max)
		return max;
	return limit > max * ELASTIC_MULTIPLIER ? max * ELASTIC_MULTIPLIER : limit;
}

int resource_block_end(struct map_edit *edit, struct resource_state *state, const struct chain_config *config,
                       uint64_t net, uint64_t cpu, uint32_t block_num, struct error *error)
{
	int result;
	apply_pending_limits(edit, state);
	state->max_block_cpu = config->max_block_cpu_usage;
	state->target_block_cpu = (uint64_t)config->max_block_cpu_usage * config->target_block_cpu_usage_pct /
	                          PERCENT_100;
	state->max_block_net = config->max_block_net_usage;
	state->target_block_net = (uint64_t)((uint128)config->max_block_net_usage *
	                                     config->target_block_net_usage_pct / PERCENT_100);
	result = usage_accumulator_add(&state->average_cpu, cpu, block_num, BLOCK_WINDOW, error);
	if (result == 0)
		result = usage_accumulator_add(&state->average_net, net, block_num, BLOCK_WINDOW, error);
	if (result)
		return result;
	state->virtual_cpu_limit = elastic_limit(state->virtual_cpu_limit,
	                                         usage_accumulator_average(&state->average_cpu),
	                                         state->target_block_cpu, state->max_block_cpu);
	state->virtual_net_limit = elastic_limit(state->virtual_net_limit,
	                                         usage_accumulator_average(&state->average_net),
	                                         state->target_block_net, state->max_block_net);
	resource_state_put(edit, state);
	return 0;
}

/* --- an account's limits --- */

/* What of the window's capacity, `limit` a slot, the weight is worth; false: unlimited. */
static bool window_share(uint128 *out, const struct resource_state *state, int64_t weight,
                         enum resource_kind kind, uint64_t limit)
{
	uint64_t total = kind == RESOURCE_CPU ? state->total_cpu_weight : state->total_net_weight;
	if (weight < 0 || !total)
		return false;
	*out = (uint128)limit * ACCOUNT_WINDOW * (uint64_t)weight / total;
	return true;
}

static uint64_t virtual_limit(const struct resource_state *state, enum resource_kind kind)
{
	return kind == RESOURCE_CPU ? state->virtual_cpu_limit : state->virtual_net_limit;
}

void resource_limit_of(struct resource_limit *out, const struct resource_state *state,
                       const struct resource_account *account, int64_t weight, enum resource_kind kind,
                       uint32_t slot, uint32_t multiple)
{
	struct usage_accumulator usage = kind == RESOURCE_CPU ? account->cpu : account->net;
	uint128 max, used = divide_up((uint128)usage.value_ex * ACCOUNT_WINDOW, RESOURCE_PRECISION);
	uint64_t grown = virtual_limit(state, kind),
	         least = (kind == RESOURCE_CPU ? state->max_block_cpu : state->max_block_net) * multiple;
	bool is_greylisted = multiple < ELASTIC_MULTIPLIER && least < grown;

	*out = (struct resource_limit){-1, -1, -1, -1, usage.last_ordinal, false};
	if (!window_share(&max, state, weight, kind, is_greylisted ? least : grown))
		return;
	out->is_greylisted = is_greylisted;
	out->max = clamp(max);
	out->used = clamp(used);
	out->available = max <= used ? 0 : clamp(max - used);
	out->current_used = out->used;
	if (slot > usage.last_ordinal && !usage_accumulator_add(&usage, 0, slot, ACCOUNT_WINDOW, NULL))
		out->current_used = clamp(divide_up((uint128)usage.value_ex * ACCOUNT_WINDOW, RESOURCE_PRECISION));
}

bool resource_available(const struct map_root *root, struct resource_account *account,
                        struct resource_room *out, const struct resource_state *state, uint64_t name,
                        uint32_t slot, uint32_t multiple)
{
	struct resource_limits limits;
	struct resource_limit net, cpu;

	*out = (struct resource_room){UNLIMITED, UNLIMITED, false, false};
	if (!resource_account_get(root, account, name))
		return false;
	limits = resource_limits_newest(root, account);
	usage_accumulator_add(&account->net, 0, slot, ACCOUNT_WINDOW, NULL);
	usage_accumulator_add(&account->cpu, 0, slot, ACCOUNT_WINDOW, NULL);
	resource_limit_of(&net, state, account, limits.net_weight, RESOURCE_NET, slot, multiple);
	resource_limit_of(&cpu, state, account, limits.cpu_weight, RESOURCE_CPU, slot, multiple);
	*out = (struct resource_room){net.available < 0 ? UNLIMITED : net.available,
	                              cpu.available < 0 ? UNLIMITED : cpu.available, net.is_greylisted,
	                              cpu.is_greylisted};
	return true;
}

static int check_window(const struct resource_state *state, const struct resource_account *account,
                        int64_t weight, enum resource_kind kind, struct error *error)
{
	const struct usage_accumulator *usage = kind == RESOURCE_CPU ? &account->cpu : &account->net;
	uint128 max, used = (uint128)usage->value_ex * ACCOUNT_WINDOW / RESOURCE_PRECISION;

	if (!window_share(&max, state, weight, kind, virtual_limit(state, kind)) || used <= max)
		return 0;
	if (kind == RESOURCE_CPU)
		return error_chain(error, TX_CPU_USAGE_EXCEEDED,
		                   "authorizing account '%s' has insufficient objective cpu resources for this "
		                   "transaction, used in window %lluus, "
		                   "allowed in window %lluus",
		                   name_text(account->name).text, (unsigned long long)used, (unsigned long long)max);
	return error_chain(error, TX_NET_USAGE_EXCEEDED,
	                   "authorizing account '%s' has insufficient net resources for this transaction, used "
	                   "in window %llu, allowed in window %llu",
	                   name_text(account->name).text, (unsigned long long)used, (unsigned long long)max);
}

int resource_bill(struct map_edit *edit, const struct resource_state *state, struct resource_account *account,
                  uint64_t net, uint64_t cpu, uint32_t slot, struct error *error)
{
	struct resource_limits limits = resource_limits_newest(map_edit_view(edit), account);
	int result;

	/* Moved to the slot first: usage counts from what is left of it now. */
	if ((result = usage_accumulator_add(&account->net, 0, slot, ACCOUNT_WINDOW, error)) ||
	    (result = usage_accumulator_add(&account->cpu, 0, slot, ACCOUNT_WINDOW, error)) ||
	    (result = usage_accumulator_add(&account->net, net, slot, ACCOUNT_WINDOW, error)) ||
	    (result = usage_accumulator_add(&account->cpu, cpu, slot, ACCOUNT_WINDOW, error)) ||
	    (result = check_window(state, account, limits.cpu_weight, RESOURCE_CPU, error)) ||
	    (result = check_window(state, account, limits.net_weight, RESOURCE_NET, error)))
		return result;
	resource_account_put(edit, account);
	return 0;
}

/* --- RAM --- */

int resource_ram_add(struct map_edit *edit, uint64_t name, int64_t delta, uint32_t block_num,
                     struct error *error)
{
	struct resource_account account;
	if (!delta)
		return 0;
	if (!resource_account_get(map_edit_view(edit), &account, name))
		return account_missing(error, name);
	if (delta > 0 && UINT64_MAX - account.ram_usage < (uint64_t)delta)
		return error_chain(error, TRANSACTION_EXCEPTION, "Ram usage delta would overflow UINT64_MAX");
	if (delta < 0 && account.ram_usage < (uint64_t)-delta)
		return error_chain(error, TRANSACTION_EXCEPTION, "Ram usage delta would underflow UINT64_MAX");
	account.ram_usage += (uint64_t)delta;
	account.block_num = block_num;
	resource_account_put(edit, &account);
	return 0;
}

int resource_ram_check(const struct map_root *root, uint64_t name, struct error *error)
{
	struct resource_account account;
	struct resource_limits limits;
	if (!resource_account_get(root, &account, name))
		return 0;
	limits = resource_limits_newest(root, &account);
	if (limits.ram_bytes < 0 || account.ram_usage <= (uint64_t)limits.ram_bytes)
		return 0;
	return error_chain(
		error, RAM_USAGE_EXCEEDED, "account %s has insufficient ram; needs %llu bytes has %lld bytes",
		name_text(name).text, (unsigned long long)account.ram_usage, (long long)limits.ram_bytes);
}
