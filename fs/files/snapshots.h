/* Handlers of snapshots/. */
#ifndef EOSIOFS_FS_FILES_SNAPSHOTS_H
#define EOSIOFS_FS_FILES_SNAPSHOTS_H

#include "fs/tree/row.h"

int snapshots_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int snapshots_make(struct request *request, const char *name, struct error *error);
int snapshots_exists(struct request *request, struct error *error);
int snapshots_graft(struct request *request, struct chain_revision *out, struct error *error);
int snapshots_restore_write(struct request *request, const char *data, size_t length, struct error *error);
#define SNAPSHOTS_EXPORT_USAGE "NAME FILE [--keys PASSWORD]"
int snapshots_export_write(struct request *request, const char *data, size_t length, struct error *error);
#define SNAPSHOTS_IMPORT_USAGE "FILE [NAME]"
int snapshots_import_write(struct request *request, const char *data, size_t length, struct error *error);
int snapshots_drop_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
