/* The wallet: a sorted list of key pairs under a mutex, saved whole at every change; a change that cannot be saved does not happen. */
#include "core/wallet/wallet.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/wallet/wallet_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WALLET_PATH_SIZE = 4096, WALLET_KEYS_MAXIMUM = 100000 };

struct wallet_label {
	char label[WALLET_LABEL_SIZE];
	struct public_key key;
};

struct wallet {
	pthread_mutex_t mutex;
	const struct signer *signer;
	char folder[WALLET_PATH_SIZE]; /* "": in memory only */
	bool locked;
	struct wallet_secret secret; /* while unlocked; in memory: always */
	struct wallet_key *keys;     /* ascending; none while locked */
	size_t keys_count, keys_capacity;
	struct text encoded;         /* in memory only: what the file would hold, so that locking loses nothing */
	struct wallet_label *labels; /* ascending */
	size_t labels_count, labels_capacity;
	uint64_t version;
};

static int folder_path(const struct wallet *wallet, char out[WALLET_PATH_SIZE], const char *name, struct error *error)
{
	if (snprintf(out, WALLET_PATH_SIZE, "%s/%s", wallet->folder, name) >= WALLET_PATH_SIZE)
		return error_set(error, ENAMETOOLONG, "the wallet's folder \"%s\" has too long a path", wallet->folder);
	return 0;
}

static int save_keys(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE];
	struct text text = TEXT_EMPTY;
	int result = 0;

	wallet_file_encode(&text, &wallet->secret, wallet->keys, wallet->keys_count);
	if (wallet->folder[0]) {
		result = folder_path(wallet, path, "default.wallet", error);
		if (result == 0)
			result = wallet_file_write(path, text_string(&text), text.length, error);
		text_release(&text);
	} else {
		text_release(&wallet->encoded);
		wallet->encoded = text;
	}
	return result;
}

static int save_labels(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE], key[KEY_TEXT_SIZE];
	struct text text = TEXT_EMPTY;
	int result;

	if (!wallet->folder[0])
		return 0;
	for (size_t i = 0; i < wallet->labels_count; i++) {
		public_key_print(key, &wallet->labels[i].key);
		text_printf(&text, "%s %s\n", wallet->labels[i].label, key);
	}
	result = folder_path(wallet, path, "labels", error);
	if (result == 0)
		result = wallet_file_write(path, text_string(&text), text.length, error);
	text_release(&text);
	return result;
}

/* Where a key is, or would be inserted. */
static size_t find_key(const struct wallet *wallet, const struct public_key *key, bool *found)
{
	size_t low = 0, high = wallet->keys_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = public_key_compare(&wallet->keys[middle].public, key);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

static size_t find_label(const struct wallet *wallet, const char *label, bool *found)
{
	size_t i = 0;
	int order = 1;

	while (i < wallet->labels_count && (order = strcmp(wallet->labels[i].label, label)) < 0)
		i++;
	*found = i < wallet->labels_count && order == 0;
	return i;
}

static void insert_key(struct wallet *wallet, size_t at, const struct private_key *private, const struct public_key *public)
{
	if (wallet->keys_count == wallet->keys_capacity) {
		/* By hand rather than by realloc, which may leave secrets in freed memory. */
		size_t capacity = wallet->keys_capacity ? 2 * wallet->keys_capacity : 16;
		struct wallet_key *keys = memory_allocate(capacity, sizeof *keys);
		if (wallet->keys_count)
			memcpy(keys, wallet->keys, wallet->keys_count * sizeof *keys);
		if (wallet->keys)
			memory_wipe(wallet->keys, wallet->keys_capacity * sizeof *keys);
		free(wallet->keys);
		wallet->keys = keys;
		wallet->keys_capacity = capacity;
	}
	memmove(wallet->keys + at + 1, wallet->keys + at, (wallet->keys_count - at) * sizeof *wallet->keys);
	wallet->keys[at].public = *public;
	wallet->keys[at].private = *private;
	wallet->keys_count++;
}

static void remove_key_at(struct wallet *wallet, size_t at)
{
	memmove(wallet->keys + at, wallet->keys + at + 1, (wallet->keys_count - at - 1) * sizeof *wallet->keys);
	wallet->keys_count--;
	memory_wipe(&wallet->keys[wallet->keys_count], sizeof *wallet->keys);
}

static void forget_keys(struct wallet *wallet)
{
	if (wallet->keys)
		memory_wipe(wallet->keys, wallet->keys_capacity * sizeof *wallet->keys);
	free(wallet->keys);
	wallet->keys = NULL;
	wallet->keys_count = wallet->keys_capacity = 0;
}

static int require_unlocked(const struct wallet *wallet, struct error *error)
{
	return wallet->locked ? error_chain(error, WALLET_LOCKED_EXCEPTION, "Wallet is locked: default") : 0;
}

/* Reads `LABEL KEY` lines; lines that are none of this are passed over, since nothing depends on them. */
static void parse_labels(struct wallet *wallet, const char *text)
{
	char label[WALLET_LABEL_SIZE], key[KEY_TEXT_SIZE];

	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		struct public_key public;
		bool found;
		if (sscanf(line, "%63s %255s", label, key) != 2 || public_key_parse(&public, key, NULL) != 0)
			continue;
		size_t at = find_label(wallet, label, &found);
		if (found)
			continue;
		memory_grow(&wallet->labels, &wallet->labels_capacity, wallet->labels_count + 1, sizeof *wallet->labels);
		memmove(wallet->labels + at + 1, wallet->labels + at, (wallet->labels_count - at) * sizeof *wallet->labels);
		memcpy(wallet->labels[at].label, label, sizeof label);
		wallet->labels[at].key = public;
		wallet->labels_count++;
	}
}

static int load_keys(struct wallet *wallet, const struct wallet_secret *secret, struct error *error)
{
	char path[WALLET_PATH_SIZE] = "default";
	struct text text = TEXT_EMPTY;
	const struct text *encoded = &wallet->encoded;
	int result = 0;

	if (wallet->folder[0]) {
		result = folder_path(wallet, path, "default.wallet", error);
		if (result == 0)
			result = wallet_file_read(&text, path, error);
		if (result == -ENOENT)
			error_chain(error, WALLET_NONEXISTENT_EXCEPTION, "Unable to open file: %s", path);
		encoded = &text;
	}
	if (result == 0) {
		struct wallet_key *keys = NULL;
		size_t count = 0;
		result = wallet_file_decode(&keys, &count, secret, path, text_string(encoded), encoded->length, error);
		if (result == 0) {
			forget_keys(wallet);
			wallet->keys = keys;
			wallet->keys_count = wallet->keys_capacity = count;
		}
	}
	text_release(&text);
	return result;
}

/* The folder's wallet, or a new one with a new password; see wallet_open(). */
static int open_folder(struct wallet *wallet, bool keep_password, struct error *error)
{
	char path[WALLET_PATH_SIZE], password_path[WALLET_PATH_SIZE];
	struct text labels = TEXT_EMPTY, password = TEXT_EMPTY;
	struct stat status;
	int result;

	if (mkdir(wallet->folder, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno, "cannot make the wallet's folder \"%s\": %s", wallet->folder, strerror(errno));
	if ((result = folder_path(wallet, path, "labels", error)) != 0)
		return result;
	if (wallet_file_read(&labels, path, error) == 0)
		parse_labels(wallet, text_string(&labels));
	if ((result = folder_path(wallet, path, "default.wallet", error)) != 0 ||
	    (result = folder_path(wallet, password_path, "password", error)) != 0)
		goto out;
	bool exists = stat(path, &status) == 0;
	result = wallet_file_read(&password, password_path, error);
	if (result == 0 && exists) {
		while (password.length && strchr("\r\n", password.data[password.length - 1]))
			password.data[--password.length] = '\0';
		wallet->secret = wallet_secret_of(text_string(&password));
		wallet->locked = load_keys(wallet, &wallet->secret, error) != 0;
	} else if (exists) {
		wallet->locked = true; /* its owner has the password */
	} else {
		struct private_key random;
		struct public_key unused;
		char text[KEY_TEXT_SIZE + 4] = "PW";
		result = signer_new_key(wallet->signer, &random, &unused, error);
		if (result)
			goto out;
		private_key_print(text + 2, &random);
		wallet->secret = wallet_secret_of(text);
		if (keep_password)
			result = wallet_file_write(password_path, text, strlen(text), error);
		if (result == 0 || !keep_password)
			result = save_keys(wallet, error);
		memory_wipe(text, sizeof text);
		memory_wipe(&random, sizeof random);
		goto out;
	}
	result = 0;
out:
	if (password.data)
		memory_wipe(password.data, password.capacity);
	text_release(&password);
	text_release(&labels);
	return result;
}

int wallet_open(struct wallet **out, const char *folder, bool keep_password, const struct signer *signer, struct error *error)
{
	struct wallet *wallet = memory_allocate(1, sizeof *wallet);
	int result = 0;

	pthread_mutex_init(&wallet->mutex, NULL);
	wallet->signer = signer;
	wallet->version = 1;
	if (folder) {
		if (snprintf(wallet->folder, sizeof wallet->folder, "%s", folder) >= (int)sizeof wallet->folder)
			result = error_set(error, ENAMETOOLONG, "\"%s\" is too long a path", folder);
		else
			result = open_folder(wallet, keep_password, error);
	} else {
		struct private_key random;
		struct public_key unused;
		result = signer_new_key(signer, &random, &unused, error);
		char text[KEY_TEXT_SIZE];
		private_key_print(text, &random);
		wallet->secret = wallet_secret_of(text);
		memory_wipe(text, sizeof text);
		memory_wipe(&random, sizeof random);
	}
	if (result) {
		wallet_close(wallet);
		return result;
	}
	*out = wallet;
	return 0;
}

void wallet_close(struct wallet *wallet)
{
	if (!wallet)
		return;
	forget_keys(wallet);
	memory_wipe(&wallet->secret, sizeof wallet->secret);
	text_release(&wallet->encoded);
	free(wallet->labels);
	pthread_mutex_destroy(&wallet->mutex);
	free(wallet);
}

bool wallet_locked(struct wallet *wallet)
{
	pthread_mutex_lock(&wallet->mutex);
	bool locked = wallet->locked;
	pthread_mutex_unlock(&wallet->mutex);
	return locked;
}

int wallet_unlock(struct wallet *wallet, const char *password, struct error *error)
{
	int result;

	pthread_mutex_lock(&wallet->mutex);
	if (!wallet->locked) {
		result = error_chain(error, WALLET_UNLOCKED_EXCEPTION, "Wallet is already unlocked: default");
	} else {
		struct wallet_secret secret = wallet_secret_of(password);
		result = load_keys(wallet, &secret, error);
		if (result == 0) {
			wallet->secret = secret;
			wallet->locked = false;
			wallet->version++;
		}
		memory_wipe(&secret, sizeof secret);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_lock(struct wallet *wallet, struct error *error)
{
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0 && !wallet->folder[0])
		result = save_keys(wallet, error);
	if (result == 0) {
		forget_keys(wallet);
		memory_wipe(&wallet->secret, sizeof wallet->secret);
		wallet->locked = true;
		wallet->version++;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

/* Adds one pair in memory; -EEXIST when it is there. */
static int add_key(struct wallet *wallet, const struct private_key *key, struct public_key *public, struct error *error)
{
	bool found;

	if (wallet->keys_count >= WALLET_KEYS_MAXIMUM)
		return error_set(error, ENOSPC, "the wallet is full: it has %d keys", WALLET_KEYS_MAXIMUM);
	if (signer_public_key(wallet->signer, public, key) != 0)
		return error_chain(error, PRIVATE_KEY_TYPE_EXCEPTION, "Invalid private key: it is not within the curve's order");
	size_t at = find_key(wallet, public, &found);
	if (found)
		return error_chain(error, KEY_EXIST_EXCEPTION, "Key already in wallet");
	insert_key(wallet, at, key, public);
	return 0;
}

static void take_key_out(struct wallet *wallet, const struct public_key *public)
{
	bool found;
	size_t at = find_key(wallet, public, &found);

	if (found)
		remove_key_at(wallet, at);
}

int wallet_import(struct wallet *wallet, const struct private_key *key, struct public_key *public, struct error *error)
{
	struct public_key own;
	int result;

	public = public ? public : &own;
	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0)
		result = add_key(wallet, key, public, error);
	if (result == 0) {
		result = save_keys(wallet, error);
		if (result)
			take_key_out(wallet, public);
		else
			wallet->version++;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_import_many(struct wallet *wallet, const struct private_key *keys, size_t count, struct error *error)
{
	struct public_key *added = memory_allocate(count ? count : 1, sizeof *added);
	size_t added_count = 0;
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	for (size_t i = 0; i < count && result == 0; i++) {
		result = add_key(wallet, &keys[i], &added[added_count], error);
		if (result == 0)
			added_count++;
		else if (result == -EEXIST)
			result = 0;
	}
	if (result == 0 && added_count)
		result = save_keys(wallet, error);
	if (result)
		while (added_count)
			take_key_out(wallet, &added[--added_count]);
	else
		wallet->version++;
	pthread_mutex_unlock(&wallet->mutex);
	free(added);
	return result;
}

static int check_label(const char *label, struct error *error)
{
	size_t length = strlen(label);

	if (length == 0 || length >= WALLET_LABEL_SIZE || label[0] == '.' ||
	    strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != length)
		return error_set(error, EINVAL, "\"%s\" is no label: 1 to %d of letters, digits, '.', '_' and '-', not beginning with '.'", label,
		                 WALLET_LABEL_SIZE - 1);
	return 0;
}

int wallet_new_key(struct wallet *wallet, const char *label, struct public_key *out, struct error *error)
{
	struct private_key private;
	bool found;
	int result = check_label(label, error);

	if (result)
		return result;
	pthread_mutex_lock(&wallet->mutex);
	size_t at = find_label(wallet, label, &found);
	result = require_unlocked(wallet, error);
	if (result == 0 && found)
		result = error_set(error, EEXIST, "there is a key labelled \"%s\" already", label);
	if (result == 0)
		result = signer_new_key(wallet->signer, &private, out, error);
	if (result == 0)
		result = add_key(wallet, &private, out, error);
	memory_wipe(&private, sizeof private);
	if (result)
		goto out;
	memory_grow(&wallet->labels, &wallet->labels_capacity, wallet->labels_count + 1, sizeof *wallet->labels);
	memmove(wallet->labels + at + 1, wallet->labels + at, (wallet->labels_count - at) * sizeof *wallet->labels);
	memset(&wallet->labels[at], 0, sizeof wallet->labels[at]);
	memcpy(wallet->labels[at].label, label, strlen(label));
	wallet->labels[at].key = *out;
	wallet->labels_count++;
	result = save_keys(wallet, error);
	if (result == 0)
		result = save_labels(wallet, error);
	if (result) {
		take_key_out(wallet, out);
		memmove(wallet->labels + at, wallet->labels + at + 1, (wallet->labels_count - at - 1) * sizeof *wallet->labels);
		wallet->labels_count--;
	} else {
		wallet->version++;
	}
out:
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

/* A label that leads to no key would only mislead. */
static int forget_labels(struct wallet *wallet, const struct public_key *key, struct error *error)
{
	size_t kept = 0;
	for (size_t i = 0; i < wallet->labels_count; i++)
		if (public_key_compare(&wallet->labels[i].key, key) != 0)
			wallet->labels[kept++] = wallet->labels[i];
	if (kept == wallet->labels_count)
		return 0;
	wallet->labels_count = kept;
	return save_labels(wallet, error);
}

int wallet_remove(struct wallet *wallet, const struct public_key *key, struct error *error)
{
	bool found;
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result)
		goto out;
	size_t at = find_key(wallet, key, &found);
	if (!found) {
		result = error_chain(error, KEY_NONEXISTENT_EXCEPTION, "Key not in wallet");
		goto out;
	}
	struct private_key private = wallet->keys[at].private;
	remove_key_at(wallet, at);
	result = save_keys(wallet, error);
	if (result) {
		insert_key(wallet, at, &private, key);
	} else {
		wallet->version++;
		result = forget_labels(wallet, key, error);
	}
	memory_wipe(&private, sizeof private);
out:
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_keys(struct wallet *wallet, struct public_key **out, size_t *count, struct error *error)
{
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0) {
		*count = wallet->keys_count;
		*out = memory_allocate(*count ? *count : 1, sizeof **out);
		for (size_t i = 0; i < *count; i++)
			(*out)[i] = wallet->keys[i].public;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

uint64_t wallet_version(struct wallet *wallet)
{
	pthread_mutex_lock(&wallet->mutex);
	uint64_t version = wallet->version;
	pthread_mutex_unlock(&wallet->mutex);
	return version;
}

bool wallet_has(struct wallet *wallet, const struct public_key *key)
{
	bool found;

	pthread_mutex_lock(&wallet->mutex);
	find_key(wallet, key, &found);
	pthread_mutex_unlock(&wallet->mutex);
	return found;
}

int wallet_private_key(struct wallet *wallet, const struct public_key *key, struct private_key *out, struct error *error)
{
	bool found;
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0) {
		size_t at = find_key(wallet, key, &found);
		if (found) {
			*out = wallet->keys[at].private;
		} else {
			char text[KEY_TEXT_SIZE];
			public_key_print(text, key);
			result = error_chain(error, WALLET_MISSING_PUB_KEY_EXCEPTION, "Public key not found in unlocked wallets %s", text);
		}
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

bool wallet_label_at(struct wallet *wallet, size_t index, char label[WALLET_LABEL_SIZE], struct public_key *key)
{
	pthread_mutex_lock(&wallet->mutex);
	bool there = index < wallet->labels_count;
	if (there) {
		memcpy(label, wallet->labels[index].label, WALLET_LABEL_SIZE);
		*key = wallet->labels[index].key;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return there;
}

int wallet_label(struct wallet *wallet, const char *label, struct public_key *key)
{
	bool found;

	pthread_mutex_lock(&wallet->mutex);
	size_t at = find_label(wallet, label, &found);
	if (found)
		*key = wallet->labels[at].key;
	pthread_mutex_unlock(&wallet->mutex);
	return found ? 0 : -ENOENT;
}

int wallet_sign(struct wallet *wallet, struct packed_transaction *packed, const struct public_key *keys, size_t count,
                const struct checksum256 *chain_id, struct error *error)
{
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		struct private_key private;
		result = wallet_private_key(wallet, &keys[i], &private, error);
		if (result == 0)
			result = packed_transaction_sign(packed, wallet->signer, &private, chain_id, error);
		memory_wipe(&private, sizeof private);
	}
	return result;
}
