/* Checkpoints: accounts as get_account shows them. */
#include "tests/golden/replay.h"

#include <stdio.h>
#include <string.h>

bool replay_has_own_code(const struct replay *replay, uint64_t name)
{
	for (size_t i = 0; i < replay->code_accounts_count; i++)
		if (replay->code_accounts[i] == name)
			return true;
	return false;
}

static void compare_account(struct replay *replay, struct chain_view *view, const struct json *expected)
{
	/* The recording leaves out what depends on the moment; the RAM of an account with code depends on that code's size. */
	static const char *const moment[] = {"net_limit", "cpu_limit", "subjective_cpu_bill_limit", NULL};
	static const char *const moment_and_code[] = {"net_limit", "cpu_limit", "subjective_cpu_bill_limit", "ram_usage", NULL};
	struct chain_account account = {0};
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	uint64_t name;
	char what[48];
	snprintf(what, sizeof what, "account %.13s", json_name(expected));
	int result = name_parse(&name, json_name(expected), &error);
	if (!result)
		result = view->operations->account(view, &account, name, &error);
	if (!result)
		result = chain_account_print(view, &text, &account, true, &error);
	if (result)
		replay_differ(replay, what, "one", error.sentence);
	else
		replay_compare_json_text(replay, what, expected, &text, replay_has_own_code(replay, name) ? moment_and_code : moment);
	text_release(&text);
	chain_account_release(&account);
}

void replay_compare_accounts(struct replay *replay, struct chain_view *view, const struct json *accounts)
{
	for (const struct json *account = json_first(accounts); account; account = json_next(account))
		compare_account(replay, view, account);
}

static void compare_answer(struct replay *replay, struct chain_view *view, const char *account_name, const struct json *answer)
{
	static const char *const code[] = {"ram_usage", NULL};
	struct chain_account account = {0};
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	uint64_t name;
	int result = name_parse(&name, account_name, &error);
	if (!result)
		result = view->operations->account(view, &account, name, &error);
	if (!result)
		result = chain_account_print(view, &text, &account, false, &error);
	if (result)
		replay_differ(replay, account_name, "one", error.sentence);
	else
		replay_compare_json_text(replay, account_name, answer, &text, replay_has_own_code(replay, name) ? code : NULL);
	text_release(&text);
	chain_account_release(&account);
}

void replay_compare_requests(struct replay *replay, uint32_t block)
{
	for (size_t i = 0; i < replay->recording.requests_count; i++) {
		const struct json *answer = json_member(replay->recording.requests[i], "response");
		const char *path = json_string(json_member(replay->recording.requests[i], "request"));
		const char *name = json_string(json_member(answer, "account_name"));
		uint64_t head = 0;
		struct chain_view *view;
		struct error error = {0};
		json_uint64(&head, json_member(answer, "head_block_num"));
		if (!path || strcmp(path, "/v1/chain/get_account") || !name || head != block)
			continue;
		replay_at(replay, "block %u, get_account", block);
		if (chain_view_open(replay->chain, &view, NULL, NULL, &error))
			continue;
		compare_answer(replay, view, name, answer);
		chain_view_close(view);
	}
}
