/* What nodes say in their logs, in nodeos's words and columns (logs.md). */
#include "core/network/network_private.h"

#include "core/base/system/clock.h"
#include "core/types/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RECEIVED_AGE_US = 300 * SECOND_US, RECEIVED_EACH = 1000, MAX_CLIENTS_USUAL = 25 };

const char *block_id_text(char out[17], const struct checksum256 *id)
{
	memcpy(out, checksum256_text(id).text + 8, 16);
	out[16] = 0;
	return out;
}

static void begin(struct text *line, const struct node *node, const struct log_place *place)
{
	text_printf(line, "%-5s %s %-9s %-29s %-20s ] ", place->level, time_point_text(node->network->now).text,
	            place->thread, place->file, place->method);
}

static void end(struct node *node, struct text *line)
{
	int64_t now = node->network->now;
	struct timespec when = timespec_from_us(now);

	text_append_char(line, '\n');
	growing_text_append(node->log, line->data, line->length, when);
	text_release(line);
}

void node_log_link(struct node *node, const struct link *link, const struct log_place *place,
                   const char *format, ...)
{
	struct text line = TEXT_EMPTY;
	va_list arguments;

	begin(&line, node, place);
	if (link)
		text_printf(&line, "[\"%s - %.7s\" - %u %s] ", link->peer->p2p_address,
		            checksum256_text(&link->peer->id).text, link->connection, link->peer->p2p_address);
	va_start(arguments, format);
	text_vprintf(&line, format, arguments);
	va_end(arguments);
	end(node, &line);
}

/* --- blocks --- */

/* From "<id>..." on; irreversible: what the irreversible block's number is called. */
static void print_block(struct text *line, const struct block_state *state, const char *irreversible)
{
	const struct signed_block *block = state->block;
	uint64_t net = 0, cpu = 0;
	char id[17];

	for (size_t i = 0; i < block->transactions_count; i++) {
		net += 8 * (uint64_t)block->transactions[i].net_usage_words;
		cpu += block->transactions[i].cpu_usage_us;
	}
	text_printf(line,
	            "%s... #%" PRIu32 " @ %s signed by %s [trxs: %zu, %s: %" PRIu32
	            ", confirmed: %u, net: %" PRIu64 ", cpu: %" PRIu64 ", elapsed: %" PRIu64 ", time: %" PRIu64,
	            block_id_text(id, &state->id), state->number, slot_text(block->header.timestamp).text,
	            name_text(block->header.producer).text, block->transactions_count, irreversible,
	            state->dpos_irreversible, block->header.confirmed, net, cpu, cpu, cpu);
}

void node_log_produced(struct node *node, const struct block_state *block)
{
	static const struct log_place place = {"info", "nodeos", "producer_plugin.cpp:2897", "produce_block"};
	struct text line = TEXT_EMPTY;

	begin(&line, node, &place);
	text_append(&line, "Produced block ");
	print_block(&line, block, "lib");
	text_append(&line, "]");
	end(node, &line);
}

static int64_t latency_ms(const struct node *node, const struct block_state *block)
{
	return (node->network->now - slot_to_us(block->block->header.timestamp)) / 1000;
}

void node_log_received(struct node *node, const struct block_state *block)
{
	static const struct log_place place = {"info", "nodeos", "producer_plugin.cpp:740", "on_incoming_block"};
	struct network *network = node->network;
	struct timespec when = timespec_from_us(network->now);

	if (network->now - slot_to_us(block->block->header.timestamp) > RECEIVED_AGE_US &&
	    block->number % RECEIVED_EACH)
		return;
	/* the same line for all that receive it at once */
	if (network->received_at != network->now || !checksum256_equal(&network->received_id, &block->id)) {
		struct text line = TEXT_EMPTY;
		begin(&line, node, &place);
		text_append(&line, "Received block ");
		print_block(&line, block, "lib");
		text_printf(&line, ", latency: %" PRId64 " ms]\n", latency_ms(node, block));
		shared_lines_release(network->received);
		network->received = shared_lines_create(line.data, line.length);
		text_release(&line);
		network->received_at = network->now;
		network->received_id = block->id;
	}
	growing_text_append_shared(node->log, network->received, when);
}

void node_log_not_applied(struct node *node)
{
	static const struct log_place place = {"info", "nodeos", "producer_plugin.cpp:748", "on_incoming_block"};
	const struct block_state *head = branch_head(node->branch);
	struct text line = TEXT_EMPTY;

	begin(&line, node, &place);
	text_append(&line, "Block not applied to head ");
	print_block(&line, head, "dpos");
	text_printf(&line, ", latency: %" PRId64 " ms]", latency_ms(node, head));
	end(node, &line);
}

/* --- beginning and end --- */

/* Of a process's own: where it lies. */
static void log_home(struct node *node)
{
	static const struct log_place configuration = {"info", "nodeos", "main.cpp:143", "main"},
	                              data = {"info", "nodeos", "main.cpp:144", "main"};

	node_log_line(node, &configuration, "nodeos using configuration file %s", node->home->configuration);
	node_log_line(node, &data, "nodeos data directory is %s", node->home->data_folder);
}

static void log_genesis(struct node *node)
{
	static const struct log_place given = {"info", "nodeos", "chain_plugin.cpp:822", "plugin_initialize"},
	                              fresh = {"info", "nodeos", "chain_plugin.cpp:853", "plugin_initialize"};

	node_log_line(node, &given, "Using genesis state provided in '%s'", node->home->genesis);
	node_log_line(node, &fresh, "Starting fresh blockchain state using provided genesis state.");
}

/* A chain that begins has nothing to replay. */
static void log_fresh(struct node *node)
{
	static const struct log_place state = {"warn", "nodeos", "controller.cpp:633", "startup"},
	                              genesis = {"warn", "nodeos", "controller.cpp:483", "initialize_blockchai"},
	                              irreversible = {"info", "nodeos", "controller.cpp:557", "replay"},
	                              reversible = {"info", "nodeos", "controller.cpp:573", "replay"},
	                              replayed = {"info", "nodeos", "controller.cpp:581", "replay"};

	node_log_line(node, &state,
	              "No existing chain state or fork database. Initializing fresh blockchain state and "
	              "resetting fork database.");
	node_log_line(node, &genesis, "Initializing new blockchain with genesis state");
	node_log_line(node, &irreversible, "no irreversible blocks need to be replayed");
	node_log_line(node, &reversible, "0 reversible blocks replayed");
	node_log_line(node, &replayed, "replayed 0 blocks in 0 seconds, 0.00000000000000000 ms/block");
}

static void log_initialization(struct node *node)
{
	static const struct log_place http = {"info", "nodeos", "http_plugin.cpp:258", "plugin_initialize"},
	                              chain = {"info", "nodeos", "chain_plugin.cpp:470", "plugin_initialize"},
	                              net = {"info", "nodeos", "net_plugin.cpp:3716", "plugin_initialize"},
	                              version = {"info", "nodeos", "main.cpp:140", "main"},
	                              unknown = {"warn", "nodeos", "main.cpp:166", "main"};
	bool is_fresh = node->home && branch_head(node->branch)->number == 1;

	for (size_t i = 0; i < node->file.unknown_count; i++)
		node_log_line(node, &unknown, "Unknown option '%s' inside the config file", node->file.unknown[i]);
	if (node->home && *node->http_address)
		node_log_line(node, &http, "configured http to listen on %s", node->http_address);
	node_log_line(node, &chain, "initializing chain plugin");
	if (is_fresh && node->home->genesis)
		log_genesis(node);
	node_log_line(node, &net, "Initialize net plugin");
	node_log_line(node, &version, "nodeos version v4.0.6");
	if (node->home)
		log_home(node);
	if (is_fresh)
		log_fresh(node);
}

void node_log_start(struct node *node)
{
	static const struct log_place started = {"info", "nodeos", "chain_plugin.cpp:1109", "plugin_startup"},
	                              begins = {"info", "nodeos", "producer_plugin.cpp:1326", "plugin_startup"},
	                              launch = {"info", "nodeos", "producer_plugin.cpp:1358", "plugin_startup"},
	                              ends = {"info", "nodeos", "producer_plugin.cpp:1383", "plugin_startup"},
	                              id = {"info", "nodeos", "net_plugin.cpp:3831", "plugin_startup"},
	                              listens = {"info", "nodeos", "net_plugin.cpp:3914", "operator()"};
	const struct configured_number *clients = &node->active.max_clients;

	log_initialization(node);
	node_log_line(node, &started, "starting chain in read/write mode");
	node_log_line(node, &begins, "producer plugin:  plugin_startup() begin");
	if (node->active.producers_count)
		node_log_line(node, &launch, "Launching block production for %zu producers at %s.",
		              node->active.producers_count, time_point_text(node->network->now).text);
	node_log_line(node, &ends, "producer plugin:  plugin_startup() end");
	node_log_line(node, &id, "my node_id is %s", checksum256_text(&node->id).text);
	node_log_line(node, &listens, "starting listener, max clients is %u",
	              clients->is_given ? clients->value : MAX_CLIENTS_USUAL);
}

void node_log_stop(struct node *node)
{
	static const struct log_place begins = {"info", "nodeos", "net_plugin.cpp:3939", "plugin_shutdown"},
	                              closes = {"info", "nodeos", "net_plugin.cpp:2758", "plugin_shutdown"},
	                              closing = {"info", "net-0", "net_plugin.cpp:1049", "_close"},
	                              ended = {"info", "nodeos", "net_plugin.cpp:3943", "plugin_shutdown"},
	                              producer = {"info", "nodeos", "producer_plugin.cpp:1401",
		                                      "plugin_shutdown"},
	                              exits = {"info", "nodeos", "main.cpp:185", "main"};

	node_log_line(node, &begins, "shutdown..");
	node_log_line(node, &closes, "close %zu connections", node->links_count);
	for (size_t i = 0; i < node->links_count; i++)
		node_log_link(node, &node->links[i], &closing, "closing");
	node_log_line(node, &ended, "exit shutdown");
	node_log_line(node, &producer, "exit shutdown");
	node_log_line(node, &exits, "nodeos successfully exiting");
}
