/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "base/file.h"
#include "git/place.h"
#include "git/remote.h"
#include "git/snapshot_inside.h"

struct restoring {
    struct snapshot_repo repo;
    const char *id;
    struct buf message;
};

static void restoring_drop(struct restoring *r)
{
    snapshot_repo_close(&r->repo);
    buf_free(&r->message);
}

/* Empty folders are not in a snapshot, but a repository without these is none. */
static int make_git_folders(const char *git_dir, struct err *e)
{
    static const char *const folders[] = {"objects/info", "objects/pack", "refs/heads", "refs/tags"};
    AUTO(arena_free) struct arena a = {0};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (file_make_dirs(arena_fmt(&a, "%s/%s", git_dir, folders[i]), e) < 0)
            return -1;
    return 0;
}

static int take_out(struct restoring *r, size_t no, const char *what, const char *to, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(git_output_free) struct git_output out = {0};
    const char *index = arena_fmt(&a, "%s/trees/restore", r->repo.path);
    const char *tree = arena_fmt(&a, "%s:%zu.%s", r->id, no, what);
    /* What is large when it is stored is not when it is read: a stream for each file takes longer. */
    const char *const argv[] = {"-c", "core.bigFileThreshold=512m", "read-tree", "--reset", "-u", tree, NULL};
    if (file_make_dirs(to, e) < 0)
        return -1;
    unlink(index);
    return snapshot_git(&r->repo, index, to, NULL, argv, &out, e);
}

static int take_tree(struct restoring *r, size_t no, struct sv line, const char *tmp, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    bool repository = sv_starts(line, SV("git "));
    if (!repository && !sv_starts(line, SV("work ")))
        return err_set(e, ERR_INVALID, "the snapshot is damaged");
    struct sv path = sv_from(line, repository ? 4 : 5);
    const char *to = path.n ? arena_fmt(&a, "%s/%.*s", tmp, SV_ARG(path)) : tmp;
    const char *git_dir = arena_fmt(&a, "%s/.git", to);
    if (take_out(r, no, "work", to, e) < 0)
        return -1;
    if (!repository)
        return 0;
    return take_out(r, no, "git", git_dir, e) < 0 ? -1 : make_git_folders(git_dir, e);
}

static int make(void *ctx, const char *tmp, struct err *e)
{
    struct restoring *r = ctx;
    struct sv rest = buf_view(&r->message), line;
    for (size_t no = 0; rest.n && sv_next(&rest, '\n', &line); no++)
        if (take_tree(r, no, line, tmp, e) < 0)
            return -1;
    return 0;
}

/* The lines behind the head of the message. */
static int read_message(struct restoring *r, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    const char *const argv[] = {"cat-file", "commit", r->id, NULL};
    if (snapshot_git(&r->repo, NULL, NULL, NULL, argv, &out, e) < 0)
        return -1;
    struct sv head = SV("\n\n" SNAPSHOT_HEAD "\n");
    ptrdiff_t at = sv_find(buf_view(&out.out), head);
    if (at < 0)
        return err_set(e, ERR_INVALID, "the snapshot is of another version");
    buf_sv(&r->message, sv_from(buf_view(&out.out), (size_t)at + head.n));
    return 0;
}

/* Git says the same of an object that is gone and of a disk that is full. */
static bool is_whole(const struct restoring *r)
{
    AUTO(git_output_free) struct git_output out = {0};
    struct err e = {0};
    const char *const argv[] = {"rev-list", "--objects", "--quiet", r->id, NULL};
    return snapshot_git(&r->repo, NULL, NULL, NULL, argv, &out, &e) == 0;
}

int git_restore(struct gits *g, int64_t job, const char *id, const char *dir, struct err *e)
{
    AUTO(restoring_drop) struct restoring r = {.repo.lock = -1, .id = id};
    if (place_check(dir, e) < 0)
        return -1;
    if (strlen(id) != 40 || !oid_is(sv_of(id)))
        return err_set(e, ERR_INVALID, "bad id of a snapshot");
    if (snapshot_repo_open(g, job, REPO_IF_THERE, &r.repo, e) < 0)
        return -1;
    if (read_message(&r, e) == 0 && place_tree(dir, make, &r, e) == 0)
        return 0;
    return is_whole(&r) ? -1 : err_set(e, ERR_MISSING, "the snapshot is not whole (any more)");
}
