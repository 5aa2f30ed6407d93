/* Merkle roots: of a list, and growing by one digest at a time (protocol.md E.3). */
#include "core/types/block.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* H(left(a) || right(b)): the top bit of each half says which side it is. */
static struct checksum256 merkle_node(const struct checksum256 *a, const struct checksum256 *b)
{
	struct checksum256 pair[2] = {*a, *b};
	pair[0].data[0] &= 0x7f;
	pair[1].data[0] |= 0x80;
	return hash_sha256(pair, sizeof pair);
}

struct checksum256 merkle_root(const struct checksum256 *digests, size_t count)
{
	struct checksum256 *nodes, root = {{0}};
	if (count <= 1)
		return count ? digests[0] : root;
	nodes = memory_allocate((count + 1) / 2, sizeof *nodes);
	while (count > 1) {
		for (size_t i = 0; i < count; i += 2)
			nodes[i / 2] = merkle_node(&digests[i], &digests[i + 1 < count ? i + 1 : i]);
		count = (count + 1) / 2;
		/* from here on in place: node i / 2 is written after digests i and i + 1 were read */
		digests = nodes;
	}
	root = nodes[0];
	free(nodes);
	return root;
}

/* Levels of a tree of `nodes` leaves: log2 of the next power of two, plus one. */
static unsigned merkle_depth(uint64_t nodes)
{
	return nodes <= 1 ? 1 : 65 - (unsigned)__builtin_clzll(nodes - 1);
}

void incremental_merkle_append(struct incremental_merkle *merkle, const struct checksum256 *digest)
{
	struct checksum256 active[65], top = *digest;
	uint64_t index = merkle->node_count;
	size_t count = 0, next = 0;
	bool partial = false;
	for (unsigned depth = merkle_depth(merkle->node_count + 1) - 1; depth > 0; depth--, index >>= 1) {
		if (index % 2 == 0) {
			/* the right half is not there yet: a full left half is kept, a part stands for itself */
			if (!partial)
				active[count++] = top;
			top = merkle_node(&top, &top);
			partial = true;
		} else {
			const struct checksum256 *left = &merkle->active[next++];

			if (partial)
				active[count++] = *left;
			top = merkle_node(left, &top);
		}
	}
	active[count++] = top;
	memcpy(merkle->active, active, count * sizeof active[0]);
	merkle->active_count = count;
	merkle->node_count++;
}

struct checksum256 incremental_merkle_root(const struct incremental_merkle *merkle)
{
	static const struct checksum256 zero;
	return merkle->active_count ? merkle->active[merkle->active_count - 1] : zero;
}
