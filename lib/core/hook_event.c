/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hook_event.h"
#include "core/event_json.h"
#include "fmt/json.h"

static void put_repo(struct jout *j, const struct event_repo *r)
{
    jout_key(j, "repository");
    if (!r->id) {
        jout_null(j);
        return;
    }
    jout_open(j, '{');
    jout_kstrz(j, "id", r->id);
    jout_kstrz(j, "full_name", r->full_name);
    jout_kstrz(j, "default_branch", r->default_branch);
    event_put_tri(j, "private", r->is_private);
    jout_close(j, '}');
}

static void put_issue(struct jout *j, const struct event_issue *x)
{
    if (!event_open(j, "issue", x->present))
        return;
    jout_kint(j, "number", x->number);
    jout_kstrz(j, "title", x->title);
    event_put_labels(j, x->labels, x->n_labels);
    jout_close(j, '}');
}

static void put_comment_and_sender(struct jout *j, const struct hook_event *ev)
{
    if (event_open(j, "comment", ev->comment.present)) {
        jout_kint(j, "id", ev->comment.id);
        jout_kstrz(j, "body", ev->comment.body);
        jout_close(j, '}');
    }
    if (event_open_sender(j, ev)) {
        event_put_tri(j, "bot", ev->sender.bot);
        jout_close(j, '}');
    }
}

static void put_verdicts(struct jout *j, const struct hook_event *ev)
{
    if (event_open(j, "review", ev->review.present)) {
        jout_kint(j, "id", ev->review.id);
        jout_kstrz(j, "state", ev->review.state);
        jout_close(j, '}');
    }
    if (event_open(j, "release", ev->release.present)) {
        jout_kstrz(j, "tag", ev->release.tag);
        jout_kstrz(j, "name", ev->release.name);
        event_put_tri(j, "draft", ev->release.draft);
        event_put_tri(j, "prerelease", ev->release.prerelease);
        jout_close(j, '}');
    }
    if (event_open(j, "check", ev->check.present)) {
        jout_kint(j, "id", ev->check.id);
        jout_kstrz(j, "name", ev->check.name);
        jout_kstrz(j, "status", ev->check.status);
        jout_kstrz(j, "conclusion", ev->check.conclusion);
        jout_kstrz(j, "wish", ev->check.wish);
        jout_close(j, '}');
    }
    if (event_open(j, "status", ev->status.present)) {
        jout_kstrz(j, "context", ev->status.context);
        jout_kstrz(j, "state", ev->status.state);
        jout_kstrz(j, "description", ev->status.description);
        jout_close(j, '}');
    }
}

static void put_workflow_run(struct jout *j, const struct event_workflow_run *r)
{
    if (!event_open(j, "workflow_run", r->present))
        return;
    if (r->run)
        jout_kstrz(j, "id", r->run);
    else
        jout_kint(j, "id", r->id);
    event_put_run(j, r);
    jout_close(j, '}');
}

void hook_event_write(const struct hook_event *ev, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kstrz(&j, "forge", ev->forge);
    jout_kstrz(&j, "name", ev->name);
    jout_kstrz(&j, "action", ev->action);
    jout_kstrz(&j, "delivery", ev->delivery);
    put_repo(&j, &ev->repo);
    jout_kstrz(&j, "ref", ev->ref);
    jout_kstrz(&j, "before", ev->before);
    jout_kstrz(&j, "after", ev->after);
    event_put_tri(&j, "created", ev->created);
    event_put_tri(&j, "deleted", ev->deleted);
    event_put_tri(&j, "forced", ev->forced);
    jout_kstrz(&j, "tag", ev->tag);
    jout_kbool(&j, "commits_truncated", ev->commits_truncated);
    event_put_change(&j, &ev->change);
    put_issue(&j, &ev->issue);
    put_comment_and_sender(&j, ev);
    event_put_tri(&j, "trusted", ev->trusted);
    put_verdicts(&j, ev);
    put_workflow_run(&j, &ev->workflow_run);
    if (event_open(&j, "merge_group", ev->merge_base != NULL)) {
        jout_kstrz(&j, "base", ev->merge_base);
        jout_close(&j, '}');
    }
    jout_kstrz(&j, "workflow", ev->workflow);
    jout_kstrz(&j, "schedule", ev->schedule);
    event_put_json(&j, "inputs", ev->inputs);
    event_put_json(&j, "client_payload", ev->client_payload);
    jout_close(&j, '}');
}

bool oid_sv_is_zero(struct sv oid)
{
    for (size_t i = 0; i < oid.n; i++)
        if (oid.p[i] != '0')
            return false;
    return oid.n > 0;
}

bool oid_is_zero(const char *oid)
{
    return oid && oid_sv_is_zero(sv_of(oid));
}

bool oid_is_valid(struct sv oid)
{
    if (oid.n != 40 && oid.n != 64)
        return false;
    for (size_t i = 0; i < oid.n; i++)
        if (!((oid.p[i] >= '0' && oid.p[i] <= '9') || (oid.p[i] >= 'a' && oid.p[i] <= 'f')))
            return false;
    return true;
}
