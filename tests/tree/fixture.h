/* A real chain in memory under THE TABLE, driven without a mount: open, write, read, close as a shell does
 * them. Blocks come only when the test moves the clock, so nothing here depends on time. */
#ifndef EOSIOFS_TESTS_TREE_FIXTURE_H
#define EOSIOFS_TESTS_TREE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/boot/boot.h"
#include "core/chain/embedded/embedded.h"
#include "core/types/name.h"
#include "fs/tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE_MOUNT_POINT "/mount/point/of/the/fixture"

extern struct fixture {
	struct signer *signer;
	struct wallet *wallet;
	struct chain *chain;
	struct boot *boot;
	struct tree *tree;
	struct caller caller;
	struct text contents; /* what fixture_read() gave last */
} fixture;

int fixture_setup(void **state);
int fixture_teardown(void **state);
/* 0 or -errno, with the contents in fixture.contents. */
int fixture_try_read(const char *path);
/* The contents; they live until the next read. */
const char *fixture_read(const char *path);
/* The last line of a growing file. */
const char *fixture_last_line(const char *path);
/* Writes as bash does (flush before and after), a line at a time when by_line; 0 or the first -errno. flags:
 * O_TRUNC for >, O_APPEND for >>. */
int fixture_try_write_flags(const char *path, const char *data, size_t length, int flags, bool by_line);
int fixture_try_write(const char *path, const char *text);
void fixture_write(const char *path, const char *text);
void fixture_append(const char *path, const char *text);
int fixture_try_mkdir(const char *folder, const char *name);
void fixture_mkdir(const char *folder, const char *name);
/* A folder's names, each followed by a blank, in fixture.contents. */
const char *fixture_list(const char *path);
/* Where a link leads. */
const char *fixture_link(const char *path);
bool fixture_exists(const char *path);
#define fixture_expect(path, expected) assert_string_equal(fixture_read(path), expected)
#define fixture_expect_part(path, part)                                            \
	do {                                                                           \
		if (!strstr(fixture_read(path), part))                                     \
			fail_msg("%s: no \"%s\" in \"%s\"", path, part, text_string(&fixture.contents)); \
	} while (0)

/* A write that is refused with this errno and, in errors, these words. */
#define fixture_refuse(number, words, path, text)                                                  \
	do {                                                                                           \
		assert_int_equal(fixture_try_write(path, text), -(number));                               \
		if (!strstr(fixture_last_line("errors"), words))                                           \
			fail_msg("%s: no \"%s\" in \"%s\"", path, words, fixture_last_line("errors"));          \
	} while (0)

/* A write that sends nothing. */
void fixture_write_in_vain(const char *path, const char *text);
/* Law 2: what a file reads is what it accepts, and writing it sends nothing. */
void fixture_round_trip(const char *path);
void fixture_advance(int64_t seconds, bool skip);
/* Token and system contract, all features, the accounts of the tutorial that both need. */
void fixture_boot(void);
/* An account with its own stake of so much on NET and on CPU, 64 KiB of RAM and 1 000 SYS. */
void fixture_account(const char *name, const char *stake);

#endif
