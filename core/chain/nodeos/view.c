/* Reading a node's chain: every answer is asked for once a head, and parsed again for each reader. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/encoding/base64.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/chain/print.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void close_view(struct chain_view *base)
{
	struct nodeos_view *view = (struct nodeos_view *)base;
	while (view->borrowed) {
		struct borrowed *next = view->borrowed->next;
		free(view->borrowed);
		view->borrowed = next;
	}
	free(view);
}

static int read_info(struct chain_view *view, struct chain_info *out, struct error *error)
{
	(void)error;
	*out = ((struct nodeos_view *)view)->info;
	return 0;
}

/* --- accounts --- */

/* What nodeos says of an account that there is not depends on the call. */
static int ask_about(struct chain_view *view, struct answer **out, const char *path, const char *body,
                     uint64_t account, struct error *error)
{
	struct error why = {0};
	int result = nodeos_ask(view, out, path, body, &why);

	if (result == 0)
		return 0;
	if (why.number == ENOENT)
		return error_set(error, ENOENT, "no such account: %s", name_text(account).text);
	if (error)
		*error = why;
	return result;
}

static int ask_account(struct chain_view *view, struct answer **out, const char *path, uint64_t account,
                       struct error *error)
{
	struct text body = TEXT_EMPTY;
	text_printf(&body, "{\"account_name\":\"%s\"}", name_text(account).text);
	int result = ask_about(view, out, path, text_string(&body), account, error);
	text_release(&body);
	return result;
}

static int read_account(struct chain_view *view, struct chain_account *out, uint64_t name,
                        struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct answer *answer = NULL;

	*out = (struct chain_account){0};
	int result = ask_account(view, &answer, "/v1/chain/get_account", name, error);
	if (result)
		return result;
	result = parse_account(out, answer->json, error);
	out->block_num = answer->first_block;
	for (size_t i = 0; i < out->permissions_count; i++)
		out->permissions[i].block_num = answer->first_block;
	nodeos_give_back(chain, answer);
	answer = NULL;
	if (result || !out->last_code_update)
		return result;
	result = ask_account(view, &answer, "/v1/chain/get_code_hash", name, error);
	if (result == 0 && !parse_checksum_member(&out->code_hash, answer->json, "code_hash"))
		result = parse_answer_failed(error, "get_code_hash");
	nodeos_give_back(chain, answer);
	if (result)
		chain_account_release(out);
	return result;
}

static int read_account_exists(struct chain_view *view, uint32_t *created, uint64_t name, struct error *error)
{
	struct answer *answer = NULL;
	int result = ask_account(view, &answer, "/v1/chain/get_account", name, error);
	uint32_t slot;

	if (result)
		return result;
	if (!parse_slot_member(&slot, answer->json, "created"))
		result = parse_answer_failed(error, "account");
	if (created)
		*created = slot;
	nodeos_give_back(nodeos_chain_of(view), answer);
	const struct chain_info *info = &((struct nodeos_view *)view)->info;
	nodeos_know_account(nodeos_chain_of(view), name, slot <= info->irreversible_slot ? info : NULL);
	return result;
}

static int read_code(struct chain_view *view, struct bytes *out, uint64_t account, struct error *error)
{
	struct answer *answer = NULL;
	int result = ask_account(view, &answer, "/v1/chain/get_raw_code_and_abi", account, error);

	if (result)
		return result;
	const char *code = json_string(json_member(answer->json, "wasm"));
	if (!code || base64_parse(out, code) != 0)
		result = parse_answer_failed(error, "code");
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

/* Takes the bytes out of an answer that has them: a node leaves them out when they have the hash that it was
 * given. */
static int take_abi(struct chain_view *view, const struct answer *answer, uint64_t account,
                    struct checksum256 *hash, struct error *error)
{
	const char *text = json_string(json_member(answer->json, "abi"));
	struct bytes bytes = {0};
	int result = 0;

	if (!parse_checksum_member(hash, answer->json, "abi_hash"))
		return parse_answer_failed(error, "ABI");
	if (!text) {
		nodeos_know_abi(nodeos_chain_of(view), account, hash, &answer->arrival, NULL);
		return 0;
	}
	if (base64_parse(&bytes, text) != 0)
		result = parse_answer_failed(error, "ABI");
	else if (bytes.length == 0)
		*hash = (struct checksum256){0};
	else
		nodeos_know_abi(nodeos_chain_of(view), account, hash, &answer->arrival, &bytes);
	bytes_release(&bytes);
	return result;
}

static int ask_abi(struct chain_view *view, struct checksum256 *hash, uint64_t account, bool with_known,
                   struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	text_printf(&body, "{\"account_name\":\"%s\"", name_text(account).text);
	if (with_known)
		text_printf(&body, ",\"abi_hash\":\"%s\"", checksum256_text(hash).text);
	text_append_char(&body, '}');
	int result = ask_about(view, &answer, "/v1/chain/get_raw_abi", text_string(&body), account, error);
	text_release(&body);
	if (result)
		return result;
	result = take_abi(view, answer, account, hash, error);
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

static int read_abi(struct chain_view *view, struct bytes *out, uint64_t *version, uint64_t account,
                    struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct checksum256 hash = {0};
	struct arrival arrival = {0};
	int result = 0;

	*version = 0;
	bool known = nodeos_known_abi(chain, &hash, &arrival, NULL, account);
	if (known && arrival.sequence == view->sequence)
		nodeos_note_use(view, &arrival);
	else
		result = ask_abi(view, &hash, account, known, error);
	if (result || checksum256_is_zero(&hash))
		return result;
	memcpy(version, hash.data, sizeof *version);
	*version += *version == 0;
	if (!out || nodeos_known_abi(chain, &hash, NULL, out, account))
		return 0;
	/* Others have taken its place meanwhile. */
	result = ask_abi(view, &hash, account, false, error);
	if (result == 0 && !nodeos_known_abi(chain, &hash, NULL, out, account))
		result = parse_answer_failed(error, "ABI");
	return result;
}

/* --- the chain --- */

static int read_config(struct chain_view *view, struct chain_config *out, struct error *error)
{
	const struct table_id global = {name_literal("eosio"), name_literal("eosio"), name_literal("global")};
	struct answer *answer = NULL;
	struct genesis standard;
	struct chain_row row;
	struct error why = {0};

	genesis_default(&standard);
	*out = standard.initial_configuration;
	int result = nodeos_ask(view, &answer, "/v1/chain/get_consensus_parameters", NULL, &why);
	if (result == 0) {
		result = chain_config_parse(out, json_member(answer->json, "chain_config"), error);
		nodeos_give_back(nodeos_chain_of(view), answer);
		return result;
	}
	/* Older nodes have it in the system contract's table alone, at its beginning. */
	if (result == -EOPNOTSUPP && view->operations->row(view, &row, &global, global.table, NULL) == 0) {
		struct cursor in = cursor_make(row.data, row.length);
		return chain_config_unpack(out, &in) == 0 ? 0 : parse_answer_failed(error, "configuration");
	}
	if (error)
		*error = why;
	return result;
}

static int read_schedules(struct chain_view *view, struct chain_schedules *out, struct error *error)
{
	struct answer *answer = NULL;

	*out = (struct chain_schedules){0};
	int result = nodeos_ask(view, &answer, "/v1/chain/get_producer_schedule", NULL, error);
	if (result)
		return result;
	result = parse_schedule(&out->active, json_member(answer->json, "active"), error);
	if (result == 0)
		result = parse_schedule(&out->pending, json_member(answer->json, "pending"), error);
	if (result == 0)
		result = parse_schedule(&out->proposed, json_member(answer->json, "proposed"), error);
	if (result)
		chain_schedules_release(out);
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

static const char *codename(const struct json *feature)
{
	const struct json *item = json_first(json_member(feature, "specification"));
	const char *name;
	for (; item; item = json_next(item))
		if ((name = json_string(json_member(item, "name"))) && strcmp(name, "builtin_feature_codename") == 0)
			return json_string(json_member(item, "value"));
	return NULL;
}

static void take_activation(struct chain_feature *out, const struct json *json)
{
	out->active = json_type(json) == JSON_OBJECT;
	parse_uint32_member(&out->activation_block_num, json, "activation_block_num");
	parse_uint32_member(&out->activation_ordinal, json, "activation_ordinal");
}

/* Those that are known here, then what the node has active beside them. */
static int visit_features(const struct json *list, chain_feature_visitor *visitor, void *context)
{
	int result = 0;

	for (int i = 0; result == 0 && i < FEATURE_COUNT; i++) {
		const struct feature_row *row = &feature_table[i];
		struct chain_feature feature = {.feature = (enum feature)i,
		                                .digest = feature_digest((enum feature)i),
		                                .name = row->name,
		                                .preactivation_required = row->preactivation_required,
		                                .has_dependency = row->dependency != FEATURE_COUNT};
		checksum256_parse(&feature.description_digest, row->description);
		if (feature.has_dependency)
			feature.dependency = feature_digest(row->dependency);
		take_activation(&feature, parse_find_feature(list, &feature.digest));
		result = visitor(context, &feature);
	}
	for (const struct json *item = json_first(list); item && result == 0; item = json_next(item)) {
		struct chain_feature feature = {.feature = FEATURE_COUNT, .name = codename(item)};
		if (!parse_checksum_member(&feature.digest, item, "feature_digest") ||
		    feature_find(&feature.digest) != FEATURE_COUNT)
			continue;
		parse_checksum_member(&feature.description_digest, item, "description_digest");
		feature.name = feature.name ? feature.name : "UNKNOWN";
		take_activation(&feature, item);
		result = visitor(context, &feature);
	}
	return result;
}

static int read_features(struct chain_view *view, chain_feature_visitor *visitor, void *context,
                         struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	text_printf(&body, "{\"lower_bound\":0,\"limit\":%d}", CHAIN_FEATURES_MAXIMUM);
	int result = nodeos_ask(view, &answer, "/v1/chain/get_activated_protocol_features", text_string(&body),
	                        error);
	text_release(&body);
	if (result)
		return result;
	result = visit_features(json_member(answer->json, "activated_protocol_features"), visitor, context);
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

static int compare_key_permissions(const void *a, const void *b)
{
	const struct chain_key_permission *left = a, *right = b;
	if (left->account != right->account)
		return left->account < right->account ? -1 : 1;
	return left->permission < right->permission ? -1 : left->permission > right->permission;
}

static int read_key_permissions(struct chain_view *view, const struct public_key *key,
                                chain_key_permission_visitor *visitor, void *context, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;
	size_t count = 0;

	text_printf(&body, "{\"accounts\":[],\"keys\":[\"%s\"]}", public_key_text(key).text);
	int result = nodeos_ask(view, &answer, "/v1/chain/get_accounts_by_authorizers", text_string(&body),
	                        error);
	text_release(&body);
	if (result)
		return result;
	const struct json *list = json_member(answer->json, "accounts");
	struct chain_key_permission *found = memory_allocate(json_count(list) + 1, sizeof *found);
	for (const struct json *item = json_first(list); item; item = json_next(item))
		if (parse_name_member(&found[count].account, item, "account_name") &&
		    parse_name_member(&found[count].permission, item, "permission_name"))
			count++;
	nodeos_give_back(nodeos_chain_of(view), answer);
	qsort(found, count, sizeof *found, compare_key_permissions);
	for (size_t i = 0; i < count && result == 0; i++)
		result = visitor(context, &found[i]);
	free(found);
	return result;
}

static int read_scheduled(struct chain_view *view, int64_t delay_until, const struct checksum256 *id,
                          chain_scheduled_visitor *visitor, void *context, struct error *error)
{
	(void)delay_until, (void)id, (void)visitor, (void)context;
	return error_set(error, EOPNOTSUPP, "the waiting transactions of the node at %s are not read",
	                 http_client_url(nodeos_chain_of(view)->client));
}

static int read_missed(struct chain_view *view, uint32_t *missed, uint64_t producer, struct error *error)
{
	(void)producer;
	*missed = 0;
	return error_set(error, EOPNOTSUPP, "the node at %s does not count the slots that a producer missed",
	                 http_client_url(nodeos_chain_of(view)->client));
}

static int read_traces(struct chain_view *view, struct transaction_trace **out, size_t *count,
                       uint32_t number, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	*out = NULL;
	*count = 0;
	text_printf(&body, "{\"block_num\":%" PRIu32 "}", number);
	int result = nodeos_ask(view, &answer, "/v1/trace_api/get_block", text_string(&body), error);
	text_release(&body);
	if (result == -ENOENT)
		return error_set(error, EOPNOTSUPP, "the node at %s keeps no traces of block %" PRIu32,
		                 http_client_url(nodeos_chain_of(view)->client), number);
	if (result)
		return result;
	const struct json *list = json_member(answer->json, "transactions");
	*out = memory_allocate(json_count(list) + 1, sizeof **out);
	for (const struct json *item = json_first(list); item && result == 0; item = json_next(item)) {
		result = parse_outline(&(*out)[*count], item, error);
		*count += result == 0;
	}
	nodeos_give_back(nodeos_chain_of(view), answer);
	if (result == 0)
		return 0;
	while (*count)
		transaction_trace_release(&(*out)[--*count]);
	free(*out);
	*out = NULL;
	return result;
}

/* Which block has it: as the traces tell, else as a node does that follows what becomes of transactions. */
static int find_transaction(struct chain_view *view, uint32_t *number, const struct checksum256 *id,
                            struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	*number = 0;
	text_printf(&body, "{\"id\":\"%s\"}", checksum256_text(id).text);
	int result = nodeos_ask(view, &answer, "/v1/trace_api/get_transaction_trace", text_string(&body), error);
	if (result == 0 && !parse_uint32_member(number, answer->json, "block_num"))
		result = parse_answer_failed(error, "block number");
	if (result == -EOPNOTSUPP &&
	    nodeos_ask(view, &answer, "/v1/chain/get_transaction_status", text_string(&body), NULL) == 0 &&
	    parse_uint32_member(number, answer->json, "block_number"))
		result = 0;
	text_release(&body);
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

static int read_header_state(struct chain_view *view, struct chain_header_state *out, uint32_t number,
                             struct error *error)
{
	*out = (struct chain_header_state){0};
	return error_set(error, EOPNOTSUPP,
	                 "what the node at %s knows of block %" PRIu32 " beside it is not read",
	                 http_client_url(nodeos_chain_of(view)->client), number);
}

/* --- blocks --- */

static int read_block(struct chain_view *view, struct signed_block *out, uint32_t number, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	*out = (struct signed_block){0};
	text_printf(&body, "{\"block_num_or_id\":\"%" PRIu32 "\"}", number);
	int result = nodeos_ask(view, &answer, "/v1/chain/get_raw_block", text_string(&body), error);
	if (result == -EOPNOTSUPP)
		result = nodeos_ask(view, &answer, "/v1/chain/get_block", text_string(&body), error);
	text_release(&body);
	if (result)
		return result;
	result = parse_block(out, answer->json, error);
	nodeos_give_back(nodeos_chain_of(view), answer);
	return result;
}

/* get_block_info costs a node least; what is irreversible is asked for once. */
static int read_block_slot(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;

	*slot = view->slot;
	if (number >= view->block_num || nodeos_known_slot(chain, slot, number))
		return 0;
	text_printf(&body, "{\"block_num\":%" PRIu32 "}", number);
	int result = nodeos_ask(view, &answer, "/v1/chain/get_block_info", text_string(&body), error);
	text_release(&body);
	if (result)
		return result;
	if (!parse_slot_member(slot, answer->json, "timestamp"))
		result = parse_answer_failed(error, "get_block_info");
	else if (number <= ((struct nodeos_view *)view)->info.irreversible_block_num)
		nodeos_know_slot(chain, *slot, number);
	nodeos_give_back(chain, answer);
	return result;
}

static int read_required_keys(struct chain_view *view, struct public_key **out, size_t *out_count,
                              const struct transaction *transaction, const struct public_key *available,
                              size_t available_count, struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct json *json = NULL;

	*out = NULL;
	*out_count = 0;
	text_append(&body, "{\"transaction\":");
	chain_print_transaction(view, &body, transaction, CHAIN_PRINT_BYTES);
	text_append(&body, ",\"available_keys\":[");
	for (size_t i = 0; i < available_count; i++)
		text_printf(&body, "%s\"%s\"", i ? "," : "", public_key_text(&available[i]).text);
	text_append(&body, "]}");
	int result = nodeos_call(nodeos_chain_of(view), &json, "/v1/chain/get_required_keys", &body,
	                         view->interruption, error);
	text_release(&body);
	if (result)
		return result;
	const struct json *list = json_member(json, "required_keys");
	*out = memory_allocate(json_count(list) + 1, sizeof **out);
	for (const struct json *item = json_first(list); item && result == 0; item = json_next(item))
		result = json_string(item) ? public_key_parse(&(*out)[(*out_count)++], json_string(item), error)
		                           : parse_answer_failed(error, "get_required_keys");
	json_release(json);
	if (result) {
		free(*out);
		*out = NULL;
	}
	return result;
}

static const struct chain_view_operations operations = {
	.close = close_view,
	.info = read_info,
	.account = read_account,
	.account_exists = read_account_exists,
	.accounts = nodeos_accounts,
	.code = read_code,
	.abi = read_abi,
	.row = nodeos_row,
	.rows = nodeos_rows,
	.rows_back = nodeos_rows_back,
	.index_rows = nodeos_index_rows,
	.scopes = nodeos_scopes,
	.tables = nodeos_tables,
	.table_contracts = nodeos_table_contracts,
	.missed = read_missed,
	.features = read_features,
	.config = read_config,
	.schedules = read_schedules,
	.key_permissions = read_key_permissions,
	.required_keys = read_required_keys,
	.scheduled = read_scheduled,
	.header_state = read_header_state,
	.block = read_block,
	.block_slot = read_block_slot,
	.traces = read_traces,
	.find_transaction = find_transaction,
	.newest = nodeos_newest,
};

int nodeos_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                     const struct interruption *interruption, struct error *error)
{
	struct nodeos_chain *chain = nodeos_of(base);
	struct chain_info info;
	uint64_t sequence;

	if (revision->kind != CHAIN_HEAD)
		return error_set(error, EOPNOTSUPP, "the node at %s answers for its head alone",
		                 http_client_url(chain->client));
	if (revision->node && revision->node != name_literal("eosio"))
		return error_set(error, ENOENT, "there is no node \"%s\"", name_text(revision->node).text);
	int result = nodeos_info(chain, &info, &sequence, false, interruption, error);
	if (result)
		return result;
	struct nodeos_view *view = memory_allocate(1, sizeof *view);
	view->base = (struct chain_view){.operations = &operations,
	                                 .chain = base,
	                                 .interruption = interruption,
	                                 .block_num = info.head_block_num,
	                                 .slot = info.head_slot,
	                                 .sequence = sequence};
	view->info = info;
	*out = &view->base;
	return 0;
}
