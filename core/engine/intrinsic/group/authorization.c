/* Intrinsics about who authorized the action, whom it notifies, and which accounts there are. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/engine/state/account.h"

#include <string.h>

void intrinsic_require_auth(uint64_t account)
{
	intrinsic_check(apply_require_authorization(intrinsic_enter(FOR_ACTION), account));
}

void intrinsic_require_auth2(uint64_t account, uint64_t permission)
{
	intrinsic_check(apply_require_authorization_of(intrinsic_enter(FOR_ACTION), account, permission));
}

bool intrinsic_has_auth(uint64_t account)
{
	return apply_has_authorization(intrinsic_enter(FOR_ACTION), account);
}

void intrinsic_require_recipient(uint64_t account)
{
	apply_require_recipient(intrinsic_enter(FOR_ACTION), account);
}

bool intrinsic_is_account(uint64_t account)
{
	return apply_is_account(intrinsic_enter(FOR_ACTION), account);
}

/* Packed: varuint32 struct_version 0, u64 code_sequence, checksum256 code_hash, u8 vm_type, u8 vm_version. */
uint32_t intrinsic_get_code_hash(uint64_t account, uint32_t struct_version, void *packed_result,
                                 uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct account_object object;
	uint8_t packed[43] = {0};
	(void)struct_version; /* the caller's highest; 0 is the only one there is */
	if (account_get(map_edit_view(context->transaction->edit), &object, account)) {
		for (int i = 0; i < 4; i++)
			packed[1 + i] = (uint8_t)(object.code_sequence >> 8 * i);
		memcpy(packed + 9, object.code_hash.data, 32);
	}
	if (length >= sizeof packed)
		memcpy(packed_result, packed, sizeof packed);
	return sizeof packed;
}
