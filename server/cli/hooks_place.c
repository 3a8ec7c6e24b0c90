/* SPDX-License-Identifier: Apache-2.0 */
/* Where the hooks of a repository are. git is asked for all of it: core.hooksPath, working copies that share a
 * repository, and settings of the person and the machine count as they count for a push. */
#include "server/cli/hooks.h"
#include <sys/stat.h>
#include "git/command.h"

enum { GIT_MS = 20000, OUT_MAX = 1 << 20 };

int hooks_git(const char *dir, const char *const *argv, struct arena *a, const char **ret, struct err *e)
{
    struct git_command c = {
        .world = GIT_AS_USER, .argv = argv, .dir = dir, .lock_fd = -1, .ms = GIT_MS, .max_out = OUT_MAX};
    struct git_output out = {0};
    int rc = git_run(&c, &out, e);
    struct sv text = buf_view(&out.out);
    if (text.n && text.p[text.n - 1] == '\n') /* one: a path may end with more of them */
        text.n--;
    *ret = rc == 0 && out.status == 0 ? arena_dup(a, text) : NULL;
    if (rc == 0 && out.status == 1 && out.errors.n == 0)
        rc = err_set(e, ERR_MISSING, "nothing");
    else if (rc == 0 && out.status != 0)
        rc = git_said(&out, e);
    git_output_free(&out);
    return rc;
}

/* "git version 2.39.5", "git version 2.50.1 (Apple Git-155)" */
static bool read_version(struct sv text, int *ret_major, int *ret_minor)
{
    static const char head[] = "git version ";
    struct sv rest = sv_from(text, strlen(head)), major, minor;
    int64_t big, small;
    if (!sv_starts(text, sv_of(head)) || !sv_next(&rest, '.', &major) || !sv_next(&rest, '.', &minor) ||
        !sv_int(major, &big) || !sv_int(minor, &small) || big < 0 || big > 1000 || small < 0 || small > 1000)
        return false;
    *ret_major = (int)big;
    *ret_minor = (int)small;
    return true;
}

int hooks_git_version(struct arena *a, int *ret_major, int *ret_minor, struct err *e)
{
    const char *said;
    if (HOOKS_GIT(NULL, a, &said, e, "version") < 0)
        return -1;
    if (!read_version(sv_of(said), ret_major, ret_minor))
        return err_set(e, ERR_INVALID, "\"%s\" is no version of git", said);
    return 0;
}

/* A path of git's, which is relative to where it ran. */
static const char *absolute(const char *top, const char *path, struct arena *a)
{
    return path[0] == '/' ? path : arena_fmt(a, "%s/%s", top, path);
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* husky 9 sets core.hooksPath to .husky/_, whose scripts call `h`, and that calls .husky/<hook>. */
static const char *husky_of(const char *folder, struct arena *a)
{
    struct sv f = sv_of(folder);
    if (!sv_ends(f, SV("/_")) || !is_file(arena_fmt(a, "%s/h", folder)))
        return NULL;
    return arena_dup(a, sv_cut(f, f.n - 2));
}

static int ask_hooks_path(struct arena *a, struct hooks_place *p, struct err *e)
{
    const char *said;
    struct err none = {0};
    if (HOOKS_GIT(p->top, a, &said, e, "rev-parse", "--git-path", "hooks") < 0)
        return -1;
    p->folder = absolute(p->top, said, a);
    if (HOOKS_GIT(p->top, a, &said, &none, "config", "--show-scope", "--get", "core.hooksPath") == 0) {
        struct sv scope = sv_of(said);
        ptrdiff_t tab = sv_chr(scope, '\t');
        p->scope = arena_dup(a, sv_cut(scope, tab < 0 ? scope.n : (size_t)tab));
    }
    p->husky = husky_of(p->folder, a);
    return 0;
}

int hooks_place_ask(const char *dir, struct arena *a, struct hooks_place *ret, struct err *e)
{
    const char *said;
    int major, minor;
    *ret = (struct hooks_place){0};
    if (hooks_git_version(a, &major, &minor, e) < 0 ||
        HOOKS_GIT(dir, a, &said, e, "rev-parse", "--is-bare-repository") < 0)
        return -1;
    ret->has_config_hooks = major > 2 || (major == 2 && minor >= 54);
    ret->bare = sv_is(sv_of(said), "true");
    if (ret->bare ? HOOKS_GIT(dir, a, &ret->top, e, "rev-parse", "--absolute-git-dir") < 0
                  : HOOKS_GIT(dir, a, &ret->top, e, "rev-parse", "--show-toplevel") < 0)
        return -1;
    if (HOOKS_GIT(ret->top, a, &said, e, "rev-parse", "--git-common-dir") < 0)
        return -1;
    ret->common = absolute(ret->top, said, a);
    return ask_hooks_path(a, ret, e);
}

int hooks_place_find(const char *dir, struct arena *a, struct hooks_place *ret)
{
    struct err e = {0};
    if (hooks_place_ask(dir, a, ret, &e) < 0)
        return cli_fail(CLI_MISSING, "%s: %s", dir, e.msg);
    return CLI_OK;
}
