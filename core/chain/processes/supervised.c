/* The thread beside a process: it reads what that prints, and starts it again. */
#include "core/chain/processes/supervised.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/keeper.h"
#include "core/base/text.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOMENT_US = 50 * 1000, PIECE = 4096, LATEST_SECONDS = 60 };

struct supervised {
	const char *self;         /* borrowed */
	struct growing_text *log; /* borrowed */
	pthread_t thread;         /* while has_thread */
	bool has_thread;          /* of who starts and ends it, one at a time */
	pthread_mutex_t lock;     /* of what follows */
	pthread_cond_t changed;   /* monotonic clock */
	char **words;             /* owned, each too */
	struct keeper keeper;
	bool is_wanted, runs;
	int status;       /* how it ended last */
	unsigned endings; /* since it was started */
};

struct supervised *supervised_create(const char *self, struct growing_text *log)
{
	struct supervised *supervised = memory_allocate(1, sizeof *supervised);
	pthread_condattr_t monotonic;

	supervised->self = self;
	supervised->log = log;
	pthread_mutex_init(&supervised->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&supervised->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return supervised;
}

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

void supervised_destroy(struct supervised *supervised)
{
	if (!supervised)
		return;
	supervised_end(supervised, false);
	free_words(supervised->words);
	pthread_cond_destroy(&supervised->changed);
	pthread_mutex_destroy(&supervised->lock);
	free(supervised);
}

/* --- the thread --- */

/* Whole lines go to the log; the last one when the output ends. */
static void read_output(struct supervised *supervised, int output)
{
	struct text rest = TEXT_EMPTY;
	char piece[PIECE];
	ssize_t length;

	while ((length = read(output, piece, sizeof piece)) > 0 || (length < 0 && errno == EINTR)) {
		if (length < 0)
			continue;
		text_append_bytes(&rest, piece, (size_t)length);
		char *end = memrchr(rest.data, '\n', rest.length);
		size_t whole = end ? (size_t)(end + 1 - rest.data) : 0;
		if (!whole && rest.length < PIECE * 16)
			continue;
		whole = whole ? whole : rest.length;
		growing_text_append(supervised->log, rest.data, whole, clock_real());
		memmove(rest.data, rest.data + whole, rest.length - whole);
		text_truncate(&rest, rest.length - whole);
	}
	if (rest.length)
		growing_text_append(supervised->log, rest.data, rest.length, clock_real());
	text_release(&rest);
}

static void say(const struct supervised *supervised, const char *format, int status, unsigned seconds)
{
	struct text line = TEXT_EMPTY;

	text_printf(&line, format, supervised->words[0], status, seconds);
	growing_text_append(supervised->log, line.data, line.length, clock_real());
	text_release(&line);
}

/* Under lock, which is given up meanwhile: 1, 2, 4… seconds. Whether it is still wanted. */
static bool wait_for_next(struct supervised *supervised)
{
	unsigned seconds = supervised->endings < 6 ? 1U << supervised->endings : LATEST_SECONDS;
	struct timespec until = timespec_from_us(clock_monotonic_us() + (int64_t)seconds * SECOND_US);

	supervised->endings++;
	say(supervised, "eosiofs: %s has ended (%d); it is started again in %u s\n", supervised->status, seconds);
	while (supervised->is_wanted &&
	       pthread_cond_timedwait(&supervised->changed, &supervised->lock, &until) == 0)
		continue;
	return supervised->is_wanted;
}

static void *supervise(void *context)
{
	struct supervised *supervised = context;
	struct error error = {0};

	pthread_mutex_lock(&supervised->lock);
	for (;;) {
		if (supervised->runs) {
			int output = supervised->keeper.output;
			int64_t began = clock_monotonic_us();
			pthread_mutex_unlock(&supervised->lock);
			read_output(supervised, output);
			pthread_mutex_lock(&supervised->lock);
			supervised->status = keeper_wait(&supervised->keeper);
			supervised->runs = false;
			pthread_cond_broadcast(&supervised->changed);
			if (clock_monotonic_us() - began > (int64_t)LATEST_SECONDS * SECOND_US)
				supervised->endings = 0;
		}
		if (!supervised->is_wanted || !wait_for_next(supervised))
			break;
		const char *const *words = (const char *const *)supervised->words;
		supervised->runs = keeper_start(&supervised->keeper, supervised->self, words, &error) == 0;
		if (!supervised->runs)
			growing_text_append(supervised->log, error.sentence, strlen(error.sentence), clock_real());
	}
	pthread_mutex_unlock(&supervised->lock);
	return NULL;
}

/* --- from outside --- */

int supervised_start(struct supervised *supervised, char **words, struct error *error)
{
	supervised_end(supervised, false); /* its thread, should it have ended by itself */
	pthread_mutex_lock(&supervised->lock);
	free_words(supervised->words);
	supervised->words = words;
	supervised->endings = 0;
	int result = keeper_start(&supervised->keeper, supervised->self, (const char *const *)words, error);
	supervised->runs = supervised->is_wanted = result == 0;
	int failed = result ? 0 : pthread_create(&supervised->thread, NULL, supervise, supervised);
	if (failed) {
		keeper_end(&supervised->keeper, 1);
		keeper_wait(&supervised->keeper);
		supervised->runs = supervised->is_wanted = false;
		result = error_set(error, failed, "a node cannot be watched: %s", strerror(failed));
	}
	supervised->has_thread = result == 0;
	pthread_mutex_unlock(&supervised->lock);
	return result;
}

void supervised_end(struct supervised *supervised, bool kill)
{
	if (!supervised->has_thread)
		return;
	pthread_mutex_lock(&supervised->lock);
	supervised->is_wanted = false;
	if (supervised->runs)
		keeper_end(&supervised->keeper, kill);
	pthread_cond_broadcast(&supervised->changed);
	pthread_mutex_unlock(&supervised->lock);
	pthread_join(supervised->thread, NULL);
	supervised->has_thread = false;
}

bool supervised_is_wanted(struct supervised *supervised)
{
	pthread_mutex_lock(&supervised->lock);
	bool is_wanted = supervised->is_wanted;
	pthread_mutex_unlock(&supervised->lock);
	return is_wanted;
}

pid_t supervised_pid(struct supervised *supervised)
{
	pthread_mutex_lock(&supervised->lock);
	pid_t pid = supervised->runs ? supervised->keeper.child : 0;
	pthread_mutex_unlock(&supervised->lock);
	return pid;
}

bool supervised_watch(struct supervised *supervised, int *status)
{
	struct timespec until = timespec_from_us(clock_monotonic_us() + MOMENT_US);

	pthread_mutex_lock(&supervised->lock);
	while (supervised->runs && !supervised->endings &&
	       pthread_cond_timedwait(&supervised->changed, &supervised->lock, &until) == 0)
		continue;
	bool runs = supervised->runs && !supervised->endings;
	*status = supervised->status;
	pthread_mutex_unlock(&supervised->lock);
	return runs;
}
