/* SPDX-License-Identifier: Apache-2.0 */
/* What was pushed is let go when its time is over. Only its ref goes: git gc removes the objects when nothing else has
 * led to them for long (git/command_env.c). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "git/command.h"
#include "git/mirror.h"
#include "git/pushed.h"
#include "git/pushed_place.h"
#include "git/remote.h"

enum { DROP_MS = 60 * 1000, DROP_OUT = 1 << 20, AT_ONCE = 1000 };
static const msec_t LEFT_MS = 3600 * 1000; /* no call takes so long */

struct trim {
    const char *mirror;
    struct buf dir; /* <mirror>.pushed */
    msec_t before, now;
    size_t gone;
};

static msec_t time_of(int dir, const char *name, bool *ret_folder)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return INT64_MAX;
    *ret_folder = S_ISDIR(st.st_mode);
    return (msec_t)st.st_mtim.tv_sec * 1000;
}

static int drop_left(struct trim *t, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    int rc = 0;
    DIR *d = opendir(t->dir.p);
    for (struct dirent *x; d && rc == 0 && (x = readdir(d));) {
        bool folder = false;
        if (strncmp(x->d_name, "in-", 3) != 0 || time_of(dirfd(d), x->d_name, &folder) > t->now - LEFT_MS || !folder)
            continue;
        buf_clear(&path);
        buf_fmt(&path, "%s/%s", t->dir.p, x->d_name);
        rc = file_remove_tree(path.p, e);
    }
    if (d)
        closedir(d);
    return rc;
}

/* The refs first: a mark without one is found again, a ref without a mark would stay. */
static int drop_refs(struct trim *t, int ids, const struct buf *names, struct err *e)
{
    static const char *const argv[] = {"update-ref", "--stdin", NULL};
    AUTO(pushed_place_drop) struct pushed_place p = {0};
    AUTO(git_output_free) struct git_output out = {0};
    AUTO(buf_free) struct buf text = {0};
    struct sv rest = buf_view(names), name;
    while (rest.n && sv_next(&rest, '\n', &name))
        buf_fmt(&text, "delete " PUSHED_REFS "%.*s\n", SV_ARG(name));
    if (pushed_place_make(t->mirror, &p, e) < 0 || file_write(p.lines, buf_view(&text), 0600, e) < 0)
        return -1;
    struct git_command c = {
        .argv = argv, .git_dir = t->mirror, .input = p.lines, .lock_fd = -1, .ms = DROP_MS, .max_out = DROP_OUT};
    if (git_run_ok(&c, &out, e) < 0)
        return -1;
    for (rest = buf_view(names); rest.n && sv_next(&rest, '\n', &name); t->gone++) {
        buf_clear(&text);
        buf_sv(&text, name);
        if (unlinkat(ids, text.p, 0) < 0 && errno != ENOENT)
            return err_errno(e, "%s", text.p);
    }
    return 0;
}

static int drop_ids(struct trim *t, struct err *e)
{
    AUTO(buf_free) struct buf path = {0}, names = {0};
    size_t n = 0;
    int rc = 0;
    buf_fmt(&path, "%s/ids", t->dir.p);
    DIR *d = opendir(path.p);
    for (struct dirent *x; d && rc == 0 && (x = readdir(d));) {
        bool folder = false;
        if (!oid_is(sv_of(x->d_name)) || time_of(dirfd(d), x->d_name, &folder) >= t->before || folder)
            continue;
        buf_fmt(&names, "%s\n", x->d_name);
        if (++n == AT_ONCE) {
            rc = drop_refs(t, dirfd(d), &names, e);
            buf_clear(&names);
            n = 0;
        }
    }
    if (rc == 0 && n > 0)
        rc = drop_refs(t, dirfd(d), &names, e);
    if (d)
        closedir(d);
    return rc;
}

int git_pushed_trim(struct gits *g, msec_t before, size_t *ret_gone, struct err *e)
{
    static const struct sv end = {".pushed", 7};
    int rc = 0;
    DIR *d = opendir(g->root);
    *ret_gone = 0;
    for (struct dirent *x; d && rc == 0 && (x = readdir(d));) {
        struct sv name = sv_of(x->d_name);
        AUTO(buf_free) struct buf mirror = {0};
        if (!sv_ends(name, end))
            continue;
        buf_fmt(&mirror, "%s/%.*s", g->root, (int)(name.n - end.n), name.p);
        struct trim t = {.mirror = mirror.p, .before = before, .now = clk_wall_ms()};
        buf_fmt(&t.dir, "%s%s", mirror.p, end.p);
        rc = drop_left(&t, e) < 0 || (file_exists(mirror.p) && drop_ids(&t, e) < 0) ? -1 : 0;
        *ret_gone += t.gone;
        buf_free(&t.dir);
    }
    if (d)
        closedir(d);
    return rc;
}
