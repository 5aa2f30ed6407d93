/* A set of ids, each with a number by which it is forgotten: of blocks with their number, of transactions
 * with the second in which they expire. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_ID_SET_H
#define EOSIOFS_CORE_NETWORK_P2P_ID_SET_H

#include "core/base/crypto/hash.h"

struct id_entry {
	struct checksum256 id;
	uint32_t value;
	bool used;
};

struct id_set {
	struct id_entry *entries; /* owned; open addressing */
	size_t count, capacity;   /* capacity: 0 or a power of two */
};

void id_set_release(struct id_set *set);
bool id_set_has(const struct id_set *set, const struct checksum256 *id);
/* false: it was there. The first value stays. */
bool id_set_add(struct id_set *set, const struct checksum256 *id, uint32_t value);
/* Forgets those whose value is at most that. */
void id_set_forget(struct id_set *set, uint32_t value);

#endif
