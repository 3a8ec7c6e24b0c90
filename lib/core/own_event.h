/* SPDX-License-Identifier: Apache-2.0 */
/* Events that we caused: they start nothing unless a workflow says so, or a comment of ours would bring the next. Pure.
 * Rules: the loops that others ran into (own comment -> issue_comment -> own comment; own status -> status; a fix that
 * is pushed -> push). */
#pragma once
#include "core/hook_event.h"

#define OWN_MARKER   "<!-- fettle:" /* begins the hidden line of everything that we write for people */
#define HOPS_TRAILER "Fettle-Hops"
#define HOPS_KEY     "fettle_hops"

struct own_account { /* whom our credential belongs to; not known: 0 and NULL */
    int64_t id;
    const char *login;
};

enum own_by { OWN_NOT, OWN_BY_ACTOR, OWN_BY_MARKER, OWN_BY_STATUS };

/* Does our account stand behind it? */
bool own_actor(const struct hook_event *ev, const struct own_account *me);
/* Commits of ours are checked like those of everybody else; hops end their chain. Of the rest, what our account did
 * counts as ours only where it is a bot: people who lend us their token speak for themselves, and what we write in
 * their name has our marker. contexts: those of statuses and checks that we post besides "fettle/...", NULL at the end.
 */
enum own_by own_event(const struct hook_event *ev, const struct own_account *me, const char *const *contexts);
/* For people and programs: "own-actor: ann is ...". NULL for OWN_NOT. */
const char *own_event_reason(const struct hook_event *ev, enum own_by by, struct arena *a);

/* How many pushes and requests of ours led to it, one after another: the line "Fettle-Hops: n" at the end of a commit's
 * message; 0 = none. */
int own_hops_of_message(const char *message);
/* The same of a client_payload: its member fettle_hops. */
int own_hops_of_payload(const char *json);
