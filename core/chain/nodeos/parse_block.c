/* Blocks and traces in the JSON of nodeos's API. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <string.h>

/* --- blocks --- */

static bool parse_extensions(struct extension **out, size_t *count, const struct json *list)
{
	*count = 0;
	*out = json_count(list) ? memory_allocate(json_count(list), sizeof **out) : NULL;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct extension *extension = &(*out)[(*count)++];
		uint64_t type;
		if (json_uint64(&type, json_first(item)) != 0 || type > UINT16_MAX)
			return false;
		extension->type = (uint16_t)type;
		if (!parse_hex(&extension->data, json_next(json_first(item))))
			return false;
	}
	return true;
}

static bool parse_header(struct block_header *out, const struct json *json, struct error *error)
{
	const struct json *producers = json_member(json, "new_producers");
	uint32_t confirmed;

	if (!parse_slot_member(&out->timestamp, json, "timestamp") ||
	    !parse_name_member(&out->producer, json, "producer") ||
	    !parse_uint32_member(&confirmed, json, "confirmed") || confirmed > UINT16_MAX ||
	    !parse_checksum_member(&out->previous, json, "previous") ||
	    !parse_checksum_member(&out->transaction_mroot, json, "transaction_mroot") ||
	    !parse_checksum_member(&out->action_mroot, json, "action_mroot") ||
	    !parse_uint32_member(&out->schedule_version, json, "schedule_version"))
		return false;
	out->confirmed = (uint16_t)confirmed;
	out->has_new_producers = json_type(producers) == JSON_OBJECT;
	return parse_schedule(&out->new_producers, producers, error) == 0 &&
	       parse_extensions(&out->extensions, &out->extensions_count, json_member(json, "header_extensions"));
}

static bool pack_signatures(struct bytes *out, const struct json *list)
{
	bytes_put_varuint32(out, (uint32_t)json_count(list));
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct signature signature;
		const char *text = json_string(item);
		if (!text || signature_parse(&signature, text, NULL) != 0)
			return false;
		signature_pack(out, &signature);
	}
	return true;
}

static bool pack_hex(struct bytes *out, const struct json *json)
{
	struct bytes bytes = {0};
	bool is_hex = parse_hex(&bytes, json);
	bytes_put_counted(out, bytes.data, bytes.length);
	bytes_release(&bytes);
	return is_hex;
}

static uint8_t parse_status(const char *name)
{
	for (uint8_t i = STATUS_EXECUTED; name && i <= STATUS_EXPIRED; i++)
		if (strcmp(name, transaction_status_name(i)) == 0)
			return i;
	return UINT8_MAX;
}

/* "trx" is an id, or the transaction; get_raw_block writes [0, id] and [1, transaction]. */
static bool pack_receipt(struct bytes *out, const struct json *json)
{
	const struct json *trx = json_member(json, "trx");
	const char *compression;
	struct checksum256 id;
	uint32_t cpu, words;

	bytes_put_u8(out, parse_status(json_string(json_member(json, "status"))));
	if (!parse_uint32_member(&cpu, json, "cpu_usage_us") ||
	    !parse_uint32_member(&words, json, "net_usage_words"))
		return false;
	bytes_put_u32(out, cpu);
	bytes_put_varuint32(out, words);
	if (json_type(trx) == JSON_ARRAY)
		trx = json_next(json_first(trx));
	if (json_string(trx)) {
		bytes_put_u8(out, 0);
		bool is_id = checksum256_parse(&id, json_string(trx)) == 0;
		bytes_put(out, id.data, sizeof id.data);
		return is_id;
	}
	compression = json_string(json_member(trx, "compression"));
	bytes_put_u8(out, 1);
	if (!compression || !pack_signatures(out, json_member(trx, "signatures")))
		return false;
	bytes_put_u8(out, strcmp(compression, "none") == 0 ? COMPRESSION_NONE : COMPRESSION_ZLIB);
	return pack_hex(out, json_member(trx, "packed_context_free_data")) &&
	       pack_hex(out, json_member(trx, "packed_trx"));
}

static int parse_receipts(struct signed_block *out, const struct json *list, struct error *error)
{
	struct bytes packed = {0};
	int result = 0;

	out->transactions = memory_allocate(json_count(list) + 1, sizeof *out->transactions);
	for (const struct json *item = json_first(list); item && result == 0; item = json_next(item)) {
		bytes_clear(&packed);
		if (!pack_receipt(&packed, item)) {
			result = parse_answer_failed(error, "block");
			break;
		}
		struct cursor in = cursor_make(packed.data, packed.length);
		result = transaction_receipt_unpack(&out->transactions[out->transactions_count++], &in, error);
	}
	bytes_release(&packed);
	return result;
}

int parse_block(struct signed_block *out, const struct json *json, struct error *error)
{
	const char *signature = json_string(json_member(json, "producer_signature"));

	*out = (struct signed_block){0};
	int result = parse_header(&out->header, json, error) && signature &&
	                     signature_parse(&out->producer_signature, signature, NULL) == 0 &&
	                     parse_extensions(&out->extensions, &out->extensions_count,
	                                      json_member(json, "block_extensions"))
	                 ? parse_receipts(out, json_member(json, "transactions"), error)
	                 : parse_answer_failed(error, "block");
	if (result) {
		signed_block_release(out);
		return result;
	}
	if (!parse_checksum_member(&out->id, json, "id")) /* get_block leaves extensions out, and says it */
		out->id = block_header_id(&out->header);
	return 0;
}

/* --- traces --- */

/* A message of fc: its ${member}s stand in "data". */
static void expand(struct text *out, const char *format, const struct json *data)
{
	for (const char *end; *format; format = end) {
		end = strstr(format, "${");
		const char *close = end ? strchr(end, '}') : NULL;
		if (!close) {
			text_append(out, format);
			return;
		}
		text_append_bytes(out, format, (size_t)(end - format));
		struct text name = TEXT_EMPTY;
		text_append_bytes(&name, end + 2, (size_t)(close - end - 2));
		const struct json *value = json_member(data, text_string(&name));
		if (json_string(value))
			text_append(out, json_string(value));
		else if (json_type(value) != JSON_MISSING)
			json_print(out, value);
		text_release(&name);
		end = close + 1;
	}
}

static struct error *parse_exception(const struct json *trace)
{
	const struct json *json = json_member(trace, "except");
	const struct json *entry = json_first(json_member(json, "stack"));
	const char *format = json_string(json_member(entry, "format"));
	const char *what = json_string(json_member(json, "message"));
	struct text sentence = TEXT_EMPTY;
	uint32_t code;

	if (json_type(json) != JSON_OBJECT || !parse_uint32_member(&code, json, "code"))
		return NULL;
	if (format)
		expand(&sentence, format, json_member(entry, "data"));
	else
		text_append(&sentence, what ? what : "the node does not say why");
	struct error *error = memory_allocate(1, sizeof *error);
	error_chain(error, code, "%s", text_string(&sentence));
	json_uint64(&error->assert_code, json_member(trace, "error_code"));
	text_release(&sentence);
	return error;
}

static bool parse_act(struct action *out, const struct json *json)
{
	const struct json *data = json_member(json, "hex_data");

	if (!parse_name_member(&out->account, json, "account") || !parse_name_member(&out->name, json, "name"))
		return false;
	if (permission_levels_parse_json(&out->authorization, &out->authorization_count,
	                                 json_member(json, "authorization"), NULL) != 0)
		return false;
	return parse_hex(&out->data, json_type(data) == JSON_STRING ? data : json_member(json, "data"));
}

static bool parse_action_receipt(struct action_receipt *out, const struct json *json)
{
	const struct json *list = json_member(json, "auth_sequence");

	parse_uint32_member(&out->code_sequence, json, "code_sequence");
	parse_uint32_member(&out->abi_sequence, json, "abi_sequence");
	out->auth_sequence = memory_allocate(json_count(list) + 1, sizeof *out->auth_sequence);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct auth_sequence *sequence = &out->auth_sequence[out->auth_sequence_count++];
		const char *name = json_string(json_first(item));
		if (!name || name_parse(&sequence->account, name, NULL) != 0 ||
		    json_uint64(&sequence->sequence, json_next(json_first(item))) != 0)
			return false;
	}
	return parse_name_member(&out->receiver, json, "receiver") &&
	       parse_checksum_member(&out->act_digest, json, "act_digest") &&
	       json_uint64(&out->global_sequence, json_member(json, "global_sequence")) == 0 &&
	       json_uint64(&out->recv_sequence, json_member(json, "recv_sequence")) == 0;
}

static void parse_ram_deltas(struct action_trace *out, const struct json *list)
{
	out->ram_deltas = memory_allocate(json_count(list) + 1, sizeof *out->ram_deltas);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct ram_delta *delta = &out->ram_deltas[out->ram_deltas_count++];
		parse_name_member(&delta->account, item, "account");
		json_int64(&delta->delta, json_member(item, "delta"));
	}
}

static bool parse_action_trace(struct action_trace *out, const struct json *json)
{
	const char *console = json_string(json_member(json, "console"));
	const struct json *receipt = json_member(json, "receipt");

	if (!parse_uint32_member(&out->ordinal, json, "action_ordinal") ||
	    !parse_name_member(&out->receiver, json, "receiver") ||
	    !parse_act(&out->action, json_member(json, "act")))
		return false;
	parse_uint32_member(&out->creator_ordinal, json, "creator_action_ordinal");
	parse_uint32_member(&out->closest_unnotified_ancestor, json,
	                    "closest_unnotified_ancestor_action_ordinal");
	out->context_free = json_is_true(json_member(json, "context_free"));
	out->has_receipt = json_type(receipt) == JSON_OBJECT;
	text_append(&out->console, console ? console : "");
	parse_ram_deltas(out, json_member(json, "account_ram_deltas"));
	parse_hex(&out->return_value, json_member(json, "return_value_hex_data"));
	out->error = parse_exception(json);
	return !out->has_receipt || parse_action_receipt(&out->receipt, receipt);
}

int parse_outcome(struct transaction_trace *out, const struct json *json, struct error *error)
{
	const struct json *receipt = json_member(json, "receipt");
	int64_t net = 0;

	*out = (struct transaction_trace){0};
	if (!parse_checksum_member(&out->id, json, "id") ||
	    json_type(json_member(json, "action_traces")) != JSON_ARRAY)
		return parse_answer_failed(error, "trace");
	parse_uint32_member(&out->block_num, json, "block_num");
	parse_slot_member(&out->slot, json, "block_time");
	out->has_receipt = json_type(receipt) == JSON_OBJECT;
	out->status = parse_status(json_string(json_member(receipt, "status")));
	parse_uint32_member(&out->cpu_usage_us, receipt, "cpu_usage_us");
	json_int64(&net, json_member(json, "net_usage"));
	out->net_usage = (uint64_t)net;
	out->scheduled = json_is_true(json_member(json, "scheduled"));
	out->error = parse_exception(json);
	return 0;
}

int parse_trace(struct transaction_trace *out, const struct json *json, struct error *error)
{
	const struct json *list = json_member(json, "action_traces");
	int result = parse_outcome(out, json, error);

	out->actions = memory_allocate(json_count(list) + 1, sizeof *out->actions);
	for (const struct json *item = json_first(list); item && result == 0; item = json_next(item))
		if (!parse_action_trace(&out->actions[out->actions_count++], item))
			result = parse_answer_failed(error, "trace");
	if (result)
		transaction_trace_release(out);
	return result;
}

/* --- /v1/trace_api --- */

static bool parse_outlined(struct action_trace *out, const struct json *json)
{
	const struct json *list = json_member(json, "authorization");
	struct action *action = &out->action;

	action->authorization = memory_allocate(json_count(list) + 1, sizeof *action->authorization);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct permission_level *level = &action->authorization[action->authorization_count++];
		if (!parse_name_member(&level->actor, item, "account") ||
		    !parse_name_member(&level->permission, item, "permission"))
			return false;
	}
	parse_hex(&out->return_value, json_member(json, "return_value"));
	return parse_name_member(&out->receiver, json, "receiver") &&
	       parse_name_member(&action->account, json, "account") &&
	       parse_name_member(&action->name, json, "action") &&
	       json_uint64(&out->receipt.global_sequence, json_member(json, "global_sequence")) == 0 &&
	       parse_hex(&action->data, json_member(json, "data"));
}

int parse_outline(struct transaction_trace *out, const struct json *json, struct error *error)
{
	const struct json *list = json_member(json, "actions");
	uint32_t words;

	*out = (struct transaction_trace){.outline = true};
	bool whole = parse_checksum_member(&out->id, json, "id") && json_type(list) == JSON_ARRAY &&
	             parse_uint32_member(&out->block_num, json, "block_num") &&
	             parse_slot_member(&out->slot, json, "block_time");
	/* Nodes before 2.1 leave these out. */
	out->status = parse_status(json_string(json_member(json, "status")));
	out->has_receipt = parse_uint32_member(&out->cpu_usage_us, json, "cpu_usage_us") &&
	                   parse_uint32_member(&words, json, "net_usage_words");
	out->net_usage = out->has_receipt ? UINT64_C(8) * words : 0;
	out->actions = memory_allocate(json_count(list) + 1, sizeof *out->actions);
	for (const struct json *item = json_first(list); item && whole; item = json_next(item))
		whole = parse_outlined(&out->actions[out->actions_count++], item);
	if (whole)
		return 0;
	transaction_trace_release(out);
	return parse_answer_failed(error, "trace");
}
