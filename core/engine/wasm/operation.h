/* The operations of the register code: what translation (translate.c) makes and the interpreter
 * (interpret.c) runs. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_OPERATION_H
#define EOSIOFS_CORE_ENGINE_WASM_OPERATION_H

#include "core/engine/wasm/number.h"

/* d, a, b are slots of the frame unless said otherwise. Jumps: d is how far, in bytes. OPERATION(name) */
#define WASM_CONTROL_OPERATIONS(OPERATION)                                                                 \
	OPERATION(halt)                                                                                        \
	OPERATION(unreachable)                                                                                 \
	OPERATION(copy)     /* d = a */                                                                        \
	OPERATION(constant) /* d = the number whose low half is a, whose high half is b */                     \
	OPERATION(select)   /* d = a or, where the next instruction's a is zero, b */                          \
	OPERATION(jump)                                                                                        \
	OPERATION(jump_copy)  /* a = b */                                                                      \
	OPERATION(jump_table) /* to the a-th of the b instructions behind it, at most the last */              \
	OPERATION(call)       /* a: function defined here; d: where its arguments begin and its result goes */ \
	OPERATION(call_host)  /* a: import */                                                                  \
	OPERATION(call_indirect) /* a: place in the table; b: type; d as above */                              \
	OPERATION(return_value)  /* a; b: where the return lies */                                             \
	OPERATION(return_none)                                                                                 \
	OPERATION(global_get) /* a: global */                                                                  \
	OPERATION(global_set) /* d: global; a */                                                               \
	OPERATION(memory_size)                                                                                 \
	OPERATION(memory_grow) /* a: pages */                                                                  \
	OPERATION(f64_mul_add) /* d = a * b, rounded, + the next instruction's a */                            \
	OPERATION(work) /* a: units of it, of the code since the last one */

/* LOAD(name, type in memory, what the slot holds of that value): d = what lies at a plus b, a number.
 * STORE: at a plus d, a number, the value b. */
#define WASM_LOADS(LOAD) \
	LOAD(load8_u, uint8_t, value) \
	LOAD(load16_u, uint16_t, value) \
	LOAD(load32, uint32_t, value) \
	LOAD(load64, uint64_t, value) \
	LOAD(load8_s32, int8_t, (uint64_t)(uint32_t)value) \
	LOAD(load16_s32, int16_t, (uint64_t)(uint32_t)value) \
	LOAD(load8_s64, int8_t, (uint64_t)value) \
	LOAD(load16_s64, int16_t, (uint64_t)value) \
	LOAD(load32_s64, int32_t, (uint64_t)value)
#define WASM_STORES(STORE) \
	STORE(store8, uint8_t) \
	STORE(store16, uint16_t) \
	STORE(store32, uint32_t) \
	STORE(store64, uint64_t)

/* What lies at a plus d, a number, changes by the value b, or by the number b. ADD_TO(name, type, value) */
#define WASM_ADDS(ADD_TO) \
	ADD_TO(add_to32, uint32_t, GET_i32(pc->b)) \
	ADD_TO(add_to64, uint64_t, GET_i64(pc->b)) \
	ADD_TO(add_to32_c, uint32_t, pc->b) \
	ADD_TO(add_to64_c, uint64_t, (uint64_t)(int32_t)pc->b)

/* All of them, in the order of their numbers; who uses it says what each of these makes. The comparisons,
 * with slots and with a constant, and the jumps by them are in one order. */
#define WASM_ALL_OPERATIONS \
	WASM_CONTROL_OPERATIONS(OPERATION) \
	WASM_LOADS(LOAD) \
	WASM_STORES(STORE) \
	WASM_ADDS(ADD_TO) \
	WASM_BINARY(BINARY) \
	WASM_CHECKED_BINARY(CHECKED_BINARY) \
	WASM_UNARY(UNARY) \
	WASM_CHECKED_UNARY(CHECKED_UNARY) \
	WASM_SIMPLE_I32(CONSTANT) \
	WASM_SIMPLE_I64(CONSTANT) \
	WASM_COMPARE_I32(CONSTANT) \
	WASM_COMPARE_I64(CONSTANT) \
	WASM_COMPARE_I32(JUMP) \
	WASM_COMPARE_I64(JUMP) \
	WASM_COMPARE_I32(JUMP_CONSTANT) \
	WASM_COMPARE_I64(JUMP_CONSTANT) \
	WASM_COMPARE_I32(STEP_JUMP) \
	WASM_COMPARE_I64(STEP_JUMP) \
	WASM_COMPARE_I32(STEP_JUMP_CONSTANT) \
	WASM_COMPARE_I64(STEP_JUMP_CONSTANT)

/* Makes each of them X(name). */
#define OPERATION(name) X(name)
#define LOAD(name, type, slot) X(name)
#define STORE(name, type) X(name)
#define ADD_TO(name, type, value) X(name)
#define BINARY(opcode, name, operand, result, expression) X(name)
#define CHECKED_BINARY(opcode, name, operand, result, fault, expression) X(name)
#define UNARY(opcode, name, operand, result, expression) X(name)
#define CHECKED_UNARY(opcode, name, operand, result, fault, expression) X(name)
/* b: the constant, for i64 extended from 32 bits */
#define CONSTANT(opcode, name, operand, result, expression) X(name##_c)
#define JUMP(opcode, name, operand, result, expression) X(jump_##name)
#define JUMP_CONSTANT(opcode, name, operand, result, expression) X(jump_##name##_c)
/* first the next instruction's d = its a plus its b, a constant; that is compared, too */
#define STEP_JUMP(opcode, name, operand, result, expression) X(step_jump_##name)
#define STEP_JUMP_CONSTANT(opcode, name, operand, result, expression) X(step_jump_##name##_c)

#define X(name) OP_##name,
enum wasm_operation { WASM_ALL_OPERATIONS OPERATIONS };
#undef X

#endif
