/* Any bytes as blocks.log and blocks.index: they open or are refused; once open every block can be asked for, and a second opening finds the same
 * and has nothing to report. Input: u16 length of the index, the index, the log. */
#include "core/engine/storage/block_log.h"

#include "tests/fuzz/input.h"

#include <errno.h>

static char folder[] = "/tmp/eosiofs-fuzz-XXXXXX", log_path[64], index_path[64];

static void remove_folder(void)
{
	unlink(log_path);
	unlink(index_path);
	rmdir(folder);
}

static void put(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (!log_path[0]) {
		if (!mkdtemp(folder))
			abort();
		snprintf(log_path, sizeof log_path, "%s/blocks.log", folder);
		snprintf(index_path, sizeof index_path, "%s/blocks.index", folder);
		atexit(remove_folder);
	}
	size_t index = data[0] | (size_t)data[1] << 8;
	index = index < size - 2 ? index : size - 2;
	put(index_path, data + 2, index);
	put(log_path, data + 2 + index, size - 2 - index);
	struct block_log *log;
	struct text report = TEXT_EMPTY;
	struct error error;
	if (block_log_open(&log, folder, NULL, &report, &error))
		goto out;
	uint32_t first = block_log_first(log), last = block_log_last(log);
	for (uint32_t number = first; number != last + 1; number++) {
		struct bytes block = {0};
		if (block_log_read(log, &block, number, &error) && error.number != EBADMSG)
			abort();
		bytes_release(&block);
	}
	block_log_close(log);
	text_clear(&report);
	if (block_log_open(&log, folder, NULL, &report, &error) || block_log_last(log) != last || report.length)
		abort();
	block_log_close(log);
out:
	text_release(&report);
	return 0;
}
