/* The table of intrinsics: what a contract's code may import, with its WebAssembly signature and the
 * protocol feature that brings it. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/contracts/intrinsics.h"

#include <string.h>

#define PREACTIVATE_FEATURE "0ec7e080177b2c02b278d5088611686b49d739925a92d9bfcacd7fc6b74053bd"
#define GET_SENDER "f0af56d2c5a48d60a4a5b5c903edfb7db3a736a94ed589d0b797df33ff9d3e1d"
#define WTMSIG_BLOCK_SIGNATURES "299dcb6af692324b899b39f16d5a530a33062804e41f09dc97e9f156b4476707"
#define ACTION_RETURN_VALUE "c3a6138c5061cf291310887c0b5c71fcaffeab90d5deb50d3b9e687cead45071"
#define BLOCKCHAIN_PARAMETERS "5443fcf88330c586bc0e5f3dee10e7f63c76c00249c87fe4fbf7f38c082006b4"
#define GET_CODE_HASH "bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99"
#define GET_BLOCK_NUM "35c2186cc36f7bb4aeaf4487b36e57039ccf45a9136aa856a5d569ecca55ef2b"

#define ROW(name, signature, feature) {#name, signature, feature, (void (*)(void))intrinsic_##name}

/* Ascending by name. */
static const struct intrinsic intrinsics[] = {
	ROW(abort, ":v", NULL),
	ROW(action_data_size, ":i", NULL),
	ROW(activate_feature, "l:v", NULL),
	ROW(assert_recover_key, "iiiii:v", NULL),
	ROW(assert_ripemd160, "iii:v", NULL),
	ROW(assert_sha1, "iii:v", NULL),
	ROW(assert_sha256, "iii:v", NULL),
	ROW(assert_sha512, "iii:v", NULL),
	ROW(cancel_deferred, "i:i", NULL),
	ROW(check_permission_authorization, "lliiiil:i", NULL),
	ROW(check_transaction_authorization, "iiiiii:i", NULL),
	ROW(current_receiver, ":l", NULL),
	ROW(current_time, ":l", NULL),
	ROW(db_end_i64, "lll:i", NULL),
	ROW(db_find_i64, "llll:i", NULL),
	ROW(db_get_i64, "iii:i", NULL),
	ROW(db_idx128_end, "lll:i", NULL),
	ROW(db_idx128_find_primary, "lllil:i", NULL),
	ROW(db_idx128_find_secondary, "lllii:i", NULL),
	ROW(db_idx128_lowerbound, "lllii:i", NULL),
	ROW(db_idx128_next, "ii:i", NULL),
	ROW(db_idx128_previous, "ii:i", NULL),
	ROW(db_idx128_remove, "i:v", NULL),
	ROW(db_idx128_store, "lllli:i", NULL),
	ROW(db_idx128_update, "ili:v", NULL),
	ROW(db_idx128_upperbound, "lllii:i", NULL),
	ROW(db_idx256_end, "lll:i", NULL),
	ROW(db_idx256_find_primary, "llliil:i", NULL),
	ROW(db_idx256_find_secondary, "llliii:i", NULL),
	ROW(db_idx256_lowerbound, "llliii:i", NULL),
	ROW(db_idx256_next, "ii:i", NULL),
	ROW(db_idx256_previous, "ii:i", NULL),
	ROW(db_idx256_remove, "i:v", NULL),
	ROW(db_idx256_store, "llllii:i", NULL),
	ROW(db_idx256_update, "ilii:v", NULL),
	ROW(db_idx256_upperbound, "llliii:i", NULL),
	ROW(db_idx64_end, "lll:i", NULL),
	ROW(db_idx64_find_primary, "lllil:i", NULL),
	ROW(db_idx64_find_secondary, "lllii:i", NULL),
	ROW(db_idx64_lowerbound, "lllii:i", NULL),
	ROW(db_idx64_next, "ii:i", NULL),
	ROW(db_idx64_previous, "ii:i", NULL),
	ROW(db_idx64_remove, "i:v", NULL),
	ROW(db_idx64_store, "lllli:i", NULL),
	ROW(db_idx64_update, "ili:v", NULL),
	ROW(db_idx64_upperbound, "lllii:i", NULL),
	ROW(db_idx_double_end, "lll:i", NULL),
	ROW(db_idx_double_find_primary, "lllil:i", NULL),
	ROW(db_idx_double_find_secondary, "lllii:i", NULL),
	ROW(db_idx_double_lowerbound, "lllii:i", NULL),
	ROW(db_idx_double_next, "ii:i", NULL),
	ROW(db_idx_double_previous, "ii:i", NULL),
	ROW(db_idx_double_remove, "i:v", NULL),
	ROW(db_idx_double_store, "lllli:i", NULL),
	ROW(db_idx_double_update, "ili:v", NULL),
	ROW(db_idx_double_upperbound, "lllii:i", NULL),
	ROW(db_idx_long_double_end, "lll:i", NULL),
	ROW(db_idx_long_double_find_primary, "lllil:i", NULL),
	ROW(db_idx_long_double_find_secondary, "lllii:i", NULL),
	ROW(db_idx_long_double_lowerbound, "lllii:i", NULL),
	ROW(db_idx_long_double_next, "ii:i", NULL),
	ROW(db_idx_long_double_previous, "ii:i", NULL),
	ROW(db_idx_long_double_remove, "i:v", NULL),
	ROW(db_idx_long_double_store, "lllli:i", NULL),
	ROW(db_idx_long_double_update, "ili:v", NULL),
	ROW(db_idx_long_double_upperbound, "lllii:i", NULL),
	ROW(db_lowerbound_i64, "llll:i", NULL),
	ROW(db_next_i64, "ii:i", NULL),
	ROW(db_previous_i64, "ii:i", NULL),
	ROW(db_remove_i64, "i:v", NULL),
	ROW(db_store_i64, "llllii:i", NULL),
	ROW(db_update_i64, "ilii:v", NULL),
	ROW(db_upperbound_i64, "llll:i", NULL),
	ROW(eosio_assert, "ii:v", NULL),
	ROW(eosio_assert_code, "il:v", NULL),
	ROW(eosio_assert_message, "iii:v", NULL),
	ROW(eosio_exit, "i:v", NULL),
	ROW(expiration, ":i", NULL),
	ROW(get_account_creation_time, "l:l", NULL),
	ROW(get_action, "iiii:i", NULL),
	ROW(get_active_producers, "ii:i", NULL),
	ROW(get_block_num, ":i", GET_BLOCK_NUM),
	ROW(get_blockchain_parameters_packed, "ii:i", NULL),
	ROW(get_code_hash, "liii:i", GET_CODE_HASH),
	ROW(get_context_free_data, "iii:i", NULL),
	ROW(get_parameters_packed, "iiii:i", BLOCKCHAIN_PARAMETERS),
	ROW(get_permission_last_used, "ll:l", NULL),
	ROW(get_resource_limits, "liii:v", NULL),
	ROW(get_sender, ":l", GET_SENDER),
	ROW(has_auth, "l:i", NULL),
	ROW(is_account, "l:i", NULL),
	ROW(is_feature_activated, "i:i", PREACTIVATE_FEATURE),
	ROW(is_feature_active, "l:i", NULL),
	ROW(is_privileged, "l:i", NULL),
	ROW(memcmp, "iii:i", NULL),
	ROW(memcpy, "iii:i", NULL),
	ROW(memmove, "iii:i", NULL),
	ROW(memset, "iii:i", NULL),
	ROW(preactivate_feature, "i:v", PREACTIVATE_FEATURE),
	ROW(printdf, "d:v", NULL),
	ROW(printhex, "ii:v", NULL),
	ROW(printi, "l:v", NULL),
	ROW(printi128, "i:v", NULL),
	ROW(printn, "l:v", NULL),
	ROW(printqf, "i:v", NULL),
	ROW(prints, "i:v", NULL),
	ROW(prints_l, "ii:v", NULL),
	ROW(printsf, "f:v", NULL),
	ROW(printui, "l:v", NULL),
	ROW(printui128, "i:v", NULL),
	ROW(publication_time, ":l", NULL),
	ROW(read_action_data, "ii:i", NULL),
	ROW(read_transaction, "ii:i", NULL),
	ROW(recover_key, "iiiii:i", NULL),
	ROW(require_auth, "l:v", NULL),
	ROW(require_auth2, "ll:v", NULL),
	ROW(require_recipient, "l:v", NULL),
	ROW(ripemd160, "iii:v", NULL),
	ROW(send_context_free_inline, "ii:v", NULL),
	ROW(send_deferred, "iliii:v", NULL),
	ROW(send_inline, "ii:v", NULL),
	ROW(set_action_return_value, "ii:v", ACTION_RETURN_VALUE),
	ROW(set_blockchain_parameters_packed, "ii:v", NULL),
	ROW(set_parameters_packed, "ii:v", BLOCKCHAIN_PARAMETERS),
	ROW(set_privileged, "li:v", NULL),
	ROW(set_proposed_producers, "ii:l", NULL),
	ROW(set_proposed_producers_ex, "lii:l", WTMSIG_BLOCK_SIGNATURES),
	ROW(set_resource_limits, "llll:v", NULL),
	ROW(sha1, "iii:v", NULL),
	ROW(sha256, "iii:v", NULL),
	ROW(sha512, "iii:v", NULL),
	ROW(tapos_block_num, ":i", NULL),
	ROW(tapos_block_prefix, ":i", NULL),
	ROW(transaction_size, ":i", NULL),
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
