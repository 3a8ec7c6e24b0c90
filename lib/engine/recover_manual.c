/* SPDX-License-Identifier: Apache-2.0 */
/* A person decides: the job is held until then, an issue may say so, and a deadline what happens when nobody does. */
#include "engine/recover.h"

static void write_issue(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    AUTO(arena_free) struct arena a = {0};
    char id[ID_TEXT];
    const struct run *run = t->job->run->row;
    const struct failure *f = t->failure;
    const char *problem = NULL, *url = e->conf->public_url;
    struct action_result want = {.does = ACTION_EFFECT};
    id_text(run->id, id);
    want.effect.kind = EFFECT_ISSUE;
    want.effect.repo = p->issue_repo;
    want.effect.fingerprint = arena_fmt(&a, "recovery %s %s %s %d", run->repo_id ? run->repo_id : "", run->workflow,
                                        t->job->row->key, t->step->no);
    want.effect.issue.title = arena_fmt(&a, "%s: %s waits for a decision", run->workflow, t->job->row->name);
    want.effect.issue.body = arena_fmt(
        &a,
        "The step `%s` failed (%s): %s\n\n%s%s%s\n\n`fettle runs approve %s` tries it once more, `fettle runs reject "
        "%s` lets it fail.%s%s%s%s\n",
        t->step->name, failure_class_name[f->class], t->attempt->detail ? t->attempt->detail : "",
        f->evidence ? f->evidence : "", f->hint ? "\n\n" : "", f->hint ? f->hint : "", id, id, url ? "\n\n" : "",
        url ? url : "", url ? "/runs/" : "", url ? id : "");
    want.effect.issue.labels = p->issue_labels;
    want.effect.issue.n_labels = p->n_issue_labels;
    if (!run->trusted)
        problem = "runs of untrusted changes do not write to forges";
    else if (!report_step(e, t->job, t->step, &want, &problem))
        MUST(problem);
    if (problem)
        record_journal(e, "job", t->job->row->id, run->id, "waiting", "waiting", problem);
}

bool recover_by_person(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    struct live_job *j = t->job;
    struct arena *a = &j->run->arena;
    const char *detail = t->attempt->detail ? t->attempt->detail : failure_class_name[t->failure->class];
    const struct question q = {
        .kind = APPROVAL_MANUAL,
        .step = t->step,
        .text = arena_fmt(a, "%s failed (%s). Once more?", t->step->name, detail),
        .by = (const char *const *)p->by,
        .n_by = p->n_by,
        .sha = j->row->sha,
        .time = p->deadline,
        .then = p->then,
    };
    recover_open(e, t, STRATEGY_MANUAL, "a person decides");
    approval_ask(e, j, &q);
    if (p->issue_repo)
        write_issue(e, t, p);
    return true;
}
