/* Permission levels and authorities (protocol.md C.1). */
#ifndef EOSIOFS_CORE_TYPES_AUTHORITY_H
#define EOSIOFS_CORE_TYPES_AUTHORITY_H

#include "core/base/crypto/key.h"
#include "core/base/encoding/json.h"
#include "core/types/name.h"

struct permission_level {
	uint64_t actor, permission;
};
struct key_weight {
	struct public_key key;
	uint16_t weight;
};
struct permission_level_weight {
	struct permission_level permission;
	uint16_t weight;
};
struct wait_weight {
	uint32_t wait_sec;
	uint16_t weight;
};

struct authority {
	uint32_t threshold;
	struct key_weight *keys; /* owned, as the two arrays below */
	size_t keys_count;
	struct permission_level_weight *accounts;
	size_t accounts_count;
	struct wait_weight *waits;
	size_t waits_count;
};

void authority_release(struct authority *authority);
struct authority authority_of_key(const struct public_key *key);             /* threshold 1, one key */
struct authority authority_of_permission(const struct permission_level *level); /* threshold 1, one account */
bool authority_valid(const struct authority *authority);                     /* C.1 validate() */
/* Whether the key is one of its own. */
bool authority_names_key(const struct authority *authority, const struct public_key *key);
void authority_pack(struct bytes *out, const struct authority *authority);
int authority_unpack(struct authority *out, struct cursor *in);
/* {"threshold":1,"keys":[{"key":"EOS…","weight":1}],… */
void authority_print(struct text *out, const struct authority *authority);
/* The list in it: {"key":"EOS…","weight":1},… */
void key_weights_print(struct text *out, const struct key_weight *keys, size_t count);
void key_weights_pack(struct bytes *out, const struct key_weight *keys, size_t count);
struct key_weight *key_weights_unpack(size_t *count, struct cursor *in); /* free() it, also when in fails */
/* Missing members are empty; keys, accounts and waits are sorted as the chain demands. A bare string is a
 * public key. */
int authority_parse(struct authority *out, const struct json *json, struct error *error);

int permission_level_compare(const struct permission_level *a, const struct permission_level *b);
/* {"actor":"a","permission":"p"}, for argument lists: permission_level_text(&level).text. */
struct permission_level_text {
	char text[sizeof "{\"actor\":\"\",\"permission\":\"\"}" + 2 * NAME_TEXT_SIZE];
};
struct permission_level_text permission_level_text(const struct permission_level *level);
/* `ACTOR` (permission active) or `ACTOR@PERMISSION`, as after cleos's -p. */
int permission_level_parse(struct permission_level *out, const char *text, struct error *error);
void permission_level_pack(struct bytes *out, const struct permission_level *level);
int permission_level_unpack(struct permission_level *out, struct cursor *in);

#endif
