/* chain/: the state of the whole chain at a glance. */
#include "fs/files/chain/chain.h"

#include "core/types/name.h"
#include "core/types/time.h"
#include "fs/files/system_tables.h"

#include <errno.h>
#include <inttypes.h>

enum { RANKING_ROWS = 1000, URL_SHOWN = 59 /* bytes */, KIBIBYTE = 1024 };

static int read_info(struct request *request, struct chain_info *out, struct error *error)
{
	int result = request_view(request, error);
	return result ? result : request->view->operations->info(request->view, out, error);
}

int chain_info_json_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result == 0)
		chain_info_print(out, &info, false);
	return result;
}

/* --- rows of the system contract --- */

/* A row's JSON as the ABI has it; -ENOENT, without a sentence, while there is no such row. */
static int print_system_row(struct request *request, struct text *out, const char *table, uint64_t key,
                            struct error *error)
{
	const uint64_t eosio = name_literal("eosio");
	const struct table_id id = {eosio, eosio, name_literal(table)};
	struct chain_row row;
	int result = request_row(request, &row, id.code, id.scope, id.table, key, error);
	return result ? result : chain_row_print(request->view, out, &id, row.data, row.length, error);
}

int chain_global_json_read(struct request *request, struct text *out, struct error *error)
{
	static const char *const tables[] = {"global", "global2", "global3", "global4"};
	int result = 0;
	/* Each is one row whose key is the table's name; their members have different names, so they are shown
	 * as one. */
	text_append_char(out, '{');
	for (size_t i = 0; i < 4 && result == 0; i++) {
		struct text members = TEXT_EMPTY;
		result = print_system_row(request, &members, tables[i], name_literal(tables[i]), error);
		if (result == 0 && members.length > 2 && members.data[0] == '{') {
			text_append(out, out->length > 1 ? "," : "");
			text_append_bytes(out, members.data + 1, members.length - 2);
		}
		text_release(&members);
		result = result == -ENOENT ? 0 : result;
	}
	text_append_char(out, '}');
	return result;
}

int chain_rammarket_json_read(struct request *request, struct text *out, struct error *error)
{
	int result = print_system_row(request, out, "rammarket", RAMCORE_SYMBOL, error);
	if (result == -ENOENT)
		text_append(out, "{}");
	return result == -ENOENT ? 0 : result;
}

static void print_asset(struct text *out, const struct asset *asset)
{
	text_printf(out, "%s\n", asset_text(asset).text);
}

int chain_ram_price_read(struct request *request, struct text *out, struct error *error)
{
	struct ram_market_row market;
	int result = ram_market_row_read(request, &market, error);
	if (result == 0 && market.base.amount > 0) {
		double price = (double)market.quote.amount * KIBIBYTE / (double)market.base.amount;
		market.quote.amount = (int64_t)(price + 0.5);
		print_asset(out, &market.quote);
	}
	return result == -ENOENT ? 0 : result;
}

int chain_supply_read(struct request *request, struct text *out, struct error *error)
{
	struct token_row token;
	int result = request_view(request, error);
	if (result == 0)
		result = token_row_read(request, &token, name_literal("eosio.token"),
		                        symbol_code(chain_core_symbol(request->view)), error);
	if (result == 0)
		print_asset(out, &token.supply);
	return result == -ENOENT ? 0 : result;
}

int chain_stake_activated_read(struct request *request, struct text *out, struct error *error)
{
	struct global_row global = {0};
	int result = global_row_read(request, &global, error);
	if (result && result != -ENOENT)
		return result;
	const uint64_t symbol = chain_core_symbol(request->view);
	const struct asset voted = {global.total_activated_stake, symbol},
	                   needed = {MINIMUM_ACTIVATED_STAKE, symbol};
	text_printf(out, "%s have voted of %s needed (15 %%): ", asset_text(&voted).text,
	            asset_text(&needed).text);
	if (global.threshold_time)
		text_printf(out, "activated at %s\n", time_point_text(global.threshold_time).text);
	else
		text_append(out, "not activated\n");
	return 0;
}

struct ranking {
	struct text *out;
	double weight; /* of all votes; 0: there are none */
	size_t rows;
};

static void print_ranked(struct ranking *ranking, uint64_t name, const struct public_key *key,
                         const char *url, size_t url_length, double votes)
{
	text_printf(ranking->out, "%-13s %-57.57s %-59.*s %1.4f\n", name_text(name).text,
	            key ? public_key_text(key).text : "", (int)(url_length < URL_SHOWN ? url_length : URL_SHOWN),
	            url, votes / (ranking->weight != 0 ? ranking->weight : 1));
	ranking->rows++;
}

static int print_producer(void *context, const struct chain_index_row *found)
{
	struct ranking *ranking = context;
	struct producer_row producer;
	if (producer_row_decode(&producer, &found->row) == 0)
		print_ranked(ranking, producer.owner, &producer.key, producer.url, producer.url_length,
		             producer.total_votes);
	return ranking->rows == RANKING_ROWS;
}

/* As `cleos system listproducers` prints it: before there are any, who produces without having registered. */
int chain_ranking_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_schedules schedules = {0};
	struct ranking ranking = {.out = out};
	struct global_row global = {0};
	int result = global_row_read(request, &global, error);
	if (result && result != -ENOENT)
		return result;
	ranking.weight = global.total_producer_vote_weight;
	text_printf(out, "%-13s %-57s %-59s %s\n", "Producer", "Producer key", "Url", "Scaled votes");
	result = walk_producers(request, print_producer, &ranking, error);
	if (result == 0 && ranking.rows == 0)
		result = request->view->operations->schedules(request->view, &schedules, error);
	for (size_t i = 0; i < schedules.active.producers_count; i++) {
		const struct producer_authority *producer = &schedules.active.producers[i];
		print_ranked(&ranking, producer->producer_name,
		             producer->keys_count == 1 ? &producer->keys[0].key : NULL, "", 0, 0);
	}
	chain_schedules_release(&schedules);
	request->block_num = 0; /* of votes and rows of all of them */
	return result;
}

/* --- the chain's own --- */

int chain_params_json_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_config config;
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->config(request->view, &config, error);
	if (result == 0)
		chain_config_print(out, &config);
	return result;
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
	struct chain_schedules schedules = {0};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->schedules(request->view, &schedules, error);
	if (result)
		return result;
	text_append_char(out, '{');
	print_schedule(out, "active", &schedules.active);
	print_schedule(out, "pending", &schedules.pending);
	print_schedule(out, "proposed", &schedules.proposed);
	text_append_char(out, '}');
	chain_schedules_release(&schedules);
	return 0;
}

int chain_genesis_json_read(struct request *request, struct text *out, struct error *error)
{
	int result = request_view(request, error);
	if (result)
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
	int result = request_view(request, error);
	if (result)
		return result;
	request_saw_block(request, 1);
	text_append_hex(out, request->chain->chain_id.data, sizeof request->chain->chain_id.data);
	text_append_char(out, '\n');
	return 0;
}

int chain_time_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_info info;
	int result = read_info(request, &info, error);
	if (result)
		return result;
	text_printf(out, "%s\n", slot_text(info.head_slot).text);
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
