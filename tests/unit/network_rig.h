/* A network to test with: nodes that name each other, a schedule of producers p1111 and so on, one node each,
 * and what the hooks were told. */
#ifndef EOSIOFS_TESTS_UNIT_NETWORK_RIG_H
#define EOSIOFS_TESTS_UNIT_NETWORK_RIG_H

#include "core/engine/engine_parts.h"
#include "core/network/network_parts.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RIG_NODES = 101, RIG_LOST = 10000 };

struct rig {
	struct network *network;
	struct signer *signer;
	struct key_store *keys;
	struct private_key key;
	char public[KEY_TEXT_SIZE], private[KEY_TEXT_SIZE];
	struct node *eosio, *nodes[RIG_NODES]; /* eosio is not among them */
	size_t count;
	int64_t now;
	struct checksum256 lost[RIG_LOST];
	size_t lost_count;
	char reason[200]; /* of the last loss */
	uint64_t salt;
	uint32_t first_slot; /* of block 2 */
	uint32_t lifetime; /* of transactions, seconds */
};

static inline void rig_lost(void *context, const struct lost_transaction *lost)
{
	struct rig *rig = context;
	assert_true(rig->lost_count < RIG_LOST);
	rig->lost[rig->lost_count++] = lost->id;
	snprintf(rig->reason, sizeof rig->reason, "%s", lost->reason);
}

/* The name of the i-th producer and its node. */
static inline uint64_t rig_name(size_t i)
{
	char text[8] = "p1111";
	for (int k = 4; k > 0; k--, i /= 5)
		text[k] = (char)('1' + i % 5);
	return name_literal(text);
}

/* Time goes on by a slot, as it does for a network that is looked at when something is due. */
static inline void rig_slot(struct rig *rig)
{
	rig->now += SLOT_US;
	network_run(rig->network, rig->now);
	if (!rig->first_slot && node_head(rig->eosio)->number == 2)
		rig->first_slot = node_head(rig->eosio)->block->header.timestamp;
}

static inline void rig_slots(struct rig *rig, size_t count)
{
	while (count--)
		rig_slot(rig);
}

static inline void rig_begin(struct rig *rig)
{
	struct network_hooks hooks = {.context = rig, .lost = rig_lost};
	struct genesis genesis;
	struct error error = {0};
	struct branch *first;

	*rig = (struct rig){.signer = signer_create(), .lifetime = 100};
	genesis_default(&genesis);
	assert_int_equal(private_key_parse(&rig->key, GENESIS_PRIVATE_KEY, &error), 0);
	private_key_print(rig->private, &rig->key);
	strcpy(rig->public, public_key_text(&genesis.initial_key).text);
	assert_int_equal(branch_create(&first, &genesis, &error), 0);
	assert_int_equal(key_store_open(&rig->keys, NULL, rig->signer, &error), 0);
	rig->network = network_create(branch_ledger(first), rig->keys, &hooks);
	/* beginning at a turn of every producer's round */
	rig->now = slot_to_us((slot_from_us(genesis.initial_timestamp) / (252 * 100) + 1) * 252 * 100);
	network_run(rig->network, rig->now);
	if (network_add_node(rig->network, &rig->eosio, name_literal("eosio"), branch_head(first), NULL, &error))
		fail_msg("%s", error.sentence);
	branch_destroy(first);
}

static inline void rig_end(struct rig *rig)
{
	network_destroy(rig->network);
	key_store_close(rig->keys);
	signer_destroy(rig->signer);
}

static inline void rig_start(struct rig *rig, struct node *node, const char *options)
{
	struct text text = TEXT_EMPTY;
	const char *words[64];
	size_t count = 0;
	struct error error = {0};

	text_printf(&text, "--signature-provider %s=KEY:%s %s", rig->public, rig->private, options);
	for (char *word = strtok(text.data, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	if (node_start(node, words, count, &error))
		fail_msg("%s", error.sentence);
	text_release(&text);
}

/* A node for the next producer, running; peers: names, and more options. */
static inline struct node *rig_add(struct rig *rig, const char *options)
{
	uint64_t name = rig_name(rig->count);
	struct text text = TEXT_EMPTY;
	struct node *node;
	struct error error = {0};

	if (network_add_node(rig->network, &node, name, node_head(rig->eosio), NULL, &error))
		fail_msg("%s", error.sentence);
	text_printf(&text, "--producer-name %s %s", name_text(name).text, options);
	rig_start(rig, node, text.data);
	text_release(&text);
	return rig->nodes[rig->count++] = node;
}

/* eosio proposes the nodes' producers and makes blocks until they are the active schedule. */
static inline void rig_elect(struct rig *rig)
{
	struct producer_authority *producers = memory_allocate(rig->count, sizeof *producers);
	struct key_weight key = {ledger_genesis(branch_ledger(rig->eosio->branch))->initial_key, 1};
	struct producer_schedule schedule = {.producers = producers, .producers_count = rig->count};
	struct error error = {0};
	struct node *builder;
	int64_t version;

	for (size_t i = 0; i < rig->count; i++)
		producers[i] = (struct producer_authority){
			.producer_name = rig->nodes[i]->name, .threshold = 1, .keys = &key, .keys_count = 1};
	assert_int_equal(node_builder(rig->eosio, &builder, &error), 0);
	struct transaction_context transaction = {.pending = builder->branch->pending,
	                                          .edit = builder->branch->pending->edit};
	struct apply_context context = {.transaction = &transaction, .error = &error};
	assert_int_equal(apply_set_proposed_producers(&context, &schedule, &version), 0);
	free(producers);
	for (int i = 0; i < 10 && node_head(rig->eosio)->active_schedule.version == 0; i++)
		rig_slot(rig);
	assert_int_equal(node_head(rig->eosio)->active_schedule.producers_count, rig->count);
}

/* The account that the last rig_push() made. */
static inline uint64_t rig_account(const struct rig *rig)
{
	return name_literal("aaaaaaaaaaaa") + (rig->salt << 9);
}

/* An action of eosio by eosio, pushed to a node. Takes the data. */
static inline int rig_push_action(struct rig *rig, struct node *node, const char *name, struct bytes data,
                                  struct checksum256 *id, struct error *error)
{
	struct action *action = memory_allocate(1, sizeof *action);
	struct transaction transaction = {.actions = action, .actions_count = 1};
	struct packed_transaction packed;
	struct transaction_trace trace = {0};
	struct public_key keys[1];
	struct block_state *head = node_head(node);
	struct error own = {0};

	error = error ? error : &own;
	transaction.expiration = (uint32_t)(rig->now / 1000000) + rig->lifetime;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	action->account = name_literal("eosio");
	action->name = name_literal(name);
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal("eosio"), name_literal("active")};
	action->authorization_count = 1;
	action->data = data;
	packed_transaction_make(&packed, &transaction);
	assert_int_equal(packed_transaction_sign(&packed, rig->signer, &rig->key, NULL,
	                                         ledger_chain_id(rig->network->ledger), error),
	                 0);
	assert_int_equal(packed_transaction_keys(&packed, keys, ledger_chain_id(rig->network->ledger), error), 0);
	*id = packed.id;
	int result = node_push(node, &packed, keys, 1, NULL, &trace, error);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	return result;
}

/* A transaction that makes an account of its own, pushed to a node. */
static inline int rig_push(struct rig *rig, struct node *node, struct checksum256 *id, struct error *error)
{
	struct authority authority = authority_of_key(&ledger_genesis(branch_ledger(node->branch))->initial_key);
	struct bytes data = {0};

	bytes_put_u64(&data, name_literal("eosio"));
	rig->salt++;
	bytes_put_u64(&data, rig_account(rig));
	authority_pack(&data, &authority);
	authority_pack(&data, &authority);
	authority_release(&authority);
	return rig_push_action(rig, node, "newaccount", data, id, error);
}

static inline bool rig_log_has(const struct node *node, const char *text)
{
	size_t size = growing_text_size(node->log, NULL);
	char *data = memory_allocate(size + 1, 1);
	growing_text_read(node->log, data, size, 0);
	bool found = strstr(data, text);
	free(data);
	return found;
}

#endif
