/* Inside the boot: what boot.c, orders.c, run.c and report.c share. */
#ifndef EOSIOFS_CORE_BOOT_BOOT_PRIVATE_H
#define EOSIOFS_CORE_BOOT_BOOT_PRIVATE_H

#include "core/boot/boot.h"
#include "core/boot/step/step.h"

#include <pthread.h>
#include <stdatomic.h>

enum { BOOT_STEPS_MAXIMUM = 32, BOOT_PATH_SIZE = 4096 };

/* How a step went in this process; what the chain shows counts where it has not run. */
enum boot_state {
	BOOT_STATE_UNKNOWN,
	BOOT_STATE_RUNNING,
	BOOT_STATE_SENT, /* and may be in no block yet */
	BOOT_STATE_DONE,
	BOOT_STATE_FAILED,
	BOOT_STATE_INTERRUPTED
};

struct boot_step_state {
	_Atomic int state; /* enum boot_state */
	_Atomic size_t done, total, sent; /* items; sent in this process */
	_Atomic int64_t began_us, spent_us; /* monotonic */
	/* the head block when it ended, which it stays whatever people change afterwards; 0: it has not */
	_Atomic uint32_t ended;
};

struct boot {
	struct boot_environment environment;
	char *folder; /* owned; NULL: in memory */
	/* over settings, given, plan; not held while it runs, since nothing of them changes then */
	pthread_mutex_t lock;
	const struct interruption *interruption; /* borrowed: of whoever holds the lock; NULL: never */
	bool running;
	int running_pid;
	struct chain_view *view; /* by which the running steps are judged; NULL: none yet */
	bool unsettled;          /* something was sent that may be in no block yet */
	/* the head when this process began: one before it may have sent what comes behind; 0: no more */
	uint32_t first_head;
	struct boot_settings settings;
	struct text given;     /* accounts.json as kept, "" for none; with private keys, wiped */
	struct boot_plan *plan; /* of them; NULL: not made yet */
	struct boot_step_state steps[BOOT_STEPS_MAXIMUM];
	struct growing_text *progress, *output;
	/* Steps as the chain showed them last, for reading. */
	uint64_t judged_sequence;
	bool judged;
};

int boot_plan_ensure(struct boot *boot, struct error *error); /* under lock */
/* The lock, and who may give up waiting meanwhile. */
void boot_enter(struct boot *boot, const struct interruption *interruption);
void boot_leave(struct boot *boot);
/* Under lock: with a view of the head, to be closed. */
int boot_context_open(struct boot *boot, struct boot_context *out, struct error *error);
void boot_keep_steps(const struct boot *boot);
/* settle.c: waits until all that was sent stands in blocks; a failure is told of the step that sent it. */
int boot_await_blocks(struct boot *boot, const struct boot_runner *runner, struct error *error);
/* That, and the steps that were sent have ended, or did not; the next one is judged anew. */
int boot_settle(struct boot *boot, const struct boot_runner *runner, struct error *error);
/* What a process that was killed has sent is in blocks, too. */
int boot_await_predecessor(struct boot *boot, const struct boot_runner *runner, struct error *error);
/* run.c: one step, by itself; boot_key signs for eosio. What it has sent may be in no block yet. */
int boot_step_run(struct boot *boot, size_t index, const struct boot_runner *runner,
                  const struct private_key *boot_key, struct error *error);
void boot_append(struct growing_text *text, const char *line, size_t length);
/* How many items of a step the chain shows as done. */
int boot_step_judge(struct boot_context *context, size_t *done, size_t *total, const struct boot_step *step,
                    struct error *error);
/* A line for progress: bar, counts, rate, time left. */
void boot_progress_line(struct boot *boot, size_t step);

#endif
