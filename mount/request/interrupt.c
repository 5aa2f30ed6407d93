/* What signals wait for a caller, from /proc: a request that was interrupted does not say by what. */
#include "mount/request/interrupt.h"

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const int harmless[] = {SIGCHLD, SIGWINCH, SIGURG,  SIGPROF, SIGCONT,
	                           SIGSTOP, SIGTSTP,  SIGTTIN, SIGTTOU};

static uint64_t bit_of(int signal)
{
	return UINT64_C(1) << (signal - 1);
}

/* The bits of a line such as "SigPnd:\t0000000000000002"; left alone where it is another line. */
static void take_mask(uint64_t *mask, const char *line, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(line, name, length) == 0)
		sscanf(line + length, " %" SCNx64, mask);
}

bool interrupt_is_meant(pid_t pid)
{
	char path[64], line[256];
	uint64_t own = 0, shared = 0, blocked = 0;
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return true; /* nobody waits for an answer any more */
	while (fgets(line, sizeof line, file)) {
		take_mask(&own, line, "SigPnd:");
		take_mask(&shared, line, "ShdPnd:");
		take_mask(&blocked, line, "SigBlk:");
	}
	fclose(file);
	uint64_t pending = (own | shared) & ~blocked;
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		pending &= ~bit_of(harmless[i]);
	return pending != 0;
}
