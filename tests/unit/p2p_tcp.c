/* Networks of two processes, as far as they can tell: each with a ledger of its own, over TCP. One makes a
 * chain, the other syncs it from genesis, follows, relays a transaction, is cut off and comes back. */
#include "tests/peer_rig.h"
#include "tests/slow_name.h"

#include "core/network/p2p/tcp_private.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static struct side sides[2];
static struct p2p_tcp *tcp;

static int group_begin(void **state)
{
	struct error error = {0};
	(void)state;
	if (p2p_tcp_create(&tcp, &error))
		fail_msg("%s", error.sentence);
	side_begin(&sides[0]);
	side_begin(&sides[1]);
	return 0;
}

static int group_end(void **state)
{
	(void)state;
	side_end(&sides[0]);
	side_end(&sides[1]);
	p2p_tcp_destroy(tcp);
	return 0;
}

static void a_fresh_node_syncs_from_genesis_and_follows(void **state)
{
	char address[300];
	struct error error = {0};
	(void)state;
	mesh_start(&sides[0].mesh, sides[0].mesh.eosio, "-e --producer-name eosio");
	assert_int_equal(node_configure(sides[1].mesh.eosio, "", &error), 0);
	assert_int_equal(node_start(sides[1].mesh.eosio, NULL, 0, &error), 0);
	side_slots(sides, 350);
	assert_int_equal(node_head(sides[0].mesh.eosio)->number, 351);
	assert_int_equal(node_head(sides[1].mesh.eosio)->number, 1);
	side_open(&sides[0], tcp, "127.0.0.1:0", NULL);
	snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[0].peer)));
	side_open(&sides[1], tcp, NULL, address);
	side_wait(&sides[1], 351);
	for (uint32_t number = 352; number < 370; number++) {
		side_slots(sides, 1);
		side_wait(&sides[1], number);
	}
	assert_true(checksum256_equal(&node_head(sides[0].mesh.eosio)->id, &node_head(sides[1].mesh.eosio)->id));
	assert_int_equal(node_irreversible(sides[1].mesh.eosio, NULL),
	                 node_irreversible(sides[0].mesh.eosio, NULL));
}

/* A transaction as somebody else would send it: by the bytes alone. */
static void a_transaction_travels(void **state)
{
	struct packed_transaction packed;
	struct transaction empty = {.expiration = 2000000000};
	struct bytes bytes = {0};
	(void)state;
	packed_transaction_make(&packed, &empty);
	packed_transaction_pack(&bytes, &packed);
	p2p_endpoint_tell_transaction(peer_node_endpoint(sides[1].peer), &bytes);
	bytes_release(&bytes);
	pthread_mutex_lock(&sides[0].lock);
	while (!sides[0].transactions)
		pthread_cond_wait(&sides[0].changed, &sides[0].lock);
	assert_int_equal(sides[0].transactions, 1);
	pthread_mutex_unlock(&sides[0].lock);
	packed_transaction_release(&packed);
}

/* Garbage ends its own connection; the others go on. */
static void garbage_ends_its_own_connection(void **state)
{
	static const char *const garbage[] = {"\0\0\0\0", "\xff\xff\xff\xff", "\1\0\0\0\x63", "\5\0\0\0\0aaaa"};
	static const size_t lengths[] = {4, 4, 5, 9};
	struct sockaddr_in address;
	char answer[64];
	(void)state;
	assert_true(address_is_number(&address, p2p_endpoint_address(peer_node_endpoint(sides[0].peer))));
	for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
		int stranger = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(stranger, (struct sockaddr *)&address, sizeof address), 0);
		assert_int_equal(send(stranger, garbage[i], lengths[i], MSG_NOSIGNAL), lengths[i]);
		shutdown(stranger, SHUT_WR);
		assert_true(recv(stranger, answer, sizeof answer, 0) <= 0);
		close(stranger);
	}
	uint32_t next = node_head(sides[0].mesh.eosio)->number + 1;
	side_slots(sides, 1);
	side_wait(&sides[1], next);
}

/* The listening side ends and comes back at the same place: the other finds it again by itself and has
 * what was made meanwhile. */
static void a_lost_peer_is_found_again(void **state)
{
	char address[300];
	(void)state;
	snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[0].peer)));
	peer_node_close(sides[0].peer);
	sides[0].peer = NULL;
	side_slots(sides, 20);
	side_open(&sides[0], tcp, address, NULL);
	side_wait(&sides[1], node_head(sides[0].mesh.eosio)->number);
	/* its log says so in nodeos's words */
	size_t size = growing_text_size(node_log(sides[1].mesh.eosio), NULL);
	char *text = memory_allocate(size + 1, 1);
	assert_int_equal(growing_text_read(node_log(sides[1].mesh.eosio), text, size, 0), size);
	assert_non_null(strstr(text, "Peer closed connection"));
	assert_non_null(strstr(text, "requesting range 2 to 101"));
	assert_non_null(strstr(text, "p2p client connections: 0/25, peer connections: "));
	free(text);
}

/* What was acknowledged while nobody was there, and is in no block yet. */
static void what_waits_is_told_to_who_comes(void **state)
{
	struct node *node = sides[1].mesh.eosio;
	unsigned before = sides[0].transactions;
	struct checksum256 id;
	struct error error = {0};
	char address[300];
	(void)state;
	snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[0].peer)));
	peer_node_close(sides[0].peer);
	sides[0].peer = NULL;
	pthread_mutex_lock(&sides[1].lock);
	node_set_outward(node, true);
	if (mesh_push(&sides[1].mesh, node, &id, &error))
		fail_msg("%s", error.sentence);
	pthread_mutex_unlock(&sides[1].lock);
	side_open(&sides[0], tcp, address, NULL);
	pthread_mutex_lock(&sides[0].lock);
	while (sides[0].transactions == before)
		pthread_cond_wait(&sides[0].changed, &sides[0].lock);
	assert_int_equal(sides[0].transactions, before + 1);
	pthread_mutex_unlock(&sides[0].lock);
	pthread_mutex_lock(&sides[1].lock);
	node_set_outward(node, false);
	pthread_mutex_unlock(&sides[1].lock);
}

/* A peer's name that the system takes its time for keeps nobody waiting, also not who closes the endpoint;
 * once it is known the peer is connected to. */
static void a_slow_name_keeps_nobody_waiting(void **state)
{
	char address[300], named[300];
	(void)state;
	snprintf(address, sizeof address, "%s", p2p_endpoint_address(peer_node_endpoint(sides[0].peer)));
	snprintf(named, sizeof named, "slow.example%s", strchr(address, ':'));
	peer_node_close(sides[1].peer);
	sides[1].peer = NULL;
	slow_name_begin();
	side_open(&sides[1], tcp, NULL, named);
	slow_name_await(1);
	/* the thread goes on: other endpoints come and go */
	peer_node_close(sides[0].peer);
	side_open(&sides[0], tcp, address, NULL);
	peer_node_close(sides[1].peer);
	side_open(&sides[1], tcp, NULL, named);
	slow_name_await(2);
	side_slots(sides, 5);
	slow_name_may_answer(true);
	side_wait(&sides[1], node_head(sides[0].mesh.eosio)->number);
	assert_false(slow_name_kept_waiting());
}

static void *open_slowly(void *side)
{
	side_open(side, tcp, "slow.example:0", NULL);
	return NULL;
}

/* Where it listens may be such a name: whoever opens it waits, and nobody else. */
static void a_slow_name_to_listen_at_keeps_nobody_else_waiting(void **state)
{
	pthread_t opener;
	(void)state;
	peer_node_close(sides[1].peer);
	slow_name_begin();
	assert_int_equal(pthread_create(&opener, NULL, open_slowly, &sides[1]), 0);
	slow_name_await(1);
	peer_node_close(sides[0].peer);
	side_open(&sides[0], tcp, "127.0.0.1:0", NULL);
	slow_name_may_answer(true);
	pthread_join(opener, NULL);
	assert_memory_equal(p2p_endpoint_address(peer_node_endpoint(sides[1].peer)), "127.0.0.1:", 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_node_syncs_from_genesis_and_follows),
		cmocka_unit_test(a_transaction_travels),
		cmocka_unit_test(garbage_ends_its_own_connection),
		cmocka_unit_test(a_lost_peer_is_found_again),
		cmocka_unit_test(what_waits_is_told_to_who_comes),
		cmocka_unit_test(a_slow_name_keeps_nobody_waiting),
		cmocka_unit_test(a_slow_name_to_listen_at_keeps_nobody_else_waiting),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
