/* Handlers of proposals/. */
#ifndef EOSIOFS_FS_FILES_PROPOSALS_H
#define EOSIOFS_FS_FILES_PROPOSALS_H

#include "fs/tree/row.h"

#define PROPOSALS_APPROVE_USAGE "ACTOR[@PERMISSION]"

int proposals_make(struct request *request, const char *name, struct error *error);
int proposals_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int proposals_proposer_exists(struct request *request, struct error *error);
int proposals_proposer_list(struct request *request, const char *from, struct listing *listing,
                            struct error *error);
int proposals_proposer_make(struct request *request, const char *name, struct error *error);
int proposals_proposal_exists(struct request *request, struct error *error);
int proposals_transaction_read(struct request *request, struct text *out, struct error *error);
int proposals_transaction_write(struct request *request, const char *data, size_t length,
                                struct error *error);
int proposals_approvals_read(struct request *request, struct text *out, struct error *error);
int proposals_approve_write(struct request *request, const char *data, size_t length, struct error *error);
int proposals_unapprove_write(struct request *request, const char *data, size_t length, struct error *error);
int proposals_exec_write(struct request *request, const char *data, size_t length, struct error *error);
int proposals_cancel_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
