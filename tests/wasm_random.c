/* Making random programs as trees, from the bytes that decide. */
#include "tests/wasm_random.h"

static unsigned pick(struct program *p, unsigned count)
{
	if (p->at == p->end)
		return 0;
	return *p->at++ % count;
}

static struct node *node(struct program *p, enum node_kind kind, char type)
{
	static struct node none;
	if (p->nodes_count == RANDOM_NODES)
		return &none;
	struct node *made = &p->nodes[p->nodes_count++];
	*made = (struct node){.kind = (uint8_t)kind, .type = type};
	return made;
}

static const uint8_t binary_i32[] = {0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71,
                                     0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78};
static const uint8_t compare_i32[] = {0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f};
static const uint8_t compare_i64[] = {0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a};
static const uint8_t binary_i64[] = {0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83,
                                     0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a};
enum { SAFE_BINARIES = 11 }; /* without division, which mostly ends a program */
static const uint8_t safe_i32[SAFE_BINARIES] = {0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73,
                                                0x74, 0x75, 0x76, 0x77, 0x78};
static const uint8_t float_binary[] = {0, 1, 2, 3, 4, 5}; /* add sub mul div min max */

static struct node *value(struct program *p, char type, unsigned depth);
static struct node *statements(struct program *p, unsigned depth);

static struct node *local_of(struct program *p, enum node_kind kind, char type)
{
	struct node *made = node(p, kind, type);
	unsigned from = pick(p, RANDOM_LOCALS);
	for (unsigned i = 0; i < RANDOM_LOCALS; i++)
		if (p->locals[(from + i) % RANDOM_LOCALS] == type)
			made->index = (from + i) % RANDOM_LOCALS;
	return made;
}

static struct node *constant(struct program *p, char type)
{
	static const uint64_t numbers[] = {0,
	                                   1,
	                                   2,
	                                   7,
	                                   255,
	                                   0x7fffffff,
	                                   0x80000000,
	                                   0xffffffff,
	                                   0x100000000,
	                                   0x7fffffffffffffff,
	                                   0x8000000000000000,
	                                   0xffffffffffffffff,
	                                   0x3ff8000000000000,
	                                   0xc05edd2f1a9fbe77,
	                                   0x3fc00000,
	                                   0x7ff0000000000000,
	                                   0x7f800000,
	                                   0x40490fdb};
	struct node *made = node(p, NODE_CONSTANT, type);
	made->value = numbers[pick(p, sizeof numbers / sizeof *numbers)] + pick(p, 4);
	if (type == 'i' || type == 'f')
		made->value &= 0xffffffff;
	return made;
}

static struct node *operation(struct program *p, char type, unsigned depth)
{
	struct node *made = node(p, NODE_BINARY, type);
	char operand = type;
	if (type == 'i') {
		switch (pick(p, 4)) {
		case 0: made->opcode = compare_i32[pick(p, 10)]; break;
		case 1: made->opcode = compare_i64[pick(p, 10)], operand = 'l'; break;
		case 2: made->opcode = (uint8_t)(0x61 + pick(p, 6)), operand = 'd'; break;
		default:
			made->opcode = pick(p, 12) ? safe_i32[pick(p, SAFE_BINARIES)]
			                           : binary_i32[pick(p, sizeof binary_i32)];
			break;
		}
	} else if (type == 'l') {
		made->opcode = pick(p, 12) ? (uint8_t)(safe_i32[pick(p, SAFE_BINARIES)] + 0x12)
		                           : binary_i64[pick(p, sizeof binary_i64)];
	} else {
		made->opcode = (uint8_t)((type == 'f' ? 0x92 : 0xa0) + float_binary[pick(p, sizeof float_binary)]);
	}
	made->part[0] = value(p, operand, depth + 1);
	made->part[1] = value(p, operand, depth + 1);
	return made;
}

/* Opcode, operand's type. */
static const struct conversion {
	uint8_t opcode;
	char operand, result;
} conversions[] = {{0x45, 'i', 'i'}, {0x50, 'l', 'i'}, {0x67, 'i', 'i'}, {0x69, 'i', 'i'}, {0xa7, 'l', 'i'},
                   {0xaa, 'd', 'i'}, {0xbc, 'f', 'i'}, {0x7a, 'l', 'l'}, {0xac, 'i', 'l'}, {0xad, 'i', 'l'},
                   {0xb1, 'd', 'l'}, {0xbd, 'd', 'l'}, {0x8c, 'f', 'f'}, {0x91, 'f', 'f'}, {0xb2, 'i', 'f'},
                   {0xb6, 'd', 'f'}, {0xbe, 'i', 'f'}, {0x9d, 'd', 'd'}, {0x9e, 'd', 'd'}, {0xba, 'l', 'd'},
                   {0xbb, 'f', 'd'}, {0xbf, 'l', 'd'}};

static struct node *conversion(struct program *p, char type, unsigned depth)
{
	struct node *made = node(p, NODE_UNARY, type);
	unsigned from = pick(p, sizeof conversions / sizeof *conversions);
	while (conversions[from].result != type)
		from = (from + 1) % (sizeof conversions / sizeof *conversions);
	if ((type == 'i' || type == 'l') &&
	    pick(p, 2)) /* the two that let go of bits and bring them back: they may cost no instruction */
		while (conversions[from].opcode != (type == 'i' ? 0xa7 : 0xad))
			from = (from + 1) % (sizeof conversions / sizeof *conversions);
	made->opcode = conversions[from].opcode;
	made->part[0] = value(p, conversions[from].operand, depth + 1);
	return made;
}

/* A block whose value may come early: the statement list may break out of nothing in it, but the value goes
 * through a branch. */
static struct node *value(struct program *p, char type, unsigned depth)
{
	unsigned choice = pick(p, 16);
	struct node *made;
	if (depth >= RANDOM_DEPTH || p->nodes_count > RANDOM_NODES - 200)
		return choice & 1 ? constant(p, type) : local_of(p, NODE_LOCAL, type);
	switch (choice) {
	case 0: return constant(p, type);
	case 1:
	case 2: return local_of(p, NODE_LOCAL, type);
	case 3:
		made = local_of(p, NODE_TEE, type);
		made->part[0] = value(p, type, depth + 1);
		return made;
	case 4:
	case 5: return conversion(p, type, depth);
	case 6:
		made = node(p, NODE_LOAD, type);
		made->index = pick(p, 64);
		made->part[0] = value(p, 'i', depth + 1);
		return made;
	case 7:
		made = node(p, NODE_SELECT, type);
		made->part[0] = value(p, type, depth + 1);
		made->part[1] = value(p, type, depth + 1);
		made->part[2] = value(p, 'i', depth + 1);
		return made;
	case 8:
		made = node(p, NODE_IF_VALUE, type);
		made->part[2] = value(p, 'i', depth + 1);
		made->part[0] = value(p, type, depth + 1);
		made->part[1] = value(p, type, depth + 1);
		return made;
	case 9:
		made = node(p, NODE_BLOCK_VALUE, type);
		made->part[0] = value(p, type, depth + 1); /* left with this one, if */
		made->part[1] = value(p, 'i', depth + 1);  /* this is not zero, */
		made->part[2] = value(p, type, depth + 1); /* else with this */
		return made;
	case 10:
		for (unsigned i = 0; i < p->function; i++)
			if (p->types[i] == type) {
				made = node(p, NODE_CALL, type);
				made->index = i;
				made->part[0] = value(p, 'i', depth + 1);
				made->part[1] = value(p, 'l', depth + 1);
				return made;
			}
		return operation(p, type, depth);
	case 11:
		if (type != 'l')
			return operation(p, type, depth);
		made = node(p, NODE_GLOBAL, type);
		made->index = pick(p, 3);
		return made;
	default: return operation(p, type, depth);
	}
}

/* As at the end of a loop: a local changes by a constant and is compared. */
static struct node *step(struct program *p)
{
	char type = "il"[pick(p, 2)];
	struct node *compared = node(p, NODE_BINARY, 'i'), *set = local_of(p, NODE_TEE, type),
	            *sum = node(p, NODE_BINARY, type);
	sum->opcode = (uint8_t)((type == 'i' ? 0x6a : 0x7c) + pick(p, 2));
	sum->part[0] = local_of(p, NODE_LOCAL, type);
	sum->part[1] = constant(p, type);
	set->part[0] = sum;
	compared->opcode = type == 'i' ? compare_i32[pick(p, 10)] : compare_i64[pick(p, 10)];
	compared->part[0] = set;
	compared->part[1] = pick(p, 2) ? constant(p, type) : local_of(p, NODE_LOCAL, type);
	return compared;
}

static struct node *add_to(struct program *p)
{
	char type = "il"[pick(p, 2)];
	struct node *made = node(p, NODE_ADD_TO, type);
	made->index = pick(p, 64);
	made->less = pick(p, 2);
	made->part[0] = value(p, 'i', 1);
	made->part[1] = value(p, type, RANDOM_DEPTH - pick(p, 2));
	return made;
}

static struct node *statement(struct program *p, unsigned depth)
{
	struct node *made;
	char type = "ilfd"[pick(p, 4)];
	switch (pick(p, 11)) {
	case 0:
		made = node(p, NODE_STORE, type);
		made->index = pick(p, 64);
		made->part[0] = value(p, 'i', 1);
		made->part[1] = value(p, type, 1);
		return made;
	case 1:
		made = node(p, NODE_SET_GLOBAL, 'l');
		made->index = pick(p, 3);
		made->part[0] = value(p, 'l', 1);
		return made;
	case 2: case 3:
		if (depth >= RANDOM_DEPTH)
			break;
		made = node(p, NODE_IF, 'v');
		made->part[2] = value(p, 'i', 1);
		p->breakable++;
		made->part[0] = statements(p, depth + 1);
		made->part[1] = pick(p, 2) ? statements(p, depth + 1) : NULL;
		p->breakable--;
		return made;
	case 4:
		if (depth >= RANDOM_DEPTH)
			break;
		made = node(p, NODE_LOOP, 'v'); /* a block around it, a counter that nobody else sets */
		made->value = pick(p, 5);
		p->breakable++;
		made->part[0] = statements(p, depth + 1);
		p->breakable--;
		return made;
	case 5:
		if (!p->breakable)
			break;
		made = node(p, NODE_BREAK_IF, 'v');
		made->index = pick(p, p->breakable);
		made->part[0] = pick(p, 2) ? value(p, 'i', 1) : step(p);
		return made;
	case 6:
		made = node(p, NODE_SWITCH, 'v'); /* three blocks, each with a statement behind it */
		made->part[0] = value(p, 'i', 1);
		made->part[1] = node(p, NODE_DROP, type);
		made->part[1]->part[0] = value(p, type, 2);
		made->part[2] = local_of(p, NODE_SET, type);
		made->part[2]->part[0] = value(p, type, 2);
		return made;
	case 7:
		made = node(p, NODE_DROP, type);
		made->part[0] = value(p, type, 1);
		return made;
	case 8:
		made = node(p, NODE_RETURN_IF, p->types[p->function]);
		made->part[0] = value(p, 'i', 1);
		made->part[1] = value(p, p->types[p->function], 1);
		return made;
	case 9: return add_to(p);
	default: break;
	}
	made = local_of(p, NODE_SET, type);
	made->part[0] = value(p, type, 1);
	return made;
}

static struct node *statements(struct program *p, unsigned depth)
{
	struct node *list = NULL, **last = &list;
	for (unsigned count = 1 + pick(p, 4); count > 0 && p->nodes_count < RANDOM_NODES - 200; count--) {
		struct node *item = node(p, NODE_LIST, 'v');
		item->part[0] = statement(p, depth);
		*last = item;
		last = &item->part[1];
	}
	return list;
}

void program_make(struct program *p, const uint8_t *data, size_t length)
{
	*p = (struct program){.at = data, .end = data + length};
	memcpy(p->locals, "ilfdil", RANDOM_LOCALS + 1);
	memcpy(p->types, "ildi", RANDOM_FUNCTIONS);
	for (p->function = 0; p->function < RANDOM_FUNCTIONS; p->function++) {
		p->bodies[p->function] = statements(p, 0);
		p->results[p->function] = value(p, p->types[p->function], 0);
	}
}
