/* SPDX-License-Identifier: Apache-2.0 */
/* Steps made these folders: no link is followed, and the walk has an end. */
#include "server/pick.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/file.h"
#include "lang/file_pattern.h"

enum { DEPTH = 200, ENTRIES = 1000000, ROOTS = 256 };

struct side { /* workspace or home */
    const char *path, *name;
    struct file_patterns patterns;
    bool asked, is_home;
};
/* What we put there ourselves: the files of a step, an archive under way. */
static const char own_prefix[] = ".fettle-";

struct walk {
    struct side *side;
    int root;
    unsigned what;
    size_t entries, depth;
    struct buf path; /* below the root */
    struct picked *to;
    struct err *e;
};

void picked_free(struct picked *p)
{
    VEC_FREE(&p->paths);
    arena_free(&p->arena);
}

/* ---- patterns ---- */

/* The part before the first segment with a wildcard. */
static struct sv fixed_part(struct sv pattern)
{
    size_t end = 0;
    for (size_t i = 0; i <= pattern.n; i++) {
        if (i < pattern.n && strchr("*?[\\", pattern.p[i]))
            return sv_cut(pattern, end);
        if (i == pattern.n || pattern.p[i] == '/')
            end = i;
    }
    return pattern;
}

/* root becomes what it has in common with "<side>/<fixed>". */
static void join_root(struct picked *to, const struct side *s, struct sv pattern)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv rest = fixed_part(pattern), part;
    buf_str(&b, s->name);
    while (sv_next(&rest, '/', &part))
        if (part.n && !sv_is(part, "."))
            buf_fmt(&b, "/%.*s", SV_ARG(part));
    if (!to->root) {
        to->root = arena_dup(&to->arena, buf_view(&b));
        return;
    }
    size_t same = 0, i = 0;
    for (; i < b.n && to->root[i] && to->root[i] == b.p[i]; i++)
        if (to->root[i] == '/')
            same = i;
    if ((!to->root[i] || to->root[i] == '/') && (i == b.n || b.p[i] == '/'))
        same = i;
    to->root = arena_dup(&to->arena, sv_n(to->root, same));
}

/* The side an absolute pattern, or one with ~, is of, and what is left of it; NULL = it leads elsewhere. */
static struct side *side_of(struct side sides[2], struct sv *line)
{
    if (line->n && line->p[0] == '~' && (line->n == 1 || line->p[1] == '/')) {
        *line = sv_from(*line, 1);
        return &sides[1];
    }
    for (int k = 0; k < 2; k++) {
        struct sv path = sv_of(sides[k].path);
        if (!sv_starts(*line, path) || (line->n > path.n && line->p[path.n] != '/'))
            continue;
        *line = sv_from(*line, path.n);
        return &sides[k];
    }
    return line->n && line->p[0] == '/' ? NULL : &sides[0];
}

static int add_line(struct side sides[2], struct sv line, struct picked *to, struct err *e)
{
    bool out = false;
    for (; line.n && line.p[0] == '!'; line = sv_trim(sv_from(line, 1)))
        out = !out;
    struct side *s = side_of(sides, &line);
    if (!s)
        return err_set(e, ERR_INVALID, "it leads out of the workspace and the home (~) of the job");
    while (line.n && line.p[0] == '/')
        line = sv_from(line, 1);
    const char *text = arena_fmt(&to->arena, "%s%.*s", out ? "!" : "", SV_ARG(line.n ? line : SV("**")));
    if (!out)
        join_root(to, s, line);
    s->asked |= !out;
    return file_patterns_add(&s->patterns, sv_of(text), SV_NONE, &to->arena, e);
}

static int read_patterns(struct side sides[2], const char *patterns, struct picked *to, struct err *e)
{
    struct sv rest = sv_of(patterns), line;
    size_t n = 0;
    while (sv_next(&rest, '\n', &line)) {
        line = sv_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (++n > ROOTS)
            return err_set(e, ERR_INVALID, "path: more than %d lines", ROOTS);
        if (add_line(sides, line, to, e) < 0)
            return err_add(e, "path: \"%.*s\"", SV_ARG(sv_cut_chars(line, 80)));
    }
    return 0;
}

/* ---- the walk ---- */

static int walk_folder(struct walk *w, int fd);

/* The kernel sees to it that no link on the way leads out. */
static bool leads_to_file(const struct walk *w)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    struct stat st;
    AUTO(fd_closep) int fd = (int)syscall(SYS_openat2, w->root, w->path.p, &how, sizeof how);
    return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static void take(struct walk *w, mode_t mode)
{
    bool folders = w->what & PICK_FOLDERS;
    if (S_ISLNK(mode) && !folders && !leads_to_file(w)) {
        w->to->left_out++;
        return;
    }
    if (!S_ISREG(mode) && !S_ISLNK(mode) && !(S_ISDIR(mode) && folders))
        return;
    w->to->files += !S_ISDIR(mode);
    VEC_PUSH(&w->to->paths, arena_fmt(&w->to->arena, "%s/%s", w->side->name, w->path.p));
}

static int walk_entry(struct walk *w, int dir_fd, const char *name)
{
    struct stat st;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_errno(w->e, "%s", w->path.p);
    if (file_patterns_match(&w->side->patterns, buf_view(&w->path)))
        take(w, st.st_mode);
    if (!S_ISDIR(st.st_mode) || !file_patterns_reach(&w->side->patterns, buf_view(&w->path)))
        return 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? err_errno(w->e, "%s", w->path.p) : walk_folder(w, fd);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes fd. */
static int walk_folder(struct walk *w, int fd)
{
    VEC(char *) names = {0};
    DIR *d = fdopendir(fd);
    size_t above = w->path.n;
    int rc = 0;
    if (!d) {
        close(fd);
        return err_errno(w->e, "%s", above ? w->path.p : "the workspace");
    }
    if (w->depth == 0)
        rc = err_set(w->e, ERR_INVALID, "path: folders lie too deep in each other");
    for (struct dirent *x; rc == 0 && (x = readdir(d));) {
        bool dot = x->d_name[0] == '.';
        if (!above && w->side->is_home && strncmp(x->d_name, own_prefix, sizeof own_prefix - 1) == 0)
            continue;
        if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0 || (dot && (w->what & PICK_NO_HIDDEN)))
            continue;
        if (w->entries-- == 0)
            rc = err_set(w->e, ERR_INVALID, "path: there are more than %d files to look at", ENTRIES);
        else
            VEC_PUSH(&names, mem_strdup(x->d_name));
    }
    if (names.n)
        qsort(names.at, names.n, sizeof *names.at, by_name);
    w->depth--;
    for (size_t i = 0; i < names.n; i++) {
        buf_fmt(&w->path, "%s%s", above ? "/" : "", names.at[i]);
        rc = rc == 0 ? walk_entry(w, dirfd(d), names.at[i]) : rc;
        w->path.n = above;
        w->path.p[above] = 0;
        mem_free(names.at[i]);
    }
    w->depth++;
    VEC_FREE(&names);
    closedir(d);
    return rc;
}

static int walk_side(struct side *s, unsigned what, struct picked *to, struct err *e)
{
    AUTO(fd_closep) int root = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (root < 0)
        return errno == ENOENT ? 0 : err_errno(e, "the folder of the job");
    struct walk w = {.side = s, .root = root, .what = what, .entries = ENTRIES, .depth = DEPTH, .to = to, .e = e};
    int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
    int rc = fd < 0 ? err_errno(e, "the folder of the job") : walk_folder(&w, fd);
    buf_free(&w.path);
    return rc;
}

int pick_files(const struct pick_place *at, const char *patterns, unsigned what, struct picked *ret, struct err *e)
{
    struct side sides[2] = {{.path = at->work}, {.path = at->home, .is_home = true}};
    *ret = (struct picked){0};
    for (int k = 0; k < 2; k++)
        sides[k].name = strrchr(sides[k].path, '/') + 1;
    if (read_patterns(sides, patterns, ret, e) < 0)
        return -1;
    for (int k = 0; k < 2; k++)
        if (sides[k].asked && walk_side(&sides[k], what, ret, e) < 0)
            return -1;
    /* A file that is named itself lies in its folder. */
    if (ret->root && ret->paths.n == 1 && strcmp(ret->paths.at[0], ret->root) == 0)
        ret->root = arena_dup(&ret->arena, sv_n(ret->root, (size_t)(strrchr(ret->root, '/') - ret->root)));
    return 0;
}
