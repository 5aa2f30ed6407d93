/* The network that network_rig.h tells of. */
#include "tests/network_rig.h"

static void mesh_lost(void *context, const struct lost_transaction *lost)
{
	struct mesh *mesh = context;
	assert_true(mesh->lost_count < MESH_LOST);
	mesh->lost[mesh->lost_count++] = lost->id;
	snprintf(mesh->reason, sizeof mesh->reason, "%s", lost->reason);
}

uint64_t mesh_name(size_t i)
{
	char text[8] = "p1111";
	for (int k = 4; k > 0; k--, i /= 5)
		text[k] = (char)('1' + i % 5);
	return name_literal(text);
}

void mesh_slot(struct mesh *mesh)
{
	mesh->now += SLOT_US;
	network_run(mesh->network, mesh->now);
	if (!mesh->first_slot && node_head(mesh->eosio)->number == 2)
		mesh->first_slot = node_head(mesh->eosio)->block->header.timestamp;
}

void mesh_slots(struct mesh *mesh, size_t count)
{
	while (count--)
		mesh_slot(mesh);
}

void mesh_begin(struct mesh *mesh)
{
	struct network_hooks hooks = {.context = mesh, .lost = mesh_lost};
	struct genesis genesis;
	struct error error = {0};
	struct branch *first;

	*mesh = (struct mesh){.signer = signer_create(), .lifetime = 100};
	genesis_default(&genesis);
	assert_int_equal(private_key_parse(&mesh->key, GENESIS_PRIVATE_KEY, &error), 0);
	private_key_print(mesh->private, &mesh->key);
	strcpy(mesh->public, public_key_text(&genesis.initial_key).text);
	assert_int_equal(branch_create(&first, &genesis, &error), 0);
	assert_int_equal(key_store_open(&mesh->keys, NULL, mesh->signer, &error), 0);
	mesh->network = network_create(branch_ledger(first), mesh->keys, &hooks);
	/* beginning at a turn of every producer's round */
	mesh->now = slot_to_us((slot_from_us(genesis.initial_timestamp) / (252 * 100) + 1) * 252 * 100);
	network_run(mesh->network, mesh->now);
	if (network_add_node(mesh->network, &mesh->eosio, name_literal("eosio"), branch_head(first), NULL,
	                     &error))
		fail_msg("%s", error.sentence);
	branch_destroy(first);
}

void mesh_end(struct mesh *mesh)
{
	network_destroy(mesh->network);
	key_store_close(mesh->keys);
	signer_destroy(mesh->signer);
}

void mesh_start(struct mesh *mesh, struct node *node, const char *options)
{
	struct text text = TEXT_EMPTY;
	const char *words[64];
	size_t count = 0;
	struct error error = {0};

	text_printf(&text, "--signature-provider %s=KEY:%s %s", mesh->public, mesh->private, options);
	for (char *word = strtok(text.data, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	if (node_start(node, words, count, &error))
		fail_msg("%s", error.sentence);
	text_release(&text);
}

struct node *mesh_add(struct mesh *mesh, const char *options)
{
	uint64_t name = mesh_name(mesh->count);
	struct text text = TEXT_EMPTY;
	struct node *node;
	struct error error = {0};

	if (network_add_node(mesh->network, &node, name, node_head(mesh->eosio), NULL, &error))
		fail_msg("%s", error.sentence);
	text_printf(&text, "--producer-name %s %s", name_text(name).text, options);
	mesh_start(mesh, node, text.data);
	text_release(&text);
	return mesh->nodes[mesh->count++] = node;
}

void mesh_elect(struct mesh *mesh)
{
	struct producer_authority *producers = memory_allocate(mesh->count, sizeof *producers);
	struct key_weight key = {ledger_genesis(branch_ledger(mesh->eosio->branch))->initial_key, 1};
	struct producer_schedule schedule = {.producers = producers, .producers_count = mesh->count};
	struct error error = {0};
	struct node *builder;
	int64_t version;

	for (size_t i = 0; i < mesh->count; i++)
		producers[i] = (struct producer_authority){
			.producer_name = mesh->nodes[i]->name, .threshold = 1, .keys = &key, .keys_count = 1};
	assert_int_equal(node_builder(mesh->eosio, &builder, &error), 0);
	struct transaction_context transaction = {.pending = builder->branch->pending,
	                                          .edit = builder->branch->pending->edit};
	struct apply_context context = {.transaction = &transaction, .error = &error};
	assert_int_equal(apply_set_proposed_producers(&context, &schedule, &version), 0);
	free(producers);
	for (int i = 0; i < 10 && node_head(mesh->eosio)->active_schedule.version == 0; i++)
		mesh_slot(mesh);
	assert_int_equal(node_head(mesh->eosio)->active_schedule.producers_count, mesh->count);
}

uint64_t mesh_account(const struct mesh *mesh)
{
	return name_literal("aaaaaaaaaaaa") + (mesh->salt << 9);
}

int mesh_push_action(struct mesh *mesh, struct node *node, const char *name, struct bytes data,
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
	transaction.expiration = (uint32_t)(mesh->now / 1000000) + mesh->lifetime;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	action->account = name_literal("eosio");
	action->name = name_literal(name);
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal("eosio"), name_literal("active")};
	action->authorization_count = 1;
	action->data = data;
	packed_transaction_make(&packed, &transaction);
	assert_int_equal(packed_transaction_sign(&packed, mesh->signer, &mesh->key, NULL,
	                                         ledger_chain_id(mesh->network->ledger), error),
	                 0);
	assert_int_equal(packed_transaction_keys(&packed, keys, ledger_chain_id(mesh->network->ledger), error),
	                 0);
	*id = packed.id;
	int result = node_push(node, &trace, &packed, keys, 1, NULL, error);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	return result;
}

int mesh_push(struct mesh *mesh, struct node *node, struct checksum256 *id, struct error *error)
{
	struct authority authority = authority_of_key(&ledger_genesis(branch_ledger(node->branch))->initial_key);
	struct bytes data = {0};

	bytes_put_u64(&data, name_literal("eosio"));
	mesh->salt++;
	bytes_put_u64(&data, mesh_account(mesh));
	authority_pack(&data, &authority);
	authority_pack(&data, &authority);
	authority_release(&authority);
	return mesh_push_action(mesh, node, "newaccount", data, id, error);
}

bool mesh_log_has(const struct node *node, const char *text)
{
	size_t size = growing_text_size(node->log, NULL);
	char *data = memory_allocate(size + 1, 1);
	growing_text_read(node->log, data, size, 0);
	bool found = strstr(data, text);
	free(data);
	return found;
}
