/* The chain as a page to look at: one self-contained HTML file with inline SVG, and the same charts as SVG
 * files. Everything that a stranger may have written (names, URLs, memos, symbols) goes through one function.
 */
#ifndef EOSIOFS_CORE_PAGE_PAGE_H
#define EOSIOFS_CORE_PAGE_PAGE_H

#include "core/chain/chain.h"

enum page_chart {
	PAGE_CHART_DISTRIBUTION, /* who holds how much, the richest first */
	PAGE_CHART_VOTES,        /* the top producers' shares of all votes */
	PAGE_CHART_SCHEDULE,     /* blocks made and slots missed, a row a producer, a column a round */
	PAGE_CHART_NETWORK,      /* the nodes and their links */
	PAGE_CHARTS
};

/* Appends the whole page. Holds the PAGE_ACCOUNTS richest accounts, and says so when there are more. */
enum { PAGE_ACCOUNTS = 1000 };
int page_print(struct text *out, struct chain_view *view, struct error *error);
/* Appends the Content-Security-Policy that the page has: its own script and style and nothing else. */
void page_policy_print(struct text *out);
/* Appends one chart as an SVG file of its own. */
int page_chart_print(struct text *out, struct chain_view *view, enum page_chart chart, struct error *error);

#endif
