/* Names: 64-bit values and their text (protocol.md A.1). In the source a name is a uint64_t. */
#ifndef EOSIOFS_CORE_TYPES_NAME_H
#define EOSIOFS_CORE_TYPES_NAME_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { NAME_TEXT_SIZE = 14 };

/* Strict: what is not printed back the same is refused, with nodeos's sentence (3010001). "" is 0. */
int name_parse(uint64_t *out, const char *text, struct error *error);

/* The same for an account that is about to be looked up: "" and names over 12 characters are refused too. */
int name_parse_account(uint64_t *out, const char *text, struct error *error);

/* A name known to be well formed; characters outside the alphabet count as '.'. Folds to a constant at -O1
 * for literals. */
static inline uint64_t name_literal(const char *text)
{
	uint64_t value = 0;
	int i = 0;
	for (; i < 13 && text[i]; i++) {
		uint64_t c = (uint64_t)(text[i] >= 'a' && text[i] <= 'z'   ? text[i] - 'a' + 6
		                        : text[i] >= '1' && text[i] <= '5' ? text[i] - '1' + 1
		                                                           : 0);
		if (i < 12)
			value |= (c & 31) << (64 - 5 * (i + 1));
		else
			value |= c & 15;
	}
	return value;
}

/* For qsort: ascending by value. */
int name_compare(const void *a, const void *b);
/* In that order, each once; how many there are then. */
size_t names_sort(uint64_t *names, size_t count);

/* The text of a name, "" for 0: name_text(name).text in an argument list. */
struct name_text {
	char text[NAME_TEXT_SIZE];
};
struct name_text name_text(uint64_t name);

#endif
