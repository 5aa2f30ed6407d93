/* What states.c and kept.c share. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATES_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATES_PRIVATE_H

#include "core/engine/state/map/store.h"
#include "core/engine/storage/state/states.h"

#include <pthread.h>

struct states {
	char *folder; /* owned */
	int nodes, index;
	uint64_t index_end;
	pthread_mutex_t saving;    /* outside of `lock`: of the nodes' file and the store */
	pthread_mutex_t lock;      /* of the lists */
	struct stored_state *list; /* owned: ascending by number */
	size_t count, capacity;
	struct kept {
		char name[STATES_NAME_SIZE];
		struct stored_state state; /* end 0: without nodes */
		struct bytes header;       /* owned */
	} *kept; /* owned: ascending by name */
	size_t kept_count, kept_capacity;
	struct map_store *store;
};

/* Of a stored_state, as the index and the kept ones have it. */
extern const struct packed_field stored_state_fields[];
/* The place in the list after the last one at or before a block. */
size_t states_place_after(const struct states *states, uint32_t number);
int states_failed(const struct states *states, int result, struct error *error);
/* What is kept, as far as its nodes can be in `nodes` bytes; *end grows to what they take. */
int states_read_kept(struct states *states, uint64_t *end, uint64_t nodes);
void states_release_kept(struct states *states);

#endif
