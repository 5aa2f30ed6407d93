/* newaccount, updateauth, deleteauth, linkauth, unlinkauth, canceldelay (protocol.md C.5). */
#include "core/engine/run/native.h"

#include "core/base/exception.h"
#include "core/engine/engine_private.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <string.h>

#define OWNER name_literal("owner")
#define ACTIVE name_literal("active")
#define EOSIO_ANY name_literal("eosio.any")
#define EOSIO_CODE name_literal("eosio.code")

static const struct map_root *state_of(const struct apply_context *context)
{
	return map_edit_view(context->transaction->edit);
}

static int invalid(const struct apply_context *context, const char *sentence)
{
	return error_chain(context->error, ACTION_VALIDATE_EXCEPTION, "%s", sentence);
}

static bool is_reserved(uint64_t name)
{
	return !strncmp(name_text(name).text, "eosio.", 6);
}

/* --- authorities --- */

/* What an authority names must exist. */
static int check_precondition(struct apply_context *context, const struct authority *authority)
{
	struct permission_object permission;
	for (size_t i = 0; i < authority->accounts_count; i++) {
		const struct permission_level *level = &authority->accounts[i].permission;
		bool found = false;
		int result;
		if (!account_exists(state_of(context), level->actor))
			return error_chain(context->error, ACTION_VALIDATE_EXCEPTION, "account '%s' does not exist",
			                   name_text(level->actor).text);
		if (level->permission == OWNER || level->permission == ACTIVE || level->permission == EOSIO_CODE)
			continue;
		if ((result = authorization_find_permission(state_of(context), &permission, &found, level,
		                                            context->error)))
			return result;
		if (!found)
			return error_chain(context->error, ACTION_VALIDATE_EXCEPTION, "permission '%s' does not exist",
			                   permission_level_text(level).text);
	}
	return 0;
}

static int check_key_types(struct apply_context *context, const struct authority *authority,
                           const char *doing)
{
	int supported = pending_feature(context->transaction->pending, FEATURE_WEBAUTHN_KEY) ? 3 : 2;

	for (size_t i = 0; i < authority->keys_count; i++)
		if (authority->keys[i].key.type >= supported)
			return error_chain(context->error, UNACTIVATED_KEY_TYPE,
			                   "Unactivated key type used when %s permission", doing);
	return 0;
}

static int create_permission(struct apply_context *context, uint64_t account, uint64_t name, uint64_t parent,
                             const struct authority *authority)
{
	struct pending_block *pending = context->transaction->pending;
	int64_t now = slot_to_us(pending_slot(pending));
	struct permission_object permission = {.account = account,
	                                       .name = name,
	                                       .parent = parent,
	                                       .last_updated = now,
	                                       .last_used = now,
	                                       .block_num = pending_number(pending)};
	int result = check_key_types(context, authority, "creating");

	if (result == 0)
		permission_put(context->transaction->edit, &permission, authority);
	return result;
}

/* --- newaccount --- */

static int check_newaccount(struct apply_context *context, const struct native_newaccount *create)
{
	struct account_object creator;
	int result = apply_require_authorization(context, create->creator);

	if (result)
		return result;
	if (!authority_valid(&create->owner))
		return invalid(context, "Invalid owner authority");
	if (!authority_valid(&create->active))
		return invalid(context, "Invalid active authority");
	if (!create->name)
		return invalid(context, "account name cannot be empty");
	if (strlen(name_text(create->name).text) > 12)
		return invalid(context, "account names can only be 12 chars long");
	if (!account_get(state_of(context), &creator, create->creator))
		return account_missing(context->error, create->creator);
	if (!creator.privileged && is_reserved(create->name))
		return invalid(context, "only privileged accounts can have names that start with 'eosio.'");
	if (account_exists(state_of(context), create->name))
		return error_chain(context->error, ACCOUNT_NAME_EXISTS_EXCEPTION,
		                   "Cannot create account named %s, as that name is already taken",
		                   name_text(create->name).text);
	return 0;
}

int native_apply_newaccount(struct apply_context *context, const union native_data *data)
{
	struct pending_block *pending = context->transaction->pending;
	struct map_edit *edit = context->transaction->edit;
	const struct native_newaccount *create = &data->newaccount;
	uint32_t block_num = pending_number(pending);
	int result = check_newaccount(context, create);

	if (result)
		return result;
	account_create(edit, &(struct account_object){.name = create->name,
	                                              .creation_slot = pending_slot(pending),
	                                              .block_num = block_num});
	/* The account is there before its authorities are looked at: they may name it. */
	if ((result = check_precondition(context, &create->owner)) ||
	    (result = check_precondition(context, &create->active)) ||
	    (result = create_permission(context, create->name, OWNER, 0, &create->owner)) ||
	    (result = create_permission(context, create->name, ACTIVE, OWNER, &create->active)))
		return result;
	resource_account_put(edit, &(struct resource_account){
								   .name = create->name, .limits = {-1, -1, -1}, .block_num = block_num});
	return apply_change_ram_usage(context, create->name,
	                              RAM_ACCOUNT + 2 * RAM_PERMISSION + authority_billable_size(&create->owner) +
	                                  authority_billable_size(&create->active));
}

/* --- updateauth and deleteauth --- */

static int check_updateauth(struct apply_context *context, const struct native_updateauth *update)
{
	uint32_t limit = context->transaction->pending->globals.config.max_transaction_delay;
	const struct authority *authority = &update->authority;
	struct text text = TEXT_EMPTY;
	int result = apply_require_authorization(context, update->account);

	if (result)
		return result;
	if (!update->permission)
		return invalid(context, "Cannot create authority with empty name");
	if (is_reserved(update->permission))
		return invalid(context, "Permission names that start with 'eosio.' are reserved");
	if (update->permission == update->parent)
		return invalid(context, "Cannot set an authority as its own parent");
	if (!account_exists(state_of(context), update->account))
		return account_missing(context->error, update->account);
	if (!authority_valid(authority)) {
		authority_print(&text, authority);
		result = error_chain(context->error, ACTION_VALIDATE_EXCEPTION, "Invalid authority: %s",
		                     text_string(&text));
		text_release(&text);
		return result;
	}
	if (update->permission == ACTIVE && update->parent != OWNER)
		return invalid(context, "Cannot change active authority's parent from owner");
	if (update->permission == OWNER && update->parent)
		return invalid(context, "Cannot change owner authority's parent");
	if (update->permission != OWNER && !update->parent)
		return invalid(context, "Only owner permission can have empty parent");
	if (authority->waits_count && authority->waits[authority->waits_count - 1].wait_sec > limit)
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "Cannot set delay longer than max_transacton_delay, which is %u seconds", limit);
	return check_precondition(context, authority);
}

static int update_permission(struct apply_context *context, const struct native_updateauth *update)
{
	struct pending_block *pending = context->transaction->pending;
	struct permission_object permission, parent;
	struct authority old;
	int64_t size = authority_billable_size(&update->authority);
	int result = 0;

	if (update->permission != OWNER)
		result = authorization_permission(state_of(context), &parent,
		                                  &(struct permission_level){update->account, update->parent},
		                                  context->error);
	if (result)
		return result;
	if (!permission_get(state_of(context), &permission, update->account, update->permission)) {
		result = create_permission(context, update->account, update->permission, update->parent,
		                           &update->authority);
		return result ? result : apply_change_ram_usage(context, update->account, RAM_PERMISSION + size);
	}
	if (permission.parent != update->parent)
		return invalid(context, "Changing parent authority is not currently supported");
	if ((result = check_key_types(context, &update->authority, "modifying")))
		return result;
	old = permission_authority(&permission);
	size -= authority_billable_size(&old);
	authority_release(&old);
	permission.last_updated = slot_to_us(pending_slot(pending));
	permission.block_num = pending_number(pending);
	permission_put(context->transaction->edit, &permission, &update->authority);
	return apply_change_ram_usage(context, update->account, size);
}

int native_apply_updateauth(struct apply_context *context, const union native_data *data)
{
	int result = check_updateauth(context, &data->updateauth);

	return result ? result : update_permission(context, &data->updateauth);
}

int native_apply_deleteauth(struct apply_context *context, const union native_data *data)
{
	const struct native_deleteauth *removal = &data->deleteauth;
	struct permission_object permission;
	struct permission_link link;
	struct authority authority;
	int64_t size;
	int result = apply_require_authorization(context, removal->account);

	if (result)
		return result;
	if (removal->permission == ACTIVE)
		return invalid(context, "Cannot delete active authority");
	if (removal->permission == OWNER)
		return invalid(context, "Cannot delete owner authority");
	if (permission_link_of(state_of(context), &link, removal->account, removal->permission))
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "Cannot delete a linked authority. Unlink the authority first. This authority is "
		                   "linked to %s::%s.",
		                   name_text(link.code).text, name_text(link.action).text);
	result = authorization_permission(state_of(context), &permission,
	                                  &(struct permission_level){removal->account, removal->permission},
	                                  context->error);
	if (result)
		return result;
	if (permission_has_children(state_of(context), removal->account, removal->permission))
		return invalid(context, "Cannot remove a permission which has children. Remove the children first.");
	authority = permission_authority(&permission);
	size = RAM_PERMISSION + authority_billable_size(&authority);
	authority_release(&authority);
	permission_remove(context->transaction->edit, removal->account, removal->permission);
	return apply_change_ram_usage(context, removal->account, -size);
}

/* --- links --- */

static bool requirement_exists(const struct apply_context *context, const struct native_linkauth *link)
{
	struct permission_object permission;
	if (link->requirement == EOSIO_ANY)
		return true;
	if (!pending_feature(context->transaction->pending, FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION))
		return permission_name_exists(state_of(context), link->requirement);
	return permission_get(state_of(context), &permission, link->account, link->requirement);
}

int native_apply_linkauth(struct apply_context *context, const union native_data *data)
{
	struct pending_block *pending = context->transaction->pending;
	const struct native_linkauth *link = &data->linkauth;
	struct permission_link object;
	bool found;
	int result;

	if (!link->requirement)
		return invalid(context, "Required permission cannot be empty");
	if ((result = apply_require_authorization(context, link->account)))
		return result;
	if (!account_exists(state_of(context), link->account))
		return error_chain(context->error, ACCOUNT_QUERY_EXCEPTION, "Failed to retrieve account: %s",
		                   name_text(link->account).text);
	if (!account_exists(state_of(context), link->code))
		return error_chain(context->error, ACCOUNT_QUERY_EXCEPTION, "Failed to retrieve code for account: %s",
		                   name_text(link->code).text);
	if (!requirement_exists(context, link))
		return error_chain(context->error, PERMISSION_QUERY_EXCEPTION, "Failed to retrieve permission: %s",
		                   name_text(link->requirement).text);
	found = permission_link_get(state_of(context), &object, link->account, link->code, link->action);
	if (found && object.permission == link->requirement)
		return invalid(context,
		               "Attempting to update required authority, but new requirement is same as old");
	if (!found)
		object = (struct permission_link){.account = link->account,
		                                  .code = link->code,
		                                  .action = link->action,
		                                  .id = pending->globals.next_link_id++};
	object.permission = link->requirement;
	object.block_num = pending_number(pending);
	permission_link_put(context->transaction->edit, &object);
	return found ? 0 : apply_change_ram_usage(context, link->account, RAM_PERMISSION_LINK);
}

int native_apply_unlinkauth(struct apply_context *context, const union native_data *data)
{
	const struct native_unlinkauth *unlink = &data->unlinkauth;
	struct permission_link link;
	int result = apply_require_authorization(context, unlink->account);

	if (result)
		return result;
	if (!permission_link_get(state_of(context), &link, unlink->account, unlink->code, unlink->action))
		return invalid(context, "Attempting to unlink authority, but no link found");
	permission_link_remove(context->transaction->edit, unlink->account, unlink->code, unlink->action);
	return apply_change_ram_usage(context, unlink->account, -RAM_PERMISSION_LINK);
}

/* --- canceldelay --- */

int native_apply_canceldelay(struct apply_context *context, const union native_data *data)
{
	const struct native_canceldelay *cancel = &data->canceldelay;
	uint64_t sender_id[2];
	int result = apply_require_authorization(context, cancel->canceling_authority.actor);

	if (result)
		return result;
	generated_transaction_sender_id(sender_id, &cancel->transaction_id);
	apply_cancel_deferred_of(context, 0, sender_id);
	return 0;
}
