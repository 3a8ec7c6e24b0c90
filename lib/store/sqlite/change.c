/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/change.h"
#include "store/sqlite/history.h"

static enum db_result set_delivery(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_DELIVERY_SET);
    cur_text(&c, delivery_state_name[x->delivery.state]);
    cur_text(&c, x->delivery.reason);
    cur_int(&c, x->delivery.id);
    enum db_result r = cur_run_one(&c, "delivery", e);
    if (r != DB_OK || !x->delivery.event_json)
        return r;
    c = cur_on(db, SQL_DECISION_PUT);
    cur_int(&c, x->delivery.id);
    cur_text(&c, x->delivery.event_json);
    return cur_run(&c, e);
}

static enum db_result run_new(struct db *db, const struct change *x, struct err *e)
{
    return change_run_new(db, x->run, e);
}

static enum db_result jobs_new(struct db *db, const struct change *x, struct err *e)
{
    return change_jobs_new(db, x->run, e);
}

enum db_result change_version(struct cur *c, int64_t id, int now, const char *what, struct err *e)
{
    cur_int(c, now);
    cur_int(c, id);
    cur_int(c, now - 1);
    return cur_run_one(c, what, e);
}

static enum db_result set_run(struct db *db, const struct change *x, struct err *e)
{
    const struct run *r = x->run;
    enum db_result counted = r->state == WORK_DONE ? history_ends(db, r, e) : DB_OK;
    if (counted != DB_OK)
        return counted;
    struct cur c = cur_on(db, SQL_RUN_SET);
    cur_text(&c, work_state_name[r->state]);
    cur_text(&c, conclusion_name[r->conclusion]);
    cur_text(&c, r->detail);
    cur_int(&c, r->cancelling);
    cur_int(&c, r->report_seq);
    cur_int(&c, r->started_at);
    cur_int(&c, r->ended_at);
    cur_text(&c, priority_name[r->priority]);
    cur_int(&c, r->bumped);
    cur_int(&c, r->deadline_at);
    cur_int(&c, r->tells);
    AUTO(buf_free) struct buf involved = {0};
    cur_involved(&c, r, &involved);
    return change_version(&c, r->id, r->version, "run", e);
}

static enum db_result set_job(struct db *db, const struct change *x, struct err *e)
{
    const struct job *j = x->job;
    AUTO(buf_free) struct buf locks = {0};
    names_write(j->locks, j->n_locks, &locks);
    struct cur c = cur_on(db, SQL_JOB_SET);
    cur_must_text(&c, j->name);
    cur_text(&c, j->repo_id);
    cur_text(&c, j->repo_alias);
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
    cur_text(&c, locks.p);
    cur_int(&c, j->lock_token);
    cur_int(&c, j->hold_at);
    cur_int(&c, j->held_ms);
    return change_version(&c, j->id, j->version, "job", e);
}

static enum db_result set_step(struct db *db, const struct change *x, struct err *e)
{
    const struct step *s = x->step;
    struct cur c = cur_on(db, SQL_STEP_SET);
    cur_must_text(&c, s->name);
    cur_int(&c, s->continue_on_error);
    cur_int(&c, s->timeout_ms);
    cur_text(&c, work_state_name[s->state]);
    cur_text(&c, conclusion_name[s->conclusion]);
    cur_text(&c, conclusion_name[s->outcome]);
    cur_int(&c, s->attempts);
    cur_int(&c, s->started_at);
    cur_int(&c, s->ended_at);
    cur_text(&c, s->outputs);
    cur_text(&c, s->exports);
    cur_text(&c, s->notes);
    cur_text(&c, s->summary);
    cur_int(&c, s->tries);
    return change_version(&c, s->id, s->version, "step", e);
}

/* The columns that change, in the order of both statements. */
static void bind_attempt(struct cur *c, const struct attempt *t)
{
    cur_text(c, attempt_state_name[t->state]);
    cur_int(c, t->ended_at);
    cur_int(c, t->exit_code);
    cur_int(c, t->signal);
    cur_text(c, t->class_name);
    cur_text(c, t->detail);
    cur_int(c, t->log_bytes);
    cur_text(c, t->evidence);
    cur_text(c, t->fingerprint);
}

static enum db_result attempt_new(struct db *db, const struct change *x, struct err *e)
{
    const struct attempt *t = x->attempt;
    struct cur c = cur_on(db, SQL_ATTEMPT_PUT);
    cur_int(&c, t->id);
    cur_int(&c, t->step_id);
    cur_int(&c, t->job_id);
    cur_int(&c, t->run_id);
    cur_int(&c, t->no);
    cur_int(&c, t->epoch);
    cur_int(&c, t->created_at);
    cur_text(&c, attempt_role_name[t->role]);
    bind_attempt(&c, t);
    return cur_run(&c, e);
}

static enum db_result set_attempt(struct db *db, const struct change *x, struct err *e)
{
    const struct attempt *t = x->attempt;
    struct cur c = cur_on(db, SQL_ATTEMPT_SET);
    bind_attempt(&c, t);
    cur_int(&c, t->id);
    cur_int(&c, t->epoch);
    return cur_run_one(&c, "attempt", e);
}

/* The columns that change, in the order of both statements. */
static void bind_effect(struct cur *c, const struct effect *f)
{
    cur_text(c, effect_state_name[f->state]);
    cur_int(c, f->tries);
    cur_int(c, f->not_before);
    cur_int(c, f->settled_at);
    cur_text(c, f->remote_id);
    cur_text(c, f->remote_url);
    cur_text(c, f->last_error);
}

static enum db_result effect_new(struct db *db, const struct change *x, struct err *e)
{
    const struct effect *f = x->effect;
    struct cur c = cur_on(db, SQL_EFFECT_PUT);
    cur_int(&c, f->run_id);
    cur_int(&c, f->id);
    cur_int(&c, f->run_id);
    cur_text(&c, f->key);
    cur_text(&c, effect_kind_name[f->kind]);
    cur_must_text(&c, f->forge);
    cur_must_text(&c, f->repo);
    cur_must_text(&c, f->serial_key);
    cur_int(&c, f->seq);
    cur_text(&c, f->body);
    cur_int(&c, f->created_at);
    bind_effect(&c, f);
    cur_int(&c, f->version);
    return cur_run(&c, e);
}

static enum db_result set_effect(struct db *db, const struct change *x, struct err *e)
{
    const struct effect *f = x->effect;
    struct cur c = cur_on(db, SQL_EFFECT_SET);
    bind_effect(&c, f);
    return change_version(&c, f->id, f->version, "effect", e);
}

static enum db_result put_remote(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_REMOTE_PUT);
    cur_text(&c, x->remote.fingerprint);
    cur_must_text(&c, x->remote.forge);
    cur_must_text(&c, x->remote.repo);
    cur_text(&c, x->remote.remote_id);
    cur_text(&c, x->remote.url);
    return cur_run(&c, e);
}

static enum db_result put_number(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_NUMBER_PUT);
    cur_text(&c, x->number.name);
    cur_int(&c, x->number.number);
    return cur_run(&c, e);
}

static enum db_result put_standing(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_STANDING_PUT);
    cur_text(&c, x->standing.repo_id);
    cur_text(&c, x->standing.words);
    return cur_run(&c, e);
}

static enum db_result put_fired(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_FIRED_PUT);
    cur_text(&c, x->fired.name);
    cur_int(&c, x->fired.at);
    return cur_run(&c, e);
}

static enum db_result put_setting(struct db *db, const struct change *x, struct err *e)
{
    struct cur c = cur_on(db, SQL_SETTING_PUT);
    cur_text(&c, x->setting.name);
    cur_int(&c, x->setting.value);
    return cur_run(&c, e);
}

static enum db_result put_journal(struct db *db, const struct change *x, struct err *e)
{
    const struct journal *j = &x->journal;
    struct cur c = cur_on(db, SQL_JOURNAL_PUT);
    cur_int(&c, j->at);
    cur_must_text(&c, j->kind);
    cur_int(&c, j->ref_id);
    cur_int(&c, j->run_id);
    cur_text(&c, j->from);
    cur_text(&c, j->to);
    cur_text(&c, j->cause);
    return cur_run(&c, e);
}

enum db_result change_apply(struct db *db, const struct change_set *cs, struct err *e)
{
    static enum db_result (*const apply[])(struct db *, const struct change *, struct err *) = {
        [CHANGE_DELIVERY] = set_delivery,
        [CHANGE_RUN_NEW] = run_new,
        [CHANGE_RUN] = set_run,
        [CHANGE_JOBS_NEW] = jobs_new,
        [CHANGE_JOB] = set_job,
        [CHANGE_STEP] = set_step,
        [CHANGE_ATTEMPT_NEW] = attempt_new,
        [CHANGE_ATTEMPT] = set_attempt,
        [CHANGE_EFFECT_NEW] = effect_new,
        [CHANGE_EFFECT] = set_effect,
        [CHANGE_NUMBER] = put_number,
        [CHANGE_STANDING] = put_standing,
        [CHANGE_FIRED] = put_fired,
        [CHANGE_SETTING] = put_setting,
        [CHANGE_REMOTE] = put_remote,
        [CHANGE_JOURNAL] = put_journal,
        [CHANGE_RECOVERY_NEW] = change_recovery_new,
        [CHANGE_RECOVERY] = change_recovery,
        [CHANGE_APPROVAL_NEW] = change_approval_new,
        [CHANGE_APPROVAL] = change_approval,
        [CHANGE_DURATION] = change_duration,
        [CHANGE_DURATION_DROP] = change_duration_drop,
        [CHANGE_FAILURE_STAT] = change_failure_stat,
        [CHANGE_BUDGET] = change_budget,
        [CHANGE_FLAKY] = change_flaky,
        [CHANGE_RESOLUTION] = change_resolution,
        [CHANGE_CHECKPOINT] = change_checkpoint,
        [CHANGE_CHECKPOINTS_DROP] = change_checkpoints_drop,
        [CHANGE_SAME] = change_same,
        [CHANGE_MADE] = change_made,
        [CHANGE_SEEN_REPO] = change_seen_repo,
        [CHANGE_SEEN_REF] = change_seen_ref,
        [CHANGE_SESSION_NEW] = change_session_new,
        [CHANGE_SESSION_SEEN] = change_session_seen,
        [CHANGE_SESSION_END] = change_session_end,
        [CHANGE_SESSIONS_SWEEP] = change_sessions_sweep,
        [CHANGE_SAMPLE] = history_sample,
    };
    enum db_result r = DB_OK;
    for (const struct change *x = cs->first; r == DB_OK && x; x = x->next)
        r = apply[x->kind](db, x, e);
    return r;
}
