/* The actions that the chain itself carries out (protocol.md C.5): their payloads and their handlers. */
#ifndef EOSIOFS_CORE_ENGINE_RUN_NATIVE_H
#define EOSIOFS_CORE_ENGINE_RUN_NATIVE_H

#include "core/engine/run/apply.h"

struct native_newaccount {
	uint64_t creator, name;
	struct authority owner, active; /* owned */
};
struct native_bytes {
	const uint8_t *data; /* borrowed from the action */
	size_t length;
};
struct native_setcode {
	uint64_t account;
	uint8_t vm_type, vm_version;
	struct native_bytes code;
};
struct native_setabi {
	uint64_t account;
	struct native_bytes abi;
};
struct native_updateauth {
	uint64_t account, permission, parent;
	struct authority authority; /* owned */
};
struct native_deleteauth {
	uint64_t account, permission;
};
struct native_linkauth {
	uint64_t account, code, action, requirement;
};
struct native_unlinkauth {
	uint64_t account, code, action;
};
struct native_canceldelay {
	struct permission_level canceling_authority;
	struct checksum256 transaction_id;
};

union native_data {
	struct native_newaccount newaccount;
	struct native_setcode setcode;
	struct native_setabi setabi;
	struct native_updateauth updateauth;
	struct native_deleteauth deleteauth;
	struct native_linkauth linkauth;
	struct native_unlinkauth unlinkauth;
	struct native_canceldelay canceldelay;
};
/* From the data of such an action; bytes left over are not looked at, as in the node. 3050002 when it is cut
 * short; nothing is owned then. */
int native_unpack(union native_data *out, const struct action *action, struct error *error);

/* Is eosio::action one of the five whose authorization has rules of its own (C.4)? */
bool native_is_special(uint64_t account, uint64_t action);

/* Runs the context's action if the chain handles it at this receiver. */
int native_apply(struct apply_context *context);
/* The handlers about permissions (native_permission.c) and about code (native_code.c). */
int native_apply_newaccount(struct apply_context *context, const union native_data *data);
int native_apply_updateauth(struct apply_context *context, const union native_data *data);
int native_apply_deleteauth(struct apply_context *context, const union native_data *data);
int native_apply_linkauth(struct apply_context *context, const union native_data *data);
int native_apply_unlinkauth(struct apply_context *context, const union native_data *data);
int native_apply_canceldelay(struct apply_context *context, const union native_data *data);
int native_apply_setcode(struct apply_context *context, const union native_data *data);
int native_apply_setabi(struct apply_context *context, const union native_data *data);

#endif
