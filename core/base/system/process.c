/* /proc/PID/status and stat. */
#include "core/base/system/process.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The kernel's PF_EXITING and PF_SIGNALED, which stat shows. */
enum { FLAG_EXITING = 0x4, FLAG_SIGNALED = 0x400 };

enum { STAT_SIZE = 512 };

/* Of /proc/PID/stat, `PID (NAME) STATE PPID PGRP SESSION TTY …`, what stands behind the name's last
 * bracket: the name may hold anything. NULL: there is no such process. */
static const char *read_stat(char line[STAT_SIZE], long pid)
{
	char path[48];
	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	line[fread(line, 1, STAT_SIZE - 1, file)] = '\0';
	fclose(file);
	const char *end = strrchr(line, ')');
	return end ? end + 1 : NULL;
}

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
	char line[STAT_SIZE], state = 'X';
	unsigned flags = 0;
	/* First, because what took the signal shows it by its flags from then on. */
	if (is_killed(pid))
		return true;
	const char *stat = read_stat(line, pid);
	/* state, parent, group, session, terminal, its group, flags */
	if (!stat || sscanf(stat, " %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
		return true;
	return state == 'Z' || state == 'X' || (flags & (FLAG_EXITING | FLAG_SIGNALED));
}

/* --- for people --- */

/* Linux's documented device numbers */
enum { MAJOR_TTY = 4, MAJOR_PTS_FIRST = 136, MAJOR_PTS_LAST = 143, MINORS_EACH = 256, TTY_SERIAL = 64 };

static void print_terminal(struct text *out, unsigned device)
{
	/* As proc(5) packs it: the major number in bits 15 to 8, the minor one in 31 to 20 and 7 to 0. */
	const unsigned major_number = device >> 8 & 0xfff;
	const unsigned minor_number = (device & 0xff) | (device >> 12 & 0xfff00);
	if (major_number >= MAJOR_PTS_FIRST && major_number <= MAJOR_PTS_LAST)
		text_printf(out, ", pts/%u", (major_number - MAJOR_PTS_FIRST) * MINORS_EACH + minor_number);
	else if (major_number == MAJOR_TTY && minor_number < TTY_SERIAL)
		text_printf(out, ", tty%u", minor_number);
}

void process_describe(struct text *out, long pid)
{
	char line[STAT_SIZE];
	int device = 0;
	const char *stat = read_stat(line, pid), *name = stat ? strchr(line, '(') : NULL;
	if (!name)
		return;
	text_append(out, " (");
	for (name++; name < stat - 1; name++)
		text_append_char(out, *name > 0x20 && *name < 0x7f && !strchr("()", *name) ? *name : '_');
	if (sscanf(stat, " %*c %*d %*d %*d %d", &device) == 1 && device)
		print_terminal(out, (unsigned)device);
	text_append_char(out, ')');
}
