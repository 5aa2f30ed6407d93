/* What contracts ask of the chain beside sending: accounts, resources, parameters, schedules, features,
 * permissions. */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/engine/state/account.h"
#include "core/types/time.h"

static struct pending_block *pending_of(const struct apply_context *context)
{
	return context->transaction->pending;
}

static const struct map_root *state_of(const struct apply_context *context)
{
	return map_edit_view(context->transaction->edit);
}

int64_t apply_time(const struct apply_context *context)
{
	return slot_to_us(pending_slot(context->transaction->pending));
}

/* --- resources --- */

int apply_set_resource_limits(struct apply_context *context, uint64_t account, int64_t ram_bytes,
                              int64_t net_weight, int64_t cpu_weight)
{
	const struct resource_limits limits = {net_weight, cpu_weight, ram_bytes};
	static const char invalid[] = "invalid value for %s resource %s expected [-1,INT64_MAX]";
	bool decreased = false;
	if (ram_bytes < -1)
		return error_chain(context->error, WASM_EXECUTION_ERROR, invalid, "ram", "limit");
	if (net_weight < -1)
		return error_chain(context->error, WASM_EXECUTION_ERROR, invalid, "net", "weight");
	if (cpu_weight < -1)
		return error_chain(context->error, WASM_EXECUTION_ERROR, invalid, "cpu", "weight");
	if (!resource_limits_set(context->transaction->edit, &decreased, account, &limits,
	                         pending_number(context->transaction->pending)))
		return resource_account_missing(context->error, account);
	if (decreased)
		transaction_check_ram_of(context->transaction, account);
	return 0;
}

int apply_get_resource_limits(struct apply_context *context, int64_t *ram_bytes, int64_t *net_weight,
                              int64_t *cpu_weight, uint64_t account)
{
	struct resource_limits limits;
	if (!resource_limits_get(state_of(context), &limits, account))
		return resource_account_missing(context->error, account);
	*ram_bytes = limits.ram_bytes;
	*net_weight = limits.net_weight;
	*cpu_weight = limits.cpu_weight;
	return 0;
}

/* --- accounts --- */

int apply_set_privileged(struct apply_context *context, uint64_t account, bool privileged)
{
	struct account_object object;
	if (!account_get(state_of(context), &object, account))
		return account_missing(context->error, account);
	object.privileged = privileged;
	object.block_num = pending_number(context->transaction->pending);
	account_put(context->transaction->edit, &object);
	return 0;
}

int apply_is_privileged(struct apply_context *context, bool *privileged, uint64_t account)
{
	struct account_object object;
	if (!account_get(state_of(context), &object, account))
		return account_missing(context->error, account);
	*privileged = object.privileged;
	return 0;
}

bool apply_is_account(const struct apply_context *context, uint64_t account)
{
	return account_exists(state_of(context), account);
}

/* --- parameters and features --- */

void apply_get_parameters(const struct apply_context *context, struct chain_config *out)
{
	*out = pending_of(context)->globals.config;
}

int apply_set_parameters(struct apply_context *context, const struct chain_config *config)
{
	int result = chain_config_validate(config, context->error);

	if (result)
		return result;
	pending_of(context)->globals.config = *config;
	configuration_put(context->transaction->edit, config);
	return 0;
}

int apply_set_wasm_limits(struct apply_context *context, const struct wasm_limits *limits)
{
	const struct {
		const char *name;
		uint32_t value, least;
	} rows[] = {
		{"max_section_elements", limits->max_section_elements, 4},
		{"max_func_local_bytes", limits->max_func_local_bytes, 8},
		{"max_nested_structures", limits->max_nested_structures, 1},
		{"max_symbol_bytes", limits->max_symbol_bytes, 32},
		{"max_module_bytes", limits->max_module_bytes, 256},
		{"max_code_bytes", limits->max_code_bytes, 32},
		{"max_pages", limits->max_pages, 1},
		{"max_call_depth", limits->max_call_depth, 2},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].value < rows[i].least)
			return error_chain(context->error, ACTION_VALIDATE_EXCEPTION, "%s cannot be less than %u",
			                   rows[i].name, (unsigned)rows[i].least);
	pending_of(context)->globals.wasm_limits = *limits;
	wasm_limits_put(context->transaction->edit, limits);
	return 0;
}

int apply_preactivate_feature(struct apply_context *context, const struct checksum256 *digest)
{
	int result = feature_preactivate(&pending_of(context)->globals.features, digest, context->error);

	if (result == 0)
		feature_set_put(context->transaction->edit, &pending_of(context)->globals.features);
	return result;
}

bool apply_feature_active(const struct apply_context *context, const struct checksum256 *digest)
{
	enum feature feature = feature_find(digest);

	return feature != FEATURE_COUNT && feature_active(&pending_of(context)->globals.features, feature);
}

/* --- producers --- */

size_t apply_active_producers(const struct apply_context *context, uint64_t *names, size_t capacity)
{
	const struct producer_schedule *schedule = &pending_of(context)->next->active_schedule;

	for (size_t i = 0; i < schedule->producers_count && i < capacity; i++)
		names[i] = schedule->producers[i].producer_name;
	return schedule->producers_count;
}

static int check_producer_keys(struct apply_context *context, const struct producer_schedule *schedule)
{
	int supported = pending_feature(context->transaction->pending, FEATURE_WEBAUTHN_KEY) ? 3 : 2;

	for (size_t i = 0; i < schedule->producers_count; i++)
		for (size_t k = 0; k < schedule->producers[i].keys_count; k++)
			if (schedule->producers[i].keys[k].key.type >= supported)
				return error_chain(context->error, UNACTIVATED_KEY_TYPE,
				                   "Unactivated key type used in proposed producer schedule");
	return 0;
}

int apply_set_proposed_producers(struct apply_context *context, struct producer_schedule *schedule,
                                 int64_t *version)
{
	const struct pending_block *pending = pending_of(context);
	const struct producer_schedule *before = &pending->next->active_schedule;
	uint32_t block_num = pending_number(context->transaction->pending), proposed_in;
	struct producer_schedule proposed;
	bool same;
	int result = check_producer_keys(context, schedule);

	*version = -1;
	if (result)
		return result;
	if (!schedule->producers_count &&
	    pending_feature(context->transaction->pending, FEATURE_DISALLOW_EMPTY_PRODUCER_SCHEDULE))
		return 0;
	if (proposed_schedule_get(state_of(context), &proposed_in, &proposed)) {
		same = producer_schedule_same_producers(schedule, &proposed);
		producer_schedule_release(&proposed);
		if (proposed_in != block_num || same)
			return 0;
	}
	if (pending->has_new_schedule)
		before = &pending->new_schedule;
	else if (!pending->was_pending_promoted && pending->next->pending_schedule.producers_count)
		before = &pending->next->pending_schedule;
	if (producer_schedule_same_producers(schedule, before))
		return 0;
	schedule->version = before->version + 1;
	proposed_schedule_put(context->transaction->edit, block_num, schedule);
	*version = schedule->version;
	return 0;
}

/* --- would it be authorized? --- */

int apply_check_transaction_authorization(struct apply_context *context,
                                          const struct transaction *transaction,
                                          const struct public_key *keys, size_t keys_count,
                                          const struct permission_level *permissions,
                                          size_t permissions_count)
{
	struct authorization_request request = {
		.actions = transaction->actions,
		.actions_count = transaction->actions_count,
		.keys = keys,
		.keys_count = keys_count,
		.permissions = permissions,
		.permissions_count = permissions_count,
		.delay_us = (int64_t)transaction->delay_sec * SECOND_US,
		.fix_linkauth = pending_feature(context->transaction->pending, FEATURE_FIX_LINKAUTH_RESTRICTION)};

	return authorization_check(state_of(context), &pending_of(context)->globals.config, &request,
	                           context->error);
}

int apply_check_permission_authorization(struct apply_context *context, const struct permission_level *level,
                                         const struct public_key *keys, size_t keys_count,
                                         const struct permission_level *permissions, size_t permissions_count,
                                         int64_t delay_us)
{
	const struct chain_config *config = &pending_of(context)->globals.config;
	struct authority_checker checker;
	int result = 0;

	authority_checker_init(&checker, state_of(context), keys, keys_count, permissions, permissions_count,
	                       delay_us >= (int64_t)config->max_transaction_delay * SECOND_US ? DELAY_FOREVER
	                                                                                      : delay_us,
	                       config->max_authority_depth);
	if (!authority_checker_satisfied(&checker, level))
		result = error_chain(context->error, UNSATISFIED_AUTHORIZATION,
		                     "permission '%s' was not satisfied under the provided keys and permissions",
		                     permission_level_text(level).text);
	else if (!authority_checker_all_used(&checker))
		result = error_chain(context->error, TX_IRRELEVANT_SIG, "irrelevant keys provided");
	authority_checker_release(&checker);
	return result;
}
