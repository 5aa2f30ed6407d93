/* The nodes' own keys. */
#include "core/network/keys.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void node_keys_release(struct node_keys *keys)
{
	if (keys->count)
		memory_wipe(keys->keys, keys->count * sizeof *keys->keys);
	free(keys->keys);
	keys->keys = NULL;
	keys->count = keys->capacity = 0;
}

bool node_keys_find(const struct node_keys *keys, const struct public_key *public, struct private_key *out)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (public_key_compare(&keys->keys[i].public, public))
			continue;
		if (out)
			*out = keys->keys[i].private;
		return true;
	}
	return false;
}

/* As memory_grow(), but what is left behind is wiped. */
static void make_room(struct node_keys *keys)
{
	size_t capacity = keys->capacity ? 2 * keys->capacity : 4;
	struct node_key *more;

	if (keys->count < keys->capacity)
		return;
	more = memory_allocate(capacity, sizeof *more);
	if (keys->count) {
		memcpy(more, keys->keys, keys->count * sizeof *more);
		memory_wipe(keys->keys, keys->count * sizeof *more);
	}
	free(keys->keys);
	keys->keys = more;
	keys->capacity = capacity;
}

int node_keys_add(struct node_keys *keys, struct public_key *public, const struct private_key *key,
                  struct error *error)
{
	struct public_key own;
	int result = signer_public_key(keys->signer, &own, key);

	if (result)
		return error_set(error, EINVAL, "that is no private key of the curve");
	if (public)
		*public = own;
	if (node_keys_find(keys, &own, NULL))
		return 0;
	make_room(keys);
	keys->keys[keys->count++] = (struct node_key){own, *key};
	return 0;
}
