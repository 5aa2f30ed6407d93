/* The system contracts' actions as bytes: parameters in the order of their ABIs. */
#include "core/chain/system_actions.h"

#include "core/base/memory.h"
#include "core/types/genesis.h"
#include "core/types/name.h"

#include <string.h>

#define EOSIO name_literal("eosio")
#define TOKEN name_literal("eosio.token")
#define MSIG name_literal("eosio.msig")

/* Packs the names that the parameters begin with; what follows them goes into what is returned. */
static struct bytes *begin_by(struct action *out, uint64_t contract, const char *name,
                              const struct permission_level *by, size_t count, const uint64_t *names)
{
	*out = (struct action){.account = contract,
	                       .name = name_literal(name),
	                       .authorization = memory_copy(by, sizeof *by),
	                       .authorization_count = 1};
	for (size_t i = 0; i < count; i++)
		bytes_put_u64(&out->data, names[i]);
	return &out->data;
}

static struct bytes *begin(struct action *out, uint64_t contract, const char *name, uint64_t actor,
                           size_t count, const uint64_t *names)
{
	const struct permission_level by = {actor, name_literal("active")};
	return begin_by(out, contract, name, &by, count, names);
}

static void put_text(struct bytes *data, const char *text)
{
	bytes_put_counted(data, text, strlen(text));
}

/* --- accounts, permissions, code --- */

void make_newaccount(struct action *out, uint64_t creator, uint64_t name, const struct authority *owner,
                     const struct authority *active)
{
	struct bytes *data = begin(out, EOSIO, "newaccount", creator, 2, (uint64_t[]){creator, name});

	authority_pack(data, owner);
	authority_pack(data, active);
}

void make_updateauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t permission, uint64_t parent, const struct authority *authority)
{
	authority_pack(begin_by(out, EOSIO, "updateauth", by, 3, (uint64_t[]){account, permission, parent}),
	               authority);
}

void make_deleteauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t permission)
{
	begin_by(out, EOSIO, "deleteauth", by, 2, (uint64_t[]){account, permission});
}

void make_linkauth(struct action *out, const struct permission_level *by, uint64_t account, uint64_t contract,
                   uint64_t action, uint64_t permission)
{
	begin_by(out, EOSIO, "linkauth", by, 4, (uint64_t[]){account, contract, action, permission});
}

void make_unlinkauth(struct action *out, const struct permission_level *by, uint64_t account,
                     uint64_t contract, uint64_t action)
{
	begin_by(out, EOSIO, "unlinkauth", by, 3, (uint64_t[]){account, contract, action});
}

void make_setcode(struct action *out, uint64_t account, const void *code, size_t length)
{
	struct bytes *data = begin(out, EOSIO, "setcode", account, 1, &account);

	bytes_put_u8(data, 0); /* vmtype */
	bytes_put_u8(data, 0); /* vmversion */
	bytes_put_counted(data, code, length);
}

void make_setabi(struct action *out, uint64_t account, const void *packed_abi, size_t length)
{
	bytes_put_counted(begin(out, EOSIO, "setabi", account, 1, &account), packed_abi, length);
}

void make_setpriv(struct action *out, uint64_t account, bool privileged)
{
	bytes_put_u8(begin(out, EOSIO, "setpriv", EOSIO, 1, &account), privileged);
}

void make_setparams(struct action *out, const struct chain_config *config)
{
	chain_config_pack(begin(out, EOSIO, "setparams", EOSIO, 0, NULL), config);
}

void make_activate(struct action *out, const struct checksum256 *feature)
{
	bytes_put(begin(out, EOSIO, "activate", EOSIO, 0, NULL), feature->data, sizeof feature->data);
}

void make_init(struct action *out, uint32_t version, uint64_t core_symbol)
{
	struct bytes *data = begin(out, EOSIO, "init", EOSIO, 0, NULL);

	bytes_put_varuint32(data, version);
	bytes_put_u64(data, core_symbol);
}

/* --- RAM and stake --- */

void make_buyram(struct action *out, uint64_t payer, uint64_t receiver, const struct asset *quantity)
{
	asset_pack(begin(out, EOSIO, "buyram", payer, 2, (uint64_t[]){payer, receiver}), quantity);
}

void make_buyrambytes(struct action *out, uint64_t payer, uint64_t receiver, uint32_t bytes)
{
	bytes_put_u32(begin(out, EOSIO, "buyrambytes", payer, 2, (uint64_t[]){payer, receiver}), bytes);
}

void make_sellram(struct action *out, uint64_t account, int64_t bytes)
{
	bytes_put_u64(begin(out, EOSIO, "sellram", account, 1, &account), (uint64_t)bytes);
}

void make_delegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                     const struct asset *cpu, bool transfer)
{
	struct bytes *data = begin(out, EOSIO, "delegatebw", from, 2, (uint64_t[]){from, receiver});

	asset_pack(data, net);
	asset_pack(data, cpu);
	bytes_put_u8(data, transfer);
}

void make_undelegatebw(struct action *out, uint64_t from, uint64_t receiver, const struct asset *net,
                       const struct asset *cpu)
{
	struct bytes *data = begin(out, EOSIO, "undelegatebw", from, 2, (uint64_t[]){from, receiver});

	asset_pack(data, net);
	asset_pack(data, cpu);
}

void make_refund(struct action *out, uint64_t owner)
{
	begin(out, EOSIO, "refund", owner, 1, &owner);
}

/* --- producers and votes --- */

void make_regproducer(struct action *out, uint64_t producer, const struct public_key *key, const char *url,
                      size_t url_length, uint16_t location)
{
	struct bytes *data = begin(out, EOSIO, "regproducer", producer, 1, &producer);

	public_key_pack(data, key);
	bytes_put_counted(data, url, url_length);
	bytes_put_u16(data, location);
}

void make_unregprod(struct action *out, uint64_t producer)
{
	begin(out, EOSIO, "unregprod", producer, 1, &producer);
}

void make_claimrewards(struct action *out, uint64_t producer)
{
	begin(out, EOSIO, "claimrewards", producer, 1, &producer);
}

void make_voteproducer(struct action *out, uint64_t voter, uint64_t proxy, const uint64_t *producers,
                       size_t count)
{
	struct bytes *data = begin(out, EOSIO, "voteproducer", voter, 2, (uint64_t[]){voter, proxy});

	bytes_put_varuint32(data, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_u64(data, producers[i]);
}

void make_regproxy(struct action *out, uint64_t proxy, bool is_proxy)
{
	bytes_put_u8(begin(out, EOSIO, "regproxy", proxy, 1, &proxy), is_proxy);
}

/* --- eosio.token --- */

void make_token_create(struct action *out, uint64_t issuer, const struct asset *maximum)
{
	asset_pack(begin(out, TOKEN, "create", TOKEN, 1, &issuer), maximum);
}

void make_token_issue(struct action *out, uint64_t to, const struct asset *quantity, const char *memo)
{
	struct bytes *data = begin(out, TOKEN, "issue", to, 1, &to);

	asset_pack(data, quantity);
	put_text(data, memo);
}

void make_token_transfer(struct action *out, uint64_t contract, uint64_t from, uint64_t to,
                         const struct asset *quantity, const char *memo)
{
	struct bytes *data = begin(out, contract, "transfer", from, 2, (uint64_t[]){from, to});

	asset_pack(data, quantity);
	put_text(data, memo);
}

/* --- eosio.msig --- */

static struct bytes *begin_msig(struct action *out, const char *name, uint64_t proposer, uint64_t proposal,
                                const struct permission_level *by)
{
	return begin_by(out, MSIG, name, by, 2, (uint64_t[]){proposer, proposal});
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
