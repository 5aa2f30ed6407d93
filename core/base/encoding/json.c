/* JSON. A document is one list of nodes, each with all that is in it behind it, and one memory for its
 * strings: two allocations, however large it is. */
#include "core/base/encoding/json.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH_MAXIMUM = 200, JSON_EXACT_DIGITS = 15, JSON_INDENTATION = 2 };

struct json {
	enum json_type type;
	bool is_true, is_last; /* in its list */
	size_t span;           /* of nodes: itself and what is in it; the next of its list stands behind them */
	const char *name;      /* a member's, "" for an element */
	union {
		double number;
		const char *string;
	};
};

/* --- scanning --- */

/* Sets the sentence for a fault at an offset of the original text. */
static int fault(struct error *error, const char *text, size_t length, size_t offset, const char *what)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < offset && i < length; i++) {
		column++;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	if (what)
		return error_set(error, EINVAL, "line %zu, column %zu of the JSON: %s", line, column, what);
	if (offset >= length)
		return error_set(error, EINVAL, "line %zu, column %zu of the JSON: " JSON_ENDS_TOO_EARLY, line,
		                 column);
	unsigned char c = (unsigned char)text[offset];
	return error_set(error, EINVAL,
	                 isprint(c) ? "line %zu, column %zu of the JSON: unexpected '%c'"
	                            : "line %zu, column %zu of the JSON: unexpected byte 0x%02x",
	                 line, column, c);
}

/* Behind the closing quote of the string whose opening one stands at `at`; 0: it has none. */
static size_t string_end(const char *text, size_t length, size_t at)
{
	const char *end = text + at;
	while ((end = memchr(end + 1, '"', length - (size_t)(end + 1 - text)))) {
		const char *escapes = end;
		while (escapes[-1] == '\\')
			escapes--;
		if ((end - escapes) % 2 == 0)
			return (size_t)(end - text) + 1;
	}
	return 0;
}

static size_t skip_digits(const char *text, size_t length, size_t at, size_t *digits)
{
	while (at < length && isdigit((unsigned char)text[at])) {
		at++;
		(*digits)++;
	}
	return at;
}

/* A number token at `at` as RFC 8259 has it, except that leading zeros are let pass. Returns its end;
 * *digits counts those of the integer and fraction, and is 0 for an ill-formed number. */
static size_t number_end(const char *text, size_t length, size_t at, size_t *digits)
{
	size_t integer = 0, fraction = 0, exponent = 0;
	*digits = 0;
	if (text[at] == '-')
		at++;
	at = skip_digits(text, length, at, &integer);
	if (!integer)
		return at;
	if (at < length && text[at] == '.') {
		at = skip_digits(text, length, at + 1, &fraction);
		if (!fraction)
			return at;
	}
	if (at < length && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < length && (text[at] == '+' || text[at] == '-'))
			at++;
		at = skip_digits(text, length, at, &exponent);
		if (!exponent)
			return at;
	}
	*digits = integer + fraction;
	return at;
}

/* --- parsing --- */

struct parser {
	const char *text;
	size_t length, at;
	const char *what; /* is wrong at `at`; NULL: what stands there is not expected */
	char *strings;    /* behind what is written: each is no longer than in the text, with its quotes */
	struct json *nodes;
	size_t count, capacity;
};

static int peek(const struct parser *parser)
{
	return parser->at < parser->length ? (unsigned char)parser->text[parser->at] : EOF;
}

static bool take(struct parser *parser, char expected)
{
	bool found = peek(parser) == expected;
	parser->at += found;
	return found;
}

static void skip_white(struct parser *parser)
{
	while (parser->at < parser->length && memchr(" \n\t\r", parser->text[parser->at], 4))
		parser->at++;
}

static bool wrong(struct parser *parser, size_t at, const char *what)
{
	parser->at = at;
	parser->what = what;
	return false;
}

/* Length bytes of the text, as a string. */
static const char *keep(struct parser *parser, const char *text, size_t length)
{
	char *kept = parser->strings;
	memcpy(kept, text, length);
	kept[length] = '\0';
	parser->strings += length + 1;
	return kept;
}

/* Of an escape of four digits; UINT32_MAX: it is none. */
static uint32_t code_unit(const char *from, const char *end)
{
	uint8_t unit[2];
	bool is_one = end - from >= 6 && from[0] == '\\' && from[1] == 'u' && hex_parse(unit, from + 2, 4) == 0;
	return is_one ? (uint32_t)unit[0] << 8 | unit[1] : UINT32_MAX;
}

/* A character as UTF-8, to *out, which moves on. */
static void put_character(char **out, uint32_t point)
{
	static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = size; i-- > 1; point >>= 6)
		(*out)[i] = (char)(0x80 | (point & 0x3f));
	(*out)[0] = (char)(marks[size] | point);
	*out += size;
}

/* The escape at *from, of a string that ends at end; *from moves behind it. */
static bool unescape(char **out, const char **from, const char *end)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter = end - *from < 2 ? NULL : strchr(letters, (*from)[1]);
	if (letter) {
		*(*out)++ = meanings[letter - letters];
		*from += 2;
		return true;
	}
	uint32_t point = code_unit(*from, end), low = 0xdc00;
	bool is_pair = point >> 10 == 0xd800 >> 10;
	if (is_pair) {
		low = code_unit(*from + 6, end);
		point = 0x10000 + ((point - 0xd800) << 10 | (low & 0x3ff));
	}
	if (point == UINT32_MAX || point >> 10 == 0xdc00 >> 10 || low >> 10 != 0xdc00 >> 10)
		return false;
	put_character(out, point);
	*from += is_pair ? 12 : 6;
	return true;
}

/* What stands between its quotes, of which some are escapes. */
static const char *keep_unescaped(struct parser *parser, const char *from, const char *end)
{
	const char *kept = parser->strings, *begin = from;
	char *out = parser->strings;
	for (const char *escape; (escape = memchr(from, '\\', (size_t)(end - from)));) {
		memcpy(out, from, (size_t)(escape - from));
		out += escape - from;
		from = escape;
		bool is_nul = code_unit(from, end) == 0;
		if (is_nul || !unescape(&out, &from, end)) {
			parser->at = (size_t)((is_nul ? begin - 1 : from) - parser->text);
			parser->what = is_nul ? "a string must not hold a NUL character" : NULL;
			return NULL;
		}
	}
	parser->strings = out;
	keep(parser, from, (size_t)(end - from));
	return kept;
}

/* NULL: it is none. */
static const char *parse_string(struct parser *parser)
{
	const char *from = parser->text + parser->at + 1;
	if (peek(parser) != '"')
		return NULL;
	parser->at = string_end(parser->text, parser->length, parser->at);
	if (!parser->at) {
		parser->at = parser->length;
		return NULL;
	}
	const size_t length = (size_t)(parser->text + parser->at - 1 - from);
	return memchr(from, '\\', length) ? keep_unescaped(parser, from, from + length)
	                                  : keep(parser, from, length);
}

/* Long ones stay strings of their digits. */
static bool parse_number(struct parser *parser, struct json *node)
{
	const char *text = parser->text;
	const size_t begin = parser->at, length = parser->length;
	size_t digits = 0, end = number_end(text, length, begin, &digits);
	if (!digits || (end < length && (isalnum((unsigned char)text[end]) || text[end] == '.')))
		return end < length ? wrong(parser, begin, "not a number") : wrong(parser, end, NULL);
	parser->at = end;
	bool is_negative = text[begin] == '-';
	if (digits <= JSON_EXACT_DIGITS && digits + is_negative == end - begin) {
		uint64_t number = 0;
		for (size_t i = begin + is_negative; i < end; i++)
			number = 10 * number + (uint64_t)(text[i] - '0');
		node->number = is_negative ? -(double)number : (double)number;
		node->type = JSON_NUMBER;
		return true;
	}
	const char *token = keep(parser, text + begin, end - begin);
	if (digits > JSON_EXACT_DIGITS) {
		node->string = token;
		node->type = JSON_STRING;
		return true;
	}
	node->number = strtod(token, NULL);
	node->type = JSON_NUMBER;
	return true;
}

static bool parse_word(struct parser *parser, struct json *node, const char *word, enum json_type type)
{
	size_t size = strlen(word);
	if (parser->length - parser->at < size || memcmp(parser->text + parser->at, word, size) != 0)
		return false;
	parser->at += size;
	node->type = type;
	node->is_true = *word == 't';
	return true;
}

static bool parse_value(struct parser *parser, const char *name, size_t depth);

/* What is in the list or object whose bracket stands next. */
static bool parse_list(struct parser *parser, enum json_type type, size_t depth)
{
	const size_t list = parser->count - 1;
	const char close = type == JSON_OBJECT ? '}' : ']', *name = "";
	if (depth == JSON_DEPTH_MAXIMUM)
		return wrong(parser, parser->at, "it is nested more than 200 deep");
	parser->at++;
	parser->nodes[list].type = type;
	skip_white(parser);
	if (take(parser, close))
		return true;
	for (;;) {
		size_t item = parser->count;
		if (type == JSON_OBJECT) {
			name = parse_string(parser);
			skip_white(parser);
			if (!name || !take(parser, ':'))
				return false;
		}
		if (!parse_value(parser, name, depth + 1))
			return false;
		skip_white(parser);
		if (take(parser, close)) {
			parser->nodes[item].is_last = true;
			parser->nodes[list].span = parser->count - list;
			return true;
		}
		if (!take(parser, ','))
			return false;
		skip_white(parser);
	}
}

static bool parse_value(struct parser *parser, const char *name, size_t depth)
{
	skip_white(parser);
	int next = peek(parser);
	LIST_APPEND(parser->nodes, parser->count, parser->capacity, (struct json){.span = 1, .name = name});
	struct json *node = &parser->nodes[parser->count - 1];
	switch (next) {
	case '{': return parse_list(parser, JSON_OBJECT, depth);
	case '[': return parse_list(parser, JSON_ARRAY, depth);
	case '"':
		node->type = JSON_STRING;
		node->string = parse_string(parser);
		return node->string;
	case 't': return parse_word(parser, node, "true", JSON_BOOL);
	case 'f': return parse_word(parser, node, "false", JSON_BOOL);
	case 'n': return parse_word(parser, node, "null", JSON_NULL);
	default: return (next == '-' || isdigit(next)) && parse_number(parser, node);
	}
}

/* The first node is none of the document's: it holds the memory of the strings. */
int json_parse(struct json **out, const char *text, size_t length, struct error *error)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of the byte order */
	struct parser parser = {.text = text, .length = length, .capacity = length / 16 + 4};
	const char *nul = length ? memchr(text, '\0', length) : NULL;
	*out = NULL;
	if (nul)
		return fault(error, text, length, (size_t)(nul - text), NULL);
	if (length >= 3 && memcmp(text, mark, 3) == 0)
		parser.at = 3;
	parser.nodes = memory_allocate(parser.capacity, sizeof *parser.nodes);
	parser.strings = memory_allocate(length + 2, 1);
	parser.nodes[parser.count++].string = parser.strings;
	bool parsed = parse_value(&parser, "", 0);
	skip_white(&parser);
	if (!parsed || parser.at < length) {
		json_release(parser.nodes + 1);
		return fault(error, text, length, parser.at, parser.what);
	}
	parser.nodes[1].is_last = true;
	*out = parser.nodes + 1;
	return 0;
}

void json_release(struct json *root)
{
	if (!root)
		return;
	free((char *)root[-1].string);
	free(root - 1);
}

/* --- reading --- */

enum json_type json_type(const struct json *node) { return node ? node->type : JSON_MISSING; }

const struct json *json_member(const struct json *object, const char *name)
{
	if (json_type(object) != JSON_OBJECT)
		return NULL;
	const struct json *member = json_first(object);
	while (member && strcmp(member->name, name) != 0)
		member = json_next(member);
	return member;
}

const struct json *json_first(const struct json *node)
{
	return node && node->span > 1 ? node + 1 : NULL;
}

const struct json *json_next(const struct json *node)
{
	return node && !node->is_last ? node + node->span : NULL;
}

size_t json_count(const struct json *node)
{
	size_t count = 0;
	for (node = json_first(node); node; node = json_next(node))
		count++;
	return count;
}

const char *json_name(const struct json *member) { return member ? member->name : ""; }

const char *json_string(const struct json *node)
{
	return json_type(node) == JSON_STRING ? node->string : NULL;
}

double json_number(const struct json *node)
{
	if (json_type(node) == JSON_NUMBER)
		return node->number;
	const char *string = json_string(node);
	size_t digits = 0;
	if (!string || !*string)
		return 0;
	size_t end = number_end(string, strlen(string), 0, &digits);
	return digits && !string[end] ? strtod(string, NULL) : 0;
}

bool json_is_true(const struct json *node) { return node && node->is_true; }

/* Sign and magnitude of an integer given as number or decimal string. */
static int integer_of(const struct json *node, bool *negative, uint64_t *magnitude)
{
	*magnitude = 0;
	if (json_type(node) == JSON_NUMBER) {
		double value = node->number;
		*negative = value < 0;
		if (!(fabs(value) <= 9007199254740992.0) || value != trunc(value))
			return -EINVAL;
		*magnitude = (uint64_t)fabs(value);
		return 0;
	}
	const char *at = json_string(node);
	if (!at)
		return -EINVAL;
	*negative = *at == '-';
	at += *negative;
	if (!*at)
		return -EINVAL;
	for (; *at; at++)
		if (!isdigit((unsigned char)*at) || __builtin_mul_overflow(*magnitude, 10u, magnitude) ||
		    __builtin_add_overflow(*magnitude, (uint64_t)(*at - '0'), magnitude))
			return -EINVAL;
	return 0;
}

int json_int64(int64_t *out, const struct json *node)
{
	bool negative;
	uint64_t magnitude;
	if (integer_of(node, &negative, &magnitude) < 0 || magnitude > (uint64_t)INT64_MAX + negative)
		return -EINVAL;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return 0;
}

int json_uint64(uint64_t *out, const struct json *node)
{
	bool negative;
	uint64_t magnitude;
	if (integer_of(node, &negative, &magnitude) < 0 || (negative && magnitude))
		return -EINVAL;
	*out = magnitude;
	return 0;
}

/* --- writing --- */

static void print_number(struct text *out, double value)
{
	char shortest[40];
	if (!isfinite(value)) { /* 1e999; JSON has no word for it */
		text_append(out, "null");
		return;
	}
	if (value == trunc(value) && fabs(value) < 1e15) {
		text_printf(out, "%.0f", value == 0 ? 0.0 : value);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(shortest, sizeof shortest, "%.*g", digits, value);
		if (strtod(shortest, NULL) == value)
			break;
	}
	text_append(out, shortest);
}

void json_print(struct text *out, const struct json *node)
{
	bool first = true, object = json_type(node) == JSON_OBJECT;
	switch (json_type(node)) {
	case JSON_MISSING:
	case JSON_NULL: text_append(out, "null"); break;
	case JSON_BOOL: text_append(out, json_is_true(node) ? "true" : "false"); break;
	case JSON_NUMBER: print_number(out, node->number); break;
	case JSON_STRING: text_append_json(out, json_string(node), strlen(json_string(node))); break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		text_append_char(out, object ? '{' : '[');
		for (node = json_first(node); node; node = json_next(node)) {
			if (!first)
				text_append_char(out, ',');
			first = false;
			if (object) {
				text_append_json(out, json_name(node), strlen(json_name(node)));
				text_append_char(out, ':');
			}
			json_print(out, node);
		}
		text_append_char(out, object ? '}' : ']');
		break;
	}
}

static void new_line(struct text *out, size_t depth)
{
	text_append_char(out, '\n');
	for (size_t i = 0; i < depth * JSON_INDENTATION; i++)
		text_append_char(out, ' ');
}

/* cleos's layout: an object that opens a list or follows another stays on its line ("[{", "},{"). */
void json_indent(struct text *out, const char *text, size_t length)
{
	size_t depth = 0;
	bool pending = false; /* a line break is due before the next value */
	char previous = 0;
	for (size_t at = 0, end; at < length; at = end) {
		char c = text[at];
		end = at + 1;
		if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
			continue;
		if (c == '{' || c == '[') {
			text_append_char(out, c);
			depth++;
			pending = true;
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
			if (previous != '{' && previous != '[')
				new_line(out, depth);
			pending = false;
			text_append_char(out, c);
		} else if (c == ',') {
			text_append_char(out, c);
			pending = true;
		} else if (c == ':') {
			text_append(out, ": ");
		} else {
			if (pending)
				new_line(out, depth);
			pending = false;
			if (c == '"')
				end = string_end(text, length, at);
			end = end ? end : length;
			text_append_bytes(out, text + at, end - at);
		}
		previous = c;
	}
}
