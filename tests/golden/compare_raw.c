/* Checkpoints: the tables of contracts without an ABI that says what their rows are: table objects, rows as
 * hexadecimal, payers. */
#include "tests/golden/replay.h"

#include "core/engine/state/contract_table.h"

#include <stdio.h>
#include <string.h>

/* CODE/SCOPE/TABLE, each of which may be the empty name. */
static int parse_id(struct table_id *id, const char *name, struct error *error)
{
	uint64_t *const parts[] = {&id->code, &id->scope, &id->table};
	char part[NAME_TEXT_SIZE];
	for (size_t i = 0; i < 3; i++) {
		size_t length = strcspn(name, "/");
		snprintf(part, sizeof part, "%.*s", (int)length, name);
		*parts[i] = 0;
		int result = length ? name_parse(parts[i], part, error) : 0;
		if (result)
			return result;
		name += length + (name[length] == '/');
	}
	return 0;
}

static void print_table(struct text *out, const struct map_root *root, const struct table_object *object,
                        bool with_rows)
{
	struct table_row row;
	uint64_t from = 0;
	bool more = with_rows && table_row_seek(root, &row, &object->id, 0);
	text_printf(out, "{\"payer\":\"%s\",\"count\":%u,\"rows\":%s", name_text(object->payer).text,
	            object->count, with_rows ? "[" : "null}");
	for (const char *between = ""; more; between = ",") {
		text_printf(out, "%s[\"", between);
		text_append_hex(out, row.data, row.length);
		text_printf(out, "\",\"%s\"]", name_text(row.payer).text);
		from = row.primary_key + 1;
		more = from && table_row_seek(root, &row, &object->id, from);
	}
	text_append(out, with_rows ? "]}" : "");
}

static void compare_table(struct replay *replay, const struct map_root *root, const struct json *expected)
{
	struct table_object object;
	struct error error = {0};
	struct text text = TEXT_EMPTY;
	struct table_id id;
	if (parse_id(&id, json_name(expected), &error)) {
		replay_differ(replay, json_name(expected), "a table's name", error.sentence);
	} else if (!table_object_get(root, &object, &id)) {
		replay_differ(replay, json_name(expected), "a table", "none");
	} else {
		print_table(&text, root, &object, json_type(json_member(expected, "rows")) == JSON_ARRAY);
		replay_compare_json_text(replay, json_name(expected), expected, &text, NULL);
	}
	text_release(&text);
}

/* Tables that the recording does not have. */
static void find_others(struct replay *replay, const struct map_root *root, const struct json *tables,
                        uint64_t code)
{
	struct table_object object;
	struct table_id from = {.code = code};
	while (table_object_seek(root, &object, &from)) {
		char name[64];
		bool secondary = object.id.table & 15;
		snprintf(name, sizeof name, "%s/%s/%s", name_text(code).text, name_text(object.id.scope).text,
		         name_text(object.id.table).text);
		if (!secondary && !json_member(tables, name))
			replay_differ(replay, name, "no such table", "one");
		from = object.id;
		if (!++from.table && !++from.scope)
			break;
	}
}

void replay_compare_raw_tables(struct replay *replay, const struct json *tables)
{
	if (!tables)
		return;
	struct map_root *root = branch_state(replay->branch);
	uint64_t last = 0;
	for (const struct json *table = json_first(tables); table; table = json_next(table)) {
		struct table_id id;
		struct error error;
		compare_table(replay, root, table);
		if (parse_id(&id, json_name(table), &error) || id.code == last)
			continue;
		find_others(replay, root, tables, id.code);
		last = id.code;
	}
	map_root_release(root);
}
