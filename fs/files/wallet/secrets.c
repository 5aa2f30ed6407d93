/* wallet/create, remove, reveal, private/ and impersonate: what makes, shows or does without keys. */
#include "core/base/memory.h"
#include "fs/files/wallet/wallet.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <string.h>

/* One word a line; a sentence about more must not quote them, since one may be a password. */
static int take_word(struct command *command, const char **out, const char *data, size_t length,
                     const char *what, struct error *error)
{
	int result = command_parse(command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(command, out, what, error);
	if (result == 0 && command_take(command))
		result = error_set(error, EINVAL, "%s is one word, and nothing comes after it", what);
	return result;
}

int wallet_create_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	const char *word = NULL;
	int result = take_word(&command, &word, data, length, "`create`", error);
	if (result == 0 && strcmp(word, "create") != 0)
		result = error_set(error, EINVAL, "\"%.40s\": write `create`", word);
	if (result == 0)
		result = wallet_create(request->wallet, error);
	command_release(&command);
	return result;
}

int wallet_remove_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	struct public_key key;
	const char *word = NULL;
	int result = take_word(&command, &word, data, length, "the public key", error);
	if (result == 0)
		result = public_key_parse(&key, word, error);
	if (result == 0)
		result = wallet_remove(request->wallet, &key, error);
	command_release(&command);
	return result;
}

int wallet_reveal_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	const char *word = NULL;
	int result = take_word(&command, &word, data, length, "the password", error);
	if (result == 0)
		result = wallet_reveal(request->wallet, word, error);
	command_release(&command);
	return result;
}

/* --- private/: there only while revealed --- */

int wallet_private_list(struct request *request, const char *from, struct listing *listing,
                        struct error *error)
{
	return wallet_revealed(request->wallet) ? wallet_keys_list(request, from, listing, error) : 0;
}

int wallet_private_exists(struct request *request, struct error *error)
{
	if (!wallet_revealed(request->wallet))
		return error_set(
			error, ENOENT,
			"private keys are not revealed: write the password into wallet/reveal, then they are for %d s",
			WALLET_REVEAL_SECONDS);
	return wallet_keys_exists(request, error);
}

int wallet_private_read(struct request *request, struct text *out, struct error *error)
{
	struct public_key public;
	struct private_key private = {0};
	char text[KEY_TEXT_SIZE];
	int result = wallet_private_exists(request, error);
	if (result == 0)
		result = public_key_parse(&public, request->capture[0], error);
	if (result == 0)
		result = wallet_private_key(request->wallet, &private, &public, error);
	if (result == 0) {
		private_key_print(text, &private);
		text_append(out, text);
		text_append(out, "\n");
		memory_wipe(text, sizeof text);
	}
	memory_wipe(&private, sizeof private);
	return result;
}

/* --- impersonate --- */

int wallet_impersonate_read(struct request *request, struct text *out, struct error *error)
{
	(void)error;
	text_append(out, tree_impersonates(request->tree) ? "1\n" : "0\n");
	return 0;
}

int wallet_impersonate_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	const char *word = NULL;
	bool on = false;
	int result = take_word(&command, &word, data, length, "`0` or `1`", error);
	if (result == 0)
		result = command_bool(&on, word, error);
	if (result == 0 && on && (request->chain->lacks & CHAIN_KEYLESS))
		result = error_set(error, EOPNOTSUPP,
		                   "this chain's node checks signatures: there is no acting without keys");
	if (result == 0)
		tree_impersonate(request->tree, on);
	command_release(&command);
	return result;
}
