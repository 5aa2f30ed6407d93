/* The index of transactions: a header, then slots of an id's first eight bytes and a number; a slot with
 * number 0 is empty, and an entry stands in the first empty one from where its id's bytes say. */
#include "core/engine/storage/transaction_index.h"

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
	SLOTS_AT_ONCE = 1 << 12,   /* read when it grows */
	BLOCKS_PER_SYNC = 1000     /* what a loss of power takes is read again from the log */
};
static const char magic[8] = "EOSFSTX1";

struct transaction_index {
	int fd;
	char *path; /* owned */
	struct checksum256 chain;
	uint32_t last, synced; /* as in the header; the last block at the last sync */
	uint32_t slots, used;
};

static uint64_t place_of(uint32_t slot)
{
	return HEADER_SIZE + (uint64_t)slot * SLOT_SIZE;
}

/* --- the header: magic, chain, last block, slots, used --- */

static int write_header(struct transaction_index *index)
{
	struct bytes bytes = {0};
	int result;

	bytes_put(&bytes, magic, sizeof magic);
	bytes_put(&bytes, index->chain.data, sizeof index->chain.data);
	bytes_put_u32(&bytes, index->last);
	bytes_put_u32(&bytes, index->slots);
	bytes_put_u32(&bytes, index->used);
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
	index->last = index->synced = cursor_u32(&in);
	index->slots = cursor_u32(&in);
	index->used = cursor_u32(&in);
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

static int begin_anew(struct transaction_index *index)
{
	int result = file_cut(index->fd, 0);

	index->last = index->synced = index->used = 0;
	index->slots = SLOTS_AT_FIRST;
	if (result == 0)
		result = file_cut(index->fd, place_of(index->slots));
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
	index->chain = *chain;
	result = path ? file_open(&index->fd, path, O_RDWR | O_CREAT, error) : open_memory(&index->fd);
	if (result == 0)
		result = read_header(index);
	if (result == -ENODATA || (result == 0 && index->last > end))
		result = begin_anew(index);
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

/* Into a table in memory that has room. */
static void place(uint8_t *table, uint32_t slots, const uint8_t slot[SLOT_SIZE])
{
	uint32_t at = first_slot(slot, slots);

	while (number_of(table + (size_t)at * SLOT_SIZE))
		at = (at + 1) & (slots - 1);
	memcpy(table + (size_t)at * SLOT_SIZE, slot, SLOT_SIZE);
}

/* All slots, placed in a table of twice as many, and how many entries that are. */
static int read_doubled(const struct transaction_index *index, uint8_t *table, uint32_t *used)
{
	uint8_t *some = memory_allocate(SLOTS_AT_ONCE, SLOT_SIZE);
	int result = 0;

	*used = 0;
	for (uint32_t at = 0; at < index->slots && result == 0; at += SLOTS_AT_ONCE) {
		result = file_read(index->fd, some, (size_t)SLOTS_AT_ONCE * SLOT_SIZE, place_of(at));
		for (uint32_t i = 0; i < SLOTS_AT_ONCE && result == 0; i++) {
			if (!number_of(some + (size_t)i * SLOT_SIZE))
				continue;
			place(table, 2 * index->slots, some + (size_t)i * SLOT_SIZE);
			++*used;
		}
	}
	free(some);
	return result;
}

/* In place of the one there is; *fd is of the new one. */
static int replace(const struct transaction_index *next, const uint8_t *table, int *fd)
{
	struct transaction_index file = *next;
	int result = next->path ? file_replace_begin(&file.fd, next->path) : open_memory(&file.fd);

	if (result)
		return result;
	result = write_header(&file);
	if (result == 0)
		result = file_write(file.fd, table, (size_t)file.slots * SLOT_SIZE, place_of(0));
	if (next->path) {
		result = file_replace_end(file.fd, next->path, result);
		return result ? result : file_open(fd, next->path, O_RDWR, NULL);
	}
	if (result)
		close(file.fd);
	else
		*fd = file.fd;
	return result;
}

static int grow(struct transaction_index *index)
{
	struct transaction_index next = *index;
	uint8_t *table;
	int result, fd = -1;

	if (index->slots >= SLOTS_MAXIMUM)
		return -EFBIG;
	table = memory_allocate(2 * (size_t)index->slots, SLOT_SIZE);
	next.slots = 2 * index->slots;
	result = read_doubled(index, table, &next.used);
	if (result == 0)
		result = replace(&next, table, &fd);
	free(table);
	if (result)
		return result;
	close(index->fd);
	index->fd = fd;
	index->slots = next.slots;
	index->used = next.used;
	index->synced = index->last;
	return 0;
}

/* The entry is put where it belongs, unless it stands there. -EOVERFLOW: every slot is taken. */
static int put(struct transaction_index *index, const uint8_t slot[SLOT_SIZE])
{
	uint8_t there[SLOT_SIZE];
	uint32_t at = first_slot(slot, index->slots);
	int result = 0;

	for (uint32_t left = index->slots; left; left--, at = (at + 1) & (index->slots - 1)) {
		result = file_read(index->fd, there, sizeof there, place_of(at));
		if (result || memcmp(there, slot, sizeof there) == 0)
			return result;
		if (!number_of(there))
			return file_write(index->fd, slot, SLOT_SIZE, place_of(at));
	}
	return -EOVERFLOW;
}

/* What stands there already is counted too: a process that was killed wrote it after its last header. Growing
 * counts anew. */
int transaction_index_add(struct transaction_index *index, const struct checksum256 *id, uint32_t number,
                          struct error *error)
{
	uint8_t slot[SLOT_SIZE];
	int result = 2 * (uint64_t)index->used >= index->slots ? grow(index) : 0;

	make_slot(slot, id, number);
	if (result == 0)
		result = put(index, slot);
	if (result == -EOVERFLOW && (result = grow(index)) == 0)
		result = put(index, slot);
	index->used += result == 0;
	return failed(index, result, error);
}

/* Entries reach the disk before the header that counts on them. */
int transaction_index_advance(struct transaction_index *index, struct error *error)
{
	int result = 0;

	index->last++;
	if (index->last - index->synced >= BLOCKS_PER_SYNC) {
		result = file_sync(index->fd);
		if (result == 0)
			index->synced = index->last;
		if (result == 0)
			result = write_header(index);
	}
	return failed(index, result, error);
}

int transaction_index_cut(struct transaction_index *index, uint32_t last, struct error *error)
{
	if (last >= index->last)
		return 0;
	index->last = index->synced = last;
	return failed(index, write_header(index), error);
}

int transaction_index_find(struct transaction_index *index, uint32_t *numbers, size_t maximum,
                           const struct checksum256 *id, struct error *error)
{
	uint8_t there[SLOT_SIZE];
	size_t count = 0;
	int result = 0;

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
