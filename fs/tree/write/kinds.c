/* The five kinds of writable file (DESIGN 3): when what was written is run. Measured: bash sends
 * open(O_TRUNC), flush, write, flush, and one write() a line of a builtin; shells drop the errors of
 * close(), so whatever can run inside a write() does. */
#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/rendering.h"
#include "fs/tree/request.h"
#include "fs/tree/sent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What ends at a multiple of it may be the first part of what a program has in its buffer. */
	BUFFER_SIZE = 4096,
	/* The kernel cuts a longer write where a page ends, which may be anywhere in the data. */
	KERNEL_PIECE = (1 << 20) - BUFFER_SIZE,
};

struct kind {
	size_t limit; /* bytes of one command, line, list, document or file */
	const char *noun;
	ssize_t (*write)(struct handle *handle, const struct caller *caller, const char *data, size_t size,
	                 off_t offset);
	int (*flush)(struct handle *handle, const struct caller *caller);
	enum lexeme (*take)(struct lexer *lexer, char character); /* where a command, a line, a document ends */
};
static const struct kind kinds[];

static int fail(struct handle *handle, const struct caller *caller, const struct error *error)
{
	handle->failed = error->number;
	input_release(handle);
	return errors_fail(handle->tree, caller, handle->dentry, NULL, error);
}

static bool valid_utf8(const char *data, size_t length)
{
	for (size_t i = 0, size = 0; i < length; i += size)
		if ((size = utf8_size(data + i, length - i)) == 0)
			return false;
	return true;
}

/* How a handler is called, beyond its data. */
struct call {
	bool only_parse, again;
	size_t sent; /* how much of the data earlier runs had (lists) */
};

static int run_call(struct handle *handle, const struct caller *caller, const char *data, size_t length,
                    const struct call *call, struct error *error)
{
	struct tree *tree = handle->tree;
	struct dentry *dentry = handle->dentry;
	struct request request;
	if (dentry->row->kind != ROW_BYTES && !valid_utf8(data, length))
		return error_set(error, EINVAL, "binary data where text is expected");
	if (call->only_parse && !dentry->row->parses)
		return 0;
	request_begin(&request, tree, caller, dentry);
	request.append = (handle->flags & O_APPEND) != 0;
	request.sent = call->sent;
	request.again = call->again;
	request.only_parse = call->only_parse;
	int result = dentry->row->write(&request, data, length, error);
	request_end(&request);
	if (!call->only_parse) {
		/* Even a failed one may have sent the first of several transactions. */
		tree_wrote(tree);
		handle->input.runs++;
		handle->input.done += result == 0;
	}
	if (result && error->number == 0)
		error_set(error, -result, "%s", strerror(-result));
	return result ? -error->number : 0;
}

static int run(struct handle *handle, const struct caller *caller, const char *data, size_t length,
               struct error *error)
{
	return run_call(handle, caller, data, length, &(struct call){0}, error);
}

static bool is_blank(const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!data[i] || !strchr(" \t\r\n", data[i]))
			return false;
	return true;
}

static int run_trimmed(struct handle *handle, const struct caller *caller, const char *data, size_t length,
                       const struct call *call, struct error *error)
{
	while (length > 0 && is_blank(data + length - 1, 1))
		length--;
	while (length > 0 && is_blank(data, 1))
		data++, length--;
	/* A copy, so that handlers get a string. */
	struct text copy = TEXT_EMPTY;
	text_append_bytes(&copy, data, length);
	int result = run_call(handle, caller, text_string(&copy), length, call, error);
	text_release_secret(&copy); /* a private key, a password */
	return result;
}

static int take_character(struct handle *handle, char character, size_t start, struct error *error)
{
	const struct kind *kind = &kinds[handle->dentry->row->kind];
	if (((uint8_t)character < 0x20 && !strchr("\t\n\r", character)) || character == '\0' || character == 0x7f)
		return error_set(error, EINVAL, "binary data (byte 0x%02x) where text is expected",
		                 (unsigned)(uint8_t)character);
	if (handle->input.pending.length - start >= kind->limit)
		return error_set(error, EFBIG, "%s of more than %zu bytes", kind->noun, kind->limit);
	int result = input_hold(handle, handle->input.pending.length + 1, error);
	if (result)
		return result;
	text_append_bytes(&handle->input.pending, &character, 1);
	handle->input.started = true;
	return 0;
}

/* What this write brought last is all of it, whether a newline came or not. */
static bool ends_here(const struct input *input, size_t size)
{
	return input->taken % BUFFER_SIZE != 0 && size < KERNEL_PIECE;
}

/* --- verbs, values and documents: one command after the other --- */

/* The complete ones of a write. */
struct commands {
	struct command_place {
		size_t start, length; /* in the pending text */
		size_t end;           /* in the data: up to here all was run when this was */
		unsigned line;
	} *at;                    /* owned */
	size_t count, capacity;
	size_t start; /* of what is pending behind them */
	unsigned line;
};

static enum lexeme take(struct handle *handle, char character)
{
	const struct row *row = handle->dentry->row;
	return row->plain_lines ? lexer_take_line(&handle->input.lexer, character)
	                        : kinds[row->kind].take(&handle->input.lexer, character);
}

/* Blank lines are none; but to a value an empty line means something where it comes first. */
static bool is_command(const struct handle *handle, const struct commands *commands)
{
	const struct input *input = &handle->input;
	size_t length = input->pending.length - commands->start;
	if (length > 0 && !is_blank(input->pending.data + commands->start, length))
		return true;
	return length > 0 && handle->dentry->row->kind == ROW_VALUE && input->runs == 0 && commands->count == 0;
}

static void next_command(struct handle *handle, struct commands *commands)
{
	commands->start = handle->input.pending.length;
	commands->line = handle->input.line + 1;
	handle->input.lexer = (struct lexer){0};
}

static void add_command(struct handle *handle, struct commands *commands, size_t end)
{
	const size_t length = handle->input.pending.length - commands->start;
	if (is_command(handle, commands)) {
		LIST_APPEND(commands->at, commands->count, commands->capacity,
		            (struct command_place){commands->start, length, end, commands->line});
	}
	next_command(handle, commands);
}

/* Of a comment, and of the white space before a document, nothing is kept. */
static bool is_skipped(struct handle *handle, struct commands *commands, char character)
{
	struct input *input = &handle->input;
	const enum row_kind kind = handle->dentry->row->kind;
	if (input->comment) {
		input->comment = character != '\n';
		if (!input->comment)
			next_command(handle, commands);
		return true;
	}
	if (kind == ROW_DOCUMENT) {
		if (input->lexer.in_word || !is_blank(&character, 1))
			return false;
		commands->line = input->line + 1;
		return true;
	}
	if (kind != ROW_VERB || character != '#' || lexer_is_open(&input->lexer) || input->lexer.escape ||
	    !is_blank(text_string(&input->pending) + commands->start, input->pending.length - commands->start))
		return false;
	if (input->pending.data)
		input->pending.data[input->pending.length = commands->start] = '\0';
	input->comment = true;
	return true;
}

static int collect(struct handle *handle, struct commands *commands, const char *data, size_t from,
                   size_t size, struct error *error)
{
	struct input *input = &handle->input;
	commands->line = input->pending.length > 0 ? input->begun : input->line + 1;
	for (size_t i = from; i < size; i++) {
		input->line += data[i] == '\n';
		if (is_skipped(handle, commands, data[i]))
			continue;
		int result = take_character(handle, data[i], commands->start, error);
		if (result)
			return result;
		if (take(handle, data[i]) == LEXEME_END)
			add_command(handle, commands, i + 1);
	}
	if (ends_here(input, size) && !lexer_is_open(&input->lexer) && !input->lexer.escape &&
	    is_command(handle, commands)) {
		add_command(handle, commands, size);
		input->unended = true;
	}
	input->begun = commands->line;
	return 0;
}

/* Which of several it was, and what has happened by then. */
static void tell_line(const struct input *input, const struct commands *commands, size_t index,
                      struct error *error)
{
	const unsigned line = commands->at[index].line;
	if (input->done > 0)
		error_prefix(error, "line %u (done before it: %u)", line, input->done);
	else if (commands->count > 1)
		error_prefix(error, "line %u (nothing was done)", line);
}

/* All are parsed before the first is run. */
static int run_commands(struct handle *handle, const struct caller *caller, const struct commands *commands,
                        size_t *done, struct error *error)
{
	for (int pass = commands->count > 1 ? 0 : 1; pass < 2; pass++) {
		const struct call call = {.only_parse = pass == 0};
		for (size_t i = 0; i < commands->count; i++) {
			const struct command_place *at = &commands->at[i];
			int result = run_trimmed(handle, caller, handle->input.pending.data + at->start, at->length,
			                         &call, error);
			if (result) {
				tell_line(&handle->input, commands, i, error);
				return result;
			}
			*done = call.only_parse ? *done : at->end;
		}
	}
	return 0;
}

/* Those that ran need not be kept; of a write that failed nothing is asked any more. */
static void end_commands(struct input *input, struct commands *commands, int result)
{
	size_t left = input->pending.length - commands->start;
	if (result == 0 && commands->start > 0) {
		memmove(input->pending.data, input->pending.data + commands->start, left);
		memory_wipe(input->pending.data + left, input->pending.capacity - left);
		input->pending.length = left;
	}
	free(commands->at);
}

/* After a line that ran before its newline came, that newline is its end; it cannot go on. */
static int end_line(struct input *input, const char *data, size_t size, size_t *at, struct error *error)
{
	while (*at < size && input->unended) {
		if (!is_blank(data + *at, 1))
			return error_set(error, EINVAL,
			                 "this goes on with a line that has run already: what one write() brings is "
			                 "complete, unless it ends at a multiple of %d bytes",
			                 BUFFER_SIZE);
		input->unended = data[*at] != '\n';
		input->line += data[*at] == '\n';
		++*at;
	}
	return 0;
}

static ssize_t commands_write(struct handle *handle, const struct caller *caller, const char *data,
                              size_t size, off_t offset)
{
	struct commands commands = {0};
	struct error error = {0};
	size_t done = 0;
	(void)offset;
	size_t from = 0;
	int result = end_line(&handle->input, data, size, &from, &error);
	if (result == 0)
		result = collect(handle, &commands, data, from, size, &error);
	if (result == 0)
		result = run_commands(handle, caller, &commands, &done, &error);
	end_commands(&handle->input, &commands, result);
	if (result == 0)
		return (ssize_t)size;
	/* Nothing that ran is undone: what came before the failure counts as written. */
	result = fail(handle, caller, &error);
	return done > 0 ? (ssize_t)done : result;
}

/* What ended where a program's buffer may have ended was all there was. */
static int run_rest(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct commands commands = {.line = handle->input.begun};
	size_t done = 0;
	add_command(handle, &commands, 0);
	int result = run_commands(handle, caller, &commands, &done, error);
	end_commands(&handle->input, &commands, result);
	return result;
}

static int commands_flush(struct handle *handle, const struct caller *caller)
{
	const struct lexer *lexer = &handle->input.lexer;
	struct error error = {0};
	if (lexer->quote && lexer->depth == 0)
		error_set(&error, EINVAL, "the quote %c is never closed", lexer->quote);
	else if (lexer->depth > 0)
		error_set(&error, EINVAL, "the JSON is not closed: %u bracket%s open", lexer->depth,
		          lexer->depth > 1 ? "s are" : " is");
	else if (lexer->goes_on)
		error_set(&error, EINVAL, "the last line ends with a backslash, and nothing goes on with it");
	else
		run_rest(handle, caller, &error);
	return error.number ? fail(handle, caller, &error) : 0;
}

static int document_flush(struct handle *handle, const struct caller *caller)
{
	struct input *input = &handle->input;
	struct error error = {0};
	struct json *json = NULL;
	if (!lexer_is_open(&input->lexer)) {
		run_rest(handle, caller, &error);
	} else if (json_parse(&json, text_string(&input->pending), input->pending.length, &error) != 0) {
		/* Its first fault, with line and column: often far before where the end is missed, and the cause
		 * of that. */
		if (strstr(error.sentence, JSON_ENDS_TOO_EARLY))
			error_prefix(&error, "the JSON is not closed");
	} else {
		json_release(json);
		error_set(&error, EINVAL, "the JSON is not closed");
	}
	return error.number ? fail(handle, caller, &error) : 0;
}

/* --- lists --- */

static size_t line_start(const struct text *pending, size_t at)
{
	while (at > 0 && pending->data[at - 1] != '\n')
		at--;
	return at;
}

/* The list as it stands, up to `complete`; its last line may lack the newline. */
static int list_send(struct handle *handle, const struct caller *caller, size_t complete, struct error *error)
{
	struct input *input = &handle->input;
	struct call call = {.sent = input->sent, .again = input->unended};
	struct text copy = TEXT_EMPTY;
	/* A line that was sent and goes on is sent again, whole. */
	if (call.again)
		call.sent = line_start(&input->pending, input->sent);
	text_append_bytes(&copy, input->pending.data, complete);
	input->unended = copy.data[complete - 1] != '\n';
	input->sent = complete;
	if (input->unended)
		text_append_char(&copy, '\n');
	int result = run_call(handle, caller, copy.data, copy.length, &call, error);
	text_release(&copy);
	return result;
}

static ssize_t list_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                          off_t offset)
{
	struct input *input = &handle->input;
	struct error error = {0};
	size_t complete = 0;
	(void)offset;
	for (size_t i = 0; i < size; i++) {
		if (take_character(handle, data[i], 0, &error) != 0)
			return fail(handle, caller, &error);
		if (data[i] == '\n')
			complete = input->pending.length;
	}
	if (ends_here(input, size))
		complete = input->pending.length;
	if (input->unended && data[0] == '\n') {
		input->unended = false;
		input->sent++;
	}
	if (complete > input->sent && list_send(handle, caller, complete, &error) != 0)
		return fail(handle, caller, &error);
	return (ssize_t)size;
}

static int list_flush(struct handle *handle, const struct caller *caller)
{
	struct error error = {0};
	size_t length = handle->input.pending.length;
	if (length > handle->input.sent && list_send(handle, caller, length, &error) != 0)
		return fail(handle, caller, &error);
	return 0;
}

/* --- bytes --- */

static int bytes_begin(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct rendering *rendering = NULL;
	if (handle->input.started || (handle->flags & O_TRUNC)) {
		handle->input.started = true;
		return 0;
	}
	/* A write into a part of the file, or at its end, keeps the rest. */
	int result = rendering_get(handle->tree, &rendering, caller, handle->dentry, RENDERING_OPEN, error);
	if (result && !(result == -ENOENT && dentry_is_created(handle->tree, handle->dentry)))
		return result;
	if (rendering)
		bytes_put(&handle->input.bytes, rendering->text.data, rendering->text.length);
	rendering_release(handle->tree, rendering);
	handle->input.started = true;
	return 0;
}

static void bytes_resize(struct bytes *bytes, size_t length)
{
	if (length > bytes->length) {
		memory_grow(&bytes->data, &bytes->capacity, length, 1);
		memset(bytes->data + bytes->length, 0, length - bytes->length);
	}
	bytes->length = length;
}

static ssize_t bytes_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                           off_t offset)
{
	struct bytes *bytes = &handle->input.bytes;
	struct error error = {0};
	size_t limit = kinds[ROW_BYTES].limit;
	if (bytes_begin(handle, caller, &error) != 0)
		return fail(handle, caller, &error);
	if (handle->flags & O_APPEND)
		offset = (off_t)bytes->length;
	if ((uint64_t)offset > limit || size > limit - (size_t)offset) {
		error_set(&error, EFBIG, "a file of more than %zu bytes", limit);
		return fail(handle, caller, &error);
	}
	if (input_hold(handle, (size_t)offset + size, &error) != 0)
		return fail(handle, caller, &error);
	if (bytes->length < (size_t)offset + size)
		bytes_resize(bytes, (size_t)offset + size);
	if (size > 0)
		memcpy(bytes->data + offset, data, size);
	handle->input.dirty = true;
	return (ssize_t)size;
}

static int bytes_flush(struct handle *handle, const struct caller *caller)
{
	struct error error = {0};
	if (!handle->input.dirty)
		return 0;
	handle->input.dirty = false;
	if (run(handle, caller, (const char *)handle->input.bytes.data, handle->input.bytes.length, &error) != 0)
		return fail(handle, caller, &error);
	return 0;
}

/* --- the table --- */

static const struct kind kinds[] = {
	[ROW_FOLDER] = {0},
	[ROW_READ_ONLY] = {0},
	[ROW_VERB] = {4 << 20, "a command", commands_write, commands_flush, lexer_take},
	[ROW_VALUE] = {64 << 10, "a line", commands_write, commands_flush, lexer_take_line},
	[ROW_LIST] = {1 << 20, "a list", list_write, list_flush, NULL},
	[ROW_DOCUMENT] = {16 << 20, "a JSON document", commands_write, document_flush, lexer_take_document},
	[ROW_BYTES] = {16 << 20, "a file", bytes_write, bytes_flush, NULL},
	[ROW_GROWING] = {0},
	[ROW_LINK] = {0},
};

bool kind_is_writable(enum row_kind kind) { return kinds[kind].write != NULL; }

ssize_t kind_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                   off_t offset)
{
	handle->input.tried = true;
	handle_set_may_empty(handle, false);
	handle->input.taken += size;
	return size == 0 ? 0 : kinds[handle->dentry->row->kind].write(handle, caller, data, size, offset);
}

/* An empty flush does nothing, and neither does one after everything was run. */
int kind_flush(struct handle *handle, const struct caller *caller)
{
	int result = handle->input.started ? kinds[handle->dentry->row->kind].flush(handle, caller) : 0;
	handle->failed_in_flush = result < 0;
	return result;
}

int kind_sync(struct handle *handle, const struct caller *caller)
{
	return handle->dentry->row->kind == ROW_BYTES ? kind_flush(handle, caller) : 0;
}

/* Nobody hears of a failure but `errors`: close() has returned. */
void kind_empty(struct handle *handle)
{
	const struct row *row = handle->dentry->row;
	const struct caller *caller = handle->opener.pid ? &handle->opener : NULL;
	struct rendering *rendering = NULL;
	struct error error = {0};
	int result = rendering_get(handle->tree, &rendering, caller, handle->dentry, RENDERING_OPEN, &error);
	if (result || rendering->text.length == 0)
		goto out;
	if (!row->empties) {
		result = error_set(&error, EINVAL, "empty content leaves it as it is: %s", row->instead_of_empty);
		goto out;
	}
	handle->flags &= ~O_APPEND;
	result = run(handle, caller, row->kind == ROW_LIST ? "\n" : "", row->kind == ROW_LIST, &error);
	if (result == 0)
		transaction_log_note(handle->tree, handle->dentry->path,
		                     "emptied, as it was opened to be overwritten and nothing was written");
out:
	rendering_release(handle->tree, rendering);
	if (result)
		errors_fail(handle->tree, caller, handle->dentry, NULL, &error);
}

bool kind_may_empty(const struct handle *handle)
{
	const struct row *row = handle->dentry->row;
	return handle->truncated && !handle->input.tried && !handle->failed &&
	       (row->empties || row->instead_of_empty);
}

/* By itself it changes nothing in the tree; bytes that were sent and not yet run are cut. */
int kind_truncate(struct handle *handle, off_t size)
{
	handle->truncated |= size == 0;
	if (handle->dentry->row->kind != ROW_BYTES)
		return 0;
	if ((uint64_t)size > kinds[ROW_BYTES].limit)
		return -EFBIG;
	if (handle->input.started && input_hold(handle, (size_t)size, NULL) != 0)
		return -ENOSPC;
	if (handle->input.started)
		bytes_resize(&handle->input.bytes, (size_t)size);
	else if (size == 0)
		handle->flags |= O_TRUNC;
	return 0;
}
