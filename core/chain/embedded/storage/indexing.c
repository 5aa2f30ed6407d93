/* Bringing the indices on: where each transaction is, and what is told of accounts. Both take blocks once
 * they are stored for good, in their order, whenever somebody has time or asks. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/chain/embedded/view/view.h"
#include "core/engine/block/deeds.h"
#include "core/engine/storage/block/transaction_index.h"
#include "core/engine/storage/history/history.h"

#include <errno.h>
#include <stdlib.h>

/* Without storage: the last irreversible block that is in memory. */
static struct block_state *last_stored(const struct embedded_chain *chain)
{
	return chain->storage ? chain->stored : past_newest(chain->past);
}

uint32_t embedded_index_end(const struct embedded_chain *chain)
{
	const struct block_state *last = last_stored(chain);

	return last ? last->number : 0;
}

/* Under index_lock. */
static int open_index(struct embedded_chain *chain, struct error *error)
{
	struct storage *storage = chain->storage;
	char *path = NULL;

	if (chain->index)
		return 0;
	if (storage)
		path = data_folder_file(storage->folder, "transactions.index");
	int result = transaction_index_open(&chain->index, path, &chain->base.chain_id,
	                                    storage ? block_log_last(storage->blocks) : 0, error);
	free(path);
	return result;
}

/* --- what blocks did: as it was kept, or made again --- */

struct deeds_list {
	struct deeds **list; /* owned, each held; ascending */
	size_t count, capacity;
};

static void add(struct deeds_list *list, struct deeds *deeds)
{
	LIST_APPEND(list->list, list->count, list->capacity, deeds);
}

static void end_list(struct embedded_chain *chain, struct deeds_list *list)
{
	pthread_mutex_lock(&chain->lock);
	for (size_t i = 0; i < list->count; i++)
		deeds_release(list->list[i]);
	pthread_mutex_unlock(&chain->lock);
	free(list->list);
}

/* Of the blocks first to last, and whether the first of those is among them. Under lock. */
static void take_deeds(const struct embedded_chain *chain, struct deeds_list *out, uint32_t first,
                       uint32_t last)
{
	const struct block_state *stored = last_stored(chain);

	for (struct deeds *deeds = stored ? stored->deeds : NULL; deeds && deeds->block_num >= first;
	     deeds = deeds->previous)
		if (deeds->block_num <= last)
			add(out, deeds_hold(deeds));
	for (size_t i = 0, end = out->count; i + 1 < end; i++) {
		struct deeds *deeds = out->list[--end];
		out->list[end] = out->list[i];
		out->list[i] = deeds;
	}
}

struct indexing {
	struct embedded_chain *chain;
	struct published *head;
	struct chain_view *view;
	const struct interruption *interruption;
	struct deeds_list kept; /* of the blocks that come next */
	size_t next;            /* among them */
};

static void add_made(struct deeds_list *list, struct deeds *deeds)
{
	deeds->previous = list->count ? deeds_hold(list->list[list->count - 1]) : NULL;
	add(list, deeds);
}

/* By applying the block again; view: the state after it. */
static int make_deeds(struct indexing *indexing, struct deeds_list *out, struct chain_view *view,
                      uint32_t number, struct error *error)
{
	struct embedded_chain *chain = indexing->chain;
	struct transaction_trace *traces = NULL;
	size_t count = 0;
	int result = past_traces(chain->past, &traces, &count, indexing->head->head, number,
	                         indexing->interruption, error);

	pthread_mutex_lock(&chain->lock);
	for (size_t i = 0; i < count; i++) {
		if (i) /* the first one is of onblock */
			add_made(out, deeds_of_trace(&traces[i]));
		transaction_trace_release(&traces[i]);
	}
	if (result == 0 && number > 1)
		add_made(out, deeds_of_block(embedded_state_of(view)->head));
	pthread_mutex_unlock(&chain->lock);
	free(traces);
	return result;
}

/* --- one block --- */

static int index_ids(struct embedded_chain *chain, const struct deeds_list *deeds, size_t from, size_t end,
                     uint32_t number, struct error *error)
{
	int result = 0;

	for (size_t i = from; i < end && result == 0; i++)
		if (!deeds->list[i]->producer)
			result = transaction_index_add(chain->index, &deeds->list[i]->id, number, error);
	return result ? result : transaction_index_advance(chain->index, error);
}

/* Where what it did was told already. */
static int index_block(struct embedded_chain *chain, const struct block_state *head, uint32_t number,
                       struct error *error)
{
	struct signed_block block = {0};
	int result = chain->storage ? storage_read_block(chain->storage, &block, number, error)
	                            : embedded_read_block(chain, &block, head, number, error);

	if (result == -ENOENT && !chain->storage)
		result = 0; /* nobody had the time to look before it was let go */
	for (size_t i = 0; result == 0 && i < block.transactions_count; i++)
		result = transaction_index_add(chain->index, transaction_receipt_id(&block.transactions[i]), number,
		                               error);
	if (result == 0)
		result = transaction_index_advance(chain->index, error);
	signed_block_release(&block);
	return result;
}

static int tell_block(struct indexing *indexing, struct chain_view *view, struct deeds *newest,
                      struct deeds_list *deeds, size_t from, size_t end, uint32_t number, struct error *error)
{
	struct embedded_chain *chain = indexing->chain;
	int result = embedded_tell(chain, view, newest, from < end ? deeds->list + from : NULL, end - from,
	                           error);

	if (result == 0 && transaction_index_last(chain->index) + 1 == number)
		result = index_ids(chain, deeds, from, end, number, error);
	return result;
}

static int tell_again(struct indexing *indexing, uint32_t number, struct error *error)
{
	const struct chain_revision after = {.kind = CHAIN_BLOCK, .block_num = number};
	struct deeds_list made = {0};
	struct chain_view *view = NULL;
	int result = chain_view_open(&indexing->chain->base, &view, &after, indexing->interruption, error);

	if (result == 0)
		result = make_deeds(indexing, &made, view, number, error);
	if (result == -EOPNOTSUPP || result == -ENOENT) { /* what came before is not told any more */
		error_clear(error);
		result = history_advance(indexing->chain->history, error);
	} else if (result == 0) {
		result = tell_block(indexing, view, made.count ? made.list[made.count - 1] : NULL, &made, 0,
		                    made.count, number, error);
	}
	end_list(indexing->chain, &made);
	chain_view_close(view);
	return result;
}

static int index_next(struct indexing *indexing, uint32_t number, struct error *error)
{
	struct embedded_chain *chain = indexing->chain;
	size_t from = indexing->next;
	int result = 0;

	while (indexing->next < indexing->kept.count &&
	       indexing->kept.list[indexing->next]->block_num == number)
		indexing->next++;
	if (history_last(chain->history) + 1 == number && number < chain->deeds_from)
		result = tell_again(indexing, number, error);
	else if (history_last(chain->history) + 1 == number)
		result = tell_block(indexing, indexing->view, indexing->head->deeds, &indexing->kept, from,
		                    indexing->next, number, error);
	if (result == 0 && transaction_index_last(chain->index) + 1 == number)
		result = index_block(chain, indexing->head->head, number, error);
	return result;
}

static uint32_t next_number(const struct embedded_chain *chain)
{
	uint32_t told = history_last(chain->history), indexed = transaction_index_last(chain->index);

	return (told < indexed ? told : indexed) + 1;
}

bool embedded_index_is_near(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->index_lock);
	bool near = history_last(chain->history) + 1 >= chain->deeds_from;
	pthread_mutex_unlock(&chain->index_lock);
	return near;
}

static int index_up_to(struct indexing *indexing, uint32_t end, struct error *error)
{
	struct embedded_chain *chain = indexing->chain;
	int result = 0;

	pthread_mutex_lock(&chain->lock);
	take_deeds(chain, &indexing->kept, next_number(chain), end);
	pthread_mutex_unlock(&chain->lock);
	for (uint32_t number; result == 0 && (number = next_number(chain)) <= end;) {
		result = index_next(indexing, number, error);
		if (result == 0 && interruption_happened(indexing->interruption))
			result = error_set(error, EINTR, "interrupted while the blocks were looked through");
	}
	/* what was told need not be kept, nor what led to it */
	pthread_mutex_lock(&chain->lock);
	for (size_t i = 0; i < indexing->next; i++)
		deeds_cut(indexing->kept.list[i]);
	chain->told_block = next_number(chain) - 1;
	if (indexing->next)
		chain->told_place = indexing->kept.list[indexing->next - 1]->place + 1;
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_index_blocks(struct embedded_chain *chain, uint32_t maximum,
                          const struct interruption *interruption, struct error *error)
{
	struct indexing indexing = {.chain = chain, .interruption = interruption};
	int result = chain_view_open(&chain->base, &indexing.view, NULL, interruption, error);
	uint32_t end = 0, next;

	if (result)
		return result;
	indexing.head = embedded_state_of(indexing.view);
	pthread_mutex_lock(&chain->index_lock);
	result = open_index(chain, error);
	pthread_mutex_lock(&chain->lock);
	end = embedded_index_end(chain);
	pthread_mutex_unlock(&chain->lock);
	if (result == 0 && (next = next_number(chain)) <= end) {
		/* deeds are walked to from the newest: who is far behind takes a share of them at once */
		uint32_t share = (end - next) / 4, count = maximum > share ? maximum : share;
		result = index_up_to(&indexing, end - next < count ? end : next + count - 1, error);
	}
	pthread_mutex_unlock(&chain->index_lock);
	end_list(chain, &indexing.kept);
	chain_view_close(indexing.view);
	return result;
}
