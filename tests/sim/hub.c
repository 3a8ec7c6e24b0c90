/* SPDX-License-Identifier: Apache-2.0 */
#include "hub.h"
#include <stdio.h>

const char *hub_sha(struct world *w)
{
    return arena_fmt(&w->arena, "%040llx", (unsigned long long)++w->forge.hub->counter + 0x1000);
}

void hub_free(struct hub *h)
{
    for (size_t i = 0; i < h->repos.n; i++) {
        VEC_FREE(&h->repos.at[i].refs);
        VEC_FREE(&h->repos.at[i].changes);
    }
    VEC_FREE(&h->repos);
    VEC_FREE(&h->deliveries);
    VEC_FREE(&h->events);
}

/* ---- webhooks ---- */

static const char *event_header(const struct hub *h, const char *event)
{
    if (strcmp(h->kind, "gitlab") != 0)
        return event;
    return strcmp(event, "push") == 0  ? "Push Hook"
           : strcmp(event, "tag") == 0 ? "Tag Push Hook"
                                       : "Merge Request Hook";
}

/* GitHub names the event, the others each hook's share of it. */
static const char *guid_of(struct world *w, int64_t event, int hook)
{
    if (strcmp(w->forge.hub->kind, "github") == 0)
        return arena_fmt(&w->arena, "event-%lld", (long long)event);
    return arena_fmt(&w->arena, "event-%lld-%d", (long long)event, hook);
}

static const char *place_of(int hook)
{
    return hook ? "/hook/two" : "/hook/one";
}

static void take(struct world *w, const struct hub_delivery *d, const char *event, enum delivery_source source)
{
    for (size_t i = 0; i < w->store.deliveries.n; i++)
        if (strcmp(w->store.deliveries.at[i].d.guid, d->guid) == 0 &&
            strcmp(w->store.deliveries.at[i].d.hook, place_of(d->hook)) == 0)
            return; /* the store knows it */
    struct sim_delivery x = {.payload = d->payload, .answered = true};
    x.d = (struct delivery){.id = id_next(&w->ids, w->now + w->wall, 1),
                            .forge = w->forge.hub->kind,
                            .kind = w->forge.hub->kind,
                            .hook = place_of(d->hook),
                            .event = event,
                            .guid = d->guid,
                            .source = source,
                            .happened_at = source == SOURCE_RECOVERED ? d->at : 0,
                            .received_at = w->now};
    VEC_PUSH(&w->store.deliveries, x);
    if (w->engine && !world_point(w, POINT_STORED)) {
        struct engine_event ev = {.kind = EV_DELIVERY, .delivery = &x.d};
        world_step(w, &ev);
    }
}

static void send(struct world *w, size_t repo, const char *event, const char *payload)
{
    struct hub *h = w->forge.hub;
    int64_t number = ++h->counter;
    for (int hook = 0; hook < HUB_HOOKS; hook++) {
        struct hub_delivery d = {.repo = repo,
                                 .hook = hook,
                                 .id = ++h->counter,
                                 .guid = guid_of(w, number, hook),
                                 .event = event_header(h, event),
                                 .payload = payload,
                                 .at = w->now,
                                 .ok = w->engine && !h->quiet};
        VEC_PUSH(&h->deliveries, d);
        if (d.ok)
            take(w, &d, d.event, SOURCE_HOOK);
        world_bury(w);
    }
}

static void happened(struct world *w, const struct hub_event *x)
{
    struct hub *h = w->forge.hub;
    for (size_t i = 0; i < h->events.n; i++)
        if (strcmp(h->events.at[i].repo, x->repo) == 0 && strcmp(h->events.at[i].place, x->place) == 0)
            h->events.at[i].last = false;
    VEC_PUSH(&h->events, *x);
    h->events.at[h->events.n - 1].last = true;
    h->events.at[h->events.n - 1].missed = !w->engine || h->quiet;
}

void hub_push(struct world *w, size_t repo, const char *ref, const char *sha)
{
    struct hub_repo *r = &w->forge.hub->repos.at[repo];
    struct hub_ref *x = NULL;
    for (size_t i = 0; i < r->refs.n; i++)
        if (strcmp(r->refs.at[i].name, ref) == 0)
            x = &r->refs.at[i];
    if (!x) {
        VEC_PUSH(&r->refs, ((struct hub_ref){ref, NULL}));
        x = &r->refs.at[r->refs.n - 1];
    }
    const char *before = x->sha;
    if (!before && !sha)
        return;
    x->sha = sha;
    happened(w, &(struct hub_event){.repo = r->path, .name = "push", .place = ref, .sha = sha});
    send(w, repo, strncmp(ref, "refs/tags/", 10) == 0 && strcmp(w->forge.hub->kind, "gitlab") == 0 ? "tag" : "push",
         hub_payload_push(w, r, ref, before, sha));
}

void hub_change(struct world *w, size_t repo, int number, const char *action, const char *sha)
{
    struct hub_repo *r = &w->forge.hub->repos.at[repo];
    struct hub_change *c = NULL;
    for (size_t i = 0; i < r->changes.n; i++)
        if (r->changes.at[i].number == number)
            c = &r->changes.at[i];
    if (!c) {
        VEC_PUSH(&r->changes, ((struct hub_change){.number = number}));
        c = &r->changes.at[r->changes.n - 1];
    }
    const char *before = c->sha;
    c->open = strcmp(action, "closed") != 0;
    c->sha = sha ? sha : c->sha;
    happened(w, &(struct hub_event){.repo = r->path,
                                    .name = "pull_request",
                                    .action = action,
                                    .place = arena_fmt(&w->arena, "change/%d", number),
                                    .sha = c->sha});
    send(w, repo, "pull_request",
         hub_payload_change(w, r, c, action, strcmp(action, "synchronize") == 0 ? before : NULL));
}

void hub_take_in(struct world *w, const struct engine_action *x)
{
    struct hub_delivery d = {.hook = strcmp(x->take_in.hook, place_of(1)) == 0,
                             .guid = arena_strdup(&w->arena, x->take_in.guid),
                             .payload = arena_dup(&w->arena, x->take_in.payload),
                             .at = x->take_in.at};
    int64_t talk = x->take_in.talk;
    int generation = w->generation;
    take(w, &d, arena_strdup(&w->arena, x->take_in.event), SOURCE_RECOVERED);
    if (w->generation != generation || w->death.dying)
        return;
    struct sim_event *ev = mem_new(sizeof *ev);
    ev->kind = SIM_TAKEN_IN;
    ev->id = talk;
    ev->at = w->now + fault_late(w, 2);
    world_push(w, ev);
}
