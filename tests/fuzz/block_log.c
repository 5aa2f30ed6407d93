/* Any bytes as blocks.log and blocks.index: they open or are refused; once open every block can be asked for,
 * and a second opening finds the same and has nothing to report. Input: u16 length of the index, the index,
 * the log. */
#include "core/engine/storage/block/block_log.h"

#include "tests/fuzz/input.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	char log_path[2 * INPUT_PATH_SIZE], index_path[2 * INPUT_PATH_SIZE], unused[INPUT_PATH_SIZE];
	input_file(unused, data, 0);
	const char *folder = input_folder();
	snprintf(log_path, sizeof log_path, "%s/blocks.log", folder);
	snprintf(index_path, sizeof index_path, "%s/blocks.index", folder);
	size_t index = data[0] | (size_t)data[1] << 8;
	index = index < size - 2 ? index : size - 2;
	input_put(index_path, data + 2, index);
	input_put(log_path, data + 2 + index, size - 2 - index);
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
