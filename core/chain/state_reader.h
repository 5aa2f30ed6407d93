/* What chain_operations reads, over any state of the engine: the embedded chain's views and the replay
 * tool's are made of these. All of them read an immutable root, so any thread may call them that holds it.
 * -ENOENT, without a sentence unless said otherwise: there is no such thing. */
#ifndef EOSIOFS_CORE_CHAIN_STATE_READER_H
#define EOSIOFS_CORE_CHAIN_STATE_READER_H

#include "core/chain/chain.h"
#include "core/engine/state/map/map.h"

/* slot: the time limits are asked for (their current_used). An account that does not exist: -ENOENT with
 * nodeos's sentence. */
int state_read_account(const struct map_root *root, struct chain_account *out, uint64_t name, uint32_t slot,
                       struct error *error);
int state_read_accounts(const struct map_root *root, uint64_t from, chain_account_visitor *visitor,
                        void *context);
int state_read_code(const struct map_root *root, uint64_t account, struct bytes *out, struct error *error);
/* version as chain_operations.abi_version gives it: made of the ABI's sequence and the account's block; 0
 * when there is none. */
int state_read_abi(const struct map_root *root, uint64_t account, struct bytes *out, uint64_t *version,
                   struct error *error);
int state_read_abi_version(const struct map_root *root, uint64_t account, uint64_t *version,
                           struct error *error);
int state_read_row(const struct map_root *root, struct chain_row *out, const struct table_id *id,
                   uint64_t primary_key);
int state_read_rows(const struct map_root *root, const struct table_id *id, uint64_t from,
                    chain_row_visitor *visitor, void *context);
int state_read_rows_by_double(const struct map_root *root, const struct table_id *id, unsigned index,
                              chain_row_visitor *visitor, void *context);
int state_read_scopes(const struct map_root *root, uint64_t code, uint64_t table, uint64_t from_scope,
                      chain_scope_visitor *visitor, void *context);
int state_read_table_contracts(const struct map_root *root, uint64_t scope, uint64_t table,
                               chain_account_visitor *visitor, void *context);
int state_read_key_permissions(const struct map_root *root, const struct public_key *key,
                               chain_key_permission_visitor *visitor, void *context);
int state_read_features(const struct map_root *root, chain_feature_visitor *visitor, void *context);
/* no producers: none. Release it */
int state_read_proposed_schedule(const struct map_root *root, struct producer_schedule *out);

#endif
