/* The embedded chain without a mount: transfers pushed by two threads among booted accounts (RAM, stake,
 * tokens), what such an account takes in the state, pinning a view, and a log of a hundred thousand blocks
 * started from and replayed.
 *
 * usage: chain [ACCOUNTS]   how many are booted (30000) */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"
#include "tests/bench/rig/population.h"
#include "tests/chain_rig.h"

#include "core/chain/embedded/storage/storage.h"
#include "core/engine/state/feature.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 2, TRANSFERS = 4000, LOG_BLOCKS = 100000, BATCH = 10 };

static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* --- a booted chain --- */

static void act(struct rig *rig, const char *contract, const char *name, const char *actor, const char *json)
{
	rig_must(rig_act(rig, NULL, contract, name, actor, json), name, &rig->error);
}

static void activate_features(struct rig *rig)
{
	struct checksum256 digest = feature_digest(FEATURE_PREACTIVATE_FEATURE);
	char json[128];

	rig_must(rig->chain->operations->schedule_feature(rig->chain, &digest, NULL, &rig->error), "feature",
	         &rig->error);
	rig_install(rig, "eosio", "eosio.boot");
	for (int i = 1; i < FEATURE_COUNT; i++) {
		digest = feature_digest((enum feature)i);
		snprintf(json, sizeof json, "[\"%s\"]", checksum256_text(&digest).text);
		act(rig, "eosio", "activate", "eosio", json);
		rig_must(rig->chain->operations->schedule_feature(rig->chain, NULL, NULL, &rig->error), "features",
		         &rig->error);
	}
}

static void boot(struct rig *rig)
{
	static const char *const accounts[] = {"eosio.bpay",   "eosio.msig",   "eosio.names", "eosio.ram",
	                                       "eosio.ramfee", "eosio.saving", "eosio.stake", "eosio.token",
	                                       "eosio.vpay",   "eosio.rex"};
	rig_open(rig);
	activate_features(rig);
	for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
		rig_must(rig_create_account(rig, NULL, accounts[i]), accounts[i], &rig->error);
	rig_install(rig, "eosio.token", "eosio.token");
	act(rig, "eosio.token", "create", "eosio.token", "[\"eosio\",\"10000000000.0000 SYS\"]");
	act(rig, "eosio.token", "issue", "eosio", "[\"eosio\",\"10000000000.0000 SYS\",\"\"]");
	rig_install(rig, "eosio", "eosio.system");
	act(rig, "eosio", "init", "eosio", "[0,\"4,SYS\"]");
}

/* The n-th user: twelve characters. */
static void add(struct chain_view *view, struct action *out, const char *contract, const char *name,
                const char *json)
{
	struct error error = {0};

	rig_must(rig_make_action(view, out, contract, name, "eosio", json, &error), name, &error);
}

/* Accounts from..to as the boot sequence makes them, with a key of their own, RAM, stake and tokens; BATCH in
 * a transaction. */
static void make_users(struct rig *rig, size_t from, size_t to)
{
	struct chain_view *view = NULL;
	const struct chain_send_options options = {.without_keys = true};
	struct private_key private = {0};
	struct public_key public;
	char json[1024];
	while (from < to) {
		struct action actions[4 * BATCH];
		size_t count = 0;
		rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
		for (size_t i = 0; i < BATCH && from < to; i++, from++) {
			struct name_text name = user(from);
			memset(private.secret, 1, sizeof private.secret);
			memcpy(private.secret, &from, sizeof from);
			signer_public_key(rig->signer, &public, &private);
			struct key_text key = public_key_text(&public);
			snprintf(json, sizeof json,
			         "{\"creator\":\"eosio\",\"name\":\"%s\",\"owner\":{\"threshold\":1,\"keys\":[{\"key\":"
			         "\"%s\",\"weight\":1}],\"accounts\":[],"
			         "\"waits\":[]},\"active\":{\"threshold\":1,\"keys\":[{\"key\":\"%s\",\"weight\":1}],"
			         "\"accounts\":[],\"waits\":[]}}",
			         name.text, key.text, key.text);
			add(view, &actions[count++], "eosio", "newaccount", json);
			snprintf(json, sizeof json, "[\"eosio\",\"%s\",8192]", name.text);
			add(view, &actions[count++], "eosio", "buyrambytes", json);
			snprintf(json, sizeof json, "[\"eosio\",\"%s\",\"10.0000 SYS\",\"10.0000 SYS\",true]", name.text);
			add(view, &actions[count++], "eosio", "delegatebw", json);
			snprintf(json, sizeof json, "[\"eosio\",\"%s\",\"10.0000 SYS\",\"\"]", name.text);
			add(view, &actions[count++], "eosio.token", "transfer", json);
		}
		chain_view_close(view);
		rig_must(chain_send(rig->chain, NULL, rig->wallet, actions, count, &options, &rig->error), "users",
		         &rig->error);
	}
}

/* --- transfers, signed beforehand --- */

static struct packed_transaction *sign_transfers(struct rig *rig, size_t count, size_t users, unsigned seed)
{
	struct packed_transaction *out = memory_allocate(count, sizeof *out);
	struct checksum256 reference;
	struct chain_view *view = NULL;
	struct private_key key;
	uint32_t seconds;
	char json[256];

	rig_must(private_key_parse(&key, GENESIS_PRIVATE_KEY, &rig->error), "key", &rig->error);
	rig_must(rig->chain->operations->reference(rig->chain, &reference, &seconds, NULL, &rig->error),
	         "reference", &rig->error);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	for (size_t i = 0; i < count; i++) {
		struct transaction transaction = {.expiration = seconds + 3000,
		                                  .ref_block_num = (uint16_t)block_id_number(&reference),
		                                  .ref_block_prefix = block_id_prefix(&reference),
		                                  .actions_count = 1};
		transaction.actions = memory_allocate(1, sizeof *transaction.actions);
		snprintf(json, sizeof json, "[\"eosio\",\"%s\",\"0.0001 SYS\",\"%u %zu\"]",
		         user((size_t)rand_r(&seed) % users).text, seed, i);
		rig_must(
			rig_make_action(view, transaction.actions, "eosio.token", "transfer", "eosio", json, &rig->error),
			"transfer", &rig->error);
		packed_transaction_make(&out[i], &transaction);
		rig_must(
			packed_transaction_sign(&out[i], rig->signer, &key, NULL, &rig->chain->chain_id, &rig->error),
			"sign", &rig->error);
	}
	chain_view_close(view);
	return out;
}

struct pushing {
	struct chain *chain;
	struct packed_transaction *transfers;
	size_t count;
	_Atomic size_t next;
};

static void *push_some(void *context)
{
	struct pushing *pushing = context;
	struct transaction_trace trace = {0};
	struct error error = {0};
	for (size_t i; (i = pushing->next++) < pushing->count;) {
		rig_must(
			pushing->chain->operations->push(pushing->chain, &trace, &pushing->transfers[i], NULL, &error),
			"push", &error);
		transaction_trace_release(&trace);
	}
	return NULL;
}

static void *recover_some(void *context)
{
	struct bare bare;
	(void)context;
	bare_begin(&bare);
	bare_next(&bare);
	bare_sign(&bare);
	for (size_t i = 0; i < TRANSFERS / THREADS; i++)
		bare_recover(&bare);
	bare_end(&bare);
	return NULL;
}

static double cpu_of(void *(*function)(void *), void *context)
{
	pthread_t threads[THREADS];
	double began = cpu_now();

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, function, context) != 0)
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return cpu_now() - began;
}

/* CPU time a transfer, in us, and a bare recovery; medians of rounds that alternate. */
static struct bench_pair measure_transfers(struct rig *rig, size_t users, unsigned seed)
{
	enum { ROUNDS = 5 };
	double values[ROUNDS], others[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct pushing pushing = {.chain = rig->chain,
		                          .count = TRANSFERS,
		                          .transfers = sign_transfers(rig, TRANSFERS, users, seed + round)};
		values[round] = cpu_of(push_some, &pushing) / TRANSFERS / 1000;
		others[round] = cpu_of(recover_some, NULL) / TRANSFERS / 1000;
		free(pushing.transfers);
	}
	qsort(values, ROUNDS, sizeof *values, bench_compare);
	qsort(others, ROUNDS, sizeof *others, bench_compare);
	return (struct bench_pair){values[ROUNDS / 2], others[ROUNDS / 2]};
}

static void open_and_close_view(void *context, size_t times)
{
	struct chain *chain = context;
	struct chain_view *view = NULL;
	while (times--) {
		rig_must(chain_view_open(chain, &view, NULL, NULL, NULL), "view", NULL);
		chain_view_close(view);
	}
}

static void measure_accounts(size_t users)
{
	struct rig rig = {.manual_clock = true}, small = {.manual_clock = true};
	char name[96];
	rig_open(&small);
	boot(&rig);
	struct map *map = ledger_map(embedded_of(rig.chain)->ledger);
	size_t empty = map_memory(map);
	double began = cpu_now();
	make_users(&rig, 0, users);
	snprintf(name, sizeof name, "chain: making an account, %d a transaction, %zu accounts", BATCH, users);
	bench_report(name, (cpu_now() - began) / 1000 / (double)users, "us", NULL, 0);
	rig_must(rig_advance(&rig, 500000), "advance", &rig.error);
	snprintf(name, sizeof name, "chain: state of a booted account, %zu accounts", users);
	bench_report(name, (double)(map_memory(map) - empty) / (double)users / 1024, "KiB", "the aim", 3);
	struct bench_pair pair = bench_measure(open_and_close_view, rig.chain, 100000, open_and_close_view,
	                                       small.chain, 100000);
	snprintf(name, sizeof name, "chain: pinning a view, %zu accounts", users);
	bench_report(name, pair.value, "ns", "the same on an empty chain", pair.against);
	pair = measure_transfers(&rig, users, 1);
	snprintf(name, sizeof name, "chain: CPU of a transfer, %d threads, %zu accounts", THREADS, users);
	bench_report(name, pair.value, "us", "a bare recovery", pair.against);
	rig_end(&rig);
	rig_end(&small);
}

/* --- a long log --- */

static double opening(struct rig *rig)
{
	double began = bench_now();
	rig_open(rig);
	return (bench_now() - began) / 1e6;
}

static bool die_halfway(void *context)
{
	if (++*(int *)context == LOG_BLOCKS / 2)
		_exit(0);
	return false;
}

/* A child makes blocks, with the threads that a mount has, and is gone. */
static void produce_and_die(const char *folder)
{
	struct rig rig = {.folder = folder};
	int made = 0;
	pid_t child = fork();

	if (child == 0) {
		rig_open(&rig);
		rig.chain->operations->clock_advance(rig.chain, (int64_t)LOG_BLOCKS * 500000, false,
		                                     &(struct interruption){die_halfway, &made}, &rig.error);
		abort();
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		abort();
}

static void measure_log(void)
{
	char folder[] = "/tmp/eosiofs-bench-XXXXXX", state[64];
	struct rig rig = {.folder = mkdtemp(folder), .manual_clock = true};
	double began;

	if (!rig.folder)
		abort();
	snprintf(state, sizeof state, "%s/state", folder);
	boot(&rig);
	began = bench_now();
	rig_must(rig_advance(&rig, (int64_t)LOG_BLOCKS * 500000), "advance", &rig.error);
	bench_report("chain: producing, signing and storing an empty block",
	             (bench_now() - began) / 1000 / LOG_BLOCKS, "us", NULL, 0);
	rig_close(&rig);
	bench_report("chain: start with a log of 100000 blocks", opening(&rig), "ms", NULL, 0);
	rig_close(&rig);
	produce_and_die(folder);
	bench_report("chain: the same after kill -9, in the middle of as many again", opening(&rig), "ms", NULL,
	             0);
	rig_close(&rig);
	unlink(state);
	double took = opening(&rig);
	bench_report("chain: start without the state file, replaying 150000 blocks", took, "ms", NULL, 0);
	bench_report("chain: replay of a block", took * 1000 / (LOG_BLOCKS * 3 / 2), "us", NULL, 0);
	rig_end(&rig);
	remove_folder(folder);
}

int main(int count, char **words)
{
	size_t users = count > 1 ? strtoul(words[1], NULL, 10) : 30000;

	measure_accounts(users);
	measure_log();
	return 0;
}
