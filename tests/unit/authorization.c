/* Satisfaction of authorities, minimum permissions and the special actions, as tables over one small state.
 */
#include "core/engine/run/authorization.h"

#include "core/base/memory.h"
#include "core/engine/state/configuration.h"
#include "core/types/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Keys 'A', 'B', … are points that differ in their last byte; no signature is involved here. */
static struct public_key key(char letter)
{
	struct public_key out = {.type = KEY_K1};
	out.point[0] = 2;
	out.point[32] = (uint8_t)letter;
	return out;
}

/* "THRESHOLD entry entry …" with entries "A*weight" (key), "actor@permission*weight", "seconds!weight"
 * (wait). */
static struct authority authority_from(const char *text)
{
	struct authority out = {0};
	size_t keys = 0, accounts = 0, waits = 0;
	char *copy = memory_copy_string(text), *rest = copy, *word = strsep(&rest, " ");

	out.threshold = (uint32_t)atoi(word);
	out.keys = memory_allocate(8, sizeof *out.keys);
	out.accounts = memory_allocate(8, sizeof *out.accounts);
	out.waits = memory_allocate(8, sizeof *out.waits);
	while ((word = strsep(&rest, " "))) {
		char *weight = strpbrk(word, "*!"), *at = strchr(word, '@');
		uint16_t number = (uint16_t)atoi(weight + 1);
		bool wait = *weight == '!';
		*weight = 0;
		if (wait) {
			out.waits[waits++] = (struct wait_weight){(uint32_t)atoi(word), number};
		} else if (at) {
			*at = 0;
			out.accounts[accounts++] = (struct permission_level_weight){
				{name_literal(word), name_literal(at + 1)}, number};
		} else {
			out.keys[keys++] = (struct key_weight){key(*word), number};
		}
	}
	out.keys_count = keys;
	out.accounts_count = accounts;
	out.waits_count = waits;
	free(copy);
	return out;
}

static const struct {
	const char *account, *name, *parent, *authority;
} permissions[] = {
	{"alice", "owner", "", "1 A*1"},
	{"alice", "active", "owner", "1 B*1"},
	{"alice", "spend", "active", "1 C*1"},
	{"alice", "vote", "spend", "1 D*1"},
	{"bob", "owner", "", "2 A*1 B*1 C*1"},
	{"bob", "active", "owner", "3 A*2 B*1 alice@active*2 60!1"},
	{"carol", "owner", "", "1 dave@owner*1"},
	{"carol", "active", "owner", "1 carol@eosio.code*1 E*1"},
	{"dave", "owner", "", "1 carol@owner*1 F*1"}, /* a cycle with a way out */
	{"erin", "owner", "", "1 erin@active*1"},
	{"erin", "active", "owner", "1 erin@owner*1"}, /* a cycle without */
	{"d1", "active", "", "1 d2@active*1"},
	{"d2", "active", "", "1 d3@active*1"},
	{"d3", "active", "", "1 d4@active*1"},
	{"d4", "active", "", "1 d5@active*1"},
	{"d1x", "active", "", "1 d1@active*1"},
	{"d5", "active", "", "1 G*1"},
	{"d2x", "active", "", "1 d1x@active*1"},
	{"frank", "active", "", "2 H*1 ghost@active*5 A*1"}, /* names a permission that does not exist */
	{"grace", "active", "", "2 3600!1 A*1"},
};

static const struct {
	const char *account, *code, *action, *permission;
} links[] = {
	{"alice", "eosio.token", "transfer", "spend"},
	{"alice", "eosio", "voteproducer", "vote"},
	{"alice", "anyone", "", "eosio.any"},
	{"alice", "eosio.token", "", "vote"},
};

static struct map *map;
static struct map_edit *edit;

static int setup(void **state)
{
	struct map_root *empty;
	struct genesis genesis;
	(void)state;
	map = map_create();
	empty = map_empty(map);
	edit = map_edit_begin(empty);
	map_root_release(empty);
	genesis_default(&genesis);
	configuration_put(edit, &genesis.initial_configuration);
	for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
		struct authority authority = authority_from(permissions[i].authority);
		struct permission_object object = {.account = name_literal(permissions[i].account),
		                                   .name = name_literal(permissions[i].name),
		                                   .parent = name_literal(permissions[i].parent)};
		permission_put(edit, &object, &authority);
		authority_release(&authority);
	}
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		permission_link_put(edit, &(struct permission_link){.account = name_literal(links[i].account),
		                                                    .code = name_literal(links[i].code),
		                                                    .action = name_literal(links[i].action),
		                                                    .permission = name_literal(links[i].permission),
		                                                    .id = i});
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	map_edit_drop(edit);
	map_destroy(map);
	return 0;
}

static void satisfaction(void **state)
{
	static const struct {
		const char *level, *keys;
		int64_t delay_sec;
		bool satisfied;
		const char *used; /* keys that were of use */
	} cases[] = {
		{"alice@owner", "A", 0, true, "A"},
		{"alice@owner", "B", 0, false, ""},
		{"alice@active", "AB", 0, true, "B"},
		{"alice@nothing", "AB", 0, false, ""},
		{"bob@owner", "AC", 0, true, "AC"},
		{"bob@owner", "ABC", 0, true, "AB"},       /* it stops when it has enough */
		{"bob@owner", "A", 0, false, ""},          /* and does not count keys in vain */
		{"bob@active", "AB", 0, true, "AB"},       /* 2, and alice@active by B 2 */
		{"bob@active", "A", 0, false, ""},
		{"bob@active", "A", 60, true, "A"},        /* 2 and the wait's 1 */
		{"bob@active", "B", 59, true, "B"},        /* alice@active's 2, and B itself 1 */
		{"carol@owner", "F", 0, true, "F"},
		{"carol@owner", "E", 0, false, ""},
		{"erin@owner", "A", 0, false, ""},
		{"d1@active", "G", 0, true, "G"},          /* five deep */
		{"d1x@active", "G", 0, true, "G"},         /* six */
		{"d2x@active", "G", 0, false, ""},         /* seven: beyond max_authority_depth */
		{"frank@active", "AH", 0, true, "AH"},
		{"grace@active", "A", 3600, true, "A"},
		{"grace@active", "A", 3599, false, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct public_key keys[8];
		struct permission_level level;
		struct authority_checker checker;
		char used[9] = "";
		size_t count = strlen(cases[i].keys), length = 0;

		for (size_t k = 0; k < count; k++)
			keys[k] = key(cases[i].keys[k]);
		assert_int_equal(permission_level_parse(&level, cases[i].level, NULL), 0);
		authority_checker_init(&checker, map_edit_view(edit), keys, count, NULL, 0,
		                       cases[i].delay_sec * 1000000, 6);
		if (authority_checker_satisfied(&checker, &level) != cases[i].satisfied)
			fail_msg("%s with %s", cases[i].level, cases[i].keys);
		for (size_t k = 0; k < count; k++)
			if (checker.used[k])
				used[length++] = cases[i].keys[k];
		assert_string_equal(used, cases[i].used);
		assert_int_equal(authority_checker_all_used(&checker), length == count);
		authority_checker_release(&checker);
	}
}

static void provided_permissions(void **state)
{
	const struct permission_level code = {name_literal("carol"), name_literal("eosio.code")},
	                              all = {name_literal("dave"), 0};
	struct authority_checker checker;

	(void)state;
	authority_checker_init(&checker, map_edit_view(edit), NULL, 0, &code, 1, 0, 6);
	assert_true(authority_checker_satisfied(
		&checker, &(struct permission_level){name_literal("carol"), name_literal("active")}));
	assert_false(authority_checker_satisfied(
		&checker, &(struct permission_level){name_literal("carol"), name_literal("owner")}));
	authority_checker_release(&checker);
	authority_checker_init(&checker, map_edit_view(edit), NULL, 0, &all, 1, 0, 6);
	assert_true(authority_checker_satisfied(
		&checker, &(struct permission_level){name_literal("carol"), name_literal("owner")}));
	authority_checker_release(&checker);
}

/* Each account's authority is the next one's, however deep the chain's parameters allow it: not satisfied,
 * rather than the end of the stack. */
static void authorities_without_limit(void **state)
{
	enum { ACCOUNTS = 20000, REACHED = 1000 };
	const uint64_t first = name_literal("zzzzz");
	struct permission_level last = {first + ACCOUNTS, name_literal("active")};
	struct authority_checker checker;

	(void)state;
	for (uint64_t i = 0; i < ACCOUNTS; i++) {
		struct permission_level_weight next = {.permission = {first + i + 1, name_literal("active")},
		                                       .weight = 1};
		struct authority authority = {.threshold = 1, .accounts = &next, .accounts_count = 1};
		permission_put(edit,
		               &(struct permission_object){.account = first + i, .name = name_literal("active")},
		               &authority);
	}
	for (uint64_t from = ACCOUNTS - REACHED - 1; from <= ACCOUNTS - REACHED + 1; from++) {
		authority_checker_init(&checker, map_edit_view(edit), NULL, 0, &last, 1, 0, UINT16_MAX);
		assert_int_equal(authority_checker_satisfied(
							 &checker, &(struct permission_level){first + from, name_literal("active")}),
		                 from >= ACCOUNTS - REACHED);
		authority_checker_release(&checker);
	}
	authority_checker_init(&checker, map_edit_view(edit), NULL, 0, &last, 1, 0, UINT16_MAX);
	assert_false(
		authority_checker_satisfied(&checker, &(struct permission_level){first, name_literal("active")}));
	authority_checker_release(&checker);
}

/* One action of an actor with a declared permission; data for the special ones: account and names in order.
 */
static struct action action_of(const char *code, const char *name, const char *level, const char *fields)
{
	struct action action = {.account = name_literal(code), .name = name_literal(name)};
	char *copy = memory_copy_string(fields), *rest = copy, *word;

	action.authorization = memory_allocate(1, sizeof *action.authorization);
	action.authorization_count = 1;
	assert_int_equal(permission_level_parse(&action.authorization[0], level, NULL), 0);
	while (*fields && (word = strsep(&rest, " ")))
		bytes_put_u64(&action.data, name_literal(word));
	if (!strcmp(name, "updateauth")) {
		struct authority authority = authority_from("1 Z*1");
		authority_pack(&action.data, &authority);
		authority_release(&authority);
	}
	free(copy);
	return action;
}

static void relevance(void **state)
{
	static const struct {
		const char *code, *action, *level, *fields;
		uint32_t error; /* 0: authorized */
		const char *sentence;
	} cases[] = {
		{"eosio.token", "transfer", "alice@spend", "", 0, NULL},
		{"eosio.token", "transfer", "alice@active", "", 0, NULL},
		{"eosio.token", "transfer", "alice@vote", "", 3090005,
	     "action declares irrelevant authority '{\"actor\":\"alice\",\"permission\":\"vote\"}'; minimum "
	     "authority is "
	     "{\"actor\":\"alice\",\"permission\":\"spend\"}"},
		{"eosio.token", "issue", "alice@vote", "", 0, NULL}, /* the whole contract's link */
		{"other", "go", "alice@spend", "", 3090005, NULL},   /* no link: active */
		{"anyone", "go", "alice@vote", "", 0, NULL},
		{"eosio", "updateauth", "alice@active", "alice spend active", 0, NULL},
		{"eosio", "updateauth", "alice@spend", "alice new spend", 0, NULL}, /* a new one: its parent */
		{"eosio", "updateauth", "alice@vote", "alice new spend", 3090005, NULL},
		{"eosio", "updateauth", "alice@active", "alice owner", 8,
	     "read datastream of length 20 over by -3"}, /* cut short */
		{"eosio", "updateauth", "bob@active", "alice spend active", 3090005,
	     "the owner of the affected permission needs to be the actor of the declared authorization"},
		{"eosio", "updateauth", "alice@active", "alice owner .", 3090005, NULL},
		{"eosio", "updateauth", "alice@active", "alice . active", 3090007, "Invalid permission"},
		{"eosio", "deleteauth", "alice@spend", "alice vote", 0, NULL},
		{"eosio", "deleteauth", "alice@vote", "alice spend", 3090005, NULL},
		{"eosio", "deleteauth", "alice@active", "alice none", 3060001, NULL},
		{"eosio", "linkauth", "alice@spend", "alice eosio.token transfer vote", 0, NULL},
		{"eosio", "linkauth", "alice@vote", "alice eosio.token transfer vote", 3090005, NULL},
		{"eosio", "linkauth", "alice@vote", "alice anyone go vote", 0, NULL},
		{"eosio", "linkauth", "alice@owner", "alice eosio linkauth vote", 3050000,
	     "Cannot link eosio::linkauth to a minimum permission"},
		{"eosio", "linkauth", "alice@owner", "alice other linkauth vote", 0, NULL},
		{"eosio", "unlinkauth", "alice@vote", "alice eosio voteproducer", 0, NULL},
		{"eosio", "unlinkauth", "alice@active", "alice nowhere go", 3040000,
	     "cannot unlink non-existent permission link of account 'alice' for actions matching 'nowhere::go'"},
	};
	struct genesis genesis;

	(void)state;
	genesis_default(&genesis);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct action action = action_of(cases[i].code, cases[i].action, cases[i].level, cases[i].fields);
		struct authorization_request request = {.actions = &action,
		                                        .actions_count = 1,
		                                        .without_keys = true,
		                                        .fix_linkauth = true};
		struct error error = {0};

		if (cases[i].error == 8)
			action.data.length = 20;
		authorization_check(map_edit_view(edit), &genesis.initial_configuration, &request, &error);
		if (error.code != cases[i].error)
			fail_msg("case %zu: %u: %s", i, error.code, error.sentence);
		if (cases[i].sentence)
			assert_string_equal(error.sentence, cases[i].sentence);
		action_release(&action);
	}
}

static void irrelevant_keys(void **state)
{
	struct action action = action_of("eosio.token", "transfer", "alice@active", "");
	struct public_key keys[2] = {key('B'), key('C')};
	struct authorization_request request = {
		.actions = &action, .actions_count = 1, .keys = keys, .keys_count = 2};
	struct genesis genesis;
	struct error error = {0};

	(void)state;
	genesis_default(&genesis);
	assert_int_not_equal(
		authorization_check(map_edit_view(edit), &genesis.initial_configuration, &request, &error), 0);
	assert_int_equal(error.code, 3090002);
	request.keys_count = 0;
	assert_int_not_equal(
		authorization_check(map_edit_view(edit), &genesis.initial_configuration, &request, &error), 0);
	assert_int_equal(error.code, 3090003);
	assert_string_equal(error.sentence,
	                    "transaction declares authority '{\"actor\":\"alice\",\"permission\":\"active\"}', "
	                    "but does not have signatures "
	                    "for it under a provided delay of 0 ms, provided permissions [], provided keys [], "
	                    "and a delay max limit of "
	                    "3888000000 ms");
	request.without_keys = true;
	assert_int_equal(
		authorization_check(map_edit_view(edit), &genesis.initial_configuration, &request, &error), 0);
	action_release(&action);
}

static void required_keys(void **state)
{
	struct action action = action_of("eosio.token", "transfer", "bob@owner", "");
	struct transaction transaction = {.actions = &action, .actions_count = 1};
	struct public_key keys[3] = {key('A'), key('C'), key('D')}, *required;
	struct error error = {0};
	size_t count;

	(void)state;
	assert_int_equal(
		authorization_required_keys(map_edit_view(edit), &required, &count, &transaction, keys, 3, &error),
		0);
	assert_int_equal(count, 2);
	assert_int_equal(public_key_compare(&required[0], &keys[0]), 0);
	assert_int_equal(public_key_compare(&required[1], &keys[1]), 0);
	free(required);
	assert_int_not_equal(
		authorization_required_keys(map_edit_view(edit), &required, &count, &transaction, keys, 1, &error),
		0);
	assert_string_equal(error.sentence,
	                    "transaction declares authority '{\"actor\":\"bob\",\"permission\":\"owner\"}', but "
	                    "does not have signatures for it.");
	action_release(&action);
}

static void from_keys_to_permissions(void **state)
{
	struct permission_level from = {0}, found;
	struct public_key a = key('A');
	struct authority changed = authority_from("1 B*1");
	struct permission_object object;
	size_t count = 0;

	(void)state;
	for (; key_permission_seek(map_edit_view(edit), &found, &a, &from); count++)
		from = (struct permission_level){found.actor, found.permission + 1};
	assert_int_equal(count, 5); /* alice@owner, bob@owner, bob@active, frank, grace */
	assert_true(permission_get(map_edit_view(edit), &object, name_literal("alice"), name_literal("owner")));
	permission_put(edit, &object, &changed);
	from = (struct permission_level){0};
	assert_true(key_permission_seek(map_edit_view(edit), &found, &a, &from));
	assert_true(found.actor == name_literal("bob"));
	assert_true(permission_name_exists(map_edit_view(edit), name_literal("spend")));
	permission_remove(edit, name_literal("alice"), name_literal("spend"));
	assert_false(permission_name_exists(map_edit_view(edit), name_literal("spend")));
	assert_true(permission_name_exists(map_edit_view(edit), name_literal("owner")));
	authority_release(&changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(satisfaction),
		cmocka_unit_test(provided_permissions),
		cmocka_unit_test(authorities_without_limit),
		cmocka_unit_test(relevance),
		cmocka_unit_test(irrelevant_keys),
		cmocka_unit_test(required_keys),
		cmocka_unit_test(from_keys_to_permissions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
