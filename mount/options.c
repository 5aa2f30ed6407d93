/* The command line: our options, and libfuse's, which go on to libfuse. */
#include "mount/options.h"

#include "core/base/memory.h"
#include "core/engine/storage/data_folder.h"
#include "mount/mount_table.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char VERSION[] = "0.1.0";

enum { KEY_DEBUG = 1, KEY_NO_MEANING };

/* What fuse_opt_parse() fills. */
struct parsed {
	int help, version, print_tree, unmount, foreground, single_thread, memory, nonempty;
	char *data, *genesis, *genesis_key;
	unsigned max_threads, idle_threads;
	const char *mount_point, *surplus;
};

#define OPTION(text, field, value) {text, offsetof(struct parsed, field), value}
#define KEY(word, key) {word, UINT_MAX, key} /* FUSE_OPT_KEY without its sign conversion */
static const struct fuse_opt option_table[] = {
	OPTION("-h", help, 1),
	OPTION("--help", help, 1),
	OPTION("-V", version, 1),
	OPTION("--version", version, 1),
	OPTION("--print-tree", print_tree, 1),
	OPTION("--unmount", unmount, 1),
	OPTION("-f", foreground, 1),
	OPTION("-s", single_thread, 1),
	OPTION("data=%s", data, 0),
	OPTION("memory", memory, 1),
	OPTION("genesis=%s", genesis, 0),
	OPTION("genesis_key=%s", genesis_key, 0),
	OPTION("nonempty", nonempty, 1),
	OPTION("max_threads=%u", max_threads, 0),
	OPTION("max_idle_threads=%u", idle_threads, 0),
	OPTION("-d", foreground, 1),
	OPTION("debug", foreground, 1),
	KEY("-d", KEY_DEBUG), /* ours and libfuse's */
	KEY("debug", KEY_DEBUG),
	KEY("rw", KEY_NO_MEANING), /* what mount(8) passes along */
	KEY("defaults", KEY_NO_MEANING),
	FUSE_OPT_END,
};

/* 1 keeps an argument for libfuse, 0 drops it. */
static int take_argument(void *data, const char *argument, int key, struct fuse_args *out)
{
	struct parsed *parsed = data;
	(void)out;
	switch (key) {
	case FUSE_OPT_KEY_NONOPT:
		if (!parsed->mount_point)
			parsed->mount_point = argument;
		else if (!parsed->surplus)
			parsed->surplus = argument;
		return 0;
	case KEY_NO_MEANING:
		return 0;
	default:
		return 1;
	}
}

/* The arguments of a process can be read by everybody: what stands behind genesis_key= is overwritten, in
 * its place. */
static void hide_key(int count, char **arguments)
{
	static const char word[] = "genesis_key=";
	for (int i = 1; i < count; i++) {
		char *found = strstr(arguments[i], word);
		if (found)
			for (char *value = found + sizeof word - 1; *value && *value != ','; value++)
				*value = 'x';
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

	if (result != 0)
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

static int settle_paths(struct options *out, const struct parsed *parsed, struct error *error)
{
	int result = mount_table_absolute(out->mount_point, parsed->mount_point, error);

	if (result == 0 && parsed->genesis)
		result = absolute_path(out->genesis_file, parsed->genesis, error);
	if (result != 0 || out->unmount || out->memory)
		return result;
	result = parsed->data ? absolute_path(out->data_folder, parsed->data, error)
	                      : default_data_folder(out->data_folder, out->mount_point, error);
	if (result == 0 && lies_below(out->data_folder, out->mount_point))
		result = error_set(error, EINVAL,
		                   "the data folder '%s' lies in the mount itself: say another one with -o data=DIR",
		                   out->data_folder);
	return result;
}

int options_parse(struct options *out, int count, char **arguments, struct error *error)
{
	struct parsed parsed = {.max_threads = 10, .idle_threads = 2};
	int result;
	*out = (struct options){.fuse = FUSE_ARGS_INIT(count, arguments)};
	result = fuse_opt_parse(&out->fuse, &parsed, option_table, take_argument);
	out->genesis_key = parsed.genesis_key;
	out->help = parsed.help;
	out->version = parsed.version;
	out->print_tree = parsed.print_tree;
	out->unmount = parsed.unmount;
	out->foreground = parsed.foreground;
	out->single_thread = parsed.single_thread;
	out->memory = parsed.memory;
	out->nonempty = parsed.nonempty;
	out->max_threads = parsed.max_threads;
	out->idle_threads = parsed.idle_threads;
	if (result != 0)
		result = error_set(error, EINVAL, "the options cannot be read");
	else if (out->help || out->version || out->print_tree)
		result = 0;
	else if (!parsed.mount_point)
		result = error_set(error, EINVAL,
		                   out->unmount ? "no mount point to unmount is given" : "no mount point is given");
	else if (parsed.surplus)
		result = error_set(error, EINVAL, "one mount point, please: what is '%s'?", parsed.surplus);
	else if (parsed.data && parsed.memory)
		result = error_set(error, EINVAL, "-o data=DIR and -o memory exclude each other");
	else if (out->max_threads == 0)
		result = error_set(error, EINVAL, "max_threads is at least 1");
	else
		result = settle_paths(out, &parsed, error);
	hide_key(count, arguments);
	free(parsed.data);
	free(parsed.genesis);
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
	fuse_opt_free_args(&options->fuse);
}

void options_print_help(const char *program)
{
	printf(
		"usage: %s [OPTIONS] MOUNTPOINT\n"
		"       %s --unmount MOUNTPOINT\n"
		"\n"
		"Mounts an EOSIO testnet as files: ls lists its accounts and producers, cat reads live chain state, "
	    "echo sends actions.\n"
		"`cat MOUNTPOINT/README` then says what is where.\n"
		"\n"
		"    -h   --help            this help\n"
		"    -V   --version         versions\n"
		"    --unmount              unmount MOUNTPOINT; when it is busy, name who keeps it busy\n"
		"    --print-tree           the tree's files as a Markdown table\n"
		"    -f                     stay in the foreground\n"
		"    -d   -o debug          show libfuse's requests (implies -f)\n"
		"    -s                     one thread answers every request\n"
		"    -o data=DIR            where the chain and the wallet are kept (default: "
	    "~/.local/share/eosiofs/NAME,\n"
		"                           NAME being the mount point's; XDG_DATA_HOME moves it)\n"
		"    -o memory              keep nothing: the chain ends with the mount (the wallet's password: "
	    "memory)\n"
		"    -o genesis=FILE        start a new chain from this genesis.json\n"
		"    -o genesis_key=WIF     the private key of that genesis (known already for the tutorial's own)\n"
		"    -o nonempty            mount over a folder that holds files\n"
		"    -o max_threads=N       threads that answer requests (default: 10)\n"
		"    -o max_idle_threads=N  of which so many are kept (default: 2)\n"
		"\n"
		"Options of libfuse:\n",
		program, program);
	fflush(stdout);
	fuse_lowlevel_help();
}

void options_print_version(void)
{
	printf("eosiofs %s\n", VERSION);
	printf("libfuse %s\n", fuse_pkgversion());
}
