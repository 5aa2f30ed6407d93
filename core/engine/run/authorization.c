/* Authorization of actions: minimum permissions, the five special actions, satisfaction of what is
 * declared (protocol.md C.2 to C.4). */
#include "core/engine/run/authorization.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/seconds.h"
#include "core/base/text.h"
#include "core/engine/run/native.h"
#include "core/engine/state/configuration.h"
#include "core/engine/state/deferred.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ACTIVE name_literal("active")
#define EOSIO name_literal("eosio")
#define EOSIO_ANY name_literal("eosio.any")

/* --- permissions that must exist --- */

int authorization_find_permission(const struct map_root *root, struct permission_object *out, bool *found,
                                  const struct permission_level *level, struct error *error)
{
	if (!level->actor || !level->permission)
		return error_chain(error, INVALID_PERMISSION, "Invalid permission");
	*found = permission_get(root, out, level->actor, level->permission);
	return 0;
}

int authorization_permission(const struct map_root *root, struct permission_object *out,
                             const struct permission_level *level, struct error *error)
{
	bool found = false;
	int result = authorization_find_permission(root, out, &found, level, error);

	if (result || found)
		return result;
	/* The node quotes what its database says, template arguments and all. */
#define NULL_TYPE "boost::tuples::null_type"
	return error_chain(
		error, PERMISSION_QUERY_EXCEPTION,
		"Failed to retrieve permission: %s (unknown key (boost::tuples::tuple<eosio::chain::name, "
		"eosio::chain::name, " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE
		", " NULL_TYPE ", " NULL_TYPE ", " NULL_TYPE ">): (%s %s))",
		permission_level_text(level).text, name_text(level->actor).text, name_text(level->permission).text);
#undef NULL_TYPE
}

/* The permission that an action of that code is linked to; false: none. */
static bool linked_permission(const struct map_root *root, uint64_t *out, uint64_t account, uint64_t code,
                              uint64_t action)
{
	struct permission_link link;
	if (!permission_link_get(root, &link, account, code, action) &&
	    !permission_link_get(root, &link, account, code, 0))
		return false;
	*out = link.permission;
	return true;
}

static uint64_t minimum_permission(const struct map_root *root, uint64_t account, uint64_t code,
                                   uint64_t action)
{
	uint64_t permission;
	return linked_permission(root, &permission, account, code, action) ? permission : ACTIVE;
}

/* Is `declared` the permission {its actor, minimum} or an ancestor of it? `words` begins the sentence if
 * not. */
static int check_relevant(const struct map_root *root, const struct permission_level *declared,
                          const struct permission_level *minimum, const char *words, struct error *error)
{
	struct permission_object permission, least;
	int result = authorization_permission(root, &least, minimum, error);

	if (result == 0 && permission_level_compare(declared, minimum) &&
	    !(result = authorization_permission(root, &permission, declared, error)) &&
	    !permission_satisfies(root, &permission, &least))
		result = error_chain(error, IRRELEVANT_AUTH_EXCEPTION, words, permission_level_text(declared).text,
		                     permission_level_text(minimum).text);
	return result;
}

/* The same where it is the declared permission that must exist before the other is looked for. */
static int check_declared(const struct map_root *root, const struct permission_level *declared,
                          const struct permission_level *minimum, const char *words, struct error *error)
{
	struct permission_object permission;
	int result = authorization_permission(root, &permission, declared, error);

	return result ? result : check_relevant(root, declared, minimum, words, error);
}

/* --- the five special actions (C.4) --- */

/* `actor` is what the sentence calls the account that must be the actor. */
static int check_single(const struct action *action, uint64_t account, const char *kind, const char *actor,
                        struct error *error)
{
	if (action->authorization_count != 1)
		return error_chain(error, IRRELEVANT_AUTH_EXCEPTION,
		                   "%s action should only have one declared authorization", kind);
	if (actor && action->authorization[0].actor != account)
		return error_chain(error, IRRELEVANT_AUTH_EXCEPTION,
		                   "the owner of the %s needs to be the actor of the declared authorization", actor);
	return 0;
}

static int check_updateauth(const struct map_root *root, const struct action *action,
                            const struct native_updateauth *update, struct error *error)
{
	struct permission_level minimum = {update->account, update->permission};
	struct permission_object permission;
	bool found = false;
	int result = check_single(action, update->account, "updateauth", "affected permission", error);

	if (result == 0)
		result = authorization_find_permission(root, &permission, &found, &minimum, error);
	if (result)
		return result;
	if (!found)
		minimum.permission = update->parent;
	return check_relevant(root, &action->authorization[0], &minimum,
	                      "updateauth action declares irrelevant authority '%s'; minimum authority is %s",
	                      error);
}

static int check_deleteauth(const struct map_root *root, const struct action *action,
                            const struct native_deleteauth *removal, struct error *error)
{
	int result = check_single(action, removal->account, "deleteauth", "permission to delete", error);

	if (result)
		return result;
	/* The node says updateauth here too. */
	return check_relevant(
		root, &action->authorization[0], &(struct permission_level){removal->account, removal->permission},
		"updateauth action declares irrelevant authority '%s'; minimum authority is %s", error);
}

static int check_linkauth(const struct map_root *root, const struct action *action,
                          const struct native_linkauth *link, bool fix_linkauth, struct error *error)
{
	uint64_t permission;
	int result = check_single(action, link->account, "link", "linked permission", error);

	if (result)
		return result;
	if ((link->code == EOSIO || !fix_linkauth) && native_is_special(EOSIO, link->action))
		return error_chain(error, ACTION_VALIDATE_EXCEPTION, "Cannot link eosio::%s to a minimum permission",
		                   name_text(link->action).text);
	permission = minimum_permission(root, link->account, link->code, link->action);
	if (permission == EOSIO_ANY)
		return 0;
	return check_declared(root, &action->authorization[0],
	                      &(struct permission_level){link->account, permission},
	                      "link action declares irrelevant authority '%s'; minimum authority is %s", error);
}

static int check_unlinkauth(const struct map_root *root, const struct action *action,
                            const struct native_unlinkauth *unlink, struct error *error)
{
	uint64_t permission;
	int result = check_single(action, unlink->account, "unlink", "linked permission", error);

	if (result)
		return result;
	if (!linked_permission(root, &permission, unlink->account, unlink->code, unlink->action))
		return error_chain(
			error, TRANSACTION_EXCEPTION,
			"cannot unlink non-existent permission link of account '%s' for actions matching '%s::%s'",
			name_text(unlink->account).text, name_text(unlink->code).text, name_text(unlink->action).text);
	if (permission == EOSIO_ANY)
		return 0;
	return check_declared(root, &action->authorization[0],
	                      &(struct permission_level){unlink->account, permission},
	                      "unlink action declares irrelevant authority '%s'; minimum authority is %s", error);
}

static bool transaction_declares(const struct transaction *transaction, const struct permission_level *level)
{
	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++)
			if (!permission_level_compare(&transaction->actions[i].authorization[k], level))
				return true;
	return false;
}

/* *delay_us becomes what the delayed transaction had. */
static int check_canceldelay(const struct map_root *root, int64_t *delay_us, const struct action *action,
                             const struct native_canceldelay *cancel, struct error *error)
{
	struct generated_transaction generated;
	struct transaction transaction;
	struct cursor in;
	bool declared;
	int result = check_single(action, 0, "canceldelay", NULL, error);

	if (result == 0)
		result = check_declared(
			root, &action->authorization[0], &cancel->canceling_authority,
			"canceldelay action declares irrelevant authority '%s'; specified authority to satisfy is %s",
			error);
	if (result)
		return result;
	if (!generated_transaction_find(root, &generated, &cancel->transaction_id) || generated.sender)
		return error_chain(
			error, TX_NOT_FOUND,
			"cannot cancel trx_id=%s, there is no deferred transaction with that transaction id",
			checksum256_text(&cancel->transaction_id).text);
	in = cursor_make(generated.packed, generated.packed_length);
	if (transaction_unpack(&transaction, &in))
		return error_chain(error, TRANSACTION_EXCEPTION, "stored transaction is malformed");
	declared = transaction_declares(&transaction, &cancel->canceling_authority);
	transaction_release(&transaction);
	if (!declared)
		return error_chain(error, ACTION_VALIDATE_EXCEPTION,
		                   "canceling_auth in canceldelay action was not found as authorization in the "
		                   "original delayed transaction");
	*delay_us = generated.delay_until - generated.published;
	return 0;
}

static int check_special(const struct map_root *root, int64_t *delay_us, const struct action *action,
                         bool fix_linkauth, struct error *error)
{
	union native_data data;
	int result = native_unpack(&data, action, error);

	if (result)
		return result;
	if (action->name == name_literal("deleteauth"))
		return check_deleteauth(root, action, &data.deleteauth, error);
	if (action->name == name_literal("linkauth"))
		return check_linkauth(root, action, &data.linkauth, fix_linkauth, error);
	if (action->name == name_literal("unlinkauth"))
		return check_unlinkauth(root, action, &data.unlinkauth, error);
	if (action->name == name_literal("canceldelay"))
		return check_canceldelay(root, delay_us, action, &data.canceldelay, error);
	result = check_updateauth(root, action, &data.updateauth, error);
	authority_release(&data.updateauth.authority);
	return result;
}

/* --- all actions of a transaction --- */

struct wanted_level {
	struct permission_level level;
	int64_t delay_us;
};
struct wanted_levels {
	struct wanted_level *levels; /* owned; ascending */
	size_t count, capacity;
};

/* Every declared level once, with the smallest delay that any of its actions asks for. */
static void want(struct wanted_levels *wanted, const struct permission_level *level, int64_t delay_us)
{
	size_t at = 0;
	while (at < wanted->count && permission_level_compare(&wanted->levels[at].level, level) < 0)
		at++;
	if (at < wanted->count && !permission_level_compare(&wanted->levels[at].level, level)) {
		if (wanted->levels[at].delay_us > delay_us)
			wanted->levels[at].delay_us = delay_us;
		return;
	}
	LIST_INSERT(wanted->levels, wanted->count, wanted->capacity, at, (struct wanted_level){*level, delay_us});
}

static bool level_in(const struct permission_level *levels, size_t count,
                     const struct permission_level *level)
{
	for (size_t i = 0; i < count; i++)
		if (!permission_level_compare(&levels[i], level))
			return true;
	return false;
}

static int check_action(const struct map_root *root, const struct authorization_request *request,
                        const struct action *action, int64_t delay_us, struct wanted_levels *wanted,
                        struct error *error)
{
	bool special = native_is_special(action->account, action->name);
	int64_t action_delay = delay_us;
	int result;

	if (special) {
		int64_t required = 0;
		if ((result = check_special(root, &required, action, request->fix_linkauth, error)))
			return result;
		if (required > action_delay)
			action_delay = required;
	}
	for (size_t i = 0; i < action->authorization_count; i++) {
		const struct permission_level *declared = &action->authorization[i];
		if (!special) {
			uint64_t minimum = minimum_permission(root, declared->actor, action->account, action->name);
			if (minimum != EOSIO_ANY &&
			    (result = check_relevant(root, declared, &(struct permission_level){declared->actor, minimum},
			                             "action declares irrelevant authority '%s'; minimum authority is %s",
			                             error)))
				return result;
		}
		if (!level_in(request->satisfied, request->satisfied_count, declared))
			want(wanted, declared, action_delay);
	}
	return 0;
}

static void print_keys(struct text *out, const struct public_key *keys, size_t count, const bool *left_out)
{
	bool first = true;
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (left_out && left_out[i])
			continue;
		text_printf(out, "%s\"%s\"", first ? "" : ",", public_key_text(&keys[i]).text);
		first = false;
	}
	text_append_char(out, ']');
}

static int unsatisfied(const struct permission_level *level, const struct authorization_request *request,
                       int64_t limit_us, struct error *error)
{
	struct text permissions = TEXT_EMPTY, keys = TEXT_EMPTY;
	int result;
	text_append_char(&permissions, '[');
	for (size_t i = 0; i < request->permissions_count; i++)
		text_printf(&permissions, "%s%s", i ? "," : "", permission_level_text(&request->permissions[i]).text);
	text_append_char(&permissions, ']');
	print_keys(&keys, request->keys, request->keys_count, NULL);
	result = error_chain(error, UNSATISFIED_AUTHORIZATION,
	                     "transaction declares authority '%s', but does not have signatures for it under a "
	                     "provided delay of %lld ms, provided "
	                     "permissions %s, provided keys %s, and a delay max limit of %lld ms",
	                     permission_level_text(level).text, (long long)(request->delay_us / 1000),
	                     text_string(&permissions), text_string(&keys), (long long)(limit_us / 1000));
	text_release(&permissions);
	text_release(&keys);
	return result;
}

static int irrelevant_signatures(const struct authority_checker *checker, struct error *error)
{
	struct text keys = TEXT_EMPTY;
	int result;
	print_keys(&keys, checker->keys, checker->keys_count, checker->used);
	result = error_chain(error, TX_IRRELEVANT_SIG,
	                     "transaction bears irrelevant signatures from these keys: %s", text_string(&keys));
	text_release(&keys);
	return result;
}

int authorization_check(const struct map_root *root, const struct chain_config *config,
                        const struct authorization_request *request, struct error *error)
{
	int64_t limit_us = (int64_t)config->max_transaction_delay * SECOND_US;
	int64_t delay_us = request->delay_us >= limit_us ? DELAY_FOREVER : request->delay_us;
	struct wanted_levels wanted = {0};
	struct authority_checker checker;
	int result = 0;

	authority_checker_init(&checker, root, request->keys, request->keys_count, request->permissions,
	                       request->permissions_count, delay_us, config->max_authority_depth);
	for (size_t i = 0; i < request->actions_count && result == 0; i++)
		result = check_action(root, request, &request->actions[i], delay_us, &wanted, error);
	if (request->without_keys)
		goto out;
	for (size_t i = 0; i < wanted.count && result == 0; i++) {
		checker.delay_us = wanted.levels[i].delay_us;
		if (!authority_checker_satisfied(&checker, &wanted.levels[i].level))
			result = unsatisfied(&wanted.levels[i].level, request, limit_us, error);
	}
	if (result == 0 && !authority_checker_all_used(&checker))
		result = irrelevant_signatures(&checker, error);
out:
	authority_checker_release(&checker);
	free(wanted.levels);
	return result;
}

int authorization_required_keys(const struct map_root *root, struct public_key **out, size_t *out_count,
                                const struct transaction *transaction, const struct public_key *available,
                                size_t available_count, struct error *error)
{
	struct authority_checker checker;
	struct chain_config config;
	int result = 0;
	*out = NULL;
	*out_count = 0;
	configuration_get(root, &config);
	authority_checker_init(&checker, root, available, available_count, NULL, 0,
	                       (int64_t)transaction->delay_sec * SECOND_US, config.max_authority_depth);
	for (size_t i = 0; i < transaction->actions_count && result == 0; i++) {
		const struct action *action = &transaction->actions[i];
		for (size_t k = 0; k < action->authorization_count && result == 0; k++)
			if (!authority_checker_satisfied(&checker, &action->authorization[k]))
				result = error_chain(
					error, UNSATISFIED_AUTHORIZATION,
					"transaction declares authority '%s', but does not have signatures for it.",
					permission_level_text(&action->authorization[k]).text);
	}
	if (result == 0 && checker.used_count) {
		*out = memory_allocate(checker.used_count, sizeof(**out));
		for (size_t i = 0; i < available_count; i++)
			if (checker.used[i])
				(*out)[(*out_count)++] = available[i];
	}
	authority_checker_release(&checker);
	return result;
}
