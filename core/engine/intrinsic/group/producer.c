/* Intrinsics about producers: who is active, and (privileged) who shall be. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/crypto/p256.h"
#include "core/engine/engine_private.h"

#include <string.h>

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

static const char undecodable_key[] = "error decoding public key";

/* Why a producer may not be proposed, NULL when it may. legacy: only lists of that form have their keys
 * looked at. */
static const char *refusal(const struct producer_authority *producer, bool legacy)
{
	uint64_t weights = 0;
	for (size_t k = 0; k < producer->keys_count; k++) {
		if (legacy && !is_set(&producer->keys[k].key))
			return "producer schedule includes an invalid key";
		if (legacy && producer->keys[k].key.type == KEY_R1 && !p256_is_point(producer->keys[k].key.point))
			return undecodable_key;
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

/* Sets the error; 0: the list may be proposed. */
static int check_list(struct apply_context *context, const struct producer_schedule *schedule, bool legacy)
{
	const struct pending_block *pending = context->transaction->pending;
	const char *why = NULL, *place;
	uint64_t about = 0;
	if (schedule->producers_count > SCHEDULE_PRODUCERS_MAXIMUM)
		why = "Producer schedule exceeds the maximum producer count for this chain";
	else if (!schedule->producers_count && pending_feature(pending, FEATURE_DISALLOW_EMPTY_PRODUCER_SCHEDULE))
		why = "Producer schedule cannot be empty";
	else
		why = list_refusal(context, schedule, legacy, &about);
	if (!why)
		return 0;
	if (why == undecodable_key)
		return error_chain(context->error, 0, "%s", why);
	place = strstr(why, "%s");
	if (!place)
		return error_chain(context->error, WASM_EXECUTION_ERROR, "%s", why);
	return error_chain(context->error, WASM_EXECUTION_ERROR, "%.*s%s", (int)(place - why), why,
	                   name_text(about).text);
}

static int64_t propose(struct apply_context *context, const void *data, uint32_t length, bool legacy)
{
	struct bytes packed = {0};
	struct producer_schedule schedule = {0};
	int64_t version = -1;
	int result = 0;
	bytes_put_u32(&packed, 0); /* a schedule is a list with its version before it */
	bytes_put(&packed, data, length);
	struct cursor in = cursor_make(packed.data, packed.length);
	in.begin += packed.length - length;
	if (producer_schedule_unpack(&schedule, &in, legacy) == 0) {
		result = check_list(context, &schedule, legacy);
		if (result == 0)
			result = apply_set_proposed_producers(context, &schedule, &version);
		producer_schedule_release(&schedule);
	}
	bytes_release(&packed);
	if (in.failed)
		intrinsic_fail_unpack(&in);
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
