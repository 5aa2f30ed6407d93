/* Symbols and assets from arbitrary text and bytes: what parses or unpacks is within limits and prints to
 * something that parses the same. */
#include "core/types/asset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_asset(const struct asset *asset)
{
	struct asset again;
	assert(symbol_valid(asset->symbol) && asset->amount <= ASSET_MAXIMUM && asset->amount >= -ASSET_MAXIMUM);
	struct asset_text printed = asset_text(asset);
	assert(strlen(printed.text) < ASSET_TEXT_SIZE);
	if (!symbol_code(asset->symbol))
		return; /* "1.0000 " has no symbol that could be read */
	assert(asset_parse(&again, printed.text, NULL) == 0);
	assert(again.amount == asset->amount && again.symbol == asset->symbol);
	assert(asset_parse_as(&again, printed.text, asset->symbol, NULL) == 0 && again.amount == asset->amount);
}

static void check_text(const char *text)
{
	static const uint64_t sys4 = 4 | UINT64_C(0x535953) << 8;
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
		assert(symbol_parse(&again, symbol_text(symbol).text, NULL) == 0 && again == symbol);
	}
	if (!symbol_code_parse(&symbol, text, &error))
		assert(!strcmp(symbol_code_text(symbol).text, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
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
	assert(strlen(asset_text(&asset).text) < ASSET_TEXT_SIZE); /* values out of range too */
	return 0;
}
