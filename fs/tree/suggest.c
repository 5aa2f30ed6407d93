/* "did you mean": the nearest of some names, by edit distance with transpositions. */
#include "fs/tree/suggest.h"

#include <string.h>

enum { SUGGEST_LENGTH_MAXIMUM = 40, SUGGEST_NAMES_MAXIMUM = 2000 };

static size_t minimum(size_t a, size_t b) { return a < b ? a : b; }

static size_t edit_distance(const char *a, const char *b)
{
	size_t row[3][SUGGEST_LENGTH_MAXIMUM + 1];
	size_t a_length = strlen(a), b_length = strlen(b);
	if (a_length > SUGGEST_LENGTH_MAXIMUM || b_length > SUGGEST_LENGTH_MAXIMUM)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			now[j] = minimum(minimum(before[j], now[j - 1]) + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = minimum(now[j], two_before[j - 2] + 1);
		}
	}
	return row[a_length % 3][b_length];
}

struct suggestion suggestion_begin(const char *wanted)
{
	/* A third of the letters may be wrong, two even of four; of very short names one. */
	size_t length = strlen(wanted), distance = length < 4 ? 1 : length < 9 ? 2 : length / 3;
	return (struct suggestion){.wanted = wanted, .distance = distance + 1};
}

void suggestion_consider(struct suggestion *suggestion, const char *candidate)
{
	if (strlen(candidate) >= sizeof suggestion->best)
		return;
	size_t distance = edit_distance(suggestion->wanted, candidate);
	if (distance >= suggestion->distance || distance >= strlen(candidate))
		return;
	suggestion->distance = distance;
	strcpy(suggestion->best, candidate);
}

const char *suggestion_best(const struct suggestion *suggestion)
{
	return suggestion->best[0] ? suggestion->best : NULL;
}

void suggestion_consider_folder(struct suggestion *suggestion, struct tree *tree, const struct caller *caller,
                                struct dentry *folder, bool folders)
{
	struct folder *open = NULL;
	const char *name = NULL;
	mode_t type = 0;
	ino_t inode = 0;
	const struct interruption *interruption = caller ? &caller->interruption : NULL;
	if (tree_open_folder(tree, &open, caller, folder) != 0)
		return;
	for (uint64_t i = 2;
	     i < SUGGEST_NAMES_MAXIMUM && folder_entry(open, &name, &type, &inode, interruption, i) > 0; i++)
		if (S_ISDIR(type) == folders)
			suggestion_consider(suggestion, name);
	folder_close(open);
}
