/* SPDX-License-Identifier: Apache-2.0 */
/* Two sets of edits of the same base laid over each other: what only one side changed, what both changed alike, and
 * what is in conflict. Edits that touch are in conflict, as in git. Pure. */
#pragma once
#include "merge/diff.h"

enum part_kind {
    PART_SAME, /* as in the base */
    PART_OURS, /* only ours changed it */
    PART_THEIRS,
    PART_BOTH, /* both alike */
    PART_CONFLICT
};

struct part {
    enum part_kind kind;
    size_t b, b_n, o, o_n, t, t_n; /* pieces of base, ours, theirs */
    const struct edit *oe, *te;    /* the edits that make it */
    size_t n_oe, n_te;
};
struct parts {
    VEC(struct part) v;
};

struct three {
    struct seq_names names;
    struct seq base, ours, theirs;
    struct edits oe, te;
    struct parts parts;
};

/* base, ours, theirs and names are there: fills the rest. */
void three_compare(struct three *x);
void three_free(struct three *x);
size_t three_conflicts(const struct three *x);
/* Text of a part that is no conflict. */
struct sv three_text(const struct three *x, const struct part *p);
