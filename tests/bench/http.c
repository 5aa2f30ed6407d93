/* The HTTP API over loopback, with 1 and with 16 connections: reads beside a libmicrohttpd server that
 * answers with a constant of the same size, sending transactions beside that and the bare recovery of their
 * signatures. */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"
#include "tests/bench/rig/plain_http.h"
#include "tests/chain_rig.h"

#include "core/server/server.h"

#include <dirent.h>
#include <microhttpd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 16, READS = 480, SENDS = 160, ROUND_SENDS = SENDS * (BENCH_ROUNDS + 1) };

/* --- a server that answers with a constant --- */

struct constant {
	struct MHD_Daemon *daemon;
	struct MHD_Response *response;
	uint16_t port;
};

static enum MHD_Result answer_constant(void *context, struct MHD_Connection *connection, const char *url,
                                       const char *method, const char *version, const char *data,
                                       size_t *size, void **place)
{
	struct constant *constant = context;
	(void)url, (void)method, (void)version, (void)data;
	if (!*place) {
		*place = constant;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	return MHD_queue_response(connection, 200, constant->response);
}

static void constant_begin(struct constant *out, size_t length)
{
	char *body = memory_allocate(length + 1, 1);
	memset(body, 'x', length);
	out->response = MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(out->response, "content-type", "application/json");
	out->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer_constant, out,
	                               MHD_OPTION_END);
	if (!out->daemon)
		abort();
	out->port = MHD_get_daemon_info(out->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

static void constant_end(struct constant *constant)
{
	MHD_stop_daemon(constant->daemon);
	MHD_destroy_response(constant->response);
}

/* --- a client --- */

struct client {
	int sockets[CONNECTIONS];
	size_t count, next;
	struct text *requests; /* borrowed; asked one after the other */
	size_t requests_count;
	size_t length; /* of the last answer's body */
	struct bare *recovers; /* beside each request; NULL: none */
};

static void client_begin(struct client *out, uint16_t port, size_t connections, struct text *requests,
                         size_t count)
{
	*out = (struct client){.count = connections, .requests = requests, .requests_count = count};
	for (size_t i = 0; i < connections; i++)
		out->sockets[i] = plain_connect(port);
}

static void client_end(struct client *client)
{
	for (size_t i = 0; i < client->count; i++)
		close(client->sockets[i]);
}

static void ask(void *context, size_t times)
{
	struct client *client = context;
	for (size_t done = 0; done < times; done += client->count) {
		for (size_t i = 0; i < client->count; i++)
			plain_send(client->sockets[i], &client->requests[client->next++ % client->requests_count]);
		for (size_t i = 0; i < client->count; i++) {
			client->length = strlen(plain_receive(client->sockets[i]));
			if (client->recovers)
				bare_recover(client->recovers);
		}
	}
}

/* --- measuring --- */

/* Client and server take turns over one connection. Whether the system runs both on one processor or wakes
 * another one for each turn makes a factor of three, for either server and from one moment to the next: one
 * connection is measured on one processor. */
static void use_processors(const cpu_set_t *set)
{
	DIR *threads = opendir("/proc/self/task");
	for (struct dirent *at; (at = readdir(threads));)
		if (at->d_name[0] != '.')
			sched_setaffinity((pid_t)strtol(at->d_name, NULL, 10), sizeof *set, set);
	closedir(threads);
}

static void compare(uint16_t port, const char *call, struct text *requests, size_t count, size_t times,
                    struct bare *recovers)
{
	static const size_t connections[] = {1, CONNECTIONS};
	cpu_set_t all, one;
	sched_getaffinity(0, sizeof all, &all);
	CPU_ZERO(&one);
	CPU_SET((unsigned)sched_getcpu(), &one);
	for (size_t i = 0; i < sizeof connections / sizeof *connections; i++) {
		struct client client, other;
		struct constant constant;
		char name[96];
		use_processors(i ? &all : &one);
		client_begin(&client, port, connections[i], requests + i * (count / 2), count == 1 ? 1 : count / 2);
		ask(&client, connections[i]);
		constant_begin(&constant, client.length);
		client_begin(&other, constant.port, connections[i], requests, count);
		other.recovers = recovers;
		client.next = count == 1 ? 0 : client.next;
		struct bench_pair pair = bench_measure(ask, &client, times, ask, &other, times);
		snprintf(name, sizeof name, "%s over HTTP, %zu connection%s, each", call, connections[i],
		         i ? "s" : "");
		bench_report(name, pair.value / 1000, "us",
		             recovers ? "a constant and a recovery" : "a constant of that size", pair.against / 1000);
		client_end(&client);
		client_end(&other);
		constant_end(&constant);
	}
}

static void compare_read(uint16_t port, const char *call, const char *body)
{
	struct text request = TEXT_EMPTY;
	plain_request(&request, "chain/", call, body);
	compare(port, call, &request, 1, READS, NULL);
	text_release(&request);
}

/* Transfers of one's own tokens, signed beforehand, as send_transaction2 takes them. */
static struct text *make_transfers(struct rig *rig, size_t count)
{
	struct text *out = memory_allocate(count, sizeof *out);
	struct checksum256 reference;
	struct chain_view *view = NULL;
	struct private_key key;
	uint32_t seconds;
	char json[128];
	rig_must(private_key_parse(&key, GENESIS_PRIVATE_KEY, &rig->error), "key", &rig->error);
	rig_must(rig->chain->operations->reference(rig->chain, &reference, &seconds, NULL, &rig->error),
	         "reference", &rig->error);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	for (size_t i = 0; i < count; i++) {
		struct transaction transaction = {.expiration = seconds + 3000,
		                                  .ref_block_num = (uint16_t)block_id_number(&reference),
		                                  .ref_block_prefix = block_id_prefix(&reference),
		                                  .actions_count = 1};
		struct packed_transaction packed;
		transaction.actions = memory_allocate(1, sizeof *transaction.actions);
		snprintf(json, sizeof json, "[\"eosio\",\"bob\",\"0.0001 SYS\",\"%zu\"]", i);
		rig_must(
			rig_make_action(view, transaction.actions, "eosio.token", "transfer", "eosio", json, &rig->error),
			"transfer", &rig->error);
		packed_transaction_make(&packed, &transaction);
		rig_must(
			packed_transaction_sign(&packed, rig->signer, &key, NULL, &rig->chain->chain_id, &rig->error),
			"sign", &rig->error);
		plain_push_request(&out[i], &packed);
		packed_transaction_release(&packed);
	}
	chain_view_close(view);
	return out;
}

int main(void)
{
	static const char config[] =
		"plugin = eosio::chain_api_plugin\nhttp-server-address = 127.0.0.1:0\nhttp-validate-host = false\n";
	enum { ALL = 2 * (ROUND_SENDS + 2 * CONNECTIONS) };
	struct rig rig = {0};
	struct server *server;
	struct server_node *node;
	struct server_options options;
	struct error error = {0};
	struct bare bare;
	rig_open(&rig);
	rig_make_token(&rig);
	rig_must(server_options_parse(&options, config, &error), "options", &error);
	rig_must(server_create(&server, &error), "server", &error);
	rig_must(server_serve(server, &node, name_literal("eosio"), rig.chain, &options, &error), "serve",
	         &error);
	uint16_t port = server_node_port(node);

	compare_read(port, "get_info", "");
	compare_read(port, "get_account", "{\"account_name\":\"eosio\"}");
	compare_read(port, "get_table_rows",
	             "{\"code\":\"eosio.token\",\"scope\":\"eosio\",\"table\":\"accounts\",\"json\":true}");
	struct text *transfers = make_transfers(&rig, ALL);
	bare_begin(&bare);
	bare_next(&bare);
	bare_sign(&bare);
	compare(port, "send_transaction2", transfers, ALL, SENDS, &bare);
	bare_end(&bare);
	for (size_t i = 0; i < ALL; i++)
		text_release(&transfers[i]);
	free(transfers);
	server_destroy(server);
	rig_end(&rig);
	return 0;
}
