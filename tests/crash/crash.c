/* Random kills under load: a mount is killed with SIGKILL between and during writes, while blocks are sealed, while the clock jumps and while it
 * starts; after each new start every write that was acknowledged must be there, and none twice. Counts those lost, and ends with 1 if there are any.
 *
 * usage: crash EOSIOFS TUTORIAL ROUNDS [SEED]
 * The seed decides what is done in each round and after how many writes or microseconds the kill comes; what exactly it meets is the machine's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096, WRITERS = 4 };

struct scene {
	const char *program;
	char base[PATH_LENGTH / 4], mount[PATH_LENGTH / 2], data[PATH_LENGTH / 2], log[PATH_LENGTH / 2];
	uint64_t random;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* with lock */
	unsigned long acknowledged, writers_left;
	_Atomic bool killed;
	bool failed; /* a write was refused by a mount that was alive */
};

static _Noreturn void stop(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static unsigned long random_below(struct scene *scene, unsigned long limit)
{
	scene->random = scene->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned long)(scene->random >> 33) % limit;
}

/* --- the mount --- */

static pid_t start(const struct scene *scene, const char *const *words)
{
	pid_t child = fork();
	if (child < 0)
		stop("fork: %s", strerror(errno));
	if (child > 0)
		return child;
	int log = open(scene->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execvp(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

static int run(const struct scene *scene, const char *const *words)
{
	int status;
	pid_t child = start(scene, words);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void show_log(const struct scene *scene)
{
	char command[PATH_LENGTH];
	snprintf(command, sizeof command, "tail -n 20 '%s' >&2", scene->log);
	if (system(command) != 0)
		fputs("the log cannot be shown\n", stderr);
}

/* Until it answers; its pid, as the data folder tells. */
static pid_t mount_again(const struct scene *scene)
{
	char option[PATH_LENGTH], path[PATH_LENGTH];
	long pid = 0;
	snprintf(option, sizeof option, "data=%s", scene->data);
	snprintf(path, sizeof path, "%s/lock", scene->data);
	if (run(scene, (const char *[]){scene->program, "-o", option, scene->mount, NULL}) != 0) {
		show_log(scene);
		stop("the mount does not come up again");
	}
	FILE *lock = fopen(path, "r");
	if (!lock || fscanf(lock, "%ld", &pid) != 1 || pid < 2)
		stop("%s does not say who serves the mount", path);
	fclose(lock);
	return (pid_t)pid;
}

static void wait_gone(pid_t pid, int timeout_us)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd gone = {.fd = process, .events = POLLIN};
	struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
	if (process < 0)
		return;
	ppoll(&gone, 1, timeout_us < 0 ? NULL : &timeout, NULL);
	close(process);
}

/* In units of 0.0001 SYS. */
static unsigned long received(const struct scene *scene)
{
	char path[PATH_LENGTH], text[128] = "";
	snprintf(path, sizeof path, "%s/accounts/accountnum11/balance", scene->mount);
	int file = open(path, O_RDONLY);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
	if (length < 0)
		stop("%s: %s", path, strerror(errno));
	close(file);
	unsigned long whole = 0, part = 0;
	return sscanf(text, "%lu.%4lu", &whole, &part) == 2 ? whole * 10000 + part : 0;
}

/* --- load --- */

static int write_line(const struct scene *scene, const char *file, const char *line)
{
	char path[PATH_LENGTH];
	snprintf(path, sizeof path, "%s/%s", scene->mount, file);
	int fd = open(path, O_WRONLY | O_TRUNC), result = 0;
	if (fd < 0)
		return -errno;
	if (write(fd, line, strlen(line)) < 0)
		result = -errno;
	close(fd);
	return result;
}

static void ended(struct scene *scene, const char *what, int result)
{
	pthread_mutex_lock(&scene->lock);
	if (!scene->killed) {
		fprintf(stderr, "%s was refused: %s\n", what, strerror(-result));
		scene->failed = true;
	}
	scene->writers_left--;
	pthread_cond_broadcast(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
}

static void *write_transfers(void *context)
{
	struct scene *scene = context;
	int result;
	while ((result = write_line(scene, "accounts/eosio/transfer", "accountnum11 0.0001 SYS\n")) == 0) {
		pthread_mutex_lock(&scene->lock);
		scene->acknowledged++;
		pthread_cond_broadcast(&scene->changed);
		pthread_mutex_unlock(&scene->lock);
	}
	ended(scene, "a transfer", result);
	return NULL;
}

static void *move_clock(void *context)
{
	static const char *const lines[] = {"+20s\n", "skip +1m\n", "+1s\n"};
	struct scene *scene = context;
	int result = 0;
	for (size_t i = 0; result == 0; i++)
		result = write_line(scene, "chain/clock", lines[i % 3]);
	ended(scene, "a move of the clock", result);
	return NULL;
}

/* Until so many writes more are acknowledged, and then some time. */
static void wait_for(struct scene *scene, unsigned long acknowledged, unsigned long us)
{
	struct timespec until;
	pthread_mutex_lock(&scene->lock);
	while (scene->acknowledged < acknowledged && !scene->failed)
		pthread_cond_wait(&scene->changed, &scene->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)us * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (!scene->failed && pthread_cond_timedwait(&scene->changed, &scene->lock, &until) == 0)
		continue;
	scene->killed = true;
	pthread_mutex_unlock(&scene->lock);
}

/* --- rounds --- */

static void kill_under_load(struct scene *scene, pid_t *pid, bool clock, unsigned long writes, unsigned long us)
{
	pthread_t threads[WRITERS];
	scene->acknowledged = 0;
	scene->killed = false;
	scene->writers_left = WRITERS;
	for (size_t i = 0; i < WRITERS; i++)
		if (pthread_create(&threads[i], NULL, clock && i == 0 ? move_clock : write_transfers, scene) != 0)
			stop("no thread");
	wait_for(scene, writes, us);
	kill(*pid, SIGKILL);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	wait_gone(*pid, -1);
	if (scene->failed)
		stop("a mount that was alive refused a write");
}

/* The next start is killed, too, some time after it began. */
static void kill_while_starting(const struct scene *scene, unsigned long us)
{
	char option[PATH_LENGTH];
	int status;
	snprintf(option, sizeof option, "data=%s", scene->data);
	pid_t child = start(scene, (const char *[]){scene->program, "-f", "-o", option, scene->mount, NULL});
	wait_gone(child, (int)us);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

struct tally {
	unsigned long kills, acknowledged, lost, twice;
};

static void one_round(struct scene *scene, pid_t *pid, struct tally *tally)
{
	unsigned long before = received(scene), kind = random_below(scene, 8), there;
	unsigned long writes = 1 + random_below(scene, 60), us = random_below(scene, 2000);
	if (kind == 0)
		us = random_below(scene, 1000000); /* long enough for blocks to be sealed in their own time */
	kill_under_load(scene, pid, kind == 1 || kind == 2, writes, us);
	tally->kills++;
	for (unsigned long starts = kind >= 6 ? 1 + random_below(scene, 3) : 0; starts > 0; starts--, tally->kills++)
		kill_while_starting(scene, random_below(scene, 30000));
	*pid = mount_again(scene);
	there = received(scene) - before;
	tally->acknowledged += scene->acknowledged;
	if (there < scene->acknowledged)
		tally->lost += scene->acknowledged - there;
	if (there > scene->acknowledged + WRITERS)
		tally->twice += there - scene->acknowledged - WRITERS;
	if (tally->lost || tally->twice)
		show_log(scene);
}

static void clean_up(const struct scene *scene)
{
	run(scene, (const char *[]){scene->program, "--unmount", scene->mount, NULL});
	run(scene, (const char *[]){"rm", "-rf", "--one-file-system", scene->base, NULL});
}

int main(int count, char **words)
{
	static struct scene scene;
	struct tally tally = {0};
	const char *temporary = getenv("TMPDIR");
	if (count < 4 || count > 5) {
		fputs("usage: crash EOSIOFS TUTORIAL ROUNDS [SEED]\n", stderr);
		return 2;
	}
	unsigned long rounds = strtoul(words[3], NULL, 10);
	scene.program = words[1];
	scene.random = count == 5 ? strtoull(words[4], NULL, 10) : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	printf("seed %llu\n", (unsigned long long)scene.random);
	fflush(stdout);
	pthread_mutex_init(&scene.lock, NULL);
	pthread_cond_init(&scene.changed, NULL);
	snprintf(scene.base, sizeof scene.base, "%s/eosiofs-crash-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(scene.base))
		stop("%s: %s", scene.base, strerror(errno));
	snprintf(scene.mount, sizeof scene.mount, "%s/mount", scene.base);
	snprintf(scene.data, sizeof scene.data, "%s/data", scene.base);
	snprintf(scene.log, sizeof scene.log, "%s/log", scene.base);
	mkdir(scene.mount, 0700);
	pid_t pid = mount_again(&scene);
	if (run(&scene, (const char *[]){"sh", words[2], scene.mount, NULL}) != 0) {
		show_log(&scene);
		stop("the chain cannot be booted");
	}
	for (unsigned long i = 0; i < rounds && !tally.lost && !tally.twice; i++)
		one_round(&scene, &pid, &tally);
	clean_up(&scene);
	printf("%lu kills, %lu acknowledged writes\nlost acknowledged writes: %lu\n", tally.kills, tally.acknowledged, tally.lost);
	if (tally.twice)
		printf("writes that happened twice: %lu\n", tally.twice);
	return tally.lost || tally.twice ? 1 : 0;
}
