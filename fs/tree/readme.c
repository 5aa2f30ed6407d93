/* README, and the same list for README.md: printed from the table, so that neither can say what the tree
 * does not do. */
#include "fs/tree/readme.h"

#include <string.h>

static const char *const kind_names[] = {
	[ROW_FOLDER] = "folder", [ROW_READ_ONLY] = "read",  [ROW_VERB] = "verb",
	[ROW_VALUE] = "value",   [ROW_LIST] = "list",       [ROW_DOCUMENT] = "document",
	[ROW_BYTES] = "bytes",   [ROW_GROWING] = "growing", [ROW_LINK] = "link",
};

/* `accounts/@account/votes` as people write it: `accounts/ACCOUNT/votes`. */
static void print_pattern(struct text *out, const struct row *row)
{
	bool capture = false;
	for (const char *at = row->pattern; *at; at++) {
		if (*at == '@' && (at == row->pattern || at[-1] == '/')) {
			capture = true;
			continue;
		}
		if (capture && !(*at >= 'a' && *at <= 'z'))
			capture = false;
		text_append_char(out, capture ? (char)(*at - 'a' + 'A') : *at);
	}
	if (row->kind == ROW_FOLDER)
		text_append_char(out, '/');
}

static void pad(struct text *out, size_t start, size_t width)
{
	do
		text_append_char(out, ' ');
	while (out->length - start < width);
}

static void print_intro(struct text *out, const char *mount_point, unsigned lacks)
{
	text_printf(
		out,
		"An EOSIO testnet as files, mounted at %s\n"
		"\n"
		"Look:   ls accounts; cat accounts/eosio/info.json; cat chain/info.json\n"
		"Act:    echo all > boot/run                        the chain's accounts (make run did it)\n"
		"        mkdir accounts/newaccount12                an account, by defaults/\n"
		"        echo 'newaccount12 1.0000 SYS hello' > accounts/useraaaaaaac/transfer\n"
		"        echo producer111a producer111b > accounts/useraaaaaaac/votes\n"
		"%s"
		"Learn:  cat errors       what failed, and the chain's own words\n"
		"        cat log          what this mount sent\n"
		"        getfattr -d FILE how it is written, what its last failure was\n"
		"\n"
		"What a value file reads is what it accepts: cat accounts/a/votes > accounts/b/votes copies votes.\n"
		"> sets; >> adds to a list, to stake and to ram. A write that succeeded happened; one that failed\n"
		"says why, in errors too.\n"
		"A write() runs what it brings, newline or not, unless it ends at a multiple of 4096 bytes, as a\n"
		"program's buffer does. Empty content (: > votes) empties votes, proxy and peers.\n"
		"Reading changes nothing, deleting destroys nothing.\n"
		"\n"
		"Kinds of file:\n"
		"  read      can only be read\n"
		"  verb      a written line acts; reading shows how to write it; # lines are ignored\n"
		"  value     one line\n"
		"  list      one item a line\n"
		"  document  JSON\n"
		"  bytes     a whole file, written by cp\n"
		"  growing   like a log: tail -f follows it\n"
		"  absent    what the chain of this mount does not have or tell; errors says why when it is named\n"
		"\n",
		*mount_point ? mount_point : "/",
		lacks & CHAIN_CLOCK
			? ""
			: "        echo +1h > chain/clock                     an hour later, with every block between\n");
}

static bool is_below(const struct row *row, const struct row *folder)
{
	size_t length = strlen(folder->pattern);
	return strncmp(row->pattern, folder->pattern, length) == 0 && row->pattern[length] == '/';
}

void readme_print(struct text *out, const struct row *rows, size_t count, const char *mount_point,
                  unsigned lacks)
{
	const struct row *absent = NULL;
	print_intro(out, mount_point, lacks);
	for (size_t i = 0; i < count; i++) {
		size_t start = out->length;
		if (rows[i].needs & lacks)
			absent = &rows[i];
		print_pattern(out, &rows[i]);
		pad(out, start, 40);
		bool is_absent = absent && (absent == &rows[i] || is_below(&rows[i], absent));
		text_append(out, is_absent ? "absent" : kind_names[rows[i].kind]);
		pad(out, start, 50);
		text_printf(out, "%s\n", rows[i].help ? rows[i].help : "");
		if (rows[i].usage)
			text_printf(out, "%50s%s\n", "", rows[i].usage);
	}
}

void tree_print_table(struct text *out)
{
	for (size_t i = 0; i < tree_rows_count; i++) {
		const struct row *row = &tree_rows[i];
		print_pattern(out, row);
		text_printf(out, "\t%s\t%s\t%s\n", kind_names[row->kind], row->help ? row->help : "",
		            row->usage ? row->usage : "");
	}
}

int readme_read(struct request *request, struct text *out, struct error *error)
{
	const struct tree_options *options = request_options(request);
	(void)error;
	readme_print(out, options->rows, options->rows_count, options->mount_point,
	             options->chain ? options->chain->lacks : 0);
	return 0;
}
