/* JSON: the only file that knows cJSON. One scan of the text comes first: it bounds the depth, refuses
 * what cJSON would wave through (NUL bytes, ill-formed numbers), and rewrites long numbers into strings,
 * since cJSON keeps numbers as double. */
#include "core/base/encoding/json.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH_MAXIMUM = 200, JSON_EXACT_DIGITS = 15, JSON_INDENTATION = 2 };

/* struct json is never defined: a node is a cJSON item under another name. */
static const cJSON *item_of(const struct json *node) { return (const cJSON *)node; }
static const struct json *node_of(const cJSON *item) { return (const struct json *)item; }

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

/* The end of the string whose opening quote stands at `at`: behind its closing quote, or length if it has
 * none. */
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
	return length;
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

/* The end of the word true, false or null at `at`; at itself for any other. */
static size_t word_end(const char *text, size_t length, size_t at)
{
	static const char *const words[] = {"true", "false", "null"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t size = strlen(words[i]);
		if (length - at >= size && memcmp(text + at, words[i], size) == 0)
			return at + size;
	}
	return at;
}

/* "\u0000" would cut a C string short. */
static bool holds_nul_escape(const char *text, const char *end)
{
	for (; text < end && (text = memchr(text, '\\', (size_t)(end - text))); text += 2)
		if (end - text > 6 && memcmp(text, "\\u0000", 6) == 0)
			return true;
	return false;
}

/* Writes the text cJSON shall parse to out and returns length, or the offset of what is wrong (*what says
 * it, NULL: unexpected). When `rewritten` is given, stops as soon as out would be longer than that and
 * returns the offset there: positions translate so. */
static size_t rewrite(struct text *out, const char *text, size_t length, const size_t *rewritten,
                      const char **what)
{
	size_t depth = 0, copied = 0; /* up to there: what needs no quotes is copied in one piece */
	for (size_t at = 0, end; at < length; at = end) {
		char c = text[at];
		size_t digits = 0;
		end = at + 1;
		if (c == '"') {
			end = string_end(text, length, at);
			if (holds_nul_escape(text + at, text + end)) {
				*what = "a string must not hold a NUL character";
				return at;
			}
		} else if (c == '-' || isdigit((unsigned char)c)) {
			end = number_end(text, length, at, &digits);
			if (!digits || (end < length && (isalnum((unsigned char)text[end]) || text[end] == '.'))) {
				*what = end >= length ? NULL : "not a number";
				return end >= length ? length : at;
			}
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAXIMUM) {
				*what = "it is nested more than 200 deep";
				return at;
			}
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
		} else if (isalpha((unsigned char)c)) {
			end = word_end(text, length, at);
			if (end == at)
				return at;
		} else if ((unsigned char)c < ' ' && c != '\n' && c != '\t' && c != '\r') {
			return at;
		}
		size_t extra = digits > JSON_EXACT_DIGITS ? 1 : 0;
		if (!extra && !rewritten)
			continue;
		text_append_bytes(out, text + copied, at - copied);
		copied = end;
		if (rewritten && out->length + (end - at) + 2 * extra > *rewritten)
			return *rewritten > out->length + extra ? at + (*rewritten - out->length - extra) : at;
		if (extra)
			text_append_char(out, '"');
		text_append_bytes(out, text + at, end - at);
		if (extra)
			text_append_char(out, '"');
	}
	text_append_bytes(out, text + copied, length - copied);
	return length;
}

/* Where a member's name should be, cJSON points one further than what stands there instead. */
static size_t name_fault(const char *text, size_t offset)
{
	size_t before = offset > 0 ? offset - 1 : 0;
	if (offset == 0 || text[offset - 1] == '"')
		return offset;
	while (before > 0 && isspace((unsigned char)text[before - 1]))
		before--;
	return before > 0 && (text[before - 1] == '{' || text[before - 1] == ',') ? offset - 1 : offset;
}

int json_parse(struct json **out, const char *text, size_t length, struct error *error)
{
	struct text clean = TEXT_EMPTY;
	const char *what = NULL, *nul = length ? memchr(text, '\0', length) : NULL;
	int result = -EINVAL;
	*out = NULL;
	if (nul) {
		result = fault(error, text, length, (size_t)(nul - text), NULL);
		goto out;
	}
	size_t at = rewrite(&clean, text, length, NULL, &what);
	if (at < length || what) {
		result = fault(error, text, length, at, what);
		goto out;
	}
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(text_string(&clean), clean.length + 1, &end, 1);
	if (!root) {
		size_t offset = name_fault(text_string(&clean), end ? (size_t)(end - text_string(&clean)) : 0);
		text_clear(&clean);
		result = fault(error, text, length, rewrite(&clean, text, length, &offset, &what), NULL);
		goto out;
	}
	*out = (struct json *)root;
	result = 0;
out:
	text_release(&clean);
	return result;
}

void json_release(struct json *root) { cJSON_Delete((cJSON *)root); }

/* --- reading --- */

enum json_type json_type(const struct json *node)
{
	const cJSON *item = item_of(node);
	if (!item)
		return JSON_MISSING;
	switch (item->type & 0xff) {
	case cJSON_False:
	case cJSON_True: return JSON_BOOL;
	case cJSON_Number: return JSON_NUMBER;
	case cJSON_String: return JSON_STRING;
	case cJSON_Array: return JSON_ARRAY;
	case cJSON_Object: return JSON_OBJECT;
	default: return JSON_NULL;
	}
}

const struct json *json_member(const struct json *object, const char *name)
{
	if (json_type(object) != JSON_OBJECT)
		return NULL;
	for (const cJSON *item = item_of(object)->child; item; item = item->next)
		if (strcmp(item->string, name) == 0)
			return node_of(item);
	return NULL;
}

const struct json *json_first(const struct json *node)
{
	enum json_type type = json_type(node);
	return type == JSON_ARRAY || type == JSON_OBJECT ? node_of(item_of(node)->child) : NULL;
}

const struct json *json_next(const struct json *node) { return node ? node_of(item_of(node)->next) : NULL; }

size_t json_count(const struct json *node)
{
	size_t count = 0;
	for (node = json_first(node); node; node = json_next(node))
		count++;
	return count;
}

const char *json_name(const struct json *member)
{
	return member && item_of(member)->string ? item_of(member)->string : "";
}

const char *json_string(const struct json *node)
{
	return json_type(node) == JSON_STRING ? item_of(node)->valuestring : NULL;
}

double json_number(const struct json *node)
{
	if (json_type(node) == JSON_NUMBER)
		return item_of(node)->valuedouble;
	const char *string = json_string(node);
	size_t digits = 0;
	if (!string || !*string)
		return 0;
	size_t end = number_end(string, strlen(string), 0, &digits);
	return digits && !string[end] ? strtod(string, NULL) : 0;
}

bool json_is_true(const struct json *node) { return node && cJSON_IsTrue(item_of(node)); }

/* Sign and magnitude of an integer given as number or decimal string. */
static int integer_of(const struct json *node, bool *negative, uint64_t *magnitude)
{
	*magnitude = 0;
	if (json_type(node) == JSON_NUMBER) {
		double value = item_of(node)->valuedouble;
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
	case JSON_NUMBER: print_number(out, item_of(node)->valuedouble); break;
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
			text_append_bytes(out, text + at, end - at);
		}
		previous = c;
	}
}
