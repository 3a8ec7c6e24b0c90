/* SPDX-License-Identifier: Apache-2.0 */
/* The webhooks that are configured at the emulated forges, and what was sent to them. One table for all forges and all
 * places where a hook can be made: a repository, an organization or group, an App, the whole instance. Nothing is freed
 * before the world: a removed hook stays in the table, marked. Pure; one thread. */
#pragma once
#include "server/lab/world.h"

enum lab_hook_scope { HOOK_REPO, HOOK_OWNER, HOOK_APP, HOOK_SYSTEM };
enum lab_hook_alert { HOOK_EXECUTABLE, HOOK_PAUSED, HOOK_DISABLED }; /* GitLab: for a time, until it is edited */

struct lab_delivery { /* one try to bring one event to one hook */
    int64_t id;
    const char *guid, *event, *action; /* event in the words of the header; action may be NULL */
    bool redelivery;
    msec_t at, took;
    int status;         /* of the answer; 0 = none yet, or none at all */
    const char *result; /* NULL = under way; "OK", "Invalid HTTP Response: 500", "failed to connect to host" */
    const char *headers, *payload; /* as they were sent; headers: a line each */
    const char *answer;            /* its first bytes */
    int64_t repo_id;               /* 0 = of no repository */
};

struct lab_hook {
    int64_t id;
    enum lab_forge forge;
    enum lab_hook_scope scope;
    struct lab_repo *repo; /* HOOK_REPO */
    const char *owner;     /* HOOK_OWNER: the organization or group; HOOK_APP: the App's number; else NULL */
    const char *url, *secret, *signing; /* secret, signing (GitLab's whsec_): NULL = none */
    const char *name;                   /* GitLab and Gitea; may be NULL */
    const char *authorization;          /* Gitea: a header it sends; may be NULL */
    const char *branches;               /* only pushes to branches like this; NULL = all */
    bool active, form, insecure, removed;
    VEC(const char *) events; /* in the words of the event header; "*" is all of them */
    msec_t created, updated;
    int64_t failures;                      /* one after the other */
    msec_t disabled_until;                 /* GitLab: 0 = it is not */
    bool disabled;                         /* GitLab: until somebody edits it */
    VEC(struct lab_delivery *) deliveries; /* the oldest first */
};

/* A new one, active, of that place; repo or owner as the scope says. The caller sets the rest with hook_set_*. */
struct lab_hook *hook_add(struct lab_world *w, enum lab_forge forge, enum lab_hook_scope scope, struct lab_repo *repo,
                          struct sv owner, msec_t now);
/* Copies; absent leaves the text as it is, empty takes it away (of url: leaves it). Edits make a disabled hook work
 * again. `field` is a member of the hook. */
void hook_set_text(struct lab_world *w, struct lab_hook *h, const char **field, struct sv value);
void hook_set_events(struct lab_world *w, struct lab_hook *h, const struct sv *names, size_t n);
void hook_edited(struct lab_hook *h, msec_t now);
void hook_remove(struct lab_hook *h, msec_t now);

/* Where a hook is looked for: repo, or owner, or neither. */
struct lab_hook_place {
    enum lab_forge forge;
    enum lab_hook_scope scope;
    const struct lab_repo *repo;
    struct sv owner;
};
bool hook_is_at(const struct lab_hook *h, const struct lab_hook_place *p); /* and is not removed */
struct lab_hook *hook_find(const struct lab_world *w, const struct lab_hook_place *p, struct sv id);
struct lab_hook *hook_by_id(const struct lab_world *w, int64_t id);
/* Of the place, in the order they were made; mem_free. */
size_t hooks_at(const struct lab_world *w, const struct lab_hook_place *p, struct lab_hook ***ret);

bool hook_wants(const struct lab_hook *h, struct sv event);
enum lab_hook_alert hook_alert(const struct lab_hook *h, msec_t now);
const char *hook_alert_text(const struct lab_hook *h, msec_t now); /* GitLab's alert_status */
bool hook_works(const struct lab_hook *h, msec_t now);             /* active, not removed, not disabled */

/* A new delivery, under way. guid: absent makes one from the delivery's number and the seed. */
struct lab_delivery *hook_deliver(struct lab_world *w, struct lab_hook *h, struct sv guid, struct sv event,
                                  struct sv action, msec_t now);
struct lab_delivery *hook_delivery(const struct lab_hook *h, int64_t id); /* NULL if there is none */
/* It is answered, or will never be (status 0). Counts what GitLab counts: from the fourth failure in a row the hook is
 * off for a minute, then twice as long each time up to a day, behind the fortieth until it is edited. Not for system
 * hooks. */
void hook_settled(struct lab_world *w, struct lab_hook *h, struct lab_delivery *d, int status, struct sv result,
                  msec_t now);
void hooks_free(struct lab_world *w);
/* An id in the form of a UUID that follows from the world's seed and two numbers. */
void world_uuid(const struct lab_world *w, int64_t a, int64_t b, char ret[37]);
/* For tests: all that is known of the hooks and their deliveries, as the member "hooks" of an open object. */
void hooks_state(const struct lab_world *w, struct jout *j);
