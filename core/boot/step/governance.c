/* The chain passes to its producers: resign. */
#include "core/boot/step/step.h"

#include "core/chain/system_actions.h"
#include "core/types/name.h"

#include <errno.h>

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
	const struct chain_permission *permission = chain_account_permission(
		&account, name_literal(resigning_permission(index)));
	bool done = permission && permission->authority.keys_count == 0 &&
	            permission->authority.accounts_count == 1 &&
	            permission_level_compare(&permission->authority.accounts[0].permission, &wanted) == 0;

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
