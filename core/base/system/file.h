/* Durable files: opening what must be a file, whole reads and writes at an offset, replacing one in one step,
 * setting one aside. Where no error is taken no sentence is made: the callers know what is lost. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_FILE_H
#define EOSIOFS_CORE_BASE_SYSTEM_FILE_H

#include "core/base/error.h"
#include "core/base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Opens a regular file (mode 0600 where flags has O_CREAT). Never waits, never follows a link. Fails with
 *   -ENOENT  there is none
 *   -EISDIR  a folder is there
 *   -EINVAL  a FIFO, a socket, a device or a symbolic link is there
 * or another -errno; the sentence names the file. */
int file_open(int *fd, const char *path, int flags, struct error *error);
/* Appends the whole of a file of at most `limit` bytes; fails as file_open does, and with -EFBIG. */
int file_load(struct text *out, const char *path, size_t limit, struct error *error);

/* All of it or -errno; how much had been written when it failed is unknown. */
int file_write(int fd, const void *data, size_t length, uint64_t at);
/* All of it or -errno; -ENODATA when the file ends before. */
int file_read(int fd, void *out, size_t length, uint64_t at);
int file_size(int fd, uint64_t *out);
int file_cut(int fd, uint64_t size);
/* Data and size reach the disk. */
int file_sync(int fd);
/* Names in the directory that holds path reach the disk. */
int file_sync_parent(const char *path);

/* A new file in place of whatever has the name "PATH.new"; mode 0600. file_replace_end() gives it the name
 * PATH, once the disk has it, or removes it when `result` (which it then gives back) says that writing it
 * failed. In between PATH is what it was. */
int file_replace_begin(int *fd, const char *path);
int file_replace_end(int fd, const char *path, int result);
/* Writes a small file so that after a crash there is either the old one or the new one; mode 0600. */
int file_replace(const char *path, const void *data, size_t length, struct error *error);

/* What cannot be used any more is kept: gives the file the first free name of PATH.SUFFIX, PATH.SUFFIX.2, …
 * and appends that name to *aside. */
int file_set_aside(struct text *aside, const char *path, const char *suffix, struct error *error);
/* Bytes under the first free name of the same kind; none is made when one of them holds just these. */
int file_keep_copy(struct text *aside, const char *path, const char *suffix, const void *data, size_t length,
                   struct error *error);

/* -ENOTSUP: of what a newer version of the program has written, a "journal" or whatever kind it is. */
int file_refuse_newer(const char *kind, const char *path, uint32_t version, uint32_t known,
                      struct error *error);

/* The words of an errno (positive or negative): "No space left on device". */
const char *file_reason(int number);

#endif
