/* wallet/accounts/: whom one can act for, as links: the accounts whose active or owner permission the
 * wallet's keys satisfy. Listed are those that name a key of the wallet; those that only name other accounts
 * (eosio.* name eosio) are found as well. */
#include "fs/files/wallet/wallet.h"

#include "core/base/memory.h"
#include "core/chain/chain.h"
#include "core/types/name.h"
#include "fs/files/accounts/accounts.h"

#include <errno.h>
#include <stdlib.h>

static bool can_act(struct request *request, uint64_t name)
{
	const struct permission_level active = {name, name_literal("active")};
	const struct permission_level owner = {name, name_literal("owner")};

	return chain_can_sign(request->view, request->wallet, &active) ||
	       chain_can_sign(request->view, request->wallet, &owner);
}

struct names {
	uint64_t *list; /* owned */
	size_t count, capacity;
};

static int take_name(void *context, const struct chain_key_permission *permission)
{
	struct names *names = context;

	LIST_APPEND(names->list, names->count, names->capacity, permission->account);
	return 0;
}

int wallet_accounts_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error)
{
	struct name_listing out = {listing, ""};
	struct names names = {0};
	struct wallet_keys *keys = NULL;
	uint64_t first = name_listing_from(from, "");
	int result = wallet_keys_hold(request->wallet, &keys, error);

	if (result == 0)
		result = request_view(request, error);
	for (size_t i = 0; result == 0 && i < keys->count; i++)
		result = request->view->operations->key_permissions(request->view, &keys->list[i], take_name, &names,
		                                                    error);
	names.count = names_sort(names.list, names.count);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		if (names.list[i] >= first && can_act(request, names.list[i]) &&
		    name_listing_add(&out, names.list[i]))
			break;
	wallet_keys_release(keys);
	free(names.list);
	return result;
}

int wallet_accounts_exists(struct request *request, struct error *error)
{
	uint64_t name = 0;
	int result = name_parse_account(&name, request->capture[0], error) == 0 ? request_view(request, error)
	                                                                        : -ENOENT;

	if (result == 0)
		result = request->view->operations->account_exists(request->view, NULL, name, error);
	if (result == 0 && !can_act(request, name))
		result = error_set(error, ENOENT, "the wallet cannot sign for \"%s\"", request->capture[0]);
	return result;
}

int wallet_accounts_read(struct request *request, struct text *out, struct error *error)
{
	(void)error;
	text_printf(out, "../../accounts/%s", request->capture[0]);
	return 0;
}
