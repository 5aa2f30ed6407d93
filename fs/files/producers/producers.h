/* Handlers of producers/. */
#ifndef EOSIOFS_FS_FILES_PRODUCERS_PRODUCERS_H
#define EOSIOFS_FS_FILES_PRODUCERS_PRODUCERS_H

#include "fs/tree/row.h"

/* --- producers.c --- */
int producers_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int producers_exists(struct request *request, struct error *error);
int producers_make(struct request *request, const char *name, struct error *error);
int producers_key_read(struct request *request, struct text *out, struct error *error);
int producers_key_write(struct request *request, const char *data, size_t length, struct error *error);
int producers_url_read(struct request *request, struct text *out, struct error *error);
int producers_url_write(struct request *request, const char *data, size_t length, struct error *error);
int producers_location_read(struct request *request, struct text *out, struct error *error);
int producers_location_write(struct request *request, const char *data, size_t length, struct error *error);
int producers_active_read(struct request *request, struct text *out, struct error *error);
int producers_active_write(struct request *request, const char *data, size_t length, struct error *error);
int producers_missed_read(struct request *request, struct text *out, struct error *error);
int producers_node_read(struct request *request, struct text *out, struct error *error);
int producers_account_read(struct request *request, struct text *out, struct error *error);

/* --- live.c --- */
int producers_votes_read(struct request *request, struct text *out, struct error *error);
int producers_rank_read(struct request *request, struct text *out, struct error *error);
int producers_unpaid_blocks_read(struct request *request, struct text *out, struct error *error);
int producers_last_claim_read(struct request *request, struct text *out, struct error *error);
int producers_status_read(struct request *request, struct text *out, struct error *error);
int producers_rewards_read(struct request *request, struct text *out, struct error *error);
int producers_rewards_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
