/* A chain with every bundled contract on it: any action's data, any block, any saved head. What fails changes
 * nothing; what is sealed validates. */
#include "core/engine/engine.h"

#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct branch *branch;
static struct block_state *base; /* what every input starts from */

static void start(void)
{
	struct block_options options = {.slot = branch_head(branch)->block->header.timestamp + 1,
	                                .producer = name_literal("eosio")};
	struct error error = {0};

	assert(branch_block_start(branch, NULL, &options, &error) == 0);
}

static void push(uint64_t account, uint64_t name, uint64_t actor, const void *data, size_t length)
{
	const struct push_options options = {.without_keys = true};
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	struct action *action = transaction.actions;
	struct packed_transaction packed;
	struct transaction_trace trace;
	struct map_root *before = branch_state(branch), *after;
	struct error error = {0};

	transaction.expiration = (uint32_t)(slot_to_us(branch_block_slot(branch)) / 1000000) + 60;
	transaction.ref_block_num = (uint16_t)branch_head(branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(branch)->id);
	action->account = account;
	action->name = name;
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){actor, name_literal("active")};
	action->authorization_count = 1;
	bytes_put(&action->data, data, length);
	packed_transaction_make(&packed, &transaction);
	if (branch_push(branch, &trace, &packed, NULL, 0, &options, &error)) {
		assert(error.number && *error.sentence && trace.error);
		after = branch_state(branch);
		assert(map_root_count(before) == map_root_count(after));
		map_root_release(after);
	}
	map_root_release(before);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
}

static void put_accounts(const struct genesis *genesis)
{
	struct authority authority = authority_of_key(&genesis->initial_key);
	const struct bundle *bundle;
	struct bytes data = {0};

	for (size_t i = 0; (bundle = bundle_at(i)); i++) {
		uint64_t account = strcmp(bundle->name, "eosio.system") ? name_literal(bundle->name)
		                                                        : name_literal("eosio");
		bytes_clear(&data);
		bytes_put_u64(&data, name_literal("eosio"));
		bytes_put_u64(&data, account);
		authority_pack(&data, &authority);
		authority_pack(&data, &authority);
		push(name_literal("eosio"), name_literal("newaccount"), name_literal("eosio"), data.data,
		     data.length);
		bytes_clear(&data);
		bytes_put_u64(&data, account);
		bytes_put_u16(&data, 0);
		bytes_put_counted(&data, bundle->code->data, bundle->code->length);
		push(name_literal("eosio"), name_literal("setcode"), account, data.data, data.length);
	}
	authority_release(&authority);
	bytes_release(&data);
}

static void finish(void)
{
	block_state_release(base);
	branch_destroy(branch);
}

static void prepare(void)
{
	struct genesis genesis;
	struct checksum256 digest;
	genesis_default(&genesis);
	assert(branch_create(&branch, &genesis, NULL) == 0);
	start();
	put_accounts(&genesis);
	assert(branch_block_seal(branch, &base, &digest, NULL) == 0);
	block_state_hold(base);
	atexit(finish);
}

/* u8 which contract, u64 action, the data; then whatever was sent is sealed and validates. */
static void check_action(struct cursor in)
{
	const struct bundle *bundle = bundle_at(cursor_u8(&in) % 8);
	uint64_t account = bundle && strcmp(bundle->name, "eosio.system") ? name_literal(bundle->name)
	                                                                  : name_literal("eosio");
	uint64_t name = cursor_u64(&in);
	struct signed_block block;
	struct block_state *sealed;
	struct checksum256 digest;
	struct bytes packed = {0};
	struct error error = {0};

	start();
	push(account, name, account, in.at, cursor_left(&in));
	assert(branch_block_seal(branch, &sealed, &digest, NULL) == 0);
	signed_block_pack(&packed, sealed->block);
	branch_set_head(branch, base); /* nobody holds the block any more: it is applied, not known */
	struct cursor copy = cursor_make(packed.data, packed.length);
	assert(signed_block_unpack(&block, &copy, &error) == 0);
	if (branch_apply_block(branch, &block, true, &error))
		abort();
	assert(checksum256_equal(&branch_head(branch)->id, &block.id));
	branch_set_head(branch, base);
	signed_block_release(&block);
	bytes_release(&packed);
}

static void check_block(struct cursor in)
{
	struct signed_block block;
	struct error error = {0};
	if (signed_block_unpack(&block, &in, &error))
		return;
	block.header.previous = base->id;
	block.header.timestamp = base->block->header.timestamp + 1;
	block.header.producer = name_literal("eosio");
	block.id = block_header_id(&block.header);
	if (branch_apply_block(branch, &block, false, &error))
		assert(branch_head(branch) == base && *error.sentence);
	branch_set_head(branch, base);
	signed_block_release(&block);
}

static void check_head(struct cursor in)
{
	struct map *map = map_create();
	struct branch *restored;
	struct error error = {0};

	if (branch_restore(&restored, ledger_genesis(branch_ledger(branch)), map, map_empty(map), &in, &error))
		assert(*error.sentence);
	else
		branch_destroy(restored);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(struct cursor in) = {check_action, check_block, check_head};

	if (!branch)
		prepare();
	if (size)
		checks[data[0] % (sizeof checks / sizeof checks[0])](cursor_make(data + 1, size - 1));
	return 0;
}
