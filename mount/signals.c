/* The thread that waits for the signals. One ends the start at once, and then the mount: first what takes
 * long, while the loop still answers, and only then the loop. */
#include "mount/signals.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "mount/request/slow.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { WAKE_US = 10 * 1000 };

struct signals {
	pthread_t thread, loop_thread;
	pthread_mutex_t lock; /* and under it: */
	pthread_cond_t wake;
	struct mount *mount;          /* borrowed; NULL: it starts, as the next */
	struct fuse_session *session; /* borrowed */
	bool ended;                   /* the loop has */
};

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

static void interrupt_only(int number)
{
	(void)number;
}

static void block(void)
{
	struct sigaction ignored = {.sa_handler = SIG_IGN}, woken = {.sa_handler = interrupt_only};
	sigset_t set;
	signal_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
	sigaction(SIGUSR1, &woken, NULL); /* without SA_RESTART: interrupts what the loop waits in */
}

/* As if nobody had waited for it: what a start does, and whoever starts next, stands that. */
static void end_process(int number)
{
	sigset_t set;

	signal_set(&set);
	signal(number, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

/* The loop may look whether it is to end just before it waits, so it is woken until it has ended. */
static void end_loop(struct signals *signals)
{
	fuse_session_exit(signals->session);
	pthread_mutex_lock(&signals->lock);
	while (!signals->ended) {
		struct timespec until = timespec_from_us(clock_real_us() + WAKE_US);
		pthread_kill(signals->loop_thread, SIGUSR1);
		pthread_cond_timedwait(&signals->wake, &signals->lock, &until);
	}
	pthread_mutex_unlock(&signals->lock);
}

static void *wait_for_signal(void *argument)
{
	struct signals *signals = argument;
	sigset_t set;
	int number;
	signal_set(&set);
	while (sigwait(&set, &number) != 0)
		continue;
	pthread_mutex_lock(&signals->lock);
	struct mount *mount = signals->mount;
	bool ended = signals->ended;
	pthread_mutex_unlock(&signals->lock);
	if (!ended && !mount)
		end_process(number);
	if (!ended) {
		slow_stop(mount->slow);
		end_loop(signals);
	}
	return NULL;
}

struct signals *signals_start(void)
{
	struct signals *signals = memory_allocate(1, sizeof *signals);

	block();
	signals->loop_thread = pthread_self();
	pthread_mutex_init(&signals->lock, NULL);
	pthread_cond_init(&signals->wake, NULL);
	if (pthread_create(&signals->thread, NULL, wait_for_signal, signals) == 0)
		return signals;
	free(signals);
	return NULL;
}

void signals_serve(struct signals *signals, struct mount *mount, struct fuse_session *session)
{
	pthread_mutex_lock(&signals->lock);
	signals->mount = mount;
	signals->session = session;
	pthread_mutex_unlock(&signals->lock);
}

void signals_end(struct signals *signals)
{
	if (!signals)
		return;
	pthread_mutex_lock(&signals->lock);
	signals->ended = true;
	pthread_cond_signal(&signals->wake);
	pthread_mutex_unlock(&signals->lock);
	pthread_kill(signals->thread, SIGTERM); /* where none came, this one ends the thread */
	pthread_join(signals->thread, NULL);
	pthread_cond_destroy(&signals->wake);
	pthread_mutex_destroy(&signals->lock);
	free(signals);
}
