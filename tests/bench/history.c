/* What telling costs: of each transfer a line in the histories of whom it is about, in CPU time beside
 * pushing it, and on disk. */
#include "tests/bench/rig/bench.h"
#include "tests/chain_rig.h"

#include "core/chain/embedded/storage/storage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ACCOUNTS = 500, ROUNDS = 5, TRANSFERS = 8000, TRANSFERS_PER_BLOCK = 200 };

static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct name_text user(size_t number)
{
	struct name_text name = {"user"};
	for (int i = 11; i >= 4; i--, number /= 26)
		name.text[i] = (char)('a' + number % 26);
	return name;
}

static void transfer(struct rig *rig, unsigned *seed)
{
	char json[160];
	snprintf(json, sizeof json, "[\"eosio\",\"%s\",\"0.0001 SYS\",\"%u\"]",
	         user((size_t)rand_r(seed) % ACCOUNTS).text, *seed);
	rig_must(rig_act(rig, NULL, "eosio.token", "transfer", "eosio", json), "transfer", &rig->error);
}

static void index_all(struct rig *rig)
{
	rig_must(embedded_index_blocks(embedded_of(rig->chain), UINT32_MAX, NULL, &rig->error), "index",
	         &rig->error);
}

static off_t size_and_remove(const char *path)
{
	DIR *folder = opendir(path);
	char inner[4096];
	struct stat status;
	off_t size = 0;

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		if (lstat(inner, &status) == 0 && !S_ISDIR(status.st_mode) && unlink(inner) == 0)
			size += strstr(path, "/history") ? status.st_size : 0;
		else
			size += size_and_remove(inner);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
	return size;
}

int main(void)
{
	char folder[] = "/tmp/eosiofs-bench-XXXXXX";
	struct rig rig = {.folder = mkdtemp(folder), .manual_clock = true};
	double pushing[ROUNDS], telling[ROUNDS];
	unsigned seed = 1;

	if (!rig.folder)
		abort();
	rig_open(&rig);
	rig_make_token(&rig);
	for (size_t i = 0; i < ACCOUNTS; i++)
		rig_must(rig_create_account(&rig, NULL, user(i).text), "account", &rig.error);
	for (size_t round = 0; round < ROUNDS; round++) {
		rig_must(rig_advance(&rig, 500000), "advance", &rig.error);
		index_all(&rig);
		double began = cpu_now();
		for (size_t i = 1; i <= TRANSFERS; i++) {
			transfer(&rig, &seed);
			if (i % TRANSFERS_PER_BLOCK == 0)
				rig_must(rig_advance(&rig, 500000), "advance", &rig.error);
		}
		double middle = cpu_now();
		index_all(&rig);
		pushing[round] = (middle - began) / TRANSFERS / 1000;
		telling[round] = (cpu_now() - middle) / TRANSFERS / 1000;
	}
	rig_end(&rig);
	qsort(pushing, ROUNDS, sizeof *pushing, bench_compare);
	qsort(telling, ROUNDS, sizeof *telling, bench_compare);
	bench_report("history: CPU of telling a transfer", telling[ROUNDS / 2], "us",
	             "making, signing and pushing it", pushing[ROUNDS / 2]);
	bench_report("history: disk of a transfer", (double)size_and_remove(folder) / (ROUNDS * TRANSFERS),
	             "bytes", NULL, 0);
	return 0;
}
