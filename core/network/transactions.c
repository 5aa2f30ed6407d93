/* What nodes have acknowledged and is not irreversible yet: each node's queue, as nodeos's unapplied
 * transactions (p2p.md 3.6, 4.3), and what is reported when one cannot come into the chain any more. */
#include "core/network/network_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_AT_FIRST = 256, BYTES_MAXIMUM = 256 << 20 };

/* --- the table, and the order in which they came --- */

static struct waiting_transaction **bucket_of(const struct transactions *all, const struct checksum256 *id)
{
	uint64_t hash;
	memcpy(&hash, id->data, sizeof hash);
	return &all->buckets[hash & (all->buckets_count - 1)];
}

static struct waiting_transaction *find(const struct transactions *all, const struct checksum256 *id)
{
	struct waiting_transaction *one = all->count ? *bucket_of(all, id) : NULL;
	while (one && !checksum256_equal(&one->id, id))
		one = one->next;
	return one;
}

static void put(struct transactions *all, struct waiting_transaction *one)
{
	struct waiting_transaction **bucket = bucket_of(all, &one->id);
	one->next = *bucket;
	*bucket = one;
}

static void grow(struct transactions *all)
{
	all->buckets_count = all->buckets_count ? 2 * all->buckets_count : BUCKETS_AT_FIRST;
	free(all->buckets);
	all->buckets = memory_allocate(all->buckets_count, sizeof *all->buckets);
	for (size_t i = 0; i < all->list_count; i++)
		if (all->list[i])
			put(all, all->list[i]);
}

/* Closes the gaps of the list. Nobody walks it meanwhile. */
static void tidy(struct transactions *all)
{
	size_t count = 0;

	for (size_t i = 0; i < all->list_count; i++)
		if (all->list[i]) {
			all->list[i]->place = count;
			all->list[count++] = all->list[i];
		}
	all->list_count = count;
}

static void add(struct transactions *all, struct waiting_transaction *one)
{
	if (all->count >= all->buckets_count)
		grow(all);
	if (all->list_count >= 2 * all->count + BUCKETS_AT_FIRST)
		tidy(all);
	put(all, one);
	memory_grow(&all->list, &all->list_capacity, all->list_count + 1, sizeof *all->list);
	one->place = all->list_count;
	one->serial = all->came++;
	all->list[all->list_count++] = one;
	all->count++;
	all->bytes += one->packed.length;
}

static void drop(struct transactions *all, struct waiting_transaction *one)
{
	struct waiting_transaction **place = bucket_of(all, &one->id);

	while (*place != one)
		place = &(*place)->next;
	*place = one->next;
	all->list[one->place] = NULL;
	all->count--;
	all->bytes -= one->packed.length;
	bytes_release(&one->packed);
	free(one->places);
	free(one->holders);
	free(one);
}

void transactions_release(struct transactions *all)
{
	for (size_t i = 0; i < all->list_count; i++)
		if (all->list[i])
			drop(all, all->list[i]);
	free(all->list);
	free(all->buckets);
}

bool transactions_full(const struct network *network)
{
	return network->transactions.bytes > BYTES_MAXIMUM;
}

/* --- who has it --- */

static void hold(struct waiting_transaction *one, const struct node *node)
{
	size_t words = node->index / 64 + 1, capacity = one->words;
	if (words > one->words) {
		memory_grow(&one->holders, &capacity, words, sizeof *one->holders);
		memset(one->holders + one->words, 0, (capacity - one->words) * sizeof *one->holders);
		one->words = capacity;
	}
	one->holders[node->index / 64] |= UINT64_C(1) << node->index % 64;
}

static bool holds(const struct waiting_transaction *one, const struct node *node)
{
	return node->index / 64 < one->words && one->holders[node->index / 64] >> node->index % 64 & 1;
}

static void let_go(struct waiting_transaction *one, const struct node *node)
{
	if (node->index / 64 < one->words)
		one->holders[node->index / 64] &= ~(UINT64_C(1) << node->index % 64);
}

static bool on_branch(const struct waiting_transaction *one, const struct node *node)
{
	for (size_t i = 0; i < one->places_count; i++) {
		struct checksum256 id;
		if (branch_find_id(node->branch, &id, one->places[i].number) &&
		    checksum256_equal(&id, &one->places[i].id))
			return true;
	}
	return false;
}

/* Somebody has it in a block, is making one with it, or can still do so. */
static bool is_somewhere(const struct network *network, const struct waiting_transaction *one)
{
	if (one->maker)
		return true;
	for (size_t i = 0; i < network->nodes_count; i++) {
		const struct node *node = network->nodes[i];
		if (holds(one, node) || on_branch(one, node))
			return true;
	}
	return false;
}

/* All that a node can reach have it in their queues; those who do not stand on `head` look at theirs. */
static void tell(const struct node *node, struct waiting_transaction *one, const struct block_state *head)
{
	const struct network *network = node->network;

	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *other = network->nodes[i];
		if (!other->is_running || other->component != node->component)
			continue;
		hold(one, other);
		if (branch_head(other->branch) != head)
			other->queue_changed = true;
	}
}

/* --- coming and going --- */

void transactions_add(struct node *node, struct node *builder, const struct checksum256 *id,
                      struct bytes *packed, uint32_t expiration, const struct push_options *options)
{
	struct transactions *all = &node->network->transactions;
	struct waiting_transaction *one = find(all, id);

	if (!one) {
		one = memory_allocate(1, sizeof *one);
		*one = (struct waiting_transaction){.id = *id,
		                                    .packed = *packed,
		                                    .without_keys = options->without_keys,
		                                    .is_foreign = options->is_foreign,
		                                    .expiration = expiration,
		                                    .node = node->name};
		*packed = (struct bytes){0};
		add(all, one);
	}
	one->maker = builder;
	tell(node, one, branch_head(builder->branch));
}

static void report(struct network *network, const struct waiting_transaction *one, const char *reason)
{
	struct lost_transaction lost = {.id = one->id, .reason = reason, .node = one->node,
	                                .block_num = one->thrown_out_of, .replaced_by = one->replaced_by};
	if (network->hooks.lost && !one->is_foreign)
		network->hooks.lost(network->hooks.context, &lost);
}

static int execute(struct node *node, struct waiting_transaction *one, struct error *error)
{
	const struct network_hooks *hooks = &node->network->hooks;
	const struct push_options asked = {.without_keys = one->without_keys, .is_foreign = one->is_foreign};
	struct push_options options = node_push_options(node, &asked);
	bool recorded = hooks->record && !node->is_speculating;
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	struct public_key *keys = NULL;
	struct cursor in = cursor_make(one->packed.data, one->packed.length);
	int result = packed_transaction_unpack(&packed, &in, error);

	if (result == 0) {
		keys = memory_allocate(packed.signatures_count + 1, sizeof *keys);
		result = packed_transaction_keys(&packed, keys, ledger_chain_id(node->network->ledger), error);
	}
	if (result == 0 && recorded)
		result = hooks->record(hooks->context, node, &packed, &asked, error);
	if (result == 0) {
		result = branch_push(node->branch, &trace, &packed, keys, packed.signatures_count, &options, error);
		if (result && recorded && hooks->take_back)
			hooks->take_back(hooks->context, node);
		if (result == 0 && recorded && hooks->billed)
			hooks->billed(hooks->context, node, trace.cpu_usage_us);
	}
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	free(keys);
	return result;
}

/* The block has no room, or the disk none: the next block may. */
static bool is_for_later(const struct error *error)
{
	return error->code == BLOCK_NET_USAGE_EXCEEDED || error->code == BLOCK_CPU_USAGE_EXCEEDED ||
	       error->code == BLOCK_RESOURCE_EXHAUSTED || !error->code;
}

/* It cannot be applied to the head of a node: to that of the others who stand there neither. */
static void give_up(struct waiting_transaction *one, const struct node *node)
{
	const struct network *network = node->network;

	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->component == node->component &&
		    branch_head(network->nodes[i]->branch) == branch_head(node->branch))
			let_go(one, network->nodes[i]);
}

static void try_again(struct node *node, struct waiting_transaction *one)
{
	struct transactions *all = &node->network->transactions;
	struct error error = {0};

	if (!execute(node, one, &error)) {
		one->maker = node;
		return;
	}
	if (is_for_later(&error)) {
		node->queue_changed = true;
		return;
	}
	if (greylist_refuses(error.code)) /* of this node's alone */
		let_go(one, node);
	else
		give_up(one, node);
	if (is_somewhere(node->network, one))
		return;
	/* what the node's chain has in a block that nobody can throw out any more is not lost */
	if (error.code != TX_DUPLICATE)
		report(node->network, one, error.sentence);
	drop(all, one);
}

void transactions_execute(struct node *node)
{
	struct transactions *all = &node->network->transactions;

	if (!node->queue_changed)
		return;
	node->queue_changed = false;
	for (size_t i = 0; i < all->list_count; i++) {
		struct waiting_transaction *one = all->list[i];
		if (one && holds(one, node) && one->maker != node && !on_branch(one, node))
			try_again(node, one);
	}
}

static void add_place(struct waiting_transaction *one, const struct checksum256 *block_id)
{
	LIST_APPEND(one->places, one->places_count, one->places_capacity,
	            (struct place){*block_id, block_id_number(block_id)});
}

void transactions_sealed(struct node *node, const struct block_state *block)
{
	struct transactions *all = &node->network->transactions;

	for (size_t i = 0; i < block->block->transactions_count && all->count; i++) {
		struct waiting_transaction *one = find(all, &block->block->transactions[i].packed.id);
		if (block->block->transactions[i].is_id || !one)
			continue;
		add_place(one, &block->id);
		if (one->maker == node)
			one->maker = NULL;
	}
}

void transactions_dropped(struct node *node)
{
	struct transactions *all = &node->network->transactions;
	bool any = false;

	for (size_t i = 0; i < all->list_count; i++)
		if (all->list[i] && all->list[i]->maker == node) {
			all->list[i]->maker = NULL;
			any = true;
		}
	for (size_t i = 0; i < node->network->nodes_count && any; i++)
		node->network->nodes[i]->queue_changed = true;
}

/* nodeos keeps it in this node's queue alone and does not relay it again; here whoever produces next
 * applies it, so that it is lost only where it must be. */
void transactions_abandon(struct node *node, const struct block_state *block, uint32_t replaced_by)
{
	for (size_t i = 0; i < block->block->transactions_count; i++) {
		const struct transaction_receipt *receipt = &block->block->transactions[i];
		struct waiting_transaction *one = receipt->is_id
		                                      ? NULL
		                                      : find(&node->network->transactions, &receipt->packed.id);
		if (!one)
			continue;
		tell(node, one, NULL);
		one->thrown_out_of = block->number;
		one->replaced_by = replaced_by;
	}
}

bool network_awaits(const struct network *network, const struct checksum256 *id)
{
	const struct waiting_transaction *one = find(&network->transactions, id);

	return one && !one->is_foreign;
}

/* A node with that block on its branch, or NULL. */
static const struct node *find_holder(const struct network *network, const struct checksum256 *block_id)
{
	for (size_t i = 0; i < network->nodes_count; i++) {
		struct checksum256 id;
		if (branch_find_id(network->nodes[i]->branch, &id, block_id_number(block_id)) &&
		    checksum256_equal(&id, block_id))
			return network->nodes[i];
	}
	return NULL;
}

/* Who signed nothing needed no keys: the block does not tell. */
static struct waiting_transaction *recall(struct network *network, const struct packed_transaction *packed,
                                          uint64_t node)
{
	struct waiting_transaction *one = find(&network->transactions, &packed->id);

	if (one)
		return one;
	one = memory_allocate(1, sizeof *one);
	*one = (struct waiting_transaction){.id = packed->id,
	                                    .without_keys = packed->signatures_count == 0,
	                                    .expiration = packed->transaction.expiration,
	                                    .node = node};
	packed_transaction_pack(&one->packed, packed);
	add(&network->transactions, one);
	return one;
}

void network_recall(struct network *network, const struct packed_transaction *packed,
                    const struct checksum256 *block_id, uint64_t producer)
{
	const struct node *holder = find_holder(network, block_id), *maker = network_maker(network, producer);

	if (!holder && !maker)
		return; /* of another process: its nodes see to it */
	struct waiting_transaction *one = recall(network, packed, holder ? holder->name : maker->name);
	add_place(one, block_id);
	if (holder)
		return;
	one->thrown_out_of = block_id_number(block_id);
	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running) {
			hold(one, network->nodes[i]);
			network->nodes[i]->queue_changed = true;
		}
}

static bool waits(const struct network *network, const struct waiting_transaction *one)
{
	bool waits = one && (!one->maker || one->maker->is_speculating);

	for (size_t k = 0; k < network->nodes_count && waits; k++)
		waits = !on_branch(one, network->nodes[k]);
	return waits;
}

bool transactions_waits(const struct network *network, const struct checksum256 *id)
{
	return waits(network, find(&network->transactions, id));
}

void node_tell_waiting(struct node *node)
{
	const struct network_hooks *hooks = &node->network->hooks;
	const struct transactions *all = &node->network->transactions;

	for (size_t i = 0; i < all->list_count && hooks->acknowledged; i++)
		if (all->list[i] && holds(all->list[i], node) && !on_branch(all->list[i], node))
			hooks->acknowledged(hooks->context, node, &all->list[i]->packed);
}

uint64_t network_transactions_count(const struct network *network)
{
	return network->transactions.came;
}

bool network_has_waiting(const struct network *network, uint64_t before)
{
	const struct transactions *all = &network->transactions;

	for (size_t i = 0; i < all->list_count; i++) {
		if (all->list[i] && all->list[i]->serial >= before)
			return false;
		if (waits(network, all->list[i]))
			return true;
	}
	return false;
}

/* --- the end of waiting --- */

static bool is_irreversible(const struct waiting_transaction *one, const struct node *node, uint32_t number)
{
	for (size_t i = 0; i < one->places_count; i++) {
		struct checksum256 id;
		if (one->places[i].number <= number && branch_find_id(node->branch, &id, one->places[i].number) &&
		    checksum256_equal(&id, &one->places[i].id))
			return true;
	}
	return false;
}

void transactions_irreversible(struct node *node)
{
	struct transactions *all = &node->network->transactions;
	struct checksum256 id;
	uint32_t number = branch_irreversible(node->branch, &id);

	if (!all->count || checksum256_equal(&id, &all->irreversible))
		return;
	all->irreversible = id;
	for (size_t i = 0; i < all->list_count; i++)
		if (all->list[i] && is_irreversible(all->list[i], node, number))
			drop(all, all->list[i]);
}

/* What nobody can bring into the chain any more is reported; a node that comes again keeps what nobody else
 * has. */
void transactions_gone(struct network *network, const struct node *node, const char *reason)
{
	struct transactions *all = &network->transactions;

	for (size_t i = 0; i < all->list_count; i++) {
		struct waiting_transaction *one = all->list[i];
		if (!one)
			continue;
		bool held = holds(one, node);
		let_go(one, node);
		if (is_somewhere(network, one))
			continue;
		if (!reason) {
			if (held)
				hold(one, node);
			continue;
		}
		report(network, one, reason);
		drop(all, one);
	}
}

void transactions_expire(struct network *network)
{
	struct transactions *all = &network->transactions;

	for (size_t i = 0; i < all->list_count; i++) {
		struct waiting_transaction *one = all->list[i];
		bool held = !one || one->maker || (int64_t)one->expiration * SECOND_US >= network->now;
		for (size_t k = 0; k < network->nodes_count && !held; k++)
			held = on_branch(one, network->nodes[k]);
		if (held)
			continue;
		report(network, one, "it expired before a node that knew of it made a block");
		drop(all, one);
	}
}

void transactions_forget(struct network *network, const char *reason)
{
	struct transactions *all = &network->transactions;

	for (size_t i = 0; i < all->list_count; i++) {
		if (!all->list[i])
			continue;
		if (!all->list[i]->places_count)
			report(network, all->list[i], reason);
		drop(all, all->list[i]);
	}
	all->irreversible = (struct checksum256){{0}};
}
