/* Making register code (translate.h). Nothing is emitted for code that cannot be reached. */
#include "core/engine/wasm/translate.h"

static struct wasm_code *code_at(struct translator *t, size_t index)
{
	return &t->module->code.at[index];
}

static uint32_t distance(size_t from, size_t to)
{
	return (uint32_t)(((int64_t)to - (int64_t)from) * (int64_t)sizeof(struct wasm_code));
}

size_t emit_label(struct translator *t)
{
	t->result_end = SIZE_MAX;
	t->label = t->module->code.count;
	return t->label;
}

void emit(struct translator *t, enum wasm_operation operation, uint32_t d, uint32_t a, uint32_t b)
{
	struct wasm_module *module = t->module;
	if (!t->live)
		return;
	if (module->code.count == module->code.capacity)
		memory_grow(&module->code.at, &module->code.capacity, module->code.count + 1,
		            sizeof *module->code.at);
	module->code.at[module->code.count++] = (struct wasm_code){(int32_t)operation, d, a, b};
}

enum { STRAIGHT = 256, WORK_OF_STRAIGHT = 32 };

void emit_work(struct translator *t)
{
	if (t->module->code.count - t->worked < STRAIGHT)
		return;
	emit(t, OP_work, 0, WORK_OF_STRAIGHT, 0);
	t->worked = t->module->code.count;
}

void emit_result(struct translator *t, enum wasm_operation operation, uint32_t position, uint32_t a,
                 uint32_t b)
{
	t->result_at = t->module->code.count;
	emit(t, operation, slot_of(t, position), a, b);
	t->result_end = t->module->code.count;
}

/* Was the operand's value made by the last instruction? */
static bool is_last_result(struct translator *t, const struct operand *operand)
{
	return t->live && operand->kind == OPERAND_SLOT && t->result_end == t->module->code.count &&
	       t->result_at < t->result_end && code_at(t, t->result_at)->d == slot_of(t, operand->position);
}

/* --- operands --- */

static void emit_constant(struct translator *t, uint32_t slot, uint64_t value)
{
	emit(t, OP_constant, slot, (uint32_t)value, (uint32_t)(value >> 32));
}

/* slot = what an operand that is in another place is there, or what is its low half. */
static void emit_copy(struct translator *t, uint32_t slot, const struct operand *operand)
{
	uint32_t from = operand->kind == OPERAND_LOCAL ? (uint32_t)operand->value : slot_of(t, operand->position);
	emit(t, operand->low ? OP_i32_wrap_i64 : OP_copy, slot, from, 0);
}

uint32_t emit_bits(struct translator *t, struct operand *operand)
{
	uint32_t slot = slot_of(t, operand->position);
	switch ((enum operand_kind)operand->kind) {
	case OPERAND_LOCAL: return (uint32_t)operand->value;
	case OPERAND_CONSTANT:
		if (!operand->value)
			return (uint32_t)t->locals.count + FRAME_ZERO;
		emit_constant(t, slot, operand->value);
		operand->kind = OPERAND_SLOT;
		break;
	case OPERAND_SLOT: break;
	}
	return slot;
}

uint32_t emit_operand(struct translator *t, struct operand *operand)
{
	uint32_t slot = slot_of(t, operand->position);

	if (!operand->low)
		return emit_bits(t, operand);
	emit_copy(t, slot, operand);
	operand->kind = OPERAND_SLOT;
	operand->low = false;
	return slot;
}

/* An operand on the stack moves into its slot. */
static void move_to_slot(struct translator *t, struct operand *operand)
{
	uint32_t slot = slot_of(t, operand->position);

	if (operand->kind == OPERAND_LOCAL)
		t->local_top.at[operand->value] = operand->below;
	if (operand->kind == OPERAND_CONSTANT)
		emit_constant(t, slot, operand->value);
	else if (operand->kind == OPERAND_LOCAL || operand->low)
		emit_copy(t, slot, operand);
	operand->kind = OPERAND_SLOT;
	operand->low = false;
}

uint32_t emit_top(struct translator *t)
{
	struct operand *operand = &t->operands.at[t->operands.count - 1];

	if (operand->low)
		move_to_slot(t, operand);
	return emit_bits(t, operand);
}

/* From the top down, as operands that are one local are chained. */
void emit_arguments(struct translator *t, uint32_t count)
{
	for (uint32_t i = 1; i <= count && i <= t->operands.count; i++)
		move_to_slot(t, &t->operands.at[t->operands.count - i]);
}

void emit_flush(struct translator *t)
{
	for (size_t i = t->operands.count; i > t->flushed; i--)
		if (t->operands.at[i - 1].kind == OPERAND_LOCAL)
			move_to_slot(t, &t->operands.at[i - 1]);
	t->flushed = (uint32_t)t->operands.count;
}

/* Moves the operands that are this local. */
static void flush_local(struct translator *t, uint32_t local)
{
	while (t->local_top.at[local])
		move_to_slot(t, &t->operands.at[t->local_top.at[local] - 1]);
}

bool emit_local_set(struct translator *t, uint32_t local, struct operand *operand)
{
	if (operand->kind == OPERAND_LOCAL && operand->value == local)
		return true;
	if (!t->local_top.at[local] && !operand->low && is_last_result(t, operand)) {
		code_at(t, t->result_at)->d = local;
		t->result_end = SIZE_MAX;
		return true;
	}
	flush_local(t, local);
	if (operand->kind == OPERAND_CONSTANT)
		emit_constant(t, local, operand->value);
	else
		emit_copy(t, local, operand);
	return false;
}

/* --- operations of two operands, the second perhaps a constant --- */

/* enum wasm_operation has these in this order, for i32 and then for i64. */
enum compare { EQ, NE, LT_S, LT_U, GT_S, GT_U, LE_S, LE_U, GE_S, GE_U, COMPARES };
static const uint8_t inverse[COMPARES] = {NE, EQ, GE_S, GE_U, LE_S, LE_U, GT_S, GT_U, LT_S, LT_U};
static const uint8_t mirrored[COMPARES] = {EQ, NE, GT_S, GT_U, LT_S, LT_U, GE_S, GE_U, LE_S, LE_U};

static bool is_in(enum wasm_operation operation, enum wasm_operation first, enum wasm_operation last)
{
	return operation >= first && operation <= last;
}

/* With the operands exchanged; OPERATIONS: there is none. */
static enum wasm_operation exchanged(enum wasm_operation operation)
{
	unsigned compare = operation - OP_i32_eq;
	switch (operation) {
	case OP_i32_add: case OP_i32_mul: case OP_i32_and: case OP_i32_or: case OP_i32_xor:
	case OP_i64_add: case OP_i64_mul: case OP_i64_and: case OP_i64_or: case OP_i64_xor: return operation;
	default: break;
	}
	if (!is_in(operation, OP_i32_eq, OP_i64_ge_u))
		return OPERATIONS;
	return operation - compare % COMPARES + mirrored[compare % COMPARES];
}

/* With a constant as the second operand; OPERATIONS: there is none. */
static enum wasm_operation constant_form(enum wasm_operation operation)
{
	if (is_in(operation, OP_i32_eq, OP_i64_ge_u))
		return OP_i32_eq_c + (operation - OP_i32_eq);
	return is_in(operation, OP_i32_add, OP_i64_rotr) ? OP_i32_add_c + (operation - OP_i32_add) : OPERATIONS;
}

/* Does it fit into the 32 bits that an instruction has for it? */
static bool is_short(const struct operand *operand)
{
	return operand->kind == OPERAND_CONSTANT &&
	       (operand->type == TYPE_I32 || (int64_t)operand->value == (int32_t)operand->value);
}

/* A product that is added to something, a step of a polynomial: one store and one load less in a chain of
 * them; the bench's float loop takes 4.3 ns with it, 6.7 without. */
static bool emit_product_sum(struct translator *t, const struct operand *a, const struct operand *b)
{
	uint32_t position = a->position, addend = (uint32_t)b->value;
	struct wasm_code product;

	if (!is_last_result(t, a) || code_at(t, t->result_at)->operation != OP_f64_mul ||
	    b->kind == OPERAND_SLOT)
		return false;
	product = *code_at(t, t->result_at);
	t->module->code.count--;
	if (b->kind == OPERAND_CONSTANT) {
		/* the factors may be in the next slot, which is the addend's */
		if (t->highest < position + 3)
			t->highest = position + 3;
		addend = slot_of(t, position + 2);
		emit_constant(t, addend, b->value);
	}
	emit_result(t, OP_f64_mul_add, position, product.a, product.b);
	emit(t, OP_halt, 0, addend, 0);
	t->result_end = t->module->code.count;
	return true;
}

void emit_binary(struct translator *t, enum wasm_operation operation, struct operand *a, struct operand *b)
{
	enum wasm_operation form;
	uint32_t position = a->position;

	if (operation == OP_f64_add && emit_product_sum(t, a, b))
		return;

	if (is_short(a) && exchanged(operation) != OPERATIONS) {
		struct operand *other = a;
		operation = exchanged(operation);
		a = b;
		b = other;
	}
	form = constant_form(operation);
	if (form != OPERATIONS && is_short(b)) {
		uint32_t slot = emit_bits(t, a);
		emit_result(t, form, position, slot, (uint32_t)b->value);
	} else {
		uint32_t first = emit_bits(t, a), second = emit_bits(t, b);
		emit_result(t, operation, position, first, second);
	}
}

void emit_is_zero(struct translator *t, enum wasm_operation operation, struct operand *operand)
{
	struct wasm_code *last = is_last_result(t, operand) ? code_at(t, t->result_at) : NULL;
	unsigned compare;

	if (last && is_in((enum wasm_operation)last->operation, OP_i32_eq, OP_i64_ge_u)) {
		compare = (unsigned)last->operation - OP_i32_eq;
		last->operation = (int32_t)(OP_i32_eq + compare - compare % COMPARES + inverse[compare % COMPARES]);
	} else {
		uint32_t slot = emit_bits(t, operand);
		emit_result(t, operation, operand->position, slot, 0);
	}
}

/* p[i] += x: a load, a sum and a store at the same place. */
static bool take_addition(struct translator *t, enum wasm_operation store, uint32_t offset, uint32_t address,
                          const struct operand *value, struct wasm_code *out)
{
	bool i64 = store == OP_store64;
	struct wasm_code load, sum;

	if ((!i64 && store != OP_store32) || value->low || !is_last_result(t, value) ||
	    t->result_at <= t->label)
		return false;
	load = *code_at(t, t->result_at - 1);
	sum = *code_at(t, t->result_at);
	if (load.operation != (int32_t)(i64 ? OP_load64 : OP_load32) || load.a != address || load.b != offset ||
	    load.d < slot_of(t, 0))
		return false;
	if (sum.operation == (int32_t)(i64 ? OP_i64_add : OP_i32_add) && (sum.a == load.d) != (sum.b == load.d))
		*out = (struct wasm_code){(int32_t)(i64 ? OP_add_to64 : OP_add_to32), offset, address,
		                          sum.a == load.d ? sum.b : sum.a};
	else if (sum.operation == (int32_t)(i64 ? OP_i64_add_c : OP_i32_add_c) && sum.a == load.d)
		*out = (struct wasm_code){(int32_t)(i64 ? OP_add_to64_c : OP_add_to32_c), offset, address, sum.b};
	else
		return false;
	return true;
}

void emit_store(struct translator *t, enum wasm_operation store, uint32_t offset, struct operand *address,
                struct operand *value)
{
	uint32_t from = emit_bits(t, address);
	struct wasm_code addition;

	if (take_addition(t, store, offset, from, value, &addition)) {
		t->module->code.count = t->result_at - 1;
		t->result_end = SIZE_MAX;
		emit(t, (enum wasm_operation)addition.operation, addition.d, addition.a, addition.b);
		return;
	}
	emit(t, store, offset, from, emit_bits(t, value));
}

/* --- jumps --- */

/* The comparison that has just been made becomes part of the jump. */
struct condition emit_condition(struct translator *t, struct operand *operand)
{
	if (is_last_result(t, operand)) {
		struct wasm_code last = *code_at(t, t->result_at);
		enum wasm_operation operation = (enum wasm_operation)last.operation;
		bool compares = is_in(operation, OP_i32_eq, OP_i64_ge_u),
			 with_constant = is_in(operation, OP_i32_eq_c, OP_i64_ge_u_c);
		if (compares || with_constant) {
			t->module->code.count--;
			t->result_end = SIZE_MAX;
			return (struct condition){compares ? OP_jump_i32_eq + (operation - OP_i32_eq)
			                                   : OP_jump_i32_eq_c + (operation - OP_i32_eq_c),
			                          last.a, last.b};
		}
	}
	return (struct condition){OP_jump_i32_ne_c, emit_bits(t, operand), 0};
}

struct condition condition_inverse(struct condition condition)
{
	unsigned compare = (condition.operation - OP_jump_i32_eq) % COMPARES;
	condition.operation = condition.operation - compare + inverse[compare];
	return condition;
}

/* Was the last instruction the sum of a slot and a constant, of the type a jump compares, where it looks?
 * It is taken back into *out then: the jump does it, too. */
static bool take_step(struct translator *t, struct condition condition, struct wasm_code *out)
{
	bool i64 = is_in(condition.operation, OP_jump_i64_eq, OP_jump_i64_ge_u) ||
	           is_in(condition.operation, OP_jump_i64_eq_c, OP_jump_i64_ge_u_c);
	size_t last = t->module->code.count - 1;

	if (!t->live || t->module->code.count <= t->label)
		return false;
	*out = *code_at(t, last);
	if (out->operation == (int32_t)(i64 ? OP_i64_sub_c : OP_i32_sub_c) && out->b != UINT32_C(0x80000000))
		out->b = -out->b;
	else if (out->operation != (int32_t)(i64 ? OP_i64_add_c : OP_i32_add_c))
		return false;
	if (out->d != condition.a)
		return false;
	out->operation = OP_halt;
	t->module->code.count = last;
	t->result_end = SIZE_MAX;
	return true;
}

size_t emit_jump_if(struct translator *t, struct condition condition)
{
	struct wasm_code step;
	bool with_step = take_step(t, condition, &step);
	size_t jump = t->module->code.count;

	if (with_step)
		condition.operation = OP_step_jump_i32_eq + (condition.operation - OP_jump_i32_eq);
	emit(t, condition.operation, 0, condition.a, condition.b);
	if (with_step)
		emit(t, OP_halt, step.d, step.a, step.b);
	return jump;
}

void emit_patch(struct translator *t, size_t jump, size_t target)
{
	code_at(t, jump)->d = distance(jump, target);
}

void emit_patch_chain(struct translator *t, uint32_t jumps)
{
	size_t target = emit_label(t);
	while (jumps) {
		uint32_t before = code_at(t, jumps - 1)->d;
		emit_patch(t, jumps - 1, target);
		jumps = before;
	}
}

/* The instruction there jumps to a block's label. */
static void jump_to(struct translator *t, size_t jump, struct block *target)
{
	if (!t->live)
		return;
	if (target->kind == BLOCK_LOOP) {
		emit_patch(t, jump, target->target);
	} else {
		code_at(t, jump)->d = target->jumps;
		target->jumps = (uint32_t)jump + 1;
	}
}

static bool label_has_value(const struct block *target)
{
	return target->result != TYPE_NONE && target->kind != BLOCK_LOOP;
}

void emit_branch(struct translator *t, struct block *target)
{
	bool with_value = label_has_value(target);
	uint32_t from = 0;

	if (!t->live)
		return;
	if (with_value)
		from = emit_top(t);
	if (target->kind == BLOCK_FUNCTION) {
		emit(t, with_value ? OP_return_value : OP_return_none, 0, from, (uint32_t)t->locals.count);
		return;
	}
	if (with_value && from != slot_of(t, target->height))
		emit(t, OP_jump_copy, 0, slot_of(t, target->height), from);
	else
		emit(t, OP_jump, 0, 0, 0);
	jump_to(t, t->module->code.count - 1, target);
}

void emit_branch_if(struct translator *t, struct block *target, struct condition condition)
{
	size_t over;

	if (!t->live)
		return;
	if (target->kind != BLOCK_FUNCTION && !label_has_value(target)) {
		jump_to(t, emit_jump_if(t, condition), target);
		return;
	}
	if (label_has_value(target))
		emit_top(t);
	over = emit_jump_if(t, condition_inverse(condition));
	emit_branch(t, target);
	emit_patch(t, over, emit_label(t));
}

void emit_block_result(struct translator *t, const struct block *block)
{
	struct operand *operand;
	uint32_t from;

	if (!t->live || block->result == TYPE_NONE)
		return;
	operand = &t->operands.at[t->operands.count - 1];
	if (operand->kind == OPERAND_CONSTANT) {
		emit_constant(t, slot_of(t, block->height), operand->value);
		return;
	}
	from = emit_top(t);
	if (from != slot_of(t, block->height))
		emit(t, OP_copy, slot_of(t, block->height), from, 0);
}
