/* The five kinds of writable file: when what was written runs, as bash and dash send it. */
#include "tests/tree/rig.h"

struct vector {
	const char *path;
	int flags;
	const char *pieces[6];
	const char *calls;
	int result;
};

static const struct vector vectors[] = {
	/* verbs */
	{"verb", O_TRUNC, {"go\n"}, "[go]", 0},
	{"verb", O_TRUNC, {"go"}, "[go]", 0},
	{"verb", O_TRUNC, {NULL}, "", 0},
	{"verb", O_TRUNC, {"\n \n"}, "", 0},
	{"verb", O_TRUNC, {"a\nb\nc"}, "[a][b][c]", 0},
	{"verb", O_TRUNC, {"{\"a\": ", "1} c\nd"}, "[{\"a\": 1} c][d]", 0},
	{"verb", O_TRUNC, {"say 'two ", "words'", "\n"}, "[say 'two words']", 0},
	{"verb", O_TRUNC, {"go \\\n", "on\n"}, "[go \\\non]", 0},
	{"verb", O_TRUNC, {"go \\", "\n", "on\n"}, "[go \\\non]", 0},
	{"verb", O_TRUNC, {"go \\\n"}, "", -EINVAL},
	/* what a write brings is complete: a byte a write, two writes a line, dd bs=4 */
	{"verb", O_TRUNC, {"g", "o", "\n"}, "[g]", -EINVAL},
	{"verb", O_TRUNC, {"go", "\n"}, "[go]", 0},
	{"verb", O_TRUNC, {"go", " \n", "on\n"}, "[go][on]", 0},
	{"verb", O_TRUNC, {"a b", " c\n"}, "[a b]", -EINVAL},
	{"verb", O_TRUNC, {"a\nb", "\nc"}, "[a][b][c]", 0},
	{"verb", O_TRUNC, {"#", " how", "\n", "go\n"}, "[go]", 0},
	{"memo", O_TRUNC, {"bob", " 1.0", "\n"}, "[bob]", -EINVAL},
	{"value", O_TRUNC, {"1", "\n"}, "[1]", 0},
	{"value", O_TRUNC, {"1", "0", "\n"}, "[1]", -EINVAL},
	{"value", O_TRUNC, {"1.00", "00 S", "YS\n"}, "[1.00]", -EINVAL},
	{"list", O_TRUNC, {"a", "b", "\n"}, "[a\n][again ab\n]", 0},
	{"list", O_TRUNC, {"a", "\n", "b\n"}, "[a\n][a\nb\n]", 0},
	{"list", O_TRUNC, {"a\nb", " c\nd"}, "[a\nb\n][again a\nb c\nd\n]", 0},
	{"document", O_TRUNC, {"delete", "\n"}, "[delete]", 0},
	{"document", O_TRUNC, {"del", "ete"}, "[del]", -EINVAL},
	{"document", O_TRUNC, {"{", "\"a\"", ":", "1", "}", "\n"}, "[{\"a\":1}]", 0},
	/* all lines of a write are parsed before the first is run */
	{"verb", O_TRUNC, {"a\nwrong\n"}, "", -EINVAL},
	{"verb", O_TRUNC, {"a\nb\nwrong"}, "", -EINVAL},
	{"verb", O_TRUNC, {"a\nb\xff\n"}, "", -EINVAL},
	{"verb", O_TRUNC, {"a\n", "wrong\n"}, "[a]", -EINVAL},
	{"verb", O_TRUNC, {"# how to\n", "#more\n  # and more\ngo\n"}, "[go]", 0},
	{"verb", O_TRUNC, {"# how to"}, "", 0},
	{"verb", O_TRUNC, {"{\n  \"a\": [1,\n 2]\n}\n"}, "[{\n  \"a\": [1,\n 2]\n}]", 0},
	{"verb", O_TRUNC, {"{\"a\":\"}\\\"\n\"", "} -p x\n"}, "[{\"a\":\"}\\\"\n\"} -p x]", 0},
	{"verb", O_TRUNC, {"say 'two\nlines' \"and\n\\\"more\"\n"}, "[say 'two\nlines' \"and\n\\\"more\"]", 0},
	{"verb", O_TRUNC, {"don't\nstop\n"}, "[don't][stop]", 0},
	{"verb", O_TRUNC, {"x --a=\"b\nc\"\n"}, "[x --a=\"b\nc\"]", 0},
	{"verb", O_TRUNC, {"{\"a\":1"}, "", -EINVAL},
	{"verb", O_TRUNC, {"say 'never closed\n"}, "", -EINVAL},
	{"verb", O_TRUNC, {"a\r\nb\r\n"}, "[a][b]", 0},
	{"memo", O_TRUNC, {"bob 'tis [fine\nnext\n"}, "[bob 'tis [fine][next]", 0},
	/* values */
	{"value", O_TRUNC, {"1\n"}, "[1]", 0},
	{"value", O_TRUNC, {" 1 "}, "[1]", 0},
	{"value", O_APPEND, {"1\n"}, "[+1]", 0},
	{"value", O_TRUNC, {"\n"}, "[]", 0},
	{"value", O_TRUNC, {"1\n\n"}, "[1]", 0},
	{"value", O_TRUNC, {"1\n", "2\n"}, "[1][2]", 0},
	{"value", O_TRUNC, {NULL}, "", 0},
	{"value", O_TRUNC, {"# no comment\n"}, "[# no comment]", 0},
	/* lists: bash's builtins send a write a line, dash one for all */
	{"list", O_TRUNC, {"a\n", "b\n", "c\n"}, "[a\n][a\nb\n][a\nb\nc\n]", 0},
	{"list", O_TRUNC, {"a\nb\nc\n"}, "[a\nb\nc\n]", 0},
	{"list", O_TRUNC, {"a\nb"}, "[a\nb\n]", 0},
	{"list", O_TRUNC, {"long", "name"}, "[long\n][again longname\n]", 0},
	{"list", O_TRUNC, {"\n"}, "[\n]", 0},
	{"list", O_APPEND, {"a\n"}, "[+a\n]", 0},
	{"list", O_TRUNC, {NULL}, "", 0},
	/* documents */
	{"document", O_TRUNC, {"{\"a\":1}"}, "[{\"a\":1}]", 0},
	{"document", O_TRUNC, {"{\"a\":\n", "[\"]}\"]\n", "}\n\n"}, "[{\"a\":\n[\"]}\"]\n}]", 0},
	{"document",
     O_TRUNC,
     {"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\n"},
     "[EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr]",
     0},
	{"document", O_TRUNC, {"delete"}, "[delete]", 0},
	{"document", O_TRUNC, {"\"x\\\"y\""}, "[\"x\\\"y\"]", 0},
	{"document", O_TRUNC, {"[1][2]"}, "[[1]][[2]]", 0},
	{"document", O_TRUNC, {"{\"a\":1"}, "", -EINVAL},
	{"document", O_TRUNC, {"  \n\n"}, "", 0},
	/* bytes */
	{"bytes", O_TRUNC, {"a\nb", "c"}, "[a\nbc]", 0},
	{"bytes", O_TRUNC, {NULL}, "", 0},
	/* failures */
	{"verb", O_TRUNC, {"bad\n"}, "[bad]", -ECANCELED},
	{"verb", O_TRUNC, {"bad"}, "[bad]", -ECANCELED},
	{"verb", O_TRUNC, {"bad\n", "good\n"}, "[bad]", -ECANCELED},
	{"value", O_TRUNC, {"bad\n", "1\n"}, "[bad]", -ECANCELED},
	{"list", O_TRUNC, {"a\n", "bad\n", "c\n"}, "[a\n][a\nbad\n]", -ECANCELED},
	{"document", O_TRUNC, {"\"bad\"", "1\n"}, "[\"bad\"]", -ECANCELED},
	{"bytes", O_TRUNC, {"bad"}, "[bad]", -ECANCELED},
	/* junk */
	{"verb", O_TRUNC, {"a\x01\n"}, "", -EINVAL},
	{"verb", O_TRUNC, {"\xff\xfe\n"}, "", -EINVAL},
	{"verb", O_TRUNC, {"caf\xc3\xa9\n"}, "[caf\xc3\xa9]", 0},
	{"value",
     O_TRUNC,
     {"\x7f"
      "ELF\n"},
     "",
     -EINVAL},
	{"list", O_TRUNC, {"\x02\n"}, "", -EINVAL},
	{"document", O_TRUNC, {"{\x03}"}, "", -EINVAL},
};

static void every_vector(void **state)
{
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const struct vector *vector = &vectors[i];
		const char *const *piece = vector->pieces;
		int result = rig_write(*state, vector->path, vector->flags, piece[0], piece[1], piece[2], piece[3],
		                       piece[4], NULL);
		if (result != vector->result || strcmp(text_string(&rig.calls), vector->calls) != 0)
			fail_msg("vector %zu (%s \"%s\"): %d %s", i, vector->path, piece[0] ? piece[0] : "", result,
			         text_string(&rig.calls));
		text_clear(&rig.calls);
	}
}

static void a_count_tells_how_far_it_got(void **state)
{
	struct handle *handle = rig_open(*state, "verb", O_WRONLY);
	assert_int_equal(rig_put(handle, "one\ntwo\nbad\nthree\n"), 8);
	rig_expect_calls("[one][two][bad]");
	assert_int_equal(rig_put(handle, "bad\nthree\n"), -ECANCELED);
	assert_int_equal(rig_put(handle, "three\n"), -ECANCELED);
	/* It was told by write(): close tells it no second time. */
	assert_int_equal(handle_flush(handle, &rig_owner), 0);
	handle_close(handle);
	rig_expect_calls("");
	rig_expect_error(
		*state,
		"pid 5000077 verb ECANCELED: line 3 (done before it: 2): assertion failure with message: bad");
}

static void sentences_name_the_line(void **state)
{
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, "# a\n\none\ntwo wrong\n", NULL), -EINVAL);
	rig_expect_calls("");
	rig_expect_error(*state, "verb EINVAL: line 4 (nothing was done): \"two wrong\" is wrong");
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, "one\n", "{\"two\":\n2}\n", "bad\n", NULL),
	                 -ECANCELED);
	rig_expect_calls("[one][{\"two\":\n2}][bad]");
	rig_expect_error(*state, "verb ECANCELED: line 4 (done before it: 2): assertion failure");
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, "bad\n", NULL), -ECANCELED);
	rig_expect_error(*state, "verb ECANCELED: assertion failure");
	rig_expect_calls("[bad]");
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, "a", "b\n", NULL), -EINVAL);
	rig_expect_error(*state, "verb EINVAL: this goes on with a line that has run already");
	rig_expect_calls("[a]");
}

/* What ends at a multiple of 4 096 bytes of the handle may be the first part of what a program has: it waits
 * for more, or for the close. */
static void buffers_of_programs(void **state)
{
	static const char *const paths[] = {"verb", "value", "list", "document"};
	char *line = memory_allocate(8192 + 1, 1);
	memset(line, 'x', 8192);
	for (size_t i = 0; i < 4; i++) {
		struct handle *handle = rig_open(*state, paths[i], O_WRONLY);
		assert_int_equal(handle_write(handle, &rig_owner, line, 4096, 0), 4096);
		rig_expect_calls("");
		assert_int_equal(handle_write(handle, &rig_owner, "end\n", 4, 4096), 4);
		assert_int_equal(rig.calls.length, 4099 + 2 + (i == 2));
		text_clear(&rig.calls);
		assert_int_equal(handle_write(handle, &rig_owner, line, 4096, 4100), 4096);
		assert_int_equal(rig.calls.length > 0, true);
		handle_close(handle);
		text_clear(&rig.calls);
		handle = rig_open(*state, paths[i], O_WRONLY);
		assert_int_equal(handle_write(handle, &rig_owner, line, 8192, 0), 8192);
		rig_expect_calls("");
		assert_int_equal(handle_flush(handle, &rig_owner), 0);
		assert_int_equal(rig.calls.length, 8192 + 2 + (i == 2));
		assert_int_equal(handle_flush(handle, &rig_owner), 0);
		assert_int_equal(rig.calls.length, 8192 + 2 + (i == 2));
		handle_close(handle);
		text_clear(&rig.calls);
	}
	free(line);
}

/* The kernel cuts a write of more than a MiB where a page of the caller's memory ends. */
static void pieces_of_the_kernel(void **state)
{
	size_t size = (1 << 20) - 100;
	char *lines = memory_allocate(size, 1);
	memset(lines, '\n', size);
	memcpy(lines + size - 3, "one", 3);
	struct handle *handle = rig_open(*state, "verb", O_WRONLY);
	assert_int_equal(handle_write(handle, &rig_owner, lines, size, 0), size);
	rig_expect_calls("");
	assert_int_equal(rig_put(handle, " two\n"), 5);
	rig_expect_calls("[one two]");
	handle_close(handle);
	free(lines);
}

static void a_failed_flush_repeats(void **state)
{
	struct handle *handle = rig_open(*state, "verb", O_WRONLY);
	assert_int_equal(rig_put(handle, "'open"), 5);
	assert_int_equal(handle_flush(handle, &rig_owner), -EINVAL);
	assert_int_equal(handle_flush(handle, &rig_owner), -EINVAL);
	assert_int_equal(rig_put(handle, "good\n"), -EINVAL);
	handle_close(handle);
	rig_expect_calls("");
}

static void nul_is_refused(void **state)
{
	static const char *const paths[] = {"verb", "memo", "value", "list", "document"};
	for (size_t i = 0; i < 5; i++) {
		struct handle *handle = rig_open(*state, paths[i], O_WRONLY);
		assert_int_equal(handle_write(handle, &rig_owner, "a\0b\n", 4, 0), -EINVAL);
		handle_close(handle);
		rig_expect_error(*state, "EINVAL: binary data");
	}
	rig_expect_calls("");
}

static void a_hundred_megabytes_are_refused(void **state)
{
	static const char *const paths[] = {"verb", "memo", "value", "list", "document", "bytes"};
	size_t size = 1 << 20;
	char *piece = memory_allocate(size, 1);
	memset(piece, 'x', size);
	piece[0] = '[';
	for (size_t i = 0; i < 6; i++) {
		struct handle *handle = rig_open(*state, paths[i], O_WRONLY | O_TRUNC);
		ssize_t result = 0;
		for (int round = 0; round < 100 && result >= 0; round++)
			result = handle_write(handle, &rig_owner, piece, size, (off_t)size * round);
		assert_int_equal(result, -EFBIG);
		assert_true(handle->input.pending.capacity + handle->input.bytes.capacity == 0);
		handle_close(handle);
		rig_expect_error(*state, "EFBIG: ");
	}
	free(piece);
	rig_expect_calls("");
}

static void bytes_keep_their_places(void **state)
{
	struct handle *handle = rig_open(*state, "bytes", O_RDWR | O_TRUNC);
	assert_int_equal(handle_write(handle, &rig_owner, "world", 5, 6), 5);
	assert_int_equal(handle_write(handle, &rig_owner, "hello ", 6, 0), 6);
	assert_int_equal(handle_sync(handle, &rig_owner), 0);
	assert_int_equal(handle_flush(handle, &rig_owner), 0);
	handle_close(handle);
	rig_expect_calls("[hello world]");
	/* `>>` keeps what is there. */
	assert_int_equal(rig_write(*state, "bytes", O_APPEND, "more", NULL), 0);
	rig_expect_calls("[+contents\nmore]");
	handle = rig_open(*state, "bytes", O_WRONLY);
	assert_int_equal(handle_write(handle, &rig_owner, "C", 1, 0), 1);
	assert_int_equal(tree_truncate(*state, &rig_owner, handle->dentry, handle, 4), 0);
	assert_int_equal(handle_flush(handle, &rig_owner), 0);
	handle_close(handle);
	rig_expect_calls("[Cont]");
}

static void truncating_does_nothing(void **state)
{
	static const char *const paths[] = {"verb", "value", "list", "document", "bytes"};
	for (size_t i = 0; i < 5; i++) {
		struct handle *handle = rig_open(*state, paths[i], O_RDWR | O_TRUNC);
		assert_int_equal(tree_truncate(*state, &rig_owner, handle->dentry, NULL, 0), 0);
		assert_int_equal(tree_truncate(*state, &rig_owner, handle->dentry, handle, 0), 0);
		assert_int_equal(handle_flush(handle, &rig_owner), 0);
		assert_int_equal(handle_sync(handle, &rig_owner), 0);
		handle_close(handle);
	}
	rig_expect_calls("");
}

/* `: > votes`, `cp /dev/null votes`, `cat EMPTY > votes`: nothing tells before the release. */
static void empty_content(void **state)
{
	struct handle *handle = rig_open(*state, "emptied", O_WRONLY | O_TRUNC);
	assert_int_equal(handle_flush(handle, &rig_owner), 0);
	rig_expect_calls("");
	handle_close(handle);
	rig_expect_calls("[\n]");
	char *log = rig_read(*state, "log");
	assert_string_equal(log,
	                    "# emptied: emptied, as it was opened to be overwritten and nothing was written\n");
	free(log);
	handle_close(rig_open(*state, "emptied_value", O_RDWR | O_TRUNC | O_APPEND));
	rig_expect_calls("[]");
	/* truncate -s 0 */
	handle = rig_open(*state, "emptied", O_WRONLY);
	assert_int_equal(tree_truncate(*state, &rig_owner, handle->dentry, handle, 0), 0);
	handle_close(handle);
	rig_expect_calls("[\n]");
	handle = rig_open(*state, "emptied", O_WRONLY);
	assert_int_equal(tree_truncate(*state, &rig_owner, handle->dentry, handle, 5), 0);
	handle_close(handle);
	/* nothing was to be overwritten, or something was written, if in vain */
	handle_close(rig_open(*state, "emptied", O_WRONLY));
	handle_close(rig_open(*state, "emptied", O_WRONLY | O_APPEND));
	rig_expect_calls("");
	assert_int_equal(rig_write(*state, "emptied", O_TRUNC, "a\n", NULL), 0);
	rig_expect_calls("[a\n]");
	assert_int_equal(rig_write(*state, "emptied", O_TRUNC, "\x01\n", NULL), -EINVAL);
	assert_int_equal(rig_write(*state, "emptied", O_TRUNC, "bad\n", NULL), -ECANCELED);
	rig_expect_calls("[bad\n]");
	/* a list of what acts line by line */
	handle_close(rig_open(*state, "kept", O_WRONLY | O_TRUNC));
	rig_expect_calls("");
	rig_expect_error(*state, "pid 5000077 kept EINVAL: empty content leaves it as it is: a minus takes out");
	/* what is empty is left alone */
	text_clear(&rig.contents);
	assert_int_equal(rig_write(*state, "value", O_TRUNC, "x\n", NULL), 0);
	rig_expect_calls("[x]");
	handle_close(rig_open(*state, "emptied", O_WRONLY | O_TRUNC));
	rig_expect_calls("");
}

/* A mount may end while a file is open that nothing was written to yet. */
static void an_unmount_empties_nothing(void **state)
{
	rig_open(*state, "emptied", O_WRONLY | O_TRUNC);
	rig_teardown(state);
	rig_setup(state);
	rig_expect_calls("");
}

/* However many files are open. */
static void half_written_files_have_one_limit(void **state)
{
	enum { FILES = INPUT_TOTAL_MAXIMUM / (16 << 20), PIECE = 1 << 20 };
	struct tree *tree = *state;
	struct handle *handles[FILES] = {NULL}, *more = NULL;
	struct dentry *dentry = rig_walk(tree, "bytes");
	char *piece = memory_allocate(PIECE, 1);
	ssize_t result = 0;
	for (size_t i = 0; i < FILES; i++) {
		assert_int_equal(tree_open(tree, &handles[i], &rig_owner, dentry, O_WRONLY | O_TRUNC), 0);
		for (off_t at = 0; at < 16 << 20 && result >= 0; at += PIECE)
			result = handle_write(handles[i], &rig_owner, piece, PIECE, at);
		assert_int_equal(result, i + 1 < FILES ? PIECE : -ENOSPC);
	}
	rig_expect_error(tree, "ENOSPC: no room: open files hold");
	handle_close(handles[0]);
	assert_int_equal(tree_open(tree, &more, &rig_owner, dentry, O_WRONLY | O_TRUNC), 0);
	assert_int_equal(handle_write(more, &rig_owner, piece, PIECE, 0), PIECE);
	handle_close(more);
	for (size_t i = 1; i < FILES; i++)
		handle_close(handles[i]);
	assert_int_equal(tree->input_bytes, 0);
	tree_forget(tree, dentry, 1);
	free(piece);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_vector, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_count_tells_how_far_it_got, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(sentences_name_the_line, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(buffers_of_programs, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(pieces_of_the_kernel, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(empty_content, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(an_unmount_empties_nothing, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_failed_flush_repeats, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(nul_is_refused, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_hundred_megabytes_are_refused, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(bytes_keep_their_places, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(half_written_files_have_one_limit, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(truncating_does_nothing, rig_setup, rig_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
