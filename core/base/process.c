/* /proc/PID/status and stat. */
#include "core/base/process.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The kernel's PF_EXITING and PF_SIGNALED, which stat shows. */
enum { FLAG_EXITING = 0x4, FLAG_SIGNALED = 0x400 };

/* SIGKILL was sent and not yet taken. */
static bool is_killed(long pid)
{
	char path[48], line[256];
	unsigned long long pending = 0, mask;
	snprintf(path, sizeof path, "/proc/%ld/status", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return true;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "SigPnd: %llx", &mask) == 1 || sscanf(line, "ShdPnd: %llx", &mask) == 1)
			pending |= mask;
	fclose(file);
	return pending & 1ull << (SIGKILL - 1);
}

bool process_is_ending(long pid)
{
	char path[48], line[512], state = 'X';
	unsigned flags = 0;
	/* First, because what took the signal shows it by its flags from then on. */
	if (is_killed(pid))
		return true;
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return true;
	const char *name_end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	fclose(file);
	/* state, parent, group, session, terminal, its group, flags */
	if (!name_end || sscanf(name_end, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
		return true;
	return state == 'Z' || state == 'X' || (flags & (FLAG_EXITING | FLAG_SIGNALED));
}
