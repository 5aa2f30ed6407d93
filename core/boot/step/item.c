/* What steps are built of, and the questions about the chain that tell what is done. */
#include "core/boot/step/step.h"

#include "core/base/crypto/hash.h"
#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/contracts/bundle.h"
#include "core/types/abi/abi.h"
#include "core/types/name.h"

#include <errno.h>
#include <string.h>

void boot_item_release(struct boot_item *item)
{
	for (size_t i = 0; i < item->actions_count; i++)
		action_release(&item->actions[i]);
	text_release(&item->command);
	*item = (struct boot_item){0};
}

struct action *boot_item_next(struct boot_item *item)
{
	return &item->actions[item->actions_count++];
}

void boot_item_by_boot_key(struct boot_item *item) { item->by_boot_key = true; }
void boot_item_by_account(struct boot_item *item, size_t index) { item->signer = index; }

static int find_bundle(const struct bundle **out, const char *name, struct error *error)
{
	*out = bundle_find(name);
	return *out ? 0 : error_set(error, ENOENT, "there is no contract \"%s\" to install", name);
}

int boot_put_contract(struct boot_item *item, const struct boot_plan *plan, uint64_t account,
                      const char *bundle, struct error *error)
{
	const struct bundle *contract = NULL;
	struct abi *abi = NULL;
	struct bytes packed = {0};
	int result = find_bundle(&contract, bundle, error);

	if (result == 0)
		result = abi_parse(&abi, contract->abi, strlen(contract->abi), error);
	if (result)
		return result;
	text_printf(&item->command, "cleos set contract %s %s%s/", name_text(account).text,
	            plan->settings.value[OPTION_CONTRACTS_DIR], bundle);
	make_setcode(boot_item_next(item), account, contract->code->data, contract->code->length);
	abi_pack(&packed, abi);
	make_setabi(boot_item_next(item), account, packed.data, packed.length);
	bytes_release(&packed);
	abi_release(abi);
	boot_item_by_boot_key(item);
	return 0;
}

static int code_hash(struct boot_context *context, struct checksum256 *out, const char *account,
                     struct error *error)
{
	struct chain_account found = {0};
	int result = context->view->operations->account(context->view, &found, name_literal(account), error);

	*out = found.code_hash;
	chain_account_release(&found);
	if (result == -ENOENT) {
		error_clear(error);
		*out = (struct checksum256){{0}};
		result = 0;
	}
	return result;
}

int boot_has_contract(struct boot_context *context, const char *account, const char *bundle,
                      struct error *error)
{
	const struct bundle *contract = NULL;
	struct checksum256 has;
	bool hollow;
	int result = find_bundle(&contract, bundle, error);

	if (result == 0)
		result = code_hash(context, &has, account, error);
	if (result)
		return result;
	/* an earlier version of it counts too */
	return bundle_twin(&has, &hollow) == contract->apply;
}

int boot_has_any_contract(struct boot_context *context, const char *account, struct error *error)
{
	struct checksum256 has;
	int result = code_hash(context, &has, account, error);

	return result ? result : !checksum256_is_zero(&has);
}

int boot_row(struct boot_context *context, struct chain_row *row, const char *code, uint64_t scope,
             const char *table, uint64_t key, struct error *error)
{
	struct table_id id = {name_literal(code), scope, name_literal(table)};
	int result = context->view->operations->row(context->view, row, &id, key, error);

	if (result == -ENOENT)
		error_clear(error);
	return result == -ENOENT ? 0 : result ? result : 1;
}

int boot_account_exists(struct boot_context *context, uint64_t name, struct error *error)
{
	int result = context->view->operations->account_exists(context->view, NULL, name, error);

	if (result == -ENOENT)
		error_clear(error);
	return result == -ENOENT ? 0 : result ? result : 1;
}

int boot_account_signs(struct boot_context *context, size_t account, struct error *error)
{
	struct public_key public;
	struct private_key private;
	int result = boot_account_key(&context->plan->accounts, &public, &private, account, error);

	memory_wipe(&private, sizeof private);
	return result == -ENOENT && wallet_has(context->wallet, &public) ? 0 : result;
}
