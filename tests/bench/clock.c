/* A day of empty blocks on a chain in a data folder, as `echo +1d > chain/clock` makes them: seconds beside
 * as many bare signatures shared by the processors, and CPU time a block. usage: clock DATA_FOLDER */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"
#include "tests/chain_rig.h"

#include "core/base/system/parallel.h"

#include <stdio.h>

enum { DAY_SECONDS = 86400, BLOCKS = 2 * DAY_SECONDS, BARE_ROUNDS = 500 };

static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ns of CPU. */
static double bare_signature(void)
{
	struct bare bare;
	bare_begin(&bare);
	double start = cpu_now();
	for (int i = 0; i < BARE_ROUNDS; i++) {
		bare_next(&bare);
		bare_sign(&bare);
	}
	double spent = (cpu_now() - start) / BARE_ROUNDS;
	bare_end(&bare);
	return spent;
}

int main(int arguments, char **argument)
{
	struct rig rig = {.folder = argument[1], .manual_clock = true};
	if (arguments != 2)
		return fputs("usage: clock DATA_FOLDER\n", stderr), 2;
	rig_open(&rig);
	double before = bare_signature(), start = bench_now(), cpu = cpu_now();
	rig_must(rig.chain->operations->clock_advance(rig.chain, INT64_C(1000000) * DAY_SECONDS, false, NULL,
	                                              &rig.error),
	         "clock", &rig.error);
	double wall = bench_now() - start;
	cpu = cpu_now() - cpu;
	double bare = (before + bare_signature()) / 2;
	bench_report("a day of empty blocks", wall / 1e9, "s", "its bare signatures by processors",
	             bare * BLOCKS / (double)parallel_processors() / 1e9);
	bench_report("an empty block: CPU", cpu / BLOCKS / 1000, "us", "a bare signature", bare / 1000);
	rig_end(&rig);
	return 0;
}
