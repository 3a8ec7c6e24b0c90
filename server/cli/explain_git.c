/* SPDX-License-Identifier: Apache-2.0 */
/* What the server's mirrors say of an event, where this person may read them: the workflow files of its repository and
 * the paths that changed. Nothing is fetched; gather.c is what the server does. */
#include <unistd.h>
#include "port/git.h"
#include "server/cli/explain.h"

enum { FILES_MAX = 200, FILE_BYTES = 1 << 20 };
static const char FOLDER[] = ".fettle/workflows";

/* From where changes are counted; NULL = from nothing. */
static int changed_from(struct explain_git *g, const char *sha, const char **ret, struct err *e)
{
    const struct hook_event *ev = g->x->event;
    struct arena *a = &g->x->arena;
    const char *base = ev->change.base_sha;
    if (ev->change.present) {
        if (!base || !git_has(g->gits, g->repo->id, base))
            base = arena_fmt(a, "refs/heads/%s", ev->change.base_ref ? ev->change.base_ref : g->repo->default_branch);
        return git_base(g->gits, g->repo->id, base, sha, a, ret, e);
    }
    *ret = ev->before;
    if (ev->before && !oid_is_zero(ev->before) && git_has(g->gits, g->repo->id, ev->before))
        return 0;
    *ret = NULL;
    if (git_resolve(g->gits, g->repo->id, arena_fmt(a, "refs/heads/%s", g->repo->default_branch), a, &base, e) < 0 ||
        strcmp(base, sha) == 0)
        return 0;
    return git_base(g->gits, g->repo->id, base, sha, a, ret, e);
}

static void read_paths(struct explain_git *g, const char *sha)
{
    struct err e = {0};
    struct git_paths paths = {0};
    const char *from;
    if (changed_from(g, sha, &from, &e) < 0 ||
        git_changed(g->gits, g->repo->id, from, sha, &g->x->arena, &paths, &e) < 0)
        return;
    g->paths = paths.at;
    g->n_paths = paths.n;
    g->paths_known = true;
}

static void read_file(struct explain_git *g, const struct repo_set *repos, const char *commit, const char *name)
{
    struct arena *a = &g->x->arena;
    struct explain_file *f = &g->files[g->n_files++];
    struct err e = {0};
    struct problems problems = {0};
    AUTO(buf_free) struct buf text = {0};
    f->path = arena_fmt(a, "%s/%s", FOLDER, name);
    if (git_file(g->gits, g->repo->id, commit, f->path, FILE_BYTES, &text, &e) < 0)
        f->problem = arena_strdup(a, e.msg);
    else
        f->workflow = workflow_read(arena_sv(a, buf_view(&text)), f->path, g->repo->alias, repos, a, &problems);
    for (size_t i = 0; !f->workflow && !f->problem && i < problems.list.n; i++) {
        const struct problem *p = &problems.list.at[i];
        if (p->level == PROBLEM_ERROR)
            f->problem = arena_fmt(a, "%s:%d:%d: %s [%s]", f->path, p->at.line, p->at.col, p->text, p->code);
    }
    problems_free(&problems);
}

/* What is not trusted takes its files from the base, never from its own commit. */
static void read_files(struct explain_git *g, const struct repo_set *repos, const char *sha)
{
    const struct hook_event *ev = g->x->event;
    struct arena *a = &g->x->arena;
    struct git_paths names = {0};
    struct err e = {0};
    if (ev->trusted != YES) {
        const char *branch = ev->change.present && ev->change.base_ref ? ev->change.base_ref : g->repo->default_branch;
        const char *rev = ev->change.present && ev->change.base_sha ? ev->change.base_sha
                                                                    : arena_fmt(a, "refs/heads/%s", branch);
        if (git_resolve(g->gits, g->repo->id, rev, a, &sha, &e) < 0)
            return;
    }
    if (git_list(g->gits, g->repo->id, sha, FOLDER, a, &names, &e) < 0)
        return;
    g->files = arena_new(a, (names.n + 1) * sizeof *g->files);
    for (size_t i = 0; i < names.n && g->n_files < FILES_MAX; i++)
        if (sv_ends(sv_of(names.at[i]), SV(".yml")) || sv_ends(sv_of(names.at[i]), SV(".yaml")))
            read_file(g, repos, sha, names.at[i]);
    g->files_known = true;
}

void explain_git_read(struct explain_git *g, struct explained *x, const struct conf *c, const struct repo *repo)
{
    AUTO(buf_free) struct buf mirrors = {0};
    struct err e = {0};
    *g = (struct explain_git){.x = x, .repo = repo};
    if (!repo || !c->state_dir || !x->event->after || oid_is_zero(x->event->after))
        return;
    buf_fmt(&mirrors, "%s/mirrors", c->state_dir);
    /* Opening makes the folder where there is none. */
    if (access(mirrors.p, R_OK | X_OK) != 0 || gits_open(c->state_dir, &g->gits, &e) < 0)
        return;
    if (git_has(g->gits, repo->id, x->event->after)) {
        read_paths(g, x->event->after);
        read_files(g, &c->repos, x->event->after);
    }
    gits_close(&g->gits);
}
