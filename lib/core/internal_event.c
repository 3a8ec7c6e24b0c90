/* SPDX-License-Identifier: Apache-2.0 */
#include "core/internal_event.h"
#include "fmt/json.h"

static void put_tri(struct jout *j, const char *key, enum tristate t)
{
    jout_key(j, key);
    if (t == UNKNOWN)
        jout_null(j);
    else
        jout_bool(j, t == YES);
}

static bool open_part(struct jout *j, const char *key, bool present)
{
    jout_key(j, key);
    if (present)
        jout_open(j, '{');
    else
        jout_null(j);
    return present;
}

static void put_object(struct jout *j, const char *key, const char *json)
{
    jout_key(j, key);
    if (json)
        jout_raw(j, sv_of(json));
    else
        jout_null(j);
}

static void put_repository(struct jout *j, const struct event_repo *repo)
{
    if (!open_part(j, "repository", repo->id != NULL))
        return;
    jout_kstrz(j, "id", repo->id);
    jout_kstrz(j, "full_name", repo->full_name);
    jout_kstrz(j, "default_branch", repo->default_branch);
    put_tri(j, "private", repo->is_private);
    jout_close(j, '}');
}

static void put_run(struct jout *j, const struct event_workflow_run *r)
{
    if (!open_part(j, "workflow_run", r->present))
        return;
    jout_kstrz(j, "id", r->run);
    jout_kstrz(j, "name", r->name);
    jout_kstrz(j, "event", r->event);
    jout_kstrz(j, "status", r->status);
    jout_kstrz(j, "conclusion", r->conclusion);
    jout_kstrz(j, "head_branch", r->head_branch);
    jout_kstrz(j, "head_sha", r->head_sha);
    jout_close(j, '}');
}

static void put_sender(struct jout *j, const struct hook_event *ev)
{
    if (!open_part(j, "sender", ev->sender.present))
        return;
    jout_key(j, "id");
    if (ev->sender.id)
        jout_int(j, ev->sender.id);
    else
        jout_null(j);
    jout_kstrz(j, "login", ev->sender.login);
    jout_close(j, '}');
}

void internal_event_write(const struct hook_event *ev, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kstrz(&j, "event", ev->name);
    jout_kstrz(&j, "action", ev->action);
    put_repository(&j, &ev->repo);
    jout_kstrz(&j, "ref", ev->ref);
    jout_kstrz(&j, "before", ev->before);
    jout_kstrz(&j, "after", ev->after);
    jout_kstrz(&j, "workflow", ev->workflow);
    jout_kstrz(&j, "schedule", ev->schedule);
    put_object(&j, "inputs", ev->inputs);
    put_object(&j, "client_payload", ev->client_payload);
    put_run(&j, &ev->workflow_run);
    put_sender(&j, ev);
    put_tri(&j, "trusted", ev->trusted);
    jout_close(&j, '}');
}
