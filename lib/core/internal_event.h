/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the deliveries that we make ourselves: a schedule that has come, a run that changed its state, and what a
 * person or the API asks for. They are stored and decided as deliveries of forge kind "internal", which no address
 * leads to. What GitHub sends too has GitHub's names, because workflows read the body as `github.event`:
 *   {"event": "schedule" | "workflow_run" | "workflow_dispatch" | "repository_dispatch", "action": text | null,
 *    "repository": {"id": "github:acme/backend", "forge_id", "full_name", "default_branch", "private"} | null,
 *    "ref", "before", "after": text | null, "workflow": text | null, "schedule": text | null,
 *    "inputs", "client_payload": object | null,
 *    "workflow_run": {"id" (ours), "name", "event", "status", "conclusion", "head_branch", "head_sha"} | null,
 *    "sender": {"id": number | null, "login"} | null, "trusted": true | false | null}
 * All keys are always present, and no other is but in events that were made up because the forge's own never came:
 *   {"event": "push" | "pull_request", …, "pull_request": as in the context `event` | null, "reconciled": true}
 * forge_id is there where it is known. Pure. */
#pragma once
#include "core/hook_event.h"

/* ev: name, action, repo, ref, before, after, workflow, schedule, inputs, client_payload, workflow_run (with `run`),
 * sender and trusted are written; handlers/forge/internal reads them back. */
void internal_event_write(const struct hook_event *ev, struct buf *out);
