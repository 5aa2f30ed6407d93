/* Handlers of accounts/NAME/history.jsonl, accounts/NAME/history/ and producers/NAME/history.jsonl. */
#ifndef EOSIOFS_FS_FILES_HISTORY_H
#define EOSIOFS_FS_FILES_HISTORY_H

#include "fs/tree/row.h"

/* The last 10 000 lines. */
int accounts_history_measure(struct request *request, uint64_t *begin, uint64_t *end, struct error *error);
int accounts_history_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                          size_t size, struct error *error);
int producers_history_measure(struct request *request, uint64_t *begin, uint64_t *end, struct error *error);
int producers_history_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                           size_t size, struct error *error);
/* 10 000 from the line of that number on. */
int accounts_history_from_exists(struct request *request, struct error *error);
int accounts_history_from_measure(struct request *request, uint64_t *begin, uint64_t *end,
                                  struct error *error);
int accounts_history_from_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset,
                               size_t size, struct error *error);

#endif
