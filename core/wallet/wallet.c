/* The wallet: a sorted list of key pairs under a mutex, saved whole at every change; a change that cannot
 * be saved does not happen. */
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/secret.h"
#include "core/base/system/clock.h"
#include "core/wallet/wallet_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where a key is, or would be inserted. */
static size_t find_key(const struct wallet *wallet, const struct public_key *key, bool *found)
{
	size_t low = 0, high = wallet->keys_count;
	PARTITION_POINT(low, high, at, public_key_compare(&wallet->keys[at].public, key) < 0);
	*found = low < wallet->keys_count && public_key_compare(&wallet->keys[low].public, key) == 0;
	return low;
}

size_t wallet_find_label(const struct wallet *wallet, bool *found, const char *label)
{
	size_t i = 0;
	int order = 1;
	while (i < wallet->labels_count && (order = strcmp(wallet->labels[i].label, label)) < 0)
		i++;
	*found = i < wallet->labels_count && order == 0;
	return i;
}

/* The list of keys changes. */
static void forget_shared(struct wallet *wallet)
{
	wallet_keys_release(wallet->shared);
	wallet->shared = NULL;
}

static void reserve_key(struct wallet *wallet)
{
	size_t capacity = wallet->keys_capacity ? 2 * wallet->keys_capacity : 16;

	if (wallet->keys_count < wallet->keys_capacity)
		return;
	struct wallet_key *keys = memory_allocate_secret(capacity, sizeof *keys);
	if (wallet->keys_count)
		memcpy(keys, wallet->keys, wallet->keys_count * sizeof *keys);
	memory_release_secret(wallet->keys, wallet->keys_capacity, sizeof *keys);
	wallet->keys = keys;
	wallet->keys_capacity = capacity;
}

static void insert_key(struct wallet *wallet, size_t at, const struct private_key *private,
                       const struct public_key *public)
{
	forget_shared(wallet);
	reserve_key(wallet);
	memmove(wallet->keys + at + 1, wallet->keys + at, (wallet->keys_count - at) * sizeof *wallet->keys);
	wallet->keys[at] = (struct wallet_key){*public, *private};
	wallet->keys_count++;
}

static void remove_key_at(struct wallet *wallet, size_t at)
{
	forget_shared(wallet);
	memmove(wallet->keys + at, wallet->keys + at + 1, (wallet->keys_count - at - 1) * sizeof *wallet->keys);
	wallet->keys_count--;
	memory_wipe(&wallet->keys[wallet->keys_count], sizeof *wallet->keys);
}

void wallet_forget_keys(struct wallet *wallet)
{
	forget_shared(wallet);
	memory_release_secret(wallet->keys, wallet->keys_capacity, sizeof *wallet->keys);
	wallet->keys = NULL;
	wallet->keys_count = wallet->keys_capacity = 0;
}

const char *wallet_name(const struct wallet *wallet) { return wallet->name; }

const char *wallet_where(const struct wallet *wallet) { return wallet->file ? wallet->file : wallet->name; }

static int require_unlocked(const struct wallet *wallet, struct error *error)
{
	return wallet->locked ? error_chain(error, WALLET_LOCKED_EXCEPTION, "Wallet is locked: %s",
	                                    wallet->name)
	                      : 0;
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
		result = error_chain(error, WALLET_UNLOCKED_EXCEPTION, "Wallet is already unlocked: %s",
		                     wallet->name);
	} else {
		struct wallet_secret secret = wallet_secret_of(password);
		result = wallet_load_keys(wallet, &secret, error);
		if (result == 0) {
			wallet->secret = secret;
			wallet->locked = false;
		}
		memory_wipe(&secret, sizeof secret);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

void wallet_before_lock(struct wallet *wallet, void (*tell)(void *context), void *context)
{
	wallet->before_lock = tell;
	wallet->before_lock_context = context;
}

int wallet_lock(struct wallet *wallet, struct error *error)
{
	int result;
	if (wallet->before_lock)
		wallet->before_lock(wallet->before_lock_context);
	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0 && !wallet->file)
		result = wallet_save_keys(wallet, error);
	if (result == 0) {
		wallet_forget_keys(wallet);
		memory_wipe(&wallet->secret, sizeof wallet->secret);
		wallet->locked = true;
		wallet->revealed_until = 0;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

/* Adds one pair in memory; -EEXIST when it is there. */
static int add_key(struct wallet *wallet, const struct private_key *key, struct public_key *public,
                   struct error *error)
{
	bool found;
	if (wallet->keys_count >= WALLET_KEYS_MAXIMUM)
		return error_set(error, ENOSPC, "the wallet is full: it has %d keys", WALLET_KEYS_MAXIMUM);
	if (signer_public_key(wallet->signer, public, key) != 0)
		return error_chain(error, PRIVATE_KEY_TYPE_EXCEPTION,
		                   "Invalid private key: it is not within the curve's order");
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

int wallet_import(struct wallet *wallet, struct public_key *public, const struct private_key *key,
                  struct error *error)
{
	struct public_key own;
	int result;
	public = public ? public : &own;
	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0)
		result = add_key(wallet, key, public, error);
	if (result == 0) {
		result = wallet_save_keys(wallet, error);
		if (result)
			take_key_out(wallet, public);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct wallet_key *const *left = a, *const *right = b;

	return public_key_compare(&(*left)->public, &(*right)->public);
}

/* The wallet's keys and those pairs, each once, ascending; pointers are sorted, so that no secret is left
 * behind in memory. */
static struct wallet_key *merge_pairs(const struct wallet *wallet, const struct wallet_key *pairs,
                                      size_t count, size_t *merged_count)
{
	size_t all = wallet->keys_count + count, kept = 0;
	const struct wallet_key **order = memory_allocate(all + 1, sizeof *order);
	struct wallet_key *merged = memory_allocate_secret(all + 1, sizeof *merged);

	for (size_t i = 0; i < all; i++)
		order[i] = i < wallet->keys_count ? &wallet->keys[i] : &pairs[i - wallet->keys_count];
	qsort(order, all, sizeof *order, compare_pairs);
	for (size_t i = 0; i < all; i++)
		if (!kept || public_key_compare(&merged[kept - 1].public, &order[i]->public) != 0)
			merged[kept++] = *order[i];
	free(order);
	*merged_count = kept;
	return merged;
}

int wallet_import_pairs(struct wallet *wallet, const struct wallet_key *pairs, size_t count,
                        struct error *error)
{
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0 && count > WALLET_KEYS_MAXIMUM - wallet->keys_count)
		result = error_set(error, ENOSPC, "the wallet takes %d keys: it has %zu, and %zu would come",
		                   WALLET_KEYS_MAXIMUM, wallet->keys_count, count);
	if (result == 0) {
		struct wallet_key *before = wallet->keys;
		size_t before_count = wallet->keys_count, before_capacity = wallet->keys_capacity;
		wallet->keys = merge_pairs(wallet, pairs, count, &wallet->keys_count);
		wallet->keys_capacity = before_count + count + 1;
		forget_shared(wallet);
		if (wallet->keys_count > before_count)
			result = wallet_save_keys(wallet, error);
		struct wallet_key *rest = result ? wallet->keys : before;
		size_t rest_capacity = result ? wallet->keys_capacity : before_capacity;
		if (result) {
			wallet->keys = before;
			wallet->keys_count = before_count;
			wallet->keys_capacity = before_capacity;
		}
		memory_release_secret(rest, rest_capacity, sizeof *rest);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

static int check_label(const char *label, struct error *error)
{
	size_t length = strlen(label);

	if (length == 0 || length >= WALLET_LABEL_SIZE || label[0] == '.' ||
	    strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != length)
		return error_set(
			error, EINVAL,
			"\"%s\" is no label: 1 to %d of letters, digits, '.', '_' and '-', not beginning with '.'", label,
			WALLET_LABEL_SIZE - 1);
	/* Labels are public. */
	struct text shown = TEXT_EMPTY;
	text_append(&shown, label);
	secret_mask(&shown);
	bool is_secret = strcmp(text_string(&shown), label) != 0;
	text_release(&shown);
	return is_secret ? error_set(error, EINVAL, "a private key is no label: it is written into import") : 0;
}

int wallet_new_key(struct wallet *wallet, struct public_key *out, const char *label, struct error *error)
{
	struct private_key private;
	bool found;
	int result = check_label(label, error);

	if (result)
		return result;
	pthread_mutex_lock(&wallet->mutex);
	size_t at = wallet_find_label(wallet, &found, label);
	result = require_unlocked(wallet, error);
	if (result == 0 && found)
		result = error_set(error, EEXIST, "there is a key labelled \"%s\" already", label);
	if (result == 0)
		result = signer_new_key(wallet->signer, &private, out, KEY_K1, error);
	if (result == 0)
		result = add_key(wallet, &private, out, error);
	memory_wipe(&private, sizeof private);
	if (result)
		goto out;
	LIST_INSERT(wallet->labels, wallet->labels_count, wallet->labels_capacity, at,
	            (struct wallet_label){.key = *out});
	memcpy(wallet->labels[at].label, label, strlen(label));
	result = wallet_save_keys(wallet, error);
	if (result == 0)
		result = wallet_save_labels(wallet, error);
	if (result) {
		take_key_out(wallet, out);
		memmove(wallet->labels + at, wallet->labels + at + 1,
		        (wallet->labels_count - at - 1) * sizeof *wallet->labels);
		wallet->labels_count--;
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
	return wallet_save_labels(wallet, error);
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
	result = wallet_save_keys(wallet, error);
	if (result)
		insert_key(wallet, at, &private, key);
	else
		result = forget_labels(wallet, key, error);
	memory_wipe(&private, sizeof private);
out:
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_keys_hold(struct wallet *wallet, struct wallet_keys **out, struct error *error)
{
	int result;
	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0 && !wallet->shared) {
		wallet->shared = memory_allocate(1, sizeof *wallet->shared +
		                                        wallet->keys_count * sizeof *wallet->shared->list);
		wallet->shared->references = 1;
		wallet->shared->count = wallet->keys_count;
		for (size_t i = 0; i < wallet->keys_count; i++)
			wallet->shared->list[i] = wallet->keys[i].public;
	}
	if (result == 0) {
		wallet->shared->references++;
		*out = wallet->shared;
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

void wallet_keys_release(struct wallet_keys *keys)
{
	if (keys && --keys->references == 0)
		free(keys);
}

bool wallet_has(struct wallet *wallet, const struct public_key *key)
{
	bool found;
	pthread_mutex_lock(&wallet->mutex);
	find_key(wallet, key, &found);
	pthread_mutex_unlock(&wallet->mutex);
	return found;
}

int wallet_private_key(struct wallet *wallet, struct private_key *out, const struct public_key *key,
                       struct error *error)
{
	bool found;
	int result;
	pthread_mutex_lock(&wallet->mutex);
	result = require_unlocked(wallet, error);
	if (result == 0) {
		size_t at = find_key(wallet, key, &found);
		if (found)
			*out = wallet->keys[at].private;
		else
			result = error_chain(error, WALLET_MISSING_PUB_KEY_EXCEPTION,
			                     "Public key not found in unlocked wallets %s", public_key_text(key).text);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

bool wallet_label_at(struct wallet *wallet, char label[WALLET_LABEL_SIZE], struct public_key *key,
                     size_t index)
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

int wallet_label(struct wallet *wallet, struct public_key *key, const char *label)
{
	bool found;
	pthread_mutex_lock(&wallet->mutex);
	size_t at = wallet_find_label(wallet, &found, label);
	if (found)
		*key = wallet->labels[at].key;
	pthread_mutex_unlock(&wallet->mutex);
	return found ? 0 : -ENOENT;
}

int wallet_sign(struct wallet *wallet, struct packed_transaction *packed, const struct public_key *keys,
                size_t count, const struct checksum256 *chain_id, struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		struct private_key private;
		result = wallet_private_key(wallet, &private, &keys[i], error);
		if (result == 0)
			result = packed_transaction_sign(packed, wallet->signer, &private, &keys[i], chain_id,
			                                 error);
		memory_wipe(&private, sizeof private);
	}
	return result;
}

/* --- revealing --- */

/* Under the mutex. */
static int check_password(struct wallet *wallet, const char *password, struct error *error)
{
	struct wallet_secret secret = wallet_secret_of(password);
	uint8_t difference = 0;
	int result = require_unlocked(wallet, error);

	for (size_t i = 0; i < sizeof secret.digest; i++)
		difference |= secret.digest[i] ^ wallet->secret.digest[i];
	if (result == 0 && difference)
		result = error_chain(error, WALLET_INVALID_PASSWORD_EXCEPTION,
		                     "Invalid password for wallet: \"%s\"", wallet_where(wallet));
	memory_wipe(&secret, sizeof secret);
	return result;
}

int wallet_check_password(struct wallet *wallet, const char *password, struct error *error)
{
	pthread_mutex_lock(&wallet->mutex);
	int result = check_password(wallet, password, error);
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_export(struct wallet *wallet, struct text *out, const char *password,
                  const struct wallet_key *pairs, size_t count, struct error *error)
{
	pthread_mutex_lock(&wallet->mutex);
	int result = check_password(wallet, password, error);
	if (result == 0) {
		size_t merged_count;
		struct wallet_key *merged = merge_pairs(wallet, pairs, count, &merged_count);
		wallet_file_encode(out, &wallet->secret, merged, merged_count);
		memory_release_secret(merged, wallet->keys_count + count + 1, sizeof *merged);
	}
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

int wallet_reveal(struct wallet *wallet, const char *password, struct error *error)
{
	pthread_mutex_lock(&wallet->mutex);
	int result = check_password(wallet, password, error);
	if (result == 0)
		wallet->revealed_until = clock_monotonic_us() / SECOND_US + WALLET_REVEAL_SECONDS;
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}

bool wallet_revealed(struct wallet *wallet)
{
	pthread_mutex_lock(&wallet->mutex);
	bool revealed = !wallet->locked && wallet->revealed_until > 0 &&
	                clock_monotonic_us() / SECOND_US < wallet->revealed_until;
	if (!revealed)
		wallet->revealed_until = 0;
	pthread_mutex_unlock(&wallet->mutex);
	return revealed;
}
