/* The table of intrinsics: what a contract's code may import, with its WebAssembly signature and the
 * protocol feature that brings it. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/contracts/intrinsics.h"

#include <string.h>

/* feature: the name of one, or COUNT for what was always there. */
#define ROW(name, signature, feature) {#name, signature, FEATURE_##feature, (void (*)(void))intrinsic_##name}

/* Ascending by name. */
static const struct intrinsic intrinsics[] = {
	ROW(abort, ":v", COUNT),
	ROW(action_data_size, ":i", COUNT),
	ROW(activate_feature, "l:v", COUNT),
	ROW(assert_recover_key, "iiiii:v", COUNT),
	ROW(assert_ripemd160, "iii:v", COUNT),
	ROW(assert_sha1, "iii:v", COUNT),
	ROW(assert_sha256, "iii:v", COUNT),
	ROW(assert_sha512, "iii:v", COUNT),
	ROW(cancel_deferred, "i:i", COUNT),
	ROW(check_permission_authorization, "lliiiil:i", COUNT),
	ROW(check_transaction_authorization, "iiiiii:i", COUNT),
	ROW(current_receiver, ":l", COUNT),
	ROW(current_time, ":l", COUNT),
	ROW(db_end_i64, "lll:i", COUNT),
	ROW(db_find_i64, "llll:i", COUNT),
	ROW(db_get_i64, "iii:i", COUNT),
	ROW(db_idx128_end, "lll:i", COUNT),
	ROW(db_idx128_find_primary, "lllil:i", COUNT),
	ROW(db_idx128_find_secondary, "lllii:i", COUNT),
	ROW(db_idx128_lowerbound, "lllii:i", COUNT),
	ROW(db_idx128_next, "ii:i", COUNT),
	ROW(db_idx128_previous, "ii:i", COUNT),
	ROW(db_idx128_remove, "i:v", COUNT),
	ROW(db_idx128_store, "lllli:i", COUNT),
	ROW(db_idx128_update, "ili:v", COUNT),
	ROW(db_idx128_upperbound, "lllii:i", COUNT),
	ROW(db_idx256_end, "lll:i", COUNT),
	ROW(db_idx256_find_primary, "llliil:i", COUNT),
	ROW(db_idx256_find_secondary, "llliii:i", COUNT),
	ROW(db_idx256_lowerbound, "llliii:i", COUNT),
	ROW(db_idx256_next, "ii:i", COUNT),
	ROW(db_idx256_previous, "ii:i", COUNT),
	ROW(db_idx256_remove, "i:v", COUNT),
	ROW(db_idx256_store, "llllii:i", COUNT),
	ROW(db_idx256_update, "ilii:v", COUNT),
	ROW(db_idx256_upperbound, "llliii:i", COUNT),
	ROW(db_idx64_end, "lll:i", COUNT),
	ROW(db_idx64_find_primary, "lllil:i", COUNT),
	ROW(db_idx64_find_secondary, "lllii:i", COUNT),
	ROW(db_idx64_lowerbound, "lllii:i", COUNT),
	ROW(db_idx64_next, "ii:i", COUNT),
	ROW(db_idx64_previous, "ii:i", COUNT),
	ROW(db_idx64_remove, "i:v", COUNT),
	ROW(db_idx64_store, "lllli:i", COUNT),
	ROW(db_idx64_update, "ili:v", COUNT),
	ROW(db_idx64_upperbound, "lllii:i", COUNT),
	ROW(db_idx_double_end, "lll:i", COUNT),
	ROW(db_idx_double_find_primary, "lllil:i", COUNT),
	ROW(db_idx_double_find_secondary, "lllii:i", COUNT),
	ROW(db_idx_double_lowerbound, "lllii:i", COUNT),
	ROW(db_idx_double_next, "ii:i", COUNT),
	ROW(db_idx_double_previous, "ii:i", COUNT),
	ROW(db_idx_double_remove, "i:v", COUNT),
	ROW(db_idx_double_store, "lllli:i", COUNT),
	ROW(db_idx_double_update, "ili:v", COUNT),
	ROW(db_idx_double_upperbound, "lllii:i", COUNT),
	ROW(db_idx_long_double_end, "lll:i", COUNT),
	ROW(db_idx_long_double_find_primary, "lllil:i", COUNT),
	ROW(db_idx_long_double_find_secondary, "lllii:i", COUNT),
	ROW(db_idx_long_double_lowerbound, "lllii:i", COUNT),
	ROW(db_idx_long_double_next, "ii:i", COUNT),
	ROW(db_idx_long_double_previous, "ii:i", COUNT),
	ROW(db_idx_long_double_remove, "i:v", COUNT),
	ROW(db_idx_long_double_store, "lllli:i", COUNT),
	ROW(db_idx_long_double_update, "ili:v", COUNT),
	ROW(db_idx_long_double_upperbound, "lllii:i", COUNT),
	ROW(db_lowerbound_i64, "llll:i", COUNT),
	ROW(db_next_i64, "ii:i", COUNT),
	ROW(db_previous_i64, "ii:i", COUNT),
	ROW(db_remove_i64, "i:v", COUNT),
	ROW(db_store_i64, "llllii:i", COUNT),
	ROW(db_update_i64, "ilii:v", COUNT),
	ROW(db_upperbound_i64, "llll:i", COUNT),
	ROW(eosio_assert, "ii:v", COUNT),
	ROW(eosio_assert_code, "il:v", COUNT),
	ROW(eosio_assert_message, "iii:v", COUNT),
	ROW(eosio_exit, "i:v", COUNT),
	ROW(expiration, ":i", COUNT),
	ROW(get_account_creation_time, "l:l", COUNT),
	ROW(get_action, "iiii:i", COUNT),
	ROW(get_active_producers, "ii:i", COUNT),
	ROW(get_block_num, ":i", GET_BLOCK_NUM),
	ROW(get_blockchain_parameters_packed, "ii:i", COUNT),
	ROW(get_code_hash, "liii:i", GET_CODE_HASH),
	ROW(get_context_free_data, "iii:i", COUNT),
	ROW(get_parameters_packed, "iiii:i", BLOCKCHAIN_PARAMETERS),
	ROW(get_permission_last_used, "ll:l", COUNT),
	ROW(get_resource_limits, "liii:v", COUNT),
	ROW(get_sender, ":l", GET_SENDER),
	ROW(has_auth, "l:i", COUNT),
	ROW(is_account, "l:i", COUNT),
	ROW(is_feature_activated, "i:i", PREACTIVATE_FEATURE),
	ROW(is_feature_active, "l:i", COUNT),
	ROW(is_privileged, "l:i", COUNT),
	ROW(memcmp, "iii:i", COUNT),
	ROW(memcpy, "iii:i", COUNT),
	ROW(memmove, "iii:i", COUNT),
	ROW(memset, "iii:i", COUNT),
	ROW(preactivate_feature, "i:v", PREACTIVATE_FEATURE),
	ROW(printdf, "d:v", COUNT),
	ROW(printhex, "ii:v", COUNT),
	ROW(printi, "l:v", COUNT),
	ROW(printi128, "i:v", COUNT),
	ROW(printn, "l:v", COUNT),
	ROW(printqf, "i:v", COUNT),
	ROW(prints, "i:v", COUNT),
	ROW(prints_l, "ii:v", COUNT),
	ROW(printsf, "f:v", COUNT),
	ROW(printui, "l:v", COUNT),
	ROW(printui128, "i:v", COUNT),
	ROW(publication_time, ":l", COUNT),
	ROW(read_action_data, "ii:i", COUNT),
	ROW(read_transaction, "ii:i", COUNT),
	ROW(recover_key, "iiiii:i", COUNT),
	ROW(require_auth, "l:v", COUNT),
	ROW(require_auth2, "ll:v", COUNT),
	ROW(require_recipient, "l:v", COUNT),
	ROW(ripemd160, "iii:v", COUNT),
	ROW(send_context_free_inline, "ii:v", COUNT),
	ROW(send_deferred, "iliii:v", COUNT),
	ROW(send_inline, "ii:v", COUNT),
	ROW(set_action_return_value, "ii:v", ACTION_RETURN_VALUE),
	ROW(set_blockchain_parameters_packed, "ii:v", COUNT),
	ROW(set_parameters_packed, "ii:v", BLOCKCHAIN_PARAMETERS),
	ROW(set_privileged, "li:v", COUNT),
	ROW(set_proposed_producers, "ii:l", COUNT),
	ROW(set_proposed_producers_ex, "lii:l", WTMSIG_BLOCK_SIGNATURES),
	ROW(set_resource_limits, "llll:v", COUNT),
	ROW(sha1, "iii:v", COUNT),
	ROW(sha256, "iii:v", COUNT),
	ROW(sha512, "iii:v", COUNT),
	ROW(tapos_block_num, ":i", COUNT),
	ROW(tapos_block_prefix, ":i", COUNT),
	ROW(transaction_size, ":i", COUNT),
};

const struct intrinsic *intrinsic_at(size_t index)
{
	return index < sizeof intrinsics / sizeof *intrinsics ? &intrinsics[index] : NULL;
}

const struct intrinsic *intrinsic_find(const char *name, size_t length)
{
	size_t low = 0, high = sizeof intrinsics / sizeof *intrinsics;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct intrinsic *at = &intrinsics[middle];
		size_t at_length = strlen(at->name);
		int order = memcmp(name, at->name, length < at_length ? length : at_length);
		if (!order && length == at_length)
			return at;
		if (order < 0 || (!order && length < at_length))
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
