/* Running steps. Threads make and sign what comes next, one for each other processor; the runner's own sends
 * it in order, and makes the next one itself where that is not ready yet, so that no processor waits for
 * another. */
#include "core/base/system/clock.h"
#include "core/boot/boot_private.h"
#include "core/boot/random.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/parallel.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	AHEAD = 64, BATCH = 16,      /* items made before they are sent; how many the others are woken for */
	WAITING_SECONDS = 30, /* that a transaction may live longer, for it is signed ahead */
	ATTEMPTS = 10,
	PROGRESS_INTERVAL_US = 100000,
	TRANSFERS_AT_ONCE = 20, TRANSFERS_PAUSE_NS = 100000000, /* xfer: random traffic, not a flood */
	COMMAND_SHOWN = 200,         /* of a failed command, in sentences */
};

struct prepared {
	size_t index;
	struct boot_item item;
	struct packed_transaction packed;
	bool ready; /* made, or it could not be: */
	int result;
	struct error error;
};

struct run {
	struct boot *boot;
	const struct boot_runner *runner;
	const struct boot_step *step;
	size_t step_index;
	struct boot_step_state *state;
	struct boot_context context;
	struct private_key boot_key;
	struct random random;
	bool *done; /* owned: items that need not be done, as the chain was at the beginning; NULL: endless */
	size_t total;
	struct text notes;
	int64_t shown_us;
	bool worked; /* there was something to do */

	pthread_mutex_t lock;
	pthread_cond_t first_ready, room;
	struct prepared *ring; /* AHEAD of them */
	size_t first, count;
	size_t next;         /* item to be made */
	bool ended, stopped; /* nothing more is wanted; or only what is in the ring */
};

/* --- making and signing --- */

/* A key of the account's active permission that the wallet has. */
static int holder_key(struct run *run, uint64_t holder, struct public_key *public, struct private_key *key,
                      struct error *error)
{
	struct chain_view *view = run->context.view;
	struct chain_account account = {0};
	bool found = false;
	int result = view->operations->account(view, &account, holder, error);

	for (size_t i = 0; i < account.permissions_count && !found; i++) {
		const struct authority *authority = &account.permissions[i].authority;
		for (size_t k = 0; account.permissions[i].name == name_literal("active") &&
		                   k < authority->keys_count && !found; k++) {
			*public = authority->keys[k].key;
			found = wallet_private_key(run->boot->environment.wallet, public, key, NULL) == 0;
		}
	}
	chain_account_release(&account);
	return result  ? result
	       : found ? 0
	               : error_set(error, EACCES, "the wallet has no key of %s@active", name_text(holder).text);
}

static int sign(struct run *run, const struct boot_item *item, struct packed_transaction *packed,
                struct error *error)
{
	const struct boot_environment *environment = &run->boot->environment;
	struct private_key key = run->boot_key;
	struct public_key public = run->context.plan->public;
	int result = 0;

	if (item->holder) {
		result = holder_key(run, item->holder, &public, &key, error);
	} else if (!item->by_boot_key) {
		result = boot_account_key(&run->context.plan->accounts, item->signer, &public, &key, error);
		if (result == -ENOENT)
			result = wallet_private_key(environment->wallet, &public, &key, error);
	}
	if (result == 0)
		result = packed_transaction_sign(packed, environment->signer, &key, &public,
		                                 &environment->chain->chain_id, error);
	memory_wipe(&key, sizeof key);
	return result;
}

/* A signed transaction of the item's actions, which it takes over; never twice the same id. */
static int prepare_transaction(struct run *run, struct prepared *prepared, struct error *error)
{
	struct chain *chain = run->boot->environment.chain;
	struct checksum256 reference;
	uint32_t seconds;
	int result = chain->operations->reference(chain, &reference, &seconds, run->runner->interruption, error);

	if (result)
		return result;
	struct transaction transaction = {
		.actions = memory_copy(prepared->item.actions,
	                           prepared->item.actions_count * sizeof *prepared->item.actions),
		.actions_count = prepared->item.actions_count,
	};
	chain_make_unique(chain, &transaction, &reference, seconds + WAITING_SECONDS);
	prepared->item.actions_count = 0;
	packed_transaction_make(&prepared->packed, &transaction);
	return sign(run, &prepared->item, &prepared->packed, error);
}

static void prepare(struct run *run, struct prepared *prepared)
{
	prepared->result = run->step->make(&run->context, &prepared->item, prepared->index, &prepared->error);
	if (prepared->result == 0 && !prepared->item.act)
		prepared->result = prepare_transaction(run, prepared, &prepared->error);
}

static void release_prepared(struct prepared *prepared)
{
	boot_item_release(&prepared->item);
	packed_transaction_release(&prepared->packed);
}

/* The next item to be made, which becomes the ring's last; false: there is none, or no room. Under lock. */
static bool claim(struct run *run, struct prepared **out)
{
	while (run->done && run->next < run->total && run->done[run->next])
		run->next++;
	if (run->stopped || run->count == AHEAD || run->next >= run->total)
		return false;
	*out = &run->ring[(run->first + run->count++) % AHEAD];
	**out = (struct prepared){.index = run->next++};
	return true;
}

/* Makes one; what is drawn at random is drawn in order, by one thread at a time. Gives up the lock
 * meanwhile. Under lock. */
static void make_one(struct run *run, struct prepared *prepared)
{
	if (run->done)
		pthread_mutex_unlock(&run->lock);
	prepare(run, prepared);
	if (run->done)
		pthread_mutex_lock(&run->lock);
	prepared->ready = true;
	run->stopped = run->stopped || prepared->result != 0;
	if (prepared == &run->ring[run->first])
		pthread_cond_signal(&run->first_ready);
}

static void *make_ahead(void *argument)
{
	struct run *run = argument;
	struct prepared *prepared;

	pthread_mutex_lock(&run->lock);
	while (!run->ended)
		if (claim(run, &prepared))
			make_one(run, prepared);
		else if (run->stopped)
			break;
		else
			pthread_cond_wait(&run->room, &run->lock);
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

/* The next one, which stays in the ring until ring_drop(); NULL at the end. */
static struct prepared *ring_next(struct run *run)
{
	struct prepared *first, *prepared;

	pthread_mutex_lock(&run->lock);
	for (;;) {
		first = run->count ? &run->ring[run->first] : NULL;
		if (first && first->ready)
			break;
		if (claim(run, &prepared))
			make_one(run, prepared);
		else if (first)
			pthread_cond_wait(&run->first_ready, &run->lock); /* others are at it */
		else
			break;
	}
	pthread_mutex_unlock(&run->lock);
	return first;
}

static void ring_drop(struct run *run)
{
	release_prepared(&run->ring[run->first]);
	pthread_mutex_lock(&run->lock);
	run->first = (run->first + 1) % AHEAD;
	if (run->count-- == AHEAD - BATCH)
		pthread_cond_broadcast(&run->room);
	pthread_mutex_unlock(&run->lock);
}

/* --- sending --- */

static bool worth_another_try(const struct error *error)
{
	return error->code == TX_DUPLICATE || error->code == EXPIRED_TX_EXCEPTION ||
	       error->code == INVALID_REF_BLOCK_EXCEPTION || error->code == TX_EXP_TOO_FAR_EXCEPTION;
}

/* Sends it; when it was made too long ago or its id is taken, it is made anew. */
static int send(struct run *run, struct prepared *prepared, struct transaction_trace *trace,
                struct error *error)
{
	struct chain *chain = run->boot->environment.chain;
	const struct chain_send_options options = {
		.accepted = true, .unique = chain->salt != 0, .interruption = run->runner->interruption};
	int result;

	for (unsigned attempt = 0;; attempt++) {
		result = chain->operations->push(chain, trace, &prepared->packed, &options, error);
		if (result == 0 || attempt == ATTEMPTS || !worth_another_try(error))
			return result;
		struct transaction *refused = &prepared->packed.transaction;
		prepared->item.actions_count = refused->actions_count;
		memcpy(prepared->item.actions, refused->actions, refused->actions_count * sizeof *refused->actions);
		free(refused->actions);
		refused->actions = NULL;
		refused->actions_count = 0;
		packed_transaction_release(&prepared->packed);
		transaction_trace_release(trace);
		error_clear(error);
		result = prepare_transaction(run, prepared, error);
		if (result)
			return result;
	}
}

/* What was sent stands in blocks then. */
static int settle(struct run *run, struct error *error)
{
	struct chain *chain = run->boot->environment.chain;

	return chain->operations->settle
	           ? chain->operations->settle(chain, run->runner->interruption, error)
	           : 0;
}

static int do_item(struct run *run, struct prepared *prepared, struct error *error)
{
	struct transaction_trace trace = {0};
	int result;

	if (prepared->result) {
		*error = prepared->error;
		return prepared->result;
	}
	if (prepared->item.act) {
		result = settle(run, error);
		return result ? result : prepared->item.act(&run->context, prepared->index, error);
	}
	result = send(run, prepared, &trace, error);
	if (result == 0 && run->runner->sent)
		run->runner->sent(run->runner->context, &trace, text_string(&prepared->item.command));
	transaction_trace_release(&trace);
	return result;
}

/* What happened, for those who watch. */
static void show_item(struct run *run, struct boot_item *item)
{
	text_append_char(&item->command, '\n');
	boot_append(run->boot->output, item->command.data, item->command.length);
	boot_append(run->boot->output, run->notes.data, run->notes.length);
	text_clear(&run->notes);
	atomic_fetch_add(&run->state->done, 1);
	atomic_fetch_add(&run->state->sent, 1);
	if (clock_monotonic_us() - run->shown_us >= PROGRESS_INTERVAL_US) {
		boot_progress_line(run->boot, run->step_index);
		run->shown_us = clock_monotonic_us();
	}
}

static bool is_interrupted(const struct run *run)
{
	return interruption_happened(run->runner->interruption);
}

static int send_all(struct run *run, struct error *error)
{
	struct prepared *next;
	int result = 0;

	while (result == 0 && (next = ring_next(run))) {
		result = do_item(run, next, error);
		if (result == 0)
			show_item(run, &next->item);
		else
			error_prefix(error, "boot step %s: %.*s", run->step->name, COMMAND_SHOWN,
			             text_string(&next->item.command));
		ring_drop(run);
		if (result == 0 && !run->done && atomic_load(&run->state->sent) % TRANSFERS_AT_ONCE == 0)
			nanosleep(&(struct timespec){.tv_nsec = TRANSFERS_PAUSE_NS}, NULL);
		if (result == 0 && is_interrupted(run))
			result = !run->done
			             ? error_set(error, EINTR, "boot step %s: stopped after %zu transfers",
			                         run->step->name, atomic_load(&run->state->sent))
			             : error_set(
							   error, EINTR,
							   "boot step %s: interrupted after a whole command; `all` goes on from there",
							   run->step->name);
	}
	struct error unsettled = {0};
	int settled = settle(run, &unsettled);
	if (result || !settled)
		return result;
	*error = unsettled;
	error_prefix(error, "boot step %s", run->step->name);
	return settled;
}

static void run_items_release(struct run *run)
{
	while (run->count)
		ring_drop(run);
	pthread_cond_destroy(&run->first_ready);
	pthread_cond_destroy(&run->room);
	pthread_mutex_destroy(&run->lock);
	free(run->ring);
}

static int run_items(struct run *run, struct error *error)
{
	pthread_t helpers[PARALLEL_MAXIMUM];
	size_t count = 0, wanted = parallel_processors() - 1;

	run->ring = memory_allocate(AHEAD, sizeof *run->ring);
	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->first_ready, NULL);
	pthread_cond_init(&run->room, NULL);
	while (count < wanted && pthread_create(&helpers[count], NULL, make_ahead, run) == 0)
		count++;
	int result = send_all(run, error);
	pthread_mutex_lock(&run->lock);
	run->ended = run->stopped = true;
	pthread_cond_broadcast(&run->room);
	pthread_mutex_unlock(&run->lock);
	while (count)
		pthread_join(helpers[--count], NULL);
	run_items_release(run);
	return result;
}

/* --- steps --- */

/* What is still to do; *open counts it, and *done what is done. */
static int judge_items(struct run *run, size_t *open, size_t *done, struct error *error)
{
	*open = *done = 0;
	run->total = run->step->count(&run->context);
	if (run->total == BOOT_ENDLESS) {
		*open = 1;
		return 0;
	}
	run->done = memory_allocate(run->total + 1, sizeof *run->done);
	for (size_t i = 0; i < run->total; i++) {
		int state = run->step->done(&run->context, i, error);
		if (state < 0)
			return state;
		run->done[i] = state != BOOT_ITEM_OPEN;
		*open += state == BOOT_ITEM_OPEN;
		*done += state == BOOT_ITEM_DONE;
	}
	return 0;
}

static const char nothing_due[] = "# nothing is due";

static int step_work(struct run *run, struct error *error)
{
	const struct boot_step *step = run->step;
	size_t open = 0, done = 0;
	int result = chain_view_open(run->context.chain, &run->context.view, NULL, run->context.interruption,
	                             error);

	if (result == 0)
		result = judge_items(run, &open, &done, error);
	if (result == 0 && open && step->begin) {
		result = step->begin(&run->context, error);
		/* It may have changed what there is to do. */
		chain_view_close(run->context.view);
		run->context.view = NULL;
		free(run->done);
		run->done = NULL;
		if (result == 0)
			result = chain_view_open(run->context.chain, &run->context.view, NULL, run->context.interruption,
			                         error);
		if (result == 0)
			result = judge_items(run, &open, &done, error);
	}
	if (result)
		return result;
	atomic_store(&run->state->total, run->done ? done + open : 0);
	atomic_store(&run->state->done, done);
	boot_progress_line(run->boot, run->step_index);
	run->shown_us = clock_monotonic_us();
	run->worked = open > 0;
	if (open)
		return run_items(run, error);
	if (!done)
		boot_append(run->boot->output, nothing_due, strlen(nothing_due));
	return 0;
}

/* From now on `all` leaves it alone. */
static void keep_ended(struct boot *boot, size_t index)
{
	struct chain_view *view = NULL;

	if (chain_view_open(boot->environment.chain, &view, NULL, NULL, NULL) != 0)
		return;
	atomic_store(&boot->steps[index].ended, view->block_num);
	chain_view_close(view);
	boot_keep_steps(boot);
}

int boot_step_run(struct boot *boot, size_t index, const struct boot_runner *runner,
                  const struct private_key *boot_key, struct error *error)
{
	struct run run = {.boot = boot,
	                  .runner = runner,
	                  .step = &boot_steps[index],
	                  .step_index = index,
	                  .state = &boot->steps[index],
	                  .boot_key = *boot_key};
	struct text line = TEXT_EMPTY;
	int result;

	run.context = (struct boot_context){.plan = boot->plan,
	                                    .chain = boot->environment.chain,
	                                    .wallet = boot->environment.wallet,
	                                    .interruption = runner->interruption,
	                                    .notes = &run.notes,
	                                    .random = &run.random};
	random_seed(&run.random, run.context.plan->accounts.seed);
	atomic_store(&run.state->sent, 0);
	atomic_store(&run.state->began_us, clock_monotonic_us());
	atomic_store(&run.state->state, BOOT_STATE_RUNNING);
	text_printf(&line, "### %s: %s\n", run.step->name, run.step->help);
	boot_append(boot->output, line.data, line.length);
	result = step_work(&run, error);
	boot_append(boot->output, run.notes.data, run.notes.length);
	if (run.worked || !atomic_load(&run.state->spent_us))
		atomic_store(&run.state->spent_us, clock_monotonic_us() - atomic_load(&run.state->began_us));
	atomic_store(&run.state->state, result == 0        ? BOOT_STATE_DONE
	                                : result == -EINTR ? BOOT_STATE_INTERRUPTED
	                                                   : BOOT_STATE_FAILED);
	if (result == 0 && (run.worked || atomic_load(&run.state->total)))
		keep_ended(boot, index);
	boot_progress_line(boot, index);
	if (result) {
		text_clear(&line);
		text_printf(&line, "# %s\n", error->sentence);
		boot_append(boot->output, line.data, line.length);
	}
	chain_view_close(run.context.view);
	text_release(&run.notes);
	text_release(&line);
	free(run.done);
	memory_wipe(&run.boot_key, sizeof run.boot_key);
	return result;
}
