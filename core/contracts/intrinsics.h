/* The chain's intrinsics under their own names, as contracts call them; what each does is EOSIO's
 * documentation of it, the list is intrinsics.def. Names, times and sizes are plain integers; 128-bit
 * integers, and quadruple precision numbers (raw, 16 bytes), go by pointer. A function with data and
 * length to fill gives the whole size when length is 0. Freestanding: only headers of the language.
 *
 * Compiled to WebAssembly they are imports. In the native build the program's own symbols are called
 * (core/engine/intrinsic/), whose names begin with intrinsic_, so that `expiration` stays free in the rest
 * of the program. */
#ifndef EOSIOFS_CORE_CONTRACTS_INTRINSICS_H
#define EOSIOFS_CORE_CONTRACTS_INTRINSICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define INTRINSIC(group, since, result, name, ...) PROTOTYPE(result, name, __VA_ARGS__);
#else
#define INTRINSIC(group, since, result, name, ...) \
	PROTOTYPE(result, name, __VA_ARGS__) __asm__("intrinsic_" #name);
#endif
#define COMPILER_INTRINSIC(group, since, result, name, ...)
#include "core/contracts/prototypes.def"
#include "core/contracts/intrinsics.def"

/* Memory of the running contract, zeroed, aligned to 16, gone when it ends. */
void *contract_allocate(size_t length);

#endif
