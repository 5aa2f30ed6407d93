/* Symbols and assets: text, limits, bytes (protocol.md A.3). Messages begin as nodeos words them, then
 * quote the text. */
#include "core/types/asset.h"

#include "core/base/exception.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PRECISION_MAXIMUM = 18, CODE_LETTERS = 7, INPUT_MAXIMUM = 64 };

/* A piece of a text that is being read. */
struct piece {
	const char *at;
	size_t length;
};

static struct piece piece_trim(struct piece piece)
{
	while (piece.length && isspace((unsigned char)piece.at[0]))
		piece.at++, piece.length--;
	while (piece.length && isspace((unsigned char)piece.at[piece.length - 1]))
		piece.length--;
	return piece;
}

/* --- symbols --- */

bool symbol_valid(uint64_t symbol)
{
	uint64_t code = symbol_code(symbol);

	if (symbol_precision(symbol) > PRECISION_MAXIMUM)
		return false;
	for (; code; code >>= 8)
		if ((code & 0xff) < 'A' || (code & 0xff) > 'Z')
			return false;
	return true;
}

static void code_print(char out[CODE_LETTERS + 1], uint64_t code)
{
	for (; code; code >>= 8)
		*out++ = isgraph((unsigned char)(code & 0xff)) ? (char)(code & 0xff)
		                                               : '?'; /* only an invalid one has such a byte */
	*out = 0;
}

struct symbol_text symbol_code_text(uint64_t code)
{
	struct symbol_text out;
	code_print(out.text, code & (UINT64_MAX >> 8));
	return out;
}

struct symbol_text symbol_text(uint64_t symbol)
{
	struct symbol_text out;
	int length = snprintf(out.text, sizeof out.text, "%u,", (unsigned)symbol_precision(symbol));
	code_print(out.text + length, symbol_code(symbol));
	return out;
}

static int code_parse(uint64_t *out, struct piece piece, struct error *error)
{
	*out = 0;
	if (piece.length > CODE_LETTERS)
		return error_chain(error, SYMBOL_TYPE_EXCEPTION, "invalid symbol: '%.*s' is longer than 7 letters",
		                   (int)piece.length, piece.at);
	for (size_t i = 0; i < piece.length; i++) {
		if (piece.at[i] < 'A' || piece.at[i] > 'Z') {
			*out = 0;
			return error_chain(error, SYMBOL_TYPE_EXCEPTION, "invalid character in symbol name ('%.*s')",
			                   (int)piece.length, piece.at);
		}
		*out |= (uint64_t)(uint8_t)piece.at[i] << (8 * i);
	}
	return 0;
}

int symbol_code_parse(uint64_t *out, const char *text, struct error *error)
{
	return code_parse(out, (struct piece){text, strnlen(text, INPUT_MAXIMUM)}, error);
}

int symbol_parse(uint64_t *out, const char *text, struct error *error)
{
	struct piece piece = piece_trim((struct piece){text, strnlen(text, INPUT_MAXIMUM)});
	const char *comma = memchr(piece.at, ',', piece.length);
	unsigned precision = 0;
	int result;

	*out = 0;
	if (!piece.length)
		return error_chain(error, SYMBOL_TYPE_EXCEPTION, "creating symbol from empty string");
	if (!comma)
		return error_chain(error, SYMBOL_TYPE_EXCEPTION, "missing comma in symbol ('%.*s')",
		                   (int)piece.length, piece.at);
	if (comma == piece.at)
		return error_chain(error, SYMBOL_TYPE_EXCEPTION, "missing precision in symbol ('%.*s')",
		                   (int)piece.length, piece.at);
	for (const char *at = piece.at; at < comma; at++) {
		if (!isdigit((unsigned char)*at))
			return error_chain(error, SYMBOL_TYPE_EXCEPTION, "precision is not a number in symbol '%.*s'",
			                   (int)piece.length, piece.at);
		precision = precision * 10 + (unsigned)(*at - '0');
		if (precision > PRECISION_MAXIMUM)
			return error_chain(error, SYMBOL_TYPE_EXCEPTION, "precision %.*s should be <= 18",
			                   (int)(comma - piece.at), piece.at);
	}
	result = code_parse(out, (struct piece){comma + 1, piece.length - (size_t)(comma + 1 - piece.at)}, error);
	if (result == 0)
		*out = *out << 8 | precision;
	return result;
}

/* --- assets --- */

struct asset_text asset_text(const struct asset *asset)
{
	unsigned precision = symbol_precision(asset->symbol) > PRECISION_MAXIMUM
	                         ? PRECISION_MAXIMUM
	                         : symbol_precision(asset->symbol);
	uint64_t amount = asset->amount < 0 ? 0 - (uint64_t)asset->amount : (uint64_t)asset->amount;
	char digits[ASSET_TEXT_SIZE], *at = digits + sizeof digits;
	struct asset_text out;

	for (unsigned place = 0; place <= precision || amount; place++, amount /= 10) {
		if (precision && place == precision)
			*--at = '.';
		*--at = (char)('0' + amount % 10);
	}
	if (asset->amount < 0)
		*--at = '-';
	size_t length = (size_t)(digits + sizeof digits - at);
	memcpy(out.text, at, length);
	out.text[length] = ' ';
	code_print(out.text + length + 1, symbol_code(asset->symbol));
	return out;
}

/* Appends the digits of piece to *value; false when one is no digit or the value leaves int64. */
static bool digits_append(int64_t *value, struct piece piece)
{
	for (size_t i = 0; i < piece.length; i++)
		if (!isdigit((unsigned char)piece.at[i]) || __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, piece.at[i] - '0', value))
			return false;
	return true;
}

/* The amount in units of 10^-precision; wanted -1: as many digits as there are, given back in *precision. */
static int amount_parse(int64_t *out, unsigned *precision, struct piece piece, int wanted, const char *text,
                        struct error *error)
{
	static const char zeros[] = "000000000000000000";
	bool negative = piece.length && piece.at[0] == '-';
	struct piece whole = {piece.at + (negative || (piece.length && piece.at[0] == '+')), 0},
	             fraction = {NULL, 0};
	const char *dot = memchr(piece.at, '.', piece.length);
	const char *end = piece.at + piece.length;

	*out = 0;
	whole.length = (size_t)((dot ? dot : end) - whole.at);
	if (dot)
		fraction = (struct piece){dot + 1, (size_t)(end - dot - 1)};
	if (dot && !fraction.length)
		return error_chain(error, ASSET_TYPE_EXCEPTION, "Missing decimal fraction after decimal point ('%s')",
		                   text);
	if (!whole.length)
		return error_chain(error, ASSET_TYPE_EXCEPTION, "asset '%s' has no digit before the decimal point",
		                   text);
	if (fraction.length > PRECISION_MAXIMUM)
		return error_chain(error, SYMBOL_TYPE_EXCEPTION, "precision %zu should be <= 18", fraction.length);
	if (wanted >= 0 && fraction.length > (size_t)wanted)
		return error_chain(error, ASSET_TYPE_EXCEPTION, "asset '%s' has more than %d decimal digits", text,
		                   wanted);
	*precision = wanted >= 0 ? (unsigned)wanted : (unsigned)fraction.length;
	for (size_t i = 0; i < whole.length + fraction.length; i++)
		if (!isdigit((unsigned char)(i < whole.length ? whole.at[i] : fraction.at[i - whole.length])))
			return error_chain(error, ASSET_TYPE_EXCEPTION, "asset '%s' does not begin with a number", text);
	if (!digits_append(out, whole) || !digits_append(out, fraction) ||
	    !digits_append(out, (struct piece){zeros, *precision - fraction.length}) || *out > ASSET_MAXIMUM)
		return error_chain(error, ASSET_TYPE_EXCEPTION,
		                   "magnitude of asset amount must be less than 2^62 ('%s')", text);
	if (negative)
		*out = -*out;
	return 0;
}

static int asset_parse_precision(struct asset *out, const char *text, int wanted, struct error *error)
{
	struct piece piece = piece_trim((struct piece){text, strnlen(text, INPUT_MAXIMUM + 1)});
	const char *space = memchr(piece.at, ' ', piece.length);
	struct piece symbol;
	unsigned precision = 0;
	uint64_t code;
	int result;

	*out = (struct asset){0, 0};
	if (text[strnlen(text, INPUT_MAXIMUM)])
		return error_chain(error, ASSET_TYPE_EXCEPTION, "asset '%.64s…' is too long", text);
	if (!space)
		return error_chain(error, ASSET_TYPE_EXCEPTION,
		                   "Asset's amount and symbol should be separated with space ('%s')", text);
	symbol = piece_trim((struct piece){space, piece.length - (size_t)(space - piece.at)});
	piece.length = (size_t)(space - piece.at);
	result = code_parse(&code, symbol, error);
	if (result == 0)
		result = amount_parse(&out->amount, &precision, piece, wanted, text, error);
	if (result)
		*out = (struct asset){0, 0};
	else
		out->symbol = code << 8 | precision;
	return result;
}

int asset_parse(struct asset *out, const char *text, struct error *error)
{
	return asset_parse_precision(out, text, -1, error);
}

int asset_parse_as(struct asset *out, const char *text, uint64_t symbol, struct error *error)
{
	int result = asset_parse_precision(out, text, symbol_precision(symbol), error);

	if (result == 0 && out->symbol != symbol) {
		*out = (struct asset){0, 0};
		result = error_chain(error, ASSET_TYPE_EXCEPTION, "asset '%s' is not in %s", text,
		                     symbol_code_text(symbol_code(symbol)).text);
	}
	return result;
}

void asset_pack(struct bytes *out, const struct asset *asset)
{
	bytes_put_u64(out, (uint64_t)asset->amount);
	bytes_put_u64(out, asset->symbol);
}

int asset_unpack(struct asset *out, struct cursor *in)
{
	out->amount = (int64_t)cursor_u64(in);
	out->symbol = cursor_u64(in);
	if (out->amount > ASSET_MAXIMUM || out->amount < -ASSET_MAXIMUM || !symbol_valid(out->symbol))
		in->failed = true;
	return in->failed ? -EINVAL : 0;
}
