/* What is said of connections, in nodeos's words: each line's level and where nodeos says it (logs.md). */
#include "core/network/p2p/p2p_private.h"

#include "core/base/encoding/hex.h"

#include <stdarg.h>
#include <stdio.h>

#define INFO(line, function) {P2P_LOG_INFO, "net_plugin.cpp:" line, function}
#define WARN(line, function) {P2P_LOG_WARN, "net_plugin.cpp:" line, function}
#define ERROR(line, function) {P2P_LOG_ERROR, "net_plugin.cpp:" line, function}

static const struct {
	enum p2p_log_level level;
	const char *place, *function;
} lines[] = {
	[LOG_CREATED] = INFO("917", "connection"),
	[LOG_ACCEPTED] = INFO("2409", "operator()"),
	[LOG_CLOSE] = INFO("1049", "_close"),
	[LOG_PEER_CLOSED] = INFO("2561", "operator()"),
	[LOG_CLOSING] = ERROR("2589", "operator()"),
	[LOG_TIMED_OUT] = WARN("1176", "check_heartbeat"),
	[LOG_OFFSET] = WARN("3068", "handle_message"),
	[LOG_GO_AWAY] = WARN("3005", "handle_message"),

	[LOG_HANDSHAKE_SENT] = INFO("1158", "operator()"),
	[LOG_VERSION_SAME] = INFO("2950", "handle_message"),
	[LOG_VERSION_DIFFERENT] = INFO("2947", "handle_message"),
	[LOG_COMPARE_0] = INFO("1822", "recv_handshake"),
	[LOG_COMPARE_1] = INFO("1833", "recv_handshake"),
	[LOG_COMPARE_2] = INFO("1843", "recv_handshake"),
	[LOG_COMPARE_3] = INFO("1859", "recv_handshake"),
	[LOG_COMPARE_4] = INFO("1866", "recv_handshake"),
	[LOG_SKEWED] = WARN("1795", "recv_handshake"),
	[LOG_WRONG_CHAIN] = ERROR("2940", "handle_message"),
	[LOG_SELF] = ERROR("2868", "handle_message"),
	[LOG_FORKED] = ERROR("2982", "handle_message"),
	[LOG_LIB_ABOVE_HEAD] = WARN("2811", "is_valid"),
	[LOG_EMPTY_TEXT] = WARN("2825", "is_valid"),
	[LOG_BAD_TOKEN] = WARN("2838", "is_valid"),
	[LOG_BAD_HANDSHAKE] = ERROR("2851", "handle_message"),
	[LOG_UNAUTHORIZED] = ERROR("3562", "authenticate_peer"),
	[LOG_NOT_AUTHENTICATED] = ERROR("2957", "handle_message"),

	[LOG_LENGTH] = ERROR("2531", "operator()"),
	[LOG_EXCEPTION] = ERROR("2624", "process_next_message"),
	[LOG_NOTICE_IDS] = ERROR("3088", "handle_message"),
	[LOG_REQUEST_IDS] = ERROR("3142", "handle_message"),
	[LOG_REQUEST_TRANSACTIONS] = ERROR("3173", "handle_message"),

	[LOG_STATE] = INFO("1578", "set_state"),
	[LOG_START_SYNC] = INFO("1763", "start_sync"),
	[LOG_RANGE] = INFO("1712", "operator()"),
	[LOG_IGNORING] = INFO("1626", "request_next_chunk"),
	[LOG_NOTICE] = INFO("1948", "sync_recv_notice"),
	[LOG_CATCH_UP] = INFO("1910", "verify_catchup"),
	[LOG_NONE_NOTICE] = INFO("1927", "verify_catchup"),
	[LOG_NO_SOURCE] = ERROR("1690", "request_next_chunk"),
	[LOG_REASSIGN] = INFO("1773", "sync_reassign_fetch"),

	[LOG_BRANCH] = INFO("1119", "blk_send_branch_impl"),
	[LOG_UNKNOWN_BRANCH] = INFO("1098", "blk_send_branch"),
	[LOG_CANNOT_SERVE] = INFO("1327", "enqueue_sync_block"),
	[LOG_UNKNOWN_BLOCK] = INFO("1136", "blk_send"),
	[LOG_BELOW_LIB] = INFO("2660", "process_next_block_m"),
	[LOG_BAD_BLOCK] = ERROR("3323", "process_signed_block"),
	[LOG_REJECTIONS] = WARN("1982", "rejected_block"),

	[LOG_REFUSED] = ERROR("2373", "operator()"),
	[LOG_UNRESOLVED] = ERROR("2353", "operator()"),
	[LOG_CLIENTS] = INFO("3506", "connection_monitor"),
};

static void log_text(const struct p2p *p2p, enum log_line line, const char *prefix,
                     const char *format, va_list arguments)
{
	char message[ERROR_SENTENCE_SIZE];
	struct text text = TEXT_EMPTY;

	if (!p2p->host.log)
		return;
	vsnprintf(message, sizeof message, format, arguments);
	text_printf(&text, "%s%s", prefix, message);
	p2p->host.log(p2p->host.context, lines[line].level, lines[line].place, lines[line].function,
	              text_string(&text));
	text_release(&text);
}

void p2p_log(const struct p2p *p2p, enum log_line line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_text(p2p, line, "", format, arguments);
	va_end(arguments);
}

void connection_log(const struct p2p_connection *connection, enum log_line line, const char *format,
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
