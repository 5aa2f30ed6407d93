/* A transaction out of a request's JSON. */
#ifndef EOSIOFS_CORE_SERVER_CHAIN_PARSE_TRANSACTION_H
#define EOSIOFS_CORE_SERVER_CHAIN_PARSE_TRANSACTION_H

#include "core/server/call.h"

/* Numbers and texts are converted as nodeos's variants are; an action's data is a text of hexadecimal digits
 * or, by its contract's ABI, an object. call->error: 3010010 for a member that is missing, 3015014 for data
 * that does not fit, 3010001 for a name; call->bad where nothing more is known. Release *out in any case. */
int parse_transaction(struct call *call, struct transaction *out, const struct json *json);

#endif
