/* Nodes that are served where their config.ini says: an address at once, a name when the system's resolver,
 * which may take its time, has found it; nobody waits for that. */
#include "tests/chain_rig.h"
#include "tests/slow_name.h"

#include "core/server/follow.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned told;
	char notice[500];
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void notice(void *context, const char *sentence)
{
	(void)context;
	pthread_mutex_lock(&heard.lock);
	heard.told++;
	snprintf(heard.notice, sizeof heard.notice, "%s", sentence);
	pthread_cond_broadcast(&heard.changed);
	pthread_mutex_unlock(&heard.lock);
}

static void await_notice(void)
{
	pthread_mutex_lock(&heard.lock);
	while (!heard.told)
		pthread_cond_wait(&heard.changed, &heard.lock);
	pthread_mutex_unlock(&heard.lock);
}

struct scene {
	struct rig rig;
	struct server *server;
	struct follower *follower;
};

static void begin(struct scene *scene)
{
	const struct server_rules rules = {.all = true, .notice = notice};
	struct error error = {0};

	*scene = (struct scene){.rig = {.manual_clock = true}};
	heard.told = 0;
	slow_name_begin();
	rig_open(&scene->rig);
	rig_must(server_create(&scene->server, &error), "server", &error);
	rig_must(scene->rig.chain->operations->node_configure(scene->rig.chain, name_literal("eosio"),
	                                                      "http-server-address = 127.0.0.1:0\n", &error),
	         "configure", &error);
	rig_must(server_follow(scene->server, &scene->follower, scene->rig.chain, &rules, &error), "follow",
	         &error);
}

static void end(struct scene *scene)
{
	server_unfollow(scene->follower);
	server_destroy(scene->server);
	rig_end(&scene->rig);
}

static void command(struct scene *scene, const char *name, const char *word)
{
	rig_command_node(&scene->rig, name, word);
	assert_false(slow_name_kept_waiting());
}

static bool is_served(const struct scene *scene, const char *name, const char *host)
{
	struct text text = TEXT_EMPTY;

	server_address_print(scene->server, &text, name_literal(name));
	const char *first = strstr(text_string(&text), host);
	bool once = first && !strstr(first + 1, host);
	text_release(&text);
	return once;
}

static void await_served(const struct scene *scene, const char *name, const char *host)
{
	while (!is_served(scene, name, host))
		continue;
}

static void a_slow_name_keeps_nobody_waiting(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	rig_make_node(&scene.rig, "alice", "http-server-address = slow.example:0\n");
	rig_make_node(&scene.rig, "bob", "http-server-address = 127.0.0.1:0\n");
	command(&scene, "alice", "start");
	slow_name_await(1);
	assert_false(is_served(&scene, "alice", "slow.example"));
	command(&scene, "bob", "start");
	assert_true(is_served(&scene, "bob", "127.0.0.1"));
	/* a name that needs no search */
	rig_make_node(&scene.rig, "carol", "http-server-address = localhost:0\n");
	command(&scene, "carol", "start");
	assert_true(is_served(&scene, "carol", "localhost"));
	slow_name_may_answer(true);
	await_served(&scene, "alice", "slow.example"); /* under its name, which requests must have as Host */
	command(&scene, "alice", "stop");
	assert_false(is_served(&scene, "alice", "slow.example"));
	assert_int_equal(heard.told, 0);
	end(&scene);
}

/* What is found for a node that was started anew, or stopped, meanwhile is nobody's. */
static void only_the_last_start_counts(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	rig_make_node(&scene.rig, "alice", "http-server-address = slow.example:0\n");
	rig_make_node(&scene.rig, "bob", "http-server-address = slow.example:0\n");
	command(&scene, "alice", "start");
	command(&scene, "bob", "start");
	command(&scene, "alice", "restart");
	command(&scene, "bob", "stop");
	slow_name_await(3);
	slow_name_may_answer(true);
	await_served(&scene, "alice", "slow.example");
	assert_false(is_served(&scene, "bob", "slow.example"));
	end(&scene);
}

static void a_name_that_is_none_is_told(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	rig_make_node(&scene.rig, "alice", "http-server-address = nowhere.example:0\n");
	command(&scene, "alice", "start");
	await_notice();
	assert_non_null(
		strstr(heard.notice, "node alice serves no HTTP: nowhere.example is no address to listen at"));
	end(&scene);
}

/* Who ends does not wait for the resolver either, and so many names at once are enough. */
static void the_end_waits_for_no_name(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	rig_make_node(&scene.rig, "alice", "http-server-address = slow.example:0\n");
	command(&scene, "alice", "start");
	for (int i = 0; i < 40 && !heard.told; i++)
		command(&scene, "alice", "restart");
	assert_non_null(strstr(heard.notice, "names are being looked up"));
	end(&scene);
	slow_name_may_answer(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_name_keeps_nobody_waiting),
		cmocka_unit_test(only_the_last_start_counts),
		cmocka_unit_test(a_name_that_is_none_is_told),
		cmocka_unit_test(the_end_waits_for_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
