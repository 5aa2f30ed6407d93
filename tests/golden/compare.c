/* Comparing values and telling differences. */
#include "tests/golden/replay.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void replay_at(struct replay *replay, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_clear(&replay->where);
	text_clear(&replay->member);
	text_vprintf(&replay->where, format, arguments);
	va_end(arguments);
}

enum { SHOWN = 150, BEFORE = 30 };

static void print_cut(const char *text, size_t from)
{
	size_t length = strlen(text);
	printf("%s%.*s%s", from ? "…" : "", SHOWN, text + from, length - from > SHOWN ? "…" : "");
}

void replay_differ(struct replay *replay, const char *what, const char *expected, const char *got)
{
	size_t same = 0;
	while (expected[same] && expected[same] == got[same])
		same++;
	size_t from = same > BEFORE && (strlen(expected) > SHOWN || strlen(got) > SHOWN) ? same - BEFORE : 0;
	replay->differences++;
	printf("%s: %s%s: expected ", text_string(&replay->where), what, text_string(&replay->member));
	print_cut(expected, from);
	printf(", got ");
	print_cut(got, from);
	printf("\n");
}

void replay_compare_text(struct replay *replay, const char *what, const char *expected, const char *got)
{
	if (strcmp(expected, got))
		replay_differ(replay, what, expected, got);
}

void replay_compare_number(struct replay *replay, const char *what, uint64_t expected, uint64_t got)
{
	char texts[2][24];
	if (expected == got)
		return;
	snprintf(texts[0], sizeof texts[0], "%" PRIu64, expected);
	snprintf(texts[1], sizeof texts[1], "%" PRIu64, got);
	replay_differ(replay, what, texts[0], texts[1]);
}

static bool is_ignored(const char *name, const char *const *ignored)
{
	for (; ignored && *ignored; ignored++)
		if (!strcmp(name, *ignored))
			return true;
	return false;
}

static void compare_leaf(struct replay *replay, const char *what, const struct json *expected,
                         const struct json *got)
{
	struct text texts[2] = {TEXT_EMPTY, TEXT_EMPTY};
	if (expected)
		json_print(&texts[0], expected);
	if (got)
		json_print(&texts[1], got);
	replay_compare_text(replay, what, expected ? text_string(&texts[0]) : "nothing",
	                    got ? text_string(&texts[1]) : "nothing");
	text_release(&texts[0]);
	text_release(&texts[1]);
}

static void member_back(struct replay *replay, size_t length)
{
	if (replay->member.length > length) {
		replay->member.length = length;
		replay->member.data[length] = '\0';
	}
}

static void compare_objects(struct replay *replay, const char *what, const struct json *expected,
                            const struct json *got, const char *const *ignored)
{
	size_t length = replay->member.length;
	for (const struct json *member = json_first(expected); member; member = json_next(member)) {
		if (is_ignored(json_name(member), ignored) || is_ignored(json_name(member), replay->ignored))
			continue;
		text_printf(&replay->member, ".%s", json_name(member));
		replay_compare_json(replay, what, member, json_member(got, json_name(member)), NULL);
		member_back(replay, length);
	}
	for (const struct json *member = json_first(got); member; member = json_next(member)) {
		if (is_ignored(json_name(member), ignored) || is_ignored(json_name(member), replay->ignored) ||
		    json_member(expected, json_name(member)))
			continue;
		text_printf(&replay->member, ".%s", json_name(member));
		compare_leaf(replay, what, NULL, member);
		member_back(replay, length);
	}
}

static void compare_arrays(struct replay *replay, const char *what, const struct json *expected,
                           const struct json *got)
{
	size_t length = replay->member.length;
	size_t index = 0;
	const struct json *left = json_first(expected), *right = json_first(got);
	for (; left || right; index++) {
		text_printf(&replay->member, "[%zu]", index);
		replay_compare_json(replay, what, left, right, NULL);
		member_back(replay, length);
		left = left ? json_next(left) : NULL;
		right = right ? json_next(right) : NULL;
	}
}

/* A long string of the recording, {"long", "sha256"}. */
static bool compare_long(struct replay *replay, const char *what, const struct json *expected,
                         const struct json *got)
{
	const char *digest = json_string(json_member(expected, "sha256")), *text = json_string(got);
	if (!digest || !json_member(expected, "long") || !text)
		return false;
	struct checksum256 hash = hash_sha256(text, strlen(text));
	replay_compare_text(replay, what, digest, checksum256_text(&hash).text);
	return true;
}

void replay_compare_json(struct replay *replay, const char *what, const struct json *expected,
                         const struct json *got, const char *const *ignored)
{
	enum json_type type = json_type(expected);
	if (type == JSON_OBJECT && compare_long(replay, what, expected, got))
		return;
	if (type == JSON_OBJECT && json_type(got) == JSON_OBJECT)
		compare_objects(replay, what, expected, got, ignored);
	else if (type == JSON_ARRAY && json_type(got) == JSON_ARRAY)
		compare_arrays(replay, what, expected, got);
	else
		compare_leaf(replay, what, expected, got);
}

void replay_compare_json_text(struct replay *replay, const char *what, const struct json *expected,
                              const struct text *got, const char *const *ignored)
{
	struct json *json;
	struct error error = {0};
	if (json_parse(&json, text_string(got), got->length, &error)) {
		replay_differ(replay, what, "JSON", error.sentence);
		return;
	}
	replay_compare_json(replay, what, expected, json, ignored);
	json_release(json);
}

void replay_translate_ids(const struct replay *replay, struct text *text)
{
	char *at = text->data;
	while (at && *at) {
		size_t digits = 0;
		while (isxdigit((unsigned char)at[digits]))
			digits++;
		if (digits == 64) {
			char id[65];
			memcpy(id, at, 64);
			id[64] = '\0';
			const struct recording_step *step = recording_step_of_id(&replay->recording, id);
			if (step)
				memcpy(at, checksum256_text(&replay->ids[step->number]).text, 64);
		}
		at += digits ? digits : 1;
	}
}
