/* Whether a process ends: at no moment after kill -9 does it seem to live. */
#include "core/base/system/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void *wait_forever(void *context)
{
	for (;;)
		pause();
	return context;
}

static void a_killed_process_ends(void **state)
{
	(void)state;
	assert_false(process_is_ending(getpid()));
	for (int i = 0; i < 200; i++) {
		pid_t child = fork();
		if (child == 0) {
			pthread_t thread;
			pthread_create(&thread, NULL, wait_forever, NULL);
			wait_forever(NULL);
		}
		assert_false(process_is_ending(child));
		assert_int_equal(kill(child, SIGKILL), 0);
		while (assert_true(process_is_ending(child)), waitpid(child, NULL, WNOHANG) == 0)
			continue;
		assert_true(process_is_ending(child));
	}
}

static void one_that_stops_lives(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0)
		wait_forever(NULL);
	kill(child, SIGSTOP);
	assert_int_equal(waitpid(child, NULL, WUNTRACED), child);
	assert_false(process_is_ending(child));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_killed_process_ends),
	                                   cmocka_unit_test(one_that_stops_lives)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
