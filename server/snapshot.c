/* SPDX-License-Identifier: Apache-2.0 */
/* Workspaces are kept and restored, on a pool thread. One thing at a time for a job: it waits for the answer. */
#include "server/host.h"
#include "git/snapshot.h"

static const msec_t GOOD_MS = 3LL * 24 * 3600 * 1000; /* of runs that succeeded; scheduling.md 2.7 */

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

/* ---- their time ---- */

struct trim_task {
    struct app_task app_task;
    struct gits *gits;
    char *db_path;
    msec_t keep;
    size_t gone;
    struct err err;
};

static bool is_over(struct reader *r, int64_t job, msec_t keep, msec_t now, struct err *e)
{
    enum job_fate fate;
    msec_t at, good = keep < GOOD_MS ? keep : GOOD_MS;
    if (read_job_fate(r, job, &fate, &at, e) < 0 || fate == JOB_OPEN)
        return false;
    return fate == JOB_UNKNOWN || now - at >= (fate == JOB_SUCCEEDED ? good : keep);
}

static int trim(struct trim_task *t, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(reader_close) struct reader *r = NULL;
    int64_t *jobs;
    size_t n;
    msec_t now = clk_wall_ms();
    /* The rows are asked after the folders: none that is there can be of a job that the rows do not know yet. */
    if (git_snapshot_jobs(t->gits, &a, &jobs, &n, e) < 0 || (n && reader_open(t->db_path, &r, e) < 0))
        return -1;
    for (size_t i = 0; i < n && !t->app_task.task.stopping; i++) {
        if (!is_over(r, jobs[i], t->keep, now, e))
            continue;
        if (git_snapshot_drop(t->gits, jobs[i], e) < 0)
            return -1;
        t->gone++;
    }
    return 0;
}

static void run_trim(struct task *task)
{
    struct trim_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct trim_task, app_task);
    if (trim(t, &t->err) == 0)
        t->err.cls = ERR_OK;
}

static void trimmed(struct app_task *at)
{
    struct trim_task *t = CONTAINER_OF(at, struct trim_task, app_task);
    if (!at->task.stopping && t->err.cls != ERR_OK)
        log_warn("snapshots of workspaces could not be removed", LS("cause", t->err.msg));
    else if (t->gone)
        log_info("snapshots of workspaces were removed", LI("jobs", t->gone));
    mem_free(t->db_path);
    mem_free(t);
}

void snapshots_trim(struct app *a)
{
    struct trim_task *t = mem_new(sizeof *t);
    t->gits = a->gits;
    t->db_path = mem_strdup(a->db_path);
    t->keep = a->conf->retention.checkpoints;
    app_task_post(a, a->pool, &t->app_task, run_trim, trimmed, git_lane("checkpoints"));
}
