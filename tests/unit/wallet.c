/* The wallet: keosd's file format both ways, locking, labels, and that nothing half done stays. */
#include "core/wallet/wallet.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/wallet/wallet_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAXIMUM = 1 << 20 };
static const char nathan[] = "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3";

struct fixture {
	struct signer *signer;
	char folder[64];
};

static int setup(void **state)
{
	struct fixture *f = memory_allocate(1, sizeof *f);
	f->signer = signer_create();
	strcpy(f->folder, "/tmp/eosiofs-wallet-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[128];
	const char *names[] = {"default.wallet", "password", "labels"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
		unlink(path);
	}
	rmdir(f->folder);
	signer_destroy(f->signer);
	free(f);
	return 0;
}

static void test_file_round_trip(void **state)
{
	struct fixture *f = *state;
	struct wallet_secret secret = wallet_secret_of("PW5test"), wrong = wallet_secret_of("PW5other");
	struct wallet_key key, *back = NULL;
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	size_t count = 0;

	assert_int_equal(private_key_parse(&key.private, nathan, NULL), 0);
	assert_int_equal(signer_public_key(f->signer, &key.public, &key.private), 0);
	wallet_file_encode(&text, &secret, &key, 1);
	/* 64 checksum + 1 count + 34 + 33, padded to a multiple of 16, in hex within the frame */
	assert_int_equal(text.length, strlen("{\n  \"cipher_keys\": \"\"\n}\n") + 2 * 144);
	assert_int_equal(wallet_file_decode(&back, &count, &secret, "f", text.data, text.length, &error), 0);
	assert_int_equal(count, 1);
	assert_memory_equal(back[0].private.secret, key.private.secret, 32);
	assert_int_equal(public_key_compare(&back[0].public, &key.public), 0);
	memory_release_secret(back, count, sizeof *back);
	assert_int_equal(wallet_file_decode(&back, &count, &wrong, "f", text.data, text.length, &error),
	                 -exception_find(3120005)->number);
	assert_string_equal(error.sentence, "Invalid password for wallet: \"f\"");
	text_release(&text);
}

static void test_opens_again(void **state)
{
	struct fixture *f = *state;
	struct wallet *wallet;
	struct private_key key, got;
	struct public_key public, labelled, found;
	struct error error = {0};
	char label[WALLET_LABEL_SIZE];
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_false(wallet_locked(wallet));
	assert_int_equal(private_key_parse(&key, nathan, NULL), 0);
	assert_int_equal(wallet_import(wallet, &public, &key, &error), 0);
	assert_int_equal(wallet_import(wallet, &public, &key, &error), -EEXIST);
	assert_int_equal(wallet_new_key(wallet, &labelled, "bpay", &error), 0);
	assert_int_equal(wallet_new_key(wallet, &found, "bpay", &error), -EEXIST);
	assert_int_equal(wallet_new_key(wallet, &found, "a/b", &error), -EINVAL);
	wallet_close(wallet);

	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_true(wallet_has(wallet, &public));
	assert_int_equal(wallet_private_key(wallet, &got, &public, &error), 0);
	assert_memory_equal(got.secret, key.secret, 32);
	assert_true(wallet_label_at(wallet, label, &found, 0));
	assert_string_equal(label, "bpay");
	assert_int_equal(public_key_compare(&found, &labelled), 0);
	assert_false(wallet_label_at(wallet, label, &found, 1));
	assert_int_equal(wallet_remove(wallet, &public, &error), 0);
	assert_false(wallet_has(wallet, &public));
	assert_int_equal(wallet_remove(wallet, &labelled, &error), 0);
	assert_int_equal(wallet_label(wallet, &found, "bpay"), -ENOENT);
	wallet_close(wallet);
}

static void test_lock(void **state)
{
	struct fixture *f = *state;
	struct wallet *wallet;
	struct private_key key;
	struct public_key public;
	struct wallet_keys *keys;
	struct error error = {0};
	struct text password = TEXT_EMPTY;
	char path[128];
	struct stat status;
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_int_equal(private_key_parse(&key, nathan, NULL), 0);
	assert_int_equal(wallet_import(wallet, &public, &key, &error), 0);
	assert_int_equal(wallet_lock(wallet, &error), 0);
	assert_int_equal(wallet_lock(wallet, &error), -EPERM);
	assert_int_equal(wallet_keys_hold(wallet, &keys, &error), -EPERM);
	assert_string_equal(error.sentence, "Wallet is locked: default");
	assert_true(wallet_unlock(wallet, "wrong", &error) < 0);
	assert_true(wallet_locked(wallet));
	snprintf(path, sizeof path, "%s/password", f->folder);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(file_load(&password, path, FILE_MAXIMUM, &error), 0);
	assert_int_equal(wallet_unlock(wallet, text_string(&password), &error), 0);
	assert_true(wallet_has(wallet, &public));
	text_release(&password);
	wallet_close(wallet);
}

static void test_unsaved_change_does_not_happen(void **state)
{
	struct fixture *f = *state;
	struct wallet *wallet;
	struct public_key public;
	struct error error = {0};
	char path[128], label[WALLET_LABEL_SIZE];
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	/* A folder in the way of the temporary file makes saving fail, for root too. */
	snprintf(path, sizeof path, "%s/default.wallet.new", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(wallet_new_key(wallet, &public, "x", &error) < 0);
	assert_false(wallet_has(wallet, &public));
	assert_false(wallet_label_at(wallet, label, &public, 0));
	rmdir(path);
	assert_int_equal(wallet_new_key(wallet, &public, "x", &error), 0);
	wallet_close(wallet);
}

static void test_reveals_for_the_password_only(void **state)
{
	struct fixture *f = *state;
	struct wallet *wallet;
	struct text password = TEXT_EMPTY;
	struct error error = {0};
	char path[128];
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	snprintf(path, sizeof path, "%s/password", f->folder);
	assert_int_equal(file_load(&password, path, FILE_MAXIMUM, &error), 0);
	assert_false(wallet_revealed(wallet));
	assert_int_equal(wallet_reveal(wallet, "wrong", &error), -EACCES);
	assert_false(wallet_revealed(wallet));
	assert_int_equal(wallet_reveal(wallet, text_string(&password), &error), 0);
	assert_true(wallet_revealed(wallet));
	assert_int_equal(wallet_lock(wallet, &error), 0);
	assert_false(wallet_revealed(wallet));
	assert_int_equal(wallet_reveal(wallet, text_string(&password), &error), -EPERM);
	assert_int_equal(wallet_unlock(wallet, text_string(&password), &error), 0);
	assert_false(wallet_revealed(wallet));
	text_release(&password);
	wallet_close(wallet);
}

static void test_created_only_where_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct wallet *wallet;
	struct public_key public;
	struct error error = {0};
	char path[128];
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_int_equal(wallet_new_key(wallet, &public, "x", &error), 0);
	assert_int_equal(wallet_create(wallet, &error), -EEXIST);
	snprintf(path, sizeof path, "%s/default.wallet", f->folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(wallet_create(wallet, &error), 0);
	wallet_close(wallet);
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_true(wallet_has(wallet, &public));
	wallet_close(wallet);
}

/* Beside the first: a file and a password of its own, no labels, and none of the other's keys. */
static void test_opens_beside(void **state)
{
	struct fixture *f = *state;
	for (int in_memory = 0; in_memory < 2; in_memory++) {
		struct wallet *first, *other, *again = NULL;
		struct public_key key;
		struct error error = {0};
		char password[WALLET_PASSWORD_SIZE], unused[WALLET_PASSWORD_SIZE];
		assert_int_equal(wallet_open(&first, in_memory ? NULL : f->folder, false, f->signer, &error), 0);
		assert_int_equal(wallet_open_beside(&again, NULL, first, "other", &error), -ENOENT);
		assert_int_equal(error.code, 3120002);
		assert_int_equal(wallet_open_beside(&other, password, first, "other", &error), 0);
		assert_string_equal(wallet_name(other), "other");
		assert_int_equal(wallet_new_key(other, &key, "x", &error), 0);
		assert_false(wallet_has(first, &key));
		assert_int_equal(wallet_lock(other, &error), 0);
		assert_int_equal(wallet_unlock(other, password, &error), 0);
		assert_true(wallet_has(other, &key));
		if (!in_memory) {
			assert_int_equal(wallet_open_beside(&again, unused, first, "other", &error), -EEXIST);
			assert_int_equal(error.code, 3120001);
			assert_int_equal(wallet_open_beside(&again, NULL, first, "other", &error), 0);
			assert_true(wallet_locked(again));
			assert_true(wallet_unlock(again, "wrong", &error) < 0);
			assert_int_equal(wallet_unlock(again, password, &error), 0);
			assert_true(wallet_has(again, &key));
			assert_int_equal(unlink(wallet_where(again)), 0);
		}
		wallet_close(again);
		wallet_close(other);
		wallet_close(first);
	}
}

/* keosd's wallets may hold R1 keys, which sign as well. */
static void test_r1_keys(void **state)
{
	struct fixture *f = *state;
	struct wallet_key keys[2], *back = NULL;
	struct wallet_secret secret = wallet_secret_of("PW5test");
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	struct wallet *wallet;
	struct private_key private;
	struct public_key public;
	char path[128];
	size_t count = 0;

	for (int i = 0; i < 2; i++)
		assert_int_equal(
			signer_new_key(f->signer, &keys[i].private, &keys[i].public, i ? KEY_R1 : KEY_K1, &error), 0);
	wallet_file_encode(&text, &secret, keys, 2);
	assert_int_equal(wallet_file_decode(&back, &count, &secret, "f", text.data, text.length, &error), 0);
	assert_int_equal(count, 2);
	assert_int_equal(back[1].public.type, KEY_R1);
	assert_memory_equal(back[1].private.secret, keys[1].private.secret, 32);
	memory_release_secret(back, count, sizeof *back);
	snprintf(path, sizeof path, "%s/default.wallet", f->folder);
	assert_int_equal(file_replace(path, text.data, text.length, &error), 0);
	assert_int_equal(wallet_open(&wallet, f->folder, false, f->signer, &error), 0);
	assert_true(wallet_locked(wallet));
	assert_int_equal(wallet_unlock(wallet, "PW5test", &error), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(wallet_private_key(wallet, &private, &keys[i].public, &error), 0);
		assert_memory_equal(&private, &keys[i].private, sizeof private);
	}
	assert_int_equal(wallet_new_key(wallet, &public, "x", &error), 0);
	wallet_close(wallet);
	text_clear(&text);
	assert_int_equal(file_load(&text, path, FILE_MAXIMUM, &error), 0);
	assert_int_equal(wallet_file_decode(&back, &count, &secret, "f", text.data, text.length, &error), 0);
	assert_int_equal(count, 3);
	assert_int_equal(back[2].public.type, KEY_R1);
	memory_release_secret(back, count, sizeof *back);
	text_release(&text);
}

/* A bit that flipped in the file is not taken for a key; what is no file is refused by name, and nothing
 * waits for it. */
static void test_damaged(void **state)
{
	static const char *const names[] = {"default.wallet", "password", "labels"};
	struct fixture *f = *state;
	struct wallet_key pair = {.public = {.type = KEY_K1}};
	struct wallet_secret secret = wallet_secret_of("PW5test");
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	struct wallet *wallet;
	char path[128];

	assert_int_equal(signer_new_key(f->signer, &pair.private, &pair.public, KEY_K1, &error), 0);
	pair.private.secret[20] ^= 1;
	wallet_file_encode(&text, &secret, &pair, 1);
	snprintf(path, sizeof path, "%s/default.wallet", f->folder);
	assert_int_equal(file_replace(path, text.data, text.length, &error), 0);
	assert_int_equal(wallet_open(&wallet, f->folder, false, f->signer, &error), 0);
	assert_int_equal(wallet_unlock(wallet, "PW5test", &error), -EBADMSG);
	assert_non_null(strstr(error.sentence, public_key_text(&pair.public).text));
	assert_non_null(strstr(error.sentence, path));
	assert_true(wallet_locked(wallet));
	wallet_close(wallet);
	unlink(path);
	text_release(&text);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
		for (int fifo = 0; fifo < 2; fifo++) {
			assert_int_equal(fifo ? mkfifo(path, 0600) : mkdir(path, 0700), 0);
			error_clear(&error);
			if (wallet_open(&wallet, f->folder, false, f->signer, &error) == 0) { /* it starts locked */
				assert_int_equal(wallet_unlock(wallet, "PW5test", &error), fifo ? -EINVAL : -EISDIR);
				wallet_close(wallet);
			}
			assert_non_null(strstr(error.sentence, path));
			assert_int_equal(fifo ? unlink(path) : rmdir(path), 0);
		}
	}
}

/* Many pairs at once, in any order, some twice, some there already; unsaved, nothing happens. */
static void test_takes_many_pairs(void **state)
{
	struct fixture *f = *state;
	enum { COUNT = 40 };
	struct wallet_key pairs[COUNT + 1];
	struct wallet_keys *keys;
	struct wallet *wallet;
	struct private_key private;
	struct error error = {0};
	char path[128];
	snprintf(path, sizeof path, "%s/default.wallet.new", f->folder);
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(signer_new_key(f->signer, &pairs[i].private, &pairs[i].public, KEY_K1, &error), 0);
	pairs[COUNT] = pairs[3];
	assert_int_equal(wallet_import(wallet, NULL, &pairs[7].private, &error), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(wallet_import_pairs(wallet, pairs, COUNT + 1, &error) < 0);
	assert_int_equal(rmdir(path), 0);
	assert_true(wallet_has(wallet, &pairs[7].public) && !wallet_has(wallet, &pairs[3].public));
	assert_int_equal(wallet_import_pairs(wallet, pairs, COUNT + 1, &error), 0);
	wallet_close(wallet);
	assert_int_equal(wallet_open(&wallet, f->folder, true, f->signer, &error), 0);
	assert_int_equal(wallet_keys_hold(wallet, &keys, &error), 0);
	assert_int_equal(keys->count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(wallet_private_key(wallet, &private, &pairs[i].public, &error), 0);
		assert_memory_equal(&private, &pairs[i].private, sizeof private);
		assert_true(i == 0 || public_key_compare(&keys->list[i - 1], &keys->list[i]) < 0);
	}
	wallet_close(wallet);
	wallet_keys_release(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opens_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unsaved_change_does_not_happen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reveals_for_the_password_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_created_only_where_there_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opens_beside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_r1_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_takes_many_pairs, setup, teardown),
	};
	return cmocka_run_group_tests_name("wallet", tests, NULL, NULL);
}
