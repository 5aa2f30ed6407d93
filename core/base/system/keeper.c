/* Both sides of a keeper: the pipes, and the process between them. */
#include "core/base/system/keeper.h"

#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keeper's descriptors: its owner's pipe is 0, what is printed goes to 1 and 2. */
enum { REPORT = 3, FIRST_UNUSED };
enum { WORDS_MAXIMUM = 256, KILL = 'k', CANNOT_RUN = 127, OF_SIGNAL = 128 };

/* What the keeper reports: who the process is, or why there is none. */
struct report {
	pid_t child;
	int number; /* an errno */
};

/* --- the owner's side --- */

static void close_both(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

static int spawn(pid_t *out, const char *self, const char *const *words, int control, int output, int report)
{
	const char *arguments[WORDS_MAXIMUM + 3] = {self, "--keeper"};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	size_t count = 0;

	while (words[count] && count < WORDS_MAXIMUM)
		arguments[count + 2] = words[count], count++;
	if (words[count])
		return E2BIG;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, control, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, report, REPORT);
	posix_spawn_file_actions_addclosefrom_np(&actions, FIRST_UNUSED);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
	                         POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	int failed = posix_spawn(out, self, &actions, &attributes, (char *const *)(uintptr_t)arguments, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* The pipes' ends lie above the numbers that they get in the keeper. */
static int make_pipe(int ends[2])
{
	int low[2];

	if (pipe2(low, O_CLOEXEC) != 0)
		return errno;
	for (int i = 0; i < 2; i++)
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_UNUSED);
	int number = ends[0] < 0 || ends[1] < 0 ? errno : 0;
	close_both(low);
	return number;
}

int keeper_start(struct keeper *out, const char *self, const char *const *words, struct error *error)
{
	int control[2] = {-1, -1}, output[2] = {-1, -1}, told[2] = {-1, -1};
	struct report report = {0, EPIPE};
	int number = make_pipe(control);

	*out = (struct keeper){.control = -1, .output = -1};
	if (!number)
		number = make_pipe(output);
	if (!number)
		number = make_pipe(told);
	if (!number)
		number = spawn(&out->pid, self, words, control[0], output[1], told[1]);
	if (!number) {
		close(told[1]);
		told[1] = -1;
		while (read(told[0], &report, sizeof report) < 0 && errno == EINTR)
			continue;
		number = report.number;
		if (number)
			waitpid(out->pid, NULL, 0);
	}
	if (!number) {
		out->child = report.child;
		out->control = control[1];
		out->output = output[0];
		control[1] = output[0] = -1;
	}
	close_both(control);
	close_both(output);
	close_both(told);
	return number ? error_set(error, number, "%s cannot be run: %s", words[0], file_reason(number)) : 0;
}

void keeper_end(struct keeper *keeper, int kill)
{
	const char word = KILL;

	if (keeper->control < 0)
		return;
	if (kill && write(keeper->control, &word, 1) != 1)
		return; /* it has ended by itself */
	close(keeper->control);
	keeper->control = -1;
}

int keeper_wait(struct keeper *keeper)
{
	int status = 0;

	while (waitpid(keeper->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	keeper_end(keeper, 0);
	close(keeper->output);
	keeper->output = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : OF_SIGNAL + WTERMSIG(status);
}

/* --- the keeper --- */

static void tell(pid_t child, int number)
{
	const struct report report = {child, number};

	if (write(REPORT, &report, sizeof report) != sizeof report)
		_exit(CANNOT_RUN); /* nobody wants it any more */
}

/* In the process to be. */
static _Noreturn void execute(char *const *words, pid_t keeper, int failed)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	int number;

	/* Should the keeper itself be killed. What it prints when nobody reads is no reason to end. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() == keeper && null >= 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO)
		execv(words[0], words);
	number = errno;
	if (write(failed, &number, sizeof number) < 0)
		_exit(CANNOT_RUN);
	_exit(CANNOT_RUN);
}

/* The process, once it is the program; 0: it cannot be, as is reported then. */
static pid_t begin(char *const *words)
{
	pid_t keeper = getpid(), child;
	int failed[2], number = 0;

	if (pipe2(failed, O_CLOEXEC) != 0)
		return tell(0, errno), 0;
	child = fork();
	if (child == 0)
		execute(words, keeper, failed[1]);
	if (child < 0)
		number = errno;
	close(failed[1]);
	while (child > 0 && read(failed[0], &number, sizeof number) < 0 && errno == EINTR)
		continue;
	close(failed[0]);
	if (number && child > 0)
		waitpid(child, NULL, 0);
	tell(number ? 0 : child, number);
	close(REPORT);
	return number ? 0 : child;
}

/* Until the process has ended. SIGCHLD comes as a descriptor, signals to the keeper mean its process, too. */
static int keep(pid_t child, int signals)
{
	struct pollfd watched[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct signalfd_siginfo signal;
	bool is_ending = false;
	int status;

	for (;;) {
		int ready = poll(watched, 2, is_ending ? KEEPER_PATIENCE_MS : -1);
		if (ready == 0) {
			kill(child, SIGKILL);
			is_ending = false;
			continue;
		}
		if (watched[0].revents) {
			char word = 0;
			bool at_once = read(STDIN_FILENO, &word, 1) == 1 && word == KILL;
			kill(child, at_once ? SIGKILL : SIGTERM);
			is_ending = !at_once;
			watched[0].fd = -1;
		}
		if (!watched[1].revents || read(signals, &signal, sizeof signal) != sizeof signal)
			continue;
		if (signal.ssi_signo != SIGCHLD) {
			kill(child, SIGTERM);
			is_ending = true;
		} else if (waitpid(child, &status, WNOHANG) == child) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : OF_SIGNAL + WTERMSIG(status);
		}
	}
}

int keeper_run(char *const *words)
{
	sigset_t watched;
	int signals;
	pid_t child;

	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGHUP);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &watched, SFD_CLOEXEC);
	if (signals < 0)
		return tell(0, errno), CANNOT_RUN;
	child = begin(words);
	return child > 0 ? keep(child, signals) : CANNOT_RUN;
}
