/* / and /index.html: the chain as a page to look at, locked in by its own policy. */
#include "core/server/call.h"

#include "core/page/page.h"

/* The policy stands in the page, too; what may hold it in a frame only a header can say. */
static void add_headers(struct text *headers)
{
	text_append(headers, "content-security-policy: ");
	page_policy_print(headers);
	text_append(headers, "; frame-ancestors 'none'\nx-frame-options: DENY\nx-content-type-options: nosniff\n"
	                     "referrer-policy: no-referrer\ncache-control: no-store\n");
}

static int get_page(struct call *call)
{
	add_headers(call->headers);
	call->content_type = "text/html; charset=utf-8";
	return page_print(call->out, call->view, &call->error);
}

#define PAGE(path) \
	{path, PLUGIN_PAGE, PARAMETERS_NONE, 200, get_page, .reads = true, .unlisted = true, .pace = HTTP_LONG}

const struct endpoint page_endpoints[] = {
	PAGE("/"),
	PAGE("/index.html"),
	{.path = NULL},
};
