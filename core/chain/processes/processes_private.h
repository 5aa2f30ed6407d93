/* The inside of a chain of processes, shared by the files of this folder. */
#ifndef EOSIOFS_CORE_CHAIN_PROCESSES_PROCESSES_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_PROCESSES_PROCESSES_PRIVATE_H

#include "core/chain/processes/processes.h"
#include "core/chain/processes/supervised.h"
#include "core/network/configuration.h"

#include <pthread.h>

struct process_node {
	uint64_t name;
	char *folder;                  /* owned */
	struct growing_text *log;      /* owned */
	struct supervised *supervised; /* owned; of who holds `changes` but for looking at it */
	bool is_to_run;                /* it ran when the chain was last here */
	/* under mutex: */
	bool is_removed;                      /* kept all the same: others may read its log */
	struct configuration file, arguments; /* config.ini; what it was last started with */
	struct configuration active;          /* both, while it runs */
	uint16_t http_port, p2p_port;         /* where its configuration names none */
	char http_address[64], p2p_address[64];
	struct chain *chain; /* owned, but node eosio's; as this node sees it; NULL: it was not asked yet */
	uint32_t head_block_num, irreversible_block_num; /* as last seen */
};

struct processes {
	struct chain_operations operations; /* the chain's: a node's over HTTP, but for what is here */
	struct processes_options options;
	struct chain *chain;                        /* owned: node eosio's */
	void (*destroy_chain)(struct chain *chain); /* what its end would be without this */
	struct chain **former; /* owned: behind addresses that nodes had; views of them may be open */
	size_t former_count, former_capacity;
	struct genesis genesis;
	struct key_store *keys;      /* owned: the nodes' */
	pthread_mutex_t changes;     /* one change at a time; may be held for long */
	pthread_mutex_t mutex;       /* taken under it, and short */
	struct process_node **nodes; /* owned; ascending by name */
	size_t nodes_count, nodes_capacity;
};

/* The processes of a chain that processes_chain_create() made. */
struct processes *processes_of(struct chain *chain);

/* --- launch.c --- */
/* The configuration that holds when it starts; refuses what it may not name. */
int launch_check(const struct configuration *configuration, struct error *error);
/* Its addresses, by its configuration and free ports. Under mutex. */
void launch_set_addresses(struct process_node *node, const struct configuration *configuration);
/* Writes what the process reads and gives its command line, ended by NULL, all owned. keys: the URL where it
 * asks for signatures. -EPERM: the program is others' to change. */
int launch_prepare(struct processes *processes, struct process_node *node, char ***words, const char *keys,
                   struct error *error);

/* --- node.c --- */
struct process_node *processes_find(struct processes *processes, uint64_t name); /* under mutex; NULL */
int processes_get(struct processes *processes, struct process_node **out, uint64_t name, struct error *error);
/* A file of its folder. */
int process_node_save(const struct process_node *node, const char *name,
                      const struct configuration *configuration, struct error *error);
/* Under changes: adds one, with a config.ini's text or as the tutorial configures it. */
int processes_add(struct processes *processes, struct process_node **out, uint64_t name, const char *text,
                  struct error *error);
/* Under changes: starts it, with the options that `arguments` has, and waits until it answers. */
int processes_start(struct processes *processes, struct process_node *node, struct error *error);
void processes_release_node(struct process_node *node);
/* the operations: */
int process_node_make(struct chain *base, uint64_t name, struct error *error);
int process_node_command(struct chain *base, uint64_t name, const char *const *words, size_t count,
                         struct error *error);
int process_nodes_start(struct chain *base, const struct chain_node_start *nodes, size_t *count,
                        struct error *error);

/* --- look.c --- */
/* What it says of its chain, itself; the first time its address becomes a chain. */
int process_node_ask(struct processes *processes, struct process_node *node, struct chain_info *out,
                     bool fresh, const struct interruption *interruption, struct error *error);
int process_node_from(struct chain *base, uint64_t *name, uint64_t from, struct error *error);
int process_node_look(struct chain *base, struct chain_node *out, uint64_t name,
                      const struct interruption *interruption, struct error *error);
int process_node_view(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                      const struct interruption *interruption, struct error *error);
int process_producer_state(struct chain *base, struct chain_producer *out, uint64_t name,
                           struct error *error);

/* --- configure.c --- */
/* Under changes: a whole config.ini. */
int process_node_take(struct processes *processes, struct process_node *node, const char *text,
                      struct error *error);
int process_node_configuration(struct chain *base, struct text *out, uint64_t name, struct error *error);
int process_node_configure(struct chain *base, uint64_t name, const char *text, struct error *error);
int process_node_options(struct chain *base, struct text *out, uint64_t name, struct error *error);
int process_node_peers(struct chain *base, struct text *out, uint64_t name, struct error *error);
int process_node_set_peers(struct chain *base, uint64_t name, const char *const *peers, size_t count,
                           struct error *error);

#endif
