/* Whole reads and writes at an offset, for the durable files: 0 or -errno, never a part. No sentences
 * here: the callers know what is lost. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_FILE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_FILE_H

#include "core/base/bytes.h"
#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

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
/* Writes a small file so that after a crash there is either the old one or the new one; mode 0600. */
int file_replace(const char *path, const void *data, size_t length, struct error *error);
/* The words of an errno (positive or negative): "No space left on device". */
const char *file_reason(int number);

#endif
