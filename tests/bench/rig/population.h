/* What benches of many accounts and of data folders share: the n-th user's name, and a folder gone with all
 * that is in it. */
#ifndef EOSIOFS_TESTS_BENCH_RIG_POPULATION_H
#define EOSIOFS_TESTS_BENCH_RIG_POPULATION_H

#include "core/types/name.h"

#include <stddef.h>

void remove_folder(const char *path);
struct name_text user(size_t number);

#endif
