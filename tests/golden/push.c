/* Steps: their transactions are built as the recording's sender built them, but for the reference block and
 * the expiration. */
#include "tests/golden/replay.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *member_string(const struct json *object, const char *name)
{
	const char *string = json_string(json_member(object, name));
	return string ? string : "";
}

/* --- code and ABIs that the recording only names by their hashes --- */

static const struct bundle *bundle_of_code(const char *sha256)
{
	struct checksum256 hash;
	if (checksum256_parse(&hash, sha256))
		return NULL;
	bool hollow;
	contract_apply *wanted = bundle_twin(&hash, &hollow);
	const struct bundle *bundle;
	for (size_t i = 0; wanted && (bundle = bundle_at(i)); i++)
		if (bundle->apply == wanted)
			return bundle;
	return NULL;
}

/* The bundle that a step installs: by the hash of its code, else by the last word of its note ("set contract
 * eosio eosio.boot"). */
static const struct bundle *bundle_of_step(const struct recording_step *step)
{
	const struct bundle *bundle = NULL;
	for (const struct json *action = json_first(json_member(step->json, "actions")); action && !bundle;
	     action = json_next(action))
		bundle = bundle_of_code(member_string(json_member(json_member(action, "data"), "code"), "sha256"));
	if (!bundle) {
		const char *note = member_string(step->json, "note");
		const char *word = strrchr(note, ' ');
		bundle = bundle_find(word ? word + 1 : note);
	}
	return bundle;
}

static void remember_code_account(struct replay *replay, uint64_t account)
{
	for (size_t i = 0; i < replay->code_accounts_count; i++)
		if (replay->code_accounts[i] == account)
			return;
	if (replay->code_accounts_count < REPLAY_CODE_ACCOUNTS)
		replay->code_accounts[replay->code_accounts_count++] = account;
}

/* Code or ABI of a bundle of ours. */
static int put_bundle(struct replay *replay, const struct recording_step *step, uint64_t account, bool code,
                      struct bytes *out, struct error *error)
{
	const struct bundle *bundle = bundle_of_step(step);
	struct bytes packed = {0};
	struct abi *abi;
	if (!bundle)
		return error_set(error, ENOENT, "no bundle is what step %u installs (%s)", step->number,
		                 member_string(step->json, "note"));
	remember_code_account(replay, account);
	if (code) {
		bytes_put_counted(out, bundle->code->data, bundle->code->length);
		return 0;
	}
	int result = abi_parse(&abi, bundle->abi, strlen(bundle->abi), error);
	if (result)
		return result;
	abi_pack(&packed, abi);
	bytes_put_counted(out, packed.data, packed.length);
	bytes_release(&packed);
	abi_release(abi);
	return 0;
}

/* setcode or setabi: the bytes themselves where they are at hand, else our own. */
static int pack_cut(struct replay *replay, const struct recording_step *step, const struct json *data,
                    struct bytes *out, struct error *error)
{
	const struct json *code = json_member(data, "code");
	const struct bytes *bytes = recording_find_code(
		&replay->recording, member_string(code ? code : json_member(data, "abi"), "sha256"));
	uint64_t account, number = 0;
	int result = name_parse(&account, member_string(data, "account"), error);
	if (result)
		return result;
	bytes_put_u64(out, account);
	if (code) {
		json_uint64(&number, json_member(data, "vmtype"));
		bytes_put_u8(out, (uint8_t)number);
		json_uint64(&number, json_member(data, "vmversion"));
		bytes_put_u8(out, (uint8_t)number);
	}
	if (!bytes)
		return put_bundle(replay, step, account, code != NULL, out, error);
	bytes_put_counted(out, bytes->data, bytes->length);
	return 0;
}

/* --- actions --- */

static int pack_hex(struct bytes *out, const char *hex, struct error *error)
{
	size_t digits = strlen(hex);
	uint8_t *data = memory_allocate(digits / 2 + 1, 1);
	int result = digits % 2 || hex_parse(data, hex, digits)
	                 ? error_set(error, EINVAL, "action data is no hexadecimal: %s", hex)
	                 : 0;
	if (result == 0)
		bytes_put(out, data, digits / 2);
	free(data);
	return result;
}

static bool is_cut(const struct json *data)
{
	return json_member(json_member(data, "code"), "sha256") ||
	       json_member(json_member(data, "abi"), "sha256");
}

/* Packs data by the ABI the chain has now; ids of the recording's transactions become ours. */
static int pack_by_abi(struct replay *replay, struct chain_view *view, struct action *action,
                       const struct json *data, struct error *error)
{
	struct chain_abi *abi = NULL;
	struct json *translated = NULL;
	struct text text = TEXT_EMPTY;
	int result = chain_abi_get(view, &abi, action->account, error);
	if (result)
		return result;
	const char *type = abi_action_type(abi->abi, action->name);
	json_print(&text, data);
	replay_translate_ids(replay, &text);
	result = json_parse(&translated, text_string(&text), text.length, error);
	if (result == 0)
		result = type ? abi_to_binary(abi->abi, &action->data, type, translated, error)
		              : error_set(error, ENOENT, "the ABI of %s has no action %s",
		                          name_text(action->account).text, name_text(action->name).text);
	json_release(translated);
	text_release(&text);
	chain_abi_release(view->chain, abi);
	return result;
}

static int build_action(struct replay *replay, struct chain_view *view, const struct recording_step *step,
                        const struct json *json, struct action *out, struct error *error)
{
	const struct json *data = json_member(json, "data");
	const struct json *levels = json_member(json, "authorization");
	int result = name_parse(&out->account, member_string(json, "account"), error);
	if (result == 0)
		result = name_parse(&out->name, member_string(json, "name"), error);
	out->authorization = memory_allocate(json_count(levels) + 1, sizeof *out->authorization);
	for (const struct json *level = json_first(levels); result == 0 && level; level = json_next(level)) {
		struct permission_level *at = &out->authorization[out->authorization_count++];
		result = name_parse(&at->actor, member_string(level, "actor"), error);
		if (result == 0)
			result = name_parse(&at->permission, member_string(level, "permission"), error);
	}
	if (result)
		return result;
	if (json_string(data))
		return pack_hex(&out->data, json_string(data), error);
	if (is_cut(data))
		return pack_cut(replay, step, data, &out->data, error);
	return pack_by_abi(replay, view, out, data, error);
}

/* --- transactions --- */

static int sign(struct replay *replay, const struct recording_step *step, struct packed_transaction *packed,
                struct error *error)
{
	for (const struct json *key = json_first(json_member(step->json, "signed_with")); key;
	     key = json_next(key)) {
		struct public_key public;
		int result = public_key_parse(&public, json_string(key) ? json_string(key) : "", error);
		if (result)
			return result;
		const struct private_key *private = recording_private_key(&replay->recording, &public);
		if (!private)
			return error_set(error, ENOENT, "the recording lacks the private key of %s", json_string(key));
		result = packed_transaction_sign(packed, replay->signer, private, NULL,
		                                 ledger_chain_id(branch_ledger(replay->branch)), error);
		if (result)
			return result;
	}
	return 0;
}

static int add_context_free_data(struct packed_transaction *packed, const struct json *list,
                                 struct error *error)
{
	size_t count = json_count(list), done = 0;
	if (!count)
		return 0;
	struct bytes *pieces = memory_allocate(count, sizeof *pieces);
	int result = 0;
	for (const struct json *piece = json_first(list); piece && result == 0; piece = json_next(piece))
		result = pack_hex(&pieces[done++], json_string(piece) ? json_string(piece) : "", error);
	packed_transaction_set_context_free_data(packed, pieces, count);
	return result;
}

int replay_build_step(struct replay *replay, const struct recording_step *step,
                      struct packed_transaction *out, struct error *error)
{
	const struct json *actions = json_member(step->json, "actions");
	const struct block_state *head = branch_head(replay->branch);
	uint64_t delay = 0;
	struct chain_view *view;
	json_uint64(&delay, json_member(step->json, "delay_sec"));
	/* No two steps of a block share an expiration, so equal ones are no duplicates. */
	uint32_t now = (uint32_t)(slot_to_us(branch_block_slot(replay->branch)) / 1000000);
	struct transaction transaction = {
	    .expiration = now + 60 + step->number % 3500,
	    .ref_block_num = (uint16_t)block_id_number(&head->id),
	    .ref_block_prefix = block_id_prefix(&head->id),
	    .delay_sec = (uint32_t)delay,
	    .actions = memory_allocate(json_count(actions) + 1, sizeof *transaction.actions),
	};
	const struct json *free_actions = json_member(step->json, "context_free_actions");
	transaction.context_free_actions = memory_allocate(json_count(free_actions) + 1,
	                                                   sizeof *transaction.context_free_actions);
	int result = chain_view_open(replay->chain, &view, NULL, NULL, error);
	if (result == 0) {
		for (const struct json *action = json_first(free_actions); action && result == 0;
		     action = json_next(action))
			result = build_action(replay, view, step, action,
			                      &transaction.context_free_actions[transaction.context_free_actions_count++],
			                      error);
		for (const struct json *action = json_first(actions); action && result == 0;
		     action = json_next(action))
			result = build_action(replay, view, step, action,
			                      &transaction.actions[transaction.actions_count++], error);
		chain_view_close(view);
	}
	if (result) {
		transaction_release(&transaction);
		return result;
	}
	packed_transaction_make(out, &transaction);
	result = add_context_free_data(out, json_member(step->json, "context_free_data"), error);
	if (result == 0)
		result = sign(replay, step, out, error);
	if (result)
		packed_transaction_release(out);
	return result;
}

static uint32_t receipt_cpu(const struct json *receipt)
{
	uint64_t cpu = 0;
	json_uint64(&cpu, json_member(receipt, "cpu_usage_us"));
	return (uint32_t)cpu;
}

/* Reads the upper half of a register that holds an i32: of no use to a contract, so that any outcome is right
 * (README of the recordings). */
static bool is_open(const struct recording_step *step)
{
	static const char *const notes[] = {"traps| call_indirect result i64 called as f32",
	                                    "traps| call_indirect result i64 as i32, extended unsigned",
	                                    "traps| call_indirect result i64 as i32, as an address"};
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (step->refused && !strcmp(member_string(step->json, "note"), notes[i]))
			return true;
	return false;
}

void replay_step(struct replay *replay, const struct recording_event *event)
{
	const struct recording_step *step = &replay->recording.steps[event->step];
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	struct error error = {0};
	struct push_options options = {.billed_cpu_us = receipt_cpu(event->receipt)};
	replay_at(replay, "step %u (%s)", step->number, member_string(step->json, "note"));
	replay->steps++;
	if (is_open(step))
		return;
	if (replay_build_step(replay, step, &packed, &error)) {
		replay_differ(replay, "transaction", "one", error.sentence);
		return;
	}
	replay->ids[step->number] = packed.id;
	struct public_key *keys = memory_allocate(packed.signatures_count + 1, sizeof *keys);
	size_t count = packed.signatures_count;
	int result = packed_transaction_keys(&packed, keys, ledger_chain_id(branch_ledger(replay->branch)),
	                                     &error);
	if (result == 0)
		result = branch_push(replay->branch, &trace, &packed, keys, count, &options, &error);
	replay_compare_step(replay, step, &trace, result, &error);
	free(keys);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
}

void replay_deferred(struct replay *replay, const struct recording_event *event)
{
	struct checksum256 id;
	struct transaction_trace trace = {0};
	struct error error = {0};
	struct push_options options = {.billed_cpu_us = receipt_cpu(event->receipt)};
	uint64_t words = 0;
	replay_at(replay, "block %u, deferred transaction %.8s (step %u)", branch_block_number(replay->branch),
	          member_string(event->receipt, "trx"), event->step);
	bool due = branch_next_scheduled(replay->branch, &id);
	if (!due && !event->step) {
		replay_differ(replay, "due", "one", "none");
		return;
	}
	if (event->step) {
		if (due && !checksum256_equal(&id, &replay->ids[event->step]))
			replay_differ(replay, "order", "the next one that is due", "another is due first");
		id = replay->ids[event->step];
	}
	if (branch_push_scheduled(replay->branch, &trace, &id, &options, &error)) {
		replay_differ(replay, "outcome", member_string(event->receipt, "status"), error.sentence);
	} else {
		json_uint64(&words, json_member(event->receipt, "net_usage_words"));
		replay_compare_text(replay, "status", member_string(event->receipt, "status"),
		                    transaction_status_name(trace.status));
		replay_compare_number(replay, "net_usage_words", words, trace.net_usage / 8);
	}
	transaction_trace_release(&trace);
}
