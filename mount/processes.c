/* The chain of nodes that are processes. */
#include "mount/processes.h"

#include "core/base/crypto/hash.h"
#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/chain/processes/processes.h"
#include "core/types/name.h"
#include "mount/attach.h"
#include "mount/genesis_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Below /run/user, if that is there and ours, under a name that is this data folder's; else in the folder. */
static void print_socket(struct text *out, const struct process_serving *serving, uint64_t node)
{
	struct text runtime = TEXT_EMPTY;
	struct checksum256 hash = hash_sha256(serving->nodes, strlen(serving->nodes));
	struct stat found;

	text_printf(&runtime, "/run/user/%u", (unsigned)geteuid());
	if (stat(text_string(&runtime), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
	    !(found.st_mode & (S_IWGRP | S_IWOTH))) {
		text_printf(out, "%s/eosiofs-", text_string(&runtime));
		text_append_hex(out, hash.data, 8);
		text_printf(out, "-%s", name_text(node).text);
	} else {
		text_printf(out, "%s/nodes/%s/keys.socket", serving->nodes, name_text(node).text);
	}
	text_release(&runtime);
}

static int serve_keys(void *context, struct text *url, struct processes *processes, uint64_t node,
                      struct error *error)
{
	struct process_serving *serving = context;
	const struct server_keys keys = {processes_key, processes, node};
	struct server_node *served;
	struct text path = TEXT_EMPTY;

	server_stop_named(serving->server, node);
	print_socket(&path, serving, node);
	int result = server_serve_keys(serving->server, &served, &keys, text_string(&path), error);
	if (result == 0)
		text_printf(url, "unix://%s/v1/wallet/sign_digest", text_string(&path));
	text_release(&path);
	return result;
}

static void end_keys(void *context)
{
	struct process_serving *serving = context;

	server_destroy(serving->server);
	serving->server = NULL;
}

/* The program that this process runs, which keeps the nodes. */
static int find_self(char **out, struct error *error)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length < 0)
		return error_set(error, errno, "/proc/self/exe: %s", file_reason(errno));
	path[length] = 0;
	*out = memory_copy_string(path);
	return 0;
}

int processes_attach(struct process_serving *out, struct chain **chain, const struct options *options,
                     struct data_folder *folder, struct wallet *wallet, const struct signer *signer,
                     const struct private_key *key, struct error *error)
{
	struct processes_options processes = {.program = options->nodeos,
	                                      .wallet = wallet,
	                                      .signer = signer,
	                                      .genesis_key = key,
	                                      .serve_keys = serve_keys,
	                                      .end_keys = end_keys,
	                                      .context = out};
	struct genesis genesis;
	int result = attach_check(options, error);

	*out = (struct process_serving){0};
	if (result == 0)
		result = attach_parse_wait(&processes.wait, options->wait, error);
	if (result == 0 && options->genesis_file[0]) {
		result = genesis_file_read(&genesis, options->genesis_file, error);
		processes.genesis = &genesis;
	}
	if (result == 0)
		result = server_create(&out->server, error);
	if (result == 0)
		result = find_self(&out->program, error);
	if (result)
		return result;
	processes.self = out->program;
	out->nodes = data_folder_file(folder, "processes");
	processes.folder = out->nodes;
	return processes_chain_create(chain, &processes, error);
}

void processes_detach(struct process_serving *serving)
{
	end_keys(serving);
	free(serving->nodes);
	free(serving->program);
	*serving = (struct process_serving){0};
}
