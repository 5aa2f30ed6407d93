/* accounts/NAME/contract/: code, ABI and hash of the installed contract, and the one transaction that sets
 * them. Both actions are packed here, without an ABI: eosio's must not be needed to install one. */
#include "fs/files/accounts/accounts.h"

#include "core/base/crypto/hash.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/system_tables.h"

#include <errno.h>
#include <string.h>

#define EOSIO name_literal("eosio")
#define ACTIVE name_literal("active")

static int read_code(struct request *request, struct bytes *out, struct error *error)
{
	int result = request_view(request, error);
	return result ? result : request->view->operations->code(request->view, out, request->name[0], error);
}

static int read_abi(struct request *request, struct bytes *out, struct error *error)
{
	uint64_t version = 0;
	int result = request_view(request, error);
	return result ? result
	              : request->view->operations->abi(request->view, out, &version, request->name[0], error);
}

int accounts_contract_code_wasm_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	struct bytes code = {0};
	int result = request_account(request, &account, error);
	if (result == 0)
		result = read_code(request, &code, error);
	if (result == 0 && code.length > 0)
		text_append_bytes(out, code.data, code.length);
	bytes_release(&code);
	chain_account_release(&account);
	return result;
}

int accounts_contract_abi_json_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	struct chain_abi *abi = NULL;
	int result = request_account(request, &account, error);
	chain_account_release(&account);
	if (result == 0)
		result = chain_abi_get(request->view, &abi, request->name[0], error);
	if (result)
		return result == -ENOENT ? 0 : result;
	abi_print(out, abi->abi);
	chain_abi_release(request->chain, abi);
	return 0;
}

int accounts_contract_hash_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result == 0)
		text_printf(out, "%s\n", checksum256_text(&account.code_hash).text);
	chain_account_release(&account);
	return result;
}

/* --- setting --- */

static bool same_bytes(const struct bytes *bytes, const void *data, size_t length)
{
	return bytes->length == length && (length == 0 || memcmp(bytes->data, data, length) == 0);
}

static int add_setcode(struct batch *batch, struct request *request, const void *code, size_t length,
                       struct error *error)
{
	struct bytes now = {0};
	struct action action;
	int result = read_code(request, &now, error);
	if (result == 0 && !same_bytes(&now, code, length)) {
		make_setcode(&action, request->name[0], code, length);
		result = batch_take(batch, request, &action, error);
	}
	bytes_release(&now);
	return result;
}

static int add_packed_abi(struct batch *batch, struct request *request, const struct bytes *packed,
                          struct error *error)
{
	struct bytes now = {0};
	struct action action;
	int result = read_abi(request, &now, error);
	if (result == 0 && !same_bytes(&now, packed->data, packed->length)) {
		make_setabi(&action, request->name[0], packed->data, packed->length);
		result = batch_take(batch, request, &action, error);
	}
	bytes_release(&now);
	return result;
}

static int add_setabi(struct batch *batch, struct request *request, const char *text, size_t length,
                      struct error *error)
{
	struct bytes packed = {0};
	struct abi *abi = NULL;
	int result = abi_parse(&abi, text, length, error);
	if (result == 0) {
		abi_pack(&packed, abi);
		result = add_packed_abi(batch, request, &packed, error);
	}
	abi_release(abi);
	bytes_release(&packed);
	return result;
}

int contract_set(struct request *request, const void *code, size_t code_length, const char *abi,
                 size_t abi_length, struct error *error)
{
	struct batch batch = {0};
	int result = code ? add_setcode(&batch, request, code, code_length, error) : 0;
	if (result == 0 && abi)
		result = add_setabi(&batch, request, abi, abi_length, error);
	if (result == 0)
		result = batch_send(&batch, request, error);
	batch_release(&batch);
	return result;
}

int contract_clear(struct request *request, struct error *error)
{
	const struct bytes none = {0};
	struct batch batch = {0};
	int result = add_setcode(&batch, request, "", 0, error);
	if (result == 0)
		result = add_packed_abi(&batch, request, &none, error);
	if (result == 0)
		result = batch_send(&batch, request, error);
	batch_release(&batch);
	return result;
}

int accounts_contract_code_wasm_write(struct request *request, const char *data, size_t length,
                                      struct error *error)
{
	return contract_set(request, data ? data : "", length, NULL, 0, error);
}

int accounts_contract_abi_json_write(struct request *request, const char *data, size_t length,
                                     struct error *error)
{
	return contract_set(request, NULL, 0, data, length, error);
}
