/* Handlers of contracts/. */
#ifndef EOSIOFS_FS_FILES_CONTRACTS_H
#define EOSIOFS_FS_FILES_CONTRACTS_H

#include "fs/tree/row.h"

row_list contracts_list, contracts_files_list;
row_exists contracts_exists, contracts_files_exists;
row_read contracts_wasm_read, contracts_abi_read;

#endif
