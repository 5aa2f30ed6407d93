/* Blocks from get_block's JSON: header, extensions, receipts (protocol.md E.1, E.2, F.3). */
#include "tests/golden/rebuild.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *member_string(const struct json *object, const char *name)
{
	const char *string = json_string(json_member(object, name));
	return string ? string : "";
}

static uint64_t member_number(const struct json *object, const char *name)
{
	uint64_t number = 0;
	json_uint64(&number, json_member(object, name));
	return number;
}

static int member_hash(struct checksum256 *out, const struct json *object, const char *name,
                       struct error *error)
{
	if (checksum256_parse(out, member_string(object, name)))
		return error_set(error, EINVAL, "\"%s\" is no hash", name);
	return 0;
}

static int parse_producer(struct producer_authority *out, const struct json *json, struct error *error)
{
	const struct json *authority = json_next(json_first(json_member(json, "authority")));
	const struct json *keys = json_member(authority, "keys");
	int result = name_parse(&out->producer_name, member_string(json, "producer_name"), error);
	out->threshold = (uint32_t)member_number(authority, "threshold");
	out->keys = memory_allocate(json_count(keys) + 1, sizeof *out->keys);
	for (const struct json *key = json_first(keys); result == 0 && key; key = json_next(key)) {
		struct key_weight *at = &out->keys[out->keys_count++];
		at->weight = (uint16_t)member_number(key, "weight");
		result = public_key_parse(&at->key, member_string(key, "key"), error);
	}
	return result;
}

static int parse_schedule(struct producer_schedule *out, const struct json *json, struct error *error)
{
	const struct json *producers = json_member(json, "producers");
	int result = 0;
	out->version = (uint32_t)member_number(json, "version");
	out->producers = memory_allocate(json_count(producers) + 1, sizeof *out->producers);
	for (const struct json *producer = json_first(producers); result == 0 && producer;
	     producer = json_next(producer))
		result = parse_producer(&out->producers[out->producers_count++], producer, error);
	return result;
}

static struct bytes *add_extension(struct block_header *header, uint16_t type)
{
	struct extension *extension = &header->extensions[header->extensions_count++];
	extension->type = type;
	return &extension->data;
}

static int rebuild_extensions(struct block_header *out, const struct json *json, struct error *error)
{
	const struct json *features = json_member(json, "new_protocol_features");
	const struct json *schedule_json = json_member(json, "new_producer_schedule");
	int result = 0;
	out->extensions = memory_allocate(2, sizeof *out->extensions);
	if (features) {
		struct bytes *data = add_extension(out, HEADER_EXTENSION_PROTOCOL_FEATURES);
		bytes_put_varuint32(data, (uint32_t)json_count(features));
		for (const struct json *feature = json_first(features); result == 0 && feature;
		     feature = json_next(feature)) {
			struct checksum256 digest;
			result = member_hash(&digest, feature, "feature_digest", error);
			bytes_put(data, digest.data, sizeof digest.data);
		}
	}
	if (result == 0 && schedule_json) {
		struct producer_schedule schedule = {0};
		result = parse_schedule(&schedule, schedule_json, error);
		producer_schedule_pack(add_extension(out, HEADER_EXTENSION_PRODUCER_SCHEDULE), &schedule, false);
		producer_schedule_release(&schedule);
	}
	return result;
}

static int rebuild_header(struct block_header *out, const struct json *json, struct error *error)
{
	int64_t us;
	int result = time_point_parse(&us, member_string(json, "timestamp"), error);
	if (result == 0)
		result = name_parse(&out->producer, member_string(json, "producer"), error);
	if (result == 0)
		result = member_hash(&out->previous, json, "previous", error);
	if (result == 0)
		result = member_hash(&out->transaction_mroot, json, "transaction_mroot", error);
	if (result == 0)
		result = member_hash(&out->action_mroot, json, "action_mroot", error);
	if (result)
		return result;
	out->timestamp = slot_from_us(us);
	out->confirmed = (uint16_t)member_number(json, "confirmed");
	out->schedule_version = (uint32_t)member_number(json, "schedule_version");
	if (json_type(json_member(json, "new_producers")) == JSON_OBJECT)
		return error_set(error, EINVAL, "schedules in the legacy form are in no recording");
	return rebuild_extensions(out, json, error);
}

static int put_hex(struct bytes *out, const char *hex, struct error *error)
{
	size_t digits = strlen(hex);
	uint8_t *data = memory_allocate(digits / 2 + 1, 1);
	int result = hex_parse(data, hex, digits)
	                 ? error_set(error, EINVAL, "a packed transaction is no hexadecimal")
	                 : 0;
	bytes_put(out, data, digits / 2);
	free(data);
	return result;
}

static int rebuild_transaction(struct packed_transaction *out, bool *cut, const struct json *json,
                               struct error *error)
{
	const struct json *signatures = json_member(json, "signatures");
	const char *hex = json_string(json_member(json, "packed_trx"));
	struct packed_transaction stored = {0};
	struct bytes bytes = {0};
	int result = 0;
	stored.compression = !strcmp(member_string(json, "compression"), "zlib") ? COMPRESSION_ZLIB
	                                                                         : COMPRESSION_NONE;
	stored.signatures = memory_allocate(json_count(signatures) + 1, sizeof *stored.signatures);
	for (const struct json *signature = json_first(signatures); result == 0 && signature;
	     signature = json_next(signature))
		result = signature_parse(&stored.signatures[stored.signatures_count++],
		                         json_string(signature) ? json_string(signature) : "", error);
	if (result == 0)
		result = member_hash(&stored.id, json, "id", error);
	if (result || !hex) {
		*out = stored;
		*cut = true;
		return result;
	}
	result = put_hex(&stored.packed_trx, hex, error);
	if (result == 0)
		result = put_hex(&stored.packed_context_free_data, member_string(json, "packed_context_free_data"),
		                 error);
	packed_transaction_pack(&bytes, &stored);
	struct cursor cursor = cursor_make(bytes.data, bytes.length);
	if (result == 0)
		result = packed_transaction_unpack(out, &cursor, error);
	if (result == 0 && !checksum256_equal(&out->id, &stored.id))
		result = error_set(error, EINVAL, "a transaction's id is not the recorded one, %s",
		                   member_string(json, "id"));
	bytes_release(&bytes);
	packed_transaction_release(&stored);
	return result;
}

static int rebuild_receipt(struct transaction_receipt *out, bool *cut, const struct json *json,
                           struct error *error)
{
	const char *id = json_string(json_member(json, "trx"));
	const char *status = member_string(json, "status");
	while (out->status < STATUS_EXPIRED && strcmp(status, transaction_status_name(out->status)))
		out->status++;
	out->cpu_usage_us = (uint32_t)member_number(json, "cpu_usage_us");
	out->net_usage_words = (uint32_t)member_number(json, "net_usage_words");
	if (id) {
		out->is_id = true;
		return member_hash(&out->id, json, "trx", error);
	}
	return rebuild_transaction(&out->packed, cut, json_member(json, "trx"), error);
}

int rebuild_block(struct signed_block *out, bool *cut, const struct recording_block *recorded,
                  struct error *error)
{
	const struct json *json = recorded->signed_json;
	const struct json *receipts = json_member(json, "transactions");
	*out = (struct signed_block){0};
	*cut = false;
	int result = rebuild_header(&out->header, json, error);
	if (result == 0)
		result = signature_parse(&out->producer_signature, member_string(json, "producer_signature"), error);
	out->transactions = memory_allocate(json_count(receipts) + 1, sizeof *out->transactions);
	for (const struct json *receipt = json_first(receipts); result == 0 && receipt;
	     receipt = json_next(receipt))
		result = rebuild_receipt(&out->transactions[out->transactions_count++], cut, receipt, error);
	if (result == 0)
		result = member_hash(&out->id, json, "id", error);
	return result;
}
