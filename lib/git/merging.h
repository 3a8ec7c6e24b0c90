/* SPDX-License-Identifier: Apache-2.0 */
/* A merge under way: what merge.c and mend.c share. */
#pragma once
#include "git/clash.h"
#include "git/merge_report.h"
#include "port/merge.h"

struct merging {
    struct git_view view;
    const struct merge_want *want;
    const struct merge_memory *memory;
    struct arena *a;
    git_oid ours, theirs;
    git_tree *trees[CLASH_SIDES]; /* of base (NULL: there are several, or none), ours, theirs */
    struct merge_answer *ret;
    struct merge_report report;
    VEC(const char *) used;
    msec_t deadline;
};

/* Files that merged without conflict, although one side renamed a function that the other uses anew. */
MUST_USE int merging_mend(struct merging *m, git_index *index, struct err *e);
/* What the file by itself does not show: one side moved a block to another file, the other changed it where it was. 0:
 * *r is the outcome of the file, and the other one is in the index. 1: no such block. */
MUST_USE int merging_moved_out(struct merging *m, git_index *index, const struct merge_texts *in,
                               struct merge_result *r, struct err *e);
