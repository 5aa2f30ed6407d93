/* Extended attributes: what getfattr -d tells about a file without opening it. What is listed can be got, for
 * cp -a and rsync get every name that is listed. */
#include "core/base/error.h"
#include "fs/tree/errors.h"
#include "fs/tree/rendering.h"

#include <errno.h>
#include <string.h>

/* How the kinds are written, for rows that say no more of it. */
static const char *const how_to_write[] = {
	[ROW_VALUE] = "one line, as it reads",
	[ROW_LIST] = "one a line, as it reads; > sets, >> adds",
	[ROW_DOCUMENT] = "JSON, as it reads",
	[ROW_BYTES] = "the whole of it",
};

static int print_help(struct tree *tree, struct text *out, const struct caller *caller, struct dentry *dentry)
{
	(void)tree, (void)caller;
	const struct row *row = dentry->row;
	if (!row->help)
		return -ENODATA;
	text_append(out, row->help);
	if (dentry->scratch || !dentry_is_writable(dentry))
		return 0;
	if (row->usage)
		text_printf(out, "; write: echo '%s' > %s", row->usage, dentry->name);
	else if (how_to_write[row->kind])
		text_printf(out, "; write: %s", how_to_write[row->kind]);
	return 0;
}

/* The block whose state is shown. */
static int print_block(struct tree *tree, struct text *out, const struct caller *caller,
                       struct dentry *dentry)
{
	struct error error = {0};
	struct rendering *rendering = NULL;
	if (dentry->scratch || dentry->row->kind == ROW_FOLDER || dentry->row->kind == ROW_GROWING)
		return -ENODATA;
	int result = rendering_get(tree, &rendering, caller, dentry, RENDERING_STAT, &error);
	if (result)
		return result;
	if (rendering->has_view)
		text_printf(out, "%u", rendering->block_num);
	if (rendering->newest > rendering->block_num)
		text_printf(out, "-%u", rendering->newest);
	rendering_release(tree, rendering);
	return out->length ? 0 : -ENODATA;
}

/* Of the owner's operations, so for the owner alone. */
static int print_error(struct tree *tree, struct text *out, const struct caller *caller,
                       struct dentry *dentry)
{
	if (caller_is_owner(tree, caller))
		errors_print_last(tree, out, dentry);
	return out->length ? 0 : -ENODATA;
}

static int print_mime_type(struct tree *tree, struct text *out, const struct caller *caller,
                           struct dentry *dentry)
{
	/* by how the pattern ends: what stands at a last @word alone is no file's ending */
	static const struct {
		const char *ending, *type;
	} types[] = {
		{".abi", "application/json"}, {".html", "text/html"},    {".json", "application/json"},
		{".svg", "image/svg+xml"},    {".wasm", "application/wasm"},
	};
	(void)tree, (void)caller;
	const char *ending = strrchr(dentry->row->pattern, '.');
	const char *type = dentry->row->kind == ROW_FOLDER ? "inode/directory" : "text/plain";
	for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
		if (strcmp(ending, types[i].ending) == 0)
			type = types[i].type;
	text_append(out, type);
	return 0;
}

/* print: -ENODATA: the file has none; else what the asking ended with. */
static const struct {
	const char *name;
	int (*print)(struct tree *tree, struct text *out, const struct caller *caller, struct dentry *dentry);
} attributes[] = {
	{"user.eosiofs.help", print_help},
	{"user.eosiofs.block", print_block},
	{"user.eosiofs.error", print_error},
	{"user.mime_type", print_mime_type},
};
enum { ATTRIBUTES_COUNT = sizeof attributes / sizeof *attributes };

static ssize_t give(char *out, size_t size, struct text *value)
{
	ssize_t result = (ssize_t)value->length;
	if (size > 0 && size < value->length)
		result = -ERANGE;
	else if (size > 0 && value->length > 0)
		memcpy(out, value->data, value->length);
	text_release(value);
	return result;
}

ssize_t tree_get_attribute(struct tree *tree, char *out, size_t size, const struct caller *caller,
                           struct dentry *dentry, const char *name)
{
	struct text value = TEXT_EMPTY;
	int result = -ENODATA;
	dentry = dentry_resolve(tree, dentry);
	/* ls asks each file for security.selinux and its ACL until it is told that there is no such kind. */
	if (strncmp(name, "user.", strlen("user.")) != 0)
		return -EOPNOTSUPP;
	/* The kernel gives none of a link's. */
	if (S_ISLNK(row_mode(dentry->row)))
		return -ENODATA;
	for (size_t i = 0; i < ATTRIBUTES_COUNT; i++)
		if (strcmp(name, attributes[i].name) == 0)
			result = attributes[i].print(tree, &value, caller, dentry);
	if (result)
		text_release(&value);
	return result ? result : give(out, size, &value);
}

ssize_t tree_list_attributes(struct tree *tree, char *out, size_t size, const struct caller *caller,
                             struct dentry *dentry)
{
	struct text names = TEXT_EMPTY, value = TEXT_EMPTY;
	dentry = dentry_resolve(tree, dentry);
	if (S_ISLNK(row_mode(dentry->row)))
		return 0;
	for (size_t i = 0; i < ATTRIBUTES_COUNT; i++) {
		if (attributes[i].print(tree, &value, caller, dentry) == 0)
			text_append_bytes(&names, attributes[i].name, strlen(attributes[i].name) + 1);
		text_release(&value);
	}
	return give(out, size, &names);
}
