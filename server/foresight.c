/* SPDX-License-Identifier: Apache-2.0 */
/* A better order for a run, looked for on a pool thread and for a few milliseconds. */
#include "server/host.h"

struct foresight_task {
    struct app_task app_task;
    struct foresight *f;
    int64_t begun; /* us, monotonic */
};

static bool enough(void *arg)
{
    const struct foresight_task *t = arg;
    return clk_mono_us() - t->begun > t->f->budget * 1000;
}

static void run(struct task *task)
{
    struct foresight_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct foresight_task, app_task);
    t->begun = clk_mono_us();
    foresight_look(t->f, enough, t);
}

static void done(struct app_task *at)
{
    struct foresight_task *t = CONTAINER_OF(at, struct foresight_task, app_task);
    if (at->task.stopping) {
        foresight_free(&t->f);
    } else {
        struct engine_event ev = {.kind = EV_LOOKAHEAD, .foresight = t->f};
        host_step(at->app->host, &ev);
    }
    mem_free(t);
}

void foresight_start(struct app *a, struct foresight *f)
{
    struct foresight_task *t = mem_new(sizeof *t);
    t->f = f;
    app_task_post(a, a->pool, &t->app_task, run, done, 0);
}
