/* SPDX-License-Identifier: Apache-2.0 */
/* How runs and jobs go forward and end. */
#include "engine/checkpoint.h"
#include "engine/judged.h"
#include "engine/recover.h"

enum { OUTPUTS_BYTES = 1 << 20 };

void job_to(struct engine *e, struct live_job *j, enum work_state to, const char *cause)
{
    MUST(work_may(j->row->state, to));
    record_journal(e, "job", j->row->id, j->row->run_id, work_state_name[j->row->state],
                   to == WORK_DONE ? conclusion_name[j->row->conclusion] : work_state_name[to], cause);
    j->row->state = to;
    record_job(e, j->row);
}

static void run_to(struct engine *e, struct live_run *r, enum work_state to, const char *cause)
{
    MUST(work_may(r->row->state, to));
    record_journal(e, "run", r->row->id, r->row->id, work_state_name[r->row->state],
                   to == WORK_DONE ? conclusion_name[r->row->conclusion] : work_state_name[to], cause);
    r->row->state = to;
    record_run(e, r->row);
}

/* Jobs that can start at once are written as ready from the beginning. */
static void ready_at_once(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        if (!j->plain || j->open_needs || (j->row->cond != COND_SUCCESS && j->row->cond != COND_ALWAYS))
            continue;
        j->row->state = WORK_READY;
        j->row->ready_at = e->now;
        order_add(e, j);
        job_watch(e, j);
    }
}

static void consider_first(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++)
        if (r->jobs.at[i]->row->state == WORK_WAITING && r->jobs.at[i]->open_needs == 0 && !r->jobs.at[i]->parent)
            job_consider(e, r->jobs.at[i]);
        else if (r->jobs.at[i]->row->state == WORK_RUNNING && r->jobs.at[i]->row->kind != JOB_STEPS)
            parent_feed(e, r->jobs.at[i]); /* of a run that repeats a part of another */
}

void run_begin(struct engine *e, struct live_run *r)
{
    struct run *row = r->row;
    const char *group = row->n_jobs ? row->group : NULL;
    row->group = group ? group_name(&r->arena, group) : NULL;
    judged_adopt(e, r);
    report_begin(e, r);
    order_run(e, r);
    if (group)
        row->state = WORK_WAITING;
    else
        ready_at_once(e, r);
    if (!group)
        row->deadline_at = e->now + run_limits(r)->run_ms;
    run_watch(e, r);
    record_run_new(e, row);
    record_journal(e, "run", row->id, row->id, NULL, work_state_name[row->state], row->workflow);
    internal_run(e, r, "requested");
    recover_learn(e, r);
    outbox_pump_all(e);
    if (!group)
        consider_first(e, r);
    else if (group_claim(e, &r->claim, group, row->queue_all, r->cancels))
        run_go(e, r);
}

void run_go(struct engine *e, struct live_run *r)
{
    r->row->deadline_at = e->now + run_limits(r)->run_ms;
    run_to(e, r, WORK_READY, "it has its concurrency group");
    run_watch(e, r);
    consider_first(e, r);
}

static void run_end(struct engine *e, struct live_run *r, enum conclusion c)
{
    struct run *row = r->row;
    row->conclusion = c;
    row->ended_at = e->now;
    run_unwatch(e, r);
    report_end(e, r);
    run_to(e, r, WORK_DONE, row->detail);
    internal_run(e, r, "completed");
    call_run_over(e, r);
    r->over_at_seq = e->seq;
    list_push(&e->over_runs, &r->over);
    group_release(e, &r->claim);
}

static void run_end_by_jobs(struct engine *e, struct live_run *r)
{
    static const enum conclusion worst_first[] = {CONC_CANCELLED, CONC_FAILURE, CONC_TIMED_OUT, CONC_ERROR};
    if (r->row->cancelling == RUN_OVER_TIME) {
        run_end(e, r, CONC_TIMED_OUT);
        return;
    }
    for (size_t k = 0; k < ARRAY_LEN(worst_first); k++)
        for (size_t i = 0; i < r->row->n_jobs; i++)
            if (!r->row->jobs[i]->parent_id && job_counts_as(r->row->jobs[i]) == worst_first[k]) {
                run_end(e, r, worst_first[k]);
                return;
            }
    run_end(e, r, CONC_SUCCESS);
}

void run_fail(struct engine *e, struct live_run *r, enum conclusion c, const char *detail)
{
    r->row->detail = arena_strdup(&r->arena, detail);
    run_end(e, r, c);
}

static void consider_dependents(struct engine *e, struct live_job *j)
{
    for (size_t i = 0; i < j->n_dependents; i++) {
        struct live_job *d = j->dependents[i];
        if (--d->open_needs == 0 && d->row->state == WORK_WAITING)
            job_consider(e, d);
    }
}

void job_end(struct engine *e, struct live_job *j, enum conclusion c, const char *detail)
{
    struct job *row = j->row;
    struct live_run *r = j->run;
    bool started = row->started_at != 0 && row->kind == JOB_STEPS;
    row->conclusion = c;
    row->ended_at = e->now;
    if (detail)
        row->detail = arena_strdup(&r->arena, detail);
    duration_learn(e, j);
    order_end(e, j);
    hold_forget(e, j);
    approval_moot(e, j);
    row->hold = HOLD_NONE;
    recover_close(e, j, RECOVERY_FAILED, "its job ended");
    doing_forget(e, j);
    job_to(e, j, WORK_DONE, row->detail);
    if (started)
        engine_after(e, ACT_FORGET_JOB)->job = row->id;
    r->open_jobs--;
    group_release(e, j->claim);
    consider_dependents(e, j);
    if (j->parent)
        parent_child_done(e, j);
    if (r->open_jobs == 0 && r->row->state != WORK_DONE)
        run_end_by_jobs(e, r);
}

/* ---- steps ---- */

static int put_outputs(struct scene *s, const struct wf_env *outputs, struct buf *ret, const char **ret_left_out,
                       struct err *e)
{
    struct jout o = {.buf = ret};
    jout_open(&o, '{');
    for (size_t i = 0; i < outputs->n; i++) {
        const char *text;
        if (scene_text(s, arena_fmt(s->a, "outputs: %s", outputs->names[i]), outputs->values[i], &text, e) < 0)
            return -1;
        if (secret_within(s, text)) /* as on GitHub: it would go to other jobs, and into a row */
            *ret_left_out = outputs->names[i];
        else
            jout_kstrz(&o, outputs->names[i], text ? text : "");
        if (ret->n > OUTPUTS_BYTES)
            return err_set(e, ERR_INVALID, "%s:%d: outputs: more than 1 MiB", s->spec->file, s->spec->job.line);
    }
    jout_close(&o, '}');
    return 0;
}

/* The texts of the job's outputs, when all its steps are done. */
static int job_outputs(struct engine *e, struct live_job *j, struct err *err)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0};
    struct scene s;
    const char *left_out = NULL;
    const struct wf_env *outputs = &job_spec_of(j)->job.outputs;
    if (outputs->n == 0)
        return 0;
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    int rc = put_outputs(&s, outputs, &json, &left_out, err);
    if (rc == 0)
        j->row->outputs = arena_dup(&j->run->arena, buf_view(&json));
    if (left_out)
        record_journal(e, "job", j->row->id, j->row->run_id, "running", "running",
                       arena_fmt(&a, "output %s is left out: it has a secret in it", left_out));
    scene_close(&s);
    return rc;
}

static void steps_end(struct engine *e, struct live_job *j)
{
    struct err err = {0};
    enum conclusion c = steps_conclusion(e, j);
    if (job_outputs(e, j, &err) == 0)
        job_end(e, j, c, NULL);
    else
        job_end(e, j, c == CONC_SUCCESS ? CONC_ERROR : c, err.msg);
}

void job_advance(struct engine *e, struct live_job *j)
{
    struct job *row = j->row;
    for (size_t i = 0; i < row->n_steps; i++) {
        struct step *s = &row->steps[i];
        if (s->state == WORK_DONE)
            continue;
        checkpoint_done(e, j, 0);
        if (checkpoint_wait(e, j))
            return;
        if (s->state == WORK_DONE)
            continue; /* its workspace is gone */
        attempt_start(e, j, s);
        if (job_attempt(j) || row->hold || j->doing->hashing)
            return;
    }
    checkpoint_done(e, j, 0);
    if (!checkpoint_wait(e, j))
        steps_end(e, j);
}

void dispatch(struct engine *e)
{
    /* Those who just got their concurrency group may be first. */
    e->dispatch_later = !list_empty(&e->granted);
    if (e->dispatch_later)
        return;
    for (struct live_job *j; (j = order_next(e));) {
        struct live_run *r = j->run;
        if (j->row->started_at == 0) {
            j->row->started_at = e->now;
            j->row->held_ms = 0; /* its own time begins */
        }
        job_to(e, j, WORK_RUNNING, NULL);
        if (r->row->state == WORK_READY) {
            r->row->started_at = e->now;
            report_running(e, r);
            run_to(e, r, WORK_RUNNING, NULL);
        }
        job_advance(e, j);
    }
}
