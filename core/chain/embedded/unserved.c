/* Whether other nodes would accept a chain's blocks: what only an embedded chain can do is in them for
 * good. */
#include "core/chain/embedded/embedded_private.h"

#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/view/view.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"

/* account, vmtype, vmversion, code */
static bool installs_hollow_code(const struct action *action)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);
	bool hollow = false;

	if (action->account != name_literal("eosio") || action->name != name_literal("setcode"))
		return false;
	cursor_u64(&in);
	cursor_u8(&in);
	cursor_u8(&in);
	size_t length = cursor_count(&in, 1);
	const uint8_t *code = cursor_take(&in, length);
	if (in.failed || length == 0)
		return false;
	struct checksum256 hash = hash_sha256(code, length);
	return bundle_twin(&hash, &hollow) && hollow;
}

static const char *look_at_transaction(const struct packed_transaction *packed)
{
	const struct transaction *transaction = &packed->transaction;

	for (size_t i = 0; i < transaction->actions_count; i++) {
		if (!packed->signatures_count && transaction->actions[i].authorization_count)
			return "a transaction that nobody signed (wallet/impersonate)";
		if (installs_hollow_code(&transaction->actions[i]))
			return "contract code that does nothing by itself, of the first eosiofs";
	}
	return NULL;
}

static const char *look_at_block(const struct signed_block *block)
{
	const char *found = NULL;

	for (size_t i = 0; i < block->transactions_count && !found; i++)
		if (!block->transactions[i].is_id)
			found = look_at_transaction(&block->transactions[i].packed);
	return found;
}

const char *unserved_find(struct embedded_chain *chain, struct block_state *head, uint32_t *number)
{
	const char *found = NULL;

	for (; *number <= head->number; ++*number) {
		struct signed_block block = {0};
		if (embedded_read_block(chain, &block, head, *number, NULL) == 0)
			found = look_at_block(&block);
		signed_block_release(&block);
		if (found)
			break;
	}
	return found;
}
