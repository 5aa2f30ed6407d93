/* Handlers of accounts/, by file; accounts_make is in create_account.h. */
#ifndef EOSIOFS_FS_FILES_ACCOUNTS_ACCOUNTS_H
#define EOSIOFS_FS_FILES_ACCOUNTS_ACCOUNTS_H

#include "fs/tree/command.h"
#include "fs/tree/row.h"

/* Takes a listed name: its text, then `ending`, goes to the listing. */
struct name_listing {
	struct listing *listing;
	const char *ending;
};
int name_listing_add(struct name_listing *names, uint64_t name);
/* What `from` of a listing stands for: the name without its ending; 0 for "". */
uint64_t name_listing_from(const char *from, const char *ending);

/* --- accounts.c --- */
int accounts_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int accounts_exists(struct request *request, struct error *error);
int accounts_info_json_read(struct request *request, struct text *out, struct error *error);
int accounts_ram_usage_read(struct request *request, struct text *out, struct error *error);
int accounts_cpu_read(struct request *request, struct text *out, struct error *error);
int accounts_net_read(struct request *request, struct text *out, struct error *error);

/* --- tokens.c --- */
#define ACCOUNTS_TRANSFER_USAGE "TO QUANTITY SYM[@CONTRACT] [MEMO to the end of the line]"
int accounts_balance_read(struct request *request, struct text *out, struct error *error);
int accounts_transfer_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- ram.c --- */
int accounts_ram_read(struct request *request, struct text *out, struct error *error);
int accounts_ram_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- stake.c --- */
int accounts_stake_read(struct request *request, struct text *out, struct error *error);
int accounts_stake_write(struct request *request, const char *data, size_t length, struct error *error);
int accounts_delegations_read(struct request *request, struct text *out, struct error *error);
int accounts_delegations_write(struct request *request, const char *data, size_t length, struct error *error);
int accounts_refund_read(struct request *request, struct text *out, struct error *error);
int accounts_refund_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- votes.c --- */
int accounts_votes_read(struct request *request, struct text *out, struct error *error);
int accounts_votes_write(struct request *request, const char *data, size_t length, struct error *error);
int accounts_proxy_read(struct request *request, struct text *out, struct error *error);
int accounts_proxy_write(struct request *request, const char *data, size_t length, struct error *error);
int accounts_is_proxy_read(struct request *request, struct text *out, struct error *error);
int accounts_is_proxy_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- permissions.c --- */
int accounts_permissions_list(struct request *request, const char *from, struct listing *listing,
                              struct error *error);
int accounts_permissions_exists(struct request *request, struct error *error);
int accounts_permissions_read(struct request *request, struct text *out, struct error *error);
int accounts_permissions_write(struct request *request, const char *data, size_t length, struct error *error);
int accounts_links_read(struct request *request, struct text *out, struct error *error);
int accounts_links_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- contract.c --- */
int accounts_contract_code_wasm_read(struct request *request, struct text *out, struct error *error);
int accounts_contract_code_wasm_write(struct request *request, const char *data, size_t length,
                                      struct error *error);
int accounts_contract_abi_json_read(struct request *request, struct text *out, struct error *error);
int accounts_contract_abi_json_write(struct request *request, const char *data, size_t length,
                                     struct error *error);
int accounts_contract_hash_read(struct request *request, struct text *out, struct error *error);
/* One transaction that makes this code and this ABI (JSON) the account's; what the account has already is
 * left out, and when that is all, nothing is sent. code or abi NULL: left as it is. */
int contract_set(struct request *request, const void *code, size_t code_length, const char *abi,
                 size_t abi_length, struct error *error);

/* --- install.c --- */
#define ACCOUNTS_INSTALL_USAGE "BUNDLE | FOLDER"
int accounts_contract_install_read(struct request *request, struct text *out, struct error *error);
int accounts_contract_install_write(struct request *request, const char *data, size_t length,
                                    struct error *error);

/* --- actions.c --- */
#define ACCOUNTS_ACTIONS_USAGE "{\"PARAMETER\": VALUE, …} | [VALUE, …] | HEX [-p ACTOR[@PERMISSION]]…"
int accounts_actions_list(struct request *request, const char *from, struct listing *listing,
                          struct error *error);
int accounts_actions_exists(struct request *request, struct error *error);
int accounts_actions_read(struct request *request, struct text *out, struct error *error);
int accounts_actions_write(struct request *request, const char *data, size_t length, struct error *error);
enum { ACTION_OPTIONS = 2 };
extern const struct command_option action_options[ACTION_OPTIONS]; /* -p, --permission */
/* The rest of a command, `JSON [-p ACTOR[@PERMISSION]]…`, as a transaction with that action. -EINVAL; else
 * as request_send(). */
int action_push(struct request *request, uint64_t contract, uint64_t action, struct command *command,
                const char *usage, struct error *error);

/* --- tables.c --- */
int accounts_tables_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error);
int accounts_tables_exists(struct request *request, struct error *error);
int accounts_tables_scope_list(struct request *request, const char *from, struct listing *listing,
                               struct error *error);
int accounts_tables_scope_exists(struct request *request, struct error *error);
int accounts_tables_scope_read(struct request *request, struct text *out, struct error *error);

#endif
