/* Scratch files: what editors and tools put beside a file while they save it. A closed list of names, kept
 * in memory, private to the mount's owner, bounded in size and number. */
#include "fs/tree/write/scratch.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"

#include <errno.h>
#include <string.h>

/* The names of DESIGN 3: %n is the name of a file beside it that can be written, %x six letters or digits. */
static const char *const scratch_names[] = {
	".%n.swp",    ".%n.swx", ".%n.swpx",          "4913",         "%n~",    "#%n#", ".#%n",
	".~lock.%n#", "sed%x",   ".goutputstream-%x", ".%n.kate-swp", ".%n.%x",
};
/* What people might also mistype, so only for programs that insist on a new file: Qt's, busybox's. */
static const char *const exclusive_names[] = {"%n.%x", "%n%x"};

static bool is_random(const char *text)
{
	for (int i = 0; i < 6; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= '0' && text[i] <= '9')))
			return false;
	return true;
}

/* Whether a name has the form; *start and *length then tell where its %n stands (length 0: it has none). */
static bool has_form(const char *form, const char *name, size_t *start, size_t *length)
{
	size_t before = strcspn(form, "%");
	size_t total = strlen(name);
	const char *after = form + before;
	*length = 0;
	if (strncmp(form, name, before) != 0)
		return false;
	if (!*after)
		return total == before;
	bool random = strcmp(after + strlen(after) - 2, "%x") == 0;
	if (random) {
		if (total < before + 6 || !is_random(name + total - 6))
			return false;
		total -= 6;
	}
	if (after[1] == 'x')
		return total == before;
	after += 2;
	size_t ending = strlen(after) - (random ? 2 : 0);
	if (total <= before + ending || strncmp(name + total - ending, after, ending) != 0)
		return false;
	*start = before;
	*length = total - before - ending;
	return true;
}

static bool names_writable(struct tree *tree, const struct caller *caller, struct dentry *folder,
                           const char *name, size_t length)
{
	char copy[NAME_SIZE_MAXIMUM + 1];
	struct dentry *dentry = NULL;
	memcpy(copy, name, length);
	copy[length] = '\0';
	if (dentry_make(tree, &dentry, folder, copy) < 0)
		return false;
	bool writable = dentry_is_writable(dentry) &&
	                (dentry->row->creatable || dentry_exists(tree, NULL, caller, dentry, NULL) == 0);
	dentry_release(tree, dentry);
	return writable;
}

static bool has_writable_row(const struct tree *tree, const struct dentry *folder)
{
	const struct pattern *pattern = &tree->patterns.at[folder->pattern];
	for (size_t i = 0; i < pattern->children_count; i++)
		if (kind_is_writable(tree->patterns.at[pattern->children[i]].row->kind))
			return true;
	return false;
}

bool scratch_name_fits(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name, bool exclusive)
{
	const size_t common = sizeof scratch_names / sizeof *scratch_names;
	const size_t count = common + (exclusive ? sizeof exclusive_names / sizeof *exclusive_names : 0);
	if (strlen(name) > NAME_SIZE_MAXIMUM || folder->scratch || !has_writable_row(tree, folder))
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t start = 0, length = 0;
		const char *form = i < common ? scratch_names[i] : exclusive_names[i - common];
		if (has_form(form, name, &start, &length) &&
		    (length == 0 || names_writable(tree, caller, folder, name + start, length)))
			return true;
	}
	return false;
}

int scratch_create(struct tree *tree, struct dentry **out, struct dentry *folder, const char *name,
                   mode_t mode, struct error *error)
{
	static const struct row row = {
		.pattern = "", .kind = ROW_BYTES, .help = "a private scratch file in memory"};
	struct dentry *dentry = dentry_make_plain(tree, folder, name, &row), *there;
	dentry->scratch = memory_allocate(1, sizeof *dentry->scratch);
	*dentry->scratch = (struct scratch){.mode = mode & 0700 ? mode & 0700 : 0600, .modified = clock_real()};
	pthread_mutex_lock(&tree->lock);
	bool room = tree->scratch_count < SCRATCH_COUNT_MAXIMUM;
	if (room) {
		dentry->references++;
		tree->scratch[tree->scratch_count++] = dentry;
	}
	pthread_mutex_unlock(&tree->lock);
	if (!room) {
		dentry_release(tree, dentry);
		return error_set(error, ENOSPC, "no room for more than %d scratch files", SCRATCH_COUNT_MAXIMUM);
	}
	there = dentry_intern(tree, dentry);
	if (there != dentry) {
		dentry_release(tree, there);
		scratch_remove(tree, dentry);
		return error_set(error, EEXIST, "a file of this name is there");
	}
	*out = dentry;
	return 0;
}

void scratch_remove(struct tree *tree, struct dentry *dentry)
{
	bool held = false;
	pthread_mutex_lock(&tree->lock);
	dentry->removed = true;
	for (size_t i = 0; i < tree->scratch_count; i++) {
		if (tree->scratch[i] != dentry)
			continue;
		tree->scratch[i] = tree->scratch[--tree->scratch_count];
		held = true;
		break;
	}
	pthread_mutex_unlock(&tree->lock);
	if (held)
		dentry_release(tree, dentry);
}

int scratch_resize(struct tree *tree, struct dentry *dentry, size_t size, struct error *error)
{
	struct bytes *data = &dentry->scratch->data;
	if (size > SCRATCH_SIZE_MAXIMUM)
		return error_set(error, EFBIG, "a scratch file of more than %d bytes", SCRATCH_SIZE_MAXIMUM);
	if (tree->scratch_bytes - data->length + size > SCRATCH_TOTAL_MAXIMUM)
		return error_set(error, ENOSPC, "scratch files of more than %d bytes together",
		                 SCRATCH_TOTAL_MAXIMUM);
	tree->scratch_bytes = tree->scratch_bytes - data->length + size;
	if (size > data->length) {
		memory_grow(&data->data, &data->capacity, size, 1);
		memset(data->data + data->length, 0, size - data->length);
	}
	data->length = size;
	dentry->scratch->modified = clock_real();
	return 0;
}

ssize_t scratch_write(struct tree *tree, struct dentry *dentry, const char *data, size_t size, off_t offset,
                      bool append, struct error *error)
{
	struct scratch *scratch = dentry->scratch;
	int result = 0;
	if (size == 0)
		return 0;
	pthread_mutex_lock(&tree->lock);
	size_t start = append ? scratch->data.length : (size_t)offset;
	if (start > SCRATCH_SIZE_MAXIMUM || size > SCRATCH_SIZE_MAXIMUM - start)
		result = error_set(error, EFBIG, "a scratch file of more than %d bytes", SCRATCH_SIZE_MAXIMUM);
	else
		result = scratch_resize(
			tree, dentry, start + size > scratch->data.length ? start + size : scratch->data.length, error);
	if (result == 0)
		memcpy(scratch->data.data + start, data, size);
	pthread_mutex_unlock(&tree->lock);
	return result < 0 ? result : (ssize_t)size;
}

ssize_t scratch_read(struct tree *tree, struct dentry *dentry, char *out, size_t size, off_t offset)
{
	const struct bytes *data = &dentry->scratch->data;
	pthread_mutex_lock(&tree->lock);
	if ((uint64_t)offset >= data->length)
		size = 0;
	else if (size > data->length - (size_t)offset)
		size = data->length - (size_t)offset;
	if (size > 0)
		memcpy(out, data->data + offset, size);
	pthread_mutex_unlock(&tree->lock);
	return (ssize_t)size;
}
