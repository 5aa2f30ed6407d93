/* A node's fork database: which of the blocks it knows is its head, what it does when that becomes another
 * branch's, and what follows (p2p.md 4). */
#include "core/network/network_private.h"

#include "core/base/memory.h"

enum { FORKS_MAXIMUM = 1000 };

bool block_preferred(const struct block_state *block, const struct block_state *head)
{
	return block->dpos_irreversible != head->dpos_irreversible
	           ? block->dpos_irreversible > head->dpos_irreversible
	           : block->number > head->number;
}

/* --- blocks beside the branch --- */

struct block_state *node_forks_find(const struct node *node, const struct checksum256 *id)
{
	for (size_t i = 0; i < node->forks_count; i++)
		if (checksum256_equal(&node->forks[i]->id, id))
			return node->forks[i];
	return NULL;
}

static void forks_remove(struct node *node, size_t index)
{
	block_state_release(node->forks[index]);
	for (size_t i = index + 1; i < node->forks_count; i++)
		node->forks[i - 1] = node->forks[i];
	node->forks_count--;
}

void node_forks_add(struct node *node, struct block_state *block)
{
	if (node_forks_find(node, &block->id))
		return;
	if (node->forks_count == FORKS_MAXIMUM)
		forks_remove(node, 0); /* the oldest: who needs it asks for it again */
	LIST_APPEND(node->forks, node->forks_count, node->forks_capacity, block_state_hold(block));
}

void node_forks_clear(struct node *node)
{
	while (node->forks_count)
		block_state_release(node->forks[--node->forks_count]);
}

/* What is on the branch now, and what can never be on it. */
static void forks_prune(struct node *node)
{
	uint32_t irreversible = branch_irreversible(node->branch, NULL);

	for (size_t i = node->forks_count; i-- > 0;)
		if (node->forks[i]->number <= irreversible ||
		    branch_find(node->branch, node->forks[i]->number) == node->forks[i])
			forks_remove(node, i);
}

/* --- another head --- */

/* The first to see a block irreversible says which it is; who sees another of that number is on a chain of
 * its own, as with one key in two places, for good. */
static void note_irreversible(struct node *node)
{
	uint32_t number = branch_irreversible(node->branch, NULL);

	for (uint32_t n = node->irreversible + 1; n <= number; n++) {
		struct irreversible *known = &node->network->irreversible[n % IRREVERSIBLE_KNOWN];
		struct checksum256 id;
		if (!branch_find_id(node->branch, &id, n))
			continue;
		if (known->number < n && !node->is_forked)
			*known = (struct irreversible){id, n};
		else if (known->number == n && !checksum256_equal(&known->id, &id))
			node->is_forked = true;
	}
	node->irreversible = number;
}

void node_head_changed(struct node *node, uint32_t first_new)
{
	const struct block_state *head = branch_head(node->branch);

	for (uint32_t number = first_new; number <= head->number && node->active.producers_count; number++) {
		const struct block_state *block = branch_find(node->branch, number);
		if (block)
			node_note_watermark(node, block);
	}
	if (slot_to_us(head->block->header.timestamp) + SLOT_US >= node->network->now)
		node->production_enabled = true;
	if (node->forks_count)
		forks_prune(node);
	if (branch_irreversible(node->branch, NULL) > node->irreversible) {
		transactions_irreversible(node);
		note_irreversible(node);
	}
}

/* The id of another branch's block: what it has let go, the irreversible blocks of all tell. */
static bool find_id(const struct node *node, struct checksum256 *out, const struct branch *other,
                    uint32_t number)
{
	const struct irreversible *known = &node->network->irreversible[number % IRREVERSIBLE_KNOWN];
	if (branch_find_id(other, out, number))
		return true;
	*out = known->id;
	return known->number == number && number < branch_irreversible(other, NULL);
}

/* The highest number at which both branches have the same block, between low, where they are taken to, and
 * high. */
static uint32_t fork_point(const struct node *node, const struct branch *other, uint32_t low, uint32_t high)
{
	while (low < high) {
		uint32_t middle = low + (high - low + 1) / 2;
		struct checksum256 a, b;
		if (branch_find_id(node->branch, &a, middle) && find_id(node, &b, other, middle) &&
		    checksum256_equal(&a, &b))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Whether another branch has what is irreversible here; what nobody knows any more is not asked. */
static bool has_irreversible(const struct node *node, const struct branch *other)
{
	struct checksum256 ours, theirs;
	uint32_t number = branch_irreversible(node->branch, &ours);

	return checksum256_is_zero(&ours) || !find_id(node, &theirs, other, number) ||
	       checksum256_equal(&ours, &theirs);
}

static void log_switch(struct node *node, const struct block_state *from, const struct block_state *to)
{
	static const struct log_place begins = {"info", "nodeos", "controller.cpp:2346", "maybe_switch_forks"},
	                              done = {"info", "nodeos", "controller.cpp:2407", "maybe_switch_forks"};

	struct checksum256_text new = checksum256_text(&to->id);
	node_log_line(node, &begins, "switching forks from %s (block number %u) to %s (block number %u)",
	              checksum256_text(&from->id).text, from->number, new.text, to->number);
	node_log_line(node, &done, "successfully switched fork to new head %s", new.text);
}

/* What is not on the branch any more waits again, and the blocks stay known. */
static void abandon(struct node *node, uint32_t common, uint32_t replaced_by)
{
	for (uint32_t number = common + 1; number <= branch_head(node->branch)->number; number++) {
		struct block_state *block = branch_find(node->branch, number);
		if (!block)
			continue;
		transactions_abandon(node, block, replaced_by);
		node_forks_add(node, block);
	}
}

bool node_adopt(struct node *node, const struct branch *other, struct block_state *head)
{
	struct block_state *before = branch_head(node->branch);
	uint32_t irreversible = branch_irreversible(node->branch, NULL), common,
	         least = before->number < head->number ? before->number : head->number;
	if (!block_preferred(head, before) || least < irreversible || !has_irreversible(node, other))
		return false;
	common = fork_point(node, other, irreversible, least);
	/* what nobody knows any more of the other branch does not make it another */
	bool switches = common < before->number &&
	                (head->number < before->number ||
	                 find_id(node, &(struct checksum256){{0}}, other, before->number));
	if (common < before->number) {
		abandon(node, common, head->number);
		node->queue_changed = true;
	}
	node_drop_block(node);
	node->evaluated = 0;
	block_state_hold(before);
	branch_set_head(node->branch, head);
	for (uint32_t number = common + 1; number <= head->number; number++) {
		const struct block_state *block = branch_find(node->branch, number);
		if (block && switches && block_preferred(block, before)) {
			log_switch(node, before, block);
			switches = false;
		}
		if (block)
			node_log_received(node, block);
	}
	block_state_release(before);
	node_head_changed(node, common + 1);
	return true;
}

/* --- back --- */

static void set_back(struct node *node, struct block_state *head)
{
	node_drop_block(node);
	node_forks_clear(node);
	branch_set_head(node->branch, head);
	node->irreversible = branch_irreversible(node->branch, NULL);
	node->is_forked = node->queue_changed = false;
	node->source = NULL;
	node->source_left = 0;
	node->watermarks_count = node->late_count = 0;
	node->evaluated = node->refused_slot = 0;
}

void network_set_back(struct network *network, struct block_state *head, const char *reason)
{
	for (size_t i = 0; i < network->nodes_count; i++)
		set_back(network->nodes[i], head);
	for (size_t i = 0; i < IRREVERSIBLE_KNOWN; i++)
		if (network->irreversible[i].number > head->dpos_irreversible)
			network->irreversible[i] = (struct irreversible){.number = 0};
	transactions_forget(network, reason);
	network->evaluations++;
}
