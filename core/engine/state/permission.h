/* Permissions, their links to actions, and what leads from a key to the authorities that name it. Reading
 * works on any root. Parents are kept by name: a permission with children cannot be removed. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_PERMISSION_H
#define EOSIOFS_CORE_ENGINE_STATE_PERMISSION_H

#include "core/engine/state/state_key.h"
#include "core/types/authority.h"

struct permission_object {
	uint64_t account, name;
	uint64_t parent;      /* 0: none (owner) */
	int64_t last_updated; /* microseconds */
	int64_t last_used;
	uint32_t block_num;   /* of the block that last wrote it, last_used left out */
	struct cursor packed; /* its authority as bytes, borrowed from the root */
};

bool permission_get(const struct map_root *root, struct permission_object *out, uint64_t account,
                    uint64_t name);
/* The first permission of that account with a name >= from. */
bool permission_seek(const struct map_root *root, struct permission_object *out, uint64_t account,
                     uint64_t from);
/* Its authority; release it. */
struct authority permission_authority(const struct permission_object *permission);
/* C.2: is `permission` the other one or an ancestor of it? */
bool permission_satisfies(const struct map_root *root, const struct permission_object *permission,
                          const struct permission_object *other);
/* An authority's part of B.7's RAM. */
int64_t authority_billable_size(const struct authority *authority);
/* Does any account have a permission of that name? */
bool permission_name_exists(const struct map_root *root, uint64_t name);

/* Writes a permission with this authority (packed is not looked at) and keeps the indices that lead to it. */
void permission_put(struct map_edit *edit, const struct permission_object *permission,
                    const struct authority *authority);
/* Gives a permission that is there another authority, unless it is that one already. */
void permission_set_authority(struct map_edit *edit, uint64_t account, uint64_t name,
                              const struct authority *authority, uint32_t block_num);
void permission_remove(struct map_edit *edit, uint64_t account, uint64_t name);
/* permission: as permission_get has just given it. */
void permission_touch(struct map_edit *edit, const struct permission_object *permission, int64_t last_used);
bool permission_has_children(const struct map_root *root, uint64_t account, uint64_t name);

struct permission_link {
	uint64_t account, code, action; /* action 0: every action of code */
	uint64_t permission;            /* required */
	/* older links have lower ones; get_account lists the links of a permission by it */
	uint64_t id;
	uint32_t block_num;
};
bool permission_link_get(const struct map_root *root, struct permission_link *out, uint64_t account,
                         uint64_t code, uint64_t action);
/* The first link of that account at or after (code, action); go on with action + 1. */
bool permission_link_seek(const struct map_root *root, struct permission_link *out, uint64_t account,
                          uint64_t code, uint64_t action);
/* The oldest link of that account to a permission; false: none. */
bool permission_link_of(const struct map_root *root, struct permission_link *out, uint64_t account,
                        uint64_t permission);
void permission_link_put(struct map_edit *edit, const struct permission_link *link);
void permission_link_remove(struct map_edit *edit, uint64_t account, uint64_t code, uint64_t action);

/* The permissions whose authority names a key: the first at or after `from`. Go on with permission + 1. */
bool key_permission_seek(const struct map_root *root, struct permission_level *out,
                         const struct public_key *key, const struct permission_level *from);

#endif
