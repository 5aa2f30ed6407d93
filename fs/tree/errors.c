/* /errors, /log and /last_transaction: what went wrong, and what this mount sent. */
#include "fs/tree/errors.h"

#include "core/base/clock.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/time.h"
#include "fs/tree/request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ERRORS_SHOWN = 100, ERRORS_BYTES = 1 << 20, LOG_BYTES = 4 << 20 };

struct errors {
	pthread_mutex_t lock;
	struct growing_text *text;
	uint64_t start[ERRORS_SHOWN]; /* where the last ones begin, a ring */
	uint64_t count;
};

struct transaction_log {
	pthread_mutex_t lock;
	struct growing_text *text;
	char last[65];
};

struct errors *errors_create(void)
{
	struct errors *errors = memory_allocate(1, sizeof *errors);
	pthread_mutex_init(&errors->lock, NULL);
	errors->text = growing_text_create(ERRORS_BYTES);
	return errors;
}

void errors_destroy(struct errors *errors)
{
	growing_text_destroy(errors->text);
	pthread_mutex_destroy(&errors->lock);
	free(errors);
}

/* Bytes that are no text, which names may hold, as \xNN. */
static void append_text(struct text *out, const char *data)
{
	for (size_t length = strlen(data); length > 0;) {
		size_t size = utf8_size(data, length);
		if (size > 0)
			text_append_bytes(out, data, size);
		else
			text_printf(out, "\\x%02x", (unsigned)(uint8_t)*data);
		data += size ? size : 1;
		length -= size ? size : 1;
	}
}

static void print_line(struct text *out, struct timespec now, pid_t pid, const char *path,
                       const struct error *error)
{
	char when[TIME_TEXT_SIZE];
	const char *name = strerrorname_np(error->number);
	time_point_print(when, (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	text_printf(out, "%s pid %d ", when, (int)pid);
	append_text(out, *path ? path : "/");
	text_printf(out, " %s: ", name ? name : "EIO");
	if (error->code)
		text_printf(out, "%u %s: ", error->code, exception_find(error->code)->name);
	append_text(out, error->sentence[0] ? error->sentence : strerror(error->number));
	/* A failure is one line, whatever a contract's message or a file's name holds. */
	for (size_t i = 0; i < out->length; i++)
		if ((uint8_t)out->data[i] < 0x20 || out->data[i] == 0x7f)
			out->data[i] = ' ';
	text_append_char(out, '\n');
}

static void errors_add(struct tree *tree, const struct caller *caller, const char *path,
                       const struct error *error)
{
	struct errors *errors = tree->errors;
	struct text line = TEXT_EMPTY;
	struct timespec now = clock_real();
	print_line(&line, now, caller ? caller->pid : 0, path, error);
	pthread_mutex_lock(&errors->lock);
	uint64_t before = growing_text_size(errors->text, NULL);
	uint64_t added = growing_text_append(errors->text, line.data, line.length, now);
	uint64_t gone = before + added - growing_text_size(errors->text, NULL);
	for (size_t i = 0; gone > 0 && i < ERRORS_SHOWN; i++)
		errors->start[i] -= gone < errors->start[i] ? gone : errors->start[i];
	errors->start[errors->count++ % ERRORS_SHOWN] = before - gone;
	pthread_mutex_unlock(&errors->lock);
	text_release(&line);
}

int errors_fail(struct tree *tree, const struct caller *caller, const struct node *folder, const char *name,
                const struct error *error)
{
	struct text path = TEXT_EMPTY;
	text_append(&path, folder->path);
	if (name)
		text_printf(&path, "%s%s", path.length ? "/" : "", name);
	errors_add(tree, caller, text_string(&path), error);
	text_release(&path);
	return -error->number;
}

struct growing_text *errors_grow(struct request *request, struct error *error)
{
	(void)error;
	return request->tree->errors->text;
}

uint64_t errors_grow_from(struct request *request)
{
	struct errors *errors = request->tree->errors;
	pthread_mutex_lock(&errors->lock);
	uint64_t from = errors->count > ERRORS_SHOWN ? errors->start[errors->count % ERRORS_SHOWN] : 0;
	pthread_mutex_unlock(&errors->lock);
	return from;
}

/* --- transactions --- */

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

void transaction_log_add(struct tree *tree, struct chain_view *view, const struct transaction_trace *trace)
{
	struct transaction_log *log = tree->log;
	struct text text = TEXT_EMPTY;
	chain_trace_print(view, &text, trace);
	pthread_mutex_lock(&log->lock);
	checksum256_print(log->last, &trace->id);
	if (text.length > 0)
		growing_text_append(log->text, text.data, text.length, slot_to_timespec(trace->slot));
	pthread_mutex_unlock(&log->lock);
	text_release(&text);
}

void transaction_log_add_command(struct tree *tree, const struct transaction_trace *trace,
                                 const char *command)
{
	struct transaction_log *log = tree->log;
	struct text text = TEXT_EMPTY;
	char id[65];
	checksum256_print(id, &trace->id);
	text_printf(&text, "executed transaction: %s  %" PRIu64 " bytes  %" PRIu32 " us\n#  %s\n", id,
	            trace->net_usage, trace->cpu_usage_us, command);
	pthread_mutex_lock(&log->lock);
	memcpy(log->last, id, sizeof id);
	growing_text_append(log->text, text.data, text.length, slot_to_timespec(trace->slot));
	pthread_mutex_unlock(&log->lock);
	text_release(&text);
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
	if (log->last[0])
		text_printf(out, "%s\n", log->last);
	pthread_mutex_unlock(&log->lock);
	return 0;
}
