/* Which block a transaction is in: the newest are looked through, for the others there is an index, which is
 * brought up to date whenever somebody has time or asks. */
#include "core/chain/embedded/storage.h"

#include "core/engine/storage/transaction_index.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { CANDIDATES_MAXIMUM = 16 };

static const struct checksum256 *id_of(const struct transaction_receipt *receipt)
{
	return receipt->is_id ? &receipt->id : &receipt->packed.id;
}

static bool holds(const struct signed_block *block, const struct checksum256 *id)
{
	for (size_t i = 0; i < block->transactions_count; i++)
		if (checksum256_equal(id_of(&block->transactions[i]), id))
			return true;
	return false;
}

/* The last block that the index may have: of the log; without one, the last irreversible one. Under lock. */
static uint32_t end_of_index(const struct embedded_chain *chain)
{
	return chain->storage ? chain->stored->number : past_last(chain->past);
}

/* In blocks that the index does not have, from the head back: *number is then the first that was not looked
 * through. */
static bool find_in_memory(struct embedded_chain *chain, uint32_t *number, struct block_state *head,
                           const struct checksum256 *id)
{
	struct branch *branch;
	bool found = false;

	pthread_mutex_lock(&chain->lock);
	uint32_t end = end_of_index(chain);
	branch = branch_fork(chain->ledger, head);
	for (*number = head->number; *number > end && !found; *number -= !found) {
		const struct block_state *state = branch_find(branch, *number);
		if (!state)
			break;
		found = holds(state->block, id);
	}
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	return found;
}

/* Of a long reversible chain the states are no longer there, but its blocks are. */
static int find_in_reversible(struct embedded_chain *chain, uint32_t *number, const struct block_state *head,
                              const struct checksum256 *id, struct error *error)
{
	bool found = false;
	int result = 0;

	pthread_mutex_lock(&chain->lock);
	uint32_t end = end_of_index(chain);
	pthread_mutex_unlock(&chain->lock);
	for (; *number > end && result == 0 && !found; *number -= !found) {
		struct signed_block block = {0};
		result = embedded_read_block(chain, head, &block, *number, error);
		found = result == 0 && holds(&block, id);
		signed_block_release(&block);
	}
	*number = found ? *number : 0;
	return result;
}

/* Under index_lock. */
static int open_index(struct embedded_chain *chain, struct error *error)
{
	struct storage *storage = chain->storage;
	char *path = NULL;
	int result;

	if (chain->index)
		return 0;
	if (storage)
		path = data_folder_file(storage->folder, "transactions.index");
	result = transaction_index_open(&chain->index, path, &chain->base.chain_id,
	                                storage ? block_log_last(storage->blocks) : 0, error);
	free(path);
	return result;
}

static int index_block(struct embedded_chain *chain, const struct block_state *head, uint32_t number,
                       struct error *error)
{
	struct signed_block block = {0};
	int result = chain->storage ? storage_read_block(chain->storage, &block, number, error)
	                            : embedded_read_block(chain, head, &block, number, error);

	if (result == -ENOENT && !chain->storage)
		result = 0; /* nobody had the time to look before it was let go */
	for (size_t i = 0; result == 0 && i < block.transactions_count; i++)
		result = transaction_index_add(chain->index, id_of(&block.transactions[i]), number, error);
	if (result == 0)
		result = transaction_index_advance(chain->index, error);
	signed_block_release(&block);
	return result;
}

int embedded_index_blocks(struct embedded_chain *chain, uint32_t maximum,
                          const struct interruption *interruption, struct error *error)
{
	struct published *state = embedded_pin(chain);
	uint32_t end, number;
	int result;

	pthread_mutex_lock(&chain->lock);
	end = end_of_index(chain);
	pthread_mutex_unlock(&chain->lock);
	pthread_mutex_lock(&chain->index_lock);
	result = open_index(chain, error);
	while (result == 0 && (number = transaction_index_last(chain->index) + 1) <= end && maximum--) {
		result = index_block(chain, state->head, number, error);
		if (result == 0 && interruption_happened(interruption))
			result = error_set(error, EINTR, "interrupted while the blocks were looked through");
	}
	pthread_mutex_unlock(&chain->index_lock);
	embedded_unpin(chain, state);
	return result;
}

/* The last of the blocks that the index names which has it indeed. */
static int find_in_index(struct embedded_chain *chain, uint32_t *number, const struct block_state *head,
                         const struct checksum256 *id, struct error *error)
{
	uint32_t candidates[CANDIDATES_MAXIMUM];
	int count, result = 0;

	pthread_mutex_lock(&chain->index_lock);
	count = transaction_index_find(chain->index, candidates, CANDIDATES_MAXIMUM, id, error);
	pthread_mutex_unlock(&chain->index_lock);
	*number = 0;
	for (int i = 0; i < count && result == 0; i++) {
		struct signed_block block = {0};
		if (candidates[i] <= *number)
			continue;
		result = embedded_read_block(chain, head, &block, candidates[i], error);
		if (result == 0 && holds(&block, id))
			*number = candidates[i];
		signed_block_release(&block);
		result = result == -ENOENT ? 0 : result;
	}
	return count < 0 ? count : result;
}

int embedded_find_transaction(struct embedded_chain *chain, uint32_t *number, struct block_state *head,
                              const struct checksum256 *id, const struct interruption *interruption,
                              struct error *error)
{
	char text[65];
	int result;

	if (find_in_memory(chain, number, head, id))
		return 0;
	result = find_in_reversible(chain, number, head, id, error);
	if (result == 0 && !*number)
		result = embedded_index_blocks(chain, UINT32_MAX, interruption, error);
	if (result == 0 && !*number)
		result = find_in_index(chain, number, head, id, error);
	checksum256_print(text, id);
	return result || *number ? result : error_set(error, ENOENT, "no block has a transaction %s", text);
}
