/* Which transactions were told to be lost though blocks that were thrown out still hold them (the file
 * "lost", their ids one after another): the next process does not tell of them again. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LOST_FILE_MAXIMUM = 64 << 20 };

int storage_lost_open(struct storage *storage, struct error *error)
{
	struct text content = TEXT_EMPTY;
	int result = file_load(&content, storage->lost_path, LOST_FILE_MAXIMUM, error);

	if (result == -ENOENT) {
		error_clear(error);
		result = 0;
	}
	/* one whose id is not whole is told again */
	for (size_t at = 0; result == 0 && at + sizeof *storage->lost <= content.length;
	     at += sizeof *storage->lost) {
		memory_grow(&storage->lost, &storage->lost_capacity, storage->lost_count + 1, sizeof *storage->lost);
		memcpy(&storage->lost[storage->lost_count++], content.data + at, sizeof *storage->lost);
	}
	text_release(&content);
	return result;
}

void storage_lost_add(struct storage *storage, const struct checksum256 *id)
{
	size_t count = storage->lost_count;
	int fd;

	memory_grow(&storage->lost, &storage->lost_capacity, count + 1, sizeof *storage->lost);
	storage->lost[storage->lost_count++] = *id;
	/* where the disk is full it is told again */
	if (file_open(&fd, storage->lost_path, O_WRONLY | O_CREAT, NULL) != 0)
		return;
	file_write(fd, id, sizeof *id, count * sizeof *id);
	close(fd);
}

bool storage_lost_has(struct storage *storage, const struct checksum256 *id)
{
	for (size_t i = 0; i < storage->lost_count; i++) {
		struct checksum256 found = storage->lost[i];
		if (!checksum256_equal(&found, id))
			continue;
		if (i >= storage->lost_seen) {
			storage->lost[i] = storage->lost[storage->lost_seen];
			storage->lost[storage->lost_seen++] = found;
		}
		return true;
	}
	return false;
}

int storage_lost_tidy(struct storage *storage, struct error *error)
{
	if (storage->lost_seen == storage->lost_count)
		return 0;
	storage->lost_count = storage->lost_seen;
	return file_replace(storage->lost_path, storage->lost, storage->lost_count * sizeof *storage->lost,
	                    error);
}
