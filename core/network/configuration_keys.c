/* The keys of a configuration: of those who sign blocks, and of peers. Private ones go to the key store. */
#include "core/network/configuration_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void key_list_add(struct key_list *list, const struct public_key *key)
{
	LIST_APPEND(list->keys, list->count, list->capacity, *key);
}

void configuration_add_keosd(struct configuration *configuration, const struct keosd_key *keosd)
{
	LIST_APPEND(configuration->keosds, configuration->keosds_count, configuration->keosds_capacity, *keosd);
}

void key_list_join(struct key_list *list, const struct key_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		key_list_add(list, &more->keys[i]);
}

/* A private key and the public one it was given with. */
static int take_key(struct public_key *out, const char *public_text, const char *private_text,
                    struct key_store *keys, struct error *error)
{
	struct private_key private;
	int result = public_key_parse(out, public_text, error);

	if (result == 0)
		result = private_key_parse(&private, private_text, error);
	if (result)
		return result;
	if (!key_store_matches(keys, &private, out))
		result = error_set(error, EINVAL, "private key does not match given public key for %s",
		                   public_key_text(out).text);
	else
		result = key_store_add(keys, &private, error);
	memory_wipe(&private, sizeof private);
	return result;
}

/* Without a URL it is whatever holds the nodes' keys here. */
static int take_keosd(struct configuration *configuration, struct public_key *key, const char *public,
                      const char *url, struct error *error)
{
	struct keosd_key keosd;
	int result = public_key_parse(key, public, error);

	if (result || !*url)
		return result;
	if (strlen(url) >= sizeof keosd.url)
		return error_set(error, ENAMETOOLONG, "signature-provider: the KEOSD address is too long");
	keosd.key = *key;
	strcpy(keosd.url, url);
	configuration_add_keosd(configuration, &keosd);
	return 0;
}

int configuration_take_signature_provider(struct configuration *configuration, const char *value,
                                          struct key_store *keys, struct error *error)
{
	const char *equals = strchr(value, '='), *colon = equals ? strchr(equals, ':') : NULL;
	struct public_key key;
	int result;
	if (!colon)
		return error_set(error, EINVAL,
		                 "signature-provider is PUBLIC_KEY=KEY:PRIVATE_KEY or PUBLIC_KEY=KEOSD:[URL]");
	char *public = memory_copy(value, (size_t)(equals - value) + 1);
	public[equals - value] = 0;
	if (!strncmp(equals + 1, "KEY:", 4)) {
		result = take_key(&key, public, colon + 1, keys, error);
	} else if (!strncmp(equals + 1, "KEOSD:", 6)) {
		result = take_keosd(configuration, &key, public, colon + 1, error);
	} else {
		result = error_set(error, EINVAL, "unknown key provider \"%.*s\": KEY and KEOSD are known",
		                   (int)(colon - equals - 1), equals + 1);
	}
	free(public);
	if (result == 0)
		key_list_add(&configuration->signers, &key);
	return result;
}

/* The next quoted string of a list; NULL: there is none. *at goes behind it. */
static char *take_quoted(const char **at, char before)
{
	const char *end;
	*at += strspn(*at, " \t");
	if (**at != before)
		return NULL;
	*at += 1 + strspn(*at + 1, " \t");
	if (**at != '"' || !(end = strchr(*at + 1, '"')))
		return NULL;
	char *out = memory_allocate((size_t)(end - *at), 1);
	memcpy(out, *at + 1, (size_t)(end - *at - 1));
	*at = end + 1;
	return out;
}

/* ["PUBLIC","PRIVATE"]; read by hand, so that the private one can be wiped. Where nothing stands for that, as
 * it is shown, the store has it. */
static int take_pair(struct public_key *out, const char *name, const char *value, struct key_store *keys,
                     struct error *error)
{
	char *public = take_quoted(&value, '['), *private = public ? take_quoted(&value, ',') : NULL;
	int result;

	value += strspn(value, " \t");
	if (!private || strcmp(value, "]"))
		result = error_set(error, EINVAL, "%s is [\"PUBLIC_KEY\",\"PRIVATE_KEY\"]", name);
	else if (!*private && public_key_parse(out, public, NULL) == 0 && key_store_get(keys, NULL, out))
		result = 0;
	else
		result = take_key(out, public, private, keys, error);
	if (private)
		memory_wipe(private, strlen(private));
	free(public);
	free(private);
	return result;
}

int configuration_take_private_key(struct configuration *configuration, const char *value,
                                   struct key_store *keys, struct error *error)
{
	struct public_key key;
	int result = take_pair(&key, "private-key", value, keys, error);

	if (result == 0)
		key_list_add(&configuration->signers, &key);
	return result;
}

int configuration_take_peer_private_key(struct configuration *configuration, const char *value,
                                        struct key_store *keys, struct error *error)
{
	struct public_key key;
	int result = take_pair(&key, "peer-private-key", value, keys, error);

	if (result == 0)
		key_list_add(&configuration->peer_signers, &key);
	return result;
}

/* A JSON string, quotation marks included, as nodeos has it. */
int configuration_take_peer_key(struct configuration *configuration, const char *value, struct error *error)
{
	size_t length = strlen(value);
	struct public_key key;

	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return error_set(error, EINVAL,
		                 "4 parse_error_exception: Parse Error: Unexpected char '%d' in \"%s\": peer-key is "
		                 "a JSON string, as '\"EOS...\"'",
		                 value[0], value);
	char *text = memory_copy(value + 1, length - 1);
	text[length - 2] = 0;
	int result = public_key_parse(&key, text, error);
	if (result == 0)
		key_list_add(&configuration->peer_keys, &key);
	free(text);
	return result;
}
