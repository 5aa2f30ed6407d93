/* States that are kept under a name: in memory from the moment on that they are taken, on disk as soon as
 * there is time; of those that the data folder had, what is looked at is read. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/engine/storage/state/states.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under lock. */
static size_t place_of(const struct embedded_chain *chain, bool *there, const char *name)
{
	size_t place = 0;

	while (place < chain->snapshots_count && strcmp(chain->snapshots[place].name, name) < 0)
		place++;
	*there = place < chain->snapshots_count && strcmp(chain->snapshots[place].name, name) == 0;
	return place;
}

/* NULL: there is none. Under lock. */
static struct snapshot *find(const struct embedded_chain *chain, const char *name)
{
	bool there;
	size_t place = place_of(chain, &there, name);

	return there ? &chain->snapshots[place] : NULL;
}

/* block: its reference is taken over. Under lock. */
static void insert(struct embedded_chain *chain, const char *name, struct block_state *block, bool is_stored)
{
	bool there;
	size_t place = place_of(chain, &there, name);

	LIST_INSERT(chain->snapshots, chain->snapshots_count, chain->snapshots_capacity, place,
	            (struct snapshot){.block = block, .is_stored = is_stored});
	snprintf(chain->snapshots[place].name, sizeof chain->snapshots[place].name, "%s", name);
}

void embedded_find_snapshots(struct embedded_chain *chain)
{
	char name[CHAIN_KEPT_NAME_SIZE] = "";
	struct stored_state state;

	while (chain->storage && states_kept_from(chain->storage->states, name, name)) {
		if (states_find_kept(chain->storage->states, &state, name))
			insert(chain, name, NULL, state.end != 0);
		strncat(name, "!", sizeof name - strlen(name) - 1); /* sorts before what a name may hold */
	}
}

void embedded_release_snapshots(struct embedded_chain *chain)
{
	for (size_t i = 0; i < chain->snapshots_count; i++)
		past_release(chain->snapshots[i].block);
	free(chain->snapshots);
}

/* --- keeping --- */

/* Such as file names are, so that nothing has to be escaped. */
static int check_name(const char *name, struct error *error)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t length = strlen(name);

	if (!length || length >= CHAIN_KEPT_NAME_SIZE - 1 || *name == '.' || strspn(name, allowed) != length)
		return error_set(error, EINVAL,
		                 "\"%s\" is no name for a snapshot: up to %d letters, digits, dots, dashes and "
		                 "underscores, no dot first",
		                 name, CHAIN_KEPT_NAME_SIZE - 2);
	return 0;
}

int embedded_check_free(struct embedded_chain *chain, const char *name, struct error *error)
{
	int result = check_name(name, error);

	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	bool there = find(chain, name) != NULL;
	pthread_mutex_unlock(&chain->lock);
	return there ? error_set(error, EEXIST, "there is a snapshot \"%s\" already", name) : 0;
}

void embedded_add_stored(struct embedded_chain *chain, const char *name)
{
	pthread_mutex_lock(&chain->lock);
	if (!find(chain, name))
		insert(chain, name, NULL, true);
	pthread_mutex_unlock(&chain->lock);
}

/* What is in the making becomes a block, which is then what is kept; held. */
static int seal(struct embedded_chain *chain, struct block_state **out, struct error *error)
{
	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
	int result = network_close_blocks(chain->network, error);
	*out = past_hold(node_head(embedded_viewed(chain)));
	embedded_publish(chain);
	pthread_mutex_unlock(&chain->lock);
	return result ? result : embedded_finish(chain, true, error);
}

int embedded_keep(struct chain *base, const char *name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct block_state *block = NULL;
	int result = embedded_check_free(chain, name, error);

	if (result == 0)
		result = seal(chain, &block, error);
	if (result == 0 && chain->storage)
		result = states_keep(chain->storage->states, name, block->number, &block->id, error);
	pthread_mutex_lock(&chain->lock);
	if (result == 0 && !find(chain, name))
		insert(chain, name, block, false);
	else
		past_release(block);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_drop(struct chain *base, const char *name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	bool there;

	pthread_mutex_lock(&chain->lock);
	size_t place = place_of(chain, &there, name);
	if (there) {
		past_release(chain->snapshots[place].block);
		chain->snapshots_count--;
		memmove(chain->snapshots + place, chain->snapshots + place + 1,
		        (chain->snapshots_count - place) * sizeof *chain->snapshots);
	}
	pthread_mutex_unlock(&chain->lock);
	if (!there)
		return error_set(error, ENOENT, "there is no snapshot \"%s\"", name);
	return chain->storage ? states_drop(chain->storage->states, name, error) : 0;
}

int embedded_kept_from(struct chain *base, char out[CHAIN_KEPT_NAME_SIZE], const char *from,
                       struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	bool there;

	pthread_mutex_lock(&chain->lock);
	size_t place = place_of(chain, &there, from);
	bool any = place < chain->snapshots_count;
	if (any)
		memcpy(out, chain->snapshots[place].name, CHAIN_KEPT_NAME_SIZE);
	pthread_mutex_unlock(&chain->lock);
	return any ? 0 : error_set(error, ENOENT, "there is no further snapshot");
}

/* --- storing --- */

static int store(struct embedded_chain *chain, const char *name, struct block_state *block,
                 struct error *error)
{
	struct bytes header = {0};

	pthread_mutex_lock(&chain->lock);
	struct branch *branch = branch_fork(block->ledger, block);
	branch_pack_block(&header, branch, block);
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	int result = states_save_kept(chain->storage->states, name, &header, block->root, error);
	bytes_release(&header);
	return result;
}

int embedded_store_snapshots(struct embedded_chain *chain, struct error *error)
{
	int result = 0;

	while (chain->storage && result == 0) {
		char name[CHAIN_KEPT_NAME_SIZE];
		struct block_state *block = NULL;
		pthread_mutex_lock(&chain->lock);
		for (size_t i = 0; i < chain->snapshots_count && !block; i++) {
			struct snapshot *one = &chain->snapshots[i];
			/* of a ledger of its own: its nodes are read, and not all there */
			if (one->is_stored || !one->block || one->block->ledger != chain->ledger)
				continue;
			block = past_hold(one->block);
			memcpy(name, one->name, sizeof name);
		}
		pthread_mutex_unlock(&chain->lock);
		if (!block)
			break;
		result = store(chain, name, block, error);
		pthread_mutex_lock(&chain->lock);
		struct snapshot *one = find(chain, name);
		if (one && one->block == block)
			one->is_stored = result == 0;
		past_release(block);
		pthread_mutex_unlock(&chain->lock);
	}
	return result;
}

int embedded_snapshot_block(struct embedded_chain *chain, struct block_state **out, const char *name,
                            struct error *error)
{
	pthread_mutex_lock(&chain->lock);
	struct snapshot *one = find(chain, name);
	*out = one && one->block && one->block->ledger == chain->ledger ? past_hold(one->block) : NULL;
	pthread_mutex_unlock(&chain->lock);
	return one ? 0 : error_set(error, ENOENT, "there is no snapshot \"%s\"", name);
}

/* --- looking --- */

/* What the data folder has of it: its state, or its block's. */
static int open_stored(struct embedded_chain *chain, struct block_state **out, const char *name,
                       const struct interruption *interruption, struct error *error)
{
	struct stored_state stored;
	struct map *map;
	struct map_root *root;
	struct bytes header = {0};
	int result = 0;

	*out = NULL;
	if (!chain->storage || !states_find_kept(chain->storage->states, &stored, name))
		return error_set(error, ENOENT, "there is no snapshot \"%s\"", name);
	if (stored.end) {
		result = states_open_kept(chain->storage->states, &map, &root, &header, name, error);
		if (result == 0 && !(*out = past_open(chain->past, map, root, &header)))
			result = error_set(error, EBADMSG, "snapshot \"%s\" is damaged", name);
		bytes_release(&header);
		return result;
	}
	struct published *head = embedded_pin(chain);
	result = past_state(chain->past, out, head->head, stored.number, interruption, error);
	embedded_unpin(chain, head);
	if (result == 0 && !checksum256_equal(&out[0]->id, &stored.id)) {
		pthread_mutex_lock(&chain->lock);
		past_release(*out);
		pthread_mutex_unlock(&chain->lock);
		*out = NULL;
		result = error_set(error, ENOENT,
		                   "snapshot \"%s\" is lost: its block %" PRIu32 " is no longer part of the chain",
		                   name, stored.number);
	}
	return result;
}

int embedded_pin_kept(struct embedded_chain *chain, struct published **out, const char *name,
                      const struct interruption *interruption, struct error *error)
{
	struct block_state *block = NULL;
	int result = 0;

	pthread_mutex_lock(&chain->lock);
	struct snapshot *one = find(chain, name);
	if (one && one->block)
		block = past_hold(one->block);
	pthread_mutex_unlock(&chain->lock);
	if (!block)
		result = open_stored(chain, &block, name, interruption, error);
	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	one = find(chain, name);
	if (one && !one->block)
		one->block = past_hold(block);
	*out = embedded_publish_block(block);
	past_release(block);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}
