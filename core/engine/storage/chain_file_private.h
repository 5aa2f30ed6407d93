/* What writing and reading a chain's file share. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_CHAIN_FILE_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_CHAIN_FILE_PRIVATE_H

#include "core/engine/storage/block/block_log.h"
#include "core/engine/storage/state/state_entries.h"

enum {
	CHAIN_FILE_VERSION = 1,
	CHAIN_FILE_START = 12,              /* magic and version */
	CHAIN_FILE_CHUNK_HEAD = 13,         /* before a chunk's bytes */
	CHAIN_FILE_BLOCKS_SIZE = 256 << 10, /* a chunk of blocks ends with the one that makes it this long */
	CHAIN_FILE_CHUNK_MAXIMUM = BLOCK_LOG_BLOCK_MAXIMUM + CHAIN_FILE_BLOCKS_SIZE + 4,
};
_Static_assert((int)STATE_CHUNK_MAXIMUM < (int)CHAIN_FILE_CHUNK_MAXIMUM, "a chunk of the state fits");

enum chain_file_kind {
	CHAIN_FILE_HEAD = 1,
	CHAIN_FILE_FILE,
	CHAIN_FILE_KEYS,
	CHAIN_FILE_BLOCKS,
	CHAIN_FILE_STATE,
	CHAIN_FILE_END
};

#define CHAIN_FILE_MAGIC "EOSFSNET"

uint32_t chain_file_checksum(uint32_t number, uint8_t kind, uint32_t length, const void *packed,
                             size_t packed_length);

#endif
