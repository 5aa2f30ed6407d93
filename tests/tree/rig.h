/* What the tests of the tree share: a small table of their own, whose handlers write down what they were
 * given, and a tree over it. */
#ifndef EOSIOFS_TESTS_TREE_RIG_H
#define EOSIOFS_TESTS_TREE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/readme.h"
#include "fs/tree/sent.h"
#include "fs/tree/suggest.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern struct tree_rig {
	struct text calls; /* `[…]` for each write a handler was given; one that contains "bad" is refused with
	                      ECANCELED, "wrong" does not parse */
	struct text contents; /* what readable files show */
	struct text made;     /* what mkdir was given, `trees/@tree`'s names that exist besides "oak" and "elm" */
	unsigned reads;
	size_t names; /* how many names many/ lists */
} rig;

int rig_setup(void **state);
int rig_teardown(void **state);
extern const struct caller rig_owner, rig_other;

struct dentry *rig_walk(struct tree *tree, const char *path);
struct handle *rig_open(struct tree *tree, const char *path, int flags);
ssize_t rig_put(struct handle *handle, const char *text);
/* Opens, writes the pieces (ended by NULL) as bash would, flushes and closes; what handlers were given is
 * then in rig.calls. The first errno. */
int rig_write(struct tree *tree, const char *path, int flags, ...);
char *rig_read(struct tree *tree, const char *path);
/* Whether the last line of errors contains all of it. */
void rig_expect_error(struct tree *tree, const char *part);
void rig_expect_calls(const char *expected);

#endif
