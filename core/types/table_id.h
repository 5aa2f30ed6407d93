/* Which table of a contract: its code, scope and name (protocol.md B.7). */
#ifndef EOSIOFS_CORE_TYPES_TABLE_ID_H
#define EOSIOFS_CORE_TYPES_TABLE_ID_H

#include <stdint.h>

struct table_id {
	uint64_t code, scope, table;
};

#endif
