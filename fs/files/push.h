/* `push`: any action, or any transaction. */
#ifndef EOSIOFS_FS_FILES_PUSH_H
#define EOSIOFS_FS_FILES_PUSH_H

#include "fs/tree/row.h"

#define PUSH_USAGE "CONTRACT ACTION JSON|HEX [-p ACTOR[@PERMISSION]]… | [ACTION, …] | TRANSACTION"

row_write push_write;

#endif
