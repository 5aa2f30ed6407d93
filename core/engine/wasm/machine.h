/* A machine's inside; private to this folder. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_MACHINE_H
#define EOSIOFS_CORE_ENGINE_WASM_MACHINE_H

#include "core/engine/wasm/module.h"

/* Memory is cleared after a run by what was written: a byte a block says so, set for the block in which a
 * write ends, so that up to the last bytes of the block before may have been written too. */
enum { BLOCK_BITS = 12, BLOCK_BYTES = 1 << BLOCK_BITS, WRITE_MAXIMUM = 8 };

/* How many units of work are done before the meter is asked; what a call of the host costs. */
enum { WORK_INTERVAL = 16384, WORK_HOST_CALL = 32 };

struct wasm_machine {
	uint8_t *memory; /* mapped; zero where nothing was written */
	uint8_t *written; /* owned; a byte a block */
	size_t reserved; /* bytes mapped */
	uint64_t length; /* bytes of memory the module has now */
	uint64_t *stack, *stack_end; /* mapped */
	LIST(uint64_t) globals;
	const struct wasm_module *module; /* NULL: nothing was begun */
	struct wasm_run run;
	int64_t left;   /* work before the meter is asked */
};

/* memory.grow; the answer is the instruction's. */
uint32_t wasm_machine_grow(struct wasm_machine *machine, uint32_t pages);

/* interpret.c: runs a function whose arguments lie at `frame`, where its result goes. */
enum wasm_end wasm_interpret(struct wasm_machine *machine, const struct wasm_function *function,
                             uint64_t *frame);

#endif
