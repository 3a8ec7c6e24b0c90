/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gather_read.h"
#include "config/conf.h"
#include "core/trigger.h"

enum { FILES_MAX = 200 };
static const size_t FILE_BYTES = 1 << 20;
static const char FOLDER[] = ".fettle/workflows";

struct looking { /* at one repository */
    struct gather *g;
    size_t at;
    struct gits *gits;
    const struct repo_set *repos;
};

bool gather_is_own(const struct gather *g, size_t at)
{
    const struct gather_repo *r = &g->repos[at];
    return g->event->repo.id && strcmp(g->event->repo.id, r->id) == 0 && r->rev && !r->called;
}

void gather_fail(struct gather *g, size_t at, const struct err *e)
{
    struct gather_repo *r = &g->repos[at];
    r->failed = e->cls;
    r->problem = arena_strdup(&g->arena, e->msg);
}

/* The base of a change: its commit, or its branch where the forge names none (GitLab) or the commit is gone. */
static const char *change_base(const struct looking *t)
{
    const struct event_change *c = &t->g->event->change;
    const struct gather_repo *r = &t->g->repos[t->at];
    if (c->base_sha && git_has(t->gits, r->id, c->base_sha))
        return c->base_sha;
    return arena_fmt(&t->g->arena, "refs/heads/%s", c->base_ref ? c->base_ref : r->default_branch);
}

/* From where an event's changes are counted (docs of GitHub's path filters): a change from its merge base; a push from
 * what was there before; a new branch, or one whose old tip is gone, from where it left the default branch. */
static int changed_range(struct looking *t, const char **ret_from, struct err *e)
{
    const struct hook_event *ev = t->g->event;
    const struct gather_repo *r = &t->g->repos[t->at];
    struct arena *a = &t->g->arena;
    if (ev->change.present)
        return git_base(t->gits, r->id, change_base(t), r->sha, a, ret_from, e);
    if (ev->before && !oid_is_zero(ev->before) && git_has(t->gits, r->id, ev->before)) {
        *ret_from = ev->before;
        return 0;
    }
    const char *head = arena_fmt(a, "refs/heads/%s", r->default_branch), *base;
    *ret_from = NULL;
    if (git_resolve(t->gits, r->id, head, a, &base, e) < 0)
        return 0; /* the default branch itself is new: everything is a change */
    if (strcmp(base, r->sha) == 0)
        return 0;
    return git_base(t->gits, r->id, base, r->sha, a, ret_from, e);
}

static void read_changes(struct looking *t)
{
    struct err e = {0};
    const struct gather_repo *r = &t->g->repos[t->at];
    const char *from = NULL;
    if (changed_range(t, &from, &e) == 0 &&
        git_changed(t->gits, r->id, from, r->sha, &t->g->arena, &t->g->changed, &e) == 0)
        t->g->changed_known = true;
    else if (e.cls == ERR_TRANSIENT)
        gather_fail(t->g, t->at, &e); /* the paths are not unknown, only not now */
}

static void read_file(struct gits *gits, const struct repo_set *repos, const char *commit, const char *name,
                      struct arena *a, struct gather_repo *r)
{
    struct gather_file *f = &r->files[r->n_files];
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    f->path = arena_fmt(a, "%s/%s", FOLDER, name);
    if (git_file(gits, r->id, commit, f->path, FILE_BYTES, &text, &e) < 0) {
        f->problem = arena_fmt(a, "%s: %s", f->path, e.msg);
    } else {
        struct problems problems = {0};
        f->workflow = workflow_read(buf_view(&text), f->path, r->alias, repos, a, &problems);
        for (size_t i = 0; !f->workflow && i < problems.list.n; i++) {
            const struct problem *p = &problems.list.at[i];
            if (p->level == PROBLEM_ERROR && !f->problem)
                f->problem = arena_fmt(a, "%s:%d:%d: %s [%s]", f->path, p->at.line, p->at.col, p->text, p->code);
        }
        problems_free(&problems);
    }
    r->n_files++;
}

int gather_files(struct gits *gits, const struct repo_set *repos, const char *commit, struct arena *a,
                 struct gather_repo *r, struct err *e)
{
    struct git_paths names = {0};
    if (git_list(gits, r->id, commit, FOLDER, a, &names, e) < 0)
        return -1;
    r->files = arena_new(a, (names.n + 1) * sizeof *r->files);
    for (size_t i = 0; i < names.n && r->n_files < FILES_MAX; i++)
        if (sv_ends(sv_of(names.at[i]), SV(".yml")) || sv_ends(sv_of(names.at[i]), SV(".yaml")))
            read_file(gits, repos, commit, names.at[i], a, r);
    return 0;
}

static void read_files(struct looking *t)
{
    struct gather_repo *r = &t->g->repos[t->at];
    struct err e = {0};
    const char *commit = r->sha;
    if ((r->files_rev && git_resolve(t->gits, r->id, r->files_rev, &t->g->arena, &commit, &e) < 0) ||
        gather_files(t->gits, t->repos, commit, &t->g->arena, r, &e) < 0)
        gather_fail(t->g, t->at, &e);
}

static bool is_of_push(const struct hook_event *ev)
{
    return strcmp(ev->name, "push") == 0 || strcmp(ev->name, "pre_push") == 0 || strcmp(ev->name, "pre_receive") == 0;
}

static bool judges(const struct gather_repo *r)
{
    for (size_t i = 0; i < r->n_files; i++)
        if (r->files[i].workflow && trigger_judging(r->files[i].workflow, WF_EVENT_N))
            return true;
    return r->content_wanted;
}

/* By what a verdict about a push is found again. What cannot be said is left out: then nothing is. */
static void read_content(struct looking *t)
{
    const struct hook_event *ev = t->g->event;
    struct gather_repo *r = &t->g->repos[t->at];
    struct arena *a = &t->g->arena;
    struct err ignored = {0};
    const char *head, *base = NULL, *main_ref = arena_fmt(a, "refs/heads/%s", r->default_branch);
    if (r->other_code || !ev->before || !is_of_push(ev) || !judges(r) ||
        git_content(t->gits, r->id, r->sha, a, &r->tree, &ignored) < 0)
        return;
    r->base = ev->before;
    /* The default branch is new itself with the first push: once that has happened, it would be its own base. */
    if (oid_is_zero(ev->before) && !(ev->ref && strcmp(ev->ref, main_ref) == 0) &&
        git_resolve(t->gits, r->id, main_ref, a, &head, &ignored) == 0 &&
        git_base(t->gits, r->id, head, r->sha, a, &base, &ignored) == 0 && base)
        r->base = base;
}

/* The head of a change whose branch is not here is the code of whoever opened it. */
static int keep_own_code(struct looking *t, struct err *e)
{
    struct gather_repo *r = &t->g->repos[t->at];
    bool is_branch = false;
    if (!r->branch_only || !r->rev)
        return 0;
    if (git_is_branch(t->gits, r->id, r->sha, &is_branch, e) < 0)
        return -1;
    if (is_branch)
        return 0;
    r->other_code = true;
    return git_resolve(t->gits, r->id, arena_fmt(&t->g->arena, "refs/heads/%s", r->default_branch), &t->g->arena,
                       &r->sha, e);
}

static int resolve(struct looking *t, struct err *e)
{
    struct gather_repo *r = &t->g->repos[t->at];
    const char *rev = r->rev ? r->rev : arena_fmt(&t->g->arena, "refs/heads/%s", r->default_branch);
    return git_resolve(t->gits, r->id, rev, &t->g->arena, &r->sha, e) < 0 ? -1 : keep_own_code(t, e);
}

void gather_read(struct gather *g, size_t at, struct gits *gits, const struct repo_set *repos)
{
    struct looking t = {g, at, gits, repos};
    struct err e = {0};
    if (resolve(&t, &e) < 0) {
        gather_fail(g, at, &e);
        return;
    }
    if (gather_is_own(g, at))
        read_changes(&t);
    if (g->repos[at].files_wanted)
        read_files(&t);
    if (gather_is_own(g, at) && g->repos[at].failed == ERR_OK)
        read_content(&t);
}
