/* A branch, which is what each node has: its head, the blocks back to the last irreversible one, a block in
 * the making. How it begins, goes on, goes elsewhere and is saved. */
#include "core/engine/engine_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	REVERSIBLE_STATES = 1000, /* kept in memory, where a long time nothing becomes irreversible */
	REVERSIBLE_IDS = 1 << 16, /* known beyond those */
};

/* --- life --- */

/* The head from now on; its reference is the branch's. */
static void append(struct branch *branch, struct block_state *block)
{
	if (branch->first && branch->first + branch->count == branch->capacity) {
		memmove(branch->blocks, branch->blocks + branch->first, branch->count * sizeof *branch->blocks);
		branch->first = 0;
	}
	memory_grow(&branch->blocks, &branch->capacity, branch->first + branch->count + 1,
	            sizeof *branch->blocks);
	branch->blocks[branch->first + branch->count++] = block;
	branch->head = block;
}

/* Blocks before the irreversible one go, and of a long reversible chain (too few producers are there) all
 * but the last. Before the head changes: whoever asks what has become irreversible with it finds that. */
static void prune(struct branch *branch)
{
	while (branch->count > 1 && (branch->blocks[branch->first]->number < branch->head->dpos_irreversible ||
	                             branch->count >= REVERSIBLE_STATES)) {
		block_state_release(branch->blocks[branch->first++]);
		branch->count--;
	}
}

struct branch *branch_fork(struct ledger *ledger, struct block_state *head)
{
	struct branch *branch = memory_allocate(1, sizeof *branch);

	branch->ledger = ledger_hold(ledger);
	branch_set_head(branch, head);
	return branch;
}

int branch_create(struct branch **out, const struct genesis *genesis, struct error *error)
{
	int result = chain_config_validate(&genesis->initial_configuration, error);
	struct block_state *first;
	struct ledger *ledger;

	*out = NULL;
	if (result) {
		error_prefix(error, "genesis");
		return result;
	}
	ledger = ledger_begin(genesis, map_create());
	first = ledger_genesis_block(ledger);
	*out = branch_fork(ledger, first);
	block_state_release(first);
	ledger_release(ledger);
	return 0;
}

void branch_destroy(struct branch *branch)
{
	if (!branch)
		return;
	branch_block_drop(branch);
	for (size_t i = 0; i < branch->count; i++)
		block_state_release(branch->blocks[branch->first + i]);
	free(branch->blocks);
	ledger_release(branch->ledger);
	free(branch);
}

void branch_without_deeds(struct branch *branch)
{
	branch->without_deeds = true;
}

/* --- what it is --- */

struct ledger *branch_ledger(const struct branch *branch)
{
	return branch->ledger;
}

struct block_state *branch_head(const struct branch *branch)
{
	return branch->head;
}

struct block_state *branch_find(const struct branch *branch, uint32_t number)
{
	uint32_t back = branch->count ? branch->head->number - number : UINT32_MAX;

	return back < branch->count ? branch->blocks[branch->first + branch->count - 1 - back] : NULL;
}

bool branch_find_id(const struct branch *branch, struct checksum256 *out, uint32_t number)
{
	const struct block_state *block = branch_find(branch, number);
	if (!block)
		return id_trail_find(branch->head->trail, out, number);
	*out = block->id;
	return true;
}

uint32_t branch_irreversible(const struct branch *branch, struct checksum256 *id)
{
	const struct block_state *head = branch->head;
	if (head->dpos_irreversible > 1) {
		if (id)
			*id = head->irreversible_id;
		return head->dpos_irreversible;
	}
	/* Nothing but genesis is irreversible yet. */
	if (id && !branch_find_id(branch, id, 1))
		*id = (struct checksum256){{0}};
	return 1;
}

const struct producer_authority *branch_producer_of_slot(const struct branch *branch, uint32_t slot)
{
	return block_state_producer(branch->head, slot);
}

/* --- going on and going elsewhere --- */

void branch_append(struct branch *branch, struct block_state *block)
{
	prune(branch);
	append(branch, block);
}

/* Blocks of the new head's past that the ledger has, down to one that the branch has too or needs no more:
 * newest first; free() *out. */
static size_t past_of(const struct branch *branch, struct block_state ***out, struct block_state *head)
{
	size_t count = 0, capacity = 0;
	struct block_state *block = head;

	*out = NULL;
	while (block && count < REVERSIBLE_STATES && branch_find(branch, block->number) != block) {
		LIST_APPEND(*out, count, capacity, block);
		block = block->number > head->dpos_irreversible
		            ? ledger_find(branch->ledger, &block->block->header.previous)
		            : NULL;
	}
	return count;
}

void branch_set_head(struct branch *branch, struct block_state *head)
{
	struct block_state **past, *meets;
	size_t count, kept = 0;

	if (branch->count && checksum256_equal(&head->block->header.previous, &branch->head->id)) {
		branch_append(branch, block_state_hold(head));
		return;
	}
	prune(branch);
	count = past_of(branch, &past, head);
	for (size_t i = 0; i < count; i++)
		block_state_hold(past[i]);
	/* what both have stays */
	meets = count ? branch_find(branch, past[count - 1]->number - 1) : head;
	if (meets && (!count || checksum256_equal(&meets->id, &past[count - 1]->block->header.previous)))
		kept = branch->count - (branch->head->number - meets->number);
	while (branch->count > kept)
		block_state_release(branch->blocks[branch->first + --branch->count]);
	if (!kept)
		branch->first = 0;
	else
		branch->head = branch->blocks[branch->first + kept - 1];
	while (count)
		append(branch, past[--count]);
	free(past);
}

struct id_trail *branch_trail(const struct branch *branch)
{
	const struct block_state *head = branch->head;
	uint32_t next = head->number + 1;
	struct id_trail *trail;
	if (next % ID_TRAIL_LENGTH)
		return id_trail_hold(head->trail);
	trail = id_trail_begin(head->trail, next - ID_TRAIL_LENGTH);
	for (uint32_t i = 0; i < ID_TRAIL_LENGTH; i++)
		branch_find_id(branch, &trail->ids[i], trail->first + i);
	id_trail_cut(trail, head->dpos_irreversible + REVERSIBLE_IDS > next ? head->dpos_irreversible
	                                                                    : next - REVERSIBLE_IDS);
	return trail;
}

/* --- saving and restoring --- */

void branch_pack_block(struct bytes *out, const struct branch *branch, const struct block_state *block)
{
	uint32_t first = block->number, least = block->dpos_irreversible + 1;
	struct checksum256 id;

	signed_block_pack(out, block->block);
	block_state_pack(out, block);
	while (first > least && block->number - first < REVERSIBLE_IDS && branch_find_id(branch, &id, first - 1))
		first--;
	bytes_put_varuint32(out, block->number - first);
	for (uint32_t number = first; number < block->number; number++) {
		branch_find_id(branch, &id, number);
		bytes_put(out, &id, sizeof id);
	}
	missed_slots_pack(out, block->missed);
}

static int unpack_trail(struct block_state *state, struct cursor *in, struct error *error)
{
	uint32_t count = cursor_count(in, sizeof(struct checksum256));

	if (in->failed || count >= state->number)
		return error_set(error, EINVAL, "the saved head is malformed");
	for (uint32_t number = state->number - count; number < state->number; number++) {
		uint32_t place = number % ID_TRAIL_LENGTH;
		if (!state->trail || place == 0) {
			struct id_trail *earlier = state->trail;
			state->trail = id_trail_begin(earlier, number - place);
			id_trail_release(earlier);
		}
		cursor_copy(in, state->trail->ids[place].data, sizeof state->trail->ids[place].data);
	}
	state->missed = missed_slots_unpack(in);
	return in->failed ? error_set(error, EINVAL, "the saved head is malformed") : 0;
}

int ledger_restore_block(struct ledger *ledger, struct block_state **out, struct map_root *root,
                         struct cursor *head, struct error *error)
{
	struct signed_block *block = memory_allocate(1, sizeof *block);
	struct block_state *state = NULL;
	int result = signed_block_unpack(block, head, error);

	*out = NULL;
	if (result == 0 && (result = block_state_unpack(&state, head, error)))
		signed_block_release(block);
	if (result) {
		free(block);
		map_root_release(root);
		return result;
	}
	state->block = block;
	state->id = block->id;
	state->number = block_header_number(&block->header);
	state->root = root;
	result = unpack_trail(state, head, error);
	if (result)
		block_state_release(state);
	else
		*out = ledger_add(ledger, state);
	return result;
}

int branch_restore(struct branch **out, const struct genesis *genesis, struct map *map, struct map_root *root,
                   struct cursor *head, struct error *error)
{
	struct ledger *ledger = ledger_begin(genesis, map);
	struct block_state *state;
	int result = ledger_restore_block(ledger, &state, root, head, error);

	*out = result ? NULL : branch_fork(ledger, state);
	block_state_release(state);
	ledger_release(ledger);
	return result;
}
