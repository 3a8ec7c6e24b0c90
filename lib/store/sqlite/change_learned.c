/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints, recoveries, approvals, and what is learned from runs. */
#include "store/sqlite/change.h"
#include "store/sqlite/history.h"

enum db_result change_checkpoint(struct db *db, const struct change *x, struct err *e)
{
    const struct checkpoint *k = &x->checkpoint;
    struct cur c = cur_on(db, SQL_CHECKPOINT_PUT);
    cur_int(&c, k->job_id);
    cur_int(&c, k->step_no);
    cur_text(&c, k->inputs);
    cur_int(&c, k->attempt_id);
    cur_int(&c, k->tree_job);
    cur_text(&c, k->tree);
    cur_must_text(&c, conclusion_name[k->outcome]);
    cur_must_text(&c, conclusion_name[k->conclusion]);
    cur_int(&c, k->at);
    return cur_run(&c, e);
}

enum db_result change_checkpoints_drop(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_CHECKPOINTS_OF_JOB_DROP);
    cur_int(&c, x->checkpoints_of);
    return cur_run(&c, e);
}

enum db_result change_recovery_new(struct db *db, const struct change *x, struct err *e)
{
    const struct recovery *r = x->recovery;
    struct cur c = cur_on(db, SQL_RECOVERY_PUT);
    cur_int(&c, r->id);
    cur_int(&c, r->run_id);
    cur_int(&c, r->job_id);
    cur_int(&c, r->step_id);
    cur_int(&c, r->attempt_id);
    cur_text(&c, recovery_strategy_name[r->strategy]);
    cur_text(&c, failure_class_name[r->class]);
    cur_int(&c, r->at);
    cur_text(&c, r->fingerprint);
    cur_text(&c, r->tests);
    cur_text(&c, recovery_outcome_name[r->outcome]);
    cur_int(&c, r->ended_at);
    cur_text(&c, r->detail);
    cur_text(&c, recovery_part_name[r->part]);
    cur_text(&c, r->tree);
    cur_int(&c, r->version);
    enum db_result rc = cur_run(&c, e);
    return rc == DB_OK && r->outcome == RECOVERY_RECOVERED ? history_recovered(db, r->ended_at, e) : rc;
}

enum db_result change_recovery(struct db *db, const struct change *x, struct err *e)
{
    const struct recovery *r = x->recovery;
    enum db_result counted = history_recovers(db, r, e);
    if (counted != DB_OK)
        return counted;
    struct cur c = cur_on(db, SQL_RECOVERY_SET);
    cur_text(&c, recovery_outcome_name[r->outcome]);
    cur_int(&c, r->ended_at);
    cur_text(&c, r->detail);
    cur_text(&c, recovery_part_name[r->part]);
    cur_text(&c, r->tree);
    return change_version(&c, r->id, r->version, "recovery", e);
}

enum db_result change_approval_new(struct db *db, const struct change *x, struct err *e)
{
    const struct approval *p = x->approval;
    struct cur c = cur_on(db, SQL_APPROVAL_PUT);
    cur_int(&c, p->id);
    cur_int(&c, p->run_id);
    cur_int(&c, p->job_id);
    cur_int(&c, p->step_id);
    cur_text(&c, approval_kind_name[p->kind]);
    cur_must_text(&c, p->question);
    cur_text(&c, p->by);
    cur_text(&c, p->sha);
    cur_int(&c, p->then);
    cur_int(&c, p->asked_at);
    cur_int(&c, p->deadline);
    cur_text(&c, approval_state_name[p->state]);
    cur_int(&c, p->answered_at);
    cur_text(&c, p->answered_by);
    cur_int(&c, p->version);
    return cur_run(&c, e);
}

enum db_result change_approval(struct db *db, const struct change *x, struct err *e)
{
    const struct approval *p = x->approval;
    struct cur c = cur_on(db, SQL_APPROVAL_SET);
    cur_text(&c, approval_state_name[p->state]);
    cur_int(&c, p->answered_at);
    cur_text(&c, p->answered_by);
    return change_version(&c, p->id, p->version, "approval", e);
}

enum db_result change_duration(struct db *db, const struct change *x, struct err *e)
{
    const struct duration_stat *d = &x->duration;
    struct cur c = cur_on(db, SQL_DURATION_PUT);
    cur_text(&c, d->key);
    cur_int(&c, d->n);
    cur_int(&c, d->mu);
    cur_int(&c, d->var);
    cur_int(&c, d->last_ms);
    cur_int(&c, d->updated_at);
    return cur_run(&c, e);
}

enum db_result change_duration_drop(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_DURATION_DROP);
    cur_text(&c, x->duration.key);
    return cur_run(&c, e);
}

enum db_result change_failure_stat(struct db *db, const struct change *x, struct err *e)
{
    const struct failure_stat *f = &x->failure_stat;
    struct cur c = cur_on(db, SQL_FAILURE_PUT);
    cur_text(&c, f->fingerprint);
    cur_text(&c, failure_class_name[f->class]);
    cur_int(&c, f->passed);
    cur_int(&c, f->failed);
    cur_int(&c, f->last_at);
    return cur_run(&c, e);
}

enum db_result change_budget(struct db *db, const struct change *x, struct err *e)
{
    const struct retry_budget *b = &x->budget;
    struct cur c = cur_on(db, SQL_BUDGET_PUT);
    cur_text(&c, b->repo_id);
    cur_int(&c, b->hour);
    cur_int(&c, b->first);
    cur_int(&c, b->retried);
    return cur_run(&c, e);
}

enum db_result change_flaky(struct db *db, const struct change *x, struct err *e)
{
    const struct flaky_test *f = &x->flaky;
    struct cur c = cur_on(db, SQL_FLAKY_PUT);
    cur_text(&c, f->name);
    cur_int(&c, f->flips);
    cur_int(&c, f->greens);
    cur_int(&c, f->last_at);
    return cur_run(&c, e);
}

enum db_result change_resolution(struct db *db, const struct change *x, struct err *e)
{
    bool learned = x->resolution.text.p;
    struct cur c = cur_on(db, learned ? SQL_RESOLUTION_PUT : SQL_RESOLUTION_USED);
    if (learned) {
        cur_text(&c, x->resolution.hunk);
        cur_blob(&c, x->resolution.text.p, x->resolution.text.n);
        cur_int(&c, x->resolution.at);
    } else {
        cur_int(&c, x->resolution.at);
        cur_text(&c, x->resolution.hunk);
    }
    return cur_run(&c, e);
}
