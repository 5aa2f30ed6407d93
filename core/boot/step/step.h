/* A step of the boot sequence: a row of a table whose items are transactions, or acts that are none, in a
 * fixed order. What an item does, whether the chain has it already, and the command that cleos users would
 * type all come from the same row, so that running, resuming and showing a step are one thing each (run.c,
 * report.c). */
#ifndef EOSIOFS_CORE_BOOT_STEP_STEP_H
#define EOSIOFS_CORE_BOOT_STEP_STEP_H

#include "core/boot/account.h"
#include "core/chain/chain.h"

enum { BOOT_ITEM_ACTIONS = 4, BOOT_SYSTEM_ACCOUNTS = 10, BOOT_FEATURES_MAXIMUM = 64 };

struct random;

struct boot_feature {
	struct checksum256 digest;
	char name[64];
};

/* Everything that the options and the accounts decide; immutable while the boot runs. */
struct boot_plan {
	struct boot_settings settings;
	struct boot_accounts accounts;
	struct public_key public; /* of eosio and eosio.* */
	struct private_key private;
	bool has_private;
	bool keys_differ; /* the options name two halves of different keys */
	uint64_t symbol;
	size_t voters, votes_each; /* how many accounts vote, for how many producers */
	uint32_t *votes;           /* owned: voters * votes_each indices of producers, from 0 */
	uint32_t *stake_items;     /* owned: 2 * account for its creation, + 1 for its liquid tokens */
	size_t stake_items_count;
	/* which of the accounts a far chain shows, and which of them have liquid tokens */
	struct boot_listed {
		bool *has;         /* owned, by account */
		uint64_t sequence; /* of the view that it was listed under */
	} exist, have_tokens;
	struct boot_feature features[BOOT_FEATURES_MAXIMUM]; /* PREACTIVATE_FEATURE first */
	size_t features_count;
};
extern const char *const boot_system_accounts[BOOT_SYSTEM_ACCOUNTS];

static inline size_t boot_producers(const struct boot_plan *plan)
{
	return plan->accounts.count - plan->accounts.users;
}

struct boot_context {
	struct boot_plan *plan;
	struct chain *chain;
	struct wallet *wallet;
	struct chain_view *view; /* the state that items are judged by */
	const struct interruption *interruption; /* while running; NULL: never */
	struct text *notes; /* acts may add lines, for output.log */
	struct random *random; /* what xfer draws from */
};

/* Whether each question about the chain is a request to somebody else. */
static inline bool boot_asks_far(const struct boot_context *context)
{
	return context->chain->operations->settle != NULL;
}

/* What an item waits for, where several are sent at a time: all that come before it, which those behind it
 * wait for too; the one before it; or nothing but such. */
enum boot_order { BOOT_AFTER_ALL, BOOT_AFTER_LAST, BOOT_BESIDE };

/* One thing to do. Zeroed, filled by make(), emptied by boot_item_release(). */
struct boot_item {
	struct text command; /* as cleos users would type it */
	struct action actions[BOOT_ITEM_ACTIONS];
	size_t actions_count;
	enum boot_order order;
	bool by_boot_key;          /* eosio's key signs, else: */
	uint64_t holder;           /* the wallet's key of this account; 0: that of an account of the plan: */
	size_t signer;             /* its index */
	bool settled;              /* what was sent before it stands in blocks first */
	/* What is no transaction; NULL: the actions are sent. */
	int (*act)(struct boot_context *context, size_t index, struct error *error);
};
void boot_item_release(struct boot_item *item);

#define BOOT_ENDLESS SIZE_MAX

/* What a step's row does, as its handlers do it. */
typedef size_t boot_count(struct boot_context *context);
typedef int boot_check(struct boot_context *context, struct error *error);
typedef int boot_done(struct boot_context *context, size_t index, struct error *error);
typedef int boot_make(struct boot_context *context, struct boot_item *item, size_t index,
                      struct error *error);

enum boot_item_state {
	BOOT_ITEM_OPEN,
	BOOT_ITEM_DONE,
	BOOT_ITEM_NEEDLESS, /* nothing to be done: a claim that is not due, a cancellation of what is not there */
};

struct boot_step {
	const char *name;
	const char *help;
	bool in_all;
	bool by_eosio; /* eosio's key signs, and is looked for before anything is sent */
	bool settled;  /* what there is to do depends on what the steps before it have put into blocks */
	const char *needs; /* the step that must be complete before; NULL: none */
	/* BOOT_ENDLESS: goes on until interrupted, and done() is never asked. */
	boot_count *count;
	/* What the chain shows of an item: enum boot_item_state, or -errno. */
	boot_done *done;
	boot_make *make;
	/* Refuses what can never succeed, before the first of all steps that were asked for sends anything.
	 * May be NULL. */
	boot_check *check;
	/* When its turn has come and there is something to do: makes ready, or refuses. May be NULL. */
	boot_check *begin;
};
extern const struct boot_step boot_steps[]; /* in order */
extern const size_t boot_steps_count;
int boot_step_find(const char *name, struct error *error); /* -ENOENT; NN-NAME too */

/* --- plan.c --- */
/* Takes over the accounts as they were given (none: they are generated). */
int boot_plan_create(struct boot_plan **out, const struct boot_settings *settings,
                     struct boot_accounts *given, struct chain *chain,
                     const struct interruption *interruption, struct error *error);
void boot_plan_destroy(struct boot_plan *plan); /* NULL is fine */
/* eosio's private key, or the wallet's of that public key; wipe it. */
int boot_plan_key(const struct boot_plan *plan, struct private_key *out, struct wallet *wallet,
                  struct error *error);

/* --- item.c --- */
/* Room for one more action, BOOT_ITEM_ACTIONS at most. */
struct action *boot_item_next(struct boot_item *item);
void boot_item_by_boot_key(struct boot_item *item);
void boot_item_by_account(struct boot_item *item, size_t index);
/* setcode and setabi of a bundle, as `cleos set contract`. */
int boot_put_contract(struct boot_item *item, const struct boot_plan *plan, uint64_t account,
                      const char *bundle, struct error *error);
/* 1 when the account has that bundle's code. */
int boot_has_contract(struct boot_context *context, const char *account, const char *bundle,
                      struct error *error);
int boot_has_any_contract(struct boot_context *context, const char *account, struct error *error);
/* 1 and a row's data, borrowed until the view is closed; 0: none. */
int boot_row(struct boot_context *context, struct chain_row *row, const char *code, uint64_t scope,
             const char *table, uint64_t key, struct error *error);
/* -ENOENT with a sentence when neither the plan nor the wallet has the account's private key. */
int boot_account_signs(struct boot_context *context, size_t account, struct error *error);
/* 1: the account exists. */
int boot_account_exists(struct boot_context *context, uint64_t name, struct error *error);

/* --- the steps' handlers --- */
boot_count step_wallet_count, step_boot_count, step_sys_count, step_contracts_count, step_tokens_count,
	step_sys_contract_count, step_init_count;
boot_check step_sys_contract_begin;
boot_done step_wallet_done, step_boot_done, step_sys_done, step_contracts_done, step_tokens_done,
	step_sys_contract_done, step_init_done;
boot_make step_wallet_make, step_boot_make, step_sys_make, step_contracts_make, step_tokens_make,
	step_sys_contract_make, step_init_make;

boot_count step_stake_count, step_reg_prod_count, step_start_prod_count, step_vote_count,
	step_claim_count, step_proxy_count;
void boot_plan_stake_items(struct boot_plan *plan); /* makes them, when the accounts are known */
boot_check step_stake_check, step_reg_prod_check, step_vote_check;
boot_done step_stake_done, step_reg_prod_done, step_start_prod_done, step_vote_done, step_claim_done,
	step_proxy_done;
boot_make step_stake_make, step_reg_prod_make, step_start_prod_make, step_vote_make, step_claim_make,
	step_proxy_make;
/* 1: others than eosio produce. */
int boot_producers_elected(struct boot_context *context, struct error *error);
boot_count step_resign_count, step_msig_count, step_update_count, step_xfer_count, step_log_count;
boot_check step_resign_begin, step_xfer_check;
boot_done step_resign_done, step_msig_done, step_update_done, step_log_done;
boot_make step_resign_make, step_msig_make, step_update_make, step_xfer_make, step_log_make;

#endif
