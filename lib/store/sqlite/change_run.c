/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "core/involved.h"
#include "store/sqlite/change.h"
#include "store/sqlite/history.h"

void cur_involved(struct cur *c, const struct run *r, struct buf *text)
{
    if (r->n_involved)
        involved_write(r->involved, r->n_involved, text);
    cur_text(c, r->n_involved ? text->p : NULL);
}

static enum db_result put_run(struct db *db, const struct run *r, struct err *e)
{
    struct cur c = cur_on(db, SQL_RUN_PUT);
    cur_int(&c, r->id);
    cur_int(&c, r->shard);
    cur_int(&c, r->delivery_id);
    cur_must_text(&c, r->workflow);
    cur_must_text(&c, r->file);
    cur_must_text(&c, r->event);
    cur_text(&c, r->action);
    cur_text(&c, r->repo_id);
    cur_text(&c, r->sha);
    cur_text(&c, r->ref);
    cur_int(&c, r->change);
    cur_int(&c, r->trusted);
    cur_text(&c, r->report_context);
    cur_text(&c, r->head_repo);
    cur_int(&c, r->created_at);
    cur_text(&c, work_state_name[r->state]);
    cur_text(&c, conclusion_name[r->conclusion]);
    cur_text(&c, r->detail);
    cur_int(&c, r->cancelling);
    cur_int(&c, r->report_seq);
    cur_int(&c, r->started_at);
    cur_int(&c, r->ended_at);
    cur_int(&c, r->version);
    cur_text(&c, r->name);
    cur_int(&c, r->number);
    cur_text(&c, r->context);
    cur_text(&c, r->group);
    cur_int(&c, r->queue_all);
    cur_int(&c, r->report_check);
    cur_text(&c, priority_name[r->priority]);
    cur_int(&c, r->bumped);
    cur_int(&c, r->deadline_at);
    cur_int(&c, r->rerun_of);
    cur_int(&c, r->generation);
    cur_int(&c, r->tells);
    AUTO(buf_free) struct buf involved = {0};
    cur_involved(&c, r, &involved);
    cur_text(&c, r->verdict);
    cur_text(&c, r->trace);
    return cur_run(&c, e);
}

void names_write(const char *const *at, size_t n, struct buf *out)
{
    struct jout o = {.buf = out};
    jout_strs(&o, at, n);
}

static enum db_result put_job(struct db *db, const struct run *r, const struct job *j, struct err *e)
{
    AUTO(buf_free) struct buf needs = {0}, locks = {0};
    names_write(j->needs, j->n_needs, &needs);
    names_write(j->locks, j->n_locks, &locks);
    struct cur c = cur_on(db, SQL_JOB_PUT);
    cur_int(&c, r->shard);
    cur_int(&c, j->id);
    cur_int(&c, r->id);
    cur_int(&c, j->no);
    cur_must_text(&c, j->key);
    cur_must_text(&c, j->name);
    cur_text(&c, j->repo_id);
    cur_text(&c, j->repo_alias);
    cur_text(&c, needs.p);
    cur_text(&c, wf_cond_name[j->cond]);
    cur_int(&c, j->timeout_ms);
    cur_text(&c, j->sha);
    cur_text(&c, j->ref);
    cur_text(&c, work_state_name[j->state]);
    cur_text(&c, conclusion_name[j->conclusion]);
    cur_text(&c, j->detail);
    cur_int(&c, j->epoch);
    cur_int(&c, j->ready_at);
    cur_int(&c, j->started_at);
    cur_int(&c, j->ended_at);
    cur_int(&c, j->version);
    cur_int(&c, j->parent_id);
    cur_text(&c, job_kind_name[j->kind]);
    cur_text(&c, j->spec);
    cur_text(&c, j->matrix);
    cur_text(&c, j->strategy);
    cur_text(&c, j->inputs);
    cur_text(&c, j->outputs);
    cur_int(&c, j->continue_on_error);
    cur_int(&c, j->cancelling);
    cur_text(&c, j->group);
    cur_int(&c, j->queue_all);
    cur_int(&c, j->group_at);
    cur_must_text(&c, job_hold_name[j->hold]);
    cur_int(&c, j->hold_until);
    cur_int(&c, j->tries);
    cur_int(&c, j->recovery_at);
    cur_int(&c, j->recovery_uses);
    cur_int(&c, j->estimate_ms);
    cur_int(&c, j->slots);
    cur_text(&c, locks.p);
    cur_int(&c, j->lock_token);
    cur_int(&c, j->queue_ms);
    cur_int(&c, j->hold_at);
    cur_int(&c, j->held_ms);
    return cur_run(&c, e);
}

static enum db_result put_step(struct db *db, const struct job *j, const struct step *s, struct err *e)
{
    struct cur c = cur_on(db, SQL_STEP_PUT);
    cur_int(&c, s->id);
    cur_int(&c, j->id);
    cur_int(&c, s->no);
    cur_must_text(&c, s->key);
    cur_must_text(&c, s->name);
    cur_text(&c, s->kind == STEP_RUN ? "run" : "uses");
    cur_must_text(&c, s->spec);
    cur_text(&c, wf_cond_name[s->cond]);
    cur_int(&c, s->continue_on_error);
    cur_int(&c, s->timeout_ms);
    cur_text(&c, work_state_name[s->state]);
    cur_text(&c, conclusion_name[s->conclusion]);
    cur_text(&c, conclusion_name[s->outcome]);
    cur_int(&c, s->attempts);
    cur_int(&c, s->started_at);
    cur_int(&c, s->ended_at);
    cur_int(&c, s->version);
    cur_text(&c, s->outputs);
    cur_text(&c, s->exports);
    cur_text(&c, s->notes);
    cur_text(&c, s->summary);
    cur_int(&c, s->tries);
    return cur_run(&c, e);
}

enum db_result change_run_new(struct db *db, const struct run *r, struct err *e)
{
    enum db_result rc = put_run(db, r, e);
    if (rc == DB_OK && r->state == WORK_DONE)
        rc = history_ended(db, r, e);
    return rc == DB_OK ? change_jobs_new(db, r, e) : rc;
}

enum db_result change_jobs_new(struct db *db, const struct run *r, struct err *e)
{
    enum db_result rc = DB_OK;
    for (size_t i = 0; rc == DB_OK && i < r->n_jobs; i++) {
        const struct job *j = r->jobs[i];
        rc = put_job(db, r, j, e);
        for (size_t k = 0; rc == DB_OK && k < j->n_steps; k++)
            rc = put_step(db, j, &j->steps[k], e);
    }
    return rc;
}
