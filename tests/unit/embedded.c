/* The embedded chain while it runs: views, blocks by hand and by its thread, full blocks, stalls, and many
 * callers at once. */
#include "tests/scene.h"

#include "core/base/exception.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

enum { BLOCK = SECOND / 2 };

static int count_account(void *context, uint64_t name)
{
	(void)name;
	++*(size_t *)context;
	return 0;
}

static size_t accounts_in(struct chain_view *view)
{
	size_t count = 0;
	assert_int_equal(view->operations->accounts(view, 0, count_account, &count, NULL), 0);
	return count;
}

/* --- views --- */

static void views_stay(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct chain_view *before = NULL, *after = NULL;
	struct chain_info info;
	(void)state;
	rig_open(&rig);
	assert_int_equal(chain_view_open(rig.chain, &before, NULL, NULL, NULL), 0);
	size_t count = accounts_in(before);
	uint32_t head = rig_info(&rig).head_block_num;
	for (char name[] = "aaaaaaaaaaaa"; name[11] < 'k'; name[11]++) {
		assert_int_equal(rig_create_account(&rig, NULL, name), 0);
		assert_int_equal(rig_advance(&rig, 10 * SECOND), 0);
	}
	assert_int_equal(chain_view_open(rig.chain, &after, NULL, NULL, NULL), 0);
	assert_int_equal(accounts_in(before), count);
	assert_int_equal(accounts_in(after), count + 10);
	assert_true(after->sequence > before->sequence && after->block_num > before->block_num + 199 &&
	            after->slot > before->slot);
	assert_int_equal(before->operations->info(before, &info, NULL), 0);
	assert_int_equal(info.head_block_num, head);
	chain_view_close(before);
	chain_view_close(after);
	rig_end(&rig);
}

/* What a writer was told is in the next view, whatever block it stands in. */
static void writes_are_seen(void **state)
{
	struct rig rig = {0};
	(void)state;
	rig_open(&rig);
	for (char name[] = "aaaaaaaaaaaa"; name[11] < 'k'; name[11]++) {
		assert_int_equal(rig_create_account(&rig, NULL, name), 0);
		assert_true(rig_has_account(&rig, name));
	}
	rig_end(&rig);
}

/* --- the clock --- */

static void clock_moves(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct chain_clock before, after;
	(void)state;
	rig_open(&rig);
	const struct chain_operations *operations = rig.chain->operations;
	struct chain_info info = rig_info(&rig);
	assert_int_equal(operations->clock(rig.chain, &before, NULL, NULL), 0);
	assert_int_equal(rig_advance(&rig, 600 * SECOND), 0);
	assert_int_equal(operations->clock(rig.chain, &after, NULL, NULL), 0);
	int64_t ahead = after.chain_time - after.real_time - (before.chain_time - before.real_time);
	assert_true(ahead >= 600 * SECOND && ahead < 601 * SECOND);
	struct chain_info later = rig_info(&rig);
	int64_t slots_meanwhile = (after.real_time - before.real_time) / (SECOND / 2);
	assert_in_range(later.head_block_num - info.head_block_num, 1200, 1202 + slots_meanwhile);
	/* Skipping makes one block, that much later. */
	assert_int_equal(
		operations->clock_advance(rig.chain, (int64_t)3 * 86400 * SECOND, true, NULL, &rig.error), 0);
	struct chain_info skipped = rig_info(&rig);
	assert_int_equal(skipped.head_block_num, later.head_block_num + 1);
	assert_in_range(skipped.head_slot - later.head_slot, 3 * 172800 - 2, 3 * 172800 + 2);
	assert_int_equal(operations->clock_advance(rig.chain, INT64_MAX / 2, false, NULL, &rig.error), -EINVAL);
	assert_int_equal(operations->clock_advance(rig.chain, -1, false, NULL, &rig.error), -EINVAL);
	assert_int_equal(rig_info(&rig).head_block_num, skipped.head_block_num);
	rig_end(&rig);
}

/* What stands in the block in the making when the clock is moved is not lost and keeps its place. */
static void clock_keeps_what_is_pending(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct transaction_trace trace = {0};
	struct signed_block block = {0};
	(void)state;
	rig_open(&rig);
	for (int skip = 0; skip < 2; skip++) {
		assert_int_equal(rig_create_account(&rig, &trace, skip ? "alice" : "bob"), 0);
		assert_int_equal(
			rig.chain->operations->clock_advance(rig.chain, 100 * SECOND, skip, NULL, &rig.error), 0);
		block = rig_block(&rig, trace.block_num);
		assert_int_equal(block.header.timestamp, trace.slot);
		assert_int_equal(block.transactions_count, 1);
		assert_true(checksum256_equal(&block.transactions[0].packed.id, &trace.id));
		signed_block_release(&block);
		transaction_trace_release(&trace);
	}
	rig_end(&rig);
}

static bool stop_after_ten(void *context)
{
	return ++*(int *)context == 10;
}

/* Heads by node, blocks by number while they are reversible; what is not there says so. */
static void views_of_revisions(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct transaction_trace trace = {0};
	struct chain_view *view = NULL;
	(void)state;
	rig_open(&rig);
	assert_int_equal(rig_advance(&rig, 2 * SECOND), 0);
	struct chain_info info = rig_info(&rig);
	assert_int_equal(rig_create_account(&rig, &trace, "alice"), 0);
	transaction_trace_release(&trace);

	const struct chain_revision own = {.node = name_literal("eosio")},
	                            block = {.kind = CHAIN_BLOCK, .block_num = info.head_block_num};
	assert_int_equal(chain_view_open(rig.chain, &view, &own, NULL, &rig.error), 0);
	assert_int_equal(view->operations->account_exists(view, NULL, name_literal("alice"), &rig.error), 0);
	uint64_t sequence = view->sequence;
	chain_view_close(view);
	assert_int_equal(chain_view_open(rig.chain, &view, &block, NULL, &rig.error), 0);
	assert_int_equal(view->block_num, info.head_block_num);
	assert_int_equal(view->slot, info.head_slot);
	assert_true(view->sequence != sequence);
	assert_int_equal(view->operations->account_exists(view, NULL, name_literal("alice"), &rig.error),
	                 -ENOENT);
	assert_int_equal(view->operations->account_exists(view, NULL, name_literal("eosio"), &rig.error), 0);
	chain_view_close(view);

	const struct {
		struct chain_revision revision;
		int result;
		const char *words;
	} refused[] = {
		{{.node = name_literal("nobody")}, -ENOENT, "nobody"},
		{{.kind = CHAIN_BLOCK, .block_num = 1000000}, -ENOENT, "1000000"},
		{{.kind = CHAIN_KEPT, .kept = "monday"}, -ENOENT, "monday"},
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		error_clear(&rig.error);
		assert_int_equal(chain_view_open(rig.chain, &view, &refused[i].revision, NULL, &rig.error),
		                 refused[i].result);
		assert_non_null(strstr(rig.error.sentence, refused[i].words));
	}
	rig_end(&rig);
}

static void clock_interrupted(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct chain_clock clock;
	int asked = 0;
	(void)state;
	rig_open(&rig);
	uint32_t head = rig_info(&rig).head_block_num;
	assert_int_equal(rig.chain->operations->clock_advance(rig.chain, 600 * SECOND, false,
	                                                      &(struct interruption){stop_after_ten, &asked},
	                                                      &rig.error),
	                 -EINTR);
	assert_int_equal(rig_info(&rig).head_block_num, head + 10);
	assert_int_equal(rig.chain->operations->clock(rig.chain, &clock, NULL, NULL), 0);
	assert_true(clock.chain_time - clock.real_time < 7 * SECOND);
	rig_end(&rig);
}

/* --- full blocks --- */

static struct genesis four_a_block(void)
{
	struct genesis genesis;
	genesis_default(&genesis);
	struct chain_config *config = &genesis.initial_configuration;
	config->min_transaction_cpu_usage = config->max_block_cpu_usage / 5;
	config->max_transaction_cpu_usage = config->max_block_cpu_usage - config->min_transaction_cpu_usage - 1;
	return genesis;
}

static void full_blocks_are_sealed(void **state)
{
	struct genesis genesis = four_a_block();
	struct rig rig = {.manual_clock = true, .genesis = &genesis};
	struct chain_clock clock;
	struct transaction_trace trace = {0};
	char name[] = "aaaaaaaaaaaa";

	(void)state;
	rig_open(&rig);
	uint32_t head = rig_info(&rig).head_block_num, last = 0, last_slot = 0;
	for (int i = 0; i < 400; i++) {
		name[10] = (char)('a' + i / 26 % 26);
		name[11] = (char)('a' + i % 26);
		name[9] = (char)('a' + i / 676);
		rig_must(rig_create_account(&rig, &trace, name), name, &rig.error);
		assert_true(trace.block_num == last ? trace.slot == last_slot : trace.block_num == last + 1 || !last);
		assert_true(trace.block_num == last || trace.slot > last_slot);
		last = trace.block_num;
		last_slot = trace.slot;
		transaction_trace_release(&trace);
	}
	struct chain_info info = rig_info(&rig);
	assert_true(info.head_block_num >= head + 400 / 5 - 1);
	assert_int_equal(rig.chain->operations->clock(rig.chain, &clock, NULL, NULL), 0);
	assert_true(clock.chain_time > clock.real_time + 30 * SECOND);
	rig_end(&rig);
}

static void too_big(void **state)
{
	struct genesis genesis;
	struct rig rig = {.manual_clock = true, .genesis = &genesis};
	(void)state;
	genesis_default(&genesis);
	genesis.initial_configuration.max_block_net_usage = 12000;
	genesis.initial_configuration.max_transaction_net_usage = 11000;
	rig_open(&rig);
	assert_int_equal(rig_create_account(&rig, NULL, "alice"), 0);
	uint32_t head = rig_info(&rig).head_block_num;
	char json[32768];
	struct text memo = TEXT_EMPTY;
	for (int i = 0; i < 24000; i++)
		text_append_char(&memo, '0');
	snprintf(json, sizeof json, "[\"alice\",\"%s\"]", text_string(&memo));
	assert_int_equal(rig_act(&rig, NULL, "eosio", "setabi", "alice", json), -EDQUOT);
	assert_true(rig_info(&rig).head_block_num <= head + 1);
	text_release(&memo);
	rig_end(&rig);
}

/* --- no key, no block --- */

static void stalls_without_a_key(void **state)
{
	struct genesis genesis;
	struct rig rig = {.manual_clock = true, .genesis = &genesis, .signer = signer_create()};
	struct private_key key;

	(void)state;
	genesis_default(&genesis);
	assert_int_equal(signer_new_key(rig.signer, &key, &genesis.initial_key, KEY_K1, &rig.error), 0);
	rig_open(&rig);
	struct chain_view *view = NULL;
	assert_int_equal(chain_view_open(rig.chain, &view, NULL, NULL, NULL), 0);
	chain_view_close(view);
	/* Whoever signs, and nobody could: nothing has happened and the missing are named. */
	assert_int_equal(rig_advance(&rig, SECOND), -EAGAIN);
	assert_non_null(strstr(rig.error.sentence, "eosio"));
	assert_int_equal(rig.chain->operations->clock_advance(rig.chain, SECOND, true, NULL, &rig.error),
	                 -EAGAIN);
	assert_int_equal(rig_info(&rig).head_block_num, 1);
	assert_int_equal(wallet_import(rig.wallet, NULL, &key, &rig.error), 0);
	assert_int_equal(rig_create_account(&rig, NULL, "alice"), 0);
	assert_int_equal(rig_advance(&rig, SECOND), 0);
	/* From then on it is the node's, whatever becomes of the wallet. */
	assert_int_equal(rig_create_account(&rig, NULL, "bob"), 0);
	uint32_t head = rig_info(&rig).head_block_num;
	assert_int_equal(wallet_remove(rig.wallet, &genesis.initial_key, &rig.error), 0);
	assert_int_equal(rig_advance(&rig, 3 * SECOND), 0);
	assert_int_equal(wallet_lock(rig.wallet, &rig.error), 0);
	assert_int_equal(rig_advance(&rig, 3 * SECOND), 0);
	assert_true(rig_info(&rig).head_block_num >= head + 12);
	assert_true(rig_has_account(&rig, "bob"));
	rig_end(&rig);
}

/* --- many at once --- */

enum { WRITERS = 3, WRITES = 60 };

struct crowd {
	struct rig *rig;
	_Atomic int64_t acknowledged;
	_Atomic bool done, wrong;
};

static void expect(struct crowd *crowd, bool right, const char *what)
{
	if (right)
		return;
	crowd->wrong = true;
	fprintf(stderr, "wrong: %s\n", what);
}

static void *write_transfers(void *context)
{
	struct crowd *crowd = context;
	struct rig own = *crowd->rig; /* an error of its own */
	for (int i = 0; i < WRITES; i++) {
		expect(crowd, rig_transfer(&own, NULL, "alice") == 0, own.error.sentence);
		crowd->acknowledged++;
	}
	return NULL;
}

/* Balances never go back and contain what was acknowledged before they were looked at; the head is a signed
 * block; times are in order. */
static void *read_balances(void *context)
{
	struct crowd *crowd = context;
	struct rig own = *crowd->rig;
	const struct chain_operations *operations = own.chain->operations;
	int64_t last = 0;
	while (!crowd->done) {
		int64_t acknowledged = crowd->acknowledged, balance = rig_balance(&own, "alice");
		struct chain_view *view = NULL;
		struct chain_node node;
		uint32_t slot;
		expect(crowd, balance >= acknowledged && balance >= last, "a balance");
		last = balance;
		struct chain_info info = rig_info(&own);
		struct signed_block block = rig_block(&own, info.head_block_num);
		expect(crowd, checksum256_equal(&block.id, &info.head_block_id), "the head's id");
		expect(crowd, info.head_block_num == 1 || block.producer_signature.data[0] != 0,
		       "the head's signature");
		signed_block_release(&block);
		expect(crowd, chain_view_open(own.chain, &view, NULL, NULL, &own.error) == 0, "a view");
		expect(crowd,
		       view->operations->block_slot(view, &slot, 1 + view->block_num / 2, NULL) == 0 &&
		           slot <= view->slot,
		       "a block's time");
		chain_view_close(view);
		expect(crowd,
		       operations->node(own.chain, &node, name_literal("eosio"), NULL, &own.error) == 0 &&
		           node.producers_count == 1,
		       "the node");
	}
	return NULL;
}

static void *move_clock(void *context)
{
	struct crowd *crowd = context;
	struct rig own = *crowd->rig;
	for (int i = 0; i < 20; i++)
		expect(crowd,
		       own.chain->operations->clock_advance(own.chain, (i % 3 ? 7 : 40) * SECOND, i % 5 == 0, NULL,
		                                            &own.error) == 0,
		       own.error.sentence);
	return NULL;
}

static void many_callers(void **state)
{
	struct genesis genesis = four_a_block(); /* so that blocks fill up, too */
	struct rig rig = {.genesis = &genesis};
	struct crowd crowd = {.rig = &rig};
	pthread_t writers[WRITERS + 1], readers[2];

	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_balances, &crowd), 0);
	for (size_t i = 0; i <= WRITERS; i++)
		assert_int_equal(
			pthread_create(&writers[i], NULL, i < WRITERS ? write_transfers : move_clock, &crowd), 0);
	for (size_t i = 0; i <= WRITERS; i++)
		pthread_join(writers[i], NULL);
	crowd.done = true;
	for (size_t i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	assert_false(crowd.wrong);
	assert_int_equal(rig_balance(&rig, "alice"), WRITERS * WRITES);
	rig_end(&rig);
}

struct moving {
	struct rig rig; /* with an error of its own */
	atomic_bool done;
};

static void *move_on(void *context)
{
	struct moving *moving = context;
	for (int i = 0; i < 4; i++)
		must(rig_advance(&moving->rig, 1200 * SECOND) == 0, "advance");
	moving->done = true;
	return NULL;
}

/* Irreversible ones that are not stored yet, too. */
static void blocks_are_read_while_the_clock_moves(void **state)
{
	struct scene scene;
	pthread_t thread;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	assert_int_equal(rig_advance(&scene.rig, 120 * SECOND), 0);
	struct moving moving = {.rig = scene.rig};
	assert_int_equal(pthread_create(&thread, NULL, move_on, &moving), 0);
	while (!moving.done)
		for (uint32_t back = 0; back < 200; back += 7) {
			uint32_t number = rig_info(&scene.rig).head_block_num - back;
			struct signed_block block = rig_block(&scene.rig, number);
			assert_int_equal(block_header_number(&block.header), number);
			signed_block_release(&block);
		}
	pthread_join(thread, NULL);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_stay),
		cmocka_unit_test(writes_are_seen),
		cmocka_unit_test(clock_moves),
		cmocka_unit_test(clock_keeps_what_is_pending),
		cmocka_unit_test(views_of_revisions),
		cmocka_unit_test(clock_interrupted),
		cmocka_unit_test(full_blocks_are_sealed),
		cmocka_unit_test(too_big),
		cmocka_unit_test(stalls_without_a_key),
		cmocka_unit_test(many_callers),
		cmocka_unit_test(blocks_are_read_while_the_clock_moves),
	};
	return cmocka_run_group_tests_name("embedded", tests, NULL, NULL);
}
