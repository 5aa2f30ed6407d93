/* Making deeds, and letting go of them. */
#include "core/engine/block/deeds.h"

#include "core/base/memory.h"
#include "core/engine/engine_private.h"
#include "core/types/name.h"

#include <stdlib.h>
#include <string.h>

struct deeds *deeds_hold(struct deeds *deeds)
{
	if (deeds)
		deeds->references++;
	return deeds;
}

void deeds_release(struct deeds *deeds)
{
	while (deeds && !--deeds->references) {
		struct deeds *previous = deeds->previous;
		for (size_t i = 0; i < deeds->actions_count; i++) {
			action_release(&deeds->actions[i].action);
			free(deeds->actions[i].accounts);
		}
		missed_slots_release(deeds->missed);
		free(deeds->actions);
		text_release(&deeds->told);
		free(deeds);
		deeds = previous;
	}
}

void deeds_cut(struct deeds *deeds)
{
	struct deeds *previous = deeds->previous;

	deeds->previous = NULL;
	deeds_release(previous);
}

/* --- whom an action is about --- */

static void add_account(struct deed *deed, size_t *capacity, uint64_t name)
{
	size_t place = 0;

	while (place < deed->accounts_count && deed->accounts[place] < name)
		place++;
	if (place < deed->accounts_count && deed->accounts[place] == name)
		return;
	LIST_INSERT(deed->accounts, deed->accounts_count, *capacity, place, name);
}

/* What the system contract's actions do to accounts whose authority they do not take: those named first. */
static void add_named(struct deed *deed, size_t *capacity, const struct action *action)
{
	static const struct {
		const char *action;
		size_t names;
	} named[] = {{"newaccount", 2}, {"buyram", 2},     {"buyrambytes", 2}, {"delegatebw", 2},
	             {"undelegatebw", 2}, {"setpriv", 1}, {"setalimits", 1},  {"rmvproducer", 1}};
	struct cursor in = cursor_make(action->data.data, action->data.length);
	size_t place = 0, names = 0;

	if (action->account != name_literal("eosio"))
		return;
	while (place < sizeof named / sizeof *named && name_literal(named[place].action) != action->name)
		place++;
	if (place < sizeof named / sizeof *named)
		names = named[place].names;
	while (names--) {
		uint64_t name = cursor_u64(&in);
		if (name)
			add_account(deed, capacity, name);
	}
}

/* Long data is told by its length. An ABI is kept: what came before it was done under another one. */
static struct action shorten(const struct action *action)
{
	struct action without = *action;
	bool is_abi = action->account == name_literal("eosio") && action->name == name_literal("setabi");

	if (without.data.length > DEED_DATA_MAXIMUM && !is_abi)
		without.data.length = 0;
	return action_copy(&without);
}

static void describe(struct deed *deed, const struct transaction_trace *trace,
                     const struct action_trace *action)
{
	size_t capacity = 0;

	deed->action = shorten(&action->action);
	deed->data_length = action->action.data.length;
	deed->ordinal = action->ordinal;
	deed->abi_sequence = action->receipt.abi_sequence;
	add_account(deed, &capacity, action->receiver);
	add_named(deed, &capacity, &action->action);
	for (size_t i = 0; i < action->action.authorization_count; i++)
		add_account(deed, &capacity, action->action.authorization[i].actor);
	for (size_t i = 0; i < trace->actions_count; i++) {
		const struct action_trace *notified = &trace->actions[i];
		if (notified->receiver != notified->action.account &&
		    notified->closest_unnotified_ancestor == action->ordinal)
			add_account(deed, &capacity, notified->receiver);
	}
}

struct deeds *deeds_of_trace(const struct transaction_trace *trace)
{
	struct deeds *deeds = memory_allocate(1, sizeof *deeds);

	*deeds = (struct deeds){.references = 1, .block_num = trace->block_num, .slot = trace->slot,
	                        .id = trace->id};
	deeds->actions = memory_allocate(trace->actions_count + 1, sizeof *deeds->actions);
	for (size_t i = 0; i < trace->actions_count; i++)
		if (trace->actions[i].has_receipt && trace->actions[i].receiver == trace->actions[i].action.account)
			describe(&deeds->actions[deeds->actions_count++], trace, &trace->actions[i]);
	return deeds;
}

static void append(struct pending_block *pending, struct deeds *deeds)
{
	deeds->place = pending->deeds ? pending->deeds->place + 1 : 0;
	deeds->previous = pending->deeds; /* its reference */
	pending->deeds = deeds;
}

void deeds_add_transaction(struct pending_block *pending, const struct transaction_trace *trace)
{
	if (pending->keeps_deeds)
		append(pending, deeds_of_trace(trace));
}

struct deeds *deeds_of_block(const struct block_state *block)
{
	struct deeds *deeds = memory_allocate(1, sizeof *deeds);
	const struct producer_schedule *schedule = &block->active_schedule;

	*deeds = (struct deeds){.references = 1, .block_num = block->number,
	                        .slot = block->block->header.timestamp,
	                        .producer = block->block->header.producer,
	                        .schedule_version = schedule->version,
	                        .producers_count = schedule->producers_count,
	                        .missed = missed_slots_hold(block->missed)};
	return deeds;
}

void deeds_end_block(struct pending_block *pending, struct block_state *block)
{
	if (pending->keeps_deeds)
		append(pending, deeds_of_block(block));
	block->deeds = pending->deeds;
	pending->deeds = NULL;
}

bool deeds_missed(const struct deeds *deeds, uint64_t *producer, uint32_t *slots, size_t place)
{
	if (!deeds->missed || place >= deeds->missed->count)
		return false;
	*producer = deeds->missed->of[place].producer;
	*slots = deeds->missed->of[place].slots;
	return true;
}
