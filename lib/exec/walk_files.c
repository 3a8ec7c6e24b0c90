/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/walk_files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/vec.h"

struct walk {
    int root;
    const struct file_patterns *patterns;
    size_t entries, depth;
    struct buf path; /* relative to the root */
    walked_fn *fn;
    void *ctx;
    struct err *e;
};

struct names {
    char **at;
    size_t n, cap;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct names *l)
{
    for (size_t i = 0; i < l->n; i++)
        mem_free(l->at[i]);
    VEC_FREE(l);
}

/* Takes dir_fd. The names in order. */
static int list(struct walk *w, int dir_fd, struct names *ret)
{
    DIR *d = fdopendir(dir_fd);
    if (!d) {
        close(dir_fd);
        return err_errno(w->e, "%s", w->path.n ? w->path.p : ".");
    }
    struct dirent *entry;
    for (errno = 0; (entry = readdir(d)); errno = 0) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (w->entries == 0) {
            closedir(d);
            return err_set(w->e, ERR_INVALID, "there are too many files to look at");
        }
        w->entries--;
        VEC_PUSH(ret, mem_strdup(entry->d_name));
    }
    int fault = errno;
    closedir(d);
    errno = fault;
    if (fault)
        return err_errno(w->e, "%s", w->path.n ? w->path.p : ".");
    if (ret->n)
        qsort(ret->at, ret->n, sizeof *ret->at, compare_names);
    return 0;
}

enum entry_kind { ENTRY_FILE, ENTRY_LINK };

static int open_entry(const struct walk *w, int dir_fd, const char *name, enum entry_kind kind)
{
    if (kind == ENTRY_FILE)
        return openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    /* The kernel sees to it that no link on the way leads out, also when somebody changes them meanwhile. */
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, w->root, w->path.p, &how, sizeof how);
}

static int tell_entry(struct walk *w, int dir_fd, const char *name, enum entry_kind kind)
{
    struct stat st;
    AUTO(fd_closep) int fd = open_entry(w, dir_fd, name, kind);
    /* A link that leads nowhere, or out; a file that has just gone. */
    if (fd < 0 && (kind == ENTRY_LINK || errno == ENOENT || errno == ENXIO || errno == ELOOP))
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(w->e, "%s", w->path.p);
    /* What is no regular file has no content. */
    return S_ISREG(st.st_mode) ? w->fn(w->ctx, w->path.p, fd, &st, w->e) : 0;
}

static int walk_folder(struct walk *w, int dir_fd);

static int walk_entry(struct walk *w, int dir_fd, const char *name)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(w->e, "%s", w->path.p);
    if (!S_ISDIR(st.st_mode))
        return file_patterns_match(w->patterns, buf_view(&w->path))
                   ? tell_entry(w, dir_fd, name, S_ISLNK(st.st_mode) ? ENTRY_LINK : ENTRY_FILE)
                   : 0;
    if (!file_patterns_reach(w->patterns, buf_view(&w->path)))
        return 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(w->e, "%s", w->path.p);
    int rc = walk_folder(w, fd);
    close(fd);
    return rc;
}

/* Recursive, WALK_DEPTH deep at most. */
static int walk_folder(struct walk *w, int dir_fd)
{
    struct names names = {0};
    size_t above = w->path.n;
    int copy = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0), rc;
    if (copy < 0)
        return err_errno(w->e, ".");
    if (w->depth == 0) {
        close(copy);
        return err_set(w->e, ERR_INVALID, "folders lie too deep in each other");
    }
    w->depth--;
    rc = list(w, copy, &names);
    for (size_t i = 0; i < names.n && rc == 0; i++) {
        buf_str(&w->path, above ? "/" : "");
        buf_str(&w->path, names.at[i]);
        rc = walk_entry(w, dir_fd, names.at[i]);
        w->path.n = above;
        w->path.p[above] = 0;
    }
    w->depth++;
    free_names(&names);
    return rc;
}

int walk_files(int dir, const struct file_patterns *p, size_t entries, walked_fn *fn, void *ctx, struct err *e)
{
    struct walk w = {.root = dir,
                     .patterns = p,
                     .entries = entries ? entries : WALK_ENTRIES,
                     .depth = WALK_DEPTH,
                     .fn = fn,
                     .ctx = ctx,
                     .e = e};
    /* A descriptor of its own: the caller's keeps its place in the folder. */
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? err_errno(e, ".") : walk_folder(&w, fd);
    if (fd >= 0)
        close(fd);
    buf_free(&w.path);
    return rc;
}
