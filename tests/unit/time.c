/* Times and slots: ISO text both ways. */
#include "core/types/time.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void times_round_trip(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} vectors[] = {{"1970-01-01T00:00:00.000", 0},
	               {"2018-06-01T12:00:00.000", INT64_C(1527854400000000)},
	               {"2018-06-08T08:08:08.888", INT64_C(1528445288888000)},
	               {"2000-02-29T23:59:59.999", INT64_C(951868799999000)},
	               {"2100-02-28T00:00:00.001", INT64_C(4107456000001000)},
	               {"1969-12-31T23:59:59.999", -1000},
	               {"9999-12-31T23:59:59.000", INT64_C(253402300799000000)}};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(time_point_parse(&us, vectors[i].text, NULL), 0);
		assert_true(us == vectors[i].us);
		assert_string_equal(time_point_text(us).text, vectors[i].text);
	}
	assert_int_equal(time_point_parse(&us, "2018-06-01T12:00:00", NULL), 0);
	assert_true(us == INT64_C(1527854400000000));
	assert_int_equal(time_point_parse(&us, "2018-06-01T12:00:00.5", NULL), 0);
	assert_true(us == INT64_C(1527854400500000));
	assert_string_equal(time_point_text(INT64_MAX).text, "294247-01-10T04:00:54.775");
	assert_true(strlen(time_point_text(INT64_MIN).text) < TIME_TEXT_SIZE);
}

static void calendar_agrees_with_the_c_library(void **state)
{
	char expected[64];
	(void)state;
	for (uint64_t seconds = 0; seconds <= UINT32_MAX; seconds += 86400 * 3 + 12347) {
		time_t moment = (time_t)seconds;
		struct tm broken;
		uint32_t again;

		struct time_text text = time_point_sec_text((uint32_t)seconds);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", gmtime_r(&moment, &broken));
		assert_string_equal(text.text, expected);
		assert_int_equal(time_point_sec_parse(&again, text.text, NULL), 0);
		assert_int_equal(again, seconds);
	}
}

static void slots_are_half_seconds_since_2000(void **state)
{
	(void)state;
	assert_int_equal(slot_from_us(INT64_C(1528445288888000)), 0x4559ebd1);
	assert_true(slot_to_us(0x4559ebd1) == INT64_C(1528445288500000));
	assert_string_equal(slot_text(0x4559ebd1).text, "2018-06-08T08:08:08.500");
	assert_int_equal(slot_from_us(0), 0);
	assert_int_equal(slot_from_us(-5), 0);
	assert_int_equal(slot_from_us(INT64_MAX), UINT32_MAX);
	assert_int_equal(slot_from_us(slot_to_us(UINT32_MAX)), UINT32_MAX);
	assert_int_equal(slot_from_us(slot_to_us(1000) - 1), 999);
}

static void malformed_times_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} invalid[] = {{"", "does not look like"},
	               {"2018-06-01", "does not look like"},
	               {"2018-06-01 12:00:00", "does not look like"},
	               {"2018-6-01T12:00:00", "does not look like"},
	               {"+018-06-01T12:00:00", "does not look like"},
	               {"2018-13-01T12:00:00", "calendar"},
	               {"2018-02-29T12:00:00", "calendar"},
	               {"1900-02-29T12:00:00", "calendar"},
	               {"2018-06-01T24:00:00", "calendar"},
	               {"2018-06-01T12:00:60", "calendar"},
	               {"2018-00-01T12:00:00", "calendar"},
	               {"2018-06-01T12:00:00Z", "neither Z nor an offset"},
	               {"2018-06-01T12:00:00.000Z", "neither Z nor an offset"},
	               {"2018-06-01T12:00:00+02:00", "neither Z nor an offset"},
	               {"2018-06-01T12:00:00.", "no digit after"},
	               {"2018-06-01T12:00:00.0000", "more than 3 digits"}};
	struct error error;
	uint32_t seconds;
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(time_point_parse(&us, invalid[i].text, &error), -EINVAL);
		assert_non_null(strstr(error.sentence, invalid[i].reason));
		assert_non_null(strstr(error.sentence, invalid[i].text));
	}
	assert_int_equal(time_point_sec_parse(&seconds, "1969-12-31T23:59:59", &error), -EINVAL);
	assert_int_equal(time_point_sec_parse(&seconds, "2106-02-07T06:28:16", &error), -EINVAL);
	assert_int_equal(time_point_sec_parse(&seconds, "2106-02-07T06:28:15.999", &error), 0);
	assert_int_equal(seconds, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_round_trip),
		cmocka_unit_test(calendar_agrees_with_the_c_library),
		cmocka_unit_test(slots_are_half_seconds_since_2000),
		cmocka_unit_test(malformed_times_are_refused_with_the_reason),
	};
	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
