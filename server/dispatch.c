/* SPDX-License-Identifier: Apache-2.0 */
/* What a person starts by hand becomes a delivery of our own. What the workflow takes has been looked at where it is
 * one of the server's folder; the file of one in a repository is read first, at the commit that the run would read it
 * from, so that whoever asks hears the same of both. A forge that is away does not stop it: what is accepted then is
 * looked at when its file is read. */
#include "core/dispatch.h"
#include "core/trigger.h"
#include "fmt/json.h"
#include "server/host.h"
#include "server/gather_read.h"

enum { LOOK_MS = 10000 }; /* whoever asks waits that long; the command line gives up after a minute */

struct look {
    struct app_task app_task;
    struct arena arena;
    struct conf *conf;
    struct gits *gits;
    struct app_letter *letter; /* NULL: it is on its way without us */
    struct timer *timer;
    const char *repo_id, *ref, *name, *inputs;
    int status; /* of the refusal; 0 = nothing against it */
    struct err err;
};

static void delivered(void *ctx, int64_t delivery, const struct err *err)
{
    struct app_letter *l = ctx;
    l->ok = err->cls == ERR_OK;
    l->id = delivery;
    buf_clear(&l->text);
    if (!l->ok)
        buf_str(&l->text, err->msg);
    mailbox_post(l->reply, &l->letter);
}

static void deliver(struct app *a, struct app_letter *l)
{
    host_deliver(a->host, &(struct own_event){l->guid, l->event, buf_view(&l->text), SOURCE_HOOK, l->trace}, delivered,
                 l);
}

static void refuse(struct app_letter *l, int status, const char *why)
{
    l->ok = false;
    l->status = status;
    buf_clear(&l->text);
    buf_str(&l->text, why);
    mailbox_post(l->reply, &l->letter);
}

/* ---- pool thread ---- */

static bool is_meant(const struct gather_file *f, const char *name)
{
    const char *slash = strrchr(f->path, '/');
    return (f->workflow && strcmp(f->workflow->name, name) == 0) || strcmp(f->path, name) == 0 ||
           strcmp(slash ? slash + 1 : f->path, name) == 0;
}

static void judge(struct look *t, const struct gather_repo *r, const char *rev)
{
    AUTO(jdoc_free) struct jdoc *inputs = NULL;
    const struct gather_file *f = NULL;
    for (size_t i = 0; i < r->n_files && !f; i++)
        f = is_meant(&r->files[i], t->name) ? &r->files[i] : NULL;
    t->status = 422;
    if (!f) {
        t->status = 404;
        (void)err_set(&t->err, ERR_MISSING, "there is no workflow \"%.*s\" in %s at %.*s",
                      SV_ARG(sv_cut_utf8(sv_of(t->name), 60)), r->alias, SV_ARG(sv_cut_utf8(sv_of(rev), 40)));
    } else if (!f->workflow) {
        (void)err_set(&t->err, ERR_INVALID, "%s", f->problem);
    } else if (jdoc_parse(sv_of(t->inputs), NULL, &inputs, &t->err) == 0 &&
               dispatch_admit(f->workflow, jdoc_root(inputs), &t->err) == 0) {
        t->status = 0;
    }
}

/* The newest of the repository: a branch of yesterday would say what is not so any more. */
static void look(struct look *t)
{
    struct git_remote remote;
    struct err e = {0};
    const struct repo *repo = repo_by_id(&t->conf->repos, sv_of(t->repo_id));
    if (!repo || !app_remote(t->conf, t->repo_id, &t->arena, &remote) || git_fetch(t->gits, &remote, NULL, &e) < 0)
        return;
    const char *rev = t->ref ? t->ref : arena_fmt(&t->arena, "refs/heads/%s", repo->default_branch), *commit;
    struct gather_repo r = {.alias = repo->alias, .id = repo->id};
    if (git_resolve(t->gits, repo->id, rev, &t->arena, &commit, &e) < 0) {
        t->status = e.cls == ERR_MISSING ? 422 : 0;
        t->err = e;
    } else if (gather_files(t->gits, &t->conf->repos, commit, &t->arena, &r, &e) == 0) {
        judge(t, &r, rev);
    }
}

static void run(struct task *task)
{
    look(CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct look, app_task));
}

/* ---- engine thread ---- */

static void drop(struct app_letter *l)
{
    mem_free(l->owner);
    buf_free(&l->text);
    mem_free(l);
}

static void done(struct app_task *at)
{
    struct look *t = CONTAINER_OF(at, struct look, app_task);
    struct app_letter *l = STEAL(t->letter);
    if (l && at->task.stopping)
        drop(l);
    else if (l && t->status)
        refuse(l, t->status, t->err.msg);
    else if (l)
        deliver(at->app, l);
    timer_free(&t->timer);
    conf_unref(&t->conf);
    arena_free(&t->arena);
    mem_free(t);
}

static void on_late(void *ctx)
{
    struct look *t = ctx;
    if (t->letter)
        deliver(t->app_task.app, STEAL(t->letter));
}

static const char *text_of(struct arena *a, const struct jval *v)
{
    return jval_kind(v) == J_STRING ? arena_dup(a, jval_str(v)) : NULL;
}

static void look_start(struct app *a, struct app_letter *l, const struct jval *event)
{
    struct look *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf inputs = {0};
    struct jout j = {.buf = &inputs};
    jout_val(&j, jval_get(event, "inputs"));
    t->repo_id = text_of(&t->arena, jval_at(event, "repository", "id"));
    t->name = text_of(&t->arena, jval_get(event, "workflow"));
    t->ref = text_of(&t->arena, jval_get(event, "ref"));
    t->inputs = arena_dup(&t->arena, buf_view(&inputs));
    t->letter = l;
    t->conf = conf_ref(a->conf);
    t->gits = a->gits;
    t->timer = timer_new(a->loop, on_late, t);
    timer_start(t->timer, LOOK_MS);
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(t->repo_id));
}

void dispatch_letter(struct app *a, struct app_letter *l)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (l->look && jdoc_parse(buf_view(&l->text), NULL, &doc, &ignored) == 0)
        look_start(a, l, jdoc_root(doc));
    else
        deliver(a, l);
}
