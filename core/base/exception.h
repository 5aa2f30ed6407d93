/* The chain's exceptions as a table: code, name, what (protocol.md F.9), and the errno of DESIGN section
 * 3. */
#ifndef EOSIOFS_CORE_BASE_EXCEPTION_H
#define EOSIOFS_CORE_BASE_EXCEPTION_H

#include <stdint.h>

struct exception {
	uint32_t code;
	int number;       /* errno a writer sees */
	const char *name; /* "eosio_assert_message_exception" */
	const char *what; /* "eosio_assert_message assertion failure" */
};

/* The row of a code; an unknown code gives the row of the nearest parent (3050099 -> 3050000), at last
 * chain_exception's. */
const struct exception *exception_find(uint32_t code);

/* The codes by name. */
enum exception_code {
#define EXCEPTION(symbol, code, number, name, what) symbol = code,
#include "core/base/exceptions.def"
};

#endif
