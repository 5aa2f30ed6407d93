/* The chain's intrinsics under their own names, as contracts call them, grouped as nodeos groups them;
 * what each does is EOSIO's documentation of it. Names, times and sizes are plain integers; 128-bit
 * integers, and quadruple precision numbers (raw, 16 bytes), go by pointer. A function with data and
 * length to fill gives the whole size when length is 0. Freestanding: only headers of the language.
 *
 * In the native build every name is prefixed (native.h) and core/engine/intrinsic/ defines it. */
#ifndef EOSIOFS_CORE_CONTRACTS_INTRINSICS_H
#define EOSIOFS_CORE_CONTRACTS_INTRINSICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __wasm__
#include "core/contracts/native.h"
#endif

/* --- Action --- */
uint32_t read_action_data(void *data, uint32_t length); /* the size when length is 0 */
uint32_t action_data_size(void);
uint64_t current_receiver(void);
void set_action_return_value(const void *data, uint32_t length);

/* --- Authorization --- */
void require_auth(uint64_t account);
void require_auth2(uint64_t account, uint64_t permission);
bool has_auth(uint64_t account);
void require_recipient(uint64_t account);
bool is_account(uint64_t account);
uint32_t get_code_hash(uint64_t account, uint32_t struct_version, void *packed_result, uint32_t length);

/* --- Console --- */
void prints(const char *string);
void prints_l(const char *string, uint32_t length);
void printi(int64_t value);
void printui(uint64_t value);
void printi128(const void *value);
void printui128(const void *value);
void printsf(float value);
void printdf(double value);
void printqf(const void *value);
void printn(uint64_t name);
void printhex(const void *data, uint32_t length);

/* --- Crypto --- */
void assert_sha1(const void *data, uint32_t length, const uint8_t hash[20]);
void assert_sha256(const void *data, uint32_t length, const uint8_t hash[32]);
void assert_sha512(const void *data, uint32_t length, const uint8_t hash[64]);
void assert_ripemd160(const void *data, uint32_t length, const uint8_t hash[20]);
void sha1(const void *data, uint32_t length, uint8_t hash[20]);
void sha256(const void *data, uint32_t length, uint8_t hash[32]);
void sha512(const void *data, uint32_t length, uint8_t hash[64]);
void ripemd160(const void *data, uint32_t length, uint8_t hash[20]);
int32_t recover_key(const uint8_t digest[32], const void *signature, uint32_t signature_length, void *key,
                    uint32_t key_length);
void assert_recover_key(const uint8_t digest[32], const void *signature, uint32_t signature_length,
                        const void *key, uint32_t key_length);

/* --- Database: primary indices --- */
int32_t db_store_i64(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id, const void *data,
                     uint32_t length);
void db_update_i64(int32_t iterator, uint64_t payer, const void *data, uint32_t length);
void db_remove_i64(int32_t iterator);
int32_t db_get_i64(int32_t iterator, void *data, uint32_t length);
int32_t db_next_i64(int32_t iterator, uint64_t *primary);
int32_t db_previous_i64(int32_t iterator, uint64_t *primary);
int32_t db_find_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t id);
int32_t db_lowerbound_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t id);
int32_t db_upperbound_i64(uint64_t code, uint64_t scope, uint64_t table, uint64_t id);
int32_t db_end_i64(uint64_t code, uint64_t scope, uint64_t table);

/* --- Database: secondary indices of 64-bit unsigned integers (8 bytes) --- */
int32_t db_idx64_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id, const void *key);
void db_idx64_update(int32_t iterator, uint64_t payer, const void *key);
void db_idx64_remove(int32_t iterator);
int32_t db_idx64_next(int32_t iterator, uint64_t *primary);
int32_t db_idx64_previous(int32_t iterator, uint64_t *primary);
int32_t db_idx64_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t primary);
int32_t db_idx64_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key,
                                uint64_t *primary);
int32_t db_idx64_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx64_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx64_end(uint64_t code, uint64_t scope, uint64_t table);

/* --- Database: secondary indices of 128-bit unsigned integers (16 bytes) --- */
int32_t db_idx128_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id, const void *key);
void db_idx128_update(int32_t iterator, uint64_t payer, const void *key);
void db_idx128_remove(int32_t iterator);
int32_t db_idx128_next(int32_t iterator, uint64_t *primary);
int32_t db_idx128_previous(int32_t iterator, uint64_t *primary);
int32_t db_idx128_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t primary);
int32_t db_idx128_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key,
                                 uint64_t *primary);
int32_t db_idx128_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx128_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx128_end(uint64_t code, uint64_t scope, uint64_t table);

/* --- Database: secondary indices of 256 bits (two 128-bit integers, so count is 2) --- */
int32_t db_idx256_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id, const void *key,
                        uint32_t count);
void db_idx256_update(int32_t iterator, uint64_t payer, const void *key, uint32_t count);
void db_idx256_remove(int32_t iterator);
int32_t db_idx256_next(int32_t iterator, uint64_t *primary);
int32_t db_idx256_previous(int32_t iterator, uint64_t *primary);
int32_t db_idx256_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key, uint32_t count,
                               uint64_t primary);
int32_t db_idx256_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key,
                                 uint32_t count, uint64_t *primary);
int32_t db_idx256_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint32_t count,
                             uint64_t *primary);
int32_t db_idx256_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint32_t count,
                             uint64_t *primary);
int32_t db_idx256_end(uint64_t code, uint64_t scope, uint64_t table);

/* --- Database: secondary indices of doubles (8 bytes) --- */
int32_t db_idx_double_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id, const void *key);
void db_idx_double_update(int32_t iterator, uint64_t payer, const void *key);
void db_idx_double_remove(int32_t iterator);
int32_t db_idx_double_next(int32_t iterator, uint64_t *primary);
int32_t db_idx_double_previous(int32_t iterator, uint64_t *primary);
int32_t db_idx_double_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key,
                                   uint64_t primary);
int32_t db_idx_double_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key,
                                     uint64_t *primary);
int32_t db_idx_double_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx_double_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key, uint64_t *primary);
int32_t db_idx_double_end(uint64_t code, uint64_t scope, uint64_t table);

/* --- Database: secondary indices of quadruple precision numbers (16 bytes) --- */
int32_t db_idx_long_double_store(uint64_t scope, uint64_t table, uint64_t payer, uint64_t id,
                                 const void *key);
void db_idx_long_double_update(int32_t iterator, uint64_t payer, const void *key);
void db_idx_long_double_remove(int32_t iterator);
int32_t db_idx_long_double_next(int32_t iterator, uint64_t *primary);
int32_t db_idx_long_double_previous(int32_t iterator, uint64_t *primary);
int32_t db_idx_long_double_find_primary(uint64_t code, uint64_t scope, uint64_t table, void *key,
                                        uint64_t primary);
int32_t db_idx_long_double_find_secondary(uint64_t code, uint64_t scope, uint64_t table, const void *key,
                                          uint64_t *primary);
int32_t db_idx_long_double_lowerbound(uint64_t code, uint64_t scope, uint64_t table, void *key,
                                      uint64_t *primary);
int32_t db_idx_long_double_upperbound(uint64_t code, uint64_t scope, uint64_t table, void *key,
                                      uint64_t *primary);
int32_t db_idx_long_double_end(uint64_t code, uint64_t scope, uint64_t table);

/* --- Permission --- */
int32_t check_transaction_authorization(const void *transaction, uint32_t transaction_length,
                                        const void *keys, uint32_t keys_length, const void *permissions,
                                        uint32_t permissions_length);
int32_t check_permission_authorization(uint64_t account, uint64_t permission, const void *keys,
                                       uint32_t keys_length, const void *permissions,
                                       uint32_t permissions_length, uint64_t delay_us);
int64_t get_permission_last_used(uint64_t account, uint64_t permission);
int64_t get_account_creation_time(uint64_t account);

/* --- Privileged --- */
void get_resource_limits(uint64_t account, int64_t *ram_bytes, int64_t *net_weight, int64_t *cpu_weight);
void set_resource_limits(uint64_t account, int64_t ram_bytes, int64_t net_weight, int64_t cpu_weight);
bool is_privileged(uint64_t account);
void set_privileged(uint64_t account, bool privileged);
int64_t set_proposed_producers(const void *producers, uint32_t length);
int64_t set_proposed_producers_ex(uint64_t format, const void *producers, uint32_t length);
uint32_t get_blockchain_parameters_packed(void *data, uint32_t length);
void set_blockchain_parameters_packed(const void *data, uint32_t length);
uint32_t get_parameters_packed(const void *ids, uint32_t ids_length, void *data, uint32_t length);
void set_parameters_packed(const void *data, uint32_t length);
void preactivate_feature(const uint8_t digest[32]);
bool is_feature_active(int64_t feature); /* of the chain before protocol features: none ever is */
void activate_feature(int64_t feature);

/* --- Producer --- */
uint32_t get_active_producers(uint64_t *producers, uint32_t length);

/* --- System --- */
void eosio_assert(bool condition, const char *message);
void eosio_assert_message(bool condition, const char *message, uint32_t length);
void eosio_assert_code(bool condition, uint64_t code);
_Noreturn void eosio_exit(int32_t code);
uint64_t current_time(void);
uint64_t publication_time(void);
bool is_feature_activated(const uint8_t digest[32]);
uint64_t get_sender(void);
uint32_t get_block_num(void);

/* --- Transaction --- */
void send_inline(const void *action, uint32_t length);
void send_context_free_inline(const void *action, uint32_t length);
void send_deferred(const void *sender_id, uint64_t payer, const void *transaction, uint32_t length,
                   uint32_t replace);
bool cancel_deferred(const void *sender_id);
uint32_t read_transaction(void *data, uint32_t length);
uint32_t transaction_size(void);
uint32_t expiration(void);
int32_t tapos_block_num(void);
int32_t tapos_block_prefix(void);
int32_t get_action(uint32_t type, uint32_t index, void *data, uint32_t length);
int32_t get_context_free_data(uint32_t index, void *data, uint32_t length);

/* --- Memory and ends: the compiler's own calls; natively the C library's serve, these are the WebAssembly
 * face's --- */
#ifndef __wasm__
void *intrinsic_memcpy(void *to, const void *from, uint32_t length); /* refuses overlapping memory */
void *intrinsic_memmove(void *to, const void *from, uint32_t length);
int32_t intrinsic_memcmp(const void *a, const void *b, uint32_t length);
void *intrinsic_memset(void *to, int32_t value, uint32_t length);
_Noreturn void intrinsic_abort(void);
/* Memory of the running contract, zeroed, aligned to 16, gone when it ends; native only
 * (library/memory.h). */
void *intrinsic_allocate(size_t length);
#endif

#endif
