/* Why something failed: errno, chain code and sentence. */
#include "core/base/error.h"

#include "core/base/exception.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The sentence is made aside first: an argument may point into the one that is there. */
static void error_fill(struct error *error, int number, uint32_t code, const char *format, va_list arguments)
	__attribute__((format(printf, 4, 0)));
static void error_fill(struct error *error, int number, uint32_t code, const char *format, va_list arguments)
{
	char sentence[ERROR_SENTENCE_SIZE];
	vsnprintf(sentence, sizeof sentence, format, arguments);
	error->number = number;
	error->code = code;
	error->assert_code = 0;
	memcpy(error->sentence, sentence, strlen(sentence) + 1);
}

int error_set(struct error *error, int number, const char *format, ...)
{
	va_list arguments;
	if (error) {
		va_start(arguments, format);
		error_fill(error, number, 0, format, arguments);
		va_end(arguments);
	}
	return -number;
}

int error_chain(struct error *error, uint32_t code, const char *format, ...)
{
	int number = exception_find(code)->number;
	va_list arguments;

	if (error) {
		va_start(arguments, format);
		error_fill(error, number, code, format, arguments);
		va_end(arguments);
	}
	return -number;
}

void error_prefix(struct error *error, const char *format, ...)
{
	char prefix[ERROR_SENTENCE_SIZE / 2];
	size_t length, kept;
	va_list arguments;
	if (!error)
		return;
	va_start(arguments, format);
	vsnprintf(prefix, sizeof prefix - 2, format, arguments);
	va_end(arguments);
	length = strlen(strcat(prefix, ": "));
	kept = strnlen(error->sentence, ERROR_SENTENCE_SIZE - 1 - length);
	memmove(error->sentence + length, error->sentence, kept);
	memcpy(error->sentence, prefix, length);
	error->sentence[length + kept] = 0;
}

void error_append(struct error *error, const char *format, ...)
{
	va_list arguments;
	if (!error)
		return;
	size_t length = strlen(error->sentence);
	va_start(arguments, format);
	vsnprintf(error->sentence + length, ERROR_SENTENCE_SIZE - length, format, arguments);
	va_end(arguments);
}

void error_clear(struct error *error)
{
	if (!error)
		return;
	error->number = 0;
	error->code = 0;
	error->assert_code = 0;
	error->sentence[0] = 0;
}
