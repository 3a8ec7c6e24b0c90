/* SPDX-License-Identifier: Apache-2.0 */
/* A forge whose repositories have branches, tags and changes, which sends webhooks and remembers those that nobody
 * took: GitHub, GitLab or Gitea, as far as webhooks, lists and delivery lists go. */
#pragma once
#include "world.h"

struct hub_ref {
    const char *name, *sha; /* sha NULL = it is gone */
};
struct hub_change {
    int number;
    const char *sha;
    bool open;
};
struct hub_repo {
    const char *path;
    int64_t id;
    VEC(struct hub_ref) refs;
    VEC(struct hub_change) changes;
};

enum { HUB_HOOKS = 2 }; /* each repository has two that lead here: an event comes twice */
struct hub_delivery {
    size_t repo;
    int hook;
    int64_t id;
    const char *guid, *event, *payload;
    msec_t at;
    bool ok;
};

struct hub_event {                         /* what happened, for the judge */
    const char *repo, *name, *place, *sha; /* sha: what it leaves behind; of a deletion NULL */
    const char *action;
    bool missed; /* no hook got through */
    bool last;   /* nothing happened to that place after it */
};

struct hub {
    const char *kind;
    VEC(struct hub_repo) repos;
    VEC(struct hub_delivery) deliveries; /* oldest first */
    VEC(struct hub_event) events;
    bool quiet; /* no hook gets through */
    int64_t counter;
    unsigned served; /* requests about the state or deliveries */
};

void hub_push(struct world *w, size_t repo, const char *ref, const char *sha); /* sha NULL = it is deleted */
void hub_change(struct world *w, size_t repo, int number, const char *action, const char *sha);
const char *hub_sha(struct world *w);
void hub_free(struct hub *h);
/* hub_payload.c; in the world's arena */
const char *hub_payload_push(struct world *w, const struct hub_repo *r, const char *ref, const char *before,
                             const char *after);
const char *hub_payload_change(struct world *w, const struct hub_repo *r, const struct hub_change *c,
                               const char *action, const char *before);
