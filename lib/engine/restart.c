/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up: a pure function of rows, attempt directories and boot id. Everything open is taken up where it was; doing
 * it twice changes nothing (scheduling.md R7). */
#include "engine/checkpoint.h"
#include "engine/judged.h"
#include "engine/lookout.h"
#include "engine/recover.h"

static struct live_job *job_by_id(struct engine *e, int64_t run, int64_t job)
{
    struct live_run *r = map_get_id(&e->runs, run);
    for (size_t i = 0; r && i < r->row->n_jobs; i++)
        if (r->row->jobs[i]->id == job)
            return r->jobs.at[i];
    return NULL;
}

/* Who holds a concurrency group, and who waits: a run or job that has got further than waiting for it holds it. */
static void adopt_claims(struct engine *e, struct live_run *r)
{
    if (r->row->group)
        group_adopt(e, &r->claim, r->row->group, r->row->state != WORK_WAITING, r->row->created_at);
    for (size_t i = 0; i < r->jobs.n; i++) {
        const struct job *j = r->jobs.at[i]->row;
        if (j->group && j->state != WORK_DONE)
            group_adopt(e, job_claim(r->jobs.at[i]), j->group, j->state != WORK_WAITING || j->hold, j->group_at);
    }
}

static void adopt_run(struct engine *e, struct run *row)
{
    struct live_run *r = mem_new(sizeof *r);
    r->row = row;
    plan_link(r, 0);
    r->claim = (struct claim){.run = r};
    map_put_id(&e->runs, row->id, r);
    adopt_claims(e, r);
    judged_adopt(e, r);
    report_speaker(e, r);
    comment_speaker(e, r);
    order_run(e, r);
    for (size_t i = 0; i < row->n_jobs; i++)
        if (row->jobs[i]->state == WORK_READY)
            order_add(e, r->jobs.at[i]);
}

static void adopt_attempt(struct engine *e, struct attempt *a)
{
    struct live_job *j = job_by_id(e, a->run_id, a->job_id);
    if (!j)
        return;
    job_doing(j)->attempt = a;
    order_adopt(e, j);
    map_put_id(&e->attempts, a->id, j);
}

static void resume_attempt(struct engine *e, struct attempt *a, enum found found, const struct exit_record *exit,
                           const struct step_result *result, const struct failure *said)
{
    struct live_job *j = map_get_id(&e->attempts, a->id);
    if (!j || job_attempt(j) != a)
        return;
    switch (found) {
    case FOUND_RUNNING:
        record_journal(e, "attempt", a->id, a->run_id, "intent", "intent", "adopted after a restart");
        if (job_is_cancelled(e, j))
            engine_after(e, ACT_KILL)->attempt = a->id;
        break;
    case FOUND_FINISHED:
        attempt_exited(e, exit, result, said);
        break;
    case FOUND_NEVER_RAN:
        attempt_never_ran(e, j);
        break;
    case FOUND_LOST:
        attempt_lost(e, j);
        break;
    }
}

static void adopt_checkpoints(struct engine *e, const struct open_work *w, const int64_t *gone, size_t n_gone)
{
    AUTO(map_free) struct map jobs = {0};
    for (size_t i = 0; w->n_checkpoints && i < w->n_runs; i++) {
        struct live_run *r = map_get_id(&e->runs, w->runs[i]->id);
        for (size_t k = 0; k < r->jobs.n; k++)
            map_put_id(&jobs, r->jobs.at[k]->row->id, r->jobs.at[k]);
    }
    for (size_t i = 0; i < w->n_checkpoints; i++) {
        struct live_job *j = map_get_id(&jobs, w->checkpoints[i].job_id);
        if (j)
            checkpoint_adopt(j, &w->checkpoints[i]);
    }
    for (size_t i = 0; i < n_gone; i++) {
        struct live_job *j = map_get_id(&jobs, gone[i]);
        if (j)
            checkpoint_gone(j);
    }
}

/* Rows that no committed change-set leaves behind, mended all the same: a job without an attempt goes back to the
 * queue, one whose needs are met is considered. */
static void mend_run(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        if (j->row->kind != JOB_STEPS && j->row->state == WORK_RUNNING) {
            parent_feed(e, j);
        } else if (j->row->state == WORK_RUNNING && !job_attempt(j)) {
            j->row->state = WORK_READY;
            record_job(e, j->row);
            order_add(e, j);
        } else if (j->row->state == WORK_WAITING && j->row->hold) {
            hold_adopt(e, j);
        } else if (j->row->state == WORK_WAITING && j->open_needs == 0 && !j->parent) {
            job_consider(e, j);
        }
    }
}

void engine_boot(struct engine *e, struct engine_event *ev)
{
    struct open_work *w = ev->boot.work;
    e->boot_work = w;
    /* Only the greatest id is known. Those of a smaller shard in its millisecond may have gone further, and a clock
     * that was set back must not make them again: go on in the next millisecond. */
    id_seen(&e->ids, w->max_id | ID_SEQ_MASK);
    order_settings(e, w->settings, w->n_settings);
    lane_boot(e, w->settings, w->n_settings);
    duration_adopt(e, w);
    for (size_t i = 0; i < w->n_runs; i++)
        adopt_run(e, w->runs[i]);
    for (size_t i = 0; i < w->n_attempts; i++)
        adopt_attempt(e, &w->attempts[i]);
    adopt_checkpoints(e, w, ev->boot.gone, ev->boot.n_gone);
    group_adopted(e);
    for (size_t i = 0; i < w->n_runs; i++)
        order_lend(e, map_get_id(&e->runs, w->runs[i]->id));
    /* Before anything ends: who listens to a run is asked when it does. */
    for (size_t i = 0; i < w->n_standing; i++)
        standing_adopt(e, w->standing[i].repo_id, w->standing[i].words);
    learned_adopt(e, w);
    recover_adopt(e, w);
    for (size_t i = 0; i < w->n_runs; i++)
        mend_run(e, map_get_id(&e->runs, w->runs[i]->id));
    for (size_t i = 0; i < w->n_effects; i++)
        outbox_adopt(e, &w->effects[i]);
    for (size_t i = 0; i < w->n_runs; i++)
        await_adopt(e, map_get_id(&e->runs, w->runs[i]->id));
    for (size_t i = 0; i < w->n_runs; i++) /* before anything goes on, and its words behind those said earlier */
        run_times(e, map_get_id(&e->runs, w->runs[i]->id));
    jobs_refit(e);
    for (size_t i = 0; i < w->n_attempts; i++)
        resume_attempt(e, &w->attempts[i], ev->boot.found[i], &ev->boot.exits[i],
                       ev->boot.results ? ev->boot.results[i] : NULL, ev->boot.failures ? ev->boot.failures[i] : NULL);
    for (size_t i = 0; i < w->n_fired; i++)
        schedule_adopt(e, w->fired[i].name, w->fired[i].at);
    schedule_all(e);
    seen_adopt(e, w);
    same_adopt(e, w);
    lookouts_adopt(e, w);
    for (size_t i = 0; i < w->n_deliveries; i++)
        intake_delivery(e, &w->deliveries[i]);
    dispatch(e);
    outbox_pump_all(e);
}
