/* Where a transaction pushed to a node goes, and what the node shows of it. */
#include "core/network/network_private.h"

#include "core/base/exception.h"
#include "core/types/name.h"

#include <errno.h>

enum { TRANSACTION_TIME_US = 30000 /* nodeos's max-transaction-time */ };

static int report_stall(const struct node *node, struct error *error)
{
	const struct producer_schedule *schedule = &branch_head(node->branch)->active_schedule;
	struct text names = TEXT_EMPTY;

	for (size_t i = 0; i < schedule->producers_count; i++)
		text_printf(&names, "%s%s", i ? ", " : "", name_text(schedule->producers[i].producer_name).text);
	error_set(error, EAGAIN,
	          "the chain cannot make progress: no running node that node %s can reach may produce for any "
	          "scheduled producer (%s)",
	          name_text(node->name).text, text_string(&names));
	text_release(&names);
	if (node->is_paused)
		error_append(error, "; it was paused over HTTP: /v1/producer/resume lets it go on");
	return -EAGAIN;
}

static struct node *find_builder(const struct node *node)
{
	const struct network *network = node->network;
	struct node *found = NULL;

	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *other = network->nodes[i];
		if (other->is_running && other->component == node->component &&
		    branch_block_pending(other->branch) && branch_head(other->branch) == branch_head(node->branch) &&
		    (!found || branch_block_slot(other->branch) < branch_block_slot(found->branch)))
			found = other;
	}
	return found;
}

int node_builder(struct node *node, struct node **out, struct error *error)
{
	if (!node->is_running)
		return error_set(error, EHOSTUNREACH, "node \"%s\" is stopped: `echo start > state` starts it",
		                 name_text(node->name).text);
	*out = find_builder(node);
	if (!*out) {
		network_prepare(node->network);
		*out = find_builder(node);
	}
	return *out ? 0 : report_stall(node, error);
}

bool node_is_full(const struct error *error)
{
	return error->code == BLOCK_NET_USAGE_EXCEEDED || error->code == BLOCK_CPU_USAGE_EXCEEDED ||
	       error->code == BLOCK_RESOURCE_EXHAUSTED;
}

struct push_options node_push_options(const struct node *node, const struct push_options *options)
{
	const struct configuration *active = &node->active;
	struct push_options out = options ? *options : (struct push_options){0};

	if (!active->has_transaction_time)
		out.time_limit = TRANSACTION_TIME_US;
	else if (active->max_transaction_time >= 0)
		out.time_limit = active->max_transaction_time * 1000 + !active->max_transaction_time;
	if (!out.again) /* what a block had is in it */
		out.greylists[0] = greylist_or_none(&node->greylist);
	return out;
}

/* Before its time: others must not take it to be from the future. */
static bool may_seal(const struct node *builder)
{
	const struct network *network = builder->network;
	bool is_far = slot_to_us(branch_block_slot(builder->branch)) > network->now + 2 * SLOT_US;

	return !builder->is_speculating && (!network->outward || !is_far);
}

/* One try in the builder's block: recorded first, so that nothing acknowledged is ever lost. What other
 * processes sent is theirs to keep until a block of ours holds it. */
static int push_once(struct node *builder, struct transaction_trace *trace, struct packed_transaction *packed,
                     const struct public_key *keys, size_t keys_count, const struct push_options *options,
                     struct error *error)
{
	const struct network_hooks *hooks = &builder->network->hooks;
	struct push_options push = node_push_options(builder, options);
	bool recorded = hooks->record && !(push.is_foreign && builder->is_speculating);
	int result = recorded ? hooks->record(hooks->context, builder, packed, &push, error) : 0;

	if (result)
		return result;
	result = branch_push(builder->branch, trace, packed, keys, keys_count, &push, error);
	if (result && recorded && hooks->take_back)
		hooks->take_back(hooks->context, builder);
	if (result == 0 && recorded && hooks->billed)
		hooks->billed(hooks->context, builder, trace->cpu_usage_us);
	return result;
}

/* Until a block must be ready, where it can be made before that. */
static int64_t time_left(const struct node *builder)
{
	int64_t left = node_block_due(builder) - builder->network->now;

	return left > 0 && may_seal(builder) ? left : 0;
}

/* What did not fit may fit the next block: not where there was nothing beside it, nor where a block's end has
 * cut it short before, as then it has had its time. */
static bool is_for_next(const struct node *builder, const struct error *error, bool *was_cut)
{
	bool fresh = !*was_cut;

	if (!may_seal(builder))
		return false;
	if (error->code != DEADLINE_EXCEPTION)
		return node_is_full(error) && branch_block_transactions(builder->branch);
	*was_cut = true;
	return fresh;
}

int node_push(struct node *node, struct transaction_trace *trace, struct packed_transaction *packed,
              const struct public_key *keys, size_t keys_count, const struct push_options *options,
              struct error *error)
{
	struct checksum256 id = packed->id;
	uint32_t expiration = packed->transaction.expiration;
	struct push_options within = options ? *options : (struct push_options){0};
	struct bytes copy = {0};
	struct node *builder;
	struct error own = {0};
	bool was_cut = false;
	int result;
	error = error ? error : &own;
	within.greylists[1] = greylist_or_none(&node->greylist);
	if (transactions_full(node->network))
		return error_set(error, ENOSPC,
		                 "too much waits to become irreversible: start producers until two thirds produce");
	/* After a restart one alike may wait that was thrown out of a block: both are to happen. */
	if (transactions_waits(node->network, &id))
		return error_chain(error, TX_DUPLICATE, "a transaction of that id waits for a block already");
	packed_transaction_pack(&copy, packed);
	for (;;) {
		error_clear(error);
		result = node_builder(node, &builder, error);
		if (result)
			break;
		within.block_left = was_cut ? 0 : time_left(builder);
		result = push_once(builder, trace, packed, keys, keys_count, &within, error);
		if (result == 0 || !is_for_next(builder, error, &was_cut))
			break;
		transaction_trace_release(trace);
		result = node_seal(builder, error);
		if (result)
			break;
		network_prepare(node->network);
	}
	if (result == 0 && node->network->hooks.acknowledged)
		node->network->hooks.acknowledged(node->network->hooks.context, node, &copy);
	if (result == 0)
		transactions_add(node, builder, &id, &copy, expiration, &within);
	bytes_release(&copy);
	return result;
}

int node_receive_transaction(struct node *node, struct packed_transaction *packed,
                             const struct public_key *keys, size_t keys_count, struct error *error)
{
	const struct push_options options = {.is_foreign = true};
	struct transaction_trace trace = {0};
	int result = node_push(node, &trace, packed, keys, keys_count, &options, error);

	transaction_trace_release(&trace);
	return result;
}

void node_view(struct node *node, struct node_view *out)
{
	struct block_state *head = branch_head(node->branch);
	struct node *builder = node->is_running ? find_builder(node) : NULL;
	struct branch *branch = builder ? builder->branch : node->branch;

	*out = (struct node_view){.head = block_state_hold(head),
	                          .root = builder ? branch_state(branch) : map_root_hold(head->root),
	                          .block_num = builder ? branch_block_number(branch) : head->number,
	                          .slot = builder ? branch_block_slot(branch) : head->block->header.timestamp};
	out->deeds = branch_deeds(branch);
	out->irreversible_num = branch_irreversible(node->branch, &out->irreversible_id);
}
