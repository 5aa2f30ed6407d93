/* An embedded chain for tests and benchmarks: in memory or in a data folder, its blocks made by hand or by
 * its threads; accounts, tokens, transfers. Whatever should not fail and does ends the program with the
 * sentence. */
#ifndef EOSIOFS_TESTS_CHAIN_RIG_H
#define EOSIOFS_TESTS_CHAIN_RIG_H

#include "core/base/memory.h"
#include "core/chain/embedded/embedded.h"
#include "core/contracts/bundle.h"
#include "core/engine/storage/data_folder.h"
#include "core/types/feature.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rig {
	const char *folder; /* NULL: in memory */
	bool manual_clock, verify;
	uint32_t history;              /* as the chain's options */
	int64_t begin_earlier_us;
	const struct genesis *genesis; /* NULL: the default */
	struct wallet *wallet;         /* stays when the chain is closed: a wallet of its own outlives it */
	struct signer *signer;
	struct data_folder *data;
	struct chain *chain;
	struct text notices;
	struct error error; /* of the last call that may fail */
};

void rig_must(int result, const char *what, const struct error *error);
/* Opens the chain; -errno and rig->error when it does not. */
int rig_try_open(struct rig *rig);
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);
void rig_end(struct rig *rig);
/* An action by its contract's ABI, data formatted as JSON, authorized by actor@active. */
int rig_make_action(struct chain_view *view, struct action *out, const char *contract, const char *name,
                    const char *actor, const char *json, struct error *error);
/* Such an action in a transaction of its own. */
int rig_act(struct rig *rig, struct transaction_trace *trace, const char *contract, const char *name,
            const char *actor, const char *json);
/* By an action of eosio's contract. */
void rig_activate(struct rig *rig, enum feature feature);
int rig_create_account(struct rig *rig, struct transaction_trace *trace, const char *name);
/* Code and ABI, packed without an ABI. */
void rig_set_contract(struct rig *rig, const char *account, const void *code, size_t length,
                      const char *abi_text);
/* Those of a bundle. */
void rig_install(struct rig *rig, const char *account, const char *name);
/* eosio.token with all its SYS in eosio's hands, and two accounts. */
void rig_make_token(struct rig *rig);
int rig_transfer(struct rig *rig, struct transaction_trace *trace, const char *to);
/* In units of 0.0001 SYS; 0 for none. */
int64_t rig_balance(struct rig *rig, const char *account);
int rig_advance(struct rig *rig, int64_t us);
struct chain_info rig_info(struct rig *rig);
/* The block of that number, to be released. */
struct signed_block rig_block(struct rig *rig, uint32_t number);
bool rig_has_account(struct rig *rig, const char *name);
/* A node of its own with that config.ini, stopped; a word as one writes it into its state. */
void rig_make_node(struct rig *rig, const char *name, const char *configuration);
void rig_command_node(struct rig *rig, const char *name, const char *word);

#endif
