/* What strangers wrote, as text. */
#include "core/page/page_private.h"

#include "core/types/name.h"

#include <string.h>

void markup_text(struct text *out, const char *string)
{
	size_t left = strlen(string);

	while (left > 0) {
		size_t size = utf8_size(string, left);
		switch (*string) {
		case '&':
			text_append(out, "&amp;");
			break;
		case '<':
			text_append(out, "&lt;");
			break;
		case '>':
			text_append(out, "&gt;");
			break;
		case '"':
			text_append(out, "&quot;");
			break;
		case '\'':
			text_append(out, "&#39;");
			break;
		default:
			/* control characters and broken UTF-8 are left out: XML has no place for them */
			if (size > 0 && (unsigned char)*string >= 0x20 && *string != 0x7f)
				text_append_bytes(out, string, size);
		}
		size = size ? size : 1;
		string += size;
		left -= size;
	}
}

void markup_name(struct text *out, uint64_t name)
{
	markup_text(out, name_text(name).text);
}

void markup_url(struct text *out, const char *url)
{
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
		markup_text(out, url);
		return;
	}
	text_append(out, "<a rel=\"noopener noreferrer nofollow\" href=\"");
	markup_text(out, url);
	text_append(out, "\">");
	markup_text(out, url);
	text_append(out, "</a>");
}
