/* A golden recording (tests/golden/NAME.jsonl.gz): what a real node did, line by line, and in which order to
 * do it again. */
#ifndef EOSIOFS_TESTS_GOLDEN_RECORDING_H
#define EOSIOFS_TESTS_GOLDEN_RECORDING_H

#include "core/base/crypto/key.h"
#include "core/base/encoding/json.h"
#include "core/types/genesis.h"

struct recording_key {
	struct public_key public;
	struct private_key private;
};

/* A transaction that was sent. */
struct recording_step {
	uint32_t number;
	const struct json *json; /* NULL: no such step */
	bool refused;
	bool placed;  /* in a block's events */
	bool cut; /* code or ABI stands as {sha256, size}, and its bytes are not at hand: we install our own */
};

enum event_kind { EVENT_STEP, EVENT_DEFERRED };

/* What happens in a block, in order. */
struct recording_event {
	enum event_kind kind;
	uint32_t step;              /* 0: a transaction that a contract deferred */
	const struct json *receipt; /* in signed_block.transactions; NULL for a refused step */
};

struct recording_block {
	uint32_t number, slot;
	const struct json *json;   /* the `block` line */
	const struct json *signed_json; /* the `signed_block` line */
	struct recording_event *events; /* owned */
	size_t events_count;
};

struct recording_checkpoint {
	const struct json *json;
	uint32_t head_block_num;
	const char *name;
};

/* Bytes that steps only name by their hash. */
struct recording_code {
	struct checksum256 hash;
	struct bytes bytes; /* owned */
};

struct recording {
	struct json **lines; /* owned */
	size_t lines_count, lines_capacity;
	struct genesis genesis;
	struct recording_key *keys; /* owned */
	size_t keys_count;
	struct recording_code *codes; /* owned */
	size_t codes_count, codes_capacity;
	struct recording_step *steps; /* owned; by number */
	size_t steps_count;
	struct recording_block *blocks; /* owned; by number, from 0 (unused) on */
	size_t blocks_count;
	const struct json **requests; /* owned; lines of HTTP requests, and of sections */
	char **bodies;                /* owned, each too; of the requests, as they were sent; NULL: none was */
	size_t requests_count;
	struct recording_checkpoint *checkpoints; /* owned; ascending by block */
	size_t checkpoints_count;
};

int recording_read(struct recording *recording, const char *path, struct error *error);
/* NULs in the JSON from there on become the sign for NUL, as recording_read() makes them. */
void recording_mask_nul(struct text *text, size_t from);
void recording_release(struct recording *recording);
/* The private key of a public one; NULL when the recording does not have it. */
const struct private_key *recording_private_key(const struct recording *recording,
                                                const struct public_key *public);
/* The bytes of that hash (hex); NULL: not at hand. */
const struct bytes *recording_find_code(const struct recording *recording, const char *sha256);
/* Adds the code and the ABI of each contract in a folder (DIR/NAME/NAME.wasm, NAME.abi), before
 * recording_read(). */
int recording_read_codes(struct recording *recording, const char *folder, struct error *error);
/* The step whose transaction has that id; NULL: none. */
const struct recording_step *recording_step_of_id(const struct recording *recording, const char *id);

#endif
