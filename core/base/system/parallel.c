/* Work shared among threads that live as long as the work. */
#include "core/base/system/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { AT_ONCE = 16 /* indices that a thread takes at a time */ };

struct work {
	_Atomic size_t next;
	size_t count;
	void (*each)(void *context, size_t index);
	void *context;
};

size_t parallel_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > PARALLEL_MAXIMUM ? PARALLEL_MAXIMUM : (size_t)count;
}

static void *take_part(void *argument)
{
	struct work *work = argument;
	size_t from;

	while ((from = atomic_fetch_add(&work->next, AT_ONCE)) < work->count)
		for (size_t i = from; i < from + AT_ONCE && i < work->count; i++)
			work->each(work->context, i);
	return NULL;
}

void parallel_do(size_t count, void (*each)(void *context, size_t index), void *context)
{
	struct work work = {.count = count, .each = each, .context = context};
	pthread_t threads[PARALLEL_MAXIMUM];
	size_t others = 0, wanted = parallel_processors() - 1;

	while (others < wanted && others < count / AT_ONCE &&
	       pthread_create(&threads[others], NULL, take_part, &work) == 0)
		others++;
	take_part(&work);
	while (others)
		pthread_join(threads[--others], NULL);
}
