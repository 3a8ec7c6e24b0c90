/* SPDX-License-Identifier: Apache-2.0 */
/* How runs and jobs go forward and end. */
#include "engine/state.h"

static bool is_failed(enum conclusion c)
{
    return c == CONC_FAILURE || c == CONC_ERROR || c == CONC_TIMED_OUT;
}

static void job_to(struct engine *e, struct live_job *j, enum work_state to, const char *cause)
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

void run_begin(struct engine *e, struct live_run *r)
{
    struct run *row = r->row;
    report_begin(e, r);
    /* Jobs that can start at once are written as ready from the beginning. */
    for (size_t i = 0; i < row->n_jobs; i++) {
        struct job *j = row->jobs[i];
        if (r->jobs.at[i]->open_needs == 0 && (j->cond == COND_SUCCESS || j->cond == COND_ALWAYS)) {
            j->state = WORK_READY;
            j->ready_at = e->now;
            ready_add(&e->ready, &r->jobs.at[i]->ready);
        }
    }
    record_run_new(e, row);
    record_journal(e, "run", row->id, row->id, NULL, work_state_name[row->state], row->workflow);
    outbox_pump_all(e);
    for (size_t i = 0; i < row->n_jobs; i++)
        if (row->jobs[i]->state == WORK_WAITING && r->jobs.at[i]->open_needs == 0)
            job_consider(e, r->jobs.at[i]);
}

static void run_end(struct engine *e, struct live_run *r, enum conclusion c)
{
    struct run *row = r->row;
    row->conclusion = c;
    row->ended_at = e->now;
    report_end(e, r);
    run_to(e, r, WORK_DONE, row->detail);
    r->over_at_seq = e->seq;
    list_push(&e->over_runs, &r->over);
}

static void run_end_by_jobs(struct engine *e, struct live_run *r)
{
    static const enum conclusion worst_first[] = {CONC_CANCELLED, CONC_FAILURE, CONC_TIMED_OUT, CONC_ERROR};
    for (size_t k = 0; k < ARRAY_LEN(worst_first); k++)
        for (size_t i = 0; i < r->row->n_jobs; i++)
            if (r->row->jobs[i]->conclusion == worst_first[k]) {
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

void job_end(struct engine *e, struct live_job *j, enum conclusion c, const char *detail)
{
    struct job *row = j->row;
    bool started = row->started_at != 0;
    row->conclusion = c;
    row->ended_at = e->now;
    if (detail)
        row->detail = arena_strdup(&j->run->arena, detail);
    ready_drop(&e->ready, &j->ready);
    if (j->has_slot)
        ready_give_back(&e->ready);
    j->has_slot = false;
    job_to(e, j, WORK_DONE, row->detail);
    if (started)
        engine_after(e, ACT_FORGET_JOB)->job = row->id;
    struct live_run *r = j->run;
    r->open_jobs--;
    for (size_t i = 0; i < j->n_dependents; i++) {
        struct live_job *d = j->dependents[i];
        if (--d->open_needs == 0 && d->row->state == WORK_WAITING)
            job_consider(e, d);
    }
    if (r->open_jobs == 0 && r->row->state != WORK_DONE)
        run_end_by_jobs(e, r);
}

/* A job behind one that was skipped because of a failure is behind that failure too. Every job is looked at once: the
 * ways through a dense graph are too many to walk. */
static bool failed_before(const struct live_job *j)
{
    struct live_run *r = j->run;
    const struct live_job **pending = mem_new((r->jobs.n + 1) * sizeof *pending);
    size_t n = 0;
    bool failed = false;
    r->walks++;
    pending[n++] = j;
    while (n && !failed) {
        const struct live_job *x = pending[--n];
        for (size_t i = 0; i < x->n_needs; i++) {
            struct live_job *need = x->needs[i];
            failed |= is_failed(need->row->conclusion);
            if (need->row->conclusion == CONC_SKIPPED && need->mark != r->walks) {
                need->mark = r->walks;
                pending[n++] = need;
            }
        }
    }
    mem_free(pending);
    return failed;
}

static const struct job *not_successful_need(const struct live_job *j)
{
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct job *need = j->needs[i]->row;
        if (need->conclusion != CONC_SUCCESS)
            return need;
    }
    return NULL;
}

static bool cond_holds_after_cancel(enum wf_cond c)
{
    return c == COND_ALWAYS || c == COND_CANCELLED;
}

bool job_is_cancelled(const struct live_job *j)
{
    return j->run->row->cancelling && !cond_holds_after_cancel(j->row->cond);
}

static void job_ready(struct engine *e, struct live_job *j)
{
    j->row->ready_at = e->now;
    job_to(e, j, WORK_READY, NULL);
    ready_add(&e->ready, &j->ready);
}

void job_consider(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    if (j->run->row->cancelling) {
        if (cond_holds_after_cancel(j->row->cond))
            job_ready(e, j);
        else
            job_end(e, j, CONC_CANCELLED, NULL);
        return;
    }
    const struct job *blocker = not_successful_need(j);
    bool go = j->row->cond == COND_ALWAYS || (j->row->cond == COND_SUCCESS && !blocker) ||
              (j->row->cond == COND_FAILURE && failed_before(j));
    if (go)
        job_ready(e, j);
    else if (j->row->cond == COND_SUCCESS)
        job_end(e, j, CONC_SKIPPED,
                arena_fmt(&a, "needs %s, which ended as %s", blocker->key, conclusion_name[blocker->conclusion]));
    else
        job_end(e, j, CONC_SKIPPED, arena_fmt(&a, "if: %s() is false", wf_cond_name[j->row->cond]));
}

/* ---- steps ---- */

static bool step_wanted(const struct live_job *j, const struct step *s)
{
    bool failed = false;
    for (int i = 0; i < s->no; i++)
        failed |= is_failed(j->row->steps[i].conclusion);
    if (job_is_cancelled(j))
        return cond_holds_after_cancel(s->cond);
    return s->cond == COND_ALWAYS || (s->cond == COND_SUCCESS && !failed) || (s->cond == COND_FAILURE && failed) ||
           (s->cond == COND_CANCELLED && j->run->row->cancelling);
}

static enum conclusion job_conclusion(const struct live_job *j)
{
    enum conclusion c = CONC_SUCCESS;
    for (size_t i = 0; i < j->row->n_steps; i++) {
        const struct step *s = &j->row->steps[i];
        if (s->conclusion == CONC_CANCELLED ||
            (job_is_cancelled(j) && s->conclusion == CONC_SKIPPED && s->cond == COND_SUCCESS))
            return CONC_CANCELLED;
        if (c == CONC_SUCCESS && is_failed(s->conclusion))
            c = s->conclusion;
    }
    return c;
}

void job_advance(struct engine *e, struct live_job *j)
{
    struct job *row = j->row;
    for (size_t i = 0; i < row->n_steps; i++) {
        struct step *s = &row->steps[i];
        if (s->state == WORK_DONE)
            continue;
        if (s->state == WORK_WAITING && !step_wanted(j, s)) {
            s->state = WORK_DONE;
            s->conclusion = s->outcome = CONC_SKIPPED;
            record_step(e, s);
            continue;
        }
        attempt_start(e, j, s);
        if (j->attempt)
            return;
    }
    job_end(e, j, job_conclusion(j), NULL);
}

void dispatch(struct engine *e)
{
    for (struct ready_node *x; (x = ready_take(&e->ready));) {
        struct live_job *j = CONTAINER_OF(x, struct live_job, ready);
        struct live_run *r = j->run;
        j->has_slot = true;
        if (j->row->started_at == 0)
            j->row->started_at = e->now;
        job_to(e, j, WORK_RUNNING, NULL);
        if (r->row->state == WORK_READY) {
            r->row->started_at = e->now;
            report_running(e, r);
            run_to(e, r, WORK_RUNNING, NULL);
        }
        job_advance(e, j);
    }
}

void run_cancel(struct engine *e, struct live_run *r, const char *cause)
{
    struct run *row = r->row;
    if (row->cancelling)
        return;
    row->cancelling = true;
    row->detail = arena_strdup(&r->arena, cause);
    record_run(e, row);
    record_journal(e, "run", row->id, row->id, work_state_name[row->state], "cancelling", cause);
    for (size_t i = 0; i < row->n_jobs; i++) {
        struct live_job *j = r->jobs.at[i];
        /* One that had begun before a restart goes through its steps, so that it cleans up. */
        bool waits = j->row->state == WORK_WAITING || (j->row->state == WORK_READY && !j->row->started_at);
        if (!job_is_cancelled(j))
            continue;
        if (waits)
            job_end(e, j, CONC_CANCELLED, cause);
        else if (j->row->state == WORK_RUNNING && j->attempt)
            engine_after(e, ACT_KILL)->attempt = j->attempt->id;
    }
    dispatch(e);
    outbox_pump_all(e);
}
