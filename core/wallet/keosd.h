/* Keys in a wallet of another process: keosd's sign_digest, as nodeos asks for it (signature-provider =
 * PUBLIC_KEY=KEOSD:URL). */
#ifndef EOSIOFS_CORE_WALLET_KEOSD_H
#define EOSIOFS_CORE_WALLET_KEOSD_H

#include "core/base/crypto/key.h"

enum { KEOSD_PATIENCE_MS = 2000, KEOSD_URL_SIZE = 512 };

/* url: of the call itself, http(s)://HOST:PORT/v1/wallet/sign_digest or, over a unix socket,
 * unix:///PATH/OF/SOCKET/v1/wallet/sign_digest; where it names no call it is that one. The signature is that
 * key's. -EINVAL: it is no such address; -EHOSTUNREACH, -ETIMEDOUT: nobody answers there (in time); -EACCES:
 * it is refused, with what the other side says; -EPROTO: what it answers is no signature of that key. */
int keosd_sign(struct signature *out, const char *url, const struct public_key *key,
               const struct checksum256 *digest, struct error *error);

#endif
