/* The five kinds of writable file (DESIGN 3): when what was written is run. Measured: bash sends
 * open(O_TRUNC), flush, write, flush, and one write() a line of a builtin; shells drop the errors of
 * close(), so whatever can run inside a write() does. */
#include "fs/tree/node.h"

#include "core/base/json.h"
#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct kind {
	size_t limit; /* bytes of one command, line, list, document or file */
	const char *noun;
	ssize_t (*write)(struct handle *handle, const struct caller *caller, const char *data, size_t size,
	                 off_t offset);
	int (*flush)(struct handle *handle, const struct caller *caller);
};
static const struct kind kinds[];

/* What users write may be a secret (a private key, a password). */
static void wipe(struct text *text)
{
	if (text->data)
		memory_wipe(text->data, text->capacity);
}

static int fail(struct handle *handle, const struct caller *caller, const struct error *error)
{
	handle->failed = error->number;
	wipe(&handle->input.pending);
	text_release(&handle->input.pending);
	bytes_release(&handle->input.bytes);
	return errors_fail(handle->tree, caller, handle->node, NULL, error);
}

/* Nothing that ran is undone: what came before the failure counts as written. */
static ssize_t fail_after(struct handle *handle, const struct caller *caller, size_t done,
                          const struct error *error)
{
	int result = fail(handle, caller, error);
	return done > 0 ? (ssize_t)done : result;
}

static bool valid_utf8(const char *data, size_t length)
{
	for (size_t i = 0, size = 0; i < length; i += size)
		if ((size = utf8_size(data + i, length - i)) == 0)
			return false;
	return true;
}

/* sent: how much of the data earlier runs had (lists). */
static int run_from(struct handle *handle, const struct caller *caller, const char *data, size_t length,
                    size_t sent, struct error *error)
{
	struct tree *tree = handle->tree;
	struct node *node = handle->node;
	struct request request;
	int result = 0;
	if (node->row->kind != ROW_BYTES && !valid_utf8(data, length))
		return error_set(error, EINVAL, "binary data where text is expected");
	request_begin(&request, tree, caller, node);
	request.append = (handle->flags & O_APPEND) != 0;
	request.sent = sent;
	result = node->row->write(&request, data, length, error);
	request_end(&request);
	/* Even a failed one may have sent the first of several transactions. */
	tree_wrote(tree);
	handle->input.runs++;
	if (result < 0 && error->number == 0)
		error_set(error, -result, "%s", strerror(-result));
	return result < 0 ? -error->number : 0;
}

static int run(struct handle *handle, const struct caller *caller, const char *data, size_t length,
               struct error *error)
{
	return run_from(handle, caller, data, length, 0, error);
}

static int run_trimmed(struct handle *handle, const struct caller *caller, const char *data, size_t length,
                       struct error *error)
{
	while (length > 0 && strchr(" \t\r\n", data[length - 1]))
		length--;
	while (length > 0 && strchr(" \t\r\n", data[0]))
		data++, length--;
	/* A copy, so that handlers get a string. */
	struct text copy = TEXT_EMPTY;
	text_append_bytes(&copy, data, length);
	int result = run(handle, caller, text_string(&copy), length, error);
	wipe(&copy);
	text_release(&copy);
	return result;
}

static bool is_blank(const struct text *text)
{
	return strspn(text_string(text), " \t\r\n") == text->length;
}

static int take_character(struct handle *handle, char character, struct error *error)
{
	const struct kind *kind = &kinds[handle->node->row->kind];
	if (((uint8_t)character < 0x20 && !strchr("\t\n\r", character)) || character == '\0' || character == 0x7f)
		return error_set(error, EINVAL, "binary data (byte 0x%02x) where text is expected",
		                 (unsigned)(uint8_t)character);
	if (handle->input.pending.length >= kind->limit)
		return error_set(error, EFBIG, "%s of more than %zu bytes", kind->noun, kind->limit);
	text_append_bytes(&handle->input.pending, &character, 1);
	handle->input.started = true;
	return 0;
}

static void next_command(struct input *input)
{
	wipe(&input->pending);
	text_clear(&input->pending);
	input->quote = 0;
	input->depth = 0;
	input->escape = input->in_word = input->comment = false;
}

/* --- verbs --- */

/* Follows quotes and brackets as command.c reads them; true when this character ends the command. */
static bool verb_character(struct input *input, char character)
{
	if (input->escape) {
		input->escape = false;
		input->in_word = true;
	} else if (input->quote) {
		if (character == input->quote)
			input->quote = 0;
		else
			input->escape = character == '\\' && input->quote == '"';
	} else if (input->depth > 0) {
		if (character == '"')
			input->quote = '"';
		else if (character == '{' || character == '[')
			input->depth++;
		else if (character == '}' || character == ']')
			input->depth--;
	} else if (character == '\n') {
		return true;
	} else if (character == ' ' || character == '\t' || character == '\r') {
		input->in_word = false;
	} else if (character == '\\') {
		input->escape = true;
	} else {
		/* `--stake-net="1 SYS"`: a quote may follow an equals sign. */
		bool begins = !input->in_word || input->pending.data[input->pending.length - 2] == '=';
		input->in_word = true;
		if (begins && (character == '\'' || character == '"'))
			input->quote = character;
		else if (begins && (character == '{' || character == '['))
			input->depth = 1;
	}
	return false;
}

static int verb_run(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct input *input = &handle->input;
	int result = is_blank(&input->pending) ? 0
	                                       : run_trimmed(handle, caller, text_string(&input->pending),
	                                                     input->pending.length, error);
	next_command(input);
	return result;
}

static ssize_t verb_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                          off_t offset)
{
	struct input *input = &handle->input;
	struct error error = {0};
	size_t done = 0; /* up to here everything was run */
	(void)offset;
	for (size_t i = 0; i < size; i++) {
		bool ends = false;
		if (input->comment) {
			input->comment = data[i] != '\n';
			done = i + 1;
			continue;
		}
		if (data[i] == '#' && !input->quote && input->depth == 0 && !input->escape &&
		    is_blank(&input->pending)) {
			next_command(input);
			input->comment = true;
			continue;
		}
		if (take_character(handle, data[i], &error) < 0)
			return fail_after(handle, caller, done, &error);
		ends = handle->node->row->plain_lines ? data[i] == '\n' : verb_character(input, data[i]);
		if (!ends)
			continue;
		if (verb_run(handle, caller, &error) < 0)
			return fail_after(handle, caller, done, &error);
		done = i + 1;
	}
	return (ssize_t)size;
}

static int verb_flush(struct handle *handle, const struct caller *caller)
{
	struct input *input = &handle->input;
	struct error error = {0};
	if (input->quote && input->depth == 0)
		error_set(&error, EINVAL, "the quote %c is never closed", input->quote);
	else if (input->depth > 0)
		error_set(&error, EINVAL, "the JSON is not closed: %u bracket%s open", input->depth,
		          input->depth > 1 ? "s are" : " is");
	else
		verb_run(handle, caller, &error);
	return error.number ? fail(handle, caller, &error) : 0;
}

/* --- values --- */

static int value_run(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct input *input = &handle->input;
	int result = 0;
	/* An empty line means something where it comes first; after a value it is only the end of the text. */
	if (input->runs == 0 || !is_blank(&input->pending))
		result = run_trimmed(handle, caller, text_string(&input->pending), input->pending.length, error);
	next_command(input);
	return result;
}

static ssize_t value_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                           off_t offset)
{
	struct error error = {0};
	size_t done = 0;
	(void)offset;
	for (size_t i = 0; i < size; i++) {
		if (take_character(handle, data[i], &error) < 0)
			return fail_after(handle, caller, done, &error);
		if (data[i] != '\n')
			continue;
		if (value_run(handle, caller, &error) < 0)
			return fail_after(handle, caller, done, &error);
		done = i + 1;
	}
	return (ssize_t)size;
}

static int value_flush(struct handle *handle, const struct caller *caller)
{
	struct error error = {0};
	if (handle->input.pending.length > 0)
		value_run(handle, caller, &error);
	return error.number ? fail(handle, caller, &error) : 0;
}

/* --- lists --- */

static ssize_t list_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                          off_t offset)
{
	struct input *input = &handle->input;
	struct error error = {0};
	size_t complete = 0;
	(void)offset;
	for (size_t i = 0; i < size; i++) {
		if (take_character(handle, data[i], &error) < 0)
			return fail(handle, caller, &error);
		if (data[i] == '\n')
			complete = input->pending.length;
	}
	/* A name may be cut in two by the end of a write: what follows the last newline waits. */
	if (complete > 0) {
		size_t sent = input->sent;
		input->sent = complete;
		struct text copy = TEXT_EMPTY;
		text_append_bytes(&copy, input->pending.data, complete);
		int result = run_from(handle, caller, copy.data, complete, sent, &error);
		text_release(&copy);
		if (result < 0)
			return fail(handle, caller, &error);
	}
	return (ssize_t)size;
}

static int list_flush(struct handle *handle, const struct caller *caller)
{
	struct input *input = &handle->input;
	struct error error = {0};
	if (input->pending.length == input->sent)
		return 0;
	size_t sent = input->sent;
	text_append(&input->pending, "\n");
	input->sent = input->pending.length;
	if (run_from(handle, caller, input->pending.data, input->pending.length, sent, &error) < 0)
		return fail(handle, caller, &error);
	return 0;
}

/* --- JSON documents --- */

static int document_run(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct input *input = &handle->input;
	int result = is_blank(&input->pending) ? 0
	                                       : run_trimmed(handle, caller, text_string(&input->pending),
	                                                     input->pending.length, error);
	next_command(input);
	return result;
}

/* True when this character, appended already, ends the document. */
static bool document_character(struct input *input, char character)
{
	bool first = !input->in_word;
	if (input->escape) {
		input->escape = false;
		return false;
	}
	if (input->quote) {
		if (character == '"')
			input->quote = 0;
		input->escape = character == '\\';
		return !input->quote && input->depth == 0;
	}
	if (first && strchr(" \t\r\n", character))
		return false;
	input->in_word = true;
	if (character == '"' && (first || input->depth > 0)) {
		input->quote = '"';
	} else if (character == '{' || character == '[') {
		input->depth += first || input->depth > 0;
	} else if ((character == '}' || character == ']') && input->depth > 0) {
		input->depth--;
		return input->depth == 0;
	}
	return character == '\n' && input->depth == 0;
}

static ssize_t document_write(struct handle *handle, const struct caller *caller, const char *data,
                              size_t size, off_t offset)
{
	struct error error = {0};
	size_t done = 0;
	(void)offset;
	for (size_t i = 0; i < size; i++) {
		/* White space between documents is not kept, so any amount of it is fine. */
		if (!handle->input.in_word && strchr(" \t\r\n", data[i]) && data[i])
			continue;
		if (take_character(handle, data[i], &error) < 0)
			return fail_after(handle, caller, done, &error);
		if (!document_character(&handle->input, data[i]))
			continue;
		if (document_run(handle, caller, &error) < 0)
			return fail_after(handle, caller, done, &error);
		done = i + 1;
	}
	return (ssize_t)size;
}

static int document_flush(struct handle *handle, const struct caller *caller)
{
	struct input *input = &handle->input;
	struct error error = {0};
	struct json *json = NULL;
	if (input->depth == 0 && !input->quote) {
		document_run(handle, caller, &error);
	} else if (json_parse(&json, text_string(&input->pending), input->pending.length, &error) < 0) {
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

/* --- bytes --- */

static int bytes_begin(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct rendering *rendering = NULL;
	int result = 0;
	if (handle->input.started || (handle->flags & O_TRUNC)) {
		handle->input.started = true;
		return 0;
	}
	/* A write into a part of the file, or at its end, keeps the rest. */
	result = rendering_get(handle->tree, &rendering, caller, handle->node, RENDERING_OPEN, error);
	if (result < 0 && !(result == -ENOENT && node_is_created(handle->tree, handle->node)))
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
	if (bytes_begin(handle, caller, &error) < 0)
		return fail(handle, caller, &error);
	if (handle->flags & O_APPEND)
		offset = (off_t)bytes->length;
	if ((uint64_t)offset > limit || size > limit - (size_t)offset) {
		error_set(&error, EFBIG, "a file of more than %zu bytes", limit);
		return fail(handle, caller, &error);
	}
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
	if (run(handle, caller, (const char *)handle->input.bytes.data, handle->input.bytes.length, &error) < 0)
		return fail(handle, caller, &error);
	return 0;
}

/* --- the table --- */

static const struct kind kinds[] = {
	[ROW_FOLDER] = {0},
	[ROW_READ_ONLY] = {0},
	[ROW_VERB] = {4 << 20, "a command", verb_write, verb_flush},
	[ROW_VALUE] = {64 << 10, "a line", value_write, value_flush},
	[ROW_LIST] = {1 << 20, "a list", list_write, list_flush},
	[ROW_DOCUMENT] = {16 << 20, "a JSON document", document_write, document_flush},
	[ROW_BYTES] = {16 << 20, "a file", bytes_write, bytes_flush},
	[ROW_GROWING] = {0},
	[ROW_LINK] = {0},
};

bool kind_is_writable(enum row_kind kind) { return kinds[kind].write != NULL; }

ssize_t kind_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                   off_t offset)
{
	return size == 0 ? 0 : kinds[handle->node->row->kind].write(handle, caller, data, size, offset);
}

/* An empty flush does nothing, and neither does one after everything was run. */
int kind_flush(struct handle *handle, const struct caller *caller)
{
	int result = handle->input.started ? kinds[handle->node->row->kind].flush(handle, caller) : 0;
	handle->failed_in_flush = result < 0;
	return result;
}

int kind_sync(struct handle *handle, const struct caller *caller)
{
	return handle->node->row->kind == ROW_BYTES ? kind_flush(handle, caller) : 0;
}

/* By itself it changes nothing in the tree; bytes that were sent and not yet run are cut. */
int kind_truncate(struct handle *handle, off_t size)
{
	if (handle->node->row->kind != ROW_BYTES)
		return 0;
	if ((uint64_t)size > kinds[ROW_BYTES].limit)
		return -EFBIG;
	if (handle->input.started)
		bytes_resize(&handle->input.bytes, (size_t)size);
	else if (size == 0)
		handle->flags |= O_TRUNC;
	return 0;
}
