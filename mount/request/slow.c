/* Threads for requests that may take long. */
#include "mount/request/slow.h"

#include "core/base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct slow {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	size_t running; /* under lock */
	atomic_bool stopping;
};

struct slow_task {
	struct slow *slow;
	void (*run)(void *context);
	void *context;
};

struct slow *slow_create(void)
{
	struct slow *slow = memory_allocate(1, sizeof *slow);
	pthread_mutex_init(&slow->lock, NULL);
	pthread_cond_init(&slow->idle, NULL);
	atomic_init(&slow->stopping, false);
	return slow;
}

static void *run(void *argument)
{
	struct slow_task task = *(struct slow_task *)argument;

	free(argument);
	task.run(task.context);
	pthread_mutex_lock(&task.slow->lock);
	if (--task.slow->running == 0)
		pthread_cond_broadcast(&task.slow->idle);
	pthread_mutex_unlock(&task.slow->lock);
	return NULL;
}

void slow_run(struct slow *slow, void (*function)(void *context), void *context)
{
	struct slow_task *task = memory_allocate(1, sizeof *task);
	pthread_attr_t detached;
	pthread_t thread;

	*task = (struct slow_task){slow, function, context};
	pthread_mutex_lock(&slow->lock);
	slow->running++;
	pthread_mutex_unlock(&slow->lock);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &detached, run, task) != 0)
		run(task);
	pthread_attr_destroy(&detached);
}

void slow_stop(struct slow *slow)
{
	atomic_store(&slow->stopping, true);
	pthread_mutex_lock(&slow->lock);
	while (slow->running != 0)
		pthread_cond_wait(&slow->idle, &slow->lock);
	pthread_mutex_unlock(&slow->lock);
}

bool slow_is_stopping(const struct slow *slow)
{
	return atomic_load(&slow->stopping);
}

void slow_destroy(struct slow *slow)
{
	pthread_cond_destroy(&slow->idle);
	pthread_mutex_destroy(&slow->lock);
	free(slow);
}
