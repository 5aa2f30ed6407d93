/* Handlers of boot/. */
#ifndef EOSIOFS_FS_FILES_BOOT_H
#define EOSIOFS_FS_FILES_BOOT_H

#include "fs/tree/row.h"

int boot_run_file_read(struct request *request, struct text *out, struct error *error);
int boot_run_file_write(struct request *request, const char *data, size_t length, struct error *error);
int boot_steps_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int boot_steps_exists(struct request *request, struct error *error);
int boot_steps_read(struct request *request, struct text *out, struct error *error);
int boot_steps_write(struct request *request, const char *data, size_t length, struct error *error);
int boot_options_list(struct request *request, const char *from, struct listing *listing,
                      struct error *error);
int boot_options_exists(struct request *request, struct error *error);
int boot_options_read(struct request *request, struct text *out, struct error *error);
int boot_options_write(struct request *request, const char *data, size_t length, struct error *error);
struct growing_text *boot_progress_grow(struct request *request, struct error *error);
struct growing_text *boot_output_grow(struct request *request, struct error *error);
int boot_accounts_json_read(struct request *request, struct text *out, struct error *error);
int boot_accounts_json_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
