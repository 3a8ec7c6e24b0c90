/* SPDX-License-Identifier: Apache-2.0 */
/* A merge under way: what merge.c, rebase.c, mend.c and shown_merge.c share. */
#pragma once
#include "git/clash.h"
#include "git/merge_report.h"
#include "port/merge.h"

#define MERGE_KEPT "refs/fettle/resolve/"

struct merging {
    struct git_view view;
    const struct merge_want *want;
    const struct merge_memory *memory;
    struct arena *a;
    git_oid ours, theirs;         /* of a repository with SHA-1 objects */
    git_tree *trees[CLASH_SIDES]; /* of base (NULL: there are several, or none), ours, theirs */
    struct merge_answer *ret;
    struct merge_report report;
    VEC(const char *) used;
    const char *why_not; /* the way under way is none here; NULL = it is, or the files say why not */
    msec_t deadline;
};

/* merge.c */
/* The conflicts of an index, with the trees of its sides in m->trees: ret->state is merged, resolved or unresolved. */
MUST_USE int merging_settle(struct merging *m, git_index *index, struct err *e);
/* Keeps the commit from being collected, and tells people where it is. It is the answer. */
MUST_USE int merging_keep(struct merging *m, const git_oid *commit, struct err *e);
void merging_drop_trees(struct merging *m);

/* rebase.c: what ours has and theirs has not, on theirs. Without a commit in the answer: m->why_not, or files that are
 * left. */
MUST_USE int merging_rebase(struct merging *m, struct err *e);

/* mend.c */
/* Files that merged without conflict, although one side renamed a function that the other uses anew. */
MUST_USE int merging_mend(struct merging *m, git_index *index, struct err *e);
/* What the file by itself does not show: one side moved a block to another file, the other changed it where it was. 0:
 * *r is the outcome of the file, and the other one is in the index. 1: no such block. */
MUST_USE int merging_moved_out(struct merging *m, git_index *index, const struct merge_texts *in,
                               struct merge_result *r, struct err *e);

/* shown_merge.c: through the git program, for SHA-256 repositories */
MUST_USE int merging_shown(struct merging *m, struct err *e);
MUST_USE int merging_shown_keep(struct merging *m, const char *commit, struct err *e);
/* Either kind: is `old` the commit `of` itself, or one before it? */
MUST_USE int merging_has(struct merging *m, const char *of, const char *old, bool *ret, struct err *e);
