/* The table of options, and their values as text. */
#include "core/boot/option.h"

#include "core/base/memory.h"
#include "core/types/asset.h"
#include "core/types/genesis.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HIDDEN "hidden"
#define UNITS(tokens) (UINT64_C(10000) * (tokens))
#define SUPPLY UNITS(10000000000)

const struct boot_option boot_options[BOOT_OPTIONS] = {
	[OPTION_PUBLIC_KEY] = {"public-key", BOOT_OPTION_PUBLIC_KEY, GENESIS_PUBLIC_KEY, 0, 0,
	                       "the key of eosio and of the eosio.* accounts", "sys"},
	[OPTION_PRIVATE_KEY] = {"private-key", BOOT_OPTION_PRIVATE_KEY, GENESIS_PRIVATE_KEY, 0, 0,
	                        "its private half, never shown; an empty line: the tutorial's own", NULL},
	[OPTION_SYMBOL] = {"symbol", BOOT_OPTION_SYMBOL, "SYS", 0, 0, "the core token", "tokens"},
	[OPTION_USER_LIMIT] = {"user-limit", BOOT_OPTION_COUNT, "3000", 0, 1000000, "how many users (0: all)",
	                       "tokens"},
	[OPTION_MAX_USER_KEYS] = {"max-user-keys", BOOT_OPTION_COUNT, "50000", 0, 99000,
	                          "how many users' keys go into the wallet: those of the first ones", NULL},
	[OPTION_RAM_FUNDS] = {"ram-funds", BOOT_OPTION_QUANTITY, "0.1", 1, UNITS(1000000),
	                      "tokens spent on RAM for each account", "stake"},
	[OPTION_MIN_STAKE] = {"min-stake", BOOT_OPTION_QUANTITY, "0.9", 0, UNITS(1000000),
	                      "tokens staked before anything is left liquid", "stake"},
	[OPTION_MAX_UNSTAKED] = {"max-unstaked", BOOT_OPTION_QUANTITY, "10", 0, SUPPLY,
	                         "the most tokens that are left liquid", "stake"},
	[OPTION_PRODUCER_LIMIT] = {"producer-limit", BOOT_OPTION_COUNT, "0", 0, 3000,
	                           "how many producers (0: all)", "tokens"},
	[OPTION_MIN_PRODUCER_FUNDS] = {"min-producer-funds", BOOT_OPTION_QUANTITY, "1000.0000", 0, UNITS(1000000),
	                               "tokens a producer has at least", "tokens"},
	[OPTION_NUM_PRODUCERS_VOTE] = {"num-producers-vote", BOOT_OPTION_COUNT, "20", 1, 30,
	                               "how many producers each voter votes for", "vote"},
	[OPTION_NUM_VOTERS] = {"num-voters", BOOT_OPTION_COUNT, "10", 0, 1000000, "how many accounts vote",
	                       "vote"},
	[OPTION_NUM_SENDERS] = {"num-senders", BOOT_OPTION_COUNT, "10", 2, 1000000,
	                        "how many accounts send each other random transfers", NULL},
	[OPTION_PRODUCER_SYNC_DELAY] =
		{"producer-sync-delay", BOOT_OPTION_COUNT, "80", 0, 86400,
		 "seconds that producers' own nodes get to catch up; the embedded chain needs none", NULL},
	[OPTION_EXTRA_ISSUE] = {"extra-issue", BOOT_OPTION_QUANTITY, "0", 0, SUPPLY,
	                        "tokens issued to eosio beyond the allocation", "tokens"},
	[OPTION_SEED] = {"seed", BOOT_OPTION_COUNT, "2018", 0, UINT64_MAX,
	                 "what funds, votes and generated keys are drawn from", "tokens"},
	[OPTION_TOPOLOGY] = {"topology", BOOT_OPTION_TOPOLOGY, "mesh", 0, 0,
	                     "how the producers' nodes are linked: mesh, star, ring, line or random", NULL},
	[OPTION_NODEOS] = {"nodeos", BOOT_OPTION_TEXT, "../../build/programs/nodeos/nodeos", 0, 0,
	                   "with real nodes: the program", NULL},
	[OPTION_KEOSD] = {"keosd", BOOT_OPTION_TEXT, "../../build/programs/keosd/keosd", 0, 0,
	                  "with real nodes: the program", NULL},
	[OPTION_CLEOS] = {"cleos", BOOT_OPTION_TEXT, "../../build/programs/cleos/cleos", 0, 0,
	                  "with real nodes: the program", NULL},
	[OPTION_CONTRACTS_DIR] = {"contracts-dir", BOOT_OPTION_TEXT, "../../build/contracts/", 0, 0,
	                          "with real nodes: where the contracts are", NULL},
	[OPTION_NODES_DIR] = {"nodes-dir", BOOT_OPTION_TEXT, "./nodes/", 0, 0,
	                      "with real nodes: where their folders are", NULL},
	[OPTION_WALLET_DIR] = {"wallet-dir", BOOT_OPTION_TEXT, "./wallet/", 0, 0,
	                       "with real nodes: keosd's folder", NULL},
	[OPTION_GENESIS] = {"genesis", BOOT_OPTION_TEXT, "./genesis.json", 0, 0,
	                    "with real nodes: the genesis file", NULL},
	[OPTION_LOG_PATH] = {"log-path", BOOT_OPTION_TEXT, "./output.log", 0, 0,
	                     "with real nodes: where the commands are written", NULL},
	[OPTION_HTTP_PORT] = {"http-port", BOOT_OPTION_COUNT, "8000", 1, 65535,
	                      "with real nodes: the first HTTP port", NULL},
};

static const char *const topologies[] = {"mesh", "star", "ring", "line", "random"};

void boot_settings_reset(struct boot_settings *settings)
{
	memory_wipe(settings, sizeof *settings);
	for (size_t i = 0; i < BOOT_OPTIONS; i++)
		snprintf(settings->value[i], BOOT_OPTION_SIZE, "%s", boot_options[i].standard);
}

int boot_option_find(const char *name, struct error *error)
{
	for (int i = 0; i < BOOT_OPTIONS; i++)
		if (strcmp(boot_options[i].name, name) == 0)
			return i;
	return error_set(error, ENOENT, "there is no boot option \"%s\"", name);
}

static int parse_count(uint64_t *out, const char *value)
{
	char *end = NULL;
	if (value[0] < '0' || value[0] > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoull(value, &end, 10);
	return *end ? -EINVAL : errno ? -ERANGE : 0;
}

/* "10", "0.1", "1000.0000", also with the core symbol behind it. */
static int parse_units(int64_t *out, const char *value, const struct boot_settings *settings)
{
	struct asset asset;
	uint64_t symbol = boot_settings_symbol(settings);
	char text[BOOT_OPTION_SIZE + SYMBOL_TEXT_SIZE];

	snprintf(text, sizeof text, "%s%s%s", value, strchr(value, ' ') ? "" : " ",
	         strchr(value, ' ') ? "" : symbol_code_text(symbol_code(symbol)).text);
	if (value[0] < '0' || value[0] > '9' || asset_parse_as(&asset, text, symbol, NULL) != 0)
		return -EINVAL;
	*out = asset.amount;
	return 0;
}

static int check_count(const struct boot_option *option, const char *value, struct error *error)
{
	uint64_t number = 0;
	int result = parse_count(&number, value);

	if (result == -EINVAL)
		return error_set(error, EINVAL, "%s: \"%s\" is no whole number: %s", option->name, value,
		                 option->help);
	if (result || number < option->minimum || number > option->maximum)
		return error_set(error, ERANGE, "%s: %s is out of range, which is %" PRIu64 " to %" PRIu64 ": %s",
		                 option->name, value, option->minimum, option->maximum, option->help);
	return 0;
}

static int check_quantity(const struct boot_settings *settings, const struct boot_option *option,
                          const char *value, struct error *error)
{
	int64_t units = 0;
	if (parse_units(&units, value, settings) != 0)
		return error_set(error, EINVAL, "%s: \"%s\" is no quantity of tokens such as %s: %s", option->name,
		                 value, option->standard, option->help);
	if ((uint64_t)units < option->minimum || (uint64_t)units > option->maximum)
		return error_set(error, ERANGE,
		                 "%s: %s is out of range, which is %" PRIu64 ".%04" PRIu64 " to %" PRIu64
		                 ".%04" PRIu64 ": %s",
		                 option->name, value, option->minimum / 10000, option->minimum % 10000,
		                 option->maximum / 10000, option->maximum % 10000, option->help);
	return 0;
}

static int check_key(const struct boot_option *option, const char *value, struct error *error)
{
	struct public_key public;
	struct private_key private;
	int result;
	if (option->kind == BOOT_OPTION_PUBLIC_KEY) {
		result = public_key_parse(&public, value, error);
	} else {
		result = private_key_parse(&private, value, error);
		memory_wipe(&private, sizeof private);
	}
	if (result)
		error_prefix(error, "%s", option->name);
	return result;
}

static int check_word(const struct boot_option *option, const char *value, struct error *error)
{
	uint64_t code;
	if (option->kind == BOOT_OPTION_SYMBOL) {
		if (symbol_code_parse(&code, value, NULL) == 0 && code != 0)
			return 0;
		return error_set(error, EINVAL, "%s: \"%s\" is no symbol code: 1 to 7 letters A to Z", option->name,
		                 value);
	}
	for (size_t i = 0; i < sizeof topologies / sizeof *topologies; i++)
		if (strcmp(value, topologies[i]) == 0)
			return 0;
	return error_set(error, EINVAL, "%s: \"%s\" is none of mesh, star, ring, line and random",
	                 option->name, value);
}

static int check(const struct boot_settings *settings, const struct boot_option *option, const char *value,
                 struct error *error)
{
	switch (option->kind) {
	case BOOT_OPTION_COUNT:
		return check_count(option, value, error);
	case BOOT_OPTION_QUANTITY:
		return check_quantity(settings, option, value, error);
	case BOOT_OPTION_PUBLIC_KEY:
	case BOOT_OPTION_PRIVATE_KEY:
		return check_key(option, value, error);
	case BOOT_OPTION_SYMBOL:
	case BOOT_OPTION_TOPOLOGY:
		return check_word(option, value, error);
	case BOOT_OPTION_TEXT:
		break;
	}
	return strchr(value, '\n') ? error_set(error, EINVAL, "%s takes one line", option->name) : 0;
}

int boot_settings_set(struct boot_settings *settings, size_t option, const char *value, struct error *error)
{
	const struct boot_option *row = &boot_options[option];
	if (row->kind == BOOT_OPTION_PRIVATE_KEY && strcmp(value, HIDDEN) == 0)
		return 0;
	if (value[0] == '\0')
		value = row->standard;
	if (strlen(value) >= BOOT_OPTION_SIZE)
		return error_set(error, EINVAL, "%s: a value has at most %d characters", row->name,
		                 BOOT_OPTION_SIZE - 1);
	int result = check(settings, row, value, error);
	if (result)
		return result;
	char *kept = settings->value[option];
	memory_wipe(kept, BOOT_OPTION_SIZE);
	memcpy(kept, value, strlen(value));
	/* The symbol of quantities is the option `symbol`, whatever it is when they are used. */
	if (row->kind == BOOT_OPTION_QUANTITY)
		memset(kept + strcspn(kept, " "), 0, BOOT_OPTION_SIZE - strcspn(kept, " "));
	return 0;
}

const char *boot_settings_shown(const struct boot_settings *settings, size_t option)
{
	return boot_options[option].kind == BOOT_OPTION_PRIVATE_KEY ? HIDDEN : settings->value[option];
}

uint64_t boot_settings_count(const struct boot_settings *settings, size_t option)
{
	uint64_t number = 0;
	parse_count(&number, settings->value[option]);
	return number;
}

int64_t boot_settings_units(const struct boot_settings *settings, size_t option)
{
	int64_t units = 0;
	parse_units(&units, settings->value[option], settings);
	return units;
}

uint64_t boot_settings_symbol(const struct boot_settings *settings)
{
	uint64_t code = 0;
	symbol_code_parse(&code, settings->value[OPTION_SYMBOL], NULL);
	return code << 8 | 4;
}

void boot_settings_print(struct text *out, const struct boot_settings *settings)
{
	for (size_t i = 0; i < BOOT_OPTIONS; i++)
		if (strcmp(settings->value[i], boot_options[i].standard) != 0)
			text_printf(out, "%s %s\n", boot_options[i].name, settings->value[i]);
}

void boot_settings_parse(struct boot_settings *settings, const char *text)
{
	char line[2 * BOOT_OPTION_SIZE];
	while (*text) {
		size_t length = strcspn(text, "\n"), name = strcspn(text, " \n");
		if (length < sizeof line && name < length) {
			memcpy(line, text, length);
			line[length] = line[name] = '\0';
			int option = boot_option_find(line, NULL);
			if (option >= 0)
				boot_settings_set(settings, (size_t)option, line + name + 1, NULL);
		}
		text += length;
		text += *text == '\n';
	}
	memory_wipe(line, sizeof line);
}
