/* /errors: the last failures, a line each. */
#include "fs/tree/errors.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/process.h"
#include "core/types/name.h"
#include "core/types/time.h"
#include "fs/tree/dentry.h"
#include "fs/tree/sent.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ERRORS_SHOWN = 100, ERRORS_BYTES = 1 << 20 };

struct errors {
	pthread_mutex_t lock;
	struct growing_text *text;
	/* the last ones, a ring: where their lines begin and end in the text */
	struct failure {
		uint64_t start, end;
		size_t sentence; /* behind start: where the errno stands */
		ino_t inode;     /* where it happened; 0: at a name in a folder */
	} last[ERRORS_SHOWN];
	uint64_t count;
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

/* Returns where the errno stands. */
static size_t print_line(struct text *out, struct timespec now, pid_t pid, const char *path,
                         const struct error *error)
{
	const char *name = strerrorname_np(error->number);
	text_printf(out, "%s pid %d", time_point_text((int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000).text,
	            (int)pid);
	process_describe(out, pid);
	text_append_char(out, ' ');
	append_text(out, *path ? path : "/");
	size_t sentence = out->length + 1;
	text_printf(out, " %s: ", name ? name : "EIO");
	if (error->code)
		text_printf(out, "%u %s: ", error->code, exception_find(error->code)->name);
	append_text(out, error->sentence[0] ? error->sentence : strerror(error->number));
	/* A failure is one line, whatever a contract's message or a file's name holds. */
	for (size_t i = 0; i < out->length; i++)
		if ((uint8_t)out->data[i] < 0x20 || out->data[i] == 0x7f)
			out->data[i] = ' ';
	text_append_char(out, '\n');
	return sentence;
}

static void move_back(uint64_t *offset, uint64_t count)
{
	*offset -= count < *offset ? count : *offset;
}

static void errors_add(struct tree *tree, const struct caller *caller, const char *path, ino_t inode,
                       const struct error *error)
{
	struct errors *errors = tree->errors;
	struct text line = TEXT_EMPTY;
	struct timespec now = clock_real();
	size_t sentence = print_line(&line, now, caller ? caller->pid : 0, path, error);
	pthread_mutex_lock(&errors->lock);
	uint64_t before = growing_text_size(errors->text, NULL);
	uint64_t added = growing_text_append(errors->text, line.data, line.length, now);
	uint64_t gone = before + added - growing_text_size(errors->text, NULL);
	for (size_t i = 0; gone > 0 && i < ERRORS_SHOWN; i++) {
		move_back(&errors->last[i].start, gone);
		move_back(&errors->last[i].end, gone);
	}
	errors->last[errors->count++ % ERRORS_SHOWN] = (struct failure){
		.start = before - gone, .end = before - gone + added, .sentence = sentence, .inode = inode};
	pthread_mutex_unlock(&errors->lock);
	text_release(&line);
}

void errors_print_last(struct tree *tree, struct text *out, const struct dentry *dentry)
{
	struct errors *errors = tree->errors;
	const struct failure *found = NULL;
	pthread_mutex_lock(&errors->lock);
	uint64_t kept = errors->count < ERRORS_SHOWN ? errors->count : ERRORS_SHOWN;
	for (uint64_t i = 1; i <= kept && !found; i++) {
		const struct failure *failure = &errors->last[(errors->count - i) % ERRORS_SHOWN];
		if (failure->inode == dentry->inode && failure->start + failure->sentence < failure->end)
			found = failure;
	}
	if (found) {
		/* without its newline */
		size_t length = (size_t)(found->end - found->start) - found->sentence - 1;
		char *data = memory_allocate(length + 1, 1);
		text_append_bytes(out, data,
		                  growing_text_read(errors->text, data, length, found->start + found->sentence));
		free(data);
	}
	pthread_mutex_unlock(&errors->lock);
}

int errors_fail(struct tree *tree, const struct caller *caller, const struct dentry *folder, const char *name,
                const struct error *error)
{
	struct text path = TEXT_EMPTY;
	text_append(&path, folder->path);
	if (name)
		text_printf(&path, "%s%s", path.length ? "/" : "", name);
	errors_add(tree, caller, text_string(&path), name ? 0 : folder->inode, error);
	text_release(&path);
	return -error->number;
}

static void describe_lost(struct error *error, const struct chain_lost *lost)
{
	struct checksum256_text id = checksum256_text(&lost->id);
	if (lost->replaced_by)
		error_set(error, ECANCELED,
		          "transaction %s, acknowledged by node %s, was thrown out with block %" PRIu32
		          " when the head became block %" PRIu32
		          " of another branch, and cannot be applied again: %s",
		          id.text, name_text(lost->node).text, lost->block_num, lost->replaced_by, lost->reason);
	else
		error_set(error, ECANCELED, "transaction %s, acknowledged by node %s, is lost: %s", id.text,
		          name_text(lost->node).text, lost->reason);
}

void errors_lost(void *context, const struct chain_lost *lost)
{
	struct tree *tree = context;
	struct error error = {0};
	struct text path = TEXT_EMPTY;

	describe_lost(&error, lost);
	text_printf(&path, "nodes/%s", name_text(lost->node).text);
	errors_add(tree, NULL, text_string(&path), 0, &error);
	transaction_log_note(tree, text_string(&path), error.sentence);
	text_release(&path);
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
	uint64_t from = errors->count > ERRORS_SHOWN ? errors->last[errors->count % ERRORS_SHOWN].start : 0;
	pthread_mutex_unlock(&errors->lock);
	return from;
}
