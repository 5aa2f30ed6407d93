/* What setcode asks of code (wasm.md W.4): a module within the limits in force, whose imports are
 * intrinsics that the active protocol features allow, and which exports apply. */
#include "core/engine/intrinsic/runtime.h"

#include "core/engine/engine_private.h"

#include <stdio.h>

enum { SHOWN = 128 };

static bool is_allowed(const struct pending_block *pending, struct wasm_name from,
                       const struct wasm_host_function *function)
{
	/* its first member */
	const struct intrinsic *intrinsic = (const struct intrinsic *)(const void *)function;
	return from.length == 3 && function->call == intrinsic_call &&
	       (intrinsic->feature == FEATURE_COUNT || pending_feature(pending, intrinsic->feature));
}

static int check_imports(struct apply_context *context, const struct wasm_module *module)
{
	const struct wasm_host_function *function;
	struct wasm_name from, field;

	for (uint32_t i = 0; wasm_module_import(module, &from, &field, &function, i); i++)
		if (!is_allowed(context->transaction->pending, from, function))
			return error_chain(context->error, WASM_SERIALIZATION_ERROR, "%.*s.%.*s unresolveable",
			                   (int)(from.length < SHOWN ? from.length : SHOWN), from.text,
			                   (int)(field.length < SHOWN ? field.length : SHOWN), field.text);
	return 0;
}

static int check_apply(struct apply_context *context, const struct wasm_module *module)
{
	uint32_t function;

	switch (wasm_module_export(module, &function, CONTRACT_ENTRY, CONTRACT_SIGNATURE)) {
	case WASM_EXPORT_FOUND: break;
	case WASM_EXPORT_MISSING:
		return error_chain(context->error, WASM_SERIALIZATION_ERROR, "apply not exported");
	case WASM_EXPORT_OTHER:
		return error_chain(context->error, WASM_SERIALIZATION_ERROR, "apply has wrong type");
	}
	return 0;
}

int contract_validate(struct apply_context *context, const void *code, size_t length,
                      const struct checksum256 *hash)
{
	const struct pending_block *pending = context->transaction->pending;
	bool legacy = !pending_feature(pending, FEATURE_CONFIGURABLE_WASM_LIMITS2);
	const struct wasm_rules rules = {.mode = legacy ? WASM_LEGACY : WASM_CONFIGURABLE,
	                                 .limits = pending->globals.wasm_limits,
	                                 .nesting = !pending->validating,
	                                 .entry = CONTRACT_ENTRY,
	                                 .entry_signature = CONTRACT_SIGNATURE,
	                                 .find_import = intrinsic_find_import};
	struct wasm_module *module;
	struct wasm_fault fault;
	char sentence[512];
	int result;

	if (wasm_module_create(&module, code, length, &rules, &fault)) {
		wasm_fault_print(sentence, sizeof sentence, &fault, legacy);
		return error_chain(context->error, fault.reason ? WASM_SERIALIZATION_ERROR : WASM_EXECUTION_ERROR,
		                   "%s", sentence);
	}
	if ((result = check_imports(context, module)) || (result = check_apply(context, module))) {
		wasm_module_destroy(module);
		return result;
	}
	wasm_cache_put(pending->runtime->modules, hash->data, module); /* it will soon run */
	return 0;
}
