/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two sequences: anchored at pieces that are unique on both sides (patience diff, Bram Cohen), and
 * between the anchors by the shortest edit script (Myers, "An O(ND) difference algorithm and its variations", 1986) as
 * far as it is short. Insertions and deletions that could be told at several places are told at the last. Pure. */
#pragma once
#include "base/vec.h"
#include "merge/seq.h"

struct edit { /* old[a .. a+a_n) became new[b .. b+b_n) */
    size_t a, a_n, b, b_n;
};
struct edits {
    VEC(struct edit) v;
};

/* Both sequences numbered by the same names. In order; between two edits at least one piece is the same. */
void diff_seq(const struct seq *old, const struct seq *new, uint32_t n_names, struct edits *ret);
void diff_free(struct edits *e);
