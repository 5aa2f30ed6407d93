/* The replay of a recording against the engine: what its parts share. */
#ifndef EOSIOFS_TESTS_GOLDEN_REPLAY_H
#define EOSIOFS_TESTS_GOLDEN_REPLAY_H

#include "core/chain/chain.h"
#include "core/engine/engine.h"
#include "core/types/name.h"
#include "tests/golden/recording.h"

enum { REPLAY_CODE_ACCOUNTS = 64, REPLAY_PRODUCERS = 256 };

struct replay {
	struct recording recording;
	struct branch *branch;
	struct signer *signer;
	struct chain *chain; /* reads the engine's state (replay_chain.c) */
	size_t blocks, steps, checkpoints, requests, differences;
	struct text where;  /* "step 12 (note)": what is being compared */
	struct text member; /* ".producers[2].owner": within it */
	struct checksum256 *ids; /* owned: of our transaction, by step */
	uint64_t code_accounts[REPLAY_CODE_ACCOUNTS]; /* that were given code or an ABI */
	size_t code_accounts_count;
	struct replay_producer {
		uint64_t name;
		uint32_t last_block;
	} producers[REPLAY_PRODUCERS];
	size_t producers_count;
	bool asks;            /* HTTP requests are compared too */
	const char *sections; /* of them; NULL: all */
	const char *const *ignored; /* members that are not compared at any depth; NULL: all are */
};

/* --- differences (compare.c) --- */

/* Says what is compared from here on. */
void replay_at(struct replay *replay, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One line: where, what, expected, got, the two cut around their first difference. */
void replay_differ(struct replay *replay, const char *what, const char *expected, const char *got);
void replay_compare_text(struct replay *replay, const char *what, const char *expected, const char *got);
void replay_compare_number(struct replay *replay, const char *what, uint64_t expected, uint64_t got);
/* Every leaf that differs; members in `ignored` (NULL-terminated; may be NULL) are passed over at the top
 * level. */
void replay_compare_json(struct replay *replay, const char *what, const struct json *expected,
                         const struct json *got, const char *const *ignored);
/* The same with our side as text. */
void replay_compare_json_text(struct replay *replay, const char *what, const struct json *expected,
                              const struct text *got, const char *const *ignored);
/* Transaction ids of the recording become ours, where the text names a step's. */
void replay_translate_ids(const struct replay *replay, struct text *text);

/* --- steps (push.c, compare_step.c) --- */

/* The transaction of a step, signed. A recorded transaction that is cut holds our own bundle's bytes. */
int replay_build_step(struct replay *replay, const struct recording_step *step,
                      struct packed_transaction *out, struct error *error);
/* Runs a step in the block in the making and compares what it did. */
void replay_step(struct replay *replay, const struct recording_event *event);
void replay_deferred(struct replay *replay, const struct recording_event *event);
/* result: of branch_push. */
void replay_compare_step(struct replay *replay, const struct recording_step *step,
                         const struct transaction_trace *trace, int result, const struct error *failure);

/* --- blocks (compare_block.c, replay_blocks.c) --- */

void replay_compare_block(struct replay *replay, const struct recording_block *recorded,
                          const struct block_state *block);
/* What the recording's block says was activated, scheduled. free() the digests. */
size_t replay_block_features(const struct recording_block *recorded, struct checksum256 **out);
/* Applies the signed blocks as a validating node. */
int replay_blocks(struct replay *replay, const char *until, struct error *error);

/* --- checkpoints (compare_table.c, compare_account.c, compare_schedule.c) --- */

/* Compares the checkpoints that stand after a block; true: `until` (may be NULL) is one of them. */
bool replay_checkpoints(struct replay *replay, uint32_t block, const char *until);
/* Compares the state as it is now with one; false: there is none of that name. */
bool replay_checkpoint_named(struct replay *replay, const char *name);
void replay_compare_tables(struct replay *replay, struct chain_view *view, const struct json *tables);
/* Was an account given code or an ABI of ours, which is of another size? */
bool replay_has_own_code(const struct replay *replay, uint64_t name);
void replay_compare_raw_tables(struct replay *replay, const struct json *tables);
void replay_compare_accounts(struct replay *replay, struct chain_view *view, const struct json *accounts);

/* --- HTTP requests (compare_request.c) --- */

/* The head block when the recorded node was asked. */
uint32_t replay_requests_at(const struct replay *replay);
/* Asks what it was asked. */
void replay_requests(struct replay *replay);

/* --- the boot sequence (replay_boot.c) --- */

/* Drives core/boot with the recorded accounts and compares its state with the recording's checkpoints, clocks
 * left out. */
int replay_boot(struct replay *replay, const char *until, struct error *error);

/* --- the chain that reads the engine (replay_chain.c) --- */
struct chain *replay_chain_create(struct branch *branch);
/* So that it and what it did can be read by its number. */
void replay_chain_keep_trace(
	struct chain *chain, uint32_t number,
	struct transaction_trace *trace); /* taken over: of a block that cannot be traced again */
void replay_chain_keep_block(struct chain *chain, struct block_state *state);

#endif
