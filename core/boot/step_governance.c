/* The chain passes to its producers: resign, and msg-replace, which replaces the system contract through a
 * multisig proposal. */
#include "core/boot/step.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* --- resign --- */

/* Items: eosio's owner and active, then those of each eosio.* account. */
static const char *resigning_account(size_t index)
{
	return index < 2 ? "eosio" : boot_system_accounts[index / 2 - 1];
}

static const char *resigning_permission(size_t index) { return index % 2 ? "active" : "owner"; }

static struct permission_level controller(size_t index)
{
	return (struct permission_level){name_literal(index < 2 ? "eosio.prods" : "eosio"),
	                                 name_literal("active")};
}

/* eosio.prods is whoever produces: while that is eosio itself, nobody could act for eosio any more. */
int step_resign_begin(struct boot_context *context, struct error *error)
{
	int elected = boot_producers_elected(context, error);

	return elected < 0 ? elected
	       : elected   ? 0
	                   : error_set(error, EAGAIN,
	                               "eosio cannot resign before elected producers are active: less than 15 %% "
	                                 "of all tokens have voted");
}

size_t step_resign_count(struct boot_context *context)
{
	(void)context;
	return 2 * (1 + BOOT_SYSTEM_ACCOUNTS);
}

int step_resign_done(struct boot_context *context, size_t index, struct error *error)
{
	struct chain_account account = {0};
	struct permission_level wanted = controller(index);
	int result = context->view->operations->account(context->view, &account,
	                                                 name_literal(resigning_account(index)), error);
	bool done = false;

	for (size_t i = 0; result == 0 && i < account.permissions_count; i++) {
		const struct chain_permission *permission = &account.permissions[i];
		const struct authority *authority = &permission->authority;
		if (permission->name == name_literal(resigning_permission(index)))
			done = authority->keys_count == 0 && authority->accounts_count == 1 &&
			       permission_level_compare(&authority->accounts[0].permission, &wanted) == 0;
	}
	chain_account_release(&account);
	if (result == -ENOENT)
		error_clear(error);
	return result == -ENOENT ? 0 : result ? result : done;
}

int step_resign_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const char *account = resigning_account(index), *permission = resigning_permission(index),
			   *parent = index % 2 ? "owner" : "";
	struct permission_level by = controller(index);
	struct authority authority = authority_of_permission(&by);
	const struct permission_level level = {name_literal(account), name_literal(permission)};

	(void)context;
	(void)error;
	make_updateauth(boot_item_next(item), &level, level.actor, level.permission, name_literal(parent),
	                  &authority);
	boot_item_by_boot_key(item);
	text_printf(&item->command,
	            "cleos push action eosio updateauth '{\"account\": \"%s\", \"permission\": \"%s\", "
	            "\"parent\": \"%s\", \"auth\": ",
	            account, permission, parent);
	authority_print(&item->command, &authority);
	text_printf(&item->command, "}' -p %s@%s", account, permission);
	authority_release(&authority);
	return 0;
}

/* --- msg-replace --- */

/* Items: an expired proposal goes, the proposer buys the RAM that is lacking, proposes, each producer
 * approves, the proposer executes. */
enum { ITEM_CANCEL, ITEM_BUY_RAM, ITEM_PROPOSE, ITEM_APPROVE };
#define PROPOSAL "fast.unstake"
#define REPLACEMENT "eosio.system.fast-refund"
enum {
	PROPOSAL_SECONDS = 24 * 3600,
	ROW_OVERHEAD = 112 + 112,  /* a row, and the table that it begins */
	LEVEL_BYTES = 16 + 8,      /* of approvals2 */
	RAM_MARGIN = 600,
};

static uint64_t proposer(const struct boot_plan *plan) { return plan->accounts.list[0].name; }

size_t step_msig_count(struct boot_context *context)
{
	return context->plan->accounts.count ? ITEM_APPROVE + boot_producers(context->plan) + 1 : 0;
}

/* The proposal's expiration, in seconds. 1, or 0: there is none. */
static int read_proposal(struct boot_context *context, uint32_t *expiration, struct error *error)
{
	struct chain_row row;
	size_t length;
	int result = boot_row(context, &row, "eosio.msig", proposer(context->plan), "proposal",
	                      name_literal(PROPOSAL), error);

	*expiration = 0;
	if (result <= 0)
		return result;
	struct cursor in = cursor_make(row.data, row.length);
	cursor_u64(&in);
	const uint8_t *packed = cursor_counted(&in, &length);
	struct cursor transaction = cursor_make(packed, length);
	*expiration = cursor_u32(&transaction);
	return 1;
}

static bool is_expired(struct boot_context *context, uint32_t expiration)
{
	return expiration < slot_to_us(context->view->slot) / 1000000;
}

static int has_approved(struct boot_context *context, uint64_t producer, struct error *error)
{
	struct chain_row row;
	int result = boot_row(context, &row, "eosio.msig", proposer(context->plan), "approvals2",
	                      name_literal(PROPOSAL), error);

	if (result <= 0)
		return result;
	struct cursor in = cursor_make(row.data, row.length);
	cursor_u8(&in);
	cursor_u64(&in);
	uint32_t requested = cursor_count(&in, LEVEL_BYTES);
	cursor_take(&in, (size_t)requested * LEVEL_BYTES);
	uint32_t provided = cursor_count(&in, LEVEL_BYTES);
	for (uint32_t i = 0; i < provided && !in.failed; i++) {
		uint64_t actor = cursor_u64(&in);
		cursor_take(&in, LEVEL_BYTES - 8);
		if (actor == producer)
			return 1;
	}
	return 0;
}

/* The RAM that the proposal takes and the proposer has not; what is there is judged by the state at the
 * step's beginning. */
static int lacking_ram(struct boot_context *context, int64_t *bytes, struct error *error)
{
	const struct bundle *replacement = bundle_find(REPLACEMENT);
	struct chain_account account = {0};
	int result = context->view->operations->account(context->view, &account, proposer(context->plan), error);

	*bytes = (int64_t)(replacement ? replacement->code->length : 0) + 2 * ROW_OVERHEAD + RAM_MARGIN +
	         LEVEL_BYTES * (int64_t)boot_producers(context->plan) - (account.ram_quota - account.ram_usage);
	if (account.ram_quota < 0 || *bytes < 0)
		*bytes = 0;
	chain_account_release(&account);
	return result;
}

int step_msig_done(struct boot_context *context, size_t index, struct error *error)
{
	uint32_t expiration;
	int64_t bytes = 0;
	int replaced = boot_has_contract(context, "eosio", REPLACEMENT, error);
	int proposed = replaced ? replaced : read_proposal(context, &expiration, error);

	if (replaced || proposed < 0)
		return replaced ? replaced : proposed;
	bool expired = proposed && is_expired(context, expiration);
	if (index == ITEM_CANCEL)
		return expired ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
	if (index == ITEM_BUY_RAM) {
		int result = proposed ? 0 : lacking_ram(context, &bytes, error);
		if (result == -ENOENT)
			error_clear(error);
		return result && result != -ENOENT ? result : bytes ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
	}
	if (index == ITEM_PROPOSE)
		return proposed && !expired;
	if (index < ITEM_APPROVE + boot_producers(context->plan))
		return proposed && !expired
		           ? has_approved(
						 context,
						 context->plan->accounts.list[context->plan->accounts.users + index - ITEM_APPROVE]
							 .name,
						 error)
		           : 0;
	return 0;
}

static int make_proposal(struct boot_context *context, struct boot_item *item, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	const struct bundle *replacement = bundle_find(REPLACEMENT);
	uint64_t eosio = name_literal("eosio"), by = proposer(plan);
	struct boot_item inner = {0};

	if (!replacement)
		return error_set(error, ENOENT, "there is no contract \"%s\" to install", REPLACEMENT);
	make_setcode(boot_item_next(&inner), eosio, replacement->code->data, replacement->code->length);
	struct transaction transaction = {.expiration = (uint32_t)(slot_to_us(context->view->slot) / 1000000) +
	                                                PROPOSAL_SECONDS,
	                                  .actions = inner.actions,
	                                  .actions_count = 1};
	struct permission_level *requested = memory_allocate(boot_producers(plan) + 1, sizeof *requested);
	text_printf(&item->command, "cleos multisig propose " PROPOSAL " '[");
	for (size_t i = 0; i < boot_producers(plan); i++) {
		uint64_t producer = plan->accounts.list[plan->accounts.users + i].name;
		requested[i] = (struct permission_level){producer, name_literal("active")};
		text_printf(&item->command, "%s{\"actor\": \"%s\", \"permission\": \"active\"}", i ? ", " : "",
		            name_text(producer).text);
	}
	make_msig_propose(boot_item_next(item), by, name_literal(PROPOSAL), requested, boot_producers(plan),
	                    &transaction);
	free(requested);
	text_append(&item->command, "]' '[{\"actor\": \"eosio\", \"permission\": \"active\"}]' eosio setcode "
	                            "'{\"account\": \"eosio\", \"vmtype\": 0, \"vmversion\": 0, "
	                            "\"code\": \"");
	text_append_hex(&item->command, replacement->code->data, replacement->code->length);
	text_printf(&item->command, "\"}' -p %s", name_text(by).text);
	boot_item_release(&inner);
	return 0;
}

int step_msig_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t by = proposer(plan);
	struct name_text text = name_text(by);
	const char *name = text.text;
	int64_t bytes = 0;
	int result = 0;

	boot_item_by_account(item, 0);
	if (index == ITEM_PROPOSE)
		return make_proposal(context, item, error);
	if (index == ITEM_BUY_RAM) {
		result = lacking_ram(context, &bytes, error);
		if (result == -ENOENT) {
			error_clear(error); /* shown before there is such an account */
			result = 0;
		}
		make_buyrambytes(boot_item_next(item), by, by, (uint32_t)bytes);
		text_printf(&item->command,
		            "cleos push action eosio buyrambytes '[\"%s\", \"%s\", %" PRId64 "]' -p %s", name, name,
		            bytes, name);
		return result;
	}
	if (index >= ITEM_APPROVE && index < ITEM_APPROVE + boot_producers(plan)) {
		size_t account = plan->accounts.users + index - ITEM_APPROVE;
		const struct permission_level level = {plan->accounts.list[account].name, name_literal("active")};
		struct name_text producer = name_text(level.actor);
		make_msig_approve(boot_item_next(item), by, name_literal(PROPOSAL), &level);
		boot_item_by_account(item, account);
		text_printf(&item->command,
		            "cleos multisig approve %s " PROPOSAL
		            " '{\"actor\": \"%s\", \"permission\": \"active\"}' -p %s",
		            name, producer.text, producer.text);
		return 0;
	}
	if (index == ITEM_CANCEL)
		make_msig_cancel(boot_item_next(item), by, name_literal(PROPOSAL), by);
	else
		make_msig_exec(boot_item_next(item), by, name_literal(PROPOSAL), by);
	text_printf(&item->command, "cleos multisig %s %s " PROPOSAL " -p %s",
	            index == ITEM_CANCEL ? "cancel" : "exec", name, name);
	return 0;
}
