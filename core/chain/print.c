/* Numbers, names and bytes in the forms of nodeos's JSON (protocol.md A.8). */
#include "core/chain/print.h"

#include <string.h>

/* Decimal digits, with a quote on either side or without. */
static struct chain_number_text digits_of(unsigned __int128 value, bool quoted)
{
	struct chain_number_text out;
	char *const end = out.text + sizeof out.text, *at = end;

	*--at = '\0';
	if (quoted)
		*--at = '"';
	for (; value > UINT64_MAX; value /= 10)
		*--at = (char)('0' + (int)(value % 10));
	uint64_t left = (uint64_t)value; /* which divides faster */
	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (quoted)
		*--at = '"';
	memmove(out.text, at, (size_t)(end - at));
	return out;
}

struct chain_number_text chain_number_text(uint64_t value)
{
	return digits_of(value, value > UINT32_MAX);
}

struct chain_number_text chain_uint128_text(const uint64_t value[2])
{
	return digits_of((unsigned __int128)value[1] << 64 | value[0], false);
}

void chain_print_number(struct text *out, uint64_t number)
{
	if (number > UINT32_MAX)
		text_append(out, chain_number_text(number).text);
	else
		text_append_number(out, number);
}

void chain_print_checksum(struct text *out, const struct checksum256 *checksum)
{
	chain_print_hex(out, checksum->data, sizeof checksum->data);
}

void chain_print_hex(struct text *out, const void *data, size_t length)
{
	text_append_char(out, '"');
	text_append_hex(out, data, length);
	text_append_char(out, '"');
}

void chain_print_feature(struct text *out, const struct chain_feature *feature)
{
	text_printf(out, "\"description_digest\":\"%s\",\"dependencies\":[",
	            checksum256_text(&feature->description_digest).text);
	if (feature->has_dependency)
		chain_print_checksum(out, &feature->dependency);
	text_printf(out,
	            "],\"protocol_feature_type\":\"builtin\",\"specification\":[{\"name\":"
	            "\"builtin_feature_codename\",\"value\":\"%s\"}]}",
	            feature->name);
}
