/* transactions/: what each transaction did, whichever block has it; and those of this mount that no block
 * has. */
#include "fs/files/blocks.h"

#include "core/chain/print.h"
#include "core/types/time.h"
#include "fs/tree/sent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 100, BLOCKS_LOOKED_THROUGH = 1000 };

/* --- the list: this mount's own, then those of the last blocks, where the chain tells what they did --- */

struct ids {
	struct checksum256 list[SHOWN];
	size_t count;
};

static void add_id(struct ids *ids, const struct checksum256 *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (checksum256_equal(&ids->list[i], id))
			return;
	if (ids->count < SHOWN)
		ids->list[ids->count++] = *id;
}

static int add_of_block(struct request *request, struct ids *ids, uint32_t number, struct error *error)
{
	struct signed_block block = {0};
	int result = request->view->operations->block(request->view, &block, number, error);
	for (size_t i = block.transactions_count; i-- > 0 && result == 0;)
		add_id(ids, transaction_receipt_id(&block.transactions[i]));
	signed_block_release(&block);
	return result;
}

int transactions_list(struct request *request, const char *from, struct listing *listing,
                      struct error *error)
{
	struct ids ids = {.count = 0};
	uint32_t head = 0;
	const uint32_t through = request->chain->lacks & CHAIN_PAST ? 0 : BLOCKS_LOOKED_THROUGH;
	int result = block_find(request, &head, "head", error);
	if (result == 0)
		ids.count = sent_ids(request, ids.list, SHOWN);
	for (uint32_t back = 0; back < through && back < head && ids.count < SHOWN && result == 0; back++)
		result = add_of_block(request, &ids, head - back, error);
	if (result && result != -ENOENT)
		return result;
	qsort(ids.list, ids.count, sizeof *ids.list, checksum256_compare);
	for (size_t i = 0; i < ids.count; i++) {
		char name[65 + sizeof ".json"];
		snprintf(name, sizeof name, "%s.json", checksum256_text(&ids.list[i]).text);
		if (strcmp(name, from) >= 0 && listing->add(listing, name))
			break;
	}
	return 0;
}

/* --- one of them --- */

/* *number becomes 0 for one that stands in no block, but is kept here. */
static int find(struct request *request, struct checksum256 *id, uint32_t *number, struct error *error)
{
	int result = request_view(request, error);
	if (result == 0 && (strlen(request->capture[0]) != 2 * sizeof id->data ||
	                    checksum256_parse(id, request->capture[0]) != 0))
		result = error_set(error, ENOENT, "\"%s\" is no transaction's id", request->capture[0]);
	*number = 0;
	if (result)
		return result;
	/* what a node answered when it was sent tells more than what it keeps */
	if (request->chain->lacks & CHAIN_PAST && sent_find(request, id, NULL, NULL))
		return 0;
	result = request->view->operations->find_transaction(request->view, number, id, error);
	if (result != -ENOENT || !sent_find(request, id, NULL, NULL))
		return result;
	error_clear(error);
	*number = 0;
	return 0;
}

int transactions_exists(struct request *request, struct error *error)
{
	struct checksum256 id;
	uint32_t number;
	return find(request, &id, &number, error);
}

struct sent_print {
	struct request *request;
	struct text *json;
};

/* In the block, which stays the receipt's owner; NULL: it has none of it. */
static const struct transaction_receipt *find_receipt(const struct signed_block *block,
                                                      const struct checksum256 *id)
{
	for (size_t i = 0; i < block->transactions_count; i++)
		if (checksum256_equal(transaction_receipt_id(&block->transactions[i]), id))
			return &block->transactions[i];
	return NULL;
}

static bool stands_in_block(struct chain_view *view, const struct checksum256 *id, uint32_t number)
{
	struct signed_block block = {0};
	bool found = view->operations->block(view, &block, number, NULL) == 0 && find_receipt(&block, id);
	signed_block_release(&block);
	return found;
}

/* One that ran stood in a block; when that has gone by without it, a fork has taken its place. */
static void print_sent(void *context, struct transaction_trace *trace)
{
	struct sent_print *print = context;
	struct chain_view *view = print->request->view;
	struct chain_info info;
	struct error thrown_out = {0};
	if (!trace->error && view->operations->info(view, &info, NULL) == 0 &&
	    info.head_block_num >= trace->block_num &&
	    !stands_in_block(view, &trace->id, trace->block_num)) {
		error_set(&thrown_out, ECANCELED,
		          "a fork threw it out: the block %" PRIu32 " that held it is no longer part of the chain",
		          trace->block_num);
		transaction_trace_fail(trace, &thrown_out);
	}
	chain_print_trace(view, print->json, trace, true);
}

static int print_from_block(struct request *request, struct text *json, const struct checksum256 *id,
                            uint32_t number, struct error *error)
{
	struct transaction_trace *traces = NULL;
	size_t count = 0;
	int result = request->view->operations->traces(request->view, &traces, &count, number, error);
	for (size_t i = 0; i < count; i++) {
		if (checksum256_equal(&traces[i].id, id) && !json->length)
			chain_print_trace(request->view, json, &traces[i], true);
		transaction_trace_release(&traces[i]);
	}
	free(traces);
	request_saw_block(request, number);
	return result;
}

/* What the block itself says, of a node that keeps no traces: why tells what would help. */
static int print_receipt(struct request *request, struct text *json, const struct checksum256 *id,
                         uint32_t number, struct error *why)
{
	struct signed_block block = {0};
	int result = request->view->operations->block(request->view, &block, number, why);
	const struct transaction_receipt *receipt = result ? NULL : find_receipt(&block, id);
	if (receipt) {
		text_printf(json, "{\"id\":\"%s\",\"block_num\":%" PRIu32 ",\"block_time\":\"%s\",\"receipt\":",
		            checksum256_text(id).text, number, slot_text(block.header.timestamp).text);
		chain_print_receipt(request->view, json, receipt);
		text_append(json, ",\"no_traces\":");
		text_append_json(json, why->sentence, strlen(why->sentence));
		text_append_char(json, '}');
		error_clear(why);
	} else if (result == 0) {
		result = error_set(why, ENOENT, "block %" PRIu32 " does not have transaction %s", number,
		                   checksum256_text(id).text);
	}
	signed_block_release(&block);
	return result;
}

int transactions_read(struct request *request, struct text *out, struct error *error)
{
	struct checksum256 id;
	uint32_t number;
	int result = find(request, &id, &number, error);
	struct sent_print print = {request, out};
	if (result == 0 && number)
		result = print_from_block(request, out, &id, number, error);
	if (result == -EOPNOTSUPP && number)
		result = print_receipt(request, out, &id, number, error);
	if (result == 0 && !number)
		sent_find(request, &id, print_sent, &print);
	return result;
}
