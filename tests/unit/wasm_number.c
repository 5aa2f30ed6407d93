/* Every numeric instruction against vectors, its operands as constants, as locals, and mixed, since each is
 * translated in its own way. */
#include "tests/wasm_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { FINE, ACCESS, SYSTEM };

static const struct vector {
	uint8_t opcode;
	const char *signature;
	uint64_t a, b, result;
	uint8_t end;
} vectors[] = {
#include "tests/unit/wasm_vectors.inc"
};

/* The operand as a constant. */
static void put_constant(struct bytes *out, char type, uint64_t value)
{
	switch (type) {
	case 'i': bytes_put_u8(out, 0x41), put_leb(out, (uint64_t)(int64_t)(int32_t)value); break;
	case 'l': bytes_put_u8(out, 0x42), put_leb(out, value); break;
	case 'f': bytes_put_u8(out, 0x43), bytes_put_u32(out, (uint32_t)value); break;
	default: bytes_put_u8(out, 0x44), bytes_put_u64(out, value); break;
	}
}

/* The operand from apply's parameter 0 or 1, where its bits are. */
static void put_parameter(struct bytes *out, char type, uint8_t parameter)
{
	bytes_put_u8(out, 0x20), bytes_put_u8(out, parameter);
	if (type == 'i' || type == 'f')
		bytes_put_u8(out, 0xa7); /* i32.wrap_i64 */
	if (type == 'f' || type == 'd')
		bytes_put_u8(out, type == 'f' ? 0xbe : 0xbf); /* reinterpret */
}

/* ways: a bit an operand, 1: it is a constant. The result goes to address 0. */
static void make_module(struct bytes *out, const struct vector *vector, unsigned ways)
{
	static const uint8_t store[] = {['i'] = 0x36, ['l'] = 0x37, ['f'] = 0x38, ['d'] = 0x39};
	struct builder builder = {0};
	struct bytes body = {0};
	char result = strchr(vector->signature, ':')[1];
	bytes_put(&body, "\x41\0", 2);
	for (unsigned i = 0; vector->signature[i] != ':'; i++) {
		if (ways >> i & 1)
			put_constant(&body, vector->signature[i], i ? vector->b : vector->a);
		else
			put_parameter(&body, vector->signature[i], (uint8_t)i);
	}
	bytes_put_u8(&body, vector->opcode);
	bytes_put_u8(&body, store[(uint8_t)result]);
	bytes_put(&body, "\0\0", 2);
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	bytes_release(&body);
	build_finish(&builder, out);
}

static void run_vector(struct wasm_machine *machine, const struct vector *vector, unsigned ways)
{
	static const enum wasm_end ends[] = {
		[FINE] = WASM_DONE, [ACCESS] = WASM_ACCESS_VIOLATION, [SYSTEM] = WASM_SYSTEM_FAILURE};
	const struct wasm_rules rules = test_rules(WASM_CONFIGURABLE, NULL);
	const struct wasm_run run = {528, 251, NULL, NULL};
	const uint64_t arguments[3] = {vector->a, vector->b, 0};
	struct wasm_module *module;
	struct wasm_fault fault;
	struct bytes code = {0};
	uint64_t result = 0;
	uint32_t apply;
	make_module(&code, vector, ways);
	assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), 0);
	assert_int_equal(wasm_module_export(module, &apply, "apply", "lll:v"), WASM_EXPORT_FOUND);
	assert_int_equal(wasm_machine_begin(machine, module, &run), WASM_DONE);
	enum wasm_end end = wasm_machine_call(machine, apply, arguments, 3);
	memcpy(&result, wasm_machine_memory(machine, 0, sizeof result, false), sizeof result);
	if (end != ends[vector->end] || result != vector->result)
		fail_msg("opcode %02x of %llx and %llx (%s, way %u): end %d, result %llx, not %d, %llx",
		         vector->opcode, (unsigned long long)vector->a, (unsigned long long)vector->b,
		         vector->signature, ways, end, (unsigned long long)result, ends[vector->end],
		         (unsigned long long)vector->result);
	wasm_machine_clear(machine);
	wasm_module_destroy(module);
	bytes_release(&code);
}

static void every_instruction(void **state)
{
	struct wasm_machine *machine = wasm_machine_create();
	bool seen[256] = {false};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		unsigned operands = vectors[i].signature[1] == ':' ? 1 : 2;
		for (unsigned ways = 0; ways < 1u << operands; ways++)
			run_vector(machine, &vectors[i], ways);
		seen[vectors[i].opcode] = true;
	}
	for (unsigned opcode = 0x45; opcode <= 0xbf; opcode++)
		assert_true(seen[opcode]);
	wasm_machine_destroy(machine);
}

/* --- a product that is added to something, which is translated in one, as the two by themselves --- */

static const uint64_t doubles[] = {0,
                                   UINT64_C(1) << 63,
                                   1,
                                   UINT64_C(0x3ff8000000000000),
                                   UINT64_C(0xc002000000000000),
                                   UINT64_C(0x7fefffffffffffff),
                                   UINT64_C(0x7ff0000000000000),
                                   UINT64_C(0xfff0000000000000),
                                   UINT64_C(0x7ff8000000000001),
                                   UINT64_C(0xfff8000000000002),
                                   UINT64_C(0x7ff0000000000003),
                                   UINT64_C(0xfff0000000000004)};
enum { DOUBLES = sizeof doubles / sizeof *doubles };

#define ADDRESS(at) "\x41" at
#define FACTORS "\x20\3\x20\4\xa2"
#define STORE "\xa0\x39\3\0"

/* apply(x, y, z): x * y + z at 0, with the constant at 16, (x * 1.5) + the constant at 32; behind each the
 * same by way of a local. */
static void make_sums(struct bytes *out, uint64_t constant)
{
	struct builder builder = {0};
	struct bytes body = {0};
	const struct {
		const char *bytes;
		size_t length;
		bool with_constant;
	} parts[] = {
#define PART(text, constant) {text, sizeof text - 1, constant}
		PART("\x20\0\xbf\x21\3\x20\1\xbf\x21\4\x20\2\xbf\x21\5", false),
		PART(ADDRESS("\0") FACTORS "\x20\5" STORE, false),
		PART(FACTORS "\x21\6" ADDRESS("\x08") "\x20\6\x20\5" STORE, false),
		PART(ADDRESS("\x10") FACTORS, true),
		PART(STORE FACTORS "\x21\6" ADDRESS("\x18") "\x20\6", true),
		PART(STORE ADDRESS("\x20") "\x20\3\x44\0\0\0\0\0\0\xf8\x3f\xa2", true),
		PART(STORE "\x20\3\x44\0\0\0\0\0\0\xf8\x3f\xa2\x21\6" ADDRESS("\x28") "\x20\6", true),
		PART(STORE, false),
#undef PART
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		bytes_put(&body, parts[i].bytes, parts[i].length);
		if (parts[i].with_constant)
			put_constant(&body, 'd', constant);
	}
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "dddd", body.data, body.length));
	bytes_release(&body);
	build_finish(&builder, out);
}

static void run_sums(struct wasm_machine *machine, const struct wasm_module *module, uint32_t apply,
                     const uint64_t arguments[3])
{
	const struct wasm_run run = {528, 251, NULL, NULL};
	uint64_t results[6];
	assert_int_equal(wasm_machine_begin(machine, module, &run), WASM_DONE);
	assert_int_equal(wasm_machine_call(machine, apply, arguments, 3), WASM_DONE);
	memcpy(results, wasm_machine_memory(machine, 0, sizeof results, false), sizeof results);
	for (int i = 0; i < 6; i += 2)
		if (results[i] != results[i + 1])
			fail_msg("%llx * %llx + %llx: %llx, not %llx (form %d)", (unsigned long long)arguments[0],
			         (unsigned long long)arguments[1], (unsigned long long)arguments[2],
			         (unsigned long long)results[i], (unsigned long long)results[i + 1], i / 2);
	wasm_machine_clear(machine);
}

static void products_that_are_added_to(void **state)
{
	struct wasm_machine *machine = wasm_machine_create();
	const struct wasm_rules rules = test_rules(WASM_CONFIGURABLE, NULL);
	(void)state;
	for (size_t z = 0; z < DOUBLES; z++) {
		struct wasm_module *module;
		struct wasm_fault fault;
		struct bytes code = {0};
		uint32_t apply;
		make_sums(&code, doubles[z]);
		assert_int_equal(wasm_module_create(&module, code.data, code.length, &rules, &fault), 0);
		assert_int_equal(wasm_module_export(module, &apply, "apply", "lll:v"), WASM_EXPORT_FOUND);
		for (size_t i = 0; i < DOUBLES * DOUBLES; i++)
			run_sums(machine, module, apply,
			         (const uint64_t[]){doubles[i / DOUBLES], doubles[i % DOUBLES], doubles[z]});
		wasm_module_destroy(module);
		bytes_release(&code);
	}
	wasm_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_instruction),
	                                   cmocka_unit_test(products_that_are_added_to)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
