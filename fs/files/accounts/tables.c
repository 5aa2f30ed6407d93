/* accounts/NAME/tables/TABLE/SCOPE.jsonl: rows as JSON lines. A scope is listed as the name that cleos
 * prints; as with nodeos a number, a symbol and a symbol's code are understood as well, and stand for it
 * where the name would be hidden. */
#include "fs/files/accounts/accounts.h"

#include "core/types/asset.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".jsonl";

int accounts_tables_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error)
{
	return contract_names_list(request, from, abi_table_at, listing, error);
}

int accounts_tables_exists(struct request *request, struct error *error)
{
	return contract_name_exists(request, abi_table_type, "table", error);
}

enum { SCOPE_READINGS = 4 };

/* What a scope's text may stand for, in the order in which they are tried. */
static size_t scope_readings(uint64_t out[SCOPE_READINGS], const char *text)
{
	size_t count = 0;
	char *end = NULL;
	uint64_t value = 0;
	if (*text && name_parse(&value, text, NULL) == 0)
		out[count++] = value;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno)
		out[count++] = value;
	if (strchr(text, ',') && symbol_parse(&value, text, NULL) == 0)
		out[count++] = value;
	if (symbol_code_parse(&value, text, NULL) == 0)
		out[count++] = value;
	return count;
}

/* As the name that cleos prints, unless that begins with a dot: ls and the shell's * would pass it over.
 * Those are small numbers: a symbol's code is listed as the symbol, any other as the number. */
static void print_scope(char out[NAME_TEXT_SIZE + SYMBOL_TEXT_SIZE + 32], uint64_t scope)
{
	const struct name_text name = name_text(scope);
	uint64_t code = 0;
	struct symbol_text symbol = symbol_code_text(scope);
	if (scope && name.text[0] != '.')
		sprintf(out, "%s%s", name.text, ending);
	else if (scope && symbol_code_parse(&code, symbol.text, NULL) == 0 && code == scope)
		sprintf(out, "%s%s", symbol.text, ending);
	else
		sprintf(out, "%" PRIu64 "%s", scope, ending);
}

static int list_scope(void *context, const struct chain_scope *scope)
{
	struct listing *listing = context;
	char text[NAME_TEXT_SIZE + SYMBOL_TEXT_SIZE + 32];
	print_scope(text, scope->scope);
	return listing->add(listing, text);
}

/* The scope that was listed so: where the next page begins. */
static uint64_t listed_scope(const char *from)
{
	char text[64] = "";
	uint64_t readings[SCOPE_READINGS];
	size_t length = strlen(from) < sizeof ending ? 0 : strlen(from) - (sizeof ending - 1);
	if (length > 0 && length < sizeof text)
		memcpy(text, from, length);
	size_t count = scope_readings(readings, text);
	/* A number may be a name as well, and is listed as itself only when it is small. */
	for (size_t i = count; i-- > 0;) {
		char listed[NAME_TEXT_SIZE + SYMBOL_TEXT_SIZE + 32];
		print_scope(listed, readings[i]);
		if (strcmp(listed, from) == 0)
			return readings[i];
	}
	return 0;
}

int accounts_tables_scope_list(struct request *request, const char *from, struct listing *listing,
                               struct error *error)
{
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->scopes(request->view, request->name[0], request->name[1],
		                                           listed_scope(from), list_scope, listing, error);
	return result < 0 ? result : 0;
}

static int take_first(void *context, const struct chain_scope *scope)
{
	*(uint64_t *)context = scope->scope;
	return 1;
}

/* Which of the readings has rows; -ENOENT when none has. */
static int find_scope(struct request *request, uint64_t *out, struct error *error)
{
	uint64_t readings[SCOPE_READINGS];
	size_t count = scope_readings(readings, request->capture[2]);
	int result = request_view(request, error);
	for (size_t i = 0; i < count && result >= 0; i++) {
		uint64_t first = ~readings[i];
		result = request->view->operations->scopes(request->view, request->name[0], request->name[1],
		                                           readings[i], take_first, &first, error);
		if (result >= 0 && first == readings[i]) {
			*out = first;
			return 0;
		}
	}
	return result < 0 ? result
	                  : error_set(error, ENOENT, "no such scope: %s, in table %s of %s", request->capture[2],
	                              request->capture[1], request->capture[0]);
}

int accounts_tables_scope_exists(struct request *request, struct error *error)
{
	uint64_t scope = 0;
	request_saw_block(request, BLOCK_NUM_GENESIS);
	return find_scope(request, &scope, error);
}

struct rows {
	struct request *request;
	struct table_id id;
	struct text *out;
	struct error *error;
};

static int print_row(void *context, const struct chain_row *row)
{
	struct rows *rows = context;
	request_saw_block(rows->request, row->block_num);
	int result = chain_row_print(rows->request->view, rows->out, &rows->id, row->data, row->length,
	                             rows->error);
	text_append_char(rows->out, '\n');
	return result;
}

int accounts_tables_scope_read(struct request *request, struct text *out, struct error *error)
{
	struct rows rows = {.request = request,
	                    .id = {.code = request->name[0], .table = request->name[1]},
	                    .out = out,
	                    .error = error};
	int result = find_scope(request, &rows.id.scope, error);
	return result < 0 ? result
	                  : request->view->operations->rows(request->view, &rows.id, 0, print_row, &rows, error);
}
