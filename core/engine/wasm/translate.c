/* Function bodies but for blocks (block.c): checked and translated instruction by instruction
 * (translate.h). The order of the checks is nodeos's, as the first one that fails is what it tells. */
#include "core/engine/wasm/translate.h"

#include <stdlib.h>

enum {
	LEGACY_GROUPS = 1023,
	LEGACY_LOCALS = 2048,
	LEGACY_STACK = 8192,
	LEGACY_OFFSET = 33 << 20,
	LOCALS_MAXIMUM = 1 << 20,
	OPCODE_END = 0x0b,
};

/* --- calls --- */

/* Where the arguments begin in *base. */
static bool pop_arguments(struct translator *t, const struct wasm_signature *type, uint32_t *base)
{
	struct operand operand;

	if (t->live)
		emit_arguments(t, type->count);
	for (uint32_t i = type->count; i > 0; i--)
		if (!operand_pop(t, &operand, t->module->parameters.at[type->first + i - 1]))
			return false;
	*base = slot_of(t, (uint32_t)t->operands.count);
	return true;
}

static bool push_result(struct translator *t, const struct wasm_signature *type)
{
	t->result_end = SIZE_MAX;
	/* even where there is no result, its slot may be written */
	if (t->operands.count + 1 > t->highest)
		t->highest = (uint32_t)t->operands.count + 1;
	return type->result == TYPE_NONE || operand_push(t, type->result);
}

static bool translate_call(struct translator *t)
{
	uint32_t index, base, imports = (uint32_t)t->module->imports.count;
	const struct wasm_signature *type;

	if (!read_u32(&t->in, &index))
		return false;
	if (index >= module_functions(t->module))
		return refuse(t, WASM_FAULT_CALL_INDEX);
	type = module_signature(t->module, index);
	if (!pop_arguments(t, type, &base))
		return false;
	if (index < imports)
		emit(t, OP_call_host, base, index, 0);
	else
		emit(t, OP_call, base, index - imports, 0);
	return push_result(t, type);
}

static bool translate_call_indirect(struct translator *t)
{
	uint32_t index, base, slot;
	struct operand place;
	const struct wasm_signature *type;

	if (!read_u32(&t->in, &index))
		return false;
	if (index >= t->module->types.count)
		return refuse(t, WASM_FAULT_CALL_TYPE);
	type = &t->module->types.at[index];
	if (!t->parser->tables)
		return refuse(t, WASM_FAULT_CALL_NO_TABLE);
	if (!operand_pop(t, &place, TYPE_I32))
		return false;
	slot = emit_bits(t, &place);
	if (!pop_arguments(t, type, &base))
		return false;
	emit(t, OP_call_indirect, base, slot, type->canonical);
	if (!push_result(t, type))
		return false;
	if (!reader_left(&t->in))
		return refuse(t, WASM_FAULT_END_IN_PEEK);
	uint8_t reserved = *t->in.at++;
	return !reserved || wasm_refuse_found(t->parser->fault, WASM_FAULT_CALL_RESERVED, reserved, 0);
}

/* --- operands and variables --- */

static bool translate_nop(struct translator *t)
{
	(void)t;
	return true;
}

static bool translate_drop(struct translator *t)
{
	struct operand operand;
	return operand_pop_any(t, &operand);
}

static bool translate_select(struct translator *t)
{
	struct operand condition, b, a;
	uint32_t slots[3];
	uint8_t type;

	if (!operand_pop(t, &condition, TYPE_I32) || !operand_pop_any(t, &b) || !operand_pop_any(t, &a))
		return false;
	if (a.type != b.type && a.type != TYPE_ANY && b.type != TYPE_ANY)
		return refuse(t, WASM_FAULT_SELECT);
	type = a.type != TYPE_ANY ? a.type : b.type;
	if (t->live) {
		slots[0] = emit_operand(t, &a);
		slots[1] = emit_operand(t, &b);
		slots[2] = emit_bits(t, &condition);
		emit_result(t, OP_select, a.position, slots[0], slots[1]);
		emit(t, OP_halt, 0, slots[2], 0);
		t->result_end = t->module->code.count;
	}
	return operand_push(t, type);
}

static bool read_local(struct translator *t, uint32_t *local)
{
	if (!read_u32(&t->in, local))
		return false;
	return *local < t->locals.count || refuse(t, WASM_FAULT_LOCAL_INDEX);
}

static bool push_local(struct translator *t, uint32_t local)
{
	if (!operand_push(t, t->locals.at[local]))
		return false;
	operand_is_local(t, local);
	return true;
}

static bool translate_local_get(struct translator *t)
{
	uint32_t local;
	return read_local(t, &local) && push_local(t, local);
}

static bool translate_local_set(struct translator *t)
{
	struct operand operand;
	uint32_t local;

	if (!read_local(t, &local) || !operand_pop(t, &operand, t->locals.at[local]))
		return false;
	if (t->live)
		emit_local_set(t, local, &operand);
	return true;
}

static bool translate_local_tee(struct translator *t)
{
	struct operand operand;
	uint32_t local;

	if (!read_local(t, &local) || !operand_pop(t, &operand, t->locals.at[local]))
		return false;
	if (t->live)
		emit_local_set(t, local, &operand);
	return push_local(t, local);
}

static bool read_global(struct translator *t, uint32_t *global)
{
	if (!read_u32(&t->in, global))
		return false;
	return *global < t->module->globals.count || refuse(t, WASM_FAULT_GLOBAL_INDEX);
}

static bool translate_global_get(struct translator *t)
{
	uint32_t global;

	if (!read_global(t, &global))
		return false;
	emit_result(t, OP_global_get, (uint32_t)t->operands.count, global, 0);
	return operand_push(t, t->module->globals.at[global].type);
}

static bool translate_global_set(struct translator *t)
{
	struct operand operand;
	uint32_t global;

	if (!read_global(t, &global) || !operand_pop(t, &operand, t->module->globals.at[global].type))
		return false;
	if (!t->module->globals.at[global].mutable)
		return refuse(t, WASM_FAULT_GLOBAL_CONSTANT);
	emit(t, OP_global_set, global, emit_operand(t, &operand), 0);
	return true;
}

static bool push_constant(struct translator *t, uint8_t type, uint64_t value)
{
	if (!operand_push(t, type))
		return false;
	operand_is_constant(t, value);
	return true;
}

static bool translate_i32_const(struct translator *t)
{
	uint32_t value;
	return read_i32(&t->in, &value) && push_constant(t, TYPE_I32, value);
}

static bool translate_i64_const(struct translator *t)
{
	uint64_t value;
	return read_i64(&t->in, &value) && push_constant(t, TYPE_I64, value);
}

static bool translate_f32_const(struct translator *t)
{
	uint64_t value;
	return read_f32(&t->in, &value) && push_constant(t, TYPE_F32, value);
}

static bool translate_f64_const(struct translator *t)
{
	uint64_t value;
	return read_f64(&t->in, &value) && push_constant(t, TYPE_F64, value);
}

/* --- memory --- */

/* By opcode: the operation, the type of the value, the natural alignment as a power of two. */
static const struct access {
	uint16_t operation;
	uint8_t type, alignment;
} accesses[256] = {
	[0x28] = {OP_load32, TYPE_I32, 2},
	[0x29] = {OP_load64, TYPE_I64, 3},
	[0x2a] = {OP_load32, TYPE_F32, 2},
	[0x2b] = {OP_load64, TYPE_F64, 3},
	[0x2c] = {OP_load8_s32, TYPE_I32, 0},
	[0x2d] = {OP_load8_u, TYPE_I32, 0},
	[0x2e] = {OP_load16_s32, TYPE_I32, 1},
	[0x2f] = {OP_load16_u, TYPE_I32, 1},
	[0x30] = {OP_load8_s64, TYPE_I64, 0},
	[0x31] = {OP_load8_u, TYPE_I64, 0},
	[0x32] = {OP_load16_s64, TYPE_I64, 1},
	[0x33] = {OP_load16_u, TYPE_I64, 1},
	[0x34] = {OP_load32_s64, TYPE_I64, 2},
	[0x35] = {OP_load32, TYPE_I64, 2},
	[0x36] = {OP_store32, TYPE_I32, 2},
	[0x37] = {OP_store64, TYPE_I64, 3},
	[0x38] = {OP_store32, TYPE_F32, 2},
	[0x39] = {OP_store64, TYPE_F64, 3},
	[0x3a] = {OP_store8, TYPE_I32, 0},
	[0x3b] = {OP_store16, TYPE_I32, 1},
	[0x3c] = {OP_store8, TYPE_I64, 0},
	[0x3d] = {OP_store16, TYPE_I64, 1},
	[0x3e] = {OP_store32, TYPE_I64, 2},
};
enum {
	FIRST_ACCESS = 0x28,
	FIRST_STORE = 0x36,
	LAST_ACCESS = 0x3e,
	FIRST_NUMERIC = 0x45,
	LAST_NUMERIC = 0xbf
};

/* A constant address becomes part of the offset. */
static void take_constant(struct operand *address, uint32_t *offset)
{
	if (address->kind == OPERAND_CONSTANT && address->value + *offset <= UINT32_MAX) {
		*offset += (uint32_t)address->value;
		address->value = 0;
	}
}

static bool translate_access(struct translator *t, uint8_t opcode)
{
	const struct access *access = &accesses[opcode];
	bool is_store = opcode >= FIRST_STORE;
	uint32_t alignment, offset;
	struct operand address, value;

	if (!t->parser->memories)
		return refuse(t, is_store ? WASM_FAULT_STORE_NO_MEMORY : WASM_FAULT_LOAD_NO_MEMORY);
	if (!read_u32(&t->in, &alignment) || !read_u32(&t->in, &offset))
		return false;
	if (alignment > access->alignment)
		return refuse(t, WASM_FAULT_ALIGNMENT);
	if (is_legacy(t) && offset >= LEGACY_OFFSET)
		parser_break(t->parser, WASM_RULE_OFFSET);
	if (is_store && !operand_pop(t, &value, access->type))
		return false;
	if (!operand_pop(t, &address, TYPE_I32))
		return false;
	take_constant(&address, &offset);
	if (is_store) {
		emit_store(t, access->operation, offset, &address, &value);
		return true;
	}
	emit_result(t, access->operation, address.position, emit_bits(t, &address), offset);
	return operand_push(t, access->type);
}

static bool read_reserved(struct translator *t, enum wasm_reason otherwise)
{
	if (!reader_left(&t->in))
		return refuse(t, WASM_FAULT_END_IN_PEEK);
	uint8_t reserved = *t->in.at++;
	return !reserved || wasm_refuse_found(t->parser->fault, otherwise, reserved, 0);
}

static bool translate_memory_size(struct translator *t)
{
	if (!t->parser->memories)
		return refuse(t, WASM_FAULT_SIZE_NO_MEMORY);
	emit_result(t, OP_memory_size, (uint32_t)t->operands.count, 0, 0);
	return operand_push(t, TYPE_I32) && read_reserved(t, WASM_FAULT_SIZE_RESERVED);
}

static bool translate_memory_grow(struct translator *t)
{
	struct operand pages;

	if (!t->parser->memories)
		return refuse(t, WASM_FAULT_GROW_NO_MEMORY);
	if (!operand_pop(t, &pages, TYPE_I32))
		return false;
	uint32_t slot = emit_bits(t, &pages);
	emit_result(t, OP_memory_grow, pages.position, slot, 0);
	return operand_push(t, TYPE_I32) && read_reserved(t, WASM_FAULT_GROW_RESERVED);
}

/* --- numbers --- */

enum { TYPE_i32 = TYPE_I32, TYPE_i64 = TYPE_I64, TYPE_f32 = TYPE_F32, TYPE_f64 = TYPE_F64 };

/* By opcode. */
static const struct numeric {
	uint8_t operand, result;
	bool binary, rename;
	uint16_t operation;
} numerics[256] = {
#define BINARY_ROW(opcode, name, operand, result, expression) \
	[opcode] = {TYPE_##operand, TYPE_##result, true, false, OP_##name},
#define UNARY_ROW(opcode, name, operand, result, expression) \
	[opcode] = {TYPE_##operand, TYPE_##result, false, false, OP_##name},
#define CHECKED_BINARY_ROW(opcode, name, operand, result, fault, expression) \
	BINARY_ROW(opcode, name, operand, result, )
#define CHECKED_UNARY_ROW(opcode, name, operand, result, fault, expression) \
	UNARY_ROW(opcode, name, operand, result, )
#define RENAME_ROW(opcode, operand, result) [opcode] = {TYPE_##operand, TYPE_##result, false, true, 0},
	WASM_BINARY(BINARY_ROW)
	WASM_CHECKED_BINARY(CHECKED_BINARY_ROW)
	WASM_UNARY(UNARY_ROW)
	WASM_CHECKED_UNARY(CHECKED_UNARY_ROW)
	WASM_RENAME(RENAME_ROW)
	/* i32.eqz, i64.eqz */
	[0x45] = {TYPE_I32, TYPE_I32, false, false, OP_i32_eq_c},
	[0x50] = {TYPE_I64, TYPE_I32, false, false, OP_i64_eq_c},
#undef BINARY_ROW
#undef UNARY_ROW
#undef CHECKED_BINARY_ROW
#undef CHECKED_UNARY_ROW
#undef RENAME_ROW
};

/* The operand stays where it is, under another type. */
static bool rename_operand(struct translator *t, struct operand *operand, uint8_t type)
{
	if (operand->low && type == TYPE_I64)
		emit_operand(t, operand);
	if (!operand_push(t, type))
		return false;
	operand_is_same(t, operand);
	return true;
}

static bool wrap_operand(struct translator *t, struct operand *operand)
{
	operand->low = true;
	return rename_operand(t, operand, TYPE_I32);
}

static bool translate_numeric(struct translator *t, uint8_t opcode)
{
	const struct numeric *numeric = &numerics[opcode];
	struct operand a, b;

	if (numeric->binary && !operand_pop(t, &b, numeric->operand))
		return false;
	if (!operand_pop(t, &a, numeric->operand))
		return false;
	if (numeric->rename)
		return rename_operand(t, &a, numeric->result);
	if (!t->live)
		return operand_push(t, numeric->result);
	if (numeric->operation == OP_i32_wrap_i64)
		return wrap_operand(t, &a);
	if (numeric->binary) {
		emit_binary(t, numeric->operation, &a, &b);
	} else if (numeric->operation == OP_i32_eq_c || numeric->operation == OP_i64_eq_c) {
		emit_is_zero(t, numeric->operation, &a);
	} else {
		uint32_t slot = emit_bits(t, &a);
		emit_result(t, numeric->operation, a.position, slot, 0);
	}
	return operand_push(t, numeric->result);
}

/* --- bodies --- */

typedef bool translate_instruction(struct translator *t);

static translate_instruction *const instructions[256] = {
	[0x00] = translate_unreachable, [0x01] = translate_nop,         [0x02] = translate_block,
	[0x03] = translate_loop,        [0x04] = translate_if,          [0x05] = translate_else,
	[0x0b] = translate_end,         [0x0c] = translate_br,          [0x0d] = translate_br_if,
	[0x0e] = translate_br_table,    [0x0f] = translate_return,      [0x10] = translate_call,
	[0x11] = translate_call_indirect, [0x1a] = translate_drop,      [0x1b] = translate_select,
	[0x20] = translate_local_get,   [0x21] = translate_local_set,   [0x22] = translate_local_tee,
	[0x23] = translate_global_get,  [0x24] = translate_global_set,  [0x3f] = translate_memory_size,
	[0x40] = translate_memory_grow, [0x41] = translate_i32_const,   [0x42] = translate_i64_const,
	[0x43] = translate_f32_const,   [0x44] = translate_f64_const,
};

static bool translate_body(struct translator *t)
{
	while (reader_left(&t->in)) {
		uint8_t opcode = *t->in.at++;
		bool good;
		emit_work(t);
		if (opcode >= FIRST_NUMERIC && opcode <= LAST_NUMERIC)
			good = translate_numeric(t, opcode);
		else if (opcode >= FIRST_ACCESS && opcode <= LAST_ACCESS)
			good = translate_access(t, opcode);
		else
			good = instructions[opcode] ? instructions[opcode](t) : refuse(t, WASM_FAULT_OPCODE);
		if (!good)
			return false;
	}
	if (t->blocks.count && !(t->blocks.count == 1 && t->blocks.at[0].kind == BLOCK_TRAILING))
		return refuse(t, WASM_FAULT_BODY_OPEN);
	return true;
}

/* The groups of locals of the body `in` begins with: each is looked at, and, where `types` is given, its
 * types are added there. */
static bool read_locals(struct wasm_parser *parser, struct wasm_reader *in, struct translator *types)
{
	enum wasm_mode mode = parser->rules->mode;
	uint32_t groups, count;
	uint64_t bytes = 0, total = 0;
	uint8_t type, unknown = 0;

	if (!read_u32(in, &groups))
		return false;
	if (mode == WASM_LEGACY && groups > LEGACY_GROUPS)
		return parser_refuse(parser, WASM_FAULT_LOCAL_GROUPS);
	for (uint32_t i = 0; i < groups; i++) {
		if (!read_u32(in, &count) || !read_byte(in, &type))
			return false;
		if (!is_value_type(type) && mode == WASM_CONFIGURABLE)
			return parser_refuse(parser, WASM_FAULT_LOCAL_TYPE);
		if (!is_value_type(type) && count)
			unknown = type;
		total += count;
		bytes += (uint64_t)count * type_size(type);
		if (total > LOCALS_MAXIMUM ||
		    (mode == WASM_CONFIGURABLE && bytes > parser->rules->limits.max_func_local_bytes))
			return parser_refuse(parser, WASM_FAULT_LOCAL_BYTES);
		if (mode == WASM_LEGACY && total > LEGACY_LOCALS)
			return parser_refuse(parser, WASM_FAULT_LOCAL_COUNT);
		if (!types || !count)
			continue;
		memory_grow(&types->locals.at, &types->locals.capacity, types->locals.count + count, 1);
		memset(types->locals.at + types->locals.count, type, count);
		types->locals.count += count;
		types->counted = bytes;
	}
	return !unknown || wasm_refuse_found(parser->fault, WASM_FAULT_LOCAL_TYPE, shown_type(unknown), 0);
}

bool wasm_check_locals(struct wasm_parser *parser, struct wasm_body *body)
{
	struct wasm_reader in = {body->locals, body->end, parser->fault};

	if (!read_locals(parser, &in, NULL))
		return false;
	body->code = in.at;
	if (parser->rules->mode != WASM_CONFIGURABLE)
		return true;
	if (in.at == in.end)
		return parser_refuse(parser, WASM_FAULT_END_IN_BYTE);
	return in.end[-1] == OPCODE_END || parser_refuse(parser, WASM_FAULT_BODY_NO_END);
}

/* Old code was also held to the stack that its parameters and locals take. */
static void check_stack(struct translator *t)
{
	uint64_t bytes = t->counted;

	for (uint32_t i = 0; i < t->signature->count; i++)
		bytes += type_size(t->locals.at[i]);
	if (bytes > LEGACY_STACK)
		parser_break(t->parser, WASM_RULE_STACK);
}

static bool translate_function(struct translator *t, const struct wasm_body *body,
                               struct wasm_function *function)
{
	const struct wasm_signature *signature = &t->module->types.at[function->signature];
	struct wasm_reader locals = {body->locals, body->end, t->parser->fault};

	t->function = function;
	t->signature = signature;
	t->in = (struct wasm_reader){body->code, body->end, t->parser->fault};
	t->operands.count = t->blocks.count = t->locals.count = 0;
	t->flushed = t->highest = t->uncounted = 0;
	t->counted = 0;
	t->live = true;
	memory_grow(&t->locals.at, &t->locals.capacity, signature->count, 1);
	if (signature->count)
		memcpy(t->locals.at, t->module->parameters.at + signature->first, signature->count);
	t->locals.count = signature->count;
	if (!read_locals(t->parser, &locals, t))
		return false;
	if (is_legacy(t))
		check_stack(t);
	while (t->local_top.count < t->locals.count)
		*LIST_ADD(t->local_top) = 0;
	function->parameters = signature->count;
	function->locals = (uint32_t)t->locals.count;
	function->code = (uint32_t)emit_label(t);
	t->worked = function->code;
	if (!block_push(t, BLOCK_FUNCTION, signature->result) || !translate_body(t))
		return false;
	function->frame = function->locals + FRAME_EXTRA + t->highest + 1;
	return true;
}

bool wasm_translate(struct wasm_parser *parser)
{
	struct translator t = {.parser = parser, .module = parser->module};
	bool good = true;

	for (size_t i = 0; i < parser->bodies.count && good; i++)
		good = translate_function(&t, &parser->bodies.at[i], &parser->module->functions.at[i]);
	free(t.locals.at);
	free(t.local_top.at);
	free(t.operands.at);
	free(t.blocks.at);
	return good;
}
