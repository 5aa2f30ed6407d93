/* A transaction that ends the program: what it stood in is rebuilt without it once it has done so again, and
 * all others are there. The engine's push is wrapped (Makefile), for no transaction is known that does this.
 */
#include "tests/scene.h"

#include "core/engine/engine.h"

enum { TRANSFERS = 20, POISON = 7 };

static struct checksum256 poison;

int __real_branch_push(struct branch *branch, struct transaction_trace *trace,
                       struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                       const struct push_options *options, struct error *error);
int __wrap_branch_push(struct branch *branch, struct transaction_trace *trace,
                       struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                       const struct push_options *options, struct error *error);

int __wrap_branch_push(struct branch *branch, struct transaction_trace *trace,
                       struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                       const struct push_options *options, struct error *error)
{
	if (checksum256_equal(&packed->id, &poison))
		_exit(139);
	return __real_branch_push(branch, trace, packed, keys, keys_count, options, error);
}

static void with_transfers(struct rig *rig, struct done *done)
{
	rig_open(rig);
	rig_make_token(rig);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	for (int i = 0; i < TRANSFERS; i++) {
		struct transaction_trace trace = {0};
		rig_must(rig_transfer(rig, &trace, "alice"), "transfer", &rig->error);
		if (i == POISON) {
			done->id = trace.id;
			done->block_num = trace.block_num;
		}
		transaction_trace_release(&trace);
	}
}

/* How an opening ends in a process of its own. */
static int open_in_child(struct scene *scene)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		rig_open(&scene->rig);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void left_out_the_second_time(void **state)
{
	struct scene scene;
	char name[64];
	(void)state;
	scene_begin(&scene);
	struct done done = scene_killed(&scene, with_transfers);
	poison = done.id;
	assert_int_not_equal(open_in_child(&scene), 0);
	rig_open(&scene.rig);
	assert_non_null(strstr(text_string(&scene.rig.notices), "ends the program, and ended it before"));
	assert_non_null(strstr(text_string(&scene.rig.notices), checksum256_text(&poison).text));
	assert_int_equal(rig_balance(&scene.rig, "alice"), TRANSFERS - 1);
	snprintf(name, sizeof name, "journal/%u.crashed", done.block_num);
	char *path = scene_path(&scene, name);
	assert_int_equal(access(path, F_OK), 0);
	free(path);
	assert_int_equal(rig_transfer(&scene.rig, NULL, "alice"), 0);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), "");
	assert_int_equal(rig_balance(&scene.rig, "alice"), TRANSFERS);
	scene_end(&scene);
}

/* Who is killed while it starts leaves the same mark, and nothing is left out for that. */
static void a_mark_alone(void **state)
{
	struct scene scene;
	char mark[64];
	(void)state;
	memset(&poison, 0, sizeof poison);
	scene_begin(&scene);
	struct done done = scene_killed(&scene, with_transfers);
	char *path = scene_path(&scene, "journal/trying");
	snprintf(mark, sizeof mark, "%u %u\n", done.block_num, POISON);
	file_set(path, mark, strlen(mark));
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), "");
	assert_int_equal(rig_balance(&scene.rig, "alice"), TRANSFERS);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_out_the_second_time), cmocka_unit_test(a_mark_alone),
	};
	return cmocka_run_group_tests_name("embedded_crash", tests, NULL, NULL);
}
