/* The journal: what was appended is there again, whatever tore its end; a full disk harms nothing. */
#include "tests/temporary.h"

#include "core/engine/storage/journal.h"

#include <errno.h>

static void record_fill(uint8_t *out, size_t length, size_t number)
{
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)(number * 31 + i * 7);
}

static size_t record_length(size_t number)
{
	static const size_t lengths[] = {0, 1, 7, 300, 5000, 12};
	return lengths[number % (sizeof lengths / sizeof *lengths)];
}

static void append_records(struct journal *journal, size_t from, size_t count)
{
	uint8_t data[5000];
	for (size_t i = from; i < from + count; i++) {
		record_fill(data, record_length(i), i);
		assert_int_equal(journal_append(journal, data, record_length(i), NULL), 0);
	}
}

/* With record 0; those that follow are appended. */
static struct journal *create(const char *path)
{
	struct journal *journal;
	assert_int_equal(journal_create(&journal, path, "", 0, NULL), 0);
	return journal;
}

/* The file that something is kept in is taken away. */
static void check_kept(const char *path, const char *suffix, const uint8_t *data, size_t length)
{
	struct text name = TEXT_EMPTY;
	text_printf(&name, "%s.%s", path, suffix);
	struct bytes kept = file_content(text_string(&name));
	assert_int_equal(kept.length, length);
	assert_memory_equal(kept.data, data, length);
	assert_int_equal(unlink(text_string(&name)), 0);
	bytes_release(&kept);
	text_release(&name);
}

static void check_records(const char *path, size_t count, bool torn)
{
	struct journal *journal;
	struct text report = TEXT_EMPTY;
	struct error error = {0};
	assert_int_equal(journal_open(&journal, path, &report, &error), 0);
	assert_int_equal(journal_count(journal), count);
	for (size_t i = 0; i < count; i++) {
		uint8_t data[5000];
		struct cursor record = journal_record(journal, i);
		record_fill(data, record_length(i), i);
		assert_int_equal(cursor_left(&record), record_length(i));
		assert_memory_equal(record.at, data, record_length(i));
	}
	assert_int_equal(strstr(text_string(&report), "unfinished record") != NULL, torn);
	text_release(&report);
	journal_close(journal);
}

static void test_records_come_back(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	(void)state;
	struct journal *journal = create(path);
	append_records(journal, 1, 3);
	journal_close(journal);
	check_records(path, 4, false);
	assert_int_equal(journal_open(&journal, path, NULL, NULL), 0);
	append_records(journal, 4, 20);
	journal_close(journal);
	check_records(path, 24, false);
	journal = create(path); /* in its place */
	append_records(journal, 1, 1);
	journal_close(journal);
	check_records(path, 2, false);
	free(path);
	temporary_remove(folder);
}

static void test_taken_back(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	(void)state;
	struct journal *journal = create(path);
	append_records(journal, 1, 1);
	uint64_t size = journal_size(journal);
	append_records(journal, 4, 1);
	journal_take_back(journal, size);
	append_records(journal, 2, 1);
	journal_take_back(journal, 3); /* no size it ever had: nothing happens */
	journal_close(journal);
	check_records(path, 3, false);
	free(path);
	temporary_remove(folder);
}

static void test_torn_at_every_byte(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	(void)state;
	struct journal *journal = create(path);
	append_records(journal, 1, 2);
	size_t before = journal_size(journal);
	append_records(journal, 3, 1);
	journal_close(journal);
	struct bytes content = file_content(path);
	for (size_t size = before; size < content.length; size++) {
		file_set(path, content.data, size);
		check_records(path, 3, size > before);
		check_records(path, 3, false);
		if (size > before)
			check_kept(path, "cut", content.data + before, size - before);
		assert_int_equal(journal_open(&journal, path, NULL, NULL), 0);
		append_records(journal, 3, 2);
		journal_close(journal);
		check_records(path, 5, false);
	}
	/* As long as the record would be, but zeroes: the disk never got it. */
	memset(content.data + before, 0, content.length - before);
	file_set(path, content.data, content.length);
	check_records(path, 3, true);
	bytes_release(&content);
	free(path);
	temporary_remove(folder);
}

/* --- damage: every record that is whole is there, the file is kept, the report says what is lost --- */

static void check_damaged(const char *path, const struct bytes *content, size_t lost, size_t count,
                          const char *says)
{
	struct journal *journal;
	struct text report = TEXT_EMPTY;
	struct error error = {0};
	uint8_t data[5000];
	assert_int_equal(journal_open(&journal, path, &report, &error), 0);
	assert_int_equal(journal_has_first(journal), lost != 0 && count > 1);
	assert_int_equal(journal_count(journal), count ? count - 1 : 0);
	for (size_t i = 0, number = 0; i + 1 < count; i++, number++) {
		number += number == lost;
		struct cursor record = journal_record(journal, i);
		record_fill(data, record_length(number), number);
		assert_int_equal(cursor_left(&record), record_length(number));
		assert_memory_equal(record.at, data, record_length(number));
	}
	if (!strstr(text_string(&report), says) || !strstr(text_string(&report), "is damaged"))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&report), says);
	check_kept(path, "damaged", content->data, content->length);
	text_release(&report);
	journal_close(journal);
}

static void test_damaged(void **state)
{
	enum { RECORDS = 8 };
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	struct journal *journal = create(path);
	size_t ends[RECORDS];
	(void)state;
	for (size_t i = 0; i < RECORDS; i++) {
		if (i)
			append_records(journal, i, 1);
		ends[i] = journal_size(journal);
	}
	journal_close(journal);
	struct bytes content = file_content(path);
	for (size_t i = 0; i < RECORDS; i++) {
		size_t begin = i ? ends[i - 1] : 16;
		for (size_t at = begin; at < ends[i]; at += ends[i] - begin > 1000 && at > begin + 16 ? 97 : 1) {
			if (i == RECORDS - 1 && at < begin + 4)
				continue; /* the last one's length: it may be torn */
			for (int bit = 0; bit < 8; bit += 3) {
				content.data[at] ^= (uint8_t)(1 << bit);
				file_set(path, content.data, content.length);
				check_damaged(path, &content, i, RECORDS, "what was acknowledged in bytes");
				content.data[at] ^= (uint8_t)(1 << bit);
			}
		}
	}
	/* The first bytes do not matter to the records. */
	content.data[3] ^= 4;
	file_set(path, content.data, content.length);
	check_damaged(path, &content, RECORDS, RECORDS + 1, "its first bytes are not a journal's");
	content.data[3] ^= 4;
	/* No journal is ever seen without its first record. */
	for (size_t size = 0; size <= 16; size++) {
		content.length = size;
		file_set(path, content.data, size);
		check_damaged(path, &content, 0, 0, "is empty");
	}
	bytes_release(&content);
	free(path);
	temporary_remove(folder);
}

/* However little is left of a journal, what is appended to it is there when it is opened again. */
static void test_appended_after_damage(void **state)
{
	(void)state;
	for (size_t size = 0; size < 16; size++) {
		char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
		file_set(path, (const uint8_t *)"EFSJRNL\n\1\2\3\0\0\0\0", size);
		for (size_t count = 0; count < 2; count++) {
			struct journal *journal;
			assert_int_equal(journal_open(&journal, path, NULL, NULL), 0);
			assert_int_equal(journal_count(journal), count);
			append_records(journal, count, 1);
			journal_close(journal);
		}
		free(path);
		temporary_remove(folder);
	}
}

static void test_foreign_files(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		int result;
		const char *says;
	} files[] = {
		{"hello, this is no journal at all", 32, -EBADMSG, "is not a journal"},
		{"EFSJRNL\n\2\0\0\0\0\0\0\0", 16, -ENOTSUP, "version 2"},
		{"EFSJRNL\n\0\0\0\0\0\0\0\0what", 20, -EBADMSG, "is not a journal"},
		{"EFSJRNL\n\1\0\0\0\0\0\0\1what", 20, -EBADMSG, "is not a journal"},
	};
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct journal *journal;
		struct error error = {0};
		file_set(path, files[i].bytes, files[i].length);
		assert_int_equal(journal_open(&journal, path, NULL, &error), files[i].result);
		assert_null(journal);
		assert_non_null(strstr(error.sentence, files[i].says));
		struct bytes content = file_content(path);
		assert_int_equal(content.length, files[i].length);
		assert_memory_equal(content.data, files[i].bytes, content.length);
		bytes_release(&content);
	}
	free(path);
	temporary_remove(folder);
}

static void test_full_disk(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "journal");
	(void)state;
	struct journal *journal;
	struct error error = {0};
	uint8_t data[5000];
	journal = create(path);
	append_records(journal, 1, 3);
	record_fill(data, 5000, 4);
	for (rlim_t room = 0; room < 5008; room += 500) {
		limit_files(journal_size(journal) + room);
		assert_int_equal(journal_append(journal, data, 5000, &error), -EFBIG);
		assert_non_null(strstr(error.sentence, "File too large"));
		limit_files(RLIM_INFINITY);
		struct bytes content = file_content(path);
		assert_int_equal(content.length, journal_size(journal));
		bytes_release(&content);
	}
	append_records(journal, 4, 3);
	journal_close(journal);
	check_records(path, 7, false);
	free(path);
	temporary_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_come_back),  cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_torn_at_every_byte), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_appended_after_damage),
		cmocka_unit_test(test_foreign_files),      cmocka_unit_test(test_full_disk),
	};
	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
