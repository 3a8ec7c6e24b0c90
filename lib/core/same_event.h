/* SPDX-License-Identifier: Apache-2.0 */
/* When do two deliveries tell of one event? One event comes by several hooks (repository, organisation, group, system
 * hook), and what was missed is made up and may come after all. Pure.
 *   GitHub gives an event one GUID, whatever hook it comes by (REST API, "hook-delivery"; a redelivery has it too).
 *   GitLab and Gitea give each hook its own id, but build one payload for all of them: its digest tells the event, but
 *   for pushes, whose payload differs between kinds of hooks and has no time: there ref, before and after do. */
#pragma once
#include "core/hook_event.h"

enum { SAME_KEY = 16 };

/* Equal for two deliveries of one event. False: this event is never compared (made by us, or of no known source). */
bool same_event_key(const struct hook_event *ev, uint8_t ret[SAME_KEY]);
/* Two real pushes may have one key, when a ref goes to and fro: the key is what happened, not which time. */
static inline bool same_event_repeats(const struct hook_event *ev)
{
    return !ev->identity && strcmp(ev->name, "push") == 0;
}

/* What an event leaves behind: the tip of a ref, the head of a change that is open, or that it is closed. Equal for an
 * event that was made up and the real one that was missed. False: nothing is ever made up for such an event. */
bool same_event_tip(const struct hook_event *ev, uint8_t ret[SAME_KEY]);

/* The name under which the state of the ref or change is remembered: "refs/heads/x", "change/7"; NULL = none. */
const char *same_event_place(const struct hook_event *ev, struct arena *a);
