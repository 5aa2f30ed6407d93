/* Transactions: header, packing, id, signing digest, receipts (protocol.md B.1, B.2). */
#ifndef EOSIOFS_CORE_TYPES_TRANSACTION_H
#define EOSIOFS_CORE_TYPES_TRANSACTION_H

#include "core/types/action.h"

struct extension {
	uint16_t type;
	struct bytes data;
};
void extensions_release(struct extension *extensions, size_t count); /* frees the array too */
void extensions_pack(struct bytes *out, const struct extension *extensions, size_t count);
/* also when in fails: release them then too */
struct extension *extensions_unpack(size_t *count, struct cursor *in);

struct transaction {
	uint32_t expiration; /* seconds */
	uint16_t ref_block_num;
	uint32_t ref_block_prefix;
	uint32_t max_net_usage_words;
	uint8_t max_cpu_usage_ms;
	uint32_t delay_sec;
	struct action *context_free_actions; /* owned, as the arrays below */
	size_t context_free_actions_count;
	struct action *actions;
	size_t actions_count;
	struct extension *extensions;
	size_t extensions_count;
};

void transaction_release(struct transaction *transaction);
/* One action without data, by actor@active. */
struct transaction transaction_of_action(uint64_t account, uint64_t name, uint64_t actor);
/* What it says of itself: no actions, no extensions; nothing in it is owned. */
struct transaction transaction_header(const struct transaction *transaction);
void transaction_pack(struct bytes *out, const struct transaction *transaction);
int transaction_unpack(struct transaction *out, struct cursor *in);
struct checksum256 transaction_id(const struct transaction *transaction);
/* The actor of the first authorization of a normal action; 0 if none. */
uint64_t transaction_first_authorizer(const struct transaction *transaction);

enum compression { COMPRESSION_NONE = 0, COMPRESSION_ZLIB = 1 };

/* As it travels and stands in blocks. */
struct packed_transaction {
	struct signature *signatures; /* owned */
	size_t signatures_count;
	/* owned, as many as signatures: points of the K1 keys that made them, told by who did; NULL where they
	 * are not known and must be recovered, as of all that was unpacked */
	struct key_point {
		uint8_t data[33];
	} *signed_by;
	uint8_t compression;
	struct bytes packed_context_free_data; /* as stored: compressed when compression is 1 */
	struct bytes packed_trx;               /* as stored */
	/* Filled by packed_transaction_unpack() and packed_transaction_make(): */
	struct transaction transaction;
	struct bytes *context_free_data; /* owned, decoded */
	size_t context_free_data_count;
	struct checksum256 id;
};

void packed_transaction_release(struct packed_transaction *packed);
/* Takes over *transaction and packs it uncompressed, unsigned, without context-free data. */
void packed_transaction_make(struct packed_transaction *out, struct transaction *transaction);
/* Before it is signed; the pieces are taken over. */
void packed_transaction_set_context_free_data(struct packed_transaction *packed, struct bytes *pieces,
                                              size_t count);
/* H(chain_id || pack(transaction) || cfd_hash). */
struct checksum256 packed_transaction_digest(const struct packed_transaction *packed,
                                             const struct checksum256 *chain_id);
/* public: the key's other half, which packed_transaction_keys() then need not recover; or NULL. */
int packed_transaction_sign(struct packed_transaction *packed, const struct signer *signer,
                            const struct private_key *key, const struct public_key *public,
                            const struct checksum256 *chain_id, struct error *error);
/* The signatures' keys, ascending; keys holds signatures_count. Two signatures by one key: 3090001. */
int packed_transaction_keys(const struct packed_transaction *packed, struct public_key *keys,
                            const struct checksum256 *chain_id, struct error *error);
void packed_transaction_pack(struct bytes *out, const struct packed_transaction *packed);
/* Decompresses (at most 1 MiB: 3040001) and decodes the transaction as well. */
int packed_transaction_unpack(struct packed_transaction *out, struct cursor *in, struct error *error);
/* B.4 before rounding and without delay or deferred surcharges. num/den: context_free_discount_net_usage. */
uint64_t packed_transaction_net_usage(const struct packed_transaction *packed, uint32_t base, uint32_t num,
                                      uint32_t den);
/* H( compression || pack(packed_trx) || H(pack(signatures) || pack(packed_context_free_data)) ), for the
 * merkle root. */
struct checksum256 packed_transaction_packed_digest(const struct packed_transaction *packed);

enum transaction_status {
	STATUS_EXECUTED,
	STATUS_SOFT_FAIL,
	STATUS_HARD_FAIL,
	STATUS_DELAYED,
	STATUS_EXPIRED
};
const char *transaction_status_name(uint8_t status);

struct transaction_receipt {
	uint8_t status;
	uint32_t cpu_usage_us;
	uint32_t net_usage_words;
	bool is_id;                       /* a deferred transaction: only its id stands in the block */
	struct checksum256 id;
	struct packed_transaction packed; /* when !is_id */
};

void transaction_receipt_release(struct transaction_receipt *receipt);
void transaction_receipt_pack(struct bytes *out, const struct transaction_receipt *receipt);
int transaction_receipt_unpack(struct transaction_receipt *out, struct cursor *in, struct error *error);
const struct checksum256 *transaction_receipt_id(const struct transaction_receipt *receipt); /* borrowed */
struct checksum256 transaction_receipt_digest(const struct transaction_receipt *receipt);

#endif
