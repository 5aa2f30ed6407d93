/* AES-256-CBC over nettle. */
#include "core/base/crypto/cipher.h"

#include "core/base/memory.h"

#include <errno.h>
#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <string.h>

void cipher_encrypt(struct bytes *out, const uint8_t key[32], const uint8_t iv[16], const void *data,
                    size_t length)
{
	struct CBC_CTX(struct aes256_ctx, AES_BLOCK_SIZE) context;
	uint8_t padding = (uint8_t)(AES_BLOCK_SIZE - length % AES_BLOCK_SIZE), block[AES_BLOCK_SIZE];
	size_t whole = length - length % AES_BLOCK_SIZE, start = out->length;

	aes256_set_encrypt_key(&context.ctx, key);
	CBC_SET_IV(&context, iv);
	memset(block, padding, sizeof block);
	if (length > whole)
		memcpy(block, (const uint8_t *)data + whole, length - whole);
	bytes_put(out, data, whole);
	bytes_put(out, block, sizeof block);
	CBC_ENCRYPT(&context, aes256_encrypt, whole + sizeof block, out->data + start, out->data + start);
	memory_wipe(&context, sizeof context);
	memory_wipe(block, sizeof block);
}

int cipher_decrypt(struct bytes *out, const uint8_t key[32], const uint8_t iv[16], const void *data,
                   size_t length)
{
	struct CBC_CTX(struct aes256_ctx, AES_BLOCK_SIZE) context;
	size_t start = out->length;
	int result = -EINVAL;

	if (length == 0 || length % AES_BLOCK_SIZE != 0)
		return -EINVAL;
	aes256_set_decrypt_key(&context.ctx, key);
	CBC_SET_IV(&context, iv);
	bytes_put(out, data, length);
	CBC_DECRYPT(&context, aes256_decrypt, length, out->data + start, out->data + start);
	uint8_t padding = out->data[out->length - 1];
	if (padding < 1 || padding > AES_BLOCK_SIZE)
		goto out;
	for (size_t i = 1; i <= padding; i++)
		if (out->data[out->length - i] != padding)
			goto out;
	out->length -= padding;
	result = 0;
out:
	if (result) {
		memory_wipe(out->data + start, out->length - start);
		out->length = start;
	}
	memory_wipe(&context, sizeof context);
	return result;
}
