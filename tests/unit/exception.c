/* The exception table: each code that the source names has a row of that name, families, errnos; and how errors are worded. */
#include "core/base/error.h"
#include "core/base/exception.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const struct {
	uint32_t code;
	const char *name;
} named[] = {
	{OUT_OF_RANGE_EXCEPTION, "out_of_range_exception"}, {NAME_TYPE_EXCEPTION, "name_type_exception"}, {PUBLIC_KEY_TYPE_EXCEPTION, "public_key_type_exception"},
	{PRIVATE_KEY_TYPE_EXCEPTION, "private_key_type_exception"}, {AUTHORITY_TYPE_EXCEPTION, "authority_type_exception"},
	{ACTION_TYPE_EXCEPTION, "action_type_exception"}, {TRANSACTION_TYPE_EXCEPTION, "transaction_type_exception"}, {ABI_TYPE_EXCEPTION, "abi_type_exception"}, {BLOCK_ID_TYPE_EXCEPTION, "block_id_type_exception"}, {TRANSACTION_ID_TYPE_EXCEPTION, "transaction_id_type_exception"}, {PACKED_TRANSACTION_TYPE_EXCEPTION, "packed_transaction_type_exception"}, {ASSET_TYPE_EXCEPTION, "asset_type_exception"}, {SYMBOL_TYPE_EXCEPTION, "symbol_type_exception"}, {UNACTIVATED_KEY_TYPE, "unactivated_key_type"},
	{UNACTIVATED_SIGNATURE_TYPE, "unactivated_signature_type"}, {ABI_NOT_FOUND_EXCEPTION, "abi_not_found_exception"},
	{INVALID_TYPE_INSIDE_ABI, "invalid_type_inside_abi"}, {DUPLICATE_ABI_TYPE_DEF_EXCEPTION, "duplicate_abi_type_def_exception"},
	{DUPLICATE_ABI_STRUCT_DEF_EXCEPTION, "duplicate_abi_struct_def_exception"}, {DUPLICATE_ABI_ACTION_DEF_EXCEPTION, "duplicate_abi_action_def_exception"}, {DUPLICATE_ABI_TABLE_DEF_EXCEPTION, "duplicate_abi_table_def_exception"},
	{DUPLICATE_ABI_ERR_MSG_DEF_EXCEPTION, "duplicate_abi_err_msg_def_exception"}, {ABI_RECURSION_DEPTH_EXCEPTION, "abi_recursion_depth_exception"}, {ABI_CIRCULAR_DEF_EXCEPTION, "abi_circular_def_exception"}, {UNPACK_EXCEPTION, "unpack_exception"}, {PACK_EXCEPTION, "pack_exception"}, {DUPLICATE_ABI_VARIANT_DEF_EXCEPTION, "duplicate_abi_variant_def_exception"}, {UNSUPPORTED_ABI_VERSION_EXCEPTION, "unsupported_abi_version_exception"},
	{DUPLICATE_ABI_ACTION_RESULTS_DEF_EXCEPTION, "duplicate_abi_action_results_def_exception"}, {BLOCK_VALIDATE_EXCEPTION, "block_validate_exception"}, {UNLINKABLE_BLOCK_EXCEPTION, "unlinkable_block_exception"}, {BLOCK_RESOURCE_EXHAUSTED, "block_resource_exhausted"}, {WRONG_SIGNING_KEY, "wrong_signing_key"}, {WRONG_PRODUCER, "wrong_producer"},
	{INVALID_BLOCK_HEADER_EXTENSION, "invalid_block_header_extension"}, {TRANSACTION_EXCEPTION, "transaction_exception"},
	{TX_DECOMPRESSION_ERROR, "tx_decompression_error"}, {TX_NO_ACTION, "tx_no_action"}, {TX_NO_AUTHS, "tx_no_auths"},
	{CFA_IRRELEVANT_AUTH, "cfa_irrelevant_auth"}, {EXPIRED_TX_EXCEPTION, "expired_tx_exception"}, {TX_EXP_TOO_FAR_EXCEPTION, "tx_exp_too_far_exception"}, {INVALID_REF_BLOCK_EXCEPTION, "invalid_ref_block_exception"}, {TX_DUPLICATE, "tx_duplicate"},
	{DEFERRED_TX_DUPLICATE, "deferred_tx_duplicate"}, {CFA_INSIDE_GENERATED_TX, "cfa_inside_generated_tx"}, {TX_NOT_FOUND, "tx_not_found"}, {TX_TOO_BIG, "tx_too_big"}, {UNKNOWN_TRANSACTION_COMPRESSION, "unknown_transaction_compression"},
	{INVALID_TRANSACTION_EXTENSION, "invalid_transaction_extension"}, {DISALLOWED_TRANSACTION_EXTENSIONS_BAD_BLOCK_EXCEPTION, "disallowed_transaction_extensions_bad_block_exception"}, {ACTION_VALIDATE_EXCEPTION, "action_validate_exception"},
	{ACCOUNT_NAME_EXISTS_EXCEPTION, "account_name_exists_exception"}, {INVALID_ACTION_ARGS_EXCEPTION, "invalid_action_args_exception"}, {EOSIO_ASSERT_MESSAGE_EXCEPTION, "eosio_assert_message_exception"},
	{EOSIO_ASSERT_CODE_EXCEPTION, "eosio_assert_code_exception"}, {UNACCESSIBLE_API, "unaccessible_api"}, {ABORT_CALLED, "abort_called"}, {INLINE_ACTION_TOO_BIG, "inline_action_too_big"}, {UNAUTHORIZED_RAM_USAGE_INCREASE, "unauthorized_ram_usage_increase"}, {RESTRICTED_ERROR_CODE_EXCEPTION, "restricted_error_code_exception"},
	{INLINE_ACTION_TOO_BIG_NONPRIVILEGED, "inline_action_too_big_nonprivileged"}, {ACTION_RETURN_VALUE_EXCEPTION, "action_return_value_exception"}, {PERMISSION_QUERY_EXCEPTION, "permission_query_exception"}, {ACCOUNT_QUERY_EXCEPTION, "account_query_exception"}, {CONTRACT_TABLE_QUERY_EXCEPTION, "contract_table_query_exception"}, {CONTRACT_QUERY_EXCEPTION, "contract_query_exception"}, {WASM_EXCEPTION, "wasm_exception"}, {WASM_EXECUTION_ERROR, "wasm_execution_error"},
	{WASM_SERIALIZATION_ERROR, "wasm_serialization_error"}, {OVERLAPPING_MEMORY_ERROR, "overlapping_memory_error"},
	{RAM_USAGE_EXCEEDED, "ram_usage_exceeded"}, {TX_NET_USAGE_EXCEEDED, "tx_net_usage_exceeded"}, {BLOCK_NET_USAGE_EXCEEDED, "block_net_usage_exceeded"}, {TX_CPU_USAGE_EXCEEDED, "tx_cpu_usage_exceeded"}, {BLOCK_CPU_USAGE_EXCEEDED, "block_cpu_usage_exceeded"}, {DEADLINE_EXCEPTION, "deadline_exception"}, {TX_DUPLICATE_SIG, "tx_duplicate_sig"},
	{TX_IRRELEVANT_SIG, "tx_irrelevant_sig"}, {UNSATISFIED_AUTHORIZATION, "unsatisfied_authorization"}, {MISSING_AUTH_EXCEPTION, "missing_auth_exception"}, {IRRELEVANT_AUTH_EXCEPTION, "irrelevant_auth_exception"}, {INSUFFICIENT_DELAY_EXCEPTION, "insufficient_delay_exception"}, {INVALID_PERMISSION, "invalid_permission"}, {UNLINKABLE_MIN_PERMISSION_ACTION, "unlinkable_min_permission_action"}, {INVALID_PARENT_PERMISSION, "invalid_parent_permission"}, {RATE_LIMITING_STATE_INCONSISTENT, "rate_limiting_state_inconsistent"}, {UNKNOWN_BLOCK_EXCEPTION, "unknown_block_exception"}, {UNKNOWN_TRANSACTION_EXCEPTION, "unknown_transaction_exception"}, {SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION, "subjective_block_production_exception"},
	{UNSUPPORTED_FEATURE, "unsupported_feature"}, {WALLET_EXIST_EXCEPTION, "wallet_exist_exception"}, {WALLET_NONEXISTENT_EXCEPTION, "wallet_nonexistent_exception"}, {WALLET_LOCKED_EXCEPTION, "wallet_locked_exception"}, {WALLET_MISSING_PUB_KEY_EXCEPTION, "wallet_missing_pub_key_exception"}, {WALLET_INVALID_PASSWORD_EXCEPTION, "wallet_invalid_password_exception"},
	{WALLET_NOT_AVAILABLE_EXCEPTION, "wallet_not_available_exception"}, {WALLET_UNLOCKED_EXCEPTION, "wallet_unlocked_exception"},
	{KEY_EXIST_EXCEPTION, "key_exist_exception"}, {KEY_NONEXISTENT_EXCEPTION, "key_nonexistent_exception"}, {INVALID_TABLE_PAYER, "invalid_table_payer"}, {TABLE_ACCESS_VIOLATION, "table_access_violation"}, {INVALID_TABLE_ITERATOR, "invalid_table_iterator"},
	{TABLE_NOT_IN_CACHE, "table_not_in_cache"}, {TABLE_OPERATION_NOT_PERMITTED, "table_operation_not_permitted"},
	{INVALID_CONTRACT_VM_TYPE, "invalid_contract_vm_type"}, {INVALID_CONTRACT_VM_VERSION, "invalid_contract_vm_version"},
	{SET_EXACT_CODE, "set_exact_code"}, {PRODUCER_PRIV_KEY_NOT_FOUND, "producer_priv_key_not_found"}, {PRODUCER_DOUBLE_CONFIRM, "producer_double_confirm"}, {PRODUCER_SCHEDULE_EXCEPTION, "producer_schedule_exception"}, {INVALID_PROTOCOL_FEATURES_TO_ACTIVATE, "invalid_protocol_features_to_activate"}, {BLOCK_LOG_EXCEPTION, "block_log_exception"}, {BLOCK_LOG_UNSUPPORTED_VERSION, "block_log_unsupported_version"}, {CRYPTO_API_EXCEPTION, "crypto_api_exception"}, {DB_API_EXCEPTION, "db_api_exception"},
	{PROTOCOL_FEATURE_EXCEPTION, "protocol_feature_exception"}, {PROTOCOL_FEATURE_VALIDATION_EXCEPTION, "protocol_feature_validation_exception"},
};

static void every_named_code_has_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		const struct exception *row = exception_find(named[i].code);

		assert_int_equal(row->code, named[i].code);
		assert_string_equal(row->name, named[i].name);
		assert_true(*row->what && row->number > 0);
	}
}

static void unknown_codes_fall_back_to_their_family(void **state)
{
	static const struct {
		uint32_t code, row;
	} vectors[] = {{3050099, 3050000}, {3015099, 3015000}, {3081099, 3080000}, {3990000, 3000000}, {3060102, 3060000},
		{0, 0}, {13, 13}, {5, 3000000}, {UINT32_MAX, 3000000}, {3000000, 3000000}};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		assert_int_equal(exception_find(vectors[i].code)->code, vectors[i].row);
}

static void errno_says_what_a_writer_can_do(void **state)
{
	static const struct {
		uint32_t code;
		int number;
	} vectors[] = {{3010001, EINVAL}, {3040005, ETIME}, {3040008, EALREADY}, {3040009, EALREADY}, {3040011, ENOENT}, {3050001, EEXIST},
		{3050003, ECANCELED}, {3050004, ECANCELED}, {3050008, ECANCELED}, {3060001, ENOENT}, {3060002, ENOENT}, {3080001, EDQUOT},
		{3080002, EDQUOT}, {3080004, EDQUOT}, {3080006, EDQUOT}, {3090003, EACCES}, {3090004, EACCES}, {3100002, ENOENT}, {3100003, ENOENT},
		{3100008, EOPNOTSUPP}, {3120003, EPERM}, {3120004, EACCES}, {3120009, ENOENT}, {3040000, EINVAL}, {3015014, EINVAL}};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		assert_int_equal(exception_find(vectors[i].code)->number, vectors[i].number);
}

static void errors_are_set_prefixed_and_cut(void **state)
{
	struct error error = {.assert_code = 7};
	char longer[2 * ERROR_SENTENCE_SIZE];
	(void)state;
	assert_int_equal(error_set(&error, ENOENT, "no '%s'", "such"), -ENOENT);
	assert_int_equal(error.number, ENOENT);
	assert_int_equal(error.code, 0);
	assert_int_equal(error.assert_code, 0);
	assert_int_equal(error_chain(&error, EOSIO_ASSERT_MESSAGE_EXCEPTION, "again: %s", error.sentence), -ECANCELED);
	assert_int_equal(error.code, 3050003);
	error_prefix(&error, "step %d", 3);
	assert_string_equal(error.sentence, "step 3: again: no 'such'");
	assert_int_equal(error.number, ECANCELED);
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	error_set(&error, EINVAL, "%s", longer);
	assert_int_equal(strlen(error.sentence), ERROR_SENTENCE_SIZE - 1);
	error_prefix(&error, "%s", longer);
	assert_int_equal(strlen(error.sentence), ERROR_SENTENCE_SIZE - 1);
	error_clear(&error);
	assert_int_equal(error.number, 0);
	assert_string_equal(error.sentence, "");
	assert_int_equal(error_set(NULL, EPERM, "nobody listens"), -EPERM);
	assert_int_equal(error_chain(NULL, TX_DUPLICATE, "nobody listens"), -EALREADY);
	error_prefix(NULL, "nobody");
	error_clear(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_named_code_has_a_row),
		cmocka_unit_test(unknown_codes_fall_back_to_their_family),
		cmocka_unit_test(errno_says_what_a_writer_can_do),
		cmocka_unit_test(errors_are_set_prefixed_and_cut),
	};
	return cmocka_run_group_tests_name("exception", tests, NULL, NULL);
}
