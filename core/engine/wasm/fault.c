/* The sentences of faults (fault.h). */
#include "core/engine/wasm/fault.h"

#include <stdio.h>

static const char *const words[][2] = {
	[WASM_FAULT_NONE] = {"", ""},
#define REASON(name, configurable, legacy) [WASM_FAULT_##name] = {configurable, legacy},
	WASM_FAULTS(REASON)
#undef REASON
};

static const char *const rules[] = {
#define RULE(name, words) words,
	WASM_RULES(RULE)
#undef RULE
};

void wasm_fault_print(char *out, uint32_t size, const struct wasm_fault *fault, bool legacy)
{
	const char *pattern = fault->reason ? words[fault->reason][legacy && !fault->configurable]
	                                    : rules[fault->rule];
	const uint32_t numbers[] = {fault->found, fault->over};
	size_t length = 0, number = 0;

	for (; *pattern && length + 1 < size; pattern++) {
		if (pattern[0] != '%' || (pattern[1] != 'u' && pattern[1] != 's')) {
			out[length++] = *pattern;
			continue;
		}
		int printed = pattern[1] == 'u'
		                  ? snprintf(out + length, size - length, "%u", (unsigned)numbers[number++ & 1])
		                  : snprintf(out + length, size - length, "%s", fault->subject);
		length += (size_t)printed < size - length ? (size_t)printed : size - length - 1;
		pattern++;
	}
	out[length] = '\0';
}
