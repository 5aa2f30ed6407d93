/* Intrinsics about producers: who is active, and (privileged) who shall be. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/memory.h"
#include "core/contracts/intrinsics.h"

#include <stdlib.h>

uint32_t intrinsic_get_active_producers(uint64_t *producers, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	uint64_t names[SCHEDULE_PRODUCERS_MAXIMUM];
	size_t count = apply_active_producers(context, names, SCHEDULE_PRODUCERS_MAXIMUM);
	return intrinsic_copy_out(producers, length, names, count * sizeof *names);
}

/* Not the all zero one that stands for none. */
static bool is_set(const struct public_key *key)
{
	uint8_t any = 0;
	for (size_t i = 0; i < sizeof key->point; i++)
		any |= key->point[i];
	return any;
}

/* Why a producer may not be proposed, NULL when it may. legacy: only lists of that form have their keys
 * looked at. */
static const char *refusal(const struct producer_authority *producer, bool legacy)
{
	uint64_t weights = 0;
	for (size_t k = 0; k < producer->keys_count; k++) {
		if (legacy && !is_set(&producer->keys[k].key))
			return "producer schedule includes an invalid key";
		weights += producer->keys[k].weight;
	}
	for (size_t k = 0; k < producer->keys_count; k++)
		for (size_t j = 0; j < k; j++)
			if (public_key_compare(&producer->keys[j].key, &producer->keys[k].key) == 0)
				return "producer schedule includes a duplicated key for %s";
	if (!producer->threshold)
		return "producer schedule includes an authority with a threshold of 0 for %s";
	return weights < producer->threshold ? "producer schedule includes an unsatisfiable authority for %s"
	                                     : NULL;
}

/* The same of a list; *about is the producer concerned. */
static const char *list_refusal(const struct apply_context *context, const struct producer_schedule *schedule,
                                bool legacy, uint64_t *about)
{
	for (size_t i = 0; i < schedule->producers_count; i++) {
		const char *why;
		*about = schedule->producers[i].producer_name;
		if (!apply_is_account(context, *about))
			return "producer schedule includes a nonexisting account";
		if ((why = refusal(&schedule->producers[i], legacy)) != NULL)
			return why;
	}
	for (size_t i = 0; i < schedule->producers_count; i++)
		for (size_t j = 0; j < i; j++)
			if (schedule->producers[i].producer_name == schedule->producers[j].producer_name)
				return "duplicate producer name in producer schedule";
	return NULL;
}

/* DISALLOW_EMPTY_PRODUCER_SCHEDULE */
static const char disallow_empty[] = "68dcaa34c0517d19666e6b33add67351d8c5f69e999ca1e37931bc410a297428";

static int64_t propose(struct apply_context *context, const void *data, uint32_t length, bool legacy)
{
	struct bytes packed = {0};
	struct producer_schedule schedule = {0};
	struct checksum256 feature;
	const char *why = NULL;
	uint64_t about = 0;
	int64_t version = -1;
	bytes_put_u32(&packed, 0); /* a schedule is a list with its version before it */
	bytes_put(&packed, data, length);
	struct cursor in = cursor_make(packed.data, packed.length);
	int result = 0;
	bool decoded = producer_schedule_unpack(&schedule, &in, legacy) == 0;
	checksum256_parse(&feature, disallow_empty);
	if (decoded && schedule.producers_count > SCHEDULE_PRODUCERS_MAXIMUM)
		why = "Producer schedule exceeds the maximum producer count for this chain";
	else if (decoded && !schedule.producers_count && apply_feature_active(context, &feature))
		why = "Producer schedule cannot be empty";
	else if (decoded)
		why = list_refusal(context, &schedule, legacy, &about);
	if (decoded && !why)
		result = apply_set_proposed_producers(context, &schedule, &version);
	producer_schedule_release(&schedule);
	bytes_release(&packed);
	if (!decoded)
		intrinsic_fail(UNPACK_EXCEPTION, "producer schedule of %u bytes does not decode", (unsigned)length);
	if (why && about && why[0] == 'p' && __builtin_strchr(why, '%'))
		intrinsic_fail(WASM_EXECUTION_ERROR, "%.*s%s", (int)(__builtin_strchr(why, '%') - why), why,
		               name_text(about).text);
	if (why)
		intrinsic_fail(WASM_EXECUTION_ERROR, "%s", why);
	intrinsic_check(result);
	return version;
}

int64_t intrinsic_set_proposed_producers(const void *producers, uint32_t length)
{
	return propose(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), producers, length, true);
}

int64_t intrinsic_set_proposed_producers_ex(uint64_t format, const void *producers, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	if (format > 1)
		intrinsic_fail(WASM_EXECUTION_ERROR, "Producer schedule is in an unknown format!");
	return propose(context, producers, length, format == 0);
}
