/* Handlers of nodes/. */
#ifndef EOSIOFS_FS_FILES_NODES_H
#define EOSIOFS_FS_FILES_NODES_H

#include "fs/tree/row.h"

int nodes_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int nodes_make(struct request *request, const char *text, struct error *error);
int nodes_exists(struct request *request, struct error *error);
int nodes_config_ini_read(struct request *request, struct text *out, struct error *error);
int nodes_config_ini_write(struct request *request, const char *data, size_t length, struct error *error);
int nodes_peers_read(struct request *request, struct text *out, struct error *error);
int nodes_peers_write(struct request *request, const char *data, size_t length, struct error *error);
int nodes_state_read(struct request *request, struct text *out, struct error *error);
int nodes_state_write(struct request *request, const char *data, size_t length, struct error *error);
int nodes_head_read(struct request *request, struct text *out, struct error *error);
int nodes_lib_read(struct request *request, struct text *out, struct error *error);
int nodes_producers_read(struct request *request, struct text *out, struct error *error);
int nodes_endpoints_read(struct request *request, struct text *out, struct error *error);
int nodes_view_graft(struct request *request, struct chain_revision *out, struct error *error);
struct growing_text *nodes_stderr_grow(struct request *request, struct error *error);
int chain_node_read(struct request *request, struct text *out, struct error *error);
int chain_node_write(struct request *request, const char *data, size_t length, struct error *error);

#endif
