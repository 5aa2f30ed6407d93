/* The last transactions of this mount, a ring of traces that is bounded in number and in bytes. */
#include "fs/tree/sent.h"

#include "core/base/memory.h"

#include <pthread.h>
#include <stdlib.h>

enum { SENT_BYTES = 16 << 20 };

struct sent {
	pthread_mutex_t lock;
	struct transaction_trace traces[SENT_MAXIMUM]; /* a ring from `first` on */
	size_t first, count, bytes;
};

static void *create(void)
{
	struct sent *sent = memory_allocate(1, sizeof *sent);
	pthread_mutex_init(&sent->lock, NULL);
	return sent;
}

static struct transaction_trace *trace_at(struct sent *sent, size_t index)
{
	return &sent->traces[(sent->first + index) % SENT_MAXIMUM];
}

static size_t size_of(const struct transaction_trace *trace)
{
	size_t size = sizeof *trace;
	for (size_t i = 0; i < trace->actions_count; i++)
		size += sizeof trace->actions[i] + trace->actions[i].action.data.length +
		        trace->actions[i].console.length;
	return size;
}

static void drop_oldest(struct sent *sent)
{
	struct transaction_trace *oldest = trace_at(sent, 0);
	sent->bytes -= size_of(oldest);
	transaction_trace_release(oldest);
	sent->first = (sent->first + 1) % SENT_MAXIMUM;
	sent->count--;
}

static void destroy(void *state)
{
	struct sent *sent = state;
	while (sent->count)
		drop_oldest(sent);
	pthread_mutex_destroy(&sent->lock);
	free(sent);
}

static const struct mount_state kind = {create, destroy};

void sent_keep(struct request *request, struct transaction_trace *trace, const struct error *error)
{
	struct sent *sent = request_state(request, &kind);
	if (error && !trace->error)
		transaction_trace_fail(trace, error);
	if (checksum256_is_zero(&trace->id)) { /* it did not come so far as to be made */
		transaction_trace_release(trace);
		return;
	}
	pthread_mutex_lock(&sent->lock);
	sent->bytes += size_of(trace);
	while (sent->count && (sent->count == SENT_MAXIMUM || sent->bytes > SENT_BYTES))
		drop_oldest(sent);
	*trace_at(sent, sent->count++) = *trace;
	pthread_mutex_unlock(&sent->lock);
	*trace = (struct transaction_trace){0};
}

size_t sent_ids(struct request *request, struct checksum256 *out, size_t maximum)
{
	struct sent *sent = request_state(request, &kind);
	size_t count = 0;
	pthread_mutex_lock(&sent->lock);
	for (; count < sent->count && count < maximum; count++)
		out[count] = trace_at(sent, sent->count - 1 - count)->id;
	pthread_mutex_unlock(&sent->lock);
	return count;
}

bool sent_find(struct request *request, const struct checksum256 *id,
               void (*visit)(void *context, struct transaction_trace *trace), void *context)
{
	struct sent *sent = request_state(request, &kind);
	bool found = false;
	pthread_mutex_lock(&sent->lock);
	/* One that was refused and sent again stands there twice. */
	for (size_t i = sent->count; i-- > 0 && !found;) {
		found = checksum256_equal(&trace_at(sent, i)->id, id);
		if (found && visit)
			visit(context, trace_at(sent, i));
	}
	pthread_mutex_unlock(&sent->lock);
	return found;
}
