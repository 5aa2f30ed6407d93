/* What each character of a written command is: one machine, which tells kinds.c where a command ends and
 * command.c where its words do, so that the two always agree. */
#ifndef EOSIOFS_FS_TREE_WRITE_LEXER_H
#define EOSIOFS_FS_TREE_WRITE_LEXER_H

#include <stdbool.h>

enum lexeme {
	LEXEME_BLANK, /* between words */
	LEXEME_TEXT,  /* of a word, or of a document */
	LEXEME_MARK,  /* a quote or a backslash: it means something and is no part of the word */
	LEXEME_END,   /* the command or the document ends with this character */
};

/* {0} before the first character and after each end. */
struct lexer {
	char quote;      /* the one that is open; within brackets that of a JSON string */
	unsigned depth;  /* brackets that are open */
	bool in_word;    /* a word, or the document, has begun */
	bool escape;     /* the next character stands for itself */
	bool equals;     /* `--stake-net="1 SYS"`: a quote may follow an equals sign */
	bool goes_on;    /* the line ended with a backslash */
	bool line;       /* a document that is one line: a bare key, `delete` */
};

/* A command: '…' as it stands, "…" with backslash, backslash outside quotes; quotes and brackets count
 * only where a word begins; what begins with { or [ goes on to its closing bracket. Ends with a newline
 * outside of all these; a backslash before the newline takes it away. */
enum lexeme lexer_take(struct lexer *lexer, char character);
/* Ends with every newline. */
enum lexeme lexer_take_line(struct lexer *lexer, char character);
/* A JSON value, to its closing bracket or quote, or what begins otherwise, to the newline. */
enum lexeme lexer_take_document(struct lexer *lexer, char character);
/* More has to come: a quote, a bracket or an escaped newline is open. */
bool lexer_is_open(const struct lexer *lexer);

#endif
