/* Which states of the past are kept, and how the others are made again. */
#include "core/chain/embedded/view/past.h"

#include "core/base/memory.h"
#include "core/engine/storage/state/states.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	RECENT = 1000,     /* states kept one by one */
	MADE_MAXIMUM = 16, /* states made again, for whoever asks next */
	KEPT_LEAST = 16,   /* however much memory they take */
	TRACED_MAXIMUM = 32 /* blocks whose traces stay, for whoever asks next */
};
#define TRACES_MEMORY_MAXIMUM ((size_t)16 << 20) /* bytes of all traces that stay */
#define READ_MEMORY_MAXIMUM ((size_t)256 << 20) /* bytes of what was read of stored states */
#define MEMORY_MAXIMUM ((size_t)768 << 20) /* bytes of all states, the head's included */

struct past {
	struct past_source source;
	uint32_t history;
	uint32_t stored;   /* every thousandth state up to this block need not be kept */
	uint32_t followed; /* the last block that past_follow() has seen as irreversible */
	struct block_state **kept; /* held; ascending by number */
	size_t count, capacity;
	uint32_t *whole; /* owned: of the kept, those with transactions */
	size_t whole_count, whole_capacity;
	struct block_state *made[MADE_MAXIMUM]; /* held, or NULL */
	size_t next_made;

	pthread_mutex_t traced_lock; /* of what follows; nothing else is taken under it */
	struct traces {
		struct checksum256 block; /* whose */
		struct transaction_trace *list;
		size_t count, capacity, size;
	} traced[TRACED_MAXIMUM]; /* the last that were made, in no order */
	size_t next_traced, traced_size;
};

struct past *past_create(const struct past_source *source, uint32_t history)
{
	struct past *past = memory_allocate(1, sizeof *past);

	past->source = *source;
	past->history = history;
	pthread_mutex_init(&past->traced_lock, NULL);
	return past;
}

uint32_t past_oldest(const struct past *past, uint32_t head)
{
	return head > past->history ? head - past->history : 0;
}

static void traces_clear(struct traces *traces)
{
	for (size_t i = 0; i < traces->count; i++)
		transaction_trace_release(&traces->list[i]);
	free(traces->list);
	*traces = (struct traces){0};
}

void past_destroy(struct past *past)
{
	if (!past)
		return;
	for (size_t i = 0; i < past->count; i++)
		block_state_release(past->kept[i]);
	for (size_t i = 0; i < MADE_MAXIMUM; i++)
		past_release(past->made[i]);
	for (size_t i = 0; i < TRACED_MAXIMUM; i++)
		traces_clear(&past->traced[i]);
	pthread_mutex_destroy(&past->traced_lock);
	free(past->kept);
	free(past->whole);
	free(past);
}

/* --- what is kept --- */

/* How many of the kept have a number <= this. */
static size_t place_after(const struct past *past, uint32_t number)
{
	size_t low = 0, high = past->count;

	PARTITION_POINT(low, high, at, past->kept[at]->number <= number);
	return low;
}

static void drop(struct past *past, size_t place)
{
	block_state_release(past->kept[place]);
	past->count--;
	memmove(past->kept + place, past->kept + place + 1, (past->count - place) * sizeof *past->kept);
}

/* Block 1 costs nothing beside the others, and everything can be made from it. */
static bool stays(const struct past *past, uint32_t number)
{
	uint32_t age = past->followed > number ? past->followed - number : 0;

	return number == 1 || age < RECENT ||
	       (number % PAST_STRIDE == 0 && number > past->stored &&
	        age / PAST_STRIDE <= past->history / PAST_STRIDE);
}

static void keep(struct past *past, struct block_state *state)
{
	size_t place = place_after(past, state->number);

	if (place && past->kept[place - 1]->number == state->number)
		return;
	LIST_INSERT(past->kept, past->count, past->capacity, place, block_state_hold(state));
	if (!state->block->transactions_count)
		return;
	LIST_APPEND(past->whole, past->whole_count, past->whole_capacity, state->number);
}

/* Whether a kept state still has its transactions, and needs them or somebody else holds it. Those that are
 * to be stored are stored with them. */
static bool shed(struct past *past, uint32_t number, uint32_t last)
{
	size_t place = place_after(past, number);
	struct block_state *state = place ? past->kept[place - 1] : NULL;

	if (!state || state->number != number)
		return false;
	if (state->references > 1 || number >= last || (number % PAST_STRIDE == 0 && number > past->stored))
		return true;
	past->kept[place - 1] = block_state_without_transactions(state);
	block_state_release(state);
	return false;
}

void past_shed(struct past *past, uint32_t last)
{
	size_t left = 0;

	for (size_t i = 0; i < past->whole_count; i++)
		if (shed(past, past->whole[i], last))
			past->whole[left++] = past->whole[i];
	past->whole_count = left;
}

/* What has just become too old; and the oldest of all while they take too much memory. */
static void thin(struct past *past)
{
	const struct map *map = ledger_map(past->source.ledger);
	uint32_t leaves = past->followed > RECENT ? past->followed - RECENT : 0;
	size_t place = place_after(past, leaves);

	if (place && !stays(past, past->kept[place - 1]->number))
		drop(past, place - 1);
	if (past->count > 1 && !stays(past, past->kept[1]->number))
		drop(past, 1);
	while (past->count > KEPT_LEAST && map_memory(map) > MEMORY_MAXIMUM)
		drop(past, past->kept[0]->number == 1);
}

void past_follow(struct past *past, const struct node *node)
{
	uint32_t last = node_irreversible(node, NULL);

	while (past->followed < last) {
		struct block_state *state = node_find_block(node, ++past->followed);
		if (!state)
			continue;
		keep(past, state);
		thin(past);
	}
}

struct block_state *past_newest(const struct past *past)
{
	return past->count ? past->kept[past->count - 1] : NULL;
}

struct block_state *past_unstored(const struct past *past, uint32_t last)
{
	for (size_t i = place_after(past, past->stored); i < past->count && past->kept[i]->number <= last; i++)
		if (past->kept[i]->number % PAST_STRIDE == 0)
			return block_state_hold(past->kept[i]);
	return NULL;
}

void past_stored(struct past *past, uint32_t number)
{
	past->stored = number;
	for (size_t i = past->count; i-- > 0;)
		if (!stays(past, past->kept[i]->number))
			drop(past, i);
}

void past_cut(struct past *past, uint32_t last)
{
	while (past->count && past->kept[past->count - 1]->number > last)
		drop(past, past->count - 1);
	for (size_t i = 0; i < MADE_MAXIMUM; i++)
		if (past->made[i] && past->made[i]->number > last) {
			past_release(past->made[i]);
			past->made[i] = NULL;
		}
	past->followed = past->followed < last ? past->followed : last;
	past->stored = past->stored < last ? past->stored : last;
}

struct block_state *past_hold(struct block_state *state)
{
	ledger_hold(state->ledger);
	return block_state_hold(state);
}

void past_release(struct block_state *state)
{
	struct ledger *ledger = state ? state->ledger : NULL;

	block_state_release(state);
	ledger_release(ledger);
}

/* The latest irreversible one at or before a block that is in memory. */
static struct block_state *nearest_kept(const struct past *past, uint32_t number)
{
	size_t place = place_after(past, number);
	struct block_state *found = place ? past->kept[place - 1] : NULL;

	for (size_t i = 0; i < MADE_MAXIMUM; i++)
		if (past->made[i] && past->made[i]->number <= number &&
		    (!found || past->made[i]->number > found->number))
			found = past->made[i];
	return found;
}

/* The latest at or before a block of the head's past, held; a reversible one the ledger has. */
static struct block_state *nearest(struct past *past, struct block_state *head, uint32_t number)
{
	struct branch *branch = branch_fork(past->source.ledger, head);
	struct block_state *state = branch_find(branch, number);

	if (!state)
		state = nearest_kept(past, number < head->dpos_irreversible ? number : head->dpos_irreversible);
	if (state)
		past_hold(state);
	else
		ledger_hold((state = ledger_genesis_block(past->source.ledger))->ledger);
	branch_destroy(branch);
	return state;
}

/* --- what is stored --- */

struct block_state *past_open(struct past *past, struct map *map, struct map_root *root,
                              const struct bytes *header)
{
	struct cursor in = cursor_make(header->data, header->length);
	struct block_state *state = NULL;
	struct branch *branch = NULL;

	pthread_mutex_lock(past->source.lock);
	if (branch_restore(&branch, ledger_genesis(past->source.ledger), map, root, &in, NULL) == 0) {
		ledger_copy_contract_options(branch_ledger(branch), past->source.ledger);
		state = past_hold(branch_head(branch));
		branch_destroy(branch);
	}
	pthread_mutex_unlock(past->source.lock);
	return state;
}

/* The last one at or before a block, when it is of the head's past: with a ledger of its own, for its parts
 * are read as they are looked at. NULL: none. Without the lock. */
static struct block_state *open_stored(struct past *past, const struct block_state *head, uint32_t number)
{
	struct stored_state stored;
	struct signed_block block = {0};
	struct bytes header = {0};
	struct map_root *root = NULL;
	struct block_state *state = NULL;
	struct map *map = NULL;

	if (!past->source.states || !states_find(past->source.states, &stored, number) ||
	    past->source.read(past->source.context, &block, head, stored.number, NULL) != 0)
		return NULL;
	bool same = checksum256_equal(&block.id, &stored.id);
	signed_block_release(&block);
	if (same && states_open_state(past->source.states, &map, &root, &header, &stored, NULL) == 0)
		state = past_open(past, map, root, &header);
	bytes_release(&header);
	return state;
}

/* Where to begin, held: in memory, else what is stored, when that is nearer. Without the lock. */
static struct block_state *begin_at(struct past *past, struct block_state *head, uint32_t number)
{
	struct block_state *from, *stored = NULL;
	struct stored_state there;

	pthread_mutex_lock(past->source.lock);
	from = nearest(past, head, number);
	pthread_mutex_unlock(past->source.lock);
	if (from->number < number && past->source.states && states_find(past->source.states, &there, number) &&
	    there.number > from->number)
		stored = open_stored(past, head, number);
	if (!stored)
		return from;
	pthread_mutex_lock(past->source.lock);
	past_release(from);
	pthread_mutex_unlock(past->source.lock);
	return stored;
}

/* --- what is made again --- */

/* A branch for making states again, of which everything is told. */
static struct branch *fork_to_make(struct block_state *from)
{
	struct branch *branch = branch_fork(from->ledger, from);

	branch_without_deeds(branch);
	return branch;
}

/* One more block; now and then its state is worth keeping. Without the lock. */
static int apply_next(struct past *past, struct branch *again, const struct block_state *head,
                      uint32_t number, struct error *error)
{
	struct signed_block block = {0};
	int result = past->source.read(past->source.context, &block, head, number, error);

	if (result)
		return result;
	pthread_mutex_lock(past->source.lock);
	result = branch_apply_block(again, &block, true, error);
	if (result == 0 && number % PAST_STRIDE == 0 && number <= past->followed && stays(past, number) &&
	    branch_ledger(again) == past->source.ledger) {
		keep(past, branch_head(again));
		thin(past);
	}
	pthread_mutex_unlock(past->source.lock);
	signed_block_release(&block);
	return result;
}

static int apply_until(struct past *past, struct branch *again, const struct block_state *head,
                       uint32_t number, const struct interruption *interruption, struct error *error)
{
	int result = 0;

	for (uint32_t next = branch_head(again)->number + 1; next <= number && result == 0; next++) {
		result = apply_next(past, again, head, next, error);
		if (result == 0 && interruption_happened(interruption))
			result = error_set(error, EINTR, "interrupted while block %" PRIu32 " was looked up", number);
	}
	return result;
}

static int check_known(const struct past *past, uint32_t head, uint32_t number, struct error *error)
{
	if (!number || number > head)
		return error_set(error, ENOENT, "there is no block %" PRIu32 ": the head is block %" PRIu32, number,
		                 head);
	if (number < past_oldest(past, head))
		return error_set(error, EOPNOTSUPP,
		                 "block %" PRIu32 " is %" PRIu32 " blocks old: the past goes back %" PRIu32
		                 " blocks (option history)",
		                 number, head - number, past->history);
	return 0;
}

/* Of an irreversible one; the others live as long as their branches. */
static void remember(struct past *past, struct block_state *state, const struct block_state *head)
{
	const struct block_state *there = nearest_kept(past, state->number);

	if ((there && there->number == state->number) || state->number > head->dpos_irreversible)
		return;
	past_release(past->made[past->next_made]);
	past->made[past->next_made] = past_hold(state);
	past->next_made = (past->next_made + 1) % MADE_MAXIMUM;
	/* what was read for them is theirs alone: the oldest go while it is much */
	for (size_t i = past->next_made, left = MADE_MAXIMUM - 1; left; i = (i + 1) % MADE_MAXIMUM, left--) {
		size_t memory = 0;
		for (size_t k = 0; k < MADE_MAXIMUM; k++)
			if (past->made[k] && past->made[k]->ledger != past->source.ledger)
				memory += map_memory(ledger_map(past->made[k]->ledger));
		if (memory <= READ_MEMORY_MAXIMUM)
			break;
		past_release(past->made[i]);
		past->made[i] = NULL;
	}
}

int past_state(struct past *past, struct block_state **out, struct block_state *head, uint32_t number,
               const struct interruption *interruption, struct error *error)
{
	struct branch *again = NULL;
	int result = check_known(past, head->number, number, error);

	*out = NULL;
	if (result)
		return result;
	struct block_state *from = begin_at(past, head, number);
	pthread_mutex_lock(past->source.lock);
	if (from->number == number) {
		remember(past, from, head);
		*out = from;
	} else {
		again = fork_to_make(from);
	}
	pthread_mutex_unlock(past->source.lock);
	if (*out)
		return 0;

	result = apply_until(past, again, head, number, interruption, error);

	pthread_mutex_lock(past->source.lock);
	if (result == 0) {
		*out = past_hold(branch_head(again));
		remember(past, *out, head);
	}
	branch_destroy(again);
	past_release(from);
	pthread_mutex_unlock(past->source.lock);
	return result;
}

/* --- traces --- */

static struct traces traces_copy(const struct traces *traces)
{
	struct traces copy = {.block = traces->block, .count = traces->count, .size = traces->size};

	copy.list = memory_allocate(copy.count + 1, sizeof *copy.list);
	for (size_t i = 0; i < copy.count; i++)
		copy.list[i] = transaction_trace_copy(&traces->list[i]);
	return copy;
}

static bool find_traced(struct past *past, struct traces *out, const struct checksum256 *block)
{
	bool found = false;

	pthread_mutex_lock(&past->traced_lock);
	for (size_t i = 0; i < TRACED_MAXIMUM && !found; i++)
		if (past->traced[i].count && checksum256_equal(&past->traced[i].block, block)) {
			*out = traces_copy(&past->traced[i]);
			found = true;
		}
	pthread_mutex_unlock(&past->traced_lock);
	return found;
}

/* In the place of the oldest, and of as many more as its size takes. */
static void keep_traced(struct past *past, const struct traces *traces)
{
	if (traces->size > TRACES_MEMORY_MAXIMUM / 2)
		return;
	struct traces copy = traces_copy(traces);
	pthread_mutex_lock(&past->traced_lock);
	past->traced_size += copy.size - past->traced[past->next_traced].size;
	traces_clear(&past->traced[past->next_traced]);
	past->traced[past->next_traced] = copy;
	past->next_traced = (past->next_traced + 1) % TRACED_MAXIMUM;
	for (size_t i = past->next_traced; past->traced_size > TRACES_MEMORY_MAXIMUM;
	     i = (i + 1) % TRACED_MAXIMUM) {
		past->traced_size -= past->traced[i].size;
		traces_clear(&past->traced[i]);
	}
	pthread_mutex_unlock(&past->traced_lock);
}

static void take_trace(void *context, struct transaction_trace *trace)
{
	struct traces *traces = context;

	memory_grow(&traces->list, &traces->capacity, traces->count + 1, sizeof *traces->list);
	traces->size += transaction_trace_size(trace);
	traces->list[traces->count++] = *trace;
	*trace = (struct transaction_trace){0};
}

static int trace_on(struct past *past, struct traces *traces, struct block_state *before,
                    const struct signed_block *block, struct error *error)
{
	pthread_mutex_lock(past->source.lock);
	struct branch *again = branch_fork(before->ledger, before);
	int result = branch_trace_block(again, block, take_trace, traces, error);
	branch_destroy(again);
	past_release(before);
	pthread_mutex_unlock(past->source.lock);
	return result;
}

static int make_traces(struct past *past, struct traces *traces, struct block_state *head,
                       const struct signed_block *block, const struct interruption *interruption,
                       struct error *error)
{
	struct block_state *before;

	if (find_traced(past, traces, &block->id))
		return 0;
	int result = past_state(past, &before, head, block_id_number(&block->id) - 1, interruption, error);
	if (result == 0)
		result = trace_on(past, traces, before, block, error);
	if (result) {
		traces_clear(traces);
		return result;
	}
	traces->block = block->id;
	keep_traced(past, traces);
	return 0;
}

int past_traces(struct past *past, struct transaction_trace **out, size_t *count, struct block_state *head,
                uint32_t number, const struct interruption *interruption, struct error *error)
{
	struct traces traces = {0};
	struct signed_block block = {0};

	*out = NULL;
	*count = 0;
	if (number == 1)
		return 0; /* nothing ran in the genesis block */
	int result = past->source.read(past->source.context, &block, head, number, error);
	if (result == 0)
		result = make_traces(past, &traces, head, &block, interruption, error);
	*out = traces.list;
	*count = traces.count;
	signed_block_release(&block);
	return result;
}
