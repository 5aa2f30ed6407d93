/* Everything that arrives packed: transactions, blocks, schedules, authorities, genesis. What unpacks packs
 * to a form that unpacks and packs the same; ids and digests do not depend on the way there. */
#include "core/types/block.h"
#include "core/types/genesis.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool bytes_same(const struct bytes *a, const struct bytes *b)
{
	return a->length == b->length && (!a->length || !memcmp(a->data, b->data, a->length));
}

static void check_packed_transaction(struct cursor in)
{
	static const struct checksum256 chain_id = {{1}};
	struct packed_transaction packed, again;
	struct bytes first = {0}, second = {0};
	struct error error = {0};
	struct public_key keys[4];
	if (packed_transaction_unpack(&packed, &in, &error)) {
		assert(error.number && *error.sentence);
		return;
	}
	packed_transaction_pack(&first, &packed);
	struct cursor cursor = cursor_make(first.data, first.length);
	assert(packed_transaction_unpack(&again, &cursor, &error) == 0 && !cursor_left(&cursor));
	packed_transaction_pack(&second, &again);
	assert(bytes_same(&first, &second));
	assert(checksum256_equal(&packed.id, &again.id));
	struct checksum256 id = transaction_id(&packed.transaction);
	assert(checksum256_equal(&id, &packed.id));
	packed_transaction_digest(&packed, &chain_id);
	packed_transaction_packed_digest(&packed);
	assert(packed_transaction_net_usage(&packed, 12, 20, 100) >= 28);
	if (packed.signatures_count <= 4 && !packed_transaction_keys(&packed, keys, &chain_id, &error))
		for (size_t i = 1; i < packed.signatures_count; i++)
			assert(public_key_compare(&keys[i - 1], &keys[i]) < 0);
	packed_transaction_release(&packed);
	packed_transaction_release(&again);
	bytes_release(&first);
	bytes_release(&second);
}

static void check_block(struct cursor in)
{
	struct signed_block block, again;
	struct bytes first = {0}, second = {0};
	struct error error = {0};
	struct producer_schedule schedule;
	struct checksum256 *features;
	if (signed_block_unpack(&block, &in, &error)) {
		assert(*error.sentence && in.failed);
		return;
	}
	signed_block_pack(&first, &block);
	struct cursor cursor = cursor_make(first.data, first.length);
	assert(signed_block_unpack(&again, &cursor, &error) == 0 && !cursor_left(&cursor));
	signed_block_pack(&second, &again);
	assert(bytes_same(&first, &second) && checksum256_equal(&block.id, &again.id));
	block_header_features(&block.header, &features);
	free(features);
	if (block_header_new_schedule(&block.header, &schedule)) {
		struct text text = TEXT_EMPTY;

		producer_schedule_print(&text, &schedule);
		text_release(&text);
		producer_schedule_release(&schedule);
	}
	for (size_t i = 0; i < block.transactions_count; i++)
		transaction_receipt_digest(&block.transactions[i]);
	signed_block_release(&block);
	signed_block_release(&again);
	bytes_release(&first);
	bytes_release(&second);
}

static void check_authority(struct cursor in)
{
	struct authority authority, parsed;
	struct text text = TEXT_EMPTY;
	struct bytes first = {0}, second = {0};
	struct json *json;
	struct error error;
	if (authority_unpack(&authority, &in))
		return;
	authority_print(&text, &authority);
	assert(json_parse(&json, text.data, text.length, &error) == 0);
	assert(authority_parse(&parsed, json, &error) == 0);
	if (authority_valid(&authority)) {
		/* a valid one is sorted already, so nothing moves */
		authority_pack(&first, &authority);
		authority_pack(&second, &parsed);
		assert(bytes_same(&first, &second));
	}
	json_release(json);
	text_release(&text);
	authority_release(&authority);
	authority_release(&parsed);
	bytes_release(&first);
	bytes_release(&second);
}

static void check_genesis(struct cursor in)
{
	struct genesis genesis, parsed;
	struct text text = TEXT_EMPTY;
	struct error error;
	if (genesis_unpack(&genesis, &in))
		return;
	genesis_chain_id(&genesis);
	genesis_print(&text, &genesis);
	if (chain_config_validate(&genesis.initial_configuration, &error) == 0 &&
	    !genesis_parse(&parsed, text.data, text.length, &error))
		assert(!public_key_compare(&parsed.initial_key, &genesis.initial_key));
	text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(struct cursor in) = {check_packed_transaction, check_block, check_authority,
	                                                   check_genesis};

	/* the first byte says what the rest is */
	if (size)
		checks[data[0] % (sizeof checks / sizeof checks[0])](cursor_make(data + 1, size - 1));
	return 0;
}
