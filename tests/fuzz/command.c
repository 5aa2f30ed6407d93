/* Command lines from arbitrary text: words stay within their memory, and whatever is refused has a sentence.
 */
#include "fs/tree/write/command.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct command_option options[] = {
	{"--stake-net", OPTION_QUANTITY},
	{"--creator", OPTION_VALUE},
	{"--transfer", OPTION_FLAG},
	{"-p", OPTION_PERMISSION},
};

static void parse(const char *line, size_t length, size_t options_count)
{
	struct command command;
	struct error error = {0};
	struct asset asset;
	uint64_t name = 0;
	int64_t number = 0;
	bool flag = false;
	const char *word = NULL;
	int result = command_parse(&command, line, length, options, options_count, &error);
	assert(result == 0 || (result == -error.number && *error.sentence));
	if (result == 0) {
		size_t total = 0;
		for (size_t i = 0; i < command.count; i++) {
			assert(command.start[i] < length);
			total += strlen(command.word[i]) + 1;
		}
		assert(total <= length + 1);
		if (command_take_name(&command, &name, "a name", &error) == 0)
			assert(name != 0);
		command_take_quantity(&command, &asset, 0, &name, "an amount", &error);
		if ((word = command_take(&command))) {
			command_int64(&number, word, -1000, 1000, "a number", &error);
			assert(number >= -1000 && number <= 1000);
			command_bool(&flag, word, &error);
			command_choose(word, (const char *const[]){"start", "stop"}, 2, &error);
		}
		assert(strlen(command_take_rest(&command)) <= length);
		assert(command_end(&command, "nothing", &error) == 0);
	}
	command_release(&command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse((const char *)data, size, sizeof options / sizeof *options);
	parse((const char *)data, size, 0);
	return 0;
}
