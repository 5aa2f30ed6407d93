/* The embedded chain: struct chain over a branch in this process, with its clock, its threads and its
 * storage. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_H

#include "core/chain/chain.h"

struct data_folder;
struct embedded_process; /* process.h */

enum { HISTORY_DEFAULT = 100000 };
#define GENESIS_RECENT_US (INT64_C(7) * 24 * 3600 * SECOND_US)

/* To whom of other processes the nodes are open: those that the configuration names, to listen at and to
 * connect to; besides, all listen; nobody. */
enum embedded_p2p { EMBEDDED_P2P_CONFIGURED, EMBEDDED_P2P_ALL, EMBEDDED_P2P_OFF };

struct embedded_options {
	struct data_folder *data_folder; /* borrowed (storage/data_folder.h); NULL: in memory only */
	const struct genesis *genesis; /* NULL: genesis_default(), or what the data folder has */
	/* signs for eosio; NULL: GENESIS_PRIVATE_KEY when the genesis has that key */
	const struct private_key *genesis_key;
	struct wallet *wallet;    /* its keys sign blocks too; borrowed */
	const struct signer *signer; /* borrowed */
	bool verify;              /* every block is checked and applied again, and the state compared */
	/* blocks whose states can be seen; 0: HISTORY_DEFAULT; UINT32_MAX: all */
	uint32_t history;
	bool without_twins;       /* built-in contracts run as WebAssembly (struct contract_options) */
	bool measured_cpu;        /* the time that transactions took is billed (struct contract_options) */
	/* so much before real time a new chain begins if its genesis is older than GENESIS_RECENT_US; 0: now */
	int64_t begin_earlier_us;
	bool manual_clock;        /* tests: blocks come only with clock_advance and when they are full */
	bool seal_each;           /* tests: and after each transaction; time stands still meanwhile */
	enum embedded_p2p p2p;
	/* A node of another process that makes the chain: node eosio connects to it, and where there is no chain
	 * yet it makes no blocks itself, and goes by real time. NULL: none. */
	const char *joined;
	/* The network is this one node, which is what the process is: not the nodes that are saved. NULL: it is
	 * not. */
	const struct embedded_process *process;
	struct text *notices;     /* sentences for the user, one a line (a torn tail was cut); may be NULL */
};
/* Fills a data folder that holds no chain with that of a file (operation export_kept): its blocks, state and
 * nodes, and its wallet where it holds one, which is never put in place of another. Nothing is changed when
 * the file is damaged. */
int embedded_import(struct data_folder *folder, const char *path, struct text *notices, struct error *error);
int embedded_chain_create(struct chain **out, const struct embedded_options *options, struct error *error);

#endif
