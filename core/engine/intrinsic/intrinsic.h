/* What the intrinsics share: the running contract's context, and how one fails. Private to this folder.
 *
 * An intrinsic that fails leaves the contract for good (longjmp to contract_run), so it owns nothing at
 * that moment: release first. */
#ifndef EOSIOFS_CORE_ENGINE_INTRINSIC_INTRINSIC_H
#define EOSIOFS_CORE_ENGINE_INTRINSIC_INTRINSIC_H

#include "core/base/exception.h"
#include "core/engine/run/apply.h"
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
/* For the apply_ functions: leaves when the result is not 0. */
static inline void intrinsic_check(int result)
{
	if (result)
		intrinsic_leave(LEAVE_FAILED);
}

/* Copies as much of data as fits; the whole length when nothing was asked for, else what was copied. */
uint32_t intrinsic_copy_out(void *out, uint32_t out_length, const void *data, size_t length);

/* Memory of the running contract: zeroed, freed all at once when it ends. Leaves with 3070002 beyond 33
 * MiB (nodeos's linear memory). */
struct arena;
void *arena_allocate(struct arena *arena, size_t length);

/* A row of intrinsic/table.c: an intrinsic, its WebAssembly signature (parameters, ':' and result, of i
 * i32, l i64, f f32, d f64, v none; pointers and lengths are i32) and the protocol feature that brings it
 * (NULL: there from the start). */
struct intrinsic {
	const char *name;
	const char *signature;
	const char *feature; /* digest in hex */
	void (*function)(void);
};
const struct intrinsic *intrinsic_find(const char *name, size_t length); /* NULL: none */
const struct intrinsic *intrinsic_at(size_t index);                     /* NULL beyond the last */

/* Runs a function as the context's contract: contract_run once the native twin is known. */
int intrinsic_run(struct apply_context *context,
                  void (*apply)(uint64_t receiver, uint64_t code, uint64_t action));

#endif
