/* Deferred and delayed transactions in the blocks that a node makes (protocol.md D.6). */
#include "core/network/network_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

enum { SCHEDULED_PER_BLOCK = 1000 };
#define LATE_US INT64_C(600000000) /* deferred_trx_expiration_window, as chains begin with it */

static void add(struct node *node, const struct checksum256 *id, uint32_t cpu_us)
{
	LIST_APPEND(node->scheduled, node->scheduled_count, node->scheduled_capacity,
	            (struct node_scheduled){*id, cpu_us});
}

/* --- those that took too long: nodeos does not try them again either, they expire --- */

static bool is_late(const struct node *node, const struct checksum256 *id)
{
	for (size_t i = 0; i < node->late_count; i++)
		if (checksum256_equal(&node->late[i].id, id))
			return true;
	return false;
}

static void add_late(struct node *node, const struct checksum256 *id)
{
	LIST_APPEND(node->late, node->late_count, node->late_capacity,
	            (struct late_transaction){*id, node->network->now + LATE_US});
}

/* Their time is over: what comes of one that is due still is that it has expired. */
static void forget_late(struct node *node)
{
	size_t count = 0;

	for (size_t i = 0; i < node->late_count; i++)
		if (node->late[i].until >= node->network->now)
			node->late[count++] = node->late[i];
	node->late_count = count;
}

static bool took_too_long(const struct error *error)
{
	return error->code == TX_CPU_USAGE_EXCEEDED || error->code == LEEWAY_DEADLINE_EXCEPTION ||
	       error->code == DEADLINE_EXCEPTION || greylist_refuses(error->code);
}

/* --- running --- */

/* false: the block is full, and the rest waits for the next one. */
static bool run(struct node *node, const struct checksum256 *id)
{
	struct push_options options = node_push_options(node, NULL);
	struct transaction_trace trace = {0};
	struct error error = {0};
	int result = branch_push_scheduled(node->branch, &trace, id, &options, &error);

	if (result == 0)
		add(node, id, trace.cpu_usage_us);
	else if (took_too_long(&error))
		add_late(node, id);
	transaction_trace_release(&trace);
	return result == 0 || (error.code != BLOCK_NET_USAGE_EXCEEDED && error.code != BLOCK_CPU_USAGE_EXCEEDED);
}

void node_run_scheduled(struct node *node)
{
	struct scheduled_place place = {0, 0};
	struct checksum256 id;

	forget_late(node);
	node->scheduled_count = 0;
	while (node->scheduled_count < SCHEDULED_PER_BLOCK && branch_scheduled_from(node->branch, &place, &id))
		if (!is_late(node, &id) && !run(node, &id))
			return;
}

int node_run_scheduled_again(struct node *node, const struct node_scheduled *scheduled, size_t count,
                             struct error *error)
{
	int result = 0;

	node->scheduled_count = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		struct push_options options = {.billed_cpu_us = scheduled[i].cpu_us, .again = true};
		struct transaction_trace trace = {0};
		result = branch_push_scheduled(node->branch, &trace, &scheduled[i].id, &options, error);
		transaction_trace_release(&trace);
		add(node, &scheduled[i].id, scheduled[i].cpu_us);
	}
	return result;
}
