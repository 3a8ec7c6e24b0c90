/* SPDX-License-Identifier: Apache-2.0 */
#include "git/pushed_place.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

int pushed_place_make(const char *mirror, struct pushed_place *ret, struct err *e)
{
    struct buf dir = {0};
    buf_fmt(&dir, "%s.pushed", mirror);
    *ret = (struct pushed_place){.mirror = mirror};
    if (file_make_dirs(dir.p, e) < 0) {
        buf_free(&dir);
        return -1;
    }
    buf_str(&dir, "/in-XXXXXX");
    if (!mkdtemp(dir.p)) {
        err_errno(e, "%s", dir.p);
        buf_free(&dir);
        return -1;
    }
    AUTO(buf_free) struct buf pack = {0};
    struct buf lines = {0};
    buf_fmt(&pack, "%s/pack", dir.p);
    buf_fmt(&lines, "%s/lines", dir.p);
    ret->dir = buf_take(&dir);
    ret->lines = buf_take(&lines);
    return mkdir(pack.p, 0700) < 0 ? err_errno(e, "%s", pack.p) : 0;
}

void pushed_place_drop(struct pushed_place *p)
{
    struct err ignored; /* what stays is removed by git_pushed_trim */
    if (p->dir && file_remove_tree(p->dir, &ignored) < 0)
        p->mirror = NULL;
    mem_freep(&p->dir);
    mem_freep(&p->lines);
}

/* The list is cut at colons, unless a path stands in quotes (git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES). */
static void put_quoted(struct buf *b, const char *path, const char *rest)
{
    buf_chr(b, '"');
    for (const char *s = path; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_chr(b, '\\');
        buf_chr(b, *s);
    }
    buf_str(b, rest);
    buf_chr(b, '"');
}

void pushed_place_env(const struct pushed_place *p, struct buf *ret_objects, struct buf *ret_borrowed)
{
    buf_fmt(ret_objects, "GIT_OBJECT_DIRECTORY=%s", p->dir);
    buf_str(ret_borrowed, "GIT_ALTERNATE_OBJECT_DIRECTORIES=");
    put_quoted(ret_borrowed, p->mirror, "/objects");
}

static int move_all(const struct pushed_place *p, const char *to, const char *end, struct err *e)
{
    AUTO(buf_free) struct buf from = {0}, old = {0}, fresh = {0};
    int rc = 0;
    buf_fmt(&from, "%s/pack", p->dir);
    DIR *d = opendir(from.p);
    if (!d)
        return err_errno(e, "%s", from.p);
    for (struct dirent *x; rc == 0 && (x = readdir(d));) {
        bool index = sv_ends(sv_of(x->d_name), SV(".idx"));
        if (strncmp(x->d_name, "pack-", 5) != 0 || index != (end != NULL))
            continue;
        buf_clear(&old);
        buf_clear(&fresh);
        buf_fmt(&old, "%s/%s", from.p, x->d_name);
        buf_fmt(&fresh, "%s/%s", to, x->d_name);
        if (rename(old.p, fresh.p) < 0)
            rc = err_errno(e, "%s", fresh.p);
    }
    closedir(d);
    return rc;
}

int pushed_place_move(const struct pushed_place *p, struct err *e)
{
    AUTO(buf_free) struct buf to = {0};
    buf_fmt(&to, "%s/objects/pack", p->mirror);
    if (move_all(p, to.p, NULL, e) < 0 || move_all(p, to.p, ".idx", e) < 0)
        return -1;
    return file_sync_dir(to.p, e);
}

int pushed_mark(const char *mirror, struct sv oid, struct err *e)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s.pushed/ids", mirror);
    if (file_make_dirs(path.p, e) < 0)
        return -1;
    buf_fmt(&path, "/%.*s", SV_ARG(oid));
    AUTO(fd_closep) int fd = open(path.p, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 || futimens(fd, NULL) < 0 ? err_errno(e, "%s", path.p) : 0;
}
