/* chain/features: protocol features, and activating one, whatever that takes: PREACTIVATE_FEATURE is
 * scheduled for the next block, the others are actions of eosio's contract, which needs one that knows
 * `activate`. */
#include "core/chain/system_actions.h"
#include "core/contracts/bundle.h"
#include "core/types/name.h"
#include "fs/files/chain/chain.h"
#include "fs/tree/suggest.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int print_feature(void *context, const struct chain_feature *feature)
{
	text_printf(context, "%-8s %s %s\n", feature->active ? "active" : "inactive",
	            checksum256_text(&feature->digest).text, feature->name);
	return 0;
}

struct latest {
	uint32_t block_num;
};

static int see_activation(void *context, const struct chain_feature *feature)
{
	struct latest *latest = context;
	if (feature->active && feature->activation_block_num > latest->block_num)
		latest->block_num = feature->activation_block_num;
	return 0;
}

int chain_features_read(struct request *request, struct text *out, struct error *error)
{
	struct latest latest = {1};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->features(request->view, print_feature, out, error);
	if (result == 0)
		result = request->view->operations->features(request->view, see_activation, &latest, error);
	request_saw_block(request, latest.block_num);
	return result;
}

/* --- finding one --- */

struct search {
	const char *wanted; /* a name or a digest */
	struct suggestion suggestion;
	bool found;
	struct chain_feature feature;
	char name[64];
};

static int match_feature(void *context, const struct chain_feature *feature)
{
	struct search *search = context;
	suggestion_consider(&search->suggestion, feature->name);
	if (strcmp(search->wanted, feature->name) != 0 &&
	    strcasecmp(search->wanted, checksum256_text(&feature->digest).text) != 0)
		return 0;
	search->found = true;
	search->feature = *feature;
	snprintf(search->name, sizeof search->name, "%s", feature->name);
	search->feature.name = search->name;
	return 0;
}

static int find_feature(struct request *request, struct search *search, const char *wanted,
                        struct error *error)
{
	int result = request_view(request, error);
	*search = (struct search){.wanted = wanted, .suggestion = suggestion_begin(wanted)};
	if (result == 0)
		result = request->view->operations->features(request->view, match_feature, search, error);
	if (result < 0 || search->found)
		return result;
	const char *best = suggestion_best(&search->suggestion);
	return best ? error_set(error, ENOENT,
	                        "\"%s\" is no protocol feature's name or digest, did you mean \"%s\"", wanted,
	                        best)
	            : error_set(error, ENOENT, "\"%s\" is no protocol feature's name or digest", wanted);
}

/* --- activating one --- */

/* Whether eosio runs a contract that knows `activate`; its code is put in *code. */
static int read_contract(struct chain_view *view, bool *knows_activate, struct bytes *code,
                         struct error *error)
{
	struct chain_abi *abi = NULL;
	int result = view->operations->code(view, code, name_literal("eosio"), error);
	*knows_activate = false;
	if (result == 0 && code->length > 0 && chain_abi_get(view, &abi, name_literal("eosio"), NULL) == 0) {
		*knows_activate = abi_action_type(abi->abi, name_literal("activate")) != NULL;
		chain_abi_release(view->chain, abi);
	}
	return result;
}

/* eosio's contract activates features by its action `activate`. Where it has none (no contract yet, or
 * eosio.system), eosio.boot takes its place for the length of one transaction, which leaves everything
 * else as it was. */
static int activate_by_action(struct request *request, const struct checksum256 *digest,
                              struct error *error)
{
	enum { ACTIONS_MAXIMUM = 3 };
	struct action actions[ACTIONS_MAXIMUM] = {{0}};
	const uint64_t eosio = name_literal("eosio");
	struct bytes code = {0};
	const struct bundle *boot = bundle_find("eosio.boot");
	bool knows_activate = false;
	size_t count = 0;
	int result = request_view(request, error);
	if (result == 0)
		result = read_contract(request->view, &knows_activate, &code, error);
	if (result == 0 && !knows_activate && !boot)
		result = error_set(error, EOPNOTSUPP, "the contract on eosio has no action \"activate\"");
	if (result == 0) {
		if (!knows_activate)
			make_setcode(&actions[count++], eosio, boot->code->data, boot->code->length);
		make_activate(&actions[count++], digest);
		if (!knows_activate)
			make_setcode(&actions[count++], eosio, code.data, code.length);
		result = request_send(request, actions, count, error);
	}
	bytes_release(&code);
	return result;
}

/* What a feature depends on comes first, PREACTIVATE_FEATURE before all others. That ends: a feature
 * depends on earlier ones. */
static int activate(struct request *request, const char *wanted, struct error *error)
{
	struct search search;
	int result = find_feature(request, &search, wanted, error);
	if (result || search.feature.active || search.feature.preactivated)
		return result;
	enum feature known = search.feature.feature;
	if (known == FEATURE_COUNT)
		return error_set(error, EOPNOTSUPP, "what activating %s takes is not known here", search.name);
	const struct feature_row *row = &feature_table[known];
	if (!row->preactivation_required) {
		request_end(request);
		return request->chain->operations->schedule_feature(request->chain, &search.feature.digest,
		                                                    request_interruption(request), error);
	}
	result = activate(request, feature_table[FEATURE_PREACTIVATE_FEATURE].name, error);
	if (result == 0 && row->dependency != FEATURE_COUNT)
		result = activate(request, feature_table[row->dependency].name, error);
	return result ? result : activate_by_action(request, &search.feature.digest, error);
}

/* Begins the next block, with which preactivated features become active: what was written can be read. */
static int begin_next_block(struct request *request, struct error *error)
{
	request_end(request);
	return request->chain->operations->schedule_feature(request->chain, NULL,
	                                                    request_interruption(request), error);
}

int chain_features_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const char *const states[] = {"active", "inactive"};
	struct command command;
	struct search search;
	const char *word = NULL;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &word, "a feature's name or digest", error);
	/* A line as it is read: state, digest, name. */
	if (result == 0 && command.count == 3) {
		int state = command_choose(word, states, 2, error);
		const char *digest = command_take(&command);
		word = command_take(&command);
		result = state < 0 ? state : find_feature(request, &search, digest, error);
		if (result == 0 && strcmp(search.name, word) != 0)
			result = error_set(error, EINVAL, "\"%s\" is the digest of %s, not of %s", digest, search.name,
			                   word);
		if (result == 0 && state == 1) {
			result = search.feature.active
			             ? error_set(error, EINVAL, "%s is active, and a feature stays so", word)
			             : 0;
			goto out;
		}
	}
	if (result == 0)
		result = command_end(&command, "NAME or DIGEST", error);
	if (result == 0)
		result = activate(request, word, error);
	if (result == 0)
		result = begin_next_block(request, error);
out:
	command_release(&command);
	return result;
}
