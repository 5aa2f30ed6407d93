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
	{"verb", O_TRUNC, {"a b", " c\nd"}, "[a b c][d]", 0},
	{"verb", O_TRUNC, {"# how to\n", "#more\n  # and more\ngo\n"}, "[go]", 0},
	{"verb", O_TRUNC, {"# how to"}, "", 0},
	{"verb", O_TRUNC, {"{\n  \"a\": [1,\n 2]\n}\n"}, "[{\n  \"a\": [1,\n 2]\n}]", 0},
	{"verb", O_TRUNC, {"{\"a\":\"}\\\"\n\"}", " -p x\n"}, "[{\"a\":\"}\\\"\n\"} -p x]", 0},
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
	{"list", O_TRUNC, {"a\nb"}, "[a\n][a\nb\n]", 0},
	{"list", O_TRUNC, {"long", "name"}, "[longname\n]", 0},
	{"list", O_TRUNC, {"\n"}, "[\n]", 0},
	{"list", O_APPEND, {"a\n"}, "[+a\n]", 0},
	{"list", O_TRUNC, {NULL}, "", 0},
	/* documents */
	{"document", O_TRUNC, {"{\"a\":1}"}, "[{\"a\":1}]", 0},
	{"document", O_TRUNC, {"{\"a\":\n", "[\"]}\"]\n", "}\n\n"}, "[{\"a\":\n[\"]}\"]\n}]", 0},
	{"document", O_TRUNC, {"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\n"}, "[EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr]", 0},
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
	{"value", O_TRUNC, {"\x7f" "ELF\n"}, "", -EINVAL},
	{"list", O_TRUNC, {"\x02\n"}, "", -EINVAL},
	{"document", O_TRUNC, {"{\x03}"}, "", -EINVAL},
};

static void every_vector(void **state)
{
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const struct vector *vector = &vectors[i];
		const char *const *piece = vector->pieces;
		int result = rig_write(*state, vector->path, vector->flags, piece[0], piece[1], piece[2], piece[3], piece[4], NULL);
		if (result != vector->result || strcmp(text_string(&rig.calls), vector->calls) != 0)
			fail_msg("vector %zu (%s \"%s\"): %d %s", i, vector->path, piece[0] ? piece[0] : "", result, text_string(&rig.calls));
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
	rig_expect_error(*state, "pid 77 verb ECANCELED: assertion failure with message: bad");
}

static void a_failed_flush_repeats(void **state)
{
	struct handle *handle = rig_open(*state, "verb", O_WRONLY);
	assert_int_equal(rig_put(handle, "bad"), 3);
	assert_int_equal(handle_flush(handle, &rig_owner), -ECANCELED);
	assert_int_equal(handle_flush(handle, &rig_owner), -ECANCELED);
	assert_int_equal(rig_put(handle, "good\n"), -ECANCELED);
	handle_close(handle);
	rig_expect_calls("[bad]");
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
	assert_int_equal(tree_truncate(*state, &rig_owner, handle->node, handle, 4), 0);
	assert_int_equal(handle_flush(handle, &rig_owner), 0);
	handle_close(handle);
	rig_expect_calls("[Cont]");
}

static void truncating_does_nothing(void **state)
{
	static const char *const paths[] = {"verb", "value", "list", "document", "bytes"};
	for (size_t i = 0; i < 5; i++) {
		struct handle *handle = rig_open(*state, paths[i], O_RDWR | O_TRUNC);
		assert_int_equal(tree_truncate(*state, &rig_owner, handle->node, NULL, 0), 0);
		assert_int_equal(tree_truncate(*state, &rig_owner, handle->node, handle, 0), 0);
		assert_int_equal(handle_flush(handle, &rig_owner), 0);
		assert_int_equal(handle_sync(handle, &rig_owner), 0);
		handle_close(handle);
	}
	rig_expect_calls("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_vector, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_count_tells_how_far_it_got, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_failed_flush_repeats, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(nul_is_refused, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_hundred_megabytes_are_refused, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(bytes_keep_their_places, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(truncating_does_nothing, rig_setup, rig_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
