/* accounts/NAME/stake, delegations and refund: tokens staked for NET and CPU, for the account itself and
 * for others (contracts.md 7.5 to 7.9). */
#include "fs/files/accounts/accounts.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "core/types/time.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is to be staked: set, or changed by. */
struct stake {
	struct asset net, cpu;
	bool relative;
};

/* What a receiver is given by the lines so far, so that two lines of one write do not both start from the
 * chain's state. */
struct running {
	uint64_t receiver;
	int64_t net, cpu;
};
struct staking {
	struct request *request;
	uint64_t from, symbol;
	struct batch batch;
	struct running *running; /* owned */
	size_t running_count, running_capacity;
};

static void staking_release(struct staking *staking)
{
	batch_release(&staking->batch);
	free(staking->running);
}

static bool is_signed(const struct command *command)
{
	const char *word = command->next < command->count ? command->word[command->next] : "";
	return *word == '+' || *word == '-';
}

static int take_stake(struct command *command, struct stake *out, uint64_t symbol, struct error *error)
{
	out->relative = is_signed(command);
	int result = command_take_quantity(command, &out->net, symbol, NULL, "the NET quantity", error);
	bool cpu_relative = is_signed(command);
	if (result == 0 && command->next == command->count)
		result = error_set(error, EINVAL,
		                   "the CPU quantity is missing: NET and CPU have one each, as in %s %s",
		                   asset_text(&out->net).text, asset_text(&out->net).text);
	if (result == 0)
		result = command_take_quantity(command, &out->cpu, symbol, NULL, "the CPU quantity", error);
	if (result == 0 && cpu_relative != out->relative)
		result = error_set(
			error, EINVAL,
			"either both quantities are set, or both have a sign and change what is staked: "
			ACCOUNTS_STAKE_USAGE);
	return result;
}

static int find_running(struct staking *staking, struct running **out, uint64_t receiver, struct error *error)
{
	struct delegation_row row = {.receiver = receiver};
	for (size_t i = 0; i < staking->running_count; i++) {
		if (staking->running[i].receiver == receiver) {
			*out = &staking->running[i];
			return 0;
		}
	}
	int result = delegation_row_read(staking->request, &row, staking->from, receiver, error);
	if (result && result != -ENOENT)
		return result;
	memory_grow(&staking->running, &staking->running_capacity, staking->running_count + 1,
	            sizeof *staking->running);
	*out = &staking->running[staking->running_count++];
	**out = (struct running){receiver, row.net.amount, row.cpu.amount};
	return 0;
}

static int delegate(struct staking *staking, uint64_t receiver, int64_t net, int64_t cpu, bool transfer,
                    struct error *error)
{
	struct action action;
	make_delegatebw(&action, staking->from, receiver, &(struct asset){net, staking->symbol},
	                &(struct asset){cpu, staking->symbol}, transfer);
	return batch_take(&staking->batch, staking->request, &action, error);
}

static int undelegate(struct staking *staking, uint64_t receiver, int64_t net, int64_t cpu,
                      struct error *error)
{
	struct action action;
	make_undelegatebw(&action, staking->from, receiver, &(struct asset){net, staking->symbol},
	                  &(struct asset){cpu, staking->symbol});
	return batch_take(&staking->batch, staking->request, &action, error);
}

static int64_t positive(int64_t value)
{
	return value > 0 ? value : 0;
}

/* The actions that bring a receiver's stake to where it is wanted; none when it is there. */
static int stake_for(struct staking *staking, uint64_t receiver, const struct stake *stake,
                     struct error *error)
{
	struct running *now = NULL;
	int result = find_running(staking, &now, receiver, error);
	if (result)
		return result;
	int64_t net = stake->relative ? stake->net.amount : stake->net.amount - now->net;
	int64_t cpu = stake->relative ? stake->cpu.amount : stake->cpu.amount - now->cpu;
	now->net += net;
	now->cpu += cpu;
	if (net < 0 || cpu < 0)
		result = undelegate(staking, receiver, positive(-net), positive(-cpu), error);
	if (result == 0 && (net > 0 || cpu > 0))
		result = delegate(staking, receiver, positive(net), positive(cpu), false, error);
	return result;
}

/* --- stake --- */

int accounts_stake_read(struct request *request, struct text *out, struct error *error)
{
	struct delegation_row row = {0};
	uint64_t symbol = 0;
	int result = delegation_row_read(request, &row, request->name[0], request->name[0], error);
	if (result && result != -ENOENT)
		return result;
	if (result == -ENOENT) {
		/* Nothing staked, once there is something to stake; before that, nothing. */
		if (!chain_market_symbol(request->view, &symbol))
			return 0;
		row.net.symbol = row.cpu.symbol = symbol;
	}
	text_printf(out, "%s %s\n", asset_text(&row.net).text, asset_text(&row.cpu).text);
	return 0;
}

int accounts_stake_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct staking staking = {.request = request, .from = request->name[0]};
	struct command command;
	struct stake stake;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = request_view(request, error);
	if (result == 0 && command.count == 0 && !chain_market_symbol(request->view, &staking.symbol))
		goto out;
	if (result == 0)
		result = require_system_contract(request, &staking.symbol, error);
	if (result == 0)
		result = take_stake(&command, &stake, staking.symbol, error);
	if (result == 0)
		result = command_end(&command, ACCOUNTS_STAKE_USAGE, error);
	if (request->only_parse)
		goto out;
	stake.relative = result == 0 && (stake.relative || request->append);
	if (result == 0)
		result = stake_for(&staking, staking.from, &stake, error);
	if (result == 0)
		result = batch_send(&staking.batch, request, error);
out:
	command_release(&command);
	staking_release(&staking);
	return result;
}

/* --- delegations --- */

struct delegations {
	struct request *request;
	struct text *out;
};

static int print_delegation(void *context, const struct chain_row *row)
{
	struct delegations *delegations = context;
	struct delegation_row delegation;
	if (delegation_row_decode(&delegation, row) != 0 ||
	    delegation.receiver == delegations->request->name[0])
		return 0;
	request_saw_block(delegations->request, row->block_num);
	text_printf(delegations->out, "%s %s %s\n", name_text(delegation.receiver).text,
	            asset_text(&delegation.net).text, asset_text(&delegation.cpu).text);
	return 0;
}

int accounts_delegations_read(struct request *request, struct text *out, struct error *error)
{
	const struct table_id id = {name_literal("eosio"), request->name[0], name_literal("delband")};
	struct delegations delegations = {request, out};
	int result = request_view(request, error);
	if (result)
		return result;
	request_saw_block(request, BLOCK_NUM_GENESIS);
	return request->view->operations->rows(request->view, &id, 0, print_delegation, &delegations, error);
}

static int take_delegation(struct staking *staking, struct command *command, struct error *error)
{
	uint64_t receiver = 0;
	struct stake stake;
	int result = command_take_name(command, &receiver, "the receiver's name", error);
	if (result == 0 && receiver == staking->from)
		result = error_set(error, EINVAL,
		                   "%s is the account itself: what it stakes for itself is in its file stake",
		                   name_text(receiver).text);
	if (result == 0)
		result = require_account(staking->request, receiver, error);
	if (result == 0)
		result = take_stake(command, &stake, staking->symbol, error);
	if (result == 0)
		result = command_end(command, ACCOUNTS_DELEGATIONS_USAGE, error);
	if (result == 0 && staking->request->again && (stake.relative || command->value[0]))
		result = error_set(error, EINVAL,
		                   "the beginning of this line has run already, and would be added again");
	if (result)
		return result;
	if (!command->value[0])
		return stake_for(staking, receiver, &stake, error);
	/* The stake becomes the receiver's own, so there is none of ours that could be set: as with cleos it
	 * is added to what they have. */
	if (stake.net.amount < 0 || stake.cpu.amount < 0)
		return error_set(error, EINVAL, "--transfer gives a stake away; %s cannot be made to give one back",
		                 name_text(receiver).text);
	return delegate(staking, receiver, stake.net.amount, stake.cpu.amount, true, error);
}

int accounts_delegations_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct command_option options[] = {{"--transfer", OPTION_FLAG}};
	struct staking staking = {.request = request, .from = request->name[0]};
	int result = 0;
	/* Lines stand for themselves: those that an earlier write has sent are done. */
	for (size_t at = request->sent, next; at < length && result == 0; at = next) {
		const char *newline = memchr(data + at, '\n', length - at);
		struct command command;
		next = newline ? (size_t)(newline - data) + 1 : length;
		result = command_parse(&command, data + at, next - at, options, 1, error);
		if (result == 0 && command.count > 0)
			result = require_system_contract(request, &staking.symbol, error);
		if (result == 0 && command.count > 0)
			result = take_delegation(&staking, &command, error);
		request->again = false;
		command_release(&command);
	}
	if (result == 0)
		result = batch_send(&staking.batch, request, error);
	staking_release(&staking);
	return result;
}

/* --- refund --- */

int accounts_refund_read(struct request *request, struct text *out, struct error *error)
{
	struct refund_row row;
	int result = refund_row_read(request, &row, request->name[0], error);
	if (result == -ENOENT) {
		text_append(out, "# nothing is pending\n");
		return 0;
	}
	if (result)
		return result;
	text_printf(out, "# pending: %s from NET, %s from CPU; due %s\n", asset_text(&row.net).text,
	            asset_text(&row.cpu).text,
	            time_point_sec_text(row.request_time + system_refund_delay(request->view)).text);
	return 0;
}

int accounts_refund_write(struct request *request, const char *data, size_t length, struct error *error)
{
	(void)data;
	(void)length;
	struct action action;
	int result = require_system_contract(request, NULL, error);
	if (result)
		return result;
	make_refund(&action, request->name[0]);
	return request_act(request, &action, error);
}
