/* Rows of contract tables (table.h). */
#include "core/contracts/library/table.h"

uint64_t list_u64(const struct list *list, uint32_t index)
{
	uint64_t value;
	__builtin_memcpy(&value, list->items + index * sizeof value, sizeof value);
	return value;
}

enum { KEY_POINT = 33 };

struct key read_key(struct reader *in)
{
	struct key key = {0};
	uint32_t type = read_varuint32(in);
	check(type <= 2, "invalid variant index");
	key.type = (uint8_t)type;
	const uint8_t *begin = in->at;
	read_bytes(in, KEY_POINT);
	if (type == 2) { /* WebAuthn: user presence and the relying party's name */
		read_u8(in);
		read_blob(in);
	}
	key.data = (struct blob){begin, (size_t)(in->at - begin)};
	return key;
}

void write_key(struct writer *out, struct key key)
{
	static const uint8_t zero[KEY_POINT];
	write_varuint32(out, key.type);
	if (key.data.length)
		write_bytes(out, key.data.data, key.data.length);
	else
		write_bytes(out, zero, sizeof zero);
}

bool key_is_default(struct key key)
{
	for (size_t i = 0; i < key.data.length; i++)
		if (key.data.data[i])
			return false;
	return key.type == 0;
}

static void read_list(struct list *list, struct reader *in, size_t size)
{
	list->count = read_varuint32(in);
	const uint8_t *items = read_bytes(in, list->count * size);
	list->items = allocate(list->count * size + 1);
	if (list->count)
		__builtin_memcpy(list->items, items, list->count * size);
}

static void row_read(const struct row_type *type, void *row, struct reader *in)
{
	for (unsigned i = 0; i < type->fields_count; i++) {
		const struct field *field = &type->fields[i];
		uint8_t *at = (uint8_t *)row + field->offset;
		switch ((enum field_kind)field->kind) {
		case FIELD_FIXED: read_to(in, at, field->size); break;
		case FIELD_BLOB: *(struct blob *)(void *)at = read_blob(in); break;
		case FIELD_LIST: read_list((struct list *)(void *)at, in, field->size); break;
		case FIELD_KEY: *(struct key *)(void *)at = read_key(in); break;
		case FIELD_REST: *(struct blob *)(void *)at = read_rest(in); break;
		}
	}
}

static void row_write(const struct row_type *type, struct writer *out, const void *row)
{
	for (unsigned i = 0; i < type->fields_count; i++) {
		const struct field *field = &type->fields[i];
		const uint8_t *at = (const uint8_t *)row + field->offset;
		const struct blob *blob = (const void *)at;
		const struct list *list = (const void *)at;
		switch ((enum field_kind)field->kind) {
		case FIELD_FIXED: write_bytes(out, at, field->size); break;
		case FIELD_BLOB: write_blob(out, *blob); break;
		case FIELD_LIST:
			write_varuint32(out, list->count);
			write_bytes(out, list->items, list->count * field->size);
			break;
		case FIELD_KEY: write_key(out, *(const struct key *)(const void *)at); break;
		case FIELD_REST: write_bytes(out, blob->data, blob->length); break;
		}
	}
}

static uint64_t index_table(const struct table *table, unsigned number)
{
	return (table->name & ~UINT64_C(15)) | number;
}

static uint64_t key_of(const struct table *table, unsigned number, const void *row)
{
	uint64_t key = 0;
	table->type->indices[number].key(row, &key);
	return key;
}

bool table_find(const struct table *table, uint64_t primary_key, struct found *found, void *row)
{
	found->iterator = db_find_i64(table->code, table->scope, table->name, primary_key);
	found->primary_key = primary_key;
	if (found->iterator < 0)
		return false;
	uint32_t length = (uint32_t)db_get_i64(found->iterator, NULL, 0);
	uint8_t *data = allocate(length + 1);
	if (length)
		db_get_i64(found->iterator, data, length);
	struct reader in = reader_make(data, length);
	row_read(table->type, row, &in);
	for (unsigned i = 0; i < table->type->indices_count; i++)
		found->keys[i] = key_of(table, i, row);
	return true;
}

void table_get(const struct table *table, uint64_t primary_key, struct found *found, void *row,
               const char *message)
{
	check(table_find(table, primary_key, found, row), message);
}

bool table_has(const struct table *table, uint64_t primary_key)
{
	return db_find_i64(table->code, table->scope, table->name, primary_key) >= 0;
}

bool table_is_empty(const struct table *table)
{
	return db_lowerbound_i64(table->code, table->scope, table->name, 0) < 0;
}

static int32_t lower_bound(const struct table *table, unsigned number, const void *key, uint64_t *primary_key)
{
	uint64_t copy;
	__builtin_memcpy(&copy, key, sizeof copy);
	if (table->type->indices[number].kind == INDEX_DOUBLE)
		return db_idx_double_lowerbound(table->code, table->scope, index_table(table, number), &copy,
		                                primary_key);
	return db_idx64_lowerbound(table->code, table->scope, index_table(table, number), &copy, primary_key);
}

bool index_lower_bound(const struct table *table, unsigned number, const void *key, uint64_t *primary_key)
{
	return lower_bound(table, number, key, primary_key) >= 0;
}

bool index_first(const struct table *table, unsigned number, int32_t *iterator, uint64_t *primary_key)
{
	const double least = -__builtin_inf();
	const uint64_t zero = 0;
	*iterator = lower_bound(table, number,
	                        table->type->indices[number].kind == INDEX_DOUBLE ? (const void *)&least
	                                                                          : (const void *)&zero,
	                        primary_key);
	return *iterator >= 0;
}

bool index_next(const struct table *table, unsigned number, int32_t *iterator, uint64_t *primary_key)
{
	if (table->type->indices[number].kind == INDEX_DOUBLE)
		*iterator = db_idx_double_next(*iterator, primary_key);
	else
		*iterator = db_idx64_next(*iterator, primary_key);
	return *iterator >= 0;
}

void table_emplace(const struct table *table, uint64_t payer, uint64_t primary_key, const void *row)
{
	struct writer out = {0};
	row_write(table->type, &out, row);
	db_store_i64(table->scope, table->name, payer, primary_key, out.data, (uint32_t)out.length);
	for (unsigned i = 0; i < table->type->indices_count; i++) {
		uint64_t key = key_of(table, i, row);
		if (table->type->indices[i].kind == INDEX_DOUBLE)
			db_idx_double_store(table->scope, index_table(table, i), payer, primary_key, &key);
		else
			db_idx64_store(table->scope, index_table(table, i), payer, primary_key, &key);
	}
}

static int32_t index_iterator(const struct table *table, unsigned number, uint64_t primary_key)
{
	uint64_t key;
	if (table->type->indices[number].kind == INDEX_DOUBLE)
		return db_idx_double_find_primary(table->code, table->scope, index_table(table, number), &key,
		                                  primary_key);
	return db_idx64_find_primary(table->code, table->scope, index_table(table, number), &key, primary_key);
}

void table_modify(const struct table *table, struct found *found, uint64_t payer, const void *row)
{
	struct writer out = {0};
	row_write(table->type, &out, row);
	db_update_i64(found->iterator, payer, out.data, (uint32_t)out.length);
	for (unsigned i = 0; i < table->type->indices_count; i++) {
		uint64_t key = key_of(table, i, row);
		if (key == found->keys[i])
			continue;
		int32_t iterator = index_iterator(table, i, found->primary_key);
		if (table->type->indices[i].kind == INDEX_DOUBLE)
			db_idx_double_update(iterator, payer, &key);
		else
			db_idx64_update(iterator, payer, &key);
		found->keys[i] = key;
	}
}

void table_erase(const struct table *table, const struct found *found)
{
	db_remove_i64(found->iterator);
	for (unsigned i = 0; i < table->type->indices_count; i++) {
		int32_t iterator = index_iterator(table, i, found->primary_key);
		if (table->type->indices[i].kind == INDEX_DOUBLE)
			db_idx_double_remove(iterator);
		else
			db_idx64_remove(iterator);
	}
}
