/* The contracts' rules; see system_rules.h. */
#include "core/chain/system_rules.h"

#include "core/base/seconds.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- who acts --- */

/* Parameters that name who acts. What stands further up decides: `open` is of an owner, but the ram_payer
 * acts. */
static const char *const actor_fields[] = {"executer", "canceler", "ram_payer", "from",   "owner",
                                           "voter",    "account",  "payer",     "creator", "proposer",
                                           "proxy",    "producer", "bidder",    "user"};

/* These are done to the account that they name. */
static const struct {
	const char *contract, *action;
} privileged[] = {
	{"eosio", "setpriv"},    {"eosio", "setalimits"}, {"eosio", "rmvproducer"}, {"eosio", "setacctram"},
	{"eosio", "setacctnet"}, {"eosio", "setacctcpu"}, {"eosio.wrap", "exec"},
};

static bool is_privileged(uint64_t contract, uint64_t action)
{
	for (size_t i = 0; i < sizeof privileged / sizeof *privileged; i++)
		if (name_literal(privileged[i].contract) == contract && name_literal(privileged[i].action) == action)
			return true;
	return false;
}

int action_actor_field(const struct abi *abi, uint64_t contract, uint64_t action)
{
	const char *type = abi_action_type(abi, action), *field = NULL, *field_type = NULL;
	if (!type || is_privileged(contract, action))
		return -1;
	for (size_t i = 0; i < sizeof actor_fields / sizeof *actor_fields; i++)
		for (size_t k = 0; abi_field_at(abi, &field, &field_type, type, k); k++)
			if (strcmp(field, actor_fields[i]) == 0 &&
			    (strcmp(field_type, "name") == 0 || strcmp(field_type, "account_name") == 0))
				return (int)k;
	return -1;
}

void explain_overdrawn(struct error *error, uint64_t actor)
{
	static const char *const sentences[] = {"overdrawn balance", "no balance object found"};
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		const size_t length = strlen(error->sentence);
		if (strstr(error->sentence, sentences[i]))
			snprintf(error->sentence + length, sizeof error->sentence - length, ": that of %s",
			         name_text(actor).text);
	}
}

/* --- the RAM market (contracts.md 7.1 to 7.4) --- */

/* What `in` of one side of the market gives of the other: into the market's own token, then out of it,
 * each truncated. The weights are 0.5. */
static int64_t convert(const struct ram_market_row *market, const struct asset *from, const struct asset *to,
                       int64_t in)
{
	double supply = (double)market->supply.amount, balance = (double)(from->amount + in);
	double issued = -supply * (1.0 - sqrt(1.0 + (double)in / balance));
	if (!(issued < (double)ASSET_MAXIMUM))
		return 0;
	double ratio = 1.0 + (double)(int64_t)issued / supply;
	double out = (double)to->amount * (ratio * ratio - 1.0);
	return out < (double)ASSET_MAXIMUM ? (int64_t)out : 0;
}

int64_t ram_market_tokens(const struct ram_market_row *market, int64_t bytes)
{
	return convert(market, &market->base, &market->quote, bytes);
}

/* Less the fee of half a percent. */
static int64_t bytes_for(const struct ram_market_row *market, int64_t quantity)
{
	return convert(market, &market->quote, &market->base, quantity - (quantity + 199) / 200);
}

int64_t ram_market_price(const struct ram_market_row *market, int64_t bytes)
{
	int64_t low = 0, high = 1;
	while (bytes_for(market, high) < bytes) {
		if (high > market->quote.amount || high > INT64_C(1) << 55)
			return 0;
		low = high;
		high *= 2;
	}
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (bytes_for(market, middle) < bytes)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* --- refunds (contracts.md 7.9) --- */

uint32_t system_refund_delay(struct chain_view *view)
{
	const struct bundle *fast = bundle_find("eosio.system.fast-refund");
	struct chain_account system = {0};
	uint32_t delay = REFUND_DELAY_SECONDS;
	if (fast && view->operations->account(view, &system, name_literal("eosio"), NULL) == 0) {
		bool hollow;
		if (bundle_twin(&system.code_hash, &hollow) == fast->apply)
			delay = FAST_REFUND_DELAY_SECONDS;
	}
	chain_account_release(&system);
	return delay;
}

/* --- code of the time before WebAssembly --- */

const char *const hollow_accounts[HOLLOW_ACCOUNTS] = {"eosio", "eosio.token", "eosio.msig", "eosio.wrap"};

static const struct bundle *bundle_of(contract_apply *twin)
{
	const struct bundle *bundle = bundle_at(0);
	for (size_t i = 0; bundle && bundle->apply != twin;)
		bundle = bundle_at(++i);
	return bundle;
}

int chain_hollow_contract(struct chain_view *view, const struct bundle **out, const char *account,
                          struct error *error)
{
	struct chain_account found = {0};
	bool hollow = false;
	int result = view->operations->account(view, &found, name_literal(account), error);
	contract_apply *twin = result ? NULL : bundle_twin(&found.code_hash, &hollow);

	chain_account_release(&found);
	*out = hollow ? bundle_of(twin) : NULL;
	if (result == -ENOENT)
		error_clear(error);
	return result == -ENOENT ? 0 : result;
}

void chain_hollow_notice(struct chain_view *view, struct text *out)
{
	size_t count = 0;
	for (size_t i = 0; i < HOLLOW_ACCOUNTS; i++) {
		const struct bundle *bundle = NULL;
		if (chain_hollow_contract(view, &bundle, hollow_accounts[i], NULL) == 0 && bundle)
			text_printf(out, "%s%s", count++ ? ", " : "the contracts of ", hollow_accounts[i]);
	}
	if (count)
		text_append(out,
		            " were installed by an eosiofs without WebAssembly, and no other node can replay what "
		            "they do: `echo contracts-update > boot/run` installs them anew");
}

/* --- what a claim pays --- */

/* The part of the producer's own votes that update_votes has not yet added up (contracts.md 8.4, 8.5). */
static double votepay_share(const struct producer_row *producer, const struct producer_pay_row *share,
                            int64_t now)
{
	const int64_t three_days = 3 * MICROSECONDS_PER_DAY;
	bool after = producer->last_claim + three_days <= share->updated;
	double rate = after ? 0.0 : producer->total_votes;
	return rate > 0.0 && now > share->updated
	           ? share->votepay + rate * ((double)(now - share->updated) / SECOND_US)
	           : share->votepay;
}

static int64_t vote_pay(const struct producer_row *producer, const struct producer_pay_row *share,
                        const struct global_row *global, int64_t now)
{
	const double bucket = (double)global->pervote_bucket;
	double total = global->total_votepay_share, pay = 0;
	if (global->revision == 0) {
		if (global->total_producer_vote_weight > 0)
			pay = bucket * producer->total_votes / global->total_producer_vote_weight;
	} else if (producer->last_claim + 3 * MICROSECONDS_PER_DAY > now) {
		if (now > global->last_vpay_update)
			total += global->votepay_share_change_rate *
			         ((double)(now - global->last_vpay_update) / SECOND_US);
		if (total > 0)
			pay = votepay_share(producer, share, now) * bucket / total;
	}
	int64_t whole = pay < bucket ? (int64_t)pay : global->pervote_bucket;
	return whole < MINIMUM_PERVOTE_DAILY_PAY ? 0 : whole;
}

struct claim_pay claim_pay_compute(const struct producer_row *producer, const struct producer_pay_row *share,
                                   struct global_row *global, int64_t supply, int64_t now)
{
	struct claim_pay pay = {0};
	int64_t elapsed = now - global->last_pervote_bucket_fill;
	if (elapsed > 0 && global->last_pervote_bucket_fill > 0) {
		int64_t issued = (int64_t)(CONTINUOUS_RATE * (double)supply * (double)elapsed /
		                           MICROSECONDS_PER_YEAR);
		int64_t producers = issued / 5;
		global->perblock_bucket += producers / 4;
		global->pervote_bucket += producers - producers / 4;
	}
	if (global->total_unpaid_blocks > 0)
		pay.blocks = (int64_t)((uint64_t)global->perblock_bucket * producer->unpaid_blocks) /
		             (int64_t)global->total_unpaid_blocks;
	pay.votes = vote_pay(producer, share, global, now);
	return pay;
}
