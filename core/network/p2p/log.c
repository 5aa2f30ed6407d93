/* What is said of connections, in nodeos's words: each line's level and where nodeos says it (logs.md). */
#include "core/network/p2p/private.h"

#include "core/base/encoding/hex.h"

#include <stdarg.h>
#include <stdio.h>

#define INFO(name, line, function) \
	const struct log_line name = {P2P_LOG_INFO, "net_plugin.cpp:" line, function}
#define WARN(name, line, function) \
	const struct log_line name = {P2P_LOG_WARN, "net_plugin.cpp:" line, function}
#define ERROR(name, line, function) \
	const struct log_line name = {P2P_LOG_ERROR, "net_plugin.cpp:" line, function}

INFO(log_created, "917", "connection");
INFO(log_accepted, "2409", "operator()");
INFO(log_close, "1049", "_close");
INFO(log_peer_closed, "2561", "operator()");
ERROR(log_closing, "2589", "operator()");
WARN(log_timed_out, "1176", "check_heartbeat");
WARN(log_offset, "3068", "handle_message");
WARN(log_go_away, "3005", "handle_message");

INFO(log_handshake_sent, "1158", "operator()");
INFO(log_version_same, "2950", "handle_message");
INFO(log_version_different, "2947", "handle_message");
const struct log_line log_compare[5] = {
	{P2P_LOG_INFO, "net_plugin.cpp:1822", "recv_handshake"},
	{P2P_LOG_INFO, "net_plugin.cpp:1833", "recv_handshake"},
	{P2P_LOG_INFO, "net_plugin.cpp:1843", "recv_handshake"},
	{P2P_LOG_INFO, "net_plugin.cpp:1859", "recv_handshake"},
	{P2P_LOG_INFO, "net_plugin.cpp:1866", "recv_handshake"},
};
WARN(log_skewed, "1795", "recv_handshake");
ERROR(log_wrong_chain, "2940", "handle_message");
ERROR(log_self, "2868", "handle_message");
ERROR(log_forked, "2982", "handle_message");
WARN(log_lib_above_head, "2811", "is_valid");
WARN(log_empty_text, "2825", "is_valid");
WARN(log_bad_token, "2838", "is_valid");
ERROR(log_bad_handshake, "2851", "handle_message");
ERROR(log_unauthorized, "3562", "authenticate_peer");
ERROR(log_not_authenticated, "2957", "handle_message");

ERROR(log_length, "2531", "operator()");
ERROR(log_exception, "2624", "process_next_message");
ERROR(log_notice_ids, "3088", "handle_message");
ERROR(log_request_ids, "3142", "handle_message");
ERROR(log_request_transactions, "3173", "handle_message");

INFO(log_state, "1578", "set_state");
INFO(log_start_sync, "1763", "start_sync");
INFO(log_range, "1712", "operator()");
INFO(log_ignoring, "1626", "request_next_chunk");
INFO(log_notice, "1948", "sync_recv_notice");
INFO(log_catch_up, "1910", "verify_catchup");
INFO(log_none_notice, "1927", "verify_catchup");
ERROR(log_no_source, "1690", "request_next_chunk");
INFO(log_reassign, "1773", "sync_reassign_fetch");

INFO(log_branch, "1119", "blk_send_branch_impl");
INFO(log_unknown_branch, "1098", "blk_send_branch");
INFO(log_cannot_serve, "1327", "enqueue_sync_block");
INFO(log_unknown_block, "1136", "blk_send");
INFO(log_below_lib, "2660", "process_next_block_m");
ERROR(log_bad_block, "3323", "process_signed_block");
WARN(log_rejections, "1982", "rejected_block");

static void log_text(const struct p2p *p2p, const struct log_line *line, const char *prefix,
                     const char *format, va_list arguments)
{
	char message[ERROR_SENTENCE_SIZE];
	struct text text = TEXT_EMPTY;

	if (!p2p->host.log)
		return;
	vsnprintf(message, sizeof message, format, arguments);
	text_printf(&text, "%s%s", prefix, message);
	p2p->host.log(p2p->host.context, line->level, line->place, line->function, text_string(&text));
	text_release(&text);
}

void p2p_log(const struct p2p *p2p, const struct log_line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_text(p2p, line, "", format, arguments);
	va_end(arguments);
}

void connection_log(const struct p2p_connection *connection, const struct log_line *line, const char *format,
                    ...)
{
	struct text prefix = TEXT_EMPTY;
	va_list arguments;

	text_printf(&prefix, "[\"%s\" - %llu %s] ", connection->name, (unsigned long long)connection->number,
	            connection->remote);
	va_start(arguments, format);
	log_text(connection->p2p, line, text_string(&prefix), format, arguments);
	va_end(arguments);
	text_release(&prefix);
}

void log_id(char out[17], const struct checksum256 *id)
{
	hex_print(out, id->data + 4, 8);
}
