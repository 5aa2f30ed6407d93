/* Patterns: which row a name matches, and which tables are refused. */
#include "tests/tree/rig.h"

static void names_find_their_rows(void **state)
{
	static const struct row rows[] = {
		{.pattern = "a", .kind = ROW_FOLDER},
		{.pattern = "a/@x.json", .kind = ROW_READ_ONLY},
		{.pattern = "a/head.json", .kind = ROW_READ_ONLY},
		{.pattern = "a/@y", .kind = ROW_FOLDER},
		{.pattern = "a/@y/b", .kind = ROW_VALUE},
	};
	static const struct {
		const char *name, *pattern;
		size_t captured;
	} vectors[] = {{"head.json", "a/head.json", 0},
	               {"x.json", "a/@x.json", 1},
	               {"long.name.json", "a/@x.json", 9},
	               {".json", "a/@y", 5},
	               {"b", "a/@y", 1}};
	struct patterns patterns;
	size_t captured = 0;
	(void)state;
	assert_int_equal(patterns_make(&patterns, rows, 5, NULL), 0);
	size_t folder = patterns_child(&patterns, &captured, 0, "a");
	assert_int_equal(folder, 1);
	assert_int_equal(patterns_child(&patterns, &captured, 0, "b"), 0);
	for (size_t i = 0; i < 5; i++) {
		size_t found = patterns_child(&patterns, &captured, folder, vectors[i].name);
		assert_string_equal(patterns.at[found].row->pattern, vectors[i].pattern);
		assert_int_equal(captured, vectors[i].captured);
	}
	patterns_release(&patterns);
}

static void wrong_tables_are_refused(void **state)
{
	static const struct {
		struct row rows[2];
		const char *sentence;
	} vectors[] = {
		{{{.pattern = "a", .kind = ROW_VALUE}, {.pattern = "a", .kind = ROW_VALUE}},
	     "row \"a\" stands there twice"},
		{{{.pattern = "a", .kind = ROW_VALUE}, {.pattern = "a/b", .kind = ROW_VALUE}},
	     "row \"a/b\" stands in what is no folder"},
		{{{.pattern = "a", .kind = ROW_FOLDER}, {.pattern = "b/c", .kind = ROW_VALUE}},
	     "row \"b/c\": its folder has no row"},
		{{{.pattern = "a", .kind = ROW_FOLDER}, {.pattern = "a/", .kind = ROW_VALUE}},
	     "row \"a/\": an empty segment"},
		{{{.pattern = "a", .kind = ROW_FOLDER}, {.pattern = "@a/@b/@c/@d", .kind = ROW_VALUE}},
	     "row \"@a/@b/@c/@d\": more than 3 captures"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct patterns patterns;
		struct error error = {0};
		assert_int_equal(patterns_make(&patterns, vectors[i].rows, 2, &error), -EINVAL);
		assert_string_equal(error.sentence, vectors[i].sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names_find_their_rows),
	                                   cmocka_unit_test(wrong_tables_are_refused)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
