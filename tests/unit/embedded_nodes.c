/* Many nodes in a data folder whose process is killed: nothing acknowledged is lost or told to be, whatever
 * blocks were dropped, thrown out and made again. */
#include "tests/scene.h"

#include "core/chain/embedded/storage/storage.h"

#include <dirent.h>
#include <errno.h>

enum { TURN = 12 /* slots in a row */, SLOT = 500000 };

/* A node of a producer's, with node eosio for its peer. */
static void make_node(struct rig *rig, const char *name, const char *producer)
{
	static const char *const start[] = {"start"};
	const struct chain_operations *operations = rig->chain->operations;
	struct text configuration = TEXT_EMPTY;

	text_printf(&configuration,
	            "producer-name = %s\nsignature-provider = " GENESIS_PUBLIC_KEY "=KEY:" GENESIS_PRIVATE_KEY
	            "\nenable-stale-production = true\np2p-peer-address = eosio\n",
	            producer);
	rig_must(operations->node_make(rig->chain, name_literal(name), &rig->error), name, &rig->error);
	rig_must(operations->node_configure(rig->chain, name_literal(name), text_string(&configuration),
	                                    &rig->error),
	         name, &rig->error);
	rig_must(operations->node_command(rig->chain, name_literal(name), start, 1, &rig->error), name,
	         &rig->error);
	text_release(&configuration);
}

/* The first `count` of alice and bob make the blocks, each with a node of its own. */
static void network(struct scene *scene, size_t count)
{
	static const char *const producers[][2] = {{"alice", GENESIS_PUBLIC_KEY}, {"bob", GENESIS_PUBLIC_KEY}};

	scene_begin(scene);
	rig_open(&scene->rig);
	rig_make_token(&scene->rig);
	allow_producers(&scene->rig);
	for (size_t i = 0; i < count; i++)
		make_node(&scene->rig, producers[i][0], producers[i][0]);
	set_producers(&scene->rig, producers, count);
	assert_int_equal(rig_advance(&scene->rig, 60 * SECOND), 0);
	rig_close(&scene->rig);
}

static void command(struct rig *rig, const char *name, const char *word)
{
	rig_must(rig->chain->operations->node_command(rig->chain, name_literal(name), &word, 1, &rig->error),
	         word, &rig->error);
}

/* peer NULL: none. */
static void set_peer(struct rig *rig, const char *name, const char *peer)
{
	rig_must(rig->chain->operations->node_set_peers(rig->chain, name_literal(name), &peer, peer != NULL,
	                                                &rig->error),
	         "peers", &rig->error);
}

static void transfer(struct rig *rig)
{
	rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
}

static uint32_t head_slot(struct rig *rig)
{
	struct signed_block block = rig_block(rig, rig_info(rig).head_block_num);
	uint32_t slot = block.header.timestamp;
	signed_block_release(&block);
	return slot;
}

/* The next slot is the first of the turn of the producer of that index, of two. */
static void await_turn(struct rig *rig, uint32_t index)
{
	while ((head_slot(rig) + 1) % (2 * TURN) != index * TURN)
		must(rig_advance(rig, SLOT) == 0, "advance");
}

/* The first block of the turn is made: those that follow in it make none irreversible. */
static void begin_turn(struct rig *rig, uint32_t index)
{
	await_turn(rig, index);
	must(rig_advance(rig, SLOT) == 0, "advance");
}

static void count_lost(void *context, const struct chain_lost *lost)
{
	fprintf(stderr, "told to be lost: %s\n", lost->reason);
	++*(size_t *)context;
}

/* After a new start each of them is there once, and none is told to be lost. */
static void assert_transfers(struct scene *scene, int64_t count)
{
	size_t lost = 0;

	rig_open(&scene->rig);
	scene->rig.chain->operations->watch_lost(scene->rig.chain, count_lost, &lost);
	assert_int_equal(rig_advance(&scene->rig, 10 * SECOND), 0);
	assert_int_equal(rig_balance(&scene->rig, "bob"), count);
	assert_int_equal(rig_advance(&scene->rig, 600 * SECOND), 0);
	assert_int_equal(rig_balance(&scene->rig, "bob"), count);
	assert_int_equal(lost, 0);
	rig_close(&scene->rig);
}

/* --- one transaction in two branches --- */

/* A transaction is in a block that bob makes, and, as he is cut off then, in one of alice's, which she drops
 * when he is back; the journal of hers is there still when the process is killed. */
static void with_one_in_two_branches(struct rig *rig, struct done *done)
{
	rig_open(rig);
	await_turn(rig, 1);
	transfer(rig);
	set_peer(rig, "bob", NULL);
	transfer(rig);
	must(rig_advance(rig, 4 * SLOT) == 0, "advance");
	set_peer(rig, "bob", "eosio");
	command(rig, "bob", "stop");
	transfer(rig);
	done->head_num = rig_info(rig).head_block_num;
}

static void one_in_two_branches(void **state)
{
	struct scene scene;
	(void)state;
	network(&scene, 2);
	scene_killed(&scene, with_one_in_two_branches);
	assert_transfers(&scene, 3);
	assert_transfers(&scene, 3);
	scene_end(&scene);
}

/* --- where each stands --- */

static struct chain_node node(struct rig *rig, const char *name)
{
	struct chain_node node;
	rig_must(rig->chain->operations->node(rig->chain, &node, name_literal(name), NULL, &rig->error), name,
	         &rig->error);
	return node;
}

/* Each of the two makes blocks of its own; done: their heads. */
static void with_two_branches(struct rig *rig, struct done *done)
{
	rig_open(rig);
	begin_turn(rig, 0);
	set_peer(rig, "bob", NULL);
	for (int i = 0; i < 5; i++) {
		transfer(rig);
		must(rig_advance(rig, SLOT) == 0, "advance");
	}
	command(rig, "alice", "stop");
	/* the view's blocks are hers: the clock goes on by bob's */
	must(rig_advance(rig, 2 * TURN * SLOT) == 0, "advance");
	done->head_num = node(rig, "alice").head_block_num;
	done->block_num = node(rig, "bob").head_block_num;
	must(done->head_num < done->block_num, "bob has made more");
	must(node(rig, "eosio").head_block_num == done->head_num, "eosio follows alice");
}

static void heads_are_where_they_were(void **state)
{
	struct scene scene;
	(void)state;
	network(&scene, 2);
	struct done heads = scene_killed(&scene, with_two_branches);
	for (int i = 0; i < 2; i++) {
		rig_open(&scene.rig);
		assert_int_equal(node(&scene.rig, "alice").head_block_num, heads.head_num);
		assert_int_equal(node(&scene.rig, "eosio").head_block_num, heads.head_num);
		assert_int_equal(node(&scene.rig, "bob").head_block_num, heads.block_num);
		assert_int_equal(rig_balance(&scene.rig, "bob"), 5);
		rig_close(&scene.rig);
	}
	/* bob's branch is the longer one: what stood in the other comes into it */
	rig_open(&scene.rig);
	set_peer(&scene.rig, "bob", "eosio");
	command(&scene.rig, "alice", "start");
	rig_close(&scene.rig);
	assert_transfers(&scene, 5);
	scene_end(&scene);
}

static void with_a_block_of_bobs(struct rig *rig, struct done *done)
{
	rig_open(rig);
	await_turn(rig, 1);
	transfer(rig);
	done->head_num = rig_info(rig).head_block_num;
}

/* It is alice's turn when the next process makes bob's block again: she takes it, and no branch begins. */
static void a_turn_begins_no_branch(void **state)
{
	struct scene scene;
	char text[64];
	(void)state;
	network(&scene, 2);
	uint32_t head = scene_killed(&scene, with_a_block_of_bobs).head_num;
	char *path = scene_path(&scene, "clock");
	struct bytes clock = file_content(path);
	bytes_put_u8(&clock, 0);
	int length = snprintf(text, sizeof text, "%lld\n", atoll((const char *)clock.data) + TURN * SLOT);
	file_set(path, text, (size_t)length);
	free(path);
	bytes_release(&clock);
	rig_open(&scene.rig);
	assert_int_equal(node(&scene.rig, "bob").head_block_num, head + 1);
	assert_int_equal(node(&scene.rig, "alice").head_block_num, head + 1);
	assert_int_equal(node(&scene.rig, "eosio").head_block_num, head + 1);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 1);
	rig_close(&scene.rig);
	assert_transfers(&scene, 1);
	scene_end(&scene);
}

/* --- what is lost --- */

/* bob, who was cut off, gives up its branch: of what was on it, the one that is its own is told. */
static void one_is_lost_when_healed(struct rig *rig, const size_t *lost)
{
	assert_int_equal(*lost, 0);
	set_peer(rig, "bob", "eosio");
	command(rig, "alice", "start");
	assert_int_equal(rig_advance(rig, 60 * SECOND), 0);
	assert_int_equal(*lost, 1);
}

/* One that was in a block of the branch that lost, and has expired. */
static void told_once(void **state)
{
	struct scene scene;
	size_t lost = 0;
	(void)state;
	network(&scene, 2);
	rig_open(&scene.rig);
	scene.rig.chain->operations->watch_lost(scene.rig.chain, count_lost, &lost);
	begin_turn(&scene.rig, 0);
	set_peer(&scene.rig, "bob", NULL);
	transfer(&scene.rig);
	assert_int_equal(rig_advance(&scene.rig, SLOT), 0);
	command(&scene.rig, "alice", "stop");
	assert_int_equal(rig_advance(&scene.rig, 600 * SECOND), 0);
	one_is_lost_when_healed(&scene.rig, &lost);
	rig_close(&scene.rig);
	for (int i = 0; i < 3; i++)
		assert_transfers(&scene, 0);
	scene_end(&scene);
}

/* As a node of another process passes it on to alice's. */
static void transfer_of_others(struct rig *rig, const char *json)
{
	struct embedded_chain *chain = embedded_of(rig->chain);
	struct checksum256 reference;
	struct chain_view *view = NULL;
	struct private_key key;
	struct public_key public;
	struct packed_transaction packed;
	struct transaction transaction = {.actions_count = 1};
	rig_must(private_key_parse(&key, GENESIS_PRIVATE_KEY, &rig->error), "key", &rig->error);
	rig_must(rig->chain->operations->reference(rig->chain, &reference, &transaction.expiration, NULL,
	                                           &rig->error),
	         "reference", &rig->error);
	transaction.actions = memory_allocate(1, sizeof *transaction.actions);
	transaction.expiration += 30;
	transaction.ref_block_num = (uint16_t)block_id_number(&reference);
	transaction.ref_block_prefix = block_id_prefix(&reference);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	rig_must(
		rig_make_action(view, transaction.actions, "eosio.token", "transfer", "eosio", json, &rig->error),
		"transfer", &rig->error);
	chain_view_close(view);
	packed_transaction_make(&packed, &transaction);
	rig_must(packed_transaction_sign(&packed, rig->signer, &key, NULL, &rig->chain->chain_id, &rig->error),
	         "sign", &rig->error);
	rig_must(packed_transaction_keys(&packed, &public, &rig->chain->chain_id, &rig->error), "keys",
	         &rig->error);
	pthread_mutex_lock(&chain->lock);
	rig_must(node_receive_transaction(network_node(chain->network, name_literal("alice")), &packed, &public,
	                                  1, &rig->error),
	         "receive", &rig->error);
	pthread_mutex_unlock(&chain->lock);
	packed_transaction_release(&packed);
}

/* Ours and another process's in a block of the branch that loses, and in one in the making; the process is
 * killed then. */
static void with_one_of_others(struct rig *rig, struct done *done)
{
	(void)done;
	rig_open(rig);
	begin_turn(rig, 0);
	set_peer(rig, "bob", NULL);
	transfer(rig);
	transfer_of_others(rig, "[\"eosio\",\"bob\",\"0.0001 SYS\",\"of others\"]");
	must(rig_advance(rig, SLOT) == 0, "advance");
	rig_must(rig->chain->operations->sync(rig->chain, &rig->error), "sync", &rig->error); /* it is stored */
	transfer_of_others(rig, "[\"eosio\",\"bob\",\"0.0001 SYS\",\"and another\"]");
}

/* Whose they were is known to the next process: those of others are theirs to keep, and to tell of. */
static void those_of_others_are_not_told(void **state)
{
	struct scene scene;
	size_t lost = 0;
	(void)state;
	network(&scene, 2);
	scene_killed(&scene, with_one_of_others);
	for (int i = 0; i < 2; i++) {
		rig_open(&scene.rig);
		scene.rig.chain->operations->watch_lost(scene.rig.chain, count_lost, &lost);
		if (i == 0)
			command(&scene.rig, "alice", "stop");
		assert_int_equal(rig_advance(&scene.rig, 600 * SECOND), 0);
		if (i == 0)
			rig_close(&scene.rig);
	}
	one_is_lost_when_healed(&scene.rig, &lost);
	rig_close(&scene.rig);
	scene_end(&scene);
}

/* --- the process is killed while what has become irreversible goes into the log --- */

/* A transaction is in a block of bob's, who is cut off then, and in one of alice's: that is irreversible. */
static void with_irreversible_ones(struct rig *rig, struct done *done)
{
	rig_open(rig);
	await_turn(rig, 1);
	transfer(rig);
	set_peer(rig, "bob", NULL);
	must(rig_advance(rig, TURN * SLOT) == 0, "advance");
	transfer(rig);
	done->block_num = rig_info(rig).head_block_num + 1;
	must(rig_advance(rig, SLOT) == 0, "advance");
	set_peer(rig, "bob", "eosio");
	must(rig_advance(rig, 120 * SECOND) == 0, "advance");
	must(rig_info(rig).irreversible_block_num > done->block_num, "irreversible");
	rig_must(rig->chain->operations->sync(rig->chain, &rig->error), "sync", &rig->error);
}

/* The log as it was when half of a block was in it. */
static void cut_log(const struct scene *scene, uint32_t block_num)
{
	char *log = scene_path(scene, "blocks/blocks.log"), *index = scene_path(scene, "blocks/blocks.index");
	struct bytes offsets = file_content(index);
	struct cursor in = cursor_make(offsets.data, offsets.length);

	cursor_take(&in, (block_num - (size_t)1) * 8);
	assert_int_equal(truncate(log, (off_t)cursor_u64(&in) + 100), 0);
	assert_false(in.failed);
	assert_int_equal(truncate(index, (off_t)(block_num - 1) * 8), 0);
	bytes_release(&offsets);
	free(log);
	free(index);
}

static void log_behind_the_irreversible(void **state)
{
	(void)state;
	for (uint32_t later = 0; later < 3; later++) {
		struct scene scene;
		network(&scene, 2);
		cut_log(&scene, scene_killed(&scene, with_irreversible_ones).block_num + later);
		assert_transfers(&scene, 2);
		assert_transfers(&scene, 2);
		scene_end(&scene);
	}
}

/* --- a journal whose block stands on no head --- */

/* The block in the making begins with a feature. */
static void with_pending(struct rig *rig, struct done *done)
{
	rig_open(rig);
	rig_activate(rig, FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION);
	must(rig_advance(rig, SLOT) == 0, "advance");
	transfer(rig);
	done->head_num = rig_info(rig).head_block_num;
}

static void opened(struct rig *rig, struct done *done)
{
	(void)done;
	rig_open(rig);
}

/* What it held goes into a block of the same number and node, whose journal must not be taken for it. */
static void saved_and_killed_again(void **state)
{
	struct scene scene;
	char name[32];
	(void)state;
	network(&scene, 1);
	uint32_t head = scene_killed(&scene, with_pending).head_num;
	snprintf(name, sizeof name, "journal/%u_alice", head + 1);
	char *path = scene_path(&scene, name);
	struct bytes journal = file_content(path);
	assert_int_equal(unlink(path), 0);
	free(path);
	rig_open(&scene.rig);
	assert_int_equal(rig_advance(&scene.rig, SLOT), 0);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 0);
	head = rig_info(&scene.rig).head_block_num;
	rig_close(&scene.rig);
	/* as it was called before */
	snprintf(name, sizeof name, "journal/%u.alice", head + 1);
	path = scene_path(&scene, name);
	file_set(path, journal.data, journal.length);
	free(path);
	bytes_release(&journal);
	for (int i = 0; i < 3; i++)
		scene_killed(&scene, opened);
	assert_transfers(&scene, 1);
	scene_end(&scene);
}

/* --- nodes whose names are as those of files --- */

static void with_another_node(struct rig *rig, const char *name, struct done *done)
{
	rig_open(rig);
	command(rig, "alice", "stop");
	make_node(rig, name, "alice");
	must(rig_advance(rig, SLOT) == 0, "advance");
	transfer(rig);
	done->head_num = rig_info(rig).head_block_num;
}

static void with_dots(struct rig *rig, struct done *done)
{
	with_another_node(rig, "alice.a.b", done);
}

static void with_a_word(struct rig *rig, struct done *done)
{
	with_another_node(rig, "unused", done);
}

static void names_of_nodes(void **state)
{
	static void (*const bodies[])(struct rig *rig, struct done *done) = {with_dots, with_a_word};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;
		network(&scene, 1);
		scene_killed(&scene, bodies[i]);
		assert_transfers(&scene, 1);
		scene_end(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_in_two_branches),
		cmocka_unit_test(log_behind_the_irreversible),
		cmocka_unit_test(heads_are_where_they_were),
		cmocka_unit_test(a_turn_begins_no_branch),
		cmocka_unit_test(told_once), cmocka_unit_test(those_of_others_are_not_told),
		cmocka_unit_test(saved_and_killed_again),
		cmocka_unit_test(names_of_nodes),
	};
	return cmocka_run_group_tests_name("embedded_nodes", tests, NULL, NULL);
}
