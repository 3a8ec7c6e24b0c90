/* SPDX-License-Identifier: Apache-2.0 */
/* The checkout action, on a pool thread: from the mirror into the job's workspace. */
#include "server/host.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crash.h"
#include "base/file.h"

struct checkout_task {
    struct app_task app_task;
    struct arena arena;
    struct gits *gits;
    bool known;
    struct git_remote remote;
    const char *repo_id, *commit, *dir;
    const char *workspace, *path; /* dir is path below it; NULL = dir is the workspace itself */
    int64_t attempt, depth, generation;
    struct err no_token; /* why git has none to fetch with; ERR_OK = it has */
    struct err err;
};

int checkout_make_way(const char *workspace, const char *path, struct err *e)
{
    AUTO(fd_closep) int at = open(workspace, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct sv rest = sv_of(path), part;
    while (at >= 0 && sv_next(&rest, '/', &part) && rest.p) {
        char name[NAME_MAX + 1];
        if (part.n == 0 || sv_is(part, "."))
            continue;
        if (part.n > NAME_MAX || sv_is(part, ".."))
            return err_set(e, ERR_INVALID, "checkout: bad path");
        snprintf(name, sizeof name, "%.*s", SV_ARG(part));
        int next = mkdirat(at, name, 0700) < 0 && errno != EEXIST
                       ? -1
                       : openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        fd_closep(&at);
        at = next;
    }
    return at < 0 ? err_set(e, ERR_INVALID, "checkout: the way to \"%s\" is not made of folders", path) : 0;
}

static int checkout(struct checkout_task *t)
{
    struct err *e = &t->err;
    const char *commit;
    if (!t->known)
        return err_set(e, ERR_MISSING, "checkout: the repository is not in the configuration");
    bool by_id = oid_is_valid(sv_of(t->commit));
    if (!by_id || !git_has(t->gits, t->remote.id, t->commit)) {
        const char *const want[] = {t->commit, NULL}, *const none[] = {NULL};
        if (t->no_token.cls != ERR_OK) {
            *e = t->no_token;
            return -1;
        }
        if (git_fetch(t->gits, &t->remote, by_id ? want : none, e) < 0)
            return -1;
    }
    if (git_resolve(t->gits, t->remote.id, t->commit, &t->arena, &commit, e) < 0)
        return -1;
    if (t->path && checkout_make_way(t->workspace, t->path, e) < 0)
        return -1;
    return git_checkout(t->gits, t->remote.id, commit, t->depth, t->dir, e);
}

static void run(struct task *task)
{
    struct checkout_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct checkout_task, app_task);
    if (checkout(t) == 0)
        t->err.cls = ERR_OK;
}

static void done(struct app_task *at)
{
    struct checkout_task *t = CONTAINER_OF(at, struct checkout_task, app_task);
    if (!at->task.stopping) {
        if (t->err.cls == ERR_DENIED)
            git_credential_refused(at->app, t->repo_id, USE_FETCH, t->generation);
        CRASHPOINT("checkout.done");
        struct engine_event ev = {.kind = EV_CHECKED_OUT, .checked_out = {.attempt = t->attempt, .err = t->err}};
        host_step(at->app->host, &ev);
    }
    arena_free(&t->arena);
    mem_free(t);
}

static void on_credential(void *ctx, const struct credential *c)
{
    struct checkout_task *t = ctx;
    struct app *a = t->app_task.app;
    if (c->stopping) {
        arena_free(&t->arena);
        mem_free(t);
        return;
    }
    if (c->failed)
        t->no_token = *c->failed;
    if (c->token.n)
        t->remote.token = arena_dup(&t->arena, c->token);
    t->generation = c->generation;
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(t->repo_id));
}

void checkout_start(struct app *a, const struct engine_action *act)
{
    struct checkout_task *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf dir = {0};
    executor_workspace(a->executor, act->checkout.job, &dir);
    t->workspace = arena_dup(&t->arena, buf_view(&dir));
    t->path = arena_strdup(&t->arena, act->checkout.path);
    if (act->checkout.path)
        buf_fmt(&dir, "/%s", act->checkout.path);
    t->gits = a->gits;
    t->known = app_remote(a->conf, act->checkout.repo_id, &t->arena, &t->remote);
    t->commit = arena_strdup(&t->arena, act->checkout.commit);
    t->dir = arena_dup(&t->arena, buf_view(&dir));
    t->attempt = act->checkout.attempt;
    t->depth = act->checkout.depth;
    t->repo_id = arena_strdup(&t->arena, act->checkout.repo_id);
    t->app_task.app = a;
    git_credential_get(a, t->repo_id, USE_FETCH, on_credential, t);
}
