/* SPDX-License-Identifier: Apache-2.0 */
/* From a stored delivery to a decision about it. */
#include "engine/state.h"

static const msec_t GATHER_BASE_MS = 2000, GATHER_CAP_MS = 300000;

void gather_free(struct gather **gp)
{
    struct gather *g = *gp;
    if (!g)
        return;
    struct arena arena = g->arena;
    mem_free(g);
    arena_free(&arena);
    *gp = NULL;
}

void intake_delivery(struct engine *e, const struct delivery *d)
{
    if (map_get_id(&e->undecided, d->id))
        return;
    struct undecided *u = mem_new(sizeof *u);
    u->id = d->id;
    u->wake = (struct wake){.kind = WAKE_GATHER, .owner = u};
    map_put_id(&e->undecided, u->id, u);
    engine_now(e, ACT_DECODE)->delivery = d->id;
}

/* The decision about a delivery, with what the event means; the delivery leaves memory. */
void intake_decide(struct engine *e, struct undecided *u, enum delivery_state state, const char *reason)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_DELIVERY);
    c->delivery.id = u->id;
    c->delivery.state = state;
    c->delivery.reason = arena_strdup(&cs->arena, reason);
    if (u->event) {
        AUTO(buf_free) struct buf json = {0};
        hook_event_write(u->event, &json);
        c->delivery.event_json = arena_dup(&cs->arena, buf_view(&json));
    }
    record_journal(e, "delivery", u->id, 0, delivery_state_name[DELIVERY_RECEIVED], delivery_state_name[state], reason);
    wake_drop(e, &u->wake, &u->waits);
    map_remove_id(&e->undecided, u->id);
    arena_free(&u->event_arena);
    arena_free(&u->arena);
    mem_free(u);
}

static void decide_by_workflows(struct engine *e, struct undecided *u, const struct gather *g)
{
    struct matched m = {0};
    match_all(e, u, g, &m);
    if (m.runs)
        intake_decide(e, u, DELIVERY_MATCHED, NULL);
    else
        intake_decide(e, u, DELIVERY_IGNORED, m.reasons.n ? m.reasons.p : "there is no workflow");
    buf_free(&m.reasons);
    dispatch(e);
    outbox_pump_all(e);
}

static void gather_or_decide(struct engine *e, struct undecided *u)
{
    struct gather *g = match_gather(e, u);
    if (!g) {
        decide_by_workflows(e, u, NULL);
        return;
    }
    engine_now(e, ACT_GATHER)->gather = g;
}

/* Nothing is decided for a reason that may pass: the delivery was acknowledged. */
static void again_later(struct engine *e, struct undecided *u, const char *problem)
{
    msec_t wait = backoff_ms(u->tries++, GATHER_BASE_MS, GATHER_CAP_MS, &e->random);
    record_journal(e, "delivery", u->id, 0, "received", "received",
                   arena_fmt(&engine_changes(e)->arena, "again in %lld ms: %s", (long long)wait, problem));
    wake_at(e, &u->wake, &u->waits, e->now + wait);
}

void intake_decoded(struct engine *e, struct engine_event *ev)
{
    struct undecided *u = map_get_id(&e->undecided, ev->decoded.delivery);
    if (!u || u->event) {
        arena_free(&ev->decoded.arena);
        return;
    }
    if (ev->decoded.verdict == DECODE_LATER) {
        arena_free(&ev->decoded.arena);
        again_later(e, u, ev->decoded.reason);
        return;
    }
    u->event_arena = ev->decoded.arena;
    u->event = ev->decoded.event;
    if (ev->decoded.verdict == DECODE_OK)
        gather_or_decide(e, u);
    else
        intake_decide(e, u, ev->decoded.verdict == DECODE_INVALID ? DELIVERY_INVALID : DELIVERY_IGNORED,
                      ev->decoded.reason);
}

void intake_retry(struct engine *e, struct undecided *u)
{
    if (u->event)
        gather_or_decide(e, u);
    else
        engine_now(e, ACT_DECODE)->delivery = u->id;
}

/* A repository that is away for now: everything about this event waits, nothing is lost. */
static const char *transient_problem(const struct gather *g)
{
    for (size_t i = 0; i < g->n_repos; i++)
        if (g->repos[i].failed == ERR_TRANSIENT || g->repos[i].failed == ERR_LIMITED)
            return g->repos[i].problem ? g->repos[i].problem : "the repository cannot be reached";
    return NULL;
}

void intake_gathered(struct engine *e, struct gather *g)
{
    struct undecided *u = map_get_id(&e->undecided, g->delivery);
    if (u) {
        const char *problem = transient_problem(g);
        if (problem) {
            again_later(e, u, problem);
        } else {
            decide_by_workflows(e, u, g);
        }
    }
    gather_free(&g);
}
