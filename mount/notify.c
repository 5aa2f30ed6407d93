/* The thread that tells the kernel which names to forget. */
#include "mount/notify.h"

#include "core/base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct notice {
	struct notice *next;
	fuse_ino_t folder;
	size_t length;
	char name[];
};

struct notify {
	struct fuse_session *session; /* borrowed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct notice *first, **last; /* under lock */
	bool stopping, joined;
};

static struct notice *next_notice(struct notify *notify)
{
	struct notice *notice = NULL;
	pthread_mutex_lock(&notify->lock);
	while (!notify->stopping && !notify->first)
		pthread_cond_wait(&notify->wake, &notify->lock);
	if (!notify->stopping) {
		notice = notify->first;
		notify->first = notice->next;
		if (!notify->first)
			notify->last = &notify->first;
	}
	pthread_mutex_unlock(&notify->lock);
	return notice;
}

static void *tell(void *argument)
{
	struct notify *notify = argument;
	struct notice *notice;
	while ((notice = next_notice(notify))) {
		/* -ENOENT: the kernel does not know the name, or forgot the folder meanwhile */
		fuse_lowlevel_notify_inval_entry(notify->session, notice->folder, notice->name, notice->length);
		free(notice);
	}
	return NULL;
}

struct notify *notify_start(struct fuse_session *session)
{
	struct notify *notify = memory_allocate(1, sizeof *notify);

	notify->session = session;
	notify->last = &notify->first;
	pthread_mutex_init(&notify->lock, NULL);
	pthread_cond_init(&notify->wake, NULL);
	if (pthread_create(&notify->thread, NULL, tell, notify) != 0) {
		notify->joined = true;
		notify_destroy(notify);
		return NULL;
	}
	return notify;
}

void notify_name(struct notify *notify, fuse_ino_t folder, const char *name)
{
	size_t length = strlen(name);
	struct notice *notice = memory_allocate(1, sizeof *notice + length + 1);

	notice->folder = folder;
	notice->length = length;
	memcpy(notice->name, name, length);
	pthread_mutex_lock(&notify->lock);
	*notify->last = notice;
	notify->last = &notice->next;
	pthread_cond_signal(&notify->wake);
	pthread_mutex_unlock(&notify->lock);
}

void notify_stop(struct notify *notify)
{
	pthread_mutex_lock(&notify->lock);
	notify->stopping = true;
	pthread_cond_signal(&notify->wake);
	pthread_mutex_unlock(&notify->lock);
	if (!notify->joined)
		pthread_join(notify->thread, NULL);
	notify->joined = true;
}

void notify_destroy(struct notify *notify)
{
	while (notify->first) {
		struct notice *next = notify->first->next;
		free(notify->first);
		notify->first = next;
	}
	pthread_cond_destroy(&notify->wake);
	pthread_mutex_destroy(&notify->lock);
	free(notify);
}
