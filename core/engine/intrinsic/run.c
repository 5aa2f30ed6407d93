/* Running a contract: finds the native twin of its code or the code translated, gives it memory and a way
 * out, and takes both away when it ends. */
#include "core/engine/intrinsic/runtime.h"

#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/contracts/intrinsics.h"
#include "core/engine/engine_private.h"
#include "core/engine/state/account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct apply_context *intrinsic_context;

enum { ARENA_FIRST = 16 << 10, ARENA_CHUNK = 64 << 10, ARENA_MAXIMUM = 33 << 20 };

struct arena {
	struct chunk {
		struct chunk *next;
		_Alignas(16) uint8_t data[];
	} *chunks;
	uint8_t *at, *end;
	size_t total;
	_Alignas(16) uint8_t first[ARENA_FIRST];
};

static void arena_release(struct arena *arena)
{
	while (arena->chunks) {
		struct chunk *next = arena->chunks->next;
		free(arena->chunks);
		arena->chunks = next;
	}
}

void *arena_allocate(struct arena *arena, size_t length)
{
	if (length > ARENA_MAXIMUM || arena->total + length > ARENA_MAXIMUM)
		intrinsic_fail(WASM_EXECUTION_ERROR, "contract ran out of memory");
	length = (length + 15) & ~(size_t)15;
	if ((size_t)(arena->end - arena->at) < length) {
		size_t size = length > ARENA_CHUNK ? length : ARENA_CHUNK;
		struct chunk *chunk = memory_allocate(1, sizeof *chunk + size);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->at = chunk->data;
		arena->end = chunk->data + size;
	}
	void *result = arena->at;
	arena->at += length;
	arena->total += length;
	return memset(result, 0, length);
}

void *contract_allocate(size_t length)
{
	return arena_allocate(intrinsic_context->arena, length);
}

void intrinsic_leave(int how)
{
	longjmp(*intrinsic_context->leave, how);
}

void intrinsic_fail(uint32_t code, const char *format, ...)
{
	char sentence[ERROR_SENTENCE_SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	error_chain(intrinsic_context->error, code, "%s", sentence);
	intrinsic_leave(LEAVE_FAILED);
}

void intrinsic_fail_unpack(const struct cursor *in)
{
	apply_fail_unpack(intrinsic_context, in);
	intrinsic_leave(LEAVE_FAILED);
}

struct apply_context *intrinsic_enter(unsigned checks)
{
	struct apply_context *context = intrinsic_context;
	if ((checks & FOR_ACTION) && context->context_free)
		intrinsic_fail(UNACCESSIBLE_API, "only context free api's can be used in this context");
	if ((checks & FOR_CONTEXT_FREE) && !context->context_free)
		intrinsic_fail(UNACCESSIBLE_API, "this API may only be called from context_free apply");
	if ((checks & FOR_PRIVILEGED) && !context->privileged)
		intrinsic_fail(UNACCESSIBLE_API, "%s does not have permission to call this API",
		               name_text(context->receiver).text);
	return context;
}

uint32_t intrinsic_copy_out(void *out, uint32_t out_length, const void *data, size_t length)
{
	if (!out_length)
		return (uint32_t)length;
	size_t copied = length < out_length ? length : out_length;
	if (copied)
		memcpy(out, data, copied);
	return (uint32_t)copied;
}

/* --- running --- */

/* What a contract is: a function of this program, or a module. */
struct contract {
	contract_apply *twin; /* NULL: */
	const struct wasm_module *module;
	uint32_t apply;
};

static bool meter(void *context, uint32_t work)
{
	const struct apply_context *apply = context;
	return transaction_is_late(apply->transaction, work);
}

static int fail(struct apply_context *context, enum wasm_end end)
{
	switch (end) {
	case WASM_DONE: break;
	case WASM_ACCESS_VIOLATION: return error_chain(context->error, WASM_EXECUTION_ERROR, "access violation");
	case WASM_SYSTEM_FAILURE:
		return error_chain(context->error, WASM_EXECUTION_ERROR, "eos-vm system failure");
	case WASM_STOPPED: return transaction_late(context->transaction, context->error);
	}
	return 0;
}

static int run_module(struct apply_context *context, const struct contract *contract)
{
	const struct wasm_limits *limits = &context->transaction->pending->globals.wasm_limits;
	const struct wasm_run run = {limits->max_pages, limits->max_call_depth, meter, context};
	const uint64_t arguments[] = {context->receiver, context->action->account, context->action->name};
	enum wasm_end end = wasm_machine_begin(context->machine, contract->module, &run);
	if (end == WASM_DONE)
		end = wasm_machine_call(context->machine, contract->apply, arguments, 3);
	return fail(context, end);
}

/* In a function of its own, so that nothing the caller keeps in registers lives across setjmp. */
static int run(struct apply_context *context, const struct contract *contract)
{
	jmp_buf leave;
	context->leave = &leave;
	switch (setjmp(leave)) {
	case 0:
		if (!contract->twin)
			return run_module(context, contract);
		contract->twin(context->receiver, context->action->account, context->action->name);
		return 0;
	case LEAVE_EXIT:
		return 0;
	default:
		return -1;
	}
}

static int run_contract(struct apply_context *context, const struct contract *contract)
{
	struct apply_context *outer = intrinsic_context;
	struct arena arena;
	arena.chunks = NULL;
	arena.total = 0;
	arena.at = arena.first;
	arena.end = arena.first + sizeof arena.first;
	context->arena = &arena;
	context->machine = contract->twin ? NULL : context->transaction->pending->runtime->machine;
	intrinsic_context = context;
	int result = run(context, contract);
	bool late = false;
	intrinsic_context = outer;
	if (context->machine) {
		late = transaction_is_late(context->transaction, wasm_machine_untold(context->machine));
		wasm_machine_clear(context->machine);
	}
	context->arena = NULL;
	context->machine = NULL;
	context->leave = NULL;
	arena_release(&arena);
	if (late && result == 0)
		result = transaction_late(context->transaction, context->error);
	return result ? (context->error->number ? -context->error->number : -1) : 0;
}

int intrinsic_run(struct apply_context *context, contract_apply *apply)
{
	return run_contract(context, &(struct contract){.twin = apply});
}

/* Code as it stands in the state, translated once. */
static int find_module(struct apply_context *context, struct contract *contract,
                       const struct checksum256 *code_hash)
{
	static const struct wasm_rules rules = {.mode = WASM_STORED, .find_import = intrinsic_find_import};
	struct wasm_cache *modules = context->transaction->pending->runtime->modules;
	struct wasm_module *module = NULL;
	struct wasm_fault fault;
	struct map_value code;

	contract->module = wasm_cache_get(modules, code_hash->data);
	if (!contract->module && code_get(map_edit_view(context->transaction->edit), &code, code_hash) &&
	    !wasm_module_create(&module, code.data, code.length, &rules, &fault))
		contract->module = wasm_cache_put(modules, code_hash->data, module);
	if (contract->module && wasm_module_can_run(contract->module) &&
	    wasm_module_export(contract->module, &contract->apply, CONTRACT_ENTRY, CONTRACT_SIGNATURE) ==
	        WASM_EXPORT_FOUND)
		return 0;
	return error_chain(context->error, WASM_EXECUTION_ERROR,
	                   "Error building eos-vm interp: wasm parse exception");
}

int contract_run(struct apply_context *context, const struct checksum256 *code_hash)
{
	const struct contract_runtime *runtime = context->transaction->pending->runtime;
	bool hollow;
	struct contract contract = {.twin = bundle_twin(code_hash, &hollow)};
	int result = 0;
	if (!hollow && runtime->options.without_twins)
		contract.twin = NULL;
	if (!contract.twin)
		result = find_module(context, &contract, code_hash);
	return result ? result : run_contract(context, &contract);
}

void intrinsic_work(uint32_t work)
{
	struct wasm_machine *machine = intrinsic_context->machine;
	if (!machine || wasm_machine_work(machine, work))
		return;
	transaction_late(intrinsic_context->transaction, intrinsic_context->error);
	intrinsic_leave(LEAVE_FAILED);
}
