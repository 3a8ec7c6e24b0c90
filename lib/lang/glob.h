/* SPDX-License-Identifier: Apache-2.0 */
/* Filter patterns with GitHub's meaning (docs: "Filter pattern cheat sheet"): `*` stops at `/`, `**` does not, `?` and
 * `+` repeat the character before them (0-1, 1-n), `[]` with ranges, `\` escapes, `!` in front of a pattern of a list
 * takes matches away again; order matters, the last matching pattern wins, a list of negative patterns alone matches
 * nothing. Matching time is linear in pattern × name. Pure; a compiled glob is immutable and may be shared. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct glob;
struct globs { /* a list as written in a file */
    struct glob **at;
    const char **text;
    size_t n;
};

/* The glob lives in the arena. -1 ERR_INVALID for a bad class, a dangling escape or a repeat of nothing. */
MUST_USE int glob_compile(struct sv pattern, struct arena *arena, struct glob **ret, struct err *e);
bool glob_match(const struct glob *g, struct sv name); /* the whole name; ignores a leading `!` of the pattern */
/* Steps that matching takes at most: 0 where what is fixed in the pattern decides, else pattern × name. */
size_t glob_work(const struct glob *g, struct sv name);
bool glob_is_negative(const struct glob *g);
MUST_USE int globs_add(struct globs *l, struct sv pattern, struct arena *arena, struct err *e);
bool globs_match(const struct globs *l, struct sv name); /* the list rule above */
