/* Inside the page: what it is made of. */
#ifndef EOSIOFS_CORE_PAGE_PAGE_PRIVATE_H
#define EOSIOFS_CORE_PAGE_PAGE_PRIVATE_H

#include "core/page/page.h"

enum {
	PRODUCERS_SHOWN = 30,
	BLOCKS_SHOWN = 12,
	TRANSACTIONS_SHOWN = 20,
	ROUNDS_SHOWN = 12,
	NODES_SHOWN = 128,
	SLOTS_OF_A_TURN = 12,
	URL_SIZE = 256,
};

struct holding {
	uint64_t account;
	int64_t liquid, staked;
};

struct producer_fact {
	uint64_t name;
	double votes; /* share of all, 0 to 1 */
	bool active, scheduled;
	uint32_t unpaid_blocks;
	char url[URL_SIZE];
};

/* A producer's turns in the last rounds, the newest last. */
struct turns {
	uint64_t name;
	uint8_t made[ROUNDS_SHOWN];    /* blocks */
	uint8_t elapsed[ROUNDS_SHOWN]; /* slots that have passed */
};

struct transaction_fact {
	uint32_t block_num;
	struct checksum256 id;
	uint64_t contract, action, actor; /* of the first action */
	size_t actions;
	bool is_deferred;
};

struct block_fact {
	uint32_t number, slot;
	uint64_t producer;
	size_t transactions;
};

struct node_fact {
	uint64_t name;
	enum chain_node_state state;
	uint32_t head_block_num, irreversible_block_num;
	uint64_t producer; /* the first of those that it signs for */
	size_t producers_count;
	char p2p_address[64];
};

/* Indexes of nodes: `from` has `to` among its peers. */
struct link_fact {
	size_t from, to;
};

struct facts {
	struct chain_info info;
	uint64_t symbol; /* the core token's */
	int64_t supply, activated;
	struct holding *holdings; /* owned; the richest first; eosio's own accounts left out */
	size_t holdings_count, holdings_capacity;
	size_t accounts; /* all there are */
	struct producer_fact producers[PRODUCERS_SHOWN];
	size_t producers_count;
	struct turns *turns; /* owned */
	size_t turns_count;
	struct node_fact *nodes; /* owned */
	size_t nodes_count, nodes_capacity, nodes_total;
	struct link_fact *links; /* owned */
	size_t links_count, links_capacity;
	struct block_fact blocks[BLOCKS_SHOWN]; /* newest first */
	size_t blocks_count;
	struct transaction_fact transactions[TRANSACTIONS_SHOWN]; /* newest first */
	size_t transactions_count;
};

/* --- facts.c, rounds.c, network.c: what is shown, from a view --- */
int facts_general(struct facts *facts, struct chain_view *view, struct error *error);
int facts_holdings(struct facts *facts, struct chain_view *view, struct error *error);
int facts_producers(struct facts *facts, struct chain_view *view, struct error *error);
int facts_rounds(struct facts *facts, struct chain_view *view, struct error *error);
int facts_network(struct facts *facts, struct chain_view *view, struct error *error);
int facts_blocks(struct facts *facts, struct chain_view *view, struct error *error);
void facts_release(struct facts *facts);
struct asset facts_asset(const struct facts *facts, int64_t amount);

/* --- markup.c --- */
/* Text as text of HTML and SVG, also inside quotes. The only way for anything that is not ours. */
void markup_text(struct text *out, const char *string);
void markup_name(struct text *out, uint64_t name);
/* A link where the address begins with http:// or https://, else the text. */
void markup_url(struct text *out, const char *url);

/* --- charts.c --- */
/* The <svg> element. */
void chart_print(struct text *out, const struct facts *facts, enum page_chart chart);
const char *chart_title(enum page_chart chart);

/* --- network.c --- */
/* What is inside the <svg> element of the network's chart, which is that high; 0: there are no nodes. */
int network_chart_height(const struct facts *facts);
void network_chart_print(struct text *out, const struct facts *facts);

/* --- page.css, chart.css, page.js, as they stand in this folder --- */
extern const char page_css[], chart_css[], page_js[];
extern const size_t page_css_length, chart_css_length, page_js_length;

#endif
