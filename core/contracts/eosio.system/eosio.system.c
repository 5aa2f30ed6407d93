/* eosio.system: which function an action's name runs. The chain's own actions run without the globals
 * (contracts.md 5.3). */
#include "core/contracts/contracts.h"
#include "core/contracts/eosio.system/system.h"

static void native(struct system *system, struct reader *in)
{
	(void)system, (void)in;
}

/* Short data fails while decoding, before anything else, so a handler reads all its arguments first. */
static const struct system_row {
	const char *name;
	system_action *run;
	bool without_globals;
} rows[] = {
	{"onblock", system_onblock, false},
	{"newaccount", system_newaccount, true},
	{"updateauth", native, true},
	{"deleteauth", native, true},
	{"linkauth", native, true},
	{"unlinkauth", native, true},
	{"canceldelay", native, true},
	{"onerror", native, true},
	{"setabi", system_setabi, true},
	{"init", system_init, false},
	{"setram", system_setram, false},
	{"setramrate", system_setramrate, false},
	{"setparams", system_setparams, false},
	{"setpriv", system_setpriv, false},
	{"setalimits", system_setalimits, false},
	{"rmvproducer", system_rmvproducer, false},
	{"updtrevision", system_updtrevision, false},
	{"bidname", system_bidname, false},
	{"bidrefund", system_bidrefund, false},
	{"buyram", system_buyram, false},
	{"buyrambytes", system_buyrambytes, false},
	{"sellram", system_sellram, false},
	{"delegatebw", system_delegatebw, false},
	{"undelegatebw", system_undelegatebw, false},
	{"refund", system_refund, false},
	{"regproducer", system_regproducer, false},
	{"unregprod", system_unregprod, false},
	{"voteproducer", system_voteproducer, false},
	{"regproxy", system_regproxy, false},
	{"claimrewards", system_claimrewards, false},
	{"deposit", system_deposit, false},
	{"withdraw", system_withdraw, false},
	{"buyrex", system_buyrex, false},
	{"unstaketorex", system_unstaketorex, false},
	{"sellrex", system_sellrex, false},
	{"cnclrexorder", system_cnclrexorder, false},
	{"rentcpu", system_rentcpu, false},
	{"rentnet", system_rentnet, false},
	{"fundcpuloan", system_fundcpuloan, false},
	{"fundnetloan", system_fundnetloan, false},
	{"defcpuloan", system_defcpuloan, false},
	{"defnetloan", system_defnetloan, false},
	{"updaterex", system_updaterex, false},
	{"rexexec", system_rexexec, false},
	{"consolidate", system_consolidate, false},
	{"closerex", system_closerex, false},
};

static void apply(uint64_t receiver, uint64_t code, uint64_t action, uint32_t refund_delay_sec)
{
	char text[NAME_LENGTH + 1];
	if (code != receiver)
		return;
	name_write(text, action);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!equal_text(rows[i].name, text))
			continue;
		struct system system = {.self = receiver, .now = now_us(), .refund_delay_sec = refund_delay_sec};
		struct reader in = reader_of_action();
		if (!rows[i].without_globals)
			system_load(&system);
		rows[i].run(&system, &in);
		if (!rows[i].without_globals)
			system_store(&system);
		return;
	}
}

void eosio_system_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	apply(receiver, code, action, REFUND_DELAY_SECONDS);
}

/* What the boot tutorial's message-replace installs: refunds come after ten seconds. */
void eosio_system_fast_refund_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	apply(receiver, code, action, 10);
}
