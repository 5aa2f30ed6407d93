/* The numbers of eosio.system's rules (contracts.md 5.1): for the contract, and for those who tell what it
 * would do. */
#ifndef EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_RULES_H
#define EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_RULES_H

#include <stdint.h>

#define MINIMUM_ACTIVATED_STAKE INT64_C(1500000000000) /* 150 million tokens: 15 % */
#define MINIMUM_PERVOTE_DAILY_PAY INT64_C(1000000)
#define MICROSECONDS_PER_DAY INT64_C(86400000000)
#define CONTINUOUS_RATE 0.04879
#define MICROSECONDS_PER_YEAR (52.0 * 7.0 * 24.0 * 3600.0 * 1000000.0)
enum {
	REFUND_DELAY_SECONDS = 259200,
	FAST_REFUND_DELAY_SECONDS = 10, /* of the variant that the tutorial's message-replace installs */
	SCHEDULE_SIZE = 21,
	VOTES_MAXIMUM = 30,
};

#endif
