/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of snapshots share; nobody else includes this. */
#pragma once
#include "base/vec.h"
#include "git/command.h"
#include "git/mirror.h"
#include "git/snapshot.h"

enum { SNAPSHOT_MS = 10 * 60 * 1000, SNAPSHOT_OUT = 64 << 20 };
#define SNAPSHOT_HEAD "fettle snapshot 1"

/* The repository of a job, locked. */
struct snapshot_repo {
    struct arena a;
    const char *path;
    int lock;
};
/* ERR_MISSING when it is not there and `make` says that it need not be made. */
enum repo_make { REPO_IF_THERE, REPO_MAKE };
MUST_USE int snapshot_repo_open(struct gits *g, int64_t job, enum repo_make make, struct snapshot_repo *ret,
                                struct err *e);
void snapshot_repo_close(struct snapshot_repo *r); /* fits AUTO */
/* Objects that are files of their own: all that is needed is in packs. */
MUST_USE int snapshot_drop_loose(const struct snapshot_repo *r, struct err *e);
/* Runs git there, with `index` and `work_tree` (each may be NULL). */
MUST_USE int snapshot_git(const struct snapshot_repo *r, const char *index, const char *work_tree, const char *input,
                          const char *const *argv, struct git_output *ret, struct err *e);

/* snapshot_walk.c: what lies in a workspace. */
struct work_tree {
    const char *path; /* below the workspace; "" = itself */
    bool repository;  /* has a folder .git */
    bool left_out;    /* a submodule, or a name that cannot be told */
    bool ignored;
    int64_t git_bytes;
};
struct work_trees {
    struct arena *a;
    VEC(struct work_tree) v; /* by path: the workspace is the first one */
    int64_t bytes;
};
MUST_USE int snapshot_walk(const char *dir, struct arena *a, struct work_trees *ret, struct err *e);
void work_trees_free(struct work_trees *w); /* fits AUTO */
bool path_is_below(const char *path, const char *above); /* strictly */
