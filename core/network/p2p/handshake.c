/* Handshakes: sending ours, checking theirs, and comparing the two chains (p2p.md 1.3, 2.2 to 2.5). */
#include "core/network/p2p/p2p_private.h"

#include <stdio.h>
#include <string.h>

/* --- ours --- */

static void set_text(struct p2p_text *out, const char *text)
{
	int length = snprintf(out->text, sizeof out->text, "%s", text);
	out->length = length < 0 ? 0 : (size_t)length < sizeof out->text ? (size_t)length : P2P_TEXT_MAXIMUM;
}

static void set_address(struct p2p_connection *connection, struct p2p_handshake *handshake)
{
	static const char *const types[] = {"", ":trx", ":blk"};
	struct p2p *p2p = connection->p2p;
	char text[P2P_TEXT_MAXIMUM + 1];

	snprintf(text, sizeof text, "%.300s%s - %.7s", p2p->options.address, types[connection->type],
	         checksum256_text(&p2p->options.node_id).text);
	set_text(&handshake->address, text);
}

static void sign(const struct p2p_options *options, struct p2p_handshake *handshake)
{
	if (!options->own_key)
		return;
	handshake->token = p2p_handshake_token(handshake->time);
	if (signer_public_key(options->signer, &handshake->key, options->own_key) != 0 ||
	    signer_sign(options->signer, &handshake->signature, options->own_key, &handshake->token, NULL) != 0) {
		memset(&handshake->token, 0, sizeof handshake->token);
		memset(&handshake->key, 0, sizeof handshake->key);
	}
}

void handshake_send(struct p2p_connection *connection)
{
	struct p2p *p2p = connection->p2p;
	struct p2p_message message = {.type = P2P_HANDSHAKE};
	struct p2p_handshake *handshake = &message.handshake;
	struct peer_heads heads;
	char id[17];

	if (connection->ended)
		return;
	p2p->host.heads(p2p->host.context, &heads);
	connection->generation = connection->generation == GENERATION_MAXIMUM
	                             ? 2
	                             : (int16_t)(connection->generation + 1);
	connection->told_head = heads.head_id;
	handshake->network_version = (uint16_t)(P2P_VERSION_BASE + connection->own_version);
	handshake->chain_id = p2p->options.chain_id;
	handshake->node_id = p2p->options.node_id;
	handshake->time = p2p->now;
	sign(&p2p->options, handshake);
	set_address(connection, handshake);
	handshake->heads = heads;
	set_text(&handshake->os, "linux");
	set_text(&handshake->agent, p2p->options.agent);
	handshake->generation = connection->generation;
	log_id(id, &heads.head_id);
	connection_log(connection, LOG_HANDSHAKE_SENT, "Sending handshake generation %d, lib %u, head %u, id %s",
	               connection->generation, heads.irreversible_num, heads.head_num, id);
	connection_send(connection, &message);
}

void handshake_send_to_all(struct p2p *p2p)
{
	for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next)
		if (connection_is_current(connection))
			handshake_send(connection);
}

/* --- theirs: is it one? --- */

enum connection_type connection_type_of(const char *address)
{
	const char *colon = strchr(address, ':');
	const char *second = colon ? strchr(colon + 1, ':') : NULL;

	if (!second)
		return CONNECTION_BOTH;
	size_t length = strcspn(second + 1, " :+=.,<>!$%^&(*)|-#@\t");
	if (length == 3 && strncmp(second + 1, "trx", 3) == 0)
		return CONNECTION_TRANSACTIONS;
	if (length == 3 && strncmp(second + 1, "blk", 3) == 0)
		return CONNECTION_BLOCKS;
	return CONNECTION_BOTH;
}

static bool is_signed(const struct p2p_handshake *handshake)
{
	static const struct signature none;
	return memcmp(handshake->signature.data, none.data, sizeof none.data) != 0 ||
	       !checksum256_is_zero(&handshake->token);
}

static bool token_is_right(const struct p2p_handshake *handshake)
{
	struct checksum256 token = p2p_handshake_token(handshake->time);
	return checksum256_equal(&token, &handshake->token);
}

static bool is_valid(struct p2p_connection *connection, const struct p2p_handshake *handshake)
{
	const struct {
		const char *name;
		const struct p2p_text *text;
		bool may_be_empty;
	} texts[] = {
		{"p2p_address", &handshake->address, false},
		{"os", &handshake->os, false},
		{"agent", &handshake->agent, true},
	};

	if (handshake->heads.irreversible_num > handshake->heads.head_num) {
		connection_log(
			connection, LOG_LIB_ABOVE_HEAD,
			"Handshake message validation: last irreversible block (%u) is greater than head block "
			"(%u)",
			handshake->heads.irreversible_num, handshake->heads.head_num);
		return false;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		bool empty = texts[i].text->length == 0 && !texts[i].may_be_empty;
		if (!empty && texts[i].text->length <= P2P_TEXT_MAXIMUM)
			continue;
		connection_log(connection, LOG_EMPTY_TEXT, "Handshake message validation: %s field is %s",
		               texts[i].name, empty ? "null string" : "too large");
		return false;
	}
	if (is_signed(handshake) && !token_is_right(handshake)) {
		connection_log(connection, LOG_BAD_TOKEN, "Handshake message validation: token field invalid");
		return false;
	}
	return true;
}

/* --- theirs: the first one of a connection --- */

/* Another connection of the same node, which is the one to keep? (2.4) */
static bool is_duplicate(const struct p2p_connection *connection, const struct p2p_handshake *handshake)
{
	const struct p2p *p2p = connection->p2p;
	const uint8_t *own = p2p->options.node_id.data, *theirs = handshake->node_id.data;

	if (memcmp(own, theirs, sizeof handshake->node_id.data) < 0)
		return false;
	for (const struct p2p_connection *other = p2p->connections; other; other = other->next)
		if (other != connection && !other->ended && !other->connecting && other->handshake_seen &&
		    checksum256_equal(&other->handshake.node_id, &handshake->node_id))
			return true;
	return false;
}

static bool has_key(const struct p2p_options *options, const struct public_key *key)
{
	for (size_t i = 0; i < options->peer_keys_count; i++)
		if (public_key_compare(&options->peer_keys[i], key) == 0)
			return true;
	return false;
}

static bool is_authentic(const struct p2p_connection *connection, const struct p2p_handshake *handshake)
{
	const struct p2p_options *options = &connection->p2p->options;
	struct public_key recovered;

	if (options->allowed & P2P_ALLOW_ANY)
		return true;
	if (options->allowed == P2P_ALLOW_NONE)
		return false;
	if (!has_key(options, &handshake->key)) {
		p2p_log(connection->p2p, LOG_UNAUTHORIZED, "Peer %s sent a handshake with an unauthorized key: %s.",
		        handshake->address.text, public_key_text(&handshake->key).text);
		return false;
	}
	return !checksum256_is_zero(&handshake->token) && token_is_right(handshake) &&
	       signature_recover(&recovered, &handshake->signature, &handshake->token, NULL) == 0 &&
	       public_key_compare(&recovered, &handshake->key) == 0;
}

static void check_fork(struct p2p_connection *connection, const struct p2p_handshake *handshake,
                       const struct peer_heads *heads)
{
	struct p2p *p2p = connection->p2p;
	struct checksum256 ours;

	if (handshake->heads.irreversible_num == 0 ||
	    handshake->heads.irreversible_num > heads->irreversible_num ||
	    !p2p->host.block_id(p2p->host.context, &ours, handshake->heads.irreversible_num) ||
	    checksum256_equal(&ours, &handshake->heads.irreversible_id))
		return;
	connection_log(connection, LOG_FORKED, "Peer chain is forked, sending: forked go away");
	connection_go_away(connection, P2P_FORKED);
}

static bool refuse(struct p2p_connection *connection, enum p2p_go_away_reason reason)
{
	connection_go_away(connection, reason);
	return false;
}

/* 2.2, point 2. false: nothing more is done with this handshake. */
static bool receive_first(struct p2p_connection *connection, const struct p2p_handshake *handshake,
                          const struct peer_heads *heads)
{
	const struct p2p_options *options = &connection->p2p->options;

	if (checksum256_equal(&handshake->node_id, &options->node_id)) {
		connection_log(connection, LOG_SELF, "Self connection detected node_id %s. Closing connection",
		               checksum256_text(&handshake->node_id).text);
		return refuse(connection, P2P_SELF);
	}
	if (!connection->outbound) {
		connection->type = connection_type_of(handshake->address.text);
		if (is_duplicate(connection, handshake))
			return refuse(connection, P2P_DUPLICATE);
	}
	snprintf(connection->name, sizeof connection->name, "%s", handshake->address.text);
	if (!checksum256_equal(&handshake->chain_id, &options->chain_id)) {
		connection_log(connection, LOG_WRONG_CHAIN, "Peer on a different chain. Closing connection");
		return refuse(connection, P2P_WRONG_CHAIN);
	}
	connection->version = p2p_protocol_version(handshake->network_version);
	if (connection->version == P2P_VERSION)
		connection_log(connection, LOG_VERSION_SAME, "Local network version: %d", P2P_VERSION);
	else
		connection_log(connection, LOG_VERSION_DIFFERENT,
		               "Local network version different: %d Remote version: %u", P2P_VERSION,
		               connection->version);
	if (!is_authentic(connection, handshake)) {
		connection_log(connection, LOG_NOT_AUTHENTICATED, "Peer not authenticated.  Closing connection.");
		return refuse(connection, P2P_AUTHENTICATION);
	}
	connection->welcome = true;
	check_fork(connection, handshake, heads);
	/* EOSIO 2.1's protocols: it is told the version that it still speaks with us */
	if (connection->version >= 3 && connection->version <= 6) {
		connection->own_version = 1;
		connection->generation = 0;
		handshake_send(connection);
		return false;
	}
	return true;
}

/* --- comparing chains (2.3) --- */

static void send_notice(struct p2p_connection *connection, uint32_t transactions_mode,
                        uint32_t transactions_pending, uint32_t blocks_mode, uint32_t blocks_pending,
                        struct checksum256 *id)
{
	struct p2p_message message = {
		.type = P2P_NOTICE,
		.selection = {
			.transactions = {.mode = transactions_mode, .pending = transactions_pending},
			.blocks = {.mode = blocks_mode, .pending = blocks_pending, .ids = id, .ids_count = id ? 1 : 0}}};
	connection_send(connection, &message);
}

/* The peer's branch is another one: its blocks are asked for. */
static void request_other_branch(struct p2p_connection *connection, const struct p2p_handshake *handshake)
{
	struct p2p *p2p = connection->p2p;
	struct p2p_message message = {.type = P2P_REQUEST};
	struct checksum256 ours;

	if (p2p->host.block_id(p2p->host.context, &ours, handshake->heads.head_num) &&
	    checksum256_equal(&ours, &handshake->heads.head_id))
		return;
	message.selection.blocks.mode = P2P_CATCH_UP;
	connection_send(connection, &message);
}

/* The blocks that the message's way here is long. */
static uint32_t blocks_on_the_way(const struct p2p_connection *connection,
                                  const struct p2p_handshake *handshake)
{
	const int64_t now = connection->p2p->now, slot = MILLISECONDS(500);

	if (handshake->time >= now)
		return 0;
	uint64_t latency = (uint64_t)now - (uint64_t)handshake->time;
	uint64_t blocks = 2 * ((latency + (uint64_t)slot / 2) / (uint64_t)slot);
	return blocks > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)blocks;
}

static int compare_row(const struct p2p_handshake *handshake, const struct peer_heads *heads, uint32_t late)
{
	if (checksum256_equal(&handshake->heads.head_id, &heads->head_id))
		return 0;
	if (heads->head_num < handshake->heads.irreversible_num)
		return 1;
	if (heads->irreversible_num > (uint64_t)handshake->heads.head_num + late)
		return 2;
	if ((uint64_t)heads->head_num + late < handshake->heads.head_num)
		return 3;
	return heads->head_num >= (uint64_t)handshake->heads.head_num + late ? 4 : -1;
}

static void log_row(const struct p2p_connection *connection, const struct p2p_handshake *handshake,
                    const struct peer_heads *heads, int row)
{
	char id[17], head[24] = "";

	log_id(id, &handshake->heads.head_id);
	if (row > 0)
		snprintf(head, sizeof head, "head %u, ", heads->head_num);
	connection_log(connection, LOG_COMPARE_0 + (unsigned)row,
	               "handshake lib %u, head %u, head id %s.. sync %d, %slib %u",
	               handshake->heads.irreversible_num, handshake->heads.head_num, id, row, head,
	               heads->irreversible_num);
}

static void compare(struct p2p_connection *connection, const struct p2p_handshake *handshake,
                    struct peer_heads *heads)
{
	const int64_t now = connection->p2p->now;
	bool told = handshake->generation > 1 || connection->version > 0;
	int row = compare_row(handshake, heads, blocks_on_the_way(connection, handshake));

	if (handshake->heads.irreversible_num > connection->p2p->sync_target)
		connection->p2p->sync_target = handshake->heads.irreversible_num;
	if (handshake->time > now && handshake->time - now > MILLISECONDS(250))
		connection_log(connection, LOG_SKEWED,
		               "Peer sent a handshake with a timestamp skewed by at least %lldms",
		               (long long)((now - handshake->time) / MILLISECONDS(1)));
	if (row >= 0)
		log_row(connection, handshake, heads, row);
	if (row >= 0)
		connection->syncing = row == 2;
	switch (row) {
	case 0:
		send_notice(connection, P2P_CATCH_UP, 0, P2P_NONE, 0, NULL);
		break;
	case 1:
		if (connection->generation > 0)
			handshake_send(connection);
		break;
	case 2:
		if (told)
			send_notice(connection, P2P_LAST_IRREVERSIBLE, heads->irreversible_num, P2P_LAST_IRREVERSIBLE,
			            heads->head_num, NULL);
		break;
	case 3:
		sync_head(connection, handshake->heads.head_num, &handshake->heads.head_id);
		break;
	case 4:
		if (told)
			send_notice(connection, P2P_NONE, 0, P2P_CATCH_UP, heads->head_num, &heads->head_id);
		request_other_branch(connection, handshake);
		break;
	default:
		break; /* level but for the latency */
	}
}

void handshake_receive(struct p2p_connection *connection, const struct p2p_handshake *handshake)
{
	struct p2p *p2p = connection->p2p;
	struct peer_heads heads;
	bool first = handshake->generation == 1;

	if (!is_valid(connection, handshake)) {
		connection_log(connection, LOG_BAD_HANDSHAKE, "bad handshake message");
		connection_go_away(connection, P2P_FATAL_OTHER);
		return;
	}
	connection->handshake = *handshake;
	connection->handshake_seen = true;
	connection->peer_irreversible = handshake->heads.irreversible_num;
	connection->connecting = false;
	p2p->host.heads(p2p->host.context, &heads);
	if (first && !receive_first(connection, handshake, &heads))
		return;
	if (connection->type != CONNECTION_TRANSACTIONS)
		compare(connection, handshake, &heads);
	/* ours comes after the notice, as recorded */
	if (first && connection->generation == 0)
		handshake_send(connection);
}
