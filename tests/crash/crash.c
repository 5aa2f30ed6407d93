/* Random kills under load: a mount is killed with SIGKILL between and during writes, while blocks are sealed,
 * while the clock jumps, while nodes are cut apart and healed, while names are made and folders listed, and
 * while it starts. Whoever was using it then gets an answer and can end; after each new start every write
 * that was acknowledged must be there, and none twice. Counts those lost, and ends with 1 if there are any.
 *
 * usage: crash EOSIOFS TUTORIAL NETWORK ROUNDS [SEED]
 * The seed decides what is done in each round and after how many writes or microseconds the kill comes; what
 * exactly it meets is the machine's. */
#include <dirent.h>
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
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096, WRITERS = 4, CLIENTS = 5, ANSWER_US = 10000000 };

/* What the clients that make names share with us; they are processes, because one that cannot be killed is
 * what is looked for. */
struct names {
	_Atomic unsigned long accounts, permissions; /* made and acknowledged, since the beginning */
	_Atomic int refused;                         /* a client's errno from a mount that was alive */
	_Atomic bool killed;
};

struct scene {
	struct names *names;
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

/* Whether it has ended in time; -1: wait as long as it takes. */
static bool wait_gone(pid_t pid, int timeout_us)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd gone = {.fd = process, .events = POLLIN};
	struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
	if (process < 0)
		return true;
	bool ended = ppoll(&gone, 1, timeout_us < 0 ? NULL : &timeout, NULL) != 0;
	close(process);
	return ended;
}

/* Everything waits in the kernel for each other: that is told, and ended by force, so that nothing stays
 * behind. */
static _Noreturn void stop_hanging(const struct scene *scene, const char *who, pid_t pid)
{
	fprintf(stderr, "%s, process %d, hangs after kill -9\n", who, (int)pid);
	umount2(scene->mount, MNT_FORCE);
	umount2(scene->mount, MNT_DETACH);
	stop("no kill may leave a process that cannot end");
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
		char command[PATH_LENGTH];
		fprintf(stderr, "%s was refused: %s\n", what, strerror(-result));
		snprintf(command, sizeof command, "tail -n 1 '%s/errors' >&2", scene->mount);
		if (system(command) != 0)
			fputs("errors cannot be read\n", stderr);
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

/* Two of the four producers are cut off together and come back, again and again: heads switch either way. */
static void *cut_and_heal(void *context)
{
	static const char *const steps[][2] = {{"nodes/accountnum33/peers", "\n"},
	                                       {"nodes/accountnum44/peers", "accountnum33\n"},
	                                       {"chain/clock", "+7s\n"},
	                                       {"nodes/accountnum33/peers", "eosio\n"},
	                                       {"chain/clock", "+1s\n"},
	                                       {"nodes/accountnum44/peers", "eosio\n"}};
	struct scene *scene = context;
	int result = 0;
	for (size_t i = 0; result == 0; i++)
		result = write_line(scene, steps[i % 6][0], steps[i % 6][1]);
	ended(scene, "a cut, or its end", result);
	return NULL;
}

/* What a kill has left apart comes together, and what was thrown out comes into the chain again. */
static void heal(const struct scene *scene)
{
	static const char *const steps[][2] = {{"nodes/accountnum33/peers", "eosio\n"},
	                                       {"nodes/accountnum44/peers", "eosio\n"},
	                                       {"chain/clock", "+120s\n"}};
	for (size_t i = 0; i < 3; i++) {
		int result = write_line(scene, steps[i][0], steps[i][1]);
		if (result != 0)
			stop("%s: %s", steps[i][0], strerror(-result));
	}
}

/* Acknowledged, thrown out by a switch, not to be applied again: told in the log. */
static unsigned long reported(const struct scene *scene)
{
	char path[PATH_LENGTH], line[4096];
	unsigned long count = 0;
	snprintf(path, sizeof path, "%s/log", scene->mount);
	FILE *log = fopen(path, "r");
	while (log && fgets(line, sizeof line, log))
		count += strstr(line, ", acknowledged by node ") != NULL;
	if (log)
		fclose(log);
	return count;
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

/* --- names --- */

/* The number in the letters of a name, behind a letter of its own. */
static void name_of(char out[13], char first, unsigned long number)
{
	memset(out, 'a', 12);
	out[0] = first;
	out[12] = 0;
	for (size_t i = 12; --i > 0; number /= 26)
		out[i] = (char)('a' + number % 26);
}

static void account_path(char out[PATH_LENGTH], const struct scene *scene, unsigned long number)
{
	char name[13];
	name_of(name, 'm', number);
	snprintf(out, PATH_LENGTH, "%s/accounts/%s", scene->mount, name);
}

static void permission_path(char out[PATH_LENGTH], const struct scene *scene, unsigned long number)
{
	char name[13];
	name_of(name, 'p', number);
	snprintf(out, PATH_LENGTH, "%s/accounts/eosio/permissions/%s.json", scene->mount, name);
}

static int make_account(const struct scene *scene)
{
	char path[PATH_LENGTH];
	account_path(path, scene, scene->names->accounts);
	/* One that the kill before this one interrupted may be there. */
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return -errno;
	scene->names->accounts++;
	return 0;
}

static int make_permission(const struct scene *scene)
{
	static const char key[] = "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\n";
	char path[PATH_LENGTH];
	int result = 0;
	permission_path(path, scene, scene->names->permissions);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, key, sizeof key - 1) < 0)
		result = -errno;
	close(fd);
	if (result == 0)
		scene->names->permissions++;
	return result;
}

/* As ls -l does; names may go while they are listed. */
static int list(const struct scene *scene, const char *folder)
{
	char path[PATH_LENGTH];
	int result = 0;
	snprintf(path, sizeof path, "%s/%s", scene->mount, folder);
	DIR *names = opendir(path);
	if (!names)
		return -errno;
	errno = 0;
	for (struct dirent *entry; result == 0 && (entry = readdir(names));) {
		struct stat status;
		if (fstatat(dirfd(names), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
			result = -errno;
		errno = 0;
	}
	if (result == 0)
		result = -errno;
	closedir(names);
	return result;
}

static int list_accounts(const struct scene *scene)
{
	return list(scene, "accounts");
}

static int list_permissions(const struct scene *scene)
{
	return list(scene, "accounts/eosio/permissions");
}

static pid_t start_client(const struct scene *scene, int (*act)(const struct scene *))
{
	int result = 0;
	pid_t child = fork();
	if (child < 0)
		stop("fork: %s", strerror(errno));
	if (child > 0)
		return child;
	while (result == 0)
		result = act(scene);
	if (!scene->names->killed)
		scene->names->refused = -result;
	_exit(0);
}

/* Whether all names are there that were acknowledged last. */
static unsigned long names_lost(const struct scene *scene)
{
	char path[PATH_LENGTH];
	struct stat status;
	unsigned long lost = 0;
	for (unsigned long i = 1; i <= 3; i++) {
		if (i <= scene->names->accounts) {
			account_path(path, scene, scene->names->accounts - i);
			lost += stat(path, &status) != 0;
		}
		if (i <= scene->names->permissions) {
			permission_path(path, scene, scene->names->permissions - i);
			lost += stat(path, &status) != 0;
		}
	}
	return lost;
}

static void kill_while_naming(struct scene *scene, pid_t pid, unsigned long us)
{
	static int (*const acts[CLIENTS])(const struct scene *) = {make_account, make_permission, list_accounts,
	                                                           list_accounts, list_permissions};
	pid_t clients[CLIENTS];
	scene->names->killed = false;
	for (size_t i = 0; i < CLIENTS; i++)
		clients[i] = start_client(scene, acts[i]);
	if (wait_gone(pid, (int)us))
		stop("the mount ended by itself");
	scene->names->killed = true;
	kill(pid, SIGKILL);
	if (!wait_gone(pid, ANSWER_US))
		stop_hanging(scene, "the mount", pid);
	for (size_t i = 0; i < CLIENTS; i++) {
		if (!wait_gone(clients[i], ANSWER_US))
			stop_hanging(scene, "a client", clients[i]);
		waitpid(clients[i], NULL, 0);
	}
	if (scene->names->refused)
		stop("a mount that was alive refused a name, or a list: %s", strerror(scene->names->refused));
}

/* --- rounds --- */

struct tally {
	unsigned long kills, acknowledged, lost, twice, told;
};

/* first: what the first of the writers does. */
static void kill_under_load(struct scene *scene, const pid_t *pid, void *(*first)(void *),
                            unsigned long writes, unsigned long us)
{
	pthread_t threads[WRITERS];
	scene->acknowledged = 0;
	scene->killed = false;
	scene->writers_left = WRITERS;
	for (size_t i = 0; i < WRITERS; i++)
		if (pthread_create(&threads[i], NULL, i == 0 ? first : write_transfers, scene) != 0)
			stop("no thread");
	wait_for(scene, writes, us);
	kill(*pid, SIGKILL);
	if (!wait_gone(*pid, ANSWER_US))
		stop_hanging(scene, "the mount", *pid);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	if (scene->failed)
		stop("a mount that was alive refused a write");
}

static void *restore_snapshot(void *context)
{
	struct scene *scene = context;
	int result = write_line(scene, "snapshots/restore", "crash\n");
	if (result == 0)
		scene->acknowledged = 1; /* nobody else writes */
	else
		ended(scene, "a snapshot", result);
	return NULL;
}

/* The chain then goes on from the snapshot, or it has gone on: nothing in between, and what was acknowledged
 * is true. */
static void kill_while_restoring(struct scene *scene, pid_t *pid, struct tally *tally)
{
	unsigned long before = received(scene), writes = 1 + random_below(scene, 20), there;
	char path[PATH_LENGTH];
	pthread_t thread;
	snprintf(path, sizeof path, "%s/snapshots/crash", scene->mount);
	if (mkdir(path, 0755) != 0)
		stop("%s: %s", path, strerror(errno));
	for (unsigned long i = 0; i < writes; i++)
		if (write_line(scene, "accounts/eosio/transfer", "accountnum11 0.0001 SYS\n") != 0)
			stop("a mount that was alive refused a write");
	scene->acknowledged = 0;
	scene->killed = false;
	if (pthread_create(&thread, NULL, restore_snapshot, scene) != 0)
		stop("no thread");
	wait_for(scene, 0, random_below(scene, 400000));
	kill(*pid, SIGKILL);
	if (!wait_gone(*pid, ANSWER_US))
		stop_hanging(scene, "the mount", *pid);
	pthread_join(thread, NULL);
	tally->kills++;
	*pid = mount_again(scene);
	there = received(scene);
	if (scene->failed || (there != before && (scene->acknowledged || there != before + writes))) {
		fprintf(stderr, "a restored snapshot of %lu, after it %lu writes: %lu there\n", before, writes,
		        there);
		tally->lost++;
	}
	tally->lost += names_lost(scene);
	if (write_line(scene, "snapshots/drop", "crash\n") != 0)
		stop("the snapshot cannot be dropped");
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

static void one_round(struct scene *scene, pid_t *pid, struct tally *tally)
{
	unsigned long before = received(scene), kind = random_below(scene, 17), there, told;
	unsigned long writes = 1 + random_below(scene, 60), us = random_below(scene, 2000);
	if (kind >= 15) {
		kill_while_restoring(scene, pid, tally);
		return;
	}
	if (kind == 0)
		us = random_below(scene, 1000000); /* long enough for blocks to be sealed in their own time */
	scene->acknowledged = 0;
	if (kind >= 12)
		kill_under_load(scene, pid, cut_and_heal, writes, random_below(scene, 200000));
	else if (kind >= 8)
		kill_while_naming(scene, *pid, random_below(scene, 100000));
	else
		kill_under_load(scene, pid, kind == 1 || kind == 2 ? move_clock : write_transfers, writes, us);
	tally->kills++;
	for (unsigned long starts = kind == 6 || kind == 7 ? 1 + random_below(scene, 3) : 0; starts > 0;
	     starts--, tally->kills++)
		kill_while_starting(scene, random_below(scene, 30000));
	*pid = mount_again(scene);
	if (kind >= 12)
		heal(scene);
	there = received(scene) - before;
	told = reported(scene);
	tally->told += told;
	there += told;
	tally->acknowledged += scene->acknowledged;
	tally->lost += names_lost(scene);
	if (there < scene->acknowledged)
		tally->lost += scene->acknowledged - there;
	if (there > scene->acknowledged + WRITERS)
		tally->twice += there - scene->acknowledged - WRITERS;
	if (tally->lost || tally->twice) {
		fprintf(stderr, "a round of kind %lu: %lu acknowledged, %lu there, %lu told of, %lu names lost\n",
		        kind, scene->acknowledged, there - told, told, names_lost(scene));
		show_log(scene);
	}
}

/* What a failed run left says more than its seed, which does not bring the same kill again. */
static void clean_up(const struct scene *scene, bool failed)
{
	if (failed)
		run(scene, (const char *[]){"sh", "-c", "cp \"$0/mount/log\" \"$0/chain.log\"", scene->base, NULL});
	run(scene, (const char *[]){scene->program, "--unmount", scene->mount, NULL});
	if (failed)
		printf("its data folder and logs are kept in %s\n", scene->base);
	else
		run(scene, (const char *[]){"rm", "-rf", "--one-file-system", scene->base, NULL});
}

int main(int count, char **words)
{
	static struct scene scene;
	struct tally tally = {0};
	const char *temporary = getenv("TMPDIR");
	if (count < 5 || count > 6) {
		fputs("usage: crash EOSIOFS TUTORIAL NETWORK ROUNDS [SEED]\n", stderr);
		return 2;
	}
	unsigned long rounds = strtoul(words[4], NULL, 10);
	scene.program = words[1];
	scene.random = count == 6 ? strtoull(words[5], NULL, 10)
	                          : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
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
	scene.names = mmap(NULL, sizeof *scene.names, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.names == MAP_FAILED)
		stop("no memory to share: %s", strerror(errno));
	pid_t pid = mount_again(&scene);
	if (run(&scene, (const char *[]){"sh", words[2], scene.mount, NULL}) != 0) {
		show_log(&scene);
		stop("the chain cannot be booted");
	}
	if (run(&scene, (const char *[]){"sh", words[3], scene.mount, NULL}) != 0) {
		show_log(&scene);
		stop("the nodes cannot be made");
	}
	for (unsigned long i = 0; i < rounds && !tally.lost && !tally.twice; i++)
		one_round(&scene, &pid, &tally);
	clean_up(&scene, tally.lost || tally.twice);
	printf("%lu kills, %lu acknowledged writes, %lu names\n%lu of them thrown out and reported\nlost "
	       "acknowledged writes: %lu\n",
	       tally.kills, tally.acknowledged, scene.names->accounts + scene.names->permissions, tally.told,
	       tally.lost);
	if (tally.twice)
		printf("writes that happened twice: %lu\n", tally.twice);
	return tally.lost || tally.twice ? 1 : 0;
}
