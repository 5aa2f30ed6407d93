/* What a transaction did: action traces with receipts, RAM deltas and console (protocol.md D.2, D.3). */
#ifndef EOSIOFS_CORE_TYPES_TRACE_H
#define EOSIOFS_CORE_TYPES_TRACE_H

#include "core/types/transaction.h"

struct ram_delta {
	uint64_t account;
	int64_t delta; /* bytes; 0 when what an action took and gave back cancel out */
};

struct auth_sequence {
	uint64_t account, sequence;
};

struct action_receipt {
	uint64_t receiver;
	struct checksum256 act_digest;
	uint64_t global_sequence, recv_sequence;
	struct auth_sequence *auth_sequence; /* owned; ascending by account */
	size_t auth_sequence_count;
	uint32_t code_sequence, abi_sequence;
};

struct checksum256 action_receipt_digest(const struct action_receipt *receipt);

struct action_trace {
	uint32_t ordinal, creator_ordinal, closest_unnotified_ancestor; /* 1-based; 0: none */
	uint64_t receiver;
	struct action action; /* owned copy */
	bool context_free;
	bool has_receipt;
	struct action_receipt receipt;
	struct text console;
	struct ram_delta *ram_deltas; /* owned; ascending by account */
	size_t ram_deltas_count;
	struct bytes return_value;
	struct error *error; /* owned; NULL unless this action failed */
};

struct transaction_trace {
	struct checksum256 id;
	uint32_t block_num;
	uint32_t slot; /* the block's */
	bool has_receipt;
	uint8_t status;        /* enum transaction_status */
	uint32_t cpu_usage_us; /* billed */
	uint64_t net_usage;    /* bytes billed, a multiple of 8 */
	struct transaction header; /* what it says of itself, without actions and extensions */
	bool scheduled;        /* a deferred or delayed transaction that ran now */
	bool outline; /* only what happened is known: its actions as they ran, of their receipts the sequence */
	struct ram_delta account_ram_delta; /* of storing or retiring a deferred transaction; account 0: none */
	struct action_trace *actions; /* owned; by ordinal */
	size_t actions_count;
	struct error *error;                       /* owned; NULL unless it failed */
	struct transaction_trace *failed_deferred; /* owned; of the deferred transaction whose onerror this is */
};

void transaction_trace_release(struct transaction_trace *trace); /* NULL is fine */
struct transaction_trace transaction_trace_copy(const struct transaction_trace *trace);
size_t transaction_trace_size(const struct transaction_trace *trace); /* bytes of memory, about */
/* It failed for this: it has no receipt, and keeps a copy of the error. */
void transaction_trace_fail(struct transaction_trace *trace, const struct error *error);

#endif
