/* The contracts that ship with eosiofs: name, code (a small WebAssembly module that names contract and
 * version), ABI, and the native function that the code's hash stands for. */
#ifndef EOSIOFS_CORE_CONTRACTS_BUNDLE_H
#define EOSIOFS_CORE_CONTRACTS_BUNDLE_H

#include "core/base/hash.h"

typedef void contract_apply(uint64_t receiver, uint64_t code, uint64_t action);

struct bundle {
	const char *name;     /* "eosio.token" */
	const uint8_t *code;  /* the .wasm */
	size_t code_length;
	const char *abi;      /* the .abi: JSON, NUL-terminated */
};

/* In alphabetical order; NULL beyond the last. */
const struct bundle *bundle_at(size_t index);
const struct bundle *bundle_find(const char *name);

/* A function of this program that does what the code of that hash does. */
struct bundle_twin {
	struct checksum256 hash;
	contract_apply *apply;
	bool hollow; /* the code itself does nothing: only the twin can run */
};
/* The twin of a bundle's code, past and present, or of a recorded real node's. NULL: none. */
const struct bundle_twin *bundle_twin(const struct checksum256 *code_hash);

#endif
