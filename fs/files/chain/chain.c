/* chain/: the state of the whole chain at a glance. */
#include "fs/files/chain/chain.h"

#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MINIMUM_ACTIVATED_TOKENS INT64_C(150000000) /* of one thousand million: 15 % (contracts.md 8) */
enum { RANKING_ROWS = 1000, KIBIBYTE = 1024 };

static int read_info(struct request *request, struct chain_info *out, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	return result < 0 ? result : view->operations->info(view, out, error);
}

/* Compact JSON in cleos's layout. */
static void print_document(struct text *out, struct text *json)
{
	json_indent(out, text_string(json), json->length);
	if (out->length == 0 || out->data[out->length - 1] != '\n')
		text_append_char(out, '\n');
	text_release(json);
}

int chain_info_json_read(struct request *request, struct text *out, struct error *error)
{
	struct text json = TEXT_EMPTY;
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result < 0)
		return result;
	chain_info_print(&json, &info);
	print_document(out, &json);
	return 0;
}

/* --- rows of the system contract --- */

/* -ENOENT, without a sentence, while there is no such row. */
static int read_row(struct request *request, struct chain_row *out, struct table_id *id, const char *table,
                    uint64_t scope, uint64_t code, uint64_t key, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result < 0)
		return result;
	*id = (struct table_id){.code = code, .scope = scope, .table = name_literal(table)};
	result = view->operations->row(view, out, id, key, error);
	if (result == 0)
		request_saw_block(request, out->block_num);
	return result;
}

static int read_system_row(struct request *request, struct chain_row *out, struct table_id *id,
                           const char *table, uint64_t key, struct error *error)
{
	return read_row(request, out, id, table, name_literal("eosio"), name_literal("eosio"), key, error);
}

int chain_global_json_read(struct request *request, struct text *out, struct error *error)
{
	static const char *const tables[] = {"global", "global2", "global3", "global4"};
	struct text json = TEXT_EMPTY;
	int result = 0;
	/* Each is one row whose key is the table's name; their members have different names, so they are shown
	 * as one. */
	text_append_char(&json, '{');
	for (size_t i = 0; i < 4 && result == 0; i++) {
		struct chain_row row;
		struct table_id id;
		struct text members = TEXT_EMPTY;
		result = read_system_row(request, &row, &id, tables[i], name_literal(tables[i]), error);
		if (result == 0)
			result = chain_row_print(request->view, &members, &id, row.data, row.length, error);
		if (result == 0 && members.length > 2 && members.data[0] == '{') {
			text_append(&json, json.length > 1 ? "," : "");
			text_append_bytes(&json, members.data + 1, members.length - 2);
		}
		text_release(&members);
		result = result == -ENOENT ? 0 : result;
	}
	text_append_char(&json, '}');
	print_document(out, &json);
	return result;
}

static int read_market(struct request *request, struct chain_row *out, struct table_id *id,
                       struct error *error)
{
	uint64_t symbol = 0;
	int result = symbol_parse(&symbol, "4,RAMCORE", error);
	return result < 0 ? result : read_system_row(request, out, id, "rammarket", symbol, error);
}

int chain_rammarket_json_read(struct request *request, struct text *out, struct error *error)
{
	struct text json = TEXT_EMPTY;
	struct chain_row row;
	struct table_id id;
	int result = read_market(request, &row, &id, error);
	if (result == 0)
		result = chain_row_print(request->view, &json, &id, row.data, row.length, error);
	else if (result == -ENOENT)
		text_append(&json, "{}");
	print_document(out, &json);
	return result == -ENOENT ? 0 : result;
}

int chain_ram_price_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_row row;
	struct table_id id;
	struct asset supply, base, quote;
	char text[ASSET_TEXT_SIZE];
	int result = read_market(request, &row, &id, error);
	if (result < 0)
		return result == -ENOENT ? 0 : result;
	struct cursor cursor = cursor_make(row.data, row.length);
	asset_unpack(&supply, &cursor);
	asset_unpack(&base, &cursor);
	cursor_double(&cursor);
	asset_unpack(&quote, &cursor);
	if (cursor.failed || base.amount <= 0)
		return error_set(error, EINVAL, "the RAM market's row is not understood");
	quote.amount = (int64_t)((double)quote.amount * KIBIBYTE / (double)base.amount + 0.5);
	asset_print(text, &quote);
	text_printf(out, "%s\n", text);
	return 0;
}

int chain_supply_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_view *view = NULL;
	struct chain_row row;
	struct table_id id;
	struct asset supply;
	char text[ASSET_TEXT_SIZE];
	int result = request_view(request, &view, error);
	if (result < 0)
		return result;
	uint64_t code = symbol_code(chain_core_symbol(view));
	result = read_row(request, &row, &id, "stat", code, name_literal("eosio.token"), code, error);
	if (result < 0)
		return result == -ENOENT ? 0 : result;
	struct cursor cursor = cursor_make(row.data, row.length);
	asset_unpack(&supply, &cursor);
	if (cursor.failed)
		return error_set(error, EINVAL, "the token's row is not understood");
	asset_print(text, &supply);
	text_printf(out, "%s\n", text);
	return 0;
}

/* A member of the row `global`, as text. */
static const char *member(const struct json *global, const char *name)
{
	const char *string = json_string(json_member(global, name));
	return string ? string : "";
}

static void print_stake(struct text *out, struct chain_view *view, const struct json *global)
{
	uint64_t symbol = chain_core_symbol(view);
	struct asset voted = {.symbol = symbol}, needed = {.amount = MINIMUM_ACTIVATED_TOKENS, .symbol = symbol};
	char voted_text[ASSET_TEXT_SIZE], needed_text[ASSET_TEXT_SIZE];
	const char *since = member(global, "thresh_activated_stake_time");
	json_int64(&voted.amount, json_member(global, "total_activated_stake"));
	for (unsigned i = 0; i < symbol_precision(symbol); i++)
		needed.amount *= 10;
	asset_print(voted_text, &voted);
	asset_print(needed_text, &needed);
	text_printf(out, "%s have voted of %s needed (15 %%): ", voted_text, needed_text);
	if (*since && strncmp(since, "1970", 4) != 0)
		text_printf(out, "activated at %s\n", since);
	else
		text_append(out, "not activated\n");
}

int chain_stake_activated_read(struct request *request, struct text *out, struct error *error)
{
	struct text json = TEXT_EMPTY;
	struct json *global = NULL;
	struct chain_row row;
	struct table_id id;
	int result = read_system_row(request, &row, &id, "global", name_literal("global"), error);
	if (result == 0)
		result = chain_row_print(request->view, &json, &id, row.data, row.length, error);
	if (result == 0)
		result = json_parse(&global, text_string(&json), json.length, error);
	if (result == 0 || result == -ENOENT) {
		print_stake(out, request->view, global);
		result = 0;
	}
	json_release(global);
	text_release(&json);
	return result;
}

static double votes_of(const struct json *row)
{
	return json_number(json_member(row, "total_votes"));
}

/* As `cleos system listproducers` prints it. */
int chain_ranking_read(struct request *request, struct text *out, struct error *error)
{
	struct text text = TEXT_EMPTY;
	struct json *json = NULL;
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = chain_producers_print(view, &text, RANKING_ROWS, error);
	if (result == 0)
		result = json_parse(&json, text_string(&text), text.length, error);
	if (result == 0) {
		double weight = json_number(json_member(json, "total_producer_vote_weight"));
		text_printf(out, "%-13s %-57s %-59s %s\n", "Producer", "Producer key", "Url", "Scaled votes");
		for (const struct json *row = json_first(json_member(json, "rows")); row; row = json_next(row))
			text_printf(out, "%-13.13s %-57.57s %-59.59s %1.4f\n", member(row, "owner"),
			            member(row, "producer_key"), member(row, "url"),
			            votes_of(row) / (weight != 0 ? weight : 1));
	}
	json_release(json);
	text_release(&text);
	return result;
}

/* --- the chain's own --- */

int chain_params_json_read(struct request *request, struct text *out, struct error *error)
{
	struct text json = TEXT_EMPTY;
	struct chain_config config;
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = view->operations->config(view, &config, error);
	if (result < 0)
		return result;
	chain_config_print(&json, &config);
	print_document(out, &json);
	return 0;
}

/* get_producer_schedule's: null for one that there is not. */
static void print_schedule(struct text *out, const char *name, const struct producer_schedule *schedule)
{
	text_printf(out, "%s\"%s\":", out->length > 1 ? "," : "", name);
	if (schedule->producers_count > 0)
		producer_schedule_print(out, schedule);
	else
		text_append(out, "null");
}

int chain_schedule_json_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_schedule active = {0}, pending = {0}, proposed = {0};
	struct text json = TEXT_EMPTY;
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = view->operations->schedules(view, &active, &pending, &proposed, error);
	if (result < 0)
		return result;
	text_append_char(&json, '{');
	print_schedule(&json, "active", &active);
	print_schedule(&json, "pending", &pending);
	print_schedule(&json, "proposed", &proposed);
	text_append_char(&json, '}');
	print_document(out, &json);
	producer_schedule_release(&active);
	producer_schedule_release(&pending);
	producer_schedule_release(&proposed);
	return 0;
}

int chain_genesis_json_read(struct request *request, struct text *out, struct error *error)
{
	int result = request_view(request, NULL, error);
	if (result < 0)
		return result;
	request_saw_block(request, 1);
	genesis_print(out, &request->chain->genesis);
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		text_append_char(out, '\n');
	return 0;
}

int chain_head_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result == 0)
		text_printf(out, "%" PRIu32 "\n", info.head_block_num);
	return result;
}

int chain_lib_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result == 0)
		text_printf(out, "%" PRIu32 "\n", info.irreversible_block_num);
	return result;
}

int chain_id_read(struct request *request, struct text *out, struct error *error)
{
	int result = request_view(request, NULL, error);
	if (result < 0)
		return result;
	request_saw_block(request, 1);
	text_append_hex(out, request->chain->chain_id.data, sizeof request->chain->chain_id.data);
	text_append_char(out, '\n');
	return 0;
}

int chain_time_read(struct request *request, struct text *out, struct error *error)
{
	char text[TIME_TEXT_SIZE];
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result < 0)
		return result;
	slot_print(text, info.head_slot);
	text_printf(out, "%s\n", text);
	return 0;
}

int chain_producer_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result == 0)
		text_printf(out, "%s\n", name_text(info.head_block_producer).text);
	return result;
}
