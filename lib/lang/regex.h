/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions that people write: PCRE2, 8 bit, UTF-8 where the text is well-formed and bytes where it is not.
 * Time, depth and memory of a search are limited: an expression that takes too long gives up, it never hangs. A
 * compiled one is immutable and may be shared between threads. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum {
    REGEX_LENGTH = 2048,   /* bytes of an expression */
    REGEX_STEPS = 100000,  /* match limit of one search: some milliseconds at most */
    REGEX_DEPTH = 2000,    /* of backtracking, and */
    REGEX_HEAP_KIB = 4096, /* its memory, both where there is no JIT; with it, its stack of 32 KiB */
    REGEX_WORD = 16        /* bytes of a word that regex_words finds */
};

enum regex_case { REGEX_AS_WRITTEN, REGEX_ANY_CASE };
enum regex_found { REGEX_NO, REGEX_YES, REGEX_GAVE_UP /* a limit was reached: not known */ };

struct regex;
/* -1 ERR_INVALID with a text for people; code is the offset in bytes where it is wrong. Refused besides what PCRE2
 * refuses: \C, and more than REGEX_LENGTH bytes. */
MUST_USE int regex_compile(struct sv pattern, enum regex_case which, struct regex **ret, struct err *e);
void regex_free(struct regex **r); /* fits AUTO(regex_free) */
/* The first place in the text. *ret_at (NULL = not wanted) is set for REGEX_YES, borrowed from the text. */
enum regex_found regex_find(const struct regex *r, struct sv text, struct sv *ret_at);

struct regex_words {
    VEC(struct sv) v; /* in ASCII lower case, REGEX_WORD bytes at most, in the arena */
};
/* Words of which every text that matches holds at least one (ASCII case folded), so that one pass over a text tells
 * which expressions are worth a search. False when there are none: it may match anything. Cautious: what it does not
 * understand has no words. */
bool regex_words(struct sv pattern, struct arena *arena, struct regex_words *ret);
