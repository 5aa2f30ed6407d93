/* The .abi files of the bundled contracts, embedded as they stand in their folders (Makefile, embed.S).
 * NUL-terminated; the lengths do not count the NUL. A new core/contracts/NAME/NAME.abi appears under its
 * name with dots as underscores. */
#ifndef EOSIOFS_CORE_CONTRACTS_ABIS_H
#define EOSIOFS_CORE_CONTRACTS_ABIS_H

#include <stddef.h>

extern const char abi_eosio_bios[], abi_eosio_boot[], abi_eosio_msig[], abi_eosio_system[], abi_eosio_token[],
	abi_eosio_wrap[];
extern const size_t abi_eosio_bios_length, abi_eosio_boot_length, abi_eosio_msig_length,
	abi_eosio_system_length, abi_eosio_token_length, abi_eosio_wrap_length;

#endif
