/* Messages between nodes: every frame of the recorded sessions decodes, and encodes to the same bytes. */
#include "core/network/p2p/message.h"

#include "core/base/encoding/hex.h"
#include "core/base/encoding/json.h"
#include "core/base/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { LINE_MAXIMUM = 4 << 20 };

static void check_frame(const char *type, const char *hex)
{
	size_t length = strlen(hex) / 2;
	uint8_t *frame = memory_allocate(length, 1);
	struct p2p_message message;
	struct error error = {0};
	struct bytes packed = {0};
	uint32_t payload;

	assert_int_equal(hex_parse(frame, hex, 2 * length), 0);
	assert_true(length >= P2P_FRAME_HEAD && p2p_frame_length(&payload, frame));
	struct cursor in = cursor_make(frame + P2P_FRAME_HEAD, length - P2P_FRAME_HEAD);
	int result = p2p_message_unpack(&message, &in, &error);
	if (strcmp(type, "unknown 9") == 0) {
		assert_int_equal(result, -EINVAL);
	} else {
		if (result)
			fail_msg("%s: %s", type, error.sentence);
		/* one session sends a frame whose length says more than the value has */
		if (payload == length - P2P_FRAME_HEAD)
			assert_int_equal(cursor_left(&in), 0);
		p2p_message_pack(&packed, &message);
		assert_int_equal(packed.length, length);
		assert_memory_equal(packed.data, frame, length);
		p2p_message_release(&message);
	}
	bytes_release(&packed);
	free(frame);
}

static void recorded_frames_both_ways(void **state)
{
	char *line = memory_allocate(LINE_MAXIMUM, 1);
	gzFile file = gzopen("tests/golden/p2p.jsonl.gz", "rb");
	size_t frames = 0;

	(void)state;
	if (!file) {
		free(line);
		skip();
	}
	while (gzgets(file, line, LINE_MAXIMUM)) {
		struct json *json = NULL;
		assert_int_equal(json_parse(&json, line, strlen(line), NULL), 0);
		const char *type = json_string(json_member(json, "type"));
		const char *hex = json_string(json_member(json, "hex"));
		if (type && hex && strcmp(type, "raw") != 0) {
			check_frame(type, hex);
			frames++;
		}
		json_release(json);
	}
	gzclose(file);
	free(line);
	assert_int_equal(frames, 1268);
}

/* p2p.md 6.4. */
static void the_specified_handshake(void **state)
{
	struct p2p_message message = {.type = P2P_HANDSHAKE};
	struct p2p_handshake *handshake = &message.handshake;
	struct bytes packed = {0};

	(void)state;
	handshake->network_version = P2P_VERSION_BASE + P2P_VERSION;
	assert_int_equal(checksum256_parse(&handshake->chain_id,
	                                   "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"),
	                 0);
	for (uint8_t i = 0; i < 32; i++)
		handshake->node_id.data[i] = i;
	handshake->time = 1700000000000000000;
	strcpy(handshake->address.text, "127.0.0.1:9876 - 0001020");
	handshake->address.length = strlen(handshake->address.text);
	handshake->heads.irreversible_num = handshake->heads.head_num = 1;
	assert_int_equal(checksum256_parse(&handshake->heads.head_id,
	                                   "00000001bcf2f448225d099685f14da76803028926af04d2607eafcf609c265c"),
	                 0);
	handshake->heads.irreversible_id = handshake->heads.head_id;
	strcpy(handshake->os.text, "linux");
	handshake->os.length = 5;
	strcpy(handshake->agent.text, "EOS Test Agent");
	handshake->agent.length = 14;
	handshake->generation = 1;
	p2p_message_pack(&packed, &message);
	assert_int_equal(packed.length, 331);
	struct checksum256 sum = hash_sha256(packed.data, packed.length);
	assert_string_equal(checksum256_text(&sum).text,
	                    "003fda54c91f5eb52affa2ac337e8993757f728fe647ee9e732c9a8d5eccb6a5");
	struct checksum256 token = p2p_handshake_token(handshake->time);
	assert_string_equal(checksum256_text(&token).text,
	                    "e1624f55eace539f6b8618b7fc3a34668f16cc7a1a709cc211f7282cd00766b0");
	bytes_release(&packed);
}

static void lengths_and_versions(void **state)
{
	uint32_t length;

	(void)state;
	assert_false(p2p_frame_length(&length, (const uint8_t[]){0, 0, 0, 0}));
	assert_true(p2p_frame_length(&length, (const uint8_t[]){0, 0, 0x80, 0}));
	assert_int_equal(length, P2P_FRAME_MAXIMUM);
	assert_false(p2p_frame_length(&length, (const uint8_t[]){1, 0, 0x80, 0}));
	assert_int_equal(p2p_protocol_version(1212), 7);
	assert_int_equal(p2p_protocol_version(1204), 0);
	assert_int_equal(p2p_protocol_version(1311), 106);
	assert_int_equal(p2p_protocol_version(1312), 0);
	assert_string_equal(p2p_go_away_text(P2P_DUPLICATE), "duplicate");
	assert_string_equal(p2p_go_away_text(99), "some crazy reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_frames_both_ways),
		cmocka_unit_test(the_specified_handshake),
		cmocka_unit_test(lengths_and_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
