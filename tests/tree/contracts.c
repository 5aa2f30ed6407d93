/* Permissions, links and contracts over a real chain. */
#include "tests/tree/fixture.h"

#include "core/contracts/bundle.h"

#define KEY_1 "EOS8imf2TDq6FKtLZ8mvXPWcd6EF2rQwo8zKdLNzsbU9EiMSt9Lwz"
#define ALICE "accounts/alice1111111/"

static void permissions_are_made_changed_and_deleted(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_account("bob111111111", "100.0000 SYS");
	fixture_round_trip(ALICE "permissions/active.json");
	fixture_round_trip(ALICE "permissions/owner.json");
	/* a bare key makes a new one below active */
	assert_false(fixture_exists(ALICE "permissions/spending.json"));
	fixture_write(ALICE "permissions/spending.json", KEY_1 "\n");
	fixture_expect_part(ALICE "permissions/spending.json", "\"parent\": \"active\",\n  \"threshold\": 1,\n");
	fixture_expect_part(ALICE "permissions/spending.json", KEY_1);
	fixture_round_trip(ALICE "permissions/spending.json");
	assert_string_equal(fixture_list(ALICE "permissions"), "active.json owner.json spending.json ");
	/* of several lines, with another account, as cleos's get account shows it */
	fixture_write(ALICE "permissions/spending.json",
	              "{\n \"perm_name\": \"spending\", \"parent\": \"active\",\n \"required_auth\": "
	              "{\"threshold\": 2, \"keys\": [{\"key\": \"" KEY_1
	              "\", \"weight\": 1}],\n  \"accounts\": [{\"permission\": {\"actor\": \"bob111111111\", "
	              "\"permission\": \"active\"}, \"weight\": 1}]}\n}\n");
	fixture_expect_part(ALICE "permissions/spending.json", "\"actor\": \"bob111111111\"");
	fixture_round_trip(ALICE "permissions/spending.json");
	fixture_write(ALICE "permissions/rescue.json",
	              "{\"parent\":\"owner\",\"threshold\":1,\"keys\":[{\"key\":\"" KEY_1 "\",\"weight\":1}]}");
	fixture_expect_part(ALICE "permissions/rescue.json", "\"parent\": \"owner\"");

	fixture_refuse(EINVAL, "thresold", ALICE "permissions/active.json", "{\"thresold\": 1}\n");
	fixture_refuse(EINVAL, "threshold 3", ALICE "permissions/spending.json",
	               "{\"threshold\":3,\"keys\":[{\"key\":\"" KEY_1 "\",\"weight\":1}]}\n");
	fixture_refuse(EINVAL, "not closed", ALICE "permissions/active.json", "{\"threshold\": 1\n");
	fixture_refuse(EINVAL, "EOSnokey", ALICE "permissions/active.json", "EOSnokey\n");
	fixture_refuse(ENOENT, "no such permission: alice1111111@nothing", ALICE "permissions/new.json",
	               "{\"parent\":\"nothing\",\"threshold\":1,\"keys\":[{\"key\":\"" KEY_1
	               "\",\"weight\":1}]}\n");
	fixture_refuse(ENOENT, "no such account: ghost1111111", ALICE "permissions/new.json",
	               "{\"threshold\":1,\"accounts\":[{\"permission\":{\"actor\":\"ghost1111111\","
	               "\"permission\":\"active\"},\"weight\":1}]}\n");
	fixture_refuse(EINVAL, "UPPER", ALICE "permissions/UPPER.json", KEY_1 "\n");
	assert_false(fixture_exists(ALICE "permissions/new.json"));

	fixture_write(ALICE "permissions/rescue.json", "delete\n");
	assert_false(fixture_exists(ALICE "permissions/rescue.json"));
	assert_int_equal(fixture_try_write(ALICE "permissions/active.json", "delete\n"), -EINVAL);
	assert_non_null(strstr(fixture_last_line("errors"), "Cannot delete active authority"));
}

static void links_are_made_and_cut(void **state)
{
	(void)state;
	fixture_write(ALICE "permissions/spending.json", KEY_1 "\n");
	fixture_write(ALICE "links", "eosio.token transfer spending\neosio.msig * spending\n");
	fixture_expect(ALICE "links", "eosio.token transfer spending\neosio.msig * spending\n");
	fixture_round_trip(ALICE "links");
	fixture_expect_part(ALICE "info.json", "\"action\": \"transfer\"");
	fixture_append(ALICE "links", "eosio.token open spending\neosio.token transfer -\n");
	fixture_expect(ALICE "links", "eosio.msig * spending\neosio.token open spending\n");
	fixture_refuse(ENOENT, "no such permission: alice1111111@nothing", ALICE "links",
	               "eosio.token close nothing\n");
	fixture_refuse(ENOENT, "no such account: ghost1111111", ALICE "links", "ghost1111111 act spending\n");
	fixture_refuse(ENOENT, "no such link: eosio.token close", ALICE "links", "eosio.token close -\n");
	fixture_refuse(EINVAL, "the permission's name", ALICE "links", "eosio.token close\n");
	assert_int_equal(fixture_try_write(ALICE "permissions/spending.json", "delete\n"), -EINVAL);
	assert_non_null(strstr(fixture_last_line("errors"), "Cannot delete a linked authority"));
	fixture_write(ALICE "links", "eosio.msig * -\neosio.token open -\n");
	fixture_expect(ALICE "links", "");
	fixture_write(ALICE "permissions/spending.json", "delete");
}

/* Step 22 of the tutorial: owner first, then active, by a wallet that holds only the old key. */
static void an_account_can_be_given_away(void **state)
{
	(void)state;
	static const char authority[] = "{\"threshold\":1,\"keys\":[],\"accounts\":[{\"permission\":{\"actor\":"
	                                "\"eosio\",\"permission\":\"active\"},"
									"\"weight\":1}],\"waits\":[]}\n";
	fixture_write("accounts/eosio.bpay/permissions/owner.json", authority);
	fixture_write("accounts/eosio.bpay/permissions/active.json", authority);
	fixture_expect_part("accounts/eosio.bpay/permissions/active.json", "\"actor\": \"eosio\"");
	fixture_round_trip("accounts/eosio.bpay/permissions/owner.json");
	/* active's keys are gone, owner's are there: owner signs */
	fixture_write("accounts/bob111111111/permissions/active.json", KEY_1 "\n");
	fixture_refuse(EACCES, "bob111111111", "accounts/bob111111111/transfer", "alice1111111 1.0000 SYS\n");
	fixture_write("accounts/bob111111111/permissions/active.json", authority);
	fixture_write("accounts/bob111111111/transfer", "alice1111111 1.0000 SYS\n");
}

/* --- contracts --- */

static void put_file(const char *folder, const char *name, const void *data, size_t length)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	fclose(file);
}

static void hash_text(char out[66], const struct bundle *bundle)
{
	const struct checksum256 hash = bundle->code->hash;
	snprintf(out, 66, "%s\n", checksum256_text(&hash).text);
}

static void contracts_are_installed(void **state)
{
	const struct bundle *token = bundle_find("eosio.token");
	char hash[66];
	(void)state;
	hash_text(hash, token);
	fixture_write(ALICE "ram", "3000000\n");
	fixture_expect_part(ALICE "contract/install", "# installed: nothing");
	fixture_write(ALICE "contract/install", "eosio.token\n");
	fixture_expect(ALICE "contract/hash", hash);
	fixture_expect_part(ALICE "contract/install", "(eosio.token)");
	assert_int_equal(fixture_try_read(ALICE "contract/code.wasm"), 0);
	assert_int_equal(fixture.contents.length, token->code->length);
	assert_memory_equal(fixture.contents.data, token->code->data, token->code->length);
	/* what is there already is not sent again */
	fixture_write_in_vain(ALICE "contract/install", "eosio.token\n");
	assert_int_equal(fixture_try_write_flags(ALICE "contract/code.wasm", (const char *)token->code->data,
	                                         token->code->length, O_TRUNC, false),
	                 0);
	fixture_write_in_vain(ALICE "contract/abi.json", token->abi);
	fixture_round_trip(ALICE "contract/abi.json");
	/* the two apart */
	const struct bundle *wrap = bundle_find("eosio.wrap");
	assert_int_equal(fixture_try_write_flags(ALICE "contract/code.wasm", (const char *)wrap->code->data,
	                                         wrap->code->length, O_TRUNC, false),
	                 0);
	hash_text(hash, wrap);
	fixture_expect(ALICE "contract/hash", hash);
	fixture_write(ALICE "contract/abi.json", wrap->abi);
	assert_string_equal(fixture_list(ALICE "actions"), "exec ");
	fixture_refuse(EINVAL, "JSON", ALICE "contract/abi.json", "no ABI\n");
	assert_true(fixture_try_write(ALICE "contract/code.wasm", "no code\n") < 0);
	/* code that is no bundle's */
	static const char empty_module[] = "\0asm\1\0\0\0";
	assert_true(fixture_try_write_flags(ALICE "contract/code.wasm", empty_module, 8, O_TRUNC, false) < 0);
	fixture_expect(ALICE "contract/hash", hash);
	/* and it is removed */
	fixture_refuse(EINVAL, "BUNDLE | FOLDER | --clear", ALICE "contract/install", "--clear eosio.token\n");
	fixture_write(ALICE "contract/install", "--clear\n");
	fixture_expect_part(ALICE "contract/install", "# installed: nothing");
	assert_int_equal(fixture_try_read(ALICE "contract/code.wasm"), 0);
	assert_int_equal(fixture.contents.length, 0);
	assert_string_equal(fixture_list(ALICE "actions"), "");
	fixture_write_in_vain(ALICE "contract/install", "--clear\n");
}

static void contracts_are_installed_from_folders(void **state)
{
	char folder[] = "/tmp/eosiofs-contract-XXXXXX", line[512], link[128], hash[66];
	const struct bundle *msig = bundle_find("eosio.msig"), *token = bundle_find("eosio.token");
	(void)state;
	assert_non_null(mkdtemp(folder));
	fixture_refuse(ENOENT, "/no/such/folder", ALICE "contract/install", "/no/such/folder\n");
	fixture_refuse(ENOENT, "no .wasm file", ALICE "contract/install", folder);
	put_file(folder, "code.wasm", msig->code->data, msig->code->length);
	fixture_refuse(ENOENT, "no .abi file", ALICE "contract/install", folder);
	put_file(folder, "contract.abi", msig->abi, strlen(msig->abi));
	/* by a relative path with a symbolic link in it, quoted */
	snprintf(link, sizeof link, "%s/link", folder);
	assert_int_equal(symlink(folder, link), 0);
	char *working = getcwd(NULL, 0);
	assert_int_equal(chdir("/tmp"), 0);
	snprintf(line, sizeof line, "'./%s/../%s/link/'\n", strrchr(folder, '/') + 1, strrchr(folder, '/') + 1);
	fixture_write(ALICE "contract/install", line);
	assert_int_equal(chdir(working), 0);
	free(working);
	hash_text(hash, msig);
	fixture_expect(ALICE "contract/hash", hash);
	put_file(folder, "other.wasm", token->code->data, token->code->length);
	fixture_refuse(EINVAL, "several", ALICE "contract/install", folder);
	/* below our own mount it is looked up, not opened, also through a link */
	snprintf(line, sizeof line, "%s/inside", folder);
	assert_int_equal(symlink(FIXTURE_MOUNT_POINT "/contracts", line), 0);
	snprintf(line, sizeof line, "%s/inside/eosio.token\n", folder);
	fixture_write(ALICE "contract/install", line);
	hash_text(hash, token);
	fixture_expect(ALICE "contract/hash", hash);
	fixture_write(ALICE "contract/install", FIXTURE_MOUNT_POINT "/contracts/eosio.msig/\n");
	fixture_refuse(ENOENT, "contracts/nothing", ALICE "contract/install",
	               FIXTURE_MOUNT_POINT "/contracts/nothing\n");
	static const char *const names[] = {"code.wasm", "contract.abi", "other.wasm", "link", "inside"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(line, sizeof line, "%s/%s", folder, names[i]);
		unlink(line);
	}
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permissions_are_made_changed_and_deleted), cmocka_unit_test(links_are_made_and_cut),
		cmocka_unit_test(an_account_can_be_given_away), cmocka_unit_test(contracts_are_installed),
		cmocka_unit_test(contracts_are_installed_from_folders),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
