/* SPDX-License-Identifier: Apache-2.0 */
/* From a stored delivery to a decision about it. */
#include "core/backoff.h"
#include "engine/command.h"
#include "engine/involved.h"
#include "engine/judged.h"
#include "engine/lookout.h"
#include "engine/member.h"

static const msec_t GATHER_BASE_MS = 2000, GATHER_CAP_MS = 300000;
enum { MISSING_TRIES = 4 };

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

/* What a replay writes down as the reason: after a crash it is still known. */
#define REPLAYED "replayed by a person"

static struct undecided *undecided_new(struct engine *e, int64_t delivery)
{
    struct undecided *u = mem_new(sizeof *u);
    u->id = delivery;
    u->wake = (struct wake){.kind = WAKE_GATHER, .owner = u};
    map_put_id(&e->undecided, u->id, u);
    engine_now(e, ACT_DECODE)->delivery = delivery;
    return u;
}

void intake_delivery(struct engine *e, const struct delivery *d)
{
    if (map_get_id(&e->undecided, d->id))
        return;
    struct undecided *u = undecided_new(e, d->id);
    u->happened_at = d->happened_at ? d->happened_at : d->received_at;
    u->timeless = d->source == SOURCE_RECOVERED && !d->happened_at;
    u->replayed = d->reason && strcmp(d->reason, REPLAYED) == 0;
    call_begin(e, d);
}

/* Written down as received again first: a crash before the decision does not forget what a person asked for. */
void intake_replay(struct engine *e, int64_t delivery)
{
    if (map_get_id(&e->undecided, delivery))
        return;
    struct change *c = change_add(engine_changes(e), CHANGE_DELIVERY);
    c->delivery.id = delivery;
    c->delivery.state = DELIVERY_RECEIVED;
    c->delivery.reason = REPLAYED;
    record_journal(e, "delivery", delivery, 0, NULL, delivery_state_name[DELIVERY_RECEIVED], REPLAYED);
    undecided_new(e, delivery)->replayed = true;
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
    call_decided(e, u, state, reason);
    wake_drop(e, &u->wake, &u->waits);
    lane_drop(&u->call);
    map_remove_id(&e->undecided, u->id);
    arena_free(&u->event_arena);
    arena_free(&u->arena);
    mem_free(u);
}

static void decide_by_workflows(struct engine *e, struct undecided *u, const struct gather *g)
{
    struct matched m = {0};
    if (call_is_pending(e, u->event)) {
        intake_later(e, u, "a call of a hook about this commit is being decided");
        return;
    }
    match_all(e, u, g, &m);
    if (m.runs)
        intake_decide(e, u, DELIVERY_MATCHED, m.judged.n ? m.judged.p : NULL);
    else
        intake_decide(e, u, DELIVERY_IGNORED, m.reasons.n ? m.reasons.p : "there is no workflow");
    buf_free(&m.reasons);
    buf_free(&m.judged);
    dispatch(e);
    outbox_pump_all(e);
}

static void gather_or_decide(struct engine *e, struct undecided *u)
{
    if (u->superseded) {
        intake_decide(e, u, DELIVERY_IGNORED, u->superseded);
        return;
    }
    if (member_ask(e, u) == MEMBER_WAIT || (!u->own && command_take(e, u)) || involved_ask(e, u))
        return;
    struct gather *g = match_gather(e, u, NULL);
    if (!g) {
        decide_by_workflows(e, u, NULL);
        return;
    }
    engine_now(e, ACT_GATHER)->gather = g;
}

void intake_later(struct engine *e, struct undecided *u, const char *problem)
{
    msec_t wait = backoff_ms(u->tries++, GATHER_BASE_MS, GATHER_CAP_MS, &e->random);
    record_journal(e, "delivery", u->id, 0, "received", "received",
                   arena_fmt(&engine_changes(e)->arena, "again in %lld ms: %s", (long long)wait, problem));
    wake_at(e, &u->wake, &u->waits, e->now + wait);
}

static void take_event(struct engine *e, struct undecided *u)
{
    if (u->came)
        lookouts_told(e, u);
    const char *reason = seen_follow(e, u);
    if (!reason && same_check(e, u, &reason) == SAME_NEW)
        reason = own_too_far(e, u->event, &u->arena);
    u->own = own_reason(e, u->event, &u->arena);
    if (reason)
        intake_decide(e, u, DELIVERY_IGNORED, reason);
    else
        gather_or_decide(e, u);
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
        intake_later(e, u, ev->decoded.reason);
        return;
    }
    u->event_arena = ev->decoded.arena;
    u->event = ev->decoded.event;
    u->payload = ev->decoded.payload;
    u->trace = ev->decoded.trace;
    u->tries = 0;
    lookouts_came(e, u, &ev->decoded.arrival);
    if (ev->decoded.verdict == DECODE_OK)
        take_event(e, u);
    else
        intake_decide(e, u, ev->decoded.verdict == DECODE_INVALID ? DELIVERY_INVALID : DELIVERY_IGNORED,
                      ev->decoded.reason);
}

void intake_asked(struct engine *e, int64_t delivery, const struct api_reply *reply)
{
    struct undecided *u = map_get_id(&e->undecided, delivery);
    struct lane *l = u ? u->call.lane : NULL;
    if (!u || !lane_answered(e, &u->call, reply))
        return;
    bool go_on = !u->event                   ? false
                 : u->asking == ABOUT_TEAM   ? team_answered(e, u, reply) && !u->waits
                 : u->asking == ABOUT_CHANGE ? involved_answered(e, u, reply) && !u->waits
                                             : member_answered(e, u, reply) == MEMBER_GO_ON;
    if (go_on)
        gather_or_decide(e, u);
    outbox_pump(e, l);
}

void intake_retry(struct engine *e, struct undecided *u)
{
    if (u->event)
        gather_or_decide(e, u);
    else
        engine_now(e, ACT_DECODE)->delivery = u->id;
}

/* A repository that is away for now: everything about this event waits, nothing is lost. A forge tells of commits
 * some time before each of its servers has them, so what is missing is asked for again, but not for ever. */
static const char *transient_problem(const struct undecided *u, const struct gather *g)
{
    for (size_t i = 0; i < g->n_repos; i++) {
        const struct gather_repo *r = &g->repos[i];
        bool late = r->rev && r->failed == ERR_MISSING && u->tries < MISSING_TRIES;
        if (r->failed == ERR_TRANSIENT || r->failed == ERR_LIMITED || late)
            return r->problem ? r->problem : "the repository cannot be reached";
    }
    return NULL;
}

void intake_gathered(struct engine *e, struct gather *g)
{
    struct undecided *u = map_get_id(&e->undecided, g->delivery);
    const char *problem = u ? transient_problem(u, g) : NULL;
    struct gather *more;
    if (problem)
        intake_later(e, u, problem);
    else if (u && (u->superseded || g->conf_no != e->conf_no))
        gather_or_decide(e, u); /* asked under other repositories and workflows than are in force now */
    else if (u && (more = match_gather(e, u, g)))
        engine_now(e, ACT_GATHER)->gather = more;
    else if (u)
        decide_by_workflows(e, u, g);
    gather_free(&g);
}
