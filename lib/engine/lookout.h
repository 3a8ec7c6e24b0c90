/* SPDX-License-Identifier: Apache-2.0 */
/* What a forge is asked without an event: who we are there, what its repositories look like, what it could not
 * deliver. One conversation at a time for each forge. Private to lib/engine. */
#pragma once
#include "core/own_event.h"
#include "port/look.h"
#include "port/missed.h"
#include "engine/seen.h"

enum look_at { LOOK_NOTHING, LOOK_WHO, LOOK_STATE, LOOK_MISSED };

#define MISSING_APP SIZE_MAX

struct place {           /* a repository of repositories.yaml */
    const char *repo_id; /* its own text */
    msec_t due;          /* when its state is looked at next */
    msec_t missed_due;   /* and the forge's deliveries of it */
    bool on_list;
};

struct lookout {                      /* of one forge */
    const char *name;                 /* its own */
    const struct engine_forge *forge; /* NULL = it left the configuration, or may not be asked */
    struct own_account self;          /* login is its own; not known: zero */
    msec_t self_asked_at;
    enum look_at at;
    VEC(struct place) places;
    struct look *look;          /* of LOOK_STATE */
    size_t looking[LOOK_REPOS]; /* places of it, in its order */
    struct missed *missed;      /* of LOOK_MISSED */
    size_t missing;             /* place of it, or MISSING_APP */
    int64_t missed_talk;        /* of the whole conversation */
    int takes;                  /* found, and not stored yet */
    bool missed_over, take_failed;
    struct map since;    /* hook -> int64_t *: what was looked through */
    struct map taken;    /* ids of deliveries that were found lately */
    struct map troubles; /* hooks that the forge does not use */
    msec_t app_due; /* the App's own webhook is looked at next */
    msec_t began;
    msec_t not_before; /* the forge asked for rest, or is away */
    msec_t window_at;  /* calls are counted from then on */
    unsigned calls;
    int fails;
    int64_t talk; /* of the conversation under way: answers to an earlier one are dropped */
    struct lane_call call;
    struct wake wake;
    bool waits;
};

void lookouts_conf(struct engine *e); /* after a start and a new configuration */
void lookouts_adopt(struct engine *e, const struct open_work *w);
int lookouts_idle_hooks(const struct engine *e);
void lookouts_free(struct engine *e);
const struct own_account *lookout_self(struct engine *e, const char *forge);       /* never NULL */
struct lookout *lookout_of(const struct engine *e, const char *forge);             /* NULL = none */
void lookout_heard(struct engine *e, int64_t talk, const struct api_reply *reply); /* EV_LOOKED */

void lookout_due(struct engine *e, struct lookout *l); /* its wake came */

/* lookout_state.c */
void places_conf(struct engine *e, struct lookout *l);
void places_free(struct lookout *l);
bool places_look(struct engine *e, struct lookout *l, struct api_request *ret); /* false: none is due */
msec_t places_due(const struct lookout *l);                                     /* INT64_MAX = never */
enum talk_next places_heard(struct engine *e, struct lookout *l, const struct api_reply *reply, struct api_request *ret,
                            struct err *err);
void places_put_off(struct engine *e, struct lookout *l, msec_t until); /* the look came to nothing */

/* lookout_missed.c: the same for the forge's own lists of deliveries */
bool missed_look(struct engine *e, struct lookout *l, struct api_request *ret);
msec_t missed_due(const struct engine *e, const struct lookout *l);
enum talk_next missed_heard(struct engine *e, struct lookout *l, const struct api_reply *reply, struct api_request *ret,
                            struct err *err);
void missed_put_off(struct lookout *l, msec_t until);
bool missed_is_over(struct engine *e,
                    struct lookout *l); /* the conversation ended: false, what it found is stored yet */
void missed_adopt(struct lookout *l, const struct open_work *w);
void missed_done(struct lookout *l);
void lookout_taken_in(struct engine *e, int64_t talk, const struct err *err);

/* own.c: did we cause it? The reason, or NULL. Text in the arena. */
const char *own_reason(struct engine *e, const struct hook_event *ev, struct arena *a);
/* Why an event that our own pushes and requests led to goes no further; NULL = it does. */
const char *own_too_far(const struct engine *e, const struct hook_event *ev, struct arena *a);

/* brake.c: why a workflow does not start now, because bots started it so often; NULL = it may, and is counted. */
const char *brake_asks(struct engine *e, const struct hook_event *ev, const char *workflow, struct arena *a);
void brakes_free(struct engine *e);
