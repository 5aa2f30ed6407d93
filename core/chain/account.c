/* get_account's JSON (protocol.md F.3), made of what any chain can tell. */
#include "core/chain/chain.h"

#include "core/chain/print.h"
#include "core/chain/system_rows.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

void chain_account_release(struct chain_account *account)
{
	for (size_t i = 0; i < account->permissions_count; i++) {
		authority_release(&account->permissions[i].authority);
		free(account->permissions[i].linked_actions);
	}
	free(account->permissions);
	free(account->any_linked_actions);
	*account = (struct chain_account){0};
}

const struct chain_permission *chain_account_permission(const struct chain_account *account, uint64_t name)
{
	for (size_t i = 0; i < account->permissions_count; i++)
		if (account->permissions[i].name == name)
			return &account->permissions[i];
	return NULL;
}

/* A.8: positive values above 2^32 - 1 are quoted, negative ones never. */
static void print_int64(struct text *out, const char *before, int64_t value)
{
	text_append(out, before);
	if (value < 0)
		text_printf(out, "%" PRId64, value);
	else
		chain_print_number(out, (uint64_t)value);
}

static void print_limit(struct text *out, const char *name, const struct chain_limit *limit, bool comparable)
{
	text_printf(out, ",\"%s\":{", name);
	print_int64(out, "\"used\":", limit->used);
	print_int64(out, ",\"available\":", limit->available);
	print_int64(out, ",\"max\":", limit->max);
	text_printf(out, ",\"last_usage_update_time\":\"%s\"", slot_text(limit->last_usage_slot).text);
	if (!comparable)
		print_int64(out, ",\"current_used\":", limit->current_used);
	text_append_char(out, '}');
}

/* [{"account":"a","action":"b"},…]; without action: the whole contract. */
static void print_linked_actions(struct text *out, const struct chain_linked_action *links, size_t count)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		text_printf(out, "%s{\"account\":\"%s\"", i ? "," : "", name_text(links[i].account).text);
		if (links[i].action)
			text_printf(out, ",\"action\":\"%s\"", name_text(links[i].action).text);
		text_append_char(out, '}');
	}
	text_append_char(out, ']');
}

static void print_permissions(struct chain *chain, struct text *out, const struct chain_account *account)
{
	text_append(out, ",\"permissions\":[");
	for (size_t i = 0; i < account->permissions_count; i++) {
		const struct chain_permission *permission = &account->permissions[i];
		text_printf(out, "%s{\"perm_name\":\"%s\",\"parent\":\"%s\",\"required_auth\":", i ? "," : "",
		            name_text(permission->name).text, name_text(permission->parent).text);
		chain_print_authority(chain, out, &permission->authority);
		text_append(out, ",\"linked_actions\":");
		print_linked_actions(out, permission->linked_actions, permission->linked_actions_count);
		text_append_char(out, '}');
	}
	text_append_char(out, ']');
}

/* What nodeos takes from the system contract's tables: member, type of the row, table; the scope is the
 * account or eosio. */
static const struct contract_member {
	const char *member, *type, *table;
	bool in_account_scope;
} contract_members[] = {
	{"total_resources", "user_resources", "userres", true},
	{"self_delegated_bandwidth", "delegated_bandwidth", "delband", true},
	{"refund_request", "refund_request", "refunds", true},
	{"voter_info", "voter_info", "voters", false},
	{"rex_info", "rex_balance", "rexbal", false},
};

static int print_contract_members(struct chain_view *view, struct text *out, uint64_t account,
                                  const struct chain_abi *abi, struct error *error)
{
	const uint64_t eosio = name_literal("eosio");

	for (size_t i = 0; i < sizeof contract_members / sizeof *contract_members; i++) {
		const struct contract_member *member = &contract_members[i];
		struct table_id id = {eosio, member->in_account_scope ? account : eosio, name_literal(member->table)};
		struct chain_row row;
		int result = abi ? view->operations->row(view, &row, &id, account, NULL) : -ENOENT;
		if (result && result != -ENOENT) /* what else it is is told, what is usual costs no sentence */
			result = view->operations->row(view, &row, &id, account, error);
		text_printf(out, ",\"%s\":", member->member);
		if (result == -ENOENT) {
			text_append(out, "null");
		} else if (result == 0) {
			struct cursor in = cursor_make(row.data, row.length);
			/* another contract's table of that name: nodeos shows null as well */
			if (abi_to_json(abi->abi, out, member->type, &in, NULL) != 0)
				text_append(out, "null");
		} else {
			return result;
		}
	}
	return 0;
}

static void print_core_balance(struct chain_view *view, struct text *out, uint64_t account,
                               const uint64_t *core_symbol)
{
	uint64_t symbol = core_symbol ? *core_symbol : 0;
	if (!core_symbol && !chain_market_symbol(view, &symbol))
		return;
	struct table_id id = {name_literal("eosio.token"), account, name_literal("accounts")};
	struct chain_row row;
	struct asset asset;

	if (view->operations->row(view, &row, &id, symbol_code(symbol), NULL) != 0)
		return;
	if (balance_row_decode(&asset, &row) != 0 || asset.symbol != symbol)
		return;
	text_printf(out, ",\"core_liquid_balance\":\"%s\"", asset_text(&asset).text);
}

int chain_account_print(struct chain_view *view, struct text *out, const struct chain_account *account,
                        const uint64_t *core_symbol, bool comparable, struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = chain_abi_get(view, &abi, name_literal("eosio"), error);

	if (result && result != -ENOENT)
		return result;
	text_printf(out, "{\"account_name\":\"%s\"", name_text(account->name).text);
	if (!comparable)
		text_printf(out, ",\"head_block_num\":%" PRIu32 ",\"head_block_time\":\"%s\"", view->block_num,
		            slot_text(view->slot).text);
	text_printf(out, ",\"privileged\":%s,\"last_code_update\":\"%s\"", account->privileged ? "true" : "false",
	            time_point_text(account->last_code_update).text);
	text_printf(out, ",\"created\":\"%s\"", time_point_text(account->created).text);
	print_core_balance(view, out, account->name, core_symbol);
	print_int64(out, ",\"ram_quota\":", account->ram_quota);
	print_int64(out, ",\"net_weight\":", account->net_weight);
	print_int64(out, ",\"cpu_weight\":", account->cpu_weight);
	print_limit(out, "net_limit", &account->net_limit, comparable);
	print_limit(out, "cpu_limit", &account->cpu_limit, comparable);
	print_int64(out, ",\"ram_usage\":", account->ram_usage);
	print_permissions(view->chain, out, account);
	result = print_contract_members(view, out, account->name, abi, error);
	if (!comparable)
		text_append(
			out,
			",\"subjective_cpu_bill_limit\":{\"used\":0,\"available\":0,\"max\":0,\"last_usage_update_time\":"
			"\"2000-01-01T00:00:00.000\",\"current_used\":0}");
	text_append(out, ",\"eosio_any_linked_actions\":");
	print_linked_actions(out, account->any_linked_actions, account->any_linked_actions_count);
	text_append_char(out, '}');
	chain_abi_release(view->chain, abi);
	return result;
}
