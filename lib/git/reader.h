/* SPDX-License-Identifier: Apache-2.0 */
/* Two ways to the same answers: tree_* through libgit2, shown_* through the git program for SHA-256 repositories.
 * `name` is a full ref or a whole object id, `path` is relative and clean: read.c has checked them. */
#pragma once
#include "git/mirror.h"

/* Both *_commit: *ret NULL when there is no such name or it is no commit. */
int tree_commit(struct git_view *v, const char *name, struct arena *a, const char **ret, struct err *e);
int tree_id(struct git_view *v, const char *commit, struct arena *a, const char **ret, struct err *e);
int tree_merge_base(struct git_view *v, const char *one, const char *two, struct arena *a, const char **ret,
                    struct err *e);
int tree_changed(struct git_view *v, const char *from, const char *to, struct arena *a, struct git_paths *ret,
                 struct err *e);
int tree_file(struct git_view *v, const char *commit, const char *path, size_t max, struct buf *ret, struct err *e);
int tree_list(struct git_view *v, const char *commit, const char *folder, struct arena *a, struct git_paths *ret,
              struct err *e);
bool tree_has(struct git_view *v, const char *oid);

int shown_commit(struct git_view *v, const char *name, struct arena *a, const char **ret, struct err *e);
int shown_tree_id(struct git_view *v, const char *commit, struct arena *a, const char **ret, struct err *e);
int shown_merge_base(struct git_view *v, const char *one, const char *two, struct arena *a, const char **ret,
                     struct err *e);
int shown_changed(struct git_view *v, const char *from, const char *to, struct arena *a, struct git_paths *ret,
                  struct err *e);
int shown_file(struct git_view *v, const char *commit, const char *path, size_t max, struct buf *ret, struct err *e);
int shown_list(struct git_view *v, const char *commit, const char *folder, struct arena *a, struct git_paths *ret,
               struct err *e);
bool shown_has(struct git_view *v, const char *oid);

/* git-check-ref-format(1), so that no name can be read as an expression. */
bool ref_ok(struct sv name);

/* A growing list of names in an arena. */
struct path_list {
    struct arena *a;
    const char **at;
    size_t n, cap;
};
enum { PATHS_MAX = 1000000 };
/* Skips a name equal to the last one. ERR_INVALID beyond PATHS_MAX. */
MUST_USE int path_add(struct path_list *l, struct sv name, struct err *e);
