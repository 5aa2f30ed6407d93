/* Users' names, and folders removed. */
#include "tests/bench/rig/population.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void remove_folder(const char *path)
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

struct name_text user(size_t number)
{
	struct name_text name = {"user"};
	for (int i = 11; i >= 4; i--, number /= 26)
		name.text[i] = (char)('a' + number % 26);
	return name;
}
