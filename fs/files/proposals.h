/* Handlers of proposals/. */
#ifndef EOSIOFS_FS_FILES_PROPOSALS_H
#define EOSIOFS_FS_FILES_PROPOSALS_H

#include "fs/tree/row.h"

#define PROPOSALS_APPROVE_USAGE "ACTOR[@PERMISSION]"

row_list proposals_list, proposals_proposer_list;
row_exists proposals_proposer_exists, proposals_proposal_exists;
row_make proposals_make, proposals_proposer_make;
row_read proposals_transaction_read, proposals_approvals_read;
row_write proposals_transaction_write, proposals_approve_write, proposals_unapprove_write,
	proposals_exec_write, proposals_cancel_write;

#endif
