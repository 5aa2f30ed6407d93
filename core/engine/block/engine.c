/* The engine's life: a chain made from its genesis or from a saved head, and what it is asked about
 * itself. */
#include "core/engine/engine_parts.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>

enum {
	REVERSIBLE_STATES = 1000,     /* kept in memory, where a long time nothing becomes irreversible */
	PRUNE_INTERVAL = 256,         /* blocks */
	EARLIER_IDS_MAXIMUM = 1 << 16,
};

/* --- genesis --- */

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

/* Block 1 (E.8) without its state. */
static struct block_state *genesis_block(const struct engine *engine)
{
	struct block_state *state = memory_allocate(1, sizeof *state);

	state->references = 1;
	state->number = 1;
	state->block = memory_allocate(1, sizeof *state->block);
	state->block->header.timestamp = slot_from_us(engine->genesis.initial_timestamp);
	state->block->header.confirmed = 1;
	state->block->header.action_mroot = engine->chain_id;
	state->block->id = state->id = block_header_id(&state->block->header);
	state->active_schedule = genesis_schedule(&engine->genesis);
	state->pending_schedule = genesis_schedule(&engine->genesis);
	state->pending_schedule_hash = producer_schedule_hash(&state->active_schedule, true);
	return state;
}

static struct engine *engine_begin(const struct genesis *genesis)
{
	struct engine *engine = memory_allocate(1, sizeof *engine);

	engine->genesis = *genesis;
	engine->chain_id = genesis_chain_id(genesis);
	return engine;
}

int engine_create(struct engine **out, const struct genesis *genesis, struct error *error)
{
	struct engine *engine;
	struct map_edit *edit;
	struct map_root *empty;
	struct block_globals globals;
	int result = chain_config_validate(&genesis->initial_configuration, error);

	*out = NULL;
	if (result) {
		error_prefix(error, "genesis");
		return result;
	}
	engine = engine_begin(genesis);
	engine->map = map_create();
	empty = map_empty(engine->map);
	edit = map_edit_begin(empty);
	map_root_release(empty);
	engine->head = genesis_block(engine);
	genesis_state(edit, genesis, &globals);
	tapos_put(edit, &engine->head->id);
	engine->head->root = map_edit_finish(edit);
	*out = engine;
	return 0;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	engine_block_drop(engine);
	block_state_release(engine->head);
	map_destroy(engine->map);
	free(engine->earlier_ids);
	free(engine);
}

/* --- what it is --- */

const struct genesis *engine_genesis(const struct engine *engine)
{
	return &engine->genesis;
}

const struct checksum256 *engine_chain_id(const struct engine *engine)
{
	return &engine->chain_id;
}

struct map *engine_map(struct engine *engine)
{
	return engine->map;
}

struct block_state *engine_head(struct engine *engine)
{
	return engine->head;
}

void engine_set_head(struct engine *engine, struct block_state *head)
{
	block_state_hold(head);
	block_state_release(engine->head);
	engine->head = head;
}

uint32_t engine_irreversible(const struct engine *engine, struct checksum256 *id)
{
	const struct block_state *head = engine->head;
	if (head->dpos_irreversible > 1) {
		if (id)
			*id = head->irreversible_id;
		return head->dpos_irreversible;
	}
	/* Nothing but genesis is irreversible yet. */
	if (id && !engine_find_id(engine, id, 1))
		*id = (struct checksum256){{0}};
	return 1;
}

static bool find_earlier(const struct engine *engine, struct checksum256 *out, uint32_t number)
{
	if (number < engine->earlier_first || number - engine->earlier_first >= engine->earlier_count)
		return false;
	*out = engine->earlier_ids[number - engine->earlier_first];
	return true;
}

bool engine_find_id(const struct engine *engine, struct checksum256 *out, uint32_t number)
{
	const struct block_state *block = engine->head;
	while (block && block->number > number)
		block = block->previous;
	if (!block || block->number != number)
		return find_earlier(engine, out, number);
	*out = block->id;
	return true;
}

/* --- forgetting --- */

/* The ids of `last` and of those before it in memory, behind the ones that are there; ids of no use any
 * more go. */
static void keep_ids(struct engine *engine, const struct block_state *last)
{
	uint32_t first = last->number, end = last->number + 1, keep_from = engine->head->dpos_irreversible;
	struct checksum256 *ids;
	for (const struct block_state *block = last; block->previous; block = block->previous)
		first--;
	if (engine->earlier_count && engine->earlier_first + engine->earlier_count == first)
		first = engine->earlier_first;
	if (end - first > EARLIER_IDS_MAXIMUM)
		first = end - EARLIER_IDS_MAXIMUM;
	if (first < keep_from && keep_from < end)
		first = keep_from;
	ids = memory_allocate(end - first, sizeof *ids);
	for (uint32_t number = first; number < end; number++)
		find_earlier(engine, &ids[number - first], number);
	for (const struct block_state *block = last; block && block->number >= first; block = block->previous)
		ids[block->number - first] = block->id;
	free(engine->earlier_ids);
	engine->earlier_ids = ids;
	engine->earlier_first = first;
	engine->earlier_count = end - first;
}

void engine_prune(struct engine *engine)
{
	struct block_state *block = engine->head, *older;
	block_state_prune(block);
	if (block->number % PRUNE_INTERVAL)
		return;
	while (block && engine->head->number - block->number < REVERSIBLE_STATES)
		block = block->previous;
	if (!block || !block->previous)
		return;
	older = block->previous;
	keep_ids(engine, older);
	block->previous = NULL;
	block_state_release(older);
}

const struct producer_authority *engine_producer_of_slot(const struct engine *engine, uint32_t slot)
{
	return block_state_producer(engine->head, slot);
}

/* --- saving and restoring --- */

void engine_pack_block(struct bytes *out, const struct engine *engine, const struct block_state *block)
{
	uint32_t oldest = block->number, first, least = block->dpos_irreversible + 1;
	struct checksum256 *ids, id;
	signed_block_pack(out, block->block);
	block_state_pack(out, block);
	for (const struct block_state *before = block->previous; before; before = before->previous)
		oldest = before->number;
	for (first = oldest; first > least && block->number - first < EARLIER_IDS_MAXIMUM &&
	                     find_earlier(engine, &id, first - 1);)
		first--;
	if (first < least)
		first = least < block->number ? least : block->number;
	ids = memory_allocate(block->number - first, sizeof *ids);
	for (uint32_t number = first; number < oldest; number++)
		find_earlier(engine, &ids[number - first], number);
	for (const struct block_state *before = block->previous; before && before->number >= first;
	     before = before->previous)
		ids[before->number - first] = before->id;
	bytes_put_varuint32(out, block->number - first);
	bytes_put(out, ids, (block->number - first) * sizeof *ids);
	free(ids);
}

static int unpack_earlier_ids(struct engine *engine, struct cursor *in, struct error *error)
{
	uint32_t count = cursor_count(in, sizeof(struct checksum256));

	if (in->failed || count >= engine->head->number)
		return error_set(error, EINVAL, "the saved head is malformed");
	engine->earlier_first = engine->head->number - count;
	engine->earlier_count = count;
	engine->earlier_ids = memory_allocate(count, sizeof *engine->earlier_ids);
	for (uint32_t i = 0; i < count; i++)
		cursor_copy(in, engine->earlier_ids[i].data, sizeof engine->earlier_ids[i].data);
	return 0;
}

int engine_restore(struct engine **out, const struct genesis *genesis, struct map *map, struct map_root *root,
                   struct cursor *head, struct error *error)
{
	struct signed_block *block = memory_allocate(1, sizeof *block);
	struct block_state *state = NULL;
	struct engine *engine;
	int result = signed_block_unpack(block, head, error);

	*out = NULL;
	if (!result && (result = block_state_unpack(&state, head, error)))
		signed_block_release(block);
	if (result) {
		free(block);
		map_root_release(root);
		map_destroy(map);
		return result;
	}
	state->block = block;
	state->id = block->id;
	state->number = block_header_number(&block->header);
	state->root = root;
	engine = engine_begin(genesis);
	engine->map = map;
	engine->head = state;
	if ((result = unpack_earlier_ids(engine, head, error))) {
		engine_destroy(engine);
		return result;
	}
	*out = engine;
	return 0;
}
