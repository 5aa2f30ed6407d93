/* Running steps. Threads make and sign what comes next, one for each other processor; the runner's own sends
 * it in order, and makes the next one itself where that is not ready yet, so that no processor waits for
 * another. Where the answer takes its time (a chain that settles), all of them send, as far as one item need
 * not wait for another. */
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/parallel.h"
#include "core/boot/boot_private.h"
#include "core/boot/random.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	AHEAD = 64, BATCH = 16,      /* items made before they are sent; how many the others are woken for */
	SENDERS = 16,                /* of whom each waits for an answer */
	WAITING_SECONDS = 30, /* that a transaction may live longer, for it is signed ahead */
	ATTEMPTS = 10,
	PROGRESS_INTERVAL_US = 100000,
	LAST_ANSWERS_US = SECOND_US, /* what is on its way gets so long when somebody gives up */
	TRANSFERS_AT_ONCE = 20, TRANSFERS_PAUSE_NS = 100000000, /* xfer: random traffic, not a flood */
	COMMAND_SHOWN = 200,         /* of a failed command, in sentences */
};

struct prepared {
	size_t index;
	struct boot_item item;
	struct packed_transaction packed;
	struct transaction_trace trace;
	enum { ITEM_IN_THE_MAKING, ITEM_READY, ITEM_ON_ITS_WAY, ITEM_DONE } state;
	int result; /* of making and sending */
	bool told;  /* the error says of which step it is */
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
	pthread_cond_t moved, room; /* for those who send, and those who make */
	struct prepared *ring; /* AHEAD of them */
	size_t first, count;
	size_t next;         /* item to be made */
	bool ended, stopped; /* nothing more is wanted; or made */
	struct interruption patience; /* for what is on its way */
	_Atomic int64_t given_up_us;
	bool several;        /* send */
	int result;          /* of the first item that failed, */
	size_t failed;       /* which is this one */
	struct error *error;
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

	const struct chain_permission *active = chain_account_permission(&account, name_literal("active"));
	for (size_t k = 0; active && k < active->authority.keys_count && !found; k++) {
		*public = active->authority.keys[k].key;
		found = wallet_private_key(run->boot->environment.wallet, key, public, NULL) == 0;
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
		result = boot_account_key(&run->context.plan->accounts, &public, &key, item->signer, error);
		if (result == -ENOENT)
			result = wallet_private_key(environment->wallet, &key, &public, error);
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
	transaction_trace_release(&prepared->trace);
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

/* Whether it is ready and waits for none of those before it that are on their way. Under lock. */
static bool can_be_sent(const struct run *run, const struct prepared *prepared)
{
	const struct prepared *before = NULL;

	if (prepared->state != ITEM_READY)
		return false;
	for (size_t at = run->first; &run->ring[at] != prepared; at = (at + 1) % AHEAD) {
		before = &run->ring[at];
		if (before->state == ITEM_IN_THE_MAKING ||
		    (before->state != ITEM_DONE && (!run->several || before->item.order == BOOT_AFTER_ALL ||
		                                    prepared->item.order == BOOT_AFTER_ALL)))
			return false;
	}
	return !before || before->state == ITEM_DONE || prepared->item.order != BOOT_AFTER_LAST;
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
	prepared->state = ITEM_READY;
	run->stopped = run->stopped || prepared->result != 0;
	if (can_be_sent(run, prepared))
		pthread_cond_signal(&run->moved);
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

/* The next one to be sent, which stays in the ring until it is done; NULL: there is none. */
static struct prepared *ring_next(struct run *run)
{
	struct prepared *next = NULL, *prepared;

	pthread_mutex_lock(&run->lock);
	while (!next && !run->result) {
		for (size_t i = 0; i < run->count && !next; i++)
			if (can_be_sent(run, &run->ring[(run->first + i) % AHEAD]))
				next = &run->ring[(run->first + i) % AHEAD];
		if (next)
			next->state = ITEM_ON_ITS_WAY;
		else if (claim(run, &prepared))
			make_one(run, prepared);
		else if (run->count)
			pthread_cond_wait(&run->moved, &run->lock); /* others are at it */
		else
			break;
	}
	pthread_mutex_unlock(&run->lock);
	return next;
}

static void ring_drop(struct run *run)
{
	release_prepared(&run->ring[run->first]);
	run->first = (run->first + 1) % AHEAD;
	if (run->count-- == AHEAD - BATCH)
		pthread_cond_broadcast(&run->room);
}

/* --- sending --- */

static bool worth_another_try(const struct error *error)
{
	return error->code == TX_DUPLICATE || error->code == EXPIRED_TX_EXCEPTION ||
	       error->code == INVALID_REF_BLOCK_EXCEPTION || error->code == TX_EXP_TOO_FAR_EXCEPTION;
}

static bool patience_ends(void *context)
{
	struct run *run = context;
	int64_t now = clock_monotonic_us(), never = 0;

	if (!interruption_happened(run->runner->interruption))
		return false;
	atomic_compare_exchange_strong(&run->given_up_us, &never, now);
	return now - atomic_load(&run->given_up_us) >= LAST_ANSWERS_US;
}

/* Sends it; when it was made too long ago or its id is taken, it is made anew. */
static int send(struct run *run, struct prepared *prepared, struct transaction_trace *trace,
                struct error *error)
{
	struct chain *chain = run->boot->environment.chain;
	const struct chain_send_options options = {.accepted = true,
	                                           .mark = (uint32_t)run->step_index,
	                                           .unique = chain->salt != 0,
	                                           .interruption = &run->patience};
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
		/* a chain's first block may be years older than the second one */
		bool is_late = error->code == EXPIRED_TX_EXCEPTION;
		error_clear(error);
		result = is_late ? chain->operations->schedule_feature(chain, NULL, run->runner->interruption, error)
		                 : 0;
		if (result == 0)
			result = prepare_transaction(run, prepared, error);
		if (result)
			return result;
	}
}

static void do_item(struct run *run, struct prepared *prepared)
{
	struct error *error = &prepared->error;

	if (prepared->result == 0 && prepared->item.settled) {
		prepared->result = boot_await_blocks(run->boot, run->runner, error);
		prepared->told = prepared->result != 0;
	}
	if (prepared->result == 0)
		prepared->result = prepared->item.act
		                       ? prepared->item.act(&run->context, prepared->index, error)
		                       : send(run, prepared, &prepared->trace, error);
}

/* What happened, for those who watch. */
static void show_item(struct run *run, struct prepared *prepared)
{
	struct boot_item *item = &prepared->item;

	if (!item->act && run->runner->sent)
		run->runner->sent(run->runner->context, &prepared->trace, text_string(&item->command));
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

/* The first failure is the step's; nothing more is sent then. Under lock. */
static void fail(struct run *run, int result, const struct error *error)
{
	if (run->result)
		return;
	run->result = result;
	*run->error = *error;
	run->stopped = true;
}

static void stop_if_interrupted(struct run *run)
{
	struct error error = {0};

	if (run->result || !interruption_happened(run->runner->interruption))
		return;
	if (!run->done)
		error_set(&error, EINTR, "boot step %s: stopped after %zu transfers", run->step->name,
		          atomic_load(&run->state->sent));
	else
		error_set(&error, EINTR, "boot step %s: interrupted after a whole command; `all` goes on from there",
		          run->step->name);
	fail(run, -EINTR, &error);
}

/* What the ring's first came to; false: it is not done. Under lock. */
static bool show_first(struct run *run)
{
	struct prepared *first = &run->ring[run->first];

	if (!run->count || first->state != ITEM_DONE)
		return false;
	if (first->result == 0) {
		show_item(run, first);
		return true;
	}
	if (!first->told)
		error_prefix(&first->error, "boot step %s: %.*s", run->step->name, COMMAND_SHOWN,
		             text_string(&first->item.command));
	run->failed = first->index;
	fail(run, first->result, &first->error);
	return true;
}

/* Shown and failed in the ring's order, whatever came first. */
static void item_done(struct run *run, struct prepared *prepared)
{
	pthread_mutex_lock(&run->lock);
	prepared->state = ITEM_DONE;
	run->stopped = run->stopped || prepared->result;
	if (run->several && prepared->result == 0 && !prepared->item.act)
		run->boot->unsettled = true;
	for (; show_first(run); ring_drop(run))
		continue;
	stop_if_interrupted(run);
	pthread_cond_broadcast(&run->moved);
	pthread_mutex_unlock(&run->lock);
}

static void *send_items(void *argument)
{
	struct run *run = argument;
	struct prepared *next;

	while ((next = ring_next(run))) {
		do_item(run, next);
		item_done(run, next);
		if (!run->done && atomic_load(&run->state->sent) % TRANSFERS_AT_ONCE == 0)
			nanosleep(&(struct timespec){.tv_nsec = TRANSFERS_PAUSE_NS}, NULL);
	}
	return NULL;
}

static void run_items_release(struct run *run)
{
	for (; run->count; ring_drop(run))
		show_first(run); /* behind one that was not sent any more */
	pthread_cond_destroy(&run->moved);
	pthread_cond_destroy(&run->room);
	pthread_mutex_destroy(&run->lock);
	free(run->ring);
}

static int run_items(struct run *run, struct error *error)
{
	pthread_t helpers[PARALLEL_MAXIMUM + SENDERS];

	run->first = run->count = run->next = 0;
	run->ended = run->stopped = false;
	run->result = 0;
	run->several = boot_asks_far(&run->context);
	run->error = error;
	run->ring = memory_allocate(AHEAD, sizeof *run->ring);
	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->moved, NULL);
	pthread_cond_init(&run->room, NULL);
	size_t count = 0, wanted = run->several ? SENDERS - 1 : parallel_processors() - 1;
	while (count < wanted &&
	       pthread_create(&helpers[count], NULL, run->several ? send_items : make_ahead, run) == 0)
		count++;
	send_items(run);
	pthread_mutex_lock(&run->lock);
	run->ended = run->stopped = true;
	pthread_cond_broadcast(&run->room);
	pthread_mutex_unlock(&run->lock);
	while (count)
		pthread_join(helpers[--count], NULL);
	run_items_release(run);
	return run->result;
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

/* By the view that the steps before it were judged by, unless it is ended. */
static int judge(struct run *run, size_t *open, size_t *done, struct error *error)
{
	struct boot *boot = run->boot;
	int result = boot->view ? 0
	                        : chain_view_open(run->context.chain, &boot->view, NULL,
	                                          run->context.interruption, error);

	run->context.view = boot->view;
	free(run->done);
	run->done = NULL;
	return result ? result : judge_items(run, open, done, error);
}

static int step_work(struct run *run, struct error *error)
{
	const struct boot_step *step = run->step;
	size_t open = 0, done = 0;
	int result = 0;

	if (step->settled || !boot_asks_far(&run->context))
		result = boot_settle(run->boot, run->runner, error);
	if (result == 0)
		result = judge(run, &open, &done, error);
	if (result == 0 && open && step->begin) {
		result = step->begin(&run->context, error);
		chain_view_close(run->boot->view);
		run->boot->view = NULL;
		if (result == 0)
			result = judge(run, &open, &done, error); /* it may have changed what there is to do */
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

/* A node refuses what needs that which another one has and it has not: where what was sent before was in no
 * block yet, the step goes on when it is, and once for each item. */
static int step_work_on(struct run *run, struct error *error)
{
	struct boot *boot = run->boot;
	size_t failed = SIZE_MAX;
	int result;

	run->failed = SIZE_MAX;
	while ((result = step_work(run, error)) != 0 && error->code && boot->unsettled && run->done &&
	       run->failed != failed) {
		failed = run->failed;
		error_clear(error);
		result = boot_settle(boot, run->runner, error);
		if (result)
			break;
	}
	return result;
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

	run.context = (struct boot_context){.plan = boot->plan,
	                                    .chain = boot->environment.chain,
	                                    .wallet = boot->environment.wallet,
	                                    .interruption = runner->interruption,
	                                    .notes = &run.notes,
	                                    .random = &run.random};
	run.patience = (struct interruption){patience_ends, &run};
	random_seed(&run.random, run.context.plan->accounts.seed);
	atomic_store(&run.state->sent, 0);
	atomic_store(&run.state->began_us, clock_monotonic_us());
	atomic_store(&run.state->state, BOOT_STATE_RUNNING);
	text_printf(&line, "### %s: %s\n", run.step->name, run.step->help);
	boot_append(boot->output, line.data, line.length);
	int result = step_work_on(&run, error);
	boot_append(boot->output, run.notes.data, run.notes.length);
	if (run.worked || !atomic_load(&run.state->spent_us))
		atomic_store(&run.state->spent_us, clock_monotonic_us() - atomic_load(&run.state->began_us));
	bool is_any = run.worked || atomic_load(&run.state->total);
	atomic_store(&run.state->state, result == 0        ? (is_any ? BOOT_STATE_SENT : BOOT_STATE_DONE)
	                                : result == -EINTR ? BOOT_STATE_INTERRUPTED
	                                                   : BOOT_STATE_FAILED);
	boot_progress_line(boot, index);
	if (result) {
		text_clear(&line);
		text_printf(&line, "# %s\n", error->sentence);
		boot_append(boot->output, line.data, line.length);
	}
	text_release(&run.notes);
	text_release(&line);
	free(run.done);
	memory_wipe(&run.boot_key, sizeof run.boot_key);
	return result;
}
