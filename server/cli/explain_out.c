/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cli.h"
#include "server/cli/explain.h"
#include "server/cli/list.h"

void explain_event_lines(const struct jval *event, struct buf *out)
{
    AUTO(buf_free) struct buf line = {0};
    struct sv action = jval_str(jval_get(event, "action"));
    buf_sv(&line, jval_str(jval_get(event, "name")));
    if (action.n)
        buf_fmt(&line, " %.*s", SV_ARG(action));
    field_text(out, "means", buf_view(&line));
    field_member(out, "repository", jval_get(event, "repository"), "id");
    field_member(out, "ref", event, "ref");
    field_member(out, "before", event, "before");
    field_member(out, "after", event, "after");
    const struct jval *change = jval_get(event, "pull_request");
    field_member(out, "change", change, "number");
    field_member(out, "title", change, "title");
    field_text(out, "into", jval_str(jval_at(change, "base", "ref")));
    field_text(out, "from", jval_str(jval_at(change, "head", "repository")));
    field_member(out, "issue", jval_get(event, "issue"), "number");
    field_member(out, "sender", jval_get(event, "sender"), "login");
    int trusted = jval_bool(jval_get(event, "trusted"));
    field_text(out, "trusted", trusted < 0 ? SV("the forge has to be asked") : trusted ? SV("yes") : SV("no"));
}

static void put_job(struct buf *b, const struct explain_job *j)
{
    AUTO(buf_free) struct buf line = {0};
    buf_fmt(&line, "job %s", j->key);
    if (j->repo)
        buf_fmt(&line, " in %s", j->repo);
    for (size_t i = 0; i < j->n_needs; i++)
        buf_fmt(&line, "%s%s", i ? ", " : ", after ", j->needs[i]);
    if (j->cond)
        buf_fmt(&line, ", if %s", j->cond);
    if (j->cond || j->runs != EXPLAIN_YES)
        buf_fmt(&line, ": %s",
                j->runs == EXPLAIN_YES  ? "runs"
                : j->runs == EXPLAIN_NO ? "does not run"
                                        : "known when it starts");
    if (j->note)
        buf_fmt(&line, " (%s)", j->note);
    buf_str(b, "    ");
    cli_text(buf_view(&line), b);
    buf_chr(b, '\n');
}

static void put_verdict(struct buf *b, const struct explained_workflow *w)
{
    const struct trigger_verdict *v = &w->verdict;
    AUTO(buf_free) struct buf line = {0}, safe = {0};
    buf_fmt(&line, "%s (%s): ", w->name, w->file);
    if (!v->matched)
        buf_fmt(&line, "no: %s", v->reason);
    cli_text(buf_view(&line), b);
    if (v->matched)
        put_word(b, SV("matched"));
    buf_chr(b, '\n');
    for (size_t i = 0; i < v->n_filters; i++) {
        buf_clear(&safe);
        cli_text(sv_of(v->filters[i].value ? v->filters[i].value : "(none)"), &safe);
        buf_fmt(b, "    %s %s: %s\n", v->filters[i].key, safe.p, v->filters[i].matched ? "yes" : "no");
    }
    if (w->note)
        buf_fmt(b, "    %s\n", w->note);
    if (w->plan.problem) {
        buf_clear(&safe);
        cli_text(sv_of(w->plan.problem), &safe);
        buf_fmt(b, "    cannot be planned: %s\n", safe.p);
    }
    if (w->plan.priority && strcmp(w->plan.priority, priority_name[PRIO_NORMAL]) != 0)
        buf_fmt(b, "    priority %s\n", w->plan.priority);
    for (size_t i = 0; i < w->plan.n_jobs; i++)
        put_job(b, &w->plan.jobs[i]);
}

static void put_difference(struct buf *b, const struct explain_difference *d)
{
    AUTO(buf_free) struct buf line = {0};
    const char *what = d->now == EXPLAIN_LATER          ? "started then; the server alone can say whether it would now"
                       : d->run && d->now == EXPLAIN_NO ? "started then, would NOT start now"
                       : d->run                         ? "started then, would start now"
                                                        : "did not start then, WOULD start now";
    buf_fmt(&line, "%s (%s): %s", d->workflow, d->file, what);
    if (d->run)
        buf_fmt(&line, " [run %s]", d->run);
    if (d->reason)
        buf_fmt(&line, ": %s", d->reason);
    cli_text(buf_view(&line), b);
    buf_chr(b, '\n');
}

static void put_comparison(struct buf *b, const struct explained *x)
{
    struct explain_difference d;
    size_t i = 0;
    buf_str(b, "\nthen and now:\n");
    for (; explain_compare(x, i, &d); i++)
        put_difference(b, &d);
    if (i == 0)
        buf_str(b, "nothing started then, and nothing would start now\n");
}

static int print_text(const struct explained *x, const char *event)
{
    AUTO(buf_free) struct buf b = {0};
    struct jdoc *doc = NULL;
    struct err e = {0};
    if (!x->event) {
        field_text(&b, "ignored", sv_of(x->reason));
        return cli_print(&b);
    }
    if (jdoc_parse(sv_of(event), NULL, &doc, &e) < 0)
        return cli_fail(CLI_FAILED, "the event is no JSON: %s", e.msg);
    explain_event_lines(jdoc_root(doc), &b);
    jdoc_free(&doc);
    buf_chr(&b, '\n');
    if (x->n_workflows == 0)
        buf_str(&b, "no central workflows are configured here\n");
    for (size_t i = 0; i < x->n_workflows; i++)
        put_verdict(&b, &x->workflows[i]);
    if (x->compared)
        put_comparison(&b, x);
    return cli_print(&b);
}

static int print_json(const struct explained *x)
{
    AUTO(buf_free) struct buf b = {0};
    explain_json(x, &b);
    buf_chr(&b, '\n');
    return cli_print(&b);
}

int explain_print(const struct explained *x, enum explain_form form)
{
    AUTO(buf_free) struct buf event = {0};
    if (form == EXPLAIN_JSON)
        return print_json(x);
    if (x->event)
        hook_event_write(x->event, &event);
    return print_text(x, event.p);
}
