/* What blocks and their transactions did, in short, for whoever tells the accounts' histories: a list from
 * the newest back, shared by all states that have it in their past. */
#ifndef EOSIOFS_CORE_ENGINE_BLOCK_DEEDS_H
#define EOSIOFS_CORE_ENGINE_BLOCK_DEEDS_H

#include "core/base/text.h"
#include "core/engine/engine.h"

/* What a transaction did, in short; or (with a producer) that a block was made, after its transactions.
 * Counted as block states are. */
struct deeds {
	size_t references;
	struct deeds *previous; /* held; NULL: there is nothing before it, or it was cut */
	uint64_t place; /* how many came before it since somebody began to keep them */
	uint32_t block_num, slot;
	struct checksum256 id;  /* the transaction's */
	struct deed {
		struct action action;  /* without its data where that is long, and no ABI */
		size_t data_length;
		uint32_t ordinal, abi_sequence; /* of the account: how many ABIs it had had by then */
		/* owned, ascending: who received it, was notified of it, authorized it; whom system actions name */
		uint64_t *accounts;
		size_t accounts_count;
	} *actions; /* owned: the executed ones; notifications are not among them */
	size_t actions_count;
	uint64_t producer;     /* 0: a transaction's; of a block: */
	uint32_t schedule_version;
	size_t producers_count; /* scheduled */
	struct missed_slots *missed; /* held */
	/* for whoever tells it: each action's line, once made; readers see to it that one thread makes them */
	struct text told;
	bool is_told;
};
enum { DEED_DATA_MAXIMUM = 4096 };
struct deeds *deeds_hold(struct deeds *deeds); /* NULL is fine, here and below */
void deeds_release(struct deeds *deeds);
struct deeds *deeds_of_trace(const struct transaction_trace *trace); /* one reference */
struct deeds *deeds_of_block(const struct block_state *block);       /* one reference */
void deeds_cut(struct deeds *deeds); /* what came before it is of no use any more */
/* The slots that passed without a block before this one was made; false: there is no such producer. */
bool deeds_missed(const struct deeds *deeds, uint64_t *producer, uint32_t *slots, size_t place);

#endif
