/* SPDX-License-Identifier: Apache-2.0 */
/* The mirrors below state/mirrors: one bare repository each, named by a hash of the repository id. Open libgit2 handles
 * are kept and handed to one thread at a time; a repository with SHA-256 objects, which libgit2 1.5 cannot read, has
 * none and is read through the git program. */
#pragma once
#include <git2/types.h>
#include <pthread.h>
#include "base/map.h"
#include "port/git.h"

enum mirror_format { FORMAT_UNKNOWN, FORMAT_SHA1, FORMAT_SHA256 };

enum { MIRROR_HANDLES = 2, MIRROR_HANDLES_ALL = 64 };

struct mirror {
    char *path;
    enum mirror_format format; /* with gits.lock held */
    git_repository *idle[MIRROR_HANDLES];
    size_t n_idle;
    unsigned made; /* rises when the folder is made anew: older handles are not taken back */
};

struct gits {
    char *root;      /* <state>/mirrors */
    char *snapshots; /* <state>/checkpoints, see git/snapshot.h */
    pthread_mutex_t lock;
    struct map mirrors; /* id -> struct mirror */
    size_t n_idle;
    bool ready; /* libgit2 was set up */
};

/* The way to one mirror's objects for one thread, from view_open to view_close. */
struct git_view {
    struct gits *g;
    struct mirror *m;
    const char *path;
    git_repository *repo; /* NULL: read through the git program */
    unsigned made;
};

/* ERR_MISSING when nothing was ever fetched for that id. */
MUST_USE int view_open(struct gits *g, const char *id, struct git_view *ret, struct err *e);
void view_close(struct git_view *v);

/* Checks the id and finds or adds the entry; makes nothing on disk. */
MUST_USE int mirror_of(struct gits *g, const char *id, struct mirror **ret, struct err *e);
/* Makes the folder if it is not there, or anew if it has another format. With the mirror's lock file held. */
MUST_USE int mirror_make(struct gits *g, struct mirror *m, enum mirror_format format, struct err *e);
enum mirror_format mirror_format(struct gits *g, struct mirror *m);
/* Locks the mirror against other processes (a git of an earlier server may still run); waits up to 60 s. */
MUST_USE int mirror_lock(struct mirror *m, int *ret_fd, struct err *e);
