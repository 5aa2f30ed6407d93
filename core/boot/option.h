/* The options of bios-boot-tutorial.py, and seed and topology, as a table: name, kind, default, limits,
 * what it means. */
#ifndef EOSIOFS_CORE_BOOT_OPTION_H
#define EOSIOFS_CORE_BOOT_OPTION_H

#include "core/base/crypto/key.h"

enum boot_option_kind {
	BOOT_OPTION_COUNT,       /* a whole number */
	BOOT_OPTION_QUANTITY,    /* tokens, at most four digits behind the point */
	BOOT_OPTION_SYMBOL,      /* a symbol code: SYS */
	BOOT_OPTION_PUBLIC_KEY,
	BOOT_OPTION_PRIVATE_KEY, /* never shown */
	BOOT_OPTION_TEXT,        /* a path or a command; means something with real nodes */
	BOOT_OPTION_TOPOLOGY,
};

enum { BOOT_OPTION_SIZE = 256 };

enum boot_option_index {
	OPTION_PUBLIC_KEY,
	OPTION_PRIVATE_KEY,
	OPTION_SYMBOL,
	OPTION_USER_LIMIT,
	OPTION_MAX_USER_KEYS,
	OPTION_RAM_FUNDS,
	OPTION_MIN_STAKE,
	OPTION_MAX_UNSTAKED,
	OPTION_PRODUCER_LIMIT,
	OPTION_MIN_PRODUCER_FUNDS,
	OPTION_NUM_PRODUCERS_VOTE,
	OPTION_NUM_VOTERS,
	OPTION_NUM_SENDERS,
	OPTION_PRODUCER_SYNC_DELAY,
	OPTION_EXTRA_ISSUE,
	OPTION_SEED,
	OPTION_TOPOLOGY,
	OPTION_NODEOS,
	OPTION_KEOSD,
	OPTION_CLEOS,
	OPTION_CONTRACTS_DIR,
	OPTION_NODES_DIR,
	OPTION_WALLET_DIR,
	OPTION_GENESIS,
	OPTION_LOG_PATH,
	OPTION_HTTP_PORT,
	BOOT_OPTIONS
};

struct boot_option {
	const char *name;
	enum boot_option_kind kind;
	const char *standard; /* the default */
	uint64_t minimum, maximum; /* of counts; of quantities in units of 0.0001 */
	const char *help;
	const char *fixed_by; /* the step after whose end it cannot change any more; NULL: none */
};
extern const struct boot_option boot_options[BOOT_OPTIONS]; /* by enum boot_option_index */

/* Values as they were written. */
struct boot_settings {
	char value[BOOT_OPTIONS][BOOT_OPTION_SIZE];
};

void boot_settings_reset(struct boot_settings *settings);
/* The index, or -ENOENT with a sentence. */
int boot_option_find(const char *name, struct error *error);
/* Checks a value and keeps it in its printed form; "" is the default again. -EINVAL, -ERANGE with a
 * sentence that names option and value. */
int boot_settings_set(struct boot_settings *settings, size_t option, const char *value, struct error *error);
/* As boot/options/NAME shows it: a private key is "hidden", which boot_settings_set() takes as no change. */
const char *boot_settings_shown(const struct boot_settings *settings, size_t option);

uint64_t boot_settings_count(const struct boot_settings *settings, size_t option);
int64_t boot_settings_units(const struct boot_settings *settings, size_t option); /* units of 0.0001 */
uint64_t boot_settings_symbol(const struct boot_settings *settings);              /* 4 digits */

/* `NAME VALUE` lines, only what differs from the defaults; what is not understood is passed over when
 * reading. */
void boot_settings_print(struct text *out, const struct boot_settings *settings);
void boot_settings_parse(struct boot_settings *settings, const char *text);

#endif
