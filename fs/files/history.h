/* Handlers of accounts/NAME/history.jsonl, accounts/NAME/history/ and producers/NAME/history.jsonl. */
#ifndef EOSIOFS_FS_FILES_HISTORY_H
#define EOSIOFS_FS_FILES_HISTORY_H

#include "fs/tree/row.h"

/* The last 10 000 lines. */
row_measure accounts_history_measure, producers_history_measure;
row_part accounts_history_part, producers_history_part;
/* 10 000 from the line of that number on. */
row_measure accounts_history_from_measure;
row_part accounts_history_from_part;
row_exists accounts_history_from_exists;

#endif
