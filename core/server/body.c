/* Parameters out of a request's body, by the rules of nodeos's variants: numbers may be given as text,
 * text as numbers, null is 0, false and empty. */
#include "core/server/call.h"

#include "core/server/node.h"
#include "core/types/name.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

bool body_has(const struct call *call, const char *name)
{
	enum json_type type = json_type(json_member(call->body, name));
	return type != JSON_MISSING && type != JSON_NULL;
}

static struct text *new_string(struct call *call)
{
	size_t limit = sizeof call->strings / sizeof *call->strings;
	struct text *text = &call->strings[call->strings_count < limit ? call->strings_count++ : limit - 1];
	text_clear(text);
	return text;
}

const char *value_text(struct call *call, const struct json *value)
{
	struct text *text;
	switch (json_type(value)) {
	case JSON_MISSING:
	case JSON_NULL: return "";
	case JSON_STRING: return json_string(value);
	case JSON_BOOL: return json_is_true(value) ? "true" : "false";
	case JSON_NUMBER: {
		double number = json_number(value);
		text = new_string(call);
		text_printf(text, number == trunc(number) ? "%.0f" : "%.17f", number);
		return text_string(text);
	}
	default: call->bad = true; return "";
	}
}

uint64_t value_name(struct call *call, const struct json *value)
{
	const char *text = json_string(value);
	uint64_t name = 0;
	if (json_type(value) != JSON_MISSING && (!text || name_parse(&name, text, NULL) != 0))
		call->bad = true;
	return name;
}

/* Digits with a sign, wrapped to 64 bits as a cast does; false when it is none or longer. */
static bool parse_integer(uint64_t *out, const char *text)
{
	bool negative = *text == '-';
	text += *text == '-' || *text == '+';
	*out = 0;
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isdigit((unsigned char)*text) || __builtin_mul_overflow(*out, UINT64_C(10), out) ||
		    __builtin_add_overflow(*out, (uint64_t)(*text - '0'), out))
			return false;
	if (negative)
		*out = 0 - *out;
	return true;
}

uint64_t value_uint64(struct call *call, const struct json *value)
{
	uint64_t out = 0;
	switch (json_type(value)) {
	case JSON_MISSING:
	case JSON_NULL: break;
	case JSON_BOOL: return json_is_true(value);
	case JSON_NUMBER: {
		double number = trunc(json_number(value));
		return number < 0 ? (uint64_t)(int64_t)number : (uint64_t)number;
	}
	case JSON_STRING:
		if (!parse_integer(&out, json_string(value)))
			call->bad = true;
		break;
	default: call->bad = true;
	}
	return out;
}

uint64_t body_name(struct call *call, const char *name)
{
	return value_name(call, json_member(call->body, name));
}

const char *body_text(struct call *call, const char *name)
{
	return value_text(call, json_member(call->body, name));
}

static uint64_t body_uint64(struct call *call, const char *name, uint64_t missing)
{
	const struct json *value = json_member(call->body, name);
	return value ? value_uint64(call, value) : missing;
}

uint32_t body_uint32(struct call *call, const char *name, uint32_t missing)
{
	return (uint32_t)body_uint64(call, name, missing);
}

bool body_bool(struct call *call, const char *name, bool missing)
{
	const struct json *value = json_member(call->body, name);
	const char *text = json_string(value);
	if (!value)
		return missing;
	/* Long numbers are kept as texts of their digits (json.h). */
	if (!text || strspn(text, "-0123456789") > 15)
		return value_uint64(call, value) != 0;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		call->bad = true;
	return strcmp(text, "true") == 0;
}

int call_bad_parameters(struct call *call)
{
	return error_chain(&call->error, INVALID_HTTP_REQUEST, "Unable to parse valid input from POST body");
}

int call_view_open(struct call *call, struct chain_view **out)
{
	const struct chain_revision revision = {.kind = CHAIN_HEAD, .node = call->node->name};
	return chain_view_open(call->chain, out, &revision, NULL, &call->error);
}

void print_refusal(struct text *out, unsigned status, const char *message)
{
	text_printf(out, "{\"code\":%u,\"message\":", status);
	text_append_json(out, message, strlen(message));
	text_append(out, ",\"error\":{\"code\":0,\"name\":\"\",\"what\":\"\",\"details\":[]}}");
}

int call_refuse(struct call *call, unsigned status, const char *message)
{
	text_clear(call->out);
	print_refusal(call->out, status, message);
	call->status = status;
	return 0;
}

int call_succeed(struct call *call)
{
	text_append(call->out, "{\"result\":\"ok\"}");
	return 0;
}
