/* The entry points of the native contracts; a WebAssembly build names its own `apply`
 * (-Deosio_token_apply=apply). Freestanding. */
#ifndef EOSIOFS_CORE_CONTRACTS_CONTRACTS_H
#define EOSIOFS_CORE_CONTRACTS_CONTRACTS_H

#include <stdint.h>

void eosio_bios_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_boot_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_msig_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_system_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_system_fast_refund_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_token_apply(uint64_t receiver, uint64_t code, uint64_t action);
void eosio_wrap_apply(uint64_t receiver, uint64_t code, uint64_t action);

#endif
