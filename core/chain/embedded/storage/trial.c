/* Trying in a child what may end the program. */
#include "core/chain/embedded/storage/trial.h"

#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MARK_SIZE = 64, CPU_SECONDS = 30 };

static void read_mark(struct trial *trial)
{
	char mark[MARK_SIZE] = "";

	trial->was_marked = pread(trial->fd, mark, sizeof mark - 1, 0) > 0 &&
	                    sscanf(mark, "%" SCNu32 " %zu", &trial->suspect_number, &trial->suspect_index) == 2;
}

int trial_begin(struct trial *trial, const char *folder, struct error *error)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/trying", folder);
	*trial = (struct trial){.path = text_take(&path), .fd = -1};
	int result = file_open(&trial->fd, trial->path, O_RDWR | O_CREAT, error);
	if (result == 0)
		read_mark(trial);
	return result;
}

void trial_end(struct trial *trial)
{
	if (trial->fd >= 0) {
		close(trial->fd);
		unlink(trial->path);
	}
	free(trial->path);
	*trial = (struct trial){.fd = -1};
}

static bool child_survives(void (*run)(void *context), void *context)
{
	static const struct rlimit no_core = {0, 0};
	struct rusage used;
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		return true; /* it cannot be tried, so it must be risked */
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		getrusage(RUSAGE_SELF, &used);
		rlim_t seconds = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + CPU_SECONDS;
		setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
		run(context);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool trial_passes(struct trial *trial, uint32_t number, size_t index, void (*run)(void *context),
                  void *context)
{
	char mark[MARK_SIZE] = {0};

	if (trial->was_marked && trial->suspect_number == number && trial->suspect_index == index &&
	    !child_survives(run, context))
		return false;
	/* Without a mark a crash is only not told from another end: the disk may be full. */
	snprintf(mark, sizeof mark, "%" PRIu32 " %zu\n", number, index);
	(void)!pwrite(trial->fd, mark, sizeof mark, 0);
	return true;
}
