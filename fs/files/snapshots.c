/* snapshots/: states that are kept under a name, and looked at as the past is. */
#include "fs/files/snapshots.h"

#include "core/base/system/file.h"
#include "core/boot/boot.h"
#include "fs/tree/path.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct chain_operations *operations_of(struct request *request, struct error *error)
{
	const struct chain_operations *operations = request->chain ? request->chain->operations : NULL;
	if (operations && operations->keep)
		return operations;
	error_set(error, EOPNOTSUPP, "this chain keeps no snapshots");
	return NULL;
}

int snapshots_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	char name[CHAIN_KEPT_NAME_SIZE + 1] = "";
	strncat(name, from, sizeof name - 2);
	while (operations && operations->kept_from(request->chain, name, name, NULL) == 0) {
		if (listing->add(listing, name))
			break;
		strcat(name, "!"); /* sorts before all that a name may go on with */
	}
	return 0;
}

int snapshots_make(struct request *request, const char *name, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	return operations ? operations->keep(request->chain, name, error) : -EOPNOTSUPP;
}

int snapshots_exists(struct request *request, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	char name[CHAIN_KEPT_NAME_SIZE];
	if (!operations)
		return -EOPNOTSUPP;
	if (operations->kept_from(request->chain, name, request->capture[0], NULL) != 0 ||
	    strcmp(name, request->capture[0]) != 0)
		return error_set(error, ENOENT, "there is no snapshot \"%s\"", request->capture[0]);
	return 0;
}

int snapshots_graft(struct request *request, struct chain_revision *out, struct error *error)
{
	(void)error;
	*out = (struct chain_revision){.kind = CHAIN_KEPT, .kept = request->capture[0]};
	return 0;
}

int snapshots_drop_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	(void)length;
	return operations ? operations->drop(request->chain, data, error) : -EOPNOTSUPP;
}

/* The block that it is of; UINT32_MAX: nobody can tell. */
static uint32_t number_of(const struct request *request, const char *name)
{
	const struct chain_revision revision = {.kind = CHAIN_KEPT, .kept = name};
	struct chain_view *view = NULL;
	uint32_t number = UINT32_MAX;

	if (chain_view_open(request->chain, &view, &revision, request_interruption(request), NULL) == 0)
		number = view->block_num;
	chain_view_close(view);
	return number;
}

int snapshots_restore_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	struct boot *boot = request_options(request)->boot;

	(void)length;
	if (!operations)
		return -EOPNOTSUPP;
	uint32_t number = number_of(request, data);
	int result = operations->restore_kept(request->chain, data, error);
	if (result == 0 && boot)
		boot_set_back(boot, number);
	return result;
}

/* --- files --- */

/* The caller's file, by a path that leads outside the mount. */
static int resolve_outside(struct request *request, struct text *path, const char *given, struct error *error)
{
	struct text inside = TEXT_EMPTY;
	int result = path_resolve(request, path, given, error);

	if (result == 0 && path_is_inside(request, &inside, text_string(path)))
		result = error_set(error, EINVAL, "%s lies in the mount itself: name a file elsewhere", given);
	text_release(&inside);
	return result;
}

/* A file that is not there yet; what becomes of a failure is removed. */
static int export_to(struct request *request, const char *name, const char *path, const char *password,
                     struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = fd < 0 ? error_set(error, errno, "%s: %s", path, strerror(errno)) : 0;

	if (result == 0)
		result = request->chain->operations->export_kept(request->chain, name, fd, password,
		                                                 request_interruption(request), error);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && result)
		unlink(path);
	else if (result == 0)
		file_sync_parent(path);
	return result;
}

int snapshots_export_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct command_option options[] = {{"--keys", OPTION_VALUE}};
	const struct chain_operations *operations = operations_of(request, error);
	struct text path = TEXT_EMPTY;
	struct command command = {0};
	const char *name = NULL, *given = NULL;
	int result = -EOPNOTSUPP;

	if (!operations)
		return result;
	result = command_parse(&command, data, length, options, 1, error);
	if (result == 0)
		result = command_take_word(&command, &name, "the snapshot's name", error);
	if (result == 0)
		result = command_take_word(&command, &given, "the file to write", error);
	if (result == 0)
		result = command_end(&command, SNAPSHOTS_EXPORT_USAGE, error);
	if (result == 0)
		result = resolve_outside(request, &path, given, error);
	if (result == 0)
		result = export_to(request, name, text_string(&path), command.value[0], error);
	text_release(&path);
	command_release(&command);
	return result;
}

int snapshots_import_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	struct text path = TEXT_EMPTY;
	struct command command = {0};
	const char *given = NULL;
	int fd = -1, result = -EOPNOTSUPP;

	if (!operations)
		return result;
	result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &given, "the file to read", error);
	const char *name = result == 0 ? command_take(&command) : NULL;
	if (result == 0)
		result = command_end(&command, SNAPSHOTS_IMPORT_USAGE, error);
	if (result == 0)
		result = resolve_outside(request, &path, given, error);
	if (result == 0)
		result = file_open(&fd, text_string(&path), O_RDONLY, error);
	if (result == 0)
		result = operations->import_kept(request->chain, name, fd, text_string(&path),
		                                 request_interruption(request), error);
	if (fd >= 0)
		close(fd);
	text_release(&path);
	command_release(&command);
	return result;
}
