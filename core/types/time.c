/* Chain time and its ISO text (protocol.md A.4). Days are counted with the proleptic Gregorian calendar,
 * no C library involved. */
#include "core/types/time.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 86400, ERA_DAYS = 146097, EPOCH_DAYS = 719468 /* from 0000-03-01 to 1970-01-01 */ };

uint32_t slot_from_us(int64_t us)
{
	int64_t slot = (us / 1000 - SLOT_EPOCH_MS) / SLOT_INTERVAL_MS;

	return us / 1000 < SLOT_EPOCH_MS ? 0 : slot > UINT32_MAX ? UINT32_MAX : (uint32_t)slot;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Years begin in March here, so that the leap day comes last. */
static int64_t days_of_date(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;
	year -= month <= 2;
	era = floor_divide(year, 400);
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
	       EPOCH_DAYS;
}

static void put_digits(char *out, int count, unsigned number)
{
	for (; count--; number /= 10)
		out[count] = (char)('0' + number % 10);
}

static int seconds_print(char out[TIME_TEXT_SIZE], int64_t seconds)
{
	int64_t days = floor_divide(seconds, DAY_SECONDS), second = seconds - days * DAY_SECONDS;
	int64_t era = floor_divide(days + EPOCH_DAYS, ERA_DAYS), day_of_era = days + EPOCH_DAYS - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (int)((5 * day_of_year + 2) / 153), day = (int)(day_of_year - (153 * month + 2) / 5 + 1);

	month += month < 10 ? 3 : -9;
	int64_t year = year_of_era + era * 400 + (month <= 2);
	if (year < 0 || year > 9999)
		return snprintf(out, TIME_TEXT_SIZE, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d", year, month, day,
		                (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
	/* every line of every node's log has two of them */
	memcpy(out, "0000-00-00T00:00:00", sizeof "0000-00-00T00:00:00");
	put_digits(out, 4, (unsigned)year);
	put_digits(out + 5, 2, (unsigned)month);
	put_digits(out + 8, 2, (unsigned)day);
	put_digits(out + 11, 2, (unsigned)(second / 3600));
	put_digits(out + 14, 2, (unsigned)(second / 60 % 60));
	put_digits(out + 17, 2, (unsigned)(second % 60));
	return (int)strlen("0000-00-00T00:00:00");
}

struct time_text time_point_text(int64_t us)
{
	struct time_text out;
	int64_t ms = floor_divide(us, 1000), seconds = floor_divide(ms, 1000);
	char *end = out.text + seconds_print(out.text, seconds);

	memcpy(end, ".000", sizeof ".000");
	put_digits(end + 1, 3, (unsigned)(ms - seconds * 1000));
	return out;
}

struct time_text time_point_sec_text(uint32_t seconds)
{
	struct time_text out;
	seconds_print(out.text, seconds);
	return out;
}

struct time_text slot_text(uint32_t slot)
{
	return time_point_text(slot_to_us(slot));
}

/* The layout of a time: a field's digits follow each other in this pattern, other characters stand for
 * themselves. */
static const char layout[] = "YYYY-MM-DDTHH:MM:SS";
struct field {
	int from, digits, least, most;
};
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };
static const struct field fields[FIELDS] = {
	[YEAR] = {0, 4, 1, 9999}, [MONTH] = {5, 2, 1, 12}, [DAY] = {8, 2, 1, 31},
	[HOUR] = {11, 2, 0, 23}, [MINUTE] = {14, 2, 0, 59}, [SECOND] = {17, 2, 0, 59},
};

/* Reads the fields; false when text does not follow the layout. */
static bool fields_read(int values[FIELDS], const char *text)
{
	if (strnlen(text, sizeof layout - 1) < sizeof layout - 1)
		return false;
	for (size_t i = 0; layout[i]; i++)
		if (strchr("-T:", layout[i]) ? text[i] != layout[i] : !isdigit((unsigned char)text[i]))
			return false;
	for (int i = 0; i < FIELDS; i++) {
		values[i] = 0;
		for (int digit = 0; digit < fields[i].digits; digit++)
			values[i] = values[i] * 10 + text[fields[i].from + digit] - '0';
	}
	return true;
}

static bool fields_in_range(const int values[FIELDS])
{
	static const int lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (values[YEAR] % 4 == 0 && values[YEAR] % 100) || values[YEAR] % 400 == 0;

	for (int i = 0; i < FIELDS; i++)
		if (values[i] < fields[i].least || values[i] > fields[i].most)
			return false;
	return values[DAY] <= lengths[values[MONTH]] + (values[MONTH] == 2 && leap);
}

int time_point_parse(int64_t *out_us, const char *text, struct error *error)
{
	int values[FIELDS], ms = 0, digits = 0;
	const char *rest;
	*out_us = 0;
	if (!fields_read(values, text))
		return error_set(error, EINVAL, "time '%s' does not look like 2024-01-31T12:00:00", text);
	if (!fields_in_range(values))
		return error_set(error, EINVAL, "time '%s' is not on the calendar", text);
	rest = text + sizeof layout - 1;
	if (*rest == '.')
		for (rest++; digits < 3 && isdigit((unsigned char)*rest); digits++)
			ms = ms * 10 + *rest++ - '0';
	if (rest[-1] == '.')
		return error_set(error, EINVAL, "time '%s' has no digit after the point", text);
	if (isdigit((unsigned char)*rest))
		return error_set(error, EINVAL, "time '%s' has more than 3 digits after the point", text);
	if (*rest)
		return error_set(error, EINVAL,
		                 "time '%s' ends in '%s': times are UTC and carry neither Z nor an offset", text,
		                 rest);
	for (; digits < 3; digits++)
		ms *= 10;
	*out_us = ((days_of_date(values[YEAR], values[MONTH], values[DAY]) * DAY_SECONDS + values[HOUR] * 3600 +
	            values[MINUTE] * 60 + values[SECOND]) *
	               1000 +
	           ms) *
	          1000;
	return 0;
}

int time_point_sec_parse(uint32_t *out, const char *text, struct error *error)
{
	int64_t us;
	int result = time_point_parse(&us, text, error);

	*out = 0;
	if (result)
		return result;
	if (us < 0 || us / SECOND_US > UINT32_MAX)
		return error_set(error, EINVAL, "time '%s' is not between 1970-01-01 and 2106-02-07", text);
	*out = (uint32_t)(us / SECOND_US);
	return 0;
}
