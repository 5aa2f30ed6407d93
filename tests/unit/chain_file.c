/* A chain in one file: what was exported is there again, as a snapshot or as the beginning of another data
 * folder; what is damaged, newer, of another chain, or in the way, is refused with nothing changed. */
#include "tests/scene.h"

#include "core/chain/chain.h"

#include <errno.h>

static char *file_of(const struct scene *scene)
{
	return scene_path(scene, "exported");
}

static int try_export(struct scene *scene, const char *name, const char *password)
{
	char *path = file_of(scene);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct rig *rig = &scene->rig;
	int result = rig->chain->operations->export_kept(rig->chain, name, fd, password, NULL, &rig->error);
	close(fd);
	free(path);
	return result;
}

static int try_import(struct scene *scene, const char *name)
{
	char *path = file_of(scene);
	int fd = open(path, O_RDONLY);
	struct rig *rig = &scene->rig;
	int result = rig->chain->operations->import_kept(rig->chain, name, fd, path, NULL, &rig->error);
	close(fd);
	free(path);
	return result;
}

static void transfer(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++)
		rig_must(rig_transfer(rig, NULL, "bob"), "transfer", &rig->error);
}

/* A chain with a snapshot at which bob has 3, exported, and a minute later 5. */
static void begin_exported(struct scene *scene, const char *password)
{
	struct rig *rig = &scene->rig;
	scene_begin(scene);
	rig_open(rig);
	rig_make_token(rig);
	transfer(rig, 3);
	rig_must(rig_advance(rig, 700 * SECOND), "advance", &rig->error);
	rig_must(rig->chain->operations->keep(rig->chain, "base", &rig->error), "keep", &rig->error);
	transfer(rig, 2);
	rig_must(rig_advance(rig, 60 * SECOND), "advance", &rig->error);
	rig_must(try_export(scene, "base", password), "export", &rig->error);
}

static void expect_sentence(const struct rig *rig, const char *part)
{
	if (!strstr(rig->error.sentence, part))
		fail_msg("\"%s\" does not say \"%s\"", rig->error.sentence, part);
}

static bool has_kept(struct rig *rig, const char *name)
{
	char found[CHAIN_KEPT_NAME_SIZE];
	return rig->chain->operations->kept_from(rig->chain, found, name, NULL) == 0 && strcmp(found, name) == 0;
}

static void a_snapshot_comes_back(void **state)
{
	struct scene scene;
	struct rig *rig = &scene.rig;
	(void)state;
	begin_exported(&scene, NULL);
	assert_int_equal(try_import(&scene, NULL), -EEXIST);
	rig_must(rig->chain->operations->drop(rig->chain, "base", &rig->error), "drop", &rig->error);
	rig_must(try_import(&scene, NULL), "import", &rig->error);
	rig_must(try_import(&scene, "again"), "import", &rig->error);
	assert_int_equal(try_import(&scene, "no name"), -EINVAL);
	assert_int_equal(kept_balance(rig, "base"), 3);
	rig_close(rig);
	rig_open(rig);
	assert_int_equal(kept_balance(rig, "again"), 3);
	assert_int_equal(rig_balance(rig, "bob"), 5);
	rig_must(rig->chain->operations->restore_kept(rig->chain, "again", &rig->error), "restore", &rig->error);
	assert_int_equal(rig_balance(rig, "bob"), 3);
	transfer(rig, 1);
	rig_close(rig);
	rig->verify = true;
	rig_open(rig);
	assert_int_equal(rig_balance(rig, "bob"), 4);
	scene_end(&scene);
}

/* Another data folder; *rig is closed. */
static int import_into(struct scene *scene, char *folder, struct text *notices)
{
	struct data_folder *data;
	char *path = file_of(scene);
	error_clear(&scene->rig.error);
	rig_must(data_folder_open(&data, folder, &scene->rig.error), "folder", &scene->rig.error);
	int result = embedded_import(data, path, notices, &scene->rig.error);
	data_folder_close(data);
	free(path);
	return result;
}

static void a_chain_begins_with_it(void **state)
{
	struct scene scene;
	struct text notices = TEXT_EMPTY;
	char *folder = temporary_folder();
	struct rig other = {.folder = folder, .manual_clock = true};
	(void)state;
	begin_exported(&scene, NULL);
	struct signed_block block = rig_block(&scene.rig, 700);
	rig_must(import_into(&scene, folder, &notices), "import", &scene.rig.error);
	assert_non_null(strstr(text_string(&notices), "the chain begins with the "));
	assert_int_equal(import_into(&scene, folder, NULL), -EEXIST);
	expect_sentence(&scene.rig, "holds a chain already");
	rig_open(&other);
	assert_int_equal(rig_balance(&other, "bob"), 3);
	struct signed_block same = rig_block(&other, 700);
	assert_memory_equal(&same.id, &block.id, sizeof block.id);
	transfer(&other, 4);
	rig_must(rig_advance(&other, 60 * SECOND), "advance", &other.error);
	rig_close(&other);
	other.verify = true;
	rig_open(&other);
	assert_int_equal(rig_balance(&other, "bob"), 7);
	/* its later state is of the first chain no more: it is the same chain, that has gone another way */
	rig_must(other.chain->operations->keep(other.chain, "theirs", &other.error), "keep", &other.error);
	char *path = file_of(&scene);
	int fd = open(path, O_RDWR | O_TRUNC);
	rig_must(other.chain->operations->export_kept(other.chain, "theirs", fd, NULL, NULL, &other.error),
	         "export", &other.error);
	close(fd);
	free(path);
	rig_must(try_import(&scene, NULL), "import", &scene.rig.error);
	assert_int_equal(kept_balance(&scene.rig, "theirs"), 7);
	assert_int_equal(scene.rig.chain->operations->restore_kept(scene.rig.chain, "theirs", &scene.rig.error),
	                 -EOPNOTSUPP);
	expect_sentence(&scene.rig, "of a branch that the chain has left");
	signed_block_release(&block);
	signed_block_release(&same);
	text_release(&notices);
	rig_end(&other);
	temporary_remove(folder);
	scene_end(&scene);
}

/* --- keys --- */

static bool holds(const struct bytes *content, const char *text)
{
	return memmem(content->data, content->length, text, strlen(text)) != NULL;
}

static void keys_go_with_it_when_asked(void **state)
{
	struct scene scene;
	struct text notices = TEXT_EMPTY;
	char *folder = temporary_folder();
	(void)state;
	begin_exported(&scene, NULL);
	char *path = file_of(&scene);
	assert_int_equal(try_export(&scene, "base", "not the password"), -EACCES);
	rig_must(try_export(&scene, "base", NULL), "export", &scene.rig.error);
	struct bytes without = file_content(path);
	rig_must(try_export(&scene, "base", WALLET_MEMORY_PASSWORD), "export", &scene.rig.error);
	struct bytes with = file_content(path);
	assert_true(with.length > without.length);
	assert_false(holds(&with, GENESIS_PRIVATE_KEY));
	rig_must(import_into(&scene, folder, &notices), "import", &scene.rig.error);
	assert_non_null(strstr(text_string(&notices), "its wallet is locked"));
	char *wallet_folder = temporary_path(folder, "wallet");
	struct wallet *wallet;
	rig_must(wallet_open(&wallet, wallet_folder, true, scene.rig.signer, &scene.rig.error), "wallet",
	         &scene.rig.error);
	assert_true(wallet_locked(wallet));
	assert_int_equal(wallet_unlock(wallet, "not the password", NULL), -EACCES);
	assert_int_equal(wallet_unlock(wallet, WALLET_MEMORY_PASSWORD, NULL), 0);
	struct genesis genesis;
	genesis_default(&genesis);
	assert_true(wallet_has(wallet, &genesis.initial_key));
	wallet_close(wallet);
	assert_int_equal(wallet_lock(scene.rig.wallet, NULL), 0);
	assert_int_equal(try_export(&scene, "base", WALLET_MEMORY_PASSWORD), -EPERM);
	expect_sentence(&scene.rig, "locked");
	free(wallet_folder);
	free(path);
	bytes_release(&with);
	bytes_release(&without);
	text_release(&notices);
	temporary_remove(folder);
	scene_end(&scene);
}

static void a_wallet_is_never_overwritten(void **state)
{
	struct scene scene;
	char *folder = temporary_folder(), *wallet_folder = temporary_path(folder, "wallet"),
		 *file = temporary_path(folder, "wallet/default.wallet");
	struct wallet *wallet;
	struct data_folder *data;
	(void)state;
	begin_exported(&scene, WALLET_MEMORY_PASSWORD);
	rig_must(data_folder_open(&data, folder, &scene.rig.error), "folder", &scene.rig.error);
	data_folder_close(data);
	rig_must(wallet_open(&wallet, wallet_folder, true, scene.rig.signer, &scene.rig.error), "wallet",
	         &scene.rig.error);
	wallet_close(wallet);
	struct bytes before = file_content(file);
	assert_int_equal(import_into(&scene, folder, NULL), -EEXIST);
	expect_sentence(&scene.rig, "a wallet in");
	struct bytes after = file_content(file);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.data, after.data, before.length);
	char *blocks = temporary_path(folder, "blocks");
	assert_int_not_equal(access(blocks, F_OK), 0);
	rig_must(try_export(&scene, "base", NULL), "export", &scene.rig.error);
	rig_must(import_into(&scene, folder, NULL), "import", &scene.rig.error);
	free(blocks);
	free(file);
	free(wallet_folder);
	bytes_release(&before);
	bytes_release(&after);
	temporary_remove(folder);
	scene_end(&scene);
}

/* --- what is refused --- */

/* Neither as a snapshot nor as a beginning. */
static void expect_refused(struct scene *scene, const char *folder, const struct bytes *content,
                           size_t length, int expected)
{
	char *path = file_of(scene), *blocks = temporary_path(folder, "blocks");
	file_set(path, content->data, length);
	int result = try_import(scene, "damaged");
	if (result != expected)
		fail_msg("%d: %s", result, scene->rig.error.sentence);
	assert_false(has_kept(&scene->rig, "damaged"));
	assert_int_equal(import_into(scene, (char *)(uintptr_t)folder, NULL), expected);
	assert_int_not_equal(access(blocks, F_OK), 0);
	free(blocks);
	free(path);
}

static void what_is_damaged_is_refused(void **state)
{
	struct scene scene;
	char *folder = temporary_folder(), *path;
	(void)state;
	begin_exported(&scene, WALLET_MEMORY_PASSWORD);
	path = file_of(&scene);
	struct bytes content = file_content(path);
	for (size_t i = 0; i < 60; i++) { /* any bit of the first bytes, of those in between, of the last */
		size_t at = i < 20   ? 12 + i
		            : i < 40 ? 32 + (content.length - 52) / 20 * (i - 20)
		                     : content.length - 60 + i;
		content.data[at] ^= (uint8_t)(1 << i % 8);
		expect_refused(&scene, folder, &content, content.length, -EBADMSG);
		content.data[at] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t i = 0; i < 10; i++)
		expect_refused(&scene, folder, &content, content.length / 10 * i, -EBADMSG);
	bytes_put_u8(&content, 0);
	expect_refused(&scene, folder, &content, content.length, -EBADMSG);
	content.length--;
	content.data[8]++;
	expect_refused(&scene, folder, &content, content.length, -ENOTSUP);
	expect_sentence(&scene.rig, "has version 2");
	content.data[8]--;
	content.data[0] = 'e';
	expect_refused(&scene, folder, &content, content.length, -EBADMSG);
	expect_sentence(&scene.rig, "is no file of a chain");
	free(path);
	bytes_release(&content);
	temporary_remove(folder);
	scene_end(&scene);
}

static void another_chain_is_another_mount(void **state)
{
	struct scene scene, other;
	struct genesis genesis;
	(void)state;
	begin_exported(&scene, NULL);
	scene_begin(&other);
	genesis_default(&genesis);
	genesis.initial_timestamp += 500000;
	other.rig.genesis = &genesis;
	rig_open(&other.rig);
	char *path = file_of(&scene);
	int fd = open(path, O_RDONLY);
	assert_int_equal(
		other.rig.chain->operations->import_kept(other.rig.chain, "x", fd, path, NULL, &other.rig.error),
		-EINVAL);
	expect_sentence(&other.rig, "is of another chain: a mount of its own begins with it");
	close(fd);
	free(path);
	scene_end(&other);
	scene_end(&scene);
}

/* A process that ended in it leaves no chain that is half of one. */
static void an_import_that_did_not_end_is_no_chain(void **state)
{
	struct scene scene;
	char *folder = temporary_folder(), *mark = temporary_path(folder, "importing");
	struct rig other = {.folder = folder, .manual_clock = true};
	(void)state;
	begin_exported(&scene, NULL);
	rig_must(import_into(&scene, folder, NULL), "import", &scene.rig.error);
	file_set(mark, "file", 4);
	assert_int_equal(rig_try_open(&other), -EBADMSG);
	expect_sentence(&other, "that has not ended: remove the folder");
	assert_int_equal(import_into(&scene, folder, NULL), -EBADMSG);
	other.chain = NULL;
	free(mark);
	rig_end(&other);
	temporary_remove(folder);
	scene_end(&scene);
}

static void what_memory_has(void **state)
{
	struct scene scene;
	char *folder = temporary_folder();
	struct rig rig = {.manual_clock = true}, other = {.folder = folder, .manual_clock = true};
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	rig_open(&rig);
	rig_make_token(&rig);
	transfer(&rig, 3);
	rig_must(rig.chain->operations->keep(rig.chain, "base", &rig.error), "keep", &rig.error);
	char *path = file_of(&scene);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	rig_must(rig.chain->operations->export_kept(rig.chain, "base", fd, NULL, NULL, &rig.error), "export",
	         &rig.error);
	assert_int_equal(rig.chain->operations->import_kept(rig.chain, "x", fd, path, NULL, &rig.error),
	                 -EOPNOTSUPP);
	assert_int_equal(rig.chain->operations->export_kept(rig.chain, "nothing", fd, NULL, NULL, &rig.error),
	                 -ENOENT);
	close(fd);
	rig_must(import_into(&scene, folder, NULL), "import", &scene.rig.error);
	rig_open(&other);
	assert_int_equal(rig_balance(&other, "bob"), 3);
	free(path);
	rig_end(&other);
	rig_end(&rig);
	temporary_remove(folder);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_comes_back),
		cmocka_unit_test(a_chain_begins_with_it),
		cmocka_unit_test(keys_go_with_it_when_asked),
		cmocka_unit_test(a_wallet_is_never_overwritten),
		cmocka_unit_test(what_is_damaged_is_refused),
		cmocka_unit_test(another_chain_is_another_mount),
		cmocka_unit_test(an_import_that_did_not_end_is_no_chain),
		cmocka_unit_test(what_memory_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
