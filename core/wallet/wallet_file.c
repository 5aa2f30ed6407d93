/* Wallet files: encoding, decoding, replacing them in one step. */
#include "core/wallet/wallet_file.h"

#include "core/base/cipher.h"
#include "core/base/exception.h"
#include "core/base/hex.h"
#include "core/base/json.h"
#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wallet_secret wallet_secret_of(const char *password)
{
	struct wallet_secret secret;
	hash_sha512(secret.digest, password, strlen(password));
	return secret;
}

/* The private key bears the type of its public half. */
static void put_private_key(struct bytes *out, const struct wallet_key *key)
{
	bytes_put_varuint32(out, key->public.type);
	bytes_put(out, key->private.secret, sizeof key->private.secret);
}

void wallet_file_encode(struct text *out, const struct wallet_secret *secret, const struct wallet_key *keys,
                        size_t count)
{
	struct bytes plain = {0}, cipher = {0};
	/* Reserved at once, so that growing leaves no copies of secrets behind. */
	memory_grow(&plain.data, &plain.capacity, sizeof secret->digest + 5 + count * 160, 1);
	bytes_put(&plain, secret->digest, sizeof secret->digest);
	bytes_put_varuint32(&plain, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		public_key_pack(&plain, &keys[i].public);
		put_private_key(&plain, &keys[i]);
	}
	cipher_encrypt(&cipher, secret->digest, secret->digest + 32, plain.data, plain.length);
	text_append(out, "{\n  \"cipher_keys\": \"");
	text_append_hex(out, cipher.data, cipher.length);
	text_append(out, "\"\n}\n");
	memory_wipe(plain.data, plain.capacity);
	bytes_release(&plain);
	bytes_release(&cipher);
}

static int read_keys(struct wallet_key **keys, size_t *count, struct cursor *in)
{
	uint32_t total = cursor_count(in, 1 + 33 + 1 + 32);
	struct wallet_key *list = memory_allocate(total ? total : 1, sizeof *list);

	for (uint32_t i = 0; i < total && !in->failed; i++) {
		public_key_unpack(&list[i].public, in);
		if (cursor_varuint32(in) != list[i].public.type || list[i].public.type > KEY_R1)
			in->failed = true;
		cursor_copy(in, list[i].private.secret, sizeof list[i].private.secret);
	}
	if (in->failed) {
		memory_wipe(list, total * sizeof *list);
		free(list);
		return -EINVAL;
	}
	*keys = list;
	*count = total;
	return 0;
}

int wallet_file_decode(struct wallet_key **keys, size_t *count, const struct wallet_secret *secret,
                       const char *file, const char *text, size_t length, struct error *error)
{
	struct json *json = NULL;
	struct bytes cipher = {0}, plain = {0};
	int result = json_parse(&json, text, length, error);

	if (result)
		goto out;
	const char *digits = json_string(json_member(json, "cipher_keys"));
	size_t digit_count = digits ? strlen(digits) : 0;
	memory_grow(&cipher.data, &cipher.capacity, digit_count / 2 + 1, 1);
	cipher.length = digit_count / 2;
	if (!digits || hex_parse(cipher.data, digits, digit_count) != 0) {
		result = error_set(error, EINVAL, "\"%s\" is no wallet file: it has no hexadecimal cipher_keys",
		                   file);
		goto out;
	}
	result = -EINVAL;
	if (cipher_decrypt(&plain, secret->digest, secret->digest + 32, cipher.data, cipher.length) == 0 &&
	    plain.length > 64 && memcmp(plain.data, secret->digest, 64) == 0) {
		struct cursor in = cursor_make(plain.data + 64, plain.length - 64);
		result = read_keys(keys, count, &in);
	}
	if (result)
		result = error_chain(error, WALLET_INVALID_PASSWORD_EXCEPTION, "Invalid password for wallet: \"%s\"",
		                     file);
out:
	memory_wipe(plain.data, plain.capacity);
	bytes_release(&plain);
	bytes_release(&cipher);
	json_release(json);
	return result;
}

int wallet_file_read(struct text *out, const char *path, struct error *error)
{
	enum { LIMIT = 64 << 20 };
	char buffer[16384];
	int result = 0, file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return errno == ENOENT ? -ENOENT
		                       : error_set(error, errno, "cannot open \"%s\": %s", path, strerror(errno));
	for (;;) {
		ssize_t got = read(file, buffer, sizeof buffer);
		if (got == 0)
			break;
		if (got < 0 || out->length + (size_t)got > LIMIT) {
			result = error_set(error, got < 0 ? errno : EFBIG, "cannot read \"%s\": %s", path,
			                   strerror(got < 0 ? errno : EFBIG));
			break;
		}
		text_append_bytes(out, buffer, (size_t)got);
	}
	memory_wipe(buffer, sizeof buffer);
	close(file);
	return result;
}

int wallet_file_write(const char *path, const char *data, size_t length, struct error *error)
{
	char temporary[4096];
	int result = 0, file = -1;
	if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
		return error_set(error, ENAMETOOLONG, "\"%s\" is too long a path", path);
	file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		return error_set(error, errno, "cannot write \"%s\": %s", temporary, strerror(errno));
	for (size_t done = 0; done < length && result == 0;) {
		ssize_t written = write(file, data + done, length - done);
		if (written < 0)
			result = -errno;
		else
			done += (size_t)written;
	}
	if (result == 0 && fsync(file) != 0)
		result = -errno;
	if (close(file) != 0 && result == 0)
		result = -errno;
	if (result == 0 && rename(temporary, path) != 0)
		result = -errno;
	if (result) {
		unlink(temporary);
		return error_set(error, -result, "cannot write \"%s\": %s", path, strerror(-result));
	}
	return 0;
}
