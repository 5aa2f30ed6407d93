/* From JSON to a transaction in a block: packing actions by ABI, choosing keys, signing, pushing; never
 * twice the same id. */
#include "core/chain/chain.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXPIRATION_MINIMUM = 30, EXPIRATION_VARIATION = 240, /* seconds */
	SEND_TRIES = 1000,
	SKIP_MAXIMUM = 16, /* a power of two */
	BYTES_LOOKED_AT = 256 /* of an action's data, to tell whether it is like another */
};

static int unknown_action(uint64_t account, uint64_t name, struct error *error)
{
	return error_chain(error, ACTION_VALIDATE_EXCEPTION, "Unknown action %s in contract %s",
	                   name_text(name).text, name_text(account).text);
}

int chain_action_known(struct chain_view *view, uint64_t account, uint64_t name, struct error *error)
{
	static const char *const native[] = {"newaccount", "setcode",  "setabi",    "updateauth",
	                                     "deleteauth", "linkauth", "unlinkauth"};
	struct chain_abi *abi = NULL;

	for (size_t i = 0; account == name_literal("eosio") && i < sizeof native / sizeof *native; i++)
		if (name == name_literal(native[i]))
			return 0;
	int result = chain_abi_get(view, &abi, account, error);
	if (result == 0 && !abi_action_type(abi->abi, name))
		result = unknown_action(account, name, error);
	chain_abi_release(view->chain, abi);
	return result;
}

int chain_action_make(struct chain_view *view, struct action *out, uint64_t account, uint64_t name,
                      const struct json *data, const struct permission_level *authorization,
                      size_t authorization_count, struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = chain_abi_get(view, &abi, account, error);

	*out = (struct action){.account = account, .name = name};
	if (result)
		return result;
	const char *type = abi_action_type(abi->abi, name);
	if (!type)
		result = unknown_action(account, name, error);
	else
		result = abi_to_binary(abi->abi, &out->data, type, data, error);
	chain_abi_release(view->chain, abi);
	if (result) {
		action_release(out);
		return result;
	}
	out->authorization = memory_copy(authorization, authorization_count * sizeof *authorization);
	out->authorization_count = authorization_count;
	return 0;
}

static int compare_keys(const void *a, const void *b) { return public_key_compare(a, b); }

/* Whether the permission takes keys and the wallet has none of them: the sentence then says so, and what can
 * be done. */
static bool missing_key(struct chain_view *view, const struct wallet_keys *keys,
                        const struct permission_level *level, struct error *error)
{
	struct chain_account account = {0};
	struct text text = TEXT_EMPTY;

	view->operations->account(view, &account, level->actor, NULL);
	const struct chain_permission *declared = chain_account_permission(&account, level->permission);
	bool missing = declared && declared->authority.keys_count;
	for (size_t k = 0; declared && k < declared->authority.keys_count; k++) {
		const struct public_key *key = &declared->authority.keys[k].key;
		missing = missing && !bsearch(key, keys->list, keys->count, sizeof *keys->list, compare_keys);
		text_printf(&text, "%s%s", k ? ", " : "", public_key_text(key).text);
	}
	chain_account_release(&account);
	if (missing) {
		struct name_text actor = name_text(level->actor), permission = name_text(level->permission);
		/* after the chain's own sentence, less its full stop */
		size_t length = strlen(error->sentence);
		if (length && error->sentence[length - 1] == '.')
			error->sentence[length - 1] = '\0';
		error_append(error,
		             ": the wallet lacks the key of %s@%s, %s: write its private half into wallet/import%s",
		             actor.text, permission.text, text_string(&text),
		             view->chain->lacks & CHAIN_KEYLESS ? "" : ", or 1 into wallet/impersonate");
	}
	text_release(&text);
	return missing;
}

/* Of the first such permission that the transaction declares. */
static void explain_missing_key(struct chain_view *view, const struct wallet_keys *keys,
                                const struct transaction *transaction, struct error *error)
{
	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++)
			if (missing_key(view, keys, &transaction->actions[i].authorization[k], error))
				return;
}

bool chain_can_sign(struct chain_view *view, struct wallet *wallet, const struct permission_level *level)
{
	struct permission_level authorization = *level;
	struct action action = {.authorization = &authorization, .authorization_count = 1};
	const struct transaction transaction = {.actions = &action, .actions_count = 1};
	struct wallet_keys *keys = NULL;
	struct public_key *required = NULL;
	size_t count = 0;
	int result = wallet_keys_hold(wallet, &keys, NULL);

	if (result == 0)
		result = view->operations->required_keys(view, &required, &count, &transaction, keys->list,
		                                         keys->count, NULL);
	wallet_keys_release(keys);
	free(required);
	return result == 0;
}

/* Signs with the keys that the transaction needs, of those the wallet has. */
static int sign_with_wallet(struct chain *chain, struct wallet *wallet, struct packed_transaction *packed,
                            const struct interruption *interruption, struct error *error)
{
	struct chain_view *view = NULL;
	struct wallet_keys *keys = NULL;
	struct public_key *required = NULL;
	size_t required_count = 0;
	int result = wallet_keys_hold(wallet, &keys, error);

	if (result == 0)
		result = chain_view_open(chain, &view, NULL, interruption, error);
	if (result == 0)
		result = view->operations->required_keys(view, &required, &required_count, &packed->transaction,
		                                         keys->list, keys->count, error);
	if (result == -EACCES && error->code == UNSATISFIED_AUTHORIZATION)
		explain_missing_key(view, keys, &packed->transaction, error);
	chain_view_close(view);
	if (result == 0)
		result = wallet_sign(wallet, packed, required, required_count, &chain->chain_id, error);
	wallet_keys_release(keys);
	free(required);
	return result;
}

/* Takes the actions back out of a transaction that was refused, so that it can be made again. */
static void take_actions(struct packed_transaction *packed, struct action **actions, size_t *count)
{
	*actions = packed->transaction.actions;
	*count = packed->transaction.actions_count;
	packed->transaction.actions = NULL;
	packed->transaction.actions_count = 0;
	packed_transaction_release(packed);
}

/* Actions alike have the same; others seldom. */
static size_t likeness(const struct transaction *transaction)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < transaction->actions_count; i++) {
		const struct action *action = &transaction->actions[i];
		size_t length = action->data.length;
		hash = memory_hash(hash, &action->account, sizeof action->account);
		hash = memory_hash(hash, &action->name, sizeof action->name);
		hash = memory_hash(hash, action->data.data, length < BYTES_LOOKED_AT ? length : BYTES_LOOKED_AT);
		for (size_t k = 0; k < action->authorization_count; k++)
			hash = memory_hash(hash, &action->authorization[k].actor, sizeof action->authorization[k].actor);
	}
	return (size_t)(hash ^ hash >> 32) % CHAIN_SENDS;
}

void chain_make_unique(struct chain *chain, struct transaction *transaction,
                       const struct checksum256 *reference, uint32_t seconds)
{
	uint32_t block = block_id_prefix(reference), count;
	_Atomic uint64_t *sends = &chain->sends[likeness(transaction)];
	uint64_t before = atomic_load_explicit(sends, memory_order_relaxed);

	/* which block it is about, and how many it was */
	do
		count = before >> 32 == block ? (uint32_t)before + 1 : 0;
	while (!atomic_compare_exchange_weak_explicit(sends, &before, (uint64_t)block << 32 | count,
	                                              memory_order_relaxed, memory_order_relaxed));
	transaction->ref_block_num = (uint16_t)block_id_number(reference);
	transaction->ref_block_prefix = block;
	transaction->expiration = seconds + EXPIRATION_MINIMUM + count % EXPIRATION_VARIATION;
	/* Beyond that a limit that is none tells them apart, and from others'. */
	if (count >= EXPIRATION_VARIATION || chain->salt)
		transaction->max_net_usage_words = UINT32_MAX - chain->salt - count / EXPIRATION_VARIATION;
}

/* Ids that a process before this one gave are met one after another: ever greater steps lead past them. */
static void skip_ids(struct chain *chain, struct action *actions, size_t count, unsigned tries)
{
	const struct transaction alike = {.actions = actions, .actions_count = count};

	atomic_fetch_add(&chain->sends[likeness(&alike)],
	                 UINT64_C(1) << (tries < SKIP_MAXIMUM ? tries : SKIP_MAXIMUM));
}

/* Of what would have had room elsewhere nodeos says neither who is greylisted nor what ends it. */
static int push(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct chain_send_options *options, struct error *error)
{
	int result = chain->operations->push(chain, trace, packed, options, error);

	if (result == 0 || !error || !greylist_refuses(error->code))
		return result;
	struct name_text account = name_text(transaction_first_authorizer(&packed->transaction));
	error_append(
		error,
		"; a node's greylist names %s, or its greylist_limit is below 1000: POST {\"accounts\":[\"%s\"]} to "
		"its /v1/producer/remove_greylist_accounts, or {\"greylist_limit\":1000} to "
		"/v1/producer/update_runtime_options",
		account.text, account.text);
	return result;
}

static int send_once(struct chain *chain, struct transaction_trace *trace, struct wallet *wallet,
                     struct packed_transaction *packed, struct transaction *transaction,
                     const struct chain_send_options *options, struct error *error)
{
	int result;
	packed_transaction_make(packed, transaction);
	trace->id = packed->id;
	if (!options->without_keys) {
		result = sign_with_wallet(chain, wallet, packed, options->interruption, error);
		if (result)
			return result;
	}
	struct chain_send_options sent = *options;
	sent.unique = chain->salt != 0;
	return push(chain, trace, packed, &sent, error);
}

/* Nothing has happened: the id is taken, the chain's maximum lifetime is below our variation, the clock was
 * moved meanwhile, or another branch won. */
static bool can_be_made_again(const struct error *error)
{
	return error->code == TX_DUPLICATE || error->code == TX_EXP_TOO_FAR_EXCEPTION ||
	       error->code == EXPIRED_TX_EXCEPTION || error->code == INVALID_REF_BLOCK_EXCEPTION;
}

int chain_send(struct chain *chain, struct transaction_trace *trace, struct wallet *wallet,
               struct action *actions, size_t count, const struct chain_send_options *options,
               struct error *error)
{
	static const struct chain_send_options plain = {0};
	struct transaction_trace own = {0};
	struct action *list = memory_copy(actions, count * sizeof *actions);
	struct error local = {0};
	int result;

	memset(actions, 0, count * sizeof *actions);
	trace = trace ? trace : &own;
	options = options ? options : &plain;
	error = error ? error : &local;
	*trace = (struct transaction_trace){0};
	for (unsigned tries = 0;; tries++) {
		struct packed_transaction packed = {0};
		struct checksum256 reference;
		uint32_t seconds;

		result = chain->operations->reference(chain, &reference, &seconds, options->interruption, error);
		if (result)
			break;
		struct transaction transaction = {
			.delay_sec = options->delay_sec, .actions = list, .actions_count = count};
		chain_make_unique(chain, &transaction, &reference, seconds);
		transaction_trace_release(trace);
		result = send_once(chain, trace, wallet, &packed, &transaction, options, error);
		if (result == 0) {
			packed_transaction_release(&packed);
			list = NULL;
			break;
		}
		take_actions(&packed, &list, &count);
		if (!can_be_made_again(error) || tries >= SEND_TRIES)
			break;
		if (error->code == TX_DUPLICATE)
			skip_ids(chain, list, count, tries);
		error_clear(error);
	}
	if (list)
		for (size_t i = 0; i < count; i++)
			action_release(&list[i]);
	free(list);
	transaction_trace_release(&own);
	return result;
}

int chain_send_packed(struct chain *chain, struct transaction_trace *trace, struct wallet *wallet,
                      struct packed_transaction *packed, const struct chain_send_options *options,
                      struct error *error)
{
	int result = 0;

	*trace = (struct transaction_trace){.id = packed->id};
	if (!packed->signatures_count && !options->without_keys)
		result = sign_with_wallet(chain, wallet, packed, options->interruption, error);
	return result ? result : push(chain, trace, packed, options, error);
}
