/* push: an action as `cleos push action` takes it, a list of actions as one transaction, or a whole
 * transaction, which may have been packed and signed elsewhere. */
#include "fs/files/push.h"

#include "core/types/name.h"
#include "fs/files/accounts/accounts.h"

#include <errno.h>
#include <stdlib.h>

static int push_command(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	uint64_t contract = 0, action = 0;
	const char *word = NULL;
	int result = command_parse(&command, data, length, action_options, ACTION_OPTIONS, error);
	if (result == 0)
		result = command_take_name(&command, &contract, "the contract's account", error);
	if (result == 0)
		result = command_take_word(&command, &word, "the action's name", error);
	if (result == 0)
		result = name_parse(&action, word, error);
	if (result == 0)
		result = action_push(request, contract, action, &command, PUSH_USAGE, error);
	command_release(&command);
	return result;
}

static int push_list(struct request *request, const struct json *json, struct error *error)
{
	struct action *actions = NULL;
	size_t count = 0;
	int result = request_view(request, error);
	if (result == 0 && !json_count(json))
		result = error_set(error, EINVAL, "a transaction without actions does nothing: %s", PUSH_USAGE);
	if (result == 0)
		result = chain_actions_parse(request->view, &actions, &count, json, error);
	if (result == 0 && !request->only_parse)
		result = request_send(request, actions, count, error);
	for (size_t i = 0; i < count; i++)
		action_release(&actions[i]);
	free(actions);
	return result;
}

/* What says nothing of when it expires is a list of actions with another name; its time and the block that it
 * refers to are chosen here. */
static int push_open_transaction(struct request *request, const struct json *json, struct error *error)
{
	if (json_count(json) > 1)
		return error_set(error, EINVAL,
		                 "a transaction without \"expiration\" has \"actions\" and nothing else");
	return push_list(request, json_member(json, "actions"), error);
}

/* As `cleos sign` and `convert` print it, as push_transaction takes it, or the transaction in either. */
static int push_transaction(struct request *request, const struct json *json, struct error *error)
{
	const struct json *inside = json_member(json, "transaction");
	const struct json *object = json_type(inside) == JSON_OBJECT ? inside : json;
	bool is_packed = json_string(json_member(json, "packed_trx")) != NULL;
	struct packed_transaction packed = {0};
	struct transaction transaction = {0};
	int result = request_view(request, error);
	if (!is_packed && json_type(json_member(object, "expiration")) == JSON_MISSING)
		return result ? result : push_open_transaction(request, object, error);
	if (result == 0 && !is_packed)
		result = chain_transaction_parse(request->view, &transaction, object, error);
	if (result == 0)
		result = chain_packed_transaction_parse(&packed, json, is_packed ? NULL : &transaction, error);
	if (result == 0 && !request->only_parse)
		result = request_send_packed(request, &packed, error);
	packed_transaction_release(&packed);
	transaction_release(&transaction);
	return result;
}

int push_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct json *json = NULL;
	if (*data != '{' && *data != '[')
		return push_command(request, data, length, error);
	int result = json_parse(&json, data, length, error);
	if (result == 0)
		result = json_type(json) == JSON_ARRAY ? push_list(request, json, error)
		                                       : push_transaction(request, json, error);
	json_release(json);
	return result;
}
