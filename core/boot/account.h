/* The accounts that the boot creates: users first, then producers, as accounts.json gives them or as they
 * are generated; their keys and their funds. */
#ifndef EOSIOFS_CORE_BOOT_ACCOUNT_H
#define EOSIOFS_CORE_BOOT_ACCOUNT_H

#include "core/base/crypto/key.h"
#include "core/boot/option.h"

#include <pthread.h>

#define PARETO_SHAPE 1.161 /* of the funds: 80-20 */

struct boot_account {
	uint64_t name;
	int64_t funds;       /* units of 0.0001; -1: not yet allocated */
	uint8_t secret[32];
	uint8_t point[33];   /* the K1 public key, compressed */
	bool has_public, has_private;
	bool generated_key;  /* derived from seed and name when first asked for */
};

struct boot_accounts {
	struct boot_account *list; /* owned; wiped when released */
	size_t count, users;       /* list[users…] are the producers */
	int64_t total;             /* sum of all funds once allocated */
	uint64_t seed;
	const struct signer *signer;
	pthread_mutex_t lock; /* over keys that are derived late */
};

void boot_accounts_init(struct boot_accounts *accounts, const struct signer *signer);
void boot_accounts_release(struct boot_accounts *accounts);

/* Reads accounts.json: {"users":[{"name", "pub", "pvt", "funds"}], "producers":[…]}. pub and pvt may be
 * left out (both: the key is derived from the seed), funds too; those are a whole number of units of
 * 0.0001, or "N.NNNN SYM". Sentences begin with the line. before: accounts whose private keys are kept
 * where a name and its public key are given again without; may be NULL. */
int boot_accounts_parse(struct boot_accounts *out, const char *text, size_t length,
                        const struct boot_settings *settings, const struct boot_accounts *before,
                        struct error *error);
/* At most user-limit users and producer-limit producers stay; without any, they are generated as the
 * script's own list names them. */
int boot_accounts_limit(struct boot_accounts *accounts, const struct boot_settings *settings,
                        struct error *error);
/* Funds by the script's rule; those given stay, the rest of the billion goes to the others by a Pareto
 * distribution. */
int boot_accounts_allocate(struct boot_accounts *accounts, const struct boot_settings *settings,
                           struct error *error);
/* The document again: names, public keys, funds; with_secrets: private keys that were given, too (for the
 * data folder). */
int boot_accounts_print(struct boot_accounts *accounts, struct text *out, bool with_secrets,
                        struct error *error);

/* The keys of all of them that are not known yet, on every processor. */
void boot_accounts_derive(struct boot_accounts *accounts);
/* Any thread. private may be NULL; -ENOENT with a sentence when it is not known. */
int boot_account_key(struct boot_accounts *accounts, struct public_key *public, struct private_key *private,
                     size_t index, struct error *error);

#endif
