/* Fuzz: a packed ABI behind its 16-bit length, then bytes that are unpacked as each of its actions and rows:
 * what unpacks must be JSON. */
#include "core/types/abi/abi.h"
#include "core/types/abi/eosio.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void try_type(const struct abi *abi, const char *type, const uint8_t *data, size_t length)
{
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	struct json *json;
	struct cursor in = cursor_make(data, length);
	if (abi_to_json(abi, &text, type, &in, &error) < 0) {
		if (!error.sentence[0] || text.length)
			abort();
	} else if (json_parse(&json, text.data, text.length, &error) == 0) {
		struct bytes packed = {0};
		(void)abi_to_binary(abi, &packed, type, json, &error);
		bytes_release(&packed);
		json_release(json);
	} else if (!strstr(text.data, "\\u0000") && !strstr(error.sentence, "nested")) {
		abort();
	}
	text_release(&text);
}

/* With no ABI of its own the input is tried on the genesis ABI. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct cursor in = cursor_make(data, length);
	struct error error = {0};
	struct bytes genesis = {0};
	struct abi *abi;
	uint64_t name;
	size_t abi_length = cursor_u16(&in);
	const uint8_t *bytes = abi_length ? cursor_take(&in, abi_length) : NULL;
	if (!bytes) {
		abi_eosio_pack(&genesis);
		bytes = genesis.data;
		abi_length = genesis.length;
		in = cursor_make(length > 2 ? data + 2 : data, length > 2 ? length - 2 : 0);
	}
	if (abi_unpack(&abi, bytes, abi_length, &error) == 0) {
		struct text json = TEXT_EMPTY;
		struct abi *again = NULL;
		abi_print(&json, abi);
		(void)abi_parse(&again, json.data, json.length, &error); /* names of invalid UTF-8 lose bytes */
		abi_release(again);
		text_release(&json);
		for (size_t i = 0; abi_action_at(abi, &name, i); i++)
			try_type(abi, abi_action_type(abi, name), in.at, cursor_left(&in));
		for (size_t i = 0; abi_table_at(abi, &name, i); i++)
			try_type(abi, abi_table_type(abi, name), in.at, cursor_left(&in));
		abi_release(abi);
	} else if (!error.sentence[0]) {
		abort();
	}
	bytes_release(&genesis);
	return 0;
}
