/* A few threads and two lists of jobs: those to be run, and those that wait to be woken. */
#include "core/server/http/workers.h"

#include "core/base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAXIMUM = 8 };

struct list {
	struct job *first, **last;
};

struct workers {
	pthread_mutex_t mutex;
	pthread_cond_t queue_changed; /* jobs came, or all shall end */
	pthread_cond_t job_ended;
	struct list queued, waiting;
	pthread_t threads[THREADS_MAXIMUM];
	const void *running[THREADS_MAXIMUM]; /* whose job each runs; NULL: none */
	size_t count, idle, limit;
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

	if (result == 0 && (result = pthread_cond_init(&workers->queue_changed, NULL)) != 0)
		pthread_mutex_destroy(&workers->mutex);
	if (result == 0 && (result = pthread_cond_init(&workers->job_ended, NULL)) != 0) {
		pthread_cond_destroy(&workers->queue_changed);
		pthread_mutex_destroy(&workers->mutex);
	}
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

struct thread {
	struct workers *workers;
	size_t index;
};

static void run_one(struct workers *workers, size_t index)
{
	struct job *job = list_take(&workers->queued);
	unsigned wakes = workers->wakes;

	workers->running[index] = job->owner;
	pthread_mutex_unlock(&workers->mutex);
	bool done = job->run(job);
	pthread_mutex_lock(&workers->mutex);
	workers->running[index] = NULL;
	if (!done)
		list_add(workers->wakes == wakes ? &workers->waiting : &workers->queued, job);
	pthread_cond_broadcast(&workers->job_ended);
}

static void *work(void *context)
{
	struct thread thread = *(struct thread *)context;
	struct workers *workers = thread.workers;

	free(context);
	pthread_mutex_lock(&workers->mutex);
	while (!workers->ending) {
		if (workers->queued.first) {
			run_one(workers, thread.index);
			continue;
		}
		workers->idle++;
		pthread_cond_wait(&workers->queue_changed, &workers->mutex);
		workers->idle--;
	}
	pthread_mutex_unlock(&workers->mutex);
	return NULL;
}

/* Without one more thread the job waits for those there are; without any it is run at once. Under the
 * mutex. */
static bool has_thread(struct workers *workers)
{
	if (workers->idle > 0 || workers->count == workers->limit)
		return true;
	struct thread *thread = memory_allocate(1, sizeof *thread);
	*thread = (struct thread){workers, workers->count};
	if (pthread_create(&workers->threads[workers->count], NULL, work, thread) != 0) {
		free(thread);
		return workers->count > 0;
	}
	workers->count++;
	return true;
}

/* Who is woken needs the mutex: it is given up first. */
void workers_add(struct workers *workers, struct job *job)
{
	pthread_mutex_lock(&workers->mutex);
	bool queued = has_thread(workers);
	if (queued)
		list_add(&workers->queued, job);
	pthread_mutex_unlock(&workers->mutex);
	if (queued)
		pthread_cond_signal(&workers->queue_changed);
	else if (!job->run(job))
		job->drop(job);
}

void workers_wake(struct workers *workers)
{
	pthread_mutex_lock(&workers->mutex);
	workers->wakes++;
	if (workers->waiting.first)
		pthread_cond_broadcast(&workers->queue_changed);
	while (workers->waiting.first)
		list_add(&workers->queued, list_take(&workers->waiting));
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
		if (workers->running[i] == owner)
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
	pthread_cond_broadcast(&workers->queue_changed);
	pthread_mutex_unlock(&workers->mutex);
	for (size_t i = 0; i < workers->count; i++)
		pthread_join(workers->threads[i], NULL);
	pthread_cond_destroy(&workers->queue_changed);
	pthread_cond_destroy(&workers->job_ended);
	pthread_mutex_destroy(&workers->mutex);
	free(workers);
}
