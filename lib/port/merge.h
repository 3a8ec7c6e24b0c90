/* SPDX-License-Identifier: Apache-2.0 */
/* Merging commits, learning from merges, and pushing, as the core sees them. All calls block and run on pool threads,
 * in the lane of the mirror (git_lane); commits that are named have to be in it (git_fetch). Nothing is pushed but by
 * merge_push. Only repositories with SHA-1 objects: ERR_INVALID for others. */
#pragma once
#include "base/clk.h"
#include "merge/merge.h"
#include "port/git.h"

enum merge_state {
    MERGE_NOTHING,   /* ours has theirs already: commit = ours */
    MERGE_MERGED,    /* no conflict; where theirs has ours, commit = theirs, else a merge commit */
    MERGE_RESOLVED,  /* conflicts, all resolved by rules: a merge commit that a check has yet to approve */
    MERGE_UNRESOLVED /* commit NULL; the report says which files and hunks */
};
const char *merge_state_name(enum merge_state s); /* "nothing-to-do", "merged", "resolved", "unresolved" */

struct merge_want {
    const char *repo_id;
    const char *ours;    /* what is to have theirs: first parent; as git_resolve takes it */
    const char *theirs;  /* second parent */
    const char *key;     /* the commit is kept under refs/fettle/resolve/<key>: letters, digits, '-' and '_' */
    const char *message; /* of the merge commit */
    const char *name, *email;
    msec_t when; /* of author and committer: the same want makes the same commit */
};

struct merge_answer { /* text in the arena */
    enum merge_state state;
    const char *ours, *theirs; /* the commits that were merged */
    const char *commit;
    /* JSON: {"state", "ours", "theirs", "base" (null: none), "commit", "files": [{"path", "state": "resolved" |
     * "unresolved", "why" (unresolved as a whole), "advice", "rules": [..], "hunks": n, "left": [{"line", "key",
     * "base", "ours", "theirs"}]}], "cut": true when more was left than is told}. */
    struct sv report;
    const char **used; /* keys of learned resolutions that were taken */
    size_t n_used;
};
/* ERR_MISSING: no such commit; ERR_TRANSIENT. */
MUST_USE int merge_commits(struct gits *g, const struct merge_want *want, const struct merge_memory *memory,
                           struct arena *a, struct merge_answer *ret, struct err *e);

/* How somebody resolved a conflict. */
struct merge_lesson {
    const char *key, *path;
    struct sv text; /* what stands in place of the hunk */
};
struct merge_lessons { /* text in the arena */
    struct merge_lesson *at;
    size_t n;
};
/* Looks at a merge commit that a person made (two parents): the hunks that were in conflict, and what became of them.
 * No lessons from a commit that is no merge. */
MUST_USE int merge_learn(struct gits *g, const char *repo_id, const char *commit, struct arena *a,
                         struct merge_lessons *ret, struct err *e);

/* Compare-and-swap of a ref at the remote. */
struct merge_push {
    const char *commit; /* whole id */
    const char *ref;    /* "refs/heads/topic" */
    const char *expect; /* whole id: what the ref has to be; all zeros = it must not exist yet */
};
/* 0 also when the ref is at that commit already. ERR_CONFLICT: the ref is somewhere else; ERR_DENIED (also a rule or
 * hook of the remote that refuses), ERR_TRANSIENT, ERR_UNCERTAIN (the answer was lost: the same call again finds out).
 */
MUST_USE int merge_push(struct gits *g, const struct git_remote *r, const struct merge_push *p, struct err *e);
