/* SPDX-License-Identifier: Apache-2.0 */
/* Merging commits, learning from merges, and pushing, as the core sees them. All calls block and run on pool threads,
 * in the lane of the mirror (git_lane); commits that are named have to be in it (git_fetch). Nothing is pushed but by
 * merge_push. Repositories with SHA-256 objects: what git itself merges without conflict is merged, the rest is left to
 * people; nothing is replayed there, and nothing learned (ERR_INVALID). */
#pragma once
#include "base/clk.h"
#include "core/policy.h"
#include "merge/merge.h"
#include "port/git.h"

enum merge_state {
    MERGE_NOTHING,   /* ours has theirs already: commit = ours */
    MERGE_MERGED,    /* no conflict; by fast-forward, commit = theirs */
    MERGE_RESOLVED,  /* conflicts, all resolved by rules: a commit that a check has yet to approve */
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
    /* The first that leaves nothing open counts. By rebase the commits that ours has and theirs has not are replayed on
     * theirs, the oldest first: authors, their dates and messages stay, the committer is `name`, signatures are lost,
     * and what changes nothing there is left out. Not where a merge is among them, or where nothing would be left. */
    struct wf_ways ways;
};
enum { MERGE_REPLAYED = 200 }; /* commits; more are not replayed */

struct merge_answer { /* text in the arena */
    enum merge_state state;
    enum conflict_way way;     /* that was tried last: of the commit, if there is one */
    const char *ours, *theirs; /* the commits that were merged */
    const char *commit;
    const char *tried; /* ways before it that came to nothing, for people: "rebase: why; ..."; NULL = none */
    /* JSON: {"state", "way", "ours", "theirs", "base" (null: none), "commit", "tried": [{"way", "why"}] (those before
     * that came to nothing, if any), "files": [{"path", "at" (the commit that is replayed), "state": "resolved" |
     * "unresolved", "why" (unresolved as a whole), "advice", "rules": [..], "hunks": n, "left": [{"line", "key",
     * "base", "ours", "theirs"}]}], "cut": true when more was left than is told}. Files are those of `way`. */
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
