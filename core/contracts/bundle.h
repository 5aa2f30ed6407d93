/* The contracts that ship with eosiofs: name, code (WebAssembly, compiled by `make contracts` from the
 * sources beside it), ABI, and the native function that does the same. */
#ifndef EOSIOFS_CORE_CONTRACTS_BUNDLE_H
#define EOSIOFS_CORE_CONTRACTS_BUNDLE_H

#include "core/base/crypto/hash.h"

typedef void contract_apply(uint64_t receiver, uint64_t code, uint64_t action);

/* Made by embed_code.S. */
struct bundle_code {
	const uint8_t *data;
	size_t length;
	struct checksum256 hash;
};

struct bundle {
	const char *name;     /* "eosio.token" */
	const struct bundle_code *code; /* the .wasm */
	const char *abi;      /* the .abi: JSON, NUL-terminated */
	contract_apply *apply; /* what the code was compiled from */
};

/* In alphabetical order; NULL beyond the last. */
const struct bundle *bundle_at(size_t index);
const struct bundle *bundle_find(const char *name);

/* The native twin of a code: a bundle's own, an earlier version's, or one of a recorded real node's. NULL:
 * none. *hollow: the code itself does nothing, only its twin can run. */
contract_apply *bundle_twin(const struct checksum256 *code_hash, bool *hollow);

#endif
