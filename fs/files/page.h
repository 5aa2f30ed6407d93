/* The page and its charts: core/page as files. */
#ifndef EOSIOFS_FS_FILES_PAGE_H
#define EOSIOFS_FS_FILES_PAGE_H

#include "fs/tree/row.h"

int index_html_read(struct request *request, struct text *out, struct error *error);
int chain_distribution_svg_read(struct request *request, struct text *out, struct error *error);
int chain_votes_svg_read(struct request *request, struct text *out, struct error *error);
int chain_schedule_svg_read(struct request *request, struct text *out, struct error *error);
int chain_network_svg_read(struct request *request, struct text *out, struct error *error);

#endif
