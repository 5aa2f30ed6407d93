/* The interpreter of the register code (operation.h). Where the compiler can, each instruction knows its
 * handler's place, and each handler jumps to the next one's; else a switch finds it. The handlers stand in
 * handlers/, which nothing else includes. */
#include "core/engine/wasm/machine.h"
#include "core/engine/wasm/operation.h"

/* A copy of the function would have its handlers elsewhere. */
#ifdef __clang__
#define IN_ONE_PLACE __attribute__((noinline))
#elif defined __GNUC__
#define IN_ONE_PLACE __attribute__((noinline, noclone))
#else
#define IN_ONE_PLACE
#endif

#ifdef __GNUC__
#define THREADED 1
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define HANDLER(name) handle_##name:
#define DISPATCH goto *(const void *)((const char *)&&handle_halt + pc->operation)
#else
#define THREADED 0
#define UNLIKELY(condition) (condition)
#define HANDLER(name) case OP_##name:
#define DISPATCH goto dispatch
#endif

#define NEXT \
	do { \
		pc++; \
		DISPATCH; \
	} while (0)
#define GO_BY(distance) pc = (const struct wasm_code *)(const void *)((const char *)pc + (int32_t)(distance))

/* Slots by type. */
#define GET_i32(slot) ((uint32_t)fp[slot])
#define GET_i64(slot) (fp[slot])
#define GET_f32(slot) f32_of((uint32_t)fp[slot])
#define GET_f64(slot) f64_of(fp[slot])
#define SET_i32(slot, value) (fp[slot] = (uint32_t)(value))
#define SET_i64(slot, value) (fp[slot] = (uint64_t)(value))
#define SET_f32(slot, value) (fp[slot] = f32_bits(value))
#define SET_f64(slot, value) (fp[slot] = f64_bits(value))

/* Counts work, and now and then asks the meter whether the run may go on. */
#define WORK(units) \
	do { \
		if (UNLIKELY((left -= (units)) < 0)) { \
			machine->left = left; \
			if (!wasm_machine_work(machine, 0)) \
				return WASM_STOPPED; \
			left = machine->left; \
		} \
	} while (0)

/* Where the outermost function returns to: the second one, as to what stands behind a call. */
static const struct wasm_code halt[2] = {{OP_halt, 0, 0, 0}, {OP_halt, 0, 0, 0}};

/* Runs; or, where `places` is given, only tells where the handlers are (NULL: numbers serve). */
IN_ONE_PLACE static enum wasm_end interpret(struct wasm_machine *machine, const struct wasm_function *callee,
                                            uint64_t *frame, const int32_t **places)
{
#if THREADED
#define X(name) [OP_##name] = (int32_t)(&&handle_##name - &&handle_halt),
	static const int32_t handlers[] = {WASM_ALL_OPERATIONS};
#undef X
	if (places) {
		*places = handlers;
		return WASM_DONE;
	}
#else
	if (places) {
		*places = NULL;
		return WASM_DONE;
	}
#endif
	const struct wasm_module *module = machine->module;
	const struct wasm_code *pc = halt;
	uint8_t *memory = machine->memory, *written = machine->written;
	uint64_t length = machine->length, *fp = frame;
	int64_t left = machine->left;
	uint32_t depth = 0, function;

	goto enter;
#if !THREADED
dispatch:
	switch ((enum wasm_operation)pc->operation) {
#endif
#include "core/engine/wasm/handlers/control.inc"
#include "core/engine/wasm/handlers/memory.inc"
#include "core/engine/wasm/handlers/number.inc"
#if !THREADED
	case OPERATIONS: break;
	}
#endif
	return WASM_SYSTEM_FAILURE;
}

enum wasm_end wasm_interpret(struct wasm_machine *machine, const struct wasm_function *function,
                             uint64_t *frame)
{
	return interpret(machine, function, frame, NULL);
}

void wasm_interpreter_link(struct wasm_code *code, size_t count)
{
	const int32_t *places;

	interpret(NULL, NULL, NULL, &places);
	for (size_t i = 0; i < count && places; i++)
		code[i].operation = places[code[i].operation];
}
