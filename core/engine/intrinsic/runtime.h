/* What a ledger's contracts run in: a machine for WebAssembly, the modules translated so far, and how it is
 * chosen what runs. */
#ifndef EOSIOFS_CORE_ENGINE_INTRINSIC_RUNTIME_H
#define EOSIOFS_CORE_ENGINE_INTRINSIC_RUNTIME_H

#include "core/engine/intrinsic/intrinsic.h"

/* What a contract's code must export. */
#define CONTRACT_ENTRY "apply"
#define CONTRACT_SIGNATURE "lll:v"

struct contract_runtime {
	struct wasm_machine *machine; /* owned */
	struct wasm_cache *modules;   /* owned */
	struct database_cache *database; /* owned; NULL: none was needed yet */
	struct contract_options options;
};
struct contract_runtime *contract_runtime_create(void);
void contract_runtime_destroy(struct contract_runtime *runtime); /* NULL is fine */

#endif
