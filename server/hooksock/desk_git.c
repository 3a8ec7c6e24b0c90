/* SPDX-License-Identifier: Apache-2.0 */
/* What git does for a call, on the pool's threads: which repository, what of the push its mirror lacks, and the pack
 * that brings it. A mirror that has nothing of what the client offers is fetched once, for all who wait for that. */
#include <stdatomic.h>
#include "git/pushed.h"
#include "metrics/metrics.h"
#include "server/hooksock/case.h"
#include "server/hooksock/find.h"

struct case_task {
    struct app_task app_task;
    struct hook_case *c;
    struct conf *conf;
    struct err err;
    /* finding */
    const struct repo *repo; /* of conf */
    bool lacks;
    struct buf haves; /* a line each */
    /* taking */
    int fd;
};

struct hook_fetch { /* of one repository, and who waits for it */
    struct app_task app_task;
    struct hook_desk *desk;
    struct conf *conf;
    struct arena arena;
    const char *repo_id;
    char *token;
    int64_t generation;
    struct err err;
    VEC(struct hook_case *) cases;
};

static struct case_task *task_of(struct app_task *at)
{
    return CONTAINER_OF(at, struct case_task, app_task);
}

static void task_free(struct case_task *t)
{
    buf_free(&t->haves);
    fd_closep(&t->fd);
    conf_unref(&t->conf);
    mem_free(t);
}

static void task_post(struct hook_case *c, struct case_task *t, void (*run)(struct task *t),
                      void (*done)(struct app_task *t))
{
    struct app *a = c->desk->app;
    t->c = c;
    t->conf = conf_ref(a->conf);
    c->under_way++;
    app_task_post(a, a->pool, &t->app_task, run, done, 0);
}

/* The server ends: the case is freed with the desk. */
static bool came_back(struct case_task *t)
{
    if (t->app_task.task.stopping)
        return false;
    return case_back(t->c);
}

/* ---- finding ---- */

static void list_tips(struct hook_case *c)
{
    AUTO(map_free) struct map seen = {0};
    c->tips = arena_new(&c->arena, (c->call.n_updates + 1) * sizeof *c->tips);
    for (size_t i = 0; i < c->call.n_updates; i++) {
        struct sv after = c->call.updates[i].after;
        if (!oid_sv_is_zero(after) && !map_put(&seen, after, c))
            c->tips[c->n_tips++] = after;
    }
}

static int look(struct case_task *t, struct err *e)
{
    const struct hook_case *c = t->c;
    AUTO(arena_free) struct arena a = {0};
    bool *has = arena_new(&a, (c->n_tips + 1) * sizeof *has);
    bool *offered = arena_new(&a, (c->call.n_offers + 1) * sizeof *offered);
    struct gits *g = c->desk->app->gits;
    if (git_pushed_known(g, t->repo->id, c->tips, c->n_tips, has, e) < 0)
        return -1;
    for (size_t i = 0; i < c->n_tips; i++)
        t->lacks |= !has[i];
    if (!t->lacks)
        return 0;
    if (git_pushed_known(g, t->repo->id, c->call.offers, c->call.n_offers, offered, e) < 0)
        return -1;
    for (size_t i = 0; i < c->call.n_offers; i++)
        if (offered[i])
            buf_fmt(&t->haves, "%.*s\n", SV_ARG(c->call.offers[i]));
    return 0;
}

static void run_find(struct task *task)
{
    struct case_task *t = task_of(CONTAINER_OF(task, struct app_task, task));
    const struct hook_case *c = t->c;
    if (atomic_load(&c->gone))
        return;
    t->repo = hook_find_repo(t->conf, c->course.hook, &c->call);
    if (t->repo && c->course.wants_objects && look(t, &t->err) == 0)
        t->err.cls = ERR_OK;
}

static void fetch_for(struct hook_case *c);

static void found(struct app_task *at)
{
    struct case_task *t = task_of(at);
    struct hook_case *c = t->c;
    if (!came_back(t)) {
        task_free(t);
        return;
    }
    enum course_found what = !t->repo ? FOUND_NO_REPO : t->lacks ? FOUND_LACKS : FOUND_WHOLE;
    if (t->repo && !c->repo_id) {
        c->repo_id = arena_strdup(&c->arena, t->repo->id);
        c->forge = arena_strdup(&c->arena, t->repo->forge);
        c->path = arena_strdup(&c->arena, t->repo->path);
        c->default_branch = arena_strdup(&c->arena, t->repo->default_branch);
    }
    if (t->err.cls != ERR_OK) {
        log_warn("a mirror could not be read for a local hook", LS("cause", t->err.msg));
        case_text(c, "the mirror cannot be read: %s", t->err.msg);
        what = FOUND_FAILED;
    } else if (what == FOUND_NO_REPO) {
        case_text(c, "this repository is not among those of the server");
    } else if (what == FOUND_LACKS && !t->haves.n && !c->fetched) {
        fetch_for(c);
        task_free(t);
        return;
    }
    enum course_step step = course_found(&c->course, what);
    if (step == STEP_SEND) {
        struct hook_tell *tell = hook_tell_new(TELL_SEND, c->no);
        buf_sv(&tell->text, buf_view(&t->haves));
        mailbox_post(c->reply, &tell->letter);
    }
    task_free(t);
    case_go(c, step);
}

void case_find(struct hook_case *c)
{
    struct case_task *t = mem_new(sizeof *t);
    t->fd = -1;
    if (!c->tips)
        list_tips(c);
    task_post(c, t, run_find, found);
}

/* ---- fetching ---- */

static void fetch_free(struct hook_fetch *f)
{
    VEC_FREE(&f->cases);
    mem_free(f->token);
    conf_unref(&f->conf);
    arena_free(&f->arena);
    mem_free(f);
}

static void run_fetch(struct task *task)
{
    struct hook_fetch *f = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct hook_fetch, app_task);
    struct git_remote remote;
    if (!app_remote(f->conf, f->repo_id, &f->arena, &remote))
        err_set(&f->err, ERR_MISSING, "its forge is not in the configuration");
    else {
        if (f->token)
            remote.token = f->token;
        if (git_fetch(f->desk->app->gits, &remote, NULL, &f->err) == 0)
            f->err.cls = ERR_OK;
    }
    COUNT1(M_FETCHES, f->err.cls == ERR_OK ? "ok" : err_class_name(f->err.cls));
}

static void fetch_over(struct hook_fetch *f)
{
    if (f->err.cls != ERR_OK) /* then the client sends all of it */
        log_warn("a mirror could not be fetched for a local hook", LS("repository", f->repo_id),
                 LS("cause", f->err.msg));
    if (f->err.cls == ERR_DENIED)
        git_credential_refused(f->desk->app, f->repo_id, USE_FETCH, f->generation);
    map_remove(&f->desk->fetches, sv_of(f->repo_id));
    for (size_t i = 0; i < f->cases.n; i++) {
        struct hook_case *c = f->cases.at[i];
        if (case_back(c)) {
            c->fetched = true;
            case_find(c);
        }
    }
    fetch_free(f);
}

static void fetched(struct app_task *at)
{
    struct hook_fetch *f = CONTAINER_OF(at, struct hook_fetch, app_task);
    if (!at->task.stopping)
        fetch_over(f);
    else /* the cases are freed with the desk */
        map_remove(&f->desk->fetches, sv_of(f->repo_id)), fetch_free(f);
}

static void on_credential(void *ctx, const struct credential *x)
{
    struct hook_fetch *f = ctx;
    struct app *a = f->desk->app;
    if (x->stopping) {
        map_remove(&f->desk->fetches, sv_of(f->repo_id));
        fetch_free(f);
        return;
    }
    if (x->failed) {
        f->err = *x->failed;
        fetch_over(f);
        return;
    }
    f->token = x->token.n ? sv_dup(x->token) : NULL;
    f->generation = x->generation;
    app_task_post(a, a->pool, &f->app_task, run_fetch, fetched, git_lane(f->repo_id));
}

static void fetch_for(struct hook_case *c)
{
    struct hook_desk *d = c->desk;
    struct hook_fetch *f = map_get(&d->fetches, sv_of(c->repo_id));
    bool first = !f;
    if (first) {
        f = mem_new(sizeof *f);
        f->desk = d;
        f->conf = conf_ref(d->app->conf);
        f->repo_id = arena_strdup(&f->arena, c->repo_id);
        map_put(&d->fetches, sv_of(f->repo_id), f);
    }
    VEC_PUSH(&f->cases, c);
    c->under_way++;
    if (first)
        git_credential_get(d->app, f->repo_id, USE_FETCH, on_credential, f);
}

void fetches_free(struct map *fetches)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(fetches, &at, &key, &v);)
        fetch_free(v);
    map_free(fetches);
}

/* ---- taking ---- */

static void run_take(struct task *task)
{
    struct case_task *t = task_of(CONTAINER_OF(task, struct app_task, task));
    const struct hook_case *c = t->c;
    struct gits *g = c->desk->app->gits;
    struct pushed_pack p = {.fd = t->fd, .tips = c->tips, .n_tips = c->n_tips};
    if (!atomic_load(&c->gone) && git_pushed_ready(g, c->repo_id, c->tips[0].n, &t->err) == 0 &&
        git_pushed_take(g, c->repo_id, &p, &t->err) == 0)
        t->err.cls = ERR_OK;
}

static void taken(struct app_task *at)
{
    struct case_task *t = task_of(at);
    struct hook_case *c = t->c;
    if (came_back(t)) {
        if (t->err.cls != ERR_OK) {
            log_warn("the pack of a local hook was not taken", LS("repository", c->repo_id), LV("call", c->call.id),
                     LS("cause", t->err.msg));
            case_text(c, "%s", t->err.msg);
        }
        case_go(c, course_taken(&c->course, t->err.cls));
    }
    task_free(t);
}

void case_take(struct hook_case *c, int fd)
{
    struct case_task *t = mem_new(sizeof *t);
    t->fd = fd;
    task_post(c, t, run_take, taken);
}

/* ---- their time ---- */

struct trim_task {
    struct app_task app_task;
    struct gits *gits;
    msec_t before;
    size_t gone;
    struct err err;
};

static void run_trim(struct task *task)
{
    struct trim_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct trim_task, app_task);
    if (git_pushed_trim(t->gits, t->before, &t->gone, &t->err) == 0)
        t->err.cls = ERR_OK;
}

static void trimmed(struct app_task *at)
{
    struct trim_task *t = CONTAINER_OF(at, struct trim_task, app_task);
    if (!at->task.stopping && t->err.cls != ERR_OK)
        log_warn("what was pushed through local hooks could not be let go", LS("cause", t->err.msg));
    else if (t->gone)
        log_info("what was pushed through local hooks is let go", LI("ids", t->gone));
    mem_free(t);
}

void hook_desk_trim(struct app *a)
{
    struct trim_task *t = mem_new(sizeof *t);
    t->gits = a->gits;
    t->before = clk_wall_ms() - a->conf->retention.checkpoints;
    app_task_post(a, a->pool, &t->app_task, run_trim, trimmed, git_lane("pushed"));
}
