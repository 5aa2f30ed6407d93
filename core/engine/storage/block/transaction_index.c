/* The index of transactions: a header, then slots of an id's first eight bytes and a number; a slot with
 * number 0 is empty, and an entry stands in the first empty one from where its id's bytes say. */
#include "core/engine/storage/block/transaction_index.h"

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	HEADER_SIZE = 64,
	SLOT_SIZE = 12,
	KEY_SIZE = 8,
	SLOTS_AT_FIRST = 1 << 12,
	SLOTS_MAXIMUM = 1 << 30,
	/* what comes into the file at once; a process that is killed loses it: it is read again from the log */
	BLOCKS_PER_STORE = 1000,
	RECENT_MAXIMUM = 1 << 14
};
static const char magic[8] = "EOSFSTX1";

struct transaction_index {
	int fd;
	char *path; /* owned */
	struct checksum256 chain;
	uint32_t last, stored; /* the last block; that of the header */
	uint32_t slots, used;
	uint32_t recent_count; /* those that are not in the file yet */
	uint8_t (*recent)[SLOT_SIZE]; /* owned */
};

static uint64_t place_of(uint32_t slot)
{
	return HEADER_SIZE + (uint64_t)slot * SLOT_SIZE;
}

/* --- the header: magic, chain, last block, slots, used --- */

static const struct packed_field header_fields[] = {
	PACKED_FIELD(struct transaction_index, stored),
	PACKED_FIELD(struct transaction_index, slots),
	PACKED_FIELD(struct transaction_index, used),
	{0},
};

static int write_header(struct transaction_index *index)
{
	struct bytes bytes = {0};
	int result;

	bytes_put(&bytes, magic, sizeof magic);
	bytes_put(&bytes, index->chain.data, sizeof index->chain.data);
	bytes_put_fields(&bytes, index, header_fields);
	result = file_write(index->fd, bytes.data, bytes.length, 0);
	bytes_release(&bytes);
	return result;
}

/* -ENODATA: there is none that can be used. */
static int read_header(struct transaction_index *index)
{
	uint8_t data[HEADER_SIZE];
	uint64_t size = 0;
	struct cursor in = cursor_make(data, sizeof data);
	int result = file_read(index->fd, data, sizeof data, 0);

	if (result)
		return result;
	if (memcmp(cursor_take(&in, sizeof magic), magic, sizeof magic) != 0 ||
	    memcmp(cursor_take(&in, sizeof index->chain.data), index->chain.data, sizeof index->chain.data) != 0)
		return -ENODATA;
	cursor_fields(&in, index, header_fields);
	index->last = index->stored;
	result = file_size(index->fd, &size);
	if (result)
		return result;
	if (index->slots < SLOTS_AT_FIRST || index->slots > SLOTS_MAXIMUM ||
	    (index->slots & (index->slots - 1)) || index->used >= index->slots || size < place_of(index->slots))
		return -ENODATA;
	return 0;
}

static const char *name_of(const struct transaction_index *index)
{
	return index->path ? index->path : "in memory";
}

static int failed(const struct transaction_index *index, int result, struct error *error)
{
	return result ? error_set(error, -result, "the index of transactions \"%s\": %s", name_of(index),
	                          file_reason(result))
	              : 0;
}

static int open_memory(int *fd)
{
	*fd = memfd_create("transactions", MFD_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

/* So that writing to what is mapped does not fail for want of room. */
static int allocate(const struct transaction_index *index)
{
	return -posix_fallocate(index->fd, 0, (off_t)place_of(index->slots));
}

static int begin_anew(struct transaction_index *index)
{
	int result = file_cut(index->fd, 0);

	index->last = index->stored = index->used = 0;
	index->slots = SLOTS_AT_FIRST;
	return result ? result : write_header(index);
}

int transaction_index_open(struct transaction_index **out, const char *path, const struct checksum256 *chain,
                           uint32_t end, struct error *error)
{
	struct transaction_index *index = memory_allocate(1, sizeof *index);
	int result;

	*out = NULL;
	index->fd = -1;
	index->path = path ? memory_copy_string(path) : NULL;
	index->recent = memory_allocate(RECENT_MAXIMUM, sizeof *index->recent);
	index->chain = *chain;
	result = path ? file_open(&index->fd, path, O_RDWR | O_CREAT, error) : open_memory(&index->fd);
	if (result == 0)
		result = read_header(index);
	if (result == -ENODATA || (result == 0 && index->last > end))
		result = begin_anew(index);
	if (result == 0)
		result = allocate(index);
	if (result && error && !error->number)
		failed(index, result, error);
	if (result)
		transaction_index_close(index);
	else
		*out = index;
	return result;
}

void transaction_index_close(struct transaction_index *index)
{
	if (!index)
		return;
	if (index->fd >= 0)
		close(index->fd);
	free(index->path);
	free(index->recent);
	free(index);
}

uint32_t transaction_index_last(const struct transaction_index *index)
{
	return index->last;
}

/* --- slots --- */

static uint32_t first_slot(const uint8_t key[KEY_SIZE], uint32_t slots)
{
	struct cursor in = cursor_make(key, KEY_SIZE);

	return (uint32_t)(cursor_u64(&in) & (slots - 1));
}

static uint32_t number_of(const uint8_t slot[SLOT_SIZE])
{
	struct cursor in = cursor_make(slot + KEY_SIZE, SLOT_SIZE - KEY_SIZE);

	return cursor_u32(&in);
}

static void make_slot(uint8_t slot[SLOT_SIZE], const struct checksum256 *id, uint32_t number)
{
	memcpy(slot, id->data, KEY_SIZE);
	for (unsigned i = 0; i < SLOT_SIZE - KEY_SIZE; i++)
		slot[KEY_SIZE + i] = (uint8_t)(number >> 8 * i);
}

/* An entry is put where it belongs, unless it stands there. -EOVERFLOW: every slot is taken. */
static int put(uint8_t *table, uint32_t slots, const uint8_t slot[SLOT_SIZE])
{
	uint32_t at = first_slot(slot, slots);

	for (uint32_t left = slots; left; left--, at = (at + 1) & (slots - 1)) {
		uint8_t *there = table + (size_t)at * SLOT_SIZE;
		if (number_of(there) && memcmp(there, slot, SLOT_SIZE) != 0)
			continue;
		memcpy(there, slot, SLOT_SIZE);
		return 0;
	}
	return -EOVERFLOW;
}

/* The file's slots, for a while: what was mapped counts as the process's memory. */
static int map(const struct transaction_index *index, uint8_t **table)
{
	void *data = mmap(NULL, (size_t)place_of(index->slots), PROT_READ | PROT_WRITE, MAP_SHARED, index->fd, 0);

	*table = data == MAP_FAILED ? NULL : (uint8_t *)data + HEADER_SIZE;
	return *table ? 0 : -errno;
}

static void unmap(const struct transaction_index *index, uint8_t *table)
{
	if (table)
		munmap(table - HEADER_SIZE, (size_t)place_of(index->slots));
}

/* The entries of one file into an empty one. */
static int copy_entries(struct transaction_index *next, const struct transaction_index *index)
{
	uint8_t *from = NULL, *to = NULL;
	int result = map(index, &from);

	if (result == 0)
		result = map(next, &to);
	next->used = 0;
	for (uint32_t at = 0; at < index->slots && result == 0; at++) {
		const uint8_t *slot = from + (size_t)at * SLOT_SIZE;
		if (!number_of(slot))
			continue;
		result = put(to, next->slots, slot);
		next->used++;
	}
	unmap(index, from);
	unmap(next, to);
	return result ? result : write_header(next);
}

/* Twice as many slots, in a new file in place of the one there is. */
static int grow(struct transaction_index *index)
{
	struct transaction_index next = *index;
	int result;

	if (index->slots >= SLOTS_MAXIMUM)
		return -EFBIG;
	next.slots = 2 * index->slots;
	result = next.path ? file_replace_begin(&next.fd, next.path) : open_memory(&next.fd);
	if (result)
		return result;
	result = allocate(&next);
	if (result == 0)
		result = copy_entries(&next, index);
	if (next.path) {
		result = file_replace_end(next.fd, next.path, result);
		if (result == 0)
			result = file_open(&next.fd, next.path, O_RDWR, NULL);
	} else if (result) {
		close(next.fd);
	}
	if (result)
		return result;
	close(index->fd);
	*index = next;
	return 0;
}

static int put_recent(struct transaction_index *index)
{
	uint8_t *table = NULL;
	int result = map(index, &table);

	for (uint32_t i = 0; i < index->recent_count && result == 0; i++)
		result = put(table, index->slots, index->recent[i]);
	unmap(index, table);
	return result;
}

/* Recent entries come into the file, and reach the disk before the header that counts on them. What stands
 * there already is counted too: a process that was killed wrote it after its last header. Growing counts
 * anew. */
static int store(struct transaction_index *index)
{
	int result = 0;

	while (result == 0 && 2 * ((uint64_t)index->used + index->recent_count) > index->slots)
		result = grow(index);
	if (result == 0)
		result = put_recent(index);
	if (result == -EOVERFLOW && (result = grow(index)) == 0)
		result = put_recent(index);
	if (result)
		return result;
	index->used += index->recent_count;
	index->recent_count = 0;
	result = file_sync(index->fd);
	if (result == 0)
		index->stored = index->last;
	return result ? result : write_header(index);
}

int transaction_index_add(struct transaction_index *index, const struct checksum256 *id, uint32_t number,
                          struct error *error)
{
	int result = index->recent_count == RECENT_MAXIMUM ? store(index) : 0;

	if (result)
		return failed(index, result, error);
	make_slot(index->recent[index->recent_count++], id, number);
	return 0;
}

int transaction_index_advance(struct transaction_index *index, struct error *error)
{
	index->last++;
	return failed(index, index->last - index->stored >= BLOCKS_PER_STORE ? store(index) : 0, error);
}

int transaction_index_cut(struct transaction_index *index, uint32_t last, struct error *error)
{
	if (last >= index->last)
		return 0;
	index->last = last;
	if (last >= index->stored)
		return 0;
	index->stored = last;
	return failed(index, write_header(index), error);
}

int transaction_index_find(struct transaction_index *index, uint32_t *numbers, size_t maximum,
                           const struct checksum256 *id, struct error *error)
{
	uint8_t there[SLOT_SIZE];
	size_t count = 0;
	int result = 0;

	for (uint32_t i = 0; i < index->recent_count && count < maximum; i++)
		if (memcmp(index->recent[i], id->data, KEY_SIZE) == 0)
			numbers[count++] = number_of(index->recent[i]);
	for (uint32_t at = first_slot(id->data, index->slots), left = index->slots; left && count < maximum;
	     at = (at + 1) & (index->slots - 1), left--) {
		result = file_read(index->fd, there, sizeof there, place_of(at));
		if (result || !number_of(there))
			break;
		if (memcmp(there, id->data, KEY_SIZE) == 0)
			numbers[count++] = number_of(there);
	}
	return result ? failed(index, result, error) : (int)count;
}
