/* The system's resolver, which takes its time. */
#include "tests/slow_name.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t beginner;
	unsigned asked;
	bool may_answer, kept_waiting;
} slow = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out)
{
	int (*system)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	bool is_name = !(hints->ai_flags & AI_NUMERICHOST);

	*(void **)&system = dlsym(RTLD_NEXT, "getaddrinfo");
	if (is_name && strcmp(host, "nowhere.example") == 0)
		return EAI_NONAME;
	if (!is_name || strcmp(host, "slow.example") != 0)
		return system(host, port, hints, out);
	pthread_mutex_lock(&slow.lock);
	bool is_beginner = pthread_equal(pthread_self(), slow.beginner);
	slow.kept_waiting = slow.kept_waiting || is_beginner;
	slow.asked++;
	pthread_cond_broadcast(&slow.changed);
	while (!slow.may_answer && !is_beginner)
		pthread_cond_wait(&slow.changed, &slow.lock);
	pthread_mutex_unlock(&slow.lock);
	return system("127.0.0.1", port, hints, out);
}

void slow_name_begin(void)
{
	pthread_mutex_lock(&slow.lock);
	slow.beginner = pthread_self();
	slow.asked = 0;
	slow.may_answer = slow.kept_waiting = false;
	pthread_mutex_unlock(&slow.lock);
}

void slow_name_may_answer(bool may)
{
	pthread_mutex_lock(&slow.lock);
	slow.may_answer = may;
	pthread_cond_broadcast(&slow.changed);
	pthread_mutex_unlock(&slow.lock);
}

void slow_name_await(unsigned times)
{
	pthread_mutex_lock(&slow.lock);
	while (slow.asked < times)
		pthread_cond_wait(&slow.changed, &slow.lock);
	pthread_mutex_unlock(&slow.lock);
}

bool slow_name_kept_waiting(void)
{
	pthread_mutex_lock(&slow.lock);
	bool kept = slow.kept_waiting;
	pthread_mutex_unlock(&slow.lock);
	return kept;
}
