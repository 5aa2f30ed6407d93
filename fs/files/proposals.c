/* proposals/PROPOSER/NAME: multisig proposals of eosio.msig (contracts.md 2). A folder made by mkdir is a
 * draft until its transaction.json is written; then it is on the chain. */
#include "fs/files/proposals.h"

#include "core/base/memory.h"
#include "core/chain/print.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "core/types/time.h"
#include "fs/files/accounts/accounts.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MSIG name_literal("eosio.msig")
#define PROPOSAL name_literal("proposal")
#define APPROVALS2 name_literal("approvals2")
#define APPROVALS name_literal("approvals")
#define ACTIVE name_literal("active")

enum { DRAFTS_MAXIMUM = 256, PROPOSAL_SECONDS = 24 * 3600 };

/* --- drafts --- */

struct draft {
	uint64_t proposer, name;
};
struct drafts {
	pthread_mutex_t lock;
	struct draft list[DRAFTS_MAXIMUM]; /* ascending */
	size_t count;
};

static void *create_drafts(void)
{
	struct drafts *drafts = memory_allocate(1, sizeof *drafts);
	pthread_mutex_init(&drafts->lock, NULL);
	return drafts;
}

static void destroy_drafts(void *state)
{
	struct drafts *drafts = state;
	pthread_mutex_destroy(&drafts->lock);
	free(drafts);
}

static const struct mount_state drafts_state = {create_drafts, destroy_drafts};

static bool before(const struct draft *a, const struct draft *b)
{
	return a->proposer != b->proposer ? a->proposer < b->proposer : a->name < b->name;
}

/* Under lock: where it is, or would be. */
static size_t draft_seek(const struct drafts *drafts, const struct draft *draft)
{
	size_t at = 0;
	while (at < drafts->count && before(&drafts->list[at], draft))
		at++;
	return at;
}

static bool draft_at(const struct drafts *drafts, size_t at, const struct draft *draft)
{
	return at < drafts->count && drafts->list[at].proposer == draft->proposer &&
	       drafts->list[at].name == draft->name;
}

/* The first draft at or after one; false: none. */
static bool draft_next(struct request *request, struct draft *draft)
{
	struct drafts *drafts = request_state(request, &drafts_state);
	pthread_mutex_lock(&drafts->lock);
	size_t at = draft_seek(drafts, draft);
	bool found = at < drafts->count;
	if (found)
		*draft = drafts->list[at];
	pthread_mutex_unlock(&drafts->lock);
	return found;
}

static bool draft_exists(struct request *request)
{
	struct draft wanted = {request->name[0], request->name[1]}, next = wanted;
	return draft_next(request, &next) && next.proposer == wanted.proposer && next.name == wanted.name;
}

static int draft_add(struct request *request, struct error *error)
{
	struct drafts *drafts = request_state(request, &drafts_state);
	struct draft draft = {request->name[0], request->name[1]};
	int result = 0;
	pthread_mutex_lock(&drafts->lock);
	size_t at = draft_seek(drafts, &draft);
	if (draft_at(drafts, at, &draft)) {
		result = error_set(error, EEXIST, "%s has a proposal %s already", request->capture[0],
		                   request->capture[1]);
	} else if (drafts->count == DRAFTS_MAXIMUM) {
		result = error_set(error, ENOSPC,
		                   "there are %d proposals already that nobody wrote a transaction for",
		                   DRAFTS_MAXIMUM);
	} else {
		memmove(drafts->list + at + 1, drafts->list + at, (drafts->count - at) * sizeof *drafts->list);
		drafts->list[at] = draft;
		drafts->count++;
	}
	pthread_mutex_unlock(&drafts->lock);
	return result;
}

static void draft_remove(struct request *request)
{
	struct drafts *drafts = request_state(request, &drafts_state);
	struct draft draft = {request->name[0], request->name[1]};
	pthread_mutex_lock(&drafts->lock);
	size_t at = draft_seek(drafts, &draft);
	if (draft_at(drafts, at, &draft))
		memmove(drafts->list + at, drafts->list + at + 1, (--drafts->count - at) * sizeof *drafts->list);
	pthread_mutex_unlock(&drafts->lock);
}

/* --- names --- */

struct first_scope {
	uint64_t scope;
	bool found;
};

static int take_scope(void *context, const struct chain_scope *scope)
{
	struct first_scope *first = context;
	*first = (struct first_scope){scope->scope, true};
	return 1;
}

/* Proposers are those who have proposals, or drafts of them. */
int proposals_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	struct name_listing names = {listing, ""};
	uint64_t name = name_listing_from(from, "");
	int result = request_view(request, error);
	while (result == 0) {
		struct first_scope scope = {0};
		struct draft draft = {name, 0};
		bool drafted = draft_next(request, &draft);
		int walked = request->view->operations->scopes(request->view, MSIG, PROPOSAL, name, take_scope,
		                                               &scope, error);
		if (walked < 0)
			return walked;
		if (!drafted && !scope.found)
			break;
		name = !scope.found || (drafted && draft.proposer < scope.scope) ? draft.proposer : scope.scope;
		if (name_listing_add(&names, name) || ++name == 0)
			break;
	}
	return result;
}

int proposals_proposer_exists(struct request *request, struct error *error)
{
	if (request->name[0] == 0)
		return error_set(error, ENOENT, "no such account: %s", request->capture[0]);
	return require_account(request, request->name[0], error);
}

/* Whoever exists is a proposer already, if one that has proposed nothing. */
int proposals_make(struct request *request, const char *text, struct error *error)
{
	uint64_t name = 0;
	int result = name_parse_account(&name, text, error);
	if (result == 0)
		result = require_account(request, name, error);
	return result ? result
	                  : error_set(error, EEXIST, "%s is there: mkdir proposals/%s/NAME begins a proposal",
	                              text, text);
}

struct proposal_names {
	struct request *request;
	struct name_listing names;
	struct draft draft; /* the next one */
	bool drafted, enough;
};

static void next_draft(struct proposal_names *names)
{
	names->drafted = draft_next(names->request, &names->draft) &&
	                 names->draft.proposer == names->request->name[0];
}

/* Drafts that come before a name, then the name. */
static int list_proposal(void *context, const struct chain_row *row)
{
	struct proposal_names *names = context;
	while (names->drafted && names->draft.name < row->primary_key && !names->enough) {
		names->enough = name_listing_add(&names->names, names->draft.name);
		names->draft.name++;
		next_draft(names);
	}
	if (names->drafted && names->draft.name == row->primary_key) {
		names->draft.name++;
		next_draft(names);
	}
	names->enough = names->enough || name_listing_add(&names->names, row->primary_key);
	return names->enough;
}

int proposals_proposer_list(struct request *request, const char *from, struct listing *listing,
                            struct error *error)
{
	struct proposal_names names = {
		.request = request, .names = {listing, ""}, .draft = {request->name[0], name_listing_from(from, "")}};
	const struct table_id id = {MSIG, request->name[0], PROPOSAL};
	uint64_t first = names.draft.name;
	int result = request_view(request, error);
	if (result == 0) {
		next_draft(&names);
		result = request->view->operations->rows(request->view, &id, first, list_proposal, &names, error);
	}
	while (result >= 0 && names.drafted && !names.enough) {
		names.enough = name_listing_add(&names.names, names.draft.name);
		names.draft.name++;
		next_draft(&names);
	}
	return result < 0 ? result : 0;
}

static int on_chain(struct request *request, struct chain_row *row, struct error *error)
{
	return request_row(request, row, MSIG, request->name[0], PROPOSAL, request->name[1], error);
}

static int no_such_proposal(struct request *request, struct error *error)
{
	return error_set(error, ENOENT, "%s has no proposal %s: mkdir begins one", request->capture[0],
	                 request->capture[1]);
}

int proposals_proposal_exists(struct request *request, struct error *error)
{
	struct chain_row row;
	int result = request->name[1] ? on_chain(request, &row, error) : -ENOENT;
	if (result == -ENOENT && draft_exists(request))
		return 0;
	return result == -ENOENT ? no_such_proposal(request, error) : result;
}

int proposals_proposer_make(struct request *request, const char *name, struct error *error)
{
	struct chain_row row;
	int result = name_parse_account(&request->name[1], name, error);
	if (result)
		return result;
	result = on_chain(request, &row, error);
	if (result == 0)
		return error_set(error, EEXIST, "%s has a proposal %s already", request->capture[0], name);
	return result == -ENOENT ? draft_add(request, error) : result;
}

/* --- the transaction and who approves it --- */

/* -ENOENT: a draft, or nothing. */
static int read_transaction(struct request *request, struct transaction *out, struct error *error)
{
	struct proposal_row proposal = {0};
	struct chain_row row;
	int result = on_chain(request, &row, error);
	*out = (struct transaction){0};
	if (result)
		return result;
	result = proposal_row_decode(&proposal, &row);
	struct cursor in = cursor_make(proposal.transaction, proposal.transaction_length);
	if (result || transaction_unpack(out, &in) != 0) {
		transaction_release(out);
		return error_set(error, EBADMSG, "the proposal's transaction cannot be read");
	}
	return 0;
}

/* Walks approvals2, or the older approvals. -ENOENT: neither. */
static int walk_approvals(struct request *request, approval_visitor *visit, void *context,
                          struct error *error)
{
	struct chain_row row;
	bool timed = true;
	int result = request_row(request, &row, MSIG, request->name[0], APPROVALS2, request->name[1], error);
	if (result == -ENOENT) {
		timed = false;
		result = request_row(request, &row, MSIG, request->name[0], APPROVALS, request->name[1], error);
	}
	return result < 0 ? result : approvals_row_walk(&row, timed, visit, context);
}

struct level_printer {
	struct text *out;
	const char *between;
};

static void print_level_json(void *context, const struct permission_level *level, bool provided, int64_t time)
{
	struct level_printer *printer = context;
	(void)provided;
	(void)time;
	text_printf(printer->out, "%s%s", printer->between, permission_level_text(level).text);
	printer->between = ",";
}

int proposals_transaction_read(struct request *request, struct text *out, struct error *error)
{
	struct transaction transaction;
	struct text json = TEXT_EMPTY;
	struct level_printer printer = {out, ""};
	int result = read_transaction(request, &transaction, error);
	if (result == -ENOENT && draft_exists(request)) {
		text_append(out, "{}");
		return 0;
	}
	if (result)
		return result == -ENOENT ? no_such_proposal(request, error) : result;
	text_append(out, "{\"requested\":[");
	result = walk_approvals(request, print_level_json, &printer, error);
	if (result == -ENOENT)
		result = 0;
	chain_print_transaction(request->view, &json, &transaction, CHAIN_PRINT_SENT);
	text_printf(out, "],%s", text_string(&json) + 1);
	text_release(&json);
	transaction_release(&transaction);
	return result;
}

static void print_approval(void *context, const struct permission_level *level, bool provided, int64_t time)
{
	text_printf(context, "%s@%s %s%s%s\n", name_text(level->actor).text, name_text(level->permission).text,
	            provided ? "approved" : "requested", provided && time ? " " : "",
	            provided && time ? time_point_text(time).text : "");
}

int proposals_approvals_read(struct request *request, struct text *out, struct error *error)
{
	int result = walk_approvals(request, print_approval, out, error);
	return result == -ENOENT ? 0 : result;
}

/* --- proposing --- */

/* Those who must agree when the document does not say: whoever its actions are authorized by. */
static void levels_of_actions(struct permission_level **out, size_t *count,
                              const struct transaction *transaction)
{
	size_t total = 0;
	for (size_t i = 0; i < transaction->actions_count; i++)
		total += transaction->actions[i].authorization_count;
	*out = memory_allocate(total + 1, sizeof **out);
	*count = 0;
	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++) {
			const struct permission_level *level = &transaction->actions[i].authorization[k];
			size_t at = 0;
			while (at < *count && permission_level_compare(&(*out)[at], level) != 0)
				at++;
			if (at == *count)
				(*out)[(*count)++] = *level;
		}
}

/* What a file shows may be written back. */
static bool same_as_shown(struct request *request, const char *data, size_t length)
{
	struct text compact = TEXT_EMPTY, shown = TEXT_EMPTY;
	bool same = !draft_exists(request) && proposals_transaction_read(request, &compact, NULL) == 0;
	json_indent(&shown, text_string(&compact), compact.length);
	while (length && strchr(" \n", data[length - 1]))
		length--;
	same = same && shown.length == length && memcmp(shown.data, data, length) == 0;
	text_release(&compact);
	text_release(&shown);
	return same;
}

int proposals_transaction_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct transaction transaction = {0};
	struct permission_level *requested = NULL;
	struct json *json = NULL;
	struct action action;
	size_t count = 0;
	int result = proposals_proposal_exists(request, error);
	if (result || same_as_shown(request, data, length))
		return result;
	result = request_view(request, error);
	if (result == 0)
		result = json_parse(&json, data, length, error);
	if (result == 0)
		result = chain_transaction_parse(request->view, &transaction, json, error);
	if (result == 0 && transaction.expiration == 0)
		transaction.expiration = (uint32_t)(slot_to_us(request->view->slot) / SECOND_US) + PROPOSAL_SECONDS;
	if (result == 0 && json_type(json_member(json, "requested")) != JSON_MISSING)
		result = permission_levels_parse_json(&requested, &count, json_member(json, "requested"), error);
	else if (result == 0)
		levels_of_actions(&requested, &count, &transaction);
	if (result == 0)
		make_msig_propose(&action, request->name[0], request->name[1], requested, count, &transaction);
	if (result == 0)
		result = request_act(request, &action, error);
	if (result == 0)
		draft_remove(request);
	free(requested);
	transaction_release(&transaction);
	json_release(json);
	return result;
}

/* --- approving, executing --- */

/* What may be done to a proposal, and by whom. */
struct deed {
	void (*make)(struct action *out, uint64_t proposer, uint64_t proposal, const struct permission_level *by);
	const char *word, *usage; /* who: for sentences */
	const char *by_proposer;  /* this word alone: the proposer does it; NULL: a level must be named */
};

static int demand_proposed(struct request *request, struct error *error)
{
	struct chain_row row;
	int result = on_chain(request, &row, error);
	if (result == -ENOENT && draft_exists(request))
		return error_set(error, ENOENT,
		                 "%s has proposed nothing yet: write a transaction into transaction.json",
		                 request->capture[0]);
	return result == -ENOENT ? no_such_proposal(request, error) : result;
}

static int act(struct request *request, const struct deed *deed, const char *data, size_t length,
               struct error *error)
{
	struct command command;
	struct permission_level level = {.actor = request->name[0], .permission = ACTIVE};
	struct action action;
	const char *word = NULL;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_word(&command, &word, deed->word, error);
	if (result == 0)
		result = command_end(&command, deed->usage, error);
	if (result == 0 && (!deed->by_proposer || strcmp(word, deed->by_proposer) != 0))
		result = permission_level_parse(&level, word, error);
	if (result == 0 && deed->by_proposer)
		result = require_account(request, level.actor, error);
	if (result == 0)
		result = demand_proposed(request, error);
	if (result == 0) {
		deed->make(&action, request->name[0], request->name[1], &level);
		result = request_act(request, &action, error);
	}
	command_release(&command);
	return result;
}

int proposals_approve_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct deed approve = {make_msig_approve, "the permission level", PROPOSALS_APPROVE_USAGE,
	                                    NULL};
	return act(request, &approve, data, length, error);
}

int proposals_unapprove_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct deed unapprove = {make_msig_unapprove, "the permission level",
	                                      PROPOSALS_APPROVE_USAGE, NULL};
	return act(request, &unapprove, data, length, error);
}

int proposals_exec_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct deed exec = {make_msig_exec, "who does it", "[ACTOR[@PERMISSION]]", "exec"};
	return act(request, &exec, data, length, error);
}

int proposals_cancel_write(struct request *request, const char *data, size_t length, struct error *error)
{
	static const struct deed cancel = {make_msig_cancel, "who does it", "[ACTOR[@PERMISSION]]", "cancel"};
	struct chain_row row;
	/* A draft is on no chain. */
	if (length == strlen("cancel") && memcmp(data, "cancel", length) == 0 && draft_exists(request) &&
	    on_chain(request, &row, NULL) == -ENOENT) {
		draft_remove(request);
		return 0;
	}
	return act(request, &cancel, data, length, error);
}
