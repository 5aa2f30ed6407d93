/* The page and its charts: core/page as files. */
#ifndef EOSIOFS_FS_FILES_PAGE_H
#define EOSIOFS_FS_FILES_PAGE_H

#include "fs/tree/row.h"

row_read index_html_read, chain_distribution_svg_read, chain_votes_svg_read, chain_schedule_svg_read,
	chain_network_svg_read;

#endif
