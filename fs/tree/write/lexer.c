/* The states of a command's characters; see lexer.h. */
#include "fs/tree/write/lexer.h"

static bool is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static bool is_quote(char character) { return character == '"' || character == '\''; }
static bool is_bracket(char character) { return character == '{' || character == '['; }

/* Within brackets, or a string that is the whole document. */
static void take_json(struct lexer *lexer, char character)
{
	if (lexer->escape)
		lexer->escape = false;
	else if (lexer->quote && character == '\\')
		lexer->escape = true;
	else if (character == '"')
		lexer->quote = lexer->quote ? '\0' : '"';
	else if (!lexer->quote && is_bracket(character))
		lexer->depth++;
	else if (!lexer->quote && (character == '}' || character == ']'))
		lexer->depth--;
}

static enum lexeme take_escaped(struct lexer *lexer, char character)
{
	lexer->escape = false;
	if (character == '\n' && !lexer->quote) {
		lexer->goes_on = true;
		lexer->in_word = false;
		return LEXEME_BLANK;
	}
	lexer->in_word = true;
	return LEXEME_TEXT;
}

static enum lexeme take_quoted(struct lexer *lexer, char character)
{
	lexer->escape = character == '\\' && lexer->quote == '"';
	if (character == lexer->quote)
		lexer->quote = '\0';
	else if (!lexer->escape)
		return LEXEME_TEXT;
	return LEXEME_MARK;
}

enum lexeme lexer_take(struct lexer *lexer, char character)
{
	const bool begins = !lexer->in_word || lexer->equals;
	if (lexer->depth > 0) {
		take_json(lexer, character);
		return LEXEME_TEXT;
	}
	lexer->goes_on = false;
	lexer->equals = false;
	if (lexer->escape)
		return take_escaped(lexer, character);
	if (lexer->quote)
		return take_quoted(lexer, character);
	if (is_blank(character)) {
		lexer->in_word = false;
		return character == '\n' ? LEXEME_END : LEXEME_BLANK;
	}
	lexer->escape = character == '\\';
	if (lexer->escape)
		return LEXEME_MARK;
	lexer->in_word = true;
	lexer->equals = character == '=';
	lexer->depth = begins && is_bracket(character);
	if (!begins || !is_quote(character))
		return LEXEME_TEXT;
	lexer->quote = character;
	return LEXEME_MARK;
}

enum lexeme lexer_take_line(struct lexer *lexer, char character)
{
	if (!is_blank(character))
		lexer->in_word = true;
	return character == '\n' ? LEXEME_END : LEXEME_TEXT;
}

enum lexeme lexer_take_document(struct lexer *lexer, char character)
{
	if (!lexer->in_word && is_blank(character))
		return LEXEME_BLANK;
	if (!lexer->in_word)
		lexer->line = !is_bracket(character) && character != '"';
	lexer->in_word = true;
	if (lexer->line)
		return character == '\n' ? LEXEME_END : LEXEME_TEXT;
	take_json(lexer, character);
	return lexer_is_open(lexer) ? LEXEME_TEXT : LEXEME_END;
}

bool lexer_is_open(const struct lexer *lexer)
{
	return lexer->quote || lexer->depth > 0 || lexer->goes_on;
}
