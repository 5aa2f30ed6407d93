/* The table and the handlers that rig.h tells of. */
#include "tests/tree/rig.h"

struct tree_rig rig;

const struct caller rig_owner = {.uid = 1000, .gid = 1000, .pid = 5000077};
const struct caller rig_other = {.uid = 1001, .gid = 1001, .pid = 5000078};

static int rig_row_write(struct request *request, const char *data, size_t length, struct error *error)
{
	if (memmem(data, length, "wrong", 5))
		return error_set(error, EINVAL, "\"%.*s\" is wrong", (int)length, data);
	if (request->only_parse)
		return 0;
	text_printf(&rig.calls, "[%s%s%.*s]", request->append ? "+" : "", request->again ? "again " : "",
	            (int)length, data);
	if (memmem(data, length, "bad", 3))
		return error_set(error, ECANCELED, "assertion failure with message: %.*s", (int)length, data);
	return 0;
}

static int rig_row_read(struct request *request, struct text *out, struct error *error)
{
	(void)request;
	(void)error;
	rig.reads++;
	text_append(out, text_string(&rig.contents));
	return 0;
}

static int rig_tree_exists(struct request *request, struct error *error)
{
	const char *name = request->capture[0];
	if (strcmp(name, "oak") == 0 || strcmp(name, "elm") == 0 || strcmp(name, text_string(&rig.made)) == 0)
		return 0;
	return error_set(error, ENOENT, "no tree %s", name);
}

static int rig_trees_list(struct request *request, const char *from, struct listing *listing,
                          struct error *error)
{
	static const char *const names[] = {"elm", "oak"};
	(void)request;
	(void)error;
	for (size_t i = 0; i < 2; i++)
		if (strcmp(names[i], from) >= 0 && listing->add(listing, names[i]))
			break;
	return 0;
}

static int rig_trees_make(struct request *request, const char *name, struct error *error)
{
	assert_string_equal(request->capture[0], name);
	if (strcmp(name, "palm") == 0)
		return error_set(error, EINVAL, "palms are no trees");
	text_append(&rig.made, name);
	return 0;
}

static int rig_leaf_read(struct request *request, struct text *out, struct error *error)
{
	(void)error;
	text_printf(out, "%s/%s %llu\n", request->capture[0], request->capture[1],
	            (unsigned long long)request->name[1]);
	return 0;
}

static int rig_document_exists(struct request *request, struct error *error)
{
	return strcmp(request->capture[1], "root") == 0 ? 0 : error_set(error, ENOENT, "no such document");
}

static int rig_document_read(struct request *request, struct text *out, struct error *error)
{
	int result = rig_document_exists(request, error);
	if (result == 0)
		text_append(out, "{}\n");
	return result;
}

static int rig_many_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error)
{
	char name[32];
	if (interruption_happened(request_interruption(request)))
		return error_set(error, EINTR, "interrupted");
	size_t i = *from ? strtoul(from + 1, NULL, 10) : 0;
	for (; i < rig.names; i++) {
		snprintf(name, sizeof name, "n%08zu", i);
		if (listing->add(listing, name))
			break;
	}
	return 0;
}

static const struct row rig_rows[] = {
	{.pattern = "log", .kind = ROW_GROWING, .grow = log_grow, .help = "what was sent"},
	{.pattern = "errors",
     .kind = ROW_GROWING,
     .grow = errors_grow,
     .grow_from = errors_grow_from,
     .help = "what failed"},
	{.pattern = "plain", .kind = ROW_READ_ONLY, .read = rig_row_read, .help = "shows something"},
	{.pattern = "live",
     .kind = ROW_READ_ONLY,
     .live = true,
     .read = rig_row_read,
     .help = "shows something that changes"},
	{.pattern = "verb",
     .kind = ROW_VERB,
     .parses = true,
     .write = rig_row_write,
     .usage = "WORD",
     .help = "acts"},
	{.pattern = "memo",
     .kind = ROW_VERB,
     .plain_lines = true,
     .write = rig_row_write,
     .usage = "TEXT",
     .help = "acts on a line"},
	{.pattern = "value", .kind = ROW_VALUE, .read = rig_row_read, .write = rig_row_write, .help = "one line"},
	{.pattern = "list", .kind = ROW_LIST, .read = rig_row_read, .write = rig_row_write, .help = "lines"},
	{.pattern = "emptied",
     .kind = ROW_LIST,
     .empties = true,
     .read = rig_row_read,
     .write = rig_row_write,
     .help = "lines"},
	{.pattern = "emptied_value",
     .kind = ROW_VALUE,
     .empties = true,
     .read = rig_row_read,
     .write = rig_row_write,
     .help = "a line"},
	{.pattern = "kept",
     .kind = ROW_LIST,
     .instead_of_empty = "a minus takes out",
     .read = rig_row_read,
     .write = rig_row_write,
     .help = "lines"},
	{.pattern = "document",
     .kind = ROW_DOCUMENT,
     .read = rig_row_read,
     .write = rig_row_write,
     .help = "JSON"},
	{.pattern = "bytes", .kind = ROW_BYTES, .read = rig_row_read, .write = rig_row_write, .help = "anything"},
	{.pattern = "secret",
     .kind = ROW_VALUE,
     .owner_only = true,
     .read = rig_row_read,
     .write = rig_row_write,
     .help = "the owner's"},
	{.pattern = "trees", .kind = ROW_FOLDER, .list = rig_trees_list, .make = rig_trees_make, .help = "trees"},
	{.pattern = "trees/@tree",
     .kind = ROW_FOLDER,
     .exists = rig_tree_exists,
     .instead_of_remove = "trees are felled with an axe",
     .help = "a tree"},
	{.pattern = "trees/@tree/votes",
     .kind = ROW_LIST,
     .read = rig_row_read,
     .write = rig_row_write,
     .instead_of_remove = "write an empty line",
     .help = "votes"},
	{.pattern = "trees/@tree/leaves", .kind = ROW_FOLDER, .help = "leaves"},
	{.pattern = "trees/@tree/leaves/@leaf.txt",
     .kind = ROW_READ_ONLY,
     .read = rig_leaf_read,
     .help = "a leaf"},
	{.pattern = "trees/@tree/papers", .kind = ROW_FOLDER, .help = "papers"},
	{.pattern = "trees/@tree/papers/@paper.json",
     .kind = ROW_DOCUMENT,
     .creatable = true,
     .exists = rig_document_exists,
     .read = rig_document_read,
     .write = rig_row_write,
     .help = "a paper"},
	{.pattern = "many", .kind = ROW_FOLDER, .list = rig_many_list, .help = "many names"},
	{.pattern = "many/@name", .kind = ROW_READ_ONLY, .read = rig_row_read, .help = "one of many"},
};

int rig_setup(void **state)
{
	struct tree_options options = {.rows = rig_rows,
	                               .rows_count = sizeof rig_rows / sizeof *rig_rows,
	                               .mount_point = "/mnt",
	                               .owner = 1000,
	                               .group = 1000};
	struct tree *tree = NULL;
	struct error error = {0};
	assert_int_equal(tree_create(&tree, &options, &error), 0);
	text_append(&rig.contents, "contents\n");
	*state = tree;
	return 0;
}

int rig_teardown(void **state)
{
	tree_destroy(*state);
	text_release(&rig.calls);
	text_release(&rig.contents);
	text_release(&rig.made);
	rig.reads = 0;
	rig.names = 0;
	return 0;
}

struct dentry *rig_walk(struct tree *tree, const char *path)
{
	struct dentry *dentry = NULL;
	assert_int_equal(tree_walk(tree, &dentry, &rig_owner, path), 0);
	return dentry;
}

struct handle *rig_open(struct tree *tree, const char *path, int flags)
{
	struct dentry *dentry = rig_walk(tree, path);
	struct handle *handle = NULL;
	assert_int_equal(tree_open(tree, &handle, &rig_owner, dentry, flags), 0);
	tree_forget(tree, dentry, 1);
	return handle;
}

ssize_t rig_put(struct handle *handle, const char *text)
{
	return handle_write(handle, &rig_owner, text, strlen(text), 0);
}

int rig_write(struct tree *tree, const char *path, int flags, ...)
{
	struct handle *handle = rig_open(tree, path, O_WRONLY | flags);
	const char *piece = NULL;
	off_t offset = 0;
	int result = handle_flush(handle, &rig_owner);
	va_list pieces;
	va_start(pieces, flags);
	while ((piece = va_arg(pieces, const char *))) {
		ssize_t count = handle_write(handle, &rig_owner, piece, strlen(piece), offset);
		offset += (off_t)strlen(piece);
		if (count < 0 && result == 0)
			result = (int)count;
	}
	va_end(pieces);
	int flushed = handle_flush(handle, &rig_owner);
	handle_close(handle);
	return result ? result : flushed;
}

char *rig_read(struct tree *tree, const char *path)
{
	struct handle *handle = rig_open(tree, path, O_RDONLY);
	struct text out = TEXT_EMPTY;
	char piece[1000];
	ssize_t count;
	while ((count = handle_read(handle, piece, sizeof piece, (off_t)out.length)) > 0)
		text_append_bytes(&out, piece, (size_t)count);
	assert_int_equal(count, 0);
	handle_close(handle);
	return text_take(&out);
}

void rig_expect_error(struct tree *tree, const char *part)
{
	char *errors = rig_read(tree, "errors");
	size_t length = strlen(errors);
	assert_true(length > 0 && errors[length - 1] == '\n');
	errors[length - 1] = '\0';
	char *line = strrchr(errors, '\n');
	line = line ? line + 1 : errors;
	if (!strstr(line, part))
		fail_msg("errors ends with \"%s\", not with \"%s\"", line, part);
	free(errors);
}

void rig_expect_calls(const char *expected)
{
	assert_string_equal(text_string(&rig.calls), expected);
	text_clear(&rig.calls);
	text_append(&rig.calls, "");
}
