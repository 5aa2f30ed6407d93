/* What benches of many accounts and of data folders share: the n-th user's name, and a folder gone with all
 * that is in it. */
#ifndef EOSIOFS_TESTS_BENCH_POPULATION_H
#define EOSIOFS_TESTS_BENCH_POPULATION_H

#include "core/types/name.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline void remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	char inner[4096];
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < (int)sizeof inner &&
		    unlink(inner) != 0)
			remove_folder(inner);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

static inline struct name_text user(size_t number)
{
	struct name_text name = {"user"};
	for (int i = 11; i >= 4; i--, number /= 26)
		name.text[i] = (char)('a' + number % 26);
	return name;
}

#endif
