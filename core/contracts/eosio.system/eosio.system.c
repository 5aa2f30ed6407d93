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
#define ROW(name) {#name, system_##name, false},
	SYSTEM_ACTIONS(ROW)
#undef ROW
};

static void run_action(uint64_t receiver, uint64_t code, uint64_t action, uint32_t refund_delay_sec)
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
	run_action(receiver, code, action, REFUND_DELAY_SECONDS);
}

/* What the boot tutorial's message-replace installs: refunds come soon. */
void eosio_system_fast_refund_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	run_action(receiver, code, action, FAST_REFUND_DELAY_SECONDS);
}
