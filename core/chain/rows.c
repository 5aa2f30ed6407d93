/* Table rows as JSON: single ones (get_table_rows) and the ranking of producers (get_producers,
 * protocol.md F.3). */
#include "core/chain/chain.h"

#include "core/chain/print.h"
#include "core/types/name.h"

#include <errno.h>

int chain_row_print(struct chain_view *view, struct text *out, const struct table_id *id, const void *data,
                    size_t length, struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = chain_abi_get(view, &abi, id->code, error);
	if (result && result != -ENOENT)
		return result;
	const char *type = abi ? abi_table_type(abi->abi, id->table) : NULL;
	struct cursor cursor = cursor_make(data, length);
	if (!type || abi_to_json(abi->abi, out, type, &cursor, NULL) != 0)
		chain_print_hex(out, data, length);
	chain_abi_release(view->chain, abi);
	return 0;
}

struct ranking {
	struct chain_view *view;
	const struct table_id *id;
	struct text *out;
	bool json;
	uint64_t from; /* rows before that of the first producer from this name on are passed over; 0: none */
	bool seen; /* there is a row, whether it is printed or not */
	size_t count, limit;
	uint64_t more;
	struct error *error;
};

static int print_producer(void *context, const struct chain_index_row *found)
{
	const struct chain_row *row = &found->row;
	struct ranking *ranking = context;
	ranking->seen = true;
	if (ranking->from && row->primary_key != ranking->from)
		return 0;
	ranking->from = 0;
	if (ranking->count == ranking->limit) {
		ranking->more = row->primary_key;
		return 1;
	}
	text_append(ranking->out, ranking->count++ ? "," : "");
	if (ranking->json)
		return chain_row_print(ranking->view, ranking->out, ranking->id, row->data, row->length,
		                       ranking->error);
	text_append_char(ranking->out, '"');
	text_append_hex(ranking->out, row->data, row->length);
	text_append_char(ranking->out, '"');
	return 0;
}

static int take_first(void *context, const struct chain_row *row)
{
	*(uint64_t *)context = row->primary_key;
	return 1;
}

/* What get_producers says before there is a table of producers. */
static int print_active_schedule(struct chain_view *view, struct text *out, struct error *error)
{
	struct chain_schedules schedules = {0};
	int result = view->operations->schedules(view, &schedules, error);
	for (size_t i = 0; result == 0 && i < schedules.active.producers_count; i++) {
		const struct producer_authority *producer = &schedules.active.producers[i];
		text_printf(out, "%s{\"owner\":\"%s\",\"producer_authority\":[0,{\"threshold\":%u,\"keys\":[",
		            i ? "," : "", name_text(producer->producer_name).text, producer->threshold);
		key_weights_print(out, producer->keys, producer->keys_count);
		text_append(out, "]}],\"url\":\"\",\"total_votes\":\"0.00000000000000000\"");
		if (producer->keys_count == 1)
			text_printf(out, ",\"producer_key\":\"%s\"", public_key_text(&producer->keys[0].key).text);
		text_append_char(out, '}');
	}
	chain_schedules_release(&schedules);
	return result;
}

/* The member total_producer_vote_weight of eosio's global row, as the ABI prints it. */
static void print_total_weight(struct chain_view *view, struct text *out)
{
	const uint64_t eosio = name_literal("eosio"), global = name_literal("global");
	const struct table_id id = {eosio, eosio, global};
	struct text row_text = TEXT_EMPTY;
	struct json *json = NULL;
	struct chain_row row;
	struct error ignored;
	const char *total = NULL;
	if (!view->operations->row(view, &row, &id, global, &ignored) &&
	    !chain_row_print(view, &row_text, &id, row.data, row.length, &ignored) &&
	    !json_parse(&json, text_string(&row_text), row_text.length, &ignored))
		total = json_string(json_member(json, "total_producer_vote_weight"));
	text_append(out, total ? total : "0.00000000000000000");
	json_release(json);
	text_release(&row_text);
}

int chain_producers_print(struct chain_view *view, struct text *out, bool json, uint64_t from, size_t limit,
                          struct error *error)
{
	const uint64_t eosio = name_literal("eosio");
	const struct table_id id = {eosio, eosio, name_literal("producers")};
	struct ranking ranking = {.view = view, .id = &id, .out = out, .json = json, .from = from,
	                          .limit = limit, .error = error};
	text_append(out, "{\"rows\":[");
	int found = from ? view->operations->rows(view, &id, from, take_first, &ranking.from, error) : 0;
	if (found < 0)
		return found;
	const struct chain_index by_votes = {.table = id, .place = 0, .type = CHAIN_INDEX_DOUBLE};
	int result =
		view->operations->index_rows(view, &by_votes, NULL, false, print_producer, &ranking, error);
	if (result < 0)
		return result;
	bool registered = ranking.seen;
	result = registered ? 0 : print_active_schedule(view, out, error);
	if (result)
		return result;
	text_append(out, "],\"total_producer_vote_weight\":\"");
	if (registered)
		print_total_weight(view, out);
	else
		text_append(out, "0.00000000000000000");
	text_printf(out, "\",\"more\":\"%s\"}", name_text(ranking.more).text);
	return 0;
}
