/* THE TABLE: every row is whole, and docs/tree.md says what the table says. */
#include "tests/tree/rig.h"

static void every_row_is_whole(void **state)
{
	struct patterns patterns;
	struct error error = {0};
	(void)state;
	if (patterns_make(&patterns, tree_rows, tree_rows_count, &error) < 0)
		fail_msg("%s", error.sentence);
	for (size_t i = 1; i < patterns.count; i++) {
		const struct pattern *pattern = &patterns.at[i];
		const struct row *row = pattern->row;
		bool is_folder = row->kind == ROW_FOLDER,
			 writable = kind_is_writable(row->kind) && (row_mode(row) & 0200);
		const char *missing = NULL;
		if (!row->help || !*row->help)
			missing = "a help sentence";
		else if (row->help[strlen(row->help) - 1] == '.')
			missing = "a help sentence without full stop";
		else if (writable != (row->write != NULL))
			missing = writable ? "a write handler" : "no write handler";
		else if (row->kind == ROW_GROWING ? !row->grow && !(row->measure && row->part)
		                                  : !is_folder && row->kind != ROW_VERB && !row->read)
			missing = "a read handler";
		else if (is_folder ? row->read || row->write : row->list || row->make)
			missing = "the handlers of its kind";
		else if (pattern->ending && !row->exists)
			missing = "an exists handler, as its name is an @word";
		else if (row->kind == ROW_VERB && !row->usage && !row->read)
			missing = "a usage";
		else if (row->creatable && !pattern->ending)
			missing = "an @word, to be creatable";
		else if (patterns.at[pattern->folder].row->owner_only && !row->owner_only)
			missing = "owner_only, as its folder";
		else if (pattern->folder >= i)
			missing = "a folder's row before it";
		if (missing)
			fail_msg("row \"%s\" needs %s", row->pattern, missing);
	}
	patterns_release(&patterns);
}

static void the_readme_has_every_row(void **state)
{
	struct text readme = TEXT_EMPTY, table = TEXT_EMPTY;
	(void)state;
	readme_print(&readme, tree_rows, tree_rows_count, "/mnt", 0);
	tree_print_table(&table);
	for (size_t i = 0; i < tree_rows_count; i++) {
		assert_non_null(strstr(text_string(&readme), tree_rows[i].help));
		assert_non_null(strstr(text_string(&table), tree_rows[i].help));
	}
	text_release(&readme);
	text_release(&table);
}

static void what_a_chain_lacks_is_absent_in_its_readme(void **state)
{
	static const char *const absent[] = {"\nchain/clock ", "\nat/ ", "\nat/BLOCK/ "},
	                         *const here[] = {"\nchain/id ", "\nblocks/ "};
	struct text readme = TEXT_EMPTY;
	(void)state;
	readme_print(&readme, tree_rows, tree_rows_count, "/mnt", CHAIN_CLOCK | CHAIN_PAST);
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		assert_memory_equal(strstr(text_string(&readme), absent[i]) + 41, "absent ", 7);
	for (size_t i = 0; i < sizeof here / sizeof *here; i++)
		assert_memory_not_equal(strstr(text_string(&readme), here[i]) + 41, "absent ", 7);
	assert_null(strstr(text_string(&readme), "echo +1h"));
	text_release(&readme);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole), cmocka_unit_test(the_readme_has_every_row),
		cmocka_unit_test(what_a_chain_lacks_is_absent_in_its_readme),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
