/* Block headers, blocks, producer schedules, merkle trees (protocol.md E.1 to E.5, E.8). */
#ifndef EOSIOFS_CORE_TYPES_BLOCK_H
#define EOSIOFS_CORE_TYPES_BLOCK_H

#include "core/types/transaction.h"

enum { SCHEDULE_PRODUCERS_MAXIMUM = 125 };
enum {
	HEADER_EXTENSION_PROTOCOL_FEATURES = 0,
	HEADER_EXTENSION_PRODUCER_SCHEDULE = 1,
	BLOCK_EXTENSION_SIGNATURES = 2
};

/* block_signing_authority_v0; a single key of weight 1 under threshold 1 is also what the legacy form can
 * say. */
struct producer_authority {
	uint64_t producer_name;
	uint32_t threshold;
	struct key_weight *keys; /* owned */
	size_t keys_count;
};

struct producer_schedule {
	uint32_t version;
	struct producer_authority *producers; /* owned, by all that share them */
	size_t producers_count;
	size_t *sharers; /* how many those are; NULL: one */
};

void producer_schedule_release(struct producer_schedule *schedule);
struct producer_schedule producer_schedule_copy(const struct producer_schedule *schedule);
/* A copy for whoever changes nothing: all that are made of it, or of another such, share their producers, and
 * are made and released by one thread at a time. */
struct producer_schedule producer_schedule_share(const struct producer_schedule *schedule);
/* NULL: it is none of them. */
const struct producer_authority *producer_schedule_find(const struct producer_schedule *schedule,
                                                        uint64_t producer);
/* version not compared */
bool producer_schedule_same_producers(const struct producer_schedule *a, const struct producer_schedule *b);
/* legacy: {name, key} a producer (only single keys can be packed so); else the authority form with its
 * variant index. */
void producer_schedule_pack(struct bytes *out, const struct producer_schedule *schedule, bool legacy);
int producer_schedule_unpack(struct producer_schedule *out, struct cursor *in, bool legacy);
struct checksum256 producer_schedule_hash(const struct producer_schedule *schedule, bool legacy);
/* {"version":0,"producers":[{"producer_name":"eosio",
 * "authority":[0,{"threshold":1,"keys":[{"key":"EOS…","weight":1}]}]}]} */
void producer_schedule_print(struct text *out, const struct producer_schedule *schedule);

struct block_header {
	uint32_t timestamp; /* slot */
	uint64_t producer;
	uint16_t confirmed;
	struct checksum256 previous, transaction_mroot, action_mroot;
	uint32_t schedule_version;
	bool has_new_producers;
	struct producer_schedule new_producers; /* legacy form */
	struct extension *extensions;           /* owned; ascending */
	size_t extensions_count;
};

void block_header_release(struct block_header *header);
void block_header_pack(struct bytes *out, const struct block_header *header);
int block_header_unpack(struct block_header *out, struct cursor *in);
struct checksum256 block_header_digest(const struct block_header *header);
struct checksum256 block_header_id(const struct block_header *header);
uint32_t block_header_number(const struct block_header *header);
/* The digests of extension 0 into *out (free() it); 0 when there is none. */
size_t block_header_features(const struct block_header *header, struct checksum256 **out);
/* The schedule of new_producers or of extension 1, copied; false when the block proposes none. */
bool block_header_new_schedule(const struct block_header *header, struct producer_schedule *out);
uint32_t block_id_number(const struct checksum256 *id);
uint32_t block_id_prefix(const struct checksum256 *id); /* ref_block_prefix */

struct signed_block {
	struct block_header header;
	struct signature producer_signature;
	struct transaction_receipt *transactions; /* owned */
	size_t transactions_count;
	struct extension *extensions; /* owned */
	size_t extensions_count;
	struct checksum256 id; /* filled by unpack and by whoever seals */
};

void signed_block_release(struct signed_block *block);
void signed_block_pack(struct bytes *out, const struct signed_block *block);
int signed_block_unpack(struct signed_block *out, struct cursor *in, struct error *error);
/* What its header's transaction_mroot has to be. */
struct checksum256 signed_block_transaction_mroot(const struct signed_block *block);

/* E.3: the root of a list; reorders nothing, keeps nothing. */
struct checksum256 merkle_root(const struct checksum256 *digests, size_t count);

/* E.3's incremental merkle tree. */
struct incremental_merkle {
	uint64_t node_count;
	size_t active_count; /* at most 65 */
	struct checksum256 active[65];
};
void incremental_merkle_append(struct incremental_merkle *merkle, const struct checksum256 *digest);
struct checksum256 incremental_merkle_root(const struct incremental_merkle *merkle);

/* E.4's digest that the producer signs. */
struct checksum256 block_signing_digest(const struct checksum256 *header_digest,
                                        const struct checksum256 *blockroot,
                                        const struct checksum256 *pending_schedule_hash);

#endif
