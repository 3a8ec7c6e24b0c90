/* SPDX-License-Identifier: Apache-2.0 */
#include "core/event_json.h"

void event_put_tri(struct jout *j, const char *key, enum tristate t)
{
    jout_key(j, key);
    if (t == UNKNOWN)
        jout_null(j);
    else
        jout_bool(j, t == YES);
}

bool event_open(struct jout *j, const char *key, bool present)
{
    jout_key(j, key);
    if (present)
        jout_open(j, '{');
    else
        jout_null(j);
    return present;
}

void event_put_json(struct jout *j, const char *key, const char *json)
{
    jout_key(j, key);
    if (json)
        jout_raw(j, sv_of(json));
    else
        jout_null(j);
}

bool event_open_sender(struct jout *j, const struct hook_event *ev)
{
    if (!event_open(j, "sender", ev->sender.present))
        return false;
    jout_key(j, "id");
    if (ev->sender.id)
        jout_int(j, ev->sender.id);
    else
        jout_null(j);
    jout_kstrz(j, "login", ev->sender.login);
    return true;
}

void event_put_run(struct jout *j, const struct event_workflow_run *r)
{
    jout_kstrz(j, "name", r->name);
    jout_kstrz(j, "event", r->event);
    jout_kstrz(j, "status", r->status);
    jout_kstrz(j, "conclusion", r->conclusion);
    jout_kstrz(j, "head_branch", r->head_branch);
    jout_kstrz(j, "head_sha", r->head_sha);
}

void event_put_labels(struct jout *j, const char **labels, size_t n)
{
    jout_key(j, "labels");
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++)
        jout_strz(j, labels[i]);
    jout_close(j, ']');
}

void event_put_change(struct jout *j, const struct event_change *c)
{
    jout_key(j, "pull_request");
    if (!c->present) {
        jout_null(j);
        return;
    }
    jout_open(j, '{');
    jout_kint(j, "number", c->number);
    jout_kstrz(j, "title", c->title);
    jout_key(j, "head");
    jout_open(j, '{');
    jout_kstrz(j, "sha", c->head_sha);
    jout_kstrz(j, "ref", c->head_ref);
    jout_kstrz(j, "repository", c->head_repo);
    jout_close(j, '}');
    jout_key(j, "base");
    jout_open(j, '{');
    jout_kstrz(j, "sha", c->base_sha);
    jout_kstrz(j, "ref", c->base_ref);
    jout_close(j, '}');
    event_put_tri(j, "draft", c->draft);
    event_put_tri(j, "merged", c->merged);
    event_put_labels(j, c->labels, c->n_labels);
    jout_close(j, '}');
}
