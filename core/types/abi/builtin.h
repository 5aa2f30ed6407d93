/* What the built-in types' rows call: the two files that encode and decode them share it (builtin.c has
 * the table, number.c the numbers). Each function is that of a row, see struct abi_builtin. */
#ifndef EOSIOFS_CORE_TYPES_ABI_BUILTIN_H
#define EOSIOFS_CORE_TYPES_ABI_BUILTIN_H

#include "core/types/abi/model.h"

/* "expected …, found …", the value cut to a readable length. Returns what error_chain returns. */
int abi_unexpected(struct error *error, const struct json *json, const char *expected);

/* --- number.c --- */
int abi_encode_integer(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                       struct error *error);
/* up to 8 bytes */
int abi_decode_integer(const struct abi_builtin *row, struct text *out, struct cursor *in);
/* 16 bytes */
int abi_decode_wide_integer(const struct abi_builtin *row, struct text *out, struct cursor *in);
int abi_encode_varint(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                      struct error *error);
int abi_decode_varint(const struct abi_builtin *row, struct text *out, struct cursor *in);
/* 4 or 8 bytes */
int abi_encode_float(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                     struct error *error);
int abi_decode_float(const struct abi_builtin *row, struct text *out, struct cursor *in);
int abi_encode_float128(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                        struct error *error);
int abi_decode_float128(const struct abi_builtin *row, struct text *out, struct cursor *in);

#endif
