/* Which tables there are, and what they say of which accounts exist: the API lists no accounts. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SCOPES = 3000 };

static int ask_scopes(struct chain_view *view, struct answer **out, uint64_t code, uint64_t table,
                      uint64_t from_scope, struct error *error)
{
	struct text body = TEXT_EMPTY;

	text_printf(&body, "{\"code\":\"%s\",\"table\":\"%s\",\"lower_bound\":\"%" PRIu64 "\",\"limit\":%d}",
	            name_text(code).text, name_text(table).text, from_scope, PAGE_SCOPES);
	int result = nodeos_ask(view, out, "/v1/chain/get_table_by_scope", text_string(&body), error);
	text_release(&body);
	return result;
}

static bool parse_scope(struct chain_scope *out, const struct json *json)
{
	return parse_name_member(&out->scope, json, "scope") && parse_name_member(&out->table, json, "table") &&
	       parse_name_member(&out->payer, json, "payer") && parse_uint32_member(&out->count, json, "count");
}

/* The tables behind `last`; a page that begins inside a scope begins with what the one before it told. */
static int visit_page(const struct json *rows, struct chain_scope *last, bool indices,
                      chain_scope_visitor *visitor, void *context, struct error *error)
{
	int result = 0;
	for (const struct json *item = json_first(rows); item && result == 0; item = json_next(item)) {
		struct chain_scope scope;
		if (!parse_scope(&scope, item))
			return parse_answer_failed(error, "table");
		if (scope.scope < last->scope || (scope.scope == last->scope && scope.table <= last->table))
			continue;
		*last = scope;
		if (indices || !(scope.table & 15))
			result = visitor(context, &scope);
	}
	return result;
}

static int walk(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope, bool indices,
                chain_scope_visitor *visitor, void *context, struct error *error)
{
	struct chain_scope last = {0};
	unsigned pages = 0;
	int result = 0;

	for (bool more = true; more && result == 0;) {
		const struct chain_scope before = last;
		struct answer *answer = NULL;
		uint64_t next = 0;
		result = ask_scopes(view, &answer, code, table, from_scope, error);
		if (result)
			break;
		result = visit_page(json_member(answer->json, "rows"), &last, indices, visitor, context, error);
		const char *text = json_string(json_member(answer->json, "more"));
		more = text && *text;
		if (result == 0 && more)
			result = name_parse(&next, text, NULL) != 0
			             ? parse_answer_failed(error, "next scope")
			             : parse_list_goes_on(&pages,
			                                  next >= from_scope && (last.scope != before.scope ||
			                                                         last.table != before.table),
			                                  error);
		from_scope = next;
		nodeos_give_back(nodeos_chain_of(view), answer);
	}
	return result;
}

int nodeos_scopes(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
                  chain_scope_visitor *visitor, void *context, struct error *error)
{
	return walk(view, code, table, from_scope, false, visitor, context, error);
}

int nodeos_tables(struct chain_view *view, uint64_t code, uint64_t from_scope, bool back,
                  chain_scope_visitor *visitor, void *context, struct error *error)
{
	if (back)
		return error_set(error, EOPNOTSUPP, "tables over HTTP are listed upwards");
	return walk(view, code, 0, from_scope, true, visitor, context, error);
}

static int see_row(void *context, const struct chain_row *row)
{
	(void)context, (void)row;
	return 1;
}

/* No node tells which contracts have such a table: the token contract is asked for its rows, and every other
 * one that was met here and may have balances. */
int nodeos_table_contracts(struct chain_view *view, uint64_t scope, uint64_t table,
                           chain_account_visitor *visitor, void *context, struct error *error)
{
	uint64_t contracts[TOKENS_KEPT + 1] = {name_literal("eosio.token")};
	size_t count = 1 + nodeos_known_tokens(nodeos_chain_of(view), contracts + 1);
	int result = 0;

	count = names_sort(contracts, count);
	for (size_t i = 0; i < count && result == 0; i++) {
		const struct table_id id = {contracts[i], scope, table};
		result = nodeos_rows(view, &id, 0, see_row, NULL, error);
		result = result == 1 ? visitor(context, contracts[i]) : result;
	}
	return result;
}

/* --- accounts --- */

static void list_put(struct account_list *list, uint64_t name)
{
	memory_grow(&list->names, &list->capacity, list->count + 1, sizeof *list->names);
	list->names[list->count++] = name;
}

static int list_scope(void *context, const struct chain_scope *scope)
{
	if (scope->scope)
		list_put(context, scope->scope);
	return 0;
}

/* The accounts that eosio's permissions made: one call where the node answers such questions. */
static int list_by_authority(struct chain_view *view, struct account_list *list, struct error *error)
{
	static const char body[] = "{\"accounts\":[{\"actor\":\"eosio\",\"permission\":\"active\"},"
							   "{\"actor\":\"eosio.prods\",\"permission\":\"active\"}],\"keys\":[]}";
	struct answer *answer = NULL;
	int result = nodeos_ask(view, &answer, "/v1/chain/get_accounts_by_authorizers", body, error);

	if (result)
		return result;
	for (const struct json *item = json_first(json_member(answer->json, "accounts")); item;
	     item = json_next(item)) {
		uint64_t name;
		if (parse_name_member(&name, item, "account_name") && name)
			list_put(list, name);
	}
	nodeos_give_back(nodeos_chain_of(view), answer);
	return 0;
}

/* One that the first `sorted` names lack: the node is asked whether it is there. */
static int list_if_there(struct chain_view *view, struct account_list *list, size_t sorted, uint64_t name,
                         struct error *error)
{
	if (sorted && bsearch(&name, list->names, sorted, sizeof name, name_compare))
		return 0;
	int result = view->operations->account_exists(view, NULL, name, error);
	if (result == 0)
		list_put(list, name);
	return result == -ENOENT ? 0 : result;
}

/* Whether what was irreversible is so still: nobody may have looked while the chain was put back. */
static int doubt_if_put_back(struct chain_view *view, struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct checksum256 id = {0};
	struct answer *answer = NULL;
	struct text body = TEXT_EMPTY;

	pthread_mutex_lock(&chain->mutex);
	const struct checksum256 final_id = chain->final_id;
	text_printf(&body, "{\"block_num\":%" PRIu32 "}", chain->final_num);
	const bool is_final = chain->final_num != 0;
	pthread_mutex_unlock(&chain->mutex);
	int result = is_final ? nodeos_ask(view, &answer, "/v1/chain/get_block_info", text_string(&body), error)
	                      : -EOPNOTSUPP;
	text_release(&body);
	if (result && result != -ENOENT)
		return result == -EOPNOTSUPP ? 0 : result;
	if (result == 0)
		parse_checksum_member(&id, answer->json, "id");
	nodeos_give_back(chain, answer);
	pthread_mutex_lock(&chain->mutex);
	if (!checksum256_equal(&id, &final_id))
		nodeos_doubt(chain);
	pthread_mutex_unlock(&chain->mutex);
	return 0;
}

/* Those that were met here; a fork may have thrown out some of them. */
static int list_known(struct chain_view *view, struct account_list *list, struct error *error)
{
	const size_t sorted = list->count;
	struct known_account *known;
	int result = doubt_if_put_back(view, error);
	size_t known_count = nodeos_known_accounts(nodeos_chain_of(view), &known);

	for (size_t i = 0; i < known_count && result == 0; i++)
		if (known[i].is_final)
			list_put(list, known[i].name);
		else
			result = list_if_there(view, list, sorted, known[i].name, error);
	free(known);
	return result;
}

/* Those that are there before any table names them. */
static int list_well_known(struct chain_view *view, struct account_list *list, struct error *error)
{
	static const char *const names[] = {
		"eosio",        "eosio.bpay",  "eosio.fees",   "eosio.msig",   "eosio.names", "eosio.null",
		"eosio.prods",  "eosio.ram",   "eosio.ramfee", "eosio.reserv", "eosio.rex",   "eosio.rex",
		"eosio.saving", "eosio.stake", "eosio.token",  "eosio.vpay",   "eosio.wrap",
	};
	const size_t sorted = list->count;
	int result = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names && result == 0; i++)
		result = list_if_there(view, list, sorted, name_literal(names[i]), error);
	return result;
}

static int list_accounts(struct chain_view *view, struct account_list *list, struct error *error)
{
	static const struct {
		const char *code, *table;
	} named[] = {{"eosio", "userres"}, {"eosio.token", "accounts"}};
	int result = 0;

	for (size_t i = 0; i < sizeof named / sizeof *named && result == 0; i++)
		result = walk(view, name_literal(named[i].code), name_literal(named[i].table), 0, false, list_scope,
		              list, error);
	if (result == 0)
		result = list_by_authority(view, list, error);
	if (result == -EOPNOTSUPP)
		result = 0; /* that plugin is asked for where it is needed */
	list->count = names_sort(list->names, list->count);
	if (result == 0)
		result = list_known(view, list, error);
	list->count = names_sort(list->names, list->count);
	if (result == 0)
		result = list_well_known(view, list, error);
	list->count = names_sort(list->names, list->count);
	return result;
}

/* The names of this head: listed once. Who goes on in a list gets that which it began with: no account ever
 * goes away. A copy. */
static int hold_accounts(struct chain_view *view, struct account_list *out, bool going_on,
                         struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);

	*out = (struct account_list){.sequence = view->sequence};
	pthread_mutex_lock(&chain->mutex);
	bool listed = chain->list.sequence == view->sequence || (going_on && chain->list.sequence);
	if (listed) {
		out->names = memory_copy(chain->list.names, chain->list.count * sizeof *out->names);
		out->count = chain->list.count;
	}
	pthread_mutex_unlock(&chain->mutex);
	if (listed)
		return 0;
	int result = list_accounts(view, out, error);
	if (result) {
		free(out->names);
		return result;
	}
	pthread_mutex_lock(&chain->mutex);
	free(chain->list.names);
	chain->list = *out;
	chain->list.names = memory_copy(out->names, out->count * sizeof *out->names);
	pthread_mutex_unlock(&chain->mutex);
	return 0;
}

int nodeos_accounts(struct chain_view *view, uint64_t from, chain_account_visitor *visitor, void *context,
                    struct error *error)
{
	struct account_list list;
	int result = hold_accounts(view, &list, from > 0, error);

	if (result)
		return result;
	for (size_t i = 0; i < list.count && result == 0; i++)
		if (list.names[i] >= from)
			result = visitor(context, list.names[i]);
	free(list.names);
	return result;
}
