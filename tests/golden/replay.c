/* replay FILE.jsonl.gz [--until CHECKPOINT] [--wasm CONTRACTS | --without-twins] [--blocks | --boot]: does
 * again what a recording says and tells every difference. */
#include "tests/golden/replay.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: replay [--blocks | --requests[=SECTION,…] | --boot] [--wasm CONTRACTS "
                            "| --without-twins] [--until CHECKPOINT] FILE.jsonl.gz\n";

enum { RESTART_SLOTS = 60 };

/* Where its time jumps, the recorded node was started again with another clock; a fresh node does not know
 * what was signed before. */
static void forget_after_restart(struct replay *replay, uint32_t slot)
{
	if (slot > branch_block_slot(replay->branch) + RESTART_SLOTS)
		replay->producers_count = 0;
}

/* The last block a producer signed, which decides what it confirms next. */
static uint32_t *last_block_of(struct replay *replay, uint64_t producer)
{
	size_t i = 0;
	while (i < replay->producers_count && replay->producers[i].name != producer)
		i++;
	if (i == REPLAY_PRODUCERS)
		i = 0;
	else if (i == replay->producers_count)
		replay->producers[replay->producers_count++] = (struct replay_producer){.name = producer};
	return &replay->producers[i].last_block;
}

static int start_block(struct replay *replay, const struct recording_block *block, struct error *error)
{
	uint64_t confirmed = 0;
	struct block_options options = {.slot = block->slot};
	struct checksum256 *features;
	const char *producer = json_string(json_member(block->json, "producer"));
	int result = name_parse(&options.producer, producer ? producer : "", error);
	if (result)
		return result;
	replay_at(replay, "block %u", block->number);
	forget_after_restart(replay, options.slot);
	options.confirmed = branch_confirmed(replay->branch, *last_block_of(replay, options.producer));
	json_uint64(&confirmed, json_member(block->signed_json, "confirmed"));
	replay_compare_number(replay, "confirmed", confirmed, options.confirmed);
	options.confirmed = (uint16_t)confirmed;
	const struct producer_authority *due = branch_producer_of_slot(replay->branch, block->slot);
	if (due && due->producer_name != options.producer)
		replay_differ(replay, "producer", name_text(options.producer).text,
		              name_text(due->producer_name).text);
	options.features_count = replay_block_features(block, &features);
	options.features = features;
	result = branch_block_start(replay->branch, NULL, &options, error);
	free(features);
	if (result == 0)
		*last_block_of(replay, options.producer) = block->number;
	return result;
}

static int seal_block(struct replay *replay, const struct recording_block *block, struct error *error)
{
	struct block_state *state;
	struct checksum256 digest;
	int result = branch_block_seal(replay->branch, &state, &digest, error);
	if (result == 0)
		replay_compare_block(replay, block, state);
	return result;
}

/* The steps, pushed into blocks of our own at the recorded slots. */
static int replay_steps(struct replay *replay, const char *until, struct error *error)
{
	for (size_t number = 2; number < replay->recording.blocks_count; number++) {
		const struct recording_block *block = &replay->recording.blocks[number];
		int result = start_block(replay, block, error);
		if (result)
			return result;
		for (size_t i = 0; i < block->events_count; i++) {
			if (block->events[i].kind == EVENT_DEFERRED)
				replay_deferred(replay, &block->events[i]);
			else
				replay_step(replay, &block->events[i]);
		}
		result = seal_block(replay, block, error);
		if (result)
			return result;
		if (replay_checkpoints(replay, block->number, until))
			break;
	}
	return 0;
}

/* Every step belongs into a block. */
static void find_unplaced_steps(struct replay *replay)
{
	for (size_t i = 0; i < replay->recording.steps_count; i++) {
		const struct recording_step *step = &replay->recording.steps[i];
		if (!step->json || step->placed)
			continue;
		replay_at(replay, "step %u", step->number);
		replay_differ(replay, "block", "one", "none");
	}
}

static bool has_checkpoint(const struct replay *replay, const char *name)
{
	for (size_t i = 0; i < replay->recording.checkpoints_count; i++)
		if (!strcmp(replay->recording.checkpoints[i].name, name))
			return true;
	return false;
}

static int run(struct replay *replay, const char *path, const char *until, const char *contracts,
               bool without_twins, bool blocks, bool boot, struct error *error)
{
	const struct contract_options options = {.without_twins = contracts || without_twins};
	int result = contracts ? recording_read_codes(&replay->recording, contracts, error) : 0;
	if (result)
		return result;
	result = recording_read(&replay->recording, path, error);
	if (result)
		return result;
	if (until && !has_checkpoint(replay, until))
		return error_set(error, EINVAL, "%s has no checkpoint \"%s\"", path, until);
	replay->ids = memory_allocate(replay->recording.steps_count + 1, sizeof *replay->ids);
	replay->signer = signer_create();
	if (boot)
		return replay_boot(replay, until, error);
	result = branch_create(&replay->branch, &replay->recording.genesis, error);
	if (result)
		return result;
	ledger_set_contract_options(branch_ledger(replay->branch), &options);
	replay->chain = replay_chain_create(replay->branch);
	find_unplaced_steps(replay);
	return blocks ? replay_blocks(replay, until, error) : replay_steps(replay, until, error);
}

int main(int count, char **arguments)
{
	struct replay replay = {0};
	struct error error = {0};
	const char *path = NULL, *until = NULL, *contracts = NULL;
	bool blocks = false, boot = false, without_twins = false;
	for (int i = 1; i < count; i++) {
		if (!strcmp(arguments[i], "--blocks"))
			blocks = true;
		else if (!strcmp(arguments[i], "--requests"))
			blocks = replay.asks = true;
		else if (!strncmp(arguments[i], "--requests=", 11)) {
			blocks = replay.asks = true;
			replay.sections = arguments[i] + 11;
		} else if (!strcmp(arguments[i], "--boot"))
			boot = true;
		else if (!strcmp(arguments[i], "--until") && i + 1 < count)
			until = arguments[++i];
		else if (!strcmp(arguments[i], "--without-twins"))
			without_twins = true;
		else if (!strcmp(arguments[i], "--wasm") && i + 1 < count)
			contracts = arguments[++i];
		else if (arguments[i][0] != '-' && !path)
			path = arguments[i];
		else
			return fputs(usage, stderr), 2;
	}
	if (!path)
		return fputs(usage, stderr), 2;
	int result = run(&replay, path, until, contracts, without_twins, blocks, boot, &error);
	if (result) {
		replay.differences++;
		printf("%s: stopped: %s\n", replay.where.length ? text_string(&replay.where) : "replay",
		       error.sentence);
	}
	if (replay.asks)
		printf("%zu requests, ", replay.requests);
	if (blocks)
		printf("%zu blocks, ", replay.blocks);
	printf("%zu steps, %zu checkpoints, %zu differences\n", replay.steps, replay.checkpoints,
	       replay.differences);
	chain_destroy(replay.chain);
	branch_destroy(replay.branch);
	signer_destroy(replay.signer);
	recording_release(&replay.recording);
	free(replay.ids);
	text_release(&replay.where);
	text_release(&replay.member);
	return replay.differences ? 1 : 0;
}
