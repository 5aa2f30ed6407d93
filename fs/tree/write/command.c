/* The verb parser: a line becomes words and options, words become names, quantities and numbers. See
 * command.h for what quotes mean. */
#include "fs/tree/write/command.h"

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/types/name.h"
#include "fs/tree/suggest.h"
#include "fs/tree/write/lexer.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- words --- */

struct splitter {
	const char *line;
	size_t length, at;
	char *out;      /* where the next word goes */
	bool free_text; /* what is never closed is no quote and no bracket */
};

static bool is_space(char character)
{
	return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

static int never_closed(const struct lexer *lexer, const char *opening, struct error *error)
{
	return lexer->depth > 0
	           ? error_set(error, EINVAL, "the JSON that begins with \"%.20s\" is not closed", opening)
	           : error_set(error, EINVAL, "the quote in \"%.20s\" is never closed", opening);
}

/* One word into out, NUL-terminated; *found: there is one, for an escaped newline is none. */
static int split_word(struct splitter *splitter, bool *found, struct error *error)
{
	struct lexer lexer = {0};
	size_t opening = 0;
	char *opening_out = splitter->out;
	*found = false;
	while (splitter->at < splitter->length) {
		const char character = splitter->line[splitter->at];
		const bool was_open = lexer_is_open(&lexer);
		const enum lexeme lexeme = lexer_take(&lexer, character);
		splitter->at++;
		if (lexeme == LEXEME_BLANK || lexeme == LEXEME_END)
			break;
		*found |= lexer.in_word;
		if (!was_open) {
			opening = splitter->at - 1;
			opening_out = splitter->out;
		}
		if (lexeme == LEXEME_TEXT)
			*splitter->out++ = character;
		if (splitter->at < splitter->length || !lexer_is_open(&lexer))
			continue;
		if (!splitter->free_text)
			return never_closed(&lexer, splitter->line + opening, error);
		/* The quote or bracket stands for itself, and so does what follows it. */
		splitter->out = opening_out;
		*splitter->out++ = splitter->line[opening];
		splitter->at = opening + 1;
		lexer = (struct lexer){.in_word = true};
	}
	if (lexer.escape) {
		*splitter->out++ = '\\';
		*found = true;
	}
	*splitter->out++ = '\0';
	return 0;
}

/* --- options --- */

struct parsing {
	struct command *command;
	const struct command_option *options;
	size_t options_count;
	const struct command_option *open; /* waits for its value */
	bool open_quantity;                /* "1.0000" was taken, its symbol may follow */
	bool only_words;                   /* after -- */
};

static int unknown_option(const struct parsing *parsing, const char *word, struct error *error)
{
	struct text known = TEXT_EMPTY;
	for (size_t i = 0; i < parsing->options_count; i++)
		text_printf(&known, "%s%s", i ? " " : "", parsing->options[i].name);
	int result = parsing->options_count ? error_set(error, EINVAL, "\"%s\" is no option here; there are: %s",
	                                                word, text_string(&known))
	                                    : error_set(error, EINVAL, "\"%s\": there are no options here", word);
	text_release(&known);
	return result;
}

static int add_permission(struct parsing *parsing, const char *word, struct error *error)
{
	struct command *command = parsing->command;
	if (command->permission_count == COMMAND_PERMISSIONS)
		return error_set(error, EINVAL, "more than %d permissions", COMMAND_PERMISSIONS);
	return permission_level_parse(&command->permission[command->permission_count++], word, error);
}

static bool is_number(const char *word)
{
	word += *word == '-' || *word == '+';
	return *word && strspn(word, "0123456789.") == strlen(word);
}

static int give_value(struct parsing *parsing, const char *word, struct error *error)
{
	const struct command_option *option = parsing->open;
	parsing->open = NULL;
	if (option->kind == OPTION_PERMISSION)
		return add_permission(parsing, word, error);
	parsing->command->value[option - parsing->options] = word;
	if (option->kind == OPTION_QUANTITY && is_number(word)) {
		parsing->open = option;
		parsing->open_quantity = true;
	}
	return 0;
}

/* The words lie one behind the other, so the number and its symbol are joined by putting a blank for the
 * NUL between them. */
static bool join_symbol(struct parsing *parsing, char *word)
{
	const struct command_option *option = parsing->open;
	parsing->open = NULL;
	parsing->open_quantity = false;
	if (!*word || strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(word) || strlen(word) > 7)
		return false;
	const char *number = parsing->command->value[option - parsing->options];
	if (number + strlen(number) + 1 != word)
		return false;
	word[-1] = ' ';
	return true;
}

static int take_option(struct parsing *parsing, char *word, struct error *error)
{
	char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	for (size_t i = 0; i < parsing->options_count; i++) {
		const struct command_option *option = &parsing->options[i];
		if (strlen(option->name) != length || memcmp(option->name, word, length) != 0)
			continue;
		if (option->kind == OPTION_FLAG) {
			if (equals)
				return error_set(error, EINVAL, "\"%s\": %s takes no value", word, option->name);
			parsing->command->value[i] = "";
			return 0;
		}
		parsing->open = option;
		return equals ? give_value(parsing, equals + 1, error) : 0;
	}
	return unknown_option(parsing, word, error);
}

static int take_part(struct parsing *parsing, char *word, size_t start, bool quoted, struct error *error)
{
	struct command *command = parsing->command;
	if (parsing->open_quantity) {
		if (join_symbol(parsing, word))
			return 0;
	} else if (parsing->open) {
		return give_value(parsing, word, error);
	}
	if (parsing->options_count && !quoted && !parsing->only_words && word[0] == '-' && word[1] &&
	    !isdigit((unsigned char)word[1]) && word[1] != '.') {
		if (strcmp(word, "--") != 0)
			return take_option(parsing, word, error);
		parsing->only_words = true;
		return 0;
	}
	if (command->count == COMMAND_WORDS && !parsing->options_count)
		return 0;
	if (command->count == COMMAND_WORDS)
		return error_set(error, EINVAL, "more than %d words", COMMAND_WORDS);
	command->word[command->count] = word;
	command->start[command->count++] = start;
	return 0;
}

int command_parse(struct command *out, const char *line, size_t length, const struct command_option *options,
                  size_t options_count, struct error *error)
{
	struct parsing parsing = {.command = out, .options = options, .options_count = options_count};
	struct splitter splitter = {.length = length, .free_text = options_count == 0};
	int result = 0;
	*out = (struct command){0};
	/* The line, then its words: no longer than the line, each with a NUL where at least a blank or the end
	 * stood. */
	out->memory_size = 2 * length + 3;
	out->memory = memory_allocate(out->memory_size, 1);
	memcpy(out->memory, line, length);
	out->line = out->memory;
	splitter.line = out->memory;
	splitter.out = out->memory + length + 1;
	if (memchr(line, '\0', length))
		return error_set(error, EINVAL, "a NUL character in the command");
	while (result == 0) {
		bool found = false;
		while (splitter.at < length && is_space(line[splitter.at]))
			splitter.at++;
		if (splitter.at == length)
			break;
		char *word = splitter.out;
		size_t start = splitter.at;
		bool quoted = line[start] == '"' || line[start] == '\'';
		result = split_word(&splitter, &found, error);
		if (result == 0 && found)
			result = take_part(&parsing, word, start, quoted, error);
	}
	if (result == 0 && parsing.open && !parsing.open_quantity)
		result = error_set(error, EINVAL, "%s: its value is missing", parsing.open->name);
	return result;
}

void command_release(struct command *command)
{
	if (command->memory)
		memory_wipe(command->memory, command->memory_size);
	free(command->memory);
	*command = (struct command){0};
}

/* --- what words mean --- */

const char *command_take(struct command *command)
{
	return command->next < command->count ? command->word[command->next++] : NULL;
}

int command_take_word(struct command *command, const char **out, const char *what, struct error *error)
{
	*out = command_take(command);
	return *out ? 0 : error_set(error, EINVAL, "%s is missing", what);
}

int command_take_name(struct command *command, uint64_t *out, const char *what, struct error *error)
{
	const char *word = NULL;
	int result = command_take_word(command, &word, what, error);
	return result ? result : name_parse_account(out, word, error);
}

/* `SYS@CONTRACT`: cuts the contract off. */
static int cut_contract(char *symbol, uint64_t *contract, struct error *error)
{
	char *at = strchr(symbol, '@');
	if (!at)
		return 0;
	if (!contract)
		return error_set(error, EINVAL, "\"%s\": no token contract can be named here", symbol);
	*at = '\0';
	return name_parse_account(contract, at + 1, error);
}

int command_take_quantity(struct command *command, struct asset *out, uint64_t symbol, uint64_t *contract,
                          const char *what, struct error *error)
{
	char text[ASSET_TEXT_SIZE + NAME_TEXT_SIZE + 8];
	const char *amount = NULL;
	int result = command_take_word(command, &amount, what, error);
	if (result)
		return result;
	if (strchr(amount, ' ')) {
		snprintf(text, sizeof text, "%s", amount);
	} else {
		const char *unit = command_take(command);
		if (!is_number(amount))
			return error_set(error, EINVAL, "\"%s\" is no amount: %s is written like 10.0000 SYS", amount,
			                 what);
		if (!unit)
			return error_set(error, EINVAL, "\"%s\": the symbol is missing, as in %s SYS", amount, amount);
		if (snprintf(text, sizeof text, "%s %s", amount[0] == '+' ? amount + 1 : amount, unit) >=
		    (int)sizeof text)
			return error_set(error, EINVAL, "\"%.60s %.60s\" is no quantity", amount, unit);
	}
	result = cut_contract(text, contract, error);
	if (result)
		return result;
	return symbol ? asset_parse_as(out, text, symbol, error) : asset_parse(out, text, error);
}

const char *command_take_rest(struct command *command)
{
	if (command->next >= command->count)
		return "";
	const char *start = command->line + command->start[command->next];
	size_t length = strlen(start);
	/* One word that a quote encloses whole: the parser has unquoted it. */
	if (command->next + 1 == command->count && (*start == '"' || *start == '\'')) {
		const char *word = command->word[command->next++];
		return word;
	}
	command->next = command->count;
	while (length > 0 && is_space(start[length - 1]))
		length--;
	((char *)(uintptr_t)start)[length] = '\0';
	return start;
}

int command_end(struct command *command, const char *usage, struct error *error)
{
	if (command->next >= command->count)
		return 0;
	return error_set(error, EINVAL, "\"%s\" is one word too many: %s", command->word[command->next], usage);
}

int command_choose(const char *word, const char *const *choices, size_t count, struct error *error)
{
	struct suggestion suggestion = suggestion_begin(word);
	struct text all = TEXT_EMPTY;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, choices[i]) == 0)
			return (int)i;
		suggestion_consider(&suggestion, choices[i]);
	}
	for (size_t i = 0; i < count; i++)
		text_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", choices[i]);
	const char *best = suggestion_best(&suggestion);
	int result = best
	                 ? error_set(error, EINVAL, "\"%s\" is not understood, did you mean \"%s\"; it may be %s",
	                             word, best, text_string(&all))
	                 : error_set(error, EINVAL, "\"%s\" is not understood; it may be %s", word,
	                             text_string(&all));
	text_release(&all);
	return result;
}

int command_int64(int64_t *out, const char *word, int64_t minimum, int64_t maximum, const char *what,
                  struct error *error)
{
	char *end = NULL;
	errno = 0;
	long long value = strtoll(word, &end, 10);
	/* `+100` would read as 100 more where it sets 100. */
	if (!*word || *end || is_space(*word) || *word == '+')
		return error_set(error, EINVAL, "\"%s\" is no whole number: %s is one, from %lld to %lld", word, what,
		                 (long long)minimum, (long long)maximum);
	if (errno == ERANGE || value < minimum || value > maximum)
		return error_set(error, EINVAL, "\"%s\" is out of range: %s is from %lld to %lld", word, what,
		                 (long long)minimum, (long long)maximum);
	*out = value;
	return 0;
}

int command_bool(bool *out, const char *word, struct error *error)
{
	static const char *const no[] = {"0", "false", "no", "off"}, *const yes[] = {"1", "true", "yes", "on"};
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(word, no[i]) == 0 || strcmp(word, yes[i]) == 0) {
			*out = strcmp(word, yes[i]) == 0;
			return 0;
		}
	}
	return error_set(error, EINVAL, "\"%s\" is not understood; it may be 0 or 1", word);
}
