/* Histories: what happened to an account, an action a line; what a producer did, a round a line. */
#include "fs/files/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 10000, DIGITS_MAXIMUM = 18 };

static int find(struct request *request, struct chain_history *out, enum chain_history_kind kind,
                uint64_t from, struct error *error)
{
	int result = request_view(request, error);
	if (result)
		return result;
	if (!request->view->operations->history)
		return error_set(error, EOPNOTSUPP, "this chain keeps no history of its accounts");
	result = request->view->operations->history(request->view, out, kind, request->name[0], from, SHOWN,
	                                            error);
	if (result == 0)
		request_saw_block(request, out->block_num ? out->block_num : BLOCK_NUM_GENESIS);
	return result;
}

static int measure(struct request *request, uint64_t *begin, uint64_t *end, enum chain_history_kind kind,
                   uint64_t from, struct error *error)
{
	struct chain_history history = {0};
	int result = find(request, &history, kind, from, error);
	*begin = history.begin;
	*end = history.end;
	return result;
}

static int read_part(struct request *request, struct text *out, uint64_t *begin,
                     enum chain_history_kind kind, uint64_t offset, size_t size, struct error *error)
{
	int result = request_view(request, error);
	return result ? result
	              : request->view->operations->history_text(request->view, out, begin, kind, request->name[0],
	                                                        offset, size, error);
}

int accounts_history_measure(struct request *request, uint64_t *begin, uint64_t *end, struct error *error)
{
	return measure(request, begin, end, CHAIN_HISTORY_ACCOUNT, UINT64_MAX, error);
}

int accounts_history_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                          size_t size, struct error *error)
{
	return read_part(request, out, begin, CHAIN_HISTORY_ACCOUNT, offset, size, error);
}

int producers_history_measure(struct request *request, uint64_t *begin, uint64_t *end, struct error *error)
{
	return measure(request, begin, end, CHAIN_HISTORY_PRODUCER, UINT64_MAX, error);
}

int producers_history_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                           size_t size, struct error *error)
{
	return read_part(request, out, begin, CHAIN_HISTORY_PRODUCER, offset, size, error);
}

/* --- from a line on --- */

static bool parse_from(const char *name, uint64_t *from)
{
	size_t length = strlen(name);
	if (!length || length > DIGITS_MAXIMUM || *name == '0' || strspn(name, "0123456789") != length)
		return false;
	*from = strtoull(name, NULL, 10) - 1;
	return true;
}

int accounts_history_from_exists(struct request *request, struct error *error)
{
	struct chain_history history = {0};
	uint64_t from;
	if (!parse_from(request->capture[1], &from))
		return error_set(error, ENOENT, "\"%s\" is no number of a line", request->capture[1]);
	int result = find(request, &history, CHAIN_HISTORY_ACCOUNT, from, error);
	if (result == 0 && from >= history.lines)
		result = error_set(error, ENOENT, "the history of %s has %" PRIu64 " lines", request->capture[0],
		                   history.lines);
	return result;
}

int accounts_history_from_measure(struct request *request, uint64_t *begin, uint64_t *end,
                                  struct error *error)
{
	uint64_t from = 0;
	parse_from(request->capture[1], &from);
	return measure(request, begin, end, CHAIN_HISTORY_ACCOUNT, from, error);
}

int accounts_history_from_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                               size_t size, struct error *error)
{
	uint64_t first, end;
	int result = accounts_history_from_measure(request, &first, &end, error);
	if (result == 0 && offset < end)
		result = accounts_history_part(request, out, begin, offset,
		                               end - offset < size ? (size_t)(end - offset) : size, error);
	if (result == 0 && out->length && *begin + out->length > end)
		out->length = (size_t)(end - *begin);
	return result;
}
