/* /v1/chain: the chain as a whole: its head, schedules, parameters and features. */
#include "core/server/call.h"

#include <inttypes.h>
#include <string.h>

static int get_info(struct call *call)
{
	struct chain_info info;
	int result = call->view->operations->info(call->view, &info, &call->error);

	if (result == 0)
		chain_info_print(call->out, &info, true);
	return result;
}

static void print_schedule(struct text *out, const char *name, const struct producer_schedule *schedule)
{
	text_append(out, name);
	if (schedule->producers_count)
		producer_schedule_print(out, schedule);
	else
		text_append(out, "null");
}

static int get_producer_schedule(struct call *call)
{
	struct chain_schedules schedules = {0};
	int result = call->view->operations->schedules(call->view, &schedules, &call->error);

	if (result)
		return result;
	print_schedule(call->out, "{\"active\":", &schedules.active);
	print_schedule(call->out, ",\"pending\":", &schedules.pending);
	print_schedule(call->out, ",\"proposed\":", &schedules.proposed);
	text_append_char(call->out, '}');
	chain_schedules_release(&schedules);
	return 0;
}

/* --- features --- */

struct feature_list {
	struct chain_feature features[CHAIN_FEATURES_MAXIMUM];
	size_t count;
};

static int collect_feature(void *context, const struct chain_feature *feature)
{
	struct feature_list *list = context;
	if (feature->active && list->count < CHAIN_FEATURES_MAXIMUM)
		list->features[list->count++] = *feature;
	return 0;
}

/* Those that are active, as they were activated. */
static int active_features(struct call *call, struct feature_list *out)
{
	out->count = 0;
	int result = call->view->operations->features(call->view, collect_feature, out, &call->error);
	for (size_t i = 1; i < out->count; i++) {
		struct chain_feature feature = out->features[i];
		size_t at = i;
		for (; at > 0 && out->features[at - 1].activation_ordinal > feature.activation_ordinal; at--)
			out->features[at] = out->features[at - 1];
		out->features[at] = feature;
	}
	return result;
}

static int get_consensus_parameters(struct call *call)
{
	struct feature_list features;
	struct chain_config config;
	bool configurable_wasm = false;
	int result = call->view->operations->config(call->view, &config, &call->error);

	if (result == 0)
		result = active_features(call, &features);
	if (result)
		return result;
	for (size_t i = 0; i < features.count; i++)
		configurable_wasm |= strcmp(features.features[i].name, "CONFIGURABLE_WASM_LIMITS2") == 0;
	text_append(call->out, "{\"chain_config\":");
	chain_config_print(call->out, &config);
	call->out->data[--call->out->length] = '\0'; /* its closing brace */
	text_printf(call->out, ",\"max_action_return_value_size\":%" PRIu32 "}",
	            config.max_action_return_value_size);
	if (configurable_wasm)
		text_append(call->out, ",\"wasm_config\":{\"max_mutable_global_bytes\":1024,\"max_table_elements\":"
		                       "1024,\"max_section_elements\":8192,\"max_linear_memory_init\":65536,"
		                       "\"max_func_local_bytes\":8192,\"max_nested_structures\":1024,"
		                       "\"max_symbol_bytes\":8192,\"max_module_bytes\":20971520,"
		                       "\"max_code_bytes\":20971520,\"max_pages\":528,\"max_call_depth\":251}");
	text_append_char(call->out, '}');
	return 0;
}

static void print_feature(struct text *out, const struct chain_feature *feature)
{
	text_printf(
		out,
		"{\"feature_digest\":\"%s\",\"activation_ordinal\":%" PRIu32 ",\"activation_block_num\":%" PRIu32 ",",
		checksum256_text(&feature->digest).text, feature->activation_ordinal, feature->activation_block_num);
	chain_print_feature(out, feature);
}

/* Bounds are ordinals, or block numbers; more: the ordinal or block number to go on at. */
static int get_activated_protocol_features(struct call *call)
{
	uint32_t lower = body_has(call, "lower_bound") ? body_uint32(call, "lower_bound", 0) : 0;
	uint32_t upper = body_has(call, "upper_bound") ? body_uint32(call, "upper_bound", 0) : UINT32_MAX;
	uint32_t limit = body_uint32(call, "limit", 10), printed = 0;
	bool by_block = body_bool(call, "search_by_block_num", false);
	bool reverse = body_bool(call, "reverse", false);
	struct feature_list list;

	(void)body_uint32(call, "time_limit_ms", 0);
	if (call->bad)
		return call_bad_parameters(call);
	int result = active_features(call, &list);
	if (result)
		return result;
	text_append(call->out, "{\"activated_protocol_features\":[");
	for (size_t i = 0; i < list.count; i++) {
		const struct chain_feature *feature = &list.features[reverse ? list.count - 1 - i : i];
		uint32_t place = by_block ? feature->activation_block_num : feature->activation_ordinal;
		if (place < lower || place > upper)
			continue;
		if (printed == limit) {
			text_printf(call->out, "],\"more\":%" PRIu32 "}", feature->activation_ordinal);
			return 0;
		}
		text_append(call->out, printed++ ? "," : "");
		print_feature(call->out, feature);
	}
	text_append(call->out, "]}");
	return 0;
}

const struct endpoint chain_info_endpoints[] = {
	{"/v1/chain/get_info", PLUGIN_CHAIN, PARAMETERS_NONE, 200, get_info, .reads = true},
	{"/v1/chain/get_producer_schedule", PLUGIN_CHAIN, PARAMETERS_NONE, 200, get_producer_schedule,
     .reads = true},
	{"/v1/chain/get_consensus_parameters", PLUGIN_CHAIN, PARAMETERS_NONE, 200, get_consensus_parameters,
     .reads = true},
	{"/v1/chain/get_activated_protocol_features", PLUGIN_CHAIN, PARAMETERS_POSSIBLE, 200,
     get_activated_protocol_features, .reads = true},
	{.path = NULL},
};
