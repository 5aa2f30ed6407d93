/* The inside of a chain behind HTTP, shared by the files of this folder.
 *
 * What the node answered is kept as long as its head stays: a view is a head seen by get_info, and answers
 * that were asked for under it serve every view of the same head. */
#ifndef EOSIOFS_CORE_CHAIN_NODEOS_NODEOS_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_NODEOS_NODEOS_PRIVATE_H

#include "core/base/system/http_client.h"
#include "core/chain/nodeos/nodeos.h"

#include <pthread.h>

/* When an answer came. */
struct arrival {
	uint64_t sequence; /* of the view it was asked under */
	uint64_t number;   /* no two have the same */
	int64_t at;        /* microseconds, monotonic */
};

/* An answer, counted; of a request that failed there is none. */
struct answer {
	struct answer *next; /* in its bucket */
	struct answer *newer, *older;
	char *key; /* path, newline, body */
	struct json *json;
	size_t bytes;
	struct arrival arrival;
	uint32_t first_block; /* the head when this content was first seen */
	struct checksum256 content;
	unsigned references; /* the cache's, and each user's */
};

enum {
	ANSWER_BUCKETS = 1024,
	ANSWERS_BYTES_MAXIMUM = 32 << 20,
	ABIS_KEPT = 64,
	SLOTS_KEPT = 1024,
	FORMS_KEPT = 256,
	TOKENS_KEPT = 32,
	BLOCKS_KEPT = 512
};

struct known_abi {
	uint64_t account;
	struct checksum256 hash;
	struct bytes bytes;
	struct arrival arrival; /* of the last answer that told the hash */
};

/* Where a table's rows hold their primary key, which the API does not tell: learnt from its answers. */
struct key_form {
	enum { KEY_UNKNOWN, KEY_U64, KEY_SYMBOL_CODE } kind;
	uint16_t offset; /* in the row; of a symbol its whole */
};
struct known_form {
	uint64_t code, table;
	struct key_form form;
};

/* The transactions of a block, for those who wait for theirs. */
struct known_block {
	uint32_t number;
	struct checksum256 id;
	struct checksum256 *ids; /* owned, ascending */
	size_t ids_count;
};

/* What is waited for. */
struct sent {
	struct checksum256 id;
	uint32_t expiration; /* seconds; with its delay */
	uint32_t mark;       /* its sender's */
};

struct nodeos_chain {
	struct chain base;
	struct http_client *client;
	enum nodeos_wait wait;

	pthread_mutex_t mutex; /* never held while the node is asked */
	struct answer *buckets[ANSWER_BUCKETS];
	struct answer *newest, *oldest;
	size_t bytes;
	struct chain_info info;
	int64_t info_at;   /* milliseconds, monotonic; 0: ask again */
	int64_t info_sent; /* when it was asked for: microseconds, monotonic */
	uint64_t answers;  /* how many there were */
	uint64_t sequence; /* grows with the head and with our writes */
	uint32_t wrote_in; /* the last block that holds something of ours: no older head is read */
	struct known_abi abis[ABIS_KEPT];
	size_t abis_count, abis_next;
	uint64_t tokens[TOKENS_KEPT]; /* contracts beside eosio.token whose ABI has a table `accounts` */
	size_t tokens_count, tokens_next;
	struct known_form forms[FORMS_KEPT];
	size_t forms_count, forms_next;
	/* While somebody waits for a block: those behind watched_from up to watched_to, by number modulo that. */
	struct known_block blocks[BLOCKS_KEPT];
	uint32_t watched_from, watched_to;
	struct chain_info watched_info; /* up to whose head all blocks are known; empty: there are more */
	unsigned watchers;
	/* owned; the node took them, and nobody has waited for them yet: blocks are watched meanwhile */
	struct sent *unsettled;
	size_t unsettled_count, unsettled_capacity;
	size_t unsettled_since; /* how many came since the last look */
	bool unsettled_watched; /* one of the watchers is for them */
	bool looking;          /* one of them looks for all */
	pthread_cond_t looked; /* with mutex, monotonic clock */
	struct known_slot {
		uint32_t number, slot;
	} slots[SLOTS_KEPT];
	struct known_account {
		uint64_t name;
		bool is_final; /* seen in an irreversible block; else a fork may have thrown it out */
	} *accounts; /* ascending: seen to exist */
	size_t accounts_count, accounts_capacity;
	/* the last irreversible block when an account was last seen to be final; 0: none is */
	uint32_t final_num;
	struct checksum256 final_id;
	struct account_list {
		uint64_t *names; /* ascending */
		size_t count, capacity;
		uint64_t sequence; /* of the view that they were listed under; 0: none */
	} list;
};

static inline struct nodeos_chain *nodeos_of(struct chain *chain)
{
	return (struct nodeos_chain *)chain;
}

/* --- ask.c --- */
/* The answer to a call: of this head's, if it was asked before. body: JSON, NULL for none. Give it back. The
 * node's own failures become error->code and its sentence; what it does not have is -ENOENT. */
int nodeos_ask(struct chain_view *view, struct answer **out, const char *path, const char *body,
               struct error *error);
void nodeos_give_back(struct nodeos_chain *chain, struct answer *answer); /* NULL is fine */
/* What the view shows is of that answer too. */
void nodeos_note_use(struct chain_view *view, const struct arrival *arrival);
/* Whether all that the view read is of its block: *block_num is the head's now, unless that is known. */
int nodeos_newest(struct chain_view *view, uint32_t *block_num, struct error *error);
/* Without a view and without the cache: *out is released with json_release(). */
int nodeos_call(struct nodeos_chain *chain, struct json **out, const char *path, const struct text *body,
                const struct interruption *interruption, struct error *error);
/* The head now, or as of a moment ago; fresh: now. Another chain than the one that was attached: -ESTALE. */
int nodeos_info(struct nodeos_chain *chain, struct chain_info *out, uint64_t *sequence, bool fresh,
                const struct interruption *interruption, struct error *error);
void nodeos_cache_release(struct nodeos_chain *chain);

/* --- known.c: what was learnt on the way --- */
bool nodeos_known_slot(struct nodeos_chain *chain, uint32_t *slot, uint32_t number);
void nodeos_know_slot(struct nodeos_chain *chain, uint32_t slot, uint32_t number);
bool nodeos_known_form(struct nodeos_chain *chain, struct key_form *out, const struct table_id *id);
void nodeos_know_form(struct nodeos_chain *chain, const struct key_form *form, const struct table_id *id);
/* final: the head under which its making is irreversible; NULL: a fork may throw it out. */
void nodeos_know_account(struct nodeos_chain *chain, uint64_t name, const struct chain_info *final);
/* A copy; free(*out). */
size_t nodeos_known_accounts(struct nodeos_chain *chain, struct known_account **out);
/* Irreversible blocks are so no more: the chain was put back, and what they told may not hold. Under the
 * mutex. */
void nodeos_doubt(struct nodeos_chain *chain);
/* The ABI that is kept: of this hash, appended to out; or (out NULL) the one there is, whose hash and last
 * arrival it tells. */
bool nodeos_known_abi(struct nodeos_chain *chain, struct checksum256 *hash, struct arrival *arrival,
                      struct bytes *out, uint64_t account);
/* Contracts that may hold balances, eosio.token left out, in no order. */
size_t nodeos_known_tokens(struct nodeos_chain *chain, uint64_t out[TOKENS_KEPT]);
/* bytes is emptied; NULL: they are those that are known. */
void nodeos_know_abi(struct nodeos_chain *chain, uint64_t account, const struct checksum256 *hash,
                     const struct arrival *arrival, struct bytes *bytes);

/* --- parse.c, parse_block.c: JSON of the API in the forms of struct chain --- */
int parse_answer_failed(struct error *error, const char *what); /* -EPROTO */
/* Before the next page of a list is asked for; *pages counts them. onwards: it lies behind the one before.
 * -EPROTO: the list goes in circles, or has no end. */
int parse_list_goes_on(unsigned *pages, bool onwards, struct error *error);
/* false, and zeroes: there is no such member, or it is something else. */
bool parse_name_member(uint64_t *out, const struct json *object, const char *member);
bool parse_slot_member(uint32_t *out, const struct json *object, const char *member);
bool parse_uint32_member(uint32_t *out, const struct json *object, const char *member);
bool parse_checksum_member(struct checksum256 *out, const struct json *object, const char *member);
bool parse_hex(struct bytes *out, const struct json *json); /* appended */
/* -EPROTO for what a node never says. */
int parse_info(struct chain_info *out, const struct json *json, struct error *error);
int parse_account(struct chain_account *out, const struct json *json, struct error *error);
int parse_schedule(struct producer_schedule *out, const struct json *json, struct error *error);
/* The feature of that digest in get_activated_protocol_features' list; NULL: there is none. */
const struct json *parse_find_feature(const struct json *list, const struct checksum256 *digest);
int parse_block(struct signed_block *out, const struct json *json, struct error *error);
/* `processed` of the calls that push; its error is that of the transaction. Without and with the actions. */
int parse_outcome(struct transaction_trace *out, const struct json *json, struct error *error);
int parse_trace(struct transaction_trace *out, const struct json *json, struct error *error);
/* Of /v1/trace_api: the outline of one. */
int parse_outline(struct transaction_trace *out, const struct json *json, struct error *error);

/* --- view.c --- */
int nodeos_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                     const struct interruption *interruption, struct error *error);

/* --- tables.c --- */
int nodeos_row(struct chain_view *view, struct chain_row *out, const struct table_id *id,
               uint64_t primary_key, struct error *error);
int nodeos_rows(struct chain_view *view, const struct table_id *id, uint64_t from, chain_row_visitor *visitor,
                void *context, struct error *error);
int nodeos_rows_back(struct chain_view *view, const struct table_id *id, uint64_t from,
                     chain_row_visitor *visitor, void *context, struct error *error);
int nodeos_index_rows(struct chain_view *view, const struct chain_index *index,
                      const uint8_t from[CHAIN_INDEX_KEY_SIZE], bool back, chain_index_row_visitor *visitor,
                      void *context, struct error *error);

/* --- scopes.c --- */
int nodeos_scopes(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
                  chain_scope_visitor *visitor, void *context, struct error *error);
int nodeos_tables(struct chain_view *view, uint64_t code, uint64_t from_scope, bool back,
                  chain_scope_visitor *visitor, void *context, struct error *error);
int nodeos_table_contracts(struct chain_view *view, uint64_t scope, uint64_t table,
                           chain_account_visitor *visitor, void *context, struct error *error);
int nodeos_accounts(struct chain_view *view, uint64_t from, chain_account_visitor *visitor, void *context,
                    struct error *error);

/* --- push.c --- */
int nodeos_push(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct chain_send_options *options, struct error *error);
int nodeos_compute(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                   bool read_only, uint64_t node, struct error *error);

/* --- await.c --- */
/* Before something is sent, and when it was waited for: blocks are watched meanwhile. */
void nodeos_watch(struct nodeos_chain *chain);
void nodeos_watch_no_more(struct nodeos_chain *chain);
/* Until the transaction stands where it is waited for; *block_num is set when it is in a block. -ETIME: it is
 * in none and has expired for good. -EINTR, -ETIMEDOUT: it may happen yet. */
int nodeos_await(struct nodeos_chain *chain, uint32_t *block_num, const struct sent *sent,
                 enum nodeos_wait wait, const struct interruption *interruption, struct error *error);
/* It is waited for by nodeos_settle(), unless there are too many of them already. */
int nodeos_leave_unsettled(struct nodeos_chain *chain, const struct sent *sent,
                           const struct interruption *interruption, struct error *error);
int nodeos_settle(struct chain *base, uint32_t *mark, const struct interruption *interruption,
                  struct error *error);
/* Until there is a block after the last that holds something of ours, or none comes for a while. */
int nodeos_await_next_block(struct nodeos_chain *chain, const struct interruption *interruption,
                            struct error *error);
int nodeos_await_feature(struct nodeos_chain *chain, const struct checksum256 *digest,
                         const struct interruption *interruption, struct error *error);
void nodeos_pause_a_moment(void); /* before the node is asked the same again */

/* What a view over HTTP is: bytes that its rows borrow live until it is closed. */
struct nodeos_view {
	struct chain_view base;
	struct chain_info info;
	/* under the chain's mutex: */
	uint64_t first;  /* the number of its first answer, 0: none yet */
	bool several;    /* others were needed, */
	int64_t last_at; /* of which the last came then: microseconds, monotonic */
	struct borrowed {
		struct borrowed *next;
		uint8_t data[];
	} * borrowed; /* owned */
};
static inline struct nodeos_chain *nodeos_chain_of(const struct chain_view *view)
{
	return (struct nodeos_chain *)view->chain;
}

#endif
