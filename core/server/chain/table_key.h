/* Keys of tables and indices as get_table_rows has them in text (protocol.md F.3, http.md 9 to 17). */
#ifndef EOSIOFS_CORE_SERVER_CHAIN_TABLE_KEY_H
#define EOSIOFS_CORE_SERVER_CHAIN_TABLE_KEY_H

#include "core/chain/view.h"

/* How the keys of a secondary index are written. */
struct key_form {
	const char *key_type;
	enum chain_index_type type;
	/* The key in the order in which the state sorts it; what: "lower_bound". */
	int (*parse)(uint8_t out[CHAIN_INDEX_KEY_SIZE], const char *text, bool hex, const char *what,
	             struct error *error);
	void (*print)(struct text *out, const uint8_t key[CHAIN_INDEX_KEY_SIZE], bool hex); /* unquoted */
};
/* NULL: there is no such key type. */
const struct key_form *key_form_find(const char *key_type);

/* A scope or a primary key: an integer, a name, a symbol or a symbol's code. 3010000 for none of these. */
int table_number_parse(uint64_t *out, const char *text, const char *what, struct error *error);

/* Which index `index_position` says: -1 the primary one, else 0 to 15. 3060003 */
int index_position_parse(int *out, const char *text, struct error *error);

#endif
