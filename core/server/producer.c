/* /v1/producer: pausing, features, runtime options, lists. */
#include "core/server/producer.h"

#include "core/server/node.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* nodeos's defaults. */
void producer_init(struct producer *producer, int32_t max_transaction_time)
{
	*producer = (struct producer){.max_transaction_time = max_transaction_time,
	                              .max_irreversible_block_age = -1,
	                              .produce_time_offset_us = -100000,
	                              .last_block_time_offset_us = -200000,
	                              .max_scheduled_transaction_time = 100,
	                              .incoming_defer_ratio = 1};
	pthread_mutex_init(&producer->mutex, NULL);
}

void producer_release(struct producer *producer)
{
	struct name_set *const sets[] = {&producer->actor_whitelist, &producer->actor_blacklist,
	                                 &producer->contract_whitelist, &producer->contract_blacklist};
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		name_set_release(sets[i]);
	free(producer->action_blacklist);
	free(producer->key_blacklist);
	pthread_mutex_destroy(&producer->mutex);
}

/* --- production --- */

static int produce(struct call *call, bool on)
{
	bool paused;
	int result = call->chain->operations->pause(call->chain, &paused, on ? CHAIN_RESUME : CHAIN_PAUSE,
	                                            call->node->name, &call->error);
	if (result == 0 && on && call->node->http)
		http_wake(call->node->http);
	return result ? result : call_succeed(call);
}

static int pause_production(struct call *call)
{
	return produce(call, false);
}

static int resume_production(struct call *call)
{
	return produce(call, true);
}

static int get_paused(struct call *call)
{
	bool paused = false;
	int result = call->chain->operations->pause(call->chain, &paused, CHAIN_ASK, call->node->name,
	                                            &call->error);
	text_append(call->out, paused ? "true" : "false");
	return result;
}

/* --- protocol features --- */

struct features {
	struct chain_feature list[CHAIN_FEATURES_MAXIMUM];
	size_t count;
};

static int collect_feature(void *context, const struct chain_feature *feature)
{
	struct features *features = context;
	if (features->count < CHAIN_FEATURES_MAXIMUM)
		features->list[features->count++] = *feature;
	return 0;
}

static int compare_features(const void *a, const void *b)
{
	return memcmp(&((const struct chain_feature *)a)->digest, &((const struct chain_feature *)b)->digest,
	              sizeof(struct checksum256));
}

static void print_feature(struct text *out, const struct chain_feature *feature)
{
	text_printf(out,
	            "{\"feature_digest\":\"%s\",\"subjective_restrictions\":{\"enabled\":true,"
	            "\"preactivation_required\":%s,"
	            "\"earliest_allowed_activation_time\":\"1970-01-01T00:00:00.000\"},",
	            checksum256_text(&feature->digest).text, feature->preactivation_required ? "true" : "false");
	chain_print_feature(out, feature);
}

/* One after what it depends on. */
static void print_after_dependency(struct text *out, const struct features *features, size_t index,
                                   bool *printed)
{
	const struct chain_feature *feature = &features->list[index];
	if (printed[index])
		return;
	printed[index] = true;
	for (size_t i = 0; feature->has_dependency && i < features->count; i++)
		if (checksum256_equal(&features->list[i].digest, &feature->dependency))
			print_after_dependency(out, features, i, printed);
	text_append(out, out->data[out->length - 1] == '[' ? "" : ",");
	print_feature(out, feature);
}

/* All are enabled and can be activated, so that the two exclusions leave none out. */
static int get_supported_protocol_features(struct call *call)
{
	bool printed[CHAIN_FEATURES_MAXIMUM] = {false};
	struct features features = {.count = 0};

	(void)body_bool(call, "exclude_disabled", false);
	(void)body_bool(call, "exclude_unactivatable", false);
	if (call->bad)
		return call_bad_parameters(call);
	int result = call->view->operations->features(call->view, collect_feature, &features, &call->error);
	qsort(features.list, features.count, sizeof *features.list, compare_features);
	text_append_char(call->out, '[');
	for (size_t i = 0; i < features.count; i++)
		print_after_dependency(call->out, &features, i, printed);
	text_append_char(call->out, ']');
	return result;
}

static int refuse_feature(struct call *call, const struct checksum256 *digest, const char *why)
{
	return error_chain(&call->error, PROTOCOL_FEATURE_EXCEPTION, "protocol feature with digest '%s' %s",
	                   checksum256_text(digest).text, why);
}

static int check_feature(struct call *call, const struct features *features, const struct checksum256 *digest)
{
	for (size_t i = 0; i < features->count; i++) {
		const struct chain_feature *feature = &features->list[i];
		if (!checksum256_equal(&feature->digest, digest))
			continue;
		if (feature->active)
			return refuse_feature(call, digest, "has already been activated");
		if (feature->preactivation_required && !feature->preactivated)
			return refuse_feature(call, digest, "requires preactivation");
		return 0;
	}
	return refuse_feature(call, digest, "is unrecognized");
}

static int parse_digests(struct call *call, struct checksum256 *out, size_t *count)
{
	const struct json *list = json_member(call->body, "protocol_features_to_activate");

	*count = 0;
	if (!list)
		return 0;
	if (json_type(list) != JSON_ARRAY || json_count(list) > CHAIN_FEATURES_MAXIMUM)
		return call_bad_parameters(call);
	for (const struct json *at = json_first(list); at; at = json_next(at)) {
		if (!json_string(at) || checksum256_parse(&out[*count], json_string(at)) != 0)
			return call_bad_parameters(call);
		for (size_t i = 0; i < *count; i++)
			if (checksum256_equal(&out[i], &out[*count]))
				return error_chain(&call->error, INVALID_PROTOCOL_FEATURES_TO_ACTIVATE, "duplicate digests");
		++*count;
	}
	return 0;
}

/* Active in the next block, which is waited for. */
static int schedule_features(struct call *call)
{
	struct checksum256 digests[CHAIN_FEATURES_MAXIMUM];
	struct features features = {.count = 0};
	size_t count;
	int result = parse_digests(call, digests, &count);

	if (result == 0)
		result = call->view->operations->features(call->view, collect_feature, &features, &call->error);
	for (size_t i = 0; i < count && result == 0; i++)
		result = check_feature(call, &features, &digests[i]);
	for (size_t i = 0; i < count && result == 0; i++)
		result = call->chain->operations->schedule_feature(call->chain, &digests[i], NULL, &call->error);
	return result ? result : call_succeed(call);
}

/* They are activated at once, so that none waits. */
static int get_scheduled_features(struct call *call)
{
	text_append(call->out, "{\"protocol_features_to_activate\":[]}");
	return 0;
}

/* --- runtime options --- */

static const struct runtime_option {
	const char *name;
	size_t offset;
} runtime_options[] = {
	{"max_transaction_time", offsetof(struct producer, max_transaction_time)},
	{"max_irreversible_block_age", offsetof(struct producer, max_irreversible_block_age)},
	{"produce_time_offset_us", offsetof(struct producer, produce_time_offset_us)},
	{"last_block_time_offset_us", offsetof(struct producer, last_block_time_offset_us)},
	{"max_scheduled_transaction_time_per_block_ms",
	 offsetof(struct producer, max_scheduled_transaction_time)},
	{"subjective_cpu_leeway_us", offsetof(struct producer, subjective_cpu_leeway_us)},
};
enum { RUNTIME_OPTIONS = sizeof runtime_options / sizeof *runtime_options, LEEWAY = RUNTIME_OPTIONS - 1 };

static int32_t *option_of(struct producer *producer, size_t index)
{
	return (int32_t *)(void *)((char *)producer + runtime_options[index].offset);
}

static int get_runtime_options(struct call *call)
{
	struct producer *producer = &call->node->producer;
	struct greylist greylist = {.limit = 0};
	int result = call->chain->operations->greylist(call->chain, &greylist, NULL, call->node->name,
	                                               &call->error);

	pthread_mutex_lock(&producer->mutex);
	text_append_char(call->out, '{');
	for (size_t i = 0; i < RUNTIME_OPTIONS; i++)
		if (i != LEEWAY || producer->has_leeway)
			text_printf(call->out, "\"%s\":%" PRId32 ",", runtime_options[i].name, *option_of(producer, i));
	text_printf(call->out, "\"incoming_defer_ratio\":\"%.17f\",\"greylist_limit\":%" PRIu32 "}",
	            producer->incoming_defer_ratio, greylist.limit ? greylist.limit : ELASTIC_MULTIPLIER);
	pthread_mutex_unlock(&producer->mutex);
	greylist_release(&greylist);
	return result;
}

static int update_runtime_options(struct call *call)
{
	struct producer *producer = &call->node->producer;
	uint32_t values[RUNTIME_OPTIONS], limit = body_uint32(call, "greylist_limit", 0);
	const struct json *ratio = json_member(call->body, "incoming_defer_ratio");

	for (size_t i = 0; i < RUNTIME_OPTIONS; i++)
		values[i] = body_uint32(call, runtime_options[i].name, 0);
	if (call->bad || (ratio && json_type(ratio) > JSON_STRING))
		return call_bad_parameters(call);
	if (body_has(call, "greylist_limit") && (limit < 1 || limit > ELASTIC_MULTIPLIER))
		return error_chain(&call->error, MISC_EXCEPTION,
		                   "Invalid limit (%" PRIu32
		                   ") passed into set_greylist_limit. Must be between 1 and 1000.",
		                   limit);
	pthread_mutex_lock(&producer->mutex);
	for (size_t i = 0; i < RUNTIME_OPTIONS; i++)
		if (body_has(call, runtime_options[i].name)) {
			*option_of(producer, i) = (int32_t)values[i];
			producer->has_leeway |= i == LEEWAY;
		}
	if (body_has(call, "incoming_defer_ratio"))
		producer->incoming_defer_ratio = json_number(ratio);
	int32_t time = producer->max_transaction_time;
	pthread_mutex_unlock(&producer->mutex);
	int result = 0;
	if (body_has(call, "max_transaction_time") && call->chain->operations->limit_time)
		result = call->chain->operations->limit_time(call->chain, call->node->name, time, &call->error);
	if (result == 0 && limit)
		result = producer_change_greylist(call, &(struct greylist_change){.limit = limit});
	return result ? result : call_succeed(call);
}

/* --- what there is none of here --- */

static int get_account_ram_corrections(struct call *call)
{
	if (body_has(call, "lower_bound"))
		(void)body_name(call, "lower_bound");
	if (body_has(call, "upper_bound"))
		(void)body_name(call, "upper_bound");
	(void)body_uint32(call, "limit", 10);
	(void)body_bool(call, "reverse", false);
	if (call->bad)
		return call_bad_parameters(call);
	text_append(call->out, "{\"rows\":[]}");
	return 0;
}

static int get_unapplied_transactions(struct call *call)
{
	(void)body_text(call, "lower_bound");
	(void)body_uint32(call, "limit", 100);
	if (call->bad)
		return call_bad_parameters(call);
	text_append(call->out, "{\"size\":0,\"incoming_size\":0,\"trxs\":[],\"more\":\"\"}");
	return 0;
}

static int get_snapshot_requests(struct call *call)
{
	text_append(call->out, "{\"snapshot_requests\":[]}");
	return 0;
}

/* nodeos's binary form of a snapshot is not known here. */
static int no_snapshots(struct call *call)
{
	return error_chain(&call->error, UNSUPPORTED_FEATURE,
	                   "eosiofs makes no snapshots in nodeos's binary form: those of its own are kept below "
	                   "snapshots/ in the mounted tree");
}

static int get_integrity_hash(struct call *call)
{
	return error_chain(&call->error, UNSUPPORTED_FEATURE,
	                   "eosiofs has no integrity hash: it is one of nodeos's binary snapshot form");
}

const struct endpoint producer_endpoints[] = {
	PRODUCER("pause", PARAMETERS_NONE, 201, pause_production),
	PRODUCER("resume", PARAMETERS_NONE, 201, resume_production),
	PRODUCER("paused", PARAMETERS_NONE, 201, get_paused),
	PRODUCER("get_runtime_options", PARAMETERS_NONE, 201, get_runtime_options),
	PRODUCER("update_runtime_options", PARAMETERS_REQUIRED, 201, update_runtime_options),
	PRODUCER("get_account_ram_corrections", PARAMETERS_REQUIRED, 201, get_account_ram_corrections),
	PRODUCER("get_unapplied_transactions", PARAMETERS_POSSIBLE, 200, get_unapplied_transactions),
	PRODUCER("get_scheduled_protocol_feature_activations", PARAMETERS_NONE, 201, get_scheduled_features),
	PRODUCER("create_snapshot", PARAMETERS_NONE, 201, no_snapshots),
	PRODUCER("schedule_snapshot", PARAMETERS_POSSIBLE, 201, no_snapshots),
	PRODUCER("unschedule_snapshot", PARAMETERS_REQUIRED, 201, no_snapshots),
	PRODUCER("get_snapshot_requests", PARAMETERS_NONE, 201, get_snapshot_requests),
	PRODUCER("get_integrity_hash", PARAMETERS_NONE, 201, get_integrity_hash),
	{"/v1/producer/get_supported_protocol_features", PLUGIN_PRODUCER, PARAMETERS_POSSIBLE, 201,
     get_supported_protocol_features, .reads = true},
	{"/v1/producer/schedule_protocol_feature_activations", PLUGIN_PRODUCER, PARAMETERS_REQUIRED, 201,
     schedule_features, .reads = true, .pace = HTTP_LONG},
	{.path = NULL},
};
