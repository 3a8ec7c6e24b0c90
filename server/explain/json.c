/* SPDX-License-Identifier: Apache-2.0 */
/* What was found out, for programs. */
#include "server/explain/explain.h"

static void put_filters(struct jout *j, const struct trigger_verdict *v)
{
    jout_key(j, "filters");
    jout_open(j, '[');
    for (size_t i = 0; i < v->n_filters; i++) {
        jout_open(j, '{');
        jout_kstrz(j, "key", v->filters[i].key);
        jout_kstrz(j, "value", v->filters[i].value);
        jout_kbool(j, "matched", v->filters[i].matched);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void put_plan(struct jout *j, const struct explained_workflow *w)
{
    jout_key(j, "plan");
    if (!w->plan.known) {
        jout_null(j);
        return;
    }
    jout_open(j, '{');
    if (w->plan.priority)
        jout_kstrz(j, "priority", w->plan.priority);
    jout_key(j, "jobs");
    jout_open(j, '[');
    for (size_t i = 0; i < w->plan.n_jobs; i++) {
        const struct explain_job *x = &w->plan.jobs[i];
        jout_open(j, '{');
        jout_kstrz(j, "key", x->key);
        jout_kstrz(j, "repo", x->repo);
        jout_key(j, "needs");
        jout_open(j, '[');
        for (size_t k = 0; k < x->n_needs; k++)
            jout_strz(j, x->needs[k]);
        jout_close(j, ']');
        jout_kstrz(j, "if", x->cond);
        jout_key(j, "runs"); /* null: not known before it starts */
        if (x->runs == EXPLAIN_LATER)
            jout_null(j);
        else
            jout_bool(j, x->runs == EXPLAIN_YES);
        if (x->note)
            jout_kstrz(j, "note", x->note);
        jout_close(j, '}');
    }
    jout_close(j, ']');
    if (w->plan.problem)
        jout_kstrz(j, "problem", w->plan.problem);
    jout_close(j, '}');
}

static void put_workflow(struct jout *j, const struct explained_workflow *w)
{
    jout_open(j, '{');
    jout_kstrz(j, "name", w->name);
    jout_kstrz(j, "file", w->file);
    jout_kbool(j, "matched", w->verdict.matched);
    jout_kstrz(j, "reason", w->verdict.reason);
    put_filters(j, &w->verdict);
    put_plan(j, w);
    if (w->note)
        jout_kstrz(j, "note", w->note);
    jout_close(j, '}');
}

static void put_differences(struct jout *j, const struct explained *x)
{
    struct explain_difference d;
    jout_key(j, "compared");
    jout_open(j, '[');
    for (size_t i = 0; explain_compare(x, i, &d); i++) {
        jout_open(j, '{');
        jout_kstrz(j, "workflow", d.workflow);
        jout_kstrz(j, "file", d.file);
        jout_kbool(j, "then", d.run != NULL);
        jout_key(j, "now");
        if (d.now == EXPLAIN_LATER)
            jout_null(j);
        else
            jout_bool(j, d.now == EXPLAIN_YES);
        jout_kstrz(j, "run", d.run);
        jout_kstrz(j, "reason", d.reason);
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

void explain_json(const struct explained *x, struct buf *out)
{
    AUTO(buf_free) struct buf event = {0};
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    if (x->event)
        hook_event_write(x->event, &event);
    jout_key(&j, "event");
    jout_raw(&j, x->event ? buf_view(&event) : SV("null"));
    if (!x->event)
        jout_kstrz(&j, "reason", x->reason);
    jout_key(&j, "workflows");
    jout_open(&j, '[');
    for (size_t i = 0; i < x->n_workflows; i++)
        put_workflow(&j, &x->workflows[i]);
    jout_close(&j, ']');
    if (x->compared)
        put_differences(&j, x);
    jout_close(&j, '}');
}
