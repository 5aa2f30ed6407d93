/* accounts/NAME/permissions/PERM.json and links: who may act for an account, and for which actions
 * (protocol.md C.4, C.5). */
#include "fs/files/accounts/accounts.h"

#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EOSIO name_literal("eosio")
#define OWNER name_literal("owner")
#define ACTIVE name_literal("active")
#define ANY name_literal("eosio.any")

static const char ending[] = ".json";

int accounts_permissions_list(struct request *request, const char *from, struct listing *listing,
                              struct error *error)
{
	struct name_listing names = {listing, ending};
	const uint64_t first = name_listing_from(from, ending);
	struct chain_account account;
	int result = request_account(request, &account, error);
	for (size_t i = 0; result == 0 && i < account.permissions_count; i++)
		if (account.permissions[i].name >= first && name_listing_add(&names, account.permissions[i].name))
			break;
	chain_account_release(&account);
	return result;
}

int accounts_permissions_exists(struct request *request, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	if (result == 0 && !chain_account_permission(&account, request->name[1]))
		result = error_set(error, ENOENT, "no such permission: %s@%s", request->capture[0],
		                   request->capture[1]);
	chain_account_release(&account);
	return result;
}

int accounts_permissions_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	struct text json = TEXT_EMPTY;
	int result = request_account(request, &account, error);
	const struct chain_permission *permission = chain_account_permission(&account, request->name[1]);
	if (permission) {
		request->block_num = permission->block_num;
		/* The authority's own object, with the parent as one member more. */
		authority_print(&json, &permission->authority);
		text_printf(out, "{\"parent\":\"%s\",%s", name_text(permission->parent).text,
		            text_string(&json) + 1);
	} else if (result == 0) {
		result = error_set(error, ENOENT, "no such permission: %s@%s", request->capture[0],
		                   request->capture[1]);
	}
	text_release(&json);
	chain_account_release(&account);
	return result;
}

/* --- writing a permission --- */

struct new_permission {
	uint64_t parent;
	bool has_parent;
	struct authority authority; /* owned */
};

static int check_members(const struct json *object, const char *const *known, size_t count,
                         struct error *error)
{
	for (const struct json *member = json_first(object); member; member = json_next(member))
		if (command_choose(json_name(member), known, count, error) < 0)
			return -EINVAL;
	return 0;
}

/* What the file shows, an authority alone, or a permission as get_account has it: {"perm_name", "parent",
 * "required_auth"}. */
static int parse_object(struct new_permission *out, const struct json *json, struct error *error)
{
	static const char *const known[] = {"parent", "threshold", "keys", "accounts", "waits"};
	static const char *const known_outer[] = {"perm_name", "parent", "required_auth", "auth",
	                                          "linked_actions"};
	const struct json *inner = json_member(json, "required_auth"), *parent = json_member(json, "parent");
	if (!inner)
		inner = json_member(json, "auth");
	int result = inner ? check_members(json, known_outer, 5, error) : check_members(json, known, 5, error);
	if (result == 0 && inner && json_type(inner) == JSON_OBJECT)
		result = check_members(inner, known + 1, 4, error);
	if (result == 0 && parent) {
		if (json_type(parent) != JSON_STRING)
			return error_set(error, EINVAL, "the parent is no name");
		result = name_parse(&out->parent, json_string(parent), error);
		out->has_parent = true;
	}
	return result ? result : authority_parse(&out->authority, inner ? inner : json, error);
}

static int parse_permission(struct new_permission *out, const char *data, size_t length, struct error *error)
{
	struct public_key key;
	struct json *json = NULL;
	*out = (struct new_permission){0};
	if (*data != '{' && *data != '[' && *data != '"') {
		int result = public_key_parse(&key, data, error);
		if (result == 0)
			out->authority = authority_of_key(&key);
		return result;
	}
	int result = json_parse(&json, data, length, error);
	if (result == 0 && json_type(json) == JSON_OBJECT)
		result = parse_object(out, json, error);
	else if (result == 0)
		result = authority_parse(&out->authority, json, error);
	json_release(json);
	return result;
}

static bool same_authority(const struct authority *a, const struct authority *b)
{
	struct bytes left = {0}, right = {0};
	authority_pack(&left, a);
	authority_pack(&right, b);
	bool same = left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
	bytes_release(&left);
	bytes_release(&right);
	return same;
}

/* Is a permission `active`, or does it descend from it? Then active may change it; else owner must. */
static bool is_below_active(const struct chain_account *account, uint64_t name)
{
	for (size_t depth = 0; name && depth <= account->permissions_count; depth++) {
		if (name == ACTIVE)
			return true;
		const struct chain_permission *permission = chain_account_permission(account, name);
		name = permission ? permission->parent : 0;
	}
	return false;
}

/* Active signs where it may, and owner where active's keys are not at hand. What was refused for want of
 * keys has changed nothing. */
static int send_as(struct request *request, bool active_may,
                   int (*add)(struct batch *batch, struct request *request, uint64_t signer, void *context,
                              struct error *error),
                   void *context, struct error *error)
{
	const uint64_t signers[2] = {active_may ? ACTIVE : OWNER, OWNER};
	struct error owners = {0};
	int result = 0;
	for (size_t i = 0; i < 2; i++) {
		struct batch batch = {0};
		struct error *into = i == 0 ? error : &owners;
		result = add(&batch, request, signers[i], context, into);
		if (result == 0)
			result = batch_send(&batch, request, into);
		batch_release(&batch);
		if (result != -EACCES || !active_may)
			break;
	}
	return result == 0 ? 0 : -error->number;
}

struct permission_change {
	uint64_t name, parent;
	const struct authority *authority; /* NULL: delete */
};

static int add_permission_change(struct batch *batch, struct request *request, uint64_t signer, void *context,
                                 struct error *error)
{
	const struct permission_change *change = context;
	const struct permission_level by = {request->name[0], signer};
	struct action action;
	if (!change->authority)
		make_deleteauth(&action, &by, by.actor, change->name);
	else
		make_updateauth(&action, &by, by.actor, change->name, change->parent, change->authority);
	return batch_take(batch, request, &action, error);
}

static int send_change(struct request *request, const struct chain_account *account,
                       const struct chain_permission *existing, struct permission_change *change,
                       struct error *error)
{
	bool active_may = is_below_active(account, existing ? change->name : change->parent);
	return send_as(request, active_may, add_permission_change, change, error);
}

/* Whom the chain would only call missing. */
static int check_authority(struct request *request, const struct authority *authority, struct error *error)
{
	int result = 0;
	if (!authority_valid(authority))
		return error_set(error, EINVAL,
		                 "no valid authority: threshold %u must be above 0 and reached by the weights of "
		                 "keys, accounts and waits",
		                 authority->threshold);
	for (size_t i = 0; i < authority->accounts_count && result == 0; i++)
		result = require_account(request, authority->accounts[i].permission.actor, error);
	return result;
}

static int set_permission(struct request *request, const struct chain_account *account, const char *data,
                          size_t length, struct error *error)
{
	const struct chain_permission *existing = chain_account_permission(account, request->name[1]);
	struct permission_change change = {.name = request->name[1]};
	struct new_permission wanted = {0};
	if (strcmp(data, "delete") == 0) {
		if (!existing)
			return error_set(error, ENOENT, "no such permission: %s@%s", request->capture[0],
			                 request->capture[1]);
		return send_change(request, account, existing, &change, error);
	}
	int result = parse_permission(&wanted, data, length, error);
	change.authority = &wanted.authority;
	change.parent = wanted.has_parent ? wanted.parent : existing ? existing->parent : ACTIVE;
	/* Even one that nobody could set now: eosio.null's and eosio.prods' are satisfied by nothing. */
	if (result == 0 && existing && existing->parent == change.parent &&
	    same_authority(&existing->authority, &wanted.authority))
		goto out;
	if (result == 0)
		result = check_authority(request, &wanted.authority, error);
	if (result == 0 && change.parent && !chain_account_permission(account, change.parent))
		result = error_set(error, ENOENT, "no such permission: %s@%s", request->capture[0],
		                   name_text(change.parent).text);
	if (result == 0)
		result = send_change(request, account, existing, &change, error);
out:
	authority_release(&wanted.authority);
	return result;
}

int accounts_permissions_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct chain_account account;
	uint64_t name = 0;
	int result = name_parse_account(&name, request->capture[1], error);
	if (result)
		return result;
	result = request_account(request, &account, error);
	if (result == 0)
		result = set_permission(request, &account, data, length, error);
	chain_account_release(&account);
	return result;
}

/* --- links --- */

static void print_links(struct text *out, const struct chain_linked_action *links, size_t count,
                        uint64_t permission)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s %s %s\n", name_text(links[i].account).text,
		            links[i].action ? name_text(links[i].action).text : "*", name_text(permission).text);
}

int accounts_links_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_account account;
	int result = request_account(request, &account, error);
	for (size_t i = 0; result == 0 && i < account.permissions_count; i++)
		print_links(out, account.permissions[i].linked_actions, account.permissions[i].linked_actions_count,
		            account.permissions[i].name);
	print_links(out, account.any_linked_actions, account.any_linked_actions_count, ANY);
	chain_account_release(&account);
	return result;
}

/* The permission that an action of a contract is linked to; 0: none. */
static uint64_t linked_permission(const struct chain_account *account, uint64_t contract, uint64_t action)
{
	for (size_t i = 0; i < account->permissions_count; i++)
		for (size_t k = 0; k < account->permissions[i].linked_actions_count; k++)
			if (account->permissions[i].linked_actions[k].account == contract &&
			    account->permissions[i].linked_actions[k].action == action)
				return account->permissions[i].name;
	for (size_t k = 0; k < account->any_linked_actions_count; k++)
		if (account->any_linked_actions[k].account == contract &&
		    account->any_linked_actions[k].action == action)
			return ANY;
	return 0;
}

struct link_change {
	uint64_t contract, action, permission; /* permission 0: unlink */
};
struct link_changes {
	struct link_change at[COMMAND_WORDS];
	size_t count;
	bool active_may;
};

static int add_link_changes(struct batch *batch, struct request *request, uint64_t signer, void *context,
                            struct error *error)
{
	const struct link_changes *changes = context;
	const struct permission_level by = {request->name[0], signer};
	int result = 0;
	for (size_t i = 0; i < changes->count && result == 0; i++) {
		const struct link_change *change = &changes->at[i];
		struct action action;
		if (change->permission)
			make_linkauth(&action, &by, by.actor, change->contract, change->action, change->permission);
		else
			make_unlinkauth(&action, &by, by.actor, change->contract, change->action);
		result = batch_take(batch, request, &action, error);
	}
	return result;
}

/* The last line of a write that is about the same action counts. */
static uint64_t permission_after(const struct link_changes *changes, const struct chain_account *account,
                                 const struct link_change *link)
{
	for (size_t i = changes->count; i-- > 0;)
		if (changes->at[i].contract == link->contract && changes->at[i].action == link->action)
			return changes->at[i].permission;
	return linked_permission(account, link->contract, link->action);
}

static int take_link(struct request *request, const struct chain_account *account,
                     struct link_changes *changes, struct command *command, struct error *error)
{
	const char *action = NULL, *permission = NULL;
	struct link_change link = {0};
	int result = command_take_name(command, &link.contract, "the contract's name", error);
	if (result == 0)
		result = command_take_word(command, &action, "the action's name (* for all of the contract's)",
		                           error);
	if (result == 0 && strcmp(action, "*") != 0)
		result = name_parse(&link.action, action, error);
	if (result == 0)
		result = command_take_word(command, &permission, "the permission's name (- to unlink)", error);
	if (result == 0 && strcmp(permission, "-") != 0)
		result = name_parse_account(&link.permission, permission, error);
	if (result == 0)
		result = command_end(command, ACCOUNTS_LINKS_USAGE, error);
	if (result)
		return result;
	uint64_t before = permission_after(changes, account, &link);
	if (before == link.permission && before)
		return 0;
	if (!link.permission && !before)
		return error_set(error, ENOENT, "no such link: %s %s", name_text(link.contract).text, action);
	result = require_account(request, link.contract, error);
	if (result == 0 && link.permission && link.permission != ANY &&
	    !chain_account_permission(account, link.permission))
		result = error_set(error, ENOENT, "no such permission: %s@%s", name_text(account->name).text,
		                   permission);
	if (result == 0 && changes->count == COMMAND_WORDS)
		result = error_set(error, EINVAL, "more than %d links in one write", COMMAND_WORDS);
	if (result)
		return result;
	changes->active_may &= !before || before == ANY || is_below_active(account, before);
	changes->at[changes->count++] = link;
	return 0;
}

int accounts_links_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct link_changes changes = {.active_may = true};
	struct chain_account account;
	int result = request_account(request, &account, error);
	/* Lines stand for themselves: those that an earlier write has sent are done. */
	for (size_t at = request->sent, next; at < length && result == 0; at = next) {
		const char *newline = memchr(data + at, '\n', length - at);
		struct command command;
		next = newline ? (size_t)(newline - data) + 1 : length;
		result = command_parse(&command, data + at, next - at, NULL, 0, error);
		if (result == 0 && command.count > 0)
			result = take_link(request, &account, &changes, &command, error);
		command_release(&command);
	}
	if (result == 0 && changes.count > 0)
		result = send_as(request, changes.active_may, add_link_changes, &changes, error);
	chain_account_release(&account);
	return result;
}
