/* Processes, from /proc. */
#include "fs/tree/process.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

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

void process_describe(struct text *out, pid_t pid)
{
	char path[64], line[512];
	int device = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	size_t length = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	line[length] = '\0';
	/* `PID (NAME) STATE PPID PGRP SESSION TTY …`, and the name may hold anything. */
	char *name = strchr(line, '('), *end = strrchr(line, ')');
	if (!name || !end || end < name)
		return;
	text_append(out, " (");
	for (name++; name < end; name++)
		text_append_char(out, *name > 0x20 && *name < 0x7f && !strchr("()", *name) ? *name : '_');
	if (sscanf(end + 1, " %*c %*d %*d %*d %d", &device) == 1 && device)
		print_terminal(out, (unsigned)device);
	text_append_char(out, ')');
}
