/* SPDX-License-Identifier: Apache-2.0 */
/* The working copy that a run is for. Nothing is written to it: what is not committed goes into a repository of its own
 * that borrows the objects of this one. */
#include <limits.h>
#include <stdlib.h>
#include "base/file.h"
#include "git/command.h"
#include "server/cli/run_here.h"

enum { GIT_MS = 60000, OUT_MAX = 4 << 20 };

/* The output without its last line end, in the arena. */
static int git(struct here *h, const char *git_dir, const char *const *argv, const char **ret, struct err *e)
{
    struct git_command c = {.argv = argv,
                            .dir = h->root ? h->root : h->dir,
                            .git_dir = git_dir,
                            .lock_fd = -1,
                            .ms = GIT_MS,
                            .max_out = OUT_MAX};
    struct git_output out = {0};
    int rc = git_run_ok(&c, &out, e);
    struct sv text = buf_view(&out.out);
    while (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    *ret = rc == 0 ? arena_dup(&h->arena, text) : NULL;
    git_output_free(&out);
    return rc;
}
#define GIT(h, git_dir, ret, e, ...) git((h), (git_dir), (const char *const[]){__VA_ARGS__, NULL}, (ret), (e))

static const char *optional(struct here *h, const char *const *argv)
{
    struct err ignored = {0};
    const char *text;
    return git(h, NULL, argv, &text, &ignored) == 0 && *text ? text : NULL;
}
#define OPTIONAL(h, ...) optional((h), (const char *const[]){__VA_ARGS__, NULL})

/* The tree as it is, files that are ignored left out, as a commit on top of HEAD. */
static int copy_dirty(struct here *h, struct err *e)
{
    const char *objects, *tree, *commit, *ignored, *dir = arena_fmt(&h->arena, "%s/dirty.git", h->temp);
    const char *info = arena_fmt(&h->arena, "%s/objects/info/alternates", dir);
    if (GIT(h, NULL, &objects, e, "rev-parse", "--path-format=absolute", "--git-path", "objects") < 0 ||
        GIT(h, NULL, &ignored, e, "init", "-q", "--bare", dir) < 0 ||
        file_write(info, sv_of(arena_fmt(&h->arena, "%s\n", objects)), 0600, e) < 0)
        return -1;
    if (GIT(h, dir, &ignored, e, "-c", "core.bare=false", "--work-tree", h->root, "read-tree", h->sha) < 0 ||
        GIT(h, dir, &ignored, e, "-c", "core.bare=false", "--work-tree", h->root, "add", "-A") < 0 ||
        GIT(h, dir, &tree, e, "write-tree") < 0 ||
        GIT(h, dir, &commit, e, "-c", "user.name=fettle", "-c", "user.email=fettle@localhost", "commit-tree", tree,
            "-p", h->sha, "-m", "working copy") < 0 ||
        GIT(h, dir, &ignored, e, "update-ref", arena_fmt(&h->arena, "refs/heads/%s", h->branch), commit) < 0)
        return -1;
    h->parent = h->sha;
    h->sha = commit;
    h->url = dir;
    return 0;
}

int here_repo(struct here *h)
{
    struct err e = {0};
    const char *root;
    if (GIT(h, NULL, &root, &e, "rev-parse", "--show-toplevel") < 0)
        return cli_fail(CLI_MISSING, "%s is no working copy of git (--dir names one): %s", h->dir, e.msg);
    h->root = h->url = root;
    if (GIT(h, NULL, &h->sha, &e, "rev-parse", "--verify", "-q", "HEAD^{commit}") < 0)
        return cli_fail(CLI_MISSING, "%s has no commit yet", root);
    h->parent = OPTIONAL(h, "rev-parse", "--verify", "-q", "HEAD~1");
    h->branch = OPTIONAL(h, "symbolic-ref", "-q", "--short", "HEAD");
    h->message = OPTIONAL(h, "log", "-1", "--format=%B");
    h->author = OPTIONAL(h, "log", "-1", "--format=%an");
    h->email = OPTIONAL(h, "log", "-1", "--format=%ae");
    h->changed = OPTIONAL(h, "status", "--porcelain") != NULL;
    if (!h->branch)
        h->branch = "main";
    if (h->dirty && h->changed && copy_dirty(h, &e) < 0)
        return cli_fail(CLI_FAILED, "the working copy cannot be copied: %s", e.msg);
    if (h->changed && !h->dirty && !h->quiet)
        fprintf(stderr, "fettle: the run takes the last commit; --dirty takes what is not committed as well\n");
    return CLI_OK;
}

bool here_has_commit(struct here *h, const char *oid)
{
    return oid && oid_is_valid(sv_of(oid)) && OPTIONAL(h, "cat-file", "-t", oid) != NULL;
}
