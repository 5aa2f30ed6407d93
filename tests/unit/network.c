/* Nodes that produce in turn, forget nothing, fork where they are cut apart and come together again as nodeos
 * does. */
#include "tests/network_rig.h"
#include "tests/wasm_builder.h"

#include "core/engine/state/account.h"

static void one_node_produces(void **state)
{
	struct mesh mesh;
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 10);
	assert_int_equal(node_head(mesh.eosio)->number, 11);
	assert_int_equal(node_irreversible(mesh.eosio, NULL), 10);
	assert_true(mesh_log_has(mesh.eosio, "Produced block"));
	mesh_end(&mesh);
}

/* Each names all before it, as the tutorial does. */
static void add_mesh(struct mesh *mesh, size_t count, const char *options)
{
	while (mesh->count < count) {
		char text[900] = "--p2p-peer-address eosio";
		for (size_t k = mesh->count > 3 ? mesh->count - 3 : 0; k < mesh->count; k++)
			snprintf(text + strlen(text), sizeof text - strlen(text), " --p2p-peer-address %s",
			         name_text(mesh->nodes[k]->name).text);
		snprintf(text + strlen(text), sizeof text - strlen(text), " %s", options);
		mesh_add(mesh, text);
	}
}

static void expect_one_head(const struct mesh *mesh)
{
	for (size_t i = 0; i < mesh->count; i++)
		if (node_state(mesh->nodes[i], NULL) == NODE_RUNNING)
			assert_true(node_head(mesh->nodes[i]) == node_head(mesh->eosio));
}

static void producers_take_turns(void **state)
{
	struct mesh mesh;
	struct checksum256 id;
	struct error error = {0};
	uint32_t before, slots;
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	add_mesh(&mesh, 21, "");
	mesh_elect(&mesh);
	before = node_head(mesh.eosio)->number;
	slots = slot_from_us(mesh.now);
	mesh_slots(&mesh, 21 * 12 * 3);
	assert_int_equal(node_head(mesh.eosio)->number - before,
	                 slot_from_us(mesh.now) - slots); /* nobody missed any */
	assert_in_range(node_head(mesh.eosio)->number - node_irreversible(mesh.eosio, NULL), 300, 360);
	expect_one_head(&mesh);
	if (mesh_push(&mesh, mesh.nodes[3], &id, &error))
		fail_msg("%s", error.sentence);
	mesh_slots(&mesh, 400);
	assert_int_equal(mesh.network->transactions.count, 0); /* irreversible: nobody waits for it */
	assert_int_equal(mesh.lost_count, 0);
	mesh_end(&mesh);
}

static void a_stopped_node_misses_its_turn_and_catches_up(void **state)
{
	struct mesh mesh;
	uint32_t before, to_go;
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	add_mesh(&mesh, 4, "");
	mesh_elect(&mesh);
	mesh_slots(&mesh, 48);
	assert_int_equal(node_stop(mesh.nodes[2], NULL), 0);
	assert_int_equal(node_stop(mesh.nodes[2], NULL), -ESRCH);
	before = node_head(mesh.nodes[2])->number;
	uint32_t others = node_head(mesh.eosio)->number;
	mesh_slots(&mesh, 48 * 4);
	assert_int_equal(node_head(mesh.nodes[2])->number, before);
	assert_int_equal(node_head(mesh.eosio)->number - others, 36 * 4);
	mesh_start(&mesh, mesh.nodes[2], "--producer-name p1113 --p2p-peer-address eosio");
	assert_int_equal(node_state(mesh.nodes[2], &to_go), NODE_SYNCING);
	assert_true(to_go > 100);
	mesh_slots(&mesh, 2);
	assert_int_equal(node_state(mesh.nodes[2], &to_go), NODE_RUNNING);
	expect_one_head(&mesh);
	before = node_head(mesh.eosio)->number;
	mesh_slots(&mesh, 48);
	assert_int_equal(node_head(mesh.eosio)->number - before, 48); /* it produces again */
	assert_true(mesh_log_has(mesh.nodes[2], "Catching up with chain"));
	assert_true(mesh_log_has(mesh.nodes[2], "nodeos successfully exiting"));
	mesh_end(&mesh);
}

/* Six of 21 on one side, the rest on the other: the longer branch wins, what was written on the shorter is
 * written again. */
static void cut_halves_fork_and_heal(void **state)
{
	struct mesh mesh;
	struct checksum256 minor, major;
	struct error error = {0};
	const char *peer = "p1111";
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	for (size_t i = 0; i < 21;
	     i++) /* a star around the first, but for the last six, which are one around the 16th */
		mesh_add(&mesh, i == 0    ? "--p2p-peer-address eosio"
		              : i <= 15 ? "--p2p-peer-address p1111"
		                        : "--p2p-peer-address p1141");
	mesh_elect(&mesh);
	mesh_slots(&mesh, 252);
	expect_one_head(&mesh);
	mesh.lifetime = 3000;
	uint32_t forked_at = node_head(mesh.eosio)->number;
	assert_int_equal(node_set_peers(mesh.nodes[15], NULL, 0, &error), 0);
	mesh_slots(&mesh, 100);
	assert_int_equal(mesh_push(&mesh, mesh.nodes[16], &minor, &error), 0);
	assert_int_equal(mesh_push(&mesh, mesh.nodes[1], &major, &error), 0);
	mesh_slots(&mesh, 252 * 2);
	assert_false(node_head(mesh.nodes[16]) == node_head(mesh.nodes[1]));
	assert_true(node_head(mesh.nodes[1])->number > node_head(mesh.nodes[16])->number);
	assert_true(node_head(mesh.nodes[16]) == node_head(mesh.nodes[20]));
	assert_true(node_irreversible(mesh.nodes[1], NULL) > forked_at);
	assert_true(node_irreversible(mesh.nodes[16], NULL) <= forked_at);
	assert_int_equal(node_set_peers(mesh.nodes[15], &peer, 1, &error), 0);
	mesh_slots(&mesh, 30);
	expect_one_head(&mesh);
	assert_true(mesh_log_has(mesh.nodes[16], "switching forks from"));
	mesh_slots(&mesh, 400);
	expect_one_head(&mesh);
	assert_int_equal(mesh.lost_count, 0);
	assert_int_equal(mesh.network->transactions.count, 0);
	mesh_end(&mesh);
}

static void writes_need_a_producer(void **state)
{
	struct mesh mesh;
	struct checksum256 id;
	struct error error = {0};
	(void)state;
	mesh_begin(&mesh);
	assert_int_equal(mesh_push(&mesh, mesh.eosio, &id, &error), -EHOSTUNREACH);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	mesh_add(&mesh, "");
	assert_int_equal(mesh_push(&mesh, mesh.nodes[0], &id, &error), -EAGAIN);
	assert_non_null(strstr(error.sentence, "eosio"));
	assert_int_equal(mesh_push(&mesh, mesh.eosio, &id, &error), 0);
	/* killed with what was in the making: nobody else knew of it */
	assert_int_equal(node_kill(mesh.eosio, &error), 0);
	assert_int_equal(mesh.lost_count, 1);
	assert_true(checksum256_equal(&mesh.lost[0], &id));
	assert_non_null(strstr(mesh.reason, "killed"));
	mesh_end(&mesh);
}

static bool is_in_head(const struct mesh *mesh)
{
	return account_exists(node_head(mesh->eosio)->root, mesh_account(mesh));
}

/* What stands in the block that a node makes is in a block when the node ends, and stays in its chain. */
static void a_clean_end_keeps_the_block_in_the_making(void **state)
{
	struct mesh mesh;
	struct checksum256 id;
	struct error error = {0};
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	for (int i = 0; i < 3; i++) { /* each in a slot of its own, though no time passes */
		uint32_t number = node_head(mesh.eosio)->number;
		assert_int_equal(mesh_push(&mesh, mesh.eosio, &id, &error), 0);
		assert_int_equal(node_restart(mesh.eosio, &error), 0);
		assert_true(is_in_head(&mesh));
		assert_int_equal(node_head(mesh.eosio)->number, number + 1);
	}
	assert_int_equal(mesh_push(&mesh, mesh.eosio, &id, &error), 0);
	assert_int_equal(node_stop(mesh.eosio, &error), 0);
	assert_true(is_in_head(&mesh));
	uint32_t number = node_head(mesh.eosio)->number;
	mesh_slots(&mesh, 20);
	assert_int_equal(node_head(mesh.eosio)->number, number);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	assert_true(is_in_head(&mesh));
	assert_int_equal(node_head(mesh.eosio)->number, number + 5);
	assert_int_equal(mesh.lost_count, 0);
	assert_int_equal(mesh.network->transactions.count, 0);
	mesh_end(&mesh);
}

/* A node that somebody of another process makes the next block for has no block to seal: what it knows waits
 * in its queue until it makes one again, or has expired. */
static void a_clean_end_keeps_the_queue(void **state)
{
	struct mesh mesh;
	struct checksum256 id;
	struct error error = {0};
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	for (int i = 0; i < 3; i++) {
		node_set_outward(mesh.eosio, true);
		node_pause(mesh.eosio, true);
		assert_int_equal(mesh_push(&mesh, mesh.eosio, &id, &error), 0);
		assert_true(mesh.eosio->is_speculating);
		assert_int_equal(node_stop(mesh.eosio, &error), 0);
		mesh_slots(&mesh, i == 2 ? 2 * mesh.lifetime + 10 : 10);
		assert_false(is_in_head(&mesh));
		assert_int_equal(mesh.lost_count, i == 2);
		mesh_start(&mesh, mesh.eosio, "");
		node_pause(mesh.eosio, false);
		mesh_slots(&mesh, 3);
		assert_int_equal(is_in_head(&mesh), i < 2);
	}
	assert_non_null(strstr(mesh.reason, "expired"));
	assert_int_equal(mesh.network->transactions.count, 0);
	mesh_end(&mesh);
}

/* eosio's code from now on goes round so many times. */
static void put_loop(struct mesh *mesh, uint32_t rounds)
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
	assert_int_equal(mesh_push_action(mesh, mesh->eosio, "setcode", data, &id, NULL), 0);
	bytes_release(&code);
	bytes_release(&body);
}

static int go(struct mesh *mesh, struct error *error)
{
	struct checksum256 id;
	struct bytes none = {0};
	bytes_put_u64(&none, mesh->salt++);
	return mesh_push_action(mesh, mesh->eosio, "go", none, &id, error);
}

/* A transaction that runs when its block must be ready is cut short, and has its time in the next one; 200
 * rounds count as a microsecond. */
static void blocks_are_ready_in_time(void **state)
{
	enum { MILLISECOND = 200 * 1000 };
	struct mesh mesh;
	struct error error = {0};
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 3);
	put_loop(&mesh, 20 * MILLISECOND);
	mesh_slot(&mesh);
	uint32_t slot = branch_block_slot(mesh.eosio->branch);
	network_tell_time(mesh.network, slot_to_us(slot) - 25000);
	assert_int_equal(go(&mesh, &error), 0); /* 5 ms are left */
	assert_int_equal(branch_block_slot(mesh.eosio->branch), slot);
	network_tell_time(mesh.network, slot_to_us(slot) - 5000);
	assert_int_equal(go(&mesh, &error), 0);
	assert_int_equal(branch_block_slot(mesh.eosio->branch), slot + 1);
	assert_int_equal(branch_block_transactions(mesh.eosio->branch), 1);
	assert_int_equal(node_head(mesh.eosio)->block->transactions_count, 1);
	mesh.now = slot_to_us(slot + 1);
	network_run(mesh.network, mesh.now);
	put_loop(&mesh, 40 * MILLISECOND); /* longer than the node lets any: by that it ends, once */
	slot = branch_block_slot(mesh.eosio->branch);
	network_tell_time(mesh.network, slot_to_us(slot) - 5000);
	go(&mesh, &error);
	assert_int_equal(error.code, 3080004);
	assert_int_equal(branch_block_slot(mesh.eosio->branch), slot + 1);
	mesh_end(&mesh);
}

/* One key in two running nodes: both produce, each drops the other's in its turn; without a link each has its
 * own irreversible chain. */
static void one_key_in_two_nodes(void **state)
{
	struct mesh mesh;
	const char *peer = "eosio";
	struct error error = {0};
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	mesh_add(&mesh, "--producer-name eosio --enable-stale-production");
	struct checksum256 here, there;
	mesh_slots(&mesh, 10);
	assert_true(node_head(mesh.eosio) ==
	            node_head(mesh.nodes[0])); /* the same block is the same, whoever makes it */
	assert_int_equal(mesh_push(&mesh, mesh.eosio, &here, &error), 0);
	mesh_slots(&mesh, 10);
	assert_false(node_head(mesh.eosio) == node_head(mesh.nodes[0]));
	assert_true(node_head(mesh.eosio)->number >= 20 && node_head(mesh.nodes[0])->number >= 20);
	uint32_t number = node_irreversible(mesh.eosio, &here);
	assert_int_equal(node_irreversible(mesh.nodes[0], &there), number);
	assert_false(checksum256_equal(&here, &there));
	assert_int_equal(node_set_peers(mesh.nodes[0], &peer, 1, &error), 0);
	mesh_slots(&mesh, 20);
	assert_false(node_head(mesh.eosio) == node_head(mesh.nodes[0])); /* what is irreversible stays */
	mesh_end(&mesh);
}

/* What is irreversible counts before how long a branch is: a head gives way to one of a lower number
 * (p2p.md 4.2). */
static void a_lower_head_wins_with_more_that_is_irreversible(void **state)
{
	struct mesh mesh;
	struct node *low, *high;
	char options[80];
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "");
	mesh_slots(&mesh, 5);
	mesh_add(&mesh, "--p2p-peer-address eosio");
	mesh_add(&mesh, "--p2p-peer-address p1111");
	mesh_elect(&mesh);
	mesh_slots(&mesh, 54);
	assert_int_equal(node_set_peers(mesh.nodes[1], NULL, 0, NULL), 0);
	mesh_slots(&mesh, 48);
	low = node_irreversible(mesh.nodes[0], NULL) < node_irreversible(mesh.nodes[1], NULL) ? mesh.nodes[0]
	                                                                                    : mesh.nodes[1];
	high = low == mesh.nodes[0] ? mesh.nodes[1] : mesh.nodes[0];
	assert_true(node_irreversible(low, NULL) < node_irreversible(high, NULL));
	assert_int_equal(node_stop(high, NULL), 0);
	mesh_slots(&mesh, 72);
	assert_true(node_head(low)->number > node_head(high)->number + 20);
	snprintf(options, sizeof options, "--producer-name %s --p2p-peer-address %s", name_text(high->name).text,
	         name_text(low->name).text);
	mesh_start(&mesh, high, options);
	mesh_slots(&mesh, 30);
	assert_true(node_head(low) == node_head(high));
	assert_true(mesh_log_has(low, "switching forks from"));
	assert_true(mesh_log_has(low, "successfully switched fork to new head"));
	mesh_end(&mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_produces),        cmocka_unit_test(producers_take_turns),
		cmocka_unit_test(a_stopped_node_misses_its_turn_and_catches_up),
		cmocka_unit_test(cut_halves_fork_and_heal), cmocka_unit_test(writes_need_a_producer),
		cmocka_unit_test(a_clean_end_keeps_the_block_in_the_making),
		cmocka_unit_test(a_clean_end_keeps_the_queue),
		cmocka_unit_test(blocks_are_ready_in_time),
		cmocka_unit_test(one_key_in_two_nodes),
		cmocka_unit_test(a_lower_head_wins_with_more_that_is_irreversible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
