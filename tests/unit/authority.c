/* Authorities and permission levels: JSON and bytes both ways, the chain's validity rules, malformed input.
 */
#include "core/types/authority.h"
#include "core/types/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define KEY_A "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV" /* 02c0… */
#define KEY_B "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr" /* 03eb… */
#define R1 "PUB_R1_6FPFZqw5ahYrR9jD96yDbbDNTdKtNqRbze6oTDLntrsANgQKZu"

static int parse(struct authority *out, const char *text, struct error *error)
{
	struct json *json;
	int result = json_parse(&json, text, strlen(text), error);

	assert_int_equal(result, 0);
	result = authority_parse(out, json, error);
	json_release(json);
	return result;
}

static void authorities_round_trip_and_are_sorted(void **state)
{
	static const struct {
		const char *in, *out;
	} vectors[] = {
		{"\"" KEY_A "\"",
	     "{\"threshold\":1,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1}],\"accounts\":[],\"waits\":[]}"},
		{"{\"threshold\":1}", "{\"threshold\":1,\"keys\":[],\"accounts\":[],\"waits\":[]}"},
		{"{\"threshold\":\"2\",\"keys\":[{\"key\":\"" R1 "\",\"weight\":1},{\"key\":\"" KEY_B
	     "\",\"weight\":1},{\"weight\":65535,\"key\":\"" KEY_A "\"}],"
	     "\"accounts\":[{\"permission\":{\"actor\":\"bob\",\"permission\":\"active\"},\"weight\":1},{"
	     "\"permission\":\"alice@owner\",\"weight\":2}],"
	     "\"waits\":[{\"wait_sec\":7200,\"weight\":2},{\"wait_sec\":3600,\"weight\":1}]}",
	     "{\"threshold\":2,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":65535},{\"key\":\"" KEY_B
	     "\",\"weight\":1},{\"key\":\"" R1 "\",\"weight\":1}],"
	     "\"accounts\":[{\"permission\":{\"actor\":\"alice\",\"permission\":\"owner\"},\"weight\":2},{"
	     "\"permission\":{\"actor\":\"bob\",\"permission\":\"active\"},\"weight\":1}],"
	     "\"waits\":[{\"wait_sec\":3600,\"weight\":1},{\"wait_sec\":7200,\"weight\":2}]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct authority authority, unpacked;
		struct text text = TEXT_EMPTY;
		struct bytes packed = {0};
		struct error error = {0};

		assert_int_equal(parse(&authority, vectors[i].in, &error), 0);
		authority_print(&text, &authority);
		assert_string_equal(text.data, vectors[i].out);
		authority_pack(&packed, &authority);
		/* every shorter prefix fails without reading beyond it */
		for (size_t length = 0; length < packed.length; length++) {
			struct bytes part = {0};

			bytes_put(&part, packed.data, length);
			struct cursor cursor = cursor_make(part.data, part.length);
			assert_int_equal(authority_unpack(&unpacked, &cursor), -EINVAL);
			bytes_release(&part);
		}
		struct cursor cursor = cursor_make(packed.data, packed.length);
		assert_int_equal(authority_unpack(&unpacked, &cursor), 0);
		assert_int_equal(cursor_left(&cursor), 0);
		text_clear(&text);
		authority_print(&text, &unpacked);
		assert_string_equal(text.data, vectors[i].out);
		authority_release(&authority);
		authority_release(&unpacked);
		bytes_release(&packed);
		text_release(&text);
	}
}

static void validity_follows_the_chain(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} vectors[] = {
		{"\"" KEY_A "\"", true},
		{"{\"threshold\":1}", false},
		{"{\"threshold\":0,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1}]}", false},
		{"{\"threshold\":2,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1}]}", false},
		{"{\"threshold\":2,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1},{\"key\":\"" KEY_B
	     "\",\"weight\":1}]}",
	     true},
		{"{\"threshold\":2,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1},{\"key\":\"" KEY_A
	     "\",\"weight\":1}]}",
	     false},
		{"{\"threshold\":2,\"accounts\":[{\"permission\":\"a\",\"weight\":1},{\"permission\":\"a\","
	     "\"weight\":1}]}",
	     false},
		{"{\"threshold\":2,\"accounts\":[{\"permission\":\"a@b\",\"weight\":1},{\"permission\":\"a\","
	     "\"weight\":1}]}",
	     true},
		{"{\"threshold\":1,\"waits\":[{\"wait_sec\":0,\"weight\":1}]}", false},
		{"{\"threshold\":1,\"waits\":[{\"wait_sec\":1,\"weight\":1}]}", true},
		{"{\"threshold\":1,\"waits\":[{\"wait_sec\":1,\"weight\":1},{\"wait_sec\":1,\"weight\":1}]}", false},
		{"{\"threshold\":131070,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":65535},{\"key\":\"" KEY_B
	     "\",\"weight\":65535}]}",
	     true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct authority authority;

		assert_int_equal(parse(&authority, vectors[i].text, NULL), 0);
		assert_int_equal(authority_valid(&authority), vectors[i].valid);
		authority_release(&authority);
	}
}

static void malformed_authorities_name_the_culprit(void **state)
{
	static const struct {
		const char *text, *sentence;
	} invalid[] = {
		{"1", "must be an object"},
		{"\"EOS1\"", "invalid public key 'EOS1'"},
		{"{}", "'threshold' is missing"},
		{"{\"threshold\":-1}", "'threshold' must be a number"},
		{"{\"threshold\":4294967296}", "'threshold' must be a number"},
		{"{\"threshold\":1,\"keys\":{}}", "'keys' must be a list"},
		{"{\"threshold\":1,\"keys\":[\"" KEY_A "\"]}", "keys[0]: 'key' must be a public key"},
		{"{\"threshold\":1,\"keys\":[{\"key\":\"" KEY_A "\",\"weight\":1},{\"key\":\"" KEY_A
	     "\",\"weight\":65536}]}",
	     "keys[1]: 'weight' must be a number from 0 to 65535"},
		{"{\"threshold\":1,\"keys\":[{\"key\":\"" KEY_A "\"}]}", "keys[0]: 'weight' is missing"},
		{"{\"threshold\":1,\"accounts\":[{\"permission\":{\"actor\":\"Bob\",\"permission\":\"active\"},"
	     "\"weight\":1}]}",
	     "accounts[0]: Name not properly normalized (name: Bob"},
		{"{\"threshold\":1,\"accounts\":[{\"permission\":{\"actor\":\"bob\"},\"weight\":1}]}",
	     "accounts[0]: 'permission' must be a name"},
		{"{\"threshold\":1,\"waits\":[{\"weight\":1}]}", "waits[0]: 'wait_sec' is missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		struct authority authority;
		struct error error;

		assert_int_equal(parse(&authority, invalid[i].text, &error), -EINVAL);
		assert_non_null(strstr(error.sentence, invalid[i].sentence));
		assert_null(authority.keys);
	}
}

static void permission_levels_are_written_as_for_cleos(void **state)
{
	static const struct {
		const char *text, *actor, *permission; /* actor NULL: refused */
	} vectors[] = {{"alice", "alice", "active"},
	               {"alice@owner", "alice", "owner"},
	               {"a@eosio.code", "a", "eosio.code"},
	               {"", NULL, NULL},
	               {"@owner", NULL, NULL},
	               {"alice@", NULL, NULL},
	               {"alice@own@er", NULL, NULL},
	               {"Alice", NULL, NULL},
	               {"alice@Owner", NULL, NULL},
	               {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@owner", NULL, NULL},
	               {"alice owner", NULL, NULL}};
	struct permission_level level;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(permission_level_parse(&level, vectors[i].text, &error),
		                 vectors[i].actor ? 0 : -EINVAL);
		if (vectors[i].actor) {
			assert_string_equal(name_text(level.actor).text, vectors[i].actor);
			assert_string_equal(name_text(level.permission).text, vectors[i].permission);
		} else {
			assert_non_null(strstr(error.sentence, vectors[i].text));
		}
	}
	permission_level_parse(&level, "alice", NULL);
	assert_string_equal(permission_level_text(&level).text,
	                    "{\"actor\":\"alice\",\"permission\":\"active\"}");
}

static void authorities_are_made_of_one_key_or_permission(void **state)
{
	struct permission_level level = {1, 2};
	struct public_key key;
	(void)state;
	assert_int_equal(public_key_parse(&key, KEY_A, NULL), 0);
	struct authority of_key = authority_of_key(&key), of_permission = authority_of_permission(&level);
	assert_true(authority_valid(&of_key) && authority_valid(&of_permission));
	assert_int_equal(public_key_compare(&of_key.keys[0].key, &key), 0);
	assert_int_equal(permission_level_compare(&of_permission.accounts[0].permission, &level), 0);
	authority_release(&of_key);
	authority_release(&of_permission);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorities_round_trip_and_are_sorted),
		cmocka_unit_test(validity_follows_the_chain),
		cmocka_unit_test(malformed_authorities_name_the_culprit),
		cmocka_unit_test(permission_levels_are_written_as_for_cleos),
		cmocka_unit_test(authorities_are_made_of_one_key_or_permission),
	};
	return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
