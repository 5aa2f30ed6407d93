/* Sealed blocks: what the header says beside ids and merkle roots, and the receipts. */
#include "tests/golden/replay.h"

#include "core/base/memory.h"

#include <stdlib.h>

size_t replay_block_features(const struct recording_block *recorded, struct checksum256 **out)
{
	const struct json *features = json_member(recorded->signed_json, "new_protocol_features");
	size_t count = 0;
	*out = memory_allocate(json_count(features) + 1, sizeof **out);
	for (const struct json *feature = json_first(features); feature; feature = json_next(feature)) {
		const char *digest = json_string(json_member(feature, "feature_digest"));
		if (digest && !checksum256_parse(&(*out)[count], digest))
			count++;
	}
	return count;
}

static void compare_features(struct replay *replay, const struct recording_block *recorded,
                             const struct block_header *header)
{
	struct checksum256 *expected, *got = NULL;
	size_t expected_count = replay_block_features(recorded, &expected);
	size_t got_count = block_header_features(header, &got);
	replay_compare_number(replay, "number of features", expected_count, got_count);
	for (size_t i = 0; i < expected_count && i < got_count; i++)
		replay_compare_text(replay, "feature", checksum256_text(&expected[i]).text,
		                    checksum256_text(&got[i]).text);
	free(expected);
	free(got);
}

static void compare_new_schedule(struct replay *replay, const struct json *expected,
                                 const struct block_header *header)
{
	struct producer_schedule schedule = {0};
	struct text text = TEXT_EMPTY;
	const struct json *wanted = json_member(expected, "new_producer_schedule");
	bool proposes = block_header_new_schedule(header, &schedule);
	if (json_type(json_member(expected, "new_producers")) == JSON_OBJECT)
		wanted = json_member(expected, "new_producers");
	if (proposes != (wanted != NULL)) {
		replay_differ(replay, "new schedule", wanted ? "one" : "none", proposes ? "one" : "none");
	} else if (proposes) {
		producer_schedule_print(&text, &schedule);
		replay_compare_json_text(replay, "new schedule", wanted, &text, NULL);
	}
	text_release(&text);
	producer_schedule_release(&schedule);
}

static bool is_cut(const struct json *receipt)
{
	return json_type(json_member(json_member(receipt, "trx"), "packed_trx")) == JSON_OBJECT;
}

static void compare_receipts(struct replay *replay, const struct json *transactions,
                             const struct signed_block *block)
{
	size_t i = 0;
	replay_compare_number(replay, "number of transactions", json_count(transactions),
	                      block->transactions_count);
	for (const struct json *expected = json_first(transactions); expected && i < block->transactions_count;
	     expected = json_next(expected), i++) {
		const struct transaction_receipt *receipt = &block->transactions[i];
		uint64_t words = 0, cpu = 0;
		const char *status = json_string(json_member(expected, "status"));
		json_uint64(&words, json_member(expected, "net_usage_words"));
		json_uint64(&cpu, json_member(expected, "cpu_usage_us"));
		replay_compare_text(replay, "receipt status", status ? status : "",
		                    transaction_status_name(receipt->status));
		replay_compare_number(replay, "receipt CPU", cpu, receipt->cpu_usage_us);
		if (!is_cut(expected))
			replay_compare_number(replay, "receipt NET words", words, receipt->net_usage_words);
	}
}

void replay_compare_block(struct replay *replay, const struct recording_block *recorded,
                          const struct block_state *block)
{
	const struct json *expected = recorded->signed_json;
	const struct block_header *header = &block->block->header;
	uint64_t version = 0;
	replay_at(replay, "block %u", recorded->number);
	json_uint64(&version, json_member(expected, "schedule_version"));
	replay_compare_number(replay, "number", recorded->number, block->number);
	replay_compare_number(replay, "schedule_version", version, header->schedule_version);
	compare_features(replay, recorded, header);
	compare_new_schedule(replay, expected, header);
	compare_receipts(replay, json_member(expected, "transactions"), block->block);
}
