/* What was learnt of a chain on the way, and stays when its head moves. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <string.h>

bool nodeos_known_slot(struct nodeos_chain *chain, uint32_t *slot, uint32_t number)
{
	pthread_mutex_lock(&chain->mutex);
	const struct known_slot *at = &chain->slots[number % SLOTS_KEPT];
	bool found = at->number == number && number != 0;
	if (found)
		*slot = at->slot;
	pthread_mutex_unlock(&chain->mutex);
	return found;
}

void nodeos_know_slot(struct nodeos_chain *chain, uint32_t slot, uint32_t number)
{
	pthread_mutex_lock(&chain->mutex);
	chain->slots[number % SLOTS_KEPT] = (struct known_slot){number, slot};
	pthread_mutex_unlock(&chain->mutex);
}

static struct known_form *find_form(struct nodeos_chain *chain, const struct table_id *id)
{
	for (size_t i = 0; i < chain->forms_count; i++)
		if (chain->forms[i].code == id->code && chain->forms[i].table == id->table)
			return &chain->forms[i];
	return NULL;
}

bool nodeos_known_form(struct nodeos_chain *chain, struct key_form *out, const struct table_id *id)
{
	pthread_mutex_lock(&chain->mutex);
	const struct known_form *known = find_form(chain, id);
	if (known)
		*out = known->form;
	pthread_mutex_unlock(&chain->mutex);
	return known != NULL;
}

void nodeos_know_form(struct nodeos_chain *chain, const struct key_form *form, const struct table_id *id)
{
	pthread_mutex_lock(&chain->mutex);
	struct known_form *known = find_form(chain, id);
	if (!known && chain->forms_count < FORMS_KEPT)
		known = &chain->forms[chain->forms_count++];
	else if (!known)
		known = &chain->forms[chain->forms_next++ % FORMS_KEPT];
	*known = (struct known_form){id->code, id->table, *form};
	pthread_mutex_unlock(&chain->mutex);
}

void nodeos_know_account(struct nodeos_chain *chain, uint64_t name, const struct chain_info *final)
{
	pthread_mutex_lock(&chain->mutex);
	size_t low = 0, high = chain->accounts_count;
	PARTITION_POINT(low, high, at, chain->accounts[at].name < name);
	if (low == chain->accounts_count || chain->accounts[low].name != name)
		LIST_INSERT(chain->accounts, chain->accounts_count, chain->accounts_capacity, low,
		            (struct known_account){.name = name});
	chain->accounts[low].is_final |= final != NULL;
	if (final && final->irreversible_block_num > chain->final_num) {
		chain->final_num = final->irreversible_block_num;
		chain->final_id = final->irreversible_block_id;
	}
	pthread_mutex_unlock(&chain->mutex);
}

size_t nodeos_known_accounts(struct nodeos_chain *chain, struct known_account **out)
{
	pthread_mutex_lock(&chain->mutex);
	size_t count = chain->accounts_count;
	*out = memory_copy(chain->accounts, count * sizeof **out);
	pthread_mutex_unlock(&chain->mutex);
	return count;
}

void nodeos_doubt(struct nodeos_chain *chain)
{
	chain->final_num = 0;
	for (size_t i = 0; i < chain->accounts_count; i++)
		chain->accounts[i].is_final = false;
	for (size_t i = 0; i < SLOTS_KEPT; i++)
		chain->slots[i].number = 0;
}

bool nodeos_known_abi(struct nodeos_chain *chain, struct checksum256 *hash, struct arrival *arrival,
                      struct bytes *out, uint64_t account)
{
	bool found = false;

	pthread_mutex_lock(&chain->mutex);
	for (size_t i = 0; i < chain->abis_count && !found; i++) {
		const struct known_abi *abi = &chain->abis[i];
		if (abi->account != account || (out && !checksum256_equal(&abi->hash, hash)))
			continue;
		*hash = abi->hash;
		if (out)
			bytes_put(out, abi->bytes.data, abi->bytes.length);
		else
			*arrival = abi->arrival;
		found = true;
	}
	pthread_mutex_unlock(&chain->mutex);
	return found;
}

/* Those whose ABI speaks of a table `accounts`. Under the mutex. */
static void know_token(struct nodeos_chain *chain, uint64_t account, const struct bytes *abi)
{
	const uint64_t table = name_literal("accounts");
	uint8_t wanted[sizeof table];

	for (size_t i = 0; i < sizeof wanted; i++)
		wanted[i] = (uint8_t)(table >> 8 * i);
	for (size_t i = 0; i < chain->tokens_count; i++)
		if (chain->tokens[i] == account)
			return;
	if (account == name_literal("eosio.token") || !memmem(abi->data, abi->length, wanted, sizeof wanted))
		return;
	if (chain->tokens_count < TOKENS_KEPT)
		chain->tokens[chain->tokens_count++] = account;
	else
		chain->tokens[chain->tokens_next++ % TOKENS_KEPT] = account;
}

size_t nodeos_known_tokens(struct nodeos_chain *chain, uint64_t out[TOKENS_KEPT])
{
	pthread_mutex_lock(&chain->mutex);
	size_t count = chain->tokens_count;
	memcpy(out, chain->tokens, count * sizeof *out);
	pthread_mutex_unlock(&chain->mutex);
	return count;
}

void nodeos_know_abi(struct nodeos_chain *chain, uint64_t account, const struct checksum256 *hash,
                     const struct arrival *arrival, struct bytes *bytes)
{
	pthread_mutex_lock(&chain->mutex);
	size_t at = 0;
	while (at < chain->abis_count && chain->abis[at].account != account)
		at++;
	if (at == ABIS_KEPT && bytes)
		at = chain->abis_next++ % ABIS_KEPT;
	else if (at == chain->abis_count && bytes)
		chain->abis_count++;
	if (bytes) {
		know_token(chain, account, bytes);
		bytes_release(&chain->abis[at].bytes);
		chain->abis[at] = (struct known_abi){.account = account, .hash = *hash, .bytes = *bytes};
		*bytes = (struct bytes){0};
	}
	if (at < chain->abis_count && checksum256_equal(&chain->abis[at].hash, hash))
		chain->abis[at].arrival = *arrival;
	pthread_mutex_unlock(&chain->mutex);
}
