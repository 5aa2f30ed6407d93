/* Handlers of wallet/. */
#ifndef EOSIOFS_FS_FILES_WALLET_WALLET_H
#define EOSIOFS_FS_FILES_WALLET_WALLET_H

#include "fs/tree/row.h"

row_list wallet_private_list, wallet_keys_list, wallet_accounts_list, wallet_labels_list;
row_exists wallet_private_exists, wallet_keys_exists, wallet_accounts_exists, wallet_labels_exists;
row_read wallet_state_read, wallet_private_read, wallet_impersonate_read, wallet_keys_read,
	wallet_accounts_read, wallet_labels_read;
row_write wallet_state_write, wallet_new_key_write, wallet_import_write, wallet_create_write,
	wallet_remove_write, wallet_reveal_write, wallet_impersonate_write;

#endif
