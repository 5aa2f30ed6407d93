/* Calls of intrinsics from WebAssembly: addresses become pointers after the checks that the list of
 * intrinsics asks for, from the last argument to the first as nodeos does it (wasm.md W.8). */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

enum { MISALIGNED_MAXIMUM = 3, OBJECT_MAXIMUM = 64, APART_MAXIMUM = 5, BYTES_OF_WORK = 16 };

/* What one call needs beside its slots. */
struct call {
	struct wasm_machine *machine;
	/* arguments that are not aligned as nodeos wants them: the function works on a copy */
	struct copy {
		void *place;
		uint32_t size;
		bool written;
		_Alignas(16) uint8_t bytes[OBJECT_MAXIMUM];
	} copies[MISALIGNED_MAXIMUM];
	unsigned copies_count;
	struct span {
		const uint8_t *begin, *end;
	} apart[APART_MAXIMUM];
	unsigned apart_count;
	uint64_t bytes;
};

static _Noreturn void access_violation(void)
{
	intrinsic_fail(WASM_EXECUTION_ERROR, "access violation");
}

static void *memory_at(struct call *call, uint64_t address, uint64_t length, bool written)
{
	void *place = wasm_machine_memory(call->machine, address, length, written);
	if (!place)
		access_violation();
	call->bytes += length;
	return place;
}

static uint64_t slot_of(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static uint64_t aligned(struct call *call, const struct parameter *parameter, uint32_t address, uint32_t size,
                        void *place)
{
	if (address % parameter->alignment == 0 || size > OBJECT_MAXIMUM)
		return slot_of(place);
	struct copy *copy = &call->copies[call->copies_count++];
	copy->place = place;
	copy->size = size;
	copy->written = parameter->written;
	memcpy(copy->bytes, place, size);
	return slot_of(copy->bytes);
}

static uint64_t convert_text(struct call *call, uint32_t address)
{
	uint64_t left = wasm_machine_left(call->machine, address);
	const char *text = left ? wasm_machine_memory(call->machine, address, left, false) : NULL;
	const char *end = text ? memchr(text, '\0', left) : NULL;
	if (!end)
		access_violation();
	call->bytes += (uint64_t)(end - text);
	return slot_of(text);
}

static uint64_t convert_span(struct call *call, const struct parameter *parameter, uint32_t address,
                             uint32_t count)
{
	uint64_t length = (uint64_t)count * parameter->size;
	if (length > UINT32_MAX)
		intrinsic_fail(WASM_EXECUTION_ERROR, "eos-vm system failure");
	uint8_t *place = memory_at(call, address, length, parameter->written);
	if (parameter->apart)
		call->apart[call->apart_count++] = (struct span){place, place + length};
	return aligned(call, parameter, address, (uint32_t)length, place);
}

static uint64_t convert_object(struct call *call, const struct parameter *parameter, uint32_t address)
{
	if (!address)
		intrinsic_fail(WASM_EXECUTION_ERROR, "references cannot be created for null pointers");
	return aligned(call, parameter, address, parameter->size,
	               memory_at(call, address, parameter->size, parameter->written));
}

/* last: the slot behind the arguments. */
static void convert(struct call *call, const struct intrinsic *intrinsic, uint64_t *last)
{
	uint64_t *slot = last;
	for (unsigned i = intrinsic->parameters_count; i-- > 0;) {
		const struct parameter *parameter = &intrinsic->parameters[i];
		slot -= parameter->kind == PARAMETER_SPAN ? 2 : 1;
		switch ((enum parameter_kind)parameter->kind) {
		case PARAMETER_VALUE: break;
		case PARAMETER_TRUTH: *slot = (uint32_t)*slot != 0; break;
		case PARAMETER_TEXT: *slot = convert_text(call, (uint32_t)*slot); break;
		case PARAMETER_SPAN:
			*slot = convert_span(call, parameter, (uint32_t)slot[0], (uint32_t)slot[1]);
			break;
		case PARAMETER_OBJECT: *slot = convert_object(call, parameter, (uint32_t)*slot); break;
		case PARAMETER_BLOCK: {
			uint32_t length = (uint32_t)last[-1];
			*slot = slot_of(memory_at(call, (uint32_t)*slot,
			                          length > parameter->size ? length : parameter->size,
			                          parameter->written));
			break;
		}
		}
	}
}

static void check_apart(const struct call *call)
{
	for (unsigned i = 0; i < call->apart_count; i++)
		for (unsigned k = 0; k < i; k++)
			if (call->apart[i].begin < call->apart[k].end && call->apart[k].begin < call->apart[i].end)
				intrinsic_fail(WASM_EXCEPTION, "pointers not allowed to alias");
}

void intrinsic_call(struct wasm_machine *machine, const struct wasm_host_function *function, uint64_t *slots)
{
	/* its first member */
	const struct intrinsic *intrinsic = (const struct intrinsic *)(const void *)function;
	uint64_t first = slots[0];
	struct call call;

	call.machine = machine;
	call.copies_count = call.apart_count = 0;
	call.bytes = 0;
	convert(&call, intrinsic, slots + intrinsic->slots);
	check_apart(&call);
	intrinsic_work((uint32_t)(call.bytes / BYTES_OF_WORK));
	intrinsic->function(slots);
	if (intrinsic->gives_first)
		slots[0] = (uint32_t)first;
	/* converted from the last on: written back from the first on */
	while (call.copies_count-- > 0)
		if (call.copies[call.copies_count].written)
			memcpy(call.copies[call.copies_count].place, call.copies[call.copies_count].bytes,
			       call.copies[call.copies_count].size);
}
