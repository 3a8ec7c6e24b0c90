/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/row.h"
#include "core/involved.h"
#include "fmt/json.h"

static const char *const step_kind_name[] = {"run", "uses"};

/* Index of the next column's text among n names; *bad is set when it is none of them. */
static int col_name(struct cur *c, const char *const names[], int n, bool *bad)
{
    const char *text = col_text(c);
    for (int i = 0; text && i < n; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    *bad = true;
    return 0;
}

static const char *col_dup(struct cur *c, struct arena *a)
{
    return arena_strdup(a, col_text(c));
}

static int damaged(const char *table, int64_t id, struct err *e)
{
    return err_set(e, ERR_BUG, "row %lld of table %s is damaged", (long long)id, table);
}

int row_delivery(struct cur *c, struct arena *a, struct delivery *d, struct err *e)
{
    bool bad = false;
    *d = (struct delivery){0};
    d->id = col_int(c);
    d->forge = col_dup(c, a);
    d->kind = col_dup(c, a);
    d->hook = col_dup(c, a);
    d->event = col_dup(c, a);
    d->guid = col_dup(c, a);
    d->system = col_int(c) != 0;
    d->form = col_int(c) != 0;
    d->headers = col_dup(c, a);
    struct sv digest = col_blob(c);
    if (digest.n != SHA256_LEN)
        return damaged("delivery", d->id, e);
    memcpy(d->digest, digest.p, SHA256_LEN);
    d->size = col_int(c);
    d->received_at = col_int(c);
    d->state = (enum delivery_state)col_name(c, delivery_state_name, DELIVERY_STATE_N, &bad);
    d->reason = col_dup(c, a);
    d->source = (enum delivery_source)col_name(c, delivery_source_name, DELIVERY_SOURCE_N, &bad);
    d->happened_at = col_int(c);
    d->trace = col_dup(c, a);
    return bad ? damaged("delivery", d->id, e) : 0;
}

int row_run(struct cur *c, struct arena *a, struct run *r, struct err *e)
{
    bool bad = false;
    *r = (struct run){0};
    r->id = col_int(c);
    r->shard = (int)col_int(c);
    r->delivery_id = col_int(c);
    r->workflow = col_dup(c, a);
    r->file = col_dup(c, a);
    r->event = col_dup(c, a);
    r->action = col_dup(c, a);
    r->repo_id = col_dup(c, a);
    r->sha = col_dup(c, a);
    r->ref = col_dup(c, a);
    r->change = col_int(c);
    r->trusted = col_int(c) != 0;
    r->report_context = col_dup(c, a);
    r->head_repo = col_dup(c, a);
    r->created_at = col_int(c);
    r->state = (enum work_state)col_name(c, work_state_name, WORK_STATE_N, &bad);
    r->conclusion = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    r->detail = col_dup(c, a);
    r->cancelling = (enum run_stop)col_int(c);
    bad |= r->cancelling < RUN_GOES_ON || r->cancelling > RUN_OVER_TIME;
    r->report_seq = col_int(c);
    r->started_at = col_int(c);
    r->ended_at = col_int(c);
    r->version = (int)col_int(c);
    r->name = col_dup(c, a);
    r->number = col_int(c);
    r->context = col_dup(c, a);
    r->group = col_dup(c, a);
    r->queue_all = col_int(c) != 0;
    r->report_check = col_int(c) != 0;
    r->priority = (enum priority)col_name(c, priority_name, PRIO_N, &bad);
    r->bumped = col_int(c) != 0;
    r->deadline_at = col_int(c);
    r->rerun_of = col_int(c);
    r->generation = (int)col_int(c);
    r->tells = (int)col_int(c);
    const char *involved = col_text(c);
    bad |= involved_read(sv_of(involved), a, &r->involved, &r->n_involved) < 0;
    r->verdict = col_dup(c, a);
    r->trace = col_dup(c, a);
    return bad ? damaged("run", r->id, e) : 0;
}

static int read_names(struct sv text, struct arena *a, const char ***ret, size_t *ret_n)
{
    struct jdoc *doc = NULL;
    struct err ignored;
    if (sv_eq(text, SV("[]")))
        return 0;
    if (!text.p || jdoc_parse(text, NULL, &doc, &ignored) < 0)
        return -1;
    const struct jval *list = jdoc_root(doc);
    *ret_n = jval_len(list);
    *ret = arena_new(a, *ret_n * sizeof **ret);
    int rc = jval_kind(list) == J_ARRAY ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < *ret_n; i++) {
        (*ret)[i] = arena_dup(a, jval_str(jval_item(list, i)));
        rc = (*ret)[i] ? 0 : -1;
    }
    jdoc_free(&doc);
    return rc;
}

int row_job(struct cur *c, struct arena *a, struct job *j, struct err *e)
{
    bool bad = false;
    *j = (struct job){0};
    j->id = col_int(c);
    j->run_id = col_int(c);
    j->no = (int)col_int(c);
    j->key = col_dup(c, a);
    j->name = col_dup(c, a);
    j->repo_id = col_dup(c, a);
    j->repo_alias = col_dup(c, a);
    bad = read_names(sv_of(col_text(c)), a, &j->needs, &j->n_needs) < 0;
    j->cond = (enum wf_cond)col_name(c, wf_cond_name, COND_EXPR + 1, &bad);
    j->timeout_ms = col_int(c);
    j->sha = col_dup(c, a);
    j->ref = col_dup(c, a);
    j->state = (enum work_state)col_name(c, work_state_name, WORK_STATE_N, &bad);
    j->conclusion = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    j->detail = col_dup(c, a);
    j->epoch = col_int(c);
    j->ready_at = col_int(c);
    j->started_at = col_int(c);
    j->ended_at = col_int(c);
    j->version = (int)col_int(c);
    j->parent_id = col_int(c);
    j->kind = (enum job_kind)col_name(c, job_kind_name, JOB_KIND_N, &bad);
    j->spec = col_dup(c, a);
    j->matrix = col_dup(c, a);
    j->strategy = col_dup(c, a);
    j->inputs = col_dup(c, a);
    j->outputs = col_dup(c, a);
    j->continue_on_error = col_int(c) != 0;
    j->cancelling = col_int(c) != 0;
    j->group = col_dup(c, a);
    j->queue_all = col_int(c) != 0;
    j->group_at = col_int(c);
    j->hold = (enum job_hold)col_name(c, job_hold_name, JOB_HOLD_N, &bad);
    j->hold_until = col_int(c);
    j->tries = (int)col_int(c);
    j->recovery_at = (int)col_int(c);
    j->recovery_uses = (int)col_int(c);
    j->estimate_ms = col_int(c);
    j->slots = (int)col_int(c);
    bad |= read_names(sv_of(col_text(c)), a, &j->locks, &j->n_locks) < 0;
    j->lock_token = col_int(c);
    j->queue_ms = col_int(c);
    j->hold_at = col_int(c);
    j->held_ms = col_int(c);
    return bad ? damaged("job", j->id, e) : 0;
}

int row_step(struct cur *c, struct arena *a, struct step *s, struct err *e)
{
    bool bad = false;
    *s = (struct step){0};
    s->id = col_int(c);
    s->job_id = col_int(c);
    s->no = (int)col_int(c);
    s->key = col_dup(c, a);
    s->name = col_dup(c, a);
    s->kind = (enum wf_step_kind)col_name(c, step_kind_name, (int)ARRAY_LEN(step_kind_name), &bad);
    s->spec = col_dup(c, a);
    s->cond = (enum wf_cond)col_name(c, wf_cond_name, COND_EXPR + 1, &bad);
    s->continue_on_error = col_int(c) != 0;
    s->timeout_ms = col_int(c);
    s->state = (enum work_state)col_name(c, work_state_name, WORK_STATE_N, &bad);
    s->conclusion = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    s->outcome = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    s->attempts = (int)col_int(c);
    s->started_at = col_int(c);
    s->ended_at = col_int(c);
    s->version = (int)col_int(c);
    s->outputs = col_dup(c, a);
    s->exports = col_dup(c, a);
    s->notes = col_dup(c, a);
    s->summary = col_dup(c, a);
    s->tries = (int)col_int(c);
    return bad ? damaged("step", s->id, e) : 0;
}

int row_attempt(struct cur *c, struct arena *a, struct attempt *t, struct err *e)
{
    bool bad = false;
    *t = (struct attempt){0};
    t->id = col_int(c);
    t->step_id = col_int(c);
    t->job_id = col_int(c);
    t->run_id = col_int(c);
    t->no = (int)col_int(c);
    t->epoch = col_int(c);
    t->created_at = col_int(c);
    t->role = (enum attempt_role)col_name(c, attempt_role_name, ATTEMPT_ROLE_N, &bad);
    t->state = (enum attempt_state)col_name(c, attempt_state_name, ATTEMPT_STATE_N, &bad);
    t->ended_at = col_int(c);
    t->exit_code = (int)col_int(c);
    t->signal = (int)col_int(c);
    t->class_name = col_dup(c, a);
    t->detail = col_dup(c, a);
    t->log_bytes = col_int(c);
    t->evidence = col_dup(c, a);
    t->fingerprint = col_dup(c, a);
    return bad ? damaged("attempt", t->id, e) : 0;
}

int row_effect(struct cur *c, struct arena *a, struct effect *x, struct err *e)
{
    bool bad = false;
    *x = (struct effect){0};
    x->id = col_int(c);
    x->run_id = col_int(c);
    x->key = col_dup(c, a);
    x->kind = (enum effect_kind)col_name(c, effect_kind_name, EFFECT_KIND_N, &bad);
    x->forge = col_dup(c, a);
    x->repo = col_dup(c, a);
    x->serial_key = col_dup(c, a);
    x->seq = col_int(c);
    x->body = col_dup(c, a);
    x->created_at = col_int(c);
    x->state = (enum effect_state)col_name(c, effect_state_name, EFFECT_STATE_N, &bad);
    x->tries = (int)col_int(c);
    x->not_before = col_int(c);
    x->settled_at = col_int(c);
    x->remote_id = col_dup(c, a);
    x->remote_url = col_dup(c, a);
    x->last_error = col_dup(c, a);
    x->version = (int)col_int(c);
    return bad ? damaged("effect", x->id, e) : 0;
}

int row_checkpoint(struct cur *c, struct arena *a, struct checkpoint *k, struct err *e)
{
    bool bad = false;
    *k = (struct checkpoint){0};
    k->job_id = col_int(c);
    k->step_no = (int)col_int(c);
    k->inputs = col_dup(c, a);
    k->attempt_id = col_int(c);
    k->tree_job = col_int(c);
    k->tree = col_dup(c, a);
    k->outcome = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    k->conclusion = (enum conclusion)col_name(c, conclusion_name, CONC_N, &bad);
    k->at = col_int(c);
    return bad ? damaged("checkpoint", k->job_id, e) : 0;
}

int row_recovery(struct cur *c, struct arena *a, struct recovery *r, struct err *e)
{
    bool bad = false;
    *r = (struct recovery){.id = col_int(c)};
    r->run_id = col_int(c);
    r->job_id = col_int(c);
    r->step_id = col_int(c);
    r->attempt_id = col_int(c);
    r->strategy = (enum recovery_strategy)col_name(c, recovery_strategy_name, STRATEGY_N, &bad);
    r->class = (enum failure_class)col_name(c, failure_class_name, FAILURE_CLASS_N, &bad);
    r->at = col_int(c);
    r->fingerprint = col_dup(c, a);
    r->tests = col_dup(c, a);
    r->outcome = (enum recovery_outcome)col_name(c, recovery_outcome_name, RECOVERY_OUTCOME_N, &bad);
    r->ended_at = col_int(c);
    r->detail = col_dup(c, a);
    r->part = (enum recovery_part)col_name(c, recovery_part_name, PART_N, &bad);
    r->tree = col_dup(c, a);
    r->version = (int)col_int(c);
    return bad ? damaged("recovery", r->id, e) : 0;
}

int row_approval(struct cur *c, struct arena *a, struct approval *p, struct err *e)
{
    bool bad = false;
    *p = (struct approval){.id = col_int(c)};
    p->run_id = col_int(c);
    p->job_id = col_int(c);
    p->step_id = col_int(c);
    p->kind = (enum approval_kind)col_name(c, approval_kind_name, APPROVAL_KIND_N, &bad);
    p->question = col_dup(c, a);
    p->by = col_dup(c, a);
    p->sha = col_dup(c, a);
    p->then = col_int(c) == THEN_CONTINUE ? THEN_CONTINUE : THEN_FAIL;
    p->asked_at = col_int(c);
    p->deadline = col_int(c);
    p->state = (enum approval_state)col_name(c, approval_state_name, APPROVAL_STATE_N, &bad);
    p->answered_at = col_int(c);
    p->answered_by = col_dup(c, a);
    p->version = (int)col_int(c);
    return bad ? damaged("approval", p->id, e) : 0;
}

int row_failure_stat(struct cur *c, struct arena *a, struct failure_stat *f, struct err *e)
{
    bool bad = false;
    *f = (struct failure_stat){.fingerprint = col_dup(c, a)};
    f->class = (enum failure_class)col_name(c, failure_class_name, FAILURE_CLASS_N, &bad);
    f->passed = col_int(c);
    f->failed = col_int(c);
    f->last_at = col_int(c);
    return bad ? damaged("failure_stat", 0, e) : 0;
}
