/* /v1/chain: contracts' tables. */
#include "core/server/call.h"

#include "core/base/system/clock.h"
#include "core/server/chain/table_key.h"
#include "core/types/name.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A walk ends after this, whatever was asked for: the thread has others to answer. Milliseconds. The clock
 * is looked at once in so many steps, as that takes as long as a step. */
enum { WALK_MAXIMUM_MS = 1000, STEPS_A_LOOK = 32 };

struct walk {
	uint32_t limit, printed, steps;
	int64_t time, deadline; /* milliseconds; 0: the clock was not looked at */
};

static struct walk walk_begin(struct call *call)
{
	uint32_t time = body_has(call, "time_limit_ms") ? body_uint32(call, "time_limit_ms", 0) : UINT32_MAX;

	return (struct walk){.limit = body_uint32(call, "limit", 10),
	                     .time = time < WALK_MAXIMUM_MS ? time : WALK_MAXIMUM_MS};
}

/* May it print another one? Time is this thread's own: on a busy machine an answer is as long as on an idle
 * one. */
static bool walk_has_room(struct walk *walk)
{
	if (walk->printed == walk->limit)
		return false;
	if (++walk->steps % STEPS_A_LOOK)
		return true;
	int64_t now = clock_thread_us() / 1000;
	if (!walk->deadline)
		walk->deadline = now + walk->time;
	return now < walk->deadline;
}

/* --- what several calls begin with --- */

/* The contract's ABI. An account without one has an empty one: *out is NULL. */
static int contract_abi(struct call *call, struct chain_abi **out, uint64_t code)
{
	int result = call->view->operations->account_exists(call->view, NULL, code, &call->error);

	*out = NULL;
	if (result == -ENOENT)
		return error_chain(&call->error, ACCOUNT_QUERY_EXCEPTION, "Fail to retrieve account for %s",
		                   name_text(code).text);
	if (result == 0)
		result = chain_abi_get(call->view, out, code, &call->error);
	return result == -ENOENT ? 0 : result;
}

static int demand_table(struct call *call, const struct chain_abi *abi, uint64_t table)
{
	if (abi && abi_table_type(abi->abi, table))
		return 0;
	return error_chain(&call->error, CONTRACT_TABLE_QUERY_EXCEPTION, "Table %s is not specified in the ABI",
	                   name_text(table).text);
}

/* --- get_table_rows --- */

struct rows {
	struct call *call;
	const struct chain_abi *abi;
	struct table_id id;
	const struct key_form *form; /* of the index; NULL: the primary one */
	bool json, show_payer, hex;
	struct walk walk;
	uint64_t last;                           /* the primary bound to stop beyond */
	uint8_t last_key[CHAIN_INDEX_KEY_SIZE]; /* the same of an index */
	bool reverse, more;
	struct text next_key;
};

static int print_row(struct rows *rows, const struct chain_row *row)
{
	struct call *call = rows->call;
	struct cursor in = cursor_make(row->data, row->length);
	const char *type = rows->abi ? abi_table_type(rows->abi->abi, rows->id.table) : NULL;
	int result = 0;

	text_append(call->out, rows->walk.printed++ ? "," : "");
	text_append(call->out, rows->show_payer ? "{\"data\":" : "");
	if (!rows->json)
		chain_print_hex(call->out, row->data, row->length);
	else if (!type)
		result = error_chain(&call->error, INVALID_TYPE_INSIDE_ABI, "Unknown type ");
	else
		result = abi_to_json(rows->abi->abi, call->out, type, &in, &call->error);
	if (rows->show_payer)
		text_printf(call->out, ",\"payer\":\"%s\"}", name_text(row->payer).text);
	return result;
}

static int take_row(void *context, const struct chain_row *row)
{
	struct rows *rows = context;

	if (rows->reverse ? row->primary_key < rows->last : row->primary_key > rows->last)
		return 1;
	if (walk_has_room(&rows->walk))
		return print_row(rows, row);
	rows->more = true; /* and where to go on */
	text_printf(&rows->next_key, "%" PRIu64, row->primary_key);
	return 1;
}

static int take_index_row(void *context, const struct chain_index_row *row)
{
	struct rows *rows = context;
	int order = memcmp(row->key, rows->last_key, CHAIN_INDEX_KEY_SIZE);

	if (rows->reverse ? order < 0 : order > 0)
		return 1;
	if (walk_has_room(&rows->walk))
		return print_row(rows, &row->row);
	rows->more = true;
	text_append(&rows->next_key, row->negative_zero ? "-" : "");
	rows->form->print(&rows->next_key, row->key, rows->hex);
	return 1;
}

/* Does the table have rows? Bounds of one that does not are not looked at. */
static int see_row(void *context, const struct chain_row *row)
{
	(void)row;
	*(bool *)context = true;
	return 1;
}

static int primary_bound(struct call *call, uint64_t *out, const char *what, const char *key_type)
{
	const char *text = body_text(call, what);
	if (!*text)
		return 0;
	return strcmp(key_type, "name") == 0 ? name_parse(out, text, &call->error)
	                                     : table_number_parse(out, text, what, &call->error);
}

static int walk_primary(struct rows *rows, const char *key_type)
{
	const struct chain_view_operations *operations = rows->call->view->operations;
	struct call *call = rows->call;
	uint64_t lower = 0, upper = UINT64_MAX;
	bool any = false;
	int result = operations->rows(call->view, &rows->id, 0, see_row, &any, &call->error);

	if (result < 0 || !any)
		return result < 0 ? result : 0;
	result = primary_bound(call, &lower, "lower_bound", key_type);
	if (result == 0)
		result = primary_bound(call, &upper, "upper_bound", key_type);
	if (result || lower > upper)
		return result;
	rows->last = rows->reverse ? lower : upper;
	result = rows->reverse
	             ? operations->rows_back(call->view, &rows->id, upper, take_row, rows, &call->error)
	             : operations->rows(call->view, &rows->id, lower, take_row, rows, &call->error);
	return result < 0 ? result : 0;
}

static int see_index_row(void *context, const struct chain_index_row *row)
{
	(void)row;
	*(bool *)context = true;
	return 1;
}

static int index_bound(struct rows *rows, uint8_t out[CHAIN_INDEX_KEY_SIZE], const char *what, bool lowest)
{
	const char *text = body_text(rows->call, what);
	memset(out, lowest ? 0 : 0xff, CHAIN_INDEX_KEY_SIZE);
	if (!*text)
		return 0;
	memset(out, 0, CHAIN_INDEX_KEY_SIZE);
	return rows->form->parse(out, text, rows->hex, what, &rows->call->error);
}

static int walk_index(struct rows *rows, unsigned number)
{
	const struct chain_view_operations *operations = rows->call->view->operations;
	struct call *call = rows->call;
	struct chain_index index = {rows->id, number, rows->form->type};
	uint8_t lower[CHAIN_INDEX_KEY_SIZE], upper[CHAIN_INDEX_KEY_SIZE];
	bool any = false;
	int result = operations->index_rows(call->view, &index, NULL, false, see_index_row, &any, &call->error);

	if (result < 0 || !any)
		return result < 0 ? result : 0;
	result = index_bound(rows, lower, "lower_bound", true);
	if (result == 0)
		result = index_bound(rows, upper, "upper_bound", false);
	if (result || memcmp(lower, upper, sizeof lower) > 0)
		return result;
	memcpy(rows->last_key, rows->reverse ? lower : upper, sizeof lower);
	result = operations->index_rows(call->view, &index, rows->reverse ? upper : lower, rows->reverse,
	                                take_index_row, rows, &call->error);
	return result < 0 ? result : 0;
}

static int walk_rows(struct rows *rows)
{
	struct call *call = rows->call;
	const char *key_type = body_text(call, "key_type");
	int index = -1;

	if (rows->id.table & 15)
		return error_chain(&call->error, CONTRACT_TABLE_QUERY_EXCEPTION, "Unsupported table name: %s",
		                   name_text(rows->id.table).text);
	int result = index_position_parse(&index, body_text(call, "index_position"), &call->error);
	if (result)
		return result;
	if (index < 0) {
		result = demand_table(call, rows->abi, rows->id.table);
		const char *type = result ? "" : abi_table_index_type(rows->abi->abi, rows->id.table);
		if (result == 0 && strcmp(type, "i64") != 0 && strcmp(key_type, "i64") != 0 &&
		    strcmp(key_type, "name") != 0)
			result = error_chain(&call->error, CONTRACT_TABLE_QUERY_EXCEPTION, "Invalid table type %s", type);
	} else if (!*key_type) {
		result = error_chain(&call->error, CONTRACT_TABLE_QUERY_EXCEPTION,
		                     "key type required for non-primary index");
	} else if (!(rows->form = key_form_find(key_type))) {
		result = error_chain(&call->error, CONTRACT_TABLE_QUERY_EXCEPTION,
		                     "Unsupported secondary index type: %s", key_type);
	}
	if (result == 0)
		result = table_number_parse(&rows->id.scope, body_text(call, "scope"), "scope", &call->error);
	if (result)
		return result;
	return index < 0 ? walk_primary(rows, key_type) : walk_index(rows, (unsigned)index);
}

static void check_text(struct call *call, const char *name)
{
	(void)body_text(call, name);
}

static int get_table_rows(struct call *call)
{
	struct rows rows = {.call = call};
	struct chain_abi *abi = NULL;

	rows.json = body_bool(call, "json", false);
	rows.id = (struct table_id){body_name(call, "code"), 0, body_name(call, "table")};
	check_text(call, "scope");
	check_text(call, "table_key");
	check_text(call, "lower_bound");
	check_text(call, "upper_bound");
	check_text(call, "key_type");
	check_text(call, "index_position");
	rows.hex = strcmp(body_text(call, "encode_type"), "hex") == 0;
	rows.reverse = body_bool(call, "reverse", false);
	rows.show_payer = body_bool(call, "show_payer", false);
	rows.walk = walk_begin(call);
	if (call->bad)
		return call_bad_parameters(call);
	int result = contract_abi(call, &abi, rows.id.code);
	text_append(call->out, "{\"rows\":[");
	if (result == 0) {
		rows.abi = abi;
		result = walk_rows(&rows);
	}
	text_printf(call->out, "],\"more\":%s,\"next_key\":\"%s\"}", rows.more ? "true" : "false",
	            text_string(&rows.next_key));
	chain_abi_release(call->chain, abi);
	text_release(&rows.next_key);
	return result;
}

/* --- get_table_by_scope --- */

struct tables {
	struct call *call;
	uint64_t code, table, first, last;
	struct walk walk;
	bool reverse, more;
	uint64_t next;
};

/* Bounds are those of (scope, table), where a table is asked for. */
static bool is_beyond(const struct tables *tables, const struct chain_scope *scope, uint64_t bound,
                      bool upper)
{
	if (scope->scope != bound)
		return upper ? scope->scope > bound : scope->scope < bound;
	return upper ? tables->table && scope->table > tables->table : scope->table < tables->table;
}

static int take_table(void *context, const struct chain_scope *scope)
{
	struct tables *tables = context;
	struct text *out = tables->call->out;

	if (is_beyond(tables, scope, tables->first, tables->reverse))
		return 0;
	if (is_beyond(tables, scope, tables->last, !tables->reverse))
		return 1;
	if (!walk_has_room(&tables->walk)) {
		tables->more = true;
		tables->next = scope->scope;
		return 1;
	}
	if (tables->table && scope->table != tables->table)
		return 0;
	text_printf(out,
	            "%s{\"code\":\"%s\",\"scope\":\"%s\",\"table\":\"%s\",\"payer\":\"%s\",\"count\":%" PRIu32
	            "}",
	            tables->walk.printed++ ? "," : "", name_text(tables->code).text, name_text(scope->scope).text,
	            name_text(scope->table).text, name_text(scope->payer).text, scope->count);
	return 0;
}

static int get_table_by_scope(struct call *call)
{
	const struct chain_view_operations *operations = call->view->operations;
	struct tables tables = {.call = call, .code = body_name(call, "code"), .table = body_name(call, "table")};
	const char *lower_text = body_text(call, "lower_bound"), *upper_text = body_text(call, "upper_bound");
	uint64_t lower = 0, upper = UINT64_MAX;
	int result = 0;

	tables.reverse = body_bool(call, "reverse", false);
	tables.walk = walk_begin(call);
	if (call->bad)
		return call_bad_parameters(call);
	if (*lower_text)
		result = table_number_parse(&lower, lower_text, "lower_bound scope", &call->error);
	if (result == 0 && *upper_text)
		result = table_number_parse(&upper, upper_text, "upper_bound scope", &call->error);
	if (result)
		return result;
	text_append(call->out, "{\"rows\":[");
	if (lower <= upper) {
		tables.first = tables.reverse ? upper : lower;
		tables.last = tables.reverse ? lower : upper;
		result = operations->tables(call->view, tables.code, tables.first, tables.reverse,
		                            take_table, &tables, &call->error);
	}
	text_printf(call->out, "],\"more\":\"%s\"}", tables.more ? name_text(tables.next).text : "");
	return result < 0 ? result : 0;
}

/* --- tokens --- */

struct balances {
	struct call *call;
	const char *symbol; /* NULL: all */
	size_t printed;
};

static int print_balance(void *context, const struct chain_row *row)
{
	struct balances *balances = context;
	struct cursor in = cursor_make(row->data, row->length);
	struct asset asset;

	if (asset_unpack(&asset, &in) != 0)
		return error_chain(&balances->call->error, ASSET_TYPE_EXCEPTION, "Invalid asset");
	if (balances->symbol &&
	    strcasecmp(balances->symbol, symbol_code_text(symbol_code(asset.symbol)).text) != 0)
		return 0;
	text_printf(balances->call->out, "%s\"%s\"", balances->printed++ ? "," : "", asset_text(&asset).text);
	return 0;
}

static int get_currency_balance(struct call *call)
{
	struct balances balances = {.call = call};
	struct chain_abi *abi = NULL;
	struct table_id id = {body_name(call, "code"), body_name(call, "account"), name_literal("accounts")};

	if (body_has(call, "symbol"))
		balances.symbol = body_text(call, "symbol");
	if (call->bad)
		return call_bad_parameters(call);
	int result = contract_abi(call, &abi, id.code);
	if (result == 0)
		result = demand_table(call, abi, id.table);
	text_append_char(call->out, '[');
	if (result == 0)
		result = call->view->operations->rows(call->view, &id, 0, print_balance, &balances, &call->error);
	text_append_char(call->out, ']');
	chain_abi_release(call->chain, abi);
	return result;
}

static int print_stats(void *context, const struct chain_row *row)
{
	struct call *call = context;
	struct cursor in = cursor_make(row->data, row->length);
	struct asset supply, maximum;

	if (asset_unpack(&supply, &in) != 0 || asset_unpack(&maximum, &in) != 0)
		return error_chain(&call->error, ASSET_TYPE_EXCEPTION, "Invalid asset");
	text_printf(call->out, "\"%s\":{\"supply\":\"%s\",\"max_supply\":\"%s\",\"issuer\":\"%s\"}",
	            symbol_code_text(symbol_code(supply.symbol)).text, asset_text(&supply).text,
	            asset_text(&maximum).text, name_text(cursor_u64(&in)).text);
	return 1;
}

static int get_currency_stats(struct call *call)
{
	uint64_t code = body_name(call, "code"), scope = 0;
	const char *symbol = body_text(call, "symbol");
	struct chain_abi *abi = NULL;

	if (call->bad)
		return call_bad_parameters(call);
	int result = contract_abi(call, &abi, code);
	if (result == 0)
		result = demand_table(call, abi, name_literal("stat"));
	chain_abi_release(call->chain, abi);
	for (size_t i = 0; symbol[i] && result == 0; i++) {
		if (!isalpha((unsigned char)symbol[i]))
			result = error_chain(&call->error, SYMBOL_TYPE_EXCEPTION, "invalid character in symbol name");
		else if (i < 8)
			scope |= (uint64_t)toupper((unsigned char)symbol[i]) << 8 * i;
	}
	struct table_id id = {code, scope, name_literal("stat")};
	text_append_char(call->out, '{');
	if (result == 0)
		result = call->view->operations->rows(call->view, &id, 0, print_stats, call, &call->error);
	text_append_char(call->out, '}');
	return result < 0 ? result : 0;
}

const struct endpoint chain_table_endpoints[] = {
	{"/v1/chain/get_table_rows", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_table_rows, .reads = true},
	{"/v1/chain/get_table_by_scope", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_table_by_scope,
     .reads = true},
	{"/v1/chain/get_currency_balance", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_currency_balance,
     .reads = true},
	{"/v1/chain/get_currency_stats", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_currency_stats,
     .reads = true},
	{.path = NULL},
};
