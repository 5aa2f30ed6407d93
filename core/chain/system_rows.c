/* Rows of the system contract's tables, from their bytes. */
#include "core/chain/system_rows.h"

#include <errno.h>

static int decoded(const struct cursor *in)
{
	return in->failed ? -ENOENT : 0;
}

int voter_row_decode(struct voter_row *out, const void *data, size_t length)
{
	struct cursor in = cursor_make(data, length);

	*out = (struct voter_row){.owner = cursor_u64(&in)};
	out->proxy = cursor_u64(&in);
	size_t count = cursor_count(&in, sizeof *out->producers);
	if (count > VOTER_PRODUCERS_READ)
		return -ENOENT;
	for (size_t i = 0; i < count; i++)
		out->producers[i] = cursor_u64(&in);
	out->producers_count = count;
	out->staked = (int64_t)cursor_u64(&in);
	out->last_vote_weight = cursor_double(&in);
	out->proxied_vote_weight = cursor_double(&in);
	out->is_proxy = cursor_u8(&in) != 0;
	return decoded(&in);
}

int producer_row_decode(struct producer_row *out, const void *data, size_t length)
{
	struct cursor in = cursor_make(data, length);

	*out = (struct producer_row){.owner = cursor_u64(&in)};
	out->total_votes = cursor_double(&in);
	if (public_key_unpack(&out->key, &in) < 0)
		return -ENOENT;
	out->active = cursor_u8(&in) != 0;
	out->url = (const char *)cursor_counted(&in, &out->url_length);
	out->unpaid_blocks = cursor_u32(&in);
	out->last_claim = (int64_t)cursor_u64(&in);
	out->location = cursor_u16(&in);
	return decoded(&in);
}

enum { GLOBAL_BUCKET_FILL = 68 + 8 + 8 + 8 + 4 }; /* the chain's parameters, three sums, a slot */

int global_row_decode(struct global_row *out, const void *data, size_t length)
{
	struct cursor in = cursor_make(data, length);

	*out = (struct global_row){0};
	cursor_take(&in, GLOBAL_BUCKET_FILL);
	out->last_pervote_bucket_fill = (int64_t)cursor_u64(&in);
	out->pervote_bucket = (int64_t)cursor_u64(&in);
	out->perblock_bucket = (int64_t)cursor_u64(&in);
	out->total_unpaid_blocks = cursor_u32(&in);
	out->total_activated_stake = (int64_t)cursor_u64(&in);
	out->threshold_time = (int64_t)cursor_u64(&in);
	out->last_producer_schedule_size = cursor_u16(&in);
	out->total_producer_vote_weight = cursor_double(&in);
	return decoded(&in);
}
