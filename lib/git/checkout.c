/* SPDX-License-Identifier: Apache-2.0 */
/* Work trees for steps. Objects are copied out of the mirror, never linked or borrowed: a step may do what it likes to
 * its own repository. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "git/command.h"
#include "git/mirror.h"
#include "git/remote.h"

enum { CHECKOUT_MS = 15 * 60 * 1000, CHECKOUT_OUT = 1 << 20, SWEEP_MS = 10000, SWEEP_EVERY_MS = 20 };

static int run(const char *dir, const char *scheme, const char *const *argv, struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    struct git_command c = {
        .argv = argv, .dir = dir, .scheme = scheme, .lock_fd = -1, .ms = CHECKOUT_MS, .max_out = CHECKOUT_OUT};
    return git_run_ok(&c, &out, e);
}

static int make_tree(const struct git_view *v, const char *commit, int64_t depth, const char *tmp, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    const char *format = strlen(commit) == 64 ? "--object-format=sha256" : "--object-format=sha1";
    const char *const init[] = {"init", "--quiet", "--template=", format, "--", tmp, NULL};
    /* A path would be cloned without regard to the depth; a file:// url goes through the protocol. */
    const char *url = arena_fmt(&a, "file://%s", v->path);
    const char *how = depth > 0 ? arena_fmt(&a, "--depth=%lld", (long long)depth) : "--no-auto-maintenance";
    const char *const fetch[] = {"fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
                                 "--no-write-fetch-head", how, "--end-of-options", url, commit, NULL};
    const char *const checkout[] = {"checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules",
                                    commit, "--", NULL};
    if (run(NULL, NULL, init, e) < 0 || run(tmp, "file", fetch, e) < 0)
        return -1;
    return run(tmp, NULL, checkout, e);
}

/* The git of a server that was killed may still write into its tree: it ends when what it writes to is gone, and until
 * then there is something new in a folder that was just emptied. */
static int remove_living(const char *path, struct err *e)
{
    for (msec_t end = clk_mono_ms() + SWEEP_MS; file_remove_tree(path, e) < 0; clk_sleep_ms(SWEEP_EVERY_MS)) {
        if (clk_mono_ms() >= end)
            return -1;
        *e = (struct err){0};
    }
    return 0;
}

/* What earlier tries left beside `dir` when they were killed. */
static int sweep(const char *dir, struct err *e)
{
    AUTO(buf_free) struct buf parent = {0}, prefix = {0}, path = {0};
    ptrdiff_t slash = sv_rchr(sv_of(dir), '/');
    buf_sv(&parent, slash > 0 ? sv_cut(sv_of(dir), (size_t)slash) : SV("."));
    buf_fmt(&prefix, "%s.tmp-", dir + slash + 1);
    DIR *d = opendir(parent.p);
    if (!d)
        return err_errno(e, "open %s", parent.p);
    int rc = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(d)) != NULL;) {
        if (!sv_starts(sv_of(entry->d_name), buf_view(&prefix)))
            continue;
        buf_clear(&path);
        buf_fmt(&path, "%s/%s", parent.p, entry->d_name);
        rc = remove_living(path.p, e);
    }
    closedir(d);
    return rc;
}

/* Makes the new tree appear in one step, whether or not there is an old one, which then lies at `tmp`. */
static int put_in_place(const char *tmp, const char *dir, struct err *e)
{
    if (rename(tmp, dir) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
        return err_errno(e, "rename to %s", dir);
    if (renameat2(AT_FDCWD, tmp, AT_FDCWD, dir, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return err_errno(e, "exchange %s", dir);
    /* A file system without exchange: a kill here leaves no tree at all, and a new call mends that. */
    if (file_remove_tree(dir, e) < 0)
        return -1;
    return rename(tmp, dir) == 0 ? 0 : err_errno(e, "rename to %s", dir);
}

static int make_parent(const char *dir, struct err *e)
{
    ptrdiff_t slash = sv_rchr(sv_of(dir), '/');
    if (slash <= 0)
        return 0;
    AUTO(buf_free) struct buf parent = {0};
    buf_sv(&parent, sv_cut(sv_of(dir), (size_t)slash));
    return file_make_dirs(parent.p, e);
}

static int make_and_place(const struct git_view *v, const char *commit, int64_t depth, const char *dir,
                          struct err *e)
{
    static atomic_uint serial;
    AUTO(buf_free) struct buf tmp = {0};
    struct err ignored;
    buf_fmt(&tmp, "%s.tmp-%d-%u", dir, (int)getpid(), atomic_fetch_add(&serial, 1));
    int rc = make_tree(v, commit, depth, tmp.p, e);
    rc = rc < 0 ? rc : put_in_place(tmp.p, dir, e);
    /* Holds the old tree, or the pieces of a failure; what cannot be removed now is swept by the next call. */
    if (file_remove_tree(tmp.p, &ignored) < 0 && rc == 0)
        return 0;
    return rc;
}

static int dir_check(const char *dir, struct err *e)
{
    size_t n = strlen(dir);
    if (n == 0 || dir[0] == '-' || dir[n - 1] == '/')
        return err_set(e, ERR_INVALID, "bad folder for a work tree");
    return 0;
}

int git_checkout(struct gits *g, const char *id, const char *commit, int64_t depth, const char *dir, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    AUTO(arena_free) struct arena a = {0};
    const char *oid;
    if (dir_check(dir, e) < 0)
        return -1;
    if (!oid_is(sv_of(commit)) || depth < 0 || depth > INT32_MAX)
        return err_set(e, ERR_INVALID, "a checkout needs a whole commit id and a depth of 0 or more");
    if (git_resolve(g, id, commit, &a, &oid, e) < 0 || view_open(g, id, &v, e) < 0)
        return -1;
    if (make_parent(dir, e) < 0 || sweep(dir, e) < 0)
        return -1;
    return make_and_place(&v, oid, depth, dir, e);
}
