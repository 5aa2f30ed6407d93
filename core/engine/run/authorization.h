/* Who may do what: is a permission satisfied by these keys, permissions and this delay; do an action's
 * declared authorizations suffice for it (protocol.md C.2 to C.4). */
#ifndef EOSIOFS_CORE_ENGINE_RUN_AUTHORIZATION_H
#define EOSIOFS_CORE_ENGINE_RUN_AUTHORIZATION_H

#include "core/engine/state/permission.h"
#include "core/types/genesis.h"
#include "core/types/transaction.h"

#define DELAY_FOREVER INT64_MAX

/* Evaluates permissions against what is provided; remembers which keys were of use. */
struct authority_checker {
	const struct map_root *root;
	const struct public_key *keys; /* borrowed */
	size_t keys_count;
	bool *used;         /* owned; one a key */
	size_t *used_order; /* owned: used keys, in the order in which they came to be */
	size_t used_count;
	/* borrowed: given as satisfied; permission 0 stands for all of its actor */
	const struct permission_level *permissions;
	size_t permissions_count;
	int64_t delay_us;
	uint16_t depth_limit;
};
void authority_checker_init(struct authority_checker *checker, const struct map_root *root,
                            const struct public_key *keys, size_t keys_count,
                            const struct permission_level *permissions, size_t permissions_count,
                            int64_t delay_us, uint16_t depth_limit);
void authority_checker_release(struct authority_checker *checker);
bool authority_checker_satisfied(struct authority_checker *checker, const struct permission_level *level);
bool authority_checker_all_used(const struct authority_checker *checker);

/* What authorizes a list of actions. */
struct authorization_request {
	const struct action *actions;
	size_t actions_count;
	const struct public_key *keys; /* ascending */
	size_t keys_count;
	const struct permission_level *permissions;
	size_t permissions_count;
	int64_t delay_us;
	bool without_keys;   /* every declared authorization counts as satisfied; relevance is still checked */
	bool fix_linkauth;   /* FIX_LINKAUTH_RESTRICTION is active */
	/* these need not be checked again (RESTRICT_ACTION_TO_SELF not active) */
	const struct permission_level *satisfied;
	size_t satisfied_count;
};
int authorization_check(const struct map_root *root, const struct chain_config *config,
                        const struct authorization_request *request, struct error *error);

/* A permission level that must exist: 3090007 when half empty, 3060001 when there is none. */
int authorization_permission(const struct map_root *root, struct permission_object *out,
                             const struct permission_level *level, struct error *error);
/* The same, absent being no failure: *found tells. */
int authorization_find_permission(const struct map_root *root, struct permission_object *out, bool *found,
                                  const struct permission_level *level, struct error *error);

/* get_required_keys: which of the available keys (ascending) the transaction needs; *out is free()d by the
 * caller. 3090003 when they do not suffice. */
int authorization_required_keys(const struct map_root *root, struct public_key **out, size_t *out_count,
                                const struct transaction *transaction, const struct public_key *available,
                                size_t available_count, struct error *error);

#endif
