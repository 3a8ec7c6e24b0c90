/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that a recovery adds to a run: the check of a resolved conflict, the fix of tests. They are children of the job
 * that failed, which is on hold meanwhile, and ask for what it has. */
#include "engine/recover.h"

struct job *recover_child(struct engine *e, struct live_job *j, const char *key)
{
    struct job *row = arena_new(&j->run->arena, sizeof *row);
    *row = *j->row;
    row->id = engine_id(e);
    row->parent_id = j->row->id;
    row->no = (int)j->run->row->n_jobs;
    row->key = row->name = key;
    row->spec = row->outputs = row->detail = row->inputs = NULL;
    row->needs = NULL;
    row->n_needs = 0;
    row->group = NULL;
    row->state = WORK_READY;
    row->conclusion = CONC_NONE;
    row->hold = HOLD_NONE;
    row->hold_until = row->hold_at = row->held_ms = row->started_at = row->ended_at = 0;
    row->ready_at = e->now;
    row->epoch = row->lock_token = 0;
    row->tries = row->version = 1;
    row->recovery_at = row->recovery_uses = 0;
    return row;
}

void recover_child_begin(struct engine *e, struct live_job *j, struct job *row, const char *cause)
{
    struct live_run *r = j->run;
    size_t from = r->row->n_jobs;
    struct job **all = arena_new(&r->arena, (from + 2) * sizeof *all);
    memcpy(all, r->row->jobs, from * sizeof *all);
    all[from] = row;
    r->row->jobs = all;
    r->row->n_jobs++;
    record_jobs_new(e, r->row, &row, 1);
    plan_link(r, from);
    record_journal(e, "job", row->id, row->run_id, NULL, "ready", cause);
    order_run(e, r);
    order_add(e, r->jobs.at[from]);
    job_watch(e, r->jobs.at[from]);
}
