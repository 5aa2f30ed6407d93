/* The command line: our options, and libfuse's, which go on to libfuse. */
#include "mount/options.h"

#include "core/base/memory.h"
#include "core/engine/storage/data_folder.h"
#include "mount/mountpoint/mount_table.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char VERSION[] = "0.2.0";

enum { KEY_KEPT = 1, KEY_NO_MEANING };
enum { HELP_INDENT = 26, HELP_WIDTH = 100 };

/* What fuse_opt_parse() fills: options as they are, and texts that become paths and numbers of them. */
struct parsed {
	struct options options;
	char *data, *import, *genesis, *genesis_key_file, *history, *wallet_http, *nodeos;
	const char *words[2], *surplus; /* [SOURCE] MOUNTPOINT, as mount(8) calls it */
};

/* One row an option: --help, the manual page and the shells' completions are made of them. An option that
 * has another name too is two rows, of which the second is not shown. */
struct option_row {
	const char *shown; /* "-o data=DIR"; NULL: not shown */
	const char *help;  /* one sentence, no full stop */
	struct fuse_opt option;
};

#define FIELD(text, field, value) {text, offsetof(struct parsed, options.field), value}
#define TEXT(text, field) {text, offsetof(struct parsed, field), 0}
#define KEY(word, key) {word, UINT_MAX, key} /* FUSE_OPT_KEY without its sign conversion */
static const struct option_row option_rows[] = {
	{"-h, --help", "this help", FIELD("-h", help, 1)},
	{NULL, NULL, FIELD("--help", help, 1)},
	{"-V, --version", "versions", FIELD("-V", version, 1)},
	{NULL, NULL, FIELD("--version", version, 1)},
	{"--unmount", "unmount MOUNTPOINT; when it is busy, name who keeps it busy",
	 FIELD("--unmount", unmount, 1)},
	{"--node OPTIONS",
	 "mount nothing: be a node, with nodeos's options (its p2p and HTTP, --data-dir, config.ini), its log on "
	 "stderr",
	 FIELD("--node", help, 1)},
	{"--print-tree", "the tree's files, one a line: path, kind, help, usage, separated by tabs",
	 FIELD("--print-tree", print_tree, 1)},
	{"--print-options", "these options in the same form", FIELD("--print-options", print_options, 1)},
	{"-f", "stay in the foreground", FIELD("-f", foreground, 1)},
	{"-d, -o debug", "show libfuse's requests (implies -f)", FIELD("-d", foreground, 1)},
	{NULL, NULL, FIELD("debug", foreground, 1)},
	{NULL, NULL, KEY("-d", KEY_KEPT)}, /* ours and libfuse's */
	{NULL, NULL, KEY("debug", KEY_KEPT)},
	{NULL, NULL, FIELD("allow_other", allow_other, 1)},
	{NULL, NULL, KEY("allow_other", KEY_KEPT)},
	{"-s", "one thread answers every request", FIELD("-s", single_thread, 1)},
	{"-o data=DIR",
	 "where the chain and the wallet are kept (default: ~/.local/share/eosiofs/NAME, NAME being the mount "
	 "point's; XDG_DATA_HOME moves it)",
	 TEXT("data=%s", data)},
	{"-o memory", "keep nothing: the chain ends with the mount (the wallet's password: memory)",
	 FIELD("memory", memory, 1)},
	{"-o verify",
	 "check every block that is kept, its signature and what it does, and the state, before mounting",
	 FIELD("verify", verify, 1)},
	{"-o twins=off", "run the WebAssembly of the built-in contracts too, not their native twins",
	 FIELD("twins=off", without_twins, 1)},
	{NULL, NULL, FIELD("twins=on", without_twins, 0)},
	{"-o cpu=fixed|measured",
	 "what is billed for a transaction: the chain's minimum each time (default), or the time it took",
	 FIELD("cpu=measured", measured_cpu, 1)},
	{NULL, NULL, FIELD("cpu=fixed", measured_cpu, 0)},
	{"-o history=N|all", "how many blocks back at/ and the traces of blocks go (default: 100000)",
	 TEXT("history=%s", history)},
	{"-o import=FILE",
	 "begin with the chain of a file that snapshots/export made, in a data folder that has none",
	 TEXT("import=%s", import)},
	{"-o genesis=FILE", "start a new chain from this genesis.json", TEXT("genesis=%s", genesis)},
	{"-o genesis_key_file=FILE",
	 "a file that holds the private key of that genesis (known already for the tutorial's own)",
	 TEXT("genesis_key_file=%s", genesis_key_file)},
	{"-o genesis_key=WIF", "the key itself: others may read it while the program starts",
	 FIELD("genesis_key=%s", genesis_key, 0)},
	{"-o http=HOST:PORT|all|off",
	 "where node eosio serves nodeos's HTTP API (default: what its config.ini says, 127.0.0.1:8888, or the "
	 "next free port; port 0: any); all: every node that runs, where its own says; nodes/NAME/endpoints says "
	 "where",
	 FIELD("http=%s", http, 0)},
	{"-o wallet_http=ADDRESS",
	 "where the wallet answers keosd's API: HOST:PORT, or the path of a unix socket (it then is its owner's "
	 "alone); locked until a caller gives the wallet's password (default: nowhere)",
	 TEXT("wallet_http=%s", wallet_http)},
	{"-o page=off", "HTTP shows no index.html: what serves answers nodeos's API and nothing else",
	 FIELD("page=off", without_page, 1)},
	{NULL, NULL, FIELD("page=on", without_page, 0)},
	{"-o p2p=on|off",
	 "on: nodes of other processes may connect to every node that runs, at its p2p address; off: to none, "
	 "and none connects to them; otherwise config.ini says it: p2p-listen-endpoint, p2p-peer-address",
	 FIELD("p2p=%s", p2p, 0)},
	{"-o peer=HOST:PORT",
	 "follow the chain of a node of another process: its genesis is -o genesis=FILE, and a new chain's node "
	 "eosio makes no blocks of its own",
	 FIELD("peer=%s", peer, 0)},
	{"-o url=URL",
	 "mount the chain of the node that serves nodeos's HTTP API there, http://HOST:PORT or https (the "
	 "environment's CURL_CA_BUNDLE names the certificates that are trusted); keys stay in the wallet here, "
	 "which starts locked",
	 FIELD("url=%s", url, 0)},
	{"-o nodeos=PATH",
	 "every node is a process of that program, a nodeos (or eosiofs itself, as --node), with a folder of its "
	 "own below the data folder; they end with the mount, however it ends, and sign with keys that stay here",
	 TEXT("nodeos=%s", nodeos)},
	{"-o wait=WHAT",
	 "with url or nodeos, a write returns when its transaction is accepted, in a block (the default), or "
	 "irreversible",
	 FIELD("wait=%s", wait, 0)},
	{"-o clock=manual",
	 "for tests: time stands still but for chain/clock, and every transaction makes a block",
	 FIELD("clock=manual", manual_clock, 1)},
	{"-o nonempty", "mount over a folder that holds files", FIELD("nonempty", nonempty, 1)},
	{"-o max_threads=N", "threads that answer requests (default: 10)",
	 FIELD("max_threads=%u", max_threads, 0)},
	{"-o max_idle_threads=N", "of which so many are kept (default: 10)",
	 FIELD("max_idle_threads=%u", idle_threads, 0)},
	{NULL, NULL, KEY("rw", KEY_NO_MEANING)}, /* what mount(8) passes along */
	{NULL, NULL, KEY("defaults", KEY_NO_MEANING)},
};
enum { OPTION_ROWS = sizeof option_rows / sizeof *option_rows };

/* 1 keeps an argument for libfuse, 0 drops it. */
static int take_argument(void *data, const char *argument, int key, struct fuse_args *out)
{
	struct parsed *parsed = data;
	(void)out;
	switch (key) {
	case FUSE_OPT_KEY_NONOPT:
		if (!parsed->words[0])
			parsed->words[0] = argument;
		else if (!parsed->words[1])
			parsed->words[1] = argument;
		else if (!parsed->surplus)
			parsed->surplus = argument;
		return 0;
	case KEY_NO_MEANING:
		return 0;
	default:
		return 1;
	}
}

/* The arguments of a process can be read by everybody: what stands behind genesis_key=, and before the @ of a
 * URL, is overwritten, in its place. */
static void hide_secrets(int count, char **arguments)
{
	static const char word[] = "genesis_key=";
	for (int i = 1; i < count; i++) {
		char *key = strstr(arguments[i], word), *host = strstr(arguments[i], "://");
		char *at = host ? memrchr(host, '@', strcspn(host + 3, "/,") + 3) : NULL;
		if (key)
			memset(key + sizeof word - 1, 'x', strcspn(key + sizeof word - 1, ","));
		if (at)
			memset(host + 3, 'x', (size_t)(at - host) - 3);
	}
}

static int copy_path(char out[PATH_MAX], const char *path, struct error *error)
{
	if (strlen(path) >= PATH_MAX)
		return error_set(error, ENAMETOOLONG, "'%.64s…': the path is too long", path);
	strcpy(out, path);
	return 0;
}

/* Absolute, because the process changes its working directory; the folder need not exist. */
static int absolute_path(char out[PATH_MAX], const char *path, struct error *error)
{
	char here[PATH_MAX];
	struct text joined = TEXT_EMPTY;
	if (path[0] == '/')
		return copy_path(out, path, error);
	if (!getcwd(here, sizeof here))
		return error_set(error, errno, "the working directory: %s", strerror(errno));
	text_printf(&joined, "%s/%s", here, path);
	int result = copy_path(out, text_string(&joined), error);
	text_release(&joined);
	return result;
}

static int default_data_folder(char out[PATH_MAX], const char *mount_point, struct error *error)
{
	struct text path = TEXT_EMPTY;
	int result = data_folder_default(&path, mount_point, error);

	if (result)
		error_prefix(error, "no place to keep the chain in (say one with -o data=DIR, or -o memory)");
	else
		result = copy_path(out, text_string(&path), error);
	text_release(&path);
	return result;
}

static bool lies_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);
	return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

/* mount(8) and /etc/fstab name a source before the mount point; ours has none, so it is called `eosiofs` or
 * `none`. */
static int settle_words(struct parsed *parsed, struct error *error)
{
	const char *first = parsed->words[0], *second = parsed->words[1];

	if (second && (strcmp(first, "eosiofs") == 0 || strcmp(first, "none") == 0)) {
		parsed->words[0] = second;
		parsed->words[1] = NULL;
	}
	if (!parsed->words[0])
		return error_set(error, EINVAL,
		                 parsed->options.unmount ? "no mount point to unmount is given"
		                                         : "no mount point is given");
	if (parsed->surplus || parsed->words[1])
		return error_set(error, EINVAL, "one mount point, please: what is '%s'?",
		                 parsed->words[1] ? parsed->words[1] : parsed->surplus);
	return 0;
}

static int settle_paths(struct options *out, const struct parsed *parsed, struct error *error)
{
	int result = mount_table_absolute(out->mount_point, parsed->words[0], error);

	if (result == 0 && parsed->import)
		result = absolute_path(out->import_file, parsed->import, error);
	if (result == 0 && parsed->genesis)
		result = absolute_path(out->genesis_file, parsed->genesis, error);
	if (result == 0 && parsed->genesis_key_file)
		result = absolute_path(out->genesis_key_file, parsed->genesis_key_file, error);
	if (result == 0 && parsed->nodeos)
		result = absolute_path(out->nodeos, parsed->nodeos, error);
	if (result == 0 && parsed->nodeos && (out->memory || out->url))
		result = error_set(error, EINVAL, "-o nodeos=PATH and -o %s exclude each other",
		                   out->memory ? "memory" : "url=URL");
	if (result == 0 && strchr(out->wallet_http, '/'))
		result = absolute_path(out->wallet_http, parsed->wallet_http, error);
	if (result || out->unmount || out->memory)
		return result;
	result = parsed->data ? absolute_path(out->data_folder, parsed->data, error)
	                      : default_data_folder(out->data_folder, out->mount_point, error);
	if (result == 0 && lies_below(out->data_folder, out->mount_point))
		result = error_set(error, EINVAL,
		                   "the data folder '%s' lies in the mount itself: say another one with -o data=DIR",
		                   out->data_folder);
	return result;
}

static int settle_history(struct options *out, const struct parsed *parsed, struct error *error)
{
	const char *text = parsed->history;
	size_t length = text ? strlen(text) : 0;

	if (!text)
		return 0;
	if (strcmp(text, "all") == 0) {
		out->history = UINT32_MAX;
		return 0;
	}
	if (!length || length > 9 || strspn(text, "0123456789") != length || strtoul(text, NULL, 10) == 0)
		return error_set(error, EINVAL, "history is a number of blocks or all, not '%.32s'", text);
	out->history = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

/* What does not go together. */
static int check_together(const struct options *options, const struct parsed *parsed, struct error *error)
{
	const char *p2p = options->p2p;

	if (parsed->data && options->memory)
		return error_set(error, EINVAL, "-o data=DIR and -o memory exclude each other");
	if (parsed->import &&
	    (options->memory || parsed->genesis || options->url || options->peer || parsed->nodeos))
		return error_set(error, EINVAL, "-o import=FILE and %s exclude each other",
		                 options->memory   ? "-o memory"
		                 : parsed->genesis ? "-o genesis=FILE"
		                 : parsed->nodeos  ? "-o nodeos=PATH"
		                 : options->url    ? "-o url=URL"
		                                   : "-o peer=HOST:PORT");
	if (options->genesis_key && parsed->genesis_key_file)
		return error_set(error, EINVAL, "-o genesis_key=WIF and genesis_key_file=FILE exclude each other");
	if (p2p && strcmp(p2p, "on") != 0 && strcmp(p2p, "off") != 0)
		return error_set(error, EINVAL, "p2p is on or off, not '%.32s'", p2p);
	if (p2p && options->peer && strcmp(p2p, "off") == 0)
		return error_set(error, EINVAL, "-o peer=HOST:PORT and -o p2p=off exclude each other");
	if (options->wait && !options->url && !parsed->nodeos)
		return error_set(error, EINVAL, "-o wait=%s goes with -o url=URL or nodeos=PATH", options->wait);
	return options->max_threads ? 0 : error_set(error, EINVAL, "max_threads is at least 1");
}

int options_parse(struct options *out, int count, char **arguments, struct error *error)
{
	struct parsed parsed = {
		.options = {.max_threads = 10, .idle_threads = 10, .fuse = FUSE_ARGS_INIT(count, arguments)}};
	struct fuse_opt table[OPTION_ROWS + 1] = {0}; /* ends with an empty one */

	for (size_t i = 0; i < OPTION_ROWS; i++)
		table[i] = option_rows[i].option;
	int result = fuse_opt_parse(&parsed.options.fuse, &parsed, table, take_argument);
	*out = parsed.options;
	snprintf(out->wallet_http, sizeof out->wallet_http, "%s", parsed.wallet_http ? parsed.wallet_http : "");
	if (result)
		result = error_set(error, EINVAL, "the options cannot be read");
	else if (out->help || out->version || out->print_tree || out->print_options)
		result = 0;
	else if ((result = settle_words(&parsed, error)) != 0)
		; /* the sentence is there */
	else if ((result = check_together(out, &parsed, error)) != 0)
		; /* likewise */
	else if ((result = settle_history(out, &parsed, error)) == 0)
		result = settle_paths(out, &parsed, error);
	hide_secrets(count, arguments);
	free(parsed.data);
	free(parsed.import);
	free(parsed.genesis);
	free(parsed.genesis_key_file);
	free(parsed.history);
	free(parsed.wallet_http);
	free(parsed.nodeos);
	return result;
}

void options_forget_key(struct options *options)
{
	if (options->genesis_key)
		memory_wipe(options->genesis_key, strlen(options->genesis_key));
	free(options->genesis_key);
	options->genesis_key = NULL;
}

void options_release(struct options *options)
{
	options_forget_key(options);
	free(options->http);
	free(options->p2p);
	free(options->peer);
	free(options->url);
	free(options->wait);
	fuse_opt_free_args(&options->fuse);
}

/* The help beside the option, filled to the width of a terminal. */
static void print_option(const struct option_row *row)
{
	int column = printf("    %-22s", row->shown);
	const char *word = row->help;

	while (*word) {
		int length = (int)strcspn(word, " ");
		if (column + 1 + length > HELP_WIDTH)
			column = printf("\n%*s", HELP_INDENT, "") - 1;
		column += printf(" %.*s", length, word);
		word += length + (word[length] == ' ');
	}
	printf("\n");
}

void options_print_help(const char *program)
{
	printf("usage: %s [OPTIONS] MOUNTPOINT\n"
	       "       %s --unmount MOUNTPOINT\n"
	       "\n"
	       "Mounts an EOSIO testnet as files: ls lists its accounts and producers, cat reads live chain\n"
	       "state, echo sends actions. `cat MOUNTPOINT/README` then says what is where.\n"
	       "\n",
	       program, program);
	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].shown)
			print_option(&option_rows[i]);
	printf("\nOptions of libfuse:\n");
	fflush(stdout);
	fuse_lowlevel_help();
}

void options_print_table(void)
{
	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (option_rows[i].shown)
			printf("%s\t%s\n", option_rows[i].shown, option_rows[i].help);
}

void options_print_version(void)
{
	printf("eosiofs %s\n", VERSION);
	printf("libfuse %s\n", fuse_pkgversion());
}
