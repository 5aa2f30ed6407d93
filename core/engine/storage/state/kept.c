/* States that are kept under a name: magic, u32 crc32 of what follows; a record each: the name, u32 number,
 * id, u64 place, entries and end, the header. */
#include "core/engine/storage/state/states_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { RECORD_LEAST = 1 + 4 + 32 + 24 + 1, FILE_MAXIMUM = 1 << 30 };
static const char magic[8] = "EOSFSKP1";

static char *path_of(const struct states *states)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/kept", states->folder);
	return text_take(&path);
}

/* Where a name is, or belongs. */
static size_t place_of(const struct states *states, bool *there, const char *name)
{
	size_t place = 0;

	while (place < states->kept_count && strcmp(states->kept[place].name, name) < 0)
		place++;
	*there = place < states->kept_count && strcmp(states->kept[place].name, name) == 0;
	return place;
}

static struct kept *insert(struct states *states, const char *name)
{
	bool there;
	size_t place = place_of(states, &there, name);

	LIST_INSERT(states->kept, states->kept_count, states->kept_capacity, place, (struct kept){.header = {0}});
	snprintf(states->kept[place].name, sizeof states->kept[place].name, "%s", name);
	return &states->kept[place];
}

static void take_out(struct states *states, size_t place)
{
	bytes_release(&states->kept[place].header);
	states->kept_count--;
	memmove(states->kept + place, states->kept + place + 1,
	        (states->kept_count - place) * sizeof *states->kept);
}

void states_release_kept(struct states *states)
{
	while (states->kept_count)
		take_out(states, states->kept_count - 1);
	free(states->kept);
}

/* --- the file --- */

static int write_kept(const struct states *states)
{
	struct bytes body = {0}, all = {0};
	char *path = path_of(states);
	int result;

	bytes_put_varuint32(&body, (uint32_t)states->kept_count);
	for (size_t i = 0; i < states->kept_count; i++) {
		const struct kept *kept = &states->kept[i];
		bytes_put_counted(&body, kept->name, strlen(kept->name));
		bytes_put_fields(&body, &kept->state, stored_state_fields);
		bytes_put_counted(&body, kept->header.data, kept->header.length);
	}
	bytes_put(&all, magic, sizeof magic);
	bytes_put_u32(&all, (uint32_t)crc32(0, body.data, (uInt)body.length));
	bytes_put(&all, body.data, body.length);
	result = file_replace(path, all.data, all.length, NULL);
	bytes_release(&body);
	bytes_release(&all);
	free(path);
	return result;
}

static void read_record(struct states *states, struct cursor *in, uint64_t nodes, uint64_t *end)
{
	char name[STATES_NAME_SIZE];
	struct stored_state state = {0};
	size_t length, header_length;
	const uint8_t *text = cursor_counted(in, &length);

	cursor_fields(in, &state, stored_state_fields);
	const uint8_t *header = cursor_counted(in, &header_length);
	if (in->failed || !length || length >= sizeof name)
		return;
	snprintf(name, sizeof name, "%.*s", (int)length, (const char *)text);
	struct kept *kept = insert(states, name);
	kept->state = state;
	if (state.end > nodes)
		kept->state.end = 0; /* they can be had again of the block */
	else
		bytes_put(&kept->header, header, header_length);
	if (kept->state.end > *end)
		*end = kept->state.end;
}

int states_read_kept(struct states *states, uint64_t *end, uint64_t nodes)
{
	struct text content = TEXT_EMPTY;
	char *path = path_of(states);
	int result = file_load(&content, path, FILE_MAXIMUM, NULL);
	struct cursor in = cursor_make(content.data, content.length);
	const uint8_t *begins = cursor_take(&in, sizeof magic);
	uint32_t checksum = cursor_u32(&in);

	free(path);
	if (result == -ENOENT)
		return 0;
	if (result == 0 && (in.failed || memcmp(begins, magic, sizeof magic) != 0 ||
	                    crc32(0, in.at, (uInt)cursor_left(&in)) != checksum))
		result = -EBADMSG;
	for (uint32_t left = result ? 0 : cursor_count(&in, RECORD_LEAST); left && !in.failed; left--)
		read_record(states, &in, nodes, end);
	text_release(&content);
	return result;
}

/* --- keeping --- */

int states_keep(struct states *states, const char *name, uint32_t number, const struct checksum256 *id,
                struct error *error)
{
	int result;
	bool there;

	pthread_mutex_lock(&states->lock);
	size_t place = place_of(states, &there, name);
	result = there ? -EEXIST : 0;
	if (!there) {
		insert(states, name)->state = (struct stored_state){.number = number, .id = *id};
		result = write_kept(states);
		if (result)
			take_out(states, place);
	}
	pthread_mutex_unlock(&states->lock);
	return there ? error_set(error, EEXIST, "a state is kept as \"%s\" already", name)
	             : states_failed(states, result, error);
}

int states_save_kept(struct states *states, const char *name, const struct bytes *header,
                     const struct map_root *root, struct error *error)
{
	uint64_t place;
	bool there;

	pthread_mutex_lock(&states->saving);
	int result = map_store_save(states->store, &place, root);
	if (result == 0)
		result = file_sync(states->nodes);
	pthread_mutex_lock(&states->lock);
	struct kept *kept = &states->kept[place_of(states, &there, name)];
	if (result == 0 && there) {
		kept->state.place = place;
		kept->state.entries = map_root_count(root);
		kept->state.end = map_store_end(states->store);
		bytes_clear(&kept->header);
		bytes_put(&kept->header, header->data, header->length);
		result = write_kept(states);
		if (result)
			kept->state.end = 0;
	}
	pthread_mutex_unlock(&states->lock);
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}

int states_drop(struct states *states, const char *name, struct error *error)
{
	int result = 0;
	bool there;

	pthread_mutex_lock(&states->lock);
	size_t place = place_of(states, &there, name);
	if (there) {
		take_out(states, place);
		result = write_kept(states);
	}
	pthread_mutex_unlock(&states->lock);
	return there ? states_failed(states, result, error)
	             : error_set(error, ENOENT, "no state is kept as \"%s\"", name);
}

/* --- finding --- */

bool states_find_kept(struct states *states, struct stored_state *out, const char *name)
{
	bool there;

	pthread_mutex_lock(&states->lock);
	size_t place = place_of(states, &there, name);
	if (there)
		*out = states->kept[place].state;
	pthread_mutex_unlock(&states->lock);
	return there;
}

bool states_kept_from(struct states *states, char out[STATES_NAME_SIZE], const char *from)
{
	bool there;

	pthread_mutex_lock(&states->lock);
	size_t place = place_of(states, &there, from);
	bool any = place < states->kept_count;
	if (any)
		memcpy(out, states->kept[place].name, STATES_NAME_SIZE);
	pthread_mutex_unlock(&states->lock);
	return any;
}

/* Its place; the header is appended. */
static bool copy_kept(struct states *states, struct stored_state *out, struct bytes *header,
                      const char *name, struct error *error)
{
	bool there;

	*out = (struct stored_state){0};
	pthread_mutex_lock(&states->lock);
	size_t place = place_of(states, &there, name);
	if (there) {
		*out = states->kept[place].state;
		bytes_put(header, states->kept[place].header.data, states->kept[place].header.length);
	}
	pthread_mutex_unlock(&states->lock);
	if (!out->end)
		error_set(error, ENOENT, "no state is stored as \"%s\"", name);
	return out->end != 0;
}

int states_open_kept(struct states *states, struct map **map, struct map_root **root, struct bytes *header,
                     const char *name, struct error *error)
{
	struct stored_state state;

	if (!copy_kept(states, &state, header, name, error))
		return -ENOENT;
	return states_failed(states,
	                     map_store_open(states->nodes, state.end, map, root, state.place,
	                                    (size_t)state.entries),
	                     error);
}

int states_load_kept(struct states *states, struct map_root **root, struct bytes *header, const char *name,
                     struct map *map, struct error *error)
{
	struct stored_state state;

	if (!copy_kept(states, &state, header, name, error))
		return -ENOENT;
	pthread_mutex_lock(&states->saving);
	int result = map_store_load(states->store, map, root, state.place, (size_t)state.entries);
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}
