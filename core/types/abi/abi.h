/* ABIs: their binary and JSON forms, and what they are for: JSON to binary and back (protocol.md A.6 to
 * A.8). */
#ifndef EOSIOFS_CORE_TYPES_ABI_ABI_H
#define EOSIOFS_CORE_TYPES_ABI_ABI_H

#include "core/base/bytes.h"
#include "core/base/encoding/json.h"

#include <stdint.h>

/* A validated ABI; immutable once made, so threads may share one. */
struct abi;

/* From the bytes that setabi stores. Blobs of at most 4 bytes: 3015001. Validation errors as in A.6. */
int abi_unpack(struct abi **out, const void *data, size_t length, struct error *error);
/* From an .abi file. */
int abi_parse(struct abi **out, const char *text, size_t length, struct error *error);
void abi_release(struct abi *abi);
void abi_pack(struct bytes *out, const struct abi *abi);
void abi_print(struct text *out, const struct abi *abi); /* compact JSON, members in order */

/* The type of an action's data, of a table's rows; NULL when the ABI has none. */
const char *abi_action_type(const struct abi *abi, uint64_t action);
const char *abi_table_type(const struct abi *abi, uint64_t table);
/* The type of what an action returns. */
const char *abi_action_result_type(const struct abi *abi, uint64_t action);
/* "i64"; NULL when the ABI has no such table. */
const char *abi_table_index_type(const struct abi *abi, uint64_t table);

/* In the ABI's order; false when index is beyond the last. */
bool abi_action_at(const struct abi *abi, uint64_t *name, size_t index);
bool abi_table_at(const struct abi *abi, uint64_t *name, size_t index);
/* The fields of a struct type, base first; `field` and `type` are borrowed; false beyond the last or when
 * it is no struct. */
bool abi_field_at(const struct abi *abi, const char **field, const char **type, const char *struct_type,
                  size_t index);
const char *abi_error_message(const struct abi *abi, uint64_t error_code); /* NULL when none */

/* Appends the packed value. A.7's rules and messages; integers beyond their type's range are refused
 * (3015014) rather than cut. */
int abi_to_binary(const struct abi *abi, struct bytes *out, const char *type, const struct json *json,
                  struct error *error);
/* Appends compact JSON, A.8's number formats; nothing on failure. Bytes left over in `in` are the caller's to
 * judge. */
int abi_to_json(const struct abi *abi, struct text *out, const char *type, struct cursor *in,
                struct error *error);

#endif
