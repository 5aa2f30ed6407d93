/* AES-256-CBC with PKCS#7 padding (nettle), as keosd's wallet files use it. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_CIPHER_H
#define EOSIOFS_CORE_BASE_CRYPTO_CIPHER_H

#include "core/base/bytes.h"

/* Appends the encryption of data to *out. */
void cipher_encrypt(struct bytes *out, const uint8_t key[32], const uint8_t iv[16], const void *data,
                    size_t length);
/* Appends the decryption; -EINVAL when the length or the padding is wrong (then nothing is appended). */
int cipher_decrypt(struct bytes *out, const uint8_t key[32], const uint8_t iv[16], const void *data,
                   size_t length);

#endif
