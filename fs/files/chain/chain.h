/* Handlers of chain/. */
#ifndef EOSIOFS_FS_FILES_CHAIN_CHAIN_H
#define EOSIOFS_FS_FILES_CHAIN_CHAIN_H

#include "fs/tree/row.h"

row_read chain_info_json_read, chain_global_json_read, chain_rammarket_json_read, chain_params_json_read,
	chain_schedule_json_read, chain_genesis_json_read;

row_read chain_head_read, chain_lib_read, chain_id_read, chain_time_read, chain_producer_read,
	chain_supply_read, chain_ram_price_read, chain_ranking_read, chain_stake_activated_read;

/* --- features.c --- */
row_read chain_features_read;
row_write chain_features_write;

/* --- clock.c --- */
#define CHAIN_CLOCK_USAGE "+600s | +3d | 2030-01-01T00:00:00 | now | skip +25h"
row_read chain_clock_read;
row_write chain_clock_write;

#endif
