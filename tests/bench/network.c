/* Many nodes in one process, without signatures and disk: what a block costs with one node and with many,
 * what a hundred of them take in memory, a fork switch beside applying its transactions once. */
#include "tests/bench/bench.h"
#include "tests/unit/network_rig.h"

#include <malloc.h>

enum { DAY = 172800, SWITCH_BLOCKS = 100, SWITCH_WRITES = 1000 };

static void begin(struct rig *rig, size_t nodes)
{
	rig_begin(rig);
	rig_start(rig, rig->eosio, "");
	rig_slots(rig, 5);
	while (rig->count + 1 < nodes) {
		struct text text = TEXT_EMPTY;
		text_append(&text, "--p2p-peer-address eosio");
		for (size_t i = 0; i < rig->count && i < 20; i++)
			text_printf(&text, " --p2p-peer-address %s", name_text(rig->nodes[i]->name).text);
		rig_add(rig, text.data);
		text_release(&text);
	}
	if (nodes > 1)
		rig_elect(rig);
}

static double measure_day(size_t nodes)
{
	struct rig *rig = memory_allocate(1, sizeof *rig);
	begin(rig, nodes);
	double start = bench_now();
	rig_slots(rig, DAY);
	double took = (bench_now() - start) / 1e9;
	rig_end(rig);
	free(rig);
	return took;
}

/* Bytes in use with that many nodes whose logs are full. */
static double measure_memory(size_t nodes)
{
	struct rig *rig = memory_allocate(1, sizeof *rig);
	double before = (double)mallinfo2().uordblks;
	begin(rig, nodes);
	rig_slots(rig, 3000);
	double after = (double)mallinfo2().uordblks;
	rig_end(rig);
	free(rig);
	return (after - before) / (1 << 20);
}

/* Two halves of three producers: one makes a hundred blocks with a thousand writes, the other joins it. */
static void measure_switch(void)
{
	struct rig *rig = memory_allocate(1, sizeof *rig);
	const char *peer = "p1111";
	struct checksum256 id;
	double writing = 0;
	begin(rig, 4);
	node_set_peers(rig->nodes[2], NULL, 0, NULL);
	rig_push(rig, rig->nodes[2], &id, NULL);
	for (int block = 0; block < SWITCH_BLOCKS; block++) {
		double start = bench_now();
		for (int i = 0; i < SWITCH_WRITES / SWITCH_BLOCKS; i++)
			rig_push(rig, rig->nodes[0], &id, NULL);
		writing += bench_now() - start;
		rig_slot(rig);
	}
	double start = bench_now();
	node_set_peers(rig->nodes[2], &peer, 1, NULL);
	while (node_head(rig->nodes[2]) != node_head(rig->nodes[0]))
		rig_slot(rig);
	bench_report("network: switching to 100 blocks, 1000 writes", (bench_now() - start) / 1e6, "ms",
	             "writing them", writing / 1e6);
	rig_end(rig);
	free(rig);
}

int main(void)
{
	double one = measure_day(1), memory = measure_memory(1);
	bench_report("network: a day of chain time, 30 nodes", measure_day(30), "s", "one node", one);
	bench_report("network: a day of chain time, 100 nodes", measure_day(100), "s", "one node", one);
	bench_report("network: memory of 30 nodes", measure_memory(30), "MiB", "one node", memory);
	bench_report("network: memory of 100 nodes", measure_memory(100), "MiB", "one node", memory);
	measure_switch();
	return 0;
}
