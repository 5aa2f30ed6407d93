/* Intrinsics by their names, and what else a module may try to import. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

const struct intrinsic *intrinsic_find(const char *name, size_t length)
{
	const struct intrinsic *intrinsic;
	for (size_t i = 0; (intrinsic = length ? intrinsic_at(i) : NULL) != NULL; i++)
		if (intrinsic->name[0] == name[0] && strlen(intrinsic->name) == length &&
		    !memcmp(intrinsic->name, name, length))
			break;
	return intrinsic;
}

/* --- what nodeos's code injection imports, from a module of its own --- */

static const struct injected {
	struct wasm_host_function host; /* never called */
	const char *name;
} injected[] = {
#define INJECTED(name, signature) {{signature, NULL}, "_eosio_" name},
#define OF_WIDTH(f, letter) \
	INJECTED(f "_add", letter letter ":" letter) INJECTED(f "_sub", letter letter ":" letter) \
	INJECTED(f "_mul", letter letter ":" letter) INJECTED(f "_div", letter letter ":" letter) \
	INJECTED(f "_min", letter letter ":" letter) INJECTED(f "_max", letter letter ":" letter) \
	INJECTED(f "_copysign", letter letter ":" letter) INJECTED(f "_abs", letter ":" letter) \
	INJECTED(f "_neg", letter ":" letter) INJECTED(f "_sqrt", letter ":" letter) \
	INJECTED(f "_ceil", letter ":" letter) INJECTED(f "_floor", letter ":" letter) \
	INJECTED(f "_trunc", letter ":" letter) INJECTED(f "_nearest", letter ":" letter) \
	INJECTED(f "_eq", letter letter ":i") INJECTED(f "_ne", letter letter ":i") \
	INJECTED(f "_lt", letter letter ":i") INJECTED(f "_le", letter letter ":i") \
	INJECTED(f "_gt", letter letter ":i") INJECTED(f "_ge", letter letter ":i") \
	INJECTED(f "_trunc_i32s", letter ":i") INJECTED(f "_trunc_i32u", letter ":i") \
	INJECTED(f "_trunc_i64s", letter ":l") INJECTED(f "_trunc_i64u", letter ":l") \
	INJECTED("i32_to_" f, "i:" letter) INJECTED("i64_to_" f, "l:" letter) \
	INJECTED("ui32_to_" f, "i:" letter) INJECTED("ui64_to_" f, "l:" letter)
	OF_WIDTH("f32", "f")
	OF_WIDTH("f64", "d")
	INJECTED("f32_promote", "f:d")
	INJECTED("f64_demote", "d:f")
#undef OF_WIDTH
#undef INJECTED
};

static bool is(struct wasm_name name, const char *text)
{
	return name.length == strlen(text) && !memcmp(name.text, text, name.length);
}

const struct wasm_host_function *intrinsic_find_import(struct wasm_name module, struct wasm_name field)
{
	if (is(module, "env")) {
		const struct intrinsic *found = intrinsic_find(field.text, field.length);
		return found ? &found->host : NULL;
	}
	for (size_t i = 0; is(module, "eosio_injection") && i < sizeof injected / sizeof *injected; i++)
		if (is(field, injected[i].name))
			return &injected[i].host;
	return NULL;
}
