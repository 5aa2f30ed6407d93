/* blocks/: each block as get_block shows it, and what it did. */
#include "fs/files/blocks.h"

#include "core/chain/print.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 100, DIGITS_MAXIMUM = 10 };

/* --- names --- */

static bool is_number(const char *name)
{
	size_t length = strlen(name);
	return length && length <= DIGITS_MAXIMUM && *name != '0' && strspn(name, "0123456789") == length;
}

static int find_by_id(struct request *request, uint32_t *number, const struct checksum256 *id,
                      struct error *error)
{
	struct signed_block block = {0};
	int result = request->view->operations->block(request->view, &block, block_id_number(id), error);
	if (result == 0 && !checksum256_equal(&block.id, id))
		result = error_set(error, ENOENT, "block %" PRIu32 " has another id", block_id_number(id));
	if (result == 0)
		*number = block_id_number(id);
	signed_block_release(&block);
	return result;
}

static int find_by_time(struct request *request, uint32_t *number, int64_t us, uint32_t head,
                        struct error *error)
{
	uint32_t low = 1, high = head, slot;
	int result = 0;
	while (low < high && result == 0) {
		uint32_t middle = low + (high - low + 1) / 2;
		result = request->view->operations->block_slot(request->view, &slot, middle, error);
		if (result == 0 && slot_to_us(slot) <= us)
			low = middle;
		else
			high = middle - 1;
	}
	if (result == 0)
		result = request->view->operations->block_slot(request->view, &slot, low, error);
	if (result == 0 && slot_to_us(slot) > us)
		result = error_set(error, ENOENT, "the chain began later than that");
	*number = low;
	return result;
}

int block_find(struct request *request, uint32_t *number, const char *name, struct error *error)
{
	struct chain_info info;
	struct checksum256 id;
	int64_t us;
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->info(request->view, &info, error);
	if (result)
		return result;
	if (strlen(name) == 2 * sizeof id.data && checksum256_parse(&id, name) == 0)
		return find_by_id(request, number, &id, error);
	if (strchr(name, 'T') && time_point_parse(&us, name, NULL) == 0)
		return find_by_time(request, number, us, info.head_block_num, error);
	if (strcmp(name, "head") == 0)
		*number = info.head_block_num;
	else if (strcmp(name, "lib") == 0)
		*number = info.irreversible_block_num;
	else if (!is_number(name) || strtoull(name, NULL, 10) > UINT32_MAX)
		return error_set(error, ENOENT, "\"%s\" is no block: name its number, its id, a time, head or lib",
		                 name);
	else
		*number = (uint32_t)strtoull(name, NULL, 10);
	return *number <= info.head_block_num
	           ? 0
	           : error_set(error, ENOENT, "there is no block %s: the head is block %" PRIu32, name,
	                       info.head_block_num);
}

/* --- blocks/ --- */

static int compare_names(const void *a, const void *b) { return strcmp(a, b); }

int blocks_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	char names[SHOWN + 2][DIGITS_MAXIMUM + sizeof ".json"] = {"head.json", "lib.json"};
	uint32_t head = 0;
	size_t count = 2;
	int result = block_find(request, &head, "head", error);
	if (result)
		return result;
	for (uint32_t number = head; number && count < SHOWN + 2; number--)
		snprintf(names[count++], sizeof *names, "%" PRIu32 ".json", number);
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], from) >= 0 && listing->add(listing, names[i]))
			break;
	return 0;
}

int blocks_exists(struct request *request, struct error *error)
{
	struct signed_block block = {0};
	uint32_t number;
	int result = block_find(request, &number, request->capture[0], error);
	if (result == 0)
		result = request->view->operations->block(request->view, &block, number, error);
	if (result == 0)
		request->slot = block.header.timestamp;
	signed_block_release(&block);
	return result;
}

static void print_traces(struct request *request, struct text *out, struct transaction_trace *traces,
                         size_t count)
{
	text_append(out, ",\"traces\":[");
	for (size_t i = 0; i < count; i++) {
		text_append(out, i ? "," : "");
		chain_print_trace(request->view, out, &traces[i], true);
		transaction_trace_release(&traces[i]);
	}
	text_append(out, "]}");
	free(traces);
}

int blocks_read(struct request *request, struct text *out, struct error *error)
{
	struct transaction_trace *traces = NULL;
	struct signed_block block = {0};
	uint32_t number;
	size_t count = 0;
	int result = block_find(request, &number, request->capture[0], error);
	if (result == 0)
		result = request->view->operations->block(request->view, &block, number, error);
	if (result == 0)
		result = request->view->operations->traces(request->view, &traces, &count, number, error);
	bool traced = result == 0;
	if (result == -EOPNOTSUPP) { /* a node that keeps no traces shows the block */
		error_clear(error);
		result = 0;
	}
	if (result == 0) {
		request_saw_block(request, number);
		chain_print_block(request->view, out, &block);
		if (traced) {
			out->length--; /* the closing brace: the traces are one more member */
			print_traces(request, out, traces, count);
		}
	}
	signed_block_release(&block);
	return result;
}
