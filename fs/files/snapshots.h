/* Handlers of snapshots/. */
#ifndef EOSIOFS_FS_FILES_SNAPSHOTS_H
#define EOSIOFS_FS_FILES_SNAPSHOTS_H

#include "fs/tree/row.h"

#define SNAPSHOTS_EXPORT_USAGE "NAME FILE [--keys PASSWORD]"
#define SNAPSHOTS_IMPORT_USAGE "FILE [NAME]"

row_list snapshots_list;
row_make snapshots_make;
row_exists snapshots_exists;
row_graft snapshots_graft;
row_write snapshots_restore_write, snapshots_export_write, snapshots_import_write, snapshots_drop_write;

#endif
