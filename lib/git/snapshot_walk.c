/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "git/snapshot_inside.h"

enum { DEPTH = 200, TREES = 256 };

struct walk {
    struct work_trees *to;
    struct err *e;
};

static int walk_folder(struct walk *w, int fd, const char *path, int depth, int64_t *ret_bytes);

static int add_tree(struct walk *w, struct work_tree t)
{
    t.left_out |= strchr(t.path, '\n') != NULL;
    if (w->to->v.n == TREES)
        return err_set(w->e, ERR_INVALID, "more than %d repositories below the workspace", TREES);
    VEC_PUSH(&w->to->v, t);
    return 0;
}

/* The entry .git of the folder `path`. */
static int walk_git(struct walk *w, int dir, const struct stat *st, const char *path, int64_t *ret_bytes)
{
    struct work_tree t = {.path = path, .repository = S_ISDIR(st->st_mode), .left_out = !S_ISDIR(st->st_mode)};
    if (t.repository) {
        int fd = openat(dir, ".git", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return err_errno(w->e, "open %s/.git", path);
        /* As deep as can be: what lies there is no work tree, whatever it is called. */
        if (walk_folder(w, fd, NULL, 0, &t.git_bytes) < 0)
            return -1;
        *ret_bytes += t.git_bytes;
    }
    if (path[0])
        return add_tree(w, t);
    w->to->v.at[0].repository = t.repository;
    w->to->v.at[0].git_bytes = t.git_bytes;
    return 0;
}

/* path NULL = below a .git. */
static int walk_entry(struct walk *w, int dir, const char *name, const char *path, int depth, int64_t *ret_bytes)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(w->e, "stat %s", name);
    if (path && strcmp(name, ".git") == 0)
        return walk_git(w, dir, &st, path, ret_bytes);
    if (S_ISREG(st.st_mode))
        *ret_bytes += st.st_size;
    if (!S_ISDIR(st.st_mode))
        return 0;
    if (depth >= DEPTH)
        return err_set(w->e, ERR_INVALID, "folders of the workspace are nested deeper than %d", DEPTH);
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(w->e, "open %s", name);
    if (path)
        path = path[0] ? arena_fmt(w->to->a, "%s/%s", path, name) : arena_strdup(w->to->a, name);
    return walk_folder(w, fd, path, depth + 1, ret_bytes);
}

static int walk_folder(struct walk *w, int fd, const char *path, int depth, int64_t *ret_bytes)
{
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return err_errno(w->e, "read a folder");
    }
    int rc = 0;
    for (struct dirent *x; rc == 0 && (x = readdir(d));)
        if (strcmp(x->d_name, ".") != 0 && strcmp(x->d_name, "..") != 0)
            rc = walk_entry(w, dirfd(d), x->d_name, path, depth, ret_bytes);
    closedir(d);
    return rc;
}

static int by_path(const void *x, const void *y)
{
    const struct work_tree *a = x, *b = y;
    return strcmp(a->path, b->path);
}

bool path_is_below(const char *path, const char *above)
{
    size_t n = strlen(above);
    return n == 0 ? path[0] != 0 : strncmp(path, above, n) == 0 && path[n] == '/';
}

/* A repository inside of something that is left out. */
static void leave_out_what_is_below(struct work_trees *w)
{
    for (size_t i = 0; i < w->v.n; i++)
        for (size_t k = 0; w->v.at[i].left_out && k < w->v.n; k++)
            w->v.at[k].left_out |= path_is_below(w->v.at[k].path, w->v.at[i].path);
}

int snapshot_walk(const char *dir, struct arena *a, struct work_trees *ret, struct err *e)
{
    struct walk w = {ret, e};
    *ret = (struct work_trees){.a = a};
    VEC_PUSH(&ret->v, (struct work_tree){.path = ""});
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "open the workspace");
    if (walk_folder(&w, fd, "", 0, &ret->bytes) < 0)
        return -1;
    qsort(ret->v.at, ret->v.n, sizeof *ret->v.at, by_path);
    leave_out_what_is_below(ret);
    return 0;
}

void work_trees_free(struct work_trees *w)
{
    VEC_FREE(&w->v);
}
