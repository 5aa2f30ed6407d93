/* The two sides that peer_rig.h tells of: what their hooks do, and their life. */
#include "tests/peer_rig.h"

static bool side_old_id(void *context, struct checksum256 *id, uint32_t number)
{
	struct side *side = context;

	pthread_mutex_lock(&side->lock);
	bool found = number != 0 && number < side->blocks && side->packed[number].length != 0;
	if (found)
		*id = side->ids[number];
	pthread_mutex_unlock(&side->lock);
	return found;
}

static bool side_old_block(void *context, struct bytes *packed, const struct checksum256 *id)
{
	struct side *side = context;
	struct checksum256 ours;
	uint32_t number = block_id_number(id);
	bool found = side_old_id(context, &ours, number) && checksum256_equal(&ours, id);

	pthread_mutex_lock(&side->lock);
	if (found)
		bytes_put(packed, side->packed[number].data, side->packed[number].length);
	pthread_mutex_unlock(&side->lock);
	return found;
}

static void side_keep(struct side *side, const struct block_state *block)
{
	memory_grow(&side->ids, &side->ids_capacity, block->number + 1, sizeof *side->ids);
	memory_grow(&side->packed, &side->packed_capacity, block->number + 1, sizeof *side->packed);
	while (side->blocks <= block->number)
		side->packed[side->blocks++] = (struct bytes){0};
	side->ids[block->number] = block->id;
	bytes_clear(&side->packed[block->number]);
	signed_block_pack(&side->packed[block->number], block->block);
}

static void side_sealed(void *context, struct node *node, struct block_state *block,
                        const struct checksum256 *digest, const struct block_signer *signer)
{
	struct side *side = context;
	struct mesh *mesh = &side->mesh;
	struct signature signature;
	struct error error = {0};

	(void)node;
	assert_int_equal(signer_sign(mesh->signer, &signature, &signer->private, digest, &error), 0);
	block_state_sign(block, &signature);
	side_keep(side, block);
	if (side->peer)
		p2p_endpoint_tell_block(peer_node_endpoint(side->peer), &block->id);
}

static void side_acknowledged(void *context, struct node *node, const struct bytes *packed)
{
	const struct side *side = context;
	(void)node;
	if (side->peer)
		p2p_endpoint_tell_transaction(peer_node_endpoint(side->peer), packed);
}

static void side_transaction(void *context, struct packed_transaction *packed)
{
	struct side *side = context;
	(void)packed;
	pthread_mutex_lock(&side->lock);
	side->transactions++;
	pthread_cond_broadcast(&side->changed);
	pthread_mutex_unlock(&side->lock);
}

int side_receive(void *context, const struct signed_block *block, bool *dropped, struct error *error)
{
	struct side *side = context;
	int result = node_receive_block(side->mesh.eosio, dropped, block, error);

	side_keep(side, node_head(side->mesh.eosio));
	if (node_head(side->mesh.eosio)->number >= side->awaited)
		pthread_cond_broadcast(&side->changed);
	return result;
}

void side_begin(struct side *side)
{
	mesh_begin(&side->mesh);
	side->mesh.network->hooks.sealed = side_sealed;
	side->mesh.network->hooks.acknowledged = side_acknowledged;
	side->mesh.network->hooks.context = side;
	side->mesh.network->hooks.lost = NULL;
	pthread_mutex_init(&side->lock, NULL);
	pthread_cond_init(&side->changed, NULL);
	side_keep(side, node_head(side->mesh.eosio));
}

void side_open(struct side *side, struct p2p_tcp *tcp, const char *listen, const char *peer)
{
	struct peer_options options = {
		.node = side->mesh.eosio,
		.network = side->mesh.network,
		.ledger = side->mesh.network->ledger,
		.lock = &side->lock,
		.old_id = side_old_id,
		.old_block = side_old_block,
		.receive = side_receive,
		.transaction = side_transaction,
		.context = side,
		.endpoint = {.listen = listen, .peers = &peer, .peers_count = peer ? 1 : 0}};
	struct error error = {0};

	p2p_options_default(&options.endpoint.options);
	options.endpoint.options.chain_id = *ledger_chain_id(side->mesh.network->ledger);
	memcpy(options.endpoint.options.node_id.data, &side, sizeof side); /* another one for each */
	options.endpoint.options.per_host_maximum = options.endpoint.options.clients_maximum = 100;
	if (peer_node_open(&side->peer, tcp, &options, &error))
		fail_msg("%s", error.sentence);
}

void side_end(struct side *side)
{
	peer_node_close(side->peer);
	side->peer = NULL;
	for (size_t i = 0; i < side->blocks; i++)
		bytes_release(&side->packed[i]);
	free(side->packed);
	free(side->ids);
	mesh_end(&side->mesh);
	pthread_cond_destroy(&side->changed);
	pthread_mutex_destroy(&side->lock);
}

void side_slots(struct side sides[2], size_t count)
{
	while (count--)
		for (size_t i = 0; i < 2; i++) {
			pthread_mutex_lock(&sides[i].lock);
			mesh_slot(&sides[i].mesh);
			pthread_mutex_unlock(&sides[i].lock);
		}
}

void side_wait(struct side *side, uint32_t number)
{
	pthread_mutex_lock(&side->lock);
	side->awaited = number;
	while (node_head(side->mesh.eosio)->number < number)
		pthread_cond_wait(&side->changed, &side->lock);
	side->awaited = 0;
	pthread_mutex_unlock(&side->lock);
}
