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

/* fields: 8 a name, 1 a byte, h a checksum, b counted bytes, a an authority. */
static int cut_short(const struct action *action, const char *fields, struct error *error)
{
	struct reader reader = {.in = cursor_make(action->data.data, action->data.length)};

	for (; *fields && !reader.method; fields++) {
		if (*fields == 'a')
			skip_authority(&reader);
		else if (*fields == 'b')
			skip(&reader, skip_varuint32(&reader));
		else
			skip(&reader, *fields == 'h' ? 32 : (size_t)(*fields - '0'));
	}
	if (reader.method) /* "over by" is the node's own arithmetic */
		return error_chain(error, OUT_OF_RANGE_EXCEPTION, "%s datastream of length %zu over by %lld",
		                   reader.method, action->data.length, 1 - (long long)cursor_left(&reader.in));
	return error_chain(error, INVALID_ACTION_ARGS_EXCEPTION, "data of action eosio::%s is malformed",
	                   name_text(action->name).text);
}

int native_newaccount_unpack(struct native_newaccount *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->creator = cursor_u64(&in);
	out->name = cursor_u64(&in);
	if (authority_unpack(&out->owner, &in))
		return cut_short(action, "88aa", error);
	if (authority_unpack(&out->active, &in)) {
		authority_release(&out->owner);
		return cut_short(action, "88aa", error);
	}
	return 0;
}

int native_setcode_unpack(struct native_setcode *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->vm_type = cursor_u8(&in);
	out->vm_version = cursor_u8(&in);
	out->code = cursor_counted(&in, &out->code_length);
	return in.failed ? cut_short(action, "811b", error) : 0;
}

int native_setabi_unpack(struct native_setabi *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->abi = cursor_counted(&in, &out->abi_length);
	return in.failed ? cut_short(action, "8b", error) : 0;
}

int native_updateauth_unpack(struct native_updateauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->permission = cursor_u64(&in);
	out->parent = cursor_u64(&in);
	return authority_unpack(&out->authority, &in) ? cut_short(action, "888a", error) : 0;
}

int native_deleteauth_unpack(struct native_deleteauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->permission = cursor_u64(&in);
	return in.failed ? cut_short(action, "88", error) : 0;
}

int native_linkauth_unpack(struct native_linkauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->code = cursor_u64(&in);
	out->action = cursor_u64(&in);
	out->requirement = cursor_u64(&in);
	return in.failed ? cut_short(action, "8888", error) : 0;
}

int native_unlinkauth_unpack(struct native_unlinkauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->code = cursor_u64(&in);
	out->action = cursor_u64(&in);
	return in.failed ? cut_short(action, "888", error) : 0;
}

int native_canceldelay_unpack(struct native_canceldelay *out, const struct action *action,
                              struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	permission_level_unpack(&out->canceling_authority, &in);
	cursor_copy(&in, out->transaction_id.data, sizeof out->transaction_id.data);
	return in.failed ? cut_short(action, "88h", error) : 0;
}

/* --- which action is whose --- */

static const struct native_action {
	const char *name;
	int (*apply)(struct apply_context *context);
	bool special;
} native_actions[] = {
	{"newaccount", native_apply_newaccount, false},
	{"setcode", native_apply_setcode, false},
	{"setabi", native_apply_setabi, false},
	{"updateauth", native_apply_updateauth, true},
	{"deleteauth", native_apply_deleteauth, true},
	{"linkauth", native_apply_linkauth, true},
	{"unlinkauth", native_apply_unlinkauth, true},
	{"canceldelay", native_apply_canceldelay, true},
};

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

int native_apply(struct apply_context *context)
{
	const struct native_action *found = NULL;
	if (context->receiver == name_literal("eosio"))
		found = native_find(context->action->account, context->action->name);
	if (found && context->transaction->kind == PUSH_READ_ONLY)
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "%s not allowed in read-only transaction", found->name);
	return found ? found->apply(context) : 0;
}
