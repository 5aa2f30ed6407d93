/* Rows of a node's tables. The API tells rows and not their keys: where a table's rows hold them is found
 * out from its answers, and proved by them; a table whose rows do not is walked a row at a time. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one answer, and how far into a row a key is looked for. */
enum { PAGE_ROWS = 1000, KEY_OFFSET_MAXIMUM = 96, INDEX_KEY_TEXT_SIZE = 80 };

struct page {
	struct chain_row *rows; /* data borrowed from the view */
	size_t count;
	bool more;
	uint64_t next; /* where more: the key of the row behind, as number; of an index as text */
	char next_key[INDEX_KEY_TEXT_SIZE];
};

struct question {
	const struct table_id *id;
	uint64_t lower, upper;
	uint32_t limit;
	bool back;
	const struct chain_index *index; /* NULL: by the primary key */
	const char *key;                 /* of an index: where to begin; NULL: at its end */
};

static void page_release(struct page *page)
{
	free(page->rows);
	*page = (struct page){0};
}

/* Bytes that live as long as the view. */
static bool borrow_hex(struct chain_view *base, struct chain_row *row, const struct json *json)
{
	struct nodeos_view *view = (struct nodeos_view *)base;
	struct bytes bytes = {0};

	if (!parse_hex(&bytes, json)) {
		bytes_release(&bytes);
		return false;
	}
	struct borrowed *borrowed = memory_allocate(1, sizeof *borrowed + bytes.length);
	if (bytes.length)
		memcpy(borrowed->data, bytes.data, bytes.length);
	pthread_mutex_lock(&nodeos_chain_of(base)->mutex); /* a boot's items are made by several threads */
	borrowed->next = view->borrowed;
	view->borrowed = borrowed;
	pthread_mutex_unlock(&nodeos_chain_of(base)->mutex);
	row->data = borrowed->data;
	row->length = bytes.length;
	bytes_release(&bytes);
	return true;
}

static int take_page(struct chain_view *view, struct page *out, const struct answer *answer, bool by_index,
                     struct error *error)
{
	const struct json *rows = json_member(answer->json, "rows");

	if (json_type(rows) != JSON_ARRAY)
		return parse_answer_failed(error, "table rows");
	out->rows = memory_allocate(json_count(rows) + 1, sizeof *out->rows);
	for (const struct json *item = json_first(rows); item; item = json_next(item)) {
		struct chain_row *row = &out->rows[out->count++];
		row->block_num = answer->first_block;
		if (!borrow_hex(view, row, json_member(item, "data")) ||
		    !parse_name_member(&row->payer, item, "payer"))
			return parse_answer_failed(error, "table rows");
	}
	out->more = json_is_true(json_member(answer->json, "more"));
	if (!out->more)
		return 0;
	const struct json *next = json_member(answer->json, "next_key");
	if (by_index)
		snprintf(out->next_key, sizeof out->next_key, "%s", json_string(next) ? json_string(next) : "");
	if (by_index ? !*out->next_key : json_uint64(&out->next, next) != 0)
		return error_set(error, EOPNOTSUPP,
		                 "the node at %s does not page through tables as "
		                 "nodeos 2.0 and later do",
		                 http_client_url(nodeos_chain_of(view)->client));
	return 0;
}

static const char *const index_types[] = {
	[CHAIN_INDEX_U64] = "i64",
	[CHAIN_INDEX_U128] = "i128",
	[CHAIN_INDEX_U256] = "i256",
	[CHAIN_INDEX_DOUBLE] = "float64",
	[CHAIN_INDEX_LONG_DOUBLE] = "float128",
};

static void print_question(struct text *out, const struct question *question)
{
	const struct table_id *id = question->id;

	/* A scope as a number, which every node reads before it tries names and symbols; the type of primary
	 * keys, as an ABI may say another one. */
	text_printf(out,
	            "{\"json\":false,\"code\":\"%s\",\"scope\":\"%" PRIu64
	            "\",\"table\":\"%s\",\"limit\":%" PRIu32
	            ",\"show_payer\":true,\"key_type\":\"%s\"",
	            name_text(id->code).text, id->scope, name_text(id->table).text, question->limit,
	            index_types[question->index ? question->index->type : CHAIN_INDEX_U64]);
	if (question->index)
		text_printf(out, ",\"index_position\":\"%u\"", question->index->place + 2);
	if (question->lower)
		text_printf(out, ",\"lower_bound\":\"%" PRIu64 "\"", question->lower);
	if (question->key && *question->key)
		text_printf(out, ",\"%s_bound\":\"%s\"", question->back ? "upper" : "lower", question->key);
	if (question->upper != UINT64_MAX)
		text_printf(out, ",\"upper_bound\":\"%" PRIu64 "\"", question->upper);
	text_append(out, question->back ? ",\"reverse\":true}" : "}");
}

/* A table that the contract's ABI does not have is empty, and so is one of an account that is none. */
static int ask_page(struct chain_view *view, struct page *out, const struct question *question,
                    struct error *error)
{
	struct text body = TEXT_EMPTY;
	struct answer *answer = NULL;
	struct error why = {0};

	*out = (struct page){0};
	print_question(&body, question);
	int result = nodeos_ask(view, &answer, "/v1/chain/get_table_rows", text_string(&body), &why);
	text_release(&body);
	if (result && (why.code == CONTRACT_TABLE_QUERY_EXCEPTION || why.code == ACCOUNT_QUERY_EXCEPTION ||
	               why.code == ABI_NOT_FOUND_EXCEPTION))
		return 0;
	if (result) {
		if (error)
			*error = why;
		return result;
	}
	result = take_page(view, out, answer, question->index != NULL, error);
	nodeos_give_back(nodeos_chain_of(view), answer);
	if (result)
		page_release(out);
	return result;
}

/* --- primary keys --- */

static bool key_by(const struct key_form *form, uint64_t *key, const struct chain_row *row)
{
	struct cursor in = cursor_make(row->data, row->length);

	cursor_take(&in, form->offset);
	uint64_t value = cursor_u64(&in);
	*key = form->kind == KEY_SYMBOL_CODE ? value >> 8 : value;
	return !in.failed;
}

/* Takes the keys of a page by a form; false: they are none of this form. */
static bool keys_by(const struct key_form *form, struct page *page, const struct question *question)
{
	for (size_t i = 0; i < page->count; i++) {
		struct chain_row *row = &page->rows[i];
		if (!key_by(form, &row->primary_key, row) || row->primary_key < question->lower ||
		    row->primary_key > question->upper)
			return false;
		uint64_t before = i ? row[-1].primary_key : 0;
		if (i && (question->back ? row->primary_key >= before : row->primary_key <= before))
			return false;
		if (page->more && (question->back ? row->primary_key <= page->next : row->primary_key >= page->next))
			return false;
	}
	return true;
}

/* Whether the node gives exactly this row for this key. */
static int proves(struct chain_view *view, bool *out, const struct table_id *id, const struct chain_row *row,
                  struct error *error)
{
	const struct question question = {
		.id = id, .lower = row->primary_key, .upper = row->primary_key, .limit = 1};
	struct page page;
	int result = ask_page(view, &page, &question, error);

	*out = result == 0 && page.count == 1 && page.rows[0].length == row->length &&
	       memcmp(page.rows[0].data, row->data, row->length) == 0;
	page_release(&page);
	return result;
}

/* The first row's key is where a page of none goes on. */
static int first_key(struct chain_view *view, uint64_t *out, const struct question *question,
                     struct error *error)
{
	struct question none = *question;
	struct page page;

	none.limit = 0;
	int result = ask_page(view, &page, &none, error);
	if (result == 0 && !page.more)
		result = parse_answer_failed(error, "key of the first row");
	*out = page.next;
	page_release(&page);
	return result;
}

/* The next form after *out that holds for the first row and goes with all others. */
static bool next_form(struct key_form *out, struct page *page, const struct question *question,
                      uint64_t first)
{
	for (;;) {
		uint64_t key;
		if (out->kind == KEY_U64)
			out->kind = KEY_SYMBOL_CODE;
		else if (out->kind == KEY_UNKNOWN)
			*out = (struct key_form){.kind = KEY_U64};
		else if (++out->offset == KEY_OFFSET_MAXIMUM)
			return false;
		else
			out->kind = KEY_U64;
		if (key_by(out, &key, page->rows) && key == first && keys_by(out, page, question))
			return true;
	}
}

/* Of several rows the last proves the form; a single row does when only one form holds for it. KEY_UNKNOWN:
 * no form was proved. */
static int learn_form(struct chain_view *view, struct key_form *out, struct page *page,
                      const struct question *question, uint64_t first, struct error *error)
{
	struct key_form form = {0}, other;
	bool holds = false;

	*out = form;
	while (next_form(&form, page, question, first)) {
		int result = 0;
		other = form;
		if (page->count > 1)
			result = proves(view, &holds, question->id, &page->rows[page->count - 1], error);
		else
			holds = !next_form(&other, page, question, first);
		if (result)
			return result;
		if (holds || page->count == 1) {
			*out = holds ? form : *out;
			return 0;
		}
	}
	return 0;
}

/* One row an answer, each telling the next one's key. */
static int read_singly(struct chain_view *view, struct page *page, const struct question *question,
                       uint64_t first, struct error *error)
{
	struct question single = *question;
	uint64_t key = first;

	single.limit = 1;
	for (size_t i = 0; i < page->count; i++) {
		struct page one;
		page->rows[i].primary_key = key;
		if (i + 1 == page->count)
			break;
		*(question->back ? &single.upper : &single.lower) = key;
		int result = ask_page(view, &one, &single, error);
		if (result == 0 && !one.more)
			result = parse_answer_failed(error, "key of the next row");
		key = one.next;
		page_release(&one);
		if (result)
			return result;
	}
	return 0;
}

/* Tables of which an account has its own, short ones that are read row by row and as lists: one answer serves
 * both. Their forms are contracts.md's. */
static bool own_table(struct key_form *out, const struct table_id *id)
{
	const bool is_token = id->code == name_literal("eosio.token") && id->table == name_literal("accounts");

	*out = (struct key_form){is_token ? KEY_SYMBOL_CODE : KEY_U64, 8};
	return is_token || (id->code == name_literal("eosio") && id->table == name_literal("delband"));
}

static int find_keys(struct chain_view *view, struct page *page, const struct question *question,
                     struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct key_form form;
	uint64_t first = 0;

	if (page->count == 0 || (own_table(&form, question->id) && keys_by(&form, page, question)))
		return 0;
	if (nodeos_known_form(chain, &form, question->id) && keys_by(&form, page, question))
		return 0;
	int result = first_key(view, &first, question, error);
	if (result == 0)
		result = learn_form(view, &form, page, question, first, error);
	if (result)
		return result;
	if (form.kind == KEY_UNKNOWN)
		return read_singly(view, page, question, first, error);
	nodeos_know_form(chain, &form, question->id);
	keys_by(&form, page, question);
	return 0;
}

/* --- walks --- */

static int walk(struct chain_view *view, struct question question, chain_row_visitor *visitor, void *context,
                struct error *error)
{
	uint64_t *from = question.back ? &question.upper : &question.lower;
	unsigned pages = 0;

	for (;;) {
		struct page page;
		int result = ask_page(view, &page, &question, error);
		const bool more = page.more && page.count > 0;
		if (result == 0 && more)
			result = parse_list_goes_on(&pages, question.back ? page.next < *from : page.next > *from, error);
		if (result == 0)
			result = find_keys(view, &page, &question, error);
		for (size_t i = 0; i < page.count && result == 0; i++)
			result = visitor(context, &page.rows[i]);
		*from = page.next;
		page_release(&page);
		if (result || !more)
			return result;
	}
}

int nodeos_rows(struct chain_view *view, const struct table_id *id, uint64_t from, chain_row_visitor *visitor,
                void *context, struct error *error)
{
	const struct question question = {.id = id, .lower = from, .upper = UINT64_MAX, .limit = PAGE_ROWS};
	return walk(view, question, visitor, context, error);
}

int nodeos_rows_back(struct chain_view *view, const struct table_id *id, uint64_t from,
                     chain_row_visitor *visitor, void *context, struct error *error)
{
	const struct question question = {.id = id, .upper = from, .limit = PAGE_ROWS, .back = true};
	return walk(view, question, visitor, context, error);
}

static int no_row(const struct table_id *id, struct error *error)
{
	return error_set(error, ENOENT, "table %s of %s has no such row", name_text(id->table).text,
	                 name_text(id->code).text);
}

/* A row of the whole table; *told: it is there, or there is none. */
static int own_row(struct chain_view *view, struct chain_row *out, bool *told, const struct key_form *form,
                   const struct table_id *id, uint64_t primary_key, struct error *error)
{
	const struct question question = {.id = id, .upper = UINT64_MAX, .limit = PAGE_ROWS};
	struct page page;
	int result = ask_page(view, &page, &question, error);
	bool found = false;

	if (result)
		return result;
	const bool keyed = keys_by(form, &page, &question);
	for (size_t i = 0; i < page.count && keyed && !found; i++) {
		*out = page.rows[i];
		found = out->primary_key == primary_key;
	}
	*told = found || (keyed && !page.more);
	if (*told && !found)
		result = no_row(id, error);
	page_release(&page);
	return result;
}

int nodeos_row(struct chain_view *view, struct chain_row *out, const struct table_id *id,
               uint64_t primary_key, struct error *error)
{
	const struct question question = {.id = id, .lower = primary_key, .upper = primary_key, .limit = 1};
	struct key_form form;
	struct page page;
	bool told = false;
	int result = 0;

	if (own_table(&form, id))
		result = own_row(view, out, &told, &form, id, primary_key, error);
	if (result || told)
		return result;
	result = ask_page(view, &page, &question, error);
	if (result)
		return result;
	if (page.count == 0)
		result = no_row(id, error);
	else
		*out = page.rows[0];
	out->primary_key = primary_key;
	page_release(&page);
	return result;
}

/* --- indices --- */

static bool has_row(const struct page *page, const struct chain_row *row)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->rows[i].length == row->length && memcmp(page->rows[i].data, row->data, row->length) == 0)
			return true;
	return false;
}

/* A page begins with the key that the one before it stopped at, whose equals both may have. */
static size_t rows_seen(const struct page *before, const struct page *page)
{
	size_t seen = 0;
	while (seen < page->count && has_row(before, &page->rows[seen]))
		seen++;
	return seen;
}

/* Where its rows hold their primary keys; of a table of one row that key itself. Its first page tells. */
static int find_form(struct chain_view *view, struct key_form *form, uint64_t *only,
                     const struct table_id *id, struct error *error)
{
	const struct question question = {.id = id, .upper = UINT64_MAX, .limit = PAGE_ROWS};
	struct page page;

	*form = (struct key_form){0};
	*only = 0;
	if (nodeos_known_form(nodeos_chain_of(view), form, id))
		return 0;
	int result = ask_page(view, &page, &question, error);
	if (result == 0)
		result = find_keys(view, &page, &question, error);
	if (result == 0 && page.count == 1)
		*only = page.rows[0].primary_key;
	else if (result == 0 && page.count > 1 && !nodeos_known_form(nodeos_chain_of(view), form, id))
		result = error_set(error, EOPNOTSUPP,
		                   "the rows of %s do not tell their keys, and an index needs them",
		                   name_text(id->table).text);
	page_release(&page);
	return result;
}

int nodeos_index_rows(struct chain_view *view, const struct chain_index *index,
                      const uint8_t from[CHAIN_INDEX_KEY_SIZE], bool back, chain_index_row_visitor *visitor,
                      void *context, struct error *error)
{
	struct question question = {
		.id = &index->table, .upper = UINT64_MAX, .limit = PAGE_ROWS, .back = back, .index = index};
	struct page before = {0}, page = {0};
	struct key_form form;
	unsigned pages = 0;
	uint64_t only;

	if (from)
		return error_set(error, EOPNOTSUPP, "an index over HTTP is read from its end");
	int result = find_form(view, &form, &only, &index->table, error);
	for (bool more = true; more && result == 0;) {
		result = ask_page(view, &page, &question, error);
		size_t seen = rows_seen(&before, &page);
		for (size_t i = seen; i < page.count && result == 0; i++) {
			struct chain_index_row row = {.row = page.rows[i]};
			if (form.kind == KEY_UNKNOWN || !key_by(&form, &row.row.primary_key, &page.rows[i]))
				row.row.primary_key = only;
			result = visitor(context, &row);
		}
		more = page.more;
		if (result == 0 && more && seen == page.count)
			result = error_set(error, EOPNOTSUPP, "an index of %s has more equal keys than the node tells",
			                   name_text(index->table.table).text);
		if (result == 0 && more)
			result = parse_list_goes_on(&pages, true, error);
		page_release(&before);
		before = page;
		question.key = before.next_key;
	}
	page_release(&before);
	return result;
}
