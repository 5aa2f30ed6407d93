/* Handlers of nodes/. */
#ifndef EOSIOFS_FS_FILES_NODES_H
#define EOSIOFS_FS_FILES_NODES_H

#include "fs/tree/row.h"

row_list nodes_list;
row_make nodes_make;
row_exists nodes_exists;
row_graft nodes_view_graft;
row_grow nodes_stderr_grow;
row_read nodes_config_ini_read, nodes_peers_read, nodes_state_read, nodes_head_read, nodes_lib_read,
	nodes_producers_read, nodes_endpoints_read, nodes_pid_read, chain_node_read;
row_write nodes_config_ini_write, nodes_peers_write, nodes_state_write, chain_node_write;

#endif
