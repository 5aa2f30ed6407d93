/* Handlers of producers/. */
#ifndef EOSIOFS_FS_FILES_PRODUCERS_PRODUCERS_H
#define EOSIOFS_FS_FILES_PRODUCERS_PRODUCERS_H

#include "core/chain/system_rows.h"
#include "fs/tree/row.h"

/* --- producers.c --- */
/* The request's producer. -ENOENT. */
int request_producer(struct request *request, struct producer_row *out, struct error *error);
row_list producers_list;
row_exists producers_exists;
row_make producers_make;
row_read producers_key_read, producers_url_read, producers_location_read, producers_active_read,
	producers_account_read;
row_write producers_key_write, producers_url_write, producers_location_write, producers_active_write;

/* --- live.c --- */
row_read producers_votes_read, producers_rank_read, producers_unpaid_blocks_read, producers_missed_read,
	producers_last_claim_read, producers_status_read, producers_node_read, producers_rewards_read;
row_write producers_rewards_write;

#endif
