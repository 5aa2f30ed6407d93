/* An embedded chain in a data folder of a test's own, closed and opened again. */
#ifndef EOSIOFS_TESTS_UNIT_SCENE_H
#define EOSIOFS_TESTS_UNIT_SCENE_H

#include "tests/unit/temporary.h"

#include "tests/chain_rig.h"

enum { SECOND = 1000000 };

struct scene {
	char *folder;
	struct rig rig;
};

static inline void scene_begin(struct scene *scene)
{
	*scene = (struct scene){.folder = temporary_folder()};
	scene->rig = (struct rig){.folder = scene->folder, .manual_clock = true};
}

static inline void scene_end(struct scene *scene)
{
	rig_end(&scene->rig);
	temporary_remove(scene->folder);
}

static inline char *scene_path(const struct scene *scene, const char *name)
{
	return temporary_path(scene->folder, name);
}

static inline void grown_chain(struct scene *scene)
{
	scene_begin(scene);
	rig_open(&scene->rig);
	rig_make_token(&scene->rig);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(rig_transfer(&scene->rig, NULL, "alice"), 0);
		assert_int_equal(rig_advance(&scene->rig, SECOND), 0);
	}
	rig_close(&scene->rig);
}

static inline void reopened(struct scene *scene, const char *notice)
{
	rig_open(&scene->rig);
	if (!strstr(text_string(&scene->rig.notices), notice))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&scene->rig.notices), notice);
	assert_int_equal(rig_balance(&scene->rig, "alice"), 20);
	assert_int_equal(rig_transfer(&scene->rig, NULL, "bob"), 0);
	rig_close(&scene->rig);
}

#endif
