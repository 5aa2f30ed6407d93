/* Which keys nodes sign blocks with: their own, and those of the wallet, which become theirs as soon as a
 * schedule, or a registered producer when the wallet is being locked, asks for them. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/chain/system_rows.h"
#include "core/types/name.h"

#include <string.h>

bool embedded_private_key(void *context, const struct public_key *public, struct private_key *key)
{
	struct embedded_chain *chain = context;
	struct private_key own;

	if (key_store_get(chain->node_keys, key, public))
		return true;
	if (!chain->wallet)
		return false;
	if (!key)
		return wallet_has(chain->wallet, public);
	if (wallet_private_key(chain->wallet, &own, public, NULL) != 0)
		return false;
	*key = own;
	memory_wipe(&own, sizeof own);
	return key_store_add(chain->node_keys, key, NULL) == 0;
}

static void take_keys(struct embedded_chain *chain, const struct producer_schedule *schedule)
{
	struct private_key key;

	for (size_t i = 0; i < schedule->producers_count; i++)
		for (size_t k = 0; k < schedule->producers[i].keys_count; k++)
			embedded_private_key(chain, &schedule->producers[i].keys[k].key, &key);
	memory_wipe(&key, sizeof key);
}

void embedded_take_keys(struct embedded_chain *chain)
{
	const struct block_state *head = node_head(embedded_viewed(chain));
	const struct producer_schedule *last =
		head->pending_schedule.producers_count ? &head->pending_schedule : &head->active_schedule;

	if (!chain->has_taken || chain->taken_version != last->version) {
		take_keys(chain, &head->active_schedule);
		take_keys(chain, &head->pending_schedule);
		/* a locked one, which did not come with the nodes' own keys, may have them later */
		chain->has_taken = !chain->wallet || !wallet_locked(chain->wallet);
		chain->taken_version = last->version;
		if (chain->has_taken)
			network_tell_keys(chain->network);
	}
	/* One that cannot be saved now is tried again with the next block. */
	key_store_save(chain->node_keys, NULL);
}

static int take_producers_key(void *context, const struct chain_row *row)
{
	struct producer_row producer;
	struct private_key key;

	if (producer_row_decode(&producer, row) == 0)
		embedded_private_key(context, &producer.key, &key);
	memory_wipe(&key, sizeof key);
	return 0;
}

void embedded_before_lock(void *context)
{
	struct embedded_chain *chain = context;
	struct table_id producers = {name_literal("eosio"), name_literal("eosio"), name_literal("producers")};
	struct chain_view *view = NULL;

	pthread_mutex_lock(&chain->lock);
	chain->has_taken = false;
	embedded_take_keys(chain);
	pthread_mutex_unlock(&chain->lock);
	if (chain_view_open(&chain->base, &view, NULL, NULL, NULL) == 0)
		view->operations->rows(view, &producers, 0, take_producers_key, chain, NULL);
	chain_view_close(view);
	key_store_save(chain->node_keys, NULL);
}
