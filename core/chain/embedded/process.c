/* A node's command line: which folders and files it means, and what holds where it says nothing. */
#include "core/chain/embedded/process.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/network/configuration.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIGURATION_MAXIMUM = 16 << 20, DEFAULTS = 2 };

/* The last value of an option; NULL: it is not given. */
static const char *value_of(const struct configuration *configuration, const char *option)
{
	const char *value = NULL;
	size_t length = strlen(option);

	for (size_t i = 0; i < configuration->lines_count; i++)
		if (strncmp(configuration->lines[i], option, length) == 0 &&
		    strncmp(configuration->lines[i] + length, " = ", 3) == 0)
			value = configuration->lines[i] + length + 3;
	return value;
}

/* In `folder` unless it is absolute. */
static char *path_in(const char *folder, const char *name)
{
	struct text path = TEXT_EMPTY;

	if (*name == '/')
		return memory_copy_string(name);
	text_printf(&path, "%s/%s", folder, name);
	return text_take(&path);
}

/* A folder that the command line names, from where the process stands, or nodeos's own. */
static char *folder_of(const struct configuration *configuration, const char *option, const char *usual)
{
	const char *home = getenv("HOME"), *given = value_of(configuration, option);
	char *here = getcwd(NULL, 0), *folder;
	struct text path = TEXT_EMPTY;

	if (given) {
		folder = path_in(here ? here : "/", given);
	} else {
		text_printf(&path, "%s/.local/share/eosio/nodeos/%s", home && *home == '/' ? home : "", usual);
		folder = text_take(&path);
	}
	free(here);
	return folder;
}

/* Above the file, too, where that is not there. */
static int make_folders(const char *path, struct error *error)
{
	char *folder = memory_copy_string(path);
	int result = 0;

	for (char *at = strchr(folder + 1, '/'); at && result == 0; at = strchr(at + 1, '/')) {
		*at = 0;
		if (mkdir(folder, 0777) != 0 && errno != EEXIST)
			result = error_set(error, errno, "%s: %s", folder, file_reason(errno));
		*at = '/';
	}
	free(folder);
	return result;
}

/* As nodeos does: one that is usual is written; one that was named must be there. */
static int make_configuration(const char *path, bool is_named, struct error *error)
{
	struct text content = TEXT_EMPTY;

	if (is_named)
		return error_set(error, ENOENT, "Config file %s missing.", path);
	int result = make_folders(path, error);
	configuration_print_default(&content);
	if (result == 0)
		result = file_replace(path, text_string(&content), content.length, error);
	text_release(&content);
	return result;
}

static int load(struct embedded_process *out, struct key_store *keys, struct configuration *parsed,
                bool is_named, struct error *error)
{
	struct text content = TEXT_EMPTY;
	int result = file_load(&content, out->configuration_path, CONFIGURATION_MAXIMUM, error);

	if (result == -ENOENT) {
		error_clear(error);
		result = make_configuration(out->configuration_path, is_named, error);
	}
	if (result == 0)
		result = configuration_parse(parsed, text_string(&content), keys, error);
	if (result == 0 && parsed->unknown_count)
		result = error_set(error, EINVAL, "Unknown option '%s' inside the config file %s", parsed->unknown[0],
		                   out->configuration_path);
	out->configuration = text_take(&content);
	return result;
}

/* Blocks lie where this program keeps them, and nothing is thrown away. */
static int check(const struct embedded_process *process, const struct configuration *given,
                 struct error *error)
{
	static const char *const refused[] = {"delete-all-blocks", "hard-replay-blockchain", "replay-blockchain"};
	const char *blocks = value_of(given, "blocks-dir");
	char *theirs = path_in(process->data_folder, blocks ? blocks : "blocks"),
		 *ours = path_in(process->data_folder, "blocks");
	int result = 0;

	if (strcmp(theirs, ours) != 0)
		result = error_set(error, EINVAL, "--blocks-dir %s: the blocks lie in %s", blocks, ours);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0] && result == 0; i++)
		if (value_of(given, refused[i]) && access(ours, F_OK) == 0)
			result = error_set(error, EINVAL, "--%s: remove %s yourself", refused[i], process->data_folder);
	free(theirs);
	free(ours);
	return result;
}

static void take_arguments(struct embedded_process *out, const char *const *arguments, size_t count,
                           const struct configuration *given, const struct configuration *file)
{
	out->arguments = memory_allocate(count + DEFAULTS, sizeof *out->arguments);
	for (size_t i = 0; i < count; i++)
		out->arguments[out->arguments_count++] = arguments[i];
	if (!given->p2p_listen_endpoint && !file->p2p_listen_endpoint)
		out->arguments[out->arguments_count++] = "--p2p-listen-endpoint=127.0.0.1:9876";
	if (!given->http_server_address && !file->http_server_address)
		out->arguments[out->arguments_count++] = "--http-server-address=127.0.0.1:8888";
}

int embedded_process_parse(struct embedded_process *out, const char *const *arguments, size_t count,
                           const struct signer *signer, struct error *error)
{
	struct configuration given = {0}, file = {0};
	struct key_store *keys = NULL;
	char *folder = NULL;
	const char *genesis, *name;

	*out = (struct embedded_process){.name = name_literal("nodeos")};
	int result = key_store_open(&keys, NULL, signer, error);
	if (result == 0)
		result = configuration_parse_arguments(&given, arguments, count, keys, error);
	if (result)
		goto out;
	out->data_folder = folder_of(&given, "data-dir", "data");
	folder = folder_of(&given, "config-dir", "config");
	name = value_of(&given, "config");
	out->configuration_path = path_in(folder, name ? name : "config.ini");
	genesis = value_of(&given, "genesis-json");
	if (genesis) {
		char *here = getcwd(NULL, 0);
		out->genesis_path = path_in(here ? here : "/", genesis);
		free(here);
	}
	out->home = (struct node_home){out->configuration_path, out->data_folder, out->genesis_path};
	result = load(out, keys, &file, name != NULL, error);
	if (result == 0)
		result = check(out, &given, error);
	if (result == 0)
		take_arguments(out, arguments, count, &given, &file);
out:
	free(folder);
	configuration_release(&given);
	configuration_release(&file);
	key_store_close(keys);
	if (result)
		embedded_process_release(out);
	return result;
}

void embedded_process_release(struct embedded_process *process)
{
	free(process->data_folder);
	free(process->configuration_path);
	free(process->genesis_path);
	free(process->configuration);
	free(process->arguments);
	*process = (struct embedded_process){0};
}
