/* The chain that scene.h tells of, its children and its producers. */
#include "tests/scene.h"

void scene_begin(struct scene *scene)
{
	*scene = (struct scene){.folder = temporary_folder()};
	scene->rig = (struct rig){.folder = scene->folder, .manual_clock = true};
}

void scene_end(struct scene *scene)
{
	rig_end(&scene->rig);
	temporary_remove(scene->folder);
}

char *scene_path(const struct scene *scene, const char *name)
{
	return temporary_path(scene->folder, name);
}

struct done scene_killed(struct scene *scene, void (*body)(struct rig *rig, struct done *done))
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

void must(bool right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "wrong in the child: %s\n", what);
	abort();
}

void allow_producers(struct rig *rig)
{
	struct checksum256 digest = feature_digest(FEATURE_PREACTIVATE_FEATURE);

	rig_must(rig->chain->operations->schedule_feature(rig->chain, &digest, NULL, &rig->error), "feature",
	         &rig->error);
	assert_int_equal(rig_advance(rig, SECOND), 0);
	rig_install(rig, "eosio", "eosio.boot");
	rig_activate(rig, FEATURE_WTMSIG_BLOCK_SIGNATURES);
	assert_int_equal(rig_advance(rig, SECOND), 0);
	rig_install(rig, "eosio", "eosio.bios");
}

void set_producers(struct rig *rig, const char *const (*producers)[2], size_t count)
{
	struct text json = TEXT_EMPTY;

	text_append(&json, "{\"schedule\":[");
	for (size_t i = 0; i < count; i++)
		text_printf(&json,
		            "%s{\"producer_name\":\"%s\",\"authority\":[\"block_signing_authority_v0\",{"
		            "\"threshold\":1,\"keys\":[{\"key\":\"%s\",\"weight\":1}]}]}",
		            i ? "," : "", producers[i][0], producers[i][1]);
	text_append(&json, "]}");
	rig_must(rig_act(rig, NULL, "eosio", "setprods", "eosio", text_string(&json)), "setprods", &rig->error);
	text_release(&json);
}

void scene_grow(struct scene *scene)
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

void scene_reopen(struct scene *scene, const char *notice)
{
	rig_open(&scene->rig);
	if (!strstr(text_string(&scene->rig.notices), notice))
		fail_msg("\"%s\" does not say \"%s\"", text_string(&scene->rig.notices), notice);
	assert_int_equal(rig_balance(&scene->rig, "alice"), 20);
	assert_int_equal(rig_transfer(&scene->rig, NULL, "bob"), 0);
	rig_close(&scene->rig);
}

int64_t kept_balance(struct rig *rig, const char *name)
{
	const struct chain_revision revision = {.kind = CHAIN_KEPT, .kept = name};
	struct table_id table = {name_literal("eosio.token"), name_literal("bob"), name_literal("accounts")};
	struct chain_view *view = NULL;
	struct chain_row row;
	int64_t amount = 0;
	rig_must(chain_view_open(rig->chain, &view, &revision, NULL, &rig->error), name, &rig->error);
	if (view->operations->row(view, &row, &table, ('S' | 'Y' << 8 | 'S' << 16), NULL) == 0) {
		struct cursor in = cursor_make(row.data, row.length);
		amount = (int64_t)cursor_u64(&in);
	}
	chain_view_close(view);
	return amount;
}
