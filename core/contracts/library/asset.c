/* Symbols and assets for contracts (asset.h). */
#include "core/contracts/library/asset.h"

bool symbol_is_valid(uint64_t symbol_value)
{
	uint64_t code = asset_code(symbol_value);
	bool ended = false;
	if (!code)
		return false;
	for (int i = 0; i < 7; i++, code >>= 8) {
		uint8_t c = code & 0xff;
		if (c ? ended || c < 'A' || c > 'Z' : i == 0)
			return false;
		ended = !c;
	}
	return true;
}

bool asset_is_valid(struct asset asset)
{
	return asset.amount >= -AMOUNT_MAXIMUM && asset.amount <= AMOUNT_MAXIMUM && symbol_is_valid(asset.symbol);
}

struct asset read_asset(struct reader *in)
{
	struct asset asset;
	read_to(in, &asset, sizeof asset);
	return asset;
}

void write_asset(struct writer *out, struct asset asset)
{
	write_bytes(out, &asset, sizeof asset);
}

struct asset asset_make(int64_t amount, uint64_t symbol_value)
{
	check(amount >= -AMOUNT_MAXIMUM && amount <= AMOUNT_MAXIMUM,
	      "magnitude of asset amount must be less than 2^62");
	check(symbol_is_valid(symbol_value), "invalid symbol name");
	return (struct asset){amount, symbol_value};
}

void asset_add(struct asset *to, struct asset value)
{
	check(value.symbol == to->symbol, "attempt to add asset with different symbol");
	to->amount = wrapping_add(to->amount, value.amount);
	check(-AMOUNT_MAXIMUM <= to->amount, "addition underflow");
	check(to->amount <= AMOUNT_MAXIMUM, "addition overflow");
}

void asset_subtract(struct asset *from, struct asset value)
{
	check(value.symbol == from->symbol, "attempt to subtract asset with different symbol");
	from->amount = wrapping_subtract(from->amount, value.amount);
	check(-AMOUNT_MAXIMUM <= from->amount, "subtraction underflow");
	check(from->amount <= AMOUNT_MAXIMUM, "subtraction overflow");
}

int asset_compare(struct asset a, struct asset b)
{
	check(a.symbol == b.symbol, "comparison of assets with different symbols is not allowed");
	return a.amount < b.amount ? -1 : a.amount > b.amount;
}

size_t asset_write_text(char out[ASSET_TEXT], struct asset asset)
{
	char digits[ASSET_TEXT];
	size_t count = 0, length = 0, precision = asset.symbol & 0xff;
	uint64_t rest = asset.amount < 0 ? 0 - (uint64_t)asset.amount : (uint64_t)asset.amount;
	while (rest || count <= precision) { /* lowest first, at least one before the point */
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	}
	if (asset.amount < 0)
		out[length++] = '-';
	while (count > 0) {
		out[length++] = digits[--count];
		if (count == precision && precision > 0)
			out[length++] = '.';
	}
	out[length++] = ' ';
	for (uint64_t code = asset_code(asset.symbol); code & 0xff; code >>= 8)
		out[length++] = (char)(code & 0xff);
	out[length] = 0;
	return length;
}
