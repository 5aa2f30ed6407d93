/* A history's folder with any bytes changed: it opens, with what it had or begun anew, and whatever is found
 * in it can be asked for, added to and cut. Input: changes, u8 which file, u16 where, u8 what stands there
 * then; where the first byte is even the checksums of index and segments are put right afterwards, so that
 * the fuzzer comes past them. */
#include "core/engine/storage/history/history.h"

#include "tests/fuzz/input.h"

#include <string.h>
#include <zlib.h>

enum { FILES = 4, KEYS = 5, BLOCKS = 40, SEGMENT_HEAD = 32 };

static struct file {
	char name[32];
	struct bytes good;
} files[FILES];
static const struct checksum256 chain = {{7}};

static void must(bool right)
{
	if (!right)
		abort();
}

static void add_block(struct history *history, uint32_t number)
{
	char line[128];
	uint64_t keys[] = {1 + number % KEYS, 100 + number};
	struct checksum256 id = {{(uint8_t)number}};
	int length = snprintf(line, sizeof line, "{\"block_num\":%u,\"trx_id\":\"%c\"}", number, HISTORY_ID_MARK);
	must(history_add(history, keys, 2, line, (size_t)length, &id, NULL) == 0);
	must(history_advance(history, NULL) == 0);
}

static void read_whole(struct file *file, const char *folder)
{
	char path[2 * INPUT_PATH_SIZE];
	uint8_t block[4096];
	snprintf(path, sizeof path, "%s/%s", folder, file->name);
	int fd = open(path, O_RDONLY);
	for (ssize_t count; (count = read(fd, block, sizeof block)) > 0;)
		bytes_put(&file->good, block, (size_t)count);
	close(fd);
}

/* What a good folder holds: index, lines and segments. */
static void make_files(void)
{
	char path[INPUT_PATH_SIZE];
	struct history *history;
	input_file(path, (const uint8_t *)"", 0); /* it is removed in the end */
	const char *folder = input_folder();
	must(history_open(&history, folder, &chain, BLOCKS, NULL) == 0);
	for (uint32_t number = 1; number <= BLOCKS; number++) {
		add_block(history, number);
		must(number % 16 || history_save(history, NULL) == 0);
	}
	must(history_save(history, NULL) == 0);
	history_close(history);
	DIR *directory = opendir(folder);
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(directory)) && count < FILES;)
		if (entry->d_name[0] != '.') {
			snprintf(files[count].name, sizeof files[count].name, "%.31s", entry->d_name);
			read_whole(&files[count++], folder);
		}
	closedir(directory);
}

static void mend(const char *name, uint8_t *data, size_t size)
{
	size_t end = strcmp(name, "index") == 0 ? size : strcmp(name, "lines") == 0 ? 0 : SEGMENT_HEAD;
	if (end > 12 && end <= size)
		input_set_u32(data + 8, (uint32_t)crc32(0, data + 12, (uInt)(end - 12)));
}

static void put_files(const char *folder, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < FILES && files[i].name[0]; i++) {
		struct bytes changed = {0};
		char path[2 * INPUT_PATH_SIZE];
		bytes_put(&changed, files[i].good.data, files[i].good.length);
		for (size_t at = 1; at + 4 <= size; at += 4)
			if (data[at] % FILES == i)
				changed.data[((size_t)data[at + 1] | (size_t)data[at + 2] << 8) % changed.length] =
					data[at + 3];
		if (!(data[0] & 1))
			mend(files[i].name, changed.data, changed.length);
		snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
		input_put(path, changed.data, changed.length);
		bytes_release(&changed);
	}
}

/* All of one key, as much as can be read: what is damaged is said to be. */
static void look(struct history *history, uint64_t key)
{
	struct history_lines lines;
	if (history_find(history, &lines, key, UINT32_MAX, NULL) != 0)
		return;
	for (uint64_t i = 0; i < lines.count && i < 2 * BLOCKS; i++) {
		struct text text = TEXT_EMPTY;
		history_lines_before(&lines, i);
		history_read(history, &text, &lines, i, NULL);
		text_release(&text);
	}
	history_lines_release(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct history *history;
	if (!size)
		return 0;
	if (!files[0].name[0])
		make_files();
	const char *folder = input_folder();
	put_files(folder, data, size);
	must(history_open(&history, folder, &chain, BLOCKS, NULL) == 0);
	for (uint64_t key = 0; key <= KEYS; key++)
		look(history, key);
	look(history, 100 + BLOCKS);
	if (history_last(history) <= BLOCKS)
		add_block(history, history_last(history) + 1);
	history_cut(history, BLOCKS / 2, NULL);
	look(history, 1);
	history_close(history);
	return 0;
}
