/* Scratch files: the memory files that editors put beside what they save. */
#ifndef EOSIOFS_FS_TREE_WRITE_SCRATCH_H
#define EOSIOFS_FS_TREE_WRITE_SCRATCH_H

#include "fs/tree/dentry.h"

enum { SCRATCH_SIZE_MAXIMUM = 16 << 20, SCRATCH_TOTAL_MAXIMUM = 32 << 20 };

/* A private memory file (DESIGN 3). */
struct scratch {
	struct bytes data;
	mode_t mode;
	struct timespec modified;
	unsigned handles;
};

/* exclusive: it must not be there yet (O_EXCL). */
bool scratch_name_fits(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name, bool exclusive);
int scratch_create(struct tree *tree, struct dentry **out, struct dentry *folder, const char *name,
                   mode_t mode, struct error *error);
void scratch_remove(struct tree *tree, struct dentry *dentry);
int scratch_resize(struct tree *tree, struct dentry *dentry, size_t size,
                   struct error *error); /* lock held */
ssize_t scratch_write(struct tree *tree, struct dentry *dentry, const char *data, size_t size, off_t offset,
                      bool append, struct error *error);
ssize_t scratch_read(struct tree *tree, struct dentry *dentry, char *out, size_t size, off_t offset);

#endif
