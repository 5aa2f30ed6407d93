/* What this mount has sent: as text, which only grows, and as a ring of traces that is bounded in number and
 * in bytes. */
#include "fs/tree/sent.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/types/time.h"
#include "fs/tree/dentry.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LOG_BYTES = 4 << 20, SENT_BYTES = 16 << 20 };

/* --- as text: /log and /last_transaction --- */

struct transaction_log {
	pthread_mutex_t lock;
	struct growing_text *text;
	struct checksum256_text last;
};

struct transaction_log *transaction_log_create(void)
{
	struct transaction_log *log = memory_allocate(1, sizeof *log);
	pthread_mutex_init(&log->lock, NULL);
	log->text = growing_text_create(LOG_BYTES);
	return log;
}

void transaction_log_destroy(struct transaction_log *log)
{
	growing_text_destroy(log->text);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

void transaction_log_note(struct tree *tree, const char *path, const char *what)
{
	struct text text = TEXT_EMPTY;
	text_printf(&text, "# %s: %s\n", path, what);
	pthread_mutex_lock(&tree->log->lock);
	growing_text_append(tree->log->text, text.data, text.length, clock_real());
	pthread_mutex_unlock(&tree->log->lock);
	text_release(&text);
}

static void append(struct transaction_log *log, struct text *text, const struct transaction_trace *trace)
{
	pthread_mutex_lock(&log->lock);
	log->last = checksum256_text(&trace->id);
	if (text->length > 0)
		growing_text_append(log->text, text->data, text->length, timespec_from_us(slot_to_us(trace->slot)));
	pthread_mutex_unlock(&log->lock);
	text_release(text);
}

void transaction_log_add(struct tree *tree, struct chain_view *view, const struct transaction_trace *trace)
{
	struct text text = TEXT_EMPTY;
	chain_trace_print(view, &text, trace);
	append(tree->log, &text, trace);
}

void transaction_log_add_command(struct tree *tree, const struct transaction_trace *trace,
                                 const char *command)
{
	struct text text = TEXT_EMPTY;
	text_printf(&text, "executed transaction: %s  %" PRIu64 " bytes  %" PRIu32 " us\n#  %s\n",
	            checksum256_text(&trace->id).text, trace->net_usage, trace->cpu_usage_us, command);
	append(tree->log, &text, trace);
}

struct growing_text *log_grow(struct request *request, struct error *error)
{
	(void)error;
	return request->tree->log->text;
}

int last_transaction_read(struct request *request, struct text *out, struct error *error)
{
	struct transaction_log *log = request->tree->log;
	(void)error;
	pthread_mutex_lock(&log->lock);
	if (log->last.text[0])
		text_printf(out, "%s\n", log->last.text);
	pthread_mutex_unlock(&log->lock);
	return 0;
}

/* --- as traces --- */

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
