/* SPDX-License-Identifier: Apache-2.0 */
/* The checkout action, on a pool thread: from the mirror into the job's workspace. */
#include "server/host.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/file.h"

struct checkout_task {
    struct app_task app_task;
    struct arena arena;
    struct gits *gits;
    bool known;
    struct git_remote remote;
    const char *commit, *dir;
    const char *work, *path; /* dir is path below work; path NULL = work itself */
    int64_t attempt, depth;
    struct err err;
};

/* An earlier step may have put a link where a folder should be, and we write with the rights of the server. No step of
 * the job runs now, so what is looked at stays; the last part is replaced as a whole and never followed. */
static int check_parents(const char *work, const char *path, struct err *e)
{
    AUTO(fd_closep) int fd = open(work, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "checkout: the workspace");
    for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
        AUTO(mem_freep) char *part = sv_dup(sv_n(path, (size_t)(slash - path)));
        int next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0 && errno == ENOENT)
            return 0; /* from here on we make them */
        if (next < 0)
            return err_set(e, ERR_DENIED, "checkout: \"%.100s\" in its path is no folder of the workspace", part);
        close(fd);
        fd = next;
    }
    return 0;
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
        if (git_fetch(t->gits, &t->remote, by_id ? want : none, e) < 0)
            return -1;
    }
    if (git_resolve(t->gits, t->remote.id, t->commit, &t->arena, &commit, e) < 0)
        return -1;
    if (t->path && check_parents(t->work, t->path, e) < 0)
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
        struct engine_event ev = {.kind = EV_CHECKED_OUT, .checked_out = {.attempt = t->attempt, .err = t->err}};
        host_step(at->app->host, &ev);
    }
    arena_free(&t->arena);
    mem_free(t);
}

void checkout_start(struct app *a, const struct engine_action *act)
{
    struct checkout_task *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf dir = {0};
    executor_workspace(a->executor, act->checkout.job, &dir);
    t->work = arena_dup(&t->arena, buf_view(&dir));
    t->path = arena_strdup(&t->arena, act->checkout.path);
    if (act->checkout.path)
        buf_fmt(&dir, "/%s", act->checkout.path);
    t->gits = a->gits;
    t->known = app_remote(a->conf, act->checkout.repo_id, &t->arena, &t->remote);
    t->commit = arena_strdup(&t->arena, act->checkout.commit);
    t->dir = arena_dup(&t->arena, buf_view(&dir));
    t->attempt = act->checkout.attempt;
    t->depth = act->checkout.depth;
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(act->checkout.repo_id));
}
