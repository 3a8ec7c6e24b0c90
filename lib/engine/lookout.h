/* SPDX-License-Identifier: Apache-2.0 */
/* What a forge is asked without an event: who we are there, what its repositories look like, what it could not
 * deliver. One conversation at a time for each forge. Private to lib/engine. */
#pragma once
#include "core/own_event.h"
#include "engine/seen.h"

enum look_at { LOOK_NOTHING, LOOK_WHO };

struct lookout {                      /* of one forge */
    const char *name;                 /* its own */
    const struct engine_forge *forge; /* NULL = it left the configuration, or may not be asked */
    struct own_account self;          /* login is its own; not known: zero */
    msec_t self_asked_at;
    enum look_at at;
    int64_t talk; /* of the conversation under way: answers to an earlier one are dropped */
    struct wake wake;
    bool waits;
};

void lookouts_conf(struct engine *e); /* after a start and a new configuration */
void lookouts_adopt(struct engine *e, const struct open_work *w);
void lookouts_free(struct engine *e);
const struct own_account *lookout_self(struct engine *e, const char *forge);       /* never NULL */
struct lookout *lookout_of(const struct engine *e, const char *forge);             /* NULL = none */
void lookout_heard(struct engine *e, int64_t talk, const struct api_reply *reply); /* EV_LOOKED */

/* own.c: did we cause it? The reason, or NULL. Text in the arena. */
const char *own_reason(struct engine *e, const struct hook_event *ev, struct arena *a);
/* Why an event that our own pushes and requests led to goes no further; NULL = it does. */
const char *own_too_far(const struct engine *e, const struct hook_event *ev, struct arena *a);

/* brake.c: why a workflow does not start now, because bots started it so often; NULL = it may, and is counted. */
const char *brake_asks(struct engine *e, const struct hook_event *ev, const char *workflow, struct arena *a);
void brakes_free(struct engine *e);
