/* Nodes that listen for peers of other processes where their config.ini says: at an address at once, at a
 * name when the system's resolver, which may take its time, has found it; nobody waits for that. */
#include "tests/chain_rig.h"
#include "tests/slow_name.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void command(struct rig *rig, const char *name, const char *word)
{
	rig_command_node(rig, name, word);
	assert_false(slow_name_kept_waiting());
}

static struct chain_node look(struct rig *rig, const char *name)
{
	struct chain_node node;

	assert_int_equal(rig->chain->operations->node(rig->chain, &node, name_literal(name), NULL, NULL), 0);
	return node;
}

static void await_open(struct rig *rig, const char *name)
{
	while (!look(rig, name).p2p_is_open)
		continue;
}

static void begin(struct rig *rig)
{
	*rig = (struct rig){0};
	slow_name_begin();
	rig_open(rig);
}

static void a_slow_name_keeps_nobody_waiting(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig);
	rig_make_node(&rig, "alice", "p2p-listen-endpoint = slow.example:0\n");
	rig_make_node(&rig, "bob", "p2p-listen-endpoint = 127.0.0.1:0\n");
	command(&rig, "alice", "start");
	slow_name_await(1);
	assert_false(look(&rig, "alice").p2p_is_open);
	assert_true(look(&rig, "alice").p2p_is_sought);
	command(&rig, "bob", "start");
	assert_true(look(&rig, "bob").p2p_is_open);
	slow_name_may_answer(true);
	await_open(&rig, "alice");
	assert_memory_equal(look(&rig, "alice").p2p_address, "127.0.0.1:", 10);
	assert_false(look(&rig, "alice").p2p_is_sought);
	command(&rig, "alice", "stop");
	assert_false(look(&rig, "alice").p2p_is_open);
	rig_end(&rig);
}

/* What is found for a node that was started anew, or stopped, meanwhile is nobody's. */
static void only_the_last_start_counts(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig);
	rig_make_node(&rig, "alice", "p2p-listen-endpoint = slow.example:0\n");
	rig_make_node(&rig, "bob", "p2p-listen-endpoint = slow.example:0\n");
	command(&rig, "alice", "start");
	command(&rig, "bob", "start");
	command(&rig, "alice", "restart");
	command(&rig, "bob", "stop");
	slow_name_await(3);
	slow_name_may_answer(true);
	await_open(&rig, "alice");
	assert_false(look(&rig, "bob").p2p_is_open);
	rig_end(&rig);
}

static void a_name_that_is_none_is_told(void **state)
{
	static const char sentence[] = "Unable to resolve nowhere.example:0 Name or service not known";
	struct rig rig;
	(void)state;
	begin(&rig);
	rig_make_node(&rig, "alice", "p2p-listen-endpoint = nowhere.example:0\n");
	command(&rig, "alice", "start");
	while (strcmp(look(&rig, "alice").p2p_trouble, sentence) != 0)
		continue;
	rig_end(&rig);
}

/* Who ends does not wait for the resolver either. */
static void the_end_waits_for_no_name(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig);
	rig_make_node(&rig, "alice", "p2p-listen-endpoint = slow.example:0\n");
	command(&rig, "alice", "start");
	slow_name_await(1);
	rig_end(&rig);
	slow_name_may_answer(true);
}

/* The moment of the answer decides, as any start does. */
static void a_chain_apart_is_not_opened_by_the_answer(void **state)
{
	struct rig rig;
	(void)state;
	begin(&rig);
	rig_make_node(&rig, "alice", "p2p-listen-endpoint = slow.example:0\n");
	command(&rig, "alice", "start");
	slow_name_await(1);
	assert_int_equal(rig_advance(&rig, INT64_C(3600) * SECOND_US), 0);
	slow_name_may_answer(true);
	while (!strstr(look(&rig, "alice").p2p_trouble, "ahead of real time"))
		continue;
	assert_false(look(&rig, "alice").p2p_is_open);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_name_keeps_nobody_waiting),
		cmocka_unit_test(only_the_last_start_counts),
		cmocka_unit_test(a_name_that_is_none_is_told),
		cmocka_unit_test(the_end_waits_for_no_name),
		cmocka_unit_test(a_chain_apart_is_not_opened_by_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
