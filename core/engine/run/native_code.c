/* setcode and setabi (protocol.md C.5). */
#include "core/engine/run/native.h"

#include "core/base/exception.h"
#include "core/engine/engine_private.h"
#include "core/engine/state/account.h"
#include "core/types/time.h"

static int64_t code_ram(size_t length)
{
	return (int64_t)length * RAM_CODE_MULTIPLIER;
}

static int check_code(struct apply_context *context, struct account_object *account, struct checksum256 *hash,
                      const struct native_setcode *set)
{
	int result = apply_require_authorization(context, set->account);

	if (result)
		return result;
	if (set->vm_type)
		return error_chain(context->error, INVALID_CONTRACT_VM_TYPE, "code should be 0");
	if (set->vm_version)
		return error_chain(context->error, INVALID_CONTRACT_VM_VERSION, "version should be 0");
	if (set->code.length) {
		*hash = hash_sha256(set->code.data, set->code.length);
		if ((result = contract_validate(context, set->code.data, set->code.length, hash)))
			return result;
	}
	if (!account_get(map_edit_view(context->transaction->edit), account, set->account))
		return account_missing(context->error, set->account);
	if (!set->code.length && checksum256_is_zero(&account->code_hash))
		return error_chain(context->error, SET_EXACT_CODE, "contract is already cleared");
	if (set->code.length && checksum256_equal(&account->code_hash, hash))
		return error_chain(context->error, SET_EXACT_CODE,
		                   "contract is already running this version of code");
	return 0;
}

int native_apply_setcode(struct apply_context *context, const union native_data *data)
{
	struct map_edit *edit = context->transaction->edit;
	struct account_object account;
	const struct native_setcode *set = &data->setcode;
	struct checksum256 hash = {{0}};
	struct map_value old;
	int64_t change;
	int result = check_code(context, &account, &hash, set);

	if (result)
		return result;
	change = code_ram(set->code.length);
	if (!checksum256_is_zero(&account.code_hash)) {
		if (code_get(map_edit_view(edit), &old, &account.code_hash))
			change -= code_ram(old.length);
		code_release(edit, &account.code_hash);
	}
	if (set->code.length)
		code_hold(edit, &hash, set->code.data, set->code.length);
	account.code_hash = hash;
	account.code_sequence++;
	account.last_code_update = slot_to_us(pending_slot(context->transaction->pending));
	account.block_num = pending_number(context->transaction->pending);
	account_put(edit, &account);
	return change ? apply_change_ram_usage(context, set->account, change) : 0;
}

int native_apply_setabi(struct apply_context *context, const union native_data *data)
{
	struct map_edit *edit = context->transaction->edit;
	struct account_object account;
	const struct native_setabi *set = &data->setabi;
	struct map_value old = {0};
	int64_t change;
	int result = apply_require_authorization(context, set->account);

	if (result)
		return result;
	if (!account_get(map_edit_view(edit), &account, set->account))
		return account_missing(context->error, set->account);
	account_abi(map_edit_view(edit), &old, set->account);
	change = (int64_t)set->abi.length - (int64_t)old.length;
	account_abi_put(edit, set->account, set->abi.data, set->abi.length);
	account.abi_sequence++;
	account.block_num = pending_number(context->transaction->pending);
	account_put(edit, &account);
	return change ? apply_change_ram_usage(context, set->account, change) : 0;
}
