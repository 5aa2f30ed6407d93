/* Chain time: microseconds, seconds, slots of 500 ms since 2000 (protocol.md A.4), and their ISO text. */
#ifndef EOSIOFS_CORE_TYPES_TIME_H
#define EOSIOFS_CORE_TYPES_TIME_H

#include "core/base/error.h"
#include "core/base/seconds.h"

#include <stdint.h>

enum { TIME_TEXT_SIZE = 40 };
#define SLOT_EPOCH_MS INT64_C(946684800000)
enum { SLOT_INTERVAL_MS = 500 };

static inline int64_t slot_to_us(uint32_t slot)
{
	return (SLOT_EPOCH_MS + (int64_t)slot * SLOT_INTERVAL_MS) * 1000;
}
/* Truncates; before 2000 gives 0, beyond the last slot the last. */
uint32_t slot_from_us(int64_t us);

/* A printable copy for argument lists: time_point_text(us).text. */
struct time_text {
	char text[TIME_TEXT_SIZE];
};
struct time_text time_point_text(int64_t us);           /* 2024-01-01T00:00:00.000 */
struct time_text time_point_sec_text(uint32_t seconds); /* 2024-01-01T00:00:00 */
struct time_text slot_text(uint32_t slot);
/* Accepts no fraction, or up to 3 digits of one; `Z` or an offset is refused by name. */
int time_point_parse(int64_t *out_us, const char *text, struct error *error);
int time_point_sec_parse(uint32_t *out, const char *text, struct error *error);

#endif
