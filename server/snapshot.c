/* SPDX-License-Identifier: Apache-2.0 */
/* Workspaces are kept and restored, on a pool thread. One thing at a time for a job: it waits for the answer. */
#include "server/host.h"
#include "git/snapshot.h"

struct snapshot_task {
    struct app_task app_task;
    struct arena arena;
    struct gits *gits;
    int64_t job, from;
    const char *dir;
    const char *tree; /* to be restored; NULL = a snapshot is to be taken */
    struct snapshot_want want;
    struct snapshot made;
    struct err err;
};

static struct snapshot_task *task_of(struct app_task *at)
{
    return CONTAINER_OF(at, struct snapshot_task, app_task);
}

static void run(struct task *task)
{
    struct snapshot_task *t = task_of(CONTAINER_OF(task, struct app_task, task));
    int rc = t->tree ? git_restore(t->gits, t->from, t->tree, t->dir, &t->err)
                     : git_snapshot(t->gits, &t->want, &t->made, &t->err);
    if (rc == 0)
        t->err.cls = ERR_OK;
}

static void done(struct app_task *at)
{
    struct snapshot_task *t = task_of(at);
    struct engine_event ev = {.kind = t->tree ? EV_RESTORED : EV_KEPT};
    if (t->tree) {
        ev.restored.job = t->job;
        ev.restored.err = t->err;
    } else {
        ev.kept.job = t->job;
        ev.kept.tree = t->made.id;
        ev.kept.note = t->made.note;
        ev.kept.err = t->err;
    }
    if (!at->task.stopping)
        host_step(at->app->host, &ev);
    arena_free(&t->arena);
    mem_free(t);
}

static struct snapshot_task *task_new(struct app *a, int64_t job)
{
    struct snapshot_task *t = mem_new(sizeof *t);
    AUTO(buf_free) struct buf dir = {0};
    executor_workspace(a->executor, job, &dir);
    t->gits = a->gits;
    t->job = job;
    t->dir = arena_dup(&t->arena, buf_view(&dir));
    return t;
}

static uint64_t lane_of(int64_t job)
{
    char id[ID_TEXT];
    return git_lane(id_text(job, id));
}

void snapshot_start(struct app *a, const struct engine_action *act)
{
    struct snapshot_task *t = task_new(a, act->snapshot.job);
    size_t n = 0;
    while (act->snapshot.borrowed[n])
        n++;
    const char **ids = arena_new(&t->arena, (n + 1) * sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = arena_strdup(&t->arena, act->snapshot.borrowed[i]);
    t->want = (struct snapshot_want){.job = t->job,
                                     .step = act->snapshot.step,
                                     .dir = t->dir,
                                     .max_bytes = a->conf->limits.checkpoint,
                                     .borrowed = ids};
    app_task_post(a, a->pool, &t->app_task, run, done, lane_of(t->job));
}

void restore_start(struct app *a, const struct engine_action *act)
{
    struct snapshot_task *t = task_new(a, act->restore.job);
    t->from = act->restore.from;
    t->tree = arena_strdup(&t->arena, act->restore.tree);
    app_task_post(a, a->pool, &t->app_task, run, done, lane_of(t->job));
}
