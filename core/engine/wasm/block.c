/* Blocks and branches of a body (translate.h). The order of the checks is nodeos's, as the first one that
 * fails is what it tells. */
#include "core/engine/wasm/translate.h"

enum { LEGACY_NESTING = 1024, LEGACY_LABELS = 8191 };

/* WASM_LEGACY's counter of nesting (wasm.md W.3). */
static void count_nesting(struct translator *t, bool up)
{
	uint16_t *nesting = &t->parser->nesting;
	if (!is_legacy(t) || !t->parser->rules->nesting)
		return;
	if (!up && *nesting) {
		--*nesting;
		return;
	}
	++*nesting;
	if (*nesting >= LEGACY_NESTING)
		parser_break(t->parser, WASM_RULE_NESTING);
}

bool block_push(struct translator *t, enum block_kind kind, uint8_t result)
{
	if (t->blocks.count == t->blocks.capacity)
		memory_grow(&t->blocks.at, &t->blocks.capacity, t->blocks.count + 1, sizeof *t->blocks.at);
	t->blocks.at[t->blocks.count++] = (struct block){.kind = (uint8_t)kind, .result = result, .live = t->live,
	                                                 .height = (uint32_t)t->operands.count};
	return !is_configurable(t) || t->blocks.count <= t->parser->rules->limits.max_nested_structures ||
	       refuse(t, WASM_FAULT_NESTING);
}

/* What follows up to the block's end cannot be reached. */
static void start_unreachable(struct translator *t)
{
	struct block *block = top_block(t);
	struct operand operand;

	while (t->operands.count > block->height)
		operand_remove(t, &operand);
	block->unreachable = true;
	t->uncounted++;
	t->live = false;
}

/* At `else` and `end`: the block's operands must be its result and nothing else. */
static bool finish_scope(struct translator *t)
{
	struct block *block = top_block(t);
	struct operand result;

	if (!operand_check_top(t, block->result))
		return false;
	if (block->kind == BLOCK_FUNCTION)
		emit_branch(t, block);
	else
		emit_block_result(t, block);
	if (block->result != TYPE_NONE && !operand_pop(t, &result, block->result))
		return false;
	if (t->operands.count != block->height)
		return refuse(t, WASM_FAULT_LEFT_OVER);
	if (block->unreachable)
		t->uncounted--;
	block->unreachable = false;
	return true;
}

static bool read_block_type(struct translator *t, uint8_t *type, enum wasm_reason otherwise)
{
	if (!read_byte(&t->in, type))
		return false;
	if (!is_configurable(t) && *type == 0)
		*type = TYPE_NONE;
	return *type == TYPE_NONE || is_value_type(*type) ||
	       wasm_refuse_found(t->parser->fault, otherwise, shown_type(*type), 0);
}

bool translate_block(struct translator *t)
{
	uint8_t type;

	count_nesting(t, true);
	if (!read_block_type(t, &type, WASM_FAULT_BLOCK_TYPE))
		return false;
	emit_flush(t);
	return block_push(t, BLOCK_PLAIN, type);
}

bool translate_loop(struct translator *t)
{
	uint8_t type;

	count_nesting(t, true);
	if (!read_block_type(t, &type, WASM_FAULT_LOOP_TYPE))
		return false;
	emit_flush(t);
	if (!block_push(t, BLOCK_LOOP, type))
		return false;
	top_block(t)->target = (uint32_t)emit_label(t);
	return true;
}

bool translate_if(struct translator *t)
{
	struct condition condition;
	struct operand operand;
	uint8_t type;

	count_nesting(t, true);
	if (!read_block_type(t, &type, WASM_FAULT_IF_TYPE) || !operand_pop(t, &operand, TYPE_I32))
		return false;
	condition = condition_inverse(emit_condition(t, &operand));
	emit_flush(t);
	if (!block_push(t, BLOCK_IF, type))
		return false;
	top_block(t)->target = (uint32_t)emit_jump_if(t, condition);
	return true;
}

bool translate_else(struct translator *t)
{
	struct block *block = top_block(t);

	count_nesting(t, true);
	if (block->kind != BLOCK_IF)
		return refuse(t, WASM_FAULT_ELSE);
	if (!finish_scope(t))
		return false;
	if (t->live) {
		emit(t, OP_jump, block->jumps, 0, 0);
		block->jumps = (uint32_t)t->module->code.count;
	}
	t->live = block->live;
	if (t->live)
		emit_patch(t, block->target, emit_label(t));
	block->kind = BLOCK_ELSE;
	return true;
}

static bool end_function(struct translator *t)
{
	t->blocks.count--;
	t->live = false;
	if (!reader_left(&t->in))
		return true;
	if (is_configurable(t))
		return refuse(t, WASM_FAULT_BODY_AFTER_END);
	/* The first parser of WASM_LEGACY reads on, as long as nothing takes an operand; such code cannot run. */
	t->module->trailing = true;
	t->operands.count = 0;
	return block_push(t, BLOCK_TRAILING, TYPE_NONE);
}

bool translate_end(struct translator *t)
{
	struct block *block = top_block(t);

	count_nesting(t, false);
	if (block->kind == BLOCK_TRAILING)
		return refuse(t, WASM_FAULT_BODY_TRAILING);
	if (block->kind == BLOCK_IF && block->result != TYPE_NONE)
		return refuse(t, WASM_FAULT_IF_RESULT);
	if (!finish_scope(t))
		return false;
	if (block->kind == BLOCK_FUNCTION)
		return end_function(t);
	t->live = block->live;
	if (t->live) {
		if (block->kind == BLOCK_IF)
			emit_patch(t, block->target, emit_label(t));
		emit_patch_chain(t, block->jumps);
	}
	t->blocks.count--;
	return block->result == TYPE_NONE || operand_push(t, block->result);
}

/* --- branches --- */

static struct block *read_label(struct translator *t)
{
	uint32_t depth;
	struct block *block;

	if (!read_u32(&t->in, &depth))
		return NULL;
	if (depth >= t->blocks.count) {
		refuse(t, WASM_FAULT_LABEL);
		return NULL;
	}
	block = &t->blocks.at[t->blocks.count - 1 - depth];
	if (block->kind != BLOCK_TRAILING)
		return block;
	refuse(t, WASM_FAULT_BODY_TRAILING);
	return NULL;
}

static uint8_t label_type(const struct block *block)
{
	return block->kind == BLOCK_LOOP ? TYPE_NONE : block->result;
}

static bool transfer(struct translator *t)
{
	if (top_block(t)->kind == BLOCK_TRAILING)
		return refuse(t, WASM_FAULT_BODY_TRAILING);
	start_unreachable(t);
	return true;
}

bool translate_unreachable(struct translator *t)
{
	emit(t, OP_unreachable, 0, 0, 0);
	return transfer(t);
}

bool translate_br(struct translator *t)
{
	struct block *target = read_label(t);

	if (!target || !operand_check_top(t, label_type(target)))
		return false;
	emit_branch(t, target);
	return transfer(t);
}

bool translate_br_if(struct translator *t)
{
	struct operand operand;
	struct condition condition;
	struct block *target = read_label(t);

	if (!target || !operand_pop(t, &operand, TYPE_I32) || !operand_check_top(t, label_type(target)))
		return false;
	condition = emit_condition(t, &operand);
	emit_branch_if(t, target, condition);
	return true;
}

bool translate_br_table(struct translator *t)
{
	struct operand operand;
	uint32_t count;
	uint8_t type = TYPE_NONE;

	if (!read_u32(&t->in, &count))
		return false;
	if (is_legacy(t) && count > LEGACY_LABELS)
		return wasm_refuse_found(t->parser->fault, WASM_FAULT_TABLE_LABELS, count, LEGACY_LABELS + 1);
	if (!operand_pop(t, &operand, TYPE_I32))
		return false;
	if (t->live) {
		uint32_t slot = emit_bits(t, &operand);
		if (t->operands.count > top_block(t)->height) /* the labels' value, if they have one */
			emit_top(t);
		emit(t, OP_jump_table, 0, slot, count);
	}
	for (uint64_t i = 0; i <= count; i++) {
		struct block *target = read_label(t);
		if (!target || !operand_check_top(t, label_type(target)))
			return false;
		if (i && label_type(target) != type)
			return refuse(t, WASM_FAULT_TABLE_LABEL_TYPE);
		type = label_type(target);
		emit_branch(t, target);
	}
	return transfer(t);
}

bool translate_return(struct translator *t)
{
	struct block *function = &t->blocks.at[0];

	if (function->kind == BLOCK_TRAILING)
		return refuse(t, WASM_FAULT_BODY_TRAILING);
	if (!operand_check_top(t, function->result))
		return false;
	emit_branch(t, function);
	return transfer(t);
}
