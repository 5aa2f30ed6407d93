/* The wallet's folder: opening, making, loading and saving it, in keosd's file format; or a text in memory
 * in its place. */
#include "core/wallet/wallet_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PASSWORD_FILE_MAXIMUM = 4096 };

static int folder_path(const struct wallet *wallet, char out[WALLET_PATH_SIZE], const char *name,
                       struct error *error)
{
	if (snprintf(out, WALLET_PATH_SIZE, "%s/%s", wallet->folder, name) >= WALLET_PATH_SIZE)
		return error_set(error, ENAMETOOLONG, "the wallet's folder \"%s\" has too long a path",
		                 wallet->folder);
	return 0;
}

int wallet_save_keys(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE];
	struct text text = TEXT_EMPTY;
	int result = 0;
	wallet_file_encode(&text, &wallet->secret, wallet->keys, wallet->keys_count);
	if (wallet->folder[0]) {
		result = folder_path(wallet, path, "default.wallet", error);
		if (result == 0)
			result = file_replace(path, text_string(&text), text.length, error);
		text_release(&text);
	} else {
		text_release(&wallet->encoded);
		wallet->encoded = text;
	}
	return result;
}

int wallet_save_labels(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE];
	struct text text = TEXT_EMPTY;
	int result;
	if (!wallet->folder[0])
		return 0;
	for (size_t i = 0; i < wallet->labels_count; i++)
		text_printf(&text, "%s %s\n", wallet->labels[i].label, public_key_text(&wallet->labels[i].key).text);
	result = folder_path(wallet, path, "labels", error);
	if (result == 0)
		result = file_replace(path, text_string(&text), text.length, error);
	text_release(&text);
	return result;
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
		size_t at = wallet_find_label(wallet, label, &found);
		if (found)
			continue;
		memory_grow(&wallet->labels, &wallet->labels_capacity, wallet->labels_count + 1,
		            sizeof *wallet->labels);
		memmove(wallet->labels + at + 1, wallet->labels + at,
		        (wallet->labels_count - at) * sizeof *wallet->labels);
		memcpy(wallet->labels[at].label, label, sizeof label);
		wallet->labels[at].key = public;
		wallet->labels_count++;
	}
}

/* Whether every private key belongs to its public one. */
static int check_pairs(const struct wallet *wallet, const struct wallet_key *keys, size_t count,
                       const char *path, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct public_key public;
		if (signer_public_key(wallet->signer, &public, &keys[i].private) == 0 &&
		    public_key_compare(&public, &keys[i].public) == 0)
			continue;
		return error_set(error, EBADMSG,
		                 "wallet \"%s\" is damaged: its private key of %s is not that key's: put a copy "
		                 "of the file back, or move it away and a new wallet is made",
		                 path, public_key_text(&keys[i].public).text);
	}
	return 0;
}

int wallet_load_keys(struct wallet *wallet, const struct wallet_secret *secret, struct error *error)
{
	char path[WALLET_PATH_SIZE] = "default";
	struct text text = TEXT_EMPTY;
	const struct text *encoded = &wallet->encoded;
	int result = 0;
	if (wallet->folder[0]) {
		result = folder_path(wallet, path, "default.wallet", error);
		if (result == 0)
			result = file_load(&text, path, WALLET_FILE_MAXIMUM, error);
		if (result == -ENOENT)
			error_chain(error, WALLET_NONEXISTENT_EXCEPTION, "Unable to open file: %s", path);
		encoded = &text;
	}
	if (result == 0) {
		struct wallet_key *keys = NULL;
		size_t count = 0;
		result = wallet_file_decode(&keys, &count, secret, path, text_string(encoded), encoded->length,
		                            error);
		if (result == 0)
			result = check_pairs(wallet, keys, count, path, error);
		if (result == 0) {
			wallet_forget_keys(wallet);
			wallet->keys = keys;
			wallet->keys_count = wallet->keys_capacity = count;
		} else if (keys) {
			memory_release_secret(keys, count, sizeof *keys);
		}
	}
	text_release(&text);
	return result;
}

/* Saves what is in memory under a new password, as keosd makes them. */
static int make_wallet(struct wallet *wallet, const char *password_path, struct error *error)
{
	struct private_key random;
	struct public_key unused;
	char text[KEY_TEXT_SIZE + 4] = "PW";
	int result = signer_new_key(wallet->signer, KEY_K1, &random, &unused, error);

	if (result)
		return result;
	private_key_print(text + 2, &random);
	wallet->secret = wallet_secret_of(text);
	if (wallet->keep_password)
		result = file_replace(password_path, text, strlen(text), error);
	if (result == 0)
		result = wallet_save_keys(wallet, error);
	memory_wipe(text, sizeof text);
	memory_wipe(&random, sizeof random);
	return result;
}

/* The folder's wallet, or a new one with a new password; see wallet_open(). */
static int open_folder(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE], password_path[WALLET_PATH_SIZE];
	struct text labels = TEXT_EMPTY, password = TEXT_EMPTY;
	struct stat status;
	int result;
	if (mkdir(wallet->folder, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno, "cannot make the wallet's folder \"%s\": %s", wallet->folder,
		                 strerror(errno));
	if ((result = folder_path(wallet, path, "labels", error)) != 0)
		return result;
	result = file_load(&labels, path, WALLET_FILE_MAXIMUM, error);
	if (result && result != -ENOENT)
		return result;
	parse_labels(wallet, text_string(&labels));
	if ((result = folder_path(wallet, path, "default.wallet", error)) != 0 ||
	    (result = folder_path(wallet, password_path, "password", error)) != 0)
		goto out;
	bool exists = stat(path, &status) == 0;
	result = file_load(&password, password_path, PASSWORD_FILE_MAXIMUM, error);
	if (result && result != -ENOENT)
		goto out;
	if (result == 0 && exists) {
		while (password.length && strchr("\r\n", password.data[password.length - 1]))
			password.data[--password.length] = '\0';
		wallet->secret = wallet_secret_of(text_string(&password));
		result = wallet_load_keys(wallet, &wallet->secret, error);
		wallet->locked = result == -EACCES; /* it has another password by now */
		if (wallet->locked)
			result = 0;
	} else if (exists) {
		wallet->locked = true; /* its owner has the password */
		result = 0;
	} else {
		result = make_wallet(wallet, password_path, error);
	}
out:
	if (result == 0 && error)
		error_clear(error);
	if (password.data)
		memory_wipe(password.data, password.capacity);
	text_release(&password);
	text_release(&labels);
	return result;
}

int wallet_open(struct wallet **out, const char *folder, bool keep_password, const struct signer *signer,
                struct error *error)
{
	struct wallet *wallet = memory_allocate(1, sizeof *wallet);
	int result = 0;

	pthread_mutex_init(&wallet->mutex, NULL);
	wallet->signer = signer;
	wallet->keep_password = keep_password;
	if (folder) {
		if (snprintf(wallet->folder, sizeof wallet->folder, "%s", folder) >= (int)sizeof wallet->folder)
			result = error_set(error, ENAMETOOLONG, "\"%s\" is too long a path", folder);
		else
			result = open_folder(wallet, error);
	} else {
		wallet->secret = wallet_secret_of(WALLET_MEMORY_PASSWORD);
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
	wallet_forget_keys(wallet);
	memory_wipe(&wallet->secret, sizeof wallet->secret);
	text_release(&wallet->encoded);
	free(wallet->labels);
	pthread_mutex_destroy(&wallet->mutex);
	free(wallet);
}

int wallet_create(struct wallet *wallet, struct error *error)
{
	char path[WALLET_PATH_SIZE], password_path[WALLET_PATH_SIZE];
	struct stat status;
	int result = 0;
	pthread_mutex_lock(&wallet->mutex);
	if (wallet->folder[0] && (result = folder_path(wallet, path, "default.wallet", error)) == 0)
		result = folder_path(wallet, password_path, "password", error);
	if (result == 0 && (!wallet->folder[0] || stat(path, &status) == 0))
		result = error_chain(error, WALLET_EXIST_EXCEPTION, "Wallet with name: 'default' already exists");
	if (result == 0)
		result = make_wallet(wallet, password_path, error);
	if (result == 0)
		wallet->locked = false;
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}
