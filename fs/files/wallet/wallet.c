/* wallet/: its lock, its keys by public half, their labels. Private keys go in here and never come out. */
#include "fs/files/wallet/wallet.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int wallet_state_read(struct request *request, struct text *out, struct error *error)
{
	(void)error;
	text_append(out, wallet_locked(request->wallet) ? "locked\n" : "unlocked\n");
	return 0;
}

static int unlock(struct request *request, struct command *command, struct error *error)
{
	const char *password = NULL;
	int result = command_take_word(command, &password, "the password", error);
	if (result == 0)
		result = command_end(command, "unlock PASSWORD", error);
	if (result == 0 && wallet_locked(request->wallet))
		result = wallet_unlock(request->wallet, password, error);
	return result;
}

int wallet_state_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const char *const words[] = {"unlock", "lock", "locked", "unlocked"};
	enum { UNLOCK, LOCK, LOCKED, UNLOCKED };
	struct command command;
	const char *word = NULL;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &word, "`unlock PASSWORD` or `lock`", error);
	if (result == 0)
		result = command_choose(word, words, sizeof words / sizeof *words, error);
	if (result == UNLOCK) {
		result = unlock(request, &command, error);
	} else if (result > 0) {
		bool is_locked = wallet_locked(request->wallet);
		bool lock = result != UNLOCKED;
		result = command_end(&command, "lock", error);
		if (result == 0 && lock && !is_locked)
			result = wallet_lock(request->wallet, error);
		else if (result == 0 && !lock && is_locked)
			result = error_set(error, EINVAL, "unlocking needs the password: unlock PASSWORD");
	}
	command_release(&command);
	return result;
}

int wallet_new_key_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	struct public_key key;
	const char *label = NULL;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &label, "the label", error);
	if (result == 0)
		result = command_end(&command, "LABEL", error);
	if (result == 0)
		result = wallet_new_key(request->wallet, &key, label, error);
	command_release(&command);
	return result;
}

int wallet_import_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	struct private_key key = {0};
	const char *word = NULL;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &word, "the private key", error);
	/* The sentence of command_end() would quote a word, and a word here may be a key. */
	if (result == 0 && command_take(&command))
		result = error_set(error, EINVAL, "one private key a line, and nothing after it");
	if (result == 0)
		result = private_key_parse(&key, word, error);
	if (result == 0)
		result = wallet_import(request->wallet, NULL, &key, error);
	memory_wipe(&key, sizeof key);
	command_release(&command);
	return result;
}

/* --- keys --- */

static int compare_names(const void *a, const void *b) { return strcmp(a, b); }

int wallet_keys_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	struct wallet_keys *keys = NULL;
	int result = wallet_keys_hold(request->wallet, &keys, error);
	if (result)
		return result;
	struct key_text *names = memory_allocate(keys->count, sizeof *names);
	for (size_t i = 0; i < keys->count; i++)
		names[i] = public_key_text(&keys->list[i]);
	qsort(names, keys->count, sizeof *names, compare_names);
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(names[i].text, from) >= 0 && listing->add(listing, names[i].text))
			break;
	free(names);
	wallet_keys_release(keys);
	return 0;
}

/* Only the form that is listed is a name. */
static int key_of(struct request *request, struct public_key *out, struct error *error)
{
	const char *name = request->capture[0];
	if (public_key_parse(out, name, NULL) == 0 && strcmp(public_key_text(out).text, name) == 0 &&
	    wallet_has(request->wallet, out))
		return 0;
	return error_set(error, ENOENT, "\"%s\": no such key in the wallet", name);
}

int wallet_keys_exists(struct request *request, struct error *error)
{
	struct public_key key;
	return key_of(request, &key, error);
}

static int print_permission(void *context, const struct chain_key_permission *permission)
{
	text_printf(context, "%s@%s\n", name_text(permission->account).text,
	            name_text(permission->permission).text);
	return 0;
}

int wallet_keys_read(struct request *request, struct text *out, struct error *error)
{
	struct public_key key;
	int result = key_of(request, &key, error);
	if (result == 0)
		result = request_view(request, error);
	return result < 0 ? result
	                  : request->view->operations->key_permissions(request->view, &key, print_permission, out,
	                                                               error);
}

/* --- labels --- */

int wallet_labels_list(struct request *request, const char *from, struct listing *listing,
                       struct error *error)
{
	char label[WALLET_LABEL_SIZE];
	struct public_key key;
	(void)error;
	for (size_t i = 0; wallet_label_at(request->wallet, label, &key, i); i++)
		if (strcmp(label, from) >= 0 && listing->add(listing, label))
			break;
	return 0;
}

int wallet_labels_exists(struct request *request, struct error *error)
{
	struct public_key key;
	if (wallet_label(request->wallet, &key, request->capture[0]) == 0)
		return 0;
	return error_set(error, ENOENT, "\"%s\": no such label in the wallet", request->capture[0]);
}

int wallet_labels_read(struct request *request, struct text *out, struct error *error)
{
	struct public_key key;
	if (wallet_label(request->wallet, &key, request->capture[0]) != 0)
		return error_set(error, ENOENT, "\"%s\": no such label in the wallet", request->capture[0]);
	text_printf(out, "%s\n", public_key_text(&key).text);
	return 0;
}
