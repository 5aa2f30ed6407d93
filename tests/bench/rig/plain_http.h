/* A plain client of the HTTP API: requests made beforehand, sockets, no library between. Whatever fails ends
 * the program. */
#ifndef EOSIOFS_TESTS_BENCH_RIG_PLAIN_HTTP_H
#define EOSIOFS_TESTS_BENCH_RIG_PLAIN_HTTP_H

#include "core/base/text.h"
#include "core/types/transaction.h"

#include <stdint.h>

int plain_connect(uint16_t port);
void plain_request(struct text *out, const char *api, const char *call, const char *body);
/* send_transaction2 of a signed transaction. */
void plain_push_request(struct text *out, const struct packed_transaction *packed);
void plain_send(int to, const struct text *request);
/* One answer's body, as long as the headers say; it stays until the next one. */
const char *plain_receive(int from);

#endif
