/* Checkpoints: producer schedules and the ranking of producers; what belongs to a checkpoint as a whole. */
#include "tests/golden/replay.h"

#include <string.h>

static void compare_schedule(struct replay *replay, const char *what, const struct json *expected,
                             const struct producer_schedule *schedule)
{
	struct text text = TEXT_EMPTY;
	if (schedule->producers_count)
		producer_schedule_print(&text, schedule);
	else
		text_append(&text, "null");
	replay_compare_json_text(replay, what, expected, &text, NULL);
	text_release(&text);
}

static void compare_schedules(struct replay *replay, struct chain_view *view, const struct json *schedule)
{
	struct chain_schedules schedules = {0};
	struct error error = {0};
	if (view->operations->schedules(view, &schedules, &error)) {
		replay_differ(replay, "schedules", "some", error.sentence);
		return;
	}
	compare_schedule(replay, "active schedule", json_member(schedule, "active"), &schedules.active);
	compare_schedule(replay, "pending schedule", json_member(schedule, "pending"), &schedules.pending);
	compare_schedule(replay, "proposed schedule", json_member(schedule, "proposed"), &schedules.proposed);
	chain_schedules_release(&schedules);
}

static void compare_producers(struct replay *replay, struct chain_view *view, const struct json *producers)
{
	/* Without a table of producers nodeos answers with the active schedule, and its total is then whatever
	 * stood in memory. */
	static const char *const total[] = {"total_producer_vote_weight", NULL};
	bool fallback = json_member(json_first(json_member(producers, "rows")), "producer_authority") != NULL;
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	if (chain_producers_print(view, &text, true, 0, 50, &error))
		replay_differ(replay, "producers", "some", error.sentence);
	else
		replay_compare_json_text(replay, "producers", producers, &text, fallback ? total : NULL);
	text_release(&text);
}

static void compare_checkpoint(struct replay *replay, const struct recording_checkpoint *checkpoint)
{
	struct chain_view *view;
	struct error error = {0};
	replay_at(replay, "checkpoint \"%s\"", checkpoint->name);
	replay->checkpoints++;
	if (chain_view_open(replay->chain, &view, NULL, NULL, &error)) {
		replay_differ(replay, "state", "readable", error.sentence);
		return;
	}
	replay_compare_tables(replay, view, json_member(checkpoint->json, "tables"));
	replay_compare_raw_tables(replay, json_member(checkpoint->json, "raw_tables"));
	replay_compare_accounts(replay, view, json_member(checkpoint->json, "accounts"));
	compare_schedules(replay, view, json_member(checkpoint->json, "schedule"));
	/* Votes weigh more by the second, so that without clocks the ranking is not comparable. */
	if (!replay->ignored)
		compare_producers(replay, view, json_member(checkpoint->json, "producers"));
	chain_view_close(view);
}

bool replay_checkpoints(struct replay *replay, uint32_t block, const char *until)
{
	for (size_t i = 0; i < replay->recording.checkpoints_count; i++) {
		const struct recording_checkpoint *checkpoint = &replay->recording.checkpoints[i];
		if (checkpoint->head_block_num != block)
			continue;
		compare_checkpoint(replay, checkpoint);
		if (until && !strcmp(until, checkpoint->name))
			return true;
	}
	return false;
}

bool replay_checkpoint_named(struct replay *replay, const char *name)
{
	for (size_t i = 0; i < replay->recording.checkpoints_count; i++) {
		if (strcmp(replay->recording.checkpoints[i].name, name))
			continue;
		compare_checkpoint(replay, &replay->recording.checkpoints[i]);
		return true;
	}
	return false;
}
