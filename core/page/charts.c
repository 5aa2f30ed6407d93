/* The charts as SVG. Their colours are classes, so that one style sheet does for light and dark, and for the
 * page and for files of their own. */
#include "core/page/page_private.h"

#include "core/types/name.h"

#include <stdio.h>

enum { WIDTH = 480, MARGIN_LEFT = 100, MARGIN_RIGHT = 20, MARGIN_TOP = 14, MARGIN_BOTTOM = 40 };
enum {
	CURVE_POINTS = 200,
	BAR_HEIGHT = 16,
	BAR_LENGTH = 320,
	CELL_WIDTH = 30,
	CELL_HEIGHT = 14,
	PLOT_HEIGHT = 220
};

static const char *const titles[PAGE_CHARTS] = {
	[PAGE_CHART_DISTRIBUTION] = "Who holds how much",
	[PAGE_CHART_VOTES] = "Votes of the top producers",
	[PAGE_CHART_SCHEDULE] = "Blocks made and slots missed",
	[PAGE_CHART_NETWORK] = "The nodes and their links",
};

const char *chart_title(enum page_chart chart)
{
	return titles[chart];
}

static void begin(struct text *out, enum page_chart chart, int height)
{
	text_printf(
		out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"%s\">\n",
		WIDTH, height, titles[chart]);
}

static void label(struct text *out, double x, double y, const char *anchor, const char *class,
                  const char *string)
{
	text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, class);
	markup_text(out, string);
	text_append(out, "</text>\n");
}

static void nothing_yet(struct text *out, enum page_chart chart, const char *sentence)
{
	begin(out, chart, 60);
	label(out, WIDTH / 2.0, 34, "middle", "note", sentence);
	text_append(out, "</svg>\n");
}

/* --- distribution --- */

static double plot_x(double share)
{
	return MARGIN_LEFT + share * (WIDTH - MARGIN_LEFT - MARGIN_RIGHT);
}

static double plot_y(double share)
{
	return MARGIN_TOP + (1 - share) * PLOT_HEIGHT;
}

static void axes(struct text *out)
{
	char percent[16];

	for (int i = 0; i <= 4; i++) {
		double share = i / 4.0;
		snprintf(percent, sizeof percent, "%d %%", i * 25);
		text_printf(out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", plot_x(0), plot_y(share),
		            plot_x(1));
		label(out, plot_x(0) - 8, plot_y(share) + 4, "end", "tick", percent);
		label(out, plot_x(share), plot_y(0) + 16, i == 4 ? "end" : "middle", "tick", percent);
	}
	label(out, plot_x(0.5), plot_y(0) + 34, "middle", "tick", "of the accounts, the richest first");
}

static double held(const struct facts *facts, size_t index)
{
	return (double)facts->holdings[index].liquid + (double)facts->holdings[index].staked;
}

/* The share of all tokens that the richest `share` of accounts hold. */
static double held_by(const struct facts *facts, double all, double share)
{
	size_t count = (size_t)(share * (double)facts->holdings_count + 0.5);
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += held(facts, i);
	return sum / all;
}

static void curve(struct text *out, const struct facts *facts, double all)
{
	double sum = 0;
	size_t count = facts->holdings_count, step = count / CURVE_POINTS + 1;

	text_printf(out, "<path class=\"line\" d=\"M%.1f %.1f", plot_x(0), plot_y(0));
	for (size_t i = 0; i < count; i++) {
		sum += held(facts, i);
		if ((i + 1) % step == 0 || i + 1 == count)
			text_printf(out, "L%.1f %.1f", plot_x((double)(i + 1) / (double)count), plot_y(sum / all));
	}
	text_append(out, "\"/>\n");
}

static void print_distribution(struct text *out, const struct facts *facts)
{
	double all = 0, fifth;
	char sentence[80];

	for (size_t i = 0; i < facts->holdings_count; i++)
		all += held(facts, i);
	if (all <= 0) {
		nothing_yet(out, PAGE_CHART_DISTRIBUTION, "nobody holds tokens yet");
		return;
	}
	fifth = held_by(facts, all, 0.2);
	begin(out, PAGE_CHART_DISTRIBUTION, MARGIN_TOP + PLOT_HEIGHT + MARGIN_BOTTOM);
	axes(out);
	curve(out, facts, all);
	snprintf(sentence, sizeof sentence, "the richest 20 %% hold %.0f %% of the tokens", 100 * fifth);
	text_printf(out, "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", plot_x(0.2),
	            plot_y(fifth));
	label(out, plot_x(0.2) + 10, plot_y(fifth) + 18, "start", "note", sentence);
	text_append(out, "</svg>\n");
}

/* --- votes --- */

static void print_votes(struct text *out, const struct facts *facts)
{
	double most = 0;

	for (size_t i = 0; i < facts->producers_count; i++)
		most = facts->producers[i].votes > most ? facts->producers[i].votes : most;
	if (most <= 0) {
		nothing_yet(out, PAGE_CHART_VOTES, "nobody has voted yet");
		return;
	}
	begin(out, PAGE_CHART_VOTES, MARGIN_TOP + BAR_HEIGHT * (int)facts->producers_count + MARGIN_TOP);
	for (size_t i = 0; i < facts->producers_count; i++) {
		const struct producer_fact *producer = &facts->producers[i];
		double y = MARGIN_TOP + BAR_HEIGHT * (double)i, width = producer->votes / most * BAR_LENGTH;
		char percent[24];
		snprintf(percent, sizeof percent, "%.2f %%", 100 * producer->votes);
		label(out, MARGIN_LEFT - 8, y + 12, "end", "name", name_text(producer->name).text);
		text_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n",
		            producer->scheduled ? "bar" : "bar waiting", MARGIN_LEFT, y + 2, width, BAR_HEIGHT - 4);
		label(out, MARGIN_LEFT + width + 6, y + 12, "start", "tick", percent);
	}
	text_append(out, "</svg>\n");
}

/* --- schedule --- */

/* All blocks made, some missed, all missed, or not their turn yet. */
static const char *cell_class(unsigned made, unsigned elapsed)
{
	if (elapsed == 0)
		return "cell none";
	if (made >= elapsed)
		return "cell full";
	return made == 0 ? "cell missed" : "cell some";
}

static void print_schedule(struct text *out, const struct facts *facts)
{
	if (facts->turns_count == 0) {
		nothing_yet(out, PAGE_CHART_SCHEDULE, "there is no schedule yet");
		return;
	}
	begin(out, PAGE_CHART_SCHEDULE, MARGIN_TOP + CELL_HEIGHT * (int)facts->turns_count + 30);
	for (size_t i = 0; i < facts->turns_count; i++) {
		const struct turns *turns = &facts->turns[i];
		double y = MARGIN_TOP + CELL_HEIGHT * (double)i;
		label(out, MARGIN_LEFT - 8, y + 11, "end", "name", name_text(turns->name).text);
		for (size_t round = 0; round < ROUNDS_SHOWN; round++) {
			unsigned made = turns->made[round], elapsed = turns->elapsed[round];
			text_printf(out,
			            "<rect class=\"%s\" x=\"%zu\" y=\"%.1f\" width=\"%d\" height=\"%d\"><title>%u of %u "
			            "blocks</title></rect>\n",
			            cell_class(made, elapsed), MARGIN_LEFT + round * CELL_WIDTH, y + 1, CELL_WIDTH - 2,
			            CELL_HEIGHT - 2, made, elapsed);
		}
	}
	label(out, MARGIN_LEFT, MARGIN_TOP + CELL_HEIGHT * (double)facts->turns_count + 18, "start", "tick",
	      "a column a round of the schedule, the newest to the right");
	text_append(out, "</svg>\n");
}

static void print_network(struct text *out, const struct facts *facts)
{
	if (facts->nodes_count == 0) {
		nothing_yet(out, PAGE_CHART_NETWORK, "there are no nodes");
		return;
	}
	begin(out, PAGE_CHART_NETWORK, network_chart_height(facts));
	network_chart_print(out, facts);
	text_append(out, "</svg>\n");
}

void chart_print(struct text *out, const struct facts *facts, enum page_chart chart)
{
	static void (*const printers[PAGE_CHARTS])(struct text *out, const struct facts *facts) = {
		[PAGE_CHART_DISTRIBUTION] = print_distribution,
		[PAGE_CHART_VOTES] = print_votes,
		[PAGE_CHART_SCHEDULE] = print_schedule,
		[PAGE_CHART_NETWORK] = print_network,
	};
	printers[chart](out, facts);
}
