/* The growing text against a plain one: own lines and those that texts share, the older half that goes,
 * reading at any place. */
#include "core/base/growing_text.h"

#include "core/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT = 20000, APPENDS = 3000 };

static const struct timespec when = {.tv_sec = 7};

/* What a rotated log keeps. */
static void drop_older_half(struct text *plain)
{
	const char *newline = strchr(plain->data + plain->length / 2, '\n');
	struct text rest = TEXT_EMPTY;
	text_append(&rest, newline ? newline + 1 : "");
	text_release(plain);
	*plain = rest;
}

static void append_plain(struct text *plain, const char *line)
{
	while (plain->length && plain->length + strlen(line) > LIMIT)
		drop_older_half(plain);
	text_append(plain, line);
	if (plain->length > LIMIT)
		drop_older_half(plain);
}

static void expect(struct growing_text *text, const struct text *plain, uint64_t offset, size_t size)
{
	static char out[2 * LIMIT];
	struct timespec modified;
	size_t left = offset < plain->length ? plain->length - (size_t)offset : 0;
	assert_int_equal(growing_text_size(text, &modified), plain->length);
	assert_int_equal(modified.tv_sec, when.tv_sec);
	assert_int_equal(growing_text_read(text, out, size, offset), left < size ? left : size);
	if (left)
		assert_memory_equal(out, plain->data + offset, left < size ? left : size);
}

static void make_line(char *line, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++)
		line[i] = (char)('a' + rand() % 26);
	line[length - 1] = '\n';
	line[length] = 0;
}

static void as_a_plain_one(void **state)
{
	struct growing_text *texts[2] = {growing_text_create(LIMIT), growing_text_create(LIMIT)};
	struct text plain[2] = {TEXT_EMPTY, TEXT_EMPTY};
	static char line[LIMIT + 100];
	(void)state;
	srand(1);
	for (int i = 0; i < APPENDS; i++) {
		int own = rand() % 4;
		make_line(line, 1 + (size_t)(rand() % (i % 500 ? 300 : LIMIT + 90)));
		struct shared_lines *shared = own < 2 ? NULL : shared_lines_create(line, strlen(line));
		for (int k = 0; k < 2; k++) {
			if (own < 2 && own != k)
				continue;
			append_plain(&plain[k], line);
			if (shared)
				growing_text_append_shared(texts[k], shared, when);
			else
				growing_text_append(texts[k], line, strlen(line), when);
			expect(texts[k], &plain[k], 0, LIMIT);
			expect(texts[k], &plain[k], (uint64_t)(rand() % (LIMIT + 10)), (size_t)(rand() % 1000));
		}
		shared_lines_release(shared);
	}
	for (int k = 0; k < 2; k++) {
		growing_text_destroy(texts[k]);
		text_release(&plain[k]);
	}
}

static void mirrored(void **state)
{
	struct growing_text *text = growing_text_create(LIMIT);
	struct shared_lines *shared = shared_lines_create("two\n", 4);
	char out[64] = "";
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	growing_text_append(text, "one", 3, when);
	growing_text_mirror(text, ends[1]);
	growing_text_append_shared(text, shared, when);
	growing_text_append(text, "three\nfour", 10, when);
	assert_int_equal(read(ends[0], out, sizeof out - 1), 19);
	assert_string_equal(out, "one\ntwo\nthree\nfour\n");
	shared_lines_release(shared);
	growing_text_destroy(text);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_plain_one),
		cmocka_unit_test(mirrored),
	};
	return cmocka_run_group_tests_name("growing_text", tests, NULL, NULL);
}
