/* index.html and chain/NAME.svg: what a browser or a picture viewer shows of the chain. */
#include "fs/files/page.h"

#include "core/page/page.h"

int index_html_read(struct request *request, struct text *out, struct error *error)
{
	int result = request_view(request, error);
	return result ? result : page_print(out, request->view, error);
}

static int read_chart(struct request *request, struct text *out, enum page_chart chart, struct error *error)
{
	int result = request_view(request, error);
	return result ? result : page_chart_print(out, request->view, chart, error);
}

int chain_distribution_svg_read(struct request *request, struct text *out, struct error *error)
{
	return read_chart(request, out, PAGE_CHART_DISTRIBUTION, error);
}

int chain_votes_svg_read(struct request *request, struct text *out, struct error *error)
{
	return read_chart(request, out, PAGE_CHART_VOTES, error);
}

int chain_schedule_svg_read(struct request *request, struct text *out, struct error *error)
{
	return read_chart(request, out, PAGE_CHART_SCHEDULE, error);
}

int chain_network_svg_read(struct request *request, struct text *out, struct error *error)
{
	return read_chart(request, out, PAGE_CHART_NETWORK, error);
}
