/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int remove_at(int dirfd, const char *name, struct err *e);

static int remove_children(int fd, struct err *e)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(e, "opendir");
    }
    int rc = 0;
    for (struct dirent *x; rc == 0 && (x = readdir(d));)
        if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
            rc = remove_at(dirfd(d), x->d_name, e);
    closedir(d);
    return rc;
}

static int remove_at(int dirfd, const char *name, struct err *e)
{
    if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM && errno != EBUSY)
        return err_errno(e, "unlink %s", name);
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dirfd, name, 0700, 0) == 0)
        fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "open %s", name);
    fchmod(fd, 0700);
    if (remove_children(fd, e) < 0)
        return -1;
    if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_errno(e, "rmdir %s", name);
    return 0;
}

int file_remove_tree(const char *path, struct err *e)
{
    return remove_at(AT_FDCWD, path, e);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
