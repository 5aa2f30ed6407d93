/* Checkpoints: every row of every table, both ways. */
#include "tests/golden/replay.h"

#include <stdio.h>

struct row_walk {
	struct replay *replay;
	struct chain_view *view;
	const struct table_id *id;
	const struct json *expected; /* next one */
	const char *name;
	size_t index;
};

static int compare_row(void *context, const struct chain_row *row)
{
	struct row_walk *walk = context;
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	char what[128];
	snprintf(what, sizeof what, "%s[%zu]", walk->name, walk->index++);
	int result = chain_row_print(walk->view, &text, walk->id, row->data, row->length, &error);
	if (result)
		replay_differ(walk->replay, what, "a row", error.sentence);
	else if (!walk->expected)
		replay_differ(walk->replay, what, "no row", text_string(&text));
	else
		replay_compare_json_text(walk->replay, what, walk->expected, &text, NULL);
	walk->expected = json_next(walk->expected);
	text_release(&text);
	return 0;
}

static int parse_table_name(struct table_id *id, const char *name, struct error *error)
{
	char parts[3][NAME_TEXT_SIZE];
	if (sscanf(name, "%13[^/]/%13[^/]/%13s", parts[0], parts[1], parts[2]) != 3)
		return error_set(error, 22, "no table: %s", name);
	int result = name_parse(&id->code, parts[0], error);
	if (result == 0)
		result = name_parse(&id->scope, parts[1], error);
	return result ? result : name_parse(&id->table, parts[2], error);
}

static void compare_table(struct replay *replay, struct chain_view *view, const struct json *rows)
{
	struct table_id id;
	struct error error = {0};
	struct row_walk walk = {
		.replay = replay, .view = view, .id = &id, .expected = json_first(rows), .name = json_name(rows)};
	if (parse_table_name(&id, json_name(rows), &error) ||
	    view->operations->rows(view, &id, 0, compare_row, &walk, &error)) {
		replay_differ(replay, json_name(rows), "a table", error.sentence);
		return;
	}
	for (; walk.expected; walk.expected = json_next(walk.expected)) {
		struct text text = TEXT_EMPTY;
		char what[128];
		snprintf(what, sizeof what, "%s[%zu]", walk.name, walk.index++);
		json_print(&text, walk.expected);
		replay_differ(replay, what, text_string(&text), "no row");
		text_release(&text);
	}
}

struct scope_walk {
	struct replay *replay;
	const struct json *tables;
	uint64_t code;
};

static int look_for_table(void *context, const struct chain_scope *scope)
{
	struct scope_walk *walk = context;
	char name[64];
	if (walk->code == name_literal("eosio") && scope->table == name_literal("abihash"))
		return 0; /* hashes of ABIs: ours are other bytes */
	snprintf(name, sizeof name, "%s/%s/%s", name_text(walk->code).text, name_text(scope->scope).text,
	         name_text(scope->table).text);
	if (!json_member(walk->tables, name))
		replay_differ(walk->replay, name, "no such table", "one");
	return 0;
}

void replay_compare_tables(struct replay *replay, struct chain_view *view, const struct json *tables)
{
	for (const struct json *rows = json_first(tables); rows; rows = json_next(rows))
		compare_table(replay, view, rows);
	for (size_t i = 0; i < replay->code_accounts_count; i++) {
		struct scope_walk walk = {.replay = replay, .tables = tables, .code = replay->code_accounts[i]};
		struct error error = {0};
		if (view->operations->scopes(view, walk.code, 0, 0, look_for_table, &walk, &error) < 0)
			replay_differ(replay, name_text(walk.code).text, "scopes", error.sentence);
	}
}
