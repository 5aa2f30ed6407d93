/* Waiting for the node: until it shows what was written. However many wait, one of them looks: it reads the
 * blocks from the head back to one that is known, each by the id that the next one names, so that what a fork
 * threw out is known no more. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Milliseconds: between two looks, and until waiting for a block, an irreversible one, the next one ends. */
enum { LOOK_MS = 50, BLOCK_MS = 60000, IRREVERSIBLE_MS = 600000, NEXT_BLOCK_MS = 3000 };

/* How many transactions are sent between two looks at the blocks, which are far fewer than blocks are kept,
 * for each may make one; and of how many it is not known at most whether they are in one. */
enum { LOOK_AFTER = BLOCKS_KEPT / 4, UNSETTLED_MAXIMUM = 16384 };

enum { LOOK_BLOCKS = BLOCKS_KEPT / 2 }; /* that one look goes on by, at most */

void nodeos_pause_a_moment(void)
{
	poll(NULL, 0, LOOK_MS);
}

/* --- which transactions a block has --- */

static struct known_block *slot_of(struct nodeos_chain *chain, uint32_t number)
{
	return &chain->blocks[number % BLOCKS_KEPT];
}

static bool is_known(struct nodeos_chain *chain, uint32_t number, const struct checksum256 *id)
{
	pthread_mutex_lock(&chain->mutex);
	const struct known_block *block = slot_of(chain, number);
	/* what a look that was interrupted saw counts for nothing: it has not seen what lies below */
	bool known = number <= chain->watched_from ||
	             (number <= chain->watched_to && block->number == number &&
	              checksum256_equal(&block->id, id));
	pthread_mutex_unlock(&chain->mutex);
	return known;
}

static bool block_has(const struct known_block *block, const struct checksum256 *id)
{
	return bsearch(id, block->ids, block->ids_count, sizeof *id, checksum256_compare) != NULL;
}

/* Those in it are waited for no more. Under the mutex. */
static void drop_unsettled(struct nodeos_chain *chain, const struct known_block *block)
{
	size_t kept = 0, count = chain->unsettled_count;

	for (size_t i = 0; i < count; i++)
		if (!block_has(block, &chain->unsettled[i].id))
			chain->unsettled[kept++] = chain->unsettled[i];
	chain->unsettled_count = kept;
	if (kept < count && chain->wrote_in < block->number)
		chain->wrote_in = block->number;
}

/* Of a transaction as it stands in a block; get_raw_block writes [0, id] and [1, transaction]. */
static bool parse_id(struct checksum256 *out, const struct json *trx)
{
	struct packed_transaction packed = {0};
	struct bytes bytes = {0};

	if (json_type(trx) == JSON_ARRAY)
		trx = json_next(json_first(trx));
	if (json_string(trx))
		return checksum256_parse(out, json_string(trx)) == 0;
	const char *compression = json_string(json_member(trx, "compression"));
	bool is_plain = compression && strcmp(compression, "none") == 0;
	bool is_known = is_plain ? parse_hex(&bytes, json_member(trx, "packed_trx"))
	                         : chain_packed_transaction_parse(&packed, trx, NULL, NULL) == 0;
	*out = is_plain ? hash_sha256(bytes.data, bytes.length) : packed.id;
	packed_transaction_release(&packed);
	bytes_release(&bytes);
	return is_known;
}

/* Which transactions it has, and no more: where each makes a block, half of what is read are blocks. */
static int know_block(struct nodeos_chain *chain, uint32_t number, const struct checksum256 *id,
                      const struct json *json, struct error *error)
{
	const struct json *list = json_member(json, "transactions");
	struct known_block block = {.number = number, .id = *id};
	bool is_known = json_type(list) == JSON_ARRAY;

	block.ids = memory_allocate(json_count(list) + 1, sizeof *block.ids);
	for (const struct json *at = json_first(list); at && is_known; at = json_next(at))
		is_known = parse_id(&block.ids[block.ids_count++], json_member(at, "trx"));
	if (!is_known) {
		free(block.ids);
		return parse_answer_failed(error, "block");
	}
	qsort(block.ids, block.ids_count, sizeof *block.ids, checksum256_compare);
	pthread_mutex_lock(&chain->mutex);
	free(slot_of(chain, number)->ids);
	*slot_of(chain, number) = block;
	pthread_mutex_unlock(&chain->mutex);
	return 0;
}

/* Up to the head that is known; 0: none has it. Under the mutex. */
static uint32_t find_in_blocks(struct nodeos_chain *chain, const struct checksum256 *id)
{
	uint32_t head = chain->watched_to;

	for (uint32_t number = head; number > chain->watched_from && head - number < BLOCKS_KEPT; number--) {
		const struct known_block *block = slot_of(chain, number);
		if (block->number == number && block_has(block, id))
			return number;
	}
	return 0;
}

static uint32_t find_block(struct nodeos_chain *chain, const struct checksum256 *id)
{
	pthread_mutex_lock(&chain->mutex);
	uint32_t found = find_in_blocks(chain, id);
	pthread_mutex_unlock(&chain->mutex);
	return found;
}

/* *id becomes the block's before it. */
static int read_block(struct nodeos_chain *chain, struct checksum256 *id, uint32_t number,
                      const struct interruption *interruption, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct checksum256 previous;
	struct json *json = NULL;

	text_printf(&body, "{\"block_num_or_id\":\"%s\"}", checksum256_text(id).text);
	int result = nodeos_call(chain, &json, "/v1/chain/get_raw_block", &body, interruption, error);
	if (result == -EOPNOTSUPP) /* before 3.1 */
		result = nodeos_call(chain, &json, "/v1/chain/get_block", &body, interruption, error);
	if (result == 0 && !parse_checksum_member(&previous, json, "previous"))
		result = parse_answer_failed(error, "block");
	if (result == 0)
		result = know_block(chain, number, id, json, error);
	if (result == 0)
		*id = previous;
	json_release(json);
	text_release(&body);
	return result;
}

static int read_id(struct nodeos_chain *chain, struct checksum256 *id, uint32_t number,
                   const struct interruption *interruption, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct json *json = NULL;

	text_printf(&body, "{\"block_num_or_id\":\"%" PRIu32 "\"}", number);
	int result = nodeos_call(chain, &json, "/v1/chain/get_block", &body, interruption, error);
	if (result == 0 && !parse_checksum_member(id, json, "id"))
		result = parse_answer_failed(error, "block");
	json_release(json);
	text_release(&body);
	return result;
}

/* All blocks up to the head are known then; where it is far away, some more are, and *info is empty. */
static int look(struct nodeos_chain *chain, struct chain_info *info, const struct interruption *interruption,
                struct error *error)
{
	uint64_t sequence;
	int result = nodeos_info(chain, info, &sequence, true, interruption, error);
	struct checksum256 id = info->head_block_id;
	uint32_t head = info->head_block_num;

	pthread_mutex_lock(&chain->mutex);
	const uint32_t next = chain->watched_to + LOOK_BLOCKS;
	pthread_mutex_unlock(&chain->mutex);
	if (result == 0 && head > next) {
		head = next;
		*info = (struct chain_info){0};
		result = read_id(chain, &id, head, interruption, error);
	}
	uint32_t number = head;
	while (result == 0 && head - number < BLOCKS_KEPT && !is_known(chain, number, &id))
		result = read_block(chain, &id, number--, interruption, error);
	if (result)
		return result;
	pthread_mutex_lock(&chain->mutex);
	chain->watched_to = head;
	chain->watched_info = *info;
	while (number++ < head)
		drop_unsettled(chain, slot_of(chain, number));
	pthread_mutex_unlock(&chain->mutex);
	return 0;
}

/* One looks, the others wait for what it sees, a moment at most. */
static int look_together(struct nodeos_chain *chain, struct chain_info *info,
                         const struct interruption *interruption, struct error *error)
{
	int result = 0;

	pthread_mutex_lock(&chain->mutex);
	if (chain->looking) {
		int64_t until = clock_monotonic_us() + LOOK_MS * 1000;
		const struct timespec time = timespec_from_us(until);
		pthread_cond_timedwait(&chain->looked, &chain->mutex, &time);
		*info = chain->watched_info;
		pthread_mutex_unlock(&chain->mutex);
		return 0;
	}
	chain->looking = true;
	pthread_mutex_unlock(&chain->mutex);
	result = look(chain, info, interruption, error);
	pthread_mutex_lock(&chain->mutex);
	chain->looking = false;
	pthread_cond_broadcast(&chain->looked);
	pthread_mutex_unlock(&chain->mutex);
	return result;
}

/* --- until it is there --- */

void nodeos_watch(struct nodeos_chain *chain)
{
	pthread_mutex_lock(&chain->mutex);
	if (chain->watchers++ == 0) {
		chain->watched_from = chain->watched_to = chain->info.head_block_num;
		chain->watched_info = (struct chain_info){0};
		for (size_t i = 0; i < BLOCKS_KEPT; i++)
			chain->blocks[i].number = 0;
	}
	pthread_mutex_unlock(&chain->mutex);
}

void nodeos_watch_no_more(struct nodeos_chain *chain)
{
	pthread_mutex_lock(&chain->mutex);
	chain->watchers--;
	pthread_mutex_unlock(&chain->mutex);
}

static void note_write(struct nodeos_chain *chain, uint32_t block)
{
	pthread_mutex_lock(&chain->mutex);
	if (chain->wrote_in < block)
		chain->wrote_in = block;
	chain->info_at = 0;
	chain->sequence++;
	pthread_mutex_unlock(&chain->mutex);
}

/* A node that cannot be asked for a moment is asked again: the transaction is its already. */
static bool can_wait(int result)
{
	return result == -EHOSTUNREACH || result == -ETIMEDOUT || result == -EPROTO || result == -ENOENT ||
	       result == -EINTR;
}

/* 1: waited for enough, error says why; 0: go on. */
static int give_up(const struct sent *sent, const struct chain_info *info, uint32_t block, int64_t end,
                   const struct interruption *interruption, struct error *error)
{
	struct checksum256_text id = checksum256_text(&sent->id);
	if (!block && info->head_block_num && slot_to_us(info->irreversible_slot) / SECOND_US > sent->expiration)
		error_set(error, ETIME, "transaction %s is in no block and has expired: it did not happen", id.text);
	else if (interruption_happened(interruption))
		error_set(error, EINTR, "interrupted: the node took transaction %s, which is in no %sblock yet",
		          id.text, block ? "irreversible " : "");
	else if (clock_monotonic_ms() >= end)
		error_set(error, ETIMEDOUT,
		          "the node took transaction %s, which is in no %sblock yet; whether it happens is not known",
		          id.text, block ? "irreversible " : "");
	else
		return 0;
	return 1;
}

int nodeos_await(struct nodeos_chain *chain, uint32_t *block_num, const struct sent *sent,
                 enum nodeos_wait wait, const struct interruption *interruption, struct error *error)
{
	const bool irreversible = wait == NODEOS_WAIT_IRREVERSIBLE;
	const int64_t end = clock_monotonic_ms() + (irreversible ? IRREVERSIBLE_MS : BLOCK_MS);
	uint32_t block = wait == NODEOS_WAIT_BLOCK ? find_block(chain, &sent->id) : 0;

	for (bool again = false; wait != NODEOS_WAIT_ACCEPTED && !block; again = true) {
		struct chain_info info = {0};
		if (again)
			nodeos_pause_a_moment();
		int result = look_together(chain, &info, interruption, error);
		if (result && !can_wait(result))
			return result;
		error_clear(error);
		block = find_block(chain, &sent->id);
		if (block && (!irreversible || (result == 0 && block <= info.irreversible_block_num)))
			break;
		if (give_up(sent, &info, block, end, interruption, error))
			return -error->number;
		block = 0;
	}
	if (block)
		*block_num = block;
	note_write(chain, block);
	return 0;
}

int nodeos_leave_unsettled(struct nodeos_chain *chain, const struct sent *sent,
                           const struct interruption *interruption, struct error *error)
{
	struct chain_info info;

	pthread_mutex_lock(&chain->mutex);
	if (!chain->unsettled_watched)
		chain->watchers++;
	chain->unsettled_watched = true;
	chain->sequence++; /* a node may show it already */
	if (!find_in_blocks(chain, &sent->id)) {
		memory_grow(&chain->unsettled, &chain->unsettled_capacity, chain->unsettled_count + 1, sizeof *sent);
		chain->unsettled[chain->unsettled_count++] = *sent;
	}
	bool look_now = ++chain->unsettled_since >= LOOK_AFTER && !chain->looking;
	bool too_many = chain->unsettled_count >= UNSETTLED_MAXIMUM;
	uint32_t mark;
	if (look_now)
		chain->unsettled_since = 0;
	pthread_mutex_unlock(&chain->mutex);
	if (too_many)
		return nodeos_settle(&chain->base, &mark, interruption, error);
	if (look_now)
		look_together(chain, &info, interruption, NULL);
	return 0;
}

/* The one that was sent first. false: there is none left, and blocks need not be watched for any. */
static bool next_unsettled(struct nodeos_chain *chain, struct sent *sent)
{
	pthread_mutex_lock(&chain->mutex);
	bool found = chain->unsettled_count > 0;
	if (found) {
		*sent = chain->unsettled[0];
	} else if (chain->unsettled_watched) {
		chain->unsettled_watched = false;
		chain->watchers--;
	}
	pthread_mutex_unlock(&chain->mutex);
	return found;
}

int nodeos_settle(struct chain *base, uint32_t *mark, const struct interruption *interruption,
                  struct error *error)
{
	struct nodeos_chain *chain = nodeos_of(base);
	struct sent sent;
	uint32_t block;
	int result = 0;

	while (next_unsettled(chain, &sent)) {
		if (result == 0) {
			result = nodeos_await(chain, &block, &sent, NODEOS_WAIT_BLOCK, interruption, error);
			*mark = sent.mark;
		}
		if (result == -EINTR)
			break; /* the next call goes on */
		pthread_mutex_lock(&chain->mutex);
		drop_unsettled(chain, &(struct known_block){.ids = &sent.id, .ids_count = 1});
		pthread_mutex_unlock(&chain->mutex);
	}
	note_write(chain, 0);
	return result;
}

int nodeos_await_next_block(struct nodeos_chain *chain, const struct interruption *interruption,
                            struct error *error)
{
	const int64_t end = clock_monotonic_ms() + NEXT_BLOCK_MS;
	struct chain_info info;
	uint64_t sequence;

	pthread_mutex_lock(&chain->mutex);
	uint32_t last = chain->wrote_in ? chain->wrote_in : chain->info.head_block_num;
	pthread_mutex_unlock(&chain->mutex);
	for (;;) {
		int result = nodeos_info(chain, &info, &sequence, true, interruption, error);
		if (result || info.head_block_num > last || clock_monotonic_ms() >= end)
			return result;
		if (interruption_happened(interruption))
			return error_set(error, EINTR, "interrupted: what was activated is active with the next block");
		nodeos_pause_a_moment();
	}
}

int nodeos_await_feature(struct nodeos_chain *chain, const struct checksum256 *digest,
                         const struct interruption *interruption, struct error *error)
{
	const int64_t end = clock_monotonic_ms() + BLOCK_MS;
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
		else if (clock_monotonic_ms() >= end)
			result = error_set(error, ETIMEDOUT, "the node at %s took the feature and made no block with it",
			                   http_client_url(chain->client));
		else
			nodeos_pause_a_moment();
	}
	text_release(&body);
	note_write(chain, 0);
	return result;
}
