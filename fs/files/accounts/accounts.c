/* accounts/: the list, and what an account is and uses. */
#include "fs/files/accounts/accounts.h"

#include "core/types/name.h"
#include "fs/files/system_tables.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int name_listing_add(struct name_listing *names, uint64_t name)
{
	char text[NAME_TEXT_SIZE + 16];
	snprintf(text, sizeof text, "%s%s", name_text(name).text, names->ending);
	return names->listing->add(names->listing, text);
}

uint64_t name_listing_from(const char *from, const char *ending)
{
	char text[NAME_TEXT_SIZE] = "";
	size_t length = strlen(from), cut = strlen(ending);
	uint64_t name = 0;
	if (length > cut && strcmp(from + length - cut, ending) == 0)
		length -= cut;
	if (length < sizeof text)
		memcpy(text, from, length);
	return name_parse(&name, text, NULL) == 0 ? name : 0;
}

static int list_account(void *context, uint64_t name)
{
	return name_listing_add(context, name);
}

int accounts_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	struct name_listing names = {listing, ""};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->accounts(request->view, name_listing_from(from, ""), list_account,
		                                             &names, error);
	return result < 0 ? result : 0;
}

int accounts_exists(struct request *request, struct error *error)
{
	if (!request->name[0])
		return error_set(error, ENOENT, "no such account: %s", request->capture[0]);
	int result = request_view(request, error);
	return result ? result
	                  : request->view->operations->account_exists(request->view, &request->slot,
	                                                               request->name[0], error);
}

/* The rows that get_account takes from contracts count for the time of the file, too. */
static void saw_contract_rows(struct request *request)
{
	static const char *const tables[] = {"userres", "delband", "refunds"};
	const uint64_t eosio = name_literal("eosio"), name = request->name[0];
	struct chain_row row;
	uint64_t symbol = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		request_row(request, &row, eosio, name, name_literal(tables[i]), name, NULL);
	request_row(request, &row, eosio, eosio, name_literal("voters"), name, NULL);
	if (chain_market_symbol(request->view, &symbol))
		request_row(request, &row, name_literal("eosio.token"), name, name_literal("accounts"),
		            symbol_code(symbol), NULL);
}

int accounts_info_json_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result)
		return result;
	result = chain_account_print(request->view, out, &account, NULL, true, error);
	if (result == 0)
		saw_contract_rows(request);
	chain_account_release(&account);
	return result;
}

int accounts_ram_usage_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result == 0)
		text_printf(out, "%" PRId64 "\n", account.ram_usage);
	chain_account_release(&account);
	return result;
}

static void print_limit(struct text *out, const struct chain_limit *limit)
{
	text_printf(out, "used %" PRId64 "\navailable %" PRId64 "\nmax %" PRId64 "\n", limit->used,
	            limit->available, limit->max);
}

int accounts_cpu_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result == 0)
		print_limit(out, &account.cpu_limit);
	chain_account_release(&account);
	return result;
}

int accounts_net_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result == 0)
		print_limit(out, &account.net_limit);
	chain_account_release(&account);
	return result;
}
