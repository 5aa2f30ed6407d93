/* New accounts. Before eosio.system is installed a plain newaccount; afterwards newaccount, RAM and stake
 * in one transaction, as `cleos system newaccount` does. */
#include "fs/files/create_account.h"

#include "core/base/exception.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/defaults.h"
#include "fs/tree/write/command.h"

#include <errno.h>

enum { ACTIONS_MAXIMUM = 3, KILOBYTE = 1024 };

struct new_account {
	uint64_t name, creator;
	bool has_key;  /* else a new one is made */
	bool made_key; /* and goes again when the account cannot be made */
	struct public_key owner, active;
	struct asset stake_net, stake_cpu;
	int64_t ram_bytes;
	struct asset ram; /* instead of bytes, when its symbol is not 0 */
	bool transfer;
	const char *system_option; /* an option given that only eosio.system understands */
};

static bool has_system_contract(struct chain_view *view)
{
	struct chain_abi *abi = NULL;
	if (chain_abi_get(view, &abi, name_literal("eosio"), NULL) != 0)
		return false;
	bool has = abi_action_type(abi->abi, name_literal("delegatebw")) &&
	           abi_action_type(abi->abi, name_literal("buyrambytes"));
	chain_abi_release(view->chain, abi);
	return has;
}

static int make_key(struct request *request, struct new_account *account, struct error *error)
{
	struct name_text label = name_text(account->name);
	int result = 0;
	if (account->has_key)
		return 0;
	if (label.text[0] == '.')
		return error_set(error, EINVAL, "\"%s\" is no account name: it begins with a dot", label.text);
	/* A key that the user made under this label serves. It is saved before the account exists, so that no
	 * account is ever without its key. */
	if (wallet_label(request->wallet, &account->owner, label.text) < 0 ||
	    !wallet_has(request->wallet, &account->owner)) {
		result = wallet_new_key(request->wallet, &account->owner, label.text, error);
		account->made_key = result == 0;
	}
	account->active = account->owner;
	return result;
}

static void add_newaccount(struct action *actions, size_t *count, const struct new_account *account)
{
	struct authority owner = authority_of_key(&account->owner), active = authority_of_key(&account->active);

	make_newaccount(&actions[(*count)++], account->creator, account->name, &owner, &active);
	authority_release(&owner);
	authority_release(&active);
}

static void add_resources(struct action *actions, size_t *count, const struct new_account *account)
{
	if (account->ram.symbol)
		make_buyram(&actions[(*count)++], account->creator, account->name, &account->ram);
	else if (account->ram_bytes > 0)
		make_buyrambytes(&actions[(*count)++], account->creator, account->name,
		                 (uint32_t)account->ram_bytes);
	if (account->stake_net.amount || account->stake_cpu.amount)
		make_delegatebw(&actions[(*count)++], account->creator, account->name, &account->stake_net,
		                &account->stake_cpu, account->transfer);
}

static int create(struct request *request, struct new_account *account, struct error *error)
{
	struct action actions[ACTIONS_MAXIMUM] = {{0}};
	size_t count = 0;
	int result = request_view(request, error);
	if (result)
		return result;
	/* Asked before a key is made. */
	if (request->view->operations->account_exists(request->view, NULL, account->name, NULL) == 0)
		return error_chain(error, ACCOUNT_NAME_EXISTS_EXCEPTION,
		                   "Cannot create account named %s, as that name is already taken",
		                   name_text(account->name).text);
	result = request->view->operations->account_exists(request->view, NULL, account->creator, error);
	if (result)
		return result;
	bool system = has_system_contract(request->view);
	if (!system && account->system_option)
		return error_set(error, EINVAL, "%s needs the system contract, which eosio does not have yet",
		                 account->system_option);
	result = make_key(request, account, error);
	if (result == 0)
		add_newaccount(actions, &count, account);
	if (result == 0 && system)
		add_resources(actions, &count, account);
	if (result == 0)
		result = request_send(request, actions, count, error);
	if (result && account->made_key)
		wallet_remove(request->wallet, &account->owner, NULL);
	for (size_t i = 0; i < ACTIONS_MAXIMUM; i++)
		action_release(&actions[i]);
	return result;
}

static int begin(struct request *request, struct new_account *out, struct error *error)
{
	struct account_defaults defaults;
	int result = defaults_get(request, &defaults, error);
	if (result)
		return result;
	*out = (struct new_account){.creator = defaults.creator,
	                            .has_key = !defaults.new_key,
	                            .owner = defaults.key,
	                            .active = defaults.key,
	                            .stake_net = defaults.stake_net,
	                            .stake_cpu = defaults.stake_cpu,
	                            .ram_bytes = defaults.ram_bytes,
	                            .transfer = defaults.transfer};
	return 0;
}

int accounts_make(struct request *request, const char *name, struct error *error)
{
	struct new_account account;
	int result = begin(request, &account, error);
	if (result == 0)
		result = name_parse_account(&account.name, name, error);
	return result ? result : create(request, &account, error);
}

/* --- the verb --- */

enum { CREATOR, STAKE_NET, STAKE_CPU, BUY_RAM, BUY_RAM_KBYTES, BUY_RAM_BYTES, TRANSFER, OPTIONS };
static const struct command_option options[OPTIONS] = {
	[CREATOR] = {"--creator", OPTION_VALUE},
	[STAKE_NET] = {"--stake-net", OPTION_QUANTITY},
	[STAKE_CPU] = {"--stake-cpu", OPTION_QUANTITY},
	[BUY_RAM] = {"--buy-ram", OPTION_QUANTITY},
	[BUY_RAM_KBYTES] = {"--buy-ram-kbytes", OPTION_VALUE},
	[BUY_RAM_BYTES] = {"--buy-ram-bytes", OPTION_VALUE},
	[TRANSFER] = {"--transfer", OPTION_FLAG},
};

static int take_amount(struct request *request, struct asset *out, const char *text, struct error *error)
{
	int result = text ? request_view(request, error) : 0;
	return text && result == 0 ? asset_parse_as(out, text, chain_core_symbol(request->view), error) : result;
}

static int take_options(struct request *request, struct new_account *account, const struct command *command,
                        struct error *error)
{
	static const char ram[] = "RAM to buy";
	const char *const *value = command->value;
	int result = 0;
	for (size_t i = STAKE_NET; i < OPTIONS; i++)
		if (value[i])
			account->system_option = options[i].name;
	if ((value[BUY_RAM] != NULL) + (value[BUY_RAM_KBYTES] != NULL) + (value[BUY_RAM_BYTES] != NULL) > 1)
		return error_set(error, EINVAL,
		                 "only one of --buy-ram, --buy-ram-kbytes and --buy-ram-bytes can be given");
	if (value[CREATOR])
		result = name_parse_account(&account->creator, value[CREATOR], error);
	if (result == 0)
		result = take_amount(request, &account->stake_net, value[STAKE_NET], error);
	if (result == 0)
		result = take_amount(request, &account->stake_cpu, value[STAKE_CPU], error);
	if (result == 0)
		result = take_amount(request, &account->ram, value[BUY_RAM], error);
	if (result == 0 && value[BUY_RAM_BYTES])
		result = command_int64(&account->ram_bytes, value[BUY_RAM_BYTES], 0, UINT32_MAX, ram, error);
	if (result == 0 && value[BUY_RAM_KBYTES]) {
		result = command_int64(&account->ram_bytes, value[BUY_RAM_KBYTES], 0, UINT32_MAX / KILOBYTE, ram,
		                       error);
		account->ram_bytes *= KILOBYTE;
	}
	account->transfer |= value[TRANSFER] != NULL;
	return result;
}

static int take_keys(struct new_account *account, struct command *command, struct error *error)
{
	const char *owner = command_take(command);
	const char *active = command_take(command);
	if (!owner)
		return 0;
	int result = public_key_parse(&account->owner, owner, error);
	if (result == 0)
		result = public_key_parse(&account->active, active ? active : owner, error);
	account->has_key = true;
	return result;
}

int create_account_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	struct new_account account;
	int result = command_parse(&command, data, length, options, OPTIONS, error);
	if (result == 0)
		result = begin(request, &account, error);
	if (result == 0)
		result = command_take_name(&command, &account.name, "the new account's name", error);
	if (result == 0)
		result = take_keys(&account, &command, error);
	if (result == 0)
		result = command_end(&command, CREATE_ACCOUNT_USAGE, error);
	if (result == 0)
		result = take_options(request, &account, &command, error);
	if (result == 0 && !request->only_parse)
		result = create(request, &account, error);
	command_release(&command);
	return result;
}
