/* The state map, changing back: a log of what an edit's changes replaced. Entries stand one after the
 * other; each ends with its own length, so that the log is read from its end:
 *
 * 	u8 key length | key | u16 tag | payload | u32 length of all that
 *
 * Tag and payload are the replaced cell's (CELL_APART: a pointer, which the log holds); UNDO_ABSENT: the
 * key was not there. */
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { UNDO_ABSENT = 0xfffe, UNDO_ENTRY_MAXIMUM = 1 + MAP_KEY_MAXIMUM + 2 + MAP_INLINE_MAXIMUM + 4 };

static size_t payload_length(uint16_t tag)
{
	return tag == UNDO_ABSENT ? 0 : tag == CELL_APART ? sizeof(struct map_apart *) : tag;
}

void map_undo_note(struct map_edit *edit, const void *key, size_t key_length, uint8_t *cell)
{
	uint16_t tag = cell ? cell_tag(cell) : UNDO_ABSENT;
	uint32_t length = (uint32_t)(1 + key_length + sizeof tag + payload_length(tag));

	memory_grow(&edit->undo, &edit->undo_capacity, edit->undo_length + UNDO_ENTRY_MAXIMUM, 1);
	uint8_t *at = edit->undo + edit->undo_length;
	*at++ = (uint8_t)key_length;
	memcpy(at, key, key_length);
	at += key_length;
	memcpy(at, &tag, sizeof tag);
	at += sizeof tag;
	if (payload_length(tag))
		memcpy(at, cell_payload(cell), payload_length(tag));
	at += payload_length(tag);
	memcpy(at, &length, sizeof length);
	edit->undo_length += length + sizeof length;
	if (tag == CELL_APART)
		((struct map_apart *)pointer_at(cell_payload(cell)))->references++;
}

/* The last entry, taken off the log; it stays readable until something is noted. */
static const uint8_t *take_last(struct map_edit *edit)
{
	uint32_t length;
	memcpy(&length, edit->undo + edit->undo_length - sizeof length, sizeof length);
	edit->undo_length -= length + sizeof length;
	return edit->undo + edit->undo_length;
}

static void put_back(struct map_edit *edit, const uint8_t *entry)
{
	size_t key_length = *entry;
	const uint8_t *key = entry + 1, *payload = key + key_length + sizeof(uint16_t);
	uint16_t tag;

	memcpy(&tag, key + key_length, sizeof tag);
	if (tag == UNDO_ABSENT) {
		map_edit_remove(edit, key, key_length);
	} else if (tag == CELL_APART) {
		struct map_apart *apart = pointer_at(payload);
		map_edit_put(edit, key, key_length, apart->data, apart->length);
		apart_release(edit->root.map, apart);
	} else {
		map_edit_put(edit, key, key_length, payload, tag);
	}
}

static void forget(struct map_edit *edit)
{
	while (edit->undo_length) {
		const uint8_t *entry = take_last(edit), *key_end = entry + 1 + *entry;
		uint16_t tag;
		memcpy(&tag, key_end, sizeof tag);
		if (tag == CELL_APART)
			apart_release(edit->root.map, pointer_at(key_end + sizeof tag));
	}
}

size_t map_edit_mark(struct map_edit *edit)
{
	edit->marks++;
	return edit->undo_length;
}

void map_edit_undo(struct map_edit *edit, size_t mark)
{
	size_t marks = edit->marks;
	assert(marks && mark <= edit->undo_length);
	edit->marks = 0; /* what is put back is not noted */
	while (edit->undo_length > mark)
		put_back(edit, take_last(edit));
	edit->marks = marks;
}

void map_edit_unmark(struct map_edit *edit)
{
	assert(edit->marks);
	if (!--edit->marks)
		forget(edit);
}

void map_undo_release(struct map_edit *edit)
{
	forget(edit);
	free(edit->undo);
}
