/* eosio.boot: what account eosio runs until the protocol features are activated (contracts.md 4.3). The
 * actions that the chain itself carries out have empty bodies here. */
#include "core/contracts/contracts.h"
#include "core/contracts/library/send.h"

static void native(uint64_t self, struct reader *in)
{
	(void)self, (void)in;
}

static void boot_onerror(uint64_t self, struct reader *in)
{
	(void)self, (void)in;
	check(false, "the onerror action cannot be called directly");
}

static void boot_activate(uint64_t self, struct reader *in)
{
	const uint8_t *digest = read_bytes(in, 32);
	require_auth(self);
	preactivate_feature(digest);
}

static void boot_reqactivated(uint64_t self, struct reader *in)
{
	const uint8_t *digest = read_bytes(in, 32);
	(void)self;
	check(is_feature_activated(digest), "protocol feature is not activated");
}

void eosio_boot_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {
	    {"newaccount", native},   {"updateauth", native}, {"deleteauth", native},     {"linkauth", native},
	    {"unlinkauth", native},   {"canceldelay", native}, {"setcode", native},       {"setabi", native},
	    {"onerror", boot_onerror}, {"activate", boot_activate}, {"reqactivated", boot_reqactivated},
	};
	action_dispatch(actions, sizeof actions / sizeof *actions, receiver, code, action, true);
}
