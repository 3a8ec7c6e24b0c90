/* SPDX-License-Identifier: Apache-2.0 */
/* Reading through the git program, for repositories with SHA-256 objects. */
#include "git/command.h"
#include "git/reader.h"
#include "git/remote.h"

enum { SHOW_MS = 120 * 1000, SHOW_MAX = 256 << 20 };

static struct git_command command(const struct git_view *v, const char *const *argv, size_t max)
{
    return (struct git_command){.argv = argv, .git_dir = v->path, .lock_fd = -1, .ms = SHOW_MS, .max_out = max};
}

/* One object id on a line; *ret NULL when git ended with `none`. */
static int one_oid(struct git_view *v, const char *const *argv, int none, struct arena *a, const char **ret,
                   struct err *e)
{
    AUTO(git_output_free) struct git_output out = {0};
    struct git_command c = command(v, argv, 4096);
    *ret = NULL;
    if (git_run(&c, &out, e) < 0)
        return -1;
    if (out.status == none)
        return 0;
    struct sv text = sv_trim(buf_view(&out.out));
    if (out.status != 0)
        return git_said(&out, e);
    if (!oid_is(sv_cut(text, 64)))
        return err_set(e, ERR_BUG, "git %s gave no object id", argv[0]);
    *ret = arena_dup(a, sv_cut(text, 64));
    return 0;
}

int shown_commit(struct git_view *v, const char *name, struct arena *a, const char **ret, struct err *e)
{
    const char *const argv[] = {"rev-parse", "--verify", "--quiet", arena_fmt(a, "%s^{commit}", name), NULL};
    return one_oid(v, argv, 1, a, ret, e);
}

int shown_tree_id(struct git_view *v, const char *commit, struct arena *a, const char **ret, struct err *e)
{
    const char *const argv[] = {"rev-parse", "--verify", "--quiet", arena_fmt(a, "%s^{tree}", commit), NULL};
    return one_oid(v, argv, 1, a, ret, e);
}

int shown_merge_base(struct git_view *v, const char *one, const char *two, struct arena *a, const char **ret,
                     struct err *e)
{
    const char *const argv[] = {"merge-base", one, two, NULL};
    return one_oid(v, argv, 1, a, ret, e);
}

/* Names with a NUL behind each. */
static int split_names(const struct git_output *out, struct path_list *list, struct err *e)
{
    struct sv rest = buf_view(&out->out), name;
    while (sv_next(&rest, '\0', &name)) {
        if (name.n > 0 && path_add(list, name, e) < 0)
            return -1;
    }
    return 0;
}

int shown_changed(struct git_view *v, const char *from, const char *to, struct arena *a, struct git_paths *ret,
                  struct err *e)
{
    /* Without `from`, ls-tree is the difference to the empty tree. */
    const char *const diff[] = {"diff-tree", "-r", "-z", "--no-renames", "--name-only", from, to, NULL};
    const char *const all[] = {"ls-tree", "-r", "-z", "--name-only", "--full-tree", to, NULL};
    AUTO(git_output_free) struct git_output out = {0};
    struct path_list list = {.a = a};
    struct git_command c = command(v, from ? diff : all, SHOW_MAX);
    if (git_run_ok(&c, &out, e) < 0 || split_names(&out, &list, e) < 0)
        return -1;
    *ret = (struct git_paths){list.at, list.n};
    return 0;
}

struct entry {
    struct sv mode, oid, size, path;
};

/* "<mode> SP <type> SP <oid> SP+ <size> TAB <path>", git-ls-tree(1) with -l -z. */
static bool parse_entry(struct sv line, struct entry *ret)
{
    ptrdiff_t tab = sv_chr(line, '\t');
    if (tab < 0)
        return false;
    struct sv head = sv_cut(line, (size_t)tab), type;
    ret->path = sv_from(line, (size_t)tab + 1);
    if (!sv_next(&head, ' ', &ret->mode) || !sv_next(&head, ' ', &type) || !sv_next(&head, ' ', &ret->oid))
        return false;
    ret->size = sv_trim(head);
    return oid_is(ret->oid);
}

static bool is_plain(const struct entry *t)
{
    return sv_is(t->mode, "100644") || sv_is(t->mode, "100755") || sv_is(t->mode, "100664");
}

int shown_file(struct git_view *v, const char *commit, const char *path, size_t max, struct buf *ret, struct err *e)
{
    const char *const find[] = {"ls-tree", "-l", "-z", "--full-tree", commit, "--", path, NULL};
    AUTO(git_output_free) struct git_output found = {0}, content = {0};
    AUTO(arena_free) struct arena a = {0};
    struct git_command c = command(v, find, 1 << 20);
    struct entry t;
    if (git_run_ok(&c, &found, e) < 0)
        return -1;
    struct sv rest = buf_view(&found.out), line;
    if (!sv_next(&rest, '\0', &line) || !parse_entry(line, &t) || !sv_is(t.path, path) || !is_plain(&t))
        return err_set(e, ERR_MISSING, "no file %.100s", path);
    int64_t size;
    if (!sv_int(t.size, &size) || (uint64_t)size > max)
        return err_set(e, ERR_INVALID, "%.100s is larger than %zu bytes", path, max);
    const char *const show[] = {"cat-file", "blob", arena_dup(&a, t.oid), NULL};
    c = command(v, show, max);
    if (git_run_ok(&c, &content, e) < 0)
        return -1;
    buf_sv(ret, buf_view(&content.out));
    return 0;
}

int shown_list(struct git_view *v, const char *commit, const char *folder, struct arena *a, struct git_paths *ret,
               struct err *e)
{
    const char *inside = *folder ? arena_fmt(a, "%s/", folder) : NULL;
    const char *const argv[] = {"ls-tree", "-l", "-z", "--full-tree", commit, "--", inside, NULL};
    AUTO(git_output_free) struct git_output out = {0};
    struct git_command c = command(v, argv, SHOW_MAX);
    if (git_run_ok(&c, &out, e) < 0)
        return -1;
    struct path_list list = {.a = a};
    struct sv rest = buf_view(&out.out), line;
    struct entry t;
    while (sv_next(&rest, '\0', &line)) {
        if (!parse_entry(line, &t) || !is_plain(&t) || (inside && !sv_starts(t.path, sv_of(inside))))
            continue;
        if (path_add(&list, inside ? sv_from(t.path, strlen(inside)) : t.path, e) < 0)
            return -1;
    }
    *ret = (struct git_paths){list.at, list.n};
    return 0;
}

bool shown_has(struct git_view *v, const char *oid)
{
    const char *const argv[] = {"cat-file", "-e", oid, NULL};
    AUTO(git_output_free) struct git_output out = {0};
    struct err ignored;
    struct git_command c = command(v, argv, 4096);
    return git_run(&c, &out, &ignored) == 0 && out.status == 0;
}
