/* Random valid modules made from the input: the interpreter against a plain evaluator of the same program. */
#include "tests/wasm_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct wasm_machine *machine;
	const char *why;
	if (!machine)
		machine = wasm_machine_create();
	if ((why = random_module_differs(machine, data, length)) != NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	return 0;
}
