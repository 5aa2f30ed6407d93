/* eosiofs: the program. Wires wallet, chain and tree together, mounts, and takes all down again in reverse
 * order. Start reading here, then request/ops.c (what the kernel asks), then fs/files/table.c (what
 * the files are). */
#include "mount/mount.h"

#include "core/base/memory.h"
#include "core/base/seconds.h"
#include "core/base/secret.h"
#include "core/base/system/keeper.h"
#include "core/boot/boot.h"
#include "core/chain/embedded/embedded.h"
#include "core/engine/storage/data_folder.h"
#include "mount/attach.h"
#include "mount/genesis_file.h"
#include "mount/mountpoint/mount_table.h"
#include "mount/mountpoint/presence.h"
#include "mount/mountpoint/unmount.h"
#include "mount/node.h"
#include "mount/options.h"
#include "mount/processes.h"
#include "mount/ready.h"
#include "mount/request/receive.h"
#include "mount/request/slow.h"
#include "mount/serve.h"
#include "mount/signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { THREADS_ATTACHED = 1000 };
enum { EXIT_USAGE = 2, FILES_WANTED = 4096 };

/* A new chain begins so far back that a boot ends at real time: what it takes, and an hour in which those who
 * staked little are lent CPU time again. */
#define BEGIN_EARLIER_US (INT64_C(70) * 60 * SECOND_US)

/* Everything that a mount owns, in the order in which it is made. */
struct service {
	struct mount mount;
	struct signer *signer;
	struct data_folder *folder; /* NULL: in memory */
	struct wallet *wallet;
	struct chain *chain;
	struct process_serving processes;
	struct boot *boot;
	struct serving serving;
	struct fuse_session *session;
	int presence; /* its lock */
	unsigned connection; /* FUSE's number for the mount */
	bool mounted;
};

/* A line on stderr. */
static void say(const char *sentence)
{
	struct text line = TEXT_EMPTY;
	text_append(&line, sentence);
	secret_mask(&line);
	fprintf(stderr, "eosiofs: %s\n", text_string(&line));
	text_release(&line);
}

static int fail(const struct error *error)
{
	say(error->sentence);
	return EXIT_FAILURE;
}

/* libfuse builds some of its messages of several calls. */
static void log_message(enum fuse_log_level level, const char *format, va_list arguments)
{
	(void)level;
	vfprintf(stderr, format, arguments);
}

/* The key of a genesis, from the command line or a file; *given: there is one. */
static int read_genesis_key(struct private_key *out, bool *given, const struct options *options,
                            struct error *error)
{
	char text[KEY_TEXT_SIZE] = "";
	int result = 0;
	*given = options->genesis_key || options->genesis_key_file[0];
	if (options->genesis_key) {
		result = private_key_parse(out, options->genesis_key, error);
		if (result)
			error_prefix(error, "genesis_key");
	} else if (*given) {
		ssize_t length = small_file_read(text, sizeof text, options->genesis_key_file, "genesis key", error);
		if (length >= 0)
			text[strcspn(text, " \t\r\n")] = 0;
		result = length < 0 ? (int)length : private_key_parse(out, text, error);
		if (length >= 0 && result)
			error_prefix(error, "the genesis key file '%s'", options->genesis_key_file);
	}
	memory_wipe(text, sizeof text);
	return result;
}

static enum embedded_p2p p2p_of(const struct options *options)
{
	if (!options->p2p)
		return EMBEDDED_P2P_CONFIGURED;
	return strcmp(options->p2p, "on") == 0 ? EMBEDDED_P2P_ALL : EMBEDDED_P2P_OFF;
}

static int create_chain(struct service *service, struct options *options, struct error *error)
{
	struct private_key key = {0};
	struct genesis genesis;
	bool key_given = false;
	struct text notices = TEXT_EMPTY;
	struct embedded_options embedded = {.data_folder = service->folder,
	                                    .wallet = service->wallet,
	                                    .signer = service->signer,
	                                    .verify = options->verify,
	                                    .without_twins = options->without_twins,
	                                    .measured_cpu = options->measured_cpu,
	                                    .begin_earlier_us = BEGIN_EARLIER_US,
	                                    .seal_each = options->manual_clock,
	                                    .history = options->history,
	                                    .p2p = p2p_of(options),
	                                    .joined = options->peer,
	                                    .notices = &notices};
	int result = 0;
	if (options->genesis_file[0]) {
		result = genesis_file_read(&genesis, options->genesis_file, error);
		embedded.genesis = &genesis;
	}
	if (result == 0)
		result = read_genesis_key(&key, &key_given, options, error);
	if (key_given)
		embedded.genesis_key = &key;
	if (result == 0)
		result = embedded_chain_create(&service->chain, &embedded, error);
	if (notices.length)
		for (char *rest = notices.data, *line; (line = strsep(&rest, "\n"));)
			if (*line)
				say(line);
	text_release(&notices);
	memory_wipe(&key, sizeof key);
	options_forget_key(options);
	return result;
}

/* Before the wallet, which may come with it. */
static int import_chain(struct service *service, const struct options *options, struct error *error)
{
	struct text notices = TEXT_EMPTY;
	int result = 0;

	if (options->import_file[0])
		result = embedded_import(service->folder, options->import_file, &notices, error);
	if (notices.length) {
		notices.data[notices.length - 1] = '\0';
		say(notices.data);
	}
	text_release(&notices);
	return result;
}

static bool inside(void *context, struct text *out, const char *path)
{
	const struct service *service = context;
	return mount_table_inside(out, path, service->connection);
}

static void settle(void *context)
{
	struct service *service = context;
	receiving_settle(&service->mount.receiving);
}

static int create_tree(struct service *service, const struct options *options, struct error *error)
{
	struct tree_options tree = {
		.chain = service->chain,
		.wallet = service->wallet,
		.boot = service->boot,
		.server = service->serving.server,
		.mount_point = options->mount_point,
		.owner = getuid(),
		.group = getgid(),
		.inside = inside,
		.settle = settle,
		.context = service,
	};
	char *defaults = service->folder ? data_folder_file(service->folder, "defaults") : NULL;
	tree.defaults_file = defaults;
	int result = tree_create(&service->mount.tree, &tree, error);
	free(defaults);
	return result;
}

/* The wallet keeps its password beside it, so that it is open; with the chain of a node, where money may be
 * real, it starts locked. */
static int open_wallet(struct service *service, const struct options *options, struct error *error)
{
	char *folder = NULL;
	if (service->folder && !(folder = data_folder_subfolder(service->folder, "wallet", error)))
		return -error->number;
	int result = wallet_open(&service->wallet, folder, true, service->signer, error);
	if (result == 0 && options->url)
		result = wallet_lock(service->wallet, error);
	free(folder);
	return result;
}

/* Options and accounts of the boot sequence lie in the data folder too. */
static int create_boot(struct service *service, struct error *error)
{
	struct boot_environment environment = {
		.chain = service->chain, .wallet = service->wallet, .signer = service->signer};
	char *folder = NULL;
	if (service->folder && !(folder = data_folder_subfolder(service->folder, "boot", error)))
		return -error->number;
	environment.folder = folder;
	int result = boot_create(&service->boot, &environment, error);
	free(folder);
	return result;
}

static int create_processes(struct service *service, struct options *options, struct error *error)
{
	struct private_key key = {0};
	bool given = false;
	int result = read_genesis_key(&key, &given, options, error);

	if (result == 0)
		result = processes_attach(&service->processes, &service->chain, options, service->folder,
		                          service->wallet, service->signer, given ? &key : NULL, error);
	memory_wipe(&key, sizeof key);
	options_forget_key(options);
	return result;
}

static int open_chain(struct service *service, struct options *options, struct error *error)
{
	if (options->url)
		return attach_chain(&service->chain, options, error);
	return options->nodeos[0] ? create_processes(service, options, error)
	                          : create_chain(service, options, error);
}

static int create_layers(struct service *service, struct options *options, struct error *error)
{
	int result = receiving_begin(&service->mount.receiving);
	if (result)
		return error_set(error, -result, "cannot receive requests: %s", strerror(-result));
	service->mount.slow = slow_create();
	service->signer = signer_create();
	if (options->data_folder[0])
		result = data_folder_open(&service->folder, options->data_folder, error);
	if (result == 0)
		result = import_chain(service, options, error);
	if (result == 0)
		result = open_wallet(service, options, error);
	if (result == 0)
		result = open_chain(service, options, error);
	if (result == 0)
		result = create_boot(service, error);
	if (result == 0)
		result = serve_start(&service->serving, options, service->chain, service->wallet, error);
	if (result == 0)
		result = create_tree(service, options, error);
	return result;
}

static int mount_session(struct service *service, const struct options *options, struct error *error)
{
	struct mount_entry entry = {0};
	int result = presence_announce(&service->presence, options->mount_point, error);
	if (result)
		return result;
	if (fuse_session_mount(service->session, options->mount_point) != 0)
		return error_set(error, EIO, "cannot mount at '%s'%s", options->mount_point,
		                 geteuid() == 0
		                     ? ""
		                     : ": fusermount3 refuses it, or is not installed (apt install fuse3)");
	service->mounted = true;
	result = mount_table_find(&entry, options->mount_point, error);
	if (result < 0)
		return result;
	service->connection = entry.connection;
	presence_note(service->presence, entry.connection);
	result = receive_in_order(service->session);
	return result ? error_set(error, -result, "libfuse: %s", strerror(-result)) : 0;
}

static int run_loop(struct service *service, const struct options *options)
{
	if (options->single_thread)
		return fuse_session_loop(service->session);
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	/* A node may be slow: whoever waits for it keeps nobody else waiting. */
	bool is_attached = options->url || options->nodeos[0];
	fuse_loop_cfg_set_max_threads(config, is_attached ? THREADS_ATTACHED : options->max_threads);
	fuse_loop_cfg_set_idle_threads(config, options->idle_threads);
	int result = fuse_session_loop_mt(service->session, config);
	fuse_loop_cfg_destroy(config);
	return result;
}

static int serve(struct service *service, const struct options *options, int waiter, struct error *error)
{
	ready_announce(waiter);
	int result = run_loop(service, options);
	return result < 0
	           ? error_set(error, -result, "the connection to the kernel failed: %s", strerror(-result))
	           : 0;
}

/* In reverse order. */
static void take_down(struct service *service, const char *mount_point)
{
	if (service->mounted)
		fuse_session_unmount(service->session);
	if (service->mount.slow)
		slow_stop(service->mount.slow);
	if (service->mount.tree)
		tree_destroy(service->mount.tree);
	boot_destroy(service->boot);
	serve_end(&service->serving);
	if (service->chain)
		chain_destroy(service->chain);
	processes_detach(&service->processes);
	if (service->wallet)
		wallet_close(service->wallet);
	data_folder_close(service->folder);
	if (service->signer)
		signer_destroy(service->signer);
	if (service->mount.slow)
		slow_destroy(service->mount.slow);
	if (service->session)
		fuse_session_destroy(service->session);
	receiving_end(&service->mount.receiving);
	presence_end(service->presence, mount_point);
}

/* libfuse's own part of the command line, checked before anything is made. */
static int create_session(struct service *service, struct options *options)
{
	fuse_opt_insert_arg(&options->fuse, 1, "-ofsname=eosiofs,subtype=eosiofs");
	if (options->allow_other) /* the kernel holds others to the modes, too */
		fuse_opt_insert_arg(&options->fuse, 1, "-odefault_permissions");
	service->session = fuse_session_new(&options->fuse, &mount_operations, sizeof mount_operations,
	                                    &service->mount);
	return service->session ? 0 : -EINVAL;
}

static int run_mount(struct options *options, const char *program)
{
	struct service service = {.presence = -1};
	struct signals *signals = NULL;
	struct rlimit files;
	struct error error = {0};
	int waiter = -1, result;
	fuse_set_log_func(log_message);
	prctl(PR_SET_DUMPABLE, 0); /* no core holds keys, and nobody but root looks into this process */
	if (create_session(&service, options) != 0) {
		fprintf(stderr, "eosiofs: '%s --help' lists the options\n", program);
		return EXIT_USAGE;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_WANTED) {
		files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	result = ready_check(options->mount_point, options->nonempty, &error);
	if (result == 0 && !options->foreground)
		result = ready_background(&waiter, options->mount_point, &error);
	if (result == 0 && !(signals = signals_start()))
		result = error_set(&error, EAGAIN, "cannot make a thread");
	if (result == 0)
		result = create_layers(&service, options, &error);
	if (result == 0) {
		signals_serve(signals, &service.mount, service.session);
		result = mount_session(&service, options, &error);
	}
	if (result == 0)
		result = serve(&service, options, waiter, &error);
	signals_end(signals);
	take_down(&service, options->mount_point);
	return result == 0 ? EXIT_SUCCESS : fail(&error);
}

static int run_unmount(const struct options *options)
{
	struct error error = {0};
	return unmount(options->mount_point, &error) == 0 ? EXIT_SUCCESS : fail(&error);
}

static int print_tree(void)
{
	struct text table = TEXT_EMPTY;
	tree_print_table(&table);
	fputs(text_string(&table), stdout);
	text_release(&table);
	return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
	struct options options;
	struct error error = {0};
	int status = EXIT_SUCCESS;
	if (count > 1 && strcmp(arguments[1], "--node") == 0)
		return node_run((const char *const *)arguments + 2, count - 2);
	if (count > 2 && strcmp(arguments[1], "--keeper") == 0)
		return keeper_run(arguments + 2);
	if (options_parse(&options, count, arguments, &error) != 0) {
		say(error.sentence);
		fprintf(stderr, "eosiofs: '%s --help' lists the options\n", arguments[0]);
		status = EXIT_USAGE;
	} else if (options.help) {
		options_print_help(arguments[0]);
	} else if (options.version) {
		options_print_version();
	} else if (options.print_tree) {
		status = print_tree();
	} else if (options.print_options) {
		options_print_table();
	} else if (options.unmount) {
		status = run_unmount(&options);
	} else {
		status = run_mount(&options, arguments[0]);
	}
	options_release(&options);
	return status;
}
