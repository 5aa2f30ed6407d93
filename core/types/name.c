/* Names: 64-bit values and their text (protocol.md A.1). */
#include "core/types/name.h"

#include "core/base/exception.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_CHARACTERS = 13, ACCOUNT_NAME_CHARACTERS = 12 };

struct name_text name_text(uint64_t name)
{
	static const char alphabet[] = ".12345abcdefghijklmnopqrstuvwxyz";
	int length = NAME_CHARACTERS;
	struct name_text out;
	out.text[NAME_CHARACTERS - 1] = alphabet[name & 15];
	name >>= 4;
	for (int i = NAME_CHARACTERS - 2; i >= 0; i--, name >>= 5)
		out.text[i] = alphabet[name & 31];
	while (length && out.text[length - 1] == '.')
		length--;
	out.text[length] = 0;
	return out;
}

int name_parse(uint64_t *out, const char *text, struct error *error)
{
	*out = 0;
	if (strnlen(text, NAME_TEXT_SIZE) > NAME_CHARACTERS)
		return error_chain(error, NAME_TYPE_EXCEPTION, "Name is longer than 13 characters (%s) ", text);
	uint64_t name = name_literal(text);
	struct name_text normalized = name_text(name);
	if (strcmp(normalized.text, text))
		return error_chain(error, NAME_TYPE_EXCEPTION,
		                   "Name not properly normalized (name: %s, normalized: %s) ", text, normalized.text);
	*out = name;
	return 0;
}

int name_parse_account(uint64_t *out, const char *text, struct error *error)
{
	if (!*text) {
		*out = 0;
		return error_chain(error, NAME_TYPE_EXCEPTION, "an account's name cannot be empty");
	}
	if (name_parse(out, text, NULL) == 0 && strlen(text) <= ACCOUNT_NAME_CHARACTERS)
		return 0;
	*out = 0;
	return error_chain(error, NAME_TYPE_EXCEPTION,
	                   "\"%.60s\" is no account name: those are of a-z, 1-5 and dots, at most 12 characters",
	                   text);
}

int name_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

size_t names_sort(uint64_t *names, size_t count)
{
	size_t kept = 0;

	if (count) /* of none there may be no address */
		qsort(names, count, sizeof *names, name_compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || names[i] != names[kept - 1])
			names[kept++] = names[i];
	return kept;
}
