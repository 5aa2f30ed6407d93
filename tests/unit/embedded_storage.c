/* The embedded chain in a data folder: closed and opened, killed, without its state file, its clock or the
 * end of its log, on a full disk. A kill is a child that ends without closing anything: what the kernel has
 * by then is there, as after kill -9. */
#include "tests/scene.h"

#include "core/engine/state/feature.h"

#include <errno.h>

static off_t size_of(const struct scene *scene, const char *name)
{
	char *path = scene_path(scene, name);
	struct stat status;
	off_t size = stat(path, &status) < 0 ? -1 : status.st_size;
	free(path);
	return size;
}

static void note_head(struct rig *rig, struct done *done)
{
	struct chain_info info = rig_info(rig);
	done->head_num = info.head_block_num;
	done->head_id = info.head_block_id;
}

static void create_noted(struct rig *rig, struct done *done, const char *name)
{
	struct transaction_trace trace = {0};
	rig_must(rig_create_account(rig, &trace, name), name, &rig->error);
	done->id = trace.id;
	done->block_num = trace.block_num;
	done->slot = trace.slot;
	transaction_trace_release(&trace);
	note_head(rig, done);
}

static void assert_in_block(struct rig *rig, const struct done *done)
{
	struct signed_block block = rig_block(rig, done->block_num);
	size_t found = 0;
	assert_int_equal(block.header.timestamp, done->slot);
	for (size_t i = 0; i < block.transactions_count; i++)
		found += checksum256_equal(&block.transactions[i].packed.id, &done->id);
	assert_int_equal(found, 1);
	signed_block_release(&block);
}

/* --- closed and opened --- */

static void closed_and_opened(void **state)
{
	struct scene scene;
	struct chain_clock before, after;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), "");
	assert_int_equal(rig_create_account(&scene.rig, NULL, "alice"), 0);
	assert_int_equal(rig_advance(&scene.rig, 100 * SECOND), 0);
	assert_int_equal(rig_create_account(&scene.rig, NULL, "bob"), 0);
	scene.rig.chain->operations->clock(scene.rig.chain, &before, NULL, NULL);
	rig_close(&scene.rig);
	for (int i = 0; i < 3; i++) {
		rig_open(&scene.rig);
		assert_string_equal(text_string(&scene.rig.notices), "");
		assert_true(rig_has_account(&scene.rig, "alice") && rig_has_account(&scene.rig, "bob"));
		scene.rig.chain->operations->clock(scene.rig.chain, &after, NULL, NULL);
		int64_t change = after.chain_time - after.real_time - (before.chain_time - before.real_time);
		assert_true(change >= 0 && change <= 2 * SECOND); /* up to a sealed head that is a little ahead */
		rig_close(&scene.rig);
	}
	scene_end(&scene);
}

static int64_t ahead_of_real_time(const struct scene *scene, int64_t *pause)
{
	struct chain_clock clock;
	scene->rig.chain->operations->clock(scene->rig.chain, &clock, NULL, NULL);
	*pause = clock.pause;
	return clock.chain_time - clock.real_time;
}

/* A new chain begins before real time, with its genesis where that is not long ago; an offset ends forwards
 * with all blocks up to now, backwards with none until real time has caught up, after a restart too. */
static void an_offset_ends(void **state)
{
	struct scene scene;
	struct genesis genesis;
	struct transaction_trace trace = {0};
	int64_t pause, ahead;
	(void)state;
	genesis_default(&genesis); /* the machine may be busy: time that passes between two looks counts */
	for (int old = 0; old < 2; old++) {
		scene_begin(&scene);
		scene.rig.begin_earlier_us = 600 * SECOND;
		time_t begun = time(NULL);
		genesis.initial_timestamp = (int64_t)begun * SECOND - (old ? 8 * 86400 : 300) * (int64_t)SECOND;
		scene.rig.genesis = &genesis;
		rig_open(&scene.rig);
		assert_in_range(-ahead_of_real_time(&scene, &pause) / SECOND, old ? 598 : 298,
		                (old ? 600 : 301) + time(NULL) - begun);
		assert_int_equal(rig_create_account(&scene.rig, NULL, "alice"), 0);
		assert_int_equal(scene.rig.chain->operations->clock_end(scene.rig.chain, NULL, &scene.rig.error), 0);
		ahead = ahead_of_real_time(&scene, &pause);
		assert_true(ahead > -SECOND && ahead < SECOND && pause < SECOND);
		assert_in_range(rig_info(&scene.rig).head_block_num, old ? 1190 : 590,
		                (old ? 1204 : 604) + 2 * (time(NULL) - begun));
		assert_int_equal(rig_advance(&scene.rig, 300 * SECOND), 0);
		uint32_t head = rig_info(&scene.rig).head_block_num;
		assert_int_equal(scene.rig.chain->operations->clock_end(scene.rig.chain, NULL, &scene.rig.error), 0);
		assert_int_equal(rig_info(&scene.rig).head_block_num, head);
		for (int again = 0; again < 3; again++) {
			assert_string_equal(text_string(&scene.rig.notices), "");
			ahead = ahead_of_real_time(&scene, &pause);
			assert_in_range(ahead / SECOND, 240, 301);
			assert_in_range(pause, ahead - SECOND, ahead);
			/* writing goes on: it stands in the next block, which is made when its time has come */
			assert_int_equal(
				rig_create_account(&scene.rig, &trace, again ? again == 1 ? "carol" : "dora" : "bob"), 0);
			assert_in_range(trace.block_num, head + 1, head + 4);
			transaction_trace_release(&trace);
			rig_close(&scene.rig);
			scene.rig.begin_earlier_us = 600 * SECOND;
			rig_open(&scene.rig);
		}
		scene_end(&scene);
	}
}

/* Times of blocks that a former process made come from the log. */
static void times_of_old_blocks(void **state)
{
	struct scene scene;
	struct chain_view *view = NULL;
	uint32_t slots[40], slot;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	const struct chain_operations *operations = scene.rig.chain->operations;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(rig_advance(&scene.rig, 2 * SECOND), 0);
		assert_int_equal(
			operations->clock_advance(scene.rig.chain, 60 * SECOND, true, NULL, &scene.rig.error), 0);
	}
	assert_int_equal(chain_view_open(scene.rig.chain, &view, NULL, NULL, NULL), 0);
	uint32_t count = view->block_num;
	assert_true(count > 20 && count < 40);
	for (uint32_t number = 1; number < count; number++)
		assert_int_equal(view->operations->block_slot(view, &slots[number], number, NULL), 0);
	chain_view_close(view);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_int_equal(chain_view_open(scene.rig.chain, &view, NULL, NULL, NULL), 0);
	for (uint32_t number = 1; number < count; number++) {
		assert_int_equal(view->operations->block_slot(view, &slot, number, NULL), 0);
		assert_int_equal(slot, slots[number]);
	}
	assert_int_equal(view->operations->block_slot(view, &slot, 0, &scene.rig.error), -ENOENT);
	chain_view_close(view);
	scene_end(&scene);
}

/* --- killed --- */

static void with_pending(struct rig *rig, struct done *done)
{
	rig_open(rig);
	rig_must(rig_create_account(rig, NULL, "alice"), "alice", &rig->error);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	rig_must(rig_create_account(rig, NULL, "bob"), "bob", &rig->error);
	must(rig_create_account(rig, NULL, "bob") < 0, "bob twice");
	create_noted(rig, done, "carol");
	must(done->head_num + 1 == done->block_num, "carol is in the block in the making");
}

static void killed_while_pending(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	struct done done = scene_killed(&scene, with_pending);
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), ""); /* what was refused left no record */
	assert_true(rig_has_account(&scene.rig, "alice") && rig_has_account(&scene.rig, "bob") &&
	            rig_has_account(&scene.rig, "carol"));
	assert_in_block(&scene.rig, &done);
	assert_int_equal(rig_info(&scene.rig).head_block_num, done.block_num);
	/* Nothing of it is left to be done again. */
	char *journal = scene_path(&scene, "journal"), name[32];
	snprintf(name, sizeof name, "journal/%u", done.block_num);
	assert_int_equal(size_of(&scene, name), -1);
	free(journal);
	scene_end(&scene);
}

/* Blocks are sealed, but the log cannot grow: then a transaction's journal brings those of the blocks before
 * it along. */
static void with_sealed_outside_the_log(struct rig *rig, struct done *done)
{
	rig_open(rig);
	for (char name[] = "aaaaaaaaaaaa"; name[11] < 'z'; name[11]++)
		rig_must(rig_create_account(rig, NULL, name), name, &rig->error);
	rig_must(rig_advance(rig, 2 * SECOND), "advance", &rig->error);
	char path[4096];
	struct stat status;
	snprintf(path, sizeof path, "%s/blocks/blocks.log", rig->folder);
	must(stat(path, &status) == 0 && status.st_size > 4096, "the log is longer than journals are");
	limit_files((rlim_t)status.st_size);
	must(rig_advance(rig, 2 * SECOND) == -EFBIG, "the log is full");
	create_noted(rig, done, "carol");
	limit_files(RLIM_INFINITY);
}

static void killed_with_sealed_blocks(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	struct done done = scene_killed(&scene, with_sealed_outside_the_log);
	rig_open(&scene.rig);
	assert_in_block(&scene.rig, &done);
	struct signed_block block = rig_block(&scene.rig, done.head_num);
	assert_true(checksum256_equal(&block.id, &done.head_id));
	signed_block_release(&block);
	assert_true(rig_has_account(&scene.rig, "carol"));
	scene_end(&scene);
}

static void with_a_feature(struct rig *rig, struct done *done)
{
	struct checksum256 digest = feature_digest(FEATURE_PREACTIVATE_FEATURE);
	rig_open(rig);
	rig_must(rig->chain->operations->schedule_feature(rig->chain, &digest, NULL, &rig->error), "feature",
	         &rig->error);
	note_head(rig, done);
}

static int feature_is_active(void *context, const struct chain_feature *feature)
{
	if (feature->active)
		++*(size_t *)context;
	return 0;
}

static void killed_after_a_feature(void **state)
{
	struct scene scene;
	struct chain_view *view = NULL;
	size_t active = 0;
	(void)state;
	scene_begin(&scene);
	scene_killed(&scene, with_a_feature);
	rig_open(&scene.rig);
	assert_int_equal(chain_view_open(scene.rig.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(view->operations->features(view, feature_is_active, &active, NULL), 0);
	assert_int_equal(active, 1);
	chain_view_close(view);
	scene_end(&scene);
}

static bool kill_now(void *context)
{
	if (++*(int *)context < 500)
		return false;
	_exit(0);
}

/* The clock stands where the last block was made: nobody missed the slots that were not reached. */
static void killed_while_the_clock_moves(void **state)
{
	struct scene scene;
	struct chain_clock clock;
	int status, asked = 0;
	(void)state;
	scene_begin(&scene);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		rig_open(&scene.rig);
		scene.rig.chain->operations->clock_advance(scene.rig.chain, (int64_t)86400 * SECOND, false,
		                                           &(struct interruption){kill_now, &asked},
		                                           &scene.rig.error);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	rig_open(&scene.rig);
	scene.rig.chain->operations->clock(scene.rig.chain, &clock, NULL, NULL);
	assert_non_null(strstr(text_string(&scene.rig.notices), "chain time goes on from there"));
	int64_t ahead = clock.chain_time - clock.real_time;
	assert_true(ahead > 100 * SECOND && ahead < 300 * SECOND);
	assert_int_equal(rig_create_account(&scene.rig, NULL, "alice"), 0);
	assert_int_equal(rig_advance(&scene.rig, SECOND), 0);
	assert_true(rig_info(&scene.rig).head_block_num > 400);
	scene_end(&scene);
}

/* --- the key with which the block in the making was to be signed --- */

static struct genesis unknown_genesis;
static struct private_key unknown_key;

static void with_a_key_of_the_wallet(struct rig *rig, struct done *done)
{
	rig_open(rig);
	rig_must(wallet_import(rig->wallet, NULL, &unknown_key, &rig->error), "import", &rig->error);
	rig_must(rig_create_account(rig, NULL, "alice"), "alice", &rig->error);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	create_noted(rig, done, "bob");
}

static struct done killed_with_an_unknown_key(struct scene *scene)
{
	scene_begin(scene);
	scene->rig.signer = signer_create();
	genesis_default(&unknown_genesis);
	assert_int_equal(
		signer_new_key(scene->rig.signer, &unknown_key, &unknown_genesis.initial_key, KEY_K1, NULL), 0);
	scene->rig.genesis = &unknown_genesis;
	return scene_killed(scene, with_a_key_of_the_wallet);
}

/* The wallet of the next process has no key, or is locked: the node has what it signed with. */
static void killed_and_locked(void **state)
{
	struct scene scene;
	(void)state;
	struct done done = killed_with_an_unknown_key(&scene);
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), "");
	assert_true(rig_has_account(&scene.rig, "bob"));
	assert_in_block(&scene.rig, &done);
	assert_int_equal(wallet_lock(scene.rig.wallet, NULL), 0);
	rig_close(&scene.rig);
	rig_open(&scene.rig);
	assert_int_equal(rig_advance(&scene.rig, 3 * SECOND), 0);
	assert_true(rig_info(&scene.rig).head_block_num >= done.block_num + 5);
	rig_close(&scene.rig);
	/* One bit of them anywhere, or their password gone. */
	char *path = scene_path(&scene, "node_keys"), *password = scene_path(&scene, "node_keys.password");
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	struct bytes content = file_content(path);
	for (size_t at = 20; at < content.length; at += content.length / 5) {
		content.data[at] ^= 1;
		file_set(path, content.data, content.length);
		assert_int_equal(rig_try_open(&scene.rig), -EBADMSG);
		assert_non_null(strstr(scene.rig.error.sentence, path));
		content.data[at] ^= 1;
	}
	file_set(path, content.data, content.length);
	assert_int_equal(unlink(password), 0);
	assert_int_equal(rig_try_open(&scene.rig), -EBADMSG);
	assert_non_null(strstr(scene.rig.error.sentence, password));
	bytes_release(&content);
	free(path);
	free(password);
	scene_end(&scene);
}

/* Nobody has it: what was acknowledged waits, however often the chain is opened, and is there when the key
 * is. */
static void killed_without_the_key(void **state)
{
	struct scene scene;
	(void)state;
	struct done done = killed_with_an_unknown_key(&scene);
	char *keys = scene_path(&scene, "node_keys");
	assert_int_equal(unlink(keys), 0);
	free(keys);
	for (int i = 0; i < 2; i++) {
		rig_open(&scene.rig);
		assert_non_null(strstr(text_string(&scene.rig.notices), "was going to hold waits in"));
		assert_non_null(strstr(text_string(&scene.rig.notices), "eosio"));
		assert_true(rig_has_account(&scene.rig, "alice") && !rig_has_account(&scene.rig, "bob"));
		assert_int_equal(rig_info(&scene.rig).head_block_num, done.head_num);
		assert_int_equal(rig_advance(&scene.rig, SECOND), -EAGAIN);
		if (i == 0)
			rig_close(&scene.rig);
	}
	assert_int_equal(wallet_import(scene.rig.wallet, NULL, &unknown_key, NULL), 0);
	rig_must(rig_create_account(&scene.rig, NULL, "carol"), "carol", &scene.rig.error);
	assert_int_equal(rig_advance(&scene.rig, SECOND), 0);
	assert_true(rig_has_account(&scene.rig, "bob") && rig_has_account(&scene.rig, "carol"));
	assert_in_block(&scene.rig, &done);
	scene_end(&scene);
}

static void another_genesis(void **state)
{
	struct scene scene;
	struct genesis other;
	(void)state;
	scene_grow(&scene);
	genesis_default(&other);
	other.initial_timestamp += SECOND;
	scene.rig.genesis = &other;
	assert_int_equal(rig_try_open(&scene.rig), -EINVAL);
	assert_non_null(strstr(scene.rig.error.sentence, "is of another chain"));
	scene.rig.genesis = NULL;
	scene_reopen(&scene, "");
	scene_end(&scene);
}

/* --- a full disk: no file can grow --- */

static void full_disk(struct rig *rig, struct done *done)
{
	rig_open(rig);
	for (char name[] = "aaaaaaaaaaaa"; name[11] < 'z'; name[11]++)
		rig_must(rig_create_account(rig, NULL, name), name, &rig->error);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	note_head(rig, done);
	limit_files(0);
	must(rig_create_account(rig, NULL, "alice") == -EFBIG, "a refused write");
	must(strstr(rig->error.sentence, "File too large"), rig->error.sentence);
	must(!rig_has_account(rig, "alice"), "nothing has happened");
	must(rig_advance(rig, SECOND) == -EFBIG, "the clock");
	must(rig->chain->operations->clock_advance(rig->chain, SECOND, true, NULL, &rig->error) == -EFBIG,
	     "the clock, skipping");
	must(rig_info(rig).head_block_num == done->head_num, "no block was made");
	limit_files(RLIM_INFINITY);
	rig_must(rig_create_account(rig, NULL, "alice"), "alice", &rig->error);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	create_noted(rig, done, "bob");
}

static void full_disk_refuses(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	struct done done = scene_killed(&scene, full_disk);
	rig_open(&scene.rig);
	assert_true(rig_has_account(&scene.rig, "alice") && rig_has_account(&scene.rig, "bob"));
	assert_in_block(&scene.rig, &done);
	scene_end(&scene);
}

/* Many blocks' worth of writes while the log is full: refused once no more sealed blocks can be kept, all
 * there when there is room again. */
static void full_log(struct rig *rig, struct done *done)
{
	char name[] = "aaaaaaaaaaaa", path[4096];
	struct stat status;
	uint32_t written = 0;
	rig_open(rig);
	for (; written < 30; written++) {
		name[11] = (char)('a' + written % 26);
		name[10] = (char)('a' + written / 26);
		rig_must(rig_create_account(rig, NULL, name), name, &rig->error);
	}
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	snprintf(path, sizeof path, "%s/blocks/blocks.log", rig->folder);
	must(stat(path, &status) == 0, "the log");
	limit_files((rlim_t)status.st_size);
	for (;; written++) {
		name[11] = (char)('a' + written % 26);
		name[10] = (char)('a' + written / 26 % 26);
		name[9] = (char)('a' + written / 676);
		if (rig_create_account(rig, NULL, name) != 0)
			break;
	}
	must(rig->error.number == EFBIG && written > 64 * 4, "refused when the ring is full");
	must(!rig_has_account(rig, name), "what was refused has not happened");
	limit_files(RLIM_INFINITY);
	rig_must(rig_create_account(rig, NULL, name), name, &rig->error);
	done->head_num = written + 1;
}

static int count_account(void *context, uint64_t name)
{
	(void)name;
	++*(uint32_t *)context;
	return 0;
}

static void full_log_goes_on(void **state)
{
	struct scene scene;
	struct genesis genesis;
	struct chain_view *view = NULL;
	uint32_t count = 0;
	(void)state;
	genesis_default(&genesis);
	struct chain_config *config = &genesis.initial_configuration;
	config->min_transaction_cpu_usage = config->max_block_cpu_usage / 5;
	config->max_transaction_cpu_usage = config->max_block_cpu_usage - config->min_transaction_cpu_usage - 1;
	scene_begin(&scene);
	scene.rig.genesis = &genesis;
	struct done done = scene_killed(&scene, full_log);
	rig_open(&scene.rig);
	assert_string_equal(text_string(&scene.rig.notices), "");
	assert_int_equal(chain_view_open(scene.rig.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(view->operations->accounts(view, 0, count_account, &count, NULL), 0);
	assert_int_equal(count, done.head_num + 3);
	chain_view_close(view);
	scene_end(&scene);
}

/* --- many nodes at once --- */

static struct chain_node node_of(struct rig *rig, const char *name)
{
	struct chain_node node = {0};
	rig_must(rig->chain->operations->node(rig->chain, &node, name_literal(name), NULL, &rig->error), name,
	         &rig->error);
	return node;
}

/* Those before one that cannot be started run, also after the chain is opened again; a producer that is there
 * already stays. */
static void nodes_start_together(void **state)
{
	struct scene scene;
	struct chain_node_start nodes[] = {{name_literal("first"), "producer-name = first\n"},
	                                   {name_literal("second"), "producer-name = other\n"},
	                                   {name_literal("third"), "producer-name\n"},
	                                   {name_literal("fourth"), ""}};
	size_t count = 4;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	struct chain *chain = scene.rig.chain;
	rig_must(chain->operations->node_make(chain, nodes[1].name, &scene.rig.error), "make", &scene.rig.error);
	rig_must(chain->operations->node_configure(chain, nodes[1].name, "# own\nproducer-name = second\n",
	                                           &scene.rig.error),
	         "configure", &scene.rig.error);
	assert_int_equal(chain->operations->nodes_start(chain, nodes, &count, &scene.rig.error), -EINVAL);
	assert_int_equal(count, 2);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(node_of(&scene.rig, "first").state, CHAIN_NODE_RUNNING);
		assert_true(node_of(&scene.rig, "first").producers[0] == name_literal("first"));
		assert_int_equal(node_of(&scene.rig, "second").state, CHAIN_NODE_RUNNING);
		assert_true(node_of(&scene.rig, "second").producers[0] == name_literal("second"));
		rig_close(&scene.rig);
		rig_open(&scene.rig);
	}
	count = 2; /* they run already */
	rig_must(scene.rig.chain->operations->nodes_start(scene.rig.chain, nodes, &count, &scene.rig.error),
	         "start", &scene.rig.error);
	assert_int_equal(count, 2);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_start_together),
		cmocka_unit_test(closed_and_opened),
		cmocka_unit_test(an_offset_ends),
		cmocka_unit_test(times_of_old_blocks),
		cmocka_unit_test(killed_while_pending),
		cmocka_unit_test(killed_with_sealed_blocks),
		cmocka_unit_test(killed_after_a_feature),
		cmocka_unit_test(killed_while_the_clock_moves),
		cmocka_unit_test(killed_and_locked), cmocka_unit_test(killed_without_the_key),
		cmocka_unit_test(another_genesis),
		cmocka_unit_test(full_disk_refuses),
		cmocka_unit_test(full_log_goes_on),
	};
	return cmocka_run_group_tests_name("embedded_storage", tests, NULL, NULL);
}
