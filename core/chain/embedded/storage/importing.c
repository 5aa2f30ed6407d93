/* A file that a snapshot was exported to (engine/storage/chain_file.h): as a snapshot of the chain that it is
 * of, or as the beginning of a data folder. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/storage/carried.h"
#include "core/engine/storage/chain_file.h"
#include "core/engine/storage/state/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- as a snapshot --- */

struct importing {
	struct embedded_chain *chain;
	const char *path, *name; /* borrowed; name: "" until the head is read, when none was given */
	char own_name[CHAIN_FILE_NAME_SIZE];
	uint32_t number;
	struct checksum256 id;
	struct bytes header;
};

static int check_head(void *context, const struct chain_file_head *head, struct error *error)
{
	struct importing *importing = context;

	if (!checksum256_equal(&head->chain_id, &importing->chain->base.chain_id))
		return error_set(
			error, EINVAL,
			"\"%s\" is of another chain: a mount of its own begins with it, eosiofs -o import=FILE "
			"MOUNTPOINT",
			importing->path);
	if (!importing->name) {
		snprintf(importing->own_name, sizeof importing->own_name, "%s", head->name);
		importing->name = importing->own_name;
	}
	importing->number = head->number;
	importing->id = head->id;
	bytes_put(&importing->header, head->block.data, head->block.length);
	return embedded_check_free(importing->chain, importing->name, error);
}

int embedded_import_kept(struct chain *base, const char *name, int fd, const char *path,
                         const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct importing importing = {.chain = chain, .path = path, .name = name};
	const struct chain_file_visitor visitor = {.context = &importing, .head = check_head};
	struct branch *branch = NULL;

	if (!chain->storage)
		return error_set(error, EOPNOTSUPP, "a chain in memory imports nothing: mount it with -o data=DIR");
	int result = chain_file_read(&branch, fd, path, &visitor, interruption, error);
	if (result == 0)
		result = states_keep(chain->storage->states, importing.name, importing.number, &importing.id, error);
	if (result == 0)
		result = states_save_kept(chain->storage->states, importing.name, &importing.header,
		                          branch_head(branch)->root, error);
	if (result == 0)
		embedded_add_stored(chain, importing.name);
	branch_destroy(branch);
	bytes_release(&importing.header);
	return result;
}

/* --- as the beginning of a data folder --- */

/* Which files would be those of a chain that is there. */
static const char *const of_a_chain[] = {"blocks/blocks.log", "state", "nodes", "reversible", NULL};

struct beginning {
	struct data_folder *folder;
	const char *path;
	struct block_log *blocks;
	struct chain_file_head head; /* block: owned */
	struct text nodes;
	bool has_keys;
};

static bool is_there(const struct data_folder *folder, const char *name)
{
	char *path = data_folder_file(folder, name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static int check_empty(const struct data_folder *folder, struct error *error)
{
	int result = storage_check_imported(folder, error);

	for (size_t i = 0; of_a_chain[i] && result == 0; i++)
		if (is_there(folder, of_a_chain[i]))
			result = error_set(
				error, EEXIST,
				"\"%s\" holds a chain already: leave -o import=FILE out to go on with that, or "
				"name another folder with -o data=DIR",
				data_folder_path(folder));
	return result;
}

static int find_keys(void *context, const void *data, size_t length, struct error *error)
{
	struct beginning *beginning = context;
	(void)data;
	(void)length;

	beginning->has_keys = true;
	return is_there(beginning->folder, "wallet/default.wallet")
	           ? error_set(
					 error, EEXIST,
					 "\"%s\" holds keys, and there is a wallet in \"%s\" already, which stays: name another "
					 "folder with -o data=DIR",
					 beginning->path, data_folder_path(beginning->folder))
	           : 0;
}

/* One of its file, 0600, in a folder of it. */
static int put_file(const struct data_folder *folder, const char *name, const void *data, size_t length,
                    struct error *error)
{
	char *path = data_folder_file(folder, name), *slash = strchr(name, '/');
	int result = 0;

	if (slash) {
		char *above = memory_copy_string(name);
		above[slash - name] = '\0';
		char *made = data_folder_subfolder(folder, above, error);
		result = made ? 0 : -error->number;
		free(made);
		free(above);
	}
	if (result == 0)
		result = file_replace(path, data, length, error);
	free(path);
	return result;
}

static int begin_log(void *context, const struct chain_file_head *head, struct error *error)
{
	struct beginning *beginning = context;
	char *blocks = data_folder_subfolder(beginning->folder, "blocks", error);
	int result = blocks ? block_log_open(&beginning->blocks, blocks, &head->genesis, NULL, error)
	                    : -error->number;

	beginning->head = *head;
	beginning->head.block = (struct bytes){0};
	bytes_put(&beginning->head.block, head->block.data, head->block.length);
	free(blocks);
	return result;
}

static int take_file(void *context, const char *name, const void *data, size_t length, struct error *error)
{
	struct beginning *beginning = context;
	size_t i = 0;

	while (carried_files[i] && strcmp(carried_files[i], name) != 0)
		i++;
	if (!carried_files[i]) /* of a program that knows more */
		return 0;
	if (strcmp(name, CARRIED_NODES) == 0) {
		text_append_bytes(&beginning->nodes, data, length);
		return 0;
	}
	return put_file(beginning->folder, name, data, length, error);
}

static int take_keys(void *context, const void *data, size_t length, struct error *error)
{
	struct beginning *beginning = context;
	int result = find_keys(beginning, data, length, error);

	return result ? result : put_file(beginning->folder, "wallet/default.wallet", data, length, error);
}

static int append_block(void *context, uint32_t number, const void *packed, size_t length,
                        struct error *error)
{
	struct beginning *beginning = context;

	return block_log_append(beginning->blocks, number, packed, length, error);
}

static int make_reversible(const struct data_folder *folder, struct error *error)
{
	char *path = data_folder_file(folder, "reversible");
	struct reversible *reversible = NULL;
	int result = reversible_open(&reversible, path, NULL, error);

	reversible_close(reversible);
	free(path);
	return result;
}

static int fill(struct beginning *beginning, int fd, struct error *error)
{
	const struct chain_file_visitor visitor = {
		.context = beginning, .head = begin_log, .file = take_file, .keys = take_keys, .block = append_block};
	struct branch *branch = NULL;
	int result = chain_file_read(&branch, fd, beginning->path, &visitor, NULL, error);

	if (result == 0)
		result = block_log_sync(beginning->blocks, error);
	if (result == 0) {
		char *state = data_folder_file(beginning->folder, "state");
		result = state_file_save(state, beginning->head.block.data, beginning->head.block.length,
		                         branch_head(branch)->root, error);
		free(state);
	}
	if (result == 0)
		result = make_reversible(beginning->folder, error);
	if (result == 0 && beginning->nodes.length)
		result = put_file(beginning->folder, CARRIED_NODES, beginning->nodes.data, beginning->nodes.length,
		                  error);
	branch_destroy(branch);
	block_log_close(beginning->blocks);
	return result;
}

static int finish(const struct beginning *beginning, const char *mark, struct text *notices,
                  struct error *error)
{
	if (unlink(mark) != 0)
		return error_set(error, errno, "cannot remove \"%s\": %s", mark, strerror(errno));
	int result = file_sync_parent(mark);
	if (result)
		return error_set(error, -result, "\"%s\": %s", mark, file_reason(result));
	if (notices)
		text_printf(notices, "the chain begins with the %" PRIu32 " blocks of \"%s\"%s\n",
		            beginning->head.number, beginning->path,
		            beginning->has_keys ? "; its wallet is locked: write `unlock PASSWORD` into wallet/state"
		                                : "");
	return 0;
}

int embedded_import(struct data_folder *folder, const char *path, struct text *notices, struct error *error)
{
	struct beginning beginning = {.folder = folder, .path = path};
	const struct chain_file_visitor look = {.context = &beginning, .keys = find_keys};
	char *mark = data_folder_file(folder, IMPORTING);
	int fd = -1, result = check_empty(folder, error);

	if (result == 0)
		result = file_open(&fd, path, O_RDONLY, error);
	if (result == 0)
		result = chain_file_read(NULL, fd, path, &look, NULL, error);
	if (result == 0)
		result = file_replace(mark, path, strlen(path), error);
	if (result == 0)
		result = fill(&beginning, fd, error);
	if (result == 0)
		result = finish(&beginning, mark, notices, error);
	if (fd >= 0)
		close(fd);
	chain_file_head_release(&beginning.head);
	text_release(&beginning.nodes);
	free(mark);
	return result;
}

int storage_check_imported(const struct data_folder *folder, struct error *error)
{
	return is_there(folder, IMPORTING)
	           ? error_set(error, EBADMSG,
	                       "a chain was being imported into \"%s\" and that has not ended: remove the folder "
	                       "and import it again",
	                       data_folder_path(folder))
	           : 0;
}
