/* Handlers of chain/. */
#ifndef EOSIOFS_FS_FILES_CHAIN_CHAIN_H
#define EOSIOFS_FS_FILES_CHAIN_CHAIN_H

#include "fs/tree/row.h"

int chain_info_json_read(struct request *request, struct text *out, struct error *error);
int chain_global_json_read(struct request *request, struct text *out, struct error *error);
int chain_rammarket_json_read(struct request *request, struct text *out, struct error *error);
int chain_params_json_read(struct request *request, struct text *out, struct error *error);
int chain_schedule_json_read(struct request *request, struct text *out, struct error *error);
int chain_genesis_json_read(struct request *request, struct text *out, struct error *error);

int chain_head_read(struct request *request, struct text *out, struct error *error);
int chain_lib_read(struct request *request, struct text *out, struct error *error);
int chain_id_read(struct request *request, struct text *out, struct error *error);
int chain_time_read(struct request *request, struct text *out, struct error *error);
int chain_producer_read(struct request *request, struct text *out, struct error *error);
int chain_supply_read(struct request *request, struct text *out, struct error *error);
int chain_ram_price_read(struct request *request, struct text *out, struct error *error);
int chain_ranking_read(struct request *request, struct text *out, struct error *error);
int chain_stake_activated_read(struct request *request, struct text *out, struct error *error);

/* --- features.c --- */
int chain_features_read(struct request *request, struct text *out, struct error *error);
int chain_features_write(struct request *request, const char *data, size_t length, struct error *error);

/* --- clock.c --- */
#define CHAIN_CLOCK_USAGE "+600s | +3d | 2030-01-01T00:00:00 | now | skip +25h"
int chain_clock_read(struct request *request, struct text *out, struct error *error);
int chain_clock_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
