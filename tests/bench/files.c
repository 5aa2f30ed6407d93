/* What a file of the mount costs beside the same file of the minimal file system.
 *
 * usage: files MINIMAL_MOUNT [MOUNT ACCOUNT LINE]
 * reads accounts/X/balance and accounts/X/info.json by open, read, close, and writes LINE into
 * accounts/X/transfer by open, write, close, on both; without a MOUNT on the minimal one alone. A write of
 * the mount is compared with the minimal write and one canonical signature. */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BUFFER = 128 << 10, READS = 1000, WRITES = 200 };

struct file {
	char path[4096];
	const char *line;
};

static struct file file_of(const char *mount, const char *account, const char *name)
{
	struct file file;
	snprintf(file.path, sizeof file.path, "%s/accounts/%s/%s", mount, account, name);
	return file;
}

static _Noreturn void stop(const struct file *file)
{
	fprintf(stderr, "%s: %s\n", file->path, strerror(errno));
	exit(1);
}

static void read_file(void *context, size_t times)
{
	static char buffer[READ_BUFFER];
	const struct file *file = context;
	while (times--) {
		int fd = open(file->path, O_RDONLY);
		if (fd < 0 || read(fd, buffer, sizeof buffer) <= 0 || close(fd) < 0)
			stop(file);
	}
}

static void write_file(void *context, size_t times)
{
	const struct file *file = context;
	ssize_t length = (ssize_t)strlen(file->line);
	while (times--) {
		int fd = open(file->path, O_WRONLY | O_TRUNC);
		if (fd < 0 || write(fd, file->line, (size_t)length) != length || close(fd) < 0)
			stop(file);
	}
}

struct write_and_signature {
	struct file file;
	struct bare bare;
};

static void write_and_sign(void *context, size_t times)
{
	struct write_and_signature *both = context;
	while (times--) {
		write_file(&both->file, 1);
		bare_next(&both->bare);
		bare_sign(&both->bare);
	}
}

static void measure_minimal(const char *minimal)
{
	static const char *const names[] = {"balance", "info.json"};
	for (size_t i = 0; i < 2; i++) {
		struct file file = file_of(minimal, "X", names[i]);
		char name[96];
		snprintf(name, sizeof name, "minimal file system: open, read, close of %s", names[i]);
		bench_report(name, bench_measure(read_file, &file, READS, NULL, NULL, 0).value / 1000, "us", NULL, 0);
	}
	struct file file = file_of(minimal, "X", "transfer");
	file.line = "someone 0.0001 SYS\n";
	bench_report("minimal file system: open, write, close",
	             bench_measure(write_file, &file, READS, NULL, NULL, 0).value / 1000, "us", NULL, 0);
}

static void measure_both(const char *minimal, const char *mount, const char *account, const char *line)
{
	static const char *const names[] = {"balance", "info.json"};
	char text[4096];
	for (size_t i = 0; i < 2; i++) {
		struct file ours = file_of(mount, account, names[i]), theirs = file_of(minimal, "X", names[i]);
		char name[96];
		snprintf(name, sizeof name, "mount: open, read, close of %s", names[i]);
		struct bench_pair pair = bench_measure(read_file, &ours, READS, read_file, &theirs, READS);
		bench_report(name, pair.value / 1000, "us", "the minimal file system", pair.against / 1000);
	}
	snprintf(text, sizeof text, "%s\n", line);
	struct file ours = file_of(mount, account, "transfer");
	struct write_and_signature both = {.file = file_of(minimal, "X", "transfer")};
	ours.line = both.file.line = text;
	bare_begin(&both.bare);
	struct bench_pair pair = bench_measure(write_file, &ours, WRITES, write_and_sign, &both, WRITES);
	bench_report("mount: a transfer by open, write, close", pair.value / 1000, "us",
	             "the minimal write and a signature", pair.against / 1000);
	bare_end(&both.bare);
}

int main(int count, char **words)
{
	if (count != 2 && count != 5) {
		fprintf(stderr, "usage: files MINIMAL_MOUNT [MOUNT ACCOUNT LINE]\n");
		return 2;
	}
	if (count == 5)
		measure_both(words[1], words[2], words[3], words[4]);
	else
		measure_minimal(words[1]);
	return 0;
}
