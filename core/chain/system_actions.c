/* The system contracts' actions as bytes: parameters in the order of their ABIs. */
#include "core/chain/system_actions.h"

#include "core/base/memory.h"
#include "core/types/genesis.h"
#include "core/types/name.h"

#include <string.h>

#define EOSIO name_literal("eosio")
#define TOKEN name_literal("eosio.token")
#define MSIG name_literal("eosio.msig")

/* Where the data go. */
static struct bytes *begin_by(struct action *out, uint64_t contract, const char *name,
                              const struct permission_level *by)
{
	*out = (struct action){.account = contract,
	                       .name = name_literal(name),
	                       .authorization = memory_copy(by, sizeof *by),
	                       .authorization_count = 1};
	return &out->data;
}

static struct bytes *begin(struct action *out, uint64_t contract, const char *name, uint64_t actor)
{
	return begin_by(out, contract, name, &(struct permission_level){actor, name_literal("active")});
}

static void put_text(struct bytes *data, const char *text)
{
	bytes_put_counted(data, text, strlen(text));
}

/* --- accounts, permissions, code --- */

void make_newaccount(struct action *out, uint64_t creator, uint64_t name, const struct authority *owner,
                       const struct authority *active)
{
	struct bytes *data = begin(out, EOSIO, "newaccount", creator);

	bytes_put_u64(data, creator);
	bytes_put_u64(data, name);
	authority_pack(data, owner);
	authority_pack(data, active);
}

void make_updateauth(struct action *out, const struct permission_level *by, uint64_t account,
                       uint64_t permission, uint64_t parent, const struct authority *authority)
{
	struct bytes *data = begin_by(out, EOSIO, "updateauth", by);

	bytes_put_u64(data, account);
	bytes_put_u64(data, permission);
	bytes_put_u64(data, parent);
	authority_pack(data, authority);
}

void make_deleteauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t permission)
{
	struct bytes *data = begin_by(out, EOSIO, "deleteauth", by);

	bytes_put_u64(data, account);
	bytes_put_u64(data, permission);
}

void make_linkauth(struct action *out, const struct permission_level *by, uint64_t account, uint64_t contract,
                   uint64_t action, uint64_t permission)
{
	struct bytes *data = begin_by(out, EOSIO, "linkauth", by);

	bytes_put_u64(data, account);
	bytes_put_u64(data, contract);
	bytes_put_u64(data, action);
	bytes_put_u64(data, permission);
}

void make_unlinkauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t contract, uint64_t action)
{
	struct bytes *data = begin_by(out, EOSIO, "unlinkauth", by);

	bytes_put_u64(data, account);
	bytes_put_u64(data, contract);
	bytes_put_u64(data, action);
}

void make_setcode(struct action *out, uint64_t account, const void *code, size_t length)
{
	struct bytes *data = begin(out, EOSIO, "setcode", account);

	bytes_put_u64(data, account);
	bytes_put_u8(data, 0); /* vmtype */
	bytes_put_u8(data, 0); /* vmversion */
	bytes_put_counted(data, code, length);
}

void make_setabi(struct action *out, uint64_t account, const void *packed_abi, size_t length)
{
	struct bytes *data = begin(out, EOSIO, "setabi", account);

	bytes_put_u64(data, account);
	bytes_put_counted(data, packed_abi, length);
}

void make_setpriv(struct action *out, uint64_t account, bool privileged)
{
	struct bytes *data = begin(out, EOSIO, "setpriv", EOSIO);

	bytes_put_u64(data, account);
	bytes_put_u8(data, privileged);
}

void make_setparams(struct action *out, const struct chain_config *config)
{
	chain_config_pack(begin(out, EOSIO, "setparams", EOSIO), config);
}

void make_activate(struct action *out, const struct checksum256 *feature)
{
	bytes_put(begin(out, EOSIO, "activate", EOSIO), feature->data, sizeof feature->data);
}

void make_init(struct action *out, uint32_t version, uint64_t core_symbol)
{
	struct bytes *data = begin(out, EOSIO, "init", EOSIO);

	bytes_put_varuint32(data, version);
	bytes_put_u64(data, core_symbol);
}

/* --- RAM and stake --- */

void make_buyram(struct action *out, uint64_t payer, uint64_t receiver, const struct asset *quantity)
{
	struct bytes *data = begin(out, EOSIO, "buyram", payer);

	bytes_put_u64(data, payer);
	bytes_put_u64(data, receiver);
	asset_pack(data, quantity);
}

void make_buyrambytes(struct action *out, uint64_t payer, uint64_t receiver, uint32_t bytes)
{
	struct bytes *data = begin(out, EOSIO, "buyrambytes", payer);

	bytes_put_u64(data, payer);
	bytes_put_u64(data, receiver);
	bytes_put_u32(data, bytes);
}

void make_sellram(struct action *out, uint64_t account, int64_t bytes)
{
	struct bytes *data = begin(out, EOSIO, "sellram", account);

	bytes_put_u64(data, account);
	bytes_put_u64(data, (uint64_t)bytes);
}

void make_delegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                       const struct asset *cpu, bool transfer)
{
	struct bytes *data = begin(out, EOSIO, "delegatebw", from);

	bytes_put_u64(data, from);
	bytes_put_u64(data, receiver);
	asset_pack(data, net);
	asset_pack(data, cpu);
	bytes_put_u8(data, transfer);
}

void make_undelegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                         const struct asset *cpu)
{
	struct bytes *data = begin(out, EOSIO, "undelegatebw", from);

	bytes_put_u64(data, from);
	bytes_put_u64(data, receiver);
	asset_pack(data, net);
	asset_pack(data, cpu);
}

void make_refund(struct action *out, uint64_t owner)
{
	bytes_put_u64(begin(out, EOSIO, "refund", owner), owner);
}

/* --- producers and votes --- */

void make_regproducer(struct action *out, uint64_t producer, const struct public_key *key, const char *url,
                      size_t url_length, uint16_t location)
{
	struct bytes *data = begin(out, EOSIO, "regproducer", producer);

	bytes_put_u64(data, producer);
	public_key_pack(data, key);
	bytes_put_counted(data, url, url_length);
	bytes_put_u16(data, location);
}

void make_unregprod(struct action *out, uint64_t producer)
{
	bytes_put_u64(begin(out, EOSIO, "unregprod", producer), producer);
}

void make_claimrewards(struct action *out, uint64_t producer)
{
	bytes_put_u64(begin(out, EOSIO, "claimrewards", producer), producer);
}

void make_voteproducer(struct action *out, uint64_t voter, uint64_t proxy, const uint64_t *producers,
                         size_t count)
{
	struct bytes *data = begin(out, EOSIO, "voteproducer", voter);

	bytes_put_u64(data, voter);
	bytes_put_u64(data, proxy);
	bytes_put_varuint32(data, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_u64(data, producers[i]);
}

void make_regproxy(struct action *out, uint64_t proxy, bool is_proxy)
{
	struct bytes *data = begin(out, EOSIO, "regproxy", proxy);

	bytes_put_u64(data, proxy);
	bytes_put_u8(data, is_proxy);
}

/* --- eosio.token --- */

void make_token_create(struct action *out, uint64_t issuer, const struct asset *maximum)
{
	struct bytes *data = begin(out, TOKEN, "create", TOKEN);

	bytes_put_u64(data, issuer);
	asset_pack(data, maximum);
}

void make_token_issue(struct action *out, uint64_t to, const struct asset *quantity, const char *memo)
{
	struct bytes *data = begin(out, TOKEN, "issue", to);

	bytes_put_u64(data, to);
	asset_pack(data, quantity);
	put_text(data, memo);
}

void make_token_transfer(struct action *out, uint64_t contract, uint64_t from, uint64_t to,
                         const struct asset *quantity, const char *memo)
{
	struct bytes *data = begin(out, contract, "transfer", from);

	bytes_put_u64(data, from);
	bytes_put_u64(data, to);
	asset_pack(data, quantity);
	put_text(data, memo);
}

/* --- eosio.msig --- */

static struct bytes *begin_msig(struct action *out, const char *name, uint64_t proposer, uint64_t proposal,
                                const struct permission_level *by)
{
	struct bytes *data = begin_by(out, MSIG, name, by);

	bytes_put_u64(data, proposer);
	bytes_put_u64(data, proposal);
	return data;
}

void make_msig_propose(struct action *out, uint64_t proposer, uint64_t proposal,
                         const struct permission_level *requested, size_t count,
                         const struct transaction *transaction)
{
	const struct permission_level by = {proposer, name_literal("active")};
	struct bytes *data = begin_msig(out, "propose", proposer, proposal, &by);

	bytes_put_varuint32(data, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		permission_level_pack(data, &requested[i]);
	transaction_pack(data, transaction);
}

void make_msig_approve(struct action *out, uint64_t proposer, uint64_t proposal,
                       const struct permission_level *level)
{
	permission_level_pack(begin_msig(out, "approve", proposer, proposal, level), level);
}

void make_msig_unapprove(struct action *out, uint64_t proposer, uint64_t proposal,
                         const struct permission_level *level)
{
	permission_level_pack(begin_msig(out, "unapprove", proposer, proposal, level), level);
}

void make_msig_cancel(struct action *out, uint64_t proposer, uint64_t proposal,
                      const struct permission_level *by)
{
	bytes_put_u64(begin_msig(out, "cancel", proposer, proposal, by), by->actor);
}

void make_msig_exec(struct action *out, uint64_t proposer, uint64_t proposal,
                    const struct permission_level *by)
{
	bytes_put_u64(begin_msig(out, "exec", proposer, proposal, by), by->actor);
}
