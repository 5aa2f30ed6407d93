/* The verb parser: words, quotes, options, meanings, and the sentences that name what was not understood. */
#include "tests/tree/rig.h"

#include "core/types/name.h"
#include "fs/tree/write/command.h"

static const struct command_option options[] = {
	{"--stake-net", OPTION_QUANTITY},
	{"--creator", OPTION_VALUE},
	{"--transfer", OPTION_FLAG},
	{"-p", OPTION_PERMISSION},
};

static void print(struct text *out, const struct command *command)
{
	for (size_t i = 0; i < command->count; i++)
		text_printf(out, "<%s>", command->word[i]);
	for (size_t i = 0; i < 4; i++)
		if (command->value[i])
			text_printf(out, " %s=%s", options[i].name, command->value[i]);
	for (size_t i = 0; i < command->permission_count; i++)
		text_printf(out, " %s@%s", name_text(command->permission[i].actor).text,
		            name_text(command->permission[i].permission).text);
}

static void lines_become_words(void **state)
{
	static const struct {
		const char *line, *expected;
	} vectors[] = {
		{"", ""},
		{"  a  b\tc ", "<a><b><c>"},
		{"'a b' \"c \\\"d\\\"\" e\\ f", "<a b><c \"d\"><e f>"},
		{"don't stop", "<don't><stop>"},
		{"''", "<>"},
		{"{\"a\": [1, \"}\"]} x", "<{\"a\": [1, \"}\"]}><x>"},
		{"bob EOS1 --stake-net 1.0000 SYS --transfer", "<bob><EOS1> --stake-net=1.0000 SYS --transfer="},
		{"--stake-net \"1.0000 SYS\" bob", "<bob> --stake-net=1.0000 SYS"},
		{"--stake-net=\"1.0000 SYS\" bob", "<bob> --stake-net=1.0000 SYS"},
		{"--stake-net 1 bob", "<bob> --stake-net=1"},
		{"bob \\\n --transfer", "<bob> --transfer="},
		{"a\\", "<a\\>"},
		{"a\\='b'", "<a='b'>"},
		{"'a'\"b\"{c", "<a\"b\"{c>"},
		{"bob --creator=eosio -- --transfer", "<bob><--transfer> --creator=eosio"},
		{"-1.0000 SYS -.5 SYS", "<-1.0000><SYS><-.5><SYS>"},
		{"[1] -p alice -p bob@owner", "<[1]> alice@active bob@owner"},
		{"'--transfer'", "<--transfer>"},
		{"--bogus", "\"--bogus\" is no option here; there are: --stake-net --creator --transfer -p"},
		{"--creator", "--creator: its value is missing"},
		{"--transfer=1", "\"--transfer=1\": --transfer takes no value"},
		{"a 'b", "the quote in \"'b\" is never closed"},
		{"a {\"b\"", "the JSON that begins with \"{\"b\"\" is not closed"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct command command;
		struct error error = {0};
		struct text out = TEXT_EMPTY;
		if (command_parse(&command, vectors[i].line, strlen(vectors[i].line), options, 4, &error) == 0)
			print(&out, &command);
		else
			text_append(&out, error.sentence);
		assert_string_equal(text_string(&out), vectors[i].expected);
		text_release(&out);
		command_release(&command);
	}
}

static void free_text_stays(void **state)
{
	static const struct {
		const char *line, *rest;
	} vectors[] = {
		{"bob", ""},
		{"bob hello  world ", "hello  world"},
		{"bob \"hello world\"", "hello world"},
		{"bob 'tis fine", "'tis fine"},
		{"bob \"a\" \"b\"", "\"a\" \"b\""},
		{"bob --memo [x", "--memo [x"},
		{"bob a\\b", "a\\b"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct command command;
		struct error error = {0};
		assert_int_equal(command_parse(&command, vectors[i].line, strlen(vectors[i].line), NULL, 0, &error),
		                 0);
		assert_string_equal(command_take(&command), "bob");
		assert_string_equal(command_take_rest(&command), vectors[i].rest);
		assert_int_equal(command_end(&command, "NAME TEXT", &error), 0);
		command_release(&command);
	}
}

static void quantities(void **state)
{
	static const struct {
		const char *line;
		bool core;
		const char *expected;
	} vectors[] = {
		{"10.0000 SYS", false, "10.0000 SYS"},
		{"\"10.0000 SYS\"", false, "10.0000 SYS"},
		{"10 SYS", true, "10.0000 SYS"},
		{"+1.5000 SYS", true, "1.5000 SYS"},
		{"-1.5000 SYS", true, "-1.5000 SYS"},
		{"3.00 GOLD@mines", false, "3.00 GOLD mines"},
		{"", false, "the amount is missing"},
		{"ten SYS", false, "\"ten\" is no amount: the amount is written like 10.0000 SYS"},
		{"10.0000", false, "\"10.0000\": the symbol is missing, as in 10.0000 SYS"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct command command;
		struct error error = {0};
		struct asset asset;
		uint64_t symbol = 0, contract = 0;
		char out[sizeof error.sentence];
		assert_int_equal(symbol_parse(&symbol, "4,SYS", NULL), 0);
		assert_int_equal(command_parse(&command, vectors[i].line, strlen(vectors[i].line), NULL, 0, &error),
		                 0);
		if (command_take_quantity(&command, &asset, vectors[i].core ? symbol : 0, &contract, "the amount",
		                          &error) == 0) {
			strcpy(out, asset_text(&asset).text);
			if (contract)
				sprintf(out + strlen(out), " %s", name_text(contract).text);
		} else {
			strcpy(out, error.sentence);
		}
		assert_string_equal(out, vectors[i].expected);
		command_release(&command);
	}
}

static void sentences_name_the_word(void **state)
{
	static const char *const choices[] = {"start", "stop", "restart"};
	struct command command;
	struct error error = {0};
	int64_t number = 0;
	bool flag = false;
	(void)state;
	assert_int_equal(command_choose("stop", choices, 3, &error), 1);
	assert_int_equal(command_choose("strat", choices, 3, &error), -EINVAL);
	assert_string_equal(
		error.sentence,
		"\"strat\" is not understood, did you mean \"start\"; it may be start, stop or restart");
	assert_int_equal(command_choose("bananas", choices, 3, &error), -EINVAL);
	assert_string_equal(error.sentence, "\"bananas\" is not understood; it may be start, stop or restart");
	assert_int_equal(command_int64(&number, "12", 0, 20, "RAM", &error), 0);
	assert_int_equal(number, 12);
	assert_int_equal(command_int64(&number, "21", 0, 20, "RAM", &error), -EINVAL);
	assert_string_equal(error.sentence, "\"21\" is out of range: RAM is from 0 to 20");
	assert_int_equal(command_int64(&number, "99999999999999999999", 0, INT64_MAX, "RAM", &error), -EINVAL);
	assert_int_equal(command_int64(&number, "1x", 0, 20, "RAM", &error), -EINVAL);
	assert_int_equal(command_bool(&flag, "1", &error), 0);
	assert_true(flag);
	assert_int_equal(command_bool(&flag, "maybe", &error), -EINVAL);
	assert_int_equal(command_parse(&command, "a b", 3, NULL, 0, &error), 0);
	command_take(&command);
	assert_int_equal(command_end(&command, "NAME", &error), -EINVAL);
	assert_string_equal(error.sentence, "\"b\" is one word too many: NAME");
	command_release(&command);
}

static void near_names_are_suggested(void **state)
{
	static const char *const names[] = {"votes", "stake", "balance", "refund"};
	static const struct {
		const char *wanted, *best;
	} vectors[] = {{"votse", "votes"}, {"vote", "votes"},  {"balnace", "balance"},
	               {"xyz", NULL},      {"stack", "stake"}, {"r", NULL},
	               {"", NULL},         {"vte", NULL},      {"vote", "votes"}};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct suggestion suggestion = suggestion_begin(vectors[i].wanted);
		for (size_t j = 0; j < 4; j++)
			suggestion_consider(&suggestion, names[j]);
		const char *best = suggestion_best(&suggestion);
		if (vectors[i].best)
			assert_string_equal(best, vectors[i].best);
		else
			assert_null(best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_words), cmocka_unit_test(free_text_stays), cmocka_unit_test(quantities),
		cmocka_unit_test(sentences_name_the_word), cmocka_unit_test(near_names_are_suggested),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
