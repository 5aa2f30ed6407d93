/* Loss of power: of every file only what was brought to the disk is left, of every folder only the names
 * (fsync and fdatasync are wrapped, see Makefile; they write what they are asked to keep to a folder of its
 * own, out of which a data folder is made as it would be then). */
#include "tests/scene.h"

#include "core/chain/embedded/storage/storage.h"
#include "core/types/time.h"

#include <inttypes.h>

static char *disk; /* what has reached it, by inode and time of birth */
static size_t syncs;

int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

/* An inode may be used again for another file: born at another time. */
static char *place_of(int folder, const char *name)
{
	struct statx status;
	struct text path = TEXT_EMPTY;
	if (statx(folder, name, *name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) <
	    0)
		abort();
	text_printf(&path, "%s/%" PRIu64 "-%" PRId64 "-%" PRIu32, disk, (uint64_t)status.stx_ino,
	            (int64_t)status.stx_btime.tv_sec, status.stx_btime.tv_nsec);
	return text_take(&path);
}

static struct bytes content_of(int fd)
{
	struct bytes content = {0};
	uint8_t buffer[65536];
	for (ssize_t got; (got = pread(fd, buffer, sizeof buffer, (off_t)content.length)) > 0;)
		bytes_put(&content, buffer, (size_t)got);
	return content;
}

static struct bytes names_in(int fd)
{
	struct bytes names = {0};
	DIR *folder = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY));
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		char *place = place_of(fd, entry->d_name);
		bytes_put(&names, place, strlen(place) + 1);
		bytes_put(&names, entry->d_name, strlen(entry->d_name) + 1);
		bytes_put_u8(&names, entry->d_type);
		free(place);
	}
	if (!folder || closedir(folder) != 0)
		abort();
	return names;
}

int __wrap_fsync(int fd)
{
	struct stat status;
	char path[64];
	if (fstat(fd, &status) < 0)
		return -1;
	/* It may be open for writing only. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int own = open(path, O_RDONLY | O_CLOEXEC);
	struct bytes content = S_ISDIR(status.st_mode) ? names_in(own) : content_of(own);
	char *place = place_of(fd, "");
	file_set(place, content.data, content.length);
	syncs++;
	close(own);
	free(place);
	bytes_release(&content);
	return 0;
}

int __wrap_fdatasync(int fd)
{
	return __wrap_fsync(fd);
}

/* The folder of that place as the disk has it. */
static void restore(const char *place, const char *to)
{
	assert_int_equal(mkdir(to, 0700), 0);
	if (access(place, F_OK) < 0)
		return;
	struct bytes names = file_content(place);
	for (struct cursor in = cursor_make(names.data, names.length); cursor_left(&in);) {
		const char *entry = (const char *)in.at;
		cursor_take(&in, strlen(entry) + 1);
		const char *name = (const char *)in.at;
		cursor_take(&in, strlen(name) + 1);
		char *path = temporary_path(to, name);
		if (cursor_u8(&in) == DT_DIR) {
			restore(entry, path);
		} else {
			struct bytes content = {0};
			if (access(entry, F_OK) == 0)
				content = file_content(entry);
			file_set(path, content.data, content.length);
			bytes_release(&content);
		}
		free(path);
	}
	bytes_release(&names);
}

struct power {
	char *base, *folder, *after;
	struct rig rig, then;
};

static void power_on(struct power *power)
{
	*power = (struct power){.base = temporary_folder()};
	disk = temporary_path(power->base, "disk");
	power->folder = temporary_path(power->base, "folder");
	power->after = temporary_path(power->base, "after");
	assert_int_equal(mkdir(disk, 0700), 0);
	power->rig = (struct rig){.folder = power->folder, .manual_clock = true};
	rig_open(&power->rig);
	rig_make_token(&power->rig);
	for (int i = 0; i < 5; i++)
		assert_int_equal(rig_transfer(&power->rig, NULL, "alice"), 0);
}

/* What is there afterwards, opened. */
static void power_fails(struct power *power)
{
	int fd = open(power->folder, O_RDONLY | O_DIRECTORY);
	char *place = place_of(fd, "");
	restore(place, power->after);
	close(fd);
	free(place);
	power->then = (struct rig){.folder = power->after, .manual_clock = true};
	rig_open(&power->then);
}

static void power_off(struct power *power)
{
	rig_end(&power->then);
	rig_end(&power->rig);
	free(power->folder);
	free(power->after);
	free(disk);
	temporary_remove(power->base);
}

static void synced_is_kept(void **state)
{
	struct power power;
	(void)state;
	power_on(&power);
	assert_int_equal(power.rig.chain->operations->sync(power.rig.chain, &power.rig.error), 0);
	assert_int_equal(rig_transfer(&power.rig, NULL, "bob"), 0); /* not synced: may be there or not */
	power_fails(&power);
	assert_int_equal(rig_balance(&power.then, "alice"), 5);
	power_off(&power);
}

static void sealed_is_kept(void **state)
{
	struct power power;
	(void)state;
	power_on(&power);
	assert_int_equal(rig_advance(&power.rig, SECOND), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_transfer(&power.rig, NULL, "alice"), 0);
	power_fails(&power);
	assert_true(rig_balance(&power.then, "alice") >= 5);
	power_off(&power);
}

/* A sync between two blocks costs the later one nothing: both are there. */
static void sealed_and_pending(void **state)
{
	struct power power;
	(void)state;
	power_on(&power);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_advance(&power.rig, SECOND), 0);
		assert_int_equal(rig_transfer(&power.rig, NULL, "bob"), 0);
		size_t before = syncs;
		assert_int_equal(power.rig.chain->operations->sync(power.rig.chain, &power.rig.error), 0);
		assert_true(syncs > before);
	}
	power_fails(&power);
	assert_int_equal(rig_balance(&power.then, "alice"), 5);
	assert_int_equal(rig_balance(&power.then, "bob"), 3);
	power_off(&power);
}

/* A block that is in the log, though not on the disk yet, while the state is saved: its blocks are never
 * behind it. */
static void state_after_its_blocks(void **state)
{
	struct power power;
	(void)state;
	power_on(&power);
	struct embedded_chain *chain = embedded_of(power.rig.chain);
	struct error *error = &power.rig.error;
	assert_int_equal(rig_advance(&power.rig, SECOND), 0);
	pthread_mutex_lock(&chain->lock);
	network_run(chain->network, slot_to_us(network_next_slot(chain->network)));
	pthread_mutex_unlock(&chain->lock);
	assert_int_equal(embedded_finish(chain, false, error), 0);
	assert_int_equal(storage_save_state(chain->storage, chain, true, error), 0);
	power_fails(&power);
	assert_int_equal(rig_balance(&power.then, "alice"), 5);
	power_off(&power);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(synced_is_kept),
		cmocka_unit_test(sealed_is_kept),
		cmocka_unit_test(sealed_and_pending),
		cmocka_unit_test(state_after_its_blocks),
	};
	return cmocka_run_group_tests_name("embedded_power", tests, NULL, NULL);
}
