/* Waiting for the node: until it shows what was written. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

/* Milliseconds: between two looks; until a block is read again, which a fork may have replaced; and until
 * waiting for a block, or for an irreversible one, ends. */
enum { LOOK_MS = 50, REREAD_MS = 1000, BLOCK_MS = 60000, IRREVERSIBLE_MS = 600000 };

void nodeos_pause_a_moment(void)
{
	poll(NULL, 0, LOOK_MS);
}

/* --- which transactions a block has --- */

static bool block_has(const struct known_block *block, const struct checksum256 *id)
{
	for (size_t i = 0; i < block->ids_count; i++)
		if (checksum256_equal(&block->ids[i], id))
			return true;
	return false;
}

/* What is known of it: 1 it has it, 0 it does not, -1 it must be asked for. */
static int look(struct nodeos_chain *chain, uint32_t number, const struct checksum256 *id)
{
	int found = -1;
	pthread_mutex_lock(&chain->mutex);
	const struct known_block *block = &chain->blocks[number % BLOCKS_KEPT];
	if (block->number == number && nodeos_now_ms() - block->read_at < REREAD_MS)
		found = block_has(block, id);
	pthread_mutex_unlock(&chain->mutex);
	return found;
}

static void know_block(struct nodeos_chain *chain, uint32_t number, const struct signed_block *block)
{
	struct checksum256 *ids = memory_allocate(block->transactions_count + 1, sizeof *ids);
	for (size_t i = 0; i < block->transactions_count; i++)
		ids[i] = *transaction_receipt_id(&block->transactions[i]);
	pthread_mutex_lock(&chain->mutex);
	struct known_block *known = &chain->blocks[number % BLOCKS_KEPT];
	free(known->ids);
	*known = (struct known_block){
		.number = number, .read_at = nodeos_now_ms(), .ids = ids, .ids_count = block->transactions_count};
	pthread_mutex_unlock(&chain->mutex);
}

static int read_block(struct nodeos_chain *chain, uint32_t number, const struct interruption *interruption,
                      struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct signed_block block;
	struct json *json = NULL;

	text_printf(&body, "{\"block_num_or_id\":\"%" PRIu32 "\"}", number);
	int result = nodeos_call(chain, &json, "/v1/chain/get_raw_block", &body, interruption, error);
	if (result == -EOPNOTSUPP)
		result = nodeos_call(chain, &json, "/v1/chain/get_block", &body, interruption, error);
	if (result == 0)
		result = parse_block(&block, json, error);
	if (result == 0) {
		know_block(chain, number, &block);
		signed_block_release(&block);
	}
	json_release(json);
	text_release(&body);
	return result;
}

/* The block of first…last that has it; 0: none. A block that the node does not have (yet) has nothing. */
static int find_block(struct nodeos_chain *chain, uint32_t *out, const struct checksum256 *id, uint32_t first,
                      uint32_t last, const struct interruption *interruption, struct error *error)
{
	*out = 0;
	for (uint32_t number = first; number <= last && *out == 0; number++) {
		int found = look(chain, number, id);
		int result = found < 0 ? read_block(chain, number, interruption, error) : 0;
		if (result && result != -ENOENT)
			return result;
		if (found < 0)
			found = look(chain, number, id);
		if (found > 0)
			*out = number;
	}
	return 0;
}

/* --- until it is there --- */

static void note_write(struct nodeos_chain *chain, uint32_t block)
{
	pthread_mutex_lock(&chain->mutex);
	if (chain->wrote_in < block)
		chain->wrote_in = block;
	chain->info_at = 0;
	chain->sequence++;
	pthread_mutex_unlock(&chain->mutex);
}

static int waited_in_vain(struct error *error, const struct checksum256 *id, const char *what)
{
	char text[65];
	checksum256_print(text, id);
	return error_set(error, ETIMEDOUT, "the node took transaction %s, which is in no %s yet", text, what);
}

/* A node that cannot be asked for a moment is asked again: the transaction is its already. */
static bool can_wait(int result)
{
	return result == -EHOSTUNREACH || result == -ETIMEDOUT || result == -EPROTO;
}

int nodeos_await(struct nodeos_chain *chain, struct transaction_trace *trace, uint32_t first,
                 const struct interruption *interruption, struct error *error)
{
	const bool irreversible = chain->wait == NODEOS_WAIT_IRREVERSIBLE;
	const int64_t end = nodeos_now_ms() + (irreversible ? IRREVERSIBLE_MS : BLOCK_MS);
	uint32_t block = 0;

	if (chain->wait == NODEOS_WAIT_ACCEPTED) {
		note_write(chain, 0);
		return 0;
	}
	for (;;) {
		struct chain_info info;
		uint64_t sequence;
		int result = nodeos_info(chain, &info, &sequence, true, interruption, error);
		if (result == 0)
			result = find_block(chain, &block, &trace->id, first, info.head_block_num, interruption, error);
		if (result && !can_wait(result))
			return result;
		if (result == 0 && block != 0 && (!irreversible || block <= info.irreversible_block_num))
			break;
		if (interruption_happened(interruption))
			return error_set(error, EINTR, "interrupted: the node took the transaction, which is in %s yet",
			                 irreversible ? "no irreversible block" : "no block");
		if (nodeos_now_ms() >= end)
			return waited_in_vain(error, &trace->id, irreversible ? "irreversible block" : "block");
		error_clear(error);
		nodeos_pause_a_moment();
	}
	trace->block_num = block;
	note_write(chain, block);
	return 0;
}

int nodeos_await_feature(struct nodeos_chain *chain, const struct checksum256 *digest,
                         const struct interruption *interruption, struct error *error)
{
	const int64_t end = nodeos_now_ms() + BLOCK_MS;
	struct text body = TEXT_EMPTY;
	bool active = false;
	int result = 0;

	text_printf(&body, "{\"lower_bound\":0,\"limit\":%d}", CHAIN_FEATURES_MAXIMUM);
	while (result == 0 && !active) {
		struct json *json = NULL;
		result = nodeos_call(chain, &json, "/v1/chain/get_activated_protocol_features", &body, interruption,
		                     error);
		active = result == 0 && parse_find_feature(json_member(json, "activated_protocol_features"), digest);
		json_release(json);
		if (result || active)
			break;
		if (interruption_happened(interruption))
			result = error_set(error, EINTR, "interrupted: the feature becomes active with the next block");
		else if (nodeos_now_ms() >= end)
			result = error_set(error, ETIMEDOUT, "the node at %s took the feature and made no block with it",
			                   http_client_url(chain->client));
		else
			nodeos_pause_a_moment();
	}
	text_release(&body);
	note_write(chain, 0);
	return result;
}
