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

int wallet_save_keys(struct wallet *wallet, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int result = 0;

	wallet_file_encode(&text, &wallet->secret, wallet->keys, wallet->keys_count);
	if (wallet->file) {
		result = file_replace(wallet->file, text_string(&text), text.length, error);
		text_release(&text);
	} else {
		text_release(&wallet->encoded);
		wallet->encoded = text;
	}
	return result;
}

int wallet_save_labels(struct wallet *wallet, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int result;

	if (!wallet->labels_file)
		return 0;
	for (size_t i = 0; i < wallet->labels_count; i++)
		text_printf(&text, "%s %s\n", wallet->labels[i].label, public_key_text(&wallet->labels[i].key).text);
	result = file_replace(wallet->labels_file, text_string(&text), text.length, error);
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
		size_t at = wallet_find_label(wallet, &found, label);
		if (found)
			continue;
		LIST_INSERT(wallet->labels, wallet->labels_count, wallet->labels_capacity, at,
		            (struct wallet_label){.key = public});
		memcpy(wallet->labels[at].label, label, sizeof label);
	}
}

/* Whether every private key belongs to its public one. */
static int check_pairs(const struct wallet *wallet, const struct wallet_key *keys, size_t count,
                       struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct public_key public;
		if (signer_public_key(wallet->signer, &public, &keys[i].private) == 0 &&
		    public_key_compare(&public, &keys[i].public) == 0)
			continue;
		return error_set(error, EBADMSG,
		                 "wallet \"%s\" is damaged: its private key of %s is not that key's: put a copy "
		                 "of the file back, or move it away and a new wallet is made",
		                 wallet_where(wallet), public_key_text(&keys[i].public).text);
	}
	return 0;
}

int wallet_load_keys(struct wallet *wallet, const struct wallet_secret *secret, struct error *error)
{
	struct text text = TEXT_EMPTY;
	const struct text *encoded = &wallet->encoded;
	int result = 0;
	if (wallet->file) {
		result = file_load(&text, wallet->file, WALLET_FILE_MAXIMUM, error);
		if (result == -ENOENT)
			error_chain(error, WALLET_NONEXISTENT_EXCEPTION, "Unable to open file: %s", wallet->file);
		encoded = &text;
	}
	if (result == 0) {
		struct wallet_key *keys = NULL;
		size_t count = 0;
		result = wallet_file_decode(&keys, &count, secret, wallet_where(wallet), text_string(encoded),
		                            encoded->length, error);
		if (result == 0)
			result = check_pairs(wallet, keys, count, error);
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

/* Saves what is in memory under a new password. */
static int make_wallet(struct wallet *wallet, char password[WALLET_PASSWORD_SIZE], struct error *error)
{
	int result = wallet_secret_new(&wallet->secret, password, wallet->signer, error);

	if (result == 0 && wallet->password_file)
		result = file_replace(wallet->password_file, password, strlen(password), error);
	return result ? result : wallet_save_keys(wallet, error);
}

static int make_default(struct wallet *wallet, struct error *error)
{
	char password[WALLET_PASSWORD_SIZE];
	int result = make_wallet(wallet, password, error);

	memory_wipe(password, sizeof password);
	return result;
}

static bool exists(const struct wallet *wallet)
{
	struct stat status;

	return wallet->file && stat(wallet->file, &status) == 0;
}

/* The folder's wallet, or a new one with a new password; see wallet_open(). */
static int open_folder(struct wallet *wallet, const char *password_file, struct error *error)
{
	struct text labels = TEXT_EMPTY, password = TEXT_EMPTY;
	int result;

	if (mkdir(wallet->folder, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno, "cannot make the wallet's folder \"%s\": %s", wallet->folder,
		                 strerror(errno));
	result = file_load(&labels, wallet->labels_file, WALLET_FILE_MAXIMUM, error);
	if (result && result != -ENOENT)
		return result;
	parse_labels(wallet, text_string(&labels));
	result = file_load(&password, password_file, PASSWORD_FILE_MAXIMUM, error);
	if (result && result != -ENOENT)
		goto out;
	if (result == 0 && exists(wallet)) {
		while (password.length && strchr("\r\n", password.data[password.length - 1]))
			password.data[--password.length] = '\0';
		wallet->secret = wallet_secret_of(text_string(&password));
		result = wallet_load_keys(wallet, &wallet->secret, error);
		wallet->locked = result == -EACCES; /* it has another password by now */
		if (wallet->locked)
			result = 0;
	} else if (exists(wallet)) {
		wallet->locked = true; /* its owner has the password */
		result = 0;
	} else {
		result = make_default(wallet, error);
	}
out:
	if (result == 0 && error)
		error_clear(error);
	text_release_secret(&password);
	text_release(&labels);
	return result;
}

static char *path_in(const char *folder, const char *name)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/%s", folder, name);
	return text_take(&path);
}

/* folder NULL: in memory */
static struct wallet *allocate(const char *folder, const char *name, const struct signer *signer)
{
	struct wallet *wallet = memory_allocate(1, sizeof *wallet);
	char file_name[WALLET_NAME_SIZE + sizeof ".wallet"];

	pthread_mutex_init(&wallet->mutex, NULL);
	wallet->signer = signer;
	snprintf(wallet->name, sizeof wallet->name, "%s", name);
	if (folder) {
		snprintf(file_name, sizeof file_name, "%s.wallet", wallet->name);
		wallet->folder = memory_copy_string(folder);
		wallet->file = path_in(folder, file_name);
	}
	return wallet;
}

int wallet_open(struct wallet **out, const char *folder, bool keep_password, const struct signer *signer,
                struct error *error)
{
	struct wallet *wallet = allocate(folder, "default", signer);
	int result = 0;

	if (folder) {
		char *password_file = path_in(folder, "password");
		wallet->labels_file = path_in(folder, "labels");
		wallet->password_file = keep_password ? memory_copy_string(password_file) : NULL;
		result = open_folder(wallet, password_file, error);
		free(password_file);
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

/* 3120001 */
static int check_absent(const struct wallet *wallet, struct error *error)
{
	return exists(wallet) ? error_chain(error, WALLET_EXIST_EXCEPTION,
	                                    "Wallet with name: '%s' already exists at %s", wallet->name,
	                                    wallet->file)
	                      : 0;
}

int wallet_open_beside(struct wallet **out, char password[WALLET_PASSWORD_SIZE], const struct wallet *wallet,
                       const char *name, struct error *error)
{
	struct wallet *beside = allocate(wallet->folder, name, wallet->signer);
	int result = 0;

	if (password) {
		result = check_absent(beside, error);
		if (result == 0)
			result = make_wallet(beside, password, error);
	} else if (exists(beside)) {
		beside->locked = true;
	} else {
		result = error_chain(error, WALLET_NONEXISTENT_EXCEPTION, "Unable to open file: %s",
		                     wallet_where(beside));
	}
	if (result) {
		wallet_close(beside);
		return result;
	}
	*out = beside;
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
	free(wallet->folder);
	free(wallet->file);
	free(wallet->labels_file);
	free(wallet->password_file);
	pthread_mutex_destroy(&wallet->mutex);
	free(wallet);
}

int wallet_create(struct wallet *wallet, struct error *error)
{
	int result;

	pthread_mutex_lock(&wallet->mutex);
	result = wallet->file ? check_absent(wallet, error)
	                      : error_chain(error, WALLET_EXIST_EXCEPTION,
	                                    "Wallet with name: 'default' already exists in memory");
	if (result == 0)
		result = make_default(wallet, error);
	if (result == 0)
		wallet->locked = false;
	pthread_mutex_unlock(&wallet->mutex);
	return result;
}
