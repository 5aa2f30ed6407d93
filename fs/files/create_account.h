/* New accounts: `create_account` and `mkdir accounts/NAME`. */
#ifndef EOSIOFS_FS_FILES_CREATE_ACCOUNT_H
#define EOSIOFS_FS_FILES_CREATE_ACCOUNT_H

#include "fs/tree/row.h"

#define CREATE_ACCOUNT_USAGE                                                                          \
	"NAME [OWNER_KEY [ACTIVE_KEY]] [--creator NAME] [--stake-net \"N SYS\"] [--stake-cpu \"N SYS\"] " \
	"[--buy-ram \"N SYS\"] "                                                                          \
	"[--buy-ram-kbytes N] [--transfer]"

row_make accounts_make;
row_write create_account_write;

#endif
