/* The boot sequence of bios-boot-tutorial.py over any chain: options, accounts, and steps that can be run,
 * stopped, and gone on with. What is there already is not done again; the chain itself is the record of
 * how far it got. Thread-safe. */
#ifndef EOSIOFS_CORE_BOOT_BOOT_H
#define EOSIOFS_CORE_BOOT_BOOT_H

#include "core/boot/option.h"
#include "core/chain/chain.h"

struct boot;

struct boot_environment {
	struct chain *chain;         /* borrowed, as all of these */
	struct wallet *wallet;
	const struct signer *signer;
	const char *folder;          /* copied: where options and accounts are kept; NULL: in memory */
};

int boot_create(struct boot **out, const struct boot_environment *environment, struct error *error);
void boot_destroy(struct boot *boot); /* no run may be going on */
/* The chain goes on from that block: what ended later has not. */
void boot_set_back(struct boot *boot, uint32_t block_num);

/* Who runs it. */
struct boot_runner {
	int pid; /* for sentences */
	/* borrowed; asked after each transaction, ends the run with -EINTR; NULL: never */
	const struct interruption *interruption;
	/* A transaction was sent: its trace, and the command in cleos form. May be NULL. Called on the runner's
	 * thread. */
	void (*sent)(void *context, const struct transaction_trace *trace, const char *command);
	void *context;
};
/* `all`, or names of steps, blank separated. Checks everything that can be checked first: -EINVAL,
 * -ENOENT, -ERANGE, -EEXIST with nothing done. -EBUSY: it is running. -EINTR: it was interrupted after a
 * whole transaction. A chain's refusal names step and item. */
int boot_run(struct boot *boot, const char *words, const struct boot_runner *runner, struct error *error);

/* The first account that has tokens, once eosio has given all of its own away; 0: it has not. interruption,
 * here and below: of who waits, for what must ask the chain; NULL: never. */
uint64_t boot_first_user(struct boot *boot, const struct interruption *interruption);

/* Options, by index (option.h). Writing while it runs: -EBUSY. */
void boot_option_read(struct boot *boot, struct text *out, size_t option);
int boot_option_write(struct boot *boot, size_t option, const char *value,
                      const struct interruption *interruption, struct error *error);
/* accounts.json: without private keys. Written whole; an empty object: generated again. */
int boot_accounts_read(struct boot *boot, struct text *out, const struct interruption *interruption,
                       struct error *error);
int boot_accounts_write(struct boot *boot, const char *text, size_t length,
                        const struct interruption *interruption, struct error *error);

/* Lines that begin with `#`: every step with its state, counts and seconds; one step with its commands as
 * well. */
int boot_run_read(struct boot *boot, struct text *out, const struct interruption *interruption,
                  struct error *error);
int boot_step_read(struct boot *boot, struct text *out, size_t step, const struct interruption *interruption,
                   struct error *error);
/* "08-stake"; false beyond the last. */
bool boot_step_name(char out[64], size_t step);

struct growing_text *boot_progress(struct boot *boot); /* borrowed */
struct growing_text *boot_output(struct boot *boot);

#endif
