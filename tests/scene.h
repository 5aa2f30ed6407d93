/* An embedded chain in a data folder of a test's own, closed and opened again. */
#ifndef EOSIOFS_TESTS_SCENE_H
#define EOSIOFS_TESTS_SCENE_H

#include "tests/temporary.h"

#include "tests/chain_rig.h"

#include "core/chain/chain.h"
#include "core/engine/state/feature.h"

#include <sys/wait.h>

enum { SECOND = 1000000 };

struct scene {
	char *folder;
	struct rig rig;
};

void scene_begin(struct scene *scene);
void scene_end(struct scene *scene);
char *scene_path(const struct scene *scene, const char *name);

/* What a child did before it was killed. */
struct done {
	struct checksum256 id, head_id;
	uint32_t block_num, slot, head_num;
};

/* Runs body in a child that is then gone at once. A chain must not be open: threads and locks do not pass to
 * children. */
struct done scene_killed(struct scene *scene, void (*body)(struct rig *rig, struct done *done));
/* In children, where cmocka's own checks would end the wrong process. */
void must(bool right, const char *what);
/* So that producers can be proposed. */
void allow_producers(struct rig *rig);
/* Proposes a schedule: names and keys. */
void set_producers(struct rig *rig, const char *const (*producers)[2], size_t count);
void scene_grow(struct scene *scene);
void scene_reopen(struct scene *scene, const char *notice);
/* What bob has in a snapshot. */
int64_t kept_balance(struct rig *rig, const char *name);

#endif
