/* Handlers of accounts/, by file; accounts_make is in create_account.h. */
#ifndef EOSIOFS_FS_FILES_ACCOUNTS_ACCOUNTS_H
#define EOSIOFS_FS_FILES_ACCOUNTS_ACCOUNTS_H

#include "fs/tree/row.h"
#include "fs/tree/write/command.h"

/* Takes a listed name: its text, then `ending`, goes to the listing. */
struct name_listing {
	struct listing *listing;
	const char *ending;
};
int name_listing_add(struct name_listing *names, uint64_t name);
/* What `from` of a listing stands for: the name without its ending; 0 for "". */
uint64_t name_listing_from(const char *from, const char *ending);

/* --- accounts.c --- */
row_list accounts_list;
row_exists accounts_exists;
row_read accounts_info_json_read, accounts_ram_usage_read, accounts_cpu_read, accounts_net_read;

/* --- tokens.c --- */
#define ACCOUNTS_TRANSFER_USAGE "TO QUANTITY SYM[@CONTRACT] [MEMO to the end of the line]"
row_read accounts_balance_read;
row_write accounts_transfer_write;

/* --- ram.c --- */
#define ACCOUNTS_RAM_USAGE "BYTES | +BYTES | QUANTITY SYM"
row_read accounts_ram_read;
row_write accounts_ram_write;

/* --- stake.c --- */
#define ACCOUNTS_STAKE_USAGE "NET SYM CPU SYM | +NET SYM +CPU SYM | -NET SYM -CPU SYM"
#define ACCOUNTS_DELEGATIONS_USAGE "RECEIVER NET SYM CPU SYM [--transfer]"
row_read accounts_stake_read, accounts_delegations_read, accounts_refund_read;
row_write accounts_stake_write, accounts_delegations_write, accounts_refund_write;

/* --- votes.c --- */
row_read accounts_votes_read, accounts_proxy_read, accounts_is_proxy_read;
row_write accounts_votes_write, accounts_proxy_write, accounts_is_proxy_write;

/* --- permissions.c --- */
#define ACCOUNTS_LINKS_USAGE "CONTRACT ACTION PERMISSION | CONTRACT ACTION -"
row_list accounts_permissions_list;
row_exists accounts_permissions_exists;
row_read accounts_permissions_read, accounts_links_read;
row_write accounts_permissions_write, accounts_links_write;

/* --- contract.c --- */
row_read accounts_contract_code_wasm_read, accounts_contract_abi_json_read, accounts_contract_hash_read;
row_write accounts_contract_code_wasm_write, accounts_contract_abi_json_write;
/* One transaction that makes this code and this ABI (JSON) the account's; what the account has already is
 * left out, and when that is all, nothing is sent. code or abi NULL: left as it is. */
int contract_set(struct request *request, const void *code, size_t code_length, const char *abi,
                 size_t abi_length, struct error *error);
/* One that takes both away. */
int contract_clear(struct request *request, struct error *error);

/* --- install.c --- */
#define ACCOUNTS_INSTALL_USAGE "BUNDLE | FOLDER | --clear"
row_read accounts_contract_install_read;
row_write accounts_contract_install_write;

/* --- actions.c --- */
#define ACCOUNTS_ACTIONS_USAGE "{\"PARAMETER\": VALUE, …} | [VALUE, …] | HEX [-p ACTOR[@PERMISSION]]…"
row_list accounts_actions_list;
row_exists accounts_actions_exists;
row_read accounts_actions_read;
row_write accounts_actions_write;
/* What an ABI lists: its actions, its tables. */
typedef bool contract_name_at(const struct abi *abi, uint64_t *name, size_t index);
typedef const char *contract_name_type(const struct abi *abi, uint64_t name);
/* Those of the request's account, ascending; without an ABI none. */
int contract_names_list(struct request *request, const char *from, contract_name_at *at,
                        struct listing *listing, struct error *error);
/* -ENOENT: the ABI does not list the request's second name, or there is none; what: "action". */
int contract_name_exists(struct request *request, contract_name_type *type, const char *what,
                         struct error *error);
enum { ACTION_OPTIONS = 2 };
extern const struct command_option action_options[ACTION_OPTIONS]; /* -p, --permission */
/* The rest of a command, `JSON [-p ACTOR[@PERMISSION]]…`, as a transaction with that action. -EINVAL; else
 * as request_send(). */
int action_push(struct request *request, uint64_t contract, uint64_t action, struct command *command,
                const char *usage, struct error *error);

/* --- tables.c --- */
row_list accounts_tables_list, accounts_tables_scope_list;
row_exists accounts_tables_exists, accounts_tables_scope_exists;
row_read accounts_tables_scope_read;

#endif
