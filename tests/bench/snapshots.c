/* Snapshots: taking one and going back to it, beside one fsync; with one node and with 31.
 *
 * usage: snapshots [ACCOUNTS]   how many there are (30000) */
#include "tests/bench/rig/bench.h"
#include "tests/bench/rig/population.h"
#include "tests/chain_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 9 };

/* Of a file in that folder. */
static double fsync_ms(const char *folder)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/fsync", folder);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		abort();
	double began = bench_now();
	fsync(fd);
	double took = (bench_now() - began) / 1e6;
	close(fd);
	unlink(path);
	return took;
}

static void measure(struct rig *rig, const char *folder, size_t users, int nodes)
{
	const struct chain_operations *operations = rig->chain->operations;
	double taking[ROUNDS], going_back[ROUNDS], disk[ROUNDS];
	char name[96];
	rig_must(operations->keep(rig->chain, "base", &rig->error), "keep", &rig->error);
	rig_must(operations->restore_kept(rig->chain, "base", &rig->error), "restore", &rig->error);
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof name, "s%d", i);
		rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
		disk[i] = fsync_ms(folder);
		double began = bench_now();
		rig_must(operations->keep(rig->chain, name, &rig->error), name, &rig->error);
		double middle = bench_now();
		rig_must(operations->drop(rig->chain, name, &rig->error), name, &rig->error);
		rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
		double before = bench_now();
		rig_must(operations->restore_kept(rig->chain, "base", &rig->error), "restore", &rig->error);
		taking[i] = (middle - began) / 1e6;
		going_back[i] = (bench_now() - before) / 1e6;
	}
	rig_must(operations->drop(rig->chain, "base", &rig->error), "drop", &rig->error);
	qsort(taking, ROUNDS, sizeof *taking, bench_compare);
	qsort(going_back, ROUNDS, sizeof *going_back, bench_compare);
	qsort(disk, ROUNDS, sizeof *disk, bench_compare);
	snprintf(name, sizeof name, "snapshots: taking one, %zu accounts, %d nodes", users, nodes);
	bench_report(name, taking[ROUNDS / 2], "ms", "one fsync and the aim", disk[ROUNDS / 2] + 5);
	snprintf(name, sizeof name, "snapshots: going back, %zu accounts, %d nodes", users, nodes);
	bench_report(name, going_back[ROUNDS / 2], "ms", "one fsync and the aim", disk[ROUNDS / 2] + 5);
}

int main(int count, char **words)
{
	size_t users = count > 1 ? strtoul(words[1], NULL, 10) : 30000;
	char folder[] = "/tmp/eosiofs-bench-XXXXXX";
	struct rig rig = {.folder = mkdtemp(folder), .manual_clock = true};
	if (!rig.folder)
		abort();
	rig_open(&rig);
	rig_make_token(&rig);
	for (size_t i = 0; i < users; i++)
		rig_must(rig_create_account(&rig, NULL, user(i).text), "account", &rig.error);
	measure(&rig, folder, users, 1);
	for (size_t i = 0; i < 30; i++)
		rig_must(rig.chain->operations->node_make(rig.chain, name_literal(user(i).text), &rig.error), "node",
		         &rig.error);
	measure(&rig, folder, users, 31);
	rig_end(&rig);
	remove_folder(folder);
	return 0;
}
