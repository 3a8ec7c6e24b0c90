/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting the texts of a merge so that what one side did everywhere (renamed a symbol) or far away (moved a block) is
 * done on all sides; what is left then merges line by line. Pure. */
#pragma once
#include "merge/three.h"

struct rewrite { /* text owned by the arena */
    struct sv base, ours, theirs;
};

/* One side replaced a word by another that was nowhere before, at two places or more (or where a function is defined),
 * and kept none of it: the base and
 * the other side are given the new word (but not inside of quotes). False when there is no such word. */
enum renamed_when {
    RENAMED_ANY,
    RENAMED_USED /* a function, which the other side uses at more places than before */
};
bool renamed_rewrite(const struct rewrite *in, enum renamed_when when, struct arena *a, struct rewrite *ret);
/* One side deleted three lines or more and put the same (perhaps indented anew) somewhere else, once; the other changed
 * some of them where they were. The moved block gets these changes, and the place they came from is empty on all sides.
 * x: the lines, compared. False when there is no such block. */
bool moved_rewrite(const struct three *x, struct arena *a, struct rewrite *ret);
/* The same where the block went to another file, of which `before` is the text in the base and `there` the merged one.
 */
bool moved_out_rewrite(const struct three *x, struct sv before, struct sv there, struct arena *a, struct rewrite *ret,
                       struct sv *ret_there);
