/* SPDX-License-Identifier: Apache-2.0 */
/* What git has to say about an event: one task a repository, one after the other, each in the lane of its mirror. */
#include "server/host.h"
#include "metrics/metrics.h"

enum { FILES_MAX = 200 };
static const size_t FILE_BYTES = 1 << 20;
static const char FOLDER[] = ".fettle/workflows";

struct gather_task {
    struct app_task app_task;
    struct conf *conf;
    struct gits *gits;
    struct gather *g;
    size_t at; /* repository under way */
};

static bool is_own(const struct gather_task *t)
{
    const struct gather_repo *r = &t->g->repos[t->at];
    return t->g->event->repo.id && strcmp(t->g->event->repo.id, r->id) == 0 && r->rev && !r->called;
}

static void fail(struct gather_task *t, const struct err *e)
{
    struct gather_repo *r = &t->g->repos[t->at];
    r->failed = e->cls;
    r->problem = arena_strdup(&t->g->arena, e->msg);
}

/* The base of a change: its commit, or its branch where the forge names none (GitLab) or the commit is gone. */
static const char *change_base(const struct gather_task *t)
{
    const struct event_change *c = &t->g->event->change;
    const struct gather_repo *r = &t->g->repos[t->at];
    if (c->base_sha && git_has(t->gits, r->id, c->base_sha))
        return c->base_sha;
    return arena_fmt(&t->g->arena, "refs/heads/%s", c->base_ref ? c->base_ref : r->default_branch);
}

/* From where an event's changes are counted (docs of GitHub's path filters): a change from its merge base; a push from
 * what was there before; a new branch, or one whose old tip is gone, from where it left the default branch. */
static int changed_range(struct gather_task *t, const char **ret_from, struct err *e)
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

static void read_changes(struct gather_task *t)
{
    struct err e = {0};
    const struct gather_repo *r = &t->g->repos[t->at];
    const char *from = NULL;
    if (changed_range(t, &from, &e) == 0 &&
        git_changed(t->gits, r->id, from, r->sha, &t->g->arena, &t->g->changed, &e) == 0)
        t->g->changed_known = true;
    else if (e.cls == ERR_TRANSIENT)
        fail(t, &e); /* the paths are not unknown, only not now */
}

static void read_file(struct conf *c, struct gits *gits, const char *commit, const char *name, struct arena *a,
                      struct gather_repo *r)
{
    struct gather_file *f = &r->files[r->n_files];
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    f->path = arena_fmt(a, "%s/%s", FOLDER, name);
    if (git_file(gits, r->id, commit, f->path, FILE_BYTES, &text, &e) < 0) {
        f->problem = arena_fmt(a, "%s: %s", f->path, e.msg);
    } else {
        struct problems problems = {0};
        f->workflow = workflow_read(buf_view(&text), f->path, r->alias, &c->repos, a, &problems);
        for (size_t i = 0; !f->workflow && i < problems.list.n; i++) {
            const struct problem *p = &problems.list.at[i];
            if (p->level == PROBLEM_ERROR && !f->problem)
                f->problem = arena_fmt(a, "%s:%d:%d: %s [%s]", f->path, p->at.line, p->at.col, p->text, p->code);
        }
        problems_free(&problems);
    }
    r->n_files++;
}

int gather_files(struct conf *c, struct gits *gits, const char *commit, struct arena *a, struct gather_repo *r,
                 struct err *e)
{
    struct git_paths names = {0};
    if (git_list(gits, r->id, commit, FOLDER, a, &names, e) < 0)
        return -1;
    r->files = arena_new(a, (names.n + 1) * sizeof *r->files);
    for (size_t i = 0; i < names.n && r->n_files < FILES_MAX; i++)
        if (sv_ends(sv_of(names.at[i]), SV(".yml")) || sv_ends(sv_of(names.at[i]), SV(".yaml")))
            read_file(c, gits, commit, names.at[i], a, r);
    return 0;
}

static void read_files(struct gather_task *t)
{
    struct gather_repo *r = &t->g->repos[t->at];
    struct err e = {0};
    const char *commit = r->sha;
    if ((r->files_rev && git_resolve(t->gits, r->id, r->files_rev, &t->g->arena, &commit, &e) < 0) ||
        gather_files(t->conf, t->gits, commit, &t->g->arena, r, &e) < 0)
        fail(t, &e);
}

static int fetch(struct gather_task *t, const struct git_remote *remote, const char *oid, struct err *e)
{
    const char *const want[] = {oid, NULL};
    int rc = git_fetch(t->gits, remote, want, e);
    COUNT1(M_FETCHES, rc < 0 ? err_class_name(e->cls) : "ok");
    return rc;
}

/* What the commit is compared with. A force push may have left nothing of it at the remote, which is no failure. */
static int fetch_old(struct gather_task *t, const struct git_remote *remote, struct err *e)
{
    const struct hook_event *ev = t->g->event;
    const char *old = ev->change.present ? ev->change.base_sha : ev->before;
    if (!old || oid_is_zero(old)) /* then a branch is, and that has to be fresh */
        return fetch(t, remote, NULL, e);
    return fetch(t, remote, old, e) < 0 && e->cls != ERR_MISSING ? -1 : 0;
}

/* The head of a change whose branch is not here is the code of whoever opened it. */
static int keep_own_code(struct gather_task *t, struct err *e)
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

static int gather_one(struct gather_task *t, struct err *e)
{
    struct gather_repo *r = &t->g->repos[t->at];
    struct git_remote remote;
    if (!app_remote(t->conf, r->id, &t->g->arena, &remote))
        return err_set(e, ERR_MISSING, "its forge is not in the configuration");
    bool by_commit = is_own(t) && oid_is_valid(sv_of(r->rev)); /* a ref has to be fresh */
    if (fetch(t, &remote, by_commit ? r->rev : NULL, e) < 0 || (by_commit && fetch_old(t, &remote, e) < 0))
        return -1;
    const char *rev = r->rev ? r->rev : arena_fmt(&t->g->arena, "refs/heads/%s", r->default_branch);
    return git_resolve(t->gits, r->id, rev, &t->g->arena, &r->sha, e) < 0 ? -1 : keep_own_code(t, e);
}

static void run(struct task *task)
{
    struct gather_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct gather_task, app_task);
    struct err e = {0};
    const struct gather_repo *r = &t->g->repos[t->at];
    if (r->sha || r->failed != ERR_OK) /* answered in an earlier round */
        return;
    if (gather_one(t, &e) < 0) {
        fail(t, &e);
        return;
    }
    if (is_own(t))
        read_changes(t);
    if (r->files_wanted && !t->app_task.app->central_only)
        read_files(t);
}

static void done(struct app_task *at)
{
    struct gather_task *t = CONTAINER_OF(at, struct gather_task, app_task);
    if (at->task.stopping) {
        gather_free(&t->g);
    } else if (++t->at < t->g->n_repos) {
        app_task_post(at->app, at->app->pool, at, run, done, git_lane(t->g->repos[t->at].id));
        return;
    } else {
        struct engine_event ev = {.kind = EV_GATHERED, .gathered = t->g};
        host_step(at->app->host, &ev);
    }
    conf_unref(&t->conf);
    mem_free(t);
}

void gather_start(struct app *a, struct gather *g)
{
    struct gather_task *t = mem_new(sizeof *t);
    t->conf = conf_ref(a->conf);
    t->gits = a->gits;
    t->g = g;
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(g->repos[0].id));
}
