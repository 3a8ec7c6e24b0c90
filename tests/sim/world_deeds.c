/* SPDX-License-Identifier: Apache-2.0 */
/* What people and senders do in the simulated world. */
#include "world.h"
#include "ports.h"
#include <stdio.h>
#include "config/conf.h"
#include "config/reading.h"
#include "config/sections.h"
#include "core/backoff.h"

static int64_t deliver_as(struct world *w, const char *forge, const char *kind, const char *event,
                          const char *payload, enum delivery_source source);

int64_t world_deliver(struct world *w, const char *event, const char *payload)
{
    int64_t id = deliver_as(w, "github", "github", event, payload, SOURCE_HOOK);
    world_bury(w);
    return id;
}

int64_t world_deliver_hook(struct world *w, const char *hook, const char *payload)
{
    int64_t id = deliver_as(w, "github", "bare", hook, payload, SOURCE_HOOK);
    world_bury(w);
    return id;
}

int64_t world_deliver_own(struct world *w, const char *event, const char *payload, enum delivery_source source)
{
    return deliver_as(w, "internal", "internal", event, payload, source);
}

static int64_t deliver_as(struct world *w, const char *forge, const char *kind, const char *event,
                          const char *payload, enum delivery_source source)
{
    struct sim_delivery d = {.payload = arena_strdup(&w->arena, payload), .answered = true};
    d.d = (struct delivery){.id = id_next(&w->ids, w->now + w->wall, 1),
                            .forge = forge,
                            .kind = kind,
                            .hook = kind,
                            .event = arena_strdup(&w->arena, event),
                            .source = source,
                            .guid = arena_fmt(&w->arena, "guid-%zu", w->store.deliveries.n),
                            .received_at = w->now};
    VEC_PUSH(&w->store.deliveries, d);
    if (w->engine && !world_point(w, POINT_STORED)) {
        struct engine_event ev = {.kind = EV_DELIVERY, .delivery = &d.d};
        world_step(w, &ev);
    }
    return d.d.id;
}

void world_copy(struct world *w, size_t delivery)
{
    struct sim_delivery d = w->store.deliveries.at[delivery];
    d.d.id = id_next(&w->ids, w->now + w->wall, 1);
    d.d.hook = "another";
    d.d.state = DELIVERY_RECEIVED;
    d.d.reason = NULL;
    d.d.received_at = w->now;
    VEC_PUSH(&w->store.deliveries, d);
    if (w->engine && !world_point(w, POINT_STORED)) {
        struct engine_event ev = {.kind = EV_DELIVERY, .delivery = &d.d};
        world_step(w, &ev);
    }
    world_bury(w);
}

void world_cancel(struct world *w, int64_t run)
{
    struct engine_event ev = {.kind = EV_CANCEL, .cancel = {run, "cancelled by a person"}};
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
}

void world_answer(struct world *w, int64_t run, enum approval_answer how)
{
    struct engine_event ev = {.kind = EV_ANSWER, .answer = {run, how, "ann", NULL}};
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
}

void world_queue(struct world *w, enum queue_wish wish, int64_t run)
{
    struct engine_event ev = {.kind = EV_QUEUE, .queue = {wish, run, PRIO_NORMAL}};
    w->no_order |= wish == QUEUE_BUMP;
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
}

void world_priority(struct world *w, int64_t run, enum priority to)
{
    struct engine_event ev = {.kind = EV_QUEUE, .queue = {QUEUE_PRIORITY, run, to}};
    w->no_order = true;
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
}

void world_replay(struct world *w, int64_t delivery)
{
    struct engine_event ev = {.kind = EV_REPLAY, .replay = delivery};
    w->hooks.again = true;
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
}

void world_clock(struct world *w, msec_t by)
{
    w->wall += by;
    limit_forget(w, true); /* what it waits for is over when the clock says so */
    w->no_order = true;      /* jobs seem to have taken hours, and the next ones are expected to */
    if (w->wall > w->clock)
        w->clock = w->wall;
}

struct arena world_conf_begin(struct world *w)
{
    struct arena old = w->conf_arena;
    w->conf_arena = (struct arena){0};
    w->workflows = (struct workflow_set){0};
    return old;
}

void world_conf_end(struct world *w, struct arena old)
{
    struct engine_event ev = {.kind = EV_CONF, .conf = &w->conf};
    if (w->engine)
        world_step(w, &ev);
    world_bury(w);
    arena_free(&old);
}

bool world_repositories(struct world *w, struct sv text)
{
    struct problems problems = {0};
    struct reading r = {.kind = READ_REPOSITORIES,
                        .file = "repositories.yaml",
                        .source = arena_sv(&w->arena, text),
                        .arena = &w->arena,
                        .problems = &problems};
    repositories_file_read(&r, NULL, &w->repos);
    bool ok = problems.n_errors == 0;
    AUTO(buf_free) struct buf b = {0};
    problems_write(&problems, &b);
    if (!ok)
        fputs(b.p, stderr);
    problems_free(&problems);
    return ok;
}
