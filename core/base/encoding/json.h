/* JSON documents: the one place that knows cJSON. Integers beyond 2^53 keep every digit (they become
 * strings while parsing). */
#ifndef EOSIOFS_CORE_BASE_ENCODING_JSON_H
#define EOSIOFS_CORE_BASE_ENCODING_JSON_H

#include "core/base/error.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A node of a parsed document; lives as long as its root. NULL is accepted everywhere and is of type
 * JSON_MISSING. */
struct json;

enum json_type { JSON_MISSING, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Parses exactly one value of length bytes (white space around it is fine), nested at most 200 deep.
 * Numbers of more than 15 digits are kept as strings of their digits. NUL characters are refused. The
 * sentence names line, column and what was found, which may be JSON_ENDS_TOO_EARLY. -EINVAL. */
#define JSON_ENDS_TOO_EARLY "it ends too early"
int json_parse(struct json **out, const char *text, size_t length, struct error *error);
void json_release(struct json *root);

enum json_type json_type(const struct json *node);
/* NULL when absent or no object; of equal names the first, as in nodeos */
const struct json *json_member(const struct json *object, const char *name);
/* elements or members, else 0 */
size_t json_count(const struct json *node);
const struct json *json_first(const struct json *node);                        /* first element or member */
const struct json *json_next(const struct json *node);
/* a member's name, "" for an element */
const char *json_name(const struct json *member);
const char *json_string(const struct json *node);                              /* NULL when it is no string */
/* a number, or a string that is one; else 0 */
double json_number(const struct json *node);
bool json_is_true(const struct json *node);
/* Integers given as number or as decimal string; -EINVAL when neither, with a fraction, or out of range
 * (*out is then untouched). */
int json_int64(int64_t *out, const struct json *node);
int json_uint64(uint64_t *out, const struct json *node);

/* Compact text, members in their order. */
void json_print(struct text *out, const struct json *node);
/* Reformats JSON text in cleos's layout without going through numbers (every digit stays). text should be
 * valid JSON. */
void json_indent(struct text *out, const char *text, size_t length);

#endif
