/* get_transaction_status, of a node that was started with transaction-finality-status-max-storage-size-gb. */
#include "core/server/call.h"

#include "core/base/memory.h"
#include "core/server/node.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* --- what was sent to this node, and is perhaps in no block yet --- */

void sent_remember(struct sent *sent, const struct checksum256 *id, uint32_t expiration)
{
	pthread_mutex_lock(&sent->mutex);
	if (!sent->list)
		sent->list = memory_allocate(SENT_MAXIMUM, sizeof *sent->list);
	sent->list[sent->next] = (struct sent_transaction){*id, expiration};
	sent->next = (sent->next + 1) % SENT_MAXIMUM;
	pthread_mutex_unlock(&sent->mutex);
}

/* Its expiration in seconds; 0: it was not sent here, or long ago. */
static uint32_t sent_find(struct sent *sent, const struct checksum256 *id)
{
	uint32_t expiration = 0;

	pthread_mutex_lock(&sent->mutex);
	for (size_t i = 0; sent->list && i < SENT_MAXIMUM && !expiration; i++)
		if (checksum256_equal(&sent->list[i].id, id))
			expiration = sent->list[i].expiration;
	pthread_mutex_unlock(&sent->mutex);
	return expiration;
}

/* --- the call --- */

static int find_expiration(struct call *call, uint32_t *out, struct signed_block *block, uint32_t number,
                           const struct checksum256 *id)
{
	int result = call->view->operations->block(call->view, block, number, &call->error);

	for (size_t i = 0; result == 0 && i < block->transactions_count; i++)
		if (!block->transactions[i].is_id && checksum256_equal(&block->transactions[i].packed.id, id))
			*out = block->transactions[i].packed.transaction.expiration;
	return result;
}

static void print_block_ref(struct text *out, const char *what, const char *time_name, uint32_t number,
                            const struct checksum256 *id, uint32_t slot)
{
	text_printf(out, ",\"%s_number\":%" PRIu32 ",\"%s_id\":\"%s\",\"%s_timestamp\":\"%s\"", what, number,
	            what, checksum256_text(id).text, time_name, slot_text(slot).text);
}

static void print_status(struct call *call, const char *state, const struct signed_block *block,
                         uint32_t expiration, const struct chain_info *info)
{
	static const struct checksum256 none;
	struct text *out = call->out;

	text_printf(out, "{\"state\":\"%s\"", state);
	if (block)
		print_block_ref(out, "block", "block", block_id_number(&block->id), &block->id,
		                block->header.timestamp);
	if (expiration)
		text_printf(out, ",\"expiration\":\"%s\"", time_point_text((int64_t)expiration * SECOND_US).text);
	print_block_ref(out, "head", "head", info->head_block_num, &info->head_block_id, info->head_slot);
	print_block_ref(out, "irreversible", "irreversible", info->irreversible_block_num,
	                &info->irreversible_block_id, info->irreversible_slot);
	text_printf(out, ",\"earliest_tracked_block_id\":\"%s\",\"earliest_tracked_block_number\":0}",
	            checksum256_text(&none).text);
}

static int take_id(struct call *call, struct checksum256 *out)
{
	const char *text = json_string(json_member(call->body, "id"));

	if (!text || checksum256_parse(out, text) != 0 || checksum256_is_zero(out))
		return error_chain(&call->error, INVALID_HTTP_REQUEST, "Invalid transaction id");
	return 0;
}

static int get_transaction_status(struct call *call)
{
	struct checksum256 id;
	struct signed_block block = {0};
	struct chain_info info;
	uint32_t number = 0, expiration = 0;

	if (!call->sent_length)
		return error_chain(&call->error, INVALID_HTTP_REQUEST, "A Request body is required");
	int result = take_id(call, &id);
	if (result == 0)
		result = call->view->operations->info(call->view, &info, &call->error);
	if (result == 0)
		result = call->view->operations->find_transaction(call->view, &number, &id, &call->error);
	if (result == 0)
		result = find_expiration(call, &expiration, &block, number, &id);
	if (result == 0) {
		bool final = number <= info.irreversible_block_num;
		print_status(call, final ? "IRREVERSIBLE" : "IN_BLOCK", &block, expiration, &info);
	} else if (result == -ENOENT) {
		expiration = sent_find(&call->node->sent, &id);
		bool waits = (int64_t)expiration * SECOND_US >= slot_to_us(info.head_slot);
		print_status(call, waits ? "LOCALLY_APPLIED" : "UNKNOWN", NULL, waits ? expiration : 0, &info);
		result = 0;
	}
	signed_block_release(&block);
	return result;
}

const struct endpoint chain_status_endpoints[] = {
	{"/v1/chain/get_transaction_status", PLUGIN_STATUS, PARAMETERS_OWN, 200, get_transaction_status,
     .reads = true, .pace = HTTP_LONG},
	{.path = NULL},
};
