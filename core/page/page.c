/* The page: its frame, and a panel for each thing to look at. */
#include "core/page/page_private.h"

#include "core/base/encoding/base64.h"
#include "core/chain/system_rules.h"
#include "core/types/time.h"

#include <string.h>

/* --- the head line --- */

static void print_asset(struct text *out, const struct facts *facts, int64_t amount)
{
	struct asset asset = facts_asset(facts, amount);
	markup_text(out, asset_text(&asset).text);
}

static void print_time(struct text *out, uint32_t slot)
{
	text_append(out, slot_text(slot).text);
}

static void print_facts(struct text *out, const struct facts *facts)
{
	text_append(out, "<ul class=\"facts\" data-live=\"facts\">\n");
	text_printf(out, "<li>block <b id=\"head\">%u</b>, <b id=\"lib\">%u</b> irreversible</li>\n<li>",
	            facts->info.head_block_num, facts->info.irreversible_block_num);
	print_time(out, facts->info.head_slot);
	text_append(out, " UTC, made by <b>");
	markup_name(out, facts->info.head_block_producer);
	text_printf(out,
	            "</b></li>\n<li><b id=\"account-count\">%zu</b> accounts</li>\n<li>supply <b id=\"supply\">",
	            facts->accounts);
	print_asset(out, facts, facts->supply);
	text_append(out, "</b></li>\n<li>voting stake <b>");
	print_asset(out, facts, facts->activated);
	text_printf(out, "</b>%s</li>\n",
	            facts->activated >= MINIMUM_ACTIVATED_STAKE ? ""
	                                                        : ", of which 15 % of all tokens are needed");
	text_printf(out, "<li class=\"quiet\">chain %.16s…</li>\n</ul>\n",
	            checksum256_text(&facts->info.chain_id).text);
}

/* --- panels --- */

static void panel_begin(struct text *out, const char *live, const char *title)
{
	text_printf(out, "<section class=\"panel\"%s%s%s>\n<h2>%s</h2>\n", live ? " data-live=\"" : "",
	            live ? live : "", live ? "\"" : "", title);
}

static void panel_end(struct text *out)
{
	text_append(out, "</section>\n");
}

static void print_chart(struct text *out, const struct facts *facts, enum page_chart chart)
{
	static const char *const live[PAGE_CHARTS] = {"distribution", "votes", "schedule", "network"};
	panel_begin(out, live[chart], chart_title(chart));
	chart_print(out, facts, chart);
	panel_end(out);
}

static void print_producers(struct text *out, const struct facts *facts)
{
	panel_begin(out, "producers", "Producers");
	text_append(out, "<table><thead><tr><th class=\"number\">rank</th><th>producer</th><th "
	                 "class=\"number\">votes</th><th class=\"number\">unpaid</th><th>state</th>"
	                 "<th>URL</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < facts->producers_count; i++) {
		const struct producer_fact *producer = &facts->producers[i];
		text_printf(out, "<tr><td class=\"number\">%zu</td><td>", i + 1);
		markup_name(out, producer->name);
		text_printf(out,
		            "</td><td class=\"number\">%.2f %%</td><td class=\"number\">%u</td><td>%s</td>"
		            "<td class=\"url\" title=\"",
		            100 * producer->votes, producer->unpaid_blocks,
		            !producer->active      ? "unregistered"
		            : producer->scheduled ? "scheduled"
		                                  : "waiting");
		markup_text(out, producer->url);
		text_append(out, "\">");
		markup_url(out, producer->url);
		text_append(out, "</td></tr>\n");
	}
	text_append(out, "</tbody></table>\n");
	panel_end(out);
}

static void print_blocks(struct text *out, const struct facts *facts)
{
	panel_begin(out, "blocks", "Latest blocks");
	text_append(out, "<table><thead><tr><th class=\"number\">block</th><th>time</th><th>producer</th><th "
	                 "class=\"number\">transactions</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < facts->blocks_count; i++) {
		const struct block_fact *block = &facts->blocks[i];
		text_printf(out, "<tr><td class=\"number\">%u</td><td>", block->number);
		print_time(out, block->slot);
		text_append(out, "</td><td>");
		markup_name(out, block->producer);
		text_printf(out, "</td><td class=\"number\">%zu</td></tr>\n", block->transactions);
	}
	text_append(out, "</tbody></table>\n");
	panel_end(out);
}

static void print_transaction(struct text *out, const struct transaction_fact *fact)
{
	struct checksum256_text id = checksum256_text(&fact->id);
	text_printf(out, "<tr><td class=\"number\">%u</td><td title=\"%s\">%.16s…</td><td>", fact->block_num,
	            id.text, id.text);
	if (fact->is_deferred) {
		text_append(out, "deferred</td><td>");
	} else if (fact->actions > 0) {
		markup_name(out, fact->contract);
		text_append(out, " · ");
		markup_name(out, fact->action);
		if (fact->actions > 1)
			text_printf(out, " and %zu more", fact->actions - 1);
		text_append(out, "</td><td>");
		markup_name(out, fact->actor);
	} else {
		text_append(out, "</td><td>");
	}
	text_append(out, "</td></tr>\n");
}

static void print_transactions(struct text *out, const struct facts *facts)
{
	panel_begin(out, "transactions", "Latest transactions");
	if (facts->transactions_count == 0) {
		text_append(out, "<p class=\"quiet\">none in the last blocks</p>\n");
	} else {
		text_append(out, "<table><thead><tr><th class=\"number\">block</th><th>id</th><th>what</th>"
		                 "<th>by</th></tr></thead><tbody>\n");
		for (size_t i = 0; i < facts->transactions_count; i++)
			print_transaction(out, &facts->transactions[i]);
		text_append(out, "</tbody></table>\n");
	}
	panel_end(out);
}

static void print_accounts(struct text *out, const struct facts *facts)
{
	size_t shown = facts->holdings_count < PAGE_ACCOUNTS ? facts->holdings_count : PAGE_ACCOUNTS;

	panel_begin(out, NULL, "Accounts");
	text_append(out, "<label class=\"quiet\">Search for an account "
	                 "<input id=\"search\" type=\"search\"></label>\n"
	                 "<span id=\"found\" class=\"quiet\"></span>\n"
	                 "<div class=\"scroll\" id=\"accounts\" data-live=\"accounts\">\n");
	if (shown < facts->holdings_count)
		text_printf(out, "<p class=\"quiet\">the richest %zu of %zu</p>\n", shown, facts->holdings_count);
	text_append(out, "<table><thead><tr><th class=\"number\">rank</th><th>account</th><th class=\"number\">"
	                 "liquid</th><th class=\"number\">staked</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < shown; i++) {
		text_printf(out, "<tr><td class=\"number\">%zu</td><td>", i + 1);
		markup_name(out, facts->holdings[i].account);
		text_append(out, "</td><td class=\"number\">");
		print_asset(out, facts, facts->holdings[i].liquid);
		text_append(out, "</td><td class=\"number\">");
		print_asset(out, facts, facts->holdings[i].staked);
		text_append(out, "</td></tr>\n");
	}
	text_append(out, "</tbody></table>\n</div>\n");
	panel_end(out);
}

/* --- the whole --- */

static void print_hash(struct text *out, const char *first, size_t first_length, const char *second,
                       size_t second_length)
{
	struct hash hash;

	hash_begin(&hash);
	hash_add(&hash, first, first_length);
	hash_add(&hash, second, second_length);
	struct checksum256 sum = hash_end(&hash);
	text_append(out, "'sha256-");
	base64_print(out, sum.data, sizeof sum.data);
	text_append_char(out, '\'');
}

/* Its own script and style and nothing else: a name that were markup could still do nothing. */
void page_policy_print(struct text *out)
{
	text_append(out, "default-src 'none'; script-src ");
	print_hash(out, page_js, page_js_length, "", 0);
	text_append(out, "; style-src ");
	print_hash(out, page_css, page_css_length, chart_css, chart_css_length);
	text_append(out, "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'");
}

static int collect(struct facts *facts, struct chain_view *view, struct error *error)
{
	int result = facts_general(facts, view, error);
	if (result == 0)
		result = facts_holdings(facts, view, error);
	if (result == 0)
		result = facts_producers(facts, view, error);
	if (result == 0)
		result = facts_rounds(facts, view, error);
	if (result == 0)
		result = facts_network(facts, view, error);
	if (result == 0)
		result = facts_blocks(facts, view, error);
	return result;
}

static void print_frame(struct text *out, const struct facts *facts)
{
	text_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	                 "<meta http-equiv=\"Content-Security-Policy\" content=\"");
	page_policy_print(out);
	text_append(out, "\">\n"
	                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	                 "<title>EOSIO testnet</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>");
	text_append_bytes(out, page_css, page_css_length);
	text_append_bytes(out, chart_css, chart_css_length);
	text_append(out, "</style>\n</head>\n<body>\n<h1>EOSIO testnet</h1>\n");
	print_facts(out, facts);
	text_append(out, "<main class=\"panels\">\n");
	for (enum page_chart chart = 0; chart < PAGE_CHARTS; chart++)
		print_chart(out, facts, chart);
	print_accounts(out, facts);
	print_producers(out, facts);
	print_blocks(out, facts);
	print_transactions(out, facts);
	text_append(out, "</main>\n<script>");
	text_append_bytes(out, page_js, page_js_length);
	text_append(out, "</script>\n</body>\n</html>\n");
}

int page_print(struct text *out, struct chain_view *view, struct error *error)
{
	struct facts facts = {0};
	int result = collect(&facts, view, error);
	if (result == 0)
		print_frame(out, &facts);
	facts_release(&facts);
	return result;
}

int page_chart_print(struct text *out, struct chain_view *view, enum page_chart chart, struct error *error)
{
	static int (*const needs[PAGE_CHARTS])(struct facts *, struct chain_view *, struct error *) = {
		[PAGE_CHART_DISTRIBUTION] = facts_holdings,
		[PAGE_CHART_VOTES] = facts_producers,
		[PAGE_CHART_SCHEDULE] = facts_rounds,
		[PAGE_CHART_NETWORK] = facts_network,
	};
	struct facts facts = {0};
	int result = facts_general(&facts, view, error);

	if (result == 0)
		result = needs[chart](&facts, view, error);
	if (result == 0) {
		size_t start = out->length;
		chart_print(out, &facts, chart);
		/* its style stands inside the element, behind the first line */
		struct text rest = TEXT_EMPTY;
		const char *line = strchr(out->data + start, '\n') + 1;
		text_append(&rest, line);
		out->length = (size_t)(line - out->data);
		text_append(out, "<style>");
		text_append_bytes(out, chart_css, chart_css_length);
		text_printf(out, "</style>\n%s", text_string(&rest));
		text_release(&rest);
	}
	facts_release(&facts);
	return result;
}
