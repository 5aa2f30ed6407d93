/* Running what wasm_random.c makes: as a module in the interpreter, and as trees by a plain evaluator. Both
 * leave their results and globals in memory, which must be the same, as must be how they ended. */
#include "tests/wasm_random.h"

/* --- as trees --- */

enum outcome { WENT_ON, LEFT_BLOCK, RETURNED, TRAPPED_ACCESS, TRAPPED_SYSTEM, GAVE_UP };

struct evaluator {
	struct program *p;
	uint8_t memory[RANDOM_MEMORY];
	uint64_t globals[3], returned;
	unsigned steps, leaving; /* LEFT_BLOCK: how many more to leave */
	enum outcome outcome;
};

static uint64_t evaluate(struct evaluator *e, uint64_t *locals, const struct node *n);

static float as_float(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float number;
	memcpy(&number, &low, sizeof number);
	return number;
}

static double as_double(uint64_t bits)
{
	double number;
	memcpy(&number, &bits, sizeof number);
	return number;
}

static uint64_t of_float(float number)
{
	uint32_t bits;
	memcpy(&bits, &number, sizeof bits);
	return bits;
}

static uint64_t of_double(double number)
{
	uint64_t bits;
	memcpy(&bits, &number, sizeof bits);
	return bits;
}

static bool nan_bits(uint64_t bits, bool wide)
{
	return wide ? (bits & 0x7fffffffffffffff) > 0x7ff0000000000000 : (bits & 0x7fffffff) > 0x7f800000;
}

/* The rule for NaN (wasm.md W.7) on bits alone. */
static uint64_t float_result(uint64_t a, uint64_t b, uint64_t result, bool wide)
{
	uint64_t quiet = wide ? 0x8000000000000 : 0x400000, none = wide ? 0xfff8000000000000 : 0xffc00000;
	if (!nan_bits(result, wide))
		return result;
	return nan_bits(a, wide) ? a | quiet : nan_bits(b, wide) ? b | quiet : none;
}

static uint64_t least_or_greatest(uint64_t a, uint64_t b, bool wide, bool least)
{
	uint64_t sign = wide ? 0x8000000000000000 : 0x80000000;
	bool less = wide ? as_double(a) < as_double(b) : as_float(a) < as_float(b);
	if (nan_bits(a, wide) || nan_bits(b, wide))
		return nan_bits(a, wide) ? a : b;
	if ((a ^ b) & sign)
		return (a & sign ? true : false) == least ? a : b;
	return less == least ? a : b;
}

static uint64_t float_operation(unsigned which, uint64_t a, uint64_t b, bool wide)
{
	volatile double x = as_double(a), y = as_double(b);
	volatile float s = as_float(a), t = as_float(b);
	switch (which) {
	case 0: return float_result(a, b, wide ? of_double(x + y) : of_float(s + t), wide);
	case 1: return float_result(a, b, wide ? of_double(x - y) : of_float(s - t), wide);
	case 2: return float_result(a, b, wide ? of_double(x * y) : of_float(s * t), wide);
	case 3: return float_result(a, b, wide ? of_double(x / y) : of_float(s / t), wide);
	default: return least_or_greatest(a, b, wide, which == 4);
	}
}

static uint64_t compare_integers(unsigned which, int64_t a, int64_t b, uint64_t ua, uint64_t ub)
{
	const bool results[] = {ua == ub, ua != ub, a<b, ua<ub, a> b, ua> ub, a <= b, ua <= ub, a >= b, ua >= ub};
	return results[which];
}

static uint64_t integer_operation(struct evaluator *e, unsigned which, uint64_t a, uint64_t b,
                                  unsigned bits)
{
	uint64_t mask = bits == 64 ? UINT64_MAX : UINT32_MAX, shift = b % bits;
	__int128 sa = bits == 64 ? (int64_t)a : (int32_t)a, sb = bits == 64 ? (int64_t)b : (int32_t)b;
	if (which >= 3 && which <= 6 && (!b || (which == 3 && sa == -((__int128)1 << (bits - 1)) && sb == -1))) {
		e->outcome = TRAPPED_ACCESS;
		return 0;
	}
	switch (which) {
	case 0: return (a + b) & mask;
	case 1: return (a - b) & mask;
	case 2: return (a * b) & mask;
	case 3: return (uint64_t)(sa / sb) & mask;
	case 4: return a / b;
	case 5: return (uint64_t)(sa % sb) & mask;
	case 6: return a % b;
	case 7: return a & b;
	case 8: return a | b;
	case 9: return a ^ b;
	case 10: return a << shift & mask;
	case 11: return (uint64_t)(sa >> shift) & mask;
	case 12: return a >> shift;
	case 13: return shift ? (a << shift | a >> (bits - shift)) & mask : a;
	default: return shift ? (a >> shift | a << (bits - shift)) & mask : a;
	}
}

static uint64_t binary_of(struct evaluator *e, uint8_t opcode, uint64_t a, uint64_t b)
{
	double x = as_double(a), y = as_double(b);
	const bool floats[] = {x == y, x != y, x<y, x> y, x <= y, x >= y};
	if (opcode >= 0x46 && opcode <= 0x4f)
		return compare_integers(opcode - 0x46u, (int32_t)a, (int32_t)b, a, b);
	if (opcode >= 0x51 && opcode <= 0x5a)
		return compare_integers(opcode - 0x51u, (int64_t)a, (int64_t)b, a, b);
	if (opcode >= 0x61 && opcode <= 0x66)
		return floats[opcode - 0x61];
	if (opcode >= 0x6a && opcode <= 0x78)
		return integer_operation(e, opcode - 0x6au, a, b, 32);
	if (opcode >= 0x7c && opcode <= 0x8a)
		return integer_operation(e, opcode - 0x7cu, a, b, 64);
	return opcode >= 0xa0 ? float_operation(opcode - 0xa0u, a, b, true)
	                      : float_operation(opcode - 0x92u, a, b, false);
}

static uint64_t truncated(struct evaluator *e, double number, double least, double beyond)
{
	if (!(number > least && number < beyond)) {
		e->outcome = TRAPPED_SYSTEM;
		return 0;
	}
	return number >= 0x1p63 ? (uint64_t)(number - 0x1p63) + 0x8000000000000000 : (uint64_t)(int64_t)number;
}

static uint64_t whole(double number, uint64_t bits, double (*function)(double))
{
	return nan_bits(bits, true) || fabs(number) >= 0x1p52 ? bits
	                                                      : of_double(copysign(function(number), number));
}

static uint64_t unary_of(struct evaluator *e, uint8_t opcode, uint64_t a)
{
	uint64_t count = 0;
	switch (opcode) {
	case 0x45:
	case 0x50: return a == 0;
	case 0x67: return a ? (uint64_t)__builtin_clz((uint32_t)a) : 32;
	case 0x69:
		for (; a; a &= a - 1)
			count++;
		return count;
	case 0x7a: return a ? (uint64_t)__builtin_ctzll(a) : 64;
	case 0xa7: return a & UINT32_MAX;
	case 0xaa: return truncated(e, as_double(a), -2147483648.0 - 0x1p-21, 0x1p31) & UINT32_MAX;
	case 0xb1: return truncated(e, as_double(a), -1.0, 0x1p64);
	case 0xac: return (uint64_t)(int32_t)a;
	case 0xad:
	case 0xbc:
	case 0xbd:
	case 0xbe:
	case 0xbf: return a;
	case 0x8c: return a ^ 0x80000000;
	case 0x91: return float_result(a, a, of_float(sqrtf(as_float(a))), false);
	case 0xb2: return of_float((float)(int32_t)a);
	case 0xb6:
		if (nan_bits(a, true))
			return (a >> 32 & 0x80000000) | 0x7fc00000 | (a >> 29 & 0x7fffff);
		return of_float((float)as_double(a));
	case 0x9d: return whole(as_double(a), a, trunc);
	case 0x9e: return whole(as_double(a), a, nearbyint);
	case 0xba: return of_double((double)a);
	default: /* 0xbb */
		if (nan_bits(a, false))
			return (a & 0x80000000) << 32 | 0x7ff8000000000000 | (a & 0x7fffff) << 29;
		return of_double((double)as_float(a));
	}
}

static unsigned size_of(char type)
{
	return type == 'i' || type == 'f' ? 4 : 8;
}

static uint64_t *memory_of(struct evaluator *e, uint64_t address, const struct node *n, char type)
{
	address = (address & (RANDOM_MEMORY - 1)) + n->index;
	if (address + size_of(type) > RANDOM_MEMORY) {
		e->outcome = TRAPPED_ACCESS;
		return NULL;
	}
	return (uint64_t *)(void *)(e->memory + address);
}

static uint64_t call(struct evaluator *e, uint32_t function, uint64_t a, uint64_t b)
{
	uint64_t locals[RANDOM_LOCALS] = {a, b};
	evaluate(e, locals, e->p->bodies[function]);
	if (e->outcome == WENT_ON)
		return evaluate(e, locals, e->p->results[function]);
	if (e->outcome == RETURNED)
		e->outcome = WENT_ON;
	return e->returned;
}

/* The end of what can be left: was it this that was to be left? */
static bool end_of_block(struct evaluator *e)
{
	if (e->outcome != LEFT_BLOCK)
		return false;
	if (e->leaving-- == 0)
		e->outcome = WENT_ON;
	return e->outcome == WENT_ON;
}

static void run_loop(struct evaluator *e, uint64_t *locals, const struct node *n)
{
	for (uint64_t i = 0; i <= n->value && e->outcome == WENT_ON; i++) {
		evaluate(e, locals, n->part[0]);
		if (end_of_block(e))
			return;
	}
}

static void evaluate_add_to(struct evaluator *e, uint64_t *locals, const struct node *n,
                            uint64_t first)
{
	uint64_t *place = memory_of(e, first, n, n->type), now = 0, by;
	if (!place)
		return;
	memcpy(&now, place, size_of(n->type));
	by = evaluate(e, locals, n->part[1]);
	now += n->less ? -by : by;
	if (e->outcome == WENT_ON)
		memcpy(place, &now, size_of(n->type));
}

static uint64_t run_statement(struct evaluator *e, uint64_t *locals, const struct node *n,
                              uint64_t first)
{
	uint64_t *place, second;
	switch ((enum node_kind)n->kind) {
	case NODE_SET:
	case NODE_TEE: return locals[n->index] = first;
	case NODE_SET_GLOBAL: return e->globals[n->index] = first;
	case NODE_STORE:
		second = evaluate(e, locals, n->part[1]);
		if (e->outcome == WENT_ON && (place = memory_of(e, first, n, n->part[1]->type)))
			memcpy(place, &second, size_of(n->part[1]->type));
		return 0;
	case NODE_ADD_TO: evaluate_add_to(e, locals, n, first); return 0;
	case NODE_BREAK_IF:
		if (first) {
			e->outcome = LEFT_BLOCK;
			e->leaving = n->index;
		}
		return 0;
	case NODE_RETURN_IF:
		if (first) {
			e->returned = evaluate(e, locals, n->part[1]);
			e->outcome = e->outcome == WENT_ON ? RETURNED : e->outcome;
		}
		return 0;
	case NODE_SWITCH:
		if (first == 0)
			evaluate(e, locals, n->part[1]);
		if (first <= 1 && e->outcome == WENT_ON)
			evaluate(e, locals, n->part[2]);
		return 0;
	default: return 0;
	}
}

static uint64_t evaluate_value(struct evaluator *e, uint64_t *locals, const struct node *n,
                               uint64_t first)
{
	uint64_t second, third, result = 0, *place;
	switch ((enum node_kind)n->kind) {
	case NODE_UNARY: return unary_of(e, n->opcode, first);
	case NODE_LOAD:
		if ((place = memory_of(e, first, n, n->type)))
			memcpy(&result, place, size_of(n->type));
		return result;
	case NODE_BLOCK_VALUE:
		second = evaluate(e, locals, n->part[1]);
		return e->outcome != WENT_ON || second ? first : evaluate(e, locals, n->part[2]);
	default: break;
	}
	second = evaluate(e, locals, n->part[1]);
	if (e->outcome != WENT_ON)
		return 0;
	if (n->kind == NODE_BINARY)
		return binary_of(e, n->opcode, first, second);
	if (n->kind == NODE_CALL)
		return call(e, n->index, first, second);
	third = evaluate(e, locals, n->part[2]);
	return third ? first : second;
}

static uint64_t evaluate(struct evaluator *e, uint64_t *locals, const struct node *n)
{
	uint64_t first;
	if (!n || e->outcome != WENT_ON)
		return 0;
	if (++e->steps > RANDOM_STEPS) {
		e->outcome = GAVE_UP;
		return 0;
	}
	switch ((enum node_kind)n->kind) {
	case NODE_LIST:
		for (; n && e->outcome == WENT_ON; n = n->part[1])
			evaluate(e, locals, n->part[0]);
		return 0;
	case NODE_CONSTANT: return n->value;
	case NODE_LOCAL: return locals[n->index];
	case NODE_GLOBAL: return e->globals[n->index];
	case NODE_IF_VALUE:
	case NODE_IF:
		first = evaluate(e, locals, n->part[2]);
		if (e->outcome != WENT_ON)
			return 0;
		first = evaluate(e, locals, n->part[first ? 0 : 1]);
		if (n->kind == NODE_IF)
			end_of_block(e);
		return first;
	case NODE_LOOP: run_loop(e, locals, n); return 0;
	default: break;
	}
	first = evaluate(e, locals, n->part[0]);
	if (e->outcome != WENT_ON)
		return 0;
	return n->kind == NODE_TEE || n->kind >= NODE_SET ? run_statement(e, locals, n, first)
	                                                  : evaluate_value(e, locals, n, first);
}

static void program_evaluate(struct program *p, struct evaluator *e, uint64_t a, uint64_t b)
{
	*e = (struct evaluator){.p = p};
	for (uint32_t i = 0; i < RANDOM_FUNCTIONS && e->outcome == WENT_ON; i++) {
		uint64_t result = call(e, i, a & UINT32_MAX, b);
		if (e->outcome == WENT_ON)
			memcpy(e->memory + 8 * i, &result, size_of(p->types[i]));
	}
	if (e->outcome == WENT_ON)
		memcpy(e->memory + GLOBALS_AT, e->globals, sizeof e->globals);
}

/* --- both --- */

const char *random_module_differs(struct wasm_machine *machine, const uint8_t *data, size_t length)
{
	static struct program program;
	static struct evaluator evaluator;
	const struct wasm_rules rules = test_rules(WASM_STORED, NULL);
	const struct wasm_run run = {528, 251, NULL, NULL};
	uint64_t arguments[3] = {0};
	struct bytes code = {0};
	struct wasm_module *module;
	struct wasm_fault fault;
	const char *why = NULL;
	uint32_t apply;
	memcpy(arguments, data, length < 16 ? length : 16);
	program_make(&program, data, length);
	program_evaluate(&program, &evaluator, arguments[0], arguments[1]);
	if (evaluator.outcome == GAVE_UP)
		return NULL;
	program_write(&program, &code);
	if (wasm_module_create(&module, code.data, code.length, &rules, &fault)) {
		why = "the module is refused";
	} else {
		wasm_module_export(module, &apply, "apply", "lll:v");
		wasm_machine_begin(machine, module, &run);
		enum wasm_end end = wasm_machine_call(machine, apply, arguments, 3);
		enum wasm_end expected = evaluator.outcome == WENT_ON          ? WASM_DONE
		                         : evaluator.outcome == TRAPPED_ACCESS ? WASM_ACCESS_VIOLATION
		                                                               : WASM_SYSTEM_FAILURE;
		if (end != expected)
			why = "they ended differently";
		else if (memcmp(wasm_machine_memory(machine, 0, RANDOM_MEMORY, false), evaluator.memory,
		                RANDOM_MEMORY))
			why = "their memories differ";
		wasm_machine_clear(machine);
		wasm_module_destroy(module);
	}
	bytes_release(&code);
	return why;
}
