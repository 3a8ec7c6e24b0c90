/* SPDX-License-Identifier: Apache-2.0 */
#include "git/place.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#include "base/clk.h"
#include "base/file.h"

enum { SWEEP_MS = 10000, SWEEP_EVERY_MS = 20 };

int place_check(const char *dir, struct err *e)
{
    size_t n = strlen(dir);
    if (n == 0 || dir[0] == '-' || dir[n - 1] == '/')
        return err_set(e, ERR_INVALID, "bad folder for a work tree");
    return 0;
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

int place_tree(const char *dir, place_make_fn *make, void *ctx, struct err *e)
{
    static atomic_uint serial;
    AUTO(buf_free) struct buf tmp = {0};
    struct err ignored;
    if (make_parent(dir, e) < 0 || sweep(dir, e) < 0)
        return -1;
    buf_fmt(&tmp, "%s.tmp-%d-%u", dir, (int)getpid(), atomic_fetch_add(&serial, 1));
    int rc = make(ctx, tmp.p, e);
    rc = rc < 0 ? rc : put_in_place(tmp.p, dir, e);
    /* Holds the old tree, or the pieces of a failure; what cannot be removed now is swept by the next call. */
    if (file_remove_tree(tmp.p, &ignored) < 0 && rc == 0)
        return 0;
    return rc;
}
