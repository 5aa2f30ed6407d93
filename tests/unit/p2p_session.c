/* The protocol against recorded sessions: a peer's frames go in as they were sent to a stock node, and what
 * comes out must be what that node answered. The chain behind it holds the recorded blocks. */
#include "core/network/p2p/p2p.h"

#include "core/base/encoding/hex.h"
#include "core/base/encoding/json.h"
#include "core/base/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { LINE_MAXIMUM = 4 << 20, BLOCKS = 28, BLOCKS_MAXIMUM = 64, CONNECTIONS = 4, LINES = 400 };
static const int64_t BEGIN = 1795268400000000000;

/* The stored chain: base1 of the recordings, blocks 1 to 28; some sessions go on from there. */
struct chain {
	struct checksum256 ids[BLOCKS_MAXIMUM];
	struct bytes packed[BLOCKS_MAXIMUM];
};

struct replay {
	struct chain *chain;
	uint32_t head;    /* of the node that is ours; all before it is irreversible, as with one producer */
	const char *ours; /* "a" or "b": which side's answers we must give */
	struct p2p *p2p;
	struct p2p_connection *connections[CONNECTIONS];
	struct text recorded[CONNECTIONS], answered[CONNECTIONS]; /* a line a frame of b's */
	bool is_closed[CONNECTIONS]; /* by the node, as recorded */
	char name[64];
	int64_t ms;
};

/* --- the host: a chain that grows by nothing --- */

static void host_heads(void *context, struct peer_heads *out)
{
	const struct replay *replay = context;
	const uint32_t irreversible = replay->head > 1 ? replay->head - 1 : 1;
	*out = (struct peer_heads){.irreversible_num = irreversible,
	                           .head_num = replay->head,
	                           .irreversible_id = replay->chain->ids[irreversible],
	                           .head_id = replay->chain->ids[replay->head]};
}

static bool host_block_id(void *context, struct checksum256 *out, uint32_t number)
{
	const struct replay *replay = context;
	if (number < 1 || number > replay->head)
		return false;
	*out = replay->chain->ids[number];
	return true;
}

static bool host_knows(void *context, const struct checksum256 *id)
{
	struct checksum256 ours;
	return host_block_id(context, &ours, block_id_number(id)) && checksum256_equal(&ours, id);
}

static bool host_block(void *context, struct bytes *out, const struct checksum256 *id)
{
	const struct replay *replay = context;
	const struct bytes *block = &replay->chain->packed[block_id_number(id)];
	bytes_put(out, block->data, block->length);
	return block->length > 0;
}

/* A fresh node takes what stands on its head; every new block of the other sessions was refused. */
static enum p2p_verdict host_receive_block(void *context, struct signed_block *block, struct error *error)
{
	struct replay *replay = context;
	if (replay->ours[0] == 'a' &&
	    checksum256_equal(&block->header.previous, &replay->chain->ids[replay->head])) {
		replay->chain->ids[++replay->head] = block->id;
		return P2P_BLOCK_ACCEPTED;
	}
	error_chain(error, 3030001, "Unlinkable block");
	return P2P_BLOCK_REJECTED;
}

static void host_receive_transaction(void *context, struct packed_transaction *packed)
{
	(void)context;
	(void)packed;
}

/* --- frames as lines --- */

static void describe(struct text *out, const struct p2p_message *message)
{
	switch (message->type) {
	case P2P_HANDSHAKE:
		text_printf(out, "handshake %d version %u lib %u head %u %.16s agent %s\n",
		            message->handshake.generation, message->handshake.network_version,
		            message->handshake.heads.irreversible_num, message->handshake.heads.head_num,
		            checksum256_text(&message->handshake.heads.head_id).text, message->handshake.agent.text);
		break;
	case P2P_GO_AWAY:
		text_printf(out, "go_away %u\n", message->go_away.reason);
		break;
	case P2P_TIME:
		text_printf(out, "time %s\n", message->time.origin ? "answer" : "ping");
		break;
	case P2P_NOTICE:
	case P2P_REQUEST:
		text_printf(out, "%s transactions %u %u blocks %u %u ids %zu\n",
		            message->type == P2P_NOTICE ? "notice" : "request", message->selection.transactions.mode,
		            message->selection.transactions.pending, message->selection.blocks.mode,
		            message->selection.blocks.pending, message->selection.blocks.ids_count);
		break;
	case P2P_SYNC_REQUEST:
		text_printf(out, "sync_request %u %u\n", message->sync_request.start, message->sync_request.end);
		break;
	case P2P_BLOCK:
		text_printf(out, "block %.24s\n", checksum256_text(&message->block.id).text);
		break;
	default:
		text_printf(out, "message %d\n", (int)message->type);
	}
}

static void describe_frames(struct text *out, const uint8_t *data, size_t length)
{
	while (length > 0) {
		struct p2p_message message;
		struct error error = {0};
		uint32_t payload = 0;
		assert_true(length > P2P_FRAME_HEAD && p2p_frame_length(&payload, data));
		struct cursor in = cursor_make(data + P2P_FRAME_HEAD, payload);
		if (p2p_message_unpack(&message, &in, &error) != 0)
			fail_msg("%s", error.sentence);
		describe(out, &message);
		p2p_message_release(&message);
		data += P2P_FRAME_HEAD + payload;
		length -= P2P_FRAME_HEAD + payload;
	}
}

/* --- replaying --- */

static void pump(struct replay *replay)
{
	const uint8_t *data;
	size_t length;
	int64_t next;

	p2p_tick(replay->p2p, &next, BEGIN + replay->ms * 1000000);
	for (size_t i = 0; i < CONNECTIONS; i++)
		while (replay->connections[i] && (length = p2p_output(replay->connections[i], &data)) > 0) {
			describe_frames(&replay->answered[i], data, length);
			p2p_written(replay->connections[i], length, BEGIN + replay->ms * 1000000);
		}
}

/* Time goes on in steps of 10 ms, as the recording's did by itself. */
static void advance(struct replay *replay, int64_t ms)
{
	while (replay->ms + 10 < ms) {
		replay->ms += 10;
		pump(replay);
	}
	if (ms > replay->ms)
		replay->ms = ms;
}

static void replay_open(struct replay *replay, size_t number)
{
	char remote[32];

	assert_true(number < CONNECTIONS);
	if (replay->connections[number] || !p2p_admits(replay->p2p, "127.0.0.1"))
		return;
	snprintf(remote, sizeof remote, "127.0.0.1:%zu", 40000 + number);
	replay->connections[number] = p2p_open(replay->p2p, replay->ours[0] == 'a' ? "127.0.0.1:13109" : NULL,
	                                       remote, BEGIN + replay->ms * 1000000);
}

/* The recorded peer's own node id is known only from what the node of then said: ours takes it over. */
static void replay_line(struct replay *replay, const struct json *line)
{
	const char *hex = json_string(json_member(line, "hex")), *from = json_string(json_member(line, "from"));
	const char *event = json_string(json_member(line, "event"));
	int64_t number = 1, ms = replay->ms;

	json_int64(&number, json_member(line, "conn"));
	json_int64(&ms, json_member(line, "at_ms"));
	assert_in_range(number, 1, CONNECTIONS - 1);
	advance(replay, ms);
	if (event && strcmp(event, "open") == 0)
		replay_open(replay, (size_t)number);
	if (event && strcmp(event, "close") == 0)
		replay->is_closed[number] = strcmp(json_string(json_member(line, "by")), replay->ours) == 0;
	if (!hex)
		return;
	size_t length = strlen(hex) / 2;
	uint8_t *bytes = memory_allocate(length, 1);
	assert_int_equal(hex_parse(bytes, hex, 2 * length), 0);
	if (strcmp(from, replay->ours) != 0) {
		replay_open(replay, (size_t)number);
		if (replay->connections[number]) {
			p2p_input(replay->connections[number], bytes, length, BEGIN + ms * 1000000);
			pump(replay);
		}
	} else {
		describe_frames(&replay->recorded[number], bytes, length);
	}
	free(bytes);
}

static void replay_begin(struct replay *replay, struct chain *chain, const char *ours,
                         const struct json *session, const struct checksum256 *node_id)
{
	struct p2p_options options;
	struct p2p_host host = {.context = replay,
	                        .heads = host_heads,
	                        .block_id = host_block_id,
	                        .knows = host_knows,
	                        .block = host_block,
	                        .receive_block = host_receive_block,
	                        .receive_transaction = host_receive_transaction};

	*replay = (struct replay){.chain = chain, .ours = ours, .head = ours[0] == 'a' ? 1 : BLOCKS};
	snprintf(replay->name, sizeof replay->name, "%s", json_string(json_member(session, "session")));
	p2p_options_default(&options);
	assert_int_equal(checksum256_parse(&options.chain_id, json_string(json_member(session, "chain_id"))), 0);
	options.node_id = *node_id;
	options.address = "127.0.0.1:13401";
	options.per_host_maximum = strcmp(replay->name, "refuse-too-many-per-host") == 0 ? 1 : 25;
	replay->p2p = p2p_create(&options, &host);
}

/* Within a line or two of the heartbeat, which fell at any moment. */
static bool is_heartbeat(const char *line)
{
	return strncmp(line, "time ping", 9) == 0 || (strncmp(line, "handshake ", 10) == 0 && line[10] != '1');
}

/* The lines are equal, but for heartbeats that one side has and the other has not. */
static bool same_answers(const char *recorded, const char *answered)
{
	while (*recorded || *answered) {
		size_t left = strcspn(recorded, "\n"), right = strcspn(answered, "\n");
		if (left == right && strncmp(recorded, answered, left) == 0) {
			recorded += left + (recorded[left] != '\0');
			answered += right + (answered[right] != '\0');
		} else if (*recorded && is_heartbeat(recorded)) {
			recorded += left + 1;
		} else if (*answered && is_heartbeat(answered)) {
			answered += right + 1;
		} else {
			return false;
		}
	}
	return true;
}

static size_t replay_end(struct replay *replay)
{
	size_t answers = 0;

	for (size_t i = 1; i < CONNECTIONS; i++)
		if (replay->ours[0] == 'b' && replay->connections[i] &&
		    p2p_is_ended(replay->connections[i]) != replay->is_closed[i])
			fail_msg("%s, connection %zu: closed by the node or not", replay->name, i);
	/* where the heartbeat fell in the recording is chance: here within two seconds */
	if (strcmp(replay->name, "refuse-time-ping-no-handshake") == 0)
		advance(replay, replay->ms + 10200);
	for (size_t i = 1; i < CONNECTIONS; i++) {
		if (!same_answers(text_string(&replay->recorded[i]), text_string(&replay->answered[i])))
			fail_msg("%s, connection %zu: recorded\n%sanswered\n%s", replay->name, i,
			         text_string(&replay->recorded[i]), text_string(&replay->answered[i]));
		answers += replay->recorded[i].length > 0;
		text_release(&replay->recorded[i]);
		text_release(&replay->answered[i]);
	}
	p2p_destroy(replay->p2p);
	replay->p2p = NULL;
	return answers;
}

/* --- the recording --- */

static void keep_block(struct chain *chain, const struct json *line)
{
	const char *hex = json_string(json_member(line, "hex")), *type = json_string(json_member(line, "type"));
	struct p2p_message message;

	if (!type || strcmp(type, "signed_block") != 0)
		return;
	size_t length = strlen(hex) / 2;
	uint8_t *bytes = memory_allocate(length, 1);
	assert_int_equal(hex_parse(bytes, hex, 2 * length), 0);
	struct cursor in = cursor_make(bytes + P2P_FRAME_HEAD, length - P2P_FRAME_HEAD);
	assert_int_equal(p2p_message_unpack(&message, &in, NULL), 0);
	uint32_t number = block_id_number(&message.block.id);
	if (number < BLOCKS_MAXIMUM && chain->packed[number].length == 0) {
		chain->ids[number] = message.block.id;
		chain->ids[number - 1] = message.block.header.previous;
		bytes_put(&chain->packed[number], bytes + P2P_FRAME_HEAD + 1, length - P2P_FRAME_HEAD - 1);
	}
	p2p_message_release(&message);
	free(bytes);
}

/* The node id that a session's node sent, which some sessions are about. */
static void note_node_id(struct checksum256 *out, const struct json *line, const char *ours)
{
	const char *from = json_string(json_member(line, "from")), *type = json_string(json_member(line, "type"));
	if (from && type && strcmp(from, ours) == 0 && strcmp(type, "handshake") == 0)
		assert_int_equal(
			checksum256_parse(out, json_string(json_member(json_member(line, "decoded"), "node_id"))), 0);
}

/* Which side's part is ours; NULL: the session needs more than this chain. */
static const char *our_side(const char *name)
{
	if (strcmp(name, "sync-from-genesis") == 0 || strcmp(name, "recipe-b-serve") == 0)
		return "a";
	return strncmp(name, "refuse-", 7) == 0 && !strstr(name, "authenticated") ? "b" : NULL;
}

struct session {
	struct json *lines[LINES];
	size_t count;
};

static size_t run_session(struct chain *chain, struct session *session)
{
	struct replay replay;
	struct checksum256 node_id = {{0}};
	size_t answers = 0;

	if (session->count == 0)
		return 0;
	const char *ours = our_side(json_string(json_member(session->lines[0], "session")));
	if (ours) {
		for (size_t i = 1; i < session->count; i++)
			note_node_id(&node_id, session->lines[i], ours);
		replay_begin(&replay, chain, ours, session->lines[0], &node_id);
		for (size_t i = 1; i < session->count; i++)
			replay_line(&replay, session->lines[i]);
		answers = replay_end(&replay);
	}
	for (size_t i = 0; i < session->count; i++)
		json_release(session->lines[i]);
	session->count = 0;
	return answers;
}

static void recorded_sessions(void **state)
{
	char *line = memory_allocate(LINE_MAXIMUM, 1);
	gzFile file = gzopen("tests/golden/p2p.jsonl.gz", "rb");
	struct chain *chain = memory_allocate(1, sizeof *chain);
	struct session *session = memory_allocate(1, sizeof *session);
	size_t answers = 0;
	bool sync_session = false;

	(void)state;
	if (!file) {
		free(line);
		skip();
	}
	while (gzgets(file, line, LINE_MAXIMUM)) {
		struct json *json = NULL;
		assert_int_equal(json_parse(&json, line, strlen(line), NULL), 0);
		const char *name = json_string(json_member(json, "session"));
		if (name) {
			answers += run_session(chain, session);
			sync_session = strcmp(name, "sync-from-genesis") == 0 ||
			               strcmp(name, "refuse-block-1-request") == 0;
		}
		if (sync_session)
			keep_block(chain, json);
		if (session->count < LINES)
			session->lines[session->count++] = json;
		else
			json_release(json);
	}
	answers += run_session(chain, session);
	gzclose(file);
	free(line);
	for (size_t i = 0; i < BLOCKS_MAXIMUM; i++)
		bytes_release(&chain->packed[i]);
	free(chain);
	free(session);
	assert_true(answers > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_sessions)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
