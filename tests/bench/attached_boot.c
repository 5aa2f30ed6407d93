/* The boot over HTTP, from the system accounts to the users' tokens: what a mount attached to an empty chain
 * takes for it, beside what a plain client takes that signs the same transactions, each as it sends it, and
 * pushes them to another empty chain over as many connections; it waits only where the chain makes it, for
 * the blocks that activate features. Either ends when the last transaction is in a block: the client takes
 * the answers' word for that, the mount reads the blocks. usage: attached_boot NAME ATTACHED URL FRESH_URL */
#include "tests/bench/rig/bench.h"
#include "tests/bench/rig/plain_http.h"

#include "core/base/memory.h"
#include "core/chain/nodeos/nodeos.h"
#include "core/types/feature.h"
#include "core/types/genesis.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 16, LIFE_SECONDS = 3500 };

struct push {
	struct action *actions; /* owned */
	size_t actions_count;
	uint64_t account;    /* that it makes or pays; 0: those behind it wait for it, and it for those before */
	size_t first, place; /* of that account the first one's, and its own place in the record */
	bool needs_features; /* setcode of eosio */
};

struct record {
	struct push *list;
	size_t count, capacity;
};

struct client {
	int sockets[CONNECTIONS];
	uint32_t last_block; /* that an answer named */
	struct checksum256 chain_id;
	struct chain_info info; /* that its transactions refer to */
	struct signer *signer;
	struct private_key key;
};

static void must(int result, const char *what, const struct error *error)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, error->sentence);
	exit(1);
}

/* --- recording --- */

static uint64_t name_at(const struct action *action, size_t offset)
{
	struct cursor in = cursor_make(action->data.data + offset, action->data.length - offset);
	return cursor_u64(&in);
}

static void take_transaction(struct record *record, struct transaction *transaction)
{
	const struct action *action = transaction->actions;
	struct push push = {.actions_count = transaction->actions_count, .place = record->count};
	if (action->name == name_literal("newaccount") || action->name == name_literal("transfer"))
		push.account = name_at(action, sizeof(uint64_t));
	push.needs_features = action->name == name_literal("setcode") &&
	                      name_at(action, 0) == name_literal("eosio");
	push.actions = transaction->actions;
	transaction->actions = NULL;
	transaction->actions_count = 0;
	push.first = record->count;
	for (size_t i = 0; i < record->count && push.account; i++)
		if (record->list[i].account == push.account) {
			push.first = record->list[i].first;
			break;
		}
	memory_grow(&record->list, &record->capacity, record->count + 1, sizeof *record->list);
	record->list[record->count++] = push;
}

static int compare_pushes(const void *a, const void *b)
{
	const struct push *left = a, *right = b;
	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	return (left->place > right->place) - (left->place < right->place);
}

static struct chain *chain_at(const char *url, struct chain_info *info)
{
	struct chain *chain = NULL;
	struct chain_view *view = NULL;
	struct error error = {0};
	must(nodeos_chain_create(&chain, &(struct nodeos_options){.url = url}, &error), url, &error);
	must(chain_view_open(chain, &view, NULL, NULL, &error), url, &error);
	must(view->operations->info(view, info, &error), url, &error);
	chain_view_close(view);
	return chain;
}

/* In the order of the blocks, but those of one account behind each other. */
static struct record record_chain(const char *url)
{
	struct record record = {0};
	struct chain_info info;
	struct chain_view *view = NULL;
	struct error error = {0};
	struct chain *chain = chain_at(url, &info);
	must(chain_view_open(chain, &view, NULL, NULL, &error), url, &error);
	for (uint32_t number = 2; number <= info.head_block_num; number++) {
		struct signed_block block = {0};
		must(view->operations->block(view, &block, number, &error), "block", &error);
		for (size_t i = 0; i < block.transactions_count; i++)
			take_transaction(&record, &block.transactions[i].packed.transaction);
		signed_block_release(&block);
	}
	chain_view_close(view);
	chain_destroy(chain);
	qsort(record.list, record.count, sizeof *record.list, compare_pushes);
	return record;
}

/* --- the plain client --- */

static struct client client_make(const char *url)
{
	struct client client = {.signer = signer_create()};
	struct error error = {0};
	struct chain *chain = chain_at(url, &client.info);

	client.chain_id = chain->chain_id;
	chain_destroy(chain);
	must(private_key_parse(&client.key, GENESIS_PRIVATE_KEY, &error), "key", &error);
	for (size_t i = 0; i < CONNECTIONS; i++)
		client.sockets[i] = plain_connect((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
	return client;
}

static void client_release(struct client *client)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		close(client->sockets[i]);
	signer_destroy(client->signer);
}

/* The actions are the transaction's from then on. */
static void sign_and_send(struct client *client, int to, const struct push *push)
{
	const struct chain_info *info = &client->info;
	struct transaction transaction = {.expiration = (uint32_t)(slot_to_us(info->head_slot) / 1000000) +
	                                                LIFE_SECONDS,
	                                  .ref_block_num = (uint16_t)info->head_block_num,
	                                  .ref_block_prefix = block_id_prefix(&info->head_block_id),
	                                  .actions = push->actions,
	                                  .actions_count = push->actions_count};
	struct packed_transaction packed;
	struct text request = TEXT_EMPTY;
	struct error error = {0};

	packed_transaction_make(&packed, &transaction);
	must(packed_transaction_sign(&packed, client->signer, &client->key, NULL, &client->chain_id, &error),
	     "sign", &error);
	plain_push_request(&request, &packed);
	plain_send(to, &request);
	text_release(&request);
	packed_transaction_release(&packed);
}

static const char *call(struct client *client, const char *api, const char *call, const char *body)
{
	struct text request = TEXT_EMPTY;
	plain_request(&request, api, call, body);
	plain_send(client->sockets[0], &request);
	text_release(&request);
	return plain_receive(client->sockets[0]);
}

static uint32_t number_of(const char *body, const char *member)
{
	const char *at = strstr(body, member);
	return at ? (uint32_t)strtoul(at + strlen(member), NULL, 10) : 0;
}

static void take_answer(struct client *client, int from)
{
	uint32_t block = number_of(plain_receive(from), "\"block_num\":");
	if (client->last_block < block)
		client->last_block = block;
}

/* What was answered so far is in blocks. */
static void await_block(struct client *client)
{
	while (number_of(call(client, "chain/", "get_info", ""), "\"head_block_num\":") < client->last_block)
		poll(NULL, 0, 1);
}

static void activate_first_feature(struct client *client)
{
	const struct checksum256 digest = feature_digest(FEATURE_PREACTIVATE_FEATURE);
	char body[160];
	snprintf(body, sizeof body, "{\"protocol_features_to_activate\":[\"%s\"]}",
	         checksum256_text(&digest).text);
	call(client, "producer/", "schedule_protocol_feature_activations", body);
	while (!strstr(call(client, "chain/", "get_activated_protocol_features", "{}"),
	               checksum256_text(&digest).text))
		poll(NULL, 0, 1);
}

/* Whole accounts, each over one connection, the connections beside each other. */
static void push_accounts(struct client *client, const struct push *list, size_t count)
{
	struct pollfd waiting[CONNECTIONS];
	size_t at[CONNECTIONS], next = 0, open = 0;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		waiting[i] = (struct pollfd){.fd = client->sockets[i], .revents = POLLIN};
		at[i] = SIZE_MAX;
	}
	do {
		for (size_t i = 0; i < CONNECTIONS; i++) {
			if (!waiting[i].revents)
				continue;
			if (at[i] < count) {
				take_answer(client, waiting[i].fd);
				open--;
			}
			bool goes_on = at[i] < count && at[i] + 1 < count && list[at[i] + 1].first == list[at[i]].first;
			at[i] = goes_on ? at[i] + 1 : next;
			while (!goes_on && next < count && list[next].first == list[at[i]].first)
				next++;
			waiting[i].events = at[i] < count ? POLLIN : 0;
			if (at[i] < count) {
				sign_and_send(client, waiting[i].fd, &list[at[i]]);
				open++;
			}
		}
	} while (open && poll(waiting, CONNECTIONS, -1) > 0);
}

static void push_all(struct client *client, const struct record *record)
{
	bool activated = false;
	for (size_t i = 0; i < record->count;) {
		const struct push *push = &record->list[i];
		size_t end = i;
		while (end < record->count && record->list[end].account)
			end++;
		if (end > i) {
			push_accounts(client, push, end - i);
			i = end;
			continue;
		}
		if (push->needs_features && activated)
			await_block(client);
		else if (push->needs_features)
			activate_first_feature(client);
		activated = activated || push->needs_features;
		sign_and_send(client, client->sockets[0], push);
		take_answer(client, client->sockets[0]);
		i++;
	}
	await_block(client);
}

/* --- measuring --- */

static double boot(const char *mount)
{
	static const char steps[] = "sys contracts tokens sys-contract init-sys-contract stake\n";
	char path[4096];
	snprintf(path, sizeof path, "%s/boot/run", mount);
	double start = bench_now();
	int fd = open(path, O_WRONLY | O_TRUNC);
	if (fd < 0 || write(fd, steps, sizeof steps - 1) < 0 || close(fd) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	return bench_now() - start;
}

static double replay(const char *recorded, const char *fresh, size_t *count)
{
	struct record record = record_chain(recorded);
	struct client client = client_make(fresh);
	double start = bench_now();
	push_all(&client, &record);
	double spent = bench_now() - start;
	client_release(&client);
	*count = record.count;
	free(record.list);
	return spent;
}

int main(int count, char **arguments)
{
	size_t transactions = 0;
	char name[128];
	if (count != 5) {
		fprintf(stderr, "usage: attached_boot NAME ATTACHED URL FRESH_URL\n");
		return 2;
	}
	double booted = boot(arguments[2]), replayed = replay(arguments[3], arguments[4], &transactions);
	snprintf(name, sizeof name, "attached: boot, %s, %zu transactions, each", arguments[1], transactions);
	bench_report(name, booted / (double)transactions / 1000, "us", "the same pushed by a plain client",
	             replayed / (double)transactions / 1000);
	return 0;
}
