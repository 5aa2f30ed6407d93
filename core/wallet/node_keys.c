/* The nodes' own keys: a short list under a mutex, its file replaced whole. */
#include "core/wallet/node_keys.h"

#include "core/base/file.h"
#include "core/base/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_KEYS_FILE_MAXIMUM = 4 << 20 };

struct node_key {
	struct public_key public;
	struct private_key private;
};

struct node_keys {
	pthread_mutex_t mutex;
	const struct signer *signer;
	char *path;            /* NULL: none */
	struct node_key *list; /* owned */
	size_t count, capacity;
	bool unsaved;
};

static const struct node_key *find(const struct node_keys *keys, const struct public_key *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (public_key_compare(&keys->list[i].public, key) == 0)
			return &keys->list[i];
	return NULL;
}

static void insert(struct node_keys *keys, const struct node_key *pair)
{
	if (find(keys, &pair->public))
		return;
	if (keys->count == keys->capacity) {
		/* By hand rather than by realloc, which may leave secrets in freed memory. */
		struct node_key *before = keys->list;
		keys->capacity = keys->capacity ? 2 * keys->capacity : 32;
		keys->list = memory_allocate(keys->capacity, sizeof *keys->list);
		if (before) {
			memcpy(keys->list, before, keys->count * sizeof *before);
			memory_wipe(before, keys->count * sizeof *before);
		}
		free(before);
	}
	keys->list[keys->count++] = *pair;
	keys->unsaved = true;
}

static int read_line(struct node_keys *keys, const char *line, size_t number, struct error *error)
{
	char public[KEY_TEXT_SIZE], private[KEY_TEXT_SIZE];
	struct node_key pair = {0};
	struct public_key proper;
	int result = -EBADMSG;

	if (sscanf(line, "%255s %255s", public, private) == 2 &&
	    public_key_parse(&pair.public, public, NULL) == 0 &&
	    private_key_parse(&pair.private, private, NULL) == 0 &&
	    signer_public_key(keys->signer, &proper, &pair.private) == 0 &&
	    public_key_compare(&proper, &pair.public) == 0) {
		insert(keys, &pair);
		result = 0;
	}
	memory_wipe(private, sizeof private);
	memory_wipe(&pair, sizeof pair);
	return result ? error_set(error, EBADMSG,
	                          "line %zu of \"%s\", the keys that the nodes sign blocks with, is no key "
	                          "pair: put a copy of the file back, or remove the line and import the key into "
	                          "the wallet",
	                          number, keys->path)
	              : 0;
}

static int read_file(struct node_keys *keys, struct error *error)
{
	struct text content = TEXT_EMPTY;
	size_t number = 0;
	int result = file_load(&content, keys->path, NODE_KEYS_FILE_MAXIMUM, error);

	if (result == -ENOENT && error)
		error_clear(error);
	if (result)
		return result == -ENOENT ? 0 : result;
	for (char *rest = content.data, *line; (line = strsep(&rest, "\n")) && !result;)
		if (++number && *line)
			result = read_line(keys, line, number, error);
	if (content.data)
		memory_wipe(content.data, content.capacity);
	text_release(&content);
	keys->unsaved = false;
	return result;
}

int node_keys_open(struct node_keys **out, const char *path, const struct signer *signer,
                   struct error *error)
{
	struct node_keys *keys = memory_allocate(1, sizeof *keys);
	int result = 0;

	pthread_mutex_init(&keys->mutex, NULL);
	keys->signer = signer;
	if (path) {
		keys->path = memory_copy_string(path);
		result = read_file(keys, error);
	}
	if (result) {
		node_keys_close(keys);
		keys = NULL;
	}
	*out = keys;
	return result;
}

void node_keys_close(struct node_keys *keys)
{
	if (!keys)
		return;
	if (keys->list)
		memory_wipe(keys->list, keys->capacity * sizeof *keys->list);
	free(keys->list);
	free(keys->path);
	pthread_mutex_destroy(&keys->mutex);
	free(keys);
}

bool node_keys_get(struct node_keys *keys, struct private_key *out, const struct public_key *key)
{
	pthread_mutex_lock(&keys->mutex);
	const struct node_key *found = find(keys, key);
	if (found && out)
		*out = found->private;
	pthread_mutex_unlock(&keys->mutex);
	return found;
}

int node_keys_add(struct node_keys *keys, const struct private_key *key, struct error *error)
{
	struct node_key pair = {.private = *key};
	int result = signer_public_key(keys->signer, &pair.public, key);

	if (result) {
		error_set(error, EINVAL, "the key is no private key of the curve");
	} else {
		pthread_mutex_lock(&keys->mutex);
		insert(keys, &pair);
		pthread_mutex_unlock(&keys->mutex);
	}
	memory_wipe(&pair, sizeof pair);
	return result;
}

int node_keys_save(struct node_keys *keys, struct error *error)
{
	char public[KEY_TEXT_SIZE], private[KEY_TEXT_SIZE];
	struct text content = TEXT_EMPTY;
	int result = 0;

	pthread_mutex_lock(&keys->mutex);
	if (keys->path && keys->unsaved) {
		/* Reserved at once, so that growing leaves no copies of secrets behind. */
		memory_grow(&content.data, &content.capacity, keys->count * 2 * KEY_TEXT_SIZE + 1, 1);
		for (size_t i = 0; i < keys->count; i++) {
			public_key_print(public, &keys->list[i].public);
			private_key_print(private, &keys->list[i].private);
			text_printf(&content, "%s %s\n", public, private);
		}
		result = file_replace(keys->path, content.data, content.length, error);
		keys->unsaved = result != 0;
		memory_wipe(private, sizeof private);
		memory_wipe(content.data, content.capacity);
		text_release(&content);
	}
	pthread_mutex_unlock(&keys->mutex);
	return result;
}
