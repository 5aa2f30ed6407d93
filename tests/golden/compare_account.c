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
	/* The recording leaves out what depends on the moment; the RAM of an account with code depends on that
	 * code's size. */
	static const char *const moment[] = {"net_limit", "cpu_limit", "subjective_cpu_bill_limit", NULL};
	static const char *const moment_and_code[] = {"net_limit", "cpu_limit", "subjective_cpu_bill_limit",
	                                              "ram_usage", NULL};
	struct chain_account account = {0};
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	uint64_t name;
	char what[48];
	snprintf(what, sizeof what, "account %.13s", json_name(expected));
	int result = name_parse(&name, json_name(expected), &error);
	if (result == 0)
		result = view->operations->account(view, &account, name, &error);
	if (result == 0)
		result = chain_account_print(view, &text, &account, NULL, true, &error);
	if (result)
		replay_differ(replay, what, "one", error.sentence);
	else
		replay_compare_json_text(replay, what, expected, &text,
		                         replay_has_own_code(replay, name) ? moment_and_code : moment);
	text_release(&text);
	chain_account_release(&account);
}

void replay_compare_accounts(struct replay *replay, struct chain_view *view, const struct json *accounts)
{
	for (const struct json *account = json_first(accounts); account; account = json_next(account))
		compare_account(replay, view, account);
}
