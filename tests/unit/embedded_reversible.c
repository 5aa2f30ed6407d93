/* Blocks that are not irreversible yet are in a file of their own: lost, damaged, cut short. Nothing of it
 * goes in silence. */
#include "tests/scene.h"

#include <errno.h>

#define NOBODYS_KEY "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"
enum { TRANSFERS = 20 };

/* One producer of three is nobody's, so that nothing becomes irreversible any more. Transfers in blocks
 * of their own; gives the file. */
static struct bytes stalled_chain(struct scene *scene)
{
	static const char *const producers[][2] = {
		{"alice", GENESIS_PUBLIC_KEY}, {"bob", GENESIS_PUBLIC_KEY}, {"eosio", NOBODYS_KEY}};

	scene_begin(scene);
	rig_open(&scene->rig);
	rig_make_token(&scene->rig);
	allow_producers(&scene->rig);
	set_producers(&scene->rig, producers, 3);
	assert_int_equal(rig_advance(&scene->rig, 60 * SECOND), 0);
	for (int i = 0; i < TRANSFERS; i++) {
		rig_must(rig_transfer(&scene->rig, NULL, "alice"), "transfer", &scene->rig.error);
		assert_int_equal(rig_advance(&scene->rig, 20 * SECOND), 0);
	}
	assert_true(rig_info(&scene->rig).head_block_num >
	            rig_info(&scene->rig).irreversible_block_num + TRANSFERS);
	rig_close(&scene->rig);
	char *path = scene_path(scene, "reversible");
	struct bytes content = file_content(path);
	free(path);
	return content;
}

static void file_put(const struct scene *scene, const char *name, const void *data, size_t length)
{
	char *path = scene_path(scene, name);
	file_set(path, data, length);
	free(path);
}

static void assert_told(const struct scene *scene, const char *words)
{
	if (!strstr(text_string(&scene->rig.notices), words))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&scene->rig.notices), words);
}

static void assert_kept(const struct scene *scene, const char *name, const struct bytes *content)
{
	char *path = scene_path(scene, name);
	struct bytes kept = file_content(path);
	assert_int_equal(kept.length, content->length);
	assert_memory_equal(kept.data, content->data, kept.length);
	bytes_release(&kept);
	free(path);
}

/* Where record `index` begins. */
static size_t record_place(const struct bytes *content, size_t index)
{
	size_t at = 16;
	while (index--) {
		at += 8 + (content->data[at] | (size_t)content->data[at + 1] << 8);
		assert_true(at < content->length);
	}
	return at;
}

static size_t records_of(const struct bytes *content)
{
	size_t count = 0;
	for (size_t at = 16; at < content->length; count++)
		at += 8 + (content->data[at] | (size_t)content->data[at + 1] << 8);
	return count;
}

/* The file as it was is kept, and the next start has nothing to tell. */
static void assert_opened(struct scene *scene, const struct bytes *content, const char *told, int64_t least,
                          int64_t most)
{
	rig_open(&scene->rig);
	assert_told(scene, told);
	assert_kept(scene, "reversible.damaged", content);
	int64_t balance = rig_balance(&scene->rig, "alice");
	assert_in_range(balance, least, most);
	assert_int_equal(rig_transfer(&scene->rig, NULL, "alice"), 0);
	rig_close(&scene->rig);
	rig_open(&scene->rig);
	assert_string_equal(text_string(&scene->rig.notices), "");
	assert_int_equal(rig_balance(&scene->rig, "alice"), balance + 1);
	rig_close(&scene->rig);
}

/* A flipped bit, in a record, in its length or its checksum, costs nothing. */
static void flipped_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct scene scene;
		struct bytes content = stalled_chain(&scene);
		size_t middle = record_place(&content, records_of(&content) / 2);
		size_t last = record_place(&content, records_of(&content) - 1);
		size_t places[] = {record_place(&content, 3) + 60, middle, middle + 5, last + 70};
		content.data[places[i]] ^= 0x20;
		file_put(&scene, "reversible", content.data, content.length);
		assert_opened(&scene, &content, "mended: one bit was wrong", TRANSFERS, TRANSFERS);
		bytes_release(&content);
		scene_end(&scene);
	}
}

/* More than that costs the blocks behind it, and which those are is said. */
static void damaged(void **state)
{
	struct scene scene;
	struct bytes content = stalled_chain(&scene);
	size_t place = record_place(&content, records_of(&content) / 2) + 60;
	(void)state;
	content.data[place] ^= 0x21;
	content.data[place + 9] ^= 0x10;
	file_put(&scene, "reversible", content.data, content.length);
	assert_opened(&scene, &content, "stand on what the damage hit", 1, TRANSFERS - 1);
	bytes_release(&content);
	scene_end(&scene);
}

/* What the last write left unfinished is cut, and kept. */
static void torn_end(void **state)
{
	struct scene scene;
	struct bytes content = stalled_chain(&scene);
	struct bytes end = {.data = content.data + record_place(&content, records_of(&content) - 1)};
	(void)state;
	end.length = content.length - 5 - (size_t)(end.data - content.data);
	file_put(&scene, "reversible", content.data, content.length - 5);
	rig_open(&scene.rig);
	assert_told(&scene, "unfinished");
	assert_kept(&scene, "reversible.cut", &end);
	assert_in_range(rig_balance(&scene.rig, "alice"), TRANSFERS - 1, TRANSFERS);
	rig_close(&scene.rig);
	bytes_release(&content);
	scene_end(&scene);
}

/* Without it the chain would go on from an older block. An empty one, made by hand, says that it shall. */
static void lost(void **state)
{
	struct scene scene;
	struct bytes content = stalled_chain(&scene);
	char *path = scene_path(&scene, "reversible"), *aside = scene_path(&scene, "aside"),
		 *log = scene_path(&scene, "blocks/blocks.log"), *index = scene_path(&scene, "blocks/blocks.index"),
		 *saved = scene_path(&scene, "state");
	(void)state;
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(rig_try_open(&scene.rig), -ENOENT);
	assert_non_null(strstr(scene.rig.error.sentence, "reversible\" is missing"));
	assert_int_equal(access(path, F_OK), -1);
	file_set(path, "", 0);
	rig_open(&scene.rig);
	assert_true(rig_balance(&scene.rig, "alice") < TRANSFERS);
	rig_close(&scene.rig);
	/* when it is all that is left, no new chain begins over it */
	file_set(path, content.data, content.length);
	unlink(log);
	unlink(index);
	unlink(saved);
	assert_int_equal(rig_try_open(&scene.rig), -ENOENT);
	assert_non_null(strstr(scene.rig.error.sentence, "the blocks are lost"));
	assert_kept(&scene, "reversible", &content);
	bytes_release(&content);
	free(path);
	free(aside);
	free(log);
	free(index);
	free(saved);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(flipped_bits), cmocka_unit_test(damaged),
	                                   cmocka_unit_test(torn_end), cmocka_unit_test(lost)};
	return cmocka_run_group_tests_name("embedded_reversible", tests, NULL, NULL);
}
