/* Branches on one ledger: each builds on its own head, none touches what another has, a block is applied
 * once, a head goes anywhere. */
#include "core/engine/engine_private.h"
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct pair {
	struct ledger *ledger; /* held */
	struct branch *one, *other;
	uint32_t slot;
};

static void pair_begin(struct pair *pair)
{
	struct genesis genesis;
	struct error error = {0};

	genesis_default(&genesis);
	*pair = (struct pair){.slot = slot_from_us(genesis.initial_timestamp)};
	pair->slot += 252 - pair->slot % 252; /* turns begin here, however many producers there are */
	assert_int_equal(branch_create(&pair->one, &genesis, &error), 0);
	pair->ledger = ledger_hold(branch_ledger(pair->one));
	pair->other = branch_fork(pair->ledger, branch_head(pair->one));
}

static void pair_end(struct pair *pair)
{
	branch_destroy(pair->one);
	branch_destroy(pair->other);
	ledger_release(pair->ledger);
}

static void start(struct branch *branch, uint32_t slot)
{
	const struct block_state *head = branch_head(branch);
	struct block_options options = {.slot = slot,
	                                .producer = branch_producer_of_slot(branch, slot)->producer_name};
	struct error error = {0};

	for (size_t i = 0; i < head->last_produced_count; i++)
		if (head->last_produced[i].producer == options.producer)
			options.confirmed = branch_confirmed(branch, head->last_produced[i].block);

	if (branch_block_start(branch, NULL, &options, &error))
		fail_msg("%s", error.sentence);
}

static struct block_state *seal(struct branch *branch)
{
	struct block_state *sealed;
	struct checksum256 digest;
	assert_int_equal(branch_block_seal(branch, &sealed, &digest, NULL), 0);
	return sealed;
}

static struct block_state *produce(struct branch *branch, uint32_t slot)
{
	start(branch, slot);
	return seal(branch);
}

/* Proposes three producers of whom one alone goes on, so that nothing becomes irreversible any more. */
static void stall(struct pair *pair)
{
	static const char *const names[] = {"prod.a", "prod.b", "prod.c"};
	struct producer_authority producers[3] = {0};
	struct key_weight key = {ledger_genesis(pair->ledger)->initial_key, 1};
	struct producer_schedule schedule = {.producers = producers, .producers_count = 3};
	struct error error = {0};
	struct block_state *block;
	int64_t version;

	for (size_t i = 0; i < 3; i++)
		producers[i] = (struct producer_authority){
			.producer_name = name_literal(names[i]), .threshold = 1, .keys = &key, .keys_count = 1};
	produce(pair->one, ++pair->slot);
	start(pair->one, ++pair->slot);
	struct transaction_context transaction = {.pending = pair->one->pending,
	                                          .edit = pair->one->pending->edit};
	struct apply_context context = {.transaction = &transaction, .error = &error};
	assert_int_equal(apply_set_proposed_producers(&context, &schedule, &version), 0);
	for (block = seal(pair->one); block->active_schedule.version != 1;)
		block = produce(pair->one, ++pair->slot);
	branch_set_head(pair->other, block);
	pair->slot += 36 - pair->slot % 36; /* prod.a's turn */
}

/* A chain of `count` blocks of one producer's turns. */
static void extend(struct branch *branch, uint32_t slot, uint32_t turn, size_t count)
{
	for (slot += 12 * turn; count; slot += 24)
		for (size_t i = 0; i < 12 && count; i++, count--)
			produce(branch, slot++);
}

static void each_builds_on_its_own_head(void **state)
{
	struct pair pair;
	struct block_state *left, *right, *again;
	(void)state;
	pair_begin(&pair);
	assert_true(branch_head(pair.one) == branch_head(pair.other));
	start(pair.one, pair.slot);
	start(pair.other, pair.slot + 1); /* both have a block in the making at once */
	left = seal(pair.one);
	right = seal(pair.other);
	assert_int_equal(left->number, 2);
	assert_int_equal(right->number, 2);
	assert_false(checksum256_equal(&left->id, &right->id));
	assert_true(branch_head(pair.one) == left);
	assert_true(branch_head(pair.other) == right);
	assert_true(ledger_find(pair.ledger, &left->id) == left);
	assert_true(ledger_find(pair.ledger, &right->id) == right);
	/* the same block made by both is one block */
	left = produce(pair.one, pair.slot + 2);
	branch_set_head(pair.other, branch_find(pair.one, 2));
	again = produce(pair.other, pair.slot + 2);
	assert_true(again == left);
	assert_int_equal(pair.ledger->blocks_count, 3);
	pair_end(&pair);
}

static void a_block_is_applied_once(void **state)
{
	struct pair pair;
	struct signed_block copy;
	struct block_state *block;
	struct bytes packed = {0};
	struct error error = {0};
	struct private_key key;
	struct signature signature;
	struct signer *signer = signer_create();
	struct checksum256 digest;
	uint64_t edits;
	(void)state;
	pair_begin(&pair);
	assert_int_equal(private_key_parse(&key, GENESIS_PRIVATE_KEY, &error), 0);
	start(pair.one, pair.slot);
	assert_int_equal(branch_block_seal(pair.one, &block, &digest, NULL), 0);
	assert_int_equal(signer_sign(signer, &signature, &key, &digest, &error), 0);
	block_state_sign(block, &signature);
	signed_block_pack(&packed, block->block);
	struct cursor in = cursor_make(packed.data, packed.length);
	assert_int_equal(signed_block_unpack(&copy, &in, &error), 0);
	edits = pair.ledger->map->edit_number;
	/* another signature does not make it another block, but it must be its producer's */
	copy.producer_signature.data[20] ^= 1;
	assert_int_not_equal(branch_apply_block(pair.other, &copy, false, &error), 0);
	assert_int_equal(branch_head(pair.other)->number, 1);
	copy.producer_signature.data[20] ^= 1;
	assert_int_equal(branch_apply_block(pair.other, &copy, false, &error), 0);
	assert_true(branch_head(pair.other) == block);
	assert_int_equal(pair.ledger->map->edit_number, edits); /* nothing ran again */
	assert_int_not_equal(branch_apply_block(pair.other, &copy, false, &error),
	                     0); /* it is the head already */
	signed_block_release(&copy);
	bytes_release(&packed);
	signer_destroy(signer);
	pair_end(&pair);
}

/* One goes on with its producer alone; the other becomes irreversible block by block. */
static void pruning_is_each_ones_own(void **state)
{
	struct pair pair;
	struct block_state *fork, *stuck;
	(void)state;
	pair_begin(&pair);
	stall(&pair);
	fork = branch_head(pair.one);
	extend(pair.one, pair.slot, 0, 50);
	for (uint32_t number = fork->number; number <= fork->number + 50; number++)
		assert_non_null(branch_find(pair.one, number));
	/* all three on the other: irreversibility goes on, what lies before it is let go there */
	for (uint32_t slot = pair.slot + 24; branch_head(pair.other)->number < fork->number + 200; slot++)
		produce(pair.other, slot);
	assert_true(branch_irreversible(pair.other, NULL) > fork->number + 100);
	assert_null(branch_find(pair.other, fork->number + 1));
	stuck = branch_find(pair.one, fork->number + 1);
	for (uint32_t number = fork->number; number <= fork->number + 50; number++) {
		struct block_state *block = branch_find(pair.one, number);
		assert_non_null(block);
		assert_true(ledger_find(pair.ledger, &block->id) == block);
		assert_true(map_root_count(block->root) > 0);
	}
	assert_true(branch_find(pair.one, fork->number + 1) == stuck);
	/* and the other way round: a long branch keeps its last states only, the short one keeps all it has */
	branch_set_head(pair.other, branch_find(pair.one, fork->number + 10));
	extend(pair.one, pair.slot + 1000 - 1000 % 36, 0, 1500);
	assert_null(branch_find(pair.one, fork->number + 5));
	for (uint32_t number = fork->number + 1; number <= fork->number + 10; number++)
		assert_non_null(branch_find(pair.other, number));
	for (uint32_t number = fork->number + 1; number <= branch_head(pair.one)->number; number++) {
		struct checksum256 id;
		assert_true(branch_find_id(pair.one, &id, number));
	}
	pair_end(&pair);
}

static void dropping_one_frees_its_memory(void **state)
{
	struct pair pair;
	size_t alone, blocks;
	(void)state;
	pair_begin(&pair);
	stall(&pair);
	extend(pair.one, pair.slot, 0, 100);
	alone = map_memory(ledger_map(pair.ledger));
	blocks = pair.ledger->blocks_count;
	extend(pair.other, pair.slot, 1, 200);
	start(pair.other, pair.slot + 3600 + 12); /* a block in the making goes with it */
	assert_true(map_memory(ledger_map(pair.ledger)) > alone);
	assert_int_equal(pair.ledger->blocks_count, blocks + 200);
	branch_destroy(pair.other);
	assert_int_equal(map_memory(ledger_map(pair.ledger)), alone);
	assert_int_equal(pair.ledger->blocks_count, blocks);
	pair.other = branch_fork(pair.ledger, branch_head(pair.one)); /* with all that is reversible */
	assert_true(branch_find(pair.other, branch_head(pair.one)->number - 99) ==
	            branch_find(pair.one, branch_head(pair.one)->number - 99));
	assert_int_equal(pair.ledger->blocks_count, blocks);
	pair_end(&pair);
}

static void heads_go_anywhere(void **state)
{
	struct pair pair;
	struct block_state *fork, *left, *right;
	struct checksum256 id;
	(void)state;
	pair_begin(&pair);
	stall(&pair);
	fork = branch_head(pair.one);
	extend(pair.one, pair.slot, 0, 130);
	extend(pair.other, pair.slot, 1, 70);
	left = block_state_hold(branch_head(pair.one));
	right = branch_head(pair.other);
	branch_set_head(pair.one, right);
	for (uint32_t number = fork->number; number <= right->number; number++) {
		assert_true(branch_find(pair.one, number) == branch_find(pair.other, number));
		assert_true(branch_find_id(pair.one, &id, number));
		assert_true(checksum256_equal(&id, &branch_find(pair.other, number)->id));
	}
	assert_null(branch_find(pair.one, right->number + 1));
	/* back: of the first branch only what somebody held is there */
	branch_set_head(pair.one, left);
	assert_true(branch_find(pair.one, left->number) == left);
	assert_null(branch_find(pair.one, left->number - 1));
	produce(pair.one, pair.slot + 3600);
	branch_set_head(pair.one, left);
	block_state_release(left);
	assert_true(branch_head(pair.one) == left);
	pair_end(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_builds_on_its_own_head), cmocka_unit_test(a_block_is_applied_once),
		cmocka_unit_test(pruning_is_each_ones_own),    cmocka_unit_test(dropping_one_frees_its_memory),
		cmocka_unit_test(heads_go_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
