/* Fuzz: any text into the JSON parser; what it takes must print to something it takes again and prints the
 * same. */
#include "core/base/encoding/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void walk(const struct json *node)
{
	int64_t s;
	uint64_t u;
	json_int64(&s, node);
	json_uint64(&u, node);
	(void)json_number(node);
	(void)json_member(node, "a");
	for (const struct json *child = json_first(node); child; child = json_next(child))
		walk(child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct json *json, *again;
	struct error error = {0};
	struct text once = TEXT_EMPTY, twice = TEXT_EMPTY, indented = TEXT_EMPTY;
	json_indent(&indented, (const char *)data, length); /* of any text */
	text_clear(&indented);
	if (json_parse(&json, (const char *)data, length, &error) < 0) {
		if (!error.sentence[0])
			abort();
		goto out;
	}
	walk(json);
	json_print(&once, json);
	json_release(json);
	json_indent(&indented, text_string(&once), once.length);
	if (json_parse(&again, text_string(&indented), indented.length, &error) < 0)
		abort();
	json_print(&twice, again);
	json_release(again);
	if (strcmp(text_string(&once), text_string(&twice)) != 0)
		abort();
out:
	text_release(&once);
	text_release(&twice);
	text_release(&indented);
	return 0;
}
