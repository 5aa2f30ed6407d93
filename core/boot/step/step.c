/* The table of steps: the boot script's names, in its order; `in_all` are those of its --all. */
#include "core/boot/step/step.h"

#include <errno.h>
#include <string.h>

#define STEP(handler)              \
	.count = step_##handler##_count, \
	.done = step_##handler##_done,   \
	.make = step_##handler##_make

const struct boot_step boot_steps[] = {
	{.name = "wallet", .in_all = true, STEP(wallet), .help = "fill the wallet with keys"},
	{.name = "boot", .in_all = true, STEP(boot), .help = "see to it that the boot node runs"},
	{.name = "sys",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "boot",
	 STEP(sys),
	 .help = "create the system accounts (eosio.*)"},
	{.name = "contracts",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "sys",
	 STEP(contracts),
	 .help = "install the token and the multisig contract"},
	{.name = "tokens",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "contracts",
	 STEP(tokens),
	 .help = "create the core token and issue it"},
	{.name = "sys-contract",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "tokens",
	 .begin = step_sys_contract_begin,
	 STEP(sys_contract),
	 .help = "activate the protocol features and install the system contract"},
	{.name = "init-sys-contract",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "sys-contract",
	 STEP(init),
	 .help = "initialize the system contract"},
	{.name = "stake",
	 .in_all = true,
	 .by_eosio = true,
	 .needs = "init-sys-contract",
	 .check = step_stake_check,
	 STEP(stake),
	 .help = "create the accounts with RAM, stake and liquid tokens"},
	{.name = "reg-prod",
	 .in_all = true,
	 .needs = "stake",
	 .check = step_reg_prod_check,
	 STEP(reg_prod),
	 .help = "register the producers"},
	{.name = "start-prod",
	 .in_all = true,
	 .needs = "reg-prod",
	 STEP(start_prod),
	 .help = "make and start a node for each producer"},
	{.name = "vote",
	 .in_all = true,
	 .needs = "reg-prod",
	 .check = step_vote_check,
	 STEP(vote),
	 .help = "vote for producers"},
	{.name = "claim",
	 .in_all = true,
	 .needs = "reg-prod",
	 .settled = true,
	 STEP(claim),
	 .help = "claim the rewards that are due"},
	{.name = "proxy",
	 .in_all = true,
	 .needs = "vote",
	 .settled = true,
	 STEP(proxy),
	 .help = "vote by proxy, and wait for the elected producers"},
	{.name = "resign",
	 .in_all = true,
	 .needs = "proxy",
	 .begin = step_resign_begin,
	 .settled = true,
	 STEP(resign),
	 .help = "eosio resigns to the producers, eosio.* to eosio"},
	{.name = "msg-replace",
	 .needs = "resign",
	 .settled = true,
	 STEP(msig),
	 .help = "replace the system contract through a multisig proposal"},
	{.name = "contracts-update",
	 .settled = true,
	 STEP(update),
	 .help = "install anew the contracts that an eosiofs without WebAssembly installed"},
	{.name = "xfer",
	 .needs = "stake",
	 .count = step_xfer_count,
	 .check = step_xfer_check,
	 .make = step_xfer_make,
	 .help = "random transfers, until interrupted"},
	{.name = "log",
	 .in_all = true,
	 STEP(log),
	 .help = "show the tail of the node's log"},
};
const size_t boot_steps_count = sizeof boot_steps / sizeof *boot_steps;

int boot_step_find(const char *name, struct error *error)
{
	const char *given = name;

	if (name[0] >= '0' && name[0] <= '9' && name[1] >= '0' && name[1] <= '9' && name[2] == '-')
		name += 3;
	for (size_t i = 0; i < boot_steps_count; i++)
		if (strcmp(boot_steps[i].name, name) == 0)
			return (int)i;
	return error_set(error, ENOENT, "there is no boot step \"%s\"", given);
}
