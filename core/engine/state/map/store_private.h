/* What store.c and reclaim.c share. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_MAP_STORE_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_STATE_MAP_STORE_PRIVATE_H

#include "core/base/bytes.h"

enum {
	STORE_HEAD_SIZE = 8, /* of a record */
	STORE_NODE_MAXIMUM = 16 << 10,
	STORE_FIRST_PLACE = 8 /* 0 is no place */
};

/* The bytes of a record that ends within `end`. -EBADMSG: there is none, or it is damaged. */
int map_store_record(int fd, uint64_t end, struct bytes *out, uint64_t place, size_t maximum);

#endif
