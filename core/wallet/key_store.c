/* The nodes' own keys: a short list under a mutex, its file replaced whole. */
#include "core/wallet/key_store.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/wallet/wallet.h"
#include "core/wallet/wallet_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_KEYS_FILE_MAXIMUM = 4 << 20 };

struct key_store {
	pthread_mutex_t mutex;
	const struct signer *signer;
	char *path, *password_path; /* NULL: none */
	struct wallet_secret secret; /* what the file is encrypted with */
	bool has_secret, unsaved;
	struct wallet_key *list;    /* owned */
	size_t count, capacity;
};

static const struct wallet_key *find(const struct key_store *keys, const struct public_key *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (public_key_compare(&keys->list[i].public, key) == 0)
			return &keys->list[i];
	return NULL;
}

static void insert(struct key_store *keys, const struct wallet_key *pair)
{
	if (find(keys, &pair->public))
		return;
	if (keys->count == keys->capacity) {
		size_t capacity = keys->capacity ? 2 * keys->capacity : 32;
		struct wallet_key *grown = memory_allocate_secret(capacity, sizeof *grown);
		if (keys->count)
			memcpy(grown, keys->list, keys->count * sizeof *grown);
		memory_release_secret(keys->list, keys->capacity, sizeof *keys->list);
		keys->list = grown;
		keys->capacity = capacity;
	}
	keys->list[keys->count++] = *pair;
	keys->unsaved = true;
}

static int damaged(const struct key_store *keys, const char *what, struct error *error)
{
	return error_set(error, EBADMSG,
	                 "\"%s\", the keys that the nodes sign blocks with, %s: put copies of it and of \"%s\" "
	                 "back, or move both away, and the wallet's keys are taken when it is unlocked",
	                 keys->path, what, keys->password_path);
}

/* Takes over the pairs of the file when they are pairs. */
static int take_pairs(struct key_store *keys, struct wallet_key *list, size_t count, struct error *error)
{
	struct public_key public;

	keys->list = list;
	keys->count = keys->capacity = count;
	for (size_t i = 0; i < count; i++)
		if (signer_public_key(keys->signer, &public, &list[i].private) != 0 ||
		    public_key_compare(&public, &list[i].public) != 0)
			return damaged(keys, "holds a private key that is not its public key's", error);
	return 0;
}

static int read_file(struct key_store *keys, struct error *error)
{
	struct text content = TEXT_EMPTY, password = TEXT_EMPTY;
	struct wallet_key *list = NULL;
	size_t count = 0;
	int result = file_load(&content, keys->path, NODE_KEYS_FILE_MAXIMUM, error);

	if (result == -ENOENT) {
		if (error)
			error_clear(error);
		return 0;
	}
	if (result)
		return result;
	result = file_load(&password, keys->password_path, NODE_KEYS_FILE_MAXIMUM, error);
	if (result == -ENOENT)
		result = damaged(keys, "cannot be read without its password", error);
	if (result)
		goto out;
	keys->secret = wallet_secret_of(text_string(&password));
	keys->has_secret = true;
	if (wallet_file_decode(&list, &count, &keys->secret, keys->path, text_string(&content), content.length,
	                       error) != 0)
		result = damaged(keys, "cannot be read", error);
	else
		result = take_pairs(keys, list, count, error);
out:
	text_release_secret(&password);
	text_release(&content);
	return result;
}

int key_store_open(struct key_store **out, const char *path, const struct signer *signer,
                   struct error *error)
{
	struct key_store *keys = memory_allocate(1, sizeof *keys);
	int result = 0;

	pthread_mutex_init(&keys->mutex, NULL);
	keys->signer = signer;
	if (path) {
		struct text password_path = TEXT_EMPTY;
		text_printf(&password_path, "%s.password", path);
		keys->path = memory_copy_string(path);
		keys->password_path = text_take(&password_path);
		result = read_file(keys, error);
	}
	if (result) {
		key_store_close(keys);
		keys = NULL;
	}
	*out = keys;
	return result;
}

void key_store_close(struct key_store *keys)
{
	if (!keys)
		return;
	memory_release_secret(keys->list, keys->capacity, sizeof *keys->list);
	memory_wipe(&keys->secret, sizeof keys->secret);
	free(keys->path);
	free(keys->password_path);
	pthread_mutex_destroy(&keys->mutex);
	free(keys);
}

bool key_store_get(struct key_store *keys, struct private_key *out, const struct public_key *key)
{
	pthread_mutex_lock(&keys->mutex);
	const struct wallet_key *found = find(keys, key);
	if (found && out)
		*out = found->private;
	pthread_mutex_unlock(&keys->mutex);
	return found;
}

size_t key_store_pairs(struct key_store *keys, struct wallet_key **out)
{
	pthread_mutex_lock(&keys->mutex);
	size_t count = keys->count;
	*out = count ? memory_allocate_secret(count, sizeof **out) : NULL;
	if (count)
		memcpy(*out, keys->list, count * sizeof **out);
	pthread_mutex_unlock(&keys->mutex);
	return count;
}

bool key_store_matches(const struct key_store *keys, const struct private_key *key,
                       const struct public_key *public)
{
	struct public_key own;

	return signer_public_key(keys->signer, &own, key) == 0 && public_key_compare(&own, public) == 0;
}

int key_store_add(struct key_store *keys, const struct private_key *key, struct error *error)
{
	struct wallet_key pair = {.private = *key};
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

/* A password of its own for a file that is made now. */
static int make_secret(struct key_store *keys, struct error *error)
{
	char password[WALLET_PASSWORD_SIZE];
	int result = wallet_secret_new(&keys->secret, password, keys->signer, error);

	if (result)
		return result;
	result = file_replace(keys->password_path, password, strlen(password), error);
	keys->has_secret = result == 0;
	memory_wipe(password, sizeof password);
	return result;
}

int key_store_save(struct key_store *keys, struct error *error)
{
	struct text content = TEXT_EMPTY;
	int result = 0;

	pthread_mutex_lock(&keys->mutex);
	if (keys->path && keys->unsaved) {
		if (!keys->has_secret)
			result = make_secret(keys, error);
		if (result == 0) {
			wallet_file_encode(&content, &keys->secret, keys->list, keys->count);
			result = file_replace(keys->path, text_string(&content), content.length, error);
		}
		keys->unsaved = result != 0;
		text_release(&content);
	}
	pthread_mutex_unlock(&keys->mutex);
	return result;
}
