/* The runtime of a ledger's contracts, made and unmade (runtime.h). */
#include "core/engine/intrinsic/runtime.h"

#include "core/base/memory.h"
#include "core/engine/intrinsic/cache.h"

#include <stdlib.h>

enum { MODULES_MAXIMUM = 64 << 20 };

struct contract_runtime *contract_runtime_create(void)
{
	struct contract_runtime *runtime = memory_allocate(1, sizeof *runtime);
	runtime->machine = wasm_machine_create();
	runtime->modules = wasm_cache_create(MODULES_MAXIMUM);
	return runtime;
}

void iterator_cache_release(struct iterator_cache *cache)
{
	free(cache->tables);
	free(cache->iterators);
	free(cache->slots);
	*cache = (struct iterator_cache){0};
}

void contract_runtime_destroy(struct contract_runtime *runtime)
{
	if (!runtime)
		return;
	wasm_machine_destroy(runtime->machine);
	wasm_cache_destroy(runtime->modules);
	if (runtime->database) {
		iterator_cache_release(&runtime->database->rows);
		for (size_t i = 0; i < SECONDARY_TYPES; i++)
			iterator_cache_release(&runtime->database->secondary[i]);
		free(runtime->database);
	}
	free(runtime);
}
