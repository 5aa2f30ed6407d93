/* A request: what a handler works with while it answers one lookup, read or write; and the transactions
 * that handlers send. */
#include "fs/tree/request.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/chain/system_rules.h"
#include "core/types/time.h"
#include "fs/tree/sent.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void request_begin(struct request *request, struct tree *tree, const struct caller *caller,
                   const struct dentry *dentry)
{
	size_t count = 0;
	*request = (struct request){.tree = tree,
	                            .chain = tree->options.chain,
	                            .wallet = tree->options.wallet,
	                            .caller = caller,
	                            .dentry = dentry};
	for (const struct dentry *at = dentry; at != dentry->graft; at = at->parent)
		count += at->capture != NULL;
	for (const struct dentry *at = dentry; at != dentry->graft; at = at->parent) {
		if (!at->capture)
			continue;
		count--;
		request->capture[count] = at->capture;
		request->name[count] = at->capture_name;
	}
}

void request_end(struct request *request)
{
	chain_view_close(request->view);
	request->view = NULL;
	if (request->dentry->row->secret)
		memory_wipe_stack();
}

const struct interruption *request_interruption(const struct request *request)
{
	return request->caller ? &request->caller->interruption : NULL;
}

/* Which state the request is answered from: what the graft says that it was reached through, else the
 * head. */
static int find_revision(const struct request *request, struct chain_revision *out, struct error *error)
{
	const struct dentry *graft = request->dentry->graft;
	struct request above;
	*out = (struct chain_revision){.kind = CHAIN_HEAD};
	if (!graft)
		return 0;
	request_begin(&above, request->tree, request->caller, graft);
	int result = graft->row->graft(&above, out, error);
	request_end(&above);
	return result;
}

int request_view(struct request *request, struct error *error)
{
	struct chain_revision revision;
	if (request->view)
		return 0;
	if (!request->chain)
		return error_set(error, EHOSTUNREACH, "there is no chain");
	int result = find_revision(request, &revision, error);
	if (result == 0)
		result = chain_view_open(request->chain, &request->view, &revision, request_interruption(request),
		                         error);
	if (result)
		request->view = NULL;
	if (result != -ENOENT)
		return result;
	/* No row that is not there, as handlers would take it: the kernel looks the whole path up again. */
	if (error)
		error->number = ESTALE;
	return -ESTALE;
}

/* --- what a mount keeps --- */

struct kept_state {
	struct kept_state *next;
	const struct mount_state *kind;
	void *state; /* owned, by the kind */
};

void *request_state(struct request *request, const struct mount_state *kind)
{
	struct tree *tree = request->tree;
	pthread_mutex_lock(&tree->lock);
	struct kept_state *kept = tree->states;
	while (kept && kept->kind != kind)
		kept = kept->next;
	if (!kept) {
		kept = memory_allocate(1, sizeof *kept);
		*kept = (struct kept_state){.next = tree->states, .kind = kind, .state = kind->create()};
		tree->states = kept;
	}
	pthread_mutex_unlock(&tree->lock);
	return kept->state;
}

void request_states_destroy(struct tree *tree)
{
	for (struct kept_state *kept = tree->states, *next; kept; kept = next) {
		next = kept->next;
		kept->kind->destroy(kept->state);
		free(kept);
	}
}

const struct tree_options *request_options(const struct request *request) { return &request->tree->options; }
bool tree_impersonates(const struct tree *tree) { return atomic_load(&tree->impersonate); }
void tree_impersonate(struct tree *tree, bool on) { atomic_store(&tree->impersonate, on); }

/* --- times --- */

void request_saw_block(struct request *request, uint32_t block_num)
{
	if (block_num > request->block_num)
		request->block_num = block_num;
}

/* Of what is not the chain's: it may have changed with this mount's last write, or never. */
static struct timespec own_time(struct tree *tree, const struct row *row)
{
	struct timespec written = tree->started;
	if (row->live || kind_is_writable(row->kind)) {
		pthread_mutex_lock(&tree->lock);
		written = tree->written;
		pthread_mutex_unlock(&tree->lock);
	}
	return written;
}

/* What no block wrote yet, an account's empty list, is as old as the folder that says so. */
static void date_by_folder(struct request *request)
{
	const struct dentry *at = request->dentry;
	while (at && !at->row->dates_contents)
		at = at->parent;
	if (at)
		at->row->exists(request, NULL);
}

struct timespec request_modified(struct request *request)
{
	struct chain_view *view = request->view;
	uint32_t slot;
	if (!view)
		return own_time(request->tree, request->dentry->row);
	if (!request->slot && request->block_num == BLOCK_NUM_GENESIS)
		date_by_folder(request);
	slot = request->slot;
	if (!slot && (!request->block_num || request->block_num >= view->block_num ||
	              view->operations->block_slot(view, &slot, request->block_num, NULL) != 0))
		slot = view->slot;
	return timespec_from_us(slot_to_us(slot));
}

void tree_wrote(struct tree *tree)
{
	pthread_mutex_lock(&tree->lock);
	tree->writes++;
	tree->written = clock_real();
	pthread_mutex_unlock(&tree->lock);
}

/* What has been sent stands in the log, and is what the next view shows. */
static int sent(struct request *request, struct transaction_trace *trace, int result, struct error *error)
{
	if (result == 0) {
		tree_wrote(request->tree);
		/* A trace without a view to print its data with is still a transaction that happened. */
		if (request_view(request, NULL) == 0)
			transaction_log_add(request->tree, request->view, trace);
	}
	struct error failure = {0};
	if (result && error) {
		failure = *error;
		chain_trace_explain(trace, error);
	}
	sent_keep(request, trace, failure.number ? &failure : NULL);
	return result;
}

static struct chain_send_options send_options(const struct request *request)
{
	return (struct chain_send_options){.without_keys = tree_impersonates(request->tree),
	                                   .interruption = request_interruption(request)};
}

int request_send(struct request *request, struct action *actions, size_t count, struct error *error)
{
	const struct chain_send_options options = send_options(request);
	const uint64_t actor = count && actions->authorization_count ? actions->authorization->actor : 0;
	struct transaction_trace trace = {0};
	request_end(request);
	int result = chain_send(request->chain, &trace, request->wallet, actions, count, &options, error);
	if (result && error)
		explain_overdrawn(error, actor);
	return sent(request, &trace, result, error);
}

int request_send_packed(struct request *request, struct packed_transaction *packed, struct error *error)
{
	const struct chain_send_options options = send_options(request);
	struct transaction_trace trace = {0};
	request_end(request);
	int result = chain_send_packed(request->chain, &trace, request->wallet, packed, &options, error);
	return sent(request, &trace, result, error);
}

int request_act(struct request *request, struct action *action, struct error *error)
{
	int result = request_view(request, error);

	if (result == 0)
		result = chain_action_known(request->view, action->account, action->name, error);
	if (result == 0)
		result = request_send(request, action, 1, error);
	action_release(action);
	return result;
}
