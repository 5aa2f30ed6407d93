/* What is common to every kind of chain: views, the cache that they share, the core symbol, get_info's
 * text. */
#include "core/chain/chain.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/chain/print.h"
#include "core/chain/system_rows.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

enum { ABIS_KEPT = 64, AUTHORITY_TEXTS = 64 };

struct chain_cache {
	pthread_mutex_t mutex;
	struct chain_abi *abis[ABIS_KEPT]; /* latest used first; each holds one reference */
	size_t abis_count;
	/* authorities of one key, by its last byte */
	struct authority_text {
		struct key_weight key;
		uint32_t threshold;
		struct text text; /* owned; empty: none yet */
	} authorities[AUTHORITY_TEXTS];
};

int chain_view_open(struct chain *chain, struct chain_view **out, const struct chain_revision *revision,
                    const struct interruption *interruption, struct error *error)
{
	static const struct chain_revision head = {.kind = CHAIN_HEAD};
	return chain->operations->view_open(chain, out, revision ? revision : &head, interruption, error);
}

void chain_view_close(struct chain_view *view)
{
	if (view)
		view->operations->close(view);
}

struct chain_cache *chain_cache_create(void)
{
	struct chain_cache *cache = memory_allocate(1, sizeof *cache);
	pthread_mutex_init(&cache->mutex, NULL);
	return cache;
}

static void release_reference(struct chain_abi *abi)
{
	if (--abi->references > 0)
		return;
	abi_release(abi->abi);
	free(abi);
}

void chain_cache_destroy(struct chain_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->abis_count; i++)
		release_reference(cache->abis[i]);
	for (size_t i = 0; i < AUTHORITY_TEXTS; i++)
		text_release(&cache->authorities[i].text);
	pthread_mutex_destroy(&cache->mutex);
	free(cache);
}

void chain_destroy(struct chain *chain)
{
	if (chain)
		chain->operations->destroy(chain);
}

/* Puts an entry in front; the last falls out when the cache is full. Under the mutex. */
static void cache_insert(struct chain_cache *cache, struct chain_abi *abi)
{
	if (cache->abis_count == ABIS_KEPT)
		release_reference(cache->abis[--cache->abis_count]);
	for (size_t i = cache->abis_count++; i > 0; i--)
		cache->abis[i] = cache->abis[i - 1];
	cache->abis[0] = abi;
}

/* The entry of an account, moved to the front; one of another version is dropped on the way. Under the
 * mutex. */
static struct chain_abi *cache_find(struct chain_cache *cache, uint64_t account, uint64_t version)
{
	for (size_t i = 0; i < cache->abis_count; i++) {
		struct chain_abi *abi = cache->abis[i];
		if (abi->account != account || abi->version != version)
			continue;
		for (; i > 0; i--)
			cache->abis[i] = cache->abis[i - 1];
		cache->abis[0] = abi;
		return abi;
	}
	return NULL;
}

int chain_abi_make(struct chain_abi **out, const void *data, size_t length, uint64_t account,
                   struct error *error)
{
	struct abi *abi;
	int result = abi_unpack(&abi, data, length, error);

	if (result) {
		error_prefix(error, "the ABI of %s", name_text(account).text);
		return result;
	}
	*out = memory_allocate(1, sizeof **out);
	**out = (struct chain_abi){.abi = abi, .account = account, .references = 1};
	return 0;
}

int chain_abi_get(struct chain_view *view, struct chain_abi **out, uint64_t account, struct error *error)
{
	struct chain *chain = view->chain;
	struct chain_abi *abi;
	struct bytes bytes = {0};
	uint64_t version = 0;
	int result = view->operations->abi(view, NULL, &version, account, error);

	if (result)
		return result;
	if (version == 0) {
		error_chain(error, ABI_NOT_FOUND_EXCEPTION, "No ABI found for %s", name_text(account).text);
		if (error)
			error->number = ENOENT; /* a name that leads nowhere, for whoever looks it up */
		return -ENOENT;
	}
	pthread_mutex_lock(&chain->cache->mutex);
	abi = cache_find(chain->cache, account, version);
	if (abi)
		abi->references++;
	pthread_mutex_unlock(&chain->cache->mutex);
	if (abi) {
		*out = abi;
		return 0;
	}
	result = view->operations->abi(view, &bytes, &version, account, error);
	if (result)
		return result;
	result = chain_abi_make(&abi, bytes.data, bytes.length, account, error);
	bytes_release(&bytes);
	if (result)
		return result;
	abi->version = version;
	abi->references++; /* the cache's */
	pthread_mutex_lock(&chain->cache->mutex);
	cache_insert(chain->cache, abi);
	pthread_mutex_unlock(&chain->cache->mutex);
	*out = abi;
	return 0;
}

void chain_abi_release(struct chain *chain, struct chain_abi *abi)
{
	if (!abi)
		return;
	pthread_mutex_lock(&chain->cache->mutex);
	release_reference(abi);
	pthread_mutex_unlock(&chain->cache->mutex);
}

void chain_print_authority(struct chain *chain, struct text *out, const struct authority *authority)
{
	const struct key_weight *key = authority->keys;
	struct chain_cache *cache = chain->cache;

	if (authority->keys_count != 1 || authority->accounts_count || authority->waits_count) {
		authority_print(out, authority);
		return;
	}
	struct authority_text *kept =
		&cache->authorities[key->key.point[sizeof key->key.point - 1] % AUTHORITY_TEXTS];
	pthread_mutex_lock(&cache->mutex);
	if (!kept->text.length || kept->threshold != authority->threshold || kept->key.weight != key->weight ||
	    public_key_compare(&kept->key.key, &key->key) != 0) {
		text_clear(&kept->text);
		authority_print(&kept->text, authority);
		kept->key = *key;
		kept->threshold = authority->threshold;
	}
	text_append_bytes(out, kept->text.data, kept->text.length);
	pthread_mutex_unlock(&cache->mutex);
}

void chain_schedules_release(struct chain_schedules *schedules)
{
	producer_schedule_release(&schedules->active);
	producer_schedule_release(&schedules->pending);
	producer_schedule_release(&schedules->proposed);
}

void chain_header_state_release(struct chain_header_state *state)
{
	signed_block_release(&state->block);
	producer_schedule_release(&state->active);
	producer_schedule_release(&state->pending);
	free(state->authority.keys);
	free(state->last_produced);
	free(state->confirm_count);
	free(state->features);
	*state = (struct chain_header_state){0};
}

/* The first stat row issued by eosio. */
static int find_eosio_token(void *context, const struct chain_row *row)
{
	struct token_row token;
	if (token_row_decode(&token, row) != 0 || token.issuer != name_literal("eosio"))
		return 0;
	*(uint64_t *)context = token.supply.symbol;
	return 1;
}

struct scope_walk {
	struct chain_view *view;
	uint64_t symbol;
	unsigned left;
};

static int find_token_in_scope(void *context, const struct chain_scope *scope)
{
	struct scope_walk *walk = context;
	struct table_id id = {name_literal("eosio.token"), scope->scope, name_literal("stat")};
	walk->view->operations->rows(walk->view, &id, 0, find_eosio_token, &walk->symbol, NULL);
	return walk->symbol != 0 || --walk->left == 0;
}

bool chain_market_symbol(struct chain_view *view, uint64_t *symbol)
{
	struct table_id market = {name_literal("eosio"), name_literal("eosio"), name_literal("rammarket")};
	struct chain_row row;
	struct ram_market_row decoded;

	if (view->operations->row(view, &row, &market, RAMCORE_SYMBOL, NULL) != 0 ||
	    ram_market_row_decode(&decoded, &row) != 0)
		return false;
	*symbol = decoded.quote.symbol;
	return true;
}

uint64_t chain_core_symbol(struct chain_view *view)
{
	struct scope_walk walk = {view, 0, 100};
	uint64_t symbol = 0;
	if (chain_market_symbol(view, &symbol))
		return symbol;
	view->operations->scopes(view, name_literal("eosio.token"), name_literal("stat"), 0,
	                         find_token_in_scope, &walk, NULL);
	if (walk.symbol)
		return walk.symbol;
	symbol_parse(&symbol, "4,SYS", NULL);
	return symbol;
}

/* get_info's members in nodeos's order. */
enum info_kind { INFO_NUMBER, INFO_LARGE_NUMBER, INFO_ID, INFO_SLOT, INFO_NAME, INFO_TEXT };

#define INFO(kind, name, member) {name, kind, offsetof(struct chain_info, member), NULL, false}
#define SERVED(kind, name, member) {name, kind, offsetof(struct chain_info, member), NULL, true}
#define SERVED_TEXT(name, text) {name, INFO_TEXT, 0, text, true}
static const struct info_member {
	const char *name;
	enum info_kind kind;
	size_t at;
	const char *text;
	bool served; /* says something of the server, which the tree does not show */
} info_members[] = {
	/* eosiofs answers as nodeos 4.0.6 does */
	SERVED_TEXT("server_version", "\"0e0510f5\""),
	INFO(INFO_ID, "chain_id", chain_id),
	INFO(INFO_NUMBER, "head_block_num", head_block_num),
	INFO(INFO_NUMBER, "last_irreversible_block_num", irreversible_block_num),
	INFO(INFO_ID, "last_irreversible_block_id", irreversible_block_id),
	INFO(INFO_ID, "head_block_id", head_block_id),
	INFO(INFO_SLOT, "head_block_time", head_slot),
	INFO(INFO_NAME, "head_block_producer", head_block_producer),
	INFO(INFO_LARGE_NUMBER, "virtual_block_cpu_limit", virtual_block_cpu_limit),
	INFO(INFO_LARGE_NUMBER, "virtual_block_net_limit", virtual_block_net_limit),
	INFO(INFO_LARGE_NUMBER, "block_cpu_limit", block_cpu_limit),
	INFO(INFO_LARGE_NUMBER, "block_net_limit", block_net_limit),
	SERVED_TEXT("server_version_string", "\"v4.0.6\""),
	SERVED(INFO_NUMBER, "fork_db_head_block_num", head_block_num),
	SERVED(INFO_ID, "fork_db_head_block_id", head_block_id),
	SERVED_TEXT("server_full_version_string", "\"v4.0.6-eosiofs\""),
	INFO(INFO_LARGE_NUMBER, "total_cpu_weight", total_cpu_weight),
	INFO(INFO_LARGE_NUMBER, "total_net_weight", total_net_weight),
	SERVED_TEXT("earliest_available_block_num", "1"),
	INFO(INFO_SLOT, "last_irreversible_block_time", irreversible_slot),
};

void chain_info_print(struct text *out, const struct chain_info *info, bool served)
{
	const char *before = "{";

	for (size_t i = 0; i < sizeof info_members / sizeof *info_members; i++) {
		const struct info_member *member = &info_members[i];
		const void *at = (const char *)info + member->at;
		if (member->served && !served)
			continue;
		text_printf(out, "%s\"%s\":", before, member->name);
		before = ",";
		switch (member->kind) {
		case INFO_NUMBER: text_printf(out, "%" PRIu32, *(const uint32_t *)at); break;
		case INFO_LARGE_NUMBER: chain_print_number(out, *(const uint64_t *)at); break;
		case INFO_ID: chain_print_checksum(out, at); break;
		case INFO_SLOT: text_printf(out, "\"%s\"", slot_text(*(const uint32_t *)at).text); break;
		case INFO_NAME: text_printf(out, "\"%s\"", name_text(*(const uint64_t *)at).text); break;
		case INFO_TEXT: text_append(out, member->text); break;
		}
	}
	text_append_char(out, '}');
}
