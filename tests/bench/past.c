/* Looking back: opening the state a hundred thousand blocks ago, beside applying blocks again, and what a day
 * of empty blocks adds on disk.
 *
 * usage: past [ACCOUNTS]   how many there are (3000) */
#include "tests/bench/rig/bench.h"
#include "tests/bench/rig/population.h"
#include "tests/chain_rig.h"

#include "core/chain/embedded/storage/storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCKS = 100000, ROUNDS = 9, DAY = 172800 };

static off_t size_of(const char *folder, const char *name)
{
	char path[4096];
	struct stat status;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return stat(path, &status) == 0 ? status.st_size : 0;
}

/* Opens it and looks an account up. */
static double opening(struct rig *rig, uint32_t number)
{
	const struct chain_revision revision = {.kind = CHAIN_BLOCK, .block_num = number};
	struct chain_view *view = NULL;
	struct chain_account account;
	double began = bench_now();
	rig_must(chain_view_open(rig->chain, &view, &revision, NULL, &rig->error), "view", &rig->error);
	rig_must(view->operations->account(view, &account, name_literal("eosio"), &rig->error), "account",
	         &rig->error);
	chain_account_release(&account);
	chain_view_close(view);
	return (bench_now() - began) / 1e6;
}

static void measure_opening(struct rig *rig, size_t users)
{
	double values[ROUNDS], again[ROUNDS];
	uint32_t head = rig_info(rig).head_block_num;
	char name[96];
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t number = head - BLOCKS + 500 +
		                  i * 1100; /* from nowhere near one that is stored to right behind it */
		values[i] = opening(rig, number);
		again[i] = opening(rig, number);
	}
	qsort(values, ROUNDS, sizeof *values, bench_compare);
	qsort(again, ROUNDS, sizeof *again, bench_compare);
	snprintf(name, sizeof name, "past: opening at/NUM 100000 blocks ago, %zu accounts", users);
	bench_report(name, values[ROUNDS / 2], "ms", "the aim", 50);
	snprintf(name, sizeof name, "past: the slowest of %d", ROUNDS);
	bench_report(name, values[ROUNDS - 1], "ms", "the aim", 50);
	bench_report("past: opening it again", again[ROUNDS / 2], "ms", "opening the head", opening(rig, head));
}

int main(int count, char **words)
{
	size_t users = count > 1 ? strtoul(words[1], NULL, 10) : 3000;
	char folder[] = "/tmp/eosiofs-bench-XXXXXX", name[96];
	struct rig rig = {.folder = mkdtemp(folder), .manual_clock = true, .history = BLOCKS + 2 * 1000};
	if (!rig.folder)
		abort();
	rig_open(&rig);
	rig_make_token(&rig);
	for (size_t i = 0; i < users; i++)
		rig_must(rig_create_account(&rig, NULL, user(i).text), "account", &rig.error);
	rig_must(rig_advance(&rig, 2000 * (int64_t)500000), "advance", &rig.error);
	rig_close(&rig);
	off_t before = size_of(folder, "states/nodes");
	rig_open(&rig);
	rig_must(rig_advance(&rig, DAY * (int64_t)500000), "advance", &rig.error);
	rig_close(&rig);
	snprintf(name, sizeof name, "past: states of a day of empty blocks, %zu accounts", users);
	bench_report(name, (double)(size_of(folder, "states/nodes") - before) / 1e6, "MB", "the aim", 50);
	rig_open(&rig);
	measure_opening(&rig, users);
	rig_end(&rig);
	remove_folder(folder);
	return 0;
}
