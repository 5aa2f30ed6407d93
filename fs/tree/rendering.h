/* Renderings: what a file shows at one moment, made once for all who read that state. */
#ifndef EOSIOFS_FS_TREE_RENDERING_H
#define EOSIOFS_FS_TREE_RENDERING_H

#include "fs/tree/dentry.h"

/* Contents as they were at one moment, shared by those who read them. */
struct rendering {
	unsigned references; /* under tree->lock */
	bool secret;
	struct text text;
	bool has_view;
	uint64_t sequence;  /* of the view, when has_view */
	uint64_t writes;    /* how much had been written when it was made (rendering.c) */
	uint32_t block_num; /* the view's block, 0 without one */
	uint32_t newest;    /* the newest block that something of it may be of */
	struct timespec modified;
	int64_t stat_ms; /* monotonic time of the last stat that reported it, 0: none did */
};

enum rendering_use { RENDERING_STAT, RENDERING_OPEN };
/* One reference for the caller. */
int rendering_get(struct tree *tree, struct rendering **out, const struct caller *caller,
                  struct dentry *dentry, enum rendering_use use, struct error *error);
void rendering_release(struct tree *tree, struct rendering *rendering);
void rendering_drop(struct rendering *rendering);                       /* the same, lock held */
void rendering_forget(struct tree *tree, struct dentry *dentry);        /* lock held */

#endif
