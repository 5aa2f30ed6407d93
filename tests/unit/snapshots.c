/* Snapshots of a chain in a data folder: they are there after it was closed, and after the end of a process before anything of them was stored. */
#include "tests/unit/scene.h"

#include "core/chain/chain.h"

#include <errno.h>

static int64_t kept_balance(struct rig *rig, const char *name)
{
	const struct chain_revision revision = {.kind = CHAIN_KEPT, .kept = name};
	struct table_id table = {name_literal("eosio.token"), name_literal("bob"), name_literal("accounts")};
	struct chain_view *view = NULL;
	struct chain_row row;
	int64_t amount = 0;
	rig_must(chain_view_open(rig->chain, &view, &revision, NULL, &rig->error), name, &rig->error);
	if (view->operations->row(view, &row, &table, ('S' | 'Y' << 8 | 'S' << 16), NULL) == 0) {
		struct cursor in = cursor_make(row.data, row.length);
		amount = (int64_t)cursor_u64(&in);
	}
	chain_view_close(view);
	return amount;
}

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
	killed(&scene, keep_and_die);
	for (int i = 0; i < 3; i++) {
		rig_open(&scene.rig);
		expect_all(&scene.rig);
		assert_int_equal(scene.rig.chain->operations->keep(scene.rig.chain, "one", NULL), -EEXIST);
		rig_close(&scene.rig);
	}
	rig_open(&scene.rig);
	rig_must(scene.rig.chain->operations->drop(scene.rig.chain, "one", &scene.rig.error), "drop", &scene.rig.error);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_int_equal(scene.rig.chain->operations->drop(scene.rig.chain, "one", NULL), -ENOENT);
	assert_int_equal(kept_balance(&scene.rig, "killed"), 5);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_outlive_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
