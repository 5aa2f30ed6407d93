/* Rows of contract tables: what multi_index is to other contracts. A row type lists its fields, from which
 * it is read and written, and its secondary indices; the functions do the same stores, updates and
 * removals with the same payers in the same order (contracts.md 0.3). */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_TABLE_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_TABLE_H

#include "core/contracts/library/asset.h"

enum field_kind {
	FIELD_FIXED,   /* size bytes as they lie in memory */
	FIELD_BLOB,    /* struct blob: counted bytes */
	FIELD_LIST,    /* struct list: counted elements of size bytes, without padding */
	FIELD_KEY,     /* struct key: a public key */
	FIELD_REST,    /* struct blob: whatever follows */
};

struct field {
	uint16_t offset, size;
	uint8_t kind;
};
#define FIELD(type, member) {offsetof(type, member), sizeof(((type *)0)->member), FIELD_FIXED}
#define FIELD_OF(type, member, of_kind, element_size) {offsetof(type, member), element_size, of_kind}

struct list {
	uint8_t *items; /* count times the field's size */
	uint32_t count;
};
uint64_t list_u64(const struct list *list, uint32_t index);

/* A public key as it lies in packed data: its type and what belongs to it. All zero is the default key. */
struct key {
	uint8_t type;
	struct blob data; /* length 0: 33 zero bytes */
};
struct key read_key(struct reader *in);
void write_key(struct writer *out, struct key key);
bool key_is_default(struct key key);

enum index_kind { INDEX_U64, INDEX_DOUBLE };
struct index {
	uint8_t kind;
	void (*key)(const void *row, void *out); /* writes 8 bytes */
};

struct row_type {
	const struct field *fields;
	uint8_t fields_count;
	uint16_t size; /* of the struct */
	const struct index *indices;
	uint8_t indices_count;
};
#define ROW_TYPE(type, fields) {fields, sizeof(fields) / sizeof *(fields), sizeof(type), NULL, 0}
#define ROW_TYPE_INDEXED(type, fields, indices)   \
	{fields, sizeof(fields) / sizeof *(fields), sizeof(type), indices, sizeof(indices) / sizeof *(indices)}

struct table {
	uint64_t code, scope, name;
	const struct row_type *type;
};

/* A row that was found: its iterator, and how it was, to see which keys change. */
struct found {
	int32_t iterator; /* below 0: there is none */
	uint64_t primary_key;
	uint64_t keys[2]; /* of the secondary indices */
};

/* Reads the row with that primary key into *row; false when there is none (*row is left alone). */
bool table_find(const struct table *table, uint64_t primary_key, struct found *found, void *row);
/* The same, failing the action with the message when there is none. */
void table_get(const struct table *table, uint64_t primary_key, struct found *found, void *row,
               const char *message);
bool table_has(const struct table *table, uint64_t primary_key);
bool table_is_empty(const struct table *table);
/* The primary key of the first entry of a secondary index at or after a key; false: none. table_find then
 * reads the row. */
bool index_lower_bound(const struct table *table, unsigned number, const void *key, uint64_t *primary_key);
/* Walking an index from its start: iterator from index_first, then index_next; false at the end. */
bool index_first(const struct table *table, unsigned number, int32_t *iterator, uint64_t *primary_key);
bool index_next(const struct table *table, unsigned number, int32_t *iterator, uint64_t *primary_key);

void table_emplace(const struct table *table, uint64_t payer, uint64_t primary_key, const void *row);
/* payer 0: who pays goes on paying. */
void table_modify(const struct table *table, struct found *found, uint64_t payer, const void *row);
void table_erase(const struct table *table, const struct found *found);

#endif
