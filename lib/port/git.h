/* SPDX-License-Identifier: Apache-2.0 */
/* Git, as the core sees it. All calls block and run on pool threads; a mirror is used by one task at a time (lane). */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct git_remote {
    const char *id;    /* "github:acme/backend": names the mirror */
    const char *url;   /* https, ssh, http to loopback or, from the configuration only, a local path or file:// */
    const char *token; /* for https; NULL = none. Never on a command line, never in a file of the mirror */
    const char *user;  /* user name that goes with the token; NULL = x-access-token */
};

struct gits; /* the mirrors below state/mirrors; thread-safe */
MUST_USE int gits_open(const char *state_dir, struct gits **ret, struct err *e);
void gits_close(struct gits **g);

/* Lane of a repository for the pool. */
uint64_t git_lane(const char *id);

/* Makes the mirror if needed and fetches all branches, tags and change heads, unless every object of `want` (NULL at
 * the end; may be NULL) is there already. What of `want` no ref leads to is asked for by its id. ERR_TRANSIENT when the
 * remote is away, ERR_MISSING when it or an object of `want` does not exist, ERR_DENIED, ERR_INVALID (the url). */
MUST_USE int git_fetch(struct gits *g, const struct git_remote *r, const char *const *want, struct err *e);
bool git_has(struct gits *g, const char *id, const char *oid);
/* "refs/heads/main", "main", "v1", "pull/7/head", an object id -> the commit's id (tags peeled), 40 or 64 digits in the
 * arena. A branch goes before a tag of its name. No expressions (main~1): ERR_INVALID. ERR_MISSING: no such commit,
 * or nothing was fetched yet. */
MUST_USE int git_resolve(struct gits *g, const char *id, const char *rev, struct arena *a, const char **ret,
                         struct err *e);
/* The id of a commit's tree, in the arena: equal content has equal trees. */
MUST_USE int git_content(struct gits *g, const char *id, const char *commit, struct arena *a, const char **ret,
                         struct err *e);
/* Does a branch end at this commit (a whole id)? */
MUST_USE int git_is_branch(struct gits *g, const char *id, const char *oid, bool *ret, struct err *e);
/* The best common ancestor; *ret NULL: none. (libgit2 has the name git_merge_base.) */
MUST_USE int git_base(struct gits *g, const char *id, const char *a_rev, const char *b_rev, struct arena *a,
                      const char **ret, struct err *e);
/* Paths that differ between two trees, each once, renames as both names. `from` NULL = the empty tree. */
struct git_paths {
    const char **at;
    size_t n;
};
MUST_USE int git_changed(struct gits *g, const char *id, const char *from, const char *to, struct arena *a,
                         struct git_paths *ret, struct err *e);
/* Content of one plain file at a commit, appended to *ret; ERR_MISSING when absent or a link, ERR_INVALID when larger
 * than max. */
MUST_USE int git_file(struct gits *g, const char *id, const char *commit, const char *path, size_t max,
                      struct buf *ret, struct err *e);
/* Names of the plain files directly in a folder at a commit; none if the folder is absent. */
MUST_USE int git_list(struct gits *g, const char *id, const char *commit, const char *folder, struct arena *a,
                      struct git_paths *ret, struct err *e);
/* A self-contained work tree with .git at `dir` (made whole beside it and then renamed; an earlier one is replaced):
 * detached at `commit` (a whole id); depth 0 = whole history. No hooks, filters or submodules, no remote. Works after
 * kill -9 in the middle: simply call it again. One call at a time for a `dir`. */
MUST_USE int git_checkout(struct gits *g, const char *id, const char *commit, int64_t depth, const char *dir,
                          struct err *e);
