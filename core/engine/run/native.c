/* Native actions: unpacking their data, and which handler is whose. */
#include "core/engine/run/native.h"

#include "core/base/exception.h"
#include "core/types/name.h"

/* Data read as the node reads it, field by field, to tell where it ends too early. */
struct reader {
	struct cursor in;
	const char *method; /* what failed, in the node's words; NULL: nothing */
};

static void skip(struct reader *reader, size_t length)
{
	if (!reader->method && !cursor_take(&reader->in, length))
		reader->method = "read";
}

static uint32_t skip_varuint32(struct reader *reader)
{
	uint32_t value = 0;
	if (!reader->method)
		value = cursor_varuint32(&reader->in);
	if (reader->in.failed && !reader->method)
		reader->method = "get"; /* single bytes are got */
	return value;
}

static void skip_authority(struct reader *reader)
{
	skip(reader, 4);
	for (uint32_t count = skip_varuint32(reader); count && !reader->method; count--) {
		skip_varuint32(reader);
		skip(reader, 33);
		skip(reader, 2);
	}
	for (uint32_t count = skip_varuint32(reader); count && !reader->method; count--) {
		skip(reader, 8);
		skip(reader, 8);
		skip(reader, 2);
	}
	for (uint32_t count = skip_varuint32(reader); count && !reader->method; count--) {
		skip(reader, 4);
		skip(reader, 2);
	}
}

/* What an action's data is made of. */
enum member_kind { END, NAME, BYTE, HASH, BYTES, AUTHORITY };
struct member {
	enum member_kind kind;
	size_t offset; /* in union native_data */
};
enum { MEMBERS_MAXIMUM = 4 };

static const struct native_action {
	const char *name;
	int (*apply)(struct apply_context *context, const union native_data *data);
	bool special;
	struct member members[MEMBERS_MAXIMUM + 1];
} native_actions[] = {
#define MEMBER(kind, action, member) {kind, offsetof(struct native_##action, member)}
	{"newaccount", native_apply_newaccount, false,
     {MEMBER(NAME, newaccount, creator), MEMBER(NAME, newaccount, name), MEMBER(AUTHORITY, newaccount, owner),
      MEMBER(AUTHORITY, newaccount, active)}},
	{"setcode", native_apply_setcode, false,
     {MEMBER(NAME, setcode, account), MEMBER(BYTE, setcode, vm_type), MEMBER(BYTE, setcode, vm_version),
      MEMBER(BYTES, setcode, code)}},
	{"setabi", native_apply_setabi, false, {MEMBER(NAME, setabi, account), MEMBER(BYTES, setabi, abi)}},
	{"updateauth", native_apply_updateauth, true,
     {MEMBER(NAME, updateauth, account), MEMBER(NAME, updateauth, permission),
      MEMBER(NAME, updateauth, parent), MEMBER(AUTHORITY, updateauth, authority)}},
	{"deleteauth", native_apply_deleteauth, true,
     {MEMBER(NAME, deleteauth, account), MEMBER(NAME, deleteauth, permission)}},
	{"linkauth", native_apply_linkauth, true,
     {MEMBER(NAME, linkauth, account), MEMBER(NAME, linkauth, code), MEMBER(NAME, linkauth, action),
      MEMBER(NAME, linkauth, requirement)}},
	{"unlinkauth", native_apply_unlinkauth, true,
     {MEMBER(NAME, unlinkauth, account), MEMBER(NAME, unlinkauth, code), MEMBER(NAME, unlinkauth, action)}},
	{"canceldelay", native_apply_canceldelay, true,
     {MEMBER(NAME, canceldelay, canceling_authority.actor),
      MEMBER(NAME, canceldelay, canceling_authority.permission), MEMBER(HASH, canceldelay, transaction_id)}},
#undef MEMBER
};

static int cut_short(const struct native_action *native, const struct action *action, struct error *error)
{
	struct reader reader = {.in = cursor_make(action->data.data, action->data.length)};

	for (const struct member *member = native->members; member->kind && !reader.method; member++)
		switch (member->kind) {
		case END: break;
		case NAME: skip(&reader, sizeof(uint64_t)); break;
		case BYTE: skip(&reader, 1); break;
		case HASH: skip(&reader, sizeof(struct checksum256)); break;
		case BYTES: skip(&reader, skip_varuint32(&reader)); break;
		case AUTHORITY: skip_authority(&reader); break;
		}
	if (reader.method) /* "over by" is the node's own arithmetic */
		return error_chain(error, OUT_OF_RANGE_EXCEPTION, "%s datastream of length %zu over by %lld",
		                   reader.method, action->data.length, 1 - (long long)cursor_left(&reader.in));
	return error_chain(error, INVALID_ACTION_ARGS_EXCEPTION, "data of action eosio::%s is malformed",
	                   native->name);
}

static void read_member(void *at, enum member_kind kind, struct cursor *in)
{
	struct native_bytes *bytes = at;

	switch (kind) {
	case END: break;
	case NAME: *(uint64_t *)at = cursor_u64(in); break;
	case BYTE: *(uint8_t *)at = cursor_u8(in); break;
	case HASH: cursor_copy(in, at, sizeof(struct checksum256)); break;
	case BYTES: bytes->data = cursor_counted(in, &bytes->length); break;
	case AUTHORITY: authority_unpack(at, in); break;
	}
}

static void release(union native_data *data, const struct native_action *native)
{
	for (const struct member *member = native->members; member->kind; member++)
		if (member->kind == AUTHORITY)
			authority_release((void *)((char *)data + member->offset));
}

static int unpack(union native_data *out, const struct native_action *native, const struct action *action,
                  struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	for (const struct member *member = native->members; member->kind; member++)
		read_member((char *)out + member->offset, member->kind, &in);
	if (!in.failed)
		return 0;
	release(out, native);
	return cut_short(native, action, error);
}

/* --- which action is whose --- */

static const struct native_action *native_find(uint64_t account, uint64_t action)
{
	if (account != name_literal("eosio"))
		return NULL;
	for (size_t i = 0; i < sizeof native_actions / sizeof native_actions[0]; i++)
		if (action == name_literal(native_actions[i].name))
			return &native_actions[i];
	return NULL;
}

bool native_is_special(uint64_t account, uint64_t action)
{
	const struct native_action *found = native_find(account, action);

	return found && found->special;
}

int native_unpack(union native_data *out, const struct action *action, struct error *error)
{
	return unpack(out, native_find(action->account, action->name), action, error);
}

int native_apply(struct apply_context *context)
{
	const struct native_action *found = NULL;
	union native_data data;
	if (context->receiver == name_literal("eosio"))
		found = native_find(context->action->account, context->action->name);
	if (!found)
		return 0;
	if (context->transaction->kind == PUSH_READ_ONLY)
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "%s not allowed in read-only transaction", found->name);
	int result = unpack(&data, found, context->action, context->error);
	if (result)
		return result;
	result = found->apply(context, &data);
	release(&data, found);
	return result;
}
