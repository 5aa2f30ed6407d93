/* The block log: nodeos's bytes, torn ends, lost and wrong indexes, other chains, other versions, full disks.
 */
#include "tests/temporary.h"

#include "core/engine/storage/block/block_log.h"
#include "core/types/block.h"

#include <errno.h>

enum { BLOCKS = 7 };

/* A chain of blocks of different lengths, packed. */
static struct bytes packed[BLOCKS];
static struct genesis genesis;

static void make_blocks(struct bytes *out, size_t count)
{
	static const uint8_t filler[9000] = {1, 2, 3};
	struct checksum256 previous = {{0}};
	for (size_t i = 0; i < count; i++) {
		struct extension extension = {.type = 77,
		                              .data = {(uint8_t *)(uintptr_t)filler, i % 3 * 1500, sizeof filler}};
		struct signed_block block = {
			.header = {.timestamp = (uint32_t)i, .producer = 5, .previous = previous}};
		if (i % 2) {
			block.extensions = &extension;
			block.extensions_count = 1;
		}
		signed_block_pack(&out[i], &block);
		previous = block_header_id(&block.header);
	}
}

static int set_up(void **state)
{
	(void)state;
	genesis_default(&genesis);
	make_blocks(packed, BLOCKS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		bytes_release(&packed[i]);
	return 0;
}

static void append(struct block_log *log, uint32_t from, uint32_t to)
{
	for (uint32_t number = from; number <= to; number++)
		assert_int_equal(
			block_log_append(log, number, packed[number - 1].data, packed[number - 1].length, NULL), 0);
}

static void check_blocks(struct block_log *log, uint32_t last)
{
	assert_int_equal(block_log_first(log), 1);
	assert_int_equal(block_log_last(log), last);
	for (uint32_t number = 1; number <= last; number++) {
		struct bytes block = {0};
		assert_int_equal(block_log_read(log, &block, number, NULL), 0);
		assert_int_equal(block.length, packed[number - 1].length);
		assert_memory_equal(block.data, packed[number - 1].data, block.length);
		bytes_release(&block);
	}
	struct bytes none = {0};
	assert_int_equal(block_log_read(log, &none, 0, NULL), -ENOENT);
	assert_int_equal(block_log_read(log, &none, last + 1, NULL), -ENOENT);
	assert_null(none.data);
}

/* Opens what is in the folder, which must hold the first `last` blocks; says: part of the report, "" for
 * none. */
static void check_opens(const char *folder, uint32_t last, const char *says)
{
	struct block_log *log;
	struct text report = TEXT_EMPTY;
	struct error error = {0};
	if (block_log_open(&log, folder, &genesis, &report, &error))
		fail_msg("%s", error.sentence);
	check_blocks(log, last);
	if (!*says)
		assert_string_equal(text_string(&report), "");
	else if (!strstr(text_string(&report), says))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&report), says);
	block_log_close(log);
	text_release(&report);
}

struct scene {
	char *folder, *log, *index;
};

static struct scene scene_begin(uint32_t blocks)
{
	struct scene scene = {.folder = temporary_folder()};
	struct block_log *log;
	scene.log = temporary_path(scene.folder, "blocks.log");
	scene.index = temporary_path(scene.folder, "blocks.index");
	assert_int_equal(block_log_open(&log, scene.folder, &genesis, NULL, NULL), 0);
	append(log, 1, blocks);
	assert_int_equal(block_log_sync(log, NULL), 0);
	block_log_close(log);
	return scene;
}

static void scene_end(struct scene *scene)
{
	free(scene->log);
	free(scene->index);
	temporary_remove(scene->folder);
}

static void test_bytes_are_nodeos(void **state)
{
	(void)state;
	struct scene scene = scene_begin(2);
	struct bytes log = file_content(scene.log), index = file_content(scene.index), expected = {0};
	bytes_put_u32(&expected, 3);
	bytes_put_u32(&expected, 1);
	genesis_pack(&expected, &genesis);
	bytes_put_u64(&expected, UINT64_MAX);
	assert_int_equal(expected.length, 126);
	bytes_put(&expected, packed[0].data, packed[0].length);
	bytes_put_u64(&expected, 126);
	size_t second = expected.length;
	bytes_put(&expected, packed[1].data, packed[1].length);
	bytes_put_u64(&expected, second);
	assert_int_equal(log.length, expected.length);
	assert_memory_equal(log.data, expected.data, log.length);
	bytes_clear(&expected);
	bytes_put_u64(&expected, 126);
	bytes_put_u64(&expected, second);
	assert_int_equal(index.length, 16);
	assert_memory_equal(index.data, expected.data, 16);
	bytes_release(&log);
	bytes_release(&index);
	bytes_release(&expected);
	scene_end(&scene);
}

static void test_opens_again(void **state)
{
	(void)state;
	struct scene scene = scene_begin(0);
	check_opens(scene.folder, 0, "");
	for (uint32_t number = 1; number <= BLOCKS; number++) {
		struct block_log *log;
		struct error error = {0};
		assert_int_equal(block_log_open(&log, scene.folder, NULL, NULL, NULL), 0);
		assert_int_equal(block_log_genesis(log)->initial_timestamp, genesis.initial_timestamp);
		assert_int_equal(block_log_append(log, number + 1, packed[0].data, packed[0].length, &error),
		                 -EINVAL);
		assert_non_null(strstr(error.sentence, "cannot follow"));
		append(log, number, number);
		check_blocks(log, number);
		block_log_close(log);
		check_opens(scene.folder, number, "");
	}
	scene_end(&scene);
}

/* What was cut off lies beside the log; it is taken away. */
static void check_kept(const struct scene *scene, const uint8_t *data, size_t length)
{
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s.cut", scene->log);
	assert_int_equal(access(text_string(&path), F_OK), length ? 0 : -1);
	if (length) {
		struct bytes kept = file_content(text_string(&path));
		assert_int_equal(kept.length, length);
		assert_memory_equal(kept.data, data, length);
		bytes_release(&kept);
		unlink(text_string(&path));
	}
	text_release(&path);
}

static void test_torn_at_every_byte(void **state)
{
	(void)state;
	for (uint32_t last = 1; last <= 3; last++) { /* of different lengths; the first one alone, too */
		struct scene scene = scene_begin(last);
		struct bytes log = file_content(scene.log), index = file_content(scene.index);
		size_t before = log.length - packed[last - 1].length - 8;
		for (size_t size = before; size < log.length; size++) {
			for (size_t elements = last - 1; elements <= last;
			     elements++) { /* the index may be behind or ahead */
				file_set(scene.log, log.data, size);
				file_set(scene.index, index.data, elements * 8);
				check_opens(scene.folder, last - 1,
				            size > before      ? "cut"
				            : elements == last ? "made anew"
				                               : "");
				check_opens(scene.folder, last - 1, "");
				check_kept(&scene, log.data + before, size - before);
			}
		}
		struct block_log *reopened;
		assert_int_equal(block_log_open(&reopened, scene.folder, &genesis, NULL, NULL), 0);
		append(reopened, last, BLOCKS);
		block_log_close(reopened);
		check_opens(scene.folder, BLOCKS, "");
		for (size_t size = 0; size < 126; size++) { /* the making was cut short */
			file_set(scene.log, log.data, size);
			check_opens(scene.folder, 0, "");
		}
		bytes_release(&log);
		bytes_release(&index);
		scene_end(&scene);
	}
}

static void test_index_made_anew(void **state)
{
	(void)state;
	struct scene scene = scene_begin(BLOCKS);
	struct bytes index = file_content(scene.index);
	uint8_t junk[3000];
	memset(junk, 0xee, sizeof junk);
	for (size_t size = 0; size < index.length; size++) { /* shorter */
		file_set(scene.index, index.data, size);
		check_opens(scene.folder, BLOCKS, "made anew");
		check_opens(scene.folder, BLOCKS, "");
	}
	for (size_t at = 0; at < index.length; at++) { /* wrong */
		index.data[at] ^= 1;
		file_set(scene.index, index.data, index.length);
		check_opens(scene.folder, BLOCKS, "made anew");
		index.data[at] ^= 1;
	}
	for (size_t size = 1; size < sizeof junk; size += 99) { /* something else */
		file_set(scene.index, junk, size);
		check_opens(scene.folder, BLOCKS, "made anew");
	}
	unlink(scene.index);
	check_opens(scene.folder, BLOCKS, "made anew from block 1 on");
	struct bytes made = file_content(scene.index);
	assert_int_equal(made.length, index.length);
	assert_memory_equal(made.data, index.data, made.length);
	bytes_release(&made);
	bytes_release(&index);
	scene_end(&scene);
}

static void check_refused(const char *folder, int result, const char *says)
{
	struct block_log *log;
	struct error error = {0};
	assert_int_equal(block_log_open(&log, folder, &genesis, NULL, &error), result);
	assert_null(log);
	if (!strstr(error.sentence, says))
		fail_msg("\"%s\" does not say \"%s\"", error.sentence, says);
}

static void test_damage_in_the_middle(void **state)
{
	(void)state;
	struct scene scene = scene_begin(BLOCKS);
	struct bytes log = file_content(scene.log);
	size_t at = 126 + packed[0].length + 8 + 20; /* in block 2: a byte of the id before it */
	log.data[at] ^= 1;
	file_set(scene.log, log.data, log.length);
	unlink(scene.index);
	check_refused(scene.folder, -EBADMSG, "is damaged at block 2 (byte");
	struct bytes after = file_content(scene.log);
	assert_int_equal(after.length, log.length);
	log.data[at] ^= 1;
	memset(log.data + log.length - 30, 0, 30); /* an end of zeros, as power losses leave, is torn only */
	file_set(scene.log, log.data, log.length);
	check_opens(scene.folder, BLOCKS - 1, "cut");
	bytes_release(&after);
	bytes_release(&log);
	scene_end(&scene);
}

static void test_foreign_logs(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		int result;
		const char *says;
	} logs[] = {
		{"\4\0\0\0\1\0\0\0", 8, -ENOTSUP, "version 4"},
		{"\3\0\0\200\1\0\0\0", 8, -ENOTSUP, "is pruned"},
		{"\0\0\0\0\1\0\0\0", 8, -EBADMSG, "is not a block log"},
		{"\3\0\0\0\2\0\0\0", 8, -EBADMSG, "is not a block log"},
		{"hello", 5, -EBADMSG, "is not a block log"},
	};
	(void)state;
	struct scene scene = scene_begin(2);
	struct genesis other = genesis;
	struct block_log *log;
	struct error error = {0};
	other.initial_timestamp += 500000;
	assert_int_equal(block_log_open(&log, scene.folder, &other, NULL, &error), -EINVAL);
	assert_non_null(strstr(error.sentence, "is of another chain"));
	check_opens(scene.folder, 2, "");
	unlink(scene.index);
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		file_set(scene.log, logs[i].bytes, logs[i].length);
		check_refused(scene.folder, logs[i].result, logs[i].says);
		assert_int_equal(access(scene.index, F_OK), -1);
	}
	unlink(scene.log);
	assert_int_equal(block_log_open(&log, scene.folder, NULL, NULL, &error), -ENOENT);
	scene_end(&scene);
}

/* Logs of versions 1 and 2, and one that begins with a later block. */
static void test_other_headers(void **state)
{
	(void)state;
	struct scene scene = scene_begin(0);
	struct checksum256 id = genesis_chain_id(&genesis);
	for (uint32_t version = 1; version <= 4; version++) {
		struct bytes header = {0};
		uint32_t first = version == 4 ? 4 : 1;
		bytes_put_u32(&header, version == 4 ? 3 : version);
		if (version > 1)
			bytes_put_u32(&header, first);
		if (version == 4)
			bytes_put(&header, id.data, sizeof id.data);
		else
			genesis_pack(&header, &genesis);
		if (version > 1)
			bytes_put_u64(&header, UINT64_MAX);
		file_set(scene.log, header.data, header.length);
		file_set(scene.index, "", 0);
		struct block_log *log;
		for (uint32_t number = first; number <= BLOCKS; number++) {
			struct bytes block = {0};
			assert_int_equal(block_log_open(&log, scene.folder, &genesis, NULL, NULL), 0);
			assert_int_equal(block_log_first(log), first);
			assert_int_equal(block_log_last(log), number - 1);
			assert_int_equal(block_log_genesis(log) == NULL, version == 4);
			append(log, number, number);
			assert_int_equal(block_log_read(log, &block, number, NULL), 0);
			assert_memory_equal(block.data, packed[number - 1].data, block.length);
			bytes_release(&block);
			block_log_close(log);
		}
		bytes_release(&header);
	}
	scene_end(&scene);
}

static void test_full_disk(void **state)
{
	(void)state;
	struct scene scene = scene_begin(3);
	struct block_log *log;
	struct error error = {0};
	struct bytes content = file_content(scene.log);
	size_t size = content.length;
	bytes_release(&content);
	assert_int_equal(block_log_open(&log, scene.folder, &genesis, NULL, NULL), 0);
	for (rlim_t room = 0; room < packed[3].length + 8; room += 7) {
		limit_files(size + room);
		assert_int_equal(block_log_append(log, 4, packed[3].data, packed[3].length, &error), -EFBIG);
		limit_files(RLIM_INFINITY);
		assert_non_null(strstr(error.sentence, "File too large"));
		content = file_content(scene.log);
		assert_int_equal(content.length, size);
		bytes_release(&content);
		check_blocks(log, 3);
	}
	append(log, 4, 5);
	check_blocks(log, 5);
	block_log_close(log);
	check_opens(scene.folder, 5, "");
	scene_end(&scene);
}

/* More blocks than an opening looks at. */
static void test_long_log(void **state)
{
	enum { LONG = 2000 };
	(void)state;
	struct bytes *blocks = memory_allocate(LONG, sizeof *blocks);
	struct scene scene = scene_begin(0);
	struct block_log *log;
	make_blocks(blocks, LONG);
	assert_int_equal(block_log_open(&log, scene.folder, &genesis, NULL, NULL), 0);
	for (uint32_t i = 0; i < LONG; i++)
		assert_int_equal(block_log_append(log, i + 1, blocks[i].data, blocks[i].length, NULL), 0);
	assert_int_equal(block_log_sync(log, NULL), 0);
	block_log_close(log);
	struct bytes content = file_content(scene.log), index = file_content(scene.index);
	file_set(scene.log, content.data, content.length - 1);
	struct text report = TEXT_EMPTY;
	assert_int_equal(block_log_open(&log, scene.folder, &genesis, &report, NULL), 0);
	assert_int_equal(block_log_last(log), LONG - 1);
	assert_non_null(strstr(text_string(&report), "after block 1999"));
	block_log_close(log);
	/* An element of the index far back, which an opening does not look at, is noticed by who reads that
	 * block. */
	index.data[8 * 99] ^= 1;
	file_set(scene.index, index.data, index.length - 8);
	struct bytes block = {0};
	struct error error = {0};
	assert_int_equal(block_log_open(&log, scene.folder, &genesis, NULL, NULL), 0);
	assert_int_equal(block_log_read(log, &block, 100, &error), -EBADMSG);
	assert_non_null(strstr(error.sentence, "disagree about block 100"));
	assert_int_equal(block_log_read(log, &block, 101, &error), 0);
	assert_int_equal(block.length, blocks[100].length);
	block_log_close(log);
	bytes_release(&block);
	bytes_release(&content);
	bytes_release(&index);
	text_release(&report);
	for (size_t i = 0; i < LONG; i++)
		bytes_release(&blocks[i]);
	free(blocks);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_are_nodeos),
		cmocka_unit_test(test_opens_again),
		cmocka_unit_test(test_torn_at_every_byte),
		cmocka_unit_test(test_index_made_anew),
		cmocka_unit_test(test_damage_in_the_middle),
		cmocka_unit_test(test_foreign_logs),
		cmocka_unit_test(test_other_headers),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_long_log),
	};
	return cmocka_run_group_tests_name("block_log", tests, set_up, tear_down);
}
