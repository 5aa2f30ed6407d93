/* Random valid modules, made from bytes, and a plain evaluator of them that walks their trees: what the
 * interpreter is compared with. The evaluator shares nothing with it, not even the arithmetic. A module has
 * four functions, each calling only those before it, a memory of one page, three globals; its loops count
 * down, so it ends. */
#ifndef EOSIOFS_TESTS_WASM_RANDOM_H
#define EOSIOFS_TESTS_WASM_RANDOM_H

#include "tests/wasm_builder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	RANDOM_FUNCTIONS = 4,
	RANDOM_LOCALS = 6,
	RANDOM_NODES = 4000,
	RANDOM_MEMORY = 65536,
	RANDOM_DEPTH = 5,
	RANDOM_STEPS = 200000
};

/* --- trees --- */

enum node_kind {
	NODE_CONSTANT,
	NODE_LOCAL,
	NODE_TEE,
	NODE_GLOBAL,
	NODE_UNARY,
	NODE_BINARY,
	NODE_LOAD,
	NODE_SELECT,
	NODE_IF_VALUE,
	NODE_BLOCK_VALUE,
	NODE_CALL,
	NODE_SIZE, /* values */
	NODE_SET,
	NODE_SET_GLOBAL,
	NODE_STORE,
	NODE_IF,
	NODE_LOOP,
	NODE_BREAK_IF,
	NODE_SWITCH,
	NODE_DROP,
	NODE_LIST,
	NODE_RETURN_IF,
	NODE_ADD_TO,
};

struct node {
	uint8_t kind, opcode;
	char type;      /* of its value: i l f d; v none */
	uint32_t index; /* local, global, function, offset */
	bool less;      /* ADD_TO: subtract */
	uint64_t value;
	struct node *part[3];
};

struct program {
	const uint8_t *at, *end; /* of the bytes that decide */
	struct node nodes[RANDOM_NODES];
	unsigned nodes_count;
	struct node *bodies[RANDOM_FUNCTIONS], *results[RANDOM_FUNCTIONS];
	char locals[RANDOM_LOCALS + 1];
	char types[RANDOM_FUNCTIONS]; /* of results; the parameters are i and l, the first locals */
	unsigned function;            /* being made */
	unsigned breakable;           /* blocks around the statement being made that it may leave */
};

enum { GLOBALS_AT = 64 }; /* in memory, when a program has ended; its functions' results come first */

/* --- wasm_random.c --- */
void program_make(struct program *p, const uint8_t *data, size_t length);

/* --- wasm_random_write.c: as a module --- */
void program_write(struct program *p, struct bytes *out);

/* --- wasm_random_run.c --- */
/* NULL: they agree, or the evaluator gave up; else what differs, for a message. The first bytes are the
 * arguments. */
const char *random_module_differs(struct wasm_machine *machine, const uint8_t *data, size_t length);

#endif
