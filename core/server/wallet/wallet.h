/* keosd's API: the wallet of the mount for those who were asked to be let in. */
#ifndef EOSIOFS_CORE_SERVER_WALLET_WALLET_H
#define EOSIOFS_CORE_SERVER_WALLET_WALLET_H

#include "core/server/call.h"
#include "core/server/server.h"

struct wallet;
struct wallet_service;

/* Locked, until a caller gives the password; the wallet is borrowed. */
struct wallet_service *wallet_service_create(struct wallet *wallet);
/* Signs digests with these keys, for whoever reaches it. */
struct wallet_service *signing_service_create(const struct server_keys *keys);
void wallet_service_destroy(struct wallet_service *service); /* NULL is fine */

/* A signed transaction as keosd answers with it: the signatures that came with it, then the new ones. */
void print_signed_transaction(struct call *call, const struct packed_transaction *packed,
                              const struct json *signatures);

#endif
