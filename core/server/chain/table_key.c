/* Index keys between text and the order in which a state keeps them: big-endian, floats with their sign
 * turned so that bytes sort as numbers do. */
#include "core/server/chain/table_key.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/types/asset.h"
#include "core/types/name.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- integers of any width, big-endian, modulo 2^(8 * width) --- */

static void multiply_add(uint8_t *number, size_t width, unsigned factor, unsigned addend)
{
	unsigned carry = addend;
	for (size_t i = width; i-- > 0;) {
		carry += number[i] * factor;
		number[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void negate(uint8_t *number, size_t width)
{
	for (size_t i = 0; i < width; i++)
		number[i] = (uint8_t)~number[i];
	multiply_add(number, width, 1, 1);
}

static int digit_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10 : 16;
}

/* Decimal, or hexadecimal behind 0x; as wide as wanted, what does not fit is cut off at the top. */
static bool parse_wide(uint8_t *out, size_t width, const char *text)
{
	bool negative = *text == '-';
	int base = 10;
	memset(out, 0, width);
	text += *text == '-' || *text == '+';
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	} else if (!*text) {
		return false;
	}
	for (; *text; text++) {
		int digit = digit_value(*text);
		if (digit >= base)
			return false;
		multiply_add(out, width, (unsigned)base, (unsigned)digit);
	}
	if (negative)
		negate(out, width);
	return true;
}

static void print_decimal(struct text *out, const uint8_t *number, size_t width)
{
	uint8_t left[CHAIN_INDEX_KEY_SIZE];
	char digits[80], *at = digits + sizeof digits;
	bool any = true;

	memcpy(left, number, width);
	*--at = '\0';
	while (any) {
		unsigned rest = 0;
		any = false;
		for (size_t i = 0; i < width; i++) {
			rest = rest << 8 | left[i];
			left[i] = (uint8_t)(rest / 10);
			rest %= 10;
			any |= left[i] != 0;
		}
		*--at = (char)('0' + rest);
	}
	text_append(out, at);
}

static int not_converted(struct error *error, const char *what, const char *text)
{
	return error_chain(error, STD_EXCEPTION, "Could not convert %s string '%s' to key type.", what, text);
}

/* --- i64 and names --- */

static void put_big_endian(uint8_t *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get_big_endian(const uint8_t *in)
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

static int parse_i64(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	uint64_t value = 0;
	(void)hex;
	int result = table_number_parse(&value, text, what, error);
	put_big_endian(out, value);
	return result;
}

static int parse_name(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	uint64_t value = 0;
	(void)hex;
	(void)what;
	int result = name_parse(&value, text, error);
	put_big_endian(out, value);
	return result;
}

static void print_i64(struct text *out, const uint8_t *key, bool hex)
{
	(void)hex;
	text_printf(out, "%" PRIu64, get_big_endian(key));
}

/* --- i128, i256 --- */

static int parse_i128(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	(void)hex;
	return parse_wide(out, 16, text) ? 0 : not_converted(error, what, text);
}

static void print_i128(struct text *out, const uint8_t *key, bool hex)
{
	(void)hex;
	print_decimal(out, key, 16);
}

/* An even number of digits, however many: what is missing is zero, the surplus is cut. */
static int parse_digits(uint8_t *out, size_t width, const char *text, struct error *error)
{
	size_t length = strlen(text);
	memset(out, 0, CHAIN_INDEX_KEY_SIZE);
	if (length % 2)
		return error_chain(error, ASSERT_EXCEPTION, "the number of characters in hex string must be even");
	for (const char *at = text; *at; at++)
		if (!isxdigit((unsigned char)*at))
			return error_set(error, EINVAL, "Invalid hex character '%c'", *at);
	hex_parse(out, text, length > 2 * width ? 2 * width : length);
	return 0;
}

static int parse_i256(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	if (hex)
		return parse_digits(out, 32, text, error);
	return parse_wide(out, 32, text) ? 0 : not_converted(error, what, text);
}

static void print_i256(struct text *out, const uint8_t *key, bool hex)
{
	text_append(out, hex ? "" : "0x");
	text_append_hex(out, key, 32);
}

static int parse_sha256(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	(void)hex;
	(void)what;
	return parse_digits(out, 32, text, error);
}

static void print_sha256(struct text *out, const uint8_t *key, bool hex)
{
	(void)hex;
	text_append_hex(out, key, 32);
}

static int parse_ripemd160(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	(void)hex;
	(void)what;
	return parse_digits(out, 20, text, error);
}

static void print_ripemd160(struct text *out, const uint8_t *key, bool hex)
{
	(void)hex;
	text_append_hex(out, key, 20);
}

/* --- floats --- */

/* What strtod takes beyond this (hexadecimal, blanks before) nodeos does not. */
static int parse_double(double *out, const char *text, const char *what, struct error *error)
{
	char *end = NULL;
	bool plausible = *text && !isspace((unsigned char)*text) && !strpbrk(text, "xXpP(");

	errno = 0;
	*out = plausible ? strtod(text, &end) : 0;
	if (!plausible || *end || (errno == ERANGE && isinf(*out)))
		return error_chain(error, PARSE_ERROR_EXCEPTION, "Couldn't parse double");
	if (isnan(*out))
		return error_chain(error, CONTRACT_TABLE_QUERY_EXCEPTION,
		                   "Converted %s string '%s' to NaN which is not a permitted value for the key type",
		                   what, text);
	return 0;
}

/* The bits of a float, most significant byte first, to or from their place in the order. */
static void order_float(uint8_t *bits, size_t width)
{
	uint8_t turn = bits[0] & 0x80 ? 0xff : 0;
	for (size_t i = 0; i < width; i++)
		bits[i] ^= turn;
	bits[0] ^= turn ? 0 : 0x80;
}

static void unorder_float(uint8_t *bits, size_t width)
{
	uint8_t turn = bits[0] & 0x80 ? 0 : 0xff;
	for (size_t i = 0; i < width; i++)
		bits[i] ^= turn;
	bits[0] ^= turn ? 0 : 0x80;
}

static int parse_float64(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	double value;
	uint64_t bits;
	(void)hex;
	int result = parse_double(&value, text, what, error);
	if (result)
		return result;
	value = value == 0 ? 0 : value;
	memcpy(&bits, &value, sizeof bits);
	put_big_endian(out, bits);
	order_float(out, 8);
	return 0;
}

static void print_float64(struct text *out, const uint8_t *key, bool hex)
{
	uint8_t copy[8];
	double value;
	(void)hex;
	memcpy(copy, key, sizeof copy);
	unorder_float(copy, sizeof copy);
	uint64_t bits = get_big_endian(copy);
	memcpy(&value, &bits, sizeof value);
	text_printf(out, "%.17f", value);
}

/* A double as the same number of 128 bits. */
static void widen(uint8_t out[16], double value)
{
	uint64_t high, low = 0;
	int exponent = 0;
	double fraction = frexp(fabs(value), &exponent);

	if (isinf(value)) {
		high = UINT64_C(0x7fff) << 48;
	} else if (value == 0) {
		high = 0;
	} else {
		/* fraction is in [0.5, 1): 53 bits, the first of which is implied */
		uint64_t mantissa = (uint64_t)ldexp(fraction, 53) & ((UINT64_C(1) << 52) - 1);
		high = (uint64_t)(exponent - 1 + 16383) << 48 | mantissa >> 4;
		low = mantissa << 60;
	}
	put_big_endian(out, high | (signbit(value) && value != 0 ? UINT64_C(1) << 63 : 0));
	put_big_endian(out + 8, low);
}

/* The nearest double of a float of 128 bits. */
static double narrow(const uint8_t bits[16])
{
	uint64_t high = get_big_endian(bits), low = get_big_endian(bits + 8);
	int exponent = (int)(high >> 48 & 0x7fff);
	double sign = high >> 63 ? -1 : 1;

	high &= (UINT64_C(1) << 48) - 1;
	if (exponent == 0x7fff)
		return high || low ? NAN : sign * INFINITY;
	long double mantissa = ldexpl((long double)high, -48) + ldexpl((long double)low, -112) +
	                       (exponent ? 1 : 0);
	return sign * (double)ldexpl(mantissa, (exponent ? exponent : 1) - 16383);
}

static int parse_float128(uint8_t *out, const char *text, bool hex, const char *what, struct error *error)
{
	double value;
	if (hex) {
		bool has_prefix = text[0] == '0' && (text[1] == 'x' || text[1] == 'X' || !text[1]);
		if (!has_prefix || !parse_wide(out, 16, text))
			return not_converted(error, what, text);
		order_float(out, 16);
		return 0;
	}
	int result = parse_double(&value, text, what, error);
	if (result)
		return result;
	widen(out, value);
	order_float(out, 16);
	return 0;
}

static void print_float128(struct text *out, const uint8_t *key, bool hex)
{
	uint8_t bits[16];
	(void)hex;
	memcpy(bits, key, sizeof bits);
	unorder_float(bits, sizeof bits);
	text_printf(out, "%.17f", narrow(bits));
}

static const struct key_form key_forms[] = {
	{"i64", CHAIN_INDEX_U64, parse_i64, print_i64},
	{"name", CHAIN_INDEX_U64, parse_name, print_i64},
	{"i128", CHAIN_INDEX_U128, parse_i128, print_i128},
	{"i256", CHAIN_INDEX_U256, parse_i256, print_i256},
	{"float64", CHAIN_INDEX_DOUBLE, parse_float64, print_float64},
	{"float128", CHAIN_INDEX_LONG_DOUBLE, parse_float128, print_float128},
	{"sha256", CHAIN_INDEX_U256, parse_sha256, print_sha256},
	{"ripemd160", CHAIN_INDEX_U256, parse_ripemd160, print_ripemd160},
};

const struct key_form *key_form_find(const char *key_type)
{
	for (size_t i = 0; i < sizeof key_forms / sizeof *key_forms; i++)
		if (strcmp(key_forms[i].key_type, key_type) == 0)
			return &key_forms[i];
	return NULL;
}

/* --- scopes and primary keys --- */

/* An unsigned integer; a negative one wraps. */
static bool parse_u64(uint64_t *out, const char *text)
{
	uint8_t wide[9];
	const char *digits = text + (*text == '-' || *text == '+');
	size_t length = strspn(digits, "0123456789");

	if (!length || digits[length] || length > 20 || !parse_wide(wide, sizeof wide, digits) || wide[0])
		return false;
	*out = get_big_endian(wide + 1);
	if (*text == '-')
		*out = 0 - *out;
	return true;
}

int table_number_parse(uint64_t *out, const char *text, const char *what, struct error *error)
{
	char trimmed[16], symbol[SYMBOL_TEXT_SIZE + 4];
	const char *from = text, *to = text + strlen(text);

	if (parse_u64(out, text))
		return 0;
	while (isspace((unsigned char)*from))
		from++;
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	size_t length = (size_t)(to - from);
	if (length < sizeof trimmed) {
		memcpy(trimmed, from, length);
		trimmed[length] = '\0';
		if (name_parse(out, trimmed, NULL) == 0)
			return 0;
	}
	if (strchr(text, ',') && symbol_parse(out, text, NULL) == 0)
		return 0;
	if ((size_t)snprintf(symbol, sizeof symbol, "0,%s", text) < sizeof symbol &&
	    symbol_parse(out, symbol, NULL) == 0) {
		*out >>= 8;
		return 0;
	}
	return error_chain(error, CHAIN_TYPE_EXCEPTION,
	                   "Could not convert %s string '%s' to any of the following: uint64_t, valid name, or "
	                   "valid symbol (with or without the precision)",
	                   what, text);
}

int index_position_parse(int *out, const char *text, struct error *error)
{
	static const struct {
		const char *begins;
		int index;
	} words[] = {{"sec", 0}, {"ter", 1}, {"th", 1},  {"fou", 2}, {"fi", 3},
	             {"six", 4}, {"sev", 5}, {"eig", 6}, {"nin", 7}, {"ten", 8}};
	uint64_t number;

	*out = -1;
	if (!*text || strcmp(text, "first") == 0 || strcmp(text, "primary") == 0 || strcmp(text, "one") == 0)
		return 0;
	*out = 0;
	if (strcmp(text, "two") == 0)
		return 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(text, words[i].begins, strlen(words[i].begins)) == 0) {
			*out = words[i].index;
			return 0;
		}
	if (!parse_u64(&number, text))
		return error_chain(error, CONTRACT_TABLE_QUERY_EXCEPTION, "Invalid index_position: %s", text);
	*out = number < 2 ? -1 : (int)((number - 2) & 15);
	return 0;
}
