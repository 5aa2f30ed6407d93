/* Symbols and assets from arbitrary text and bytes: what parses or unpacks is within limits and prints to
 * something that parses the same. */
#include "core/types/asset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_asset(const struct asset *asset)
{
	char printed[ASSET_TEXT_SIZE];
	struct asset again;
	assert(symbol_valid(asset->symbol) && asset->amount <= ASSET_MAXIMUM && asset->amount >= -ASSET_MAXIMUM);
	asset_print(printed, asset);
	assert(strlen(printed) < ASSET_TEXT_SIZE);
	if (!symbol_code(asset->symbol))
		return; /* "1.0000 " has no symbol that could be read */
	assert(asset_parse(&again, printed, NULL) == 0);
	assert(again.amount == asset->amount && again.symbol == asset->symbol);
	assert(asset_parse_as(&again, printed, asset->symbol, NULL) == 0 && again.amount == asset->amount);
}

static void check_text(const char *text)
{
	static const uint64_t sys4 = 4 | UINT64_C(0x535953) << 8;
	char printed[SYMBOL_TEXT_SIZE];
	struct asset asset;
	struct error error;
	uint64_t symbol, again;

	if (!asset_parse(&asset, text, &error))
		check_asset(&asset);
	else
		assert(error.code == 3010011 || error.code == 3010014);
	if (!asset_parse_as(&asset, text, sys4, &error)) {
		assert(asset.symbol == sys4);
		check_asset(&asset);
	}
	if (!symbol_parse(&symbol, text, &error)) {
		assert(symbol_valid(symbol));
		symbol_print(printed, symbol);
		assert(symbol_parse(&again, printed, NULL) == 0 && again == symbol);
	}
	if (!symbol_code_parse(&symbol, text, &error)) {
		symbol_code_print(printed, symbol);
		assert(!strcmp(printed, text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char printed[ASSET_TEXT_SIZE];
	struct cursor cursor = cursor_make(data, size);
	struct asset asset;

	memcpy(text, data, size);
	text[size] = 0;
	check_text(text);
	free(text);
	if (!asset_unpack(&asset, &cursor))
		check_asset(&asset);
	else
		assert(cursor.failed);
	asset_print(printed, &asset); /* values out of range too */
	assert(strlen(printed) < ASSET_TEXT_SIZE);
	return 0;
}
