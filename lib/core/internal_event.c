/* SPDX-License-Identifier: Apache-2.0 */
#include "core/internal_event.h"
#include "core/event_json.h"

static void put_repository(struct jout *j, const struct event_repo *repo)
{
    if (!event_open(j, "repository", repo->id != NULL))
        return;
    jout_kstrz(j, "id", repo->id);
    if (repo->forge_id)
        jout_kint(j, "forge_id", repo->forge_id);
    jout_kstrz(j, "full_name", repo->full_name);
    jout_kstrz(j, "default_branch", repo->default_branch);
    event_put_tri(j, "private", repo->is_private);
    jout_close(j, '}');
}

static void put_run(struct jout *j, const struct event_workflow_run *r)
{
    if (!event_open(j, "workflow_run", r->present))
        return;
    jout_kstrz(j, "id", r->run);
    event_put_run(j, r);
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
    event_put_json(&j, "inputs", ev->inputs);
    event_put_json(&j, "client_payload", ev->client_payload);
    put_run(&j, &ev->workflow_run);
    if (event_open_sender(&j, ev))
        jout_close(&j, '}');
    event_put_tri(&j, "trusted", ev->trusted);
    if (ev->made_up) {
        event_put_change(&j, &ev->change);
        jout_kbool(&j, "reconciled", true);
        if (ev->received)
            jout_kbool(&j, "received", true);
    }
    jout_close(&j, '}');
}
