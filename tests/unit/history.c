/* The accounts' history on disk: what was told is there after closing, after the end of a process and when it
 * is damaged; segments merge; what is cut is gone. */
#include "tests/scene.h"

#include "core/chain/embedded/storage/storage.h"

#include "core/chain/chain.h"
#include "core/engine/storage/history/history.h"

/* --- the store --- */

enum { KEYS = 40, BLOCKS = 3000, LINES_PER_BLOCK = 40 };

static const struct checksum256 chain_id = {{1}};

static uint64_t key_of(uint32_t block, uint32_t line) { return 16 * (1 + (block * 7 + line * 13) % KEYS); }

/* Each block's lines, each about two keys and about 99. */
static void add_blocks(struct history *history, uint32_t last)
{
	for (uint32_t block = history_last(history) + 1; block <= last; block++) {
		for (uint32_t line = 0; line < LINES_PER_BLOCK; line++) {
			struct checksum256 id = {{2, (uint8_t)(line / 3), (uint8_t)block, (uint8_t)(block >> 8)}};
			uint64_t keys[3] = {key_of(block, line), 0, 16 * 99};
			char text[64];
			int length = snprintf(text, sizeof text, "\"block_num\":%u,\"id\":\"%c\",\"line\":%u}", block,
			                      HISTORY_ID_MARK, line);
			keys[1] = keys[0] + 16 * KEYS;
			uint64_t sorted[3] = {keys[0], keys[1], keys[2]};
			if (sorted[1] > sorted[2]) {
				sorted[1] = keys[2];
				sorted[2] = keys[1];
			}
			assert_int_equal(history_add(history, sorted, 3, text, (size_t)length, &id, NULL), 0);
		}
		assert_int_equal(history_advance(history, NULL), 0);
	}
}

static void expect_line(struct history *history, const struct history_lines *lines, uint64_t index,
                        uint32_t block, uint32_t line)
{
	struct text text = TEXT_EMPTY;
	char expected[160];
	snprintf(expected, sizeof expected, "\"block_num\":%u,\"id\":\"02%02x%02x%02x%056d\",\"line\":%u}\n",
	         block, line / 3, block & 255, block >> 8, 0, line);
	assert_int_equal(history_read(history, &text, lines, index, NULL), 0);
	assert_string_equal(text_string(&text), expected);
	assert_int_equal(history_lines_before(lines, index + 1) - history_lines_before(lines, index),
	                 text.length);
	text_release(&text);
}

static void expect_blocks(struct history *history, uint32_t last)
{
	struct history_lines lines;
	uint64_t key = key_of(5, 3), index = 0;
	assert_int_equal(history_find(history, &lines, 16 * 99, last, NULL), 0);
	assert_int_equal(lines.count, (uint64_t)last * LINES_PER_BLOCK);
	for (uint32_t block = 1; block <= last; block += 97)
		expect_line(history, &lines, (uint64_t)(block - 1) * LINES_PER_BLOCK + 7, block, 7);
	assert_int_equal(history_lines_before(&lines, lines.count), lines.bytes);
	history_lines_release(&lines);
	assert_int_equal(history_find(history, &lines, key, last, NULL), 0);
	for (uint32_t block = 1; block <= last; block++)
		for (uint32_t line = 0; line < LINES_PER_BLOCK; line++)
			if (key_of(block, line) == key)
				expect_line(history, &lines, index++, block, line);
	assert_int_equal(lines.count, index);
	history_lines_release(&lines);
	assert_int_equal(history_find(history, &lines, 16 * 12345, last, NULL), 0);
	assert_int_equal(lines.count, 0);
	history_lines_release(&lines);
}

static void what_is_saved_is_there_again(void **state)
{
	char *folder = temporary_folder();
	(void)state;
	for (int in_memory = 0; in_memory < 2; in_memory++) {
		struct history *history;
		assert_int_equal(history_open(&history, in_memory ? NULL : folder, &chain_id, 0, NULL), 0);
		bytes_put_u8(history_note(history), 42);
		add_blocks(history, BLOCKS);
		expect_blocks(history, BLOCKS);
		expect_blocks(history, 1234);
		assert_int_equal(history_save(history, NULL), 0);
		expect_blocks(history, BLOCKS);
		add_blocks(history, BLOCKS + 10); /* not saved */
		history_close(history);
	}
	struct history *history;
	assert_int_equal(history_open(&history, folder, &chain_id, BLOCKS, NULL), 0);
	assert_int_equal(history_last(history), BLOCKS);
	assert_int_equal(history_note(history)->length, 1);
	expect_blocks(history, BLOCKS);
	expect_blocks(history, 99);
	add_blocks(history, BLOCKS + 10);
	expect_blocks(history, BLOCKS + 10);
	history_close(history);
	temporary_remove(folder);
}

static void what_is_cut_is_gone(void **state)
{
	static const uint32_t ends[] = {2999, 2990, 1777, 1776, 20, 1, 0};
	char *folder = temporary_folder();
	struct history *history;
	(void)state;
	assert_int_equal(history_open(&history, folder, &chain_id, 0, NULL), 0);
	add_blocks(history, BLOCKS);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		assert_int_equal(history_cut(history, ends[i], NULL), 0);
		assert_int_equal(history_last(history), ends[i]);
		expect_blocks(history, ends[i]);
		add_blocks(history, ends[i] + 5);
		expect_blocks(history, ends[i] + 5);
		assert_int_equal(history_cut(history, ends[i], NULL), 0);
		history_close(history);
		assert_int_equal(history_open(&history, folder, &chain_id, ends[i], NULL), 0);
		assert_int_equal(history_last(history), ends[i]);
		expect_blocks(history, ends[i]);
	}
	history_close(history);
	temporary_remove(folder);
}

static void a_damaged_one_is_begun_anew(void **state)
{
	static const char *const names[] = {"index", "lines", "0-4000"};
	const struct checksum256 other = {{3}};
	struct history *history;
	(void)state;
	for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
		char *folder = temporary_folder();
		assert_int_equal(history_open(&history, folder, &chain_id, 0, NULL), 0);
		add_blocks(history, 100);
		assert_int_equal(history_save(history, NULL), 0);
		history_close(history);
		if (i < sizeof names / sizeof *names) {
			char *path = temporary_path(folder, names[i]);
			file_set(path, "nothing", 7);
			free(path);
		}
		assert_int_equal(history_open(&history, folder, i < 3 ? &chain_id : &other, 100, NULL), 0);
		assert_int_equal(history_last(history), 0);
		add_blocks(history, 10);
		expect_blocks(history, 10);
		history_close(history);
		temporary_remove(folder);
	}
}

/* --- of a chain --- */

static char *history_of(struct rig *rig, const char *account)
{
	struct chain_view *view = NULL;
	struct chain_history history;
	struct text text = TEXT_EMPTY;
	uint64_t begin, name = name_literal(account);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	rig_must(
		view->operations->history(view, &history, CHAIN_HISTORY_ACCOUNT, name, 0, UINT32_MAX, &rig->error),
		"history", &rig->error);
	rig_must(view->operations->history_text(view, &text, &begin, CHAIN_HISTORY_ACCOUNT, name, 0, SIZE_MAX / 2,
	                                        &rig->error),
	         "text", &rig->error);
	assert_int_equal(begin, 0);
	assert_int_equal(text.length, history.end);
	chain_view_close(view);
	return text_take(&text);
}

static void transfer_some(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++) {
		rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
		if (i % 3 == 0)
			rig_must(rig_advance(rig, SECOND), "advance", &rig->error);
	}
}

static void transfer_and_die(struct rig *rig, struct done *done)
{
	(void)done;
	rig_open(rig);
	transfer_some(rig, 30);
	rig_must(rig_advance(rig, 700 * SECOND), "advance", &rig->error);
	transfer_some(rig, 30);
}

static unsigned count_lines(const char *text)
{
	unsigned count = 0;
	while (*text)
		count += *text++ == '\n';
	return count;
}

static void a_chain_tells_the_same_after_any_end(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_make_token(&scene.rig);
	transfer_some(&scene.rig, 10);
	char *first = history_of(&scene.rig, "bob");
	assert_int_equal(count_lines(first), 11); /* newaccount too */
	rig_close(&scene.rig);
	scene_killed(&scene, transfer_and_die);
	rig_open(&scene.rig);
	char *second = history_of(&scene.rig, "bob");
	assert_memory_equal(second, first, strlen(first));
	assert_int_equal(count_lines(second), 71);
	rig_close(&scene.rig);
	/* without it, all is told again of the blocks */
	char *path = scene_path(&scene, "history/index");
	assert_int_equal(unlink(path), 0);
	free(path);
	for (int i = 0; i < 2; i++) {
		rig_open(&scene.rig);
		char *third = history_of(&scene.rig, "bob");
		assert_string_equal(third, second);
		free(third);
		rig_close(&scene.rig);
	}
	free(first);
	free(second);
	scene_end(&scene);
}

/* A folder of before has none: what there was is told again, however often it is opened and closed before. */
static void a_folder_of_before_is_told_again(void **state)
{
	struct scene scene;
	(void)state;
	scene_grow(&scene);
	char *path = scene_path(&scene, "history/index");
	assert_int_equal(unlink(path), 0);
	for (int i = 0; i < 2; i++) {
		rig_open(&scene.rig);
		rig_close(&scene.rig);
	}
	rig_open(&scene.rig);
	char *told = history_of(&scene.rig, "alice");
	assert_int_equal(count_lines(told), 21);
	rig_close(&scene.rig);
	free(told);
	free(path);
	scene_end(&scene);
}

/* --- ABIs that change --- */

/* An ABI of the one action NAME, whose one field is named as it. */
static void set_abi(struct rig *rig, const char *name)
{
	char json[512];
	struct abi *abi;
	struct bytes packed = {0};
	struct text data = TEXT_EMPTY;
	int length = snprintf(
		json, sizeof json,
		"{\"version\":\"eosio::abi/1.1\",\"structs\":[{\"name\":\"%s\",\"base\":\"\",\"fields\":"
		"[{\"name\":\"%s\",\"type\":\"uint64\"}]}],\"actions\":[{\"name\":\"%s\",\"type\":\"%s\","
		"\"ricardian_contract\":\"\"}]}",
		name, name, name, name);
	rig_must(abi_parse(&abi, json, (size_t)length, &rig->error), "abi", &rig->error);
	abi_pack(&packed, abi);
	text_append(&data, "{\"account\":\"carol\",\"abi\":\"");
	text_append_hex(&data, packed.data, packed.length);
	text_append(&data, "\"}");
	rig_must(rig_act(rig, NULL, "eosio", "setabi", "carol", text_string(&data)), "setabi", &rig->error);
	text_release(&data);
	bytes_release(&packed);
	abi_release(abi);
}

static void set_abi_and_act(struct rig *rig, const char *name)
{
	set_abi(rig, name);
	rig_must(rig_act(rig, NULL, "carol", name, "carol", "[7]"), name, &rig->error);
}

static void expect_decoded(struct rig *rig, int count, int when)
{
	static const char *const actions[] = {"one", "two", "three", "four", "five"};
	char *told = history_of(rig, "carol"), expected[64];
	for (int i = 0; i < count; i++) {
		snprintf(expected, sizeof expected, "\"data\":{\"%s\":7}", actions[i]);
		if (!strstr(told, expected))
			fail_msg("%d: no %s in:\n%s", when, expected, told);
	}
	free(told);
}

/* Each action is told with the ABI that it was executed under, of that transaction; also when it is told
 * late, or of the blocks again. */
static void actions_are_told_by_the_abi_of_their_time(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_must(rig_create_account(&scene.rig, NULL, "carol"), "carol", &scene.rig.error);
	set_abi_and_act(&scene.rig, "one");
	rig_must(rig_advance(&scene.rig, 5 * SECOND), "advance", &scene.rig.error);
	set_abi_and_act(&scene.rig, "two");
	set_abi_and_act(&scene.rig, "three");
	set_abi_and_act(&scene.rig, "four");
	set_abi(&scene.rig, "five");
	expect_decoded(&scene.rig, 4, 0);
	rig_must(rig_advance(&scene.rig, 500 * SECOND), "advance", &scene.rig.error);
	expect_decoded(&scene.rig, 4, 1);
	rig_must(rig_act(&scene.rig, NULL, "carol", "five", "carol", "[7]"), "five", &scene.rig.error);
	set_abi(&scene.rig, "six");
	expect_decoded(&scene.rig, 5, 2);
	rig_close(&scene.rig);
	for (int i = 3; i < 5; i++) {
		rig_open(&scene.rig);
		expect_decoded(&scene.rig, 5, i);
		rig_close(&scene.rig);
		char *path = scene_path(&scene, "history/index");
		assert_int_equal(unlink(path), 0);
		free(path);
	}
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_is_there_again),
		cmocka_unit_test(what_is_cut_is_gone),
		cmocka_unit_test(a_damaged_one_is_begun_anew),
		cmocka_unit_test(a_chain_tells_the_same_after_any_end),
		cmocka_unit_test(a_folder_of_before_is_told_again),
		cmocka_unit_test(actions_are_told_by_the_abi_of_their_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
