/* The least that a file system of this kind can be, to compare the mount with: low-level libfuse, the same
 * depth, flags, timeouts, threads and bytes, and nothing behind them.
 *
 * usage: minimal_fs MOUNTPOINT BALANCE_BYTES INFO_BYTES
 * shows accounts/X/balance and accounts/X/info.json with so many bytes, and accounts/X/transfer, which takes
 * what is written. Runs until it is unmounted or gets SIGTERM; prints "ready" once the mount answers. */
#include "tests/bench/rig/least.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOT = FUSE_ROOT_ID, ACCOUNTS, ACCOUNT, BALANCE, INFO, TRANSFER, NODES };

static const struct {
	const char *name;
	fuse_ino_t parent;
	mode_t mode;
} nodes[NODES] = {
	[ROOT] = {"", 0, S_IFDIR | 0755},
	[ACCOUNTS] = {"accounts", ROOT, S_IFDIR | 0755},
	[ACCOUNT] = {"X", ACCOUNTS, S_IFDIR | 0755},
	[BALANCE] = {"balance", ACCOUNT, S_IFREG | 0644},
	[INFO] = {"info.json", ACCOUNT, S_IFREG | 0444},
	[TRANSFER] = {"transfer", ACCOUNT, S_IFREG | 0644},
};

static struct content {
	char *data;
	size_t length;
} contents[NODES];

static void fill(struct stat *out, fuse_ino_t inode)
{
	*out = (struct stat){.st_ino = inode,
	                     .st_mode = nodes[inode].mode,
	                     .st_nlink = 1,
	                     .st_uid = getuid(),
	                     .st_gid = getgid(),
	                     .st_size = (off_t)contents[inode].length};
}

static void minimal_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	for (fuse_ino_t inode = ROOT + 1; inode < NODES; inode++) {
		if (nodes[inode].parent != parent || strcmp(nodes[inode].name, name))
			continue;
		struct fuse_entry_param entry = {.ino = inode, .entry_timeout = LEAST_NAME_TIMEOUT};
		fill(&entry.attr, inode);
		fuse_reply_entry(req, &entry);
		return;
	}
	fuse_reply_err(req, ENOENT);
}

static void minimal_getattr(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct stat attributes;
	(void)info;
	fill(&attributes, inode);
	fuse_reply_attr(req, &attributes, 0.0);
}

static void minimal_setattr(fuse_req_t req, fuse_ino_t inode, struct stat *wanted, int fields,
                            struct fuse_file_info *info)
{
	(void)wanted;
	(void)fields;
	minimal_getattr(req, inode, info);
}

static void minimal_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	info->fh = inode;
	info->direct_io = 1;
	info->noflush = (info->flags & O_ACCMODE) == O_RDONLY;
	fuse_reply_open(req, info);
}

static void minimal_read(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
                         struct fuse_file_info *info)
{
	const struct content *content = &contents[inode];
	size_t at = (size_t)offset < content->length ? (size_t)offset : content->length;
	(void)info;
	fuse_reply_buf(req, content->data + at, size < content->length - at ? size : content->length - at);
}

static void minimal_write(fuse_req_t req, fuse_ino_t inode, const char *data, size_t size, off_t offset,
                          struct fuse_file_info *info)
{
	(void)inode;
	(void)data;
	(void)offset;
	(void)info;
	fuse_reply_write(req, size);
}

static void minimal_done(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	(void)info;
	fuse_reply_err(req, 0);
}

static void minimal_init(void *data, struct fuse_conn_info *connection)
{
	(void)data;
	connection->want |= connection->capable & FUSE_CAP_ATOMIC_O_TRUNC;
}

static const struct fuse_lowlevel_ops operations = {
	.init = minimal_init,
	.lookup = minimal_lookup,
	.getattr = minimal_getattr,
	.setattr = minimal_setattr,
	.open = minimal_open,
	.read = minimal_read,
	.write = minimal_write,
	.flush = minimal_done,
	.release = minimal_done,
};

int main(int count, char **words)
{
	if (count != 4) {
		fprintf(stderr, "usage: minimal_fs MOUNTPOINT BALANCE_BYTES INFO_BYTES\n");
		return 2;
	}
	for (fuse_ino_t inode = BALANCE; inode <= INFO; inode++) {
		contents[inode].length = strtoul(words[inode == BALANCE ? 2 : 3], NULL, 10);
		contents[inode].data = malloc(contents[inode].length + 1);
		if (!contents[inode].data)
			return 1;
		memset(contents[inode].data, 'x', contents[inode].length);
	}
	int result = least_serve(words[0], words[1], &operations, NULL);
	for (fuse_ino_t inode = BALANCE; inode <= INFO; inode++)
		free(contents[inode].data);
	return result;
}
