/* What setcode asks of code: that it is a WebAssembly module whose imports are intrinsics of active
 * protocol features, that it exports apply, and, as long as only bundled contracts run here, that it is
 * one of those. The bodies are not looked at. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/contracts/bundle.h"

#include <string.h>

enum section { SECTION_CUSTOM = 0, SECTION_IMPORT = 2, SECTION_EXPORT = 7, SECTION_LAST = 12 };

struct string {
	const uint8_t *data;
	size_t length;
};

static struct string read_string(struct cursor *in)
{
	struct string string;
	string.data = cursor_counted(in, &string.length);
	return string;
}

static bool is(const struct string *string, const char *text)
{
	return string->length == strlen(text) && memcmp(string->data, text, string->length) == 0;
}

/* What compilers import on their own: 128-bit integers (__multi3) and software floating point
 * (_eosio_f64_add). */
static bool is_compiler_builtin(const struct string *name)
{
	return (name->length > 2 && memcmp(name->data, "__", 2) == 0) ||
	       (name->length > 7 && memcmp(name->data, "_eosio_", 7) == 0);
}

static int check_import(struct apply_context *context, const struct string *module, const struct string *name,
                        uint8_t kind)
{
	const struct intrinsic *found = is(module, "env") && kind == 0
	                                    ? intrinsic_find((const char *)name->data, name->length)
	                                    : NULL;
	struct checksum256 feature;
	if (found ? !found->feature : is(module, "env") && kind == 0 && is_compiler_builtin(name))
		return 0;
	if (found && checksum256_parse(&feature, found->feature) == 0 && apply_feature_active(context, &feature))
		return 0;
	return error_chain(context->error, WASM_SERIALIZATION_ERROR, "%.*s.%.*s unresolveable",
	                   (int)(module->length < 64 ? module->length : 64), (const char *)module->data,
	                   (int)(name->length < 64 ? name->length : 64), (const char *)name->data);
}

static int check_imports(struct apply_context *context, struct cursor *in)
{
	for (uint32_t count = cursor_count(in, 4); count > 0 && !in->failed; count--) {
		struct string module = read_string(in), name = read_string(in);
		uint8_t kind = cursor_u8(in);
		cursor_varuint32(in); /* a function's type; other kinds are refused */
		if (in->failed)
			return 0;
		int result = check_import(context, &module, &name, kind);
		if (result)
			return result;
	}
	return 0;
}

static bool exports_apply(struct cursor *in)
{
	bool found = false;
	for (uint32_t count = cursor_count(in, 3); count > 0 && !in->failed; count--) {
		struct string name = read_string(in);
		uint8_t kind = cursor_u8(in);
		cursor_varuint32(in);
		found = found || (!in->failed && kind == 0 && is(&name, "apply"));
	}
	return found;
}

int contract_validate(struct apply_context *context, const void *code, size_t length)
{
	static const uint8_t header[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};
	struct cursor in = cursor_make(code, length);
	const uint8_t *begin = cursor_take(&in, sizeof header);
	bool applies = false;
	if (!begin || memcmp(begin, header, sizeof header) != 0)
		return error_chain(context->error, WASM_SERIALIZATION_ERROR,
		                   "code of %zu bytes is no WebAssembly module", length);
	while (cursor_left(&in) && !in.failed) {
		uint8_t kind = cursor_u8(&in);
		struct string section = read_string(&in);
		struct cursor body = cursor_make(section.data, section.length);
		int result = 0;
		if (in.failed || kind > SECTION_LAST)
			break;
		if (kind == SECTION_IMPORT)
			result = check_imports(context, &body);
		else if (kind == SECTION_EXPORT)
			applies = exports_apply(&body);
		if (result)
			return result;
		if (body.failed)
			in.failed = true;
	}
	if (in.failed || cursor_left(&in))
		return error_chain(context->error, WASM_SERIALIZATION_ERROR,
		                   "code of %zu bytes is an ill-formed WebAssembly module", length);
	if (!applies)
		return error_chain(context->error, WASM_SERIALIZATION_ERROR,
		                   "Smart contract's apply function not exported; non-existent");
	struct checksum256 hash = hash_sha256(code, length);
	if (!bundle_apply(&hash)) {
		char text[65];
		checksum256_print(text, &hash);
		return error_chain(context->error, WASM_SERIALIZATION_ERROR,
		                   "code %s is no bundled contract; only those run here", text);
	}
	return 0;
}
