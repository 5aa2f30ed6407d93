/* A network under random starts, stops, kills, cuts, heals, writes and clock jumps: whatever happens, those
 * who can hear each other agree on what is irreversible, that never changes, and no acknowledged write is
 * lost without a word. The seed is printed; NETWORK_SEED repeats a run, NETWORK_SLOTS makes it longer, FULL
 * means 10 000 slots for each number of nodes. */
#include "tests/unit/network_rig.h"

#include "core/engine/state/account.h"

enum { WRITES = 4000, MODEL_BLOCKS = 40000, FULL_SLOTS = 10000 };

struct model {
	struct rig rig;
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
	uint32_t at = pick(model, (uint32_t)model->rig.count + 1);
	return at ? model->rig.nodes[at - 1] : model->rig.eosio;
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
	struct network *network = model->rig.network;

	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running)
			check_irreversible(model, network->nodes[i]);
	/* in memory at most what each node's reversible blocks are, forks included */
	assert_true(branch_ledger(model->rig.eosio->branch)->blocks_count <= 2000 * (network->nodes_count + 1));
}

static const char *name_of(size_t at)
{
	static struct name_text name;
	name = name_text(rig_name(at));
	return name.text;
}

/* Cuts the nodes in two: each half is a chain of its own. */
static void cut(struct model *model)
{
	struct rig *rig = &model->rig;
	size_t at = 1 + pick(model, (uint32_t)rig->count + 1);

	for (size_t i = 1; i < rig->count; i++) {
		const char *peer = name_of(i - 1);
		node_set_peers(rig->nodes[i], &peer, i == at ? 0 : 1, NULL);
	}
}

static void heal(struct model *model)
{
	struct rig *rig = &model->rig;

	for (size_t i = 0; i < rig->count; i++) {
		struct name_text near = name_text(i ? rig_name(i - 1) : name_literal("eosio")),
						 far = name_text(i > 4 ? rig_name(i / 2) : name_literal("eosio"));
		const char *peers[2] = {near.text, far.text};
		node_set_peers(rig->nodes[i], peers, 2, NULL);
	}
}

static void start(struct model *model, struct node *node)
{
	char options[64];
	if (node_state(node, NULL) != NODE_STOPPED)
		return;
	snprintf(options, sizeof options, "--producer-name %s %s", name_text(node->name).text,
	         pick(model, 2) ? "-e" : "");
	rig_start(&model->rig, node, options);
}

static void write_something(struct model *model)
{
	struct node *node = any_node(model);
	struct checksum256 id;
	if (model->writes_count == WRITES || rig_push(&model->rig, node, &id, NULL))
		return;
	model->writers[model->writes_count] = node->name;
	model->accounts[model->writes_count] = rig_account(&model->rig);
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
		model->rig.now += (int64_t)pick(model, 40) * SLOT_US; /* an outage */
		break;
	case 9:
		if (pick(model, 4) == 0) { /* real time has to catch up */
			model->rig.now -= (int64_t)pick(model, 20) * SLOT_US;
			network_tell_time(model->rig.network, model->rig.now);
		}
		break;
	case 10:
		if (pick(model, 4) == 0) {
			network_skip(model->rig.network, slot_from_us(model->rig.now) + pick(model, 40), NULL);
			model->rig.now += 40 * SLOT_US;
		}
		break;
	default:
		if (pick(model, 4) == 0)
			write_something(model);
	}
}

static bool is_lost(const struct model *model, const struct checksum256 *id)
{
	for (size_t i = 0; i < model->rig.lost_count; i++)
		if (checksum256_equal(&model->rig.lost[i], id))
			return true;
	return false;
}

/* Every slot since the first block that was made is a block's or was missed by somebody. */
static void check_missed(const struct rig *rig)
{
	const struct block_state *head = node_head(rig->eosio);
	uint32_t missed = block_state_missed(head, name_literal("eosio"));

	for (size_t i = 0; i < rig->count; i++)
		missed += block_state_missed(head, rig->nodes[i]->name);
	assert_int_equal(missed + head->number - 2, head->block->header.timestamp - rig->first_slot);
}

/* After all is well again: each write is in the chain, or was reported. */
static void settle(struct model *model)
{
	struct rig *rig = &model->rig;

	heal(model);
	start(model, rig->eosio);
	for (size_t i = 0; i < rig->count; i++)
		start(model, rig->nodes[i]);
	rig_slots(rig, rig->count * 12 * 4 + 300); /* what waits has expired by then */
	for (size_t i = 0; i < rig->count; i++)
		assert_true(node_head(rig->nodes[i]) == node_head(rig->eosio));
	check(model);
	check_missed(rig);
	for (size_t i = 0; i < model->writes_count; i++) {
		if (!account_exists(node_head(rig->eosio)->root, model->accounts[i]) &&
		    !is_lost(model, &model->writes[i]))
			fail_msg("write %zu, at node %s, is nowhere and nothing was said", i,
			         name_text(model->writers[i]).text);
	}
	assert_int_equal(rig->network->transactions.count, 0);
}

static void run(size_t nodes, uint32_t slots)
{
	struct model *model = memory_allocate(1, sizeof *model);
	const char *seed = getenv("NETWORK_SEED"), *longer = getenv("NETWORK_SLOTS"), *full = getenv("FULL");

	model->random = seed ? strtoull(seed, NULL, 10) : nodes * 7919 + 1;
	slots = longer ? (uint32_t)strtoul(longer, NULL, 10) : full && *full ? FULL_SLOTS : slots;
	print_message("# %zu nodes, %u slots, NETWORK_SEED=%llu\n", nodes, slots,
	              (unsigned long long)model->random);
	rig_begin(&model->rig);
	rig_start(&model->rig, model->rig.eosio, "");
	rig_slots(&model->rig, 5);
	for (size_t i = 0; i + 1 < nodes; i++)
		rig_add(&model->rig, "");
	heal(model);
	if (nodes > 1)
		rig_elect(&model->rig);
	for (uint32_t i = 0; i < slots; i++) {
		act(model);
		rig_slot(&model->rig);
		if (i % 10 == 0)
			check(model);
	}
	settle(model);
	print_message("# %u blocks, %zu writes, %zu of them lost and reported\n",
	              node_head(model->rig.eosio)->number, model->writes_count, model->rig.lost_count);
	rig_end(&model->rig);
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
