/* Random modules: the interpreter against a plain evaluator (wasm_random.h). The fuzz target wasm_run
 * goes on where this ends. */
#include "tests/wasm_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { MODULES = 3000, BYTES = 1500 };

static void random_modules(void **state)
{
	struct wasm_machine *machine = wasm_machine_create();
	uint64_t random = 88172645463325252;
	uint8_t data[BYTES];
	(void)state;
	for (int i = 0; i < MODULES; i++) {
		for (size_t k = 0; k < sizeof data; k++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			data[k] = (uint8_t)(random >> 32);
		}
		const char *why = random_module_differs(machine, data, sizeof data);
		if (why)
			fail_msg("module %d: %s", i, why);
	}
	wasm_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_modules)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
