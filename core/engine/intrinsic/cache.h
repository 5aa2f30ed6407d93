/* Iterators: the small integers by which a contract knows rows it has found. One cache for rows and one
 * for each kind of secondary index lives as long as the action runs, for its receiver and for those it
 * notifies (wasm.md W.9.10). */
#ifndef EOSIOFS_CORE_ENGINE_INTRINSIC_CACHE_H
#define EOSIOFS_CORE_ENGINE_INTRINSIC_CACHE_H

#include "core/engine/intrinsic/intrinsic.h"
#include "core/engine/state/contract_table.h"

struct iterator {
	uint32_t table; /* index into tables */
	bool deleted;
	uint64_t primary_key;
};

/* A table that was met. A table object that goes takes its number along: made anew, it gets another. */
struct met_table {
	struct table_id id;
	bool gone;
};

struct iterator_cache {
	struct met_table *tables;
	uint32_t tables_count;
	size_t tables_capacity;
	struct iterator *iterators;
	uint32_t iterators_count;
	size_t iterators_capacity;
	uint32_t *slots; /* open addressing: iterator + 1, 0 free */
	uint32_t slots_mask;
};

/* The row that was looked at last, and in which state of the map. */
struct latest_row {
	uint64_t stamp; /* 0: none yet */
	int32_t iterator;
	struct table_row row;
};

struct database_cache {
	struct iterator_cache rows;
	struct latest_row latest;
	struct iterator_cache secondary[SECONDARY_TYPES]; /* by enum secondary_type */
};

/* Frees what it holds; it is empty then. */
void iterator_cache_release(struct iterator_cache *cache);

struct iterator_cache *cache_rows(struct apply_context *context);
struct iterator_cache *cache_secondary(struct apply_context *context, enum secondary_type type);

/* The end iterator of a table, which it makes known: -2 or less. */
int32_t cache_table(struct iterator_cache *cache, const struct table_id *id);
/* The table of an end iterator, NULL when there is none such. Leaves for one that is no end iterator. */
const struct met_table *cache_table_of_end(const struct iterator_cache *cache, int32_t end);
/* The iterator of a row: the one it has already, or a new one. The table must be known. */
int32_t cache_add(struct iterator_cache *cache, const struct table_id *id, uint64_t primary_key);
/* The row an iterator stands for; leaves with nodeos's errors for one that stands for none. */
struct iterator cache_get(const struct iterator_cache *cache, struct table_id *id, int32_t iterator);
void cache_remove(struct iterator_cache *cache, int32_t iterator);

/* Table objects, shared by rows and indices: one more entry (made, and billed to payer, when it is the
 * first), one less. */
void table_object_add(struct apply_context *context, const struct table_id *id, uint64_t payer);
void table_object_subtract(struct apply_context *context, const struct table_id *id);
/* Leaves with 3160002 unless the receiver's own contract owns the table. */
void table_check_owner(const struct apply_context *context, const struct table_id *id);
void table_check_payer(uint64_t payer);
/* nodeos's database itself refuses a second row of the same key. */
_Noreturn void table_fail_twice(void);
/* A read-only transaction writes nothing: 3160005. what: "store". */
void table_check_writing(const struct apply_context *context, const char *what);

/* Moves `size` bytes from one payer to another or, the payer staying, bills the growth (protocol.md B.7). */
void table_bill_update(struct apply_context *context, uint64_t old_payer, int64_t old_size, uint64_t payer,
                       int64_t size);

#endif
