/* start-prod: a node for each producer, with its key, peered as the option topology says. */
#include "core/base/memory.h"
#include "core/boot/random.h"
#include "core/boot/step/step.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_PEERS = 3 };

static size_t account_of(const struct boot_plan *plan, size_t producer)
{
	return plan->accounts.users + producer;
}

static uint64_t name_of(const struct boot_plan *plan, size_t producer)
{
	return plan->accounts.list[account_of(plan, producer)].name;
}

static bool has_own_nodes(const struct boot_context *context)
{
	return context->chain->operations->nodes_start != NULL;
}

size_t step_start_prod_count(struct boot_context *context) { return boot_producers(context->plan); }

int step_start_prod_done(struct boot_context *context, size_t index, struct error *error)
{
	uint64_t name = name_of(context->plan, index);
	struct chain_producer producer = {0};
	struct public_key public;
	int result;

	if (has_own_nodes(context)) {
		result = context->chain->operations->producer_state(context->chain, &producer, name, error);
		return result ? result : producer.node == name && producer.state != CHAIN_PRODUCER_NODE_STOPPED;
	}
	result = boot_account_key(&context->plan->accounts, &public, NULL, account_of(context->plan, index),
	                          error);
	return result ? result : wallet_has(context->wallet, &public);
}

/* --- the wallet, whose keys sign what producers send --- */

static int find_pair(struct boot_context *context, struct wallet_key *out, size_t producer,
                     struct error *error)
{
	int result = boot_account_key(&context->plan->accounts, &out->public, &out->private,
	                              account_of(context->plan, producer), error);

	if (result == -ENOENT && wallet_has(context->wallet, &out->public))
		result = wallet_private_key(context->wallet, &out->private, &out->public, error);
	return result;
}

static int fill_wallet(struct boot_context *context, struct error *error)
{
	size_t count = boot_producers(context->plan), known = 0;
	struct wallet_key *pairs = memory_allocate(count + 1, sizeof *pairs);
	int result = 0;

	for (; known < count && result == 0; known += result == 0)
		result = find_pair(context, &pairs[known], known, error);
	if (result == 0)
		result = wallet_import_pairs(context->wallet, pairs, known, error);
	memory_wipe(pairs, count * sizeof *pairs);
	free(pairs);
	return result;
}

/* --- whom a node names --- */

static void add_peer(struct text *out, const struct boot_plan *plan, size_t producer)
{
	text_printf(out, "%s ", name_text(name_of(plan, producer)).text);
}

static void add_random_peers(struct text *out, const struct boot_plan *plan, size_t index)
{
	struct random random;
	size_t peers[RANDOM_PEERS], count = index < RANDOM_PEERS ? index : RANDOM_PEERS;

	random_seed(&random, boot_settings_count(&plan->settings, OPTION_SEED) + index);
	random_sample(&random, peers, index, count);
	for (size_t i = 0; i < count; i++)
		add_peer(out, plan, peers[i]);
	if (count == 0)
		text_append(out, "eosio ");
}

/* Names, each with a space behind it. mesh: all before it, as the script does; star: node eosio; line: the
 * one before; ring: that, and the last one node eosio too; random: up to three of those before. */
static void list_peers(struct text *out, const struct boot_plan *plan, size_t index)
{
	const char *topology = plan->settings.value[OPTION_TOPOLOGY];
	bool is_ring = strcmp(topology, "ring") == 0;

	if (strcmp(topology, "random") == 0) {
		add_random_peers(out, plan, index);
	} else if (is_ring || strcmp(topology, "line") == 0) {
		if (index)
			add_peer(out, plan, index - 1);
		if (index == 0 || (is_ring && index + 1 == boot_producers(plan)))
			text_append(out, "eosio ");
	} else {
		text_append(out, "eosio ");
		for (size_t i = 0; i < index && strcmp(topology, "star") != 0; i++)
			add_peer(out, plan, i);
	}
}

/* --- starting --- */

/* What the script gives on the command line stands in its config.ini. */
static void configure(struct text *out, const struct boot_plan *plan, size_t index,
                      const struct wallet_key *pair)
{
	char private[KEY_TEXT_SIZE];
	struct text peers = TEXT_EMPTY;

	private_key_print(private, &pair->private);
	text_printf(out, "enable-stale-production = true\nproducer-name = %s\nsignature-provider = %s=KEY:%s\n",
	            name_text(name_of(plan, index)).text, public_key_text(&pair->public).text, private);
	list_peers(&peers, plan, index);
	char *rest = peers.data;
	for (char *peer = strtok_r(peers.data, " ", &rest); peer; peer = strtok_r(NULL, " ", &rest))
		text_printf(out, "p2p-peer-address = %s\n", peer);
	memory_wipe(private, sizeof private);
	text_release(&peers);
}

/* All nodes from this producer's on, which so reach the disk at once. Where another producer's cannot be
 * started, that is for its own item to say. */
static int start_nodes(struct boot_context *context, size_t index, struct error *error)
{
	size_t count = boot_producers(context->plan) - index, known = 0;
	struct chain_node_start *nodes = memory_allocate(count, sizeof *nodes);
	struct text *lines = memory_allocate(count, sizeof *lines);
	struct wallet_key pair;
	int result = 0;

	while (known < count && (result = find_pair(context, &pair, index + known, error)) == 0) {
		configure(&lines[known], context->plan, index + known, &pair);
		nodes[known] = (struct chain_node_start){name_of(context->plan, index + known),
		                                         text_string(&lines[known])};
		known++;
	}
	size_t started = known;
	if (known)
		result = context->chain->operations->nodes_start(context->chain, nodes, &started, error);
	for (size_t i = 0; i < known; i++) {
		memory_wipe(lines[i].data, lines[i].length);
		text_release(&lines[i]);
	}
	memory_wipe(&pair, sizeof pair);
	free(lines);
	free(nodes);
	if (!started)
		return result;
	error_clear(error);
	return 0;
}

static int start_producer(struct boot_context *context, size_t index, struct error *error)
{
	struct public_key public;
	int result = boot_account_key(&context->plan->accounts, &public, NULL, account_of(context->plan, index),
	                              error);

	if (result == 0 && !wallet_has(context->wallet, &public))
		result = fill_wallet(context, error);
	if (result || !has_own_nodes(context))
		return result;
	result = step_start_prod_done(context, index, error);
	return result < 0 ? result : result ? 0 : start_nodes(context, index, error);
}

int step_start_prod_make(struct boot_context *context, struct boot_item *item, size_t index,
                         struct error *error)
{
	struct text peers = TEXT_EMPTY;

	(void)error;
	list_peers(&peers, context->plan, index);
	text_printf(&item->command, "nodeos --enable-stale-production --producer-name %s",
	            name_text(name_of(context->plan, index)).text);
	char *rest = peers.data;
	for (char *peer = strtok_r(peers.data, " ", &rest); peer; peer = strtok_r(NULL, " ", &rest))
		text_printf(&item->command, " --p2p-peer-address %s", peer);
	item->act = start_producer;
	text_release(&peers);
	return 0;
}
