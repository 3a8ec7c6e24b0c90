/* SPDX-License-Identifier: Apache-2.0 */
/* The reading half of port/git.h: names are checked and made full here, so that nothing below ever sees a revision
 * expression, an option or a path out of the tree. */
#include "git/command.h"
#include "git/reader.h"
#include "git/remote.h"

enum { NAME_MAX_BYTES = 1024, PATH_MAX_BYTES = 4096, ASK_MS = 60000 };

int path_add(struct path_list *l, struct sv name, struct err *e)
{
    if (l->n > 0 && sv_is(name, l->at[l->n - 1]))
        return 0;
    if (l->n == PATHS_MAX)
        return err_set(e, ERR_INVALID, "more than %d paths", PATHS_MAX);
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        const char **more = arena_new(l->a, l->cap * sizeof *more);
        if (l->n)
            memcpy(more, l->at, l->n * sizeof *more);
        l->at = more;
    }
    l->at[l->n++] = arena_dup(l->a, name);
    return 0;
}

bool ref_ok(struct sv s)
{
    if (s.n == 0 || s.n > NAME_MAX_BYTES || s.p[0] == '-' || s.p[0] == '/' || s.p[0] == '.' ||
        s.p[s.n - 1] == '/' || s.p[s.n - 1] == '.' || sv_is(s, "@") || sv_ends(s, SV(".lock")))
        return false;
    static const char *const parts[] = {"..", "//", "@{", "/.", ".lock/"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (sv_find(s, sv_of(parts[i])) >= 0)
            return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("~^:?*[\\", s.p[i]))
            return false;
    }
    return true;
}

static int name_commit(struct git_view *v, const char *name, struct arena *a, const char **ret, struct err *e)
{
    return v->repo ? tree_commit(v, name, a, ret, e) : shown_commit(v, name, a, ret, e);
}

/* *ret NULL when nothing of that name leads to a commit. */
static int find_commit(struct git_view *v, const char *rev, struct arena *a, const char **ret, struct err *e)
{
    static const char *const places[] = {"refs/heads/", "refs/tags/", "refs/"};
    struct sv text = sv_of(rev);
    *ret = NULL;
    if (oid_is(text))
        return name_commit(v, rev, a, ret, e);
    if (sv_starts(text, SV("refs/")))
        return name_commit(v, rev, a, ret, e);
    for (size_t i = 0; i < ARRAY_LEN(places) && !*ret; i++) {
        if (name_commit(v, arena_fmt(a, "%s%s", places[i], rev), a, ret, e) < 0)
            return -1;
    }
    return 0;
}

static int need_commit(struct git_view *v, const char *rev, struct arena *a, const char **ret, struct err *e)
{
    if (!ref_ok(sv_of(rev)))
        return err_set(e, ERR_INVALID, "bad revision");
    if (find_commit(v, rev, a, ret, e) < 0)
        return -1;
    return *ret ? 0 : err_set(e, ERR_MISSING, "no commit %.100s", rev);
}

int git_resolve(struct gits *g, const char *id, const char *rev, struct arena *a, const char **ret, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    if (view_open(g, id, &v, e) < 0)
        return -1;
    return need_commit(&v, rev, a, ret, e);
}

int git_content(struct gits *g, const char *id, const char *commit, struct arena *a, const char **ret, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    const char *whole;
    if (view_open(g, id, &v, e) < 0 || need_commit(&v, commit, a, &whole, e) < 0)
        return -1;
    int rc = v.repo ? tree_id(&v, whole, a, ret, e) : shown_tree_id(&v, whole, a, ret, e);
    return rc < 0 || *ret ? rc : err_set(e, ERR_MISSING, "no tree of %.100s", commit);
}

int git_is_branch(struct gits *g, const char *id, const char *oid, bool *ret, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    AUTO(arena_free) struct arena a = {0};
    AUTO(git_output_free) struct git_output out = {0};
    *ret = false;
    if (!oid_is(sv_of(oid)))
        return err_set(e, ERR_INVALID, "bad object id");
    if (view_open(g, id, &v, e) < 0)
        return -1;
    const char *const argv[] = {"for-each-ref", "--count=1", "--format=x", arena_fmt(&a, "--points-at=%s", oid),
                                "refs/heads/", NULL};
    struct git_command c = {.argv = argv, .git_dir = v.path, .lock_fd = -1, .ms = ASK_MS, .max_out = 4096};
    if (git_run_ok(&c, &out, e) < 0)
        return -1;
    *ret = out.out.n > 0;
    return 0;
}

int git_base(struct gits *g, const char *id, const char *a_rev, const char *b_rev, struct arena *a, const char **ret,
             struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    const char *one, *two;
    if (view_open(g, id, &v, e) < 0 || need_commit(&v, a_rev, a, &one, e) < 0 || need_commit(&v, b_rev, a, &two, e) < 0)
        return -1;
    return v.repo ? tree_merge_base(&v, one, two, a, ret, e) : shown_merge_base(&v, one, two, a, ret, e);
}

int git_changed(struct gits *g, const char *id, const char *from, const char *to, struct arena *a,
                struct git_paths *ret, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    const char *old = NULL, *new;
    *ret = (struct git_paths){0};
    if (view_open(g, id, &v, e) < 0 || (from && need_commit(&v, from, a, &old, e) < 0) ||
        need_commit(&v, to, a, &new, e) < 0)
        return -1;
    return v.repo ? tree_changed(&v, old, new, a, ret, e) : shown_changed(&v, old, new, a, ret, e);
}

/* Relative, no empty, "." or ".." part; a trailing slash is for the caller to take off. */
static int path_check(struct sv path, struct err *e)
{
    if (path.n == 0 || path.n > PATH_MAX_BYTES)
        return err_set(e, ERR_INVALID, "bad path");
    for (size_t at = 0; at <= path.n;) {
        ptrdiff_t slash = sv_chr(sv_from(path, at), '/');
        struct sv part = sv_cut(sv_from(path, at), slash < 0 ? path.n : (size_t)slash);
        if (part.n == 0 || sv_is(part, ".") || sv_is(part, ".."))
            return err_set(e, ERR_INVALID, "bad path %.100s", path.p);
        at += part.n + 1;
    }
    return 0;
}

int git_file(struct gits *g, const char *id, const char *commit, const char *path, size_t max, struct buf *ret,
             struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    AUTO(arena_free) struct arena a = {0};
    const char *oid;
    if (path_check(sv_of(path), e) < 0 || view_open(g, id, &v, e) < 0 || need_commit(&v, commit, &a, &oid, e) < 0)
        return -1;
    return v.repo ? tree_file(&v, oid, path, max, ret, e) : shown_file(&v, oid, path, max, ret, e);
}

int git_list(struct gits *g, const char *id, const char *commit, const char *folder, struct arena *a,
             struct git_paths *ret, struct err *e)
{
    AUTO(view_close) struct git_view v = {0};
    struct sv at = sv_of(folder);
    const char *oid;
    *ret = (struct git_paths){0};
    while (at.n > 0 && at.p[at.n - 1] == '/')
        at.n--;
    if (sv_is(at, "."))
        at.n = 0;
    if ((at.n > 0 && path_check(at, e) < 0) || view_open(g, id, &v, e) < 0 || need_commit(&v, commit, a, &oid, e) < 0)
        return -1;
    const char *clean = at.n ? arena_dup(a, at) : "";
    return v.repo ? tree_list(&v, oid, clean, a, ret, e) : shown_list(&v, oid, clean, a, ret, e);
}

bool git_has(struct gits *g, const char *id, const char *oid)
{
    AUTO(view_close) struct git_view v = {0};
    struct err ignored;
    if (!oid_is(sv_of(oid)) || view_open(g, id, &v, &ignored) < 0)
        return false;
    return v.repo ? tree_has(&v, oid) : shown_has(&v, oid);
}
