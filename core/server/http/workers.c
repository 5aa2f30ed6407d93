/* A few threads and two lists of jobs: those to be run, and those that wait to be woken. */
#include "core/server/http/workers.h"

#include "core/base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAXIMUM = 8 };

struct list {
	struct job *first, **last;
};

struct worker {
	struct workers *workers;
	pthread_t thread;
	pthread_cond_t called; /* jobs came, or all shall end */
	bool is_idle;          /* nobody has called it yet */
	const void *running;   /* whose job it runs; NULL: none */
	int processor;         /* that it ran its last job on; -1: not known */
	bool is_apart;         /* kept off others' processors until it is awake */
	cpu_set_t processors;  /* then: those that it may use otherwise */
};

struct workers {
	pthread_mutex_t mutex;
	pthread_cond_t job_ended;
	struct list queued, waiting;
	struct worker all[THREADS_MAXIMUM];
	size_t count, limit;
	unsigned wakes; /* counts workers_wake(), so that a job that was running then does not miss it */
	bool ending;
};

static void list_clear(struct list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void list_add(struct list *list, struct job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

static struct job *list_take(struct list *list)
{
	struct job *job = list->first;
	list->first = job->next;
	if (!list->first)
		list->last = &list->first;
	return job;
}

int workers_create(struct workers **out, struct error *error)
{
	struct workers *workers = memory_allocate(1, sizeof *workers);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int result = pthread_mutex_init(&workers->mutex, NULL);

	if (result == 0 && (result = pthread_cond_init(&workers->job_ended, NULL)) != 0)
		pthread_mutex_destroy(&workers->mutex);
	if (result) {
		free(workers);
		return error_set(error, result, "cannot make a lock: %s", strerror(result));
	}
	workers->limit = processors < 2 ? 2 : processors > THREADS_MAXIMUM ? THREADS_MAXIMUM : (size_t)processors;
	list_clear(&workers->queued);
	list_clear(&workers->waiting);
	*out = workers;
	return 0;
}

/* Off the processors of those that are at work: while none is idle the kernel wakes a thread where it was
 * last, behind who works there, and leaves it there when another processor becomes idle. On two processors
 * sends over 16 connections took 75 us each, as with one thread, and 61 so (tests/bench/http). Under the
 * mutex. */
static void keep_apart(struct workers *workers, struct worker *worker)
{
	cpu_set_t left;

	if (pthread_getaffinity_np(worker->thread, sizeof worker->processors, &worker->processors) != 0)
		return;
	left = worker->processors;
	for (size_t i = 0; i < workers->count; i++)
		if (!workers->all[i].is_idle)
			CPU_CLR((size_t)workers->all[i].processor, &left);
	worker->is_apart = CPU_COUNT(&left) && !CPU_EQUAL(&left, &worker->processors) &&
	                   pthread_setaffinity_np(worker->thread, sizeof left, &left) == 0;
}

/* To be signalled; NULL: there is none. Under the mutex. */
static struct worker *call_idle(struct workers *workers)
{
	for (size_t i = 0; i < workers->count; i++)
		if (workers->all[i].is_idle) {
			keep_apart(workers, &workers->all[i]);
			workers->all[i].is_idle = false;
			return &workers->all[i];
		}
	return NULL;
}

static void run_one(struct worker *worker)
{
	struct workers *workers = worker->workers;
	struct job *job = list_take(&workers->queued);
	unsigned wakes = workers->wakes;

	worker->running = job->owner;
	worker->processor = sched_getcpu();
	pthread_mutex_unlock(&workers->mutex);
	bool done = job->run(job);
	pthread_mutex_lock(&workers->mutex);
	worker->running = NULL;
	if (!done)
		list_add(workers->wakes == wakes ? &workers->waiting : &workers->queued, job);
	pthread_cond_broadcast(&workers->job_ended);
}

static void wait_for_jobs(struct worker *worker)
{
	struct workers *workers = worker->workers;

	worker->is_idle = true;
	while (worker->is_idle && !workers->ending)
		pthread_cond_wait(&worker->called, &workers->mutex);
	if (worker->is_apart)
		pthread_setaffinity_np(worker->thread, sizeof worker->processors, &worker->processors);
	worker->is_apart = false;
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct workers *workers = worker->workers;

	pthread_mutex_lock(&workers->mutex);
	while (!workers->ending)
		if (workers->queued.first)
			run_one(worker);
		else
			wait_for_jobs(worker);
	pthread_mutex_unlock(&workers->mutex);
	return NULL;
}

/* Where one more cannot be made jobs wait for those there are. Under the mutex. */
static void add_thread(struct workers *workers)
{
	struct worker *worker = &workers->all[workers->count];

	*worker = (struct worker){.workers = workers, .processor = -1};
	if (pthread_cond_init(&worker->called, NULL) != 0)
		return;
	if (pthread_create(&worker->thread, NULL, work, worker) == 0)
		workers->count++;
	else
		pthread_cond_destroy(&worker->called);
}

/* Who is called needs the mutex: it is given up first. Without any thread the job is run at once. */
void workers_add(struct workers *workers, struct job *job)
{
	pthread_mutex_lock(&workers->mutex);
	struct worker *worker = call_idle(workers);
	if (!worker && workers->count < workers->limit)
		add_thread(workers);
	bool queued = workers->count > 0;
	if (queued)
		list_add(&workers->queued, job);
	pthread_mutex_unlock(&workers->mutex);
	if (worker)
		pthread_cond_signal(&worker->called);
	else if (!queued && !job->run(job))
		job->drop(job);
}

void workers_wake(struct workers *workers)
{
	pthread_mutex_lock(&workers->mutex);
	workers->wakes++;
	while (workers->waiting.first) {
		struct worker *worker = call_idle(workers);
		list_add(&workers->queued, list_take(&workers->waiting));
		if (worker)
			pthread_cond_signal(&worker->called);
	}
	pthread_mutex_unlock(&workers->mutex);
}

static void drop_of(struct list *list, const void *owner)
{
	struct list kept;
	list_clear(&kept);
	while (list->first) {
		struct job *job = list_take(list);
		if (job->owner == owner)
			job->drop(job);
		else
			list_add(&kept, job);
	}
	list_clear(list);
	while (kept.first)
		list_add(list, list_take(&kept));
}

static bool runs_for(const struct workers *workers, const void *owner)
{
	for (size_t i = 0; i < workers->count; i++)
		if (workers->all[i].running == owner)
			return true;
	return false;
}

void workers_end_of(struct workers *workers, const void *owner)
{
	pthread_mutex_lock(&workers->mutex);
	drop_of(&workers->queued, owner);
	drop_of(&workers->waiting, owner);
	while (runs_for(workers, owner)) {
		pthread_cond_wait(&workers->job_ended, &workers->mutex);
		drop_of(&workers->queued, owner);
		drop_of(&workers->waiting, owner);
	}
	pthread_mutex_unlock(&workers->mutex);
}

void workers_destroy(struct workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->mutex);
	workers->ending = true;
	for (size_t i = 0; i < workers->count; i++)
		pthread_cond_signal(&workers->all[i].called);
	pthread_mutex_unlock(&workers->mutex);
	for (size_t i = 0; i < workers->count; i++) {
		pthread_join(workers->all[i].thread, NULL);
		pthread_cond_destroy(&workers->all[i].called);
	}
	pthread_cond_destroy(&workers->job_ended);
	pthread_mutex_destroy(&workers->mutex);
	free(workers);
}
