/* What the intrinsics share: the running contract's context, and how one fails. Private to this folder.
 *
 * An intrinsic that fails leaves the contract for good (longjmp to contract_run), so it owns nothing at
 * that moment: release first. */
#ifndef EOSIOFS_CORE_ENGINE_INTRINSIC_INTRINSIC_H
#define EOSIOFS_CORE_ENGINE_INTRINSIC_INTRINSIC_H

#include "core/base/exception.h"
#include "core/engine/intrinsic/functions.h"
#include "core/engine/run/apply.h"
#include "core/engine/state/feature.h"
#include "core/engine/wasm/wasm.h"
#include "core/types/name.h"

/* The contract that runs on this thread; NULL outside contract_run. */
extern _Thread_local struct apply_context *intrinsic_context;

/* What an intrinsic asks of its caller (nodeos's context_aware_check, privileged_check,
 * context_free_check). */
enum { FOR_ACTION = 1, FOR_PRIVILEGED = 2, FOR_CONTEXT_FREE = 4 };

/* The context, after these checks; 3050007 when one fails. */
struct apply_context *intrinsic_enter(unsigned checks);

enum { LEAVE_FAILED = 1, LEAVE_EXIT = 2 };
_Noreturn void intrinsic_leave(int how);
/* Sets the chain exception and leaves. */
_Noreturn void intrinsic_fail(uint32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For packed data that did not decode, in nodeos's words (wasm.md W.8). in: where it failed; what it
 * read may be gone. */
_Noreturn void intrinsic_fail_unpack(const struct cursor *in);
/* For the apply_ functions: leaves when the result is not 0. */
static inline void intrinsic_check(int result)
{
	if (result)
		intrinsic_leave(LEAVE_FAILED);
}

/* Counts work beside the call itself (bytes hashed, rounds); leaves when the transaction has run too long. */
void intrinsic_work(uint32_t work);

/* Copies as much of data as fits; the whole length when nothing was asked for, else what was copied. */
uint32_t intrinsic_copy_out(void *out, uint32_t out_length, const void *data, size_t length);

/* Memory of the running contract: zeroed, freed all at once when it ends. Leaves with 3070002 beyond 33
 * MiB (nodeos's linear memory). */
struct arena;
void *arena_allocate(struct arena *arena, size_t length);

/* --- the table (table.c) --- */

enum parameter_kind {
	PARAMETER_VALUE,
	PARAMETER_TRUTH,  /* any number but 0 is true */
	PARAMETER_TEXT,   /* up to a NUL */
	PARAMETER_SPAN,   /* the next parameter counts its elements */
	PARAMETER_OBJECT, /* of `size` bytes */
	PARAMETER_BLOCK,  /* of as many bytes as the last parameter says */
};

struct parameter {
	uint8_t kind;
	uint8_t size;      /* of an element or object; of a block the least there must be */
	uint8_t alignment; /* one that is not aligned is copied, and copied back (wasm.md W.8) */
	bool written, apart;
};

/* A row: what can be imported, how it is checked, and what calls it. */
struct intrinsic {
	struct wasm_host_function host; /* its signature; the call that checks: intrinsic_call */
	const char *name, *group;
	enum feature feature; /* FEATURE_COUNT: there from the start */
	const struct parameter *parameters;
	uint8_t parameters_count, slots;
	bool gives_first;                /* the result is the first parameter */
	/* calls with arguments as they were checked: pointers of this process */
	void (*function)(uint64_t *slots);
};
const struct intrinsic *intrinsic_at(size_t index); /* NULL beyond the last */
const struct intrinsic *intrinsic_find(const char *name, size_t length); /* NULL: none */
/* The same for modules; what nodeos's own code injection imports is known too, though no contract may. */
const struct wasm_host_function *intrinsic_find_import(struct wasm_name module, struct wasm_name field);
/* call.c: the host's side of every intrinsic, checking its arguments. */
void intrinsic_call(struct wasm_machine *machine, const struct wasm_host_function *function, uint64_t *slots);

/* Runs a function as the context's contract: contract_run once the native twin is known. */
int intrinsic_run(struct apply_context *context,
                  void (*apply)(uint64_t receiver, uint64_t code, uint64_t action));

#endif
