/* contracts-update: chains whose system contracts were installed by an eosiofs that had no WebAssembly. Their
 * code does nothing by itself, so that nobody else can replay what it has done here. */
#include "core/boot/step/step.h"

#include "core/chain/system_rules.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"

size_t step_update_count(struct boot_context *context)
{
	(void)context;
	return HOLLOW_ACCOUNTS;
}

int step_update_done(struct boot_context *context, size_t index, struct error *error)
{
	const struct bundle *bundle;
	int result = chain_hollow_contract(context->view, &bundle, hollow_accounts[index], error);

	return result < 0 ? result : bundle ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
}

int step_update_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct bundle *bundle;
	const char *account = hollow_accounts[index];
	int result = chain_hollow_contract(context->view, &bundle, account, error);

	if (result)
		return result;
	if (!bundle) {
		text_printf(&item->command, "# %s needs nothing", account);
		return 0;
	}
	result = boot_put_contract(item, context->plan, name_literal(account), bundle->name, error);
	item->by_boot_key = false;
	item->holder = name_literal(account);
	return result;
}
