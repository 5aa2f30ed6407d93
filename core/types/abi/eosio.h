/* The ABI that account eosio carries from genesis on (protocol.md D.8). */
#ifndef EOSIOFS_CORE_TYPES_ABI_EOSIO_H
#define EOSIOFS_CORE_TYPES_ABI_EOSIO_H

#include "core/base/bytes.h"

/* Appends its 2132 bytes, SHA-256 ae67fd3b82d11a374330c96910014c0873af19696df619c669748f2173098e5d. */
void abi_eosio_pack(struct bytes *out);

#endif
