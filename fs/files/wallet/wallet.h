/* Handlers of wallet/. */
#ifndef EOSIOFS_FS_FILES_WALLET_WALLET_H
#define EOSIOFS_FS_FILES_WALLET_WALLET_H

#include "fs/tree/row.h"

int wallet_state_read(struct request *request, struct text *out, struct error *error);
int wallet_state_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_new_key_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_import_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_create_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_remove_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_reveal_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_private_list(struct request *request, const char *from, struct listing *listing,
                        struct error *error);
int wallet_private_exists(struct request *request, struct error *error);
int wallet_private_read(struct request *request, struct text *out, struct error *error);
int wallet_impersonate_read(struct request *request, struct text *out, struct error *error);
int wallet_impersonate_write(struct request *request, const char *data, size_t length, struct error *error);
int wallet_keys_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int wallet_keys_exists(struct request *request, struct error *error);
int wallet_keys_read(struct request *request, struct text *out, struct error *error);
int wallet_accounts_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error);
int wallet_accounts_exists(struct request *request, struct error *error);
int wallet_accounts_read(struct request *request, struct text *out, struct error *error);
int wallet_labels_list(struct request *request, const char *from, struct listing *listing,
                       struct error *error);
int wallet_labels_exists(struct request *request, struct error *error);
int wallet_labels_read(struct request *request, struct text *out, struct error *error);

#endif
