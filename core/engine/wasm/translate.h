/* A function's body being translated: the operands and blocks that checking needs (WebAssembly 1.0,
 * appendix "validation algorithm", with nodeos's limits), and for each operand where its value is. Private
 * to this folder: translate.c reads the instructions, emit.c makes the register code.
 *
 * An operand is in the slot of its own place on the stack, or still in a local, or a constant: local.get
 * and constants emit nothing. An operand that is a local moves into its slot before that local changes,
 * and before a block begins, since in the block it may change on one way and not on another. Every operand
 * moves at most once, so translation stays linear. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_TRANSLATE_H
#define EOSIOFS_CORE_ENGINE_WASM_TRANSLATE_H

#include "core/engine/wasm/operation.h"
#include "core/engine/wasm/parser.h"

#include "core/base/memory.h"

enum { TYPE_ANY = 0 }; /* of an operand that only unreachable code has */

enum operand_kind { OPERAND_SLOT, OPERAND_LOCAL, OPERAND_CONSTANT };

struct operand {
	uint8_t type, kind;
	bool low; /* it is the low half of what is there; all that computes with an i32 or f32 reads no more */
	uint32_t position; /* on the stack */
	uint32_t below;    /* OPERAND_LOCAL: the next operand below that is the same local, + 1; 0: none */
	uint64_t value;    /* the local's number, the constant */
};

enum block_kind { BLOCK_FUNCTION, BLOCK_PLAIN, BLOCK_LOOP, BLOCK_IF, BLOCK_ELSE, BLOCK_TRAILING };

struct block {
	uint8_t kind, result;
	bool unreachable; /* from here to its end: operands that are not there are of any type */
	bool live;        /* code is emitted where it begins */
	uint32_t height;  /* operands below it */
	uint32_t jumps;   /* to its end: the last instruction of the chain, + 1 */
	uint32_t target;  /* of a loop its first instruction; of an if the jump to what else is done */
};

struct translator {
	struct wasm_parser *parser;
	struct wasm_module *module;
	struct wasm_reader in;
	struct wasm_function *function;
	const struct wasm_signature *signature;
	LIST(uint8_t) locals;     /* their types, the parameters first */
	LIST(uint32_t) local_top; /* the topmost operand that is this local, + 1; 0: none */
	LIST(struct operand) operands;
	LIST(struct block) blocks;
	uint32_t flushed; /* operands below this one are no locals */
	uint32_t highest; /* operands there were at once */
	bool live;        /* code is emitted: what is read can be reached */
	/* the instruction that made the topmost operand, when nothing follows it yet */
	size_t result_at, result_end;
	size_t label;  /* the last place that jumps may go to */
	size_t worked; /* the code up to there is counted where it stands */
	uint64_t counted; /* bytes of locals and operands (wasm.md W.3, max_func_local_bytes) */
	uint32_t uncounted; /* unreachable blocks around: nothing is counted */
};

static inline struct block *top_block(struct translator *t)
{
	return &t->blocks.at[t->blocks.count - 1];
}

static inline bool refuse(struct translator *t, enum wasm_reason reason)
{
	return wasm_refuse(t->parser->fault, reason);
}

static inline bool is_legacy(const struct translator *t)
{
	return t->parser->rules->mode == WASM_LEGACY;
}

static inline bool is_configurable(const struct translator *t)
{
	return t->parser->rules->mode == WASM_CONFIGURABLE;
}

/* --- operand.c --- */

bool operand_push(struct translator *t, uint8_t type);
/* Takes the topmost off, of that type or of any; where unreachable code has none, there is one of any
 * type. */
bool operand_pop(struct translator *t, struct operand *out, uint8_t type);
bool operand_pop_any(struct translator *t, struct operand *out);
/* The topmost must be of that type (TYPE_NONE: whatever). */
bool operand_check_top(struct translator *t, uint8_t type);
/* Drops the topmost, uncounted. */
void operand_remove(struct translator *t, struct operand *out);

/* The topmost, just pushed, is what a local holds, or a constant; no code is needed for that. */
void operand_is_local(struct translator *t, uint32_t local);
void operand_is_constant(struct translator *t, uint64_t value);
/* The topmost, just pushed, has the place of one taken off, or the low half of that place. */
void operand_is_same(struct translator *t, const struct operand *same);

/* --- block.c --- */

bool block_push(struct translator *t, enum block_kind kind, uint8_t result);
bool translate_block(struct translator *t);
bool translate_loop(struct translator *t);
bool translate_if(struct translator *t);
bool translate_else(struct translator *t);
bool translate_end(struct translator *t);
bool translate_unreachable(struct translator *t);
bool translate_br(struct translator *t);
bool translate_br_if(struct translator *t);
bool translate_br_table(struct translator *t);
bool translate_return(struct translator *t);

/* --- emit.c --- */

static inline uint32_t slot_of(const struct translator *t, uint32_t position)
{
	return (uint32_t)t->locals.count + FRAME_EXTRA + position;
}

/* Code without jumps is counted as work now and then, however long it is. */
void emit_work(struct translator *t);
/* The place of the next instruction, which jumps may go to: it is not merged with what stands before. */
size_t emit_label(struct translator *t);
void emit(struct translator *t, enum wasm_operation operation, uint32_t d, uint32_t a, uint32_t b);
/* The same for one that gives the operand at that position its value. */
void emit_result(struct translator *t, enum wasm_operation operation, uint32_t position, uint32_t a,
                 uint32_t b);
/* Where the value of an operand is that was taken off the stack. */
uint32_t emit_operand(struct translator *t, struct operand *operand);
/* The same of the topmost, which stays. */
uint32_t emit_top(struct translator *t);
/* The same of an operand taken off, for who reads no more than its type's bits. */
uint32_t emit_bits(struct translator *t, struct operand *operand);
/* Moves the topmost operands into their own slots. */
void emit_arguments(struct translator *t, uint32_t count);
/* Moves all operands that are locals into their slots. */
void emit_flush(struct translator *t);
/* local = operand, which was taken off. True: the value was computed right into the local. */
bool emit_local_set(struct translator *t, uint32_t local, struct operand *operand);
/* Of two operands that were taken off; the result is the operand at the first one's position. */
void emit_binary(struct translator *t, enum wasm_operation operation, struct operand *a, struct operand *b);
/* Of an address and a value that were taken off. */
void emit_store(struct translator *t, enum wasm_operation store, uint32_t offset, struct operand *address,
                struct operand *value);
/* Whether an operand that was taken off is zero; operation: equality with a constant, of its type. */
void emit_is_zero(struct translator *t, enum wasm_operation operation, struct operand *operand);

/* A jump's condition. */
struct condition {
	enum wasm_operation operation; /* of the jump */
	uint32_t a, b;
};
/* That the operand, taken off, is not zero. */
struct condition emit_condition(struct translator *t, struct operand *operand);
struct condition condition_inverse(struct condition condition);
/* A jump whose target comes later; gives its place, for emit_patch(). */
size_t emit_jump_if(struct translator *t, struct condition condition);
void emit_patch(struct translator *t, size_t jump, size_t target);
/* All jumps of a block's chain go here. */
void emit_patch_chain(struct translator *t, uint32_t jumps);
/* Goes to a block's label, with the topmost operand where that has a result; and the same under a
 * condition. */
void emit_branch(struct translator *t, struct block *target);
void emit_branch_if(struct translator *t, struct block *target, struct condition condition);
/* The topmost operand becomes the result of the block that ends. */
void emit_block_result(struct translator *t, const struct block *block);

#endif
