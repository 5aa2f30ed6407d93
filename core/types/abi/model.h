/* What an ABI is in memory, for this folder only. Everything hangs in one arena; names are looked up in
 * sorted indexes; each reference to a type is resolved to a pointer when the ABI is validated, so that
 * encoding and decoding look nothing up. */
#ifndef EOSIOFS_CORE_TYPES_ABI_MODEL_H
#define EOSIOFS_CORE_TYPES_ABI_MODEL_H

#include "core/types/abi/abi.h"

/* nodeos's max_recursion_depth; what one value may grow to, in either form (nodeos has a deadline there). */
enum { ABI_DEPTH_MAXIMUM = 32, ABI_OUTPUT_MAXIMUM = 64 << 20 };

struct abi_builtin;
struct abi_struct;
struct abi_variant;

enum abi_kind { ABI_BUILTIN, ABI_STRUCT, ABI_VARIANT, ABI_ARRAY, ABI_OPTIONAL, ABI_FIXED_ARRAY };

/* A resolved type: typedefs are gone, suffixes have become nodes. */
struct abi_type {
	enum abi_kind kind;
	union {
		const struct abi_builtin *builtin;
		const struct abi_struct *structure;
		const struct abi_variant *variant;
		const struct abi_type *element; /* of an array, an optional */
	} of;
};

/* One row per built-in type (builtin.c). width and is_signed only matter to the integers, which share
 * functions. */
struct abi_builtin {
	const char *name;
	int (*encode)(const struct abi_builtin *self, struct bytes *out, const struct json *json,
	              struct error *error);
	int (*decode)(const struct abi_builtin *self, struct text *out, struct cursor *in); /* 0 or -EINVAL */
	/* of the types that JSON has as text of their own; 0 or -errno */
	int (*parse)(struct bytes *out, const char *string, struct error *error);
	unsigned width;
	bool is_signed;
	struct abi_type type;
};

struct abi_field {
	const char *name, *type_name;
	const struct abi_type *type;
	bool is_extension, is_optional; /* by the last character of type_name */
};

struct abi_struct {
	const char *name, *base_name;
	const struct abi_struct *base;
	struct abi_field *fields;
	size_t fields_count;
	struct abi_type type;
};

struct abi_texts {
	const char **list;
	size_t count;
};

struct abi_variant {
	const char *name;
	struct abi_texts type_names;
	const struct abi_type **types; /* of those names */
	struct abi_type type;
};

struct abi_typedef {
	const char *name, *type_name;
};

struct abi_action {
	uint64_t name;
	const char *type_name, *ricardian_contract;
};

struct abi_table {
	uint64_t name;
	const char *index_type, *type_name;
	struct abi_texts key_names, key_types;
};

struct abi_clause {
	const char *id, *body;
};

struct abi_error_message {
	uint64_t code;
	const char *message;
};

struct abi_extension {
	uint16_t type;
	const uint8_t *data;
	size_t length;
};

struct abi_result {
	uint64_t name;
	const char *type_name;
};

/* Positions sorted by text or, where text is NULL, by number. */
struct abi_key {
	const char *text;
	uint64_t number;
	size_t position;
};
struct abi_index {
	struct abi_key *keys;
	size_t count;
};

struct abi_chunk;

struct abi {
	struct abi_chunk *chunks; /* the arena */
	const char *version;
	struct abi_typedef *types;
	struct abi_struct *structs;
	struct abi_action *actions;
	struct abi_table *tables;
	struct abi_clause *clauses;
	struct abi_error_message *errors;
	struct abi_extension *extensions;
	struct abi_variant *variants;
	struct abi_result *results;
	size_t types_count, structs_count, actions_count, tables_count, clauses_count, errors_count,
		extensions_count, variants_count, results_count;
	struct abi_index types_index, structs_index, actions_index, tables_index, errors_index, variants_index,
		results_index;
};

/* --- sections.c: the lists of an ABI, in nodeos's order, and what their rows are made of, which is all that
 * reading and writing either form need --- */

enum abi_member_kind {
	ABI_TEXT,
	ABI_NAME,
	ABI_NUMBER,
	ABI_TEXTS,
	ABI_FIELDS,   /* of a struct, each a name and a type */
	ABI_EXTENSION /* the whole row: [type, "hex"] */
};
struct abi_member {
	const char *name; /* in JSON */
	enum abi_member_kind kind;
	size_t offset;
};
enum { ABI_SECTIONS = 9, ABI_MEMBERS_MAXIMUM = 5 };
struct abi_section {
	const char *name;
	size_t rows, count;  /* where they stand in struct abi */
	size_t size;         /* of a row in memory */
	size_t minimum;      /* bytes of a row, packed */
	bool may_be_missing; /* at the end of the packed form: ABI 1.1 and 1.2 added them */
	struct abi_member members[ABI_MEMBERS_MAXIMUM + 1]; /* up to one without a name */
};
extern const struct abi_section abi_sections[ABI_SECTIONS];

/* Gives the section count zeroed rows. */
uint8_t *abi_section_make(struct abi *abi, const struct abi_section *section, size_t count);
const uint8_t *abi_section_rows(const struct abi *abi, const struct abi_section *section, size_t *count);

/* --- abi.c --- */

struct abi *abi_create(void);
/* Zeroed memory of the arena, for as long as the ABI lives. */
void *abi_allocate(struct abi *abi, size_t count, size_t size);
const char *abi_copy_string(struct abi *abi, const char *string, size_t length);
/* As strcmp(), of a key that ends with a zero and a text of length bytes. */
int abi_compare_text(const char *key, const char *text, size_t length);
/* The position under a text of length bytes; -1 when there is none. */
long abi_index_text(const struct abi_index *index, const char *text, size_t length);

/* Where resolving takes the nodes of suffixes from: the arena of an ABI under construction, or a few on
 * the stack. */
struct abi_nodes {
	struct abi *arena; /* or NULL */
	struct abi_type stack[ABI_DEPTH_MAXIMUM + 1];
	size_t used;
};
/* The type of a name of length bytes; NULL when unknown, or (and *too_deep) when it hides under too many
 * typedefs or suffixes. */
const struct abi_type *abi_resolve(const struct abi *abi, struct abi_nodes *nodes, bool *too_deep,
                                   const char *name, size_t length);
/* Length of a type name without one suffix of `[]`, `[N]`, `?`; *kind tells which; the same length when
 * there is none. */
size_t abi_strip_suffix(enum abi_kind *kind, const char *name, size_t length);

/* --- builtin.c --- */

const struct abi_builtin *abi_builtin_find(const char *name, size_t length);

/* --- validate.c --- */

/* Builds the indexes, checks A.6's rules, resolves every reference. */
int abi_validate(struct abi *abi, struct error *error);

/* --- where in a value an encoder or decoder is: a chain of frames on the stack, printed only when
 * something fails --- */

struct abi_path {
	const struct abi_path *parent;
	const char *name;    /* root: the type; else the field; NULL for an element */
	const char *variant; /* the type chosen in a variant, else NULL */
	size_t index;        /* of an element, of a variant's type */
};
struct abi_path_text {
	char text[512];
};
/* As nodeos prints it: transfer.quantity, t.keys[2].key, t.choice.<variant(1)=uint64>. Without the root
 * when from_root is false. */
struct abi_path_text abi_path_print(const struct abi_path *path, bool from_root);

#endif
