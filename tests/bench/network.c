/* Many nodes in one process, without signatures and disk: what a block costs with one node and with many,
 * what a hundred of them take in memory, a fork switch beside applying its transactions once. */
#include "tests/bench/rig/bench.h"
#include "tests/network_rig.h"

#include <malloc.h>
#include <stdlib.h>

enum { DAY = 172800, SWITCH_BLOCKS = 100, SWITCH_WRITES = 1000 };

static void begin(struct mesh *mesh, size_t nodes)
{
	mesh_begin(mesh);
	mesh_start(mesh, mesh->eosio, "");
	mesh_slots(mesh, 5);
	while (mesh->count + 1 < nodes) {
		struct text text = TEXT_EMPTY;
		text_append(&text, "--p2p-peer-address eosio");
		for (size_t i = 0; i < mesh->count && i < 20; i++)
			text_printf(&text, " --p2p-peer-address %s", name_text(mesh->nodes[i]->name).text);
		mesh_add(mesh, text.data);
		text_release(&text);
	}
	if (nodes > 1)
		mesh_elect(mesh);
}

static double measure_day(size_t nodes)
{
	struct mesh *mesh = memory_allocate(1, sizeof *mesh);
	begin(mesh, nodes);
	double start = bench_now();
	mesh_slots(mesh, DAY);
	double took = (bench_now() - start) / 1e9;
	mesh_end(mesh);
	free(mesh);
	return took;
}

/* Bytes in use with that many nodes whose logs are full. */
static double measure_memory(size_t nodes)
{
	struct mesh *mesh = memory_allocate(1, sizeof *mesh);
	double before = (double)mallinfo2().uordblks;
	begin(mesh, nodes);
	mesh_slots(mesh, 3000);
	double after = (double)mallinfo2().uordblks;
	mesh_end(mesh);
	free(mesh);
	return (after - before) / (1 << 20);
}

/* Two halves of three producers: one makes a hundred blocks with a thousand writes, the other joins it. */
static void measure_switch(void)
{
	struct mesh *mesh = memory_allocate(1, sizeof *mesh);
	const char *peer = "p1111";
	struct checksum256 id;
	double writing = 0;
	begin(mesh, 4);
	node_set_peers(mesh->nodes[2], NULL, 0, NULL);
	mesh_push(mesh, mesh->nodes[2], &id, NULL);
	for (int block = 0; block < SWITCH_BLOCKS; block++) {
		double start = bench_now();
		for (int i = 0; i < SWITCH_WRITES / SWITCH_BLOCKS; i++)
			mesh_push(mesh, mesh->nodes[0], &id, NULL);
		writing += bench_now() - start;
		mesh_slot(mesh);
	}
	double start = bench_now();
	node_set_peers(mesh->nodes[2], &peer, 1, NULL);
	while (node_head(mesh->nodes[2]) != node_head(mesh->nodes[0]))
		mesh_slot(mesh);
	bench_report("network: switching to 100 blocks, 1000 writes", (bench_now() - start) / 1e6, "ms",
	             "writing them", writing / 1e6);
	mesh_end(mesh);
	free(mesh);
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
