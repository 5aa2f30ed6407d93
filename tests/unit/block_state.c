/* Producers taking turns: schedules from proposal to activation, confirmations, the last irreversible block.
 */
#include "core/engine/engine_private.h"

#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PRODUCERS_MAXIMUM = 21 };

struct network {
	struct branch *branch;
	uint32_t slot;
	uint32_t last_signed[PRODUCERS_MAXIMUM + 1]; /* the last is eosio's */
};

static const char *const names[PRODUCERS_MAXIMUM] = {
	"prod.a", "prod.b", "prod.c", "prod.d", "prod.e", "prod.f", "prod.g",
	"prod.h", "prod.i", "prod.j", "prod.k", "prod.l", "prod.m", "prod.n",
	"prod.o", "prod.p", "prod.q", "prod.r", "prod.s", "prod.t", "prod.u"};

static uint32_t *last_signed(struct network *network, uint64_t producer)
{
	for (size_t i = 0; i < PRODUCERS_MAXIMUM; i++)
		if (name_literal(names[i]) == producer)
			return &network->last_signed[i];
	return &network->last_signed[PRODUCERS_MAXIMUM];
}

static void network_begin(struct network *network)
{
	struct genesis genesis;
	*network = (struct network){0};
	genesis_default(&genesis);
	network->slot = slot_from_us(genesis.initial_timestamp);
	network->slot += 252 - network->slot % 252; /* turns begin here, however many producers there are */
	assert_int_equal(branch_create(&network->branch, &genesis, NULL), 0);
}

static void start(struct network *network)
{
	uint64_t producer = branch_producer_of_slot(network->branch, ++network->slot)->producer_name;
	struct block_options options = {
		.slot = network->slot,
		.producer = producer,
		.confirmed = branch_confirmed(network->branch, *last_signed(network, producer))};
	struct error error = {0};

	if (branch_block_start(network->branch, NULL, &options, &error))
		fail_msg("%s", error.sentence);
	*last_signed(network, producer) = branch_block_number(network->branch);
}

static struct block_state *seal(struct network *network)
{
	struct checksum256 digest;
	struct block_state *sealed;
	assert_int_equal(branch_block_seal(network->branch, &sealed, &digest, NULL), 0);
	return sealed;
}

static struct block_state *produce(struct network *network)
{
	start(network);
	return seal(network);
}

/* As set_proposed_producers does in the block in the making. */
static int64_t propose(struct network *network, size_t count)
{
	struct transaction_context transaction = {.pending = network->branch->pending,
	                                          .edit = network->branch->pending->edit};
	struct error error = {0};
	struct apply_context context = {.transaction = &transaction, .error = &error};
	struct producer_schedule schedule = {.producers = memory_allocate(count, sizeof *schedule.producers),
	                                     .producers_count = count};
	int64_t version;

	for (size_t i = 0; i < count; i++) {
		struct producer_authority *producer = &schedule.producers[i];
		producer->producer_name = name_literal(names[i]);
		producer->threshold = 1;
		producer->keys = memory_allocate(1, sizeof *producer->keys);
		producer->keys[0] = (struct key_weight){network->branch->ledger->genesis.initial_key, 1};
		producer->keys_count = 1;
	}
	assert_int_equal(apply_set_proposed_producers(&context, &schedule, &version), 0);
	producer_schedule_release(&schedule);
	return version;
}

static void single_producer(void **state)
{
	struct network network;
	(void)state;
	network_begin(&network);
	for (uint32_t number = 2; number < 40; number++) {
		struct block_state *block = produce(&network);
		struct checksum256 id;
		assert_int_equal(block->number, number);
		assert_int_equal(block->dpos_proposed_irreversible, number);
		assert_int_equal(block->dpos_irreversible, number == 2 ? 0 : number - 1);
		assert_int_equal(block->block->header.confirmed, 0);
		assert_int_equal(branch_irreversible(network.branch, &id), number == 2 ? 1 : number - 1);
		assert_true(checksum256_equal(&id, &block->block->header.previous));
		assert_non_null(branch_find(network.branch, number - 1));
		assert_null(branch_find(network.branch, number - 3)); /* what is irreversible is let go */
		assert_int_equal(network.branch->ledger->blocks_count, number == 2 ? 2 : 3);
	}
	branch_destroy(network.branch);
}

/* From proposal to the first block of the new schedule: before WTMSIG the header carries the legacy form. */
static void schedule_change(void **state)
{
	struct permission_object permission;
	struct authority authority;
	struct network network;
	struct block_state *block;
	(void)state;
	network_begin(&network);
	produce(&network);
	start(&network);
	assert_int_equal(propose(&network, 4), 1);
	assert_int_equal(propose(&network, 4), -1); /* nothing would change */
	assert_int_equal(propose(&network, 3), 1);  /* the same block may think again */
	block = seal(&network);
	assert_int_equal(block->number, 3);
	start(&network); /* block 3 is irreversible now: the schedule becomes pending */
	assert_int_equal(propose(&network, 3), -1);
	block = seal(&network);
	assert_true(block->block->header.has_new_producers);
	assert_int_equal(block->block->header.new_producers.version, 1);
	assert_int_equal(block->pending_schedule_lib_num, 4);
	assert_int_equal(block->active_schedule.version, 0);
	block = produce(&network); /* block 4 is irreversible: it becomes active, signed by eosio still */
	assert_int_equal(block->block->header.schedule_version, 0);
	assert_true(block->block->header.producer == name_literal("eosio"));
	assert_int_equal(block->active_schedule.version, 1);
	assert_int_equal(block->active_schedule.producers_count, 3);
	assert_int_equal(block->pending_schedule.producers_count, 0);
	assert_true(
		permission_get(block->root, &permission, name_literal("eosio.prods"), name_literal("active")));
	authority = permission_authority(&permission);
	assert_int_equal(authority.threshold, 3);
	assert_int_equal(authority.accounts_count, 3);
	authority_release(&authority);
	block = produce(&network);
	assert_int_equal(block->block->header.schedule_version, 1);
	assert_true(block->block->header.producer != name_literal("eosio"));
	branch_destroy(network.branch);
}

/* A network whose 21 producers have just become the active ones, and the block in which they did. */
static struct block_state *begin_with_21_producers(struct network *network)
{
	struct block_state *block = NULL;
	network_begin(network);
	produce(network);
	start(network);
	propose(network, 21);
	seal(network);
	while (!block || block->active_schedule.version != 1)
		block = produce(network);
	return block;
}

/* With 21 producers, twelve blocks each: block N is irreversible when two times two thirds have built on it.
 */
static void twenty_one_producers(void **state)
{
	struct network network;
	struct block_state *block;
	uint32_t before;
	(void)state;
	block = begin_with_21_producers(&network);
	for (int i = 0; i < 21 * 12 * 3; i++)
		block = produce(&network);
	/* Steady: a proposal needs 15 producers' turns, its irreversibility 15 implications, moving a turn at a
	 * time. */
	assert_int_equal(block->last_produced_count,
	                 22); /* eosio, which signed the block that let it go, implies nothing any more */
	assert_true(block->last_produced[0].producer == name_literal("eosio") &&
	            !block->last_produced[0].has_implied);
	for (int i = 0; i < 100; i++) {
		before = block->dpos_irreversible;
		block = produce(&network);
		assert_true(block->dpos_irreversible == before || block->dpos_irreversible == before + 12);
		assert_in_range(block->number - block->dpos_irreversible, 14 * 12 * 2 - 24, 15 * 12 * 2);
	}
	/* With seven of 21 gone two thirds are not there any more: the chain goes on, irreversibility does not.
	 */
	before = block->dpos_irreversible;
	for (int i = 0; i < 21 * 12 * 4; i++) {
		uint64_t producer = branch_producer_of_slot(network.branch, network.slot + 1)->producer_name;
		if (producer >= name_literal("prod.o"))
			network.slot++;
		else
			block = produce(&network);
	}
	assert_true(block->dpos_irreversible <= before + 12 * 21);
	assert_true(block->number - block->dpos_irreversible > 350);
	branch_destroy(network.branch);
}

/* The same chain again from its saved head and a copy of its state. */
static struct branch *restore(const struct branch *branch)
{
	struct map *map = map_create();
	struct map_root *empty = map_empty(map);
	struct map_edit *edit = map_edit_begin(empty);
	struct map_entry entry = {0};
	struct bytes head = {0};
	struct branch *copy;
	struct cursor in;

	map_root_release(empty);
	for (bool more = map_seek(branch->head->root, &entry, "", 0); more;
	     more = map_next(branch->head->root, &entry))
		map_edit_put(edit, entry.key, entry.key_length, entry.value.data, entry.value.length);
	branch_pack_block(&head, branch, branch->head);
	in = cursor_make(head.data, head.length);
	assert_int_equal(branch_restore(&copy, &branch->ledger->genesis, map, map_edit_finish(edit), &in, NULL),
	                 0);
	bytes_release(&head);
	return copy;
}

/* What becomes irreversible after a restart may have been produced before it. */
static void restored_chains_know_ids(void **state)
{
	struct network network, copy;
	(void)state;
	network_begin(&network);
	produce(&network);
	start(&network);
	propose(&network, 21);
	seal(&network);
	for (int i = 0; i < 500; i++)
		produce(&network);
	copy = network;
	copy.branch = restore(network.branch);
	for (int i = 0; i < 200; i++) {
		struct checksum256 expected, id;
		produce(&network);
		produce(&copy);
		assert_int_equal(branch_irreversible(network.branch, &expected),
		                 branch_irreversible(copy.branch, &id));
		assert_true(checksum256_equal(&expected, &id));
		assert_false(checksum256_is_zero(&id));
		if (i == 50) { /* and again, while some of them still wait */
			struct branch *once_more = restore(copy.branch);
			branch_destroy(copy.branch);
			copy.branch = once_more;
		}
	}
	branch_destroy(network.branch);
	branch_destroy(copy.branch);
}

/* Two thirds are gone for good: the chain goes on, in bounded memory, and still knows its ids when they come
 * back. */
static void long_reversible_chains(void **state)
{
	struct network network;
	struct checksum256 ids[4000], id;
	struct block_state *block;
	uint32_t stuck;
	(void)state;
	block = begin_with_21_producers(&network);
	stuck = block->number;
	while (block->number < stuck + 3000) {
		if (branch_producer_of_slot(network.branch, network.slot + 1)->producer_name >=
		    name_literal("prod.o")) {
			network.slot++;
			continue;
		}
		block = produce(&network);
		ids[block->number] = block->id;
	}
	assert_true(block->dpos_irreversible < stuck);
	assert_int_equal(network.branch->ledger->blocks_count, 1000);
	for (uint32_t number = stuck + 1; number <= block->number; number++) {
		assert_true(branch_find_id(network.branch, &id, number));
		assert_true(checksum256_equal(&id, &ids[number]));
	}
	struct network copy = network;
	copy.branch = restore(network.branch);
	for (int i = 0; i < 1000; i++) {
		struct checksum256 expected;
		block = produce(&network);
		produce(&copy);
		uint32_t number = branch_irreversible(network.branch, &expected);
		assert_int_equal(number, branch_irreversible(copy.branch, &id));
		assert_true(checksum256_equal(&expected, &id));
		if (number > stuck && number <= stuck + 3000)
			assert_true(checksum256_equal(&id, &ids[number]));
	}
	assert_true(block->dpos_irreversible > stuck + 3000);
	branch_destroy(network.branch);
	branch_destroy(copy.branch);
}

static void wrong_producers_and_slots(void **state)
{
	struct network network;
	struct block_options options = {.producer = name_literal("eosio")};
	struct error error = {0};

	(void)state;
	network_begin(&network);
	produce(&network);
	options.slot = network.slot;
	assert_int_not_equal(branch_block_start(network.branch, NULL, &options, &error), 0);
	assert_int_equal(error.code, 3030000);
	options.slot = network.slot + 1;
	options.producer = name_literal("prod.a");
	assert_int_not_equal(branch_block_start(network.branch, NULL, &options, &error), 0);
	assert_int_equal(error.code, 3030009);
	options.producer = name_literal("eosio");
	options.confirmed = 5; /* it has signed block 2 itself */
	assert_int_not_equal(branch_block_start(network.branch, NULL, &options, &error), 0);
	assert_int_equal(error.code, 3170003);
	assert_false(branch_block_pending(network.branch));
	options.confirmed = 0;
	assert_int_equal(branch_block_start(network.branch, NULL, &options, &error), 0);
	assert_int_not_equal(branch_block_start(network.branch, NULL, &options, &error), 0); /* one at a time */
	branch_block_drop(network.branch);
	assert_int_equal(branch_head(network.branch)->number, 2);
	branch_destroy(network.branch);
}

/* A fork: the head goes back, another block takes its place. */
static void another_head(void **state)
{
	struct network network;
	struct block_state *two, *three, *other;
	(void)state;
	network_begin(&network);
	two = block_state_hold(produce(&network));
	three = block_state_hold(produce(&network));
	branch_set_head(network.branch, two);
	*last_signed(&network, name_literal("eosio")) = 2;
	other = produce(&network);
	assert_int_equal(other->number, 3);
	assert_false(checksum256_equal(&other->id, &three->id));
	assert_true(branch_find(network.branch, 2) == two);
	assert_true(checksum256_equal(&other->block->header.previous, &two->id));
	branch_set_head(network.branch, three);
	assert_int_equal(produce(&network)->number, 4);
	block_state_release(two);
	block_state_release(three);
	branch_destroy(network.branch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_producer),        cmocka_unit_test(schedule_change),
		cmocka_unit_test(twenty_one_producers),   cmocka_unit_test(wrong_producers_and_slots),
		cmocka_unit_test(another_head),           cmocka_unit_test(restored_chains_know_ids),
		cmocka_unit_test(long_reversible_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
