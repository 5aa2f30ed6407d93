/* A chain synced over loopback beside the same blocks applied again: what the protocol costs. */
#include "tests/bench/bench.h"
#include "tests/peer_rig.h"

enum { SYNCED = 20000 };

/* Everything in the first side's blocks, validated on a ledger of its own. */
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

static double sync_over_loopback(struct side sides[2], struct p2p_tcp *tcp[2])
{
	char address[300];
	double start;

	side_open(&sides[0], tcp[0], "127.0.0.1:0", NULL);
	snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[0].peer)));
	start = bench_now();
	side_open(&sides[1], tcp[1], NULL, address);
	side_wait(&sides[1], node_head(sides[0].rig.eosio)->number);
	return bench_now() - start;
}

int main(void)
{
	struct side *sides = memory_allocate(2, sizeof *sides);
	struct p2p_tcp *tcp[2]; /* a thread each, as two processes have */
	struct error error = {0};

	if (p2p_tcp_create(&tcp[0], &error) || p2p_tcp_create(&tcp[1], &error))
		return 1;
	side_begin(&sides[0]);
	side_begin(&sides[1]);
	rig_start(&sides[0].rig, sides[0].rig.eosio, "-e --producer-name eosio");
	if (node_configure(sides[1].rig.eosio, "", &error) || node_start(sides[1].rig.eosio, NULL, 0, &error))
		return 1;
	side_slots(sides, SYNCED);
	double synced = sync_over_loopback(sides, tcp);
	double again = apply_again(&sides[0]);
	bench_report("p2p: sync of 20 000 blocks over loopback", synced / 1e6, "ms", "applying them again",
	             again / 1e6);
	side_end(&sides[0]);
	side_end(&sides[1]);
	p2p_tcp_destroy(tcp[0]);
	p2p_tcp_destroy(tcp[1]);
	free(sides);
	return 0;
}
