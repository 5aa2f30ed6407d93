/* Arbitrary bytes as a module, in each mode; one that is accepted runs, for a while. */
#include "tests/wasm_builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void host(struct wasm_machine *machine, const struct wasm_host_function *function, uint64_t *arguments)
{
	(void)machine, (void)function;
	arguments[0] = 0;
}

static const struct wasm_host_function *find(struct wasm_name module, struct wasm_name field)
{
	static const struct wasm_host_function functions[] = {
		{":v", host}, {"i:v", host}, {"l:i", host}, {"ii:l", host}};
	(void)module;
	return field.length && field.text[0] >= 'a' && field.text[0] <= 'd' ? &functions[field.text[0] - 'a']
	                                                                    : NULL;
}

static bool meter(void *context, uint32_t work)
{
	uint32_t *left = context;
	*left -= work < *left ? work : *left;
	return !*left;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct wasm_machine *machine;
	if (!machine)
		machine = wasm_machine_create();
	for (enum wasm_mode mode = WASM_LEGACY; mode <= WASM_STORED; mode++) {
		const struct wasm_rules rules = test_rules(mode, find);
		uint32_t left = 100000, apply;
		const struct wasm_run run = {528, 251, meter, &left};
		const uint64_t arguments[3] = {1, 2, 3};
		struct wasm_module *module;
		struct wasm_fault fault;
		char sentence[64];
		if (wasm_module_create(&module, data, length, &rules, &fault)) {
			wasm_fault_print(sentence, sizeof sentence, &fault, mode == WASM_LEGACY);
			continue;
		}
		if (wasm_module_can_run(module) && wasm_machine_begin(machine, module, &run) == WASM_DONE &&
		    wasm_module_export(module, &apply, "apply", "lll:v") == WASM_EXPORT_FOUND)
			wasm_machine_call(machine, apply, arguments, 3);
		wasm_machine_clear(machine);
		wasm_module_destroy(module);
	}
	return 0;
}
