/* accounts/NAME/actions/ACTION: a contract's actions, from its ABI. */
#include "fs/files/accounts/accounts.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/chain/system_rules.h"
#include "core/types/name.h"
#include "fs/files/system_tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_DEPTH_MAXIMUM = 4, FIELD_TYPE_SIZE = 256 };

/* The next name of an ABI's list that is >= from, so that names come in order whatever the ABI's order;
 * false: none. */
static bool next_name(const struct abi *abi, uint64_t *out, contract_name_at *at, uint64_t from)
{
	uint64_t name = 0;
	bool found = false;
	for (size_t i = 0; at(abi, &name, i); i++) {
		if (name >= from && (!found || name < *out)) {
			*out = name;
			found = true;
		}
	}
	return found;
}

int contract_names_list(struct request *request, const char *from, contract_name_at *at,
                        struct listing *listing, struct error *error)
{
	struct name_listing names = {listing, ""};
	struct chain_abi *abi = NULL;
	uint64_t name = name_listing_from(from, "");
	int result = request_view(request, error);
	if (result == 0)
		result = chain_abi_get(request->view, &abi, request->name[0], error);
	if (result)
		return result == -ENOENT ? 0 : result;
	while (next_name(abi->abi, &name, at, name) && !name_listing_add(&names, name) && ++name)
		;
	chain_abi_release(request->chain, abi);
	return 0;
}

int accounts_actions_list(struct request *request, const char *from, struct listing *listing,
                          struct error *error)
{
	return contract_names_list(request, from, abi_action_at, listing, error);
}

static bool has_code(struct request *request)
{
	struct chain_account account;
	bool has = request_account(request, &account, NULL) == 0 && !checksum256_is_zero(&account.code_hash);
	chain_account_release(&account);
	return has;
}

/* The ABI that a path demands; the sentence of its absence names what was looked for. */
static int demand_abi(struct request *request, struct chain_abi **out, const char *what, struct error *error)
{
	int result = request_view(request, error);
	request_saw_block(request, BLOCK_NUM_GENESIS);
	if (result == 0)
		result = chain_abi_get(request->view, out, request->name[0], error);
	return result == -ENOENT ? error_set(error, ENOENT, "no such %s: %s; %s has no contract", what,
	                                     request->capture[1], request->capture[0])
	                         : result;
}

int contract_name_exists(struct request *request, contract_name_type *type, const char *what,
                         struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = demand_abi(request, &abi, what, error);
	if (result == 0 && !type(abi->abi, request->name[1]))
		result = error_set(error, ENOENT, "no such %s: %s, in the ABI of %s", what, request->capture[1],
		                   request->capture[0]);
	chain_abi_release(request->chain, abi);
	return result;
}

/* Code without an ABI has whatever actions it takes. */
int accounts_actions_exists(struct request *request, struct error *error)
{
	int result = contract_name_exists(request, abi_action_type, "action", error);
	struct chain_abi *abi = NULL;
	uint64_t name;
	if (result == -ENOENT && name_parse(&name, request->capture[1], NULL) == 0 &&
	    chain_abi_get(request->view, &abi, request->name[0], NULL) == -ENOENT && has_code(request))
		return 0;
	chain_abi_release(request->chain, abi);
	return result;
}

/* A type without what says how often: `T[]`, `T?`, `T$`. */
static void strip_suffixes(char out[FIELD_TYPE_SIZE], const char *type)
{
	size_t length = strcspn(type, "[?$");
	snprintf(out, FIELD_TYPE_SIZE, "%.*s", (int)length, type);
}

/* One line a parameter, those of structures below it, further in. */
static void print_fields(struct text *out, const struct abi *abi, const char *type, unsigned depth)
{
	const char *field = NULL, *field_type = NULL;
	char inner[FIELD_TYPE_SIZE];
	for (size_t i = 0; abi_field_at(abi, &field, &field_type, type, i); i++) {
		text_printf(out, "# %*s%s: %s\n", (int)depth * 2, "", field, field_type);
		strip_suffixes(inner, field_type);
		if (depth < FIELD_DEPTH_MAXIMUM)
			print_fields(out, abi, inner, depth + 1);
	}
}

int accounts_actions_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_abi *abi = NULL;
	const char *field = NULL, *field_type = NULL;
	int result = demand_abi(request, &abi, "action", error);
	if (result == -ENOENT && has_code(request)) {
		text_append(out, "# parameters: packed, as hexadecimal digits; the contract has no ABI\n");
		return 0;
	}
	const char *type = result == 0 ? abi_action_type(abi->abi, request->name[1]) : NULL;
	if (type) {
		text_append(out, abi_field_at(abi->abi, &field, &field_type, type, 0) ? "# parameters:\n"
		                                                                      : "# no parameters: {}\n");
		print_fields(out, abi->abi, type, 1);
	} else if (result == 0) {
		result = error_set(error, ENOENT, "no such action: %s, in the ABI of %s", request->capture[1],
		                   request->capture[0]);
	}
	chain_abi_release(request->chain, abi);
	return result;
}

static bool can_sign(struct request *request, struct permission_level level)
{
	return tree_impersonates(request->tree) || chain_can_sign(request->view, request->wallet, &level);
}

static const struct json *parameter(const struct json *json, const struct abi *abi, const char *type,
                                    size_t index)
{
	const char *field = NULL, *field_type = NULL;
	if (json_type(json) == JSON_OBJECT)
		return abi_field_at(abi, &field, &field_type, type, index) ? json_member(json, field) : NULL;
	const struct json *at = json_first(json);
	while (at && index-- > 0)
		at = json_next(at);
	return at;
}

/* Who acts when the command does not say: whom the action's own parameters name, if the wallet can sign for
 * that account; else the contract. */
static int choose_actor(struct request *request, struct permission_level *out, uint64_t contract,
                        uint64_t action, const struct json *json, struct error *error)
{
	struct permission_level level = {.permission = name_literal("active")};
	struct chain_abi *abi = NULL;
	*out = (struct permission_level){contract, level.permission};
	int result = request_view(request, error);
	if (result == 0 && json)
		result = chain_abi_get(request->view, &abi, contract, error);
	if (result || !json)
		return result;
	int field = action_actor_field(abi->abi, contract, action);
	const char *name = NULL;
	if (field >= 0)
		name = json_string(parameter(json, abi->abi, abi_action_type(abi->abi, action), (size_t)field));
	if (name && name_parse_account(&level.actor, name, NULL) == 0 &&
	    require_account(request, level.actor, NULL) == 0 && can_sign(request, level))
		*out = level;
	chain_abi_release(request->chain, abi);
	return 0;
}

/* The parameters as they were written: JSON, or already packed. */
struct parameters {
	struct json *json; /* owned; NULL: */
	struct bytes packed; /* owned */
};

static void parameters_release(struct parameters *parameters)
{
	json_release(parameters->json);
	bytes_release(&parameters->packed);
}

/* Hexadecimal digits, perhaps behind 0x, which alone stands for no data. */
static bool parse_hex(struct bytes *out, const char *word)
{
	const char *digits = word + (strncmp(word, "0x", 2) ? 0 : 2);
	size_t length = strlen(digits);
	uint8_t *data = memory_allocate(length / 2 + 1, 1);
	bool good = *word && length % 2 == 0 && hex_parse(data, digits, length) == 0;
	if (good)
		bytes_put(out, data, length / 2);
	free(data);
	return good;
}

static int parse_parameters(struct parameters *out, const char *word, const char *usage, struct error *error)
{
	*out = (struct parameters){0};
	if (word && *word != '{' && *word != '[') {
		if (parse_hex(&out->packed, word))
			return 0;
		return error_set(error, EINVAL,
		                 "\"%.40s\": the parameters are a JSON object or array, or hexadecimal digits: "
		                 "%s",
		                 word, usage);
	}
	return json_parse(&out->json, word ? word : "{}", word ? strlen(word) : 2, error);
}

/* Without an ABI JSON can say no more than that there are none. */
static int settle_without_abi(struct request *request, uint64_t contract, struct parameters *parameters,
                              struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = request_view(request, error);
	if (result || !parameters->json)
		return result;
	result = chain_abi_get(request->view, &abi, contract, error);
	chain_abi_release(request->chain, abi);
	if (result != -ENOENT || error->code != ABI_NOT_FOUND_EXCEPTION)
		return result;
	if (json_count(parameters->json)) {
		error_append(error, ": write the parameters packed, as hexadecimal digits");
		return result;
	}
	error_clear(error);
	json_release(parameters->json);
	parameters->json = NULL;
	return 0;
}

static void make_packed(struct action *out, uint64_t contract, uint64_t name, struct bytes *packed,
                        const struct permission_level *levels, size_t count)
{
	*out = (struct action){.account = contract, .name = name, .data = *packed};
	*packed = (struct bytes){0};
	out->authorization = memory_copy(levels, count * sizeof *levels);
	out->authorization_count = count;
}

static int push_action(struct request *request, uint64_t contract, uint64_t name,
                       const struct command *command, struct parameters *parameters, struct error *error)
{
	struct permission_level level = {0};
	const struct permission_level *levels = command->permission_count ? command->permission : &level;
	size_t count = command->permission_count ? command->permission_count : 1;
	struct action action = {0};
	int result = command->permission_count
	                 ? request_view(request, error)
	                 : choose_actor(request, &level, contract, name, parameters->json, error);
	for (size_t i = 0; i < count && result == 0 && !request->only_parse; i++)
		result = require_account(request, levels[i].actor, error);
	if (result == 0 && parameters->json)
		result = chain_action_make(request->view, &action, contract, name, parameters->json, levels, count,
		                           error);
	else if (result == 0)
		make_packed(&action, contract, name, &parameters->packed, levels, count);
	if (result == 0 && !request->only_parse)
		result = request_send(request, &action, 1, error);
	action_release(&action);
	return result;
}

const struct command_option action_options[ACTION_OPTIONS] = {{"-p", OPTION_PERMISSION},
                                                              {"--permission", OPTION_PERMISSION}};

int action_push(struct request *request, uint64_t contract, uint64_t action, struct command *command,
                const char *usage, struct error *error)
{
	struct parameters parameters;
	int result = parse_parameters(&parameters, command_take(command), usage, error);
	if (result == 0)
		result = command_end(command, usage, error);
	if (result == 0)
		result = settle_without_abi(request, contract, &parameters, error);
	if (result == 0)
		result = push_action(request, contract, action, command, &parameters, error);
	parameters_release(&parameters);
	return result;
}

int accounts_actions_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	int result = command_parse(&command, data, length, action_options, ACTION_OPTIONS, error);
	if (result == 0)
		result = action_push(request, request->name[0], request->name[1], &command, ACCOUNTS_ACTIONS_USAGE,
		                     error);
	command_release(&command);
	return result;
}
