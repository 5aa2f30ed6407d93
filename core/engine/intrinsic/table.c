/* The table of intrinsics, made of core/contracts/intrinsics.def: for each its WebAssembly signature, what
 * is checked of its arguments, and a function that calls it with them. */
#include "core/engine/intrinsic/intrinsic.h"

/* --- what is checked: parameters_NAME --- */

#define INTRINSIC(group, since, result, name, ...) \
	static const struct parameter parameters_##name[] = {__VA_ARGS__};
#define COMPILER_INTRINSIC(group, since, result, name, ...) INTRINSIC(group, since, result, name, __VA_ARGS__)
#define NOTHING {PARAMETER_VALUE, 0, 0, false, false},
#define I32(name) {PARAMETER_VALUE, 0, 0, false, false},
#define U32(name) I32(name)
#define BOOL(name) {PARAMETER_TRUTH, 0, 0, false, false},
#define I64(name) I32(name)
#define U64(name) I32(name)
#define F32(name) I32(name)
#define F64(name) I32(name)
#define TEXT(name) {PARAMETER_TEXT, 1, 1, false, false},
#define IN(name) {PARAMETER_SPAN, 1, 1, false, false},
#define OUT(name) {PARAMETER_SPAN, 1, 1, true, false},
#define IN_APART(name) {PARAMETER_SPAN, 1, 1, false, true},
#define OUT_APART(name) {PARAMETER_SPAN, 1, 1, true, true},
#define ITEMS_OUT(type, name) {PARAMETER_SPAN, sizeof(type), 1, true, false},
#define WORDS_IN(name) {PARAMETER_SPAN, 16, 16, false, false},
#define WORDS_OUT(name) {PARAMETER_SPAN, 16, 16, true, false},
#define WORDS_INOUT(name) {PARAMETER_SPAN, 16, 16, true, false},
#define FROM(type, name, size, alignment) {PARAMETER_OBJECT, size, alignment, false, false},
#define TO(type, name, size, alignment) {PARAMETER_OBJECT, size, alignment, true, false},
#define INOUT(type, name, size, alignment) {PARAMETER_OBJECT, size, alignment, true, false},
#define BLOCK_TO(name) {PARAMETER_BLOCK, 1, 1, true, false},
#define BLOCK_FROM(name) {PARAMETER_BLOCK, 0, 1, false, false},
#include "core/contracts/intrinsics.def"

/* --- the slots by their parameters' names: struct slots_NAME --- */

#define INTRINSIC(group, since, result, name, ...) \
	struct slots_##name { \
		__VA_ARGS__ \
	};
#define COMPILER_INTRINSIC(group, since, result, name, ...) INTRINSIC(group, since, result, name, __VA_ARGS__)
#define NOTHING uint64_t nothing;
#define I32(name) uint64_t name;
#define U32(name) uint64_t name;
#define BOOL(name) uint64_t name;
#define I64(name) uint64_t name;
#define U64(name) uint64_t name;
#define F32(name) uint64_t name;
#define F64(name) uint64_t name;
#define TEXT(name) uint64_t name;
#define IN(name) uint64_t name, name##_length;
#define OUT(name) uint64_t name, name##_length;
#define IN_APART(name) uint64_t name, name##_length;
#define OUT_APART(name) uint64_t name, name##_length;
#define ITEMS_OUT(type, name) uint64_t name, name##_length;
#define WORDS_IN(name) uint64_t name, name##_length;
#define WORDS_OUT(name) uint64_t name, name##_length;
#define WORDS_INOUT(name) uint64_t name, name##_length;
#define FROM(type, name, size, alignment) uint64_t name;
#define TO(type, name, size, alignment) uint64_t name;
#define INOUT(type, name, size, alignment) uint64_t name;
#define BLOCK_TO(name) uint64_t name;
#define BLOCK_FROM(name) uint64_t name;
#include "core/contracts/intrinsics.def"

/* --- the call: call_NAME --- */

union number {
	uint64_t slot;
	float f32;
	double f64;
};

static inline float slot_f32(uint64_t slot)
{
	return (union number){.slot = slot}.f32;
}

static inline double slot_f64(uint64_t slot)
{
	return (union number){.slot = slot}.f64;
}

static inline uint64_t f32_slot(float number)
{
	union number value = {.slot = 0};
	value.f32 = number;
	return value.slot;
}

static inline uint64_t f64_slot(double number)
{
	return (union number){.f64 = number}.slot;
}

static inline void *slot_pointer(uint64_t slot)
{
	return (void *)(uintptr_t)slot;
}

#define CALL_VOID(call) call
#define CALL_NORETURN(call) call
#define CALL_I32(call) slots[0] = (uint32_t)call
#define CALL_U32(call) slots[0] = call
#define CALL_BOOL(call) slots[0] = call
#define CALL_I64(call) slots[0] = (uint64_t)call
#define CALL_U64(call) slots[0] = call
#define CALL_F32(call) slots[0] = f32_slot(call)
#define CALL_F64(call) slots[0] = f64_slot(call)
#define CALL_FIRST(call) call

/* Each argument begins with a comma; a zero stands before the first. */
#define BEHIND_ZERO(zero, ...) __VA_ARGS__
#define ARGUMENTS(...) BEHIND_ZERO(__VA_ARGS__)

#define INTRINSIC(group, since, result, name, ...) \
	static void call_##name(uint64_t *slots) \
	{ \
		const struct slots_##name *in = (const void *)slots; \
		(void)in; \
		CALL_##result(intrinsic_##name(ARGUMENTS(0 __VA_ARGS__))); \
	}
#define COMPILER_INTRINSIC(group, since, result, name, ...) INTRINSIC(group, since, result, name, __VA_ARGS__)
#define NOTHING ,
#define I32(name) , (int32_t)in->name
#define U32(name) , (uint32_t)in->name
#define BOOL(name) , in->name
#define I64(name) , (int64_t)in->name
#define U64(name) , in->name
#define F32(name) , slot_f32(in->name)
#define F64(name) , slot_f64(in->name)
#define TEXT(name) , slot_pointer(in->name)
#define IN(name) , slot_pointer(in->name), (uint32_t)in->name##_length
#define OUT(name) IN(name)
#define IN_APART(name) IN(name)
#define OUT_APART(name) IN(name)
#define ITEMS_OUT(type, name) IN(name)
#define WORDS_IN(name) IN(name)
#define WORDS_OUT(name) IN(name)
#define WORDS_INOUT(name) IN(name)
#define FROM(type, name, size, alignment) , slot_pointer(in->name)
#define TO(type, name, size, alignment) , slot_pointer(in->name)
#define INOUT(type, name, size, alignment) , slot_pointer(in->name)
#define BLOCK_TO(name) , slot_pointer(in->name)
#define BLOCK_FROM(name) , slot_pointer(in->name)
#include "core/contracts/intrinsics.def"

/* --- the table --- */

#define LETTER_VOID "v"
#define LETTER_NORETURN "v"
#define LETTER_I32 "i"
#define LETTER_U32 "i"
#define LETTER_BOOL "i"
#define LETTER_I64 "l"
#define LETTER_U64 "l"
#define LETTER_F32 "f"
#define LETTER_F64 "d"
#define LETTER_FIRST "i"

#define GIVES_FIRST(result) ((result)[0] == 'F' && (result)[1] == 'I')

/* A protocol feature by its name, or: */
enum { FEATURE_ALWAYS = FEATURE_COUNT };

static const struct intrinsic intrinsics[] = {
#define INTRINSIC(group, since, result, name, ...)         \
	{{__VA_ARGS__ ":" LETTER_##result, intrinsic_call},    \
	 #name,                                                \
	 #group,                                               \
	 (enum feature)FEATURE_##since,                        \
	 parameters_##name,                                    \
	 sizeof parameters_##name / sizeof *parameters_##name, \
	 sizeof(struct slots_##name) / sizeof(uint64_t),       \
	 GIVES_FIRST(#result),                                 \
	 call_##name},
#define COMPILER_INTRINSIC(group, since, result, name, ...) INTRINSIC(group, since, result, name, __VA_ARGS__)
#define NOTHING ""
#define I32(name) "i"
#define U32(name) "i"
#define BOOL(name) "i"
#define I64(name) "l"
#define U64(name) "l"
#define F32(name) "f"
#define F64(name) "d"
#define TEXT(name) "i"
#define IN(name) "ii"
#define OUT(name) "ii"
#define IN_APART(name) "ii"
#define OUT_APART(name) "ii"
#define ITEMS_OUT(type, name) "ii"
#define WORDS_IN(name) "ii"
#define WORDS_OUT(name) "ii"
#define WORDS_INOUT(name) "ii"
#define FROM(type, name, size, alignment) "i"
#define TO(type, name, size, alignment) "i"
#define INOUT(type, name, size, alignment) "i"
#define BLOCK_TO(name) "i"
#define BLOCK_FROM(name) "i"
#include "core/contracts/intrinsics.def"
};

const struct intrinsic *intrinsic_at(size_t index)
{
	return index < sizeof intrinsics / sizeof *intrinsics ? &intrinsics[index] : NULL;
}
