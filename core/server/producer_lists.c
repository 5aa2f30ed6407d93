/* /v1/producer: whom a node serves: the greylist, white and black lists. */
#include "core/server/producer.h"

#include "core/base/memory.h"
#include "core/server/node.h"
#include "core/types/name.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* --- sets of names --- */

static void parse_set(struct call *call, struct name_set *out, const struct json *list)
{
	*out = (struct name_set){0};
	if (json_type(list) != JSON_ARRAY)
		call->bad = true;
	for (const struct json *at = json_first(list); at; at = json_next(at))
		name_set_add(out, value_name(call, at));
}

static void print_set(struct text *out, const struct name_set *set)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < set->count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", name_text(set->names[i]).text);
	text_append_char(out, ']');
}

/* --- the greylist --- */

static int get_greylist(struct call *call)
{
	struct greylist greylist = {.limit = 0};
	int result = call->chain->operations->greylist(call->chain, &greylist, NULL, call->node->name,
	                                               &call->error);

	text_append(call->out, "{\"accounts\":");
	print_set(call->out, &greylist.accounts);
	text_append_char(call->out, '}');
	greylist_release(&greylist);
	return result;
}

/* What accounts show changes with it. */
int producer_change_greylist(struct call *call, const struct greylist_change *change)
{
	int result = call->chain->operations->greylist(call->chain, NULL, change, call->node->name, &call->error);

	call->chain->served++;
	return result;
}

static int change_greylist(struct call *call, bool add)
{
	const struct json *list = json_member(call->body, "accounts");
	struct name_set named = {0};
	const struct greylist_change change = {.added = add ? &named : NULL, .removed = add ? NULL : &named};
	int result;

	if (list)
		parse_set(call, &named, list);
	if (call->bad)
		result = call_bad_parameters(call);
	else if (!named.count)
		result = error_chain(&call->error, INVALID_HTTP_REQUEST, "At least one account is required");
	else
		result = producer_change_greylist(call, &change);
	name_set_release(&named);
	return result ? result : call_succeed(call);
}

static int add_greylist_accounts(struct call *call)
{
	return change_greylist(call, true);
}

static int remove_greylist_accounts(struct call *call)
{
	return change_greylist(call, false);
}

/* --- white and black lists --- */

static const struct list_row {
	const char *name;
	size_t offset;
} list_rows[] = {
	{"actor_whitelist", offsetof(struct producer, actor_whitelist)},
	{"actor_blacklist", offsetof(struct producer, actor_blacklist)},
	{"contract_whitelist", offsetof(struct producer, contract_whitelist)},
	{"contract_blacklist", offsetof(struct producer, contract_blacklist)},
};
enum { LIST_ROWS = sizeof list_rows / sizeof *list_rows };

static struct name_set *list_of(struct producer *producer, size_t index)
{
	return (struct name_set *)(void *)((char *)producer + list_rows[index].offset);
}

static int get_whitelist_blacklist(struct call *call)
{
	struct producer *producer = &call->node->producer;
	struct text *out = call->out;

	pthread_mutex_lock(&producer->mutex);
	for (size_t i = 0; i < LIST_ROWS; i++) {
		text_printf(out, "%s\"%s\":", i ? "," : "{", list_rows[i].name);
		print_set(out, list_of(producer, i));
	}
	text_append(out, ",\"action_blacklist\":[");
	for (size_t i = 0; i < producer->action_blacklist_count; i++)
		text_printf(out, "%s[\"%s\",\"%s\"]", i ? "," : "",
		            name_text(producer->action_blacklist[i].account).text,
		            name_text(producer->action_blacklist[i].action).text);
	text_append(out, "],\"key_blacklist\":[");
	for (size_t i = 0; i < producer->key_blacklist_count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", public_key_text(&producer->key_blacklist[i]).text);
	text_append(out, "]}");
	pthread_mutex_unlock(&producer->mutex);
	return 0;
}

/* What a call sets; a list that it does not name stays. */
struct lists {
	struct name_set sets[LIST_ROWS];
	struct action_name *actions;
	struct public_key *keys;
	size_t actions_count, keys_count;
};

static void parse_lists(struct call *call, struct lists *out)
{
	const struct json *actions = json_member(call->body, "action_blacklist"),
	                  *keys = json_member(call->body, "key_blacklist");

	for (size_t i = 0; i < LIST_ROWS; i++)
		if (body_has(call, list_rows[i].name))
			parse_set(call, &out->sets[i], json_member(call->body, list_rows[i].name));
	out->actions = memory_allocate(json_count(actions) + 1, sizeof *out->actions);
	out->keys = memory_allocate(json_count(keys) + 1, sizeof *out->keys);
	for (const struct json *at = json_first(actions); at; at = json_next(at)) {
		if (json_type(at) != JSON_ARRAY || json_count(at) != 2)
			call->bad = true;
		const struct json *account = json_first(at);
		out->actions[out->actions_count++] =
			(struct action_name){value_name(call, account), value_name(call, json_next(account))};
	}
	for (const struct json *at = json_first(keys); at; at = json_next(at))
		if (!json_string(at) || public_key_parse(&out->keys[out->keys_count++], json_string(at), NULL) != 0)
			call->bad = true;
}

static void take_lists(struct call *call, struct producer *producer, struct lists *lists)
{
	for (size_t i = 0; i < LIST_ROWS; i++)
		if (body_has(call, list_rows[i].name)) {
			struct name_set before = *list_of(producer, i);
			*list_of(producer, i) = lists->sets[i];
			lists->sets[i] = before;
		}
	if (body_has(call, "action_blacklist")) {
		struct action_name *before = producer->action_blacklist;
		producer->action_blacklist = lists->actions;
		producer->action_blacklist_count = lists->actions_count;
		lists->actions = before;
	}
	if (body_has(call, "key_blacklist")) {
		struct public_key *before = producer->key_blacklist;
		producer->key_blacklist = lists->keys;
		producer->key_blacklist_count = lists->keys_count;
		lists->keys = before;
	}
}

static int set_whitelist_blacklist(struct call *call)
{
	struct producer *producer = &call->node->producer;
	struct lists lists = {.actions = NULL};
	bool any = body_has(call, "action_blacklist") || body_has(call, "key_blacklist");
	int result = 0;

	for (size_t i = 0; i < LIST_ROWS; i++)
		any |= body_has(call, list_rows[i].name);
	parse_lists(call, &lists);
	if (call->bad)
		result = call_bad_parameters(call);
	else if (!any)
		result = error_chain(&call->error, INVALID_HTTP_REQUEST,
		                     "At least one of actor_whitelist, actor_blacklist, contract_whitelist, "
		                     "contract_blacklist, action_blacklist, and key_blacklist is required");
	if (result == 0) {
		pthread_mutex_lock(&producer->mutex);
		take_lists(call, producer, &lists);
		pthread_mutex_unlock(&producer->mutex);
	}
	for (size_t i = 0; i < LIST_ROWS; i++)
		name_set_release(&lists.sets[i]);
	free(lists.actions);
	free(lists.keys);
	return result ? result : call_succeed(call);
}

bool producer_has_lists(struct producer *producer)
{
	pthread_mutex_lock(&producer->mutex);
	bool any = producer->action_blacklist_count || producer->key_blacklist_count;
	for (size_t i = 0; i < LIST_ROWS; i++)
		any |= list_of(producer, i)->count > 0;
	pthread_mutex_unlock(&producer->mutex);
	return any;
}

static int check_actors(const struct producer *producer, const struct transaction *transaction,
                        struct error *error)
{
	const bool white = producer->actor_whitelist.count > 0;
	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++) {
			uint64_t actor = transaction->actions[i].authorization[k].actor;
			if (white && !name_set_has(&producer->actor_whitelist, actor))
				return error_chain(error, ACTOR_WHITELIST_EXCEPTION,
				                   "authorizing actor(s) in transaction are not on the actor whitelist: "
				                   "[\"%s\"]",
				                   name_text(actor).text);
			if (!white && name_set_has(&producer->actor_blacklist, actor))
				return error_chain(error, ACTOR_BLACKLIST_EXCEPTION,
				                   "authorizing actor(s) in transaction are on the actor blacklist: [\"%s\"]",
				                   name_text(actor).text);
		}
	return 0;
}

static int check_action(const struct producer *producer, const struct action_trace *trace,
                        struct error *error)
{
	uint64_t contract = trace->receiver, account = trace->action.account, name = trace->action.name;

	if (producer->contract_whitelist.count && !name_set_has(&producer->contract_whitelist, contract))
		return error_chain(error, CONTRACT_WHITELIST_EXCEPTION,
		                   "account '%s' is not on the contract whitelist", name_text(contract).text);
	if (!producer->contract_whitelist.count && name_set_has(&producer->contract_blacklist, contract))
		return error_chain(error, CONTRACT_BLACKLIST_EXCEPTION, "account '%s' is on the contract blacklist",
		                   name_text(contract).text);
	for (size_t i = 0; i < producer->action_blacklist_count; i++)
		if (producer->action_blacklist[i].account == account && producer->action_blacklist[i].action == name)
			return error_chain(error, ACTION_BLACKLIST_EXCEPTION,
			                   "action '%s::%s' is on the action blacklist", name_text(account).text,
			                   name_text(name).text);
	return 0;
}

int producer_check(struct producer *producer, const struct transaction *transaction,
                   const struct transaction_trace *trace, struct error *error)
{
	pthread_mutex_lock(&producer->mutex);
	int result = check_actors(producer, transaction, error);
	for (size_t i = 0; i < trace->actions_count && result == 0; i++)
		result = check_action(producer, &trace->actions[i], error);
	pthread_mutex_unlock(&producer->mutex);
	return result;
}

const struct endpoint producer_list_endpoints[] = {
	PRODUCER("get_greylist", PARAMETERS_NONE, 201, get_greylist),
	PRODUCER("add_greylist_accounts", PARAMETERS_REQUIRED, 201, add_greylist_accounts),
	PRODUCER("remove_greylist_accounts", PARAMETERS_REQUIRED, 201, remove_greylist_accounts),
	PRODUCER("get_whitelist_blacklist", PARAMETERS_NONE, 201, get_whitelist_blacklist),
	PRODUCER("set_whitelist_blacklist", PARAMETERS_REQUIRED, 201, set_whitelist_blacklist),
	{.path = NULL},
};
