/* Numbers, names and bytes in the forms of nodeos's JSON (protocol.md A.8). */
#include "core/chain/print.h"

#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>

void chain_print_uint64(struct text *out, uint64_t value)
{
	text_printf(out, value > UINT32_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
}

void chain_print_uint128(struct text *out, const uint64_t value[2])
{
	unsigned __int128 left = (unsigned __int128)value[1] << 64 | value[0];
	char digits[48], *at = digits + sizeof digits;
	*--at = '\0';
	do {
		*--at = (char)('0' + (int)(left % 10));
		left /= 10;
	} while (left);
	text_append(out, at);
}

void chain_print_slot(struct text *out, uint32_t slot)
{
	text_printf(out, "\"%s\"", slot_text(slot).text);
}

void chain_print_time(struct text *out, int64_t us)
{
	text_printf(out, "\"%s\"", time_point_text(us).text);
}

void chain_print_name(struct text *out, uint64_t name)
{
	text_printf(out, "\"%s\"", name_text(name).text);
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
	text_append(out, "\"description_digest\":");
	chain_print_checksum(out, &feature->description_digest);
	text_append(out, ",\"dependencies\":[");
	if (feature->has_dependency)
		chain_print_checksum(out, &feature->dependency);
	text_printf(out,
	            "],\"protocol_feature_type\":\"builtin\",\"specification\":[{\"name\":"
	            "\"builtin_feature_codename\",\"value\":\"%s\"}]}",
	            feature->name);
}
