/* A chain behind HTTP: its life, and what is asked of the node itself. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Bytes of what tells our transactions from others'. */
enum { SALT_SIZE = 3 };

#define ONLY_NODE name_literal("eosio") /* a chain behind HTTP is seen through one */

static void destroy(struct chain *base)
{
	struct nodeos_chain *chain = nodeos_of(base);

	nodeos_cache_release(chain);
	for (size_t i = 0; i < chain->abis_count; i++)
		bytes_release(&chain->abis[i].bytes);
	for (size_t i = 0; i < BLOCKS_KEPT; i++)
		free(chain->blocks[i].ids);
	free(chain->accounts);
	free(chain->unsettled);
	free(chain->list.names);
	http_client_destroy(chain->client);
	chain_cache_destroy(base->cache);
	pthread_cond_destroy(&chain->looked);
	pthread_mutex_destroy(&chain->mutex);
	free(chain);
}

static int reference(struct chain *base, struct checksum256 *block_id, uint32_t *seconds,
                     const struct interruption *interruption, struct error *error)
{
	struct chain_info info;
	uint64_t sequence;
	int result = nodeos_info(nodeos_of(base), &info, &sequence, false, interruption, error);

	if (result)
		return result;
	*block_id = info.head_block_id;
	*seconds = (uint32_t)(slot_to_us(info.head_slot) / SECOND_US);
	return 0;
}

/* Preactivated features become active with the block after that which holds what was written; no call tells
 * which they are. */
static int schedule_feature(struct chain *base, const struct checksum256 *digest,
                            const struct interruption *interruption, struct error *error)
{
	struct nodeos_chain *chain = nodeos_of(base);
	struct text body = TEXT_EMPTY;
	struct json *json = NULL;

	if (!digest)
		return nodeos_await_next_block(chain, interruption, error);
	text_printf(&body, "{\"protocol_features_to_activate\":[\"%s\"]}", checksum256_text(digest).text);
	int result = nodeos_call(chain, &json, "/v1/producer/schedule_protocol_feature_activations", &body,
	                         interruption, error);
	json_release(json);
	text_release(&body);
	return result ? result : nodeos_await_feature(chain, digest, interruption, error);
}

/* What is acknowledged is the node's to keep; what is read from here on is what it has now. */
static int sync_reads(struct chain *base, struct error *error)
{
	struct nodeos_chain *chain = nodeos_of(base);

	(void)error;
	pthread_mutex_lock(&chain->mutex);
	chain->info_at = 0;
	chain->sequence++;
	pthread_mutex_unlock(&chain->mutex);
	atomic_fetch_add(&base->served, 1);
	return 0;
}

static int no_clock(struct chain *base, struct error *error)
{
	return error_set(error, EOPNOTSUPP, "the node at %s keeps its own time",
	                 http_client_url(nodeos_of(base)->client));
}

static int read_clock(struct chain *base, struct chain_clock *out, const struct interruption *interruption,
                      struct error *error)
{
	(void)interruption;
	*out = (struct chain_clock){0};
	return no_clock(base, error);
}

static int clock_advance(struct chain *base, int64_t us, bool skip, const struct interruption *interruption,
                         struct error *error)
{
	(void)us, (void)skip, (void)interruption;
	return no_clock(base, error);
}

static int read_node(struct chain *base, struct chain_node *out, uint64_t name,
                     const struct interruption *interruption, struct error *error)
{
	struct chain_info info;
	uint64_t sequence;

	*out = (struct chain_node){.name = name, .state = CHAIN_NODE_RUNNING};
	if (name != ONLY_NODE)
		return error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
	int result = nodeos_info(nodeos_of(base), &info, &sequence, false, interruption, error);
	if (result)
		return result;
	snprintf(out->http_address, sizeof out->http_address, "%s",
	         strstr(http_client_url(nodeos_of(base)->client), "://") + 3);
	out->head_block_num = info.head_block_num;
	out->irreversible_block_num = info.irreversible_block_num;
	return 0;
}

static int node_from(struct chain *base, uint64_t *name, uint64_t from, struct error *error)
{
	(void)base;
	*name = ONLY_NODE;
	return from <= ONLY_NODE ? 0 : error_set(error, ENOENT, "there is no further node");
}

static int viewed_node(struct chain *base, uint64_t *name, struct error *error)
{
	(void)base, (void)error;
	*name = ONLY_NODE;
	return 0;
}

static int producer_state(struct chain *base, struct chain_producer *out, uint64_t name, struct error *error)
{
	(void)base, (void)name, (void)error;
	*out = (struct chain_producer){.state = CHAIN_PRODUCER_NOT_KNOWN};
	return 0;
}

static const struct chain_operations operations = {
	.destroy = destroy,
	.view_open = nodeos_view_open,
	.push = nodeos_push,
	.settle = nodeos_settle,
	.compute = nodeos_compute,
	.reference = reference,
	.schedule_feature = schedule_feature,
	.sync = sync_reads,
	.clock = read_clock,
	.clock_advance = clock_advance,
	.node = read_node,
	.node_from = node_from,
	.viewed_node = viewed_node,
	.producer_state = producer_state,
};

/* What is known of another chain's genesis from outside: the key that eosio has. */
static int read_first_key(struct nodeos_chain *chain, struct error *error)
{
	struct chain_view *view = NULL;
	struct chain_account account = {0};
	int result = chain_view_open(&chain->base, &view, NULL, NULL, error);

	if (result == 0)
		result = view->operations->account(view, &account, ONLY_NODE, error);
	const struct chain_permission *active = chain_account_permission(&account, name_literal("active"));
	if (active && active->authority.keys_count == 1)
		chain->base.genesis.initial_key = active->authority.keys[0].key;
	chain_account_release(&account);
	chain_view_close(view);
	return result;
}

int nodeos_chain_create(struct chain **out, const struct nodeos_options *options, struct error *error)
{
	struct nodeos_chain *chain = memory_allocate(1, sizeof *chain);
	pthread_condattr_t monotonic;
	struct chain_info info;
	uint64_t sequence;

	chain->base.operations = &operations;
	chain->base.lacks = CHAIN_CLOCK | CHAIN_NODES | CHAIN_PAST | CHAIN_ORIGIN | CHAIN_HISTORIES |
	                    CHAIN_KEYLESS | CHAIN_PROCESSES;
	chain->base.cache = chain_cache_create();
	chain->wait = options->wait;
	chain->sequence = 1;
	genesis_default(&chain->base.genesis);
	pthread_mutex_init(&chain->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&chain->looked, &monotonic);
	pthread_condattr_destroy(&monotonic);
	while (!chain->base.salt && getrandom(&chain->base.salt, SALT_SIZE, 0) == SALT_SIZE)
		continue;
	int result = http_client_create(&chain->client, options->url, options->authorities, error);
	if (result == 0)
		result = nodeos_info(chain, &info, &sequence, true, NULL, error);
	if (result == 0) {
		const struct checksum256 standard = genesis_chain_id(&chain->base.genesis);
		if (checksum256_equal(&standard, &info.chain_id)) /* known without being told */
			chain->base.lacks &= ~(unsigned)CHAIN_ORIGIN;
		chain->base.chain_id = info.chain_id;
		result = chain->base.lacks & CHAIN_ORIGIN ? read_first_key(chain, error) : 0;
	}
	if (result) {
		destroy(&chain->base);
		return result;
	}
	*out = &chain->base;
	return 0;
}
