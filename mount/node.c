/* `eosiofs --node`: a chain with one node, its HTTP API, its peers; nothing is mounted. */
#include "mount/node.h"

#include "core/chain/embedded/embedded.h"
#include "core/chain/embedded/process.h"
#include "core/engine/storage/data_folder.h"
#include "core/server/follow.h"
#include "mount/genesis_file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* nodeos's: -1 */
enum { EXIT_START_FAILED = 255 };

/* Everything that the process owns, in the order in which it is made. */
struct running {
	struct embedded_process process;
	struct signer *signer;
	struct data_folder *folder;
	struct chain *chain;
	struct server *server;
	struct follower *follower;
};

static void say(void *context, const char *sentence)
{
	(void)context;
	fprintf(stderr, "eosiofs: %s\n", sentence);
}

static int open_chain(struct running *running, struct error *error)
{
	struct text notices = TEXT_EMPTY;
	struct genesis genesis;
	struct embedded_options options = {.data_folder = running->folder,
	                                   .signer = running->signer,
	                                   .process = &running->process,
	                                   .notices = &notices};
	int result = 0;

	if (running->process.genesis_path) {
		result = genesis_file_read(&genesis, running->process.genesis_path, error);
		options.genesis = &genesis;
	}
	if (result == 0)
		result = embedded_chain_create(&running->chain, &options, error);
	for (char *rest = notices.length ? notices.data : NULL, *line; rest && (line = strsep(&rest, "\n"));)
		if (*line)
			say(NULL, line);
	text_release(&notices);
	return result;
}

/* The log goes to stderr from here on; where nobody can connect the start has failed. */
static int check_node(struct running *running, struct error *error)
{
	struct chain_node node;
	int result = running->chain->operations->node(running->chain, &node, running->process.name, NULL, error);

	if (result)
		return result;
	growing_text_mirror(node.log, STDERR_FILENO);
	return *node.p2p_trouble ? error_set(error, EADDRINUSE, "%s", node.p2p_trouble) : 0;
}

static int start(struct running *running, const char *const *arguments, int count, struct error *error)
{
	const struct server_rules rules = {.all = true, .notice = say};

	running->signer = signer_create();
	int result = embedded_process_parse(&running->process, arguments, (size_t)count, running->signer, error);
	if (result == 0)
		result = data_folder_open_shared(&running->folder, running->process.data_folder, error);
	if (result == 0)
		result = open_chain(running, error);
	if (result == 0)
		result = check_node(running, error);
	if (result == 0)
		result = server_create(&running->server, error);
	if (result == 0)
		result = server_follow(running->server, &running->follower, running->chain, &rules, error);
	return result;
}

static void take_down(struct running *running)
{
	static const char *const stop[] = {"stop"};

	if (running->follower)
		running->chain->operations->node_command(running->chain, running->process.name, stop, 1, NULL);
	server_unfollow(running->follower);
	server_destroy(running->server);
	if (running->chain)
		chain_destroy(running->chain);
	data_folder_close(running->folder);
	signer_destroy(running->signer);
	embedded_process_release(&running->process);
}

int node_run(const char *const *arguments, int count)
{
	struct running running = {.folder = NULL};
	struct error error = {0};
	sigset_t signals;
	int number, result;

	prctl(PR_SET_DUMPABLE, 0); /* no core holds keys */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_DFL); /* a shell without job control has it ignored in the background */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	result = start(&running, arguments, count, &error);
	if (result == 0)
		sigwait(&signals, &number);
	else
		say(NULL, error.sentence);
	take_down(&running);
	return result ? EXIT_START_FAILED : EXIT_SUCCESS;
}
