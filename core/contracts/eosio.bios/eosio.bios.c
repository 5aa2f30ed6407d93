/* eosio.bios: the least that a chain of one's own needs, privileges, limits, producers, parameters,
 * features (contracts.md 4.1, 4.2). */
#include "core/contracts/contracts.h"
#include "core/contracts/library/send.h"
#include "core/contracts/library/table.h"

struct abi_hash {
	uint64_t owner;
	uint8_t hash[32];
};
static const struct field abi_hash_fields[] = {FIELD(struct abi_hash, owner), FIELD(struct abi_hash, hash)};
static const struct row_type abi_hash_type = ROW_TYPE(struct abi_hash, abi_hash_fields);

/* Carried out by the chain itself. */
static void native(uint64_t self, struct reader *in)
{
	(void)self, (void)in;
}

static void bios_setabi(uint64_t self, struct reader *in)
{
	struct abi_hash row = {0}, before;
	struct found found;
	row.owner = read_u64(in);
	struct blob abi = read_blob(in);
	struct table table = {self, self, name("abihash"), &abi_hash_type};
	sha256(abi.data, (uint32_t)abi.length, row.hash);
	if (table_find(&table, row.owner, &found, &before))
		table_modify(&table, &found, 0, &row);
	else
		table_emplace(&table, row.owner, row.owner, &row);
}

static void bios_onerror(uint64_t self, struct reader *in)
{
	(void)self, (void)in;
	check(false, "the onerror action cannot be called directly");
}

static void bios_setpriv(uint64_t self, struct reader *in)
{
	uint64_t account = read_u64(in);
	bool privileged = read_u8(in) != 0;
	require_auth(self);
	set_privileged(account, privileged);
}

static void bios_setalimits(uint64_t self, struct reader *in)
{
	uint64_t account = read_u64(in);
	int64_t ram_bytes = read_i64(in), net_weight = read_i64(in), cpu_weight = read_i64(in);
	require_auth(self);
	set_resource_limits(account, ram_bytes, net_weight, cpu_weight);
}

/* Decodes what it is given, then proposes it as its packed form. */
static void bios_setprods(uint64_t self, struct reader *in)
{
	struct writer out = {0};
	uint32_t count = read_varuint32(in);
	write_varuint32(&out, count);
	for (uint32_t i = 0; i < count; i++) {
		write_u64(&out, read_u64(in));
		uint32_t variant = read_varuint32(in);
		check(variant == 0, "invalid variant index");
		write_varuint32(&out, variant);
		write_u32(&out, read_u32(in));
		uint32_t keys = read_varuint32(in);
		write_varuint32(&out, keys);
		for (uint32_t k = 0; k < keys; k++) {
			write_key(&out, read_key(in));
			write_u16(&out, read_u16(in));
		}
	}
	require_auth(self);
	set_proposed_producers_ex(1, out.data, (uint32_t)out.length);
}

enum { PARAMETERS_LENGTH = 68 };

static void bios_setparams(uint64_t self, struct reader *in)
{
	const uint8_t *parameters = read_bytes(in, PARAMETERS_LENGTH);
	require_auth(self);
	set_blockchain_parameters_packed(parameters, PARAMETERS_LENGTH);
}

static void bios_reqauth(uint64_t self, struct reader *in)
{
	(void)self;
	require_auth(read_u64(in));
}

static void bios_activate(uint64_t self, struct reader *in)
{
	const uint8_t *digest = read_bytes(in, 32);
	require_auth(self);
	preactivate_feature(digest);
	prints("feature digest activated: ");
	printhex(digest, 32);
	prints("\n");
}

static void bios_reqactivated(uint64_t self, struct reader *in)
{
	const uint8_t *digest = read_bytes(in, 32);
	(void)self;
	check(is_feature_activated(digest), "protocol feature is not activated");
}

void eosio_bios_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {
		{"newaccount", native},
		{"updateauth", native},
		{"deleteauth", native},
		{"linkauth", native},
		{"unlinkauth", native},
		{"canceldelay", native},
		{"setcode", native},
		{"setabi", bios_setabi},
		{"onerror", bios_onerror},
		{"setpriv", bios_setpriv},
		{"setalimits", bios_setalimits},
		{"setprods", bios_setprods},
		{"setparams", bios_setparams},
		{"reqauth", bios_reqauth},
		{"activate", bios_activate},
		{"reqactivated", bios_reqactivated},
	};
	action_dispatch(actions, sizeof actions / sizeof *actions, receiver, code, action, true);
}
