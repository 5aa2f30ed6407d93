/* Handlers of boot/. */
#ifndef EOSIOFS_FS_FILES_BOOT_H
#define EOSIOFS_FS_FILES_BOOT_H

#include "fs/tree/row.h"

row_list boot_steps_list, boot_options_list;
row_exists boot_steps_exists, boot_options_exists;
row_grow boot_progress_grow, boot_output_grow;
row_read boot_run_file_read, boot_steps_read, boot_options_read, boot_accounts_json_read;
row_write boot_run_file_write, boot_steps_write, boot_options_write, boot_accounts_json_write;

#endif
