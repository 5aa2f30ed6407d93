/* States on disk: their index, and which of them share the file of nodes. */
#include "core/engine/storage/state/states.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/state/states_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { RECORD_HEAD = 8, RECORD_FIXED = 4 + 32 + 24, HEADER_MAXIMUM = 16 << 20 };
static const char magic[8] = "EOSFSST1";

const struct packed_field stored_state_fields[] = {
	PACKED_FIELD(struct stored_state, number), PACKED_FIELD(struct stored_state, id),
	PACKED_FIELD(struct stored_state, place),  PACKED_FIELD(struct stored_state, entries),
	PACKED_FIELD(struct stored_state, end),    {0},
};

int states_failed(const struct states *states, int result, struct error *error)
{
	return result ? error_set(error, -result, "the states in \"%s\": %s", states->folder,
	                          result == -EBADMSG ? "they are damaged" : file_reason(result))
	              : 0;
}

/* --- opening --- */

static int read_record(const struct states *states, struct stored_state *out, struct bytes *record,
                       uint64_t at, uint64_t size)
{
	uint8_t head[RECORD_HEAD] = {0};
	int result = size - at < sizeof head ? -ENODATA : file_read(states->index, head, sizeof head, at);
	struct cursor in = cursor_make(head, sizeof head);
	uint32_t length = cursor_u32(&in), checksum = cursor_u32(&in);

	if (result)
		return result;
	if (length < RECORD_FIXED || length > HEADER_MAXIMUM + RECORD_FIXED || length > size - at - sizeof head)
		return -ENODATA;
	uint8_t *data = memory_allocate(length, 1);
	result = file_read(states->index, data, length, at + sizeof head);
	bytes_clear(record);
	bytes_put(record, data, length);
	free(data);
	if (result == 0 && crc32(0, record->data, length) != checksum)
		result = -ENODATA;
	in = cursor_make(record->data, record->length);
	cursor_fields(&in, out, stored_state_fields);
	out->record = at;
	return result;
}

static void add(struct states *states, const struct stored_state *state)
{
	pthread_mutex_lock(&states->lock);
	LIST_APPEND(states->list, states->count, states->capacity, *state);
	pthread_mutex_unlock(&states->lock);
}

/* As far as its records are whole and their nodes can be there. */
static int read_index(struct states *states, uint64_t size, uint64_t nodes)
{
	struct bytes record = {0};
	struct stored_state state;
	int result = 0;

	states->index_end = sizeof magic;
	while (states->index_end < size) {
		result = read_record(states, &state, &record, states->index_end, size);
		if (result || state.end > nodes ||
		    (states->count && states->list[states->count - 1].number >= state.number))
			break;
		add(states, &state);
		states->index_end += RECORD_HEAD + record.length;
	}
	bytes_release(&record);
	return result == -ENODATA ? 0 : result;
}

static int open_file(const struct states *states, int *fd, uint64_t *size, const char *name)
{
	struct text path = TEXT_EMPTY;
	int result;

	text_printf(&path, "%s/%s", states->folder, name);
	result = file_open(fd, text_string(&path), O_RDWR | O_CREAT, NULL);
	text_release(&path);
	return result ? result : file_size(*fd, size);
}

static int begin_index(struct states *states, uint64_t size)
{
	char begins[sizeof magic] = {0};
	int result = size < sizeof magic ? 0 : file_read(states->index, begins, sizeof begins, 0);

	if (result || memcmp(begins, magic, sizeof magic) == 0)
		return result;
	result = file_cut(states->index, 0);
	return result ? result : file_write(states->index, magic, sizeof magic, 0);
}

int states_open(struct states **out, const char *folder, struct error *error)
{
	struct states *states = memory_allocate(1, sizeof *states);
	uint64_t nodes = 0, size = 0, end;
	int result;

	pthread_mutex_init(&states->saving, NULL);
	pthread_mutex_init(&states->lock, NULL);
	states->folder = memory_copy_string(folder);
	states->nodes = states->index = -1;
	result = open_file(states, &states->nodes, &nodes, "nodes");
	if (result == 0)
		result = open_file(states, &states->index, &size, "index");
	if (result == 0)
		result = begin_index(states, size);
	if (result == 0)
		result = read_index(states, size, nodes);
	end = states->count ? states->list[states->count - 1].end : 0;
	if (result == 0)
		result = states_read_kept(states, &end, nodes);
	states_failed(states, result, error);
	if (result) {
		states_close(states);
		return result;
	}
	/* What follows the last state's nodes was being written when the process ended. */
	states->store = map_store_create(states->nodes, end);
	*out = states;
	return 0;
}

void states_close(struct states *states)
{
	if (!states)
		return;
	map_store_destroy(states->store);
	if (states->nodes >= 0)
		close(states->nodes);
	if (states->index >= 0)
		close(states->index);
	pthread_mutex_destroy(&states->lock);
	pthread_mutex_destroy(&states->saving);
	states_release_kept(states);
	free(states->list);
	free(states->folder);
	free(states);
}

/* --- finding and reading --- */

size_t states_place_after(const struct states *states, uint32_t number)
{
	size_t low = 0, high = states->count;

	PARTITION_POINT(low, high, at, states->list[at].number <= number);
	return low;
}

bool states_find(struct states *states, struct stored_state *out, uint32_t number)
{
	pthread_mutex_lock(&states->lock);
	size_t place = states_place_after(states, number);
	if (place)
		*out = states->list[place - 1];
	pthread_mutex_unlock(&states->lock);
	return place > 0;
}

/* Its record may stand elsewhere since it was found. */
static int read_header(struct states *states, struct bytes *header, const struct stored_state *state)
{
	struct stored_state same;
	struct bytes record = {0};

	pthread_mutex_lock(&states->lock);
	size_t place = states_place_after(states, state->number);
	int result = place ? read_record(states, &same, &record, states->list[place - 1].record, UINT64_MAX)
	                   : -ENODATA;
	pthread_mutex_unlock(&states->lock);
	if (result == 0 && (same.number != state->number || same.place != state->place))
		result = -ENODATA;
	if (result == 0)
		bytes_put(header, record.data + RECORD_FIXED, record.length - RECORD_FIXED);
	bytes_release(&record);
	return result == -ENODATA ? -EBADMSG : result;
}

int states_open_state(struct states *states, struct map **map, struct map_root **root, struct bytes *header,
                      const struct stored_state *state, struct error *error)
{
	int result = read_header(states, header, state);

	if (result == 0)
		result = map_store_open(states->nodes, state->end, map, root, state->place, (size_t)state->entries);
	return states_failed(states, result, error);
}

int states_load(struct states *states, struct map_root **root, struct bytes *header,
                const struct stored_state *state, struct map *map, struct error *error)
{
	pthread_mutex_lock(&states->saving);
	int result = read_header(states, header, state);
	if (result == 0)
		result = map_store_load(states->store, map, root, state->place, (size_t)state->entries);
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}

/* --- saving --- */

static int write_record(struct states *states, struct stored_state *state, const struct bytes *header)
{
	struct bytes fields = {0}, record = {0};
	int result;

	bytes_put_fields(&fields, state, stored_state_fields);
	bytes_put(&fields, header->data, header->length);
	bytes_put_u32(&record, (uint32_t)fields.length);
	bytes_put_u32(&record, (uint32_t)crc32(0, fields.data, (uInt)fields.length));
	bytes_put(&record, fields.data, fields.length);
	state->record = states->index_end;
	result = file_write(states->index, record.data, record.length, states->index_end);
	if (result == 0) {
		states->index_end += record.length;
		add(states, state);
	}
	bytes_release(&fields);
	bytes_release(&record);
	return result;
}

/* Their nodes stay: later states may share them. */
static int cut(struct states *states, uint32_t number)
{
	size_t left = states_place_after(states, number);
	int result = 0;

	if (left < states->count) {
		uint64_t end = states->list[left].record;
		result = file_cut(states->index, end);
		pthread_mutex_lock(&states->lock);
		if (result == 0) {
			states->index_end = end;
			states->count = left;
		}
		pthread_mutex_unlock(&states->lock);
	}
	return result;
}

int states_cut(struct states *states, uint32_t number, struct error *error)
{
	pthread_mutex_lock(&states->saving);
	int result = cut(states, number);
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}

int states_save(struct states *states, uint32_t number, const struct checksum256 *id,
                const struct bytes *header, const struct map_root *root, struct error *error)
{
	struct stored_state state = {.number = number, .id = *id, .entries = map_root_count(root)}, there;
	int result = 0;

	if (header->length > HEADER_MAXIMUM)
		return error_set(error, EFBIG, "the state after block %" PRIu32 " has too long a header", number);
	pthread_mutex_lock(&states->saving);
	if (states_find(states, &there, number) && there.number == number && checksum256_equal(&there.id, id))
		goto out;
	if (states->count && states->list[states->count - 1].number >= number)
		result = cut(states, number - 1);
	if (result == 0)
		result = map_store_save(states->store, &state.place, root);
	if (result == 0)
		result = file_sync(states->nodes);
	state.end = map_store_end(states->store);
	if (result == 0)
		result = write_record(states, &state, header);
out:
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}
