/* SPDX-License-Identifier: Apache-2.0 */
/* Cancelling: the whole run, or one job of it (a leg beside one that failed, what a concurrency group asks for). The
 * wish is in the row before anything is stopped. As on GitHub, a job whose `if` holds all the same goes on. */
#include "engine/recover.h"

bool cond_holds_after_cancel(enum wf_cond c)
{
    return c == COND_ALWAYS || c == COND_CANCELLED;
}

bool job_was_told(const struct live_job *j)
{
    bool told = j->run->row->cancelling;
    for (; j && !told; j = j->parent)
        told = j->row->cancelling;
    return told;
}

static bool cond_spares(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct scene s;
    struct err ignored = {0};
    bool holds = false;
    if (j->row->cond != COND_EXPR)
        return cond_holds_after_cancel(j->row->cond);
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    if (scene_cond(&s, COND_EXPR, s.spec->job.cond_text, &holds, &ignored) < 0)
        holds = false;
    scene_close(&s);
    return holds;
}

static bool is_spared(struct engine *e, struct live_job *j)
{
    j = job_asked(j);
    if (j->run->dropped)
        return false;
    if (j->spared == SPARED_UNKNOWN) {
        j->spared = SPARED_NO; /* what its text asks on the way */
        j->spared = cond_spares(e, j) ? SPARED_YES : SPARED_NO;
    }
    return j->spared == SPARED_YES;
}

bool job_is_cancelled(struct engine *e, struct live_job *j)
{
    return job_was_told(j) && !is_spared(e, j);
}

/* What is under way is ended; what waits ends here. */
static void stop(struct engine *e, struct live_job *j, const char *cause)
{
    /* One that had begun before a restart goes through its steps, so that it cleans up. */
    bool waits = (j->row->state == WORK_WAITING || j->row->state == WORK_READY) && !j->row->started_at;
    if (j->row->state == WORK_DONE)
        return;
    /* Its `if` may speak of how those ended that it still waits for: they end soon, and then it is asked. */
    if (j->row->state == WORK_WAITING && j->open_needs && j->row->cond == COND_EXPR && !j->run->dropped)
        return;
    if (!job_is_cancelled(e, j))
        return;
    if (waits) {
        job_end(e, j, CONC_CANCELLED, cause);
    } else if (j->row->hold) {
        approval_moot(e, j);
        await_cancelled(e, j);
        job_release(e, j, cause);
    } else if (j->row->state == WORK_RUNNING && job_attempt(j)) {
        engine_after(e, ACT_KILL)->attempt = j->doing->attempt->id;
    }
}

static void stop_below(struct engine *e, struct live_job *j, const char *cause)
{
    stop(e, j, cause);
    for (size_t i = 0; i < j->n_children; i++)
        stop_below(e, j->children[i], cause);
}

void job_cancel(struct engine *e, struct live_job *j, const char *cause)
{
    if (j->row->state == WORK_DONE || j->row->cancelling)
        return;
    j->row->cancelling = true;
    record_job(e, j->row);
    record_journal(e, "job", j->row->id, j->row->run_id, work_state_name[j->row->state], "cancelling", cause);
    stop_below(e, j, cause);
}

void run_stop(struct engine *e, struct live_run *r, enum run_stop how, const char *cause)
{
    struct run *row = r->row;
    if (row->cancelling || row->state == WORK_DONE)
        return;
    row->cancelling = how;
    r->dropped = row->state == WORK_WAITING;
    row->detail = arena_strdup(&r->arena, cause);
    record_run(e, row);
    record_journal(e, "run", row->id, row->id, work_state_name[row->state], "cancelling", cause);
    for (size_t i = 0; i < r->jobs.n && row->state != WORK_DONE; i++)
        stop(e, r->jobs.at[i], cause);
}

void run_cancel(struct engine *e, struct live_run *r, const char *cause)
{
    run_stop(e, r, RUN_CANCELLED, cause);
    dispatch(e);
    outbox_pump_all(e);
}
