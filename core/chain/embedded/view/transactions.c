/* Which block a transaction is in: the newest are looked through, for the others there is an index, which is
 * brought up to date whenever somebody has time or asks. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/chain/embedded/view/view.h"
#include "core/engine/storage/block/transaction_index.h"

#include <errno.h>
#include <inttypes.h>

enum { CANDIDATES_MAXIMUM = 16 };

static bool holds(const struct signed_block *block, const struct checksum256 *id)
{
	for (size_t i = 0; i < block->transactions_count; i++)
		if (checksum256_equal(transaction_receipt_id(&block->transactions[i]), id))
			return true;
	return false;
}

/* In blocks that the index does not have, from the head back: *number is then the first that was not looked
 * through. */
static bool find_in_memory(struct embedded_chain *chain, uint32_t *number, struct block_state *head,
                           const struct checksum256 *id)
{
	bool found = false;

	pthread_mutex_lock(&chain->lock);
	uint32_t end = embedded_index_end(chain);
	struct branch *branch = branch_fork(chain->ledger, head);
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
	uint32_t end = embedded_index_end(chain);
	pthread_mutex_unlock(&chain->lock);
	for (; *number > end && result == 0 && !found; *number -= !found) {
		struct signed_block block = {0};
		result = embedded_read_block(chain, &block, head, *number, error);
		found = result == 0 && holds(&block, id);
		signed_block_release(&block);
	}
	*number = found ? *number : 0;
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
		result = embedded_read_block(chain, &block, head, candidates[i], error);
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
	if (find_in_memory(chain, number, head, id))
		return 0;
	int result = find_in_reversible(chain, number, head, id, error);
	if (result == 0 && !*number)
		result = embedded_index_blocks(chain, UINT32_MAX, interruption, error);
	if (result == 0 && !*number)
		result = find_in_index(chain, number, head, id, error);
	return result || *number
	           ? result
	           : error_set(error, ENOENT, "no block has a transaction %s", checksum256_text(id).text);
}
