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

enum idle_why {
    IDLE_BY_ITSELF, /* the forge's doing, or the network's */
    IDLE_UNKNOWN,   /* off, and nothing came by it that we know of */
    IDLE_MEANT,     /* off again after it was switched on */
    IDLE_TRIED      /* off, and was to be switched on less than a day ago */
};
struct idle_hook { /* that leads here and brings nothing */
    char *key;     /* the hook's number; of HOOK_GONE "repository 7" */
    char *name;    /* as the forge has it; of HOOK_GONE the repository */
    char *place;   /* its repository in repositories.yaml; NULL = it is of no repository, or of an owner of some */
    char *refused; /* as in struct missed_hook */
    char *until;   /* the same */
    enum hook_trouble trouble;
    enum idle_why why;
    msec_t since; /* when it was seen first */
    int64_t talk; /* of the conversation that saw it last */
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
    struct map since; /* hook -> int64_t *: what was looked through */
    struct map taken; /* ids of deliveries that were found lately */
    VEC(struct idle_hook *) idle;
    struct map heard;     /* sources of hooks, see enum hook_naming, that things came by */
    struct map switches;  /* source -> struct hook_switch * */
    struct map failing;   /* hook -> msec_t *: since when nothing of what it sends arrives */
    struct map connected; /* numbers of repositories that had a hook of their own */
    struct map owners;    /* that have a hook that leads here, as far as they were looked at */
    struct engine *home;
    msec_t up;      /* since when the server is there */
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
struct undecided;
void lookouts_came(struct engine *e, struct undecided *u, const struct hook_arrival *x);
void lookouts_told(struct engine *e, const struct undecided *u);             /* what came by a webhook is decoded */
const struct own_account *lookout_self(struct engine *e, const char *forge); /* never NULL */
struct lookout *lookout_of(const struct engine *e, const char *forge);       /* NULL = none */
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
const char *hook_number(const char *hook); /* of its name: what lives through renames */
void lookout_taken_in(struct engine *e, int64_t talk, const struct err *err);

/* lookout_hook.c: what is known of hooks; those that are switched on again */
bool hooks_may_switch(void *ctx, const struct missed_hook *h);                    /* ctx: the lookout */
void hooks_saw(struct engine *e, struct lookout *l, const struct missed_hook *h); /* on, or off */
enum idle_why hooks_why_off(const struct lookout *l, const struct missed_hook *h);
bool hooks_are_silent(struct lookout *l, const struct missed_hook *h); /* once for each look at it */
bool hooks_were_at(const struct lookout *l, int64_t repo);
enum hooks_are { HOOKS_ARE_GONE, HOOKS_ARE_THERE };
void hooks_are_at(struct engine *e, struct lookout *l, int64_t repo, enum hooks_are what);
void hooks_adopt(struct lookout *l, const struct open_work *w);
void hooks_done(struct lookout *l);

/* lookout_idle.c: what people hear of those that bring nothing */
void idle_seen(struct engine *e, struct lookout *l); /* what the conversation has said of hooks is whole */
void idle_conf(struct lookout *l);                   /* after places_conf */
void idle_came(struct engine *e, struct lookout *l, int64_t repo); /* something of it did arrive */
void idle_done(struct lookout *l);

/* own.c: did we cause it? The reason, or NULL. Text in the arena. */
const char *own_reason(struct engine *e, const struct hook_event *ev, struct arena *a);
/* Why an event that our own pushes and requests led to goes no further; NULL = it does. */
const char *own_too_far(const struct engine *e, const struct hook_event *ev, struct arena *a);

/* brake.c: why a workflow does not start now, because bots started it so often; NULL = it may, and is counted. */
const char *brake_asks(struct engine *e, const struct hook_event *ev, const char *workflow, struct arena *a);
void brakes_free(struct engine *e);
