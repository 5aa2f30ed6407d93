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

/* The native twin of a code hash: a bundle's own, or one of a recorded real node's. NULL: none. */
contract_apply *bundle_apply(const struct checksum256 *code_hash);

#endif
