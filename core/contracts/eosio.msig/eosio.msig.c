/* eosio.msig: transactions that several accounts approve before anybody runs them (contracts.md 2). */
#include "core/contracts/contracts.h"
#include "core/contracts/library/send.h"
#include "core/contracts/library/table.h"

/* A proposal; what follows the transaction is earliest_exec_time as an optional that old rows lack
 * altogether. */
struct proposal {
	uint64_t proposal_name;
	struct blob transaction;
	struct blob earliest_exec_time;
};
static const struct field proposal_fields[] = {FIELD(struct proposal, proposal_name),
	                                           FIELD_OF(struct proposal, transaction, FIELD_BLOB, 1),
	                                           FIELD_OF(struct proposal, earliest_exec_time, FIELD_REST, 1)};
static const struct row_type proposal_type = ROW_TYPE(struct proposal, proposal_fields);

struct level {
	uint64_t actor, permission;
};
struct approval {
	struct level level;
	int64_t time;
};
_Static_assert(sizeof(struct approval) == 24, "lists of approvals lie in rows as in memory");

/* approvals2, and with elements of 16 bytes and no version the older approvals. */
struct approvals {
	uint8_t version;
	uint64_t proposal_name;
	struct list requested, provided;
};
static const struct field approvals_fields[] = {
	FIELD(struct approvals, version), FIELD(struct approvals, proposal_name),
	FIELD_OF(struct approvals, requested, FIELD_LIST, sizeof(struct approval)),
	FIELD_OF(struct approvals, provided, FIELD_LIST, sizeof(struct approval))};
static const struct row_type approvals_type = ROW_TYPE(struct approvals, approvals_fields);
static const struct field old_approvals_fields[] = {
	FIELD(struct approvals, proposal_name),
	FIELD_OF(struct approvals, requested, FIELD_LIST, sizeof(struct level)),
	FIELD_OF(struct approvals, provided, FIELD_LIST, sizeof(struct level))};
static const struct row_type old_approvals_type = ROW_TYPE(struct approvals, old_approvals_fields);

struct invalidation {
	uint64_t account;
	int64_t last_invalidation_time;
};
static const struct field invalidation_fields[] = {FIELD(struct invalidation, account),
	                                               FIELD(struct invalidation, last_invalidation_time)};
static const struct row_type invalidation_type = ROW_TYPE(struct invalidation, invalidation_fields);

static const char not_found[] = "proposal not found";

static struct table proposals(uint64_t self, uint64_t proposer)
{
	return (struct table){self, proposer, name("proposal"), &proposal_type};
}

static struct table invalidations(uint64_t self)
{
	return (struct table){self, self, name("invals"), &invalidation_type};
}

/* The approvals of a proposal, of either kind; says which through *table and *size (of a list's element). */
static void find_approvals(uint64_t self, uint64_t proposer, uint64_t proposal_name, struct table *table,
                           size_t *size, struct found *found, struct approvals *row)
{
	*row = (struct approvals){0};
	*size = sizeof(struct approval);
	*table = (struct table){self, proposer, name("approvals2"), &approvals_type};
	if (table_find(table, proposal_name, found, row))
		return;
	*size = sizeof(struct level);
	*table = (struct table){self, proposer, name("approvals"), &old_approvals_type};
	table_get(table, proposal_name, found, row, not_found);
}

struct header {
	uint32_t expiration, delay_sec;
};

static struct header read_header(struct reader *in)
{
	struct header header;
	header.expiration = read_u32(in);
	read_u16(in);
	read_u32(in);
	read_varuint32(in);
	read_u8(in);
	header.delay_sec = read_varuint32(in);
	return header;
}

static void skip_action(struct reader *in)
{
	read_u64(in);
	read_u64(in);
	uint32_t levels = read_varuint32(in);
	read_bytes(in, levels * sizeof(struct level));
	read_blob(in);
}

static void write_level(struct writer *out, const struct level *level)
{
	write_u64(out, level->actor);
	write_u64(out, level->permission);
}

static struct level read_level(struct reader *in)
{
	struct level level;
	level.actor = read_u64(in);
	level.permission = read_u64(in);
	return level;
}

/* 2.3: the levels that count, as a packed vector of permission levels. */
static struct writer valid_approvals(uint64_t self, const struct approvals *row, size_t size)
{
	struct writer levels = {0}, out = {0};
	struct table table = invalidations(self);
	uint32_t count = 0;
	for (uint32_t i = 0; i < row->provided.count; i++) {
		struct approval approval = {{0, 0}, INT64_MIN};
		struct invalidation invalidation;
		struct found found;
		__builtin_memcpy(&approval, row->provided.items + i * size, size);
		if (table_find(&table, approval.level.actor, &found, &invalidation) &&
		    (size == sizeof(struct level) || invalidation.last_invalidation_time >= approval.time))
			continue;
		write_level(&levels, &approval.level);
		count++;
	}
	write_varuint32(&out, count);
	write_bytes(&out, levels.data, levels.length);
	return out;
}

static bool authorized(struct blob transaction, const struct writer *levels)
{
	return check_transaction_authorization(transaction.data, (uint32_t)transaction.length, NULL, 0,
	                                       levels->data, (uint32_t)levels->length) > 0;
}

/* The optional time: none when its flag is 0. */
static bool read_time(struct blob earliest, int64_t *time)
{
	struct reader in = reader_make(earliest.data, earliest.length);
	if (!read_u8(&in))
		return false;
	*time = read_i64(&in);
	return true;
}

static struct blob time_blob(const int64_t *time)
{
	struct writer out = {0};
	write_u8(&out, time != NULL);
	if (time)
		write_u64(&out, (uint64_t)*time);
	return (struct blob){out.data, out.length};
}

static void check_no_delay(uint32_t delay_sec)
{
	check(delay_sec == 0, "old proposals are not allowed to have non-zero `delay_sec`; cancel and retry");
}

static void msig_propose(uint64_t self, struct reader *in)
{
	uint64_t proposer = read_u64(in), proposal_name = read_u64(in);
	const uint8_t *requested_begin = in->at;
	uint32_t count = read_varuint32(in);
	const uint8_t *levels = read_bytes(in, count * sizeof(struct level));
	size_t requested_length = (size_t)(in->at - requested_begin);
	require_auth(proposer);
	struct reader header_in = *in;
	struct header header = read_header(&header_in);
	check(header.expiration >= now_sec(), "transaction expired");
	check(read_varuint32(&header_in) == 0,
	      "not allowed to `propose` a transaction with context-free actions");
	struct table table = proposals(self, proposer);
	check(!table_has(&table, proposal_name), "proposal with the same name exists");
	struct blob transaction = read_rest(in);
	check(check_transaction_authorization(transaction.data, (uint32_t)transaction.length, NULL, 0,
	                                      requested_begin, (uint32_t)requested_length) > 0,
	      "transaction authorization failed");
	struct proposal proposal = {proposal_name, transaction, time_blob(NULL)};
	table_emplace(&table, proposer, proposal_name, &proposal);
	struct approval *requested = allocate((count + 1) * sizeof *requested);
	for (uint32_t i = 0; i < count; i++)
		__builtin_memcpy(&requested[i].level, levels + i * sizeof(struct level), sizeof(struct level));
	struct approvals approvals = {1, proposal_name, {(uint8_t *)requested, count}, {NULL, 0}};
	struct table approvals_table = {self, proposer, name("approvals2"), &approvals_type};
	table_emplace(&approvals_table, proposer, proposal_name, &approvals);
}

/* Moves the first entry of that level from one list to the end of the other, with the time of now; false
 * when it is not there. */
static bool move_approval(struct list *to, struct list *from, const struct level *level, size_t size)
{
	for (uint32_t i = 0; i < from->count; i++) {
		uint8_t *at = from->items + i * size;
		if (__builtin_memcmp(at, level, sizeof *level) != 0)
			continue;
		struct approval approval = {*level, now_us()};
		uint8_t *items = allocate((to->count + 1) * size);
		if (to->count)
			__builtin_memcpy(items, to->items, to->count * size);
		__builtin_memcpy(items + to->count * size, &approval, size);
		to->items = items;
		to->count++;
		from->count--;
		__builtin_memmove(at, at + size, (from->count - i) * size);
		return true;
	}
	return false;
}

static void msig_approve(uint64_t self, struct reader *in)
{
	uint64_t proposer = read_u64(in), proposal_name = read_u64(in);
	struct level level = read_level(in);
	const uint8_t *hash = in->at < in->end ? read_bytes(in, 32) : NULL;
	struct table table = proposals(self, proposer), approvals_table;
	struct proposal proposal;
	struct approvals approvals;
	struct found found, approvals_found;
	size_t size;
	require_auth2(level.actor, level.permission);
	table_get(&table, proposal_name, &found, &proposal, not_found);
	if (hash)
		assert_sha256(proposal.transaction.data, (uint32_t)proposal.transaction.length, hash);
	find_approvals(self, proposer, proposal_name, &approvals_table, &size, &approvals_found, &approvals);
	check(move_approval(&approvals.provided, &approvals.requested, &level, size),
	      "approval is not on the list of requested approvals");
	table_modify(&approvals_table, &approvals_found, proposer, &approvals);

	struct reader header_in = reader_make(proposal.transaction.data, proposal.transaction.length);
	struct header header = read_header(&header_in);
	int64_t time;
	if (!proposal.earliest_exec_time.length) {
		check_no_delay(header.delay_sec);
	} else if (!read_time(proposal.earliest_exec_time, &time)) {
		struct writer levels = valid_approvals(self, &approvals, size);
		if (authorized(proposal.transaction, &levels)) {
			time = now_us() + (int64_t)header.delay_sec * 1000000;
			proposal.earliest_exec_time = time_blob(&time);
			table_modify(&table, &found, proposer, &proposal);
		}
	}
}

static void msig_unapprove(uint64_t self, struct reader *in)
{
	uint64_t proposer = read_u64(in), proposal_name = read_u64(in);
	struct level level = read_level(in);
	struct table table = proposals(self, proposer), approvals_table;
	struct proposal proposal;
	struct approvals approvals;
	struct found found, approvals_found;
	size_t size;
	require_auth2(level.actor, level.permission);
	find_approvals(self, proposer, proposal_name, &approvals_table, &size, &approvals_found, &approvals);
	check(move_approval(&approvals.requested, &approvals.provided, &level, size),
	      "no approval previously granted");
	table_modify(&approvals_table, &approvals_found, proposer, &approvals);

	table_get(&table, proposal_name, &found, &proposal, not_found);
	struct reader header_in = reader_make(proposal.transaction.data, proposal.transaction.length);
	struct header header = read_header(&header_in);
	int64_t time;
	if (!proposal.earliest_exec_time.length) {
		check_no_delay(header.delay_sec);
	} else if (read_time(proposal.earliest_exec_time, &time)) {
		struct writer levels = valid_approvals(self, &approvals, size);
		if (!authorized(proposal.transaction, &levels)) {
			proposal.earliest_exec_time = time_blob(NULL);
			table_modify(&table, &found, proposer, &proposal);
		}
	}
}

static void msig_cancel(uint64_t self, struct reader *in)
{
	uint64_t proposer = read_u64(in), proposal_name = read_u64(in), canceler = read_u64(in);
	struct table table = proposals(self, proposer), approvals_table;
	struct proposal proposal;
	struct approvals approvals;
	struct found found, approvals_found;
	size_t size;
	require_auth(canceler);
	table_get(&table, proposal_name, &found, &proposal, not_found);
	if (canceler != proposer) {
		struct reader header_in = reader_make(proposal.transaction.data, proposal.transaction.length);
		check(read_header(&header_in).expiration < now_sec(), "cannot cancel until expiration");
	}
	table_erase(&table, &found);
	find_approvals(self, proposer, proposal_name, &approvals_table, &size, &approvals_found, &approvals);
	table_erase(&approvals_table, &approvals_found);
}

static void msig_exec(uint64_t self, struct reader *in)
{
	uint64_t proposer = read_u64(in), proposal_name = read_u64(in), executer = read_u64(in);
	struct table table = proposals(self, proposer), approvals_table;
	struct proposal proposal;
	struct approvals approvals;
	struct found found, approvals_found;
	size_t size;
	int64_t time;
	require_auth(executer);
	table_get(&table, proposal_name, &found, &proposal, not_found);
	struct reader at = reader_make(proposal.transaction.data, proposal.transaction.length);
	struct header header = read_header(&at);
	check(header.expiration >= now_sec(), "transaction expired");
	check(read_varuint32(&at) == 0, "not allowed to `exec` a transaction with context-free actions");
	uint32_t count = read_varuint32(&at);
	struct reader actions = at;
	for (uint32_t i = 0; i < count; i++)
		skip_action(&at);
	find_approvals(self, proposer, proposal_name, &approvals_table, &size, &approvals_found, &approvals);
	struct writer levels = valid_approvals(self, &approvals, size);
	table_erase(&approvals_table, &approvals_found);
	check(authorized(proposal.transaction, &levels), "transaction authorization failed");
	if (proposal.earliest_exec_time.length && read_time(proposal.earliest_exec_time, &time))
		check(time <= now_us(), "too early to execute");
	else
		check_no_delay(header.delay_sec);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *begin = actions.at;
		skip_action(&actions);
		send_inline(begin, (uint32_t)(actions.at - begin));
	}
	table_erase(&table, &found);
}

static void msig_invalidate(uint64_t self, struct reader *in)
{
	uint64_t account = read_u64(in);
	struct table table = invalidations(self);
	struct invalidation row;
	struct found found;
	require_auth(account);
	bool exists = table_find(&table, account, &found, &row);
	row = (struct invalidation){account, now_us()};
	if (exists)
		table_modify(&table, &found, account, &row);
	else
		table_emplace(&table, account, account, &row);
}

void eosio_msig_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {
	    {"propose", msig_propose}, {"approve", msig_approve}, {"unapprove", msig_unapprove},
	    {"cancel", msig_cancel},   {"exec", msig_exec},       {"invalidate", msig_invalidate},
	};
	action_dispatch(actions, sizeof actions / sizeof *actions, receiver, code, action, true);
}
