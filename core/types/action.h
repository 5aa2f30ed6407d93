/* An action: contract, name, declared authorizations, packed data. */
#ifndef EOSIOFS_CORE_TYPES_ACTION_H
#define EOSIOFS_CORE_TYPES_ACTION_H

#include "core/types/authority.h"

struct action {
	uint64_t account, name;
	struct permission_level *authorization; /* owned */
	size_t authorization_count;
	struct bytes data;
};

void action_release(struct action *action);
struct action action_copy(const struct action *action);
void action_pack(struct bytes *out, const struct action *action);
int action_unpack(struct action *out, struct cursor *in);
/* D.2's act_digest, before and after ACTION_RETURN_VALUE. */
struct checksum256 action_digest(const struct action *action);
struct checksum256 action_digest_with_return_value(const struct action *action, const void *value,
                                                   size_t length);

#endif
