/* How a node is configured: config.ini in nodeos's syntax and nodeos's command line, both made of the same
 * options (protocol.md G.1, G.2; p2p.md 9). */
#ifndef EOSIOFS_CORE_NETWORK_CONFIGURATION_H
#define EOSIOFS_CORE_NETWORK_CONFIGURATION_H

#include "core/base/text.h"
#include "core/types/greylist.h"
#include "core/wallet/keosd.h"
#include "core/wallet/key_store.h"

#include <stdbool.h>
#include <stdint.h>

struct key_list {
	struct public_key *keys; /* owned */
	size_t count, capacity;
};

/* A key of signature-provider = KEY=KEOSD:URL: a wallet of another process signs with it. */
struct keosd_key {
	struct public_key key;
	char url[KEOSD_URL_SIZE];
};

/* A number that may be missing. */
struct configured_number {
	bool is_given;
	uint32_t value;
};

enum allowed_connection { ALLOW_NONE = 1, ALLOW_PRODUCERS = 2, ALLOW_SPECIFIED = 4, ALLOW_ANY = 8 };

struct configuration {
	char **lines; /* owned strings, as written but for private keys: "name = value", comments, empty lines */
	size_t lines_count, lines_capacity;
	/* what they say: */
	uint64_t *producers; /* owned */
	size_t producers_count, producers_capacity;
	struct key_list signers; /* of signature-provider and private-key; of those: */
	struct keosd_key *keosds; /* owned: the ones with a URL */
	size_t keosds_count, keosds_capacity;
	char **peers; /* owned: p2p-peer-address */
	size_t peers_count, peers_capacity;
	char *http_server_address, *p2p_listen_endpoint, *p2p_server_address; /* owned; NULL: not given */
	/* of connections to nodes of other processes: */
	struct configured_number max_clients, max_nodes_per_host, keepalive_ms, sync_fetch_span, dedup_seconds,
		accept_transactions;
	char *agent_name;             /* owned; NULL: not given */
	unsigned allowed_connections; /* enum allowed_connection, or-ed; 0: not given */
	struct key_list peer_keys, peer_signers; /* peer-key; of peer-private-key */
	struct greylist greylist;                /* owned: what a node begins with */
	bool enable_stale_production;
	int64_t max_irreversible_block_age; /* seconds; negative: any */
	bool has_transaction_time; /* that is given: */
	int64_t max_transaction_time; /* milliseconds; negative: what the chain allows */
	char **unknown; /* owned: names of options that nodeos does not have */
	size_t unknown_count, unknown_capacity;
};

void configuration_release(struct configuration *configuration);
/* A config.ini. Private keys in it go to `keys`. -EINVAL with the number of the line. */
int configuration_parse(struct configuration *out, const char *text, struct key_store *keys,
                        struct error *error);
/* A command line, one word an argument; its lines are "name = value". An option that nodeos does not have
 * is refused in nodeos's words. */
int configuration_parse_arguments(struct configuration *out, const char *const *arguments, size_t count,
                                  struct key_store *keys, struct error *error);
/* What the command line says goes before what the file says; values of options that may be given many
 * times add up. `out` is released by the caller. */
void configuration_merge(struct configuration *out, const struct configuration *file,
                         const struct configuration *arguments);
void configuration_print(const struct configuration *configuration, struct text *out);
/* What nodeos writes where there is no config.ini: each option and its usual value, as comments. */
void configuration_print_default(struct text *out);
/* Replaces the p2p-peer-address lines, in place of the first of them. */
void configuration_set_peers(struct configuration *configuration, const char *const *peers, size_t count);

#endif
