/* The one parser of what users write: words, quotes, options, and the words' meanings. Every sentence
 * names the word that was not understood. */
#ifndef EOSIOFS_FS_TREE_WRITE_COMMAND_H
#define EOSIOFS_FS_TREE_WRITE_COMMAND_H

#include "core/types/asset.h"
#include "core/types/authority.h"

enum { COMMAND_WORDS = 256, COMMAND_OPTIONS = 16, COMMAND_PERMISSIONS = 16 };

enum option_kind {
	OPTION_FLAG,       /* --transfer */
	OPTION_VALUE,      /* --creator NAME, --creator=NAME */
	OPTION_QUANTITY,   /* --stake-net "1.0000 SYS"; the two words need no quotes */
	OPTION_PERMISSION, /* -p ACTOR[@PERMISSION], again and again */
};
/* One row of a verb's options. */
struct command_option {
	const char *name; /* "--stake-net", "-p" */
	enum option_kind kind;
};

/* A command taken apart. Words: '…' as it stands, "…" with backslash, backslash outside quotes; quotes
 * count only where a word begins. A word that begins with { or [ goes on to its closing bracket, as it
 * stands (JSON). */
struct command {
	char *memory;     /* owned: the words, unquoted; wiped when released */
	size_t memory_size;
	const char *line; /* owned with memory: the whole line */
	size_t count;     /* words that are no options */
	const char *word[COMMAND_WORDS];
	size_t start[COMMAND_WORDS]; /* where in the line it begins */
	size_t next;                 /* the word that command_take() gives next */
	const char *value[COMMAND_OPTIONS]; /* by the options' rows: NULL when not given, "" for a flag */
	struct permission_level permission[COMMAND_PERMISSIONS];
	size_t permission_count;
};

/* Options may stand anywhere, up to a word `--`; what begins with `-` and a digit is a word. Without a
 * list of options nothing is one, and a quote or bracket that is never closed is a character like others
 * (memos). release it in any case. -EINVAL. */
int command_parse(struct command *out, const char *line, size_t length, const struct command_option *options,
                  size_t options_count, struct error *error);
void command_release(struct command *command);

/* The next word, or NULL at the end. */
const char *command_take(struct command *command);
/* The next word is demanded; `what` names it in the sentence: "the receiver's name is missing". */
int command_take_word(struct command *command, const char **out, const char *what, struct error *error);
/* An account's name. */
int command_take_name(struct command *command, uint64_t *out, const char *what, struct error *error);
/* `10.0000 SYS` as two words or one quoted. symbol: what it must be of (then `10 SYS` is enough), or 0.
 * contract: NULL, or *contract becomes what follows the @ in `SYS@CONTRACT` (left alone when there is
 * none). */
int command_take_quantity(struct command *command, struct asset *out, uint64_t symbol, uint64_t *contract,
                          const char *what, struct error *error);
/* The rest of the line as it stands, white space at its ends cut off; when one pair of quotes encloses all
 * of it, what they enclose. Free text: parse with no options before. "" at the end. */
const char *command_take_rest(struct command *command);
/* Nothing may be left; the sentence names the first word too many and shows the usage. */
int command_end(struct command *command, const char *usage, struct error *error);

/* Index of a word in a list, or -EINVAL with a sentence that names the word and what it may be. */
int command_choose(const char *word, const char *const *choices, size_t count, struct error *error);
int command_int64(int64_t *out, const char *word, int64_t minimum, int64_t maximum, const char *what,
                  struct error *error);
/* `0` or `1` (also false/true, no/yes, off/on). */
int command_bool(bool *out, const char *word, struct error *error);

#endif
