/* An embedded chain in a data folder of a test's own, closed and opened again. */
#ifndef EOSIOFS_TESTS_UNIT_SCENE_H
#define EOSIOFS_TESTS_UNIT_SCENE_H

#include "tests/unit/temporary.h"

#include "tests/chain_rig.h"

#include <sys/wait.h>

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

/* What a child did before it was killed. */
struct done {
	struct checksum256 id, head_id;
	uint32_t block_num, slot, head_num;
};

/* Runs body in a child that is then gone at once. A chain must not be open: threads and locks do not pass to
 * children. */
static inline struct done killed(struct scene *scene, void (*body)(struct rig *rig, struct done *done))
{
	struct done done = {0};
	int pipes[2], status;
	assert_int_equal(pipe(pipes), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		body(&scene->rig, &done);
		if (write(pipes[1], &done, sizeof done) != sizeof done)
			abort();
		_exit(0);
	}
	close(pipes[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(read(pipes[0], &done, sizeof done), sizeof done);
	close(pipes[0]);
	return done;
}

/* In children, where cmocka's own checks would end the wrong process. */
static inline void must(bool right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong in the child: %s\n", what);
	abort();
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
