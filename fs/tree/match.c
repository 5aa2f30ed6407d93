/* Patterns: the table's rows as a tree of segments. A segment is a word that must match, or @word with an
 * optional ending, which captures. */
#include "fs/tree/match.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct row root_row = {.pattern = "", .kind = ROW_FOLDER, .help = "the testnet"};

static size_t find(const struct patterns *patterns, const char *pattern, size_t length)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (strlen(patterns->at[i].row->pattern) == length &&
		    memcmp(patterns->at[i].row->pattern, pattern, length) == 0)
			return i;
	return patterns->count;
}

static size_t count_captures(const char *pattern)
{
	size_t count = 0;
	for (const char *at = pattern; *at; at++)
		count += *at == '@' && (at == pattern || at[-1] == '/');
	return count;
}

static void add_child(struct patterns *patterns, size_t folder, size_t child)
{
	struct pattern *parent = &patterns->at[folder];
	size_t at = parent->children_count;
	if (!parent->children)
		parent->children = memory_allocate(patterns->count, sizeof *parent->children);
	if (!patterns->at[child].ending) {
		at = parent->words_count++;
		memmove(parent->children + at + 1, parent->children + at,
		        (parent->children_count - at) * sizeof *parent->children);
	}
	parent->children[at] = child;
	parent->children_count++;
}

static int link_pattern(struct patterns *patterns, size_t index, struct error *error)
{
	struct pattern *pattern = &patterns->at[index];
	const char *text = pattern->row->pattern;
	const char *slash = strrchr(text, '/');
	pattern->segment = slash ? slash + 1 : text;
	if (!*pattern->segment)
		return error_set(error, EINVAL, "row \"%s\": an empty segment", text);
	if (count_captures(text) > ROW_CAPTURES)
		return error_set(error, EINVAL, "row \"%s\": more than %d captures", text, ROW_CAPTURES);
	if (pattern->segment[0] == '@') {
		pattern->ending = strchr(pattern->segment, '.');
		if (!pattern->ending)
			pattern->ending = pattern->segment + strlen(pattern->segment);
	}
	if (find(patterns, text, strlen(text)) != index)
		return error_set(error, EINVAL, "row \"%s\" stands there twice", text);
	pattern->folder = find(patterns, text, slash ? (size_t)(slash - text) : 0);
	if (pattern->folder == patterns->count)
		return error_set(error, EINVAL, "row \"%s\": its folder has no row", text);
	if (patterns->at[pattern->folder].row->kind != ROW_FOLDER)
		return error_set(error, EINVAL, "row \"%s\" stands in what is no folder", text);
	return 0;
}

/* The rows that say `grafted` are children of every graft as they are of the root: a pattern has one
 * row, wherever a path reaches it from. */
static void add_grafts(struct patterns *patterns)
{
	for (size_t i = 1; i < patterns->count; i++) {
		if (!patterns->at[i].row->graft)
			continue;
		for (size_t j = 1; j < patterns->count; j++)
			if (patterns->at[j].row->grafted)
				add_child(patterns, i, j);
	}
}

int patterns_make(struct patterns *out, const struct row *rows, size_t count, struct error *error)
{
	int result = 0;
	*out = (struct patterns){.at = memory_allocate(count + 1, sizeof *out->at), .count = count + 1};
	out->at[0] = (struct pattern){.row = &root_row, .segment = ""};
	for (size_t i = 0; i < count; i++)
		out->at[i + 1].row = &rows[i];
	for (size_t i = 1; i <= count && result == 0; i++)
		result = link_pattern(out, i, error);
	for (size_t i = 1; i <= count && result == 0; i++)
		add_child(out, out->at[i].folder, i);
	if (result)
		patterns_release(out);
	else
		add_grafts(out);
	return result;
}

void patterns_release(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		free(patterns->at[i].children);
	free(patterns->at);
	*patterns = (struct patterns){0};
}

size_t patterns_child(const struct patterns *patterns, size_t *captured, size_t folder, const char *name)
{
	const struct pattern *parent = &patterns->at[folder];
	size_t length = strlen(name);
	*captured = 0;
	for (size_t i = 0; i < parent->children_count; i++) {
		const struct pattern *child = &patterns->at[parent->children[i]];
		if (!child->ending) {
			if (strcmp(child->segment, name) == 0)
				return parent->children[i];
			continue;
		}
		size_t ending = strlen(child->ending);
		if (length > ending && memcmp(name + length - ending, child->ending, ending) == 0) {
			*captured = length - ending;
			return parent->children[i];
		}
	}
	return 0;
}
