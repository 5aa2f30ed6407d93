/* msg-replace: the producers replace the system contract through multisig proposals. What a proposal sends is
 * an inline action, and the tutorial's genesis allows 4 096 bytes of one, so that the first proposal raises
 * that where it is too little. */
#include "core/boot/step/step.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/chain/system_rows.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Items of each proposal: an expired one goes, the proposer buys the RAM that is lacking, proposes, each
 * producer approves, the proposer executes. */
enum { ITEM_CANCEL, ITEM_BUY_RAM, ITEM_PROPOSE, ITEM_APPROVE };
#define REPLACEMENT "eosio.system.fast-refund"
enum {
	PROPOSAL_SECONDS = 24 * 3600,
	INLINE_SIZE = 512 << 10,   /* bytes: what nodeos itself begins a chain with */
	INLINE_OVERHEAD = 100,     /* of setcode, beside the code */
	ROW_OVERHEAD = 112 + 112,  /* a row, and the table that it begins */
	LEVEL_BYTES = 16 + 8,      /* of approvals2 */
	RAM_MARGIN = 600,
};

static uint64_t proposer(const struct boot_plan *plan) { return plan->accounts.list[0].name; }

/* --- the proposals --- */

static size_t replacement_length(void)
{
	const struct bundle *replacement = bundle_find(REPLACEMENT);

	return replacement ? replacement->code->length : 0;
}

static int is_replaced(struct boot_context *context, struct error *error)
{
	return boot_has_contract(context, "eosio", REPLACEMENT, error);
}

static int make_replacement(struct boot_context *context, struct boot_item *inner, struct text *command,
                            struct error *error)
{
	const struct bundle *replacement = bundle_find(REPLACEMENT);

	(void)context;
	if (!replacement)
		return error_set(error, ENOENT, "there is no contract \"%s\" to install", REPLACEMENT);
	make_setcode(boot_item_next(inner), name_literal("eosio"), replacement->code->data,
	             replacement->code->length);
	text_append(command, "setcode '{\"account\": \"eosio\", \"vmtype\": 0, \"vmversion\": 0, \"code\": \"");
	text_append_hex(command, replacement->code->data, replacement->code->length);
	text_append(command, "\"}'");
	return 0;
}

/* Larger inline actions are of no use once the contract is there. */
static int is_large_enough(struct boot_context *context, struct error *error)
{
	struct chain_config config;
	int result = is_replaced(context, error);

	if (result)
		return result;
	result = context->view->operations->config(context->view, &config, error);
	return result ? result : config.max_inline_action_size > replacement_length() + INLINE_OVERHEAD;
}

static int make_larger(struct boot_context *context, struct boot_item *inner, struct text *command,
                       struct error *error)
{
	struct chain_config config;
	int result = context->view->operations->config(context->view, &config, error);

	if (result)
		return result;
	config.max_inline_action_size = INLINE_SIZE;
	make_setparams(boot_item_next(inner), &config);
	text_append(command, "setparams '{\"params\": ");
	chain_config_print(command, &config);
	text_append(command, "}'");
	return 0;
}

static const struct proposal {
	const char *name;
	size_t bytes; /* of its transaction, beside the code */
	bool has_code;
	int (*done)(struct boot_context *context, struct error *error); /* 1: what it is for is so */
	int (*make)(struct boot_context *context, struct boot_item *inner, struct text *command,
	            struct error *error);
} proposals[] = {
	{"inline.size", 200, false, is_large_enough, make_larger},
	{"fast.unstake", 0, true, is_replaced, make_replacement},
};
enum { PROPOSALS = sizeof proposals / sizeof *proposals };

static size_t items_each(const struct boot_plan *plan) { return ITEM_APPROVE + boot_producers(plan) + 1; }

size_t step_msig_count(struct boot_context *context)
{
	return context->plan->accounts.count ? PROPOSALS * items_each(context->plan) : 0;
}

/* --- what the chain shows --- */

/* The proposal's expiration, in seconds. 1, or 0: there is none. */
static int read_proposal(struct boot_context *context, uint32_t *expiration, const struct proposal *proposal,
                         struct error *error)
{
	struct proposal_row proposal_row;
	struct chain_row row;
	int result = boot_row(context, &row, "eosio.msig", proposer(context->plan), "proposal",
	                      name_literal(proposal->name), error);

	*expiration = 0;
	if (result <= 0)
		return result;
	if (proposal_row_decode(&proposal_row, &row) == 0) {
		struct cursor transaction = cursor_make(proposal_row.transaction, proposal_row.transaction_length);
		*expiration = cursor_u32(&transaction);
	}
	return 1;
}

static bool is_expired(struct boot_context *context, uint32_t expiration)
{
	return expiration < slot_to_us(context->view->slot) / SECOND_US;
}

struct approval_search {
	uint64_t producer;
	bool found;
};

static void look_at_approval(void *context, const struct permission_level *level, bool provided,
                             int64_t time)
{
	struct approval_search *search = context;

	(void)time;
	search->found = search->found || (provided && level->actor == search->producer);
}

static int has_approved(struct boot_context *context, const struct proposal *proposal, uint64_t producer,
                        struct error *error)
{
	struct approval_search search = {.producer = producer};
	struct chain_row row;
	int result = boot_row(context, &row, "eosio.msig", proposer(context->plan), "approvals2",
	                      name_literal(proposal->name), error);

	if (result > 0)
		approvals_row_walk(&row, true, look_at_approval, &search);
	return result < 0 ? result : search.found;
}

/* The RAM that the proposal takes and the proposer has not; what is there is judged by the state at the
 * step's beginning. */
static int lacking_ram(struct boot_context *context, int64_t *bytes, const struct proposal *proposal,
                       struct error *error)
{
	struct chain_account account = {0};
	int result = context->view->operations->account(context->view, &account, proposer(context->plan), error);

	*bytes = (int64_t)(proposal->bytes + (proposal->has_code ? replacement_length() : 0)) +
	         2 * ROW_OVERHEAD + RAM_MARGIN + LEVEL_BYTES * (int64_t)boot_producers(context->plan) -
	         (account.ram_quota - account.ram_usage);
	if (account.ram_quota < 0 || *bytes < 0)
		*bytes = 0;
	chain_account_release(&account);
	if (result == -ENOENT) { /* shown before there is such an account */
		error_clear(error);
		result = 0;
	}
	return result;
}

static int approval_done(struct boot_context *context, const struct proposal *proposal, size_t index,
                         struct error *error)
{
	const struct boot_accounts *accounts = &context->plan->accounts;

	return has_approved(context, proposal, accounts->list[accounts->users + index].name, error);
}

int step_msig_done(struct boot_context *context, size_t index, struct error *error)
{
	const struct proposal *proposal = &proposals[index / items_each(context->plan)];
	size_t item = index % items_each(context->plan);
	uint32_t expiration;
	int64_t bytes = 0;
	int done = proposal->done(context, error), proposed;

	if (done)
		return done > 0 && proposal == proposals ? BOOT_ITEM_NEEDLESS : done;
	proposed = read_proposal(context, &expiration, proposal, error);
	if (proposed < 0)
		return proposed;
	bool open = proposed && !is_expired(context, expiration);
	if (item == ITEM_CANCEL)
		return proposed && !open ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
	if (item == ITEM_BUY_RAM) {
		int result = proposed ? 0 : lacking_ram(context, &bytes, proposal, error);
		return result ? result : bytes ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
	}
	if (item == ITEM_PROPOSE)
		return open;
	return open && item < ITEM_APPROVE + boot_producers(context->plan)
	           ? approval_done(context, proposal, item - ITEM_APPROVE, error)
	           : 0;
}

/* --- what is sent --- */

static void request_approvals(const struct boot_plan *plan, struct permission_level *out,
                              struct text *command)
{
	for (size_t i = 0; i < boot_producers(plan); i++) {
		uint64_t producer = plan->accounts.list[plan->accounts.users + i].name;
		out[i] = (struct permission_level){producer, name_literal("active")};
		text_printf(command, "%s{\"actor\": \"%s\", \"permission\": \"active\"}", i ? ", " : "",
		            name_text(producer).text);
	}
}

static int make_proposal(struct boot_context *context, struct boot_item *item,
                         const struct proposal *proposal, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t by = proposer(plan);
	struct boot_item inner = {0};
	struct permission_level *requested = memory_allocate(boot_producers(plan) + 1, sizeof *requested);

	text_printf(&item->command, "cleos multisig propose %s '[", proposal->name);
	request_approvals(plan, requested, &item->command);
	text_append(&item->command, "]' '[{\"actor\": \"eosio\", \"permission\": \"active\"}]' eosio ");
	int result = proposal->make(context, &inner, &item->command, error);
	if (result == 0) {
		uint32_t now = (uint32_t)(slot_to_us(context->view->slot) / SECOND_US);
		struct transaction transaction = {
			.expiration = now + PROPOSAL_SECONDS, .actions = inner.actions, .actions_count = 1};
		make_msig_propose(boot_item_next(item), by, name_literal(proposal->name), requested,
		                  boot_producers(plan), &transaction);
	}
	text_printf(&item->command, " -p %s", name_text(by).text);
	free(requested);
	boot_item_release(&inner);
	return result;
}

static int make_purchase(struct boot_context *context, struct boot_item *item,
                         const struct proposal *proposal, struct error *error)
{
	uint64_t by = proposer(context->plan);
	struct name_text name = name_text(by);
	int64_t bytes = 0;
	int result = lacking_ram(context, &bytes, proposal, error);

	make_buyrambytes(boot_item_next(item), by, by, (uint32_t)bytes);
	text_printf(&item->command, "cleos push action eosio buyrambytes '[\"%s\", \"%s\", %" PRId64 "]' -p %s",
	            name.text, name.text, bytes, name.text);
	return result;
}

static void make_approval(struct boot_context *context, struct boot_item *item,
                          const struct proposal *proposal, size_t account)
{
	const struct boot_plan *plan = context->plan;
	const struct permission_level level = {plan->accounts.list[account].name, name_literal("active")};
	struct name_text producer = name_text(level.actor);

	make_msig_approve(boot_item_next(item), proposer(plan), name_literal(proposal->name), &level);
	boot_item_by_account(item, account);
	text_printf(&item->command,
	            "cleos multisig approve %s %s '{\"actor\": \"%s\", \"permission\": \"active\"}' -p %s",
	            name_text(proposer(plan)).text, proposal->name, producer.text, producer.text);
}

int step_msig_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	const struct proposal *proposal = &proposals[index / items_each(plan)];
	uint64_t by = proposer(plan), name = name_literal(proposal->name);
	struct name_text text = name_text(by);

	index %= items_each(plan);
	boot_item_by_account(item, 0);
	if (index == ITEM_PROPOSE)
		return make_proposal(context, item, proposal, error);
	if (index == ITEM_BUY_RAM)
		return make_purchase(context, item, proposal, error);
	if (index >= ITEM_APPROVE && index < ITEM_APPROVE + boot_producers(plan)) {
		make_approval(context, item, proposal, plan->accounts.users + index - ITEM_APPROVE);
		return 0;
	}
	const struct permission_level active = {by, name_literal("active")};
	(index == ITEM_CANCEL ? make_msig_cancel : make_msig_exec)(boot_item_next(item), by, name, &active);
	text_printf(&item->command, "cleos multisig %s %s %s -p %s", index == ITEM_CANCEL ? "cancel" : "exec",
	            text.text, proposal->name, text.text);
	return 0;
}
