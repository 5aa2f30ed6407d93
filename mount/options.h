/* The command line. */
#ifndef EOSIOFS_MOUNT_OPTIONS_H
#define EOSIOFS_MOUNT_OPTIONS_H

#include "mount/mount.h"

#include <limits.h>

struct options {
	/* 0 or 1, as libfuse's parser writes them; the first five: what to do instead of mounting */
	int help, version, print_tree, print_options, unmount, foreground, single_thread;
	int memory, nonempty, verify, without_twins, measured_cpu, manual_clock, without_page, allow_other;
	char mount_point[PATH_MAX];  /* absolute */
	char data_folder[PATH_MAX];  /* absolute; "" with memory */
	char import_file[PATH_MAX];  /* "" for none */
	char genesis_file[PATH_MAX]; /* likewise */
	char *genesis_key;           /* owned, secret; NULL for none */
	char genesis_key_file[PATH_MAX]; /* "" for none */
	char wallet_http[PATH_MAX];  /* HOST:PORT or a socket's absolute path; "": not asked for */
	char *http;                  /* owned: HOST:PORT, all or off; NULL: not said */
	char *p2p;                   /* owned: on or off; NULL: not said */
	char *peer;                  /* owned: HOST:PORT; NULL: none */
	char *url;                   /* owned: of a node; NULL: a chain of one's own */
	char nodeos[PATH_MAX];       /* absolute: the program of nodes that are processes; "" for none */
	char *wait;                  /* owned; NULL: not said */
	unsigned max_threads, idle_threads;
	uint32_t history;            /* blocks; 0: not said; UINT32_MAX: all */
	struct fuse_args fuse;       /* what is libfuse's own */
};

/* Reads the command line and takes a genesis_key out of it, so that no process list shows it. -EINVAL with
 * a sentence. Call options_release() in any case. */
int options_parse(struct options *out, int count, char **arguments, struct error *error);
void options_release(struct options *options);
/* Wipes genesis_key. */
void options_forget_key(struct options *options);

void options_print_help(const char *program);
/* Each option a line: how it is written, what it does; separated by a tab. */
void options_print_table(void);
void options_print_version(void);

#endif
