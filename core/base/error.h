/* Why something failed. Functions return 0 or -errno and leave the sentence, and the chain's own code,
 * here. */
#ifndef EOSIOFS_CORE_BASE_ERROR_H
#define EOSIOFS_CORE_BASE_ERROR_H

#include <stdint.h>

enum { ERROR_SENTENCE_SIZE = 2048 };

struct error {
	int number;            /* errno, positive; 0 when nothing failed */
	/* the chain's exception code (protocol.md F.9), 0 when the failure is not the chain's */
	uint32_t code;
	uint64_t assert_code;  /* eosio_assert_code's value when code is 3050004 */
	/* lower case, no full stop, names the culprit; a chain's message as the chain words it */
	char sentence[ERROR_SENTENCE_SIZE];
};

/* Sets the error and returns -number, so that `return error_set(error, EINVAL, "…")` reads well. error may
 * be NULL. Overlong sentences are cut. */
int error_set(struct error *error, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a chain exception: number follows from the code (see exception.h). */
int error_chain(struct error *error, uint32_t code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "format: " before the sentence that is there; the number and the code stay. */
void error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts more behind the sentence that is there. */
void error_append(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

void error_clear(struct error *error);

#endif
