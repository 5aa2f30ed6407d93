/* Nodes that produce in turn, forget nothing, fork where they are cut apart and come together again as nodeos
 * does. */
#include "tests/unit/network_rig.h"
#include "tests/wasm_builder.h"

static void one_node_produces(void **state)
{
	struct rig rig;
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 10);
	assert_int_equal(node_head(rig.eosio)->number, 11);
	assert_int_equal(node_irreversible(rig.eosio, NULL), 10);
	assert_true(rig_log_has(rig.eosio, "Produced block"));
	rig_end(&rig);
}

/* Each names all before it, as the tutorial does. */
static void add_mesh(struct rig *rig, size_t count, const char *options)
{
	while (rig->count < count) {
		char text[900] = "--p2p-peer-address eosio";
		for (size_t k = rig->count > 3 ? rig->count - 3 : 0; k < rig->count; k++)
			snprintf(text + strlen(text), sizeof text - strlen(text), " --p2p-peer-address %s",
			         name_text(rig->nodes[k]->name).text);
		snprintf(text + strlen(text), sizeof text - strlen(text), " %s", options);
		rig_add(rig, text);
	}
}

static void expect_one_head(const struct rig *rig)
{
	for (size_t i = 0; i < rig->count; i++)
		if (node_state(rig->nodes[i], NULL) == NODE_RUNNING)
			assert_true(node_head(rig->nodes[i]) == node_head(rig->eosio));
}

static void producers_take_turns(void **state)
{
	struct rig rig;
	struct checksum256 id;
	struct error error = {0};
	uint32_t before, slots;
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	add_mesh(&rig, 21, "");
	rig_elect(&rig);
	before = node_head(rig.eosio)->number;
	slots = slot_from_us(rig.now);
	rig_slots(&rig, 21 * 12 * 3);
	assert_int_equal(node_head(rig.eosio)->number - before,
	                 slot_from_us(rig.now) - slots); /* nobody missed any */
	assert_in_range(node_head(rig.eosio)->number - node_irreversible(rig.eosio, NULL), 300, 360);
	expect_one_head(&rig);
	if (rig_push(&rig, rig.nodes[3], &id, &error))
		fail_msg("%s", error.sentence);
	rig_slots(&rig, 400);
	assert_int_equal(rig.network->transactions.count, 0); /* irreversible: nobody waits for it */
	assert_int_equal(rig.lost_count, 0);
	rig_end(&rig);
}

static void a_stopped_node_misses_its_turn_and_catches_up(void **state)
{
	struct rig rig;
	uint32_t before, to_go;
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	add_mesh(&rig, 4, "");
	rig_elect(&rig);
	rig_slots(&rig, 48);
	assert_int_equal(node_stop(rig.nodes[2], NULL), 0);
	assert_int_equal(node_stop(rig.nodes[2], NULL), -ESRCH);
	before = node_head(rig.nodes[2])->number;
	uint32_t others = node_head(rig.eosio)->number;
	rig_slots(&rig, 48 * 4);
	assert_int_equal(node_head(rig.nodes[2])->number, before);
	assert_int_equal(node_head(rig.eosio)->number - others, 36 * 4);
	rig_start(&rig, rig.nodes[2], "--producer-name p1113 --p2p-peer-address eosio");
	assert_int_equal(node_state(rig.nodes[2], &to_go), NODE_SYNCING);
	assert_true(to_go > 100);
	rig_slots(&rig, 2);
	assert_int_equal(node_state(rig.nodes[2], &to_go), NODE_RUNNING);
	expect_one_head(&rig);
	before = node_head(rig.eosio)->number;
	rig_slots(&rig, 48);
	assert_int_equal(node_head(rig.eosio)->number - before, 48); /* it produces again */
	assert_true(rig_log_has(rig.nodes[2], "Catching up with chain"));
	assert_true(rig_log_has(rig.nodes[2], "nodeos successfully exiting"));
	rig_end(&rig);
}

/* Six of 21 on one side, the rest on the other: the longer branch wins, what was written on the shorter is
 * written again. */
static void cut_halves_fork_and_heal(void **state)
{
	struct rig rig;
	struct checksum256 minor, major;
	struct error error = {0};
	const char *peer = "p1111";
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	for (size_t i = 0; i < 21;
	     i++) /* a star around the first, but for the last six, which are one around the 16th */
		rig_add(&rig, i == 0    ? "--p2p-peer-address eosio"
		              : i <= 15 ? "--p2p-peer-address p1111"
		                        : "--p2p-peer-address p1141");
	rig_elect(&rig);
	rig_slots(&rig, 252);
	expect_one_head(&rig);
	rig.lifetime = 3000;
	uint32_t forked_at = node_head(rig.eosio)->number;
	assert_int_equal(node_set_peers(rig.nodes[15], NULL, 0, &error), 0);
	rig_slots(&rig, 100);
	assert_int_equal(rig_push(&rig, rig.nodes[16], &minor, &error), 0);
	assert_int_equal(rig_push(&rig, rig.nodes[1], &major, &error), 0);
	rig_slots(&rig, 252 * 2);
	assert_false(node_head(rig.nodes[16]) == node_head(rig.nodes[1]));
	assert_true(node_head(rig.nodes[1])->number > node_head(rig.nodes[16])->number);
	assert_true(node_head(rig.nodes[16]) == node_head(rig.nodes[20]));
	assert_true(node_irreversible(rig.nodes[1], NULL) > forked_at);
	assert_true(node_irreversible(rig.nodes[16], NULL) <= forked_at);
	assert_int_equal(node_set_peers(rig.nodes[15], &peer, 1, &error), 0);
	rig_slots(&rig, 30);
	expect_one_head(&rig);
	assert_true(rig_log_has(rig.nodes[16], "switching forks from"));
	rig_slots(&rig, 400);
	expect_one_head(&rig);
	assert_int_equal(rig.lost_count, 0);
	assert_int_equal(rig.network->transactions.count, 0);
	rig_end(&rig);
}

static void writes_need_a_producer(void **state)
{
	struct rig rig;
	struct checksum256 id;
	struct error error = {0};
	(void)state;
	rig_begin(&rig);
	assert_int_equal(rig_push(&rig, rig.eosio, &id, &error), -EHOSTUNREACH);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	rig_add(&rig, "");
	assert_int_equal(rig_push(&rig, rig.nodes[0], &id, &error), -EAGAIN);
	assert_non_null(strstr(error.sentence, "eosio"));
	assert_int_equal(rig_push(&rig, rig.eosio, &id, &error), 0);
	/* killed with what was in the making: nobody else knew of it */
	assert_int_equal(node_kill(rig.eosio, &error), 0);
	assert_int_equal(rig.lost_count, 1);
	assert_true(checksum256_equal(&rig.lost[0], &id));
	assert_non_null(strstr(rig.reason, "killed"));
	rig_end(&rig);
}

/* eosio's code from now on goes round so many times. */
static void put_loop(struct rig *rig, uint32_t rounds)
{
	struct builder builder = {0};
	struct bytes code = {0}, data = {0}, body = {0};
	struct checksum256 id;
	put_i32(&body, rounds);
	bytes_put(&body, "\x21\3\x03\x40\x20\3\x41\1\x6b\x22\3\x0d\0\x0b", 14);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "i", body.data, body.length));
	build_finish(&builder, &code);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, code.data, code.length);
	assert_int_equal(rig_push_action(rig, rig->eosio, "setcode", data, &id, NULL), 0);
	bytes_release(&code);
	bytes_release(&body);
}

static int go(struct rig *rig, struct error *error)
{
	struct checksum256 id;
	struct bytes none = {0};
	bytes_put_u64(&none, rig->salt++);
	return rig_push_action(rig, rig->eosio, "go", none, &id, error);
}

/* A transaction that runs when its block must be ready is cut short, and has its time in the next one; 200
 * rounds count as a microsecond. */
static void blocks_are_ready_in_time(void **state)
{
	enum { MILLISECOND = 200 * 1000 };
	struct rig rig;
	struct error error = {0};
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 3);
	put_loop(&rig, 20 * MILLISECOND);
	rig_slot(&rig);
	uint32_t slot = branch_block_slot(rig.eosio->branch);
	network_tell_time(rig.network, slot_to_us(slot) - 25000);
	assert_int_equal(go(&rig, &error), 0); /* 5 ms are left */
	assert_int_equal(branch_block_slot(rig.eosio->branch), slot);
	network_tell_time(rig.network, slot_to_us(slot) - 5000);
	assert_int_equal(go(&rig, &error), 0);
	assert_int_equal(branch_block_slot(rig.eosio->branch), slot + 1);
	assert_int_equal(branch_block_transactions(rig.eosio->branch), 1);
	assert_int_equal(node_head(rig.eosio)->block->transactions_count, 1);
	rig.now = slot_to_us(slot + 1);
	network_run(rig.network, rig.now);
	put_loop(&rig, 40 * MILLISECOND); /* longer than the node lets any: by that it ends, once */
	slot = branch_block_slot(rig.eosio->branch);
	network_tell_time(rig.network, slot_to_us(slot) - 5000);
	go(&rig, &error);
	assert_int_equal(error.code, 3080004);
	assert_int_equal(branch_block_slot(rig.eosio->branch), slot + 1);
	rig_end(&rig);
}

/* One key in two running nodes: both produce, each drops the other's in its turn; without a link each has its
 * own irreversible chain. */
static void one_key_in_two_nodes(void **state)
{
	struct rig rig;
	const char *peer = "eosio";
	struct error error = {0};
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	rig_add(&rig, "--producer-name eosio --enable-stale-production");
	struct checksum256 here, there;
	rig_slots(&rig, 10);
	assert_true(node_head(rig.eosio) ==
	            node_head(rig.nodes[0])); /* the same block is the same, whoever makes it */
	assert_int_equal(rig_push(&rig, rig.eosio, &here, &error), 0);
	rig_slots(&rig, 10);
	assert_false(node_head(rig.eosio) == node_head(rig.nodes[0]));
	assert_true(node_head(rig.eosio)->number >= 20 && node_head(rig.nodes[0])->number >= 20);
	uint32_t number = node_irreversible(rig.eosio, &here);
	assert_int_equal(node_irreversible(rig.nodes[0], &there), number);
	assert_false(checksum256_equal(&here, &there));
	assert_int_equal(node_set_peers(rig.nodes[0], &peer, 1, &error), 0);
	rig_slots(&rig, 20);
	assert_false(node_head(rig.eosio) == node_head(rig.nodes[0])); /* what is irreversible stays */
	rig_end(&rig);
}

/* What is irreversible counts before how long a branch is: a head gives way to one of a lower number
 * (p2p.md 4.2). */
static void a_lower_head_wins_with_more_that_is_irreversible(void **state)
{
	struct rig rig;
	struct node *low, *high;
	char options[80];
	(void)state;
	rig_begin(&rig);
	rig_start(&rig, rig.eosio, "");
	rig_slots(&rig, 5);
	rig_add(&rig, "--p2p-peer-address eosio");
	rig_add(&rig, "--p2p-peer-address p1111");
	rig_elect(&rig);
	rig_slots(&rig, 54);
	assert_int_equal(node_set_peers(rig.nodes[1], NULL, 0, NULL), 0);
	rig_slots(&rig, 48);
	low = node_irreversible(rig.nodes[0], NULL) < node_irreversible(rig.nodes[1], NULL) ? rig.nodes[0]
	                                                                                    : rig.nodes[1];
	high = low == rig.nodes[0] ? rig.nodes[1] : rig.nodes[0];
	assert_true(node_irreversible(low, NULL) < node_irreversible(high, NULL));
	assert_int_equal(node_stop(high, NULL), 0);
	rig_slots(&rig, 72);
	assert_true(node_head(low)->number > node_head(high)->number + 20);
	snprintf(options, sizeof options, "--producer-name %s --p2p-peer-address %s", name_text(high->name).text,
	         name_text(low->name).text);
	rig_start(&rig, high, options);
	rig_slots(&rig, 30);
	assert_true(node_head(low) == node_head(high));
	assert_true(rig_log_has(low, "switching forks from"));
	assert_true(rig_log_has(low, "successfully switched fork to new head"));
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_produces),        cmocka_unit_test(producers_take_turns),
		cmocka_unit_test(a_stopped_node_misses_its_turn_and_catches_up),
		cmocka_unit_test(cut_halves_fork_and_heal), cmocka_unit_test(writes_need_a_producer),
		cmocka_unit_test(blocks_are_ready_in_time),
		cmocka_unit_test(one_key_in_two_nodes),
		cmocka_unit_test(a_lower_head_wins_with_more_that_is_irreversible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
