/* Intrinsics that ask what keys and permissions would authorize, and what is known of permissions and
 * accounts. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/memory.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/account.h"
#include "core/engine/state/permission.h"
#include "core/types/time.h"

#include <stdlib.h>

/* Packed flat_set<public_key> and flat_set<permission_level>; 0 bytes are an empty set. Owned until
 * provided_release. */
struct provided {
	struct public_key *keys;
	struct permission_level *permissions;
	uint32_t keys_count, permissions_count;
};

static void provided_release(struct provided *provided)
{
	free(provided->keys);
	free(provided->permissions);
}

/* A cursor that did not fail, or the one that did: who unpacks releases first what it has. */
static struct cursor provided_unpack(struct provided *out, const void *keys, uint32_t keys_length,
                                     const void *permissions, uint32_t permissions_length)
{
	struct cursor in = cursor_make(keys, keys_length);
	*out = (struct provided){0};
	if (keys_length) {
		out->keys_count = cursor_count_up_to(&in, 34);
		out->keys = memory_allocate(out->keys_count + 1, sizeof *out->keys);
		for (uint32_t i = 0; i < out->keys_count && !in.failed; i++)
			public_key_unpack(&out->keys[i], &in);
		if (in.failed)
			return in;
		out->keys_count = (uint32_t)public_keys_sort(out->keys, out->keys_count);
	}
	in = cursor_make(permissions, permissions_length);
	if (permissions_length) {
		out->permissions_count = cursor_count_up_to(&in, 16);
		out->permissions = memory_allocate(out->permissions_count + 1, sizeof *out->permissions);
		for (uint32_t i = 0; i < out->permissions_count && !in.failed; i++)
			permission_level_unpack(&out->permissions[i], &in);
	}
	return in;
}

/* Not authorized is an answer (0), anything else that is wrong fails the action. */
static int32_t answer(struct apply_context *context, int result)
{
	if (result == 0)
		return 1;
	if (context->error->code / 10000 == UNSATISFIED_AUTHORIZATION / 10000) {
		error_clear(context->error);
		return 0;
	}
	intrinsic_leave(LEAVE_FAILED);
}

int32_t intrinsic_check_transaction_authorization(const void *transaction, uint32_t transaction_length,
                                                  const void *keys, uint32_t keys_length,
                                                  const void *permissions, uint32_t permissions_length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct transaction unpacked = {0};
	struct provided provided = {0};
	struct cursor in = cursor_make(transaction, transaction_length);
	int result = -1;
	if (transaction_unpack(&unpacked, &in) == 0)
		in = provided_unpack(&provided, keys, keys_length, permissions, permissions_length);
	if (!in.failed)
		result = apply_check_transaction_authorization(context, &unpacked, provided.keys, provided.keys_count,
		                                               provided.permissions, provided.permissions_count);
	transaction_release(&unpacked);
	provided_release(&provided);
	if (in.failed)
		intrinsic_fail_unpack(&in);
	return answer(context, result);
}

int32_t intrinsic_check_permission_authorization(uint64_t account, uint64_t permission, const void *keys,
                                                 uint32_t keys_length, const void *permissions,
                                                 uint32_t permissions_length, uint64_t delay_us)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct permission_level level = {account, permission};
	struct provided provided;
	int result = -1;
	if (delay_us > INT64_MAX)
		intrinsic_fail(ACTION_VALIDATE_EXCEPTION, "provided delay is too large");
	struct cursor in = provided_unpack(&provided, keys, keys_length, permissions, permissions_length);
	if (!in.failed)
		result = apply_check_permission_authorization(context, &level, provided.keys, provided.keys_count,
		                                              provided.permissions, provided.permissions_count,
		                                              (int64_t)delay_us);
	provided_release(&provided);
	if (in.failed)
		intrinsic_fail_unpack(&in);
	return answer(context, result);
}

int64_t intrinsic_get_permission_last_used(uint64_t account, uint64_t permission)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct permission_object object;
	const struct permission_level level = {account, permission};
	intrinsic_check(
		authorization_permission(map_edit_view(context->transaction->edit), &object, &level, context->error));
	return object.last_used;
}

int64_t intrinsic_get_account_creation_time(uint64_t account)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct account_object object;
	if (!account_get(map_edit_view(context->transaction->edit), &object, account))
		intrinsic_fail(ACTION_VALIDATE_EXCEPTION, "account '%s' does not exist", name_text(account).text);
	return slot_to_us(object.creation_slot);
}
