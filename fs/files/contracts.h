/* Handlers of contracts/. */
#ifndef EOSIOFS_FS_FILES_CONTRACTS_H
#define EOSIOFS_FS_FILES_CONTRACTS_H

#include "fs/tree/row.h"

int contracts_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int contracts_exists(struct request *request, struct error *error);
int contracts_files_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error);
int contracts_files_exists(struct request *request, struct error *error);
int contracts_wasm_read(struct request *request, struct text *out, struct error *error);
int contracts_abi_read(struct request *request, struct text *out, struct error *error);

#endif
