/* What all nodes share: the state map, the genesis, and every block that some branch holds by its id, with
 * the state after it, so that a block is applied once whoever receives it. */
#include "core/engine/engine_private.h"

#include "core/base/memory.h"
#include "core/engine/intrinsic/runtime.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_AT_FIRST = 64 };

struct ledger *ledger_begin(const struct genesis *genesis, struct map *map)
{
	struct ledger *ledger = memory_allocate(1, sizeof *ledger);

	ledger->references = 1;
	ledger->genesis = *genesis;
	ledger->chain_id = genesis_chain_id(genesis);
	ledger->map = map;
	ledger->runtime = contract_runtime_create();
	ledger->buckets_count = BUCKETS_AT_FIRST;
	ledger->buckets = memory_allocate(ledger->buckets_count, sizeof *ledger->buckets);
	return ledger;
}

struct ledger *ledger_hold(struct ledger *ledger)
{
	ledger->references++;
	return ledger;
}

void ledger_release(struct ledger *ledger)
{
	if (!ledger || --ledger->references)
		return;
	map_destroy(ledger->map);
	contract_runtime_destroy(ledger->runtime);
	free(ledger->buckets);
	free(ledger);
}

const struct genesis *ledger_genesis(const struct ledger *ledger)
{
	return &ledger->genesis;
}

const struct checksum256 *ledger_chain_id(const struct ledger *ledger)
{
	return &ledger->chain_id;
}

void ledger_set_contract_options(struct ledger *ledger, const struct contract_options *options)
{
	ledger->runtime->options = *options;
}

void ledger_copy_contract_options(struct ledger *ledger, const struct ledger *other)
{
	ledger->runtime->options = other->runtime->options;
}

void ledger_keep_deeds(struct ledger *ledger)
{
	ledger->keeps_deeds = true;
}

struct map *ledger_map(struct ledger *ledger)
{
	return ledger->map;
}

/* --- blocks by id --- */

/* An id begins with its block's number; the rest is a hash. */
static struct block_state **bucket_of(const struct ledger *ledger, const struct checksum256 *id)
{
	uint64_t hash;
	memcpy(&hash, id->data + sizeof id->data - sizeof hash, sizeof hash);
	return &ledger->buckets[hash & (ledger->buckets_count - 1)];
}

struct block_state *ledger_find(const struct ledger *ledger, const struct checksum256 *id)
{
	struct block_state *block = *bucket_of(ledger, id);
	while (block && !checksum256_equal(&block->id, id))
		block = block->next_in_bucket;
	return block;
}

static void put(struct ledger *ledger, struct block_state *block)
{
	struct block_state **bucket = bucket_of(ledger, &block->id);
	block->next_in_bucket = *bucket;
	*bucket = block;
}

static void grow(struct ledger *ledger)
{
	struct block_state **before = ledger->buckets;
	size_t count = ledger->buckets_count;

	ledger->buckets_count = 2 * count;
	ledger->buckets = memory_allocate(ledger->buckets_count, sizeof *ledger->buckets);
	for (size_t i = 0; i < count; i++)
		for (struct block_state *block = before[i], *next; block; block = next) {
			next = block->next_in_bucket;
			put(ledger, block);
		}
	free(before);
}

struct block_state *ledger_add(struct ledger *ledger, struct block_state *block)
{
	struct block_state *known = ledger_find(ledger, &block->id);
	if (known) {
		block_state_hold(known);
		block_state_release(block);
		return known;
	}
	if (ledger->blocks_count == ledger->buckets_count)
		grow(ledger);
	put(ledger, block);
	block->ledger = ledger;
	ledger->blocks_count++;
	return block;
}

void ledger_forget(struct block_state *block)
{
	struct ledger *ledger = block->ledger;
	struct block_state **place;
	if (!ledger || block->is_bare)
		return; /* a block in the making that was dropped, or one that it never had */
	place = bucket_of(ledger, &block->id);
	while (*place != block)
		place = &(*place)->next_in_bucket;
	*place = block->next_in_bucket;
	ledger->blocks_count--;
}

/* --- the genesis block --- */

static struct producer_schedule genesis_schedule(const struct genesis *genesis)
{
	struct producer_schedule schedule = {.producers = memory_allocate(1, sizeof *schedule.producers),
	                                     .producers_count = 1};
	struct producer_authority *producer = schedule.producers;

	producer->producer_name = name_literal("eosio");
	producer->threshold = 1;
	producer->keys = memory_allocate(1, sizeof *producer->keys);
	producer->keys[0] = (struct key_weight){genesis->initial_key, 1};
	producer->keys_count = 1;
	return schedule;
}

static struct map_root *genesis_root(struct ledger *ledger, const struct checksum256 *id)
{
	struct map_root *empty = map_empty(ledger->map);
	struct map_edit *edit = map_edit_begin(empty);
	struct block_globals globals;

	map_root_release(empty);
	genesis_state(edit, &globals, &ledger->genesis);
	tapos_put(edit, id);
	return map_edit_finish(edit);
}

struct block_state *ledger_genesis_block(struct ledger *ledger)
{
	struct block_state *state = memory_allocate(1, sizeof *state);

	state->references = 1;
	state->number = 1;
	state->block = memory_allocate(1, sizeof *state->block);
	state->block->header.timestamp = slot_from_us(ledger->genesis.initial_timestamp);
	state->block->header.confirmed = 1;
	state->block->header.action_mroot = ledger->chain_id;
	state->block->id = state->id = block_header_id(&state->block->header);
	state->active_schedule = genesis_schedule(&ledger->genesis);
	state->pending_schedule = genesis_schedule(&ledger->genesis);
	state->pending_schedule_hash = producer_schedule_hash(&state->active_schedule, true);
	state->root = genesis_root(ledger, &state->id);
	return ledger_add(ledger, state);
}

/* --- ids of blocks whose states went --- */

struct id_trail *id_trail_hold(struct id_trail *trail)
{
	if (trail)
		trail->references++;
	return trail;
}

void id_trail_release(struct id_trail *trail)
{
	while (trail && !--trail->references) {
		struct id_trail *earlier = trail->earlier;
		free(trail);
		trail = earlier;
	}
}

struct id_trail *id_trail_begin(struct id_trail *earlier, uint32_t first)
{
	struct id_trail *trail = memory_allocate(1, sizeof *trail);

	*trail = (struct id_trail){.references = 1, .first = first, .earlier = id_trail_hold(earlier)};
	return trail;
}

void id_trail_cut(struct id_trail *trail, uint32_t first)
{
	while (trail && trail->first > first)
		trail = trail->earlier;
	if (!trail)
		return;
	id_trail_release(trail->earlier);
	trail->earlier = NULL;
}

bool id_trail_find(const struct id_trail *trail, struct checksum256 *out, uint32_t number)
{
	while (trail && trail->first > number)
		trail = trail->earlier;
	if (!trail || number - trail->first >= ID_TRAIL_LENGTH ||
	    checksum256_is_zero(&trail->ids[number - trail->first]))
		return false;
	*out = trail->ids[number - trail->first];
	return true;
}
