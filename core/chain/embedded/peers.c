/* Peers of other processes: which nodes have an endpoint, what is told to it, and what comes by it. */
#include "core/chain/embedded/peers_private.h"

#include "core/base/memory.h"
#include "core/chain/embedded/embedded_private.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/network/configuration.h"
#include "core/network/p2p/peer.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { APART_MAXIMUM_US = 3 * SECOND_US, FRESH_US = 5 * SECOND_US, SHOWN_EACH = 64 };

struct peers *peers_create(struct embedded_chain *chain, enum embedded_p2p wanted)
{
	struct peers *peers = memory_allocate(1, sizeof *peers);

	*peers = (struct peers){.chain = chain, .wanted = wanted, .looked_at = 2};
	peers->lookups = lookups_create();
	return peers;
}

/* Held. */
static void outside_free(struct outside *outside)
{
	struct peers *peers = outside->chain->peers;

	if (outside->is_sought)
		lookup_forget(peers->lookups, peers, outside->name);
	peer_node_close(outside->peer);
	for (size_t i = 0; i < outside->peers_count; i++)
		free(outside->peers[i]);
	free(outside->peers);
	free(outside->keys);
	free(outside->listen);
	free(outside->address);
	free(outside->agent);
	memory_wipe(&outside->own_key, sizeof outside->own_key);
	text_release(&outside->wanted);
	free(outside);
}

void peers_destroy(struct peers *peers)
{
	if (!peers)
		return;
	peers_hold(peers);
	while (peers->list) {
		struct outside *outside = peers->list;
		pthread_mutex_lock(&peers->chain->lock);
		peers->list = outside->next;
		pthread_mutex_unlock(&peers->chain->lock);
		outside_free(outside);
	}
	peers_let_go(peers);
	p2p_tcp_destroy(peers->tcp);
	lookups_destroy(peers->lookups);
	free(peers);
}

void peers_hold(struct peers *peers)
{
	pthread_mutex_lock(&peers->lookups->lock);
}

void peers_let_go(struct peers *peers)
{
	pthread_mutex_unlock(&peers->lookups->lock);
}

/* --- what an endpoint asks and brings: called by its thread --- */

static int64_t now(void *context)
{
	return embedded_now(((struct outside *)context)->chain);
}

/* The last blocks of a chain in memory. packed may be NULL. */
static bool recent_block(struct embedded_chain *chain, struct checksum256 *id, struct bytes *packed,
                         uint32_t number)
{
	struct signed_block block = {0};

	pthread_mutex_lock(&chain->lock);
	const struct bytes *kept = &chain->recent[number % chain->recent_count];
	struct cursor in = cursor_make(kept->data, kept->length);
	bool found = kept->length && signed_block_unpack(&block, &in, NULL) == 0 &&
	             block_id_number(&block.id) == number;
	if (found && packed)
		bytes_put(packed, kept->data, kept->length);
	pthread_mutex_unlock(&chain->lock);
	*id = block.id;
	signed_block_release(&block);
	return found;
}

static bool old_id(void *context, struct checksum256 *id, uint32_t number)
{
	struct embedded_chain *chain = ((struct outside *)context)->chain;

	return chain->storage ? storage_old_id(chain->storage, id, number)
	                      : recent_block(chain, id, NULL, number);
}

static bool old_block(void *context, struct bytes *packed, const struct checksum256 *id)
{
	struct embedded_chain *chain = ((struct outside *)context)->chain;
	struct checksum256 found;
	size_t length = packed->length;

	if (chain->storage)
		return storage_old_block(chain->storage, packed, id);
	if (recent_block(chain, &found, packed, block_id_number(id)) && checksum256_equal(&found, id))
		return true;
	packed->length = length;
	return false;
}

static void wake(struct embedded_chain *chain)
{
	chain->clock_moves++;
	pthread_cond_broadcast(&chain->changed);
}

static int receive(void *context, const struct signed_block *block, bool *dropped, struct error *error)
{
	struct outside *outside = context;
	struct embedded_chain *chain = outside->chain;
	bool is_fresh = slot_to_us(block->header.timestamp) + FRESH_US >= embedded_now(chain);
	int result = embedded_make_room(chain, error);

	if (result == 0)
		result = node_receive_block(outside->node, dropped, block, error);
	/* while much comes nobody looks at each */
	if (result == 0 && !*dropped && (is_fresh || block_id_number(&block->id) % SHOWN_EACH == 0))
		embedded_publish(chain);
	if (is_fresh)
		wake(chain);
	return result;
}

static void transaction(void *context, struct packed_transaction *packed)
{
	struct outside *outside = context;
	struct embedded_chain *chain = outside->chain;
	struct public_key *keys = memory_allocate(packed->signatures_count + 1, sizeof *keys);
	struct error error = {0};

	if (!outside->ignores_transactions &&
	    packed_transaction_keys(packed, keys, &chain->base.chain_id, &error) == 0) {
		pthread_mutex_lock(&chain->lock);
		network_tell_time(chain->network, embedded_now(chain));
		if (embedded_make_room(chain, &error) == 0 &&
		    node_receive_transaction(outside->node, packed, keys, packed->signatures_count, &error) == 0)
			embedded_publish(chain);
		pthread_mutex_unlock(&chain->lock);
	}
	free(keys);
}

static void standing(void *context, const struct p2p_standing *standing)
{
	struct outside *outside = context;

	outside->standing = *standing;
	node_set_outward(outside->node, standing->connected > 0);
	embedded_publish(outside->chain);
	wake(outside->chain);
}

/* --- which there are to be --- */

/* NULL: nowhere. */
static const char *listens_at(const struct peers *peers, const struct node *node)
{
	const struct configuration *active = node_configuration(node);

	if (active->p2p_listen_endpoint)
		return *active->p2p_listen_endpoint ? active->p2p_listen_endpoint : NULL;
	return peers->wanted == EMBEDDED_P2P_ALL ? node_p2p_address(node) : NULL;
}

static void take_peers(struct outside *outside)
{
	size_t count;
	const char *const *peers = node_peers(outside->node, &count);

	for (size_t i = 0; i < count; i++) {
		if (!node_is_outside(outside->node, peers[i]))
			continue;
		LIST_APPEND(outside->peers, outside->peers_count, outside->peers_capacity,
		            memory_copy_string(peers[i]));
		text_printf(&outside->wanted, "\n%s", peers[i]);
	}
}

/* What a node is to have; NULL: nothing. Under lock. */
static struct outside *want(const struct peers *peers, struct node *node)
{
	struct outside *outside = memory_allocate(1, sizeof *outside);
	const char *listen = listens_at(peers, node);

	*outside = (struct outside){.chain = peers->chain,
	                            .node = node,
	                            .name = node_name(node),
	                            .node_id = *node_process_id(node)};
	text_printf(&outside->wanted, "%s\n%s", checksum256_text(&outside->node_id).text, listen ? listen : "");
	take_peers(outside);
	if (node_state(node, NULL) == NODE_STOPPED || (!listen && !outside->peers_count)) {
		outside_free(outside);
		return NULL;
	}
	outside->listen = listen ? memory_copy_string(listen) : NULL;
	outside->address = memory_copy_string(node_p2p_address(node));
	return outside;
}

static int64_t head_ahead(const struct embedded_chain *chain)
{
	return slot_to_us(node_head(embedded_viewed(chain))->block->header.timestamp) - embedded_now(chain);
}

static bool is_open(const struct peers *peers)
{
	for (const struct outside *outside = peers->list; outside; outside = outside->next)
		if (outside->peer)
			return true;
	return false;
}

bool peers_can_open(const struct peers *peers)
{
	bool waits = false;

	for (const struct outside *outside = peers->list; outside; outside = outside->next)
		waits = waits || outside->refusal == REFUSED_AHEAD;
	return waits && head_ahead(peers->chain) <= APART_MAXIMUM_US;
}

/* Why none is to be open. Under lock. */
static enum refusal refuse(const struct peers *peers, char *reason)
{
	const struct embedded_chain *chain = peers->chain;
	int64_t offset = chain->offset_us, ahead = head_ahead(chain);

	if (peers->pauses) {
		snprintf(reason, ERROR_SENTENCE_SIZE, "the clock is being moved");
		return REFUSED_MOVING;
	}
	if (peers->unserved) {
		snprintf(reason, ERROR_SENTENCE_SIZE,
		         "block %" PRIu32 " holds %s, which nodes of other processes refuse", peers->looked_at,
		         peers->unserved);
		return REFUSED_UNSERVED;
	}
	if (offset > APART_MAXIMUM_US || offset < -APART_MAXIMUM_US) {
		snprintf(reason, ERROR_SENTENCE_SIZE,
		         "chain time is %" PRId64
		         " s %s real time, which peers of other processes go by: `echo now > "
		         "chain/clock` ends that",
		         (offset < 0 ? -offset : offset) / SECOND_US, offset < 0 ? "behind" : "ahead of");
		return REFUSED_APART;
	}
	if (ahead <= APART_MAXIMUM_US || is_open(peers))
		return REFUSED_NOT;
	snprintf(reason, ERROR_SENTENCE_SIZE,
	         "the last block is %" PRId64 " s ahead of real time, which has to catch up", ahead / SECOND_US);
	return REFUSED_AHEAD;
}

static void judge(const struct peers *peers, struct outside *outside)
{
	outside->refusal = refuse(peers, outside->trouble);
	if (outside->refusal)
		text_printf(&outside->wanted, "\n%d", outside->refusal);
}

static struct outside *list_wanted(const struct peers *peers)
{
	struct outside *list = NULL;

	if (peers->wanted == EMBEDDED_P2P_OFF)
		return NULL;
	for (struct node *node = network_node_from(peers->chain->network, 0); node;
	     node = network_node_from(peers->chain->network, node_name(node) + 1)) {
		struct outside *outside = want(peers, node);
		if (!outside)
			continue;
		judge(peers, outside);
		outside->next = list;
		list = outside;
	}
	return list;
}

static struct outside **find(struct outside **list, const struct outside *like)
{
	for (; *list; list = &(*list)->next)
		if ((*list)->name == like->name &&
		    strcmp(text_string(&(*list)->wanted), text_string((struct text *)&like->wanted)) == 0)
			break;
	return list;
}

/* Those that are there already are taken out of *wanted; those that are not wanted any more come back. Under
 * lock. */
static struct outside *take_out_old(struct peers *peers, struct outside **wanted)
{
	struct outside *old = NULL, **at = &peers->list;

	while (*at) {
		struct outside *outside = *at, **same = find(wanted, outside);
		if (*same) {
			struct outside *spare = *same;
			*same = spare->next;
			outside_free(spare);
			at = &outside->next;
			continue;
		}
		*at = outside->next;
		outside->next = old;
		old = outside;
	}
	return old;
}

/* --- opening --- */

static void say(struct outside *outside, struct text *notices)
{
	struct embedded_chain *chain = outside->chain;

	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
	node_log_foreign(outside->node, "error", "net_plugin.cpp:3904", "plugin_startup", outside->trouble);
	pthread_mutex_unlock(&chain->lock);
	if (notices)
		text_printf(notices, "node %s is open to no peers of other processes: %s\n",
		            name_text(outside->name).text, outside->trouble);
}

static int open_one(struct peers *peers, struct outside *outside, struct error *error)
{
	struct embedded_chain *chain = peers->chain;
	struct peer_options options = {.node = outside->node,
	                               .network = chain->network,
	                               .ledger = chain->ledger,
	                               .lock = &chain->lock,
	                               .now = now,
	                               .old_id = old_id,
	                               .old_block = old_block,
	                               .receive = receive,
	                               .transaction = transaction,
	                               .standing = standing,
	                               .context = outside,
	                               .endpoint = {.listen = outside->listen,
	                                            .peers = (const char *const *)outside->peers,
	                                            .peers_count = outside->peers_count}};
	struct p2p_options *own = &options.endpoint.options;
	int result = peers->tcp ? 0 : p2p_tcp_create(&peers->tcp, error);

	p2p_options_default(own);
	own->chain_id = chain->base.chain_id;
	own->node_id = outside->node_id;
	own->signer = chain->signer;
	own->address = outside->listen ? NULL : outside->address;
	if (result == 0)
		result = outside_configure(outside, own, error);
	return result ? result : peer_node_open(&outside->peer, peers->tcp, &options, error);
}

static lookup_answer listen_found;

/* At once, or when the name to listen at has been looked up. */
static int begin_open(struct peers *peers, struct outside *outside, struct error *error)
{
	char *host = memory_copy_string(outside->listen ? outside->listen : "");
	int result;

	host[strcspn(host, ":")] = '\0';
	if (!*host || lookup_is_near(host)) {
		result = open_one(peers, outside, error);
	} else {
		result = lookup_begin(peers->lookups, host, AF_INET, listen_found, peers, outside->name, error);
		outside->is_sought = result == 0;
	}
	free(host);
	return result;
}

/* Its thread may call back before the list has it: what was acknowledged until then was not told to it. */
static void open_new(struct peers *peers, struct outside *outside, struct text *notices)
{
	struct embedded_chain *chain = peers->chain;
	struct error error = {0};

	if (!*outside->trouble && begin_open(peers, outside, &error) != 0)
		snprintf(outside->trouble, sizeof outside->trouble, "%s", error.sentence);
	pthread_mutex_lock(&chain->lock);
	outside->next = peers->list;
	peers->list = outside;
	if (outside->peer)
		node_tell_waiting(outside->node);
	pthread_mutex_unlock(&chain->lock);
	if (*outside->trouble)
		say(outside, notices);
}

static void outsides_free(struct outside *list)
{
	while (list) {
		struct outside *next = list->next;
		outside_free(list);
		list = next;
	}
}

/* Whether something new was found that speaks against opening. Under lock, which is given up meanwhile. */
static bool look_at_blocks(struct peers *peers)
{
	struct embedded_chain *chain = peers->chain;

	if (peers->unserved || is_open(peers))
		return false;
	struct block_state *head = block_state_hold(node_head(embedded_viewed(chain)));
	pthread_mutex_unlock(&chain->lock);
	peers->unserved = unserved_find(chain, head, &peers->looked_at);
	pthread_mutex_lock(&chain->lock);
	block_state_release(head);
	return peers->unserved != NULL;
}

static void listen_found(void *context, uint64_t name, const struct lookup_found *found)
{
	struct peers *peers = context;
	struct outside **at = &peers->list, *outside;
	struct text listen = TEXT_EMPTY;

	pthread_mutex_lock(&peers->chain->lock);
	if (!peers->pauses)
		look_at_blocks(peers);
	while (!(*at)->is_sought || (*at)->name != name)
		at = &(*at)->next;
	outside = *at;
	*at = outside->next;
	outside->is_sought = false;
	judge(peers, outside);
	pthread_mutex_unlock(&peers->chain->lock);
	if (found->why)
		snprintf(outside->trouble, sizeof outside->trouble, "Unable to resolve %s %s", outside->listen,
		         found->why);
	text_printf(&listen, "%s%s", found->why ? found->host : found->address,
	            outside->listen + strcspn(outside->listen, ":"));
	free(outside->listen);
	outside->listen = text_take(&listen);
	open_new(peers, outside, NULL);
}

void peers_settle(struct peers *peers, struct text *notices)
{
	struct embedded_chain *chain = peers->chain;
	struct outside *wanted, *old;

	pthread_mutex_lock(&chain->lock);
	wanted = list_wanted(peers);
	if (wanted && !peers->pauses && look_at_blocks(peers)) { /* not for nothing: it takes time */
		outsides_free(wanted);
		wanted = list_wanted(peers);
	}
	old = take_out_old(peers, &wanted);
	pthread_mutex_unlock(&chain->lock);
	outsides_free(old);
	while (wanted) {
		struct outside *next = wanted->next;
		open_new(peers, wanted, notices);
		wanted = next;
	}
}

void peers_close(struct peers *peers, uint64_t node)
{
	struct outside **at = &peers->list, *outside;

	pthread_mutex_lock(&peers->chain->lock);
	while (*at && (*at)->name != node)
		at = &(*at)->next;
	outside = *at;
	if (outside)
		*at = outside->next;
	pthread_mutex_unlock(&peers->chain->lock);
	if (outside)
		outside_free(outside);
}

int peers_pause(struct peers *peers, const char *what, struct error *error)
{
	peers_hold(peers);
	pthread_mutex_lock(&peers->chain->lock);
	int result = peers_forbid(peers, what, error);
	pthread_mutex_unlock(&peers->chain->lock);
	if (result == 0) {
		peers->pauses++;
		peers_settle(peers, NULL);
	}
	peers_let_go(peers);
	return result;
}

void peers_resume(struct peers *peers)
{
	peers_hold(peers);
	peers->pauses--;
	peers_settle(peers, NULL);
	peers_let_go(peers);
}

/* --- telling and asking --- */

void peers_tell_block(struct peers *peers, const struct checksum256 *id)
{
	for (struct outside *outside = peers ? peers->list : NULL; outside; outside = outside->next)
		if (outside->peer && node_has_block(outside->node, id))
			p2p_endpoint_tell_block(peer_node_endpoint(outside->peer), id);
}

void peers_tell_transaction(struct peers *peers, const struct node *node, const struct bytes *packed)
{
	for (struct outside *outside = peers ? peers->list : NULL; outside; outside = outside->next)
		if (outside->peer && node_reaches(node, outside->node))
			p2p_endpoint_tell_transaction(peer_node_endpoint(outside->peer), packed);
}

void peers_describe(const struct peers *peers, struct chain_node *out)
{
	for (const struct outside *outside = peers->list; outside; outside = outside->next) {
		if (outside->name != out->name)
			continue;
		const char *address = outside->peer
		                          ? p2p_endpoint_address(peer_node_endpoint(outside->peer))
		                          : "";
		out->p2p_is_open = *address != 0;
		if (*address)
			snprintf(out->p2p_address, sizeof out->p2p_address, "%s", address);
		out->p2p_is_sought = outside->is_sought;
		snprintf(out->p2p_trouble, sizeof out->p2p_trouble, "%s", outside->trouble);
		if (outside->standing.target > out->head_block_num && out->state == CHAIN_NODE_RUNNING) {
			out->state = CHAIN_NODE_SYNCING;
			out->blocks_to_go = outside->standing.target - out->head_block_num;
		}
	}
}

int peers_forbid(const struct peers *peers, const char *what, struct error *error)
{
	for (const struct outside *outside = peers->list; outside; outside = outside->next)
		if (outside->standing.connected)
			return error_set(error, EBUSY, "%s while peers of other processes are connected to node %s: they "
			                 "could not follow", what, name_text(outside->name).text);
	return 0;
}

int peers_forbid_open(const struct peers *peers, const char *what, struct error *error)
{
	for (const struct outside *outside = peers->list; outside; outside = outside->next)
		if (outside->peer)
			return error_set(error, EBUSY,
			                 "%s while node %s is open to peers of other processes: they would refuse it",
			                 what, name_text(outside->name).text);
	return 0;
}
