/* Writing what wasm_random.c makes as a module. */
#include "tests/wasm_random.h"

enum { COUNTER = RANDOM_LOCALS, COUNTERS = RANDOM_DEPTH + 1, SCRATCH = COUNTER + COUNTERS };

struct writer_state {
	struct bytes *out;
	unsigned labels, loops;
	unsigned breakable[RANDOM_DEPTH * 2 + 4], breakable_count; /* labels there were when each was opened */
};

static uint8_t by_type(char type, uint8_t first)
{
	return (uint8_t)(first + (type == 'i' ? 0 : type == 'l' ? 1 : type == 'f' ? 2 : 3));
}

static void open_block(struct writer_state *w, uint8_t opcode, char type)
{
	bytes_put_u8(w->out, opcode);
	bytes_put_u8(w->out, type == 'v' ? 0x40 : type_byte(type));
	w->labels++;
}

static void close_block(struct writer_state *w)
{
	bytes_put_u8(w->out, 0x0b);
	w->labels--;
}

static void write_node(struct writer_state *w, const struct node *n);

static void write_address(struct writer_state *w, const struct node *address)
{
	write_node(w, address);
	put_i32(w->out, RANDOM_MEMORY - 1);
	bytes_put_u8(w->out, 0x71);
}

static void write_constant(struct bytes *out, const struct node *n)
{
	switch (n->type) {
	case 'i': put_i32(out, (uint32_t)n->value); break;
	case 'l': bytes_put_u8(out, 0x42), put_leb(out, n->value); break;
	case 'f': bytes_put_u8(out, 0x43), bytes_put_u32(out, (uint32_t)n->value); break;
	default: bytes_put_u8(out, 0x44), bytes_put_u64(out, n->value); break;
	}
}

static void write_if(struct writer_state *w, const struct node *n)
{
	write_node(w, n->part[2]);
	w->breakable[w->breakable_count++] = w->labels;
	open_block(w, 0x04, n->type);
	write_node(w, n->part[0]);
	if (n->part[1]) {
		bytes_put_u8(w->out, 0x05);
		write_node(w, n->part[1]);
	}
	close_block(w);
	w->breakable_count--;
}

static void write_loop(struct writer_state *w, const struct node *n)
{
	uint32_t counter = COUNTER + w->loops++;
	put_i32(w->out, (uint32_t)n->value + 1);
	put_op(w->out, 0x21, counter);
	w->breakable[w->breakable_count++] = w->labels;
	open_block(w, 0x02, 'v');
	open_block(w, 0x03, 'v');
	write_node(w, n->part[0]);
	put_op(w->out, 0x20, counter);
	put_i32(w->out, 1);
	bytes_put_u8(w->out, 0x6b);
	put_op(w->out, 0x22, counter);
	put_op(w->out, 0x0d, 0);
	close_block(w);
	close_block(w);
	w->breakable_count--;
	w->loops--;
}

static void write_switch(struct writer_state *w, const struct node *n)
{
	for (int i = 0; i < 3; i++)
		open_block(w, 0x02, 'v');
	write_node(w, n->part[0]);
	bytes_put(w->out, "\x0e\2\0\1\2", 5);
	close_block(w);
	write_node(w, n->part[1]);
	close_block(w);
	write_node(w, n->part[2]);
	close_block(w);
}

static void write_value_block(struct writer_state *w, const struct node *n)
{
	open_block(w, 0x02, n->type);
	write_node(w, n->part[0]);
	write_node(w, n->part[1]);
	put_op(w->out, 0x0d, 0);
	bytes_put_u8(w->out, 0x1a);
	write_node(w, n->part[2]);
	close_block(w);
}

static void write_return_if(struct writer_state *w, const struct node *n)
{
	write_node(w, n->part[0]);
	open_block(w, 0x04, 'v');
	write_node(w, n->part[1]);
	bytes_put_u8(w->out, 0x0f);
	close_block(w);
}

/* As compilers write p[i] += x: the address in a local. */
static void write_add_to(struct writer_state *w, const struct node *n)
{
	write_address(w, n->part[0]);
	put_op(w->out, 0x22, SCRATCH);
	put_op(w->out, 0x20, SCRATCH);
	put_op(w->out, by_type(n->type, 0x28), 0);
	bytes_put_varuint32(w->out, n->index);
	write_node(w, n->part[1]);
	bytes_put_u8(w->out, (uint8_t)((n->type == 'i' ? 0x6a : 0x7c) + n->less));
	put_op(w->out, by_type(n->type, 0x36), 0);
	bytes_put_varuint32(w->out, n->index);
}

static void write_node(struct writer_state *w, const struct node *n)
{
	struct bytes *out = w->out;
	if (!n)
		return;
	if (n->kind == NODE_LIST) {
		for (; n; n = n->part[1])
			write_node(w, n->part[0]);
		return;
	}
	switch ((enum node_kind)n->kind) {
	case NODE_CONSTANT: write_constant(out, n); return;
	case NODE_LOCAL: put_op(out, 0x20, n->index); return;
	case NODE_GLOBAL: put_op(out, 0x23, n->index); return;
	case NODE_IF_VALUE:
		write_node(w, n->part[2]);
		open_block(w, 0x04, n->type);
		write_node(w, n->part[0]);
		bytes_put_u8(out, 0x05);
		write_node(w, n->part[1]);
		close_block(w);
		return;
	case NODE_BLOCK_VALUE: write_value_block(w, n); return;
	case NODE_IF: write_if(w, n); return;
	case NODE_LOOP: write_loop(w, n); return;
	case NODE_SWITCH: write_switch(w, n); return;
	case NODE_RETURN_IF: write_return_if(w, n); return;
	case NODE_BREAK_IF:
		write_node(w, n->part[0]);
		put_op(out, 0x0d, w->labels - 1 - w->breakable[w->breakable_count - 1 - n->index]);
		return;
	case NODE_LOAD:
		write_address(w, n->part[0]);
		put_op(out, by_type(n->type, 0x28), 0);
		bytes_put_varuint32(out, n->index);
		return;
	case NODE_ADD_TO: write_add_to(w, n); return;
	case NODE_STORE:
		write_address(w, n->part[0]);
		write_node(w, n->part[1]);
		put_op(out, by_type(n->part[1]->type, 0x36), 0);
		bytes_put_varuint32(out, n->index);
		return;
	default: break;
	}
	for (int i = 0; i < 3 && n->part[i]; i++)
		write_node(w, n->part[i]);
	switch ((enum node_kind)n->kind) {
	case NODE_UNARY:
	case NODE_BINARY: bytes_put_u8(out, n->opcode); break;
	case NODE_SELECT: bytes_put_u8(out, 0x1b); break;
	case NODE_CALL: put_op(out, 0x10, n->index); break;
	case NODE_TEE: put_op(out, 0x22, n->index); break;
	case NODE_SET: put_op(out, 0x21, n->index); break;
	case NODE_SET_GLOBAL: put_op(out, 0x24, n->index); break;
	case NODE_DROP: bytes_put_u8(out, 0x1a); break;
	default: break;
	}
}

/* Calls each function and stores its result, then stores the globals. */
static void write_apply(struct program *p, struct builder *builder)
{
	struct bytes body = {0};
	for (uint32_t i = 0; i < RANDOM_FUNCTIONS; i++) {
		put_i32(&body, 8 * i);
		bytes_put(&body, "\x20\0\xa7\x20\1", 5);
		put_op(&body, 0x10, i);
		put_op(&body, by_type(p->types[i], 0x36), 0);
		bytes_put_varuint32(&body, 0);
	}
	for (uint32_t i = 0; i < 3; i++) {
		put_i32(&body, GLOBALS_AT + 8 * i);
		put_op(&body, 0x23, i);
		bytes_put(&body, "\x37\0\0", 3);
	}
	build_export(builder, "apply", 0, build_function(builder, "lll:v", "", body.data, body.length));
	bytes_release(&body);
}

void program_write(struct program *p, struct bytes *out)
{
	char locals[32];
	struct builder builder = {0};
	snprintf(locals, sizeof locals, "%s%.*s", p->locals + 2, COUNTERS + 1, "iiiiiiiiiiiiiiii");
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	for (int i = 0; i < 3; i++)
		BUILD(&builder, BUILD_GLOBAL, "\x7e\1\x42\0\x0b");
	for (uint32_t i = 0; i < RANDOM_FUNCTIONS; i++) {
		struct bytes body = {0};
		struct writer_state w = {.out = &body, .labels = 1};
		char letters[8] = "il:?";
		letters[3] = p->types[i];
		write_node(&w, p->bodies[i]);
		write_node(&w, p->results[i]);
		build_function(&builder, letters, locals, body.data, body.length);
		bytes_release(&body);
	}
	write_apply(p, &builder);
	build_finish(&builder, out);
}
