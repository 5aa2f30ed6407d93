/* A folder of a test's own that goes away with it, whole files in and out of memory, and a disk that is full.
 */
#ifndef EOSIOFS_TESTS_TEMPORARY_H
#define EOSIOFS_TESTS_TEMPORARY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

char *temporary_folder(void);
char *temporary_path(const char *folder, const char *name);
void temporary_remove(char *folder);
struct bytes file_content(const char *path);
void file_set(const char *path, const void *data, size_t length);
/* No file can grow beyond size from now on (EFBIG); RLIM_INFINITY: they can again. */
void limit_files(rlim_t size);

#endif
