/* Producer schedules in their two binary forms (protocol.md E.1, E.5). */
#include "core/types/block.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>

enum { LEGACY_PRODUCER_MINIMUM = 42, PRODUCER_MINIMUM = 14 }; /* packed */

void producer_schedule_release(struct producer_schedule *schedule)
{
	bool is_last = !schedule->sharers || !--*schedule->sharers;

	for (size_t i = 0; i < schedule->producers_count && is_last; i++)
		free(schedule->producers[i].keys);
	if (is_last) {
		free(schedule->producers);
		free(schedule->sharers);
	}
	*schedule = (struct producer_schedule){0};
}

struct producer_schedule producer_schedule_copy(const struct producer_schedule *schedule)
{
	struct producer_schedule copy = *schedule;
	copy.producers = memory_copy(schedule->producers,
	                             schedule->producers_count * sizeof *schedule->producers);
	for (size_t i = 0; i < copy.producers_count; i++)
		copy.producers[i].keys = memory_copy(copy.producers[i].keys,
		                                     copy.producers[i].keys_count * sizeof(struct key_weight));
	copy.sharers = NULL;
	return copy;
}

struct producer_schedule producer_schedule_share(const struct producer_schedule *schedule)
{
	struct producer_schedule copy;

	if (schedule->sharers) {
		++*schedule->sharers;
		return *schedule;
	}
	copy = producer_schedule_copy(schedule);
	copy.sharers = memory_allocate(1, sizeof *copy.sharers);
	*copy.sharers = 1;
	return copy;
}

static bool producer_same(const struct producer_authority *a, const struct producer_authority *b)
{
	if (a->producer_name != b->producer_name || a->threshold != b->threshold ||
	    a->keys_count != b->keys_count)
		return false;
	for (size_t i = 0; i < a->keys_count; i++)
		if (a->keys[i].weight != b->keys[i].weight || public_key_compare(&a->keys[i].key, &b->keys[i].key))
			return false;
	return true;
}

const struct producer_authority *producer_schedule_find(const struct producer_schedule *schedule,
                                                        uint64_t producer)
{
	for (size_t i = 0; i < schedule->producers_count; i++)
		if (schedule->producers[i].producer_name == producer)
			return &schedule->producers[i];
	return NULL;
}

bool producer_schedule_same_producers(const struct producer_schedule *a, const struct producer_schedule *b)
{
	if (a->producers_count != b->producers_count)
		return false;
	for (size_t i = 0; i < a->producers_count; i++)
		if (!producer_same(&a->producers[i], &b->producers[i]))
			return false;
	return true;
}

static void authority_v0_pack(struct bytes *out, const struct producer_authority *producer)
{
	bytes_put_varuint32(out, 0);
	bytes_put_u32(out, producer->threshold);
	key_weights_pack(out, producer->keys, producer->keys_count);
}

void producer_schedule_pack(struct bytes *out, const struct producer_schedule *schedule, bool legacy)
{
	static const struct public_key none;
	bytes_put_u32(out, schedule->version);
	bytes_put_varuint32(out, (uint32_t)schedule->producers_count);
	for (size_t i = 0; i < schedule->producers_count; i++) {
		const struct producer_authority *producer = &schedule->producers[i];

		bytes_put_u64(out, producer->producer_name);
		if (legacy)
			public_key_pack(out, producer->keys_count ? &producer->keys[0].key : &none);
		else
			authority_v0_pack(out, producer);
	}
}

static void authority_v0_unpack(struct producer_authority *out, struct cursor *in)
{
	if (cursor_varuint32(in) != 0)
		in->failed = true;
	out->threshold = cursor_u32(in);
	out->keys = key_weights_unpack(&out->keys_count, in);
}

int producer_schedule_unpack(struct producer_schedule *out, struct cursor *in, bool legacy)
{
	*out = (struct producer_schedule){.version = cursor_u32(in)};
	out->producers_count = cursor_count_up_to(in, legacy ? LEGACY_PRODUCER_MINIMUM : PRODUCER_MINIMUM);
	out->producers = memory_allocate(out->producers_count, sizeof *out->producers);
	for (size_t i = 0; i < out->producers_count && !in->failed; i++) {
		struct producer_authority *producer = &out->producers[i];

		producer->producer_name = cursor_u64(in);
		if (!legacy) {
			authority_v0_unpack(producer, in);
			continue;
		}
		producer->threshold = 1;
		producer->keys_count = 1;
		producer->keys = memory_allocate(1, sizeof *producer->keys);
		producer->keys[0].weight = 1;
		public_key_unpack(&producer->keys[0].key, in);
	}
	if (!in->failed)
		return 0;
	producer_schedule_release(out);
	return -EINVAL;
}

struct checksum256 producer_schedule_hash(const struct producer_schedule *schedule, bool legacy)
{
	struct bytes packed = {0};
	producer_schedule_pack(&packed, schedule, legacy);
	return hash_packed(&packed);
}

void producer_schedule_print(struct text *out, const struct producer_schedule *schedule)
{
	text_printf(out, "{\"version\":%u,\"producers\":[", schedule->version);
	for (size_t i = 0; i < schedule->producers_count; i++) {
		const struct producer_authority *producer = &schedule->producers[i];

		text_printf(out, "%s{\"producer_name\":\"%s\",\"authority\":[0,{\"threshold\":%u,\"keys\":[",
		            i ? "," : "", name_text(producer->producer_name).text, producer->threshold);
		key_weights_print(out, producer->keys, producer->keys_count);
		text_append(out, "]}]}");
	}
	text_append(out, "]}");
}
