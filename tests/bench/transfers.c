/* Signed token transfers pushed into the engine, their signatures recovered first, beside the bare recovery
 * of as many signatures; with ever more accounts, because a transaction must not cost more where more people
 * live. And what a booted account takes in the state. */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/engine/state/account.h"
#include "core/engine/engine.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUND = 400, TRANSFERS = ROUND * (BENCH_ROUNDS + 1) };

enum { FEW = 300 }; /* people who transfer among themselves, whatever the number of accounts around them */

struct world {
	struct branch *branch;
	struct signer *signer;
	struct private_key key;
	uint32_t accounts, sent, varied;
	struct packed_transaction *transfers; /* signed, not yet pushed */
};

static uint64_t core_symbol(void)
{
	return 4 | (uint64_t)'S' << 8 | (uint64_t)'Y' << 16 | (uint64_t)'S' << 24;
}

static uint64_t account_name(uint32_t number)
{
	char text[13] = {0};
	for (int i = 0; i < 12; i++, number /= 26)
		text[i] = (char)('a' + number % 26);
	return name_literal(text);
}

static void start(struct world *world)
{
	struct block_options options = {.slot = branch_head(world->branch)->block->header.timestamp + 1,
	                                .producer = name_literal("eosio")};
	struct error error = {0};

	if (branch_block_start(world->branch, NULL, &options, &error)) {
		fprintf(stderr, "transfers: %s\n", error.sentence);
		exit(1);
	}
}

static void next_block(struct world *world)
{
	struct checksum256 digest;
	if (branch_block_seal(world->branch, NULL, &digest, NULL))
		abort();
	start(world);
}

static void make(struct world *world, struct packed_transaction *out, uint64_t account, const char *name,
                 uint64_t actor, struct bytes *data)
{
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	struct action *action = transaction.actions;
	const struct block_state *head = branch_head(world->branch);

	transaction.expiration = (uint32_t)(slot_to_us(branch_block_slot(world->branch)) / 1000000) + 300 +
	                         world->varied % 3000;
	transaction.max_net_usage_words = 10000 + world->varied++ / 3000;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	action->account = account;
	action->name = name_literal(name);
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){actor, name_literal("active")};
	action->authorization_count = 1;
	action->data = *data;
	*data = (struct bytes){0};
	packed_transaction_make(out, &transaction);
}

static void push(struct world *world, struct packed_transaction *packed, const struct public_key *keys,
                 size_t keys_count)
{
	const struct push_options options = {.without_keys = !keys};
	struct transaction_trace trace;
	struct error error = {0};
	int result = branch_push(world->branch, &trace, packed, keys, keys_count, &options, &error);

	if (result && (error.code == BLOCK_CPU_USAGE_EXCEEDED || error.code == BLOCK_NET_USAGE_EXCEEDED)) {
		transaction_trace_release(&trace);
		next_block(world);
		error_clear(&error);
		result = branch_push(world->branch, &trace, packed, keys, keys_count, &options, &error);
	}
	if (result) {
		fprintf(stderr, "transfers: %s\n", error.sentence);
		exit(1);
	}
	transaction_trace_release(&trace);
}

static void push_unsigned(struct world *world, uint64_t account, const char *name, uint64_t actor,
                          struct bytes *data)
{
	struct packed_transaction packed;
	make(world, &packed, account, name, actor, data);
	push(world, &packed, NULL, 0);
}

static void transfer_data(struct bytes *data, uint64_t from, uint64_t to, uint64_t amount)
{
	bytes_put_u64(data, from);
	bytes_put_u64(data, to);
	bytes_put_u64(data, amount);
	bytes_put_u64(data, core_symbol());
	bytes_put_counted(data, "memo", 4);
}

static void create_account(struct world *world, uint64_t name)
{
	struct authority authority = authority_of_key(&ledger_genesis(branch_ledger(world->branch))->initial_key);
	struct bytes data = {0};

	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, name);
	authority_pack(&data, &authority);
	authority_pack(&data, &authority);
	authority_release(&authority);
	push_unsigned(world, name_literal("eosio"), "newaccount", name_literal("eosio"), &data);
}

static void install_token(struct world *world, uint64_t token)
{
	const struct bundle *bundle = bundle_find("eosio.token");
	struct bytes data = {0};

	create_account(world, token);
	bytes_put_u64(&data, token);
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, bundle->code->data, bundle->code->length);
	push_unsigned(world, name_literal("eosio"), "setcode", token, &data);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, UINT64_C(1) << 61);
	bytes_put_u64(&data, core_symbol());
	push_unsigned(world, token, "create", token, &data);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, UINT64_C(1) << 61);
	bytes_put_u64(&data, core_symbol());
	bytes_put_counted(&data, "", 0);
	push_unsigned(world, token, "issue", name_literal("eosio"), &data);
}

static void begin(struct world *world, uint32_t accounts)
{
	struct genesis genesis;
	struct bytes data = {0};
	uint64_t token = name_literal("eosio.token");

	genesis_default(&genesis);
	*world = (struct world){.signer = signer_create(), .accounts = accounts};
	if (private_key_parse(&world->key, GENESIS_PRIVATE_KEY, NULL) ||
	    branch_create(&world->branch, &genesis, NULL))
		abort();
	start(world);
	install_token(world, token);
	for (uint32_t i = 0; i < accounts; i++) {
		create_account(world, account_name(i));
		transfer_data(&data, name_literal("eosio"), account_name(i), 1000000);
		push_unsigned(world, token, "transfer", name_literal("eosio"), &data);
	}
	next_block(world);
}

/* Signs transfers among so many people. */
static void sign_transfers(struct world *world, uint32_t people)
{
	uint32_t spread = world->accounts / people;
	struct bytes data = {0};

	world->sent = 0;
	world->transfers = memory_allocate(TRANSFERS, sizeof *world->transfers);
	for (uint32_t i = 0; i < TRANSFERS; i++) {
		uint32_t from = (uint32_t)((uint64_t)i * 7919 % people), to = (from + 1 + i % (people - 1)) % people;
		transfer_data(&data, account_name(from * spread), account_name(to * spread), 1);
		make(world, &world->transfers[i], name_literal("eosio.token"), "transfer",
		     account_name(from * spread), &data);
		if (packed_transaction_sign(&world->transfers[i], world->signer, &world->key, NULL,
		                            ledger_chain_id(branch_ledger(world->branch)), NULL))
			abort();
	}
}

static void end(struct world *world)
{
	branch_destroy(world->branch);
	signer_destroy(world->signer);
}

static void push_transfers(void *context, size_t times)
{
	struct world *world = context;
	while (times--) {
		struct packed_transaction *packed = &world->transfers[world->sent++];
		struct public_key key;
		if (packed_transaction_keys(packed, &key, ledger_chain_id(branch_ledger(world->branch)), NULL))
			abort();
		push(world, packed, &key, 1);
	}
}

static void recover_bare(void *context, size_t times)
{
	while (times--)
		bare_recover(context);
}

/* people: those who transfer, spread evenly over the accounts. */
static void measure(struct world *world, struct bare *bare, uint32_t people)
{
	struct bench_pair pair;
	char name[64];

	sign_transfers(world, people);
	pair = bench_measure(push_transfers, world, ROUND, recover_bare, bare, ROUND);
	if (people == world->accounts)
		snprintf(name, sizeof name, "a signed transfer pushed, among %u accounts", world->accounts);
	else
		snprintf(name, sizeof name, "the same among %u of %u accounts", people, world->accounts);
	bench_report(name, pair.value / 1000, "us", "a bare recovery", pair.against / 1000);
	free(world->transfers);
}

int main(void)
{
	static const uint32_t counts[] = {300, 3000, 30000, 300000};
	struct bare bare;
	struct world world;
	char name[64];
	bare_begin(&bare);
	bare_next(&bare);
	bare_sign(&bare);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		begin(&world, counts[i]);
		snprintf(name, sizeof name, "state of one account with a balance, of %u", counts[i]);
		bench_report(name, (double)map_memory(ledger_map(branch_ledger(world.branch))) / counts[i] / 1024,
		             "KiB", NULL, 0);
		measure(&world, &bare, counts[i]);
		if (counts[i] > FEW)
			measure(&world, &bare, FEW);
		end(&world);
	}
	bare_end(&bare);
	return 0;
}
