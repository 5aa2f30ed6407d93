/* Contracts as WebAssembly: loops beside the same in C (the compiler's own -O2), an instance of an empty
 * contract, translating, modules made to be slow to check, and a token transfer beside the native twin's. */
#include "tests/bench/rig/bench.h"
#include "tests/wasm_builder.h"

#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/engine/engine.h"
#include "core/engine/intrinsic/intrinsic.h"
#include "core/types/asset.h"
#include "core/types/name.h"

#include <stdio.h>
#include <stdlib.h>

/* clang has no noclone and clones nothing. */
#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

enum { LOOP = 200000, INSTANCES = 20000, TRANSFERS = 400, BOMB_BYTES = 500 << 10 };

static volatile uint64_t sink;

/* --- loops: apply's first parameter is how often --- */

struct loop {
	const char *name;
	void (*build)(struct builder *builder);
	uint64_t (*native)(uint64_t times);
	struct wasm_machine *machine;
	struct wasm_module *module;
	uint32_t apply;
};

#define BODY(builder, locals, bytes) build_function(builder, "lll:v", locals, bytes, sizeof bytes - 1)
/* counts local 0 down; goes on while it is not zero */
#define WHILE "\x20\0\x42\1\x7d\x22\0\x42\0\x52\x0d\0\x0b"

static void build_integer(struct builder *builder)
{
	/* x = (x * 25214903917 + n) ^ (x >> 13) */
	build_export(
		builder, "apply", 0,
		BODY(builder, "l",
	         "\x03\x40\x20\3\x42\xed\xcc\x99\xf7\xdd\0\x7e\x20\0\x7c\x20\3\x42\x0d\x88\x85\x21\3" WHILE));
}

static APART uint64_t native_integer(uint64_t times)
{
	uint64_t x = 0;
	do
		x = (x * UINT64_C(25214903917) + times) ^ x >> 13;
	while (--times);
	return x;
}

static void build_float(struct builder *builder)
{
	/* x = x * 0.75 + 0.5 */
	build_export(builder, "apply", 0,
	             BODY(builder, "d",
	                  "\x03\x40\x20\3\x44\0\0\0\0\0\0\xe8\x3f\xa2\x44\0\0\0\0\0\0\xe0\x3f\xa0\x21\3" WHILE));
}

static APART uint64_t native_float(uint64_t times)
{
	double x = 0;
	do
		x = x * 0.75 + 0.5;
	while (--times);
	return (uint64_t)(x * 1e6);
}

static void build_call(struct builder *builder)
{
	build_function(builder, "ll:l", "", "\x20\0\x42\3\x7e\x20\1\x85", 8);
	build_export(builder, "apply", 0, BODY(builder, "l", "\x03\x40\x20\3\x20\0\x10\0\x21\3" WHILE));
}

static APART uint64_t called(uint64_t a, uint64_t b)
{
	__asm__ volatile("");
	return a * 3 ^ b;
}

static APART uint64_t native_call(uint64_t times)
{
	uint64_t x = 0;
	do
		x = called(x, times);
	while (--times);
	return x;
}

static void build_memory(struct builder *builder)
{
	/* *p += n, p = n * 28 & 0xfffc */
	BUILD(builder, BUILD_MEMORY, "\0\1");
	build_export(builder, "apply", 0,
	             BODY(builder, "i",
	                  "\x03\x40\x20\0\xa7\x41\x1c\x6c\x41\xfc\xff\3\x71\x22\3\x20\3\x28\2\0\x20\0\xa7\x6a\x36"
	                  "\2\0" WHILE));
}

static APART uint64_t native_memory(uint64_t times)
{
	static uint32_t memory[16384];
	uint32_t *volatile base = memory;
	uint32_t *at = base;
	do
		at[((uint32_t)times * 28 & 0xfffc) / 4] += (uint32_t)times;
	while (--times);
	return memory[7];
}

static void load(struct loop *loop)
{
	const struct wasm_rules rules = test_rules(WASM_CONFIGURABLE, NULL);
	struct builder builder = {0};
	struct bytes code = {0};
	struct wasm_fault fault;
	loop->build(&builder);
	build_finish(&builder, &code);
	if (wasm_module_create(&loop->module, code.data, code.length, &rules, &fault) ||
	    wasm_module_export(loop->module, &loop->apply, "apply", "lll:v") != WASM_EXPORT_FOUND) {
		fprintf(stderr, "wasm: %s does not build\n", loop->name);
		exit(1);
	}
	bytes_release(&code);
}

static bool go_on(void *context, uint32_t work)
{
	(void)context, (void)work;
	return false;
}

static void run(const struct loop *loop, uint64_t times)
{
	const struct wasm_run run = {528, 251, go_on, NULL};
	const uint64_t arguments[3] = {times, 0, 0};
	if (wasm_machine_begin(loop->machine, loop->module, &run) != WASM_DONE ||
	    wasm_machine_call(loop->machine, loop->apply, arguments, 3) != WASM_DONE)
		abort();
	wasm_machine_clear(loop->machine);
}

static void run_module(void *context, size_t times) { run(context, times); }
static void run_native(void *context, size_t times) { sink = ((struct loop *)context)->native(times); }

static void run_instances(void *context, size_t times)
{
	for (size_t i = 0; i < times; i++)
		run(context, 1);
}

static void build_empty(struct builder *builder)
{
	BUILD(builder, BUILD_MEMORY, "\0\1");
	build_export(builder, "apply", 0, BODY(builder, "", ""));
}

static void measure_loops(struct wasm_machine *machine)
{
	struct loop loops[] = {{.name = "wasm: integer loop", .build = build_integer, .native = native_integer},
	                       {.name = "wasm: float loop", .build = build_float, .native = native_float},
	                       {.name = "wasm: call loop", .build = build_call, .native = native_call},
	                       {.name = "wasm: memory loop", .build = build_memory, .native = native_memory}};
	struct loop empty = {.name = "wasm: instance", .build = build_empty, .machine = machine};
	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
		loops[i].machine = machine;
		load(&loops[i]);
		struct bench_pair pair = bench_measure(run_module, &loops[i], LOOP, run_native, &loops[i], LOOP);
		bench_report(loops[i].name, pair.value, "ns", "compiled C", pair.against);
		wasm_module_destroy(loops[i].module);
	}
	load(&empty);
	bench_report("wasm: an instance of an empty contract",
	             bench_measure(run_instances, &empty, INSTANCES, NULL, NULL, 0).value / 1000, "us", NULL, 0);
	wasm_module_destroy(empty.module);
}

/* --- translating --- */

static void translate(void *context, size_t times)
{
	const struct bundle *bundle = context;
	const struct wasm_rules rules = {.mode = WASM_STORED, .find_import = intrinsic_find_import};
	for (size_t i = 0; i < times; i++) {
		struct wasm_module *module;
		struct wasm_fault fault;
		if (!wasm_module_create(&module, bundle->code->data, bundle->code->length, &rules, &fault))
			wasm_module_destroy(module);
	}
}

static void measure_translation(const char *name)
{
	const struct bundle *bundle = bundle_find(name);
	char line[96];
	union {
		const struct bundle *from;
		void *to;
	} context = {.from = bundle};
	double each = bench_measure(translate, context.to, 20, NULL, NULL, 0).value;
	snprintf(line, sizeof line, "wasm: translating %s, each kB", name);
	bench_report(line, each / ((double)bundle->code->length / 1024) / 1000, "us", NULL, 0);
}

/* What costs a module little, again and again, and a validator perhaps much. */
static const struct bomb {
	const char *name, *before, *piece, *after;
	size_t before_length, piece_length, after_length, before_times;
} bombs[] = {
#define BOMB(name, before, times, piece, after)                                                  \
	{                                                                                            \
		name, before, piece, after, sizeof before - 1, sizeof piece - 1, sizeof after - 1, times \
	}
	BOMB("wasm: 500 kB of constants dropped", "", 0, "\x41\0\x1a", ""),
	BOMB("wasm: 500 kB of empty blocks in 1 000 others", "\x02\x40", 1000, "\x02\x40\x0b", "\x0b"),
	BOMB("wasm: 500 kB of jumps out of 1 000 blocks", "\x02\x40", 1000, "\x20\0\xa7\x0d\xe7\7", "\x0b"),
	BOMB("wasm: 500 kB of locals set under 1 000 of them", "\x20\0", 1000, "\x42\1\x21\1\x42\1\x21\0",
         "\x1a"),
	BOMB("wasm: 500 kB of branches in unreachable code", "\0", 1, "\x0d\0\x0c\0", ""),
#undef BOMB
};

struct made {
	struct bytes code;
	bool taken;
};

static void make_bomb(struct made *out, const struct bomb *bomb)
{
	struct builder builder = {0};
	struct bytes body = {0};
	for (size_t i = 0; i < bomb->before_times; i++)
		bytes_put(&body, bomb->before, bomb->before_length);
	while (body.length < BOMB_BYTES)
		bytes_put(&body, bomb->piece, bomb->piece_length);
	for (size_t i = 0; i < bomb->before_times; i++)
		bytes_put(&body, bomb->after, bomb->after_length);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	*out = (struct made){0};
	build_finish(&builder, &out->code);
	bytes_release(&body);
}

static void check_bomb(void *context, size_t times)
{
	struct made *made = context;
	const struct wasm_rules rules = test_rules(WASM_CONFIGURABLE, NULL);
	for (size_t i = 0; i < times; i++) {
		struct wasm_module *module;
		struct wasm_fault fault;
		made->taken = !wasm_module_create(&module, made->code.data, made->code.length, &rules, &fault);
		if (made->taken)
			wasm_module_destroy(module);
	}
}

static void measure_bombs(void)
{
	for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
		struct made made;
		char name[96];
		make_bomb(&made, &bombs[i]);
		double each = bench_measure(check_bomb, &made, 1, NULL, NULL, 0).value;
		snprintf(name, sizeof name, "%s (%s)", bombs[i].name, made.taken ? "taken" : "refused");
		bench_report(name, each / 1e6, "ms", NULL, 0);
		bytes_release(&made.code);
	}
}

/* --- a transfer --- */

struct world {
	struct branch *branch;
	uint32_t sent;
	bool without_twins;
};

static void must(int result, const struct error *error)
{
	if (result == 0)
		return;
	fprintf(stderr, "wasm: %s\n", error->sentence);
	exit(1);
}

static void start_block(struct world *world)
{
	struct block_options options = {.slot = branch_head(world->branch)->block->header.timestamp + 1,
	                                .producer = name_literal("eosio")};
	struct error error = {0};
	must(branch_block_start(world->branch, NULL, &options, &error), &error);
}

static void push(struct world *world, const char *account, const char *action, const char *actor,
                 struct bytes *data)
{
	const struct push_options options = {.without_keys = true};
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	struct error error = {0};
	uint32_t now = (uint32_t)(branch_block_slot(world->branch) / 2) + 946684800;
	transaction.expiration = now + 60 + world->sent++ % 3000;
	transaction.ref_block_num = (uint16_t)branch_head(world->branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(world->branch)->id);
	transaction.actions[0] = (struct action){.account = name_literal(account),
	                                         .name = name_literal(action),
	                                         .data = *data,
	                                         .authorization_count = 1};
	transaction.actions[0].authorization = memory_allocate(1, sizeof(struct permission_level));
	transaction.actions[0].authorization[0] = (struct permission_level){name_literal(actor),
	                                                                    name_literal("active")};
	*data = (struct bytes){0};
	packed_transaction_make(&packed, &transaction);
	must(branch_push(world->branch, &trace, &packed, NULL, 0, &options, &error), &error);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
}

static void put_quantity(struct bytes *out, uint64_t amount)
{
	bytes_put_u64(out, amount);
	bytes_put_u64(out, 4 | (uint64_t)'S' << 8 | (uint64_t)'Y' << 16 | (uint64_t)'S' << 24);
}

static void make_account(struct world *world, const char *name)
{
	struct public_key key = ledger_genesis(branch_ledger(world->branch))->initial_key;
	struct authority authority = authority_of_key(&key);
	struct bytes data = {0};
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, name_literal(name));
	authority_pack(&data, &authority);
	authority_pack(&data, &authority);
	authority_release(&authority);
	push(world, "eosio", "newaccount", "eosio", &data);
}

static void make_world(struct world *world, const void *code, size_t length)
{
	struct genesis genesis;
	struct error error = {0};
	struct bytes data = {0};
	genesis_default(&genesis);
	must(branch_create(&world->branch, &genesis, &error), &error);
	start_block(world);
	make_account(world, "eosio.token");
	make_account(world, "alice");
	make_account(world, "bob");
	bytes_put_u64(&data, name_literal("eosio.token"));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, code, length);
	push(world, "eosio", "setcode", "eosio.token", &data);
	bytes_put_u64(&data, name_literal("alice"));
	put_quantity(&data, UINT64_C(1) << 60);
	push(world, "eosio.token", "create", "eosio.token", &data);
	bytes_put_u64(&data, name_literal("alice"));
	put_quantity(&data, UINT64_C(1) << 50);
	bytes_put_u8(&data, 0);
	push(world, "eosio.token", "issue", "alice", &data);
}

static void transfer(void *context, size_t times)
{
	struct world *world = context;
	const struct contract_options options = {.without_twins = world->without_twins};
	struct checksum256 digest;
	ledger_set_contract_options(branch_ledger(world->branch), &options);
	if (branch_block_seal(world->branch, NULL, &digest, NULL))
		abort();
	start_block(world);
	for (size_t i = 0; i < times; i++) {
		struct bytes data = {0};
		bytes_put_u64(&data, name_literal("alice"));
		bytes_put_u64(&data, name_literal("bob"));
		put_quantity(&data, 1);
		bytes_put_u8(&data, 0);
		push(world, "eosio.token", "transfer", "alice", &data);
	}
}

static void measure_transfers(const char *name, const void *code, size_t length)
{
	struct world wasm = {.without_twins = true}, twin = {0};
	make_world(&wasm, code, length);
	make_world(&twin, code, length);
	struct bench_pair pair = bench_measure(transfer, &wasm, TRANSFERS, transfer, &twin, TRANSFERS);
	bench_report(name, pair.value / 1000, "us", "by the native twin", pair.against / 1000);
	branch_block_drop(wasm.branch);
	branch_block_drop(twin.branch);
	branch_destroy(wasm.branch);
	branch_destroy(twin.branch);
}

/* The code that nodeos's own chains have, where it lies beside these sources. */
static void measure_reference(void)
{
	static const char path[] = "../shared/contracts/eosio.token/eosio.token.wasm";
	static char code[64 << 10];
	FILE *file = fopen(path, "rb");
	size_t length = file ? fread(code, 1, sizeof code, file) : 0;
	if (file)
		fclose(file);
	if (length)
		measure_transfers("wasm: a transfer by the reference contract, unsigned", code, length);
	else
		printf("SKIP a transfer by the reference contract: %s is not here\n", path);
}

int main(void)
{
	const struct bundle_code *token = bundle_find("eosio.token")->code;
	struct wasm_machine *machine = wasm_machine_create();
	bench_clock = CLOCK_THREAD_CPUTIME_ID; /* no more than one thread's work, whoever else runs meanwhile */
	measure_loops(machine);
	measure_translation("eosio.token");
	measure_translation("eosio.system");
	measure_bombs();
	measure_transfers("wasm: a transfer, unsigned", token->data, token->length);
	measure_reference();
	wasm_machine_destroy(machine);
	return 0;
}
