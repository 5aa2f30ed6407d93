/* Sending transactions to a node. An answer that was lost is resolved by sending the same transaction again:
 * a node that has it says so, and nothing happens twice. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/exception.h"
#include "core/base/system/clock.h"
#include "core/chain/print.h"
#include "core/types/name.h"

#include <errno.h>

/* How long a transaction is sent again while no answer comes: milliseconds. */
enum { RESEND_MS = 60000 };

static void print_packed(struct text *out, const struct packed_transaction *packed)
{
	text_append_char(out, '{');
	chain_print_packed_head(out, packed);
	text_append(out, ",\"packed_trx\":");
	chain_print_hex(out, packed->packed_trx.data, packed->packed_trx.length);
	text_append_char(out, '}');
}

/* `processed`, and the transaction's own failure as the call's. */
static int take_trace(struct transaction_trace *trace, const struct json *json, bool whole,
                      struct error *error)
{
	transaction_trace_release(trace);
	int result = (whole ? parse_trace : parse_outcome)(trace, json_member(json, "processed"), error);
	if (result || !trace->error)
		return result;
	if (error)
		*error = *trace->error;
	return -trace->error->number;
}

static int send_once(struct nodeos_chain *chain, struct transaction_trace *trace, const struct text *packed,
                     const struct chain_send_options *options, struct error *error)
{
	const struct interruption *interruption = options ? options->interruption : NULL;
	struct text body = TEXT_EMPTY;
	struct json *json = NULL;

	text_printf(&body, "{\"return_failure_trace\":true,\"retry_trx\":false,\"transaction\":%s}",
	            text_string(packed));
	int result = nodeos_call(chain, &json, "/v1/chain/send_transaction2", &body, interruption, error);
	if (result == -EOPNOTSUPP) /* before 3.1 */
		result = nodeos_call(chain, &json, "/v1/chain/send_transaction", packed, interruption, error);
	if (result == 0)
		result = take_trace(trace, json, !options || !options->accepted, error);
	json_release(json);
	text_release(&body);
	return result;
}

/* The answer was lost: the transaction may be with the node or not. */
static bool is_lost(int result, const struct error *error)
{
	return error->code == 0 && (result == -ETIMEDOUT || result == -EPROTO);
}

static int not_known(struct error *error, const struct checksum256 *id, int number)
{
	error->code = 0; /* nothing that may be made again */
	error->number = number;
	error_append(error, "; whether transaction %s happens is not known", checksum256_text(id).text);
	return -number;
}

static struct sent sent_of(const struct packed_transaction *packed, const struct chain_send_options *options)
{
	return (struct sent){packed->id, packed->transaction.expiration + packed->transaction.delay_sec,
	                     options ? options->mark : 0};
}

/* After a lost answer the blocks tell: it is in one, or has expired. */
static int resolve(struct nodeos_chain *chain, struct transaction_trace *trace, const struct sent *sent,
                   const struct interruption *interruption, struct error *error)
{
	struct error refused = *error;
	int result = nodeos_await(chain, &trace->block_num, sent, NODEOS_WAIT_BLOCK, interruption, error);

	if (result == -ETIME && refused.code) { /* what the node said of the last time it was sent */
		*error = refused;
		return -error->number;
	}
	return result;
}

/* The node has it already: the answer that told so first was lost. */
static bool arrived_before(const struct error *error, bool lost, const struct chain_send_options *options)
{
	return error->code == TX_DUPLICATE && (lost || (options && options->unique));
}

/* A node takes no transaction twice, so that one whose answer was lost is sent again as it is. */
static int send(struct nodeos_chain *chain, struct transaction_trace *trace,
                const struct packed_transaction *packed, const struct chain_send_options *options,
                struct error *error)
{
	const struct interruption *interruption = options ? options->interruption : NULL;
	const int64_t end = clock_monotonic_ms() + RESEND_MS;
	struct text text = TEXT_EMPTY;
	bool lost = false;
	int result;

	print_packed(&text, packed);
	for (;;) {
		result = send_once(chain, trace, &text, options, error);
		if (result && arrived_before(error, lost, options)) {
			transaction_trace_release(trace);
			trace->id = packed->id;
			error_clear(error);
			result = 0;
		} else if (result == -EINTR) {
			result = not_known(error, &packed->id, EINTR);
		} else if (is_lost(result, error) || (lost && result == -EHOSTUNREACH)) {
			lost = true;
			if (clock_monotonic_ms() < end) {
				error_clear(error);
				nodeos_pause_a_moment();
				continue;
			}
			result = not_known(error, &packed->id, ETIMEDOUT);
		} else if (result && lost) {
			const struct sent sent = sent_of(packed, options);
			result = resolve(chain, trace, &sent, interruption, error);
		}
		break;
	}
	text_release(&text);
	return result;
}

/* Accounts that the transaction makes are listed from now on, whatever tables say of them. */
static void know_new_accounts(struct nodeos_chain *chain, const struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->actions_count; i++) {
		const struct action *action = &transaction->actions[i];
		struct cursor in = cursor_make(action->data.data, action->data.length);
		cursor_u64(&in);
		uint64_t name = cursor_u64(&in);
		if (action->account == name_literal("eosio") && action->name == name_literal("newaccount") &&
		    !in.failed)
			nodeos_know_account(chain, name, NULL);
	}
}

int nodeos_push(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct chain_send_options *options, struct error *error)
{
	struct nodeos_chain *chain = nodeos_of(base);
	const struct interruption *interruption = options ? options->interruption : NULL;
	struct error local = {0};
	struct chain_info info;
	uint64_t sequence;

	error = error ? error : &local;
	if (options && options->without_keys)
		return error_set(error, EOPNOTSUPP,
		                 "the node at %s takes signatures alone: "
		                 "wallet/impersonate is for a chain of one's own",
		                 http_client_url(chain->client));
	int result = nodeos_info(chain, &info, &sequence, false, interruption, error);
	if (result)
		return result;
	nodeos_watch(chain);
	result = send(chain, trace, packed, options, error);
	const struct sent sent = sent_of(packed, options);
	if (result == 0 && options && options->accepted)
		result = nodeos_leave_unsettled(chain, &sent, interruption, error);
	else if (result == 0)
		result = nodeos_await(chain, &trace->block_num, &sent, chain->wait, interruption, error);
	nodeos_watch_no_more(chain);
	if (result) {
		pthread_mutex_lock(&chain->mutex);
		chain->info_at = 0; /* it may be long ago what it was made for */
		pthread_mutex_unlock(&chain->mutex);
		return result;
	}
	know_new_accounts(chain, &packed->transaction);
	packed_transaction_release(packed);
	*packed = (struct packed_transaction){0};
	return 0;
}

int nodeos_compute(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                   bool read_only, uint64_t node, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct json *json = NULL;

	(void)node;
	text_append(&body, "{\"transaction\":");
	print_packed(&body, packed);
	text_append_char(&body, '}');
	int result = nodeos_call(nodeos_of(base), &json,
	                         read_only ? "/v1/chain/send_read_only_transaction"
	                                   : "/v1/chain/compute_transaction",
	                         &body, NULL, error);
	if (result == 0)
		result = parse_trace(trace, json_member(json, "processed"), error);
	json_release(json);
	text_release(&body);
	return result;
}
