/* Names, permission levels and times from arbitrary text: what parses prints back the same. */
#include "core/types/authority.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(uint64_t value)
{
	uint64_t parsed;
	struct name_text text = name_text(value);
	assert(strlen(text.text) < NAME_TEXT_SIZE);
	assert(name_parse(&parsed, text.text, NULL) == 0 && parsed == value);
	assert(name_literal(text.text) == value);
}

static void check_text(const char *text)
{
	struct error error;
	struct permission_level level;
	uint64_t name, again;
	int64_t us, us_again;
	uint32_t seconds;
	if (!name_parse(&name, text, &error))
		assert(!strcmp(name_text(name).text, text));
	else
		assert(error.number && *error.sentence && name == 0);
	assert(name_parse_account(&again, text, &error) || (again == name && *text));
	if (!permission_level_parse(&level, text, &error)) {
		char both[2 * NAME_TEXT_SIZE];

		strcpy(both, name_text(level.actor).text);
		if (strchr(text, '@'))
			strcat(strcat(both, "@"), name_text(level.permission).text);
		assert(!strcmp(both, text));
	}
	if (!time_point_parse(&us, text, &error)) {
		struct time_text printed = time_point_text(us);
		assert(!strncmp(printed.text, text, strlen("2000-01-01T00:00:00")));
		assert(time_point_parse(&us_again, printed.text, NULL) == 0 && us_again == us);
	}
	if (!time_point_sec_parse(&seconds, text, &error)) {
		struct time_text printed = time_point_sec_text(seconds);
		assert(!strncmp(printed.text, text, strlen(printed.text)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* exactly as long as it is, so that a read beyond it is seen */
	uint64_t value;

	memcpy(text, data, size);
	text[size] = 0;
	check_text(text);
	free(text);
	if (size >= sizeof value) {
		memcpy(&value, data, sizeof value);
		check_value(value);
		assert(strlen(time_point_text((int64_t)value).text) < TIME_TEXT_SIZE);
		slot_from_us((int64_t)value);
	}
	return 0;
}
