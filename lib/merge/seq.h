/* SPDX-License-Identifier: Apache-2.0 */
/* A text as a sequence of pieces, lines or words, each with a number that is the same for equal pieces. The pieces lie
 * one behind the other in the text, so that a range of them is text again. Borrows the text. */
#pragma once
#include "base/arena.h"
#include "base/map.h"

struct seq {
    const struct sv *at;
    const uint32_t *id;
    size_t n;
    const char *end; /* of the text */
};

struct seq_names { /* the numbers given so far */
    struct map ids;
    uint32_t next;
};

enum seq_equal {
    SEQ_EXACT,
    SEQ_SPACELESS /* lines are equal that differ in white space only */
};
/* Lines with their ends; the last one may have none. */
void seq_lines(struct seq_names *names, struct sv text, enum seq_equal how, struct arena *a, struct seq *ret);
/* Words, numbers with dots, quoted text on one line, white space, line ends, and single characters for the rest. */
void seq_words(struct seq_names *names, struct sv text, struct arena *a, struct seq *ret);
void seq_names_free(struct seq_names *names);

struct sv seq_range(const struct seq *s, size_t at, size_t n);
static inline bool seq_same(const struct seq *x, size_t i, const struct seq *y, size_t j, size_t n)
{
    return n == 0 || memcmp(x->id + i, y->id + j, n * sizeof *x->id) == 0;
}

/* ---- single lines ---- */

struct sv line_body(struct sv line);   /* without the line end (LF or CRLF) */
struct sv line_indent(struct sv line); /* the blanks and tabs in front */
bool line_is_blank(struct sv line);
