/* The stack of operands while a body is checked (translate.h). */
#include "core/engine/wasm/translate.h"

/* Counts bytes of locals or operands. */
static bool count_bytes(struct translator *t, uint64_t bytes)
{
	t->counted += bytes;
	return !is_configurable(t) || t->counted <= t->parser->rules->limits.max_func_local_bytes ||
	       refuse(t, WASM_FAULT_LOCAL_BYTES);
}

static struct operand *push_operand(struct translator *t, uint8_t type)
{
	size_t position = t->operands.count;
	struct operand *operand;

	if (position == t->operands.capacity)
		memory_grow(&t->operands.at, &t->operands.capacity, position + 1, sizeof *t->operands.at);
	operand = &t->operands.at[t->operands.count++];
	*operand = (struct operand){.type = type, .position = (uint32_t)position};
	if (t->operands.count > t->highest)
		t->highest = (uint32_t)t->operands.count;
	return operand;
}

bool operand_push(struct translator *t, uint8_t type)
{
	push_operand(t, type);
	return t->uncounted || type == TYPE_ANY || count_bytes(t, type_size(type));
}

void operand_remove(struct translator *t, struct operand *out)
{
	*out = t->operands.at[--t->operands.count];
	if (out->kind == OPERAND_LOCAL)
		t->local_top.at[out->value] = out->below;
	if (t->flushed > t->operands.count)
		t->flushed = (uint32_t)t->operands.count;
}

bool operand_pop_any(struct translator *t, struct operand *out)
{
	const struct block *block = top_block(t);

	if (t->operands.count == block->height) {
		*out = (struct operand){.type = TYPE_ANY, .position = block->height};
		return block->unreachable ||
		       refuse(t, block->kind == BLOCK_TRAILING ? WASM_FAULT_BODY_TRAILING : WASM_FAULT_MISSING_ANY);
	}
	operand_remove(t, out);
	if (!t->uncounted && out->type != TYPE_ANY)
		t->counted -= type_size(out->type);
	return true;
}

bool operand_pop(struct translator *t, struct operand *out, uint8_t type)
{
	const struct block *block = top_block(t);

	if (t->operands.count == block->height && !block->unreachable)
		return refuse(t,
		              block->kind == BLOCK_TRAILING ? WASM_FAULT_BODY_TRAILING : WASM_FAULT_MISSING_OPERAND);
	if (!operand_pop_any(t, out))
		return false;
	return out->type == type || out->type == TYPE_ANY || refuse(t, WASM_FAULT_TYPE);
}

bool operand_check_top(struct translator *t, uint8_t type)
{
	const struct block *block = top_block(t);

	if (type == TYPE_NONE)
		return true;
	if (t->operands.count == block->height)
		return block->unreachable || refuse(t, WASM_FAULT_MISSING_OPERAND);
	uint8_t top = t->operands.at[t->operands.count - 1].type;
	return top == type || top == TYPE_ANY || refuse(t, WASM_FAULT_TYPE);
}

void operand_is_local(struct translator *t, uint32_t local)
{
	struct operand *operand = &t->operands.at[t->operands.count - 1];

	if (!t->live)
		return;
	operand->kind = OPERAND_LOCAL;
	operand->value = local;
	operand->below = t->local_top.at[local];
	t->local_top.at[local] = (uint32_t)t->operands.count;
}

void operand_is_constant(struct translator *t, uint64_t value)
{
	struct operand *operand = &t->operands.at[t->operands.count - 1];

	if (!t->live)
		return;
	operand->kind = OPERAND_CONSTANT;
	operand->value = value;
}

void operand_is_same(struct translator *t, const struct operand *same)
{
	if (same->kind == OPERAND_LOCAL)
		operand_is_local(t, (uint32_t)same->value);
	else if (same->kind == OPERAND_CONSTANT)
		operand_is_constant(t, same->low ? (uint32_t)same->value : same->value);
	t->operands.at[t->operands.count - 1].low = same->low && same->kind != OPERAND_CONSTANT && t->live;
}
