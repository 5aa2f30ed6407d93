/* Native actions: unpacking their data, and which handler is whose. */
#include "core/engine/native.h"

#include "core/base/exception.h"
#include "core/types/name.h"

#include <errno.h>

static int cut_short(const struct action *action, struct error *error)
{
	return error_chain(error, INVALID_ACTION_ARGS_EXCEPTION, "data of action eosio::%s ends early or is malformed", name_text(action->name).text);
}

int native_newaccount_unpack(struct native_newaccount *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->creator = cursor_u64(&in);
	out->name = cursor_u64(&in);
	if (authority_unpack(&out->owner, &in))
		return cut_short(action, error);
	if (authority_unpack(&out->active, &in)) {
		authority_release(&out->owner);
		return cut_short(action, error);
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
	return in.failed ? cut_short(action, error) : 0;
}

int native_setabi_unpack(struct native_setabi *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->abi = cursor_counted(&in, &out->abi_length);
	return in.failed ? cut_short(action, error) : 0;
}

int native_updateauth_unpack(struct native_updateauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->permission = cursor_u64(&in);
	out->parent = cursor_u64(&in);
	return authority_unpack(&out->authority, &in) ? cut_short(action, error) : 0;
}

int native_deleteauth_unpack(struct native_deleteauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->permission = cursor_u64(&in);
	return in.failed ? cut_short(action, error) : 0;
}

int native_linkauth_unpack(struct native_linkauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->code = cursor_u64(&in);
	out->action = cursor_u64(&in);
	out->requirement = cursor_u64(&in);
	return in.failed ? cut_short(action, error) : 0;
}

int native_unlinkauth_unpack(struct native_unlinkauth *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	out->account = cursor_u64(&in);
	out->code = cursor_u64(&in);
	out->action = cursor_u64(&in);
	return in.failed ? cut_short(action, error) : 0;
}

int native_canceldelay_unpack(struct native_canceldelay *out, const struct action *action, struct error *error)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);

	permission_level_unpack(&out->canceling_authority, &in);
	cursor_copy(&in, out->transaction_id.data, sizeof(out->transaction_id.data));
	return in.failed ? cut_short(action, error) : 0;
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
	for (size_t i = 0; i < sizeof(native_actions) / sizeof(native_actions[0]); i++)
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
	return found ? found->apply(context) : 0;
}
