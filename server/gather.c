/* SPDX-License-Identifier: Apache-2.0 */
/* What git has to say about an event: one task a repository, one after the other, each in the lane of its mirror. */
#include "server/gather_read.h"
#include "server/host.h"
#include "metrics/metrics.h"

struct gather_task {
    struct app_task app_task;
    struct conf *conf;
    struct gits *gits;
    struct gather *g;
    size_t at;   /* repository under way */
    char *token; /* of an App for it; NULL = the configuration's will do */
    int64_t generation;
    struct err no_token; /* why there is none; ERR_OK = there is */
};

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

static int fetch_one(struct gather_task *t, struct err *e)
{
    const struct gather_repo *r = &t->g->repos[t->at];
    struct git_remote remote;
    if (!app_remote(t->conf, r->id, &t->g->arena, &remote))
        return err_set(e, ERR_MISSING, "its forge is not in the configuration");
    if (t->no_token.cls != ERR_OK) {
        *e = t->no_token;
        return -1;
    }
    if (t->token)
        remote.token = t->token;
    bool by_commit = gather_is_own(t->g, t->at) && oid_is_valid(sv_of(r->rev)); /* a ref has to be fresh */
    return fetch(t, &remote, by_commit ? r->rev : NULL, e) < 0 || (by_commit && fetch_old(t, &remote, e) < 0) ? -1 : 0;
}

static void run(struct task *task)
{
    struct gather_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct gather_task, app_task);
    struct err e = {0};
    const struct gather_repo *r = &t->g->repos[t->at];
    if (r->sha || r->failed != ERR_OK) /* answered in an earlier round */
        return;
    if (fetch_one(t, &e) < 0)
        gather_fail(t->g, t->at, &e);
    else
        gather_read(t->g, t->at, t->gits, &t->conf->repos);
}

static void next(struct gather_task *t);

static void done(struct app_task *at)
{
    struct gather_task *t = CONTAINER_OF(at, struct gather_task, app_task);
    if (at->task.stopping) {
        gather_free(&t->g);
    } else {
        const struct gather_repo *r = &t->g->repos[t->at];
        if (r->failed == ERR_DENIED)
            git_credential_refused(at->app, r->id, USE_FETCH, t->generation);
        if (++t->at < t->g->n_repos) {
            next(t);
            return;
        }
        struct engine_event ev = {.kind = EV_GATHERED, .gathered = t->g};
        host_step(at->app->host, &ev);
    }
    mem_free(t->token);
    conf_unref(&t->conf);
    mem_free(t);
}

static void on_credential(void *ctx, const struct credential *c)
{
    struct gather_task *t = ctx;
    if (c->stopping) {
        gather_free(&t->g);
        conf_unref(&t->conf);
        mem_free(t);
        return;
    }
    t->no_token = c->failed ? *c->failed : (struct err){.cls = ERR_OK};
    t->token = c->token.n ? sv_dup(c->token) : NULL;
    t->generation = c->generation;
    struct app *a = t->app_task.app;
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(t->g->repos[t->at].id));
}

static void next(struct gather_task *t)
{
    mem_freep(&t->token);
    git_credential_get(t->app_task.app, t->g->repos[t->at].id, USE_FETCH, on_credential, t);
}

void gather_start(struct app *a, struct gather *g)
{
    struct gather_task *t = mem_new(sizeof *t);
    t->conf = conf_ref(a->conf);
    t->gits = a->gits;
    t->g = g;
    t->app_task.app = a;
    next(t);
}
