/* A snapshot, and the chain up to it, into one file (engine/storage/chain_file.h). */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/storage/carried.h"
#include "core/chain/embedded/view/view.h"
#include "core/engine/state/map/store.h"
#include "core/engine/storage/chain_file.h"
#include "core/wallet/wallet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const carried_files[] = {CARRIED_NODES, "boot/steps", "defaults", NULL};

static int put_head(struct embedded_chain *chain, struct chain_file_writer *writer, const char *name,
                    struct block_state *block, int fd, struct error *error)
{
	struct chain_file_head head = {.chain_id = chain->base.chain_id,
	                               .genesis = chain->base.genesis,
	                               .number = block->number,
	                               .id = block->id};

	snprintf(head.name, sizeof head.name, "%s", name);
	pthread_mutex_lock(&chain->lock);
	struct branch *branch = branch_fork(block->ledger, block);
	branch_pack_block(&head.block, branch, block);
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	int result = chain_file_begin(writer, fd, &head, error);
	chain_file_head_release(&head);
	return result;
}

static int put_file(struct embedded_chain *chain, struct chain_file_writer *writer, const char *name,
                    struct error *error)
{
	struct text content = TEXT_EMPTY;
	int result = 0;

	if (strcmp(name, CARRIED_NODES) == 0) {
		pthread_mutex_lock(&chain->lock);
		storage_print_nodes(&content, chain);
		pthread_mutex_unlock(&chain->lock);
	} else if (chain->storage) {
		char *path = data_folder_file(chain->storage->folder, name);
		result = file_load(&content, path, CARRIED_MAXIMUM, error);
		free(path);
		if (result == -ENOENT) {
			error_clear(error);
			result = 0;
		}
	}
	if (result == 0 && content.length)
		result = chain_file_put_file(writer, name, content.data, content.length, error);
	text_release(&content);
	return result;
}

static int put_keys(struct embedded_chain *chain, struct chain_file_writer *writer, const char *password,
                    struct error *error)
{
	struct text keys = TEXT_EMPTY;
	struct wallet_key *pairs;
	size_t count = key_store_pairs(chain->node_keys, &pairs);
	int result = chain->wallet ? wallet_export(chain->wallet, &keys, password, pairs, count, error)
	                           : error_set(error, ENOENT, "there is no wallet");

	memory_release_secret(pairs, count, sizeof *pairs);
	if (result == 0)
		result = chain_file_put_keys(writer, keys.data, keys.length, error);
	text_release(&keys);
	return result;
}

static int put_blocks(struct embedded_chain *chain, struct chain_file_writer *writer, uint32_t last,
                      const struct interruption *interruption, struct error *error)
{
	struct published *head = embedded_pin(chain);
	int result = 0;

	for (uint32_t number = 1; number <= last && result == 0; number++) {
		struct signed_block block = {0};
		result = interruption_happened(interruption)
		             ? error_set(error, EINTR, "interrupted")
		             : embedded_read_block(chain, &block, head->head, number, error);
		if (result == 0)
			result = chain_file_put_block(writer, &block, error);
		else if (result == -ENOENT && !chain->storage)
			error_append(error, ": in memory only the last %zu are kept", chain->recent_count);
		signed_block_release(&block);
	}
	embedded_unpin(chain, head);
	return result;
}

static int check_sound(const struct map_root *root, const char *name, struct error *error)
{
	return map_root_is_sound(root) ? 0
	                               : error_set(error, EBADMSG, "snapshot \"%s\" is damaged on disk", name);
}

int embedded_export_kept(struct chain *base, const char *name, int fd, const char *password,
                         const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct chain_file_writer writer = {.fd = fd};
	struct published *state = NULL;
	int result = embedded_finish(chain, true, error);

	if (result == 0)
		result = embedded_pin_kept(chain, &state, name, interruption, error);
	if (result)
		return result;
	result = embedded_check_branch(chain, state->head, name, error);
	if (result == 0)
		result = put_head(chain, &writer, name, state->head, fd, error);
	for (size_t i = 0; carried_files[i] && result == 0; i++)
		result = put_file(chain, &writer, carried_files[i], error);
	if (result == 0 && password)
		result = put_keys(chain, &writer, password, error);
	if (result == 0)
		result = put_blocks(chain, &writer, state->block_num, interruption, error);
	if (result == 0)
		result = chain_file_put_state(&writer, state->root, interruption, error);
	if (result == 0)
		result = check_sound(state->root, name, error);
	if (result == 0)
		result = chain_file_end(&writer, error);
	chain_file_release(&writer);
	embedded_unpin(chain, state);
	return result;
}
