/* Packed transactions from JSON, as push_transaction takes them. */
#include "core/chain/chain.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SIGNATURES_MAXIMUM = 1024 };

static bool put_hex(struct bytes *out, const struct json *json)
{
	const char *text = json_string(json);
	size_t length = text ? strlen(text) : 0;
	uint8_t *bytes = memory_allocate(length / 2 + 1, 1);
	bool good = (text || json_type(json) <= JSON_NULL) && length % 2 == 0 &&
	            hex_parse(bytes, text ? text : "", length) == 0;

	if (good)
		bytes_put(out, bytes, length / 2);
	free(bytes);
	return good;
}

static bool put_signatures(struct bytes *out, const struct json *json)
{
	size_t count = json_count(json);

	if ((json_type(json) != JSON_ARRAY && json_type(json) > JSON_NULL) || count > SIGNATURES_MAXIMUM)
		return false;
	bytes_put_varuint32(out, (uint32_t)count);
	for (const struct json *at = json_first(json); at; at = json_next(at)) {
		struct signature signature;
		if (!json_string(at) || signature_parse(&signature, json_string(at), NULL) != 0)
			return false;
		signature_pack(out, &signature);
	}
	return true;
}

static bool put_compression(struct bytes *out, const struct json *json)
{
	const char *text = json_string(json);
	uint64_t number = COMPRESSION_NONE;

	if (text && (strcmp(text, "none") == 0 || strcmp(text, "zlib") == 0))
		number = strcmp(text, "zlib") == 0 ? COMPRESSION_ZLIB : COMPRESSION_NONE;
	else if (json_type(json) > JSON_NULL && (json_uint64(&number, json) != 0 || number > COMPRESSION_ZLIB))
		return false;
	bytes_put_u8(out, (uint8_t)number);
	return true;
}

/* context_free_data, a list of texts, as packed_context_free_data has it. */
static bool put_context_free_data(struct bytes *out, const struct json *list)
{
	bool good = true;

	if (json_count(list))
		bytes_put_varuint32(out, (uint32_t)json_count(list));
	for (const struct json *at = json_first(list); at && good; at = json_next(at)) {
		struct bytes item = {0};
		good = put_hex(&item, at);
		bytes_put_counted(out, item.data, item.length);
		bytes_release(&item);
	}
	return good;
}

/* What follows the signatures. */
static bool put_body(struct bytes *out, const struct json *json, const struct transaction *whole)
{
	struct bytes data = {0}, packed = {0};
	bool good;

	if (whole) {
		bytes_put_u8(out, COMPRESSION_NONE);
		transaction_pack(&packed, whole);
		good = put_context_free_data(&data, json_member(json, "context_free_data"));
	} else {
		good = put_compression(out, json_member(json, "compression")) &&
		       put_hex(&data, json_member(json, "packed_context_free_data")) &&
		       put_hex(&packed, json_member(json, "packed_trx"));
	}
	bytes_put_counted(out, data.data, data.length);
	bytes_put_counted(out, packed.data, packed.length);
	bytes_release(&packed);
	bytes_release(&data);
	return good;
}

int chain_packed_transaction_parse(struct packed_transaction *out, const struct json *json,
                                   const struct transaction *whole, struct error *error)
{
	struct bytes bytes = {0};
	int result;

	*out = (struct packed_transaction){0};
	if (put_signatures(&bytes, json_member(json, "signatures")) && put_body(&bytes, json, whole)) {
		struct cursor in = cursor_make(bytes.data, bytes.length);
		result = packed_transaction_unpack(out, &in, error);
	} else {
		result = error_chain(error, PACKED_TRANSACTION_TYPE_EXCEPTION, "Invalid packed transaction");
	}
	bytes_release(&bytes);
	return result;
}
