/* Paths that callers write: they lead where they would for the caller, and what leads into our own mount is
 * known before it is opened, which would have this process wait for itself. */
#include "fs/tree/path.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SYMBOLIC_LINKS_MAXIMUM = 40 };

bool path_is_inside(const struct request *request, struct text *out, const char *path)
{
	const struct tree_options *options = request_options(request);
	size_t length = strlen(options->mount_point);
	if (length > 1 && strncmp(path, options->mount_point, length) == 0 &&
	    (!path[length] || path[length] == '/')) {
		text_append(out, path + length + (path[length] == '/'));
		return true;
	}
	return options->inside && options->inside(options->context, out, path);
}

/* The caller's working directory. */
static int working_directory(const struct request *request, struct text *out, struct error *error)
{
	char link[32], target[PATH_SIZE_MAXIMUM];
	pid_t pid = request->caller ? request->caller->pid : 0;
	snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
	ssize_t length = pid > 0 ? readlink(link, target, sizeof target) : -1;
	if (length <= 0 || length == sizeof target || target[0] != '/')
		return error_set(error, ENOENT,
		                 "the working directory of process %d cannot be seen: write the whole path",
		                 (int)pid);
	text_append_bytes(out, target, (size_t)length);
	return 0;
}

static void remove_last(struct text *path)
{
	char *slash = path->length ? strrchr(path->data, '/') : NULL;
	if (slash) {
		*slash = '\0';
		path->length = (size_t)(slash - path->data);
	}
}

/* Reads a symbolic link that stands where `path` ends: what follows is then its target and the rest. */
static int follow_link(struct text *path, char **rest, unsigned *links, struct error *error)
{
	char target[PATH_SIZE_MAXIMUM];
	ssize_t length = readlink(path->data, target, sizeof target);
	if (length <= 0 || length == sizeof target)
		return 0;
	if (++*links > SYMBOLIC_LINKS_MAXIMUM)
		return error_set(error, ELOOP, "%s: too many symbolic links", path->data);
	struct text next = TEXT_EMPTY;
	text_append_bytes(&next, target, (size_t)length);
	text_printf(&next, "/%s", *rest);
	if (target[0] == '/')
		text_clear(path);
	else
		remove_last(path);
	free(*rest);
	*rest = text_take(&next);
	return 0;
}

int path_resolve(const struct request *request, struct text *out, const char *given, struct error *error)
{
	struct text inside = TEXT_EMPTY;
	char *rest = memory_copy_string(given);
	unsigned links = 0;
	int result = given[0] == '/' ? 0 : working_directory(request, out, error);
	while (result == 0 && *rest) {
		char part[NAME_SIZE_MAXIMUM + 1];
		size_t slashes = strspn(rest, "/"), length = strcspn(rest + slashes, "/");
		if (length > NAME_SIZE_MAXIMUM || out->length + length > PATH_SIZE_MAXIMUM) {
			result = error_set(error, ENAMETOOLONG, "the path is too long");
			break;
		}
		memcpy(part, rest + slashes, length);
		part[length] = '\0';
		memmove(rest, rest + slashes + length, strlen(rest + slashes + length) + 1);
		if (strcmp(part, "..") == 0) {
			remove_last(out);
		} else if (length > 0 && strcmp(part, ".") != 0) {
			text_printf(out, "/%s", part);
			if (!path_is_inside(request, &inside, out->data))
				result = follow_link(out, &rest, &links, error);
		}
	}
	if (result == 0 && out->length == 0)
		text_append_char(out, '/');
	text_release(&inside);
	free(rest);
	return result;
}
