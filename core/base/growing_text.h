/* A text that only grows, as a log does, read by offset while others append. When it passes its limit its
 * older half goes (at a line's end), as a rotated log file shrinks. Thread-safe. */
#ifndef EOSIOFS_CORE_BASE_GROWING_TEXT_H
#define EOSIOFS_CORE_BASE_GROWING_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct growing_text;
struct shared_lines; /* lines that many texts have in common, in memory once */

struct growing_text *growing_text_create(size_t limit); /* bytes */
void growing_text_destroy(struct growing_text *text);
/* Appends whole lines (a newline is added when the last is missing), secrets masked (secret.h). when: what
 * its mtime becomes. Returns how many bytes that made. */
size_t growing_text_append(struct growing_text *text, const char *lines, size_t length,
                           struct timespec when);
/* Lines that the program made of numbers and names, which hold no secret, each with its newline; one
 * reference, the caller's. */
struct shared_lines *shared_lines_create(const char *lines, size_t length);
void shared_lines_release(struct shared_lines *lines); /* NULL is fine */
void growing_text_append_shared(struct growing_text *text, struct shared_lines *lines, struct timespec when);
/* What is in it, and from now on each line that comes, is written to this descriptor, too. */
void growing_text_mirror(struct growing_text *text, int descriptor);
size_t growing_text_size(struct growing_text *text, struct timespec *modified); /* modified may be NULL */
/* Copies at most size bytes from offset; 0 at or beyond the end. */
size_t growing_text_read(struct growing_text *text, char *out, size_t size, uint64_t offset);

#endif
