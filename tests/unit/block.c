/* Blocks: EOS mainnet's first headers, merkle trees, schedules, and every block of a real node's recording:
 * its id, its merkle root of transactions, and the signature of its producer over header, block root and
 * schedule. */
#include "core/base/encoding/hex.h"
#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "core/types/block.h"
#include "core/types/genesis.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#define ZERO32 "0000000000000000000000000000000000000000000000000000000000000000"

static void assert_checksum(const struct checksum256 *checksum, const char *expected)
{
	assert_string_equal(checksum256_text(checksum).text, expected);
}

static void mainnet_headers_have_their_ids(void **state)
{
	static const struct {
		const char *header, *id;
		uint32_t prefix;
	} vectors[] = {
		{"d1eb5945"
	     "0000000000000000"
	     "0100" ZERO32 ZERO32 "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906"
	     "000000000000",
	     "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0", 4126519930u},
		{"dcf95c45"
	     "0000000000ea3055"
	     "0000"
	     "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0" ZERO32
	     "e0244db4c02d68ae64dec160310e247bb04e5cb599afb7c14710fbf3f4576c0e"
	     "000000000000",
	     "0000000267f3e2284b482f3afc2e724be1d6cbc1804532ec62d4e7af47c30693", 976177227u},
	};

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		uint8_t data[116];
		struct block_header header;
		struct bytes packed = {0};

		assert_int_equal(hex_parse(data, vectors[i].header, 232), 0);
		struct cursor cursor = cursor_make(data, sizeof data);
		assert_int_equal(block_header_unpack(&header, &cursor), 0);
		assert_int_equal(block_header_number(&header), i + 1);
		struct checksum256 id = block_header_id(&header);
		assert_checksum(&id, vectors[i].id);
		assert_int_equal(block_id_number(&id), i + 1);
		assert_int_equal(block_id_prefix(&id), vectors[i].prefix);
		block_header_pack(&packed, &header);
		assert_int_equal(packed.length, sizeof data);
		assert_memory_equal(packed.data, data, sizeof data);
		block_header_release(&header);
		for (size_t length = 0; length < sizeof data; length++) {
			cursor = cursor_make(data, length);
			assert_int_equal(block_header_unpack(&header, &cursor), -EINVAL);
		}
		bytes_release(&packed);
	}
}

static void schedule_of_the_genesis_key_has_its_hash(void **state)
{
	struct key_weight key = {.weight = 1};
	struct producer_authority producer = {name_literal("eosio"), 1, &key, 1};
	struct producer_schedule schedule = {.producers = &producer, .producers_count = 1}, unpacked;
	struct text text = TEXT_EMPTY;
	struct bytes packed = {0};

	(void)state;
	assert_int_equal(
		public_key_parse(&key.key, "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV", NULL), 0);
	struct checksum256 hash = producer_schedule_hash(&schedule, true);
	assert_checksum(&hash, "828135c21a947b15cdbf4941ba09e1c9e0a80e88a157b0989e9b476b71a21c6b");
	producer_schedule_print(&text, &schedule);
	assert_string_equal(
		text.data, "{\"version\":0,\"producers\":[{\"producer_name\":\"eosio\",\"authority\":[0,{"
	               "\"threshold\":1,\"keys\":"
				   "[{\"key\":\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\",\"weight\":1}]}]}]}");
	for (int legacy = 0; legacy < 2; legacy++) {
		bytes_clear(&packed);
		producer_schedule_pack(&packed, &schedule, legacy);
		struct cursor cursor = cursor_make(packed.data, packed.length);
		assert_int_equal(producer_schedule_unpack(&unpacked, &cursor, legacy), 0);
		assert_true(producer_schedule_same_producers(&schedule, &unpacked));
		struct producer_schedule copy = producer_schedule_copy(&unpacked);
		producer_schedule_release(&unpacked);
		assert_true(producer_schedule_same_producers(&schedule, &copy));
		copy.producers[0].keys[0].weight = 2;
		assert_false(producer_schedule_same_producers(&schedule, &copy));
		producer_schedule_release(&copy);
		for (size_t length = 0; length < packed.length; length++) {
			cursor = cursor_make(packed.data, length);
			assert_int_equal(producer_schedule_unpack(&unpacked, &cursor, legacy), -EINVAL);
		}
	}
	text_release(&text);
	bytes_release(&packed);
}

/* The incremental tree and the list agree where the list needs no padding, and a root never depends on how it
 * is asked for. */
static void merkle_trees_agree(void **state)
{
	struct incremental_merkle tree = {0};
	struct checksum256 digests[64], root = incremental_merkle_root(&tree), pair[2];

	(void)state;
	assert_true(checksum256_is_zero(&root));
	root = merkle_root(NULL, 0);
	assert_true(checksum256_is_zero(&root));
	for (uint32_t i = 0; i < 64; i++) {
		digests[i] = hash_sha256(&i, sizeof i);
		incremental_merkle_append(&tree, &digests[i]);
		assert_int_equal(tree.node_count, i + 1);
		struct checksum256 listed = merkle_root(digests, i + 1);
		root = incremental_merkle_root(&tree);
		assert_true(checksum256_equal(&root, &listed));
	}
	pair[0] = digests[0];
	pair[1] = digests[1];
	pair[0].data[0] &= 0x7f;
	pair[1].data[0] |= 0x80;
	root = hash_sha256(pair, sizeof pair);
	pair[0] = merkle_root(digests, 2);
	assert_true(checksum256_equal(&root, &pair[0]));
	root = merkle_root(digests, 1);
	assert_true(checksum256_equal(&root, &digests[0]));
}

/* --- the recording --- */

struct recording {
	struct genesis genesis;
	struct checksum256 chain_id;
	struct incremental_merkle blockroot; /* of the ids before the next block */
	struct checksum256 previous, pending_schedule_hash;
	struct producer_schedule active,
		pending; /* keys of those who sign; pending counts 0 when there is none */
	unsigned blocks, transactions, roots, signatures;
};

static void checksum_member(struct checksum256 *out, const struct json *object, const char *name)
{
	assert_int_equal(checksum256_parse(out, json_string(json_member(object, name))), 0);
}

static void bytes_of_hex(struct bytes *out, const char *hex)
{
	uint8_t *data = memory_allocate(strlen(hex) / 2, 1);

	assert_int_equal(hex_parse(data, hex, strlen(hex)), 0);
	bytes_put(out, data, strlen(hex) / 2);
	free(data);
}

static struct producer_schedule schedule_of_json(const struct json *json)
{
	struct producer_schedule schedule = {.version = (uint32_t)json_number(json_member(json, "version"))};
	const struct json *list = json_member(json, "producers"), *item;

	schedule.producers = memory_allocate(json_count(list), sizeof *schedule.producers);
	for (item = json_first(list); item; item = json_next(item)) {
		struct producer_authority *producer = &schedule.producers[schedule.producers_count++];
		const struct json *key = json_first(
			json_member(json_next(json_first(json_member(item, "authority"))), "keys"));

		assert_int_equal(
			name_parse(&producer->producer_name, json_string(json_member(item, "producer_name")), NULL), 0);
		producer->threshold = 1;
		producer->keys_count = 1;
		producer->keys = memory_allocate(1, sizeof *producer->keys);
		producer->keys[0].weight = 1;
		assert_int_equal(public_key_parse(&producer->keys[0].key, json_string(json_member(key, "key")), NULL),
		                 0);
	}
	return schedule;
}

static void extension_append(struct block_header *header, uint16_t type, const struct bytes *data)
{
	size_t capacity = header->extensions_count;
	memory_grow(&header->extensions, &capacity, header->extensions_count + 1, sizeof *header->extensions);
	header->extensions[header->extensions_count] = (struct extension){.type = type};
	bytes_put(&header->extensions[header->extensions_count++].data, data->data, data->length);
}

static void header_of_json(struct block_header *header, const struct json *json)
{
	const struct json *features = json_member(json, "new_protocol_features"),
	                  *schedule = json_member(json, "new_producer_schedule");
	struct bytes data = {0};
	int64_t us;

	*header = (struct block_header){.confirmed = (uint16_t)json_number(json_member(json, "confirmed"))};
	assert_int_equal(time_point_parse(&us, json_string(json_member(json, "timestamp")), NULL), 0);
	header->timestamp = slot_from_us(us);
	assert_int_equal(name_parse(&header->producer, json_string(json_member(json, "producer")), NULL), 0);
	checksum_member(&header->previous, json, "previous");
	checksum_member(&header->transaction_mroot, json, "transaction_mroot");
	checksum_member(&header->action_mroot, json, "action_mroot");
	header->schedule_version = (uint32_t)json_number(json_member(json, "schedule_version"));
	if (json_count(features)) {
		bytes_put_varuint32(&data, (uint32_t)json_count(features));
		for (const struct json *feature = json_first(features); feature; feature = json_next(feature)) {
			struct checksum256 digest;

			checksum_member(&digest, feature, "feature_digest");
			bytes_put(&data, digest.data, sizeof digest.data);
		}
		extension_append(header, HEADER_EXTENSION_PROTOCOL_FEATURES, &data);
	}
	if (json_type(schedule) == JSON_OBJECT) {
		struct producer_schedule parsed = schedule_of_json(schedule);

		bytes_clear(&data);
		producer_schedule_pack(&data, &parsed, false);
		extension_append(header, HEADER_EXTENSION_PRODUCER_SCHEDULE, &data);
		producer_schedule_release(&parsed);
	}
	bytes_release(&data);
}

/* Rebuilds a receipt; false when the recording left its bytes out. */
static bool receipt_of_json(struct transaction_receipt *out, const struct json *json)
{
	const struct json *trx = json_member(json, "trx"), *signature;
	const char *packed_trx = json_string(json_member(trx, "packed_trx"));
	struct packed_transaction *packed = &out->packed;
	struct bytes travelling = {0}, stored = {0};
	struct checksum256 id;
	struct error error = {0};

	*out = (struct transaction_receipt){
		.cpu_usage_us = (uint32_t)json_number(json_member(json, "cpu_usage_us")),
		.net_usage_words = (uint32_t)json_number(json_member(json, "net_usage_words"))};
	while (out->status < STATUS_EXPIRED &&
	       strcmp(json_string(json_member(json, "status")), transaction_status_name(out->status)))
		out->status++;
	if (json_type(trx) == JSON_STRING) {
		out->is_id = true;
		assert_int_equal(checksum256_parse(&out->id, json_string(trx)), 0);
		return true;
	}
	if (!packed_trx)
		return false;
	bytes_put_varuint32(&travelling, (uint32_t)json_count(json_member(trx, "signatures")));
	for (signature = json_first(json_member(trx, "signatures")); signature;
	     signature = json_next(signature)) {
		struct signature parsed;

		assert_int_equal(signature_parse(&parsed, json_string(signature), NULL), 0);
		signature_pack(&travelling, &parsed);
	}
	bytes_put_u8(&travelling, COMPRESSION_NONE);
	bytes_of_hex(&stored, json_string(json_member(trx, "packed_context_free_data")));
	bytes_put_counted(&travelling, stored.data, stored.length);
	bytes_clear(&stored);
	bytes_of_hex(&stored, packed_trx);
	bytes_put_counted(&travelling, stored.data, stored.length);
	struct cursor cursor = cursor_make(travelling.data, travelling.length);
	assert_int_equal(packed_transaction_unpack(packed, &cursor, &error), 0);
	checksum_member(&id, trx, "id");
	assert_true(checksum256_equal(&id, &packed->id));
	bytes_release(&travelling);
	bytes_release(&stored);
	return true;
}

static void check_transactions(struct recording *recording, struct signed_block *block,
                               const struct json *json)
{
	const struct json *list = json_member(json, "transactions"), *item;
	struct checksum256 *digests = memory_allocate(json_count(list), sizeof *digests), root;
	bool complete = true;

	block->transactions = memory_allocate(json_count(list), sizeof *block->transactions);
	for (item = json_first(list); item; item = json_next(item)) {
		struct transaction_receipt *receipt = &block->transactions[block->transactions_count];

		if (receipt_of_json(receipt, item))
			digests[block->transactions_count++] = transaction_receipt_digest(receipt);
		else
			complete = false;
	}
	recording->transactions += (unsigned)block->transactions_count;
	if (complete) {
		root = merkle_root(digests, block->transactions_count);
		assert_true(checksum256_equal(&root, &block->header.transaction_mroot));
		recording->roots++;
	}
	free(digests);
}

/* The producer of each schedule signs alone here, whoever of the two schedules a change of schedule leaves in
 * doubt. */
static void check_signature(struct recording *recording, const struct signed_block *block)
{
	struct checksum256 header_digest = block_header_digest(&block->header), root, digest;
	struct producer_schedule proposed;
	struct public_key key;
	struct error error = {0};

	if (block_header_new_schedule(&block->header, &proposed)) {
		recording->pending_schedule_hash = producer_schedule_hash(&proposed, block->header.has_new_producers);
		producer_schedule_release(&recording->pending);
		recording->pending = proposed;
	}
	if (recording->pending.producers_count && block->header.schedule_version == recording->pending.version) {
		producer_schedule_release(&recording->active);
		recording->active = recording->pending;
		recording->pending = (struct producer_schedule){0};
	}
	root = incremental_merkle_root(&recording->blockroot);
	digest = block_signing_digest(&header_digest, &root, &recording->pending_schedule_hash);
	assert_int_equal(signature_recover(&key, &block->producer_signature, &digest, &error), 0);
	for (size_t i = 0; i < recording->active.producers_count; i++)
		if (recording->active.producers[i].producer_name == block->header.producer &&
		    !public_key_compare(&key, &recording->active.producers[i].keys[0].key))
			recording->signatures++;
}

static void check_round_trip(const struct signed_block *block)
{
	struct bytes packed = {0}, again = {0};
	struct signed_block unpacked;
	struct error error = {0};
	signed_block_pack(&packed, block);
	struct cursor cursor = cursor_make(packed.data, packed.length);
	assert_int_equal(signed_block_unpack(&unpacked, &cursor, &error), 0);
	assert_int_equal(cursor_left(&cursor), 0);
	assert_true(checksum256_equal(&unpacked.id, &block->id));
	signed_block_pack(&again, &unpacked);
	assert_int_equal(again.length, packed.length);
	assert_memory_equal(again.data, packed.data, again.length);
	signed_block_release(&unpacked);
	cursor = cursor_make(packed.data, packed.length / 2);
	assert_int_equal(signed_block_unpack(&unpacked, &cursor, &error), -EINVAL);
	bytes_release(&packed);
	bytes_release(&again);
}

static void check_block(struct recording *recording, const struct json *json)
{
	struct signed_block block = {0};
	struct checksum256 *features;
	header_of_json(&block.header, json);
	checksum_member(&block.id, json, "id");
	struct checksum256 id = block_header_id(&block.header);
	assert_true(checksum256_equal(&id, &block.id));
	assert_true(checksum256_equal(&block.header.previous, &recording->previous));
	assert_int_equal(signature_parse(&block.producer_signature,
	                                 json_string(json_member(json, "producer_signature")), NULL),
	                 0);
	assert_int_equal(block_header_features(&block.header, &features),
	                 json_count(json_member(json, "new_protocol_features")));
	free(features);
	check_transactions(recording, &block, json);
	if (++recording->blocks > 1)
		check_signature(recording, &block);
	incremental_merkle_append(&recording->blockroot, &id);
	recording->previous = id;
	check_round_trip(&block);
	signed_block_release(&block);
}

static void begin_recording(struct recording *recording, const struct json *json)
{
	struct text text = TEXT_EMPTY;
	struct checksum256 expected;
	json_print(&text, json_member(json, "genesis"));
	assert_int_equal(genesis_parse(&recording->genesis, text.data, text.length, NULL), 0);
	text_release(&text);
	recording->chain_id = genesis_chain_id(&recording->genesis);
	checksum_member(&expected, json, "chain_id");
	assert_true(checksum256_equal(&expected, &recording->chain_id));
	recording->active = (struct producer_schedule){
		.producers = memory_allocate(1, sizeof(struct producer_authority)), .producers_count = 1};
	recording->active.producers[0] = (struct producer_authority){
		name_literal("eosio"), 1, memory_allocate(1, sizeof(struct key_weight)), 1};
	recording->active.producers[0].keys[0] = (struct key_weight){recording->genesis.initial_key, 1};
	recording->pending_schedule_hash = producer_schedule_hash(&recording->active, true);
}

static void recorded_blocks_have_their_ids_roots_and_signatures(void **state)
{
	struct recording recording = {.blocks = 0};
	gzFile file = gzopen("tests/golden/tutorial.jsonl.gz", "rb");
	enum { LINE_SIZE = 4 * 1024 * 1024 };
	char *line = memory_allocate(LINE_SIZE, 1);

	(void)state;
	assert_non_null(file);
	while (gzgets(file, line, LINE_SIZE)) {
		struct json *json;

		if (strncmp(line, "{\"signed_block\"", 15) && strncmp(line, "{\"genesis\"", 10))
			continue;
		assert_int_equal(json_parse(&json, line, strlen(line), NULL), 0);
		if (line[2] == 'g')
			begin_recording(&recording, json);
		else
			check_block(&recording, json);
		json_release(json);
	}
	gzclose(file);
	free(line);
	assert_int_equal(recording.blocks, 214);
	assert_int_equal(recording.signatures, 213);
	assert_true(recording.transactions > 70);
	assert_true(recording.roots > 200);
	producer_schedule_release(&recording.active);
	producer_schedule_release(&recording.pending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mainnet_headers_have_their_ids),
		cmocka_unit_test(schedule_of_the_genesis_key_has_its_hash),
		cmocka_unit_test(merkle_trees_agree),
		cmocka_unit_test(recorded_blocks_have_their_ids_roots_and_signatures),
	};
	return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
