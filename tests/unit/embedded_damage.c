/* A data folder whose files are lost, damaged, or no files: rebuilt where the rest says all, else refused by
 * name; nothing newer goes without a copy. */
#include "tests/scene.h"

#include <errno.h>

static void lost_and_damaged(void **state)
{
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	char *path = scene_path(&scene, "state");
	/* lost */
	unlink(path);
	scene_reopen(&scene, "there is no state file");
	/* a byte changed; cut short; of nothing */
	for (int i = 0; i < 3; i++) {
		struct bytes content = file_content(path);
		content.data[content.length / 2] ^= 1;
		file_set(path, content.data, i == 0 ? content.length : i == 1 ? content.length / 2 : 0);
		bytes_release(&content);
		scene_reopen(&scene, "rebuilding the state from");
	}
	free(path);
	/* what could not be used was kept */
	path = scene_path(&scene, "state.unused.3");
	assert_int_equal(access(path, F_OK), 0);
	free(path);
	/* journals that make no sense */
	path = scene_path(&scene, "journal/1000000");
	file_set(path, "no journal at all", 17);
	scene_reopen(&scene, "journal/1000000.unused");
	free(path);
	/* the clock is lost: the chain does not stand still until real time has caught up */
	rig_open(&scene.rig);
	assert_int_equal(rig_advance(&scene.rig, 1000 * SECOND), 0);
	rig_close(&scene.rig);
	path = scene_path(&scene, "clock");
	unlink(path);
	free(path);
	scene_reopen(&scene, "chain time goes on from there");
	scene_end(&scene);
}

/* Refused, with these words; nothing in the folder has changed. */
static void assert_refused(struct scene *scene, int result, const char *words, const char *file)
{
	char *path = scene_path(scene, file);
	struct stat before, after;
	assert_int_equal(lstat(path, &before), 0);
	assert_int_equal(rig_try_open(&scene->rig), result);
	if (!strstr(scene->rig.error.sentence, words) || !strstr(scene->rig.error.sentence, path))
		fail_msg("\"%s\" does not say \"%s\" of \"%s\"", scene->rig.error.sentence, words, path);
	assert_int_equal(lstat(path, &after), 0);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	free(path);
}

static void lost_log(void **state)
{
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	char *log = scene_path(&scene, "blocks/blocks.log"), *aside = scene_path(&scene, "aside"), *path;
	struct bytes content = file_content(log);
	/* missing, empty, with part of its first bytes; then all that is left is the index, then a journal */
	assert_int_equal(rename(log, aside), 0);
	assert_refused(&scene, -ENOENT, "blocks.log\" is missing", "state");
	assert_int_equal(access(log, F_OK), -1);
	file_set(log, "", 0);
	assert_refused(&scene, -ENOENT, "blocks.log\" is empty", "state");
	file_set(log, content.data, 100);
	assert_refused(&scene, -ENOENT, "begin a new chain in another data folder", "state");
	path = scene_path(&scene, "state");
	char *state_aside = scene_path(&scene, "state.aside");
	assert_int_equal(rename(path, state_aside), 0);
	assert_refused(&scene, -ENOENT, "the blocks are lost", "blocks/blocks.index");
	/* shorter than the state */
	assert_int_equal(rename(state_aside, path), 0);
	file_set(log, content.data, content.length - 5);
	assert_refused(&scene, -ERANGE, "ends at block", "state");
	assert_non_null(strstr(text_string(&scene.rig.notices), "blocks.log.cut"));
	/* put back, all is there */
	file_set(log, content.data, content.length);
	scene_reopen(&scene, "");
	bytes_release(&content);
	free(path);
	free(state_aside);
	free(log);
	free(aside);
	scene_end(&scene);
}

static void damaged_clock(void **state)
{
	static const char *const contents[] = {"99999999999999999999\n",
	                                       "9223372036854775807\n",
	                                       "-9223372036854775808\n",
	                                       "",
	                                       "12",
	                                       "soon\n",
	                                       "1 2\n",
	                                       "0 until \n",
	                                       "0 until 1 \n"};
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	char *path = scene_path(&scene, "clock");
	struct bytes content = file_content(path);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		file_set(path, contents[i], strlen(contents[i]));
		assert_refused(&scene, -EBADMSG, "by how many microseconds", "clock");
	}
	file_set(path, content.data, content.length);
	bytes_release(&content);
	free(path);
	scene_reopen(&scene, "");
	scene_end(&scene);
}

/* Which nodes there are, and how each is configured: refused whatever byte is wrong. A file without its last
 * line is of before. */
static void damaged_nodes(void **state)
{
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	char *path = scene_path(&scene, "nodes");
	struct bytes content = file_content(path);
	for (size_t i = 0; i + 1 < content.length; i += 13) {
		content.data[i] ^= 0x04;
		file_set(path, content.data, content.length);
		assert_refused(&scene, -EBADMSG, "put a copy of it back", "nodes");
		content.data[i] ^= 0x04;
	}
	file_set(path, content.data, content.length - 60);
	assert_refused(&scene, -EBADMSG, "it ends within a node", "nodes");
	file_set(path, content.data, content.length - 15);
	scene_reopen(&scene, "");
	bytes_release(&content);
	free(path);
	scene_end(&scene);
}

/* What is no file is refused by name, and nothing waits for its other end. */
static void not_files(void **state)
{
	static const char *const names[] = {"state", "clock", "blocks/blocks.log", "blocks/blocks.index",
	                                    "journal/1000000"};
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = scene_path(&scene, names[i]), *aside = scene_path(&scene, "aside");
		bool there = rename(path, aside) == 0;
		assert_int_equal(mkfifo(path, 0600), 0);
		assert_refused(&scene, -EINVAL, "is a FIFO, and a file belongs there", names[i]);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkdir(path, 0700), 0);
		assert_refused(&scene, -EISDIR, "is a folder, and a file belongs there", names[i]);
		assert_int_equal(rmdir(path), 0);
		if (there)
			assert_int_equal(rename(aside, path), 0);
		free(path);
		free(aside);
		scene_reopen(&scene, "");
	}
	scene_end(&scene);
}

static void assert_notice(const struct scene *scene, const char *words)
{
	if (!strstr(text_string(&scene->rig.notices), words))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&scene->rig.notices), words);
}

/* --- bits of the block log --- */

struct files {
	char *paths[3];
	struct bytes contents[3];
};

static struct files files_take(const struct scene *scene)
{
	static const char *const names[] = {"blocks/blocks.log", "blocks/blocks.index", "state"};
	struct files files;
	for (size_t i = 0; i < 3; i++) {
		files.paths[i] = scene_path(scene, names[i]);
		files.contents[i] = file_content(files.paths[i]);
	}
	return files;
}

static void files_put(const struct files *files)
{
	for (size_t i = 0; i < 3; i++)
		file_set(files->paths[i], files->contents[i].data, files->contents[i].length);
}

static void files_release(struct files *files)
{
	for (size_t i = 0; i < 3; i++) {
		free(files->paths[i]);
		bytes_release(&files->contents[i]);
	}
}

/* Wherever it is, -o verify finds it; a start finds it, too, unless it is in a signature, which the block's
 * id does not cover. */
static void flipped_bits_of_the_log(void **state)
{
	struct scene scene;
	size_t found = 0, tried = 0;
	(void)state;
	scene_grow(&scene);
	struct files files = files_take(&scene);
	struct bytes *log = &files.contents[0];
	for (size_t at = 8; at < log->length; at += 149) {
		for (int verify = 0; verify < 2; verify++) {
			scene.rig.verify = verify;
			files_put(&files);
			log->data[at] ^= 0x40;
			file_set(files.paths[0], log->data, log->length);
			log->data[at] ^= 0x40;
			int result = rig_try_open(&scene.rig);
			if (verify && result == 0)
				fail_msg("byte %zu of %zu is not found", at, log->length);
			if (result && !strstr(scene.rig.error.sentence, "block"))
				fail_msg("\"%s\"", scene.rig.error.sentence);
			tried += verify == 0;
			found += verify == 0 && result != 0;
			if (result == 0)
				rig_close(&scene.rig);
		}
	}
	assert_true(found * 2 > tried);
	files_put(&files);
	rig_open(&scene.rig);
	assert_notice(&scene, "verified: ");
	rig_close(&scene.rig);
	scene.rig.verify = false;
	files_release(&files);
	scene_reopen(&scene, "");
	scene_end(&scene);
}

/* --- journals of acknowledged transfers --- */

enum { TRANSFERS = 35 };

static void with_transfers(struct rig *rig, struct done *done)
{
	rig_open(rig);
	rig_make_token(rig);
	rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	struct transaction_trace trace = {0};
	for (int i = 0; i < TRANSFERS; i++) {
		transaction_trace_release(&trace);
		rig_must(rig_transfer(rig, &trace, "alice"), "transfer", &rig->error);
	}
	done->block_num = trace.block_num;
	transaction_trace_release(&trace);
}

/* Where record `index` of a journal begins. */
static size_t record_place(const struct bytes *content, size_t index)
{
	size_t at = 16;
	while (index--)
		at += 8 + (content->data[at] | (size_t)content->data[at + 1] << 8);
	return at;
}

/* A flipped bit costs what it stands in: of the transfers one, or none when it is what the block began with.
 */
static void flipped_bits(void **state)
{
	static const size_t records[] = {0, 1, 17, TRANSFERS};
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct scene scene;
		char name[64];
		scene_begin(&scene);
		struct done done = scene_killed(&scene, with_transfers);
		snprintf(name, sizeof name, "journal/%u", done.block_num);
		char *path = scene_path(&scene, name);
		struct bytes content = file_content(path);
		content.data[record_place(&content, records[i]) + 12] ^= 0x20;
		file_set(path, content.data, content.length);
		bytes_release(&content);
		rig_open(&scene.rig);
		assert_notice(&scene, "is damaged: what was acknowledged in bytes");
		assert_notice(&scene, ".damaged");
		assert_int_equal(rig_balance(&scene.rig, "alice"), records[i] ? TRANSFERS - 1 : TRANSFERS);
		rig_close(&scene.rig);
		assert_int_equal(access(path, F_OK), -1);
		rig_open(&scene.rig); /* for good, and once */
		assert_string_equal(text_string(&scene.rig.notices), "");
		assert_int_equal(rig_balance(&scene.rig, "alice"), records[i] ? TRANSFERS - 1 : TRANSFERS);
		free(path);
		scene_end(&scene);
	}
}

/* One that is empty, or gone, takes no other along. */
static void lost_journals(void **state)
{
	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		struct scene scene;
		char name[64];
		scene_begin(&scene);
		struct done done = scene_killed(&scene, with_transfers);
		snprintf(name, sizeof name, "journal/%u", done.block_num);
		char *path = scene_path(&scene, name);
		snprintf(name, sizeof name, "journal/%u", done.block_num + 1);
		char *next = scene_path(&scene, name);
		assert_int_equal(rename(path, next), 0);
		if (!gone)
			file_set(path, "", 0);
		rig_open(&scene.rig);
		assert_notice(&scene, gone ? "is missing, and what it held is lost"
		                           : "what it held is lost, for it is empty");
		assert_int_equal(rig_balance(&scene.rig, "alice"), TRANSFERS);
		rig_close(&scene.rig);
		rig_open(&scene.rig);
		assert_string_equal(text_string(&scene.rig.notices), "");
		assert_int_equal(rig_balance(&scene.rig, "alice"), TRANSFERS);
		free(path);
		free(next);
		scene_end(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_and_damaged), cmocka_unit_test(lost_log),
		cmocka_unit_test(damaged_clock),    cmocka_unit_test(damaged_nodes),
		cmocka_unit_test(not_files),        cmocka_unit_test(flipped_bits_of_the_log),
		cmocka_unit_test(flipped_bits),     cmocka_unit_test(lost_journals),
	};
	return cmocka_run_group_tests_name("embedded_damage", tests, NULL, NULL);
}
