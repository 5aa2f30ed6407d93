/* accounts/NAME/contract/install: a contract that ships with eosiofs, by its name, or one from a folder of
 * the caller's. A folder below our own mount is looked up in the tree: opening it would have this process
 * wait for itself. */
#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "fs/files/accounts/accounts.h"
#include "fs/files/system_tables.h"
#include "fs/tree/path.h"
#include "fs/tree/suggest.h"
#include "fs/tree/write/command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTRACT_FILE_MAXIMUM = 16 << 20 };

/* --- the two files in a folder --- */

struct contract_files {
	char *wasm, *abi; /* owned: file names */
	bool several;     /* which one is meant is not clear */
	struct bytes code, abi_text;
};

static void contract_files_release(struct contract_files *files)
{
	free(files->wasm);
	free(files->abi);
	bytes_release(&files->code);
	bytes_release(&files->abi_text);
}

/* Of several, the one that is called like the folder, as cleos does. */
static void consider_file(struct contract_files *files, char **slot, const char *name, const char *ending,
                          const char *folder)
{
	size_t length = strlen(name), cut = strlen(ending), stem = strlen(folder);
	if (name[0] == '.' || length <= cut || strcmp(name + length - cut, ending) != 0)
		return;
	bool like_folder = length == stem + cut && strncmp(name, folder, stem) == 0;
	if (*slot && !like_folder) {
		bool kept = strlen(*slot) == stem + cut && strncmp(*slot, folder, stem) == 0;
		files->several |= !kept;
		return;
	}
	free(*slot);
	*slot = memory_copy_string(name);
	if (like_folder)
		files->several = false;
}

static void consider(struct contract_files *files, const char *name, const char *folder)
{
	consider_file(files, &files->wasm, name, ".wasm", folder);
	consider_file(files, &files->abi, name, ".abi", folder);
}

static int check_files(const struct contract_files *files, const char *path, struct error *error)
{
	if (!files->wasm || !files->abi)
		return error_set(error, ENOENT, "%s: there is no %s file in that folder",
		                 *path ? path : "the mount itself", files->wasm ? ".abi" : ".wasm");
	if (files->several)
		return error_set(error, EINVAL,
		                 "%s: several .wasm or .abi files are there, and none is called like the folder",
		                 path);
	return 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* --- outside the mount --- */

static int read_outside_file(int folder, struct bytes *out, const char *path, const char *name,
                             struct error *error)
{
	uint8_t block[64 << 10];
	ssize_t count = 0;
	int result = 0, file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (file < 0)
		return error_set(error, errno, "%s/%s: %s", path, name, strerror(errno));
	while (result == 0 && (count = read(file, block, sizeof block)) > 0) {
		if (out->length + (size_t)count > CONTRACT_FILE_MAXIMUM)
			result = error_set(error, EFBIG, "%s/%s: a file of more than %d bytes", path, name,
			                   CONTRACT_FILE_MAXIMUM);
		else
			bytes_put(out, block, (size_t)count);
	}
	if (result == 0 && count < 0)
		result = error_set(error, errno, "%s/%s: %s", path, name, strerror(errno));
	close(file);
	return result;
}

static int read_outside(struct contract_files *files, const char *path, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_set(error, errno, "%s: no bundle is called so, and as a folder: %s", path,
		                 strerror(errno));
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		consider(files, entry->d_name, last_part(path));
	int result = check_files(files, path, error);
	if (result == 0)
		result = read_outside_file(dirfd(folder), &files->code, path, files->wasm, error);
	if (result == 0)
		result = read_outside_file(dirfd(folder), &files->abi_text, path, files->abi, error);
	closedir(folder);
	return result;
}

/* --- inside the mount --- */

static int read_tree_file(struct request *request, struct bytes *out, struct dentry *folder, const char *name,
                          struct error *error)
{
	struct tree *tree = request->tree;
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	char block[16 << 10];
	ssize_t count = 0;
	int result = tree_lookup(tree, &dentry, request->caller, folder, name);
	if (result == 0)
		result = tree_open(tree, &handle, request->caller, dentry, O_RDONLY);
	while (result == 0 && (count = handle_read(handle, block, sizeof block, (off_t)out->length)) > 0)
		bytes_put(out, block, (size_t)count);
	if (result == 0 && count < 0)
		result = (int)count;
	handle_close(handle);
	if (dentry)
		tree_forget(tree, dentry, 1);
	return result < 0 ? error_set(error, -result, "%s/%s: %s", dentry_path(folder), name, strerror(-result))
	                  : 0;
}

static int read_inside(struct request *request, struct contract_files *files, const char *path,
                       struct error *error)
{
	struct tree *tree = request->tree;
	struct dentry *dentry = NULL;
	struct folder *folder = NULL;
	const char *name = NULL;
	mode_t type = 0;
	ino_t inode = 0;
	int result = tree_walk(tree, &dentry, request->caller, path);
	if (result == 0)
		result = tree_open_folder(tree, &folder, request->caller, dentry);
	if (result) {
		error_set(error, -result, "%s: %s", path, strerror(-result));
		goto out;
	}
	for (uint64_t i = 2; folder_entry(folder, &name, &type, &inode, request_interruption(request), i) > 0;
	     i++)
		consider(files, name, last_part(path));
	folder_close(folder);
	result = check_files(files, path, error);
	if (result == 0)
		result = read_tree_file(request, &files->code, dentry, files->wasm, error);
	if (result == 0)
		result = read_tree_file(request, &files->abi_text, dentry, files->abi, error);
out:
	if (dentry)
		tree_forget(tree, dentry, 1);
	return result;
}

/* --- the verb --- */

int accounts_contract_install_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result)
		return result;
	text_append(out, "# bundles:");
	for (size_t i = 0; bundle_at(i); i++)
		text_printf(out, " %s", bundle_at(i)->name);
	text_printf(out, "\n# installed: %s",
	            !checksum256_is_zero(&account.code_hash) ? checksum256_text(&account.code_hash).text
	                                                     : "nothing");
	for (size_t i = 0; bundle_at(i); i++) {
		const struct checksum256 bundle_hash = bundle_at(i)->code->hash;
		if (checksum256_equal(&bundle_hash, &account.code_hash))
			text_printf(out, " (%s)", bundle_at(i)->name);
	}
	text_append_char(out, '\n');
	chain_account_release(&account);
	return 0;
}

static int install_folder(struct request *request, const char *given, struct error *error)
{
	struct contract_files files = {0};
	struct text path = TEXT_EMPTY, inside = TEXT_EMPTY;
	int result = path_resolve(request, &path, given, error);
	if (result == 0)
		result = path_is_inside(request, &inside, text_string(&path))
		             ? read_inside(request, &files, text_string(&inside), error)
		             : read_outside(&files, text_string(&path), error);
	if (result == 0)
		result = contract_set(request, files.code.data ? (const char *)files.code.data : "",
		                      files.code.length, files.abi_text.data ? (const char *)files.abi_text.data : "",
		                      files.abi_text.length, error);
	contract_files_release(&files);
	text_release(&path);
	text_release(&inside);
	return result;
}

/* A word without a slash was meant as a bundle's name, more likely than as a folder's. */
static void no_such_bundle(const char *word, struct error *error)
{
	struct suggestion suggestion = suggestion_begin(word);
	struct error as_folder = *error;
	for (size_t i = 0; bundle_at(i); i++)
		suggestion_consider(&suggestion, bundle_at(i)->name);
	const char *best = suggestion_best(&suggestion);
	if (best)
		error_set(error, ENOENT, "no such bundle: %s, did you mean \"%s\"", word, best);
	else
		error_set(error, ENOENT, "no such bundle: %s; as a folder: %s", word, as_folder.sentence);
}

int accounts_contract_install_write(struct request *request, const char *data, size_t length,
                                    struct error *error)
{
	static const struct command_option options[] = {{"--clear", OPTION_FLAG}};
	struct command command;
	const char *word = NULL;
	int result = command_parse(&command, data, length, options, 1, error);
	if (result == 0 && !command.value[0])
		result = command_take_word(&command, &word, "the bundle's name, or a folder", error);
	if (result == 0)
		result = command_end(&command, ACCOUNTS_INSTALL_USAGE, error);
	const struct bundle *bundle = result == 0 && word ? bundle_find(word) : NULL;
	if (result == 0 && !word)
		result = contract_clear(request, error);
	else if (bundle)
		result = contract_set(request, bundle->code->data, bundle->code->length, bundle->abi,
		                      strlen(bundle->abi), error);
	else if (result == 0)
		result = install_folder(request, word, error);
	if (result == -ENOENT && word && !strchr(word, '/'))
		no_such_bundle(word, error);
	command_release(&command);
	return result;
}
