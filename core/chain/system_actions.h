/* Actions of the system contracts, packed natively (contracts.md): what both the tree and the boot sequence
 * send. Each fills *out, whose former contents are not looked at; action_release() it. The one who pays or
 * acts, the first of the parameters unless said otherwise, authorizes it with its active permission. */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_ACTIONS_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_ACTIONS_H

#include "core/types/asset.h"
#include "core/types/transaction.h"

/* --- eosio: accounts, permissions, code --- */
void make_newaccount(struct action *out, uint64_t creator, uint64_t name, const struct authority *owner,
                     const struct authority *active);
/* by: the permission that authorizes it */
void make_deleteauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t permission);
void make_linkauth(struct action *out, const struct permission_level *by, uint64_t account, uint64_t contract,
                   uint64_t action, uint64_t permission);
void make_unlinkauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t contract, uint64_t action);
void make_updateauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t permission, uint64_t parent, const struct authority *authority);
void make_setcode(struct action *out, uint64_t account, const void *code, size_t length);
void make_setabi(struct action *out, uint64_t account, const void *packed_abi, size_t length);
/* by eosio */
void make_setpriv(struct action *out, uint64_t account, bool privileged);
void make_activate(struct action *out, const struct checksum256 *feature);
struct chain_config;
void make_setparams(struct action *out, const struct chain_config *config);

void make_init(struct action *out, uint32_t version, uint64_t core_symbol);

/* --- eosio: RAM and stake --- */
void make_buyram(struct action *out, uint64_t payer, uint64_t receiver, const struct asset *quantity);
void make_buyrambytes(struct action *out, uint64_t payer, uint64_t receiver, uint32_t bytes);
void make_sellram(struct action *out, uint64_t account, int64_t bytes);
void make_delegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                     const struct asset *cpu, bool transfer);
void make_undelegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                       const struct asset *cpu);
void make_refund(struct action *out, uint64_t owner);

/* --- eosio: producers and votes --- */
void make_regproducer(struct action *out, uint64_t producer, const struct public_key *key, const char *url,
                      size_t url_length, uint16_t location);
void make_unregprod(struct action *out, uint64_t producer);
void make_claimrewards(struct action *out, uint64_t producer);
/* producers ascending; none with a proxy */
void make_voteproducer(struct action *out, uint64_t voter, uint64_t proxy, const uint64_t *producers,
                       size_t count);
void make_regproxy(struct action *out, uint64_t proxy, bool is_proxy);

/* --- eosio.token --- */
/* by eosio.token */
void make_token_create(struct action *out, uint64_t issuer, const struct asset *maximum);
void make_token_issue(struct action *out, uint64_t to, const struct asset *quantity, const char *memo);
/* contract: a token's, eosio.token or another of its kind */
void make_token_transfer(struct action *out, uint64_t contract, uint64_t from, uint64_t to,
                         const struct asset *quantity, const char *memo);

/* --- eosio.msig --- */
void make_msig_propose(struct action *out, uint64_t proposer, uint64_t proposal,
                       const struct permission_level *requested, size_t count,
                       const struct transaction *transaction);
/* by the level itself, as those below */
void make_msig_approve(struct action *out, uint64_t proposer, uint64_t proposal,
                       const struct permission_level *level);
void make_msig_unapprove(struct action *out, uint64_t proposer, uint64_t proposal,
                         const struct permission_level *level);
void make_msig_cancel(struct action *out, uint64_t proposer, uint64_t proposal,
                      const struct permission_level *by);
void make_msig_exec(struct action *out, uint64_t proposer, uint64_t proposal,
                    const struct permission_level *by);

#endif
