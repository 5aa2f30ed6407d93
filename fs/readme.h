/* Handler of README. */
#ifndef EOSIOFS_FS_README_H
#define EOSIOFS_FS_README_H

#include "fs/row.h"

int readme_read(struct request *request, struct text *out, struct error *error);

#endif
