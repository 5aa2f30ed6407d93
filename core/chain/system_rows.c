/* Rows of the reference contracts' tables, from their bytes. */
#include "core/chain/system_rows.h"

#include <errno.h>

static int decoded(const struct cursor *in)
{
	return in->failed ? -ENOENT : 0;
}

int voter_row_decode(struct voter_row *out, const struct chain_row *row)
{
	static const struct packed_field behind_producers[] = {
		PACKED_FIELD(struct voter_row, staked),
		PACKED_FIELD(struct voter_row, last_vote_weight),
		PACKED_FIELD(struct voter_row, proxied_vote_weight),
		PACKED_FIELD(struct voter_row, is_proxy),
		{0},
	};
	struct cursor in = cursor_make(row->data, row->length);

	*out = (struct voter_row){.owner = cursor_u64(&in)};
	out->proxy = cursor_u64(&in);
	size_t count = cursor_count(&in, sizeof *out->producers);
	if (count > VOTER_PRODUCERS_READ)
		return -ENOENT;
	for (size_t i = 0; i < count; i++)
		out->producers[i] = cursor_u64(&in);
	out->producers_count = count;
	cursor_fields(&in, out, behind_producers);
	return decoded(&in);
}

int producer_row_decode(struct producer_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	*out = (struct producer_row){.owner = cursor_u64(&in)};
	out->total_votes = cursor_double(&in);
	if (public_key_unpack(&out->key, &in) != 0)
		return -ENOENT;
	out->active = cursor_u8(&in) != 0;
	out->url = (const char *)cursor_counted(&in, &out->url_length);
	out->unpaid_blocks = cursor_u32(&in);
	out->last_claim = (int64_t)cursor_u64(&in);
	out->location = cursor_u16(&in);
	return decoded(&in);
}

enum { BALANCE_ROW_SIZE = 16 };
enum { GLOBAL_BUCKET_FILL = 68 + 8 + 8 + 8 + 4 }; /* the chain's parameters, three sums, a slot */

int global_row_decode(struct global_row *out, const struct chain_row *row)
{
	static const struct packed_field fields[] = {
		PACKED_FIELD(struct global_row, last_pervote_bucket_fill),
		PACKED_FIELD(struct global_row, pervote_bucket),
		PACKED_FIELD(struct global_row, perblock_bucket),
		PACKED_FIELD(struct global_row, total_unpaid_blocks),
		PACKED_FIELD(struct global_row, total_activated_stake),
		PACKED_FIELD(struct global_row, threshold_time),
		PACKED_FIELD(struct global_row, last_producer_schedule_size),
		PACKED_FIELD(struct global_row, total_producer_vote_weight),
		{0},
	};
	struct cursor in = cursor_make(row->data, row->length);

	*out = (struct global_row){0};
	cursor_take(&in, GLOBAL_BUCKET_FILL);
	cursor_fields(&in, out, fields);
	return decoded(&in);
}

int global_row_decode2(struct global_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_take(&in, 2 + 4 + 4); /* new RAM a block, two slots */
	out->total_votepay_share = cursor_double(&in);
	out->revision = cursor_u8(&in);
	return decoded(&in);
}

int global_row_decode3(struct global_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	out->last_vpay_update = (int64_t)cursor_u64(&in);
	out->votepay_share_change_rate = cursor_double(&in);
	return decoded(&in);
}

int producer_pay_row_decode(struct producer_pay_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_u64(&in); /* the owner */
	out->votepay = cursor_double(&in);
	out->updated = (int64_t)cursor_u64(&in);
	return decoded(&in);
}

int delegation_row_decode(struct delegation_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	*out = (struct delegation_row){.from = cursor_u64(&in)};
	out->receiver = cursor_u64(&in);
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	return decoded(&in);
}

int refund_row_decode(struct refund_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_u64(&in); /* the owner */
	out->request_time = cursor_u32(&in);
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	return decoded(&in);
}

int resources_row_decode(struct resources_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_u64(&in); /* the owner */
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	out->ram_bytes = (int64_t)cursor_u64(&in);
	return decoded(&in);
}

int ram_market_row_decode(struct ram_market_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	asset_unpack(&out->supply, &in);
	asset_unpack(&out->base, &in);
	cursor_double(&in); /* the weights are not used */
	asset_unpack(&out->quote, &in);
	return decoded(&in);
}

int token_row_decode(struct token_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	asset_unpack(&out->supply, &in);
	asset_unpack(&out->maximum, &in);
	out->issuer = cursor_u64(&in);
	return decoded(&in);
}

int balance_row_decode(struct asset *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	if (row->length != BALANCE_ROW_SIZE || asset_unpack(out, &in) != 0 ||
	    symbol_code(out->symbol) != row->primary_key)
		return -ENOENT;
	return 0;
}

int proposal_row_decode(struct proposal_row *out, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_u64(&in); /* the name */
	out->transaction = cursor_counted(&in, &out->transaction_length);
	return decoded(&in);
}

int approvals_row_walk(const struct chain_row *row, bool timed, approval_visitor *visitor, void *context)
{
	struct cursor in = cursor_make(row->data, row->length);

	if (timed)
		cursor_u8(&in); /* the version */
	cursor_u64(&in); /* the name */
	for (int provided = 0; provided < 2; provided++) {
		uint32_t count = cursor_count(&in, timed ? 24 : 16);
		for (uint32_t i = 0; i < count && !in.failed; i++) {
			struct permission_level level = {0};
			permission_level_unpack(&level, &in);
			int64_t time = timed ? (int64_t)cursor_u64(&in) : 0;
			visitor(context, &level, provided, time);
		}
	}
	return decoded(&in);
}
