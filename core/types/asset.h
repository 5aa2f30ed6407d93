/* Symbols and assets: values, text, limits (protocol.md A.3). */
#ifndef EOSIOFS_CORE_TYPES_ASSET_H
#define EOSIOFS_CORE_TYPES_ASSET_H

#include "core/base/bytes.h"
#include "core/base/error.h"

#define ASSET_MAXIMUM ((INT64_C(1) << 62) - 1)
enum { ASSET_TEXT_SIZE = 48, SYMBOL_TEXT_SIZE = 16 };

struct asset {
	int64_t amount;  /* in units of 10^-precision */
	uint64_t symbol; /* byte 0 precision, bytes 1..7 the code */
};

static inline uint8_t symbol_precision(uint64_t symbol) { return (uint8_t)symbol; }
static inline uint64_t symbol_code(uint64_t symbol) { return symbol >> 8; }
bool symbol_valid(uint64_t symbol);
/* Printable copies for argument lists: symbol_text(symbol).text. */
struct symbol_text {
	char text[SYMBOL_TEXT_SIZE];
};
struct symbol_text symbol_text(uint64_t symbol);    /* "4,SYS" */
struct symbol_text symbol_code_text(uint64_t code); /* "SYS" */
int symbol_parse(uint64_t *out, const char *text, struct error *error);
int symbol_code_parse(uint64_t *out, const char *text, struct error *error);

struct asset_text {
	char text[ASSET_TEXT_SIZE];
};
struct asset_text asset_text(const struct asset *asset); /* "-1.0000 SYS" */
int asset_parse(struct asset *out, const char *text, struct error *error);
/* The same, and the result must have this symbol: `1 SYS` is then read as 1.0000 SYS; too many digits are
 * refused. */
int asset_parse_as(struct asset *out, const char *text, uint64_t symbol, struct error *error);
void asset_pack(struct bytes *out, const struct asset *asset);
int asset_unpack(struct asset *out, struct cursor *in);

#endif
