/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON forms of an event are written with: that of the specification (hook_event.c) and the body of those that
 * we make ourselves (internal_event.c). Pure. */
#pragma once
#include "core/hook_event.h"
#include "fmt/json.h"

void event_put_tri(struct jout *j, const char *key, enum tristate t); /* UNKNOWN is null */
/* Null, or an open object, which the caller closes. */
bool event_open(struct jout *j, const char *key, bool present);
void event_put_json(struct jout *j, const char *key, const char *json); /* NULL is null */
/* The sender with id and login, still open; false = null. */
bool event_open_sender(struct jout *j, const struct hook_event *ev);
void event_put_labels(struct jout *j, const char **labels, size_t n);
void event_put_change(struct jout *j, const struct event_change *c); /* under the key pull_request */
void event_put_run(struct jout *j, const struct event_workflow_run *r); /* all but its id */
