/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/json_row.h"
#include "core/trace.h"

void json_time(struct jout *o, const char *key, msec_t at)
{
    char text[25];
    jout_kstrz(o, key, at ? when_text(at, text) : NULL);
}

static void conclusion(struct jout *o, const char *key, enum conclusion c)
{
    jout_kstrz(o, key, c == CONC_NONE ? NULL : conclusion_name[c]);
}

static void int_or_null(struct jout *o, const char *key, int64_t v, int64_t none)
{
    jout_key(o, key);
    if (v == none)
        jout_null(o);
    else
        jout_int(o, v);
}

/* What is not JSON would make the whole answer none. */
static void raw(struct jout *o, const char *key, const char *json)
{
    struct err ignored;
    jout_key(o, key);
    if (json && json_validate(sv_of(json), NULL, &ignored) == 0)
        jout_raw(o, sv_of(json));
    else
        jout_null(o);
}

static void trace(struct jout *o, const char *kept)
{
    struct sv id = trace_id(kept);
    if (id.p)
        jout_kstr(o, "trace", id);
    else
        jout_kstrz(o, "trace", NULL);
}

void json_delivery_open(struct jout *o, const struct delivery *d)
{
    jout_open(o, '{');
    jout_kid(o, "id", d->id);
    jout_kstrz(o, "forge", d->forge);
    jout_kstrz(o, "hook", d->hook);
    jout_kstrz(o, "event", d->event);
    jout_kstrz(o, "guid", d->guid);
    jout_kint(o, "size", d->size);
    json_time(o, "received_at", d->received_at);
    jout_kstrz(o, "state", delivery_state_name[d->state]);
    jout_kstrz(o, "reason", d->reason);
    jout_kstrz(o, "source", delivery_source_name[d->source]);
    json_time(o, "happened_at", d->happened_at);
    trace(o, d->trace);
}

void json_delivery(struct jout *o, const struct delivery *d)
{
    json_delivery_open(o, d);
    jout_close(o, '}');
}

void json_run_open(struct jout *o, const struct run *r)
{
    jout_open(o, '{');
    jout_kid(o, "id", r->id);
    jout_kid(o, "delivery", r->delivery_id);
    jout_kstrz(o, "workflow", r->workflow);
    jout_kstrz(o, "name", r->name ? r->name : r->workflow);
    jout_kint(o, "number", r->number);
    jout_kstrz(o, "file", r->file);
    jout_kstrz(o, "event", r->event);
    jout_kstrz(o, "action", r->action);
    jout_kstrz(o, "repository", r->repo_id);
    jout_kstrz(o, "sha", r->sha);
    jout_kstrz(o, "ref", r->ref);
    int_or_null(o, "change", r->change, 0);
    jout_kbool(o, "trusted", r->trusted);
    jout_kstrz(o, "concurrency", r->group);
    jout_kstrz(o, "priority", priority_name[r->priority]);
    jout_kbool(o, "bumped", r->bumped);
    jout_kint(o, "generation", r->generation);
    jout_kid(o, "rerun_of", r->rerun_of);
    trace(o, r->trace);
    jout_kstrz(o, "state", work_state_name[r->state]);
    conclusion(o, "conclusion", r->conclusion);
    jout_kstrz(o, "detail", r->detail);
    json_time(o, "created_at", r->created_at);
    json_time(o, "started_at", r->started_at);
    json_time(o, "ended_at", r->ended_at);
}

void json_job_open(struct jout *o, const struct job *j)
{
    jout_open(o, '{');
    jout_kid(o, "id", j->id);
    jout_kid(o, "parent", j->parent_id);
    jout_kstrz(o, "kind", job_kind_name[j->kind]);
    jout_kstrz(o, "key", j->key);
    jout_kstrz(o, "name", j->name);
    jout_kstrz(o, "repository", j->repo_id);
    jout_kstrz(o, "sha", j->sha);
    jout_kstrz(o, "state", work_state_name[j->state]);
    conclusion(o, "conclusion", j->conclusion);
    jout_kstrz(o, "detail", j->detail);
    jout_key(o, "needs");
    jout_strs(o, j->needs, j->n_needs);
    jout_kbool(o, "continue_on_error", j->continue_on_error);
    jout_kstrz(o, "concurrency", j->group);
    jout_kstrz(o, "hold", j->hold ? job_hold_name[j->hold] : NULL);
    json_time(o, "hold_at", j->hold ? j->hold_at : 0);
    json_time(o, "hold_until", j->hold_until);
    jout_kint(o, "tries", j->tries);
    jout_kint(o, "slots", j->slots);
    jout_key(o, "locks");
    jout_open(o, '[');
    for (size_t i = 0; i < j->n_locks; i++)
        jout_strz(o, j->locks[i]);
    jout_close(o, ']');
    if (j->lock_token)
        jout_kint(o, "lock_token", j->lock_token);
    raw(o, "matrix", j->matrix);
    raw(o, "outputs", j->outputs);
    json_time(o, "ready_at", j->ready_at);
    json_time(o, "started_at", j->started_at);
    json_time(o, "ended_at", j->ended_at);
}

void json_step_open(struct jout *o, const struct step *s)
{
    jout_open(o, '{');
    jout_kid(o, "id", s->id);
    jout_kint(o, "no", s->no);
    jout_kstrz(o, "key", s->key && *s->key ? s->key : NULL);
    jout_kstrz(o, "name", s->name);
    jout_kstrz(o, "state", work_state_name[s->state]);
    conclusion(o, "conclusion", s->conclusion);
    conclusion(o, "outcome", s->outcome);
    jout_kint(o, "tries", s->tries);
    raw(o, "annotations", s->notes);
    jout_kstrz(o, "summary", s->summary);
    json_time(o, "started_at", s->started_at);
    json_time(o, "ended_at", s->ended_at);
}

void json_attempt(struct jout *o, const struct attempt *t)
{
    jout_open(o, '{');
    jout_kid(o, "id", t->id);
    jout_kint(o, "no", t->no);
    jout_kstrz(o, "role", attempt_role_name[t->role]);
    jout_kstrz(o, "state", attempt_state_name[t->state]);
    int_or_null(o, "exit_code", t->exit_code, -1);
    int_or_null(o, "signal", t->signal, 0);
    jout_kstrz(o, "class", t->class_name);
    jout_kstrz(o, "detail", t->detail);
    raw(o, "evidence", t->evidence);
    jout_kstrz(o, "fingerprint", t->fingerprint);
    jout_kint(o, "log_bytes", t->log_bytes);
    json_time(o, "created_at", t->created_at);
    json_time(o, "ended_at", t->ended_at);
    jout_close(o, '}');
}

void json_effect(struct jout *o, const struct effect *x)
{
    jout_open(o, '{');
    jout_kid(o, "id", x->id);
    jout_kid(o, "run", x->run_id);
    jout_kstrz(o, "kind", effect_kind_name[x->kind]);
    jout_kstrz(o, "forge", x->forge);
    jout_kstrz(o, "repository", x->repo);
    jout_kstrz(o, "key", x->key);
    jout_kstrz(o, "state", effect_state_name[x->state]);
    jout_kint(o, "tries", x->tries);
    json_time(o, "created_at", x->created_at);
    json_time(o, "not_before", x->not_before);
    json_time(o, "settled_at", x->settled_at);
    jout_kstrz(o, "remote_id", x->remote_id);
    jout_kstrz(o, "remote_url", x->remote_url);
    jout_kstrz(o, "last_error", x->last_error);
    raw(o, "body", x->body);
    jout_close(o, '}');
}

void json_recovery(struct jout *o, const struct recovery *r)
{
    jout_open(o, '{');
    jout_kid(o, "id", r->id);
    jout_kid(o, "run", r->run_id);
    jout_kid(o, "job", r->job_id);
    jout_kid(o, "step", r->step_id);
    jout_kid(o, "attempt", r->attempt_id);
    jout_kstrz(o, "strategy", recovery_strategy_name[r->strategy]);
    jout_kstrz(o, "class", failure_class_name[r->class]);
    jout_kstrz(o, "outcome", recovery_outcome_name[r->outcome]);
    jout_kstrz(o, "detail", r->detail);
    jout_kstrz(o, "fingerprint", r->fingerprint);
    raw(o, "tests", r->tests);
    json_time(o, "at", r->at);
    json_time(o, "ended_at", r->ended_at);
    jout_close(o, '}');
}

void json_approval(struct jout *o, const struct approval *p)
{
    jout_open(o, '{');
    jout_kid(o, "id", p->id);
    jout_kid(o, "job", p->job_id);
    jout_kstrz(o, "kind", approval_kind_name[p->kind]);
    jout_kstrz(o, "question", p->question);
    raw(o, "by", p->by);
    jout_kstrz(o, "sha", p->sha);
    jout_kstrz(o, "then", p->then == THEN_CONTINUE ? "continue" : "fail");
    jout_kstrz(o, "state", approval_state_name[p->state]);
    json_time(o, "asked_at", p->asked_at);
    json_time(o, "deadline", p->deadline);
    json_time(o, "answered_at", p->answered_at);
    jout_kstrz(o, "answered_by", p->answered_by);
    jout_close(o, '}');
}
