/* chain/clock: chain time, and moving it: with every block in between, or by leaving blocks out. */
#include "fs/files/chain/chain.h"

#include "core/types/time.h"
#include "fs/tree/write/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADVANCE_MAXIMUM_US (INT64_C(3660) * 86400 * SECOND_US) /* ten years */

static void print_distance(struct text *out, const char *time, int64_t ahead_us)
{
	bool is_behind = ahead_us <= -SECOND_US / 20;
	double distance = (double)(ahead_us < 0 ? -ahead_us : ahead_us) / (double)SECOND_US;

	text_printf(out, "%s, %.1f s %s real time", time, distance, is_behind ? "behind" : "ahead of");
}

int chain_clock_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_clock clock;
	int result = request_view(request, error);
	if (result == 0)
		result = request->chain->operations->clock(request->chain, &clock,
		                                           request_interruption(request), error);
	if (result)
		return result;
	print_distance(out, time_point_text(clock.chain_time).text, clock.chain_time - clock.real_time);
	if (clock.pause >= SECOND_US)
		text_printf(out, " (production pauses for %.1f s, until real time has caught up)",
		            (double)clock.pause / (double)SECOND_US);
	if (clock.goal) {
		double whole = (double)(clock.goal - clock.from), made = (double)(clock.chain_time - clock.from);
		double share = whole <= 0 || made >= whole ? 1 : made < 0 ? 0 : made / whole;
		text_printf(out, " (moving to %s: %.0f %%", time_point_text(clock.goal).text, 100 * share);
		if (share > 0)
			text_printf(out, ", %.1f s left", (double)clock.spent / (double)SECOND_US * (1 - share) / share);
		text_append(out, ")");
	}
	text_append(out, "\n");
	return 0;
}

/* `+600s`, `+3d`, `+90` (seconds). */
static int parse_duration(int64_t *out, const char *word, struct error *error)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	char *unit = NULL;
	errno = 0;
	long long number = strtoll(word + 1, &unit, 10);
	if (isdigit((unsigned char)word[1])) {
		for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
			if (strcmp(unit, units[i].unit) != 0)
				continue;
			if (errno == ERANGE || number > ADVANCE_MAXIMUM_US / SECOND_US / units[i].seconds)
				return error_set(error, EINVAL, "\"%s\" is more than ten years", word);
			*out = number * units[i].seconds * SECOND_US;
			return 0;
		}
	}
	return error_set(error, EINVAL, "\"%s\" is no duration: +600s, +10m, +25h and +3d are", word);
}

static int parse_target(struct request *request, int64_t *out, const char *word, bool as_read,
                        struct error *error)
{
	struct chain_clock clock;
	int64_t target = 0;
	if (*word == '+')
		return parse_duration(out, word, error);
	/* `3d` is what `+3d` is meant to be. */
	char signed_word[64];
	snprintf(signed_word, sizeof signed_word, "+%.60s", word);
	if (parse_duration(out, signed_word, NULL) == 0)
		return error_set(error, EINVAL, "\"%s\": the sign is missing, as in +%s", word, word);
	int result = time_point_parse(&target, word, error);
	if (result == 0)
		result = request->chain->operations->clock(request->chain, &clock,
		                                           request_interruption(request), error);
	if (result)
		return result;
	if (target < clock.chain_time && as_read)
		target = clock.chain_time; /* the time just read */
	if (target < clock.chain_time)
		return error_set(error, EINVAL, "\"%s\" is past: chain time never goes back", word);
	if (target - clock.chain_time > ADVANCE_MAXIMUM_US)
		return error_set(error, EINVAL, "\"%s\" is more than ten years away", word);
	*out = target - clock.chain_time;
	return 0;
}

/* Whether the words left are those that the file shows after the time: `TIME, N s ahead of real time`, or
 * behind it, and perhaps in brackets where it is being moved or how long production pauses. */
static bool is_as_read(const struct command *command)
{
	static const char *const forms[][5] = {{"s", "ahead", "of", "real", "time"},
	                                       {"s", "behind", "real", "time"}};
	size_t left = command->count - command->next;

	for (size_t form = 0; form < sizeof forms / sizeof *forms; form++) {
		size_t length = form == 0 ? 5 : 4;
		bool same = left == length + 1 || (left > length + 1 &&
		                                   command->word[command->next + length + 1][0] == '(');
		for (size_t i = 0; i < length && same; i++)
			same = strcmp(command->word[command->next + 1 + i], forms[form][i]) == 0;
		if (same)
			return true;
	}
	return false;
}

int chain_clock_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	const char *word = NULL;
	int64_t us = 0;
	bool skip = false;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &word, "how far chain time shall go (+600s)", error);
	if (result == 0 && strcmp(word, "skip") == 0) {
		skip = true;
		result = command_take_word(&command, &word, "how much later the next block shall be (skip +3d)",
		                           error);
	}
	bool ends = result == 0 && !skip && strcmp(word, "now") == 0;
	bool as_read = result == 0 && is_as_read(&command);
	char time[TIME_TEXT_SIZE];
	if (as_read) {
		snprintf(time, sizeof time, "%.*s", (int)strcspn(word, ","), word);
		word = time;
		command.next = command.count;
	}
	if (result == 0)
		result = command_end(&command, CHAIN_CLOCK_USAGE, error);
	if (result == 0 && !ends)
		result = parse_target(request, &us, word, as_read, error);
	if (result == 0 && ends)
		result = request->chain->operations->clock_end(request->chain, request_interruption(request), error);
	else if (result == 0 && us > 0)
		result = request->chain->operations->clock_advance(request->chain, us, skip,
		                                                   request_interruption(request), error);
	command_release(&command);
	return result;
}
