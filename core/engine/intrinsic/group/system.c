/* Intrinsics of the system: assertions, time, features, and where one stands. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

enum { ASSERT_MESSAGE_MAXIMUM = 1024 };
#define RESERVED_ERROR_CODES UINT64_C(10000000000000000000) /* from here on only the chain itself may use */

void intrinsic_eosio_assert(bool condition, const char *message)
{
	if (!condition)
		intrinsic_eosio_assert_message(false, message, (uint32_t)strnlen(message, ASSERT_MESSAGE_MAXIMUM));
}

void intrinsic_eosio_assert_message(bool condition, const void *message, uint32_t length)
{
	if (!condition)
		intrinsic_fail(EOSIO_ASSERT_MESSAGE_EXCEPTION, "assertion failure with message: %.*s",
		               (int)(length < ASSERT_MESSAGE_MAXIMUM ? length : ASSERT_MESSAGE_MAXIMUM),
		               (const char *)message);
}

void intrinsic_eosio_assert_code(bool condition, uint64_t code)
{
	if (condition)
		return;
	if (code >= RESERVED_ERROR_CODES) {
		error_chain(intrinsic_context->error, RESTRICTED_ERROR_CODE_EXCEPTION,
		            "eosio_assert_code called with reserved error code: %llu", (unsigned long long)code);
	} else {
		error_chain(intrinsic_context->error, EOSIO_ASSERT_CODE_EXCEPTION,
		            "assertion failure with error code: %llu", (unsigned long long)code);
		if (intrinsic_context->error)
			intrinsic_context->error->assert_code = code;
	}
	intrinsic_leave(LEAVE_FAILED);
}

void intrinsic_eosio_exit(int32_t code)
{
	(void)code; /* nodeos too makes nothing of it */
	intrinsic_leave(LEAVE_EXIT);
}

uint64_t intrinsic_current_time(void)
{
	return (uint64_t)apply_time(intrinsic_enter(FOR_ACTION));
}

uint64_t intrinsic_publication_time(void)
{
	return (uint64_t)intrinsic_enter(FOR_ACTION)->transaction->published;
}

bool intrinsic_is_feature_activated(const uint8_t *digest)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct checksum256 feature;
	memcpy(feature.data, digest, sizeof feature.data);
	return apply_feature_active(context, &feature);
}

uint64_t intrinsic_get_sender(void)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	uint32_t creator = apply_trace(context)->creator_ordinal;
	return creator ? context->transaction->trace->actions[creator - 1].receiver : 0;
}

uint32_t intrinsic_get_block_num(void)
{
	return intrinsic_enter(0)->transaction->trace->block_num;
}
