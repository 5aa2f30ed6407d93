/* A node's HTTP options, as its config.ini names them. */
#ifndef EOSIOFS_CORE_SERVER_OPTIONS_H
#define EOSIOFS_CORE_SERVER_OPTIONS_H

#include "core/base/error.h"
#include "core/base/system/lookup.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVER_HOST_SIZE = 256, SERVER_ALIASES = 16, BODY_LIMIT = 2 << 20 };

/* An ABI that traces show an account's actions by (trace-rpc-abi). */
struct trace_abi {
	struct trace_abi *next;
	uint64_t account;
	struct abi *abi;
};

struct server_options {
	char host[SERVER_HOST_SIZE]; /* "": the node serves nothing */
	char address[LOOKUP_ADDRESS_SIZE]; /* host's, where it was looked up; "": it is still to be */
	uint16_t port;               /* 0: any */
	unsigned plugins;            /* enum plugin */
	bool is_local;               /* host is the path of a unix socket */
	bool verbose_errors, validate_host, allow_credentials;
	char allow_origin[SERVER_HOST_SIZE], allow_headers[SERVER_HOST_SIZE], maximum_age[16]; /* "": not sent */
	char aliases[SERVER_ALIASES][SERVER_HOST_SIZE];
	size_t aliases_count;
	size_t body_limit; /* bytes */
	int32_t max_transaction_time; /* milliseconds */
	uint32_t retry_seconds;       /* how far ahead a transaction that is retried may expire */
	bool produces;                /* it names a producer */
	struct trace_abi *trace_abis; /* owned */
};

/* Of a config.ini's text: what it does not name has nodeos's default, lines of other options are passed
 * over; files that it names are read. The sentence names the line. Release *out, unless a node takes it. */
int server_options_parse(struct server_options *out, const char *text, struct error *error);
void server_options_release(struct server_options *options);
/* The path of a unix socket. */
int server_socket_parse(struct server_options *out, const char *path, struct error *error);
/* HOST:PORT, [HOST]:PORT. */
int server_address_parse(struct server_options *out, const char *text, struct error *error);
/* That host was looked up in vain: -EADDRNOTAVAIL. */
int server_no_address(struct error *error, const char *host, const char *why);

#endif
