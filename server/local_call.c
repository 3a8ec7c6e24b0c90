/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of repositories of this machine, or said to them: with git, on a pool thread, one after the other for
 * each repository. It is answered as the API of a forge would answer (port/local_talk.h). */
#include "server/host.h"
#include "fmt/json.h"
#include "git/local.h"

struct local_call {
    struct app_task app_task;
    const struct api_request *request;
    char *path; /* NULL = no such repository is configured */
    void (*done)(void *ctx, const struct api_reply *reply);
    void *ctx;
    int status;
    struct buf body;
    struct err err;
};

static int note(struct local_call *c, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    struct local_note x;
    if (local_note_read(buf_view(&c->request->body), &a, &x, e) < 0 || git_note(c->path, &x, e) < 0)
        return -1;
    log_info("status written as a git note", LS("repository", c->request->repo.p), LS("commit", x.sha),
             LS("context", x.context), LS("state", x.state));
    return 0;
}

static void run(struct task *task)
{
    struct local_call *c = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct local_call, app_task);
    int rc;
    if (!c->path)
        rc = err_set(&c->err, ERR_MISSING, "the repository is not in the configuration");
    else if (strcmp(c->request->method, LOCAL_NOTE) == 0)
        rc = note(c, &c->err);
    else
        rc = git_local_refs(c->path, &c->body, &c->err);
    c->status = rc >= 0 ? 200 : c->err.cls == ERR_MISSING ? 404 : c->err.cls == ERR_CONFLICT ? 409 : 500;
}

static void done(struct app_task *t)
{
    struct local_call *c = CONTAINER_OF(t, struct local_call, app_task);
    struct api_reply reply = {.status = c->status, .body = buf_view(&c->body)};
    AUTO(buf_free) struct buf problem = {0};
    if (c->status != 200) {
        struct jout j = {.buf = &problem};
        jout_open(&j, '{');
        jout_kstrz(&j, "message", c->err.msg);
        jout_close(&j, '}');
        reply.body = buf_view(&problem);
        reply.problem = c->err.msg;
        log_warn("git could not do it", LS("repository", c->request->repo.p), LS("what", c->request->method),
                 LS("cause", c->err.msg));
    }
    c->done(c->ctx, t->task.stopping ? NULL : &reply);
    buf_free(&c->body);
    mem_free(c->path);
    mem_free(c);
}

void local_call(struct app *a, const char *forge, const struct api_request *request,
                void (*done_fn)(void *ctx, const struct api_reply *reply), void *ctx)
{
    AUTO(arena_free) struct arena arena = {0};
    const char *id = arena_fmt(&arena, "%s:%.*s", forge, SV_ARG(buf_view(&request->repo)));
    const struct repo *r = repo_by_id(&a->conf->repos, sv_of(id));
    struct local_call *c = mem_new(sizeof *c);
    c->request = request;
    c->path = r && r->url ? mem_strdup(r->url) : NULL;
    c->done = done_fn;
    c->ctx = ctx;
    app_task_post(a, a->pool, &c->app_task, run, done, git_lane(id));
}
