/* The files of a wallet folder: keosd's encrypted NAME.wallet (protocol.md G.4), the password beside it,
 * the labels. */
#ifndef EOSIOFS_CORE_WALLET_WALLET_FILE_H
#define EOSIOFS_CORE_WALLET_WALLET_FILE_H

#include "core/base/crypto/key.h"

struct wallet_key; /* wallet.h */
enum { WALLET_PASSWORD_SIZE = KEY_TEXT_SIZE + 4 };

/* SHA-512 of the password: key, initialization vector and checksum of the file are parts of it. */
struct wallet_secret {
	uint8_t digest[64];
};
struct wallet_secret wallet_secret_of(const char *password);
/* A new password as keosd makes them, PW and a WIF, and what it makes; wipe both. */
int wallet_secret_new(struct wallet_secret *out, char password[WALLET_PASSWORD_SIZE],
                      const struct signer *signer, struct error *error);

/* The file's text: a JSON object with the one member cipher_keys. keys ascending by public key. */
void wallet_file_encode(struct text *out, const struct wallet_secret *secret, const struct wallet_key *keys,
                        size_t count);
/* The keys of such a text; memory_release_secret() *keys. 3120005 for a password that does not
 * open it; `file` is quoted. */
int wallet_file_decode(struct wallet_key **keys, size_t *count, const struct wallet_secret *secret,
                       const char *file, const char *text, size_t length, struct error *error);

#endif
