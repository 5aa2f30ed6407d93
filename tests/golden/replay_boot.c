/* --boot: the boot sequence of core/boot, given the recorded accounts and funds, against the checkpoints of
 * the recorded boot script. */
#include "tests/golden/replay.h"

#include "core/boot/boot.h"
#include "core/chain/embedded/embedded.h"

#include <inttypes.h>
#include <string.h>

/* Members that depend on when something happened. */
static const char *const of_the_clock[] = {
	"created",
	"last_code_update",
	"total_votes",
	"unpaid_blocks",
	"last_claim_time",
	"votepay_share",
	"last_votepay_share_update",
	"last_vote_weight",
	"proxied_vote_weight",
	"last_producer_schedule_update",
	"last_pervote_bucket_fill",
	"pervote_bucket",
	"perblock_bucket",
	"total_unpaid_blocks",
	"thresh_activated_stake_time",
	"total_producer_vote_weight",
	"last_ram_increase",
	"last_block_num",
	"total_producer_votepay_share",
	"last_vpay_state_update",
	"total_vpay_share_change_rate",
	NULL,
};

/* How the recorder set the script's options. 2018 is the seed of its generator: votes follow from it, as
 * funds would. */
static const char *const recorded_options[][2] = {
	{"user-limit", "0"}, {"num-voters", "20"}, {"extra-issue", "100"}, {"seed", "2018"},
};

/* Which steps lead to which checkpoint. */
static const struct stage {
	const char *steps, *checkpoint;
} stages[] = {
	{"wallet boot sys contracts tokens sys-contract init-sys-contract stake", "staked"},
	{"reg-prod start-prod vote", "voted"},
	{"claim proxy", "proxied"},
	{"resign", "resigned"},
};

static const struct json *account_of(const struct json *accounts, const char *name)
{
	for (const struct json *account = json_first(accounts); account; account = json_next(account))
		if (!strcmp(json_string(json_member(account, "name")), name))
			return account;
	return NULL;
}

static void print_account(struct replay *replay, struct text *out, const struct json *account)
{
	struct public_key public;
	char key[KEY_TEXT_SIZE];
	int64_t funds = 0;
	json_int64(&funds, json_member(account, "funds"));
	if (public_key_parse(&public, json_string(json_member(account, "pub")), NULL) ||
	    !recording_private_key(&replay->recording, &public))
		return;
	private_key_print(key, recording_private_key(&replay->recording, &public));
	text_printf(out, "{\"name\": \"%s\", \"pub\": \"%s\", \"pvt\": \"%s\", \"funds\": %" PRId64 "}",
	            json_string(json_member(account, "name")), json_string(json_member(account, "pub")), key,
	            funds);
}

/* The recording's second line as an accounts.json. */
static void print_accounts(struct replay *replay, struct text *out)
{
	const struct json *accounts = json_member(replay->recording.lines[1], "accounts"),
	                  *producers = json_member(replay->recording.lines[1], "producers");
	const char *between = "";

	text_append(out, "{\"users\": [");
	for (const struct json *account = json_first(accounts); account; account = json_next(account)) {
		bool produces = false;
		for (const struct json *producer = json_first(producers); producer; producer = json_next(producer))
			produces = produces || !strcmp(json_string(producer), json_string(json_member(account, "name")));
		if (produces)
			continue;
		text_append(out, between);
		print_account(replay, out, account);
		between = ",\n";
	}
	between = "], \"producers\": [";
	for (const struct json *producer = json_first(producers); producer; producer = json_next(producer)) {
		text_append(out, between);
		print_account(replay, out, account_of(accounts, json_string(producer)));
		between = ",\n";
	}
	text_append(out, "]}\n");
}

static int configure(struct replay *replay, struct boot *boot, struct error *error)
{
	struct text accounts = TEXT_EMPTY;
	int result = 0;
	for (size_t i = 0; i < sizeof recorded_options / sizeof *recorded_options && result == 0; i++) {
		result = boot_option_find(recorded_options[i][0], error);
		if (result >= 0)
			result = boot_option_write(boot, (size_t)result, recorded_options[i][1], NULL, error);
	}
	print_accounts(replay, &accounts);
	if (result == 0)
		result = boot_accounts_write(boot, text_string(&accounts), accounts.length, NULL, error);
	text_release(&accounts);
	return result;
}

static void count_step(void *context, const struct transaction_trace *trace, const char *command)
{
	struct replay *replay = context;
	(void)trace;
	(void)command;
	replay->steps++;
}

static int run_stages(struct replay *replay, struct boot *boot, const char *until, struct error *error)
{
	struct boot_runner runner = {.sent = count_step, .context = replay};
	for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
		replay_at(replay, "boot: %s", stages[i].steps);
		int result = boot_run(boot, stages[i].steps, &runner, error);
		if (result)
			return result;
		if (replay_checkpoint_named(replay, stages[i].checkpoint) && until &&
		    !strcmp(until, stages[i].checkpoint))
			break;
	}
	return 0;
}

int replay_boot(struct replay *replay, const char *until, struct error *error)
{
	static const char *const with_code[] = {"eosio", "eosio.token", "eosio.msig"};
	struct wallet *wallet = NULL;
	struct boot *boot = NULL;
	int result = wallet_open(&wallet, NULL, false, replay->signer, error);

	if (result)
		return result;
	chain_destroy(replay->chain);
	replay->chain = NULL;
	struct embedded_options options = {.genesis = &replay->recording.genesis,
	                                   .wallet = wallet,
	                                   .signer = replay->signer,
	                                   .manual_clock = true};
	result = embedded_chain_create(&replay->chain, &options, error);
	if (result == 0) {
		struct boot_environment environment = {
			.chain = replay->chain, .wallet = wallet, .signer = replay->signer};
		result = boot_create(&boot, &environment, error);
	}
	if (result == 0)
		result = configure(replay, boot, error);
	replay->ignored = of_the_clock;
	for (size_t i = 0; i < sizeof with_code / sizeof *with_code; i++)
		replay->code_accounts[replay->code_accounts_count++] = name_literal(with_code[i]);
	if (result == 0)
		result = run_stages(replay, boot, until, error);
	boot_destroy(boot);
	chain_destroy(replay->chain);
	replay->chain = NULL;
	wallet_close(wallet);
	return result;
}
