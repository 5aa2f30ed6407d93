/* /v1/chain: transactions in (protocol.md F.4). */
#include "core/server/call.h"

#include "core/server/chain/parse_transaction.h"
#include "core/server/node.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>

enum { PUSH_MAXIMUM = 1000 };

/* --- a packed transaction out of JSON --- */

static int missing(struct call *call, const char *what)
{
	return error_chain(&call->error, PACKED_TRANSACTION_TYPE_EXCEPTION, "Missing %s", what);
}

static int unreadable(struct call *call)
{
	return error_chain(&call->error, PACKED_TRANSACTION_TYPE_EXCEPTION, "Invalid packed transaction");
}

/* What must be there is there: nodeos's sentences name the first that is not. */
static int check_members(struct call *call, const struct json *json, bool has_packed)
{
	if (!json_member(json, "signatures"))
		return missing(call, "signatures");
	if (!json_member(json, "compression"))
		return missing(call, "compression");
	if (!has_packed && json_type(json_member(json, "transaction")) != JSON_OBJECT)
		return missing(call, "transaction");
	bool good = json_type(json_member(json, "signatures")) == JSON_ARRAY &&
	            json_type(json_member(json, "compression")) != JSON_NULL;
	return good ? 0 : unreadable(call);
}

/* Given packed, or as a transaction object that is packed here. */
static int parse_packed(struct call *call, struct packed_transaction *out, const struct json *json)
{
	const char *packed = json_string(json_member(json, "packed_trx"));
	bool has_packed = packed && *packed;
	struct transaction whole = {0};
	int result = json_type(json) == JSON_OBJECT ? check_members(call, json, has_packed) : unreadable(call);

	if (result == 0 && !has_packed)
		result = parse_transaction(call, &whole, json_member(json, "transaction"));
	if (result == 0)
		result = chain_packed_transaction_parse(out, json, has_packed ? NULL : &whole, NULL);
	if (result && !call->error.code)
		result = unreadable(call);
	transaction_release(&whole);
	return result;
}

/* --- running it --- */

static void begin_answer(struct call *call, const struct checksum256 *id)
{
	text_printf(call->out, "{\"transaction_id\":\"%s\",\"processed\":", checksum256_text(id).text);
}

/* What a transaction did is shown by the ABIs after it. */
static int print_outcome(struct call *call, const struct transaction_trace *trace, bool tree)
{
	struct chain_view *view = NULL;
	int result = call_view_open(call, &view);

	if (result)
		return result;
	begin_answer(call, &trace->id);
	chain_print_trace(view, call->out, trace, tree);
	text_append_char(call->out, '}');
	chain_view_close(view);
	return 0;
}

static bool has_expired(const struct packed_transaction *packed, const struct chain_info *info)
{
	return slot_to_us(info->head_slot) > (int64_t)packed->transaction.expiration * SECOND_US;
}

static int refuse_expired(struct call *call, const char *what, const struct packed_transaction *packed,
                          const struct chain_info *info)
{
	return error_chain(&call->error, EXPIRED_TX_EXCEPTION, "expired %s %s, expiration %s, block time %s",
	                   what, checksum256_text(&packed->id).text,
	                   time_point_text((int64_t)packed->transaction.expiration * SECOND_US).text,
	                   slot_text(info->head_slot).text);
}

/* While production is paused nodeos answers no transaction; it waits. One that has expired is answered. */
static int while_producing(struct call *call, const struct packed_transaction *packed)
{
	bool paused = false;
	struct chain_info info;
	int result = call->chain->operations->pause(call->chain, &paused, CHAIN_ASK, call->node->name,
	                                            &call->error);

	if (result || !paused)
		return result;
	result = call->view->operations->info(call->view, &info, &call->error);
	if (result == 0)
		result = has_expired(packed, &info) ? refuse_expired(call, "transaction", packed, &info) : CALL_AGAIN;
	return result;
}

/* What the node's lists keep out: a dry run tells all that the transaction would execute. */
static int check_lists(struct call *call, struct packed_transaction *packed)
{
	struct transaction_trace trace = {0};

	if (!producer_has_lists(&call->node->producer))
		return 0;
	if (call->at_once)
		return CALL_AGAIN;
	int result = call->chain->operations->compute(call->chain, &trace, packed, false, call->node->name,
	                                              &call->error);
	if (result == 0)
		result = producer_check(&call->node->producer, &packed->transaction, &trace, &call->error);
	transaction_trace_release(&trace);
	return result;
}

static int push(struct call *call, struct transaction_trace *trace, const struct json *json)
{
	const struct chain_send_options options = {.node = call->node->name, .at_once = call->at_once};
	struct packed_transaction packed = {0};
	int result = parse_packed(call, &packed, json);

	/* At once a node that is paused is busy, too. */
	if (result == 0 && !call->at_once)
		result = while_producing(call, &packed);
	if (result == 0)
		result = check_lists(call, &packed);
	const uint32_t expiration = packed.transaction.expiration;
	if (result == 0)
		result = call->chain->operations->push(call->chain, trace, &packed, &options, &call->error);
	if (result == 0)
		call->chain->served++;
	if (result == 0 && (call->node->options.plugins & PLUGIN_STATUS))
		sent_remember(&call->node->sent, &trace->id, expiration);
	packed_transaction_release(&packed);
	if (result == -EBUSY && call->at_once)
		return CALL_AGAIN;
	/* Whose keys are missing is a failure of the transaction here, not of who asks. */
	if (result < 0 && call->error.code == UNSATISFIED_AUTHORIZATION)
		call->failure_status = 500;
	return result;
}

static int push_and_print(struct call *call, bool tree)
{
	struct transaction_trace trace = {0};
	int result = push(call, &trace, call->body);

	if (result == 0)
		result = print_outcome(call, &trace, tree);
	transaction_trace_release(&trace);
	return result;
}

static int push_transaction(struct call *call)
{
	return push_and_print(call, true);
}

static int send_transaction(struct call *call)
{
	return push_and_print(call, false);
}

/* Did it run and fail, rather than being turned away at the door? */
static bool has_run(const struct call *call, const struct transaction_trace *trace)
{
	return trace->error && trace->block_num && call->error.code != TX_DUPLICATE &&
	       call->error.code != EXPIRED_TX_EXCEPTION && call->error.code != TX_DUPLICATE_SIG;
}

/* --- retry_trx: answered when the transaction is so many blocks deep, or irreversible. Nothing needs to be
 * sent again: what a node has taken it keeps until it is in a block or has expired. --- */

static int check_retry(struct call *call, const struct packed_transaction *packed)
{
	const struct server_options *options = &call->node->options;
	const int64_t expiration = (int64_t)packed->transaction.expiration * SECOND_US;
	struct chain_info info;

	if (!(options->plugins & PLUGIN_RETRY))
		return error_chain(&call->error, UNSUPPORTED_FEATURE, "Transaction retry not enabled on node");
	int result = call->view->operations->info(call->view, &info, &call->error);
	const int64_t latest = slot_to_us(info.head_slot) + (int64_t)options->retry_seconds * SECOND_US;
	if (result == 0 && expiration > latest)
		result = error_chain(&call->error, TX_EXP_TOO_FAR_EXCEPTION,
		                     "retry transaction expiration %s larger than allowed %s",
		                     time_point_text(expiration).text, time_point_text(latest).text);
	return result;
}

/* What the block that it is in says it did. */
static int print_retried(struct call *call, uint32_t number, const struct checksum256 *id)
{
	struct transaction_trace *traces = NULL;
	size_t count = 0, i = 0;
	int result = call->view->operations->traces(call->view, &traces, &count, number, &call->error);

	while (i < count && !checksum256_equal(&traces[i].id, id))
		i++;
	if (result == 0)
		result = i < count ? print_outcome(call, &traces[i], false)
		                   : error_set(&call->error, ENOENT, "block %u does not tell what it did", number);
	for (size_t k = 0; k < count; k++)
		transaction_trace_release(&traces[k]);
	free(traces);
	return result;
}

static int await_retried(struct call *call, const struct packed_transaction *packed, bool has_depth,
                         uint32_t depth)
{
	uint32_t number = 0;
	struct chain_info info;
	int result = call->view->operations->info(call->view, &info, &call->error);

	if (result == 0)
		result = call->view->operations->find_transaction(call->view, &number, &packed->id, &call->error);
	if (result == -ENOENT)
		return has_expired(packed, &info) ? refuse_expired(call, "retry transaction", packed, &info)
		                                  : CALL_AGAIN;
	if (result)
		return result;
	bool deep = has_depth ? info.head_block_num - number >= depth : number <= info.irreversible_block_num;
	return deep ? print_retried(call, number, &packed->id) : CALL_AGAIN;
}

static int send_transaction2(struct call *call)
{
	bool failure_trace = body_bool(call, "return_failure_trace", true);
	bool retry = body_bool(call, "retry_trx", false), has_depth = body_has(call, "retry_trx_num_blocks");
	uint32_t depth = has_depth ? body_uint32(call, "retry_trx_num_blocks", 0) : 0;
	const struct json *json = json_member(call->body, "transaction");
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	int result = call->bad ? call_bad_parameters(call) : retry ? parse_packed(call, &packed, json) : 0;

	if (result == 0 && retry && !*call->begun)
		result = check_retry(call, &packed);
	if (result == 0 && !*call->begun) {
		result = push(call, &trace, json);
		*call->begun = retry && result == 0;
		if (!*call->begun && (result == 0 || (result < 0 && failure_trace && has_run(call, &trace))))
			result = print_outcome(call, &trace, false);
	}
	if (result == 0 && *call->begun)
		result = await_retried(call, &packed, has_depth, depth);
	packed_transaction_release(&packed);
	transaction_trace_release(&trace);
	return result;
}

static int compute(struct call *call, bool read_only)
{
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	const struct json *json = json_member(call->body, "transaction");
	int result = parse_packed(call, &packed, json);

	if (result == 0)
		result = while_producing(call, &packed);
	if (result == 0)
		result = call->chain->operations->compute(call->chain, &trace, &packed, read_only, call->node->name,
		                                          &call->error);
	if (result == 0)
		result = print_outcome(call, &trace, false);
	packed_transaction_release(&packed);
	transaction_trace_release(&trace);
	return result;
}

static int compute_transaction(struct call *call)
{
	return compute(call, false);
}

static int send_read_only_transaction(struct call *call)
{
	return compute(call, true);
}

/* Blocks come over the peer-to-peer port; nodeos takes one here and says nothing of what becomes of it. */
static int push_block(struct call *call)
{
	text_append(call->out, "{}");
	return 0;
}

/* One of many: what went wrong stands in its place. */
static void push_one_of_many(struct call *call, const struct json *json)
{
	static const struct checksum256 none;
	struct transaction_trace trace = {0};
	size_t start = call->out->length;
	int result = push(call, &trace, json);

	if (result == 0)
		result = print_outcome(call, &trace, true);
	if (result == CALL_AGAIN)
		result = error_chain(&call->error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
		                     "production was paused before its turn");
	if (result) {
		struct text detail = TEXT_EMPTY;
		const struct exception *exception = exception_find(call->error.code);
		text_truncate(call->out, start);
		begin_answer(call, &none);
		text_printf(&detail, "%u %s: %s\n%s\n", call->error.code, exception->name, exception->what,
		            call->error.sentence);
		text_append(call->out, "{\"error\":");
		text_append_json(call->out, detail.data, detail.length);
		text_append(call->out, "}}");
		text_release(&detail);
		error_clear(&call->error);
	}
	transaction_trace_release(&trace);
}

/* What would be refused anyway does not wait. */
static bool waits_for_production(struct call *call)
{
	bool waits = false;

	for (const struct json *at = json_first(call->body); at && !waits; at = json_next(at)) {
		struct packed_transaction packed = {0};
		waits = json_type(at) == JSON_OBJECT && parse_packed(call, &packed, at) == 0 &&
		        while_producing(call, &packed) == CALL_AGAIN;
		packed_transaction_release(&packed);
	}
	error_clear(&call->error);
	return waits;
}

static int push_transactions(struct call *call)
{
	const char *comma = "";

	if (json_type(call->body) != JSON_ARRAY)
		return call_bad_parameters(call);
	if (json_count(call->body) > PUSH_MAXIMUM)
		return error_chain(&call->error, TOO_MANY_TX_AT_ONCE,
		                   "Attempt to push too many transactions at once");
	if (!json_count(call->body))
		return error_chain(&call->error, STD_EXCEPTION, "there is no transaction in the list");
	if (waits_for_production(call))
		return CALL_AGAIN;
	text_append_char(call->out, '[');
	for (const struct json *at = json_first(call->body); at; at = json_next(at)) {
		text_append(call->out, comma);
		comma = ",";
		push_one_of_many(call, at);
	}
	text_append_char(call->out, ']');
	return 0;
}

const struct endpoint chain_push_endpoints[] = {
	{"/v1/chain/push_transaction", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 202, push_transaction, .reads = true,
     .pace = HTTP_MAY_WAIT},
	{"/v1/chain/push_transactions", PLUGIN_CHAIN, PARAMETERS_LIST, 202, push_transactions, .reads = true,
     .pace = HTTP_LONG},
	{"/v1/chain/send_transaction", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 202, send_transaction, .reads = true,
     .pace = HTTP_MAY_WAIT},
	{"/v1/chain/send_transaction2", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 202, send_transaction2, .reads = true,
     .pace = HTTP_MAY_WAIT},
	{"/v1/chain/compute_transaction", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, compute_transaction,
     .reads = true, .pace = HTTP_LONG},
	{"/v1/chain/send_read_only_transaction", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200,
     send_read_only_transaction, .reads = true, .pace = HTTP_LONG},
	{"/v1/chain/push_block", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 202, push_block, .reads = false},
	{.path = NULL},
};
