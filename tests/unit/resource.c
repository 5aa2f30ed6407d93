/* Windows, elastic limits, accounts' limits: numbers worked out by hand from protocol.md B.6. */
#include "core/engine/state/resource.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void accumulator(void **state)
{
	static const struct {
		uint64_t units;
		uint32_t ordinal, window;
		uint64_t value_ex, consumed; /* after it */
	} steps[] = {
		{100, 10, 172800, 579, 100},           /* 100 * 1000000 / 172800, rounded up */
		{100, 10, 172800, 1158, 200},          /* the same slot adds */
		{0, 10 + 86400, 172800, 579, 1},       /* half a window later half is left */
		{172800, 10 + 86400, 172800, 1000579, 172801},
		{0, 10 + 86401, 172800, 1000573, 2},
		{7, 10 + 86401 + 172800, 172800, 41, 7}, /* a whole window later nothing is */
	};
	struct usage_accumulator usage = {0};
	struct error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		assert_int_equal(
			usage_accumulator_add(&usage, steps[i].units, steps[i].ordinal, steps[i].window, &error), 0);
		assert_int_equal(usage.value_ex, steps[i].value_ex);
		assert_int_equal(usage.consumed, steps[i].consumed);
		assert_int_equal(usage.last_ordinal, steps[i].ordinal);
	}
	assert_int_not_equal(usage_accumulator_add(&usage, 1, 5, 172800, &error), 0); /* time does not go back */
	assert_int_not_equal(usage_accumulator_add(&usage, UINT64_MAX, usage.last_ordinal, 1, &error), 0);
	assert_int_equal(error.code, 3100001);
	assert_int_equal(usage.value_ex, 41); /* a failure changes nothing */
}

static void limits(void **state)
{
	struct resource_state chain;
	struct resource_account account = {.name = name_literal("alice"), .limits = {1, 1, -1}};
	struct resource_limit limit;

	(void)state;
	resource_state_initial(&chain);
	resource_limit_of(&limit, &chain, &account, 1, RESOURCE_CPU, 0, ELASTIC_MULTIPLIER);
	assert_int_equal(limit.max, -1); /* nobody has any weight: unlimited */
	chain.total_cpu_weight = 4;
	resource_limit_of(&limit, &chain, &account, -1, RESOURCE_CPU, 0, ELASTIC_MULTIPLIER);
	assert_int_equal(limit.available, -1);
	assert_int_equal(usage_accumulator_add(&account.cpu, 1000, 100, ACCOUNT_WINDOW, NULL), 0);
	resource_limit_of(&limit, &chain, &account, 1, RESOURCE_CPU, 100 + ACCOUNT_WINDOW / 2,
	                  ELASTIC_MULTIPLIER);
	assert_int_equal(limit.max, INT64_C(200000) * 172800 / 4);
	assert_int_equal(account.cpu.value_ex, 5788);
	assert_int_equal(limit.used, 1001); /* 5788 * 172800 / 1000000 = 1000.17, rounded up */
	assert_int_equal(limit.available, limit.max - 1001);
	assert_int_equal(limit.current_used, 501);
	assert_int_equal(limit.last_usage_slot, 100);
}

/* What the window has grown to counts up to so many times what blocks hold. */
static void held_to_less(void **state)
{
	static const struct {
		uint32_t multiple;
		int64_t cpu, net; /* max */
		bool cpu_greylisted, net_greylisted;
	} cases[] = {
		{1, INT64_C(100000) * 172800 / 4, INT64_C(1000) * 172800 / 4, true, true},
		{2, INT64_C(200000) * 172800 / 4, INT64_C(2000) * 172800 / 4, true, true},
		{3, INT64_C(300000) * 172800 / 4, INT64_C(3000) * 172800 / 4, false, true},
		{4, INT64_C(300000) * 172800 / 4, INT64_C(3500) * 172800 / 4, false, false},
		{999, INT64_C(300000) * 172800 / 4, INT64_C(3500) * 172800 / 4, false, false},
		{1000, INT64_C(300000) * 172800 / 4, INT64_C(3500) * 172800 / 4, false, false},
	};
	struct resource_state chain = {.total_cpu_weight = 4,
	                               .total_net_weight = 4,
	                               .max_block_cpu = 100000,
	                               .max_block_net = 1000,
	                               .virtual_cpu_limit = 300000,
	                               .virtual_net_limit = 3500};
	struct resource_account account = {.name = name_literal("alice"), .limits = {1, 1, -1}};
	struct resource_limit limit;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		resource_limit_of(&limit, &chain, &account, 1, RESOURCE_CPU, 0, cases[i].multiple);
		assert_int_equal(limit.max, cases[i].cpu);
		assert_int_equal(limit.is_greylisted, cases[i].cpu_greylisted);
		resource_limit_of(&limit, &chain, &account, 1, RESOURCE_NET, 0, cases[i].multiple);
		assert_int_equal(limit.max, cases[i].net);
		assert_int_equal(limit.is_greylisted, cases[i].net_greylisted);
	}
	resource_limit_of(&limit, &chain, &account, -1, RESOURCE_CPU, 0, 1);
	assert_int_equal(limit.max, -1); /* who is unlimited stays so */
	assert_false(limit.is_greylisted);
}

/* A state with accounts alice and bob, the edit to go on with. */
static struct map_edit *begin(struct map *map)
{
	struct map_root *empty = map_empty(map);
	struct map_edit *edit = map_edit_begin(empty);

	map_root_release(empty);
	resource_account_put(edit,
	                     &(struct resource_account){.name = name_literal("alice"), .limits = {-1, -1, -1}});
	resource_account_put(edit,
	                     &(struct resource_account){.name = name_literal("bob"), .limits = {-1, -1, -1}});
	return edit;
}

static void pending_limits(void **state)
{
	struct map *map = map_create();
	struct map_edit *edit = begin(map);
	struct resource_limits wanted = {.net_weight = 10, .cpu_weight = 30, .ram_bytes = 5000}, seen;
	struct resource_account account;
	struct resource_state chain;
	struct chain_config config;
	struct genesis genesis;
	struct error error = {0};
	bool decreased;

	(void)state;
	genesis_default(&genesis);
	config = genesis.initial_configuration;
	resource_state_initial(&chain);
	assert_true(resource_limits_set(edit, &decreased, name_literal("alice"), &wanted, 2));
	assert_true(decreased); /* from unlimited */
	assert_false(resource_limits_set(edit, &decreased, name_literal("nobody"), &wanted, 2));
	assert_true(resource_limits_get(map_edit_view(edit), &seen, name_literal("alice")));
	assert_int_equal(seen.cpu_weight, 30); /* readers see it at once */
	assert_true(resource_account_get(map_edit_view(edit), &account, name_literal("alice")));
	assert_int_equal(account.limits.cpu_weight, -1); /* it holds from the block's end */
	assert_int_equal(resource_block_end(edit, &chain, &config, 0, 0, 2, &error), 0);
	assert_int_equal(chain.total_cpu_weight, 30);
	assert_int_equal(chain.total_net_weight, 10);
	assert_int_equal(chain.total_ram_bytes, 5000);
	wanted = (struct resource_limits){.net_weight = 4, .cpu_weight = -1, .ram_bytes = 6000};
	assert_true(resource_limits_set(edit, &decreased, name_literal("alice"), &wanted, 3));
	assert_false(decreased);
	assert_int_equal(resource_block_end(edit, &chain, &config, 0, 0, 3, &error), 0);
	assert_int_equal(chain.total_cpu_weight, 0);
	assert_int_equal(chain.total_net_weight, 4);
	assert_int_equal(chain.total_ram_bytes, 6000);
	map_edit_drop(edit);
	map_destroy(map);
}

static void elastic(void **state)
{
	struct map *map = map_create();
	struct map_edit *edit = begin(map);
	struct resource_state chain;
	struct genesis genesis;
	struct error error = {0};
	uint64_t grown;

	(void)state;
	genesis_default(&genesis);
	genesis.initial_configuration.max_block_cpu_usage = 200000;
	genesis.initial_configuration.target_block_cpu_usage_pct = 1000;
	resource_state_initial(&chain);
	assert_int_equal(chain.virtual_cpu_limit, 200000);
	assert_int_equal(chain.virtual_net_limit, 1048576);
	assert_int_equal(resource_block_end(edit, &chain, &genesis.initial_configuration, 0, 100, 2, &error), 0);
	assert_int_equal(chain.virtual_cpu_limit, 200200); /* 200000 * 1000 / 999 */
	assert_int_equal(chain.virtual_net_limit, 1049625);
	for (uint32_t block = 3; block < 8000; block++)
		assert_int_equal(
			resource_block_end(edit, &chain, &genesis.initial_configuration, 0, 100, block, &error), 0);
	assert_int_equal(chain.virtual_cpu_limit, 200000 * 1000); /* the ceiling */
	grown = chain.virtual_cpu_limit;
	/* 30 blocks of 190000 us bring the average over the target of 20000; then it shrinks by 1 % a block. */
	for (uint32_t block = 8000; block < 8030; block++)
		assert_int_equal(
			resource_block_end(edit, &chain, &genesis.initial_configuration, 0, 190000, block, &error), 0);
	assert_true(usage_accumulator_average(&chain.average_cpu) > 20000);
	assert_true(chain.virtual_cpu_limit < grown);
	map_edit_drop(edit);
	map_destroy(map);
}

static void billing(void **state)
{
	struct map *map = map_create();
	struct map_edit *edit = begin(map);
	struct resource_limits weights = {.net_weight = 1, .cpu_weight = 1, .ram_bytes = 1000};
	struct resource_state chain;
	struct genesis genesis;
	struct error error = {0};
	struct resource_account alice, bob;
	struct resource_room room;
	bool decreased;

	(void)state;
	genesis_default(&genesis);
	resource_state_initial(&chain);
	chain.total_cpu_weight = chain.total_net_weight = 1000000000;
	assert_true(resource_limits_set(edit, &decreased, name_literal("alice"), &weights, 2));
	assert_true(resource_available(map_edit_view(edit), &alice, &room, &chain, name_literal("alice"), 50, 1));
	assert_int_equal(room.cpu, 34);                           /* 200000 * 172800 / 10^9 */
	assert_int_equal(room.net, 181);                          /* 1048576 * 172800 / 10^9 */
	assert_false(room.cpu_greylisted || room.net_greylisted); /* the window has not grown */
	chain.virtual_cpu_limit *= 2;
	assert_true(resource_available(map_edit_view(edit), &alice, &room, &chain, name_literal("alice"), 50, 1));
	assert_int_equal(room.cpu, 34);
	assert_true(room.cpu_greylisted && !room.net_greylisted);
	assert_true(resource_available(map_edit_view(edit), &alice, &room, &chain, name_literal("alice"), 50,
	                               ELASTIC_MULTIPLIER));
	assert_int_equal(room.cpu, 69);
	chain.virtual_cpu_limit /= 2;
	assert_true(resource_available(map_edit_view(edit), &bob, &room, &chain, name_literal("bob"), 50, 1));
	assert_false(resource_available(map_edit_view(edit), &bob, &room, &chain, name_literal("nobody"), 50, 1));
	assert_int_equal(room.cpu, INT64_MAX / 2);
	assert_int_equal(resource_bill(edit, &chain, &alice, 100, 30, 50, &error), 0);
	assert_int_not_equal(resource_bill(edit, &chain, &alice, 0, 30, 50, &error), 0);
	assert_int_equal(error.code, 3080004);
	assert_string_equal(error.sentence, "authorizing account 'alice' has insufficient objective cpu "
	                                    "resources for this transaction, used in window "
	                                    "60us, allowed in window 34us");
	assert_true(
		resource_account_get(map_edit_view(edit), &alice, name_literal("alice"))); /* nothing was written */
	assert_int_equal(alice.net.consumed, 100);
	assert_int_not_equal(resource_bill(edit, &chain, &alice, 100, 0, 50, &error), 0);
	assert_int_equal(error.code, 3080002);

	assert_int_equal(resource_ram_add(edit, name_literal("alice"), 1000, 2, &error), 0);
	assert_int_equal(resource_ram_check(map_edit_view(edit), name_literal("alice"), &error), 0);
	assert_int_equal(resource_ram_add(edit, name_literal("alice"), 1, 2, &error), 0);
	assert_int_not_equal(resource_ram_check(map_edit_view(edit), name_literal("alice"), &error), 0);
	assert_int_equal(error.code, 3080001);
	assert_string_equal(error.sentence,
	                    "account alice has insufficient ram; needs 1001 bytes has 1000 bytes");
	assert_int_not_equal(resource_ram_add(edit, name_literal("alice"), -1002, 2, &error), 0);
	map_edit_drop(edit);
	map_destroy(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accumulator), cmocka_unit_test(limits),  cmocka_unit_test(pending_limits),
		cmocka_unit_test(elastic),     cmocka_unit_test(billing), cmocka_unit_test(held_to_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
