/* Running a contract: finds the native twin of its code, gives it memory and a way out, and takes both
 * away when it ends. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/contracts/intrinsics.h"

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

void *intrinsic_allocate(size_t length)
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

struct apply_context *intrinsic_enter(unsigned checks)
{
	struct apply_context *context = intrinsic_context;
	if ((checks & FOR_PRIVILEGED) && !context->privileged)
		intrinsic_fail(UNACCESSIBLE_API, "%s does not have permission to call this API",
		               name_text(context->receiver).text);
	if ((checks & FOR_ACTION) && context->context_free)
		intrinsic_fail(UNACCESSIBLE_API, "only context free api's can be used in this context");
	if ((checks & FOR_CONTEXT_FREE) && !context->context_free)
		intrinsic_fail(UNACCESSIBLE_API, "this API may only be called from context_free apply");
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

/* In a function of its own, so that nothing the caller keeps in registers lives across setjmp. */
static int run(struct apply_context *context, contract_apply *apply)
{
	jmp_buf leave;
	context->leave = &leave;
	switch (setjmp(leave)) {
	case 0:
		apply(context->receiver, context->action->account, context->action->name);
		return 0;
	case LEAVE_EXIT:
		return 0;
	default:
		return -1;
	}
}

int intrinsic_run(struct apply_context *context, contract_apply *apply)
{
	struct apply_context *outer = intrinsic_context;
	struct arena arena;
	arena.chunks = NULL;
	arena.total = 0;
	arena.at = arena.first;
	arena.end = arena.first + sizeof arena.first;
	context->arena = &arena;
	context->database = NULL; /* lies in the arena */
	intrinsic_context = context;
	int result = run(context, apply);
	intrinsic_context = outer;
	context->database = NULL;
	context->arena = NULL;
	context->leave = NULL;
	arena_release(&arena);
	return result ? (context->error->number ? -context->error->number : -1) : 0;
}

int contract_run(struct apply_context *context, const struct checksum256 *code_hash)
{
	contract_apply *apply = bundle_apply(code_hash);
	if (!apply) {
		char hash[65];
		checksum256_print(hash, code_hash);
		return error_chain(context->error, WASM_EXECUTION_ERROR,
		                   "code %s of account %s is no bundled contract; only those run here", hash,
		                   name_text(context->receiver).text);
	}
	return intrinsic_run(context, apply);
}
