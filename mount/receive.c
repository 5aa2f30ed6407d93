/* Taking requests from the kernel. close() returns before its release is answered, so the next command may
 * be here while another thread still holds that release: `: > votes; cat votes`. What a release will empty
 * is therefore told to the tree before the next request can be read; whoever looks at it then waits. */
#include "mount/receive.h"

#include <errno.h>
#include <linux/fuse.h>
#include <sys/uio.h>
#include <unistd.h>

static void unlock(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void take_note(const void *request, size_t size)
{
	const struct fuse_in_header *header = request;
	const struct fuse_release_in *release = (const struct fuse_release_in *)(header + 1);
	if (size >= sizeof *header + sizeof *release && header->opcode == FUSE_RELEASE)
		handle_close_begins((struct handle *)(uintptr_t)release->fh);
}

/* Threads are ended while they wait here, so what they hold is given back. */
static ssize_t receive(int connection, void *buffer, size_t size, void *context)
{
	struct mount *mount = context;
	ssize_t count = 0;
	pthread_mutex_lock(&mount->receiving);
	pthread_cleanup_push(unlock, &mount->receiving);
	count = read(connection, buffer, size);
	if (count > 0)
		take_note(buffer, (size_t)count);
	pthread_cleanup_pop(true);
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
