/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REMOVE_DEPTH = 64 };

int fd_write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n) {
        ssize_t w = write(fd, at, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -1;
        at += w;
        n -= (size_t)w;
    }
    return 0;
}

int file_read(const char *path, size_t max, struct buf *ret, struct err *e)
{
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "open %s", path);
    size_t start = ret->n;
    for (;;) {
        buf_reserve(ret, 65536);
        ssize_t n = read(fd, ret->p + ret->n, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "read %s", path);
        if (n == 0)
            return 0;
        ret->n += (size_t)n;
        ret->p[ret->n] = 0;
        if (ret->n - start > max)
            return err_set(e, ERR_INVALID, "%s is larger than %zu bytes", path, max);
    }
}

static int write_fd(int fd, const char *path, struct sv content, struct err *e)
{
    if (fd < 0)
        return err_errno(e, "create %s", path);
    if (fd_write_all(fd, content.p, content.n) < 0)
        return err_errno(e, "write %s", path);
    return 0;
}

int file_write(const char *path, struct sv content, unsigned mode, struct err *e)
{
    AUTO(fd_closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    return write_fd(fd, path, content, e);
}

static void parent_of(const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    snprintf(ret, PATH_MAX, "%.*s", slash ? (int)(n ? n : 1) : 1, slash ? path : ".");
}

int file_sync_dir(const char *path, struct err *e)
{
    AUTO(fd_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return err_errno(e, "sync %s", path);
    return 0;
}

int file_write_durable(const char *path, struct sv content, unsigned mode, struct err *e)
{
    char tmp[PATH_MAX], dir[PATH_MAX];
    if (snprintf(tmp, sizeof tmp, "%s.tmp", path) >= (int)sizeof tmp)
        return err_set(e, ERR_INVALID, "path too long: %.80s", path);
    AUTO(fd_closep) int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (write_fd(fd, tmp, content, e) < 0)
        return -1;
    if (fsync(fd) < 0)
        return err_errno(e, "sync %s", tmp);
    if (rename(tmp, path) < 0)
        return err_errno(e, "rename %s", tmp);
    parent_of(path, dir);
    return file_sync_dir(dir, e);
}

int file_make_dirs(const char *path, struct err *e)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return err_set(e, ERR_INVALID, "bad folder name: %.80s", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        char keep = part[i];
        part[i] = 0;
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return err_errno(e, "mkdir %s", part);
        part[i] = keep;
    }
    return 0;
}

/* Opened so that it can be emptied; never through a link. */
static int open_to_empty(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0700, 0) == 0)
        fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        fchmod(fd, 0700);
    return fd;
}

/* 0: gone; 1: a folder. */
static int unlink_entry(int dir_fd, const char *name, struct err *e)
{
    if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
        return 0;
    return errno == EISDIR || errno == EPERM || errno == EBUSY ? 1 : err_errno(e, "unlink %s", name);
}

static int lift(int from_fd, const char *name, int root_fd, unsigned *serial, struct err *e)
{
    char to[32];
    /* A folder that moves is written to: its own ".." changes. */
    if (fchmodat(from_fd, name, 0700, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(e, "chmod %s", name);
    for (int tries = 0; tries < 100; tries++) {
        snprintf(to, sizeof to, ".gone-%u", (*serial)++);
        if (renameat2(from_fd, name, root_fd, to, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return err_errno(e, "move %s", name);
}

struct removal {
    int root_fd;
    unsigned serial;
    bool lifted; /* one more walk */
};

static int remove_folder(struct removal *m, int dir_fd, const char *name, int depth, struct err *e);

static int empty_folder(struct removal *m, int fd, int depth, struct err *e)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(e, "opendir");
    }
    int rc = 0;
    for (struct dirent *x; rc == 0 && (x = readdir(d));) {
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0)
            continue;
        rc = unlink_entry(dirfd(d), x->d_name, e);
        if (rc > 0)
            rc = remove_folder(m, dirfd(d), x->d_name, depth, e);
    }
    closedir(d);
    return rc;
}

static int remove_folder(struct removal *m, int dir_fd, const char *name, int depth, struct err *e)
{
    if (depth == REMOVE_DEPTH) {
        m->lifted = true;
        return lift(dir_fd, name, m->root_fd, &m->serial, e);
    }
    int fd = open_to_empty(dir_fd, name);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(e, "open %s", name);
    if (empty_folder(m, fd, depth + 1, e) < 0)
        return -1;
    return unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? err_errno(e, "rmdir %s", name) : 0;
}

/* Somebody else made the tree, as deep as he liked: neither the stack nor descriptors may grow with it. So what is too
 * deep is lifted up to the root of it, and the walk begins anew. */
int file_remove_tree(const char *path, struct err *e)
{
    struct removal m = {.lifted = true};
    int rc = unlink_entry(AT_FDCWD, path, e);
    if (rc <= 0)
        return rc;
    AUTO(fd_closep) int fd = m.root_fd = open_to_empty(AT_FDCWD, path);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(e, "open %s", path);
    while (m.lifted) {
        m.lifted = false;
        int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (again < 0)
            return err_errno(e, "open %s", path);
        if (empty_folder(&m, again, 0, e) < 0)
            return -1;
    }
    return rmdir(path) < 0 && errno != ENOENT ? err_errno(e, "rmdir %s", path) : 0;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
