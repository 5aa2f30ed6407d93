/* Snapshots of a chain in a data folder: they are there after it was closed, and after the end of a process
 * before anything of them was stored. */
#include "tests/scene.h"

#include "core/chain/chain.h"
#include "core/chain/embedded/storage/storage.h"

#include <errno.h>

static void keep(struct rig *rig, const char *name)
{
	rig_must(rig->chain->operations->keep(rig->chain, name, &rig->error), name, &rig->error);
}

static void transfer(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++)
		rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
}

static void keep_and_die(struct rig *rig, struct done *done)
{
	(void)done;
	rig_open(rig);
	transfer(rig, 3);
	keep(rig, "killed");
	transfer(rig, 1);
	rig_must(rig_advance(rig, 600 * SECOND), "advance", &rig->error);
	transfer(rig, 1);
}

static void expect_all(struct rig *rig)
{
	assert_int_equal(kept_balance(rig, "empty"), 0);
	assert_int_equal(kept_balance(rig, "one"), 1);
	assert_int_equal(kept_balance(rig, "killed"), 5);
	assert_int_equal(rig_balance(rig, "bob"), 7);
}

static void they_outlive_the_process(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_make_token(&scene.rig);
	keep(&scene.rig, "empty");
	transfer(&scene.rig, 1);
	keep(&scene.rig, "one");
	transfer(&scene.rig, 1);
	assert_int_equal(kept_balance(&scene.rig, "empty"), 0);
	assert_int_equal(kept_balance(&scene.rig, "one"), 1);
	rig_must(rig_advance(&scene.rig, 700 * SECOND), "advance", &scene.rig.error);
	rig_close(&scene.rig);
	scene_killed(&scene, keep_and_die);
	for (int i = 0; i < 3; i++) {
		rig_open(&scene.rig);
		expect_all(&scene.rig);
		assert_int_equal(scene.rig.chain->operations->keep(scene.rig.chain, "one", NULL), -EEXIST);
		rig_close(&scene.rig);
	}
	rig_open(&scene.rig);
	rig_must(scene.rig.chain->operations->drop(scene.rig.chain, "one", &scene.rig.error), "drop",
	         &scene.rig.error);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_int_equal(scene.rig.chain->operations->drop(scene.rig.chain, "one", NULL), -ENOENT);
	assert_int_equal(kept_balance(&scene.rig, "killed"), 5);
	scene_end(&scene);
}

/* --- going back --- */

struct told {
	size_t count;
	char reason[128];
};

static void count_lost(void *context, const struct chain_lost *lost)
{
	struct told *told = context;
	told->count++;
	snprintf(told->reason, sizeof told->reason, "%s", lost->reason);
}

static void restore(struct rig *rig, const char *name)
{
	rig_must(rig->chain->operations->restore_kept(rig->chain, name, &rig->error), name, &rig->error);
}

static unsigned history_of_bob(struct rig *rig)
{
	struct chain_view *view = NULL;
	struct chain_history history;
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	rig_must(view->operations->history(view, &history, CHAIN_HISTORY_ACCOUNT, name_literal("bob"), 0,
	                                   UINT32_MAX, &rig->error),
	         "history", &rig->error);
	chain_view_close(view);
	return (unsigned)history.lines;
}

static void go_back_and_on(struct rig *rig)
{
	struct told told = {0};
	rig->chain->operations->watch_lost(rig->chain, count_lost, &told);
	keep(rig, "base");
	int64_t balance = rig_balance(rig, "bob");
	unsigned lines = history_of_bob(rig);
	uint32_t number = rig_info(rig).head_block_num, slot = rig_info(rig).head_slot;
	struct checksum256 id = rig_info(rig).head_block_id;
	for (int round = 0; round < 3; round++) {
		transfer(rig, 2);
		rig_must(rig_advance(rig, 90 * SECOND), "advance", &rig->error);
		transfer(rig, 1);
		uint32_t later = rig_info(rig).head_slot;
		told.count = 0;
		restore(rig, "base");
		assert_int_equal(told.count, 3);
		assert_string_equal(told.reason, "snapshot \"base\" was restored");
		assert_int_equal(rig_info(rig).head_block_num, number);
		assert_int_equal(rig_info(rig).head_slot, slot);
		struct checksum256 back = rig_info(rig).head_block_id;
		assert_memory_equal(&back, &id, sizeof id);
		assert_int_equal(rig_balance(rig, "bob"), balance);
		assert_int_equal(history_of_bob(rig), lines);
		transfer(rig, 1);
		rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
		assert_true(rig_info(rig).head_slot > later); /* time goes on */
		assert_int_equal(rig_balance(rig, "bob"), balance + 1);
		assert_int_equal(history_of_bob(rig), lines + 1);
		restore(rig, "base");
	}
	rig->chain->operations->watch_lost(rig->chain, NULL, NULL);
}

static void the_chain_goes_back_and_on(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_make_token(&scene.rig);
	transfer(&scene.rig, 5);
	rig_must(rig_advance(&scene.rig, 1300 * SECOND), "advance", &scene.rig.error);
	go_back_and_on(&scene.rig);
	assert_int_equal(scene.rig.chain->operations->restore_kept(scene.rig.chain, "nothing", NULL), -ENOENT);
	transfer(&scene.rig, 1);
	rig_close(&scene.rig);
	for (int verify = 0; verify < 2; verify++) {
		scene.rig.verify = verify;
		rig_open(&scene.rig);
		assert_int_equal(rig_balance(&scene.rig, "bob"), 6);
		assert_int_equal(history_of_bob(&scene.rig), 7);
		rig_close(&scene.rig);
	}
	/* from the disk */
	rig_open(&scene.rig);
	restore(&scene.rig, "base");
	assert_int_equal(rig_balance(&scene.rig, "bob"), 5);
	transfer(&scene.rig, 1);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 6);
	assert_null(strstr(text_string(&scene.rig.notices), "rebuilding"));
	scene_end(&scene);
}

static void in_memory_too(void **state)
{
	struct rig rig = {.manual_clock = true};
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	transfer(&rig, 5);
	go_back_and_on(&rig);
	rig_end(&rig);
}

static void restore_and_die(struct rig *rig, struct done *done)
{
	rig_open(rig);
	keep(rig, "base");
	done->head_num = rig_info(rig).head_block_num;
	done->head_id = rig_info(rig).head_block_id;
	transfer(rig, 1);
	rig_must(rig_advance(rig, 700 * SECOND), "advance", &rig->error);
	restore(rig, "base");
	transfer(rig, 2);
}

static void write_and_die(struct rig *rig, struct done *done)
{
	(void)done;
	rig_open(rig);
	rig_must(rig_advance(rig, 700 * SECOND), "advance", &rig->error);
	transfer(rig, 3);
}

/* What was being done is done when the process is there again. */
static void it_is_one_act(void **state)
{
	struct scene scene;
	char line[128];
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_make_token(&scene.rig);
	transfer(&scene.rig, 4);
	rig_close(&scene.rig);
	struct done done = scene_killed(&scene, restore_and_die);
	rig_open(&scene.rig);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 6);
	rig_close(&scene.rig);
	scene_killed(&scene, write_and_die);
	snprintf(line, sizeof line, "%u %s\n", done.head_num, checksum256_text(&done.head_id).text);
	char *path = scene_path(&scene, "restoring");
	file_set(path, line, strlen(line));
	free(path);
	rig_open(&scene.rig);
	assert_non_null(strstr(text_string(&scene.rig.notices), "the chain goes on from block"));
	assert_int_equal(rig_info(&scene.rig).head_block_num, done.head_num);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 4);
	transfer(&scene.rig, 1);
	rig_close(&scene.rig);
	scene.rig.verify = true;
	rig_open(&scene.rig);
	assert_int_equal(rig_balance(&scene.rig, "bob"), 5);
	scene_end(&scene);
}

/* What has become irreversible is stored, as the chain's own thread does when it comes to it. */
static off_t store(struct rig *rig, const char *index)
{
	struct embedded_chain *chain = embedded_of(rig->chain);
	struct stat status;
	rig_must(rig->chain->operations->sync(rig->chain, &rig->error), "sync", &rig->error);
	rig_must(storage_store_past(chain->storage, chain, false, &rig->error), "store", &rig->error);
	rig_must(embedded_store_snapshots(chain, &rig->error), "store", &rig->error);
	assert_int_equal(stat(index, &status), 0);
	return status.st_size;
}

/* What -o history goes back is there though the older states are given up meanwhile; what is kept, too. */
static void old_states_are_given_up(void **state)
{
	enum { MAGIC = 8, STATES = 24, LEFT_MAXIMUM = 9 };
	struct scene scene;
	struct rig *rig = &scene.rig;
	off_t size = 0, record = 0;
	(void)state;
	scene_begin(&scene);
	rig->history = 2500;
	rig_open(rig);
	rig_make_token(rig);
	transfer(rig, 2);
	keep(rig, "early");
	char *index = scene_path(&scene, "states/index");
	for (int i = 0; i < STATES; i++) {
		rig_must(rig_advance(rig, 500 * SECOND), "advance", &rig->error);
		transfer(rig, 1);
		size = store(rig, index) - MAGIC;
		record = record ? record : size;
		assert_true(size <= LEFT_MAXIMUM * record);
	}
	assert_true(record > 0);
	for (int i = 0; i < 2; i++) {
		uint32_t head = rig_info(rig).head_block_num;
		assert_int_equal(kept_balance(rig, "early"), 2);
		const struct chain_revision oldest = {.kind = CHAIN_BLOCK, .block_num = head - 2400};
		struct chain_view *view = NULL;
		rig_must(chain_view_open(rig->chain, &view, &oldest, NULL, &rig->error), "oldest", &rig->error);
		assert_int_equal(view->block_num, head - 2400);
		chain_view_close(view);
		rig_close(rig);
		rig_open(rig);
	}
	restore(rig, "early");
	assert_int_equal(rig_balance(rig, "bob"), 2);
	free(index);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_outlive_the_process),
		cmocka_unit_test(the_chain_goes_back_and_on),
		cmocka_unit_test(in_memory_too),
		cmocka_unit_test(it_is_one_act),
		cmocka_unit_test(old_states_are_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
