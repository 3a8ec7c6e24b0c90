/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of a job's workspace, for `checkpoint: workspace` (scheduling.md 2.6). Each job has a bare repository of
 * its own, <state>/checkpoints/<job>.git, which borrows what its mirrors have (objects/info/alternates): what was
 * checked out and not changed is not stored again, and a job is forgotten by removing one folder, so nothing is ever
 * collected.
 *
 * A snapshot is a commit at refs/fettle/ckpt/<job>/<step>; objects are packed, and on disk before the ref is. Its
 * message lists the work trees, its tree has two entries for each: "<n>.work", what git would add there (ignored files
 * and empty folders are not in it; modes are executable or not, links are kept as links), and "<n>.git", the files of
 * its .git as they are, so that commits, branches and settings of the step come back. Work trees are the workspace and
 * every repository below it that is not ignored. A submodule (a .git that is a file) is left out, and said.
 *
 * The workspace is a stranger's: nothing in it configures the git that reads it. No filter, no conversion of line ends,
 * no hook, and no link is followed. No step of the job may run meanwhile. All calls block: pool threads; one call for a
 * job at a time (a lock keeps others waiting). */
#pragma once
#include "port/git.h"

struct snapshot_want {
    int64_t job;
    int step;                    /* its number in the job */
    const char *dir;             /* the workspace */
    int64_t max_bytes;           /* of the files that would be in it; 0 = no limit */
    const char *const *borrowed; /* ids of repositories whose mirrors have some of it, NULL at the end; NULL = none */
};

struct snapshot {
    char id[41];    /* of the commit */
    int64_t bytes;  /* of all files in the workspace, also of those that are ignored */
    char note[200]; /* what is left out, for people; "" = nothing */
};

/* ERR_INVALID: larger than max_bytes; ERR_TRANSIENT: no space, too slow. What was there before stays. */
MUST_USE int git_snapshot(struct gits *g, const struct snapshot_want *w, struct snapshot *ret, struct err *e);
/* Puts the snapshot `id` of a job (which may be an earlier one than the owner of `dir`) where `dir` is, whole or not at
 * all; what was there is gone. ERR_MISSING: it is not there (any more), or objects of it are not. */
MUST_USE int git_restore(struct gits *g, int64_t job, const char *id, const char *dir, struct err *e);
/* Forgets all snapshots of a job; an unknown one is fine. */
MUST_USE int git_snapshot_drop(struct gits *g, int64_t job, struct err *e);
/* Jobs that have any, in the arena. */
MUST_USE int git_snapshot_jobs(struct gits *g, struct arena *a, int64_t **ret, size_t *ret_n, struct err *e);
