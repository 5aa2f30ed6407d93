/* Memory of a contract compiled to WebAssembly. In the native build the engine has it, and this is empty. */
#ifdef __wasm__
#include "core/contracts/library/contract.h"

extern uint8_t __heap_base[]; /* where the linker's data end */

void *memmove(void *to, const void *from, size_t length);
void *memcpy(void *restrict to, const void *restrict from, size_t length);

/* The compiler copies by memcpy, equal pointers included, which nodeos refuses. */
void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
	return memmove(to, from, length);
}

/* A run's memory begins zeroed and ends with it, so that nothing is ever given back. */
void *contract_allocate(size_t length)
{
	static uint8_t *next;
	uintptr_t begin = ((uintptr_t)(next ? next : __heap_base) + 15) & ~(uintptr_t)15;
	size_t left = (size_t)__builtin_wasm_memory_size(0) * 65536 - begin;

	if (length > left &&
	    (length > 33 << 20 || __builtin_wasm_memory_grow(0, (length - left + 65535) / 65536) == SIZE_MAX))
		eosio_assert(false, "contract ran out of memory");
	next = (uint8_t *)begin + length;
	return (uint8_t *)begin;
}

#endif
