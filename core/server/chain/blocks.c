/* /v1/chain: blocks and their headers. */
#include "core/server/call.h"

#include "core/base/encoding/hex.h"
#include "core/server/chain/print_block.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- which block is meant --- */

static int unknown_block(struct call *call, const char *what, const char *text)
{
	return error_chain(&call->error, UNKNOWN_BLOCK_EXCEPTION, "Could not find %s: %s", what, text);
}

/* A number: digits, at most 20 of them, a sign before them wraps as a cast does. */
static bool is_number(uint64_t *out, const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	*out = 0;
	if (!*digits)
		return false;
	for (; *digits; digits++)
		if (!isdigit((unsigned char)*digits) || __builtin_mul_overflow(*out, UINT64_C(10), out) ||
		    __builtin_add_overflow(*out, (uint64_t)(*digits - '0'), out))
			return false;
	if (*text == '-')
		*out = 0 - *out;
	return true;
}

/* The number a block is looked for by; by_id: whether its id must be *id. A header state's text may be of any
 * length. */
static int which_block(struct call *call, uint32_t *number, bool *by_id, struct checksum256 *id,
                       const char *text, bool is_header_state)
{
	size_t length = strlen(text);
	uint64_t value;

	*by_id = false;
	if (length == 0 || (length > 64 && !is_header_state))
		return error_chain(&call->error, BLOCK_ID_TYPE_EXCEPTION,
		                   "Invalid Block number or ID, must be greater than 0 and less than 65 characters");
	if (is_number(&value, text)) {
		*number = value > UINT32_MAX ? 0 : (uint32_t)value;
		return 0;
	}
	*id = (struct checksum256){{0}};
	if (length > 64 || length % 2 || hex_parse(id->data, text, length) != 0)
		return error_chain(&call->error, BLOCK_ID_TYPE_EXCEPTION, "Invalid block ID: %s", text);
	*by_id = true;
	*number = block_id_number(id);
	return 0;
}

/* The block of member block_num_or_id; what: as a failure calls it. */
static int find_block(struct call *call, struct signed_block *out, const char *what)
{
	const char *text = body_text(call, "block_num_or_id");
	struct checksum256 id;
	uint32_t number;
	bool by_id;

	if (call->bad)
		return call_bad_parameters(call);
	int result = which_block(call, &number, &by_id, &id, text, false);
	if (result)
		return result;
	result = number ? call->view->operations->block(call->view, out, number, &call->error) : -ENOENT;
	if (result == -ENOENT)
		return unknown_block(call, what, text);
	if (result == 0 && by_id && !checksum256_equal(&out->id, &id)) {
		signed_block_release(out);
		*out = (struct signed_block){0};
		return unknown_block(call, what, text);
	}
	return result;
}

/* --- the calls --- */

static int get_block(struct call *call)
{
	struct signed_block block = {0};
	int result = find_block(call, &block, "block");

	if (result == 0)
		chain_print_block(call->view, call->out, &block);
	signed_block_release(&block);
	return result;
}

static int get_raw_block(struct call *call)
{
	struct signed_block block = {0};
	int result = find_block(call, &block, "block");

	if (result == 0)
		print_raw_block(call->out, &block);
	signed_block_release(&block);
	return result;
}

static int get_block_header(struct call *call)
{
	bool extensions = body_bool(call, "include_extensions", false);
	struct signed_block block = {0};
	int result = find_block(call, &block, "block header");

	if (result == 0) {
		text_printf(call->out, "{\"id\":\"%s\",\"signed_block_header\":{", checksum256_text(&block.id).text);
		print_signed_header(call->out, &block);
		text_append_char(call->out, '}');
		if (extensions) {
			text_append(call->out, ",\"block_extensions\":");
			print_extensions(call->out, block.extensions, block.extensions_count);
		}
		text_append_char(call->out, '}');
	}
	signed_block_release(&block);
	return result;
}

static int get_block_info(struct call *call)
{
	uint32_t number = body_uint32(call, "block_num", 0);
	struct signed_block block = {0};
	char text[16];

	if (call->bad)
		return call_bad_parameters(call);
	snprintf(text, sizeof text, "%" PRIu32, number);
	int result = number ? call->view->operations->block(call->view, &block, number, &call->error) : -ENOENT;
	if (result == -ENOENT)
		return unknown_block(call, "block", text);
	if (result == 0)
		print_block_info(call->out, &block, number);
	signed_block_release(&block);
	return result;
}

static int get_block_header_state(struct call *call)
{
	const char *text = body_text(call, "block_num_or_id");
	struct chain_header_state state = {0};
	struct checksum256 id;
	uint32_t number;
	bool by_id;

	if (call->bad)
		return call_bad_parameters(call);
	if (!*text)
		return unknown_block(call, "reversible block", text);
	int result = which_block(call, &number, &by_id, &id, text, true);
	if (result)
		return result;
	result = call->view->operations->header_state(call->view, &state, number, &call->error);
	if (result == -ENOENT || (result == 0 && by_id && !checksum256_equal(&state.id, &id)))
		result = unknown_block(call, "reversible block", text);
	else if (result == 0)
		print_header_state(call->out, &state);
	chain_header_state_release(&state);
	return result;
}

const struct endpoint chain_block_endpoints[] = {
	{"/v1/chain/get_block", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_block, .reads = true},
	{"/v1/chain/get_raw_block", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_raw_block, .reads = true},
	{"/v1/chain/get_block_header", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_block_header, .reads = true},
	{"/v1/chain/get_block_info", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_block_info, .reads = true},
	{"/v1/chain/get_block_header_state", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_block_header_state,
     .reads = true},
	{.path = NULL},
};
