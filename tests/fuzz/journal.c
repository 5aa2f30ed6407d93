/* Any bytes as a journal: it opens or is refused; once open it takes a record and opens again with one more
 * and nothing new to report. The first byte says whether checksums are put right first, so that the fuzzer
 * comes past them. */
#include "core/engine/storage/journal.h"

#include "tests/fuzz/input.h"

#include <string.h>
#include <zlib.h>

static void mend(uint8_t *data, size_t size)
{
	for (size_t at = 16; size >= 8 && at <= size - 8;) {
		uint32_t length = input_u32(data + at);
		if (length > size - at - 8)
			return;
		uint8_t place[12] = {0};
		input_set_u32(place, (uint32_t)at);
		input_set_u32(place + 8, length);
		uLong checksum = crc32(0, place, sizeof place);
		input_set_u32(data + at + 4, (uint32_t)(length ? crc32(checksum, data + at + 8, length) : checksum));
		at += 8 + (size_t)length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	uint8_t *copy = malloc(size);
	memcpy(copy, data, size);
	if (data[0] & 1)
		mend(copy + 1, size - 1);
	char path[INPUT_PATH_SIZE];
	input_file(path, copy + 1, size - 1);
	struct journal *journal;
	struct text report = TEXT_EMPTY;
	struct error error;
	if (!journal_open(&journal, path, &report, &error)) {
		size_t count = journal_count(journal);
		bool damaged = strstr(text_string(&report), "damaged");
		for (size_t i = 0; i < count; i++) {
			struct cursor record = journal_record(journal, i);
			if (cursor_left(&record) > size)
				abort();
		}
		if (journal_append(journal, "record", 6, &error))
			abort();
		journal_close(journal);
		text_clear(&report);
		if (journal_open(&journal, path, &report, &error) || journal_count(journal) != count + 1 ||
		    (report.length && !damaged))
			abort();
		journal_close(journal);
	}
	text_release(&report);
	free(copy);
	return 0;
}
