/* Symbols and assets, with the checks and messages of the contract library's arithmetic (contracts.md
 * 0.1). */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_ASSET_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_ASSET_H

#include "core/contracts/library/stream.h"

#define AMOUNT_MAXIMUM ((INT64_C(1) << 62) - 1)

struct asset {
	int64_t amount;
	uint64_t symbol; /* byte 0 precision, then the code */
};
_Static_assert(sizeof(struct asset) == 16, "an asset lies in rows as it lies in memory");

static inline uint64_t asset_code(uint64_t symbol)
{
	return symbol >> 8;
}
/* "SYS", 4 */
static inline uint64_t symbol(const char *code, unsigned precision)
{
	uint64_t value = precision;
	for (int i = 0; code[i]; i++)
		value |= (uint64_t)(uint8_t)code[i] << (8 * (i + 1));
	return value;
}
bool symbol_is_valid(uint64_t symbol);
bool asset_is_valid(struct asset asset);
struct asset read_asset(struct reader *in);
void write_asset(struct writer *out, struct asset asset);
/* Checks as the constructor does. */
struct asset asset_make(int64_t amount, uint64_t symbol);
void asset_add(struct asset *to, struct asset value);      /* += */
void asset_subtract(struct asset *from, struct asset value); /* -= */
int asset_compare(struct asset a, struct asset b);         /* fails on different symbols */
/* "1.0000 SYS", NUL-terminated; gives the length. */
enum { ASSET_TEXT = 300 };
size_t asset_write_text(char out[ASSET_TEXT], struct asset asset);

#endif
