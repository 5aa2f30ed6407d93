/* Blocks, transactions, traces and the values in them in the forms of nodeos's JSON (protocol.md A.8). */
#ifndef EOSIOFS_CORE_CHAIN_PRINT_H
#define EOSIOFS_CORE_CHAIN_PRINT_H

#include "core/chain/view.h"

/* get_block: actions' data by the ABIs of the view. */
void chain_print_block(struct chain_view *view, struct text *out, const struct signed_block *block);
/* Its parts. */
/* The members from timestamp to schedule_version, which all forms begin with, without braces. */
void chain_print_header(struct text *out, const struct block_header *header);
/* new_producers before WTMSIG_BLOCK_SIGNATURES: one key a producer. */
void chain_print_legacy_schedule(struct text *out, const struct producer_schedule *schedule);
/* A receipt from its opening brace up to `"trx":`. */
void chain_print_receipt_head(struct text *out, const struct transaction_receipt *receipt);
void chain_print_receipt(struct chain_view *view, struct text *out,
                         const struct transaction_receipt *receipt);
/* The member signatures; NULL: none. */
void chain_print_signatures(struct text *out, const struct packed_transaction *packed);
/* The members signatures, compression and packed_context_free_data, without braces. */
void chain_print_packed_head(struct text *out, const struct packed_transaction *packed);
/* The members from expiration to delay_sec, without braces. */
void chain_print_transaction_header(struct text *out, const struct transaction *transaction);

enum chain_print {
	CHAIN_PRINT_SEEN, /* as in blocks: the bytes beside actions' data, what caused a deferred one */
	CHAIN_PRINT_SENT, /* as it is sent: data by the ABI where that says all of it, transaction_extensions */
	CHAIN_PRINT_BYTES /* the same with data as bytes alone, for which no view is needed */
};
/* A list of them. */
void chain_print_actions(struct chain_view *view, struct text *out, const struct action *actions,
                         size_t count, enum chain_print form);
void chain_print_transaction(struct chain_view *view, struct text *out, const struct transaction *transaction,
                             enum chain_print form);
/* With the bytes beside the data. */
void chain_print_action(struct chain_view *view, struct text *out, const struct action *action);
/* An action's data by the contract's ABI, or as bytes where that cannot be (whole: or does not take all). */
void chain_print_data(struct chain_view *view, struct text *out, const struct action *action, bool whole);
/* The same by the contract's ABI; NULL: it has none. */
void chain_print_data_by(const struct chain_abi *abi, struct text *out, const struct action *action,
                         bool whole);
/* A transaction's trace (D.3). tree: actions below the one that caused them, as push_transaction has it; else
 * in the order of their ordinals. */
void chain_print_trace(struct chain_view *view, struct text *out, const struct transaction_trace *trace,
                       bool tree);

/* The members of a protocol feature from description_digest on, and its closing brace. */
void chain_print_feature(struct text *out, const struct chain_feature *feature);

/* As authority_print(). Texts of one key, as most are, are kept: making one takes an eighth of what answering
 * get_account does (tests/bench/http). */
void chain_print_authority(struct chain *chain, struct text *out, const struct authority *authority);

void chain_print_number(struct text *out, uint64_t number); /* as chain_number_text() has it */
void chain_print_checksum(struct text *out, const struct checksum256 *checksum);
void chain_print_hex(struct text *out, const void *data, size_t length);

/* Printable copies of numbers, for argument lists: chain_number_text(number).text. */
struct chain_number_text {
	char text[48];
};
struct chain_number_text chain_number_text(uint64_t value);           /* quoted above 2^32 - 1 */
struct chain_number_text chain_uint128_text(const uint64_t value[2]); /* low, high; decimal, unquoted */

#endif
