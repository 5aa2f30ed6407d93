/* Modules and machines: control, calls, memory, traps, limits at their edges, runs that are stopped, hostile
 * modules, the cache. The numeric instructions are wasm_number.c's, the rules of setcode the recording's
 * (tests/golden/wasm.t). */
#include "tests/wasm_builder.h"

#include "core/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>

/* --- a host, and running --- */

static uint64_t said[16];
static size_t said_count;

static void say(struct wasm_machine *machine, const struct wasm_host_function *function, uint64_t *arguments)
{
	(void)machine, (void)function;
	said[said_count++ % 16] = arguments[0];
}

static void leave(struct wasm_machine *machine, const struct wasm_host_function *function,
                  uint64_t *arguments)
{
	(void)function, (void)arguments;
	longjmp(*(jmp_buf *)wasm_machine_context(machine), 1);
}

static const struct wasm_host_function *find(struct wasm_name module, struct wasm_name field)
{
	static const struct wasm_host_function function = {"l:v", say}, leaving = {":v", leave};
	if (module.length != 3 || memcmp(module.text, "env", 3))
		return NULL;
	return field.length == 3 && !memcmp(field.text, "say", 3) ? &function
	       : field.length == 5                                ? &leaving
	                                                          : NULL;
}

static struct wasm_module *load(struct builder *builder)
{
	const struct wasm_rules rules = test_rules(WASM_CONFIGURABLE, find);
	struct wasm_module *module = NULL;
	struct wasm_fault fault;
	struct bytes code = {0};
	char sentence[128];
	build_finish(builder, &code);
	if (wasm_module_create(&module, code.data, code.length, &rules, &fault)) {
		wasm_fault_print(sentence, sizeof sentence, &fault, false);
		fail_msg("%s", sentence);
	}
	bytes_release(&code);
	return module;
}

static enum wasm_end run_with(struct wasm_machine *machine, const struct wasm_module *module,
                              const struct wasm_run *run)
{
	const uint64_t arguments[3] = {7, 8, 9};
	uint32_t apply;
	said_count = 0;
	assert_int_equal(wasm_module_export(module, &apply, "apply", "lll:v"), WASM_EXPORT_FOUND);
	enum wasm_end end = wasm_machine_begin(machine, module, run);
	if (end == WASM_DONE)
		end = wasm_machine_call(machine, apply, arguments, 3);
	wasm_machine_clear(machine);
	return end;
}

static enum wasm_end run_module(const struct wasm_module *module)
{
	const struct wasm_run run = {528, 251, NULL, NULL};
	struct wasm_machine *machine = wasm_machine_create();
	enum wasm_end end = run_with(machine, module, &run);
	wasm_machine_destroy(machine);
	return end;
}

/* `say` is function 0, `apply` function 1 (type 0 is l:v, type 1 lll:v); a page of memory; a table of ten
 * with apply at 1 and say at 2. */
static void begin(struct builder *builder)
{
	*builder = (struct builder){0};
	build_import(builder, "env", "say", "l:v");
	BUILD(builder, BUILD_TABLE, "\x70\0\x0a");
	BUILD(builder, BUILD_MEMORY, "\1\1\3");
	BUILD(builder, BUILD_GLOBAL, "\x7e\1\x42\5\x0b");
	BUILD(builder, BUILD_ELEMENT, "\0\x41\1\x0b\2\1\0");
	BUILD(builder, BUILD_DATA, "\0\x41\x0a\x0b\3\x11\x22\x33");
}

/* --- what programs do --- */

#define SAY "\x10\0"
#define GET(local) "\x20" local
#define SET(local) "\x21" local
#define TEE(local) "\x22" local
#define I32(leb) "\x41" leb
#define I64(leb) "\x42" leb
#define END "\x0b"

static const struct program {
	const char *what, *locals, *body;
	size_t length;
	uint64_t said[6];
	size_t said_count;
	enum wasm_end end;
} programs[] = {
/* clang-format off */
#define COUNT(...) sizeof((uint64_t[]){0, __VA_ARGS__}) / sizeof(uint64_t) - 1
#define PROGRAM(what, locals, body, end, ...) \
	{what, locals, body, sizeof body - 1, {__VA_ARGS__}, COUNT(__VA_ARGS__), end},
	PROGRAM("parameters", "", GET("\0") SAY GET("\2") SAY, WASM_DONE, 7, 9)
	PROGRAM("a local that was read and then set", "l", I64("\3") SET("\3") GET("\3") I64("\4") SET("\3")
	        SAY GET("\3") SAY, WASM_DONE, 3, 4)
	PROGRAM("one read, and set in a block that is left before", "l",
	        I64("\3") SET("\3") GET("\3") "\x02\x40" I32("\1") "\x0d\0" I64("\4") SET("\3") END SAY
	        GET("\3") SAY, WASM_DONE, 3, 3)
	PROGRAM("one read twice, its value exchanged", "ll",
	        I64("\3") SET("\3") I64("\4") SET("\4") GET("\3") GET("\4") SET("\3") SET("\4") GET("\3") SAY
	        GET("\4") SAY, WASM_DONE, 4, 3)
	PROGRAM("tee", "l", GET("\3") I64("\6") TEE("\3") "\x7c" SAY GET("\3") SAY, WASM_DONE, 6, 6)
	PROGRAM("a loop that counts", "l",
	        "\x03\x40" GET("\3") I64("\1") "\x7c" TEE("\3") I64("\5") "\x54" "\x0d\0" END GET("\3") SAY,
	        WASM_DONE, 5)
	PROGRAM("one that counts to a local, what is counted being an operand before and after", "iil",
	        I32("\2") SET("\4") "\x03\x40" GET("\3") GET("\3") I32("\1") "\x6a" TEE("\3") GET("\4")
	        "\x48\xad" SAY "\xad" SAY GET("\3") GET("\4")
	        "\x48\x0d\0" END GET("\3") "\xad" SAY, WASM_DONE, 1, 0, 0, 1, 2)
	PROGRAM("one that steps by the least number", "l",
	        "\x03\x40" GET("\3") I64("\x80\x80\x80\x80\x78") "\x7d" TEE("\3") I64("\0") "\x57\x0d\0" END
	        GET("\3") SAY, WASM_DONE, 0x80000000)
	PROGRAM("a step that is jumped over, to the comparison", "l",
	        I64("\3") SET("\3") "\x03\x40\x02\x40" GET("\3") I64("\4") "\x57\x0d\0" GET("\3") I64("\1")
	        "\x7d" SET("\3") END GET("\3") I64("\4")
	        "\x55\x0d\0" END GET("\3") SAY, WASM_DONE, 3)
	PROGRAM("a step of 64 bits of which half is compared", "l",
	        I64("\x81\x80\x80\x80\x10") SET("\3") "\x03\x40" GET("\3") I64("\1") "\x7d" TEE("\3")
	        "\xa7\x0d\0" END GET("\3") SAY, WASM_DONE,
	        0x100000000)
	PROGRAM("half of a sum, in a local", "li",
	        I64("\x81\x80\x80\x80\x10") SET("\3") GET("\3") I64("\1") "\x7c\xa7" SET("\4") GET("\4")
	        "\xad" SAY, WASM_DONE, 2)
	PROGRAM("a sum in memory with a value that may be none of its own", "",
	        I32("\0") "\x02\x7f" I32("\5") GET("\0") "\xa7\x0d\0\x1a" I32("\0") "\x28\2\0" END GET("\0")
	        "\xa7\x6a\x36\2\0" I32("\0")
	        "\x35\2\0" SAY, WASM_DONE, 12)
	PROGRAM("the low half of a local: itself, copied, of blocks, chosen, after a change", "li",
	        I64("\x87\x80\x80\x80\x10") SET("\3") GET("\3") "\xa7\xad" SAY GET("\3") "\xa7" SET("\4")
	        GET("\4") "\xad" SAY
	        "\x02\x7f" GET("\3") "\xa7" GET("\3") "\xa7\x0d\0" END "\xad" SAY GET("\3") "\xa7" GET("\4")
	        GET("\3") "\xa7\x1b\xad" SAY
	        GET("\3") "\xa7" I64("\2") SET("\3") "\xad" SAY GET("\3") GET("\3") "\x7c\xa7\xad" SAY,
	        WASM_DONE, 7, 7, 7, 7,
	        7, 4)
	PROGRAM("a loop with a value", "", "\x03\x7e" I64("\2") END SAY, WASM_DONE, 2)
	PROGRAM("if and else", "", GET("\0") "\xa7\x04\x7e" I64("\1") "\x05" I64("\2") END SAY I32("\0")
	        "\x04\x7e" I64("\1") "\x05" I64("\2") END SAY,
	        WASM_DONE, 1, 2)
	PROGRAM("a branch with a value over operands", "", "\x02\x7e" I64("\1") I64("\2") I64("\3") "\x0c\0"
	        END SAY, WASM_DONE, 3)
	PROGRAM("a conditional one that is not taken", "", "\x02\x7e" I64("\1") I32("\0") "\x0d\0" "\x1a"
	        I64("\2") END SAY, WASM_DONE, 2)
	PROGRAM("a table of branches", "l",
	        "\x02\x40\x02\x40\x02\x40" GET("\0") "\xa7" I32("\6") "\x6b\x0e\2\0\1\2" END I64("\1") SAY END
	        I64("\2") SAY END I64("\3") SAY,
	        WASM_DONE, 2, 3)
	PROGRAM("its default", "", "\x02\x40\x02\x40" I32("\x7f") "\x0e\1\0\1" END I64("\1") SAY END I64("\2")
	        SAY, WASM_DONE, 2)
	PROGRAM("select", "", I64("\1") I64("\2") GET("\0") "\xa7\x1b" SAY I64("\1") I64("\2") I32("\0")
	        "\x1b" SAY, WASM_DONE, 1, 2)
	PROGRAM("return within blocks", "", "\x02\x40\x03\x40" I64("\1") SAY "\x0f" END END I64("\2") SAY,
	        WASM_DONE, 1)
	PROGRAM("code that cannot be reached", "", "\x02\x40\x0c\0\x6a\x1a\x41\x01\x04\x40\x05\x0b" END
	        I64("\1") SAY, WASM_DONE, 1)
	PROGRAM("comparisons as values and conditions", "",
	        GET("\0") GET("\1") "\x53\xad" SAY GET("\0") GET("\1") "\x53\x45\xad" SAY GET("\0") I64("\7")
	        "\x51\x45\x04\x40" I64("\1") SAY END,
	        WASM_DONE, 1, 0)
	PROGRAM("a global", "", "\x23\0" SAY I64("\x2a") "\x24\0\x23\0" SAY, WASM_DONE, 5, 42)
	PROGRAM("data", "", I32("\x0a") "\x35\2\0" SAY I32("\x09") "\x33\1\0" SAY, WASM_DONE, 0x332211, 0x1100)
	PROGRAM("stores of every width", "",
	        I32("\0") I64("\x7f") "\x37\3\0" I32("\1") I64("\0") "\x3c\0\0" I32("\4") I64("\0") "\x3d\1\0"
	        I32("\0") "\x29\3\0" SAY, WASM_DONE,
	        0xffff0000ffff00ff)
	PROGRAM("signs of narrow loads", "",
	        I32("\0") I32("\x7e") "\x36\2\0" I32("\0") "\x30\0\0" SAY I32("\0") "\x2c\0\0\xad" SAY
	        I32("\0") "\x34\2\0" SAY I32("\0") "\x2f\1\0\xad" SAY,
	        WASM_DONE, 0xfffffffffffffffe, 0xfffffffe, 0xfffffffffffffffe, 0xfffe)
	PROGRAM("sums in memory, by a local and by a constant", "il",
	        I32("\x10") SET("\3") I64("\x7f") SET("\4") GET("\3") GET("\3") "\x29\3\2" GET("\4")
	        "\x7c\x37\3\2" /* p[2] += -1 */
	        GET("\3") GET("\3") "\x29\3\2" I64("\7") "\x7c\x37\3\2" GET("\3") "\x29\3\2" SAY            
	        /* 6 */
	        GET("\3") GET("\3") "\x28\2\0" I32("\5") "\x6a\x36\2\2" GET("\3") "\x29\3\2" SAY            
	        /* p[2] = p[0] + 5 */
	        GET("\3") GET("\3") "\x28\2\4" GET("\0") "\xa7\x6a\x36\2\4" GET("\3") "\x35\2\4" SAY,       
	        /* p[4] += 7 */
	        WASM_DONE, 6, 0x60005, 13)
	PROGRAM("memory that grows and shrinks", "",
	        "\x3f\0\xad" SAY I32("\2") "\x40\0\xad" SAY I32("\1") "\x40\0\xad" SAY I32("\x7e")
	        "\x40\0\xad" SAY "\x3f\0\xad" SAY, WASM_DONE, 1, 1,
	        0xffffffff, 3, 1)
	PROGRAM("what was shrunk away is zero when it comes back", "",
	        I32("\1") "\x40\0\x1a" I32("\xfc\xff\x03") I64("\x7f") "\x37\3\0" I32("\x7f") "\x40\0\x1a"
	        I32("\1") "\x40\0\x1a" I32("\xfc\xff\x03")
	        "\x29\3\0" SAY, WASM_DONE, 0xffffffff)
	PROGRAM("indirect call of an import", "", I64("\5") I32("\2") "\x11\0\0", WASM_DONE, 5)
	PROGRAM("indirect call beyond the table", "", I64("\5") I32("\x0a") "\x11\0\0", WASM_SYSTEM_FAILURE)
	PROGRAM("of an empty place", "", I64("\5") I32("\3") "\x11\0\0", WASM_SYSTEM_FAILURE)
	PROGRAM("of another type", "", I64("\5") I32("\1") "\x11\0\0", WASM_SYSTEM_FAILURE)
	PROGRAM("unreachable", "", "\0", WASM_SYSTEM_FAILURE)
	PROGRAM("a load beyond memory", "", I32("\xfd\xff\3") "\x28\2\0\x1a", WASM_ACCESS_VIOLATION)
	PROGRAM("a load by an offset beyond memory", "", I32("\x7f") "\x28\2\x01\x1a", WASM_ACCESS_VIOLATION)
	PROGRAM("a load at the greatest address and offset", "", GET("\0") I64("\x78")
	        "\x7c\xa7\x28\2\xff\xff\xff\xff\x0f\x1a", WASM_ACCESS_VIOLATION)
	PROGRAM("a sum in memory across the end", "i",
	        I32("\xfe\xff\3") TEE("\3") GET("\3") "\x28\2\0" GET("\0") "\xa7\x6a\x36\2\0" I64("\1") SAY,
	        WASM_ACCESS_VIOLATION)
	PROGRAM("a store across the end", "", I32("\xfc\xff\3") I64("\x7f") "\x37\3\0", WASM_ACCESS_VIOLATION)
	PROGRAM("recursion without end", "", GET("\0") GET("\1") GET("\2") "\x10\1", WASM_SYSTEM_FAILURE)
};
/* clang-format on */

static void programs_do_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		const struct program *program = &programs[i];
		struct builder builder;
		begin(&builder);
		build_export(&builder, "apply", 0,
		             build_function(&builder, "lll:v", program->locals, program->body, program->length));
		struct wasm_module *module = load(&builder);
		enum wasm_end end = run_module(module);
		bool same = said_count == program->said_count &&
		            !memcmp(said, program->said, said_count * sizeof *said);
		if (end != program->end || !same)
			fail_msg("%s: end %d, said %zu: %llx %llx", program->what, end, said_count,
			         (unsigned long long)said[0], (unsigned long long)said[1]);
		wasm_module_destroy(module);
	}
}

/* apply calls a function that calls itself while its parameter is not 0: of 251 functions one is apply. */
static void depth_of_calls(void **state)
{
	static const char body[] = GET("\0") "\x04\x40" GET("\0") I32("\1") "\x6b\x10\1" END;
	static const struct {
		const char *count;
		size_t length;
		enum wasm_end end;
	} rows[] = {{"\xf9\1", 2, WASM_DONE}, {"\xfa\1", 2, WASM_SYSTEM_FAILURE}};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct builder builder;
		struct bytes apply = {0};
		begin(&builder);
		build_function(&builder, "i:v", "", body, sizeof body - 1);
		bytes_put_u8(&apply, 0x41);
		bytes_put(&apply, rows[i].count, rows[i].length);
		bytes_put(&apply, "\x10\1", 2);
		build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", apply.data, apply.length));
		bytes_release(&apply);
		struct wasm_module *module = load(&builder);
		assert_int_equal(run_module(module), rows[i].end);
		wasm_module_destroy(module);
	}
}

/* --- runs --- */

static void every_run_begins_anew(void **state)
{
	static const char body[] = "\x23\0" SAY I64("\x7f") "\x24\0" I32("\x80\x20") "\x29\0\0" SAY I32(
		"\x80\x20") I64("\x7f") "\x37\0\0" I32("\x7d") "\x29\0\xff\xff\3\x1a";
	const struct wasm_run run = {528, 251, NULL, NULL};
	struct wasm_machine *machine = wasm_machine_create();
	struct builder builder;
	(void)state;
	begin(&builder);
	BUILD_APPLY(&builder, "", body);
	struct wasm_module *module = load(&builder);
	size_t taken = 0;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(run_with(machine, module, &run), WASM_ACCESS_VIOLATION); /* at its end */
		assert_true(said_count == 2 && said[0] == 5 && said[1] == 0);
		taken = i ? taken : mallinfo2().uordblks;
	}
	assert_int_equal(mallinfo2().uordblks, taken); /* they leave no memory behind */
	wasm_module_destroy(module);
	wasm_machine_destroy(machine);
}

/* Down to one page and up again, with a machine whose memory another program has filled. */
static void memory_is_zero_whatever_ran_before(void **state)
{
	static const char fill[] = I32("\2") "\x40\0\x1a\x03\x40" GET("\3") I64("\x7f") "\x37\0\0" GET("\3")
		I32("\x05") "\x6a" TEE("\3") I32("\xf8\xff\x0b") "\x49\x0d\0" END;
	static const char look[] = I32("\2") "\x40\0\x1a\x03\x40" GET("\4") GET("\3") "\x29\0\0\x84" SET("\4")
		GET("\3") I32("\x08") "\x6a" TEE("\3") I32("\xf8\xff\x0b") "\x49\x0d\0" END GET("\4") SAY;
	const struct wasm_run run = {528, 251, NULL, NULL};
	struct wasm_machine *machine = wasm_machine_create();
	struct wasm_module *modules[2];
	struct builder builder = {0};
	(void)state;
	for (int i = 0; i < 2; i++) {
		build_import(&builder, "env", "say", "l:v");
		BUILD(&builder, BUILD_MEMORY, "\0\1");
		if (i)
			BUILD_APPLY(&builder, "il", look);
		else
			BUILD_APPLY(&builder, "il", fill);
		modules[i] = load(&builder);
	}
	for (int i = 0; i < 6; i++)
		assert_int_equal(run_with(machine, modules[i % 2], &run), WASM_DONE);
	assert_true(said_count == 1 && said[0] == 0);
	wasm_module_destroy(modules[0]);
	wasm_module_destroy(modules[1]);
	wasm_machine_destroy(machine);
}

static bool stop_after(void *context, uint32_t work)
{
	uint64_t *left = context;
	*left -= work < *left ? work : *left;
	return !*left;
}

static void endless_runs_are_stopped(void **state)
{
	static const char *const bodies[] = {"\x03\x40\x0c\0\x0b", "\x03\x40\x42\0\x10\0\x0c\0\x0b",
	                                     "\x03\x40\x41\1\x0d\0\x0b", "\x03\x40\x41\0\x0e\0\0\x0b",
	                                     "\x03\x40\x42\5\x41\2\x11\0\0\x0c\0\x0b"};
	static const size_t lengths[] = {5, 9, 7, 8, 13};
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		uint64_t left = 1000000;
		const struct wasm_run run = {528, 251, stop_after, &left};
		struct wasm_machine *machine = wasm_machine_create();
		struct builder builder;
		begin(&builder);
		build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", bodies[i], lengths[i]));
		struct wasm_module *module = load(&builder);
		assert_int_equal(run_with(machine, module, &run), WASM_STOPPED);
		wasm_module_destroy(module);
		wasm_machine_destroy(machine);
	}
}

static void a_host_function_may_leave(void **state)
{
	jmp_buf out;
	const struct wasm_run run = {528, 251, NULL, &out};
	struct wasm_machine *machine = wasm_machine_create();
	struct builder builder = {0};
	volatile int left = 0;
	(void)state;
	build_import(&builder, "env", "leave", ":v");
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	BUILD_APPLY(&builder, "", I32("\0") I64("\1") "\x37\0\0\x10\0");
	struct wasm_module *module = load(&builder);
	for (volatile int i = 0; i < 3; i++) {
		if (!setjmp(out))
			run_with(machine, module, &run);
		else
			left++;
		wasm_machine_clear(machine);
	}
	assert_int_equal(left, 3);
	wasm_module_destroy(module);
	wasm_machine_destroy(machine);
}

static void limits_of_a_run(void **state)
{
	struct wasm_machine *machine = wasm_machine_create();
	struct builder builder = {0};
	(void)state;
	BUILD(&builder, BUILD_MEMORY, "\0\3");
	BUILD_APPLY(&builder, "", I32("\1") "\x40\0" I32("\x7f") "\x46\x04\x40\0\x0b");
	struct wasm_module *module = load(&builder);
	assert_int_equal(run_with(machine, module, &(struct wasm_run){2, 251, NULL, NULL}), WASM_SYSTEM_FAILURE);
	assert_int_equal(run_with(machine, module, &(struct wasm_run){3, 251, NULL, NULL}),
	                 WASM_SYSTEM_FAILURE); /* by itself */
	assert_int_equal(run_with(machine, module, &(struct wasm_run){4, 251, NULL, NULL}), WASM_DONE);
	assert_int_equal(run_with(machine, module, &(struct wasm_run){4, 0, NULL, NULL}), WASM_SYSTEM_FAILURE);
	wasm_module_destroy(module);
	/* more pages than are mapped at first */
	BUILD(&builder, BUILD_MEMORY, "\0\xff\4");
	BUILD_APPLY(&builder, "",
	            I32("\x0a") I64("\x0b") "\x37\0\0" I32("\xe4\0") "\x40\0\x1a" I32(
					"\x0a") "\x29\0\0\x42\x0b\x52\x04\x40\0\x0b" I32("\xf0\xff\xff\x15")
	                I64("\1") "\x37\0\0");
	const struct wasm_rules rules = {.mode = WASM_STORED};
	struct wasm_fault fault;
	struct bytes code = {0};
	build_finish(&builder, &code);
	assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), 0);
	assert_int_equal(run_with(machine, module, &(struct wasm_run){65536, 251, NULL, NULL}), WASM_DONE);
	bytes_release(&code);
	wasm_module_destroy(module);
	wasm_machine_destroy(machine);
}

/* --- modules --- */

/* Many of something that costs the module little. Checked in a time that grows as they do; here only that
 * they are checked. */
static void hostile_modules(void **state)
{
	struct bytes body = {0};
	struct builder builder;
	(void)state;
	begin(&builder);
	for (int i = 0; i < 1000; i++)
		bytes_put(&body, GET("\0"), 2);
	for (int i = 0; i < 60000; i++)
		bytes_put(&body, I64("\1") SET("\1") "\x02\x40\x0b", 7);
	for (int i = 0; i < 1000; i++)
		bytes_put_u8(&body, 0x1a);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	struct wasm_module *module = load(&builder);
	assert_int_equal(run_module(module), WASM_DONE);
	wasm_module_destroy(module);
	bytes_clear(&body);

	begin(&builder);
	for (int i = 0; i < 1000; i++)
		bytes_put(&body, "\x02\x40", 2);
	bytes_put_u8(&body, 0x41), bytes_put_u8(&body, 0);
	bytes_put_u8(&body, 0x0e);
	bytes_put_varuint32(&body, 200000);
	for (int i = 0; i <= 200000; i++)
		bytes_put_varuint32(&body, (uint32_t)i % 1000);
	for (int i = 0; i < 1000; i++)
		bytes_put_u8(&body, 0x0b);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	module = load(&builder);
	assert_int_equal(run_module(module), WASM_DONE);
	wasm_module_destroy(module);
	bytes_release(&body);
}

/* A module cut anywhere, and one with a byte changed, does no harm, whatever the mode. */
static void cut_and_changed_modules(void **state)
{
	struct wasm_machine *machine = wasm_machine_create();
	struct bytes code = {0};
	struct builder builder;
	(void)state;
	begin(&builder);
	BUILD_APPLY(&builder, "ilfd",
	            "\x03\x40" GET("\3") I32("\1") "\x6a" TEE("\3") I32("\5") "\x49\x0d\0" END GET("\0") SAY);
	build_finish(&builder, &code);
	for (enum wasm_mode mode = WASM_LEGACY; mode <= WASM_STORED; mode++) {
		const struct wasm_rules rules = test_rules(mode, find);
		struct wasm_module *module;
		struct wasm_fault fault;
		for (size_t i = 0; i < 256 * code.length; i++) {
			uint8_t *at = &code.data[i / 256], before = *at;
			uint64_t left = 100000;
			const struct wasm_run run = {528, 251, stop_after, &left};
			uint32_t apply;
			*at = (uint8_t)i;
			if (!wasm_module_create(&module, code.data, code.length, &rules, &fault)) {
				if (wasm_module_can_run(module) &&
				    wasm_module_export(module, &apply, "apply", "lll:v") == WASM_EXPORT_FOUND)
					run_with(machine, module, &run);
				wasm_module_destroy(module);
			}
			*at = before;
		}
		for (size_t length = 0; length < code.length; length++) {
			uint8_t *cut = memory_copy(code.data, length); /* so that reading on is seen */
			if (!wasm_module_create(&module, cut, length, &rules, &fault))
				wasm_module_destroy(module); /* between two sections */
			free(cut);
		}
	}
	wasm_machine_destroy(machine);
	bytes_release(&code);
}

static void old_code_is_looked_at_loosely(void **state)
{
	struct wasm_rules rules = test_rules(WASM_LEGACY, find);
	struct builder builder;
	struct wasm_module *module;
	struct wasm_fault fault;
	struct bytes code = {0};
	(void)state;
	begin(&builder);
	BUILD_APPLY(&builder, "", "\x0b\1\x41\5\x02\x40");
	build_finish(&builder, &code);
	assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), 0);
	assert_false(wasm_module_can_run(module));
	wasm_module_destroy(module);
	rules.mode = WASM_STORED;
	assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), 0);
	assert_false(wasm_module_can_run(module));
	wasm_module_destroy(module);
	rules.mode = WASM_CONFIGURABLE;
	assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), -1);
	bytes_release(&code);
}

/* --- the cache --- */

static struct wasm_module *module_of(unsigned nops)
{
	struct bytes body = {0};
	struct builder builder = {0};
	for (unsigned i = 0; i < nops; i++)
		bytes_put(&body, I64("\1") SET("\1"), 4);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	bytes_release(&body);
	return load(&builder);
}

static void the_least_recently_used_leave(void **state)
{
	struct wasm_module *first = module_of(1000);
	size_t size = wasm_module_size(first);
	struct wasm_cache *cache = wasm_cache_create(3 * size + size / 2);
	uint8_t hashes[5][32] = {{1}, {1, 1}, {2}, {3}, {1, 2}};
	(void)state;
	assert_ptr_equal(wasm_cache_put(cache, hashes[0], first), first);
	for (int i = 1; i < 3; i++)
		wasm_cache_put(cache, hashes[i], module_of(1000));
	assert_ptr_equal(wasm_cache_get(cache, hashes[0]), first); /* now 1 is the oldest */
	wasm_cache_put(cache, hashes[3], module_of(1000));
	assert_null(wasm_cache_get(cache, hashes[1]));
	assert_non_null(wasm_cache_get(cache, hashes[0]));
	assert_non_null(wasm_cache_get(cache, hashes[2]));
	wasm_cache_put(cache, hashes[2], module_of(10)); /* in place of the other */
	wasm_cache_put(cache, hashes[4], module_of(100000)); /* larger than all that may be kept: stays alone */
	assert_non_null(wasm_cache_get(cache, hashes[4]));
	assert_null(wasm_cache_get(cache, hashes[0]));
	wasm_cache_destroy(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(programs_do_what_they_say),
	    cmocka_unit_test(depth_of_calls),
	    cmocka_unit_test(every_run_begins_anew),
	    cmocka_unit_test(memory_is_zero_whatever_ran_before),
	    cmocka_unit_test(endless_runs_are_stopped),
	    cmocka_unit_test(a_host_function_may_leave),
	    cmocka_unit_test(limits_of_a_run),
	    cmocka_unit_test(hostile_modules),
	    cmocka_unit_test(cut_and_changed_modules),
	    cmocka_unit_test(old_code_is_looked_at_loosely),
	    cmocka_unit_test(the_least_recently_used_leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
