/* Taking requests from the kernel. close() returns before its release is answered, so the next command may
 * be here while another thread still holds that release: `: > votes; cat votes`. What a release will empty
 * is told to the tree as soon as it is read, and who looks at the tree while such a file is open first waits
 * until whatever was read before is told. */
#include "mount/request/receive.h"

#include "core/base/memory.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* A thread that takes requests. */
struct receiver {
	struct receiving *receiving;
	struct receiver *next;
	pid_t thread;
	_Atomic bool reads; /* it waits for a request, or has one that is not told yet */
};

static void leave(void *context)
{
	struct receiver *own = context, **place;
	struct receiving *receiving = own->receiving;

	pthread_mutex_lock(&receiving->lock);
	for (place = &receiving->receivers; *place != own;)
		place = &(*place)->next;
	*place = own->next;
	pthread_mutex_unlock(&receiving->lock);
	free(own);
}

int receiving_begin(struct receiving *receiving)
{
	int result = -pthread_key_create(&receiving->own, leave);

	receiving->has_begun = result == 0;
	if (result == 0)
		pthread_mutex_init(&receiving->lock, NULL);
	return result;
}

void receiving_end(struct receiving *receiving)
{
	if (!receiving->has_begun)
		return;
	struct receiver *own = pthread_getspecific(receiving->own); /* of the thread that has served alone */
	if (own)
		leave(own);
	pthread_key_delete(receiving->own);
	pthread_mutex_destroy(&receiving->lock);
}

static struct receiver *own_receiver(struct receiving *receiving)
{
	struct receiver *own = pthread_getspecific(receiving->own);

	if (own)
		return own;
	own = memory_allocate(1, sizeof *own);
	own->receiving = receiving;
	own->thread = gettid();
	pthread_mutex_lock(&receiving->lock);
	own->next = receiving->receivers;
	receiving->receivers = own;
	pthread_mutex_unlock(&receiving->lock);
	pthread_setspecific(receiving->own, own);
	return own;
}

/* Whether a thread waits in the kernel: a request that it had taken would keep it running. */
static bool sleeps(pid_t thread)
{
	char path[64], line[128];
	const char *state = NULL;

	snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, line, sizeof line - 1);
	if (length > 0) {
		line[length] = 0;
		state = strrchr(line, ')');
	}
	if (file >= 0)
		close(file);
	return !state || (state[1] == ' ' && state[2] == 'S');
}

void receiving_settle(struct receiving *receiving)
{
	pthread_mutex_lock(&receiving->lock);
	for (struct receiver *other = receiving->receivers; other; other = other->next)
		while (other->reads && !sleeps(other->thread))
			sched_yield();
	pthread_mutex_unlock(&receiving->lock);
}

static void take_note(const void *request, size_t size)
{
	const struct fuse_in_header *header = request;
	const struct fuse_release_in *release = (const struct fuse_release_in *)(header + 1);
	if (size >= sizeof *header + sizeof *release && header->opcode == FUSE_RELEASE)
		handle_close_begins((struct handle *)(uintptr_t)release->fh);
}

static ssize_t receive(int connection, void *buffer, size_t size, void *context)
{
	struct mount *mount = context;
	struct receiver *own = own_receiver(&mount->receiving);

	own->reads = true;
	ssize_t count = read(connection, buffer, size);
	if (count > 0)
		take_note(buffer, (size_t)count);
	own->reads = false;
	return count;
}

static ssize_t answer(int connection, struct iovec *parts, int count, void *context)
{
	(void)context;
	return writev(connection, parts, count);
}

int receive_in_order(struct fuse_session *session)
{
	static const struct fuse_custom_io io = {.read = receive, .writev = answer};
	return fuse_session_custom_io(session, &io, fuse_session_fd(session));
}
