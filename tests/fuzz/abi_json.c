/* Fuzz: an .abi file, then after a NUL byte a JSON value for each of its actions: what packs must unpack. */
#include "core/types/abi/abi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static void try_action(const struct abi *abi, const char *type, const struct json *value)
{
	struct bytes packed = {0};
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	if (abi_to_binary(abi, &packed, type, value, &error) == 0) {
		struct cursor in = cursor_make(packed.data, packed.length);
		(void)abi_to_json(abi, &text, type, &in,
		                  &error); /* an empty struct, or one too deep, does not unpack */
	} else if (!error.sentence[0] || packed.length) {
		abort();
	}
	bytes_release(&packed);
	text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	const uint8_t *end = length ? memchr(data, 0, length) : NULL;
	size_t abi_length = end ? (size_t)(end - data) : length;
	struct abi *abi;
	struct json *value = NULL;
	struct error error = {0};
	struct bytes packed = {0};
	uint64_t action;
	if (abi_parse(&abi, (const char *)data, abi_length, &error) < 0) {
		if (!error.sentence[0])
			abort();
		return 0;
	}
	struct abi *again;
	abi_pack(&packed, abi);
	if (abi_unpack(&again, packed.data, packed.length, &error) < 0)
		abort();
	abi_release(again);
	if (end)
		json_parse(&value, (const char *)end + 1, length - abi_length - 1, NULL);
	for (size_t i = 0; value && abi_action_at(abi, &action, i); i++)
		try_action(abi, abi_action_type(abi, action), value);
	json_release(value);
	bytes_release(&packed);
	abi_release(abi);
	return 0;
}
