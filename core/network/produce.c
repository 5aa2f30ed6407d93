/* Who produces which slot (p2p.md 5): the conditions, beginning a block, sealing it. */
#include "core/network/network_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define EOSIO name_literal("eosio")

/* --- who signs for whom --- */

bool node_signs_for(const struct node *node, uint64_t producer)
{
	for (size_t i = 0; i < node->active.producers_count; i++)
		if (node->active.producers[i] == producer)
			return true;
	/* one that joined a chain that others make names nobody */
	return node->name == EOSIO && node->active.producers_count &&
	       !network_names_producer(node->network, producer);
}

static bool is_configured(const struct node *node, const struct public_key *public)
{
	for (size_t i = 0; i < node->active.signers.count; i++)
		if (!public_key_compare(&node->active.signers.keys[i], public))
			return true;
	return false;
}

static bool find_keosd(const struct node *node, struct block_signer *out, const struct public_key *public)
{
	for (size_t i = 0; i < node->active.keosds_count; i++)
		if (!public_key_compare(&node->active.keosds[i].key, public)) {
			memcpy(out->url, node->active.keosds[i].url, sizeof out->url);
			return true;
		}
	return false;
}

/* By the node's own configuration, or, for node eosio, with a key that whoever drives the network has. */
static bool find_key(const struct node *node, struct block_signer *out, const struct public_key *public)
{
	const struct network_hooks *hooks = &node->network->hooks;

	*out = (struct block_signer){.public = *public};
	if (is_configured(node, public) &&
	    (find_keosd(node, out, public) || key_store_get(node->network->keys, &out->private, public)))
		return true;
	return node->name == EOSIO && hooks->private_key &&
	       hooks->private_key(hooks->context, public, &out->private);
}

/* One signature is made, so one key must do. */
static bool find_signer(const struct node *node, struct block_signer *out,
                        const struct producer_authority *authority)
{
	struct block_signer own;
	bool found = false;

	for (size_t i = 0; i < authority->keys_count && !found; i++)
		found = authority->keys[i].weight >= authority->threshold &&
		        find_key(node, out ? out : &own, &authority->keys[i].key);
	memory_wipe(&own, sizeof own);
	return found;
}

bool node_has_key(const struct node *node, const struct producer_authority *authority)
{
	return find_signer(node, NULL, authority);
}

/* --- watermarks --- */

static struct watermark *find_watermark(const struct node *node, uint64_t producer)
{
	for (size_t i = 0; i < node->watermarks_count; i++)
		if (node->watermarks[i].producer == producer)
			return &node->watermarks[i];
	return NULL;
}

void node_note_watermark(struct node *node, const struct block_state *block)
{
	uint64_t producer = block->block->header.producer;
	struct watermark *mark = find_watermark(node, producer);
	if (!mark) {
		if (!node_signs_for(node, producer))
			return;
		memory_grow(&node->watermarks, &node->watermarks_capacity, node->watermarks_count + 1, sizeof *mark);
		mark = &node->watermarks[node->watermarks_count++];
		*mark = (struct watermark){.producer = producer};
	}
	node->evaluated = 0;
	if (block->number > mark->number)
		mark->number = block->number;
	if (block->block->header.timestamp > mark->slot)
		mark->slot = block->block->header.timestamp;
}

/* --- the conditions --- */

bool node_lib_too_old(const struct node *node)
{
	if (node->active.max_irreversible_block_age < 0)
		return false;
	const struct block_state *block = branch_find(node->branch, branch_irreversible(node->branch, NULL));
	int64_t age = block ? node->network->now - slot_to_us(block->block->header.timestamp) : INT64_MAX;
	return age / SECOND_US >= node->active.max_irreversible_block_age;
}

/* Whether it produces a slot (p2p.md 5.1), what signs it, and if not why; signer may be NULL. */
static enum producer_state production(const struct node *node, uint32_t slot, struct block_signer *signer)
{
	const struct producer_authority *authority = branch_producer_of_slot(node->branch, slot);
	if (!authority || !node_signs_for(node, authority->producer_name))
		return PRODUCER_HAS_NO_NODE;
	if (!node->production_enabled || node->is_paused)
		return PRODUCER_NODE_STALE;
	if (!find_signer(node, signer, authority))
		return PRODUCER_HAS_NO_KEY;
	if (node_lib_too_old(node))
		return PRODUCER_LIB_TOO_OLD;
	const struct watermark *mark = find_watermark(node, authority->producer_name);
	if (mark && (mark->number > branch_head(node->branch)->number || mark->slot >= slot))
		return PRODUCER_HAS_NO_NODE; /* somebody else has made it */
	return PRODUCER_PRODUCES;
}

static uint32_t next_boundary(const struct node *node)
{
	uint32_t slot = slot_from_us(node->network->now),
	         head = branch_head(node->branch)->block->header.timestamp;

	return (slot > head ? slot : head) + 1;
}

/* The first slot from the next on that the node produces; 0: none of the schedule's round. */
static uint32_t find_slot(const struct node *node, uint32_t earliest)
{
	const struct producer_schedule *schedule = &branch_head(node->branch)->active_schedule;
	uint32_t slot = next_boundary(node);

	slot = slot > earliest ? slot : earliest;
	uint32_t last = slot + TURN * ((uint32_t)schedule->producers_count + 1);
	for (; slot <= last && slot; slot += TURN - slot % TURN) {
		const struct producer_authority *authority = branch_producer_of_slot(node->branch, slot);
		const struct watermark *mark = authority ? find_watermark(node, authority->producer_name) : NULL;
		uint32_t first = mark && mark->slot >= slot ? mark->slot + 1 : slot;
		if (first / TURN == slot / TURN && production(node, first, NULL) == PRODUCER_PRODUCES)
			return first;
	}
	return 0;
}

/* What was found out of the next slot holds while the head has the same schedule, and until that slot. Not
 * so where time may change it, or a wallet, whose keys node eosio has for whom nobody else names. */
static bool is_evaluated(const struct node *node)
{
	return node->evaluated == node->network->evaluations &&
	       node->evaluated_version == branch_head(node->branch)->active_schedule.version &&
	       node->evaluated_enabled == node->production_enabled &&
	       (node->name != EOSIO || !node->is_scheduled) &&
	       node->active.max_irreversible_block_age < 0 &&
	       (!node->next_slot || node->next_slot >= next_boundary(node));
}

static bool is_scheduled(const struct node *node)
{
	const struct producer_schedule *schedule = &branch_head(node->branch)->active_schedule;
	bool found = false;

	for (size_t i = 0; i < schedule->producers_count && !found; i++)
		found = node_signs_for(node, schedule->producers[i].producer_name);
	return found;
}

static uint32_t next_slot(struct node *node)
{
	if (branch_block_pending(node->branch) && !node->is_speculating)
		return node->next_slot = branch_block_slot(node->branch); /* until somebody is before it */
	if (is_evaluated(node))
		return node->next_slot;
	node->evaluated = node->network->evaluations;
	node->evaluated_version = branch_head(node->branch)->active_schedule.version;
	node->evaluated_enabled = node->production_enabled;
	node->is_scheduled = is_scheduled(node);
	return node->next_slot = find_slot(node, node->network->earliest_slot);
}

bool node_is_producing(struct node *node)
{
	return node->is_running && !node->network->is_restoring && next_slot(node) &&
	       node->next_slot <= next_boundary(node);
}

/* What nodeos says when a turn is its own and it cannot. */
static void log_refusal(struct node *node)
{
	static const struct log_place place = {"error", "nodeos", "producer_plugin.cpp:1993",
	                                       "start_block"};
	uint32_t slot = next_boundary(node);
	const struct producer_authority *authority = branch_producer_of_slot(node->branch, slot);
	const struct watermark *mark;
	struct text keys = TEXT_EMPTY;
	if (slot % TURN || !authority || slot == node->refused_slot || !node->active.producers_count ||
	    !node_signs_for(node, authority->producer_name))
		return;
	node->refused_slot = slot;
	switch (production(node, slot, NULL)) {
	case PRODUCER_HAS_NO_KEY:
		key_weights_print(&keys, authority->keys, authority->keys_count);
		node_log_line(node, &place,
		              "Not producing block because I don't have any private keys relevant to authority: "
		              "[0,{\"threshold\":%u,\"keys\":[%s]}]",
		              authority->threshold, text_string(&keys));
		break;
	case PRODUCER_LIB_TOO_OLD:
		node_log_line(node, &place,
		              "Not producing block because the irreversible block is too old [max:%" PRId64 "s]",
		              node->active.max_irreversible_block_age);
		break;
	default:
		mark = find_watermark(node, authority->producer_name);
		if (mark && mark->number > branch_head(node->branch)->number)
			node_log_line(node, &place,
			              "Not producing block because \"%s\" signed a block at a higher block number (%u) "
			              "than the current fork's head (%u)",
			              name_text(authority->producer_name).text, mark->number,
			              branch_head(node->branch)->number);
	}
	text_release(&keys);
}

/* --- a block --- */

static void take_features(struct node *node, const struct checksum256 *feature)
{
	struct checksum256 *preactivated = NULL;
	size_t count = branch_preactivated_features(node->branch, &preactivated);

	free(node->features);
	node->features = memory_allocate(count + 1, sizeof *node->features);
	if (count)
		memcpy(node->features, preactivated, count * sizeof *preactivated);
	free(preactivated);
	if (feature)
		node->features[count++] = *feature;
	node->features_count = count;
}

static int begin_block(struct node *node, uint32_t slot, const struct checksum256 *feature,
                       struct error *error)
{
	struct block_options options = {.slot = slot};
	if (production(node, slot, &node->signer) != PRODUCER_PRODUCES)
		return error_set(error, EAGAIN, "node \"%s\" does not produce that slot", name_text(node->name).text);
	options.producer = branch_producer_of_slot(node->branch, slot)->producer_name;
	const struct watermark *mark = find_watermark(node, options.producer);
	options.confirmed = branch_confirmed(node->branch, mark ? mark->number : 0);
	take_features(node, feature);
	options.features = node->features;
	options.features_count = node->features_count;
	int result = branch_block_start(node->branch, NULL, &options, error);
	if (result)
		return result;
	node->producer = options.producer;
	node->confirmed = options.confirmed;
	node_run_scheduled(node);
	transactions_execute(node);
	return 0;
}

/* A block of the slot that comes next, of which only the others' version will be: what transactions do is
 * seen in it. */
static void begin_speculating(struct node *node)
{
	uint32_t slot = next_boundary(node);
	const struct producer_authority *authority = branch_producer_of_slot(node->branch, slot);
	struct block_options options = {.slot = slot};

	if (!authority)
		return;
	options.producer = authority->producer_name;
	take_features(node, NULL);
	options.features = node->features;
	options.features_count = node->features_count;
	if (branch_block_start(node->branch, NULL, &options, NULL))
		return;
	node->is_speculating = true;
	node->producer = options.producer;
	node_run_scheduled(node);
	transactions_execute(node);
}

void node_drop_block(struct node *node)
{
	if (!branch_block_pending(node->branch))
		return;
	node->is_speculating = false;
	if (branch_block_transactions(node->branch))
		transactions_dropped(node);
	branch_block_drop(node->branch);
	memory_wipe(&node->signer, sizeof node->signer);
}

int node_seal(struct node *node, struct error *error)
{
	const struct network_hooks *hooks = &node->network->hooks;
	struct checksum256 digest;
	struct block_state *block;
	int result = branch_block_seal(node->branch, &block, &digest, error);

	if (result)
		return result;
	transactions_sealed(node, block);
	if (hooks->sealed)
		hooks->sealed(hooks->context, node, block, &digest, &node->signer);
	memory_wipe(&node->signer, sizeof node->signer);
	node_log_produced(node, block);
	node_head_changed(node, block->number);
	if (hooks->accepted)
		hooks->accepted(hooks->context, node, block);
	node_relay(node, block);
	return 0;
}

/* --- who is next --- */

/* Nodes that hear of each other's blocks and stand on the same head, and the next slot that one of them
 * produces. */
struct group {
	unsigned component;
	const struct block_state *head;
	uint32_t slot;
	bool is_outward;
	struct node *speculates; /* the first of them, when the next block is nobody's here */
};

static struct group *group_of(struct group *groups, size_t *count, const struct node *node)
{
	const struct block_state *head = branch_head(node->branch);

	for (size_t i = 0; i < *count; i++)
		if (groups[i].component == node->component && groups[i].head == head)
			return &groups[i];
	groups[*count] = (struct group){.component = node->component, .head = head};
	return &groups[(*count)++];
}

static void evaluate(struct node *node, struct group *group)
{
	uint32_t slot = next_slot(node);
	bool producing = node_is_producing(node);

	if (slot && (!group->slot || slot < group->slot))
		group->slot = slot;
	group->is_outward = group->is_outward || node->is_outward;
	if (!group->speculates)
		group->speculates = node;
	if (node->was_producing && !producing)
		node->next_handshake = node->network->now; /* what it has dropped in its turn */
	node->was_producing = producing;
	if (!producing)
		log_refusal(node);
}

/* Whoever is next in its group makes its block; where that is somebody of another process one node
 * speculates. */
static void prepare(struct node *node, const struct group *group)
{
	bool others = group->is_outward && (!group->slot || group->slot > next_boundary(node));
	bool makes = !others && node->next_slot && node->next_slot == group->slot,
		 speculates = others && group->speculates == node;

	if ((!makes && !speculates) || node->is_speculating != speculates)
		node_drop_block(node);
	if (branch_block_pending(node->branch))
		return;
	if (makes)
		begin_block(node, node->next_slot, NULL, NULL);
	else if (speculates)
		begin_speculating(node);
}

void network_prepare(struct network *network)
{
	struct group *groups = memory_allocate(network->nodes_count + 1, sizeof *groups);
	size_t count = 0;

	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running)
			evaluate(network->nodes[i], group_of(groups, &count, network->nodes[i]));
	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running)
			prepare(network->nodes[i], group_of(groups, &count, network->nodes[i]));
	free(groups);
}

/* --- blocks that end before their time --- */

int node_close_block(struct node *node, struct error *error)
{
	if (!node->is_speculating && (branch_block_transactions(node->branch) ||
	                              (branch_block_pending(node->branch) && node->features_count)))
		return node_seal(node, error);
	node_drop_block(node);
	return 0;
}

int node_schedule_feature(struct node *node, const struct checksum256 *digest, struct error *error)
{
	struct node *builder;
	int result = node_builder(node, &builder, error);

	if (result == 0)
		result = node_close_block(builder, error);
	if (result)
		return result;
	/* whoever is next now, with this feature */
	network_prepare(node->network);
	result = node_builder(node, &builder, error);
	if (result == 0 && builder->is_speculating) {
		result = error_set(error, EAGAIN,
		                   "the next block is made in another process: activate the feature there");
	} else if (result == 0) {
		uint32_t slot = branch_block_slot(builder->branch);
		node_drop_block(builder);
		result = begin_block(builder, slot, digest, error);
	}
	return result;
}

/* --- blocks that are made again --- */

void node_follow(struct node *node, uint32_t number)
{
	const struct network *network = node->network;

	for (size_t i = 0; i < network->nodes_count && branch_head(node->branch)->number + 1 < number; i++) {
		const struct branch *other = network->nodes[i]->branch;
		if (branch_head(other)->number + 1 == number)
			node_adopt(node, other, branch_head(other));
	}
}

int node_begin_block(struct node *node, const struct node_pending *beginning, struct error *error)
{
	const struct producer_authority *authority = branch_producer_of_slot(node->branch, beginning->slot);
	struct block_options options = {.slot = beginning->slot,
	                                .producer = beginning->producer,
	                                .confirmed = beginning->confirmed,
	                                .features = beginning->features,
	                                .features_count = beginning->features_count};
	node_drop_block(node);
	if (!authority || authority->producer_name != beginning->producer ||
	    beginning->number != branch_head(node->branch)->number + 1)
		return error_set(error, EINVAL, "the block does not stand on the head of node \"%s\"",
		                 name_text(node->name).text);
	if (!find_signer(node, &node->signer, authority))
		return error_set(error, EACCES, "there is no key of producer %s any more",
		                 name_text(beginning->producer).text);
	int result = branch_block_start(node->branch, NULL, &options, error);
	node->producer = beginning->producer;
	node->confirmed = beginning->confirmed;
	free(node->features);
	node->features = memory_copy(beginning->features, beginning->features_count * sizeof *node->features);
	node->features_count = beginning->features_count;
	if (result == 0)
		result = node_run_scheduled_again(node, beginning->scheduled, beginning->scheduled_count, error);
	if (result)
		node_drop_block(node);
	return result;
}

int node_add_transaction(struct node *node, struct transaction_trace *trace,
                         struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                         const struct push_options *options, struct error *error)
{
	struct checksum256 id = packed->id;
	uint32_t expiration = packed->transaction.expiration;
	struct push_options push = node_push_options(node, options);
	struct bytes copy = {0};
	packed_transaction_pack(&copy, packed);
	int result = branch_push(node->branch, trace, packed, keys, keys_count, &push, error);
	if (result == 0)
		transactions_add(node, node, &id, &copy, expiration, &push);
	bytes_release(&copy);
	return result;
}

int node_seal_block(struct node *node, struct error *error)
{
	int result = node_seal(node, error);

	network_prepare(node->network);
	return result;
}

/* --- what is shown --- */

bool node_pending(const struct node *node, struct node_pending *out)
{
	if (!branch_block_pending(node->branch))
		return false;
	*out = (struct node_pending){.number = branch_block_number(node->branch),
	                             .slot = branch_block_slot(node->branch),
	                             .producer = node->is_speculating ? 0 : node->producer,
	                             .confirmed = node->confirmed,
	                             .features = node->features,
	                             .features_count = node->features_count,
	                             .scheduled = node->scheduled,
	                             .scheduled_count = node->scheduled_count,
	                             .transactions_count = branch_block_transactions(node->branch)};
	return true;
}
