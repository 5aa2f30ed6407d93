/* Records of a file that only grows: u32 length, u32 crc32, the bytes. The checksum covers the record's
 * offset (u64), its length (u32) and its bytes, so that a record knows its place. All little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_RECORD_H
#define EOSIOFS_CORE_ENGINE_STORAGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_HEAD = 8 };

uint32_t record_checksum(uint64_t offset, const void *data, size_t length);
/* Whether a file of `size` bytes can end as it does from `at` on because an append was cut short: within a
 * record, or in zeroes that the disk never got. */
bool record_is_torn(const uint8_t *bytes, uint64_t at, uint64_t size);
/* Turns the one flipped bit back that a record at an offset differs by from what was written, wherever in it
 * that is; false: it is another kind of damage. (A CRC-32 tells every single bit from all others.) */
bool record_mend(uint8_t *bytes, uint64_t at, uint64_t size);

#endif
