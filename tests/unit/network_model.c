/* A network under random starts, stops, kills, cuts, heals, writes and clock jumps: whatever happens, those
 * who can hear each other agree on what is irreversible, that never changes, and no acknowledged write is
 * lost without a word. The seed is printed; NETWORK_SEED repeats a run, NETWORK_SLOTS makes it longer, FULL
 * means 10 000 slots for each number of nodes. */
#include "tests/network_rig.h"

#include "core/engine/state/account.h"

enum { WRITES = 4000, MODEL_BLOCKS = 40000, FULL_SLOTS = 10000 };

struct model {
	struct mesh mesh;
	uint64_t random;
	uint32_t first;                       /* head when the schedule was there */
	struct checksum256 known[MODEL_BLOCKS]; /* irreversible ids by number, as first seen */
	struct checksum256 writes[WRITES];
	uint64_t writers[WRITES], accounts[WRITES]; /* who took the write, what it made */
	size_t writes_count;
};

static uint32_t pick(struct model *model, uint32_t below)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (uint32_t)(model->random >> 16) % below;
}

static struct node *any_node(struct model *model)
{
	uint32_t at = pick(model, (uint32_t)model->mesh.count + 1);
	return at ? model->mesh.nodes[at - 1] : model->mesh.eosio;
}

static void check_irreversible(struct model *model, const struct node *node)
{
	uint32_t number = branch_irreversible(node->branch, NULL);

	for (uint32_t n = number > 20 ? number - 20 : 1; n <= number && n < MODEL_BLOCKS; n++) {
		struct checksum256 id;
		if (!branch_find_id(node->branch, &id, n))
			continue;
		if (checksum256_is_zero(&model->known[n]))
			model->known[n] = id;
		else if (!checksum256_equal(&model->known[n], &id))
			fail_msg("node %s has another irreversible block %u", name_text(node->name).text, n);
	}
}

static void check(struct model *model)
{
	struct network *network = model->mesh.network;

	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running)
			check_irreversible(model, network->nodes[i]);
	/* in memory at most what each node's reversible blocks are, forks included */
	assert_true(branch_ledger(model->mesh.eosio->branch)->blocks_count <= 2000 * (network->nodes_count + 1));
}

static const char *name_of(size_t at)
{
	static struct name_text name;
	name = name_text(mesh_name(at));
	return name.text;
}

/* Cuts the nodes in two: each half is a chain of its own. */
static void cut(struct model *model)
{
	struct mesh *mesh = &model->mesh;
	size_t at = 1 + pick(model, (uint32_t)mesh->count + 1);

	for (size_t i = 1; i < mesh->count; i++) {
		const char *peer = name_of(i - 1);
		node_set_peers(mesh->nodes[i], &peer, i == at ? 0 : 1, NULL);
	}
}

static void heal(struct model *model)
{
	struct mesh *mesh = &model->mesh;

	for (size_t i = 0; i < mesh->count; i++) {
		struct name_text near = name_text(i ? mesh_name(i - 1) : name_literal("eosio")),
		                 far = name_text(i > 4 ? mesh_name(i / 2) : name_literal("eosio"));
		const char *peers[2] = {near.text, far.text};
		node_set_peers(mesh->nodes[i], peers, 2, NULL);
	}
}

static void start(struct model *model, struct node *node)
{
	char options[64];
	if (node_state(node, NULL) != NODE_STOPPED)
		return;
	snprintf(options, sizeof options, "--producer-name %s %s", name_text(node->name).text,
	         pick(model, 2) ? "-e" : "");
	mesh_start(&model->mesh, node, options);
}

static void write_something(struct model *model)
{
	struct node *node = any_node(model);
	struct checksum256 id;
	if (model->writes_count == WRITES || mesh_push(&model->mesh, node, &id, NULL))
		return;
	model->writers[model->writes_count] = node->name;
	model->accounts[model->writes_count] = mesh_account(&model->mesh);
	model->writes[model->writes_count++] = id;
}

static void act(struct model *model)
{
	switch (pick(model, 100)) {
	case 0:
		node_stop(any_node(model), NULL);
		break;
	case 1:
		node_kill(any_node(model), NULL);
		break;
	case 2:
	case 3:
	case 4:
		start(model, any_node(model));
		break;
	case 5:
		cut(model);
		break;
	case 6:
	case 7:
		heal(model);
		break;
	case 8:
		model->mesh.now += (int64_t)pick(model, 40) * SLOT_US; /* an outage */
		break;
	case 9:
		if (pick(model, 4) == 0) { /* real time has to catch up */
			model->mesh.now -= (int64_t)pick(model, 20) * SLOT_US;
			network_tell_time(model->mesh.network, model->mesh.now);
		}
		break;
	case 10:
		if (pick(model, 4) == 0) {
			network_skip(model->mesh.network, slot_from_us(model->mesh.now) + pick(model, 40), NULL);
			model->mesh.now += 40 * SLOT_US;
		}
		break;
	default:
		if (pick(model, 4) == 0)
			write_something(model);
	}
}

static bool is_lost(const struct model *model, const struct checksum256 *id)
{
	for (size_t i = 0; i < model->mesh.lost_count; i++)
		if (checksum256_equal(&model->mesh.lost[i], id))
			return true;
	return false;
}

/* Every slot since the first block that was made is a block's or was missed by somebody. */
static void check_missed(const struct mesh *mesh)
{
	const struct block_state *head = node_head(mesh->eosio);
	uint32_t missed = block_state_missed(head, name_literal("eosio"));

	for (size_t i = 0; i < mesh->count; i++)
		missed += block_state_missed(head, mesh->nodes[i]->name);
	assert_int_equal(missed + head->number - 2, head->block->header.timestamp - mesh->first_slot);
}

/* After all is well again: each write is in the chain, or was reported, and not both. */
static void settle(struct model *model)
{
	struct mesh *mesh = &model->mesh;

	heal(model);
	start(model, mesh->eosio);
	for (size_t i = 0; i < mesh->count; i++)
		start(model, mesh->nodes[i]);
	mesh_slots(mesh, mesh->count * 12 * 4 + 300); /* what waits has expired by then */
	for (size_t i = 0; i < mesh->count; i++)
		assert_true(node_head(mesh->nodes[i]) == node_head(mesh->eosio));
	check(model);
	check_missed(mesh);
	for (size_t i = 0; i < model->writes_count; i++) {
		bool exists = account_exists(node_head(mesh->eosio)->root, model->accounts[i]);
		if (exists == is_lost(model, &model->writes[i]))
			fail_msg("write %zu, at node %s, is %s", i, name_text(model->writers[i]).text,
			         exists ? "there and was told to be lost" : "nowhere and nothing was said");
	}
	assert_int_equal(mesh->network->transactions.count, 0);
}

static void run(size_t nodes, uint32_t slots)
{
	struct model *model = memory_allocate(1, sizeof *model);
	const char *seed = getenv("NETWORK_SEED"), *longer = getenv("NETWORK_SLOTS"), *full = getenv("FULL");

	model->random = seed ? strtoull(seed, NULL, 10) : nodes * 7919 + 1;
	slots = longer ? (uint32_t)strtoul(longer, NULL, 10) : full && *full ? FULL_SLOTS : slots;
	print_message("# %zu nodes, %u slots, NETWORK_SEED=%llu\n", nodes, slots,
	              (unsigned long long)model->random);
	mesh_begin(&model->mesh);
	mesh_start(&model->mesh, model->mesh.eosio, "");
	mesh_slots(&model->mesh, 5);
	for (size_t i = 0; i + 1 < nodes; i++)
		mesh_add(&model->mesh, "");
	heal(model);
	if (nodes > 1)
		mesh_elect(&model->mesh);
	for (uint32_t i = 0; i < slots; i++) {
		act(model);
		mesh_slot(&model->mesh);
		if (i % 10 == 0)
			check(model);
	}
	settle(model);
	print_message("# %u blocks, %zu writes, %zu of them lost and reported\n",
	              node_head(model->mesh.eosio)->number, model->writes_count, model->mesh.lost_count);
	mesh_end(&model->mesh);
	free(model);
}

static void one_node(void **state)
{
	(void)state;
	run(1, 1000);
}

static void five_nodes(void **state)
{
	(void)state;
	run(5, 2000);
}

static void twenty_one_nodes(void **state)
{
	(void)state;
	run(22, 2000);
}

static void fifty_nodes(void **state)
{
	(void)state;
	run(51, 1000);
}

static void a_hundred_nodes(void **state)
{
	(void)state;
	run(101, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node),    cmocka_unit_test(five_nodes),      cmocka_unit_test(twenty_one_nodes),
		cmocka_unit_test(fifty_nodes), cmocka_unit_test(a_hundred_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
