/* producers/: the list, and what a producer has registered (contracts.md 8.1, 8.2). */
#include "fs/files/producers/producers.h"

#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/accounts/accounts.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <string.h>

#define EOSIO name_literal("eosio")

enum { URL_SIZE_MAXIMUM = 511 };

static int list_producer(void *context, const struct chain_row *row)
{
	return name_listing_add(context, row->primary_key);
}

int producers_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	const struct table_id id = {EOSIO, EOSIO, name_literal("producers")};
	struct name_listing names = {listing, ""};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->rows(request->view, &id, name_listing_from(from, ""),
		                                         list_producer, &names, error);
	return result < 0 ? result : 0;
}

int request_producer(struct request *request, struct producer_row *out, struct error *error)
{
	int result = producer_row_read(request, out, request->name[0], error);
	return result == -ENOENT ? error_set(error, ENOENT, "no such producer: %s", request->capture[0]) : result;
}

int producers_exists(struct request *request, struct error *error)
{
	struct producer_row producer;
	return request_producer(request, &producer, error);
}

/* --- registering --- */

static int register_producer(struct request *request, uint64_t name, const struct public_key *key,
                             const char *url, size_t url_length, uint16_t location, struct error *error)
{
	struct action action;
	make_regproducer(&action, name, key, url, url_length, location);
	return request_act(request, &action, error);
}

/* The key that the account signs with: the first of its active permission. */
static int account_key(struct request *request, uint64_t name, struct public_key *out, struct error *error)
{
	struct chain_account account = {0};
	int result = require_account(request, name, error);
	if (result == 0)
		result = request->view->operations->account(request->view, &account, name, error);
	if (result)
		return result;
	result = error_set(error, ENOENT,
	                   "no key to register %s with: its active permission has none; write the action "
	                   "accounts/eosio/actions/regproducer",
	                   name_text(name).text);
	const struct chain_permission *active = chain_account_permission(&account, name_literal("active"));
	if (active && active->authority.keys_count > 0) {
		*out = active->authority.keys[0].key;
		result = 0;
	}
	chain_account_release(&account);
	return result;
}

int producers_make(struct request *request, const char *text, struct error *error)
{
	struct public_key key;
	uint64_t name = 0;
	int result = name_parse_account(&name, text, error);
	if (result == 0)
		result = account_key(request, name, &key, error);
	if (result == 0)
		result = require_system_contract(request, NULL, error);
	if (result == 0)
		result = register_producer(request, name, &key, "", 0, 0, error);
	return result;
}

/* regproducer also registers again: that is active's business. */
static int require_active(const struct producer_row *producer, struct error *error)
{
	if (producer->active)
		return 0;
	return error_set(error, ECANCELED,
	                 "producer is not currently registered: %s (echo 1 > producers/%s/active)",
	                 name_text(producer->owner).text, name_text(producer->owner).text);
}

/* --- key --- */

int producers_key_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	/* unregprod leaves no key */
	if (result == 0 && producer.active)
		text_printf(out, "%s\n", public_key_text(&producer.key).text);
	return result;
}

int producers_key_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct producer_row producer;
	struct public_key key;
	int result = request_producer(request, &producer, error);
	if (result || (length == 0 && !producer.active))
		return result;
	result = public_key_parse(&key, data, error);
	if (result || (producer.active && public_key_compare(&key, &producer.key) == 0))
		return result;
	result = require_active(&producer, error);
	return result ? result
	                  : register_producer(request, producer.owner, &key, producer.url, producer.url_length,
	                                      producer.location, error);
}

/* --- url --- */

int producers_url_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0 && producer.url_length > 0) {
		text_append_bytes(out, producer.url, producer.url_length);
		text_append_char(out, '\n');
	}
	return result;
}

int producers_url_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result || (length == producer.url_length && memcmp(data, producer.url, length) == 0))
		return result;
	if (length > URL_SIZE_MAXIMUM)
		return error_set(error, EINVAL, "url too long: %zu bytes, of at most %d", length, URL_SIZE_MAXIMUM);
	result = require_active(&producer, error);
	return result ? result
	                  : register_producer(request, producer.owner, &producer.key, data, length,
	                                      producer.location, error);
}

/* --- location --- */

int producers_location_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		text_printf(out, "%u\n", producer.location);
	return result;
}

int producers_location_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct producer_row producer;
	int64_t location = 0;
	(void)length;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		result = command_int64(&location, data, 0, UINT16_MAX, "the location", error);
	if (result || location == producer.location)
		return result;
	result = require_active(&producer, error);
	return result ? result
	                  : register_producer(request, producer.owner, &producer.key, producer.url,
	                                      producer.url_length, (uint16_t)location, error);
}

/* --- active --- */

int producers_active_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		text_append(out, producer.active ? "1\n" : "0\n");
	return result;
}

int producers_active_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct producer_row producer;
	struct public_key key;
	bool wanted = false;
	(void)length;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		result = command_bool(&wanted, data, error);
	if (result || wanted == producer.active)
		return result;
	if (!wanted) {
		struct action action;
		make_unregprod(&action, producer.owner);
		return request_act(request, &action, error);
	}
	result = account_key(request, producer.owner, &key, error);
	return result ? result
	                  : register_producer(request, producer.owner, &key, producer.url, producer.url_length,
	                                      producer.location, error);
}

int producers_account_read(struct request *request, struct text *out, struct error *error)
{
	(void)error;
	request_saw_block(request, BLOCK_NUM_GENESIS);
	text_printf(out, "../../accounts/%s", request->capture[0]);
	return 0;
}
