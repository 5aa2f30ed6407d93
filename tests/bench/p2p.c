/* A chain synced over loopback beside the same blocks applied again; a block's way through many nodes; links
 * that nothing happens on. */
#include "tests/bench/rig/bench.h"
#include "tests/peer_rig.h"

#include <stdio.h>
#include <stdlib.h>

enum { SYNCED = 20000, SYNCS = 5, HOPS = 5, RELAYED = 50, LINKS = 30, IDLE_S = 5 };

static double processor_time(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* All clocks go on; the first makes a block. */
static void next_slot(struct side *sides, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		pthread_mutex_lock(&sides[i].lock);
		mesh_slot(&sides[i].mesh);
		pthread_mutex_unlock(&sides[i].lock);
	}
}

static double median(double *values)
{
	qsort(values, SYNCS, sizeof *values, bench_compare);
	return values[SYNCS / 2];
}

/* Everything in the side's blocks, validated on a ledger of its own. */
static double apply_again(const struct side *side)
{
	struct genesis genesis;
	struct branch *branch;
	struct error error = {0};

	genesis_default(&genesis);
	if (branch_create(&branch, &genesis, &error))
		exit(1);
	double start = bench_now();
	for (size_t number = 2; number < side->blocks; number++) {
		struct signed_block block;
		struct cursor in = cursor_make(side->packed[number].data, side->packed[number].length);
		if (signed_block_unpack(&block, &in, &error) || branch_apply_block(branch, &block, false, &error)) {
			fprintf(stderr, "%s\n", error.sentence);
			exit(1);
		}
		signed_block_release(&block);
	}
	double took = bench_now() - start;
	branch_destroy(branch);
	return took;
}

/* A new side takes all that stands at the address, from a network thread of its own as another process's. */
static double sync_over_loopback(const char *address, uint32_t head, double *cpu)
{
	struct side *side = memory_allocate(1, sizeof *side);
	struct p2p_tcp *tcp;
	struct error error = {0};

	if (p2p_tcp_create(&tcp, &error))
		exit(1);
	side_begin(side);
	if (node_configure(side->mesh.eosio, "", &error) || node_start(side->mesh.eosio, NULL, 0, &error))
		exit(1);
	for (size_t i = 0; i < SYNCED; i++)
		next_slot(side, 1);
	double start = bench_now(), began = processor_time();
	side_open(side, tcp, NULL, address);
	side_wait(side, head);
	double took = bench_now() - start;
	*cpu = processor_time() - began;
	side_end(side);
	p2p_tcp_destroy(tcp);
	free(side);
	return took;
}

static void measure_sync(void)
{
	struct side *side = memory_allocate(1, sizeof *side);
	struct p2p_tcp *tcp;
	struct error error = {0};
	double synced[SYNCS], again[SYNCS], synced_cpu[SYNCS], again_cpu[SYNCS];

	if (p2p_tcp_create(&tcp, &error))
		exit(1);
	side_begin(side);
	mesh_start(&side->mesh, side->mesh.eosio, "-e --producer-name eosio");
	for (size_t i = 0; i < SYNCED; i++)
		next_slot(side, 1);
	side_open(side, tcp, "127.0.0.1:0", NULL);
	const char *address = p2p_endpoint_address(peer_node_endpoint(side->peer));
	for (size_t i = 0; i < SYNCS; i++) {
		synced[i] = sync_over_loopback(address, node_head(side->mesh.eosio)->number, &synced_cpu[i]);
		double began = processor_time();
		again[i] = apply_again(side);
		again_cpu[i] = processor_time() - began;
	}
	bench_report("p2p: sync of 20 000 blocks over loopback", median(synced) / 1e6, "ms",
	             "applying them again", median(again) / 1e6);
	/* tells the same while others use the machine */
	bench_report("p2p: the processor's time for that, both ends", median(synced_cpu) * 1e3, "ms",
	             "applying them again", median(again_cpu) * 1e3);
	side_end(side);
	p2p_tcp_destroy(tcp);
	free(side);
}

/* --- links --- */

static void open_sides(struct side *sides, struct p2p_tcp **tcp, size_t count, bool is_line)
{
	struct error error = {0};
	char address[300] = "";

	for (size_t i = 0; i < count; i++) {
		if (p2p_tcp_create(&tcp[i], &error))
			exit(1);
		side_begin(&sides[i]);
		if (i == 0)
			mesh_start(&sides[i].mesh, sides[i].mesh.eosio, "-e --producer-name eosio");
		else if (node_configure(sides[i].mesh.eosio, "", &error) ||
		         node_start(sides[i].mesh.eosio, NULL, 0, &error))
			exit(1);
		side_open(&sides[i], tcp[i], "127.0.0.1:0", i ? address : NULL);
		if (i == 0 || is_line)
			snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[i].peer)));
	}
}

static void close_sides(struct side *sides, struct p2p_tcp **tcp, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		side_end(&sides[i]);
		p2p_tcp_destroy(tcp[i]);
	}
}

/* A block's way through HOPS nodes that each validate it. */
static void relay(void)
{
	struct side *sides = memory_allocate(HOPS + 1, sizeof *sides);
	struct p2p_tcp *tcp[HOPS + 1];
	double times[RELAYED];

	open_sides(sides, tcp, HOPS + 1, true);
	for (size_t i = 0; i < RELAYED + 10; i++) {
		next_slot(sides, HOPS + 1);
		double start = bench_now();
		side_wait(&sides[HOPS], node_head(sides[0].mesh.eosio)->number);
		if (i >= 10) /* the first warm up */
			times[i - 10] = bench_now() - start;
	}
	qsort(times, RELAYED, sizeof *times, bench_compare);
	bench_report("p2p: a block through 5 hops", times[RELAYED / 2] / 1e6, "ms", NULL, 0);
	close_sides(sides, tcp, HOPS + 1);
	free(sides);
}

/* What links cost on which no block comes: keepalive alone. */
static void idle(void)
{
	struct side *sides = memory_allocate(LINKS + 1, sizeof *sides);
	struct p2p_tcp *tcp[LINKS + 1];
	struct timespec until;

	open_sides(sides, tcp, LINKS + 1, false);
	next_slot(sides, LINKS + 1);
	for (size_t i = 1; i <= LINKS; i++)
		side_wait(&sides[i], node_head(sides[0].mesh.eosio)->number);
	double before = processor_time();
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_S;
	pthread_mutex_lock(&sides[0].lock);
	while (pthread_cond_timedwait(&sides[0].changed, &sides[0].lock, &until) == 0)
		continue;
	pthread_mutex_unlock(&sides[0].lock);
	bench_report("p2p: both ends of 30 idle links", (processor_time() - before) / IDLE_S * 100,
	             "% of a processor", NULL, 0);
	close_sides(sides, tcp, LINKS + 1);
	free(sides);
}

int main(void)
{
	measure_sync();
	relay();
	idle();
	return 0;
}
