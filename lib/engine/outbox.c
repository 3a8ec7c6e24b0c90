/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what becomes of effects. They leave in order for each serial key, one at a time, the newest status in
 * place of those before it, and the newest state of a check run in place of those of the same one (outbox_turn.c), and
 * when the credential may be used (lane.c). A forge that is away holds its lane back, nothing else, and nothing is
 * given up for it. */
#include <stdio.h>
#include "core/backoff.h"
#include "engine/seen.h"

enum { REFUSALS_HOPELESS = 8 };
static const msec_t BACKOFF_BASE_MS = 1000, BACKOFF_CAP_MS = 300000;

/* Kinds whose number at the forge is remembered for the next one of the same serial key. */
static bool is_remembered(enum effect_kind k)
{
    return k == EFFECT_ISSUE || k == EFFECT_COMMENT || k == EFFECT_PULL;
}

static const char *fingerprint_of(const struct effect *x) /* their serial key is "<kind>:<fingerprint>" */
{
    return strchr(x->serial_key, ':') + 1;
}

static void effect_over(struct engine *e, struct live_effect *x)
{
    x->over_at_seq = e->seq;
    list_push(&e->over_effects, &x->over);
    x->serial = NULL;
    e->n_effects--;
}

void outbox_settle(struct engine *e, struct live_effect *x, enum effect_state to, const char *cause)
{
    struct effect *row = x->row;
    record_journal(e, "effect", row->id, row->run_id, effect_state_name[row->state], effect_state_name[to], cause);
    row->state = to;
    if (cause)
        row->last_error = arena_strdup(&x->arena, cause);
    bool settled = to == EFFECT_SENT || to == EFFECT_COALESCED || to == EFFECT_DEAD;
    if (settled)
        row->settled_at = e->now;
    record_effect(e, row);
    if (settled) {
        await_settled(e, row);
        effect_over(e, x);
    }
}

void outbox_lanes(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);)
        lane_conf(e, v, NULL);
    for (size_t i = 0; i < e->conf->n_forges; i++) {
        const struct engine_forge *f = &e->conf->forges[i];
        struct lane *l = map_get(&e->lanes, sv_of(f->name));
        lane_conf(e, l ? l : lane_new(e, f->name), f);
    }
    if (e->out)
        outbox_pump_all(e);
}

void outbox_enqueue(struct engine *e, struct live_effect *x)
{
    x->serial = serial_of(e, x->row);
    list_push(&x->serial->waiting, &x->node);
    map_put_id(&e->effects, x->row->id, x);
    e->n_effects++;
    serial_place(e, x->serial);
}

static const char *gist(const struct effect *x)
{
    switch (x->kind) {
    case EFFECT_STATUS:
        return status_state_name[x->status.state];
    case EFFECT_ISSUE:
        return x->issue.title;
    case EFFECT_EVENT:
        return x->event.guid;
    case EFFECT_CHECK:
        return status_state_name[x->check.state];
    case EFFECT_COMMENT:
        return x->comment.remove ? "removed" : "written";
    case EFFECT_LABEL:
        return x->label.n_add ? x->label.add[0] : x->label.n_remove ? x->label.remove[0] : NULL;
    case EFFECT_PULL:
        return x->pull.title;
    case EFFECT_MERGE:
        return x->merge.sha;
    case EFFECT_DISPATCH:
        return x->dispatch.workflow ? x->dispatch.workflow : x->dispatch.event;
    case EFFECT_KIND_N:
        break;
    }
    return NULL;
}

void outbox_add(struct engine *e, struct live_effect *x)
{
    e->told = true;
    record_effect_new(e, x->row);
    record_journal(e, "effect", x->row->id, x->row->run_id, NULL, effect_state_name[x->row->state], gist(x->row));
    outbox_enqueue(e, x);
}

void outbox_adopt(struct engine *e, struct effect *row)
{
    struct live_effect *x = mem_new(sizeof *x);
    x->row = row;
    if (row->state == EFFECT_INFLIGHT) {
        row->state = EFFECT_UNCERTAIN;
        record_effect(e, row);
    }
    outbox_enqueue(e, x);
    /* A clock that was set back must not make it wait for hours. */
    if (row->not_before > x->serial->not_before && row->not_before <= e->now + BACKOFF_CAP_MS)
        x->serial->not_before = row->not_before;
    serial_place(e, x->serial);
}

void outbox_forget(struct engine *e, struct live_effect *x)
{
    map_remove_id(&e->effects, x->row->id);
    list_remove(&x->over);
    list_remove(&x->node);
    lane_drop(&x->call);
    effect_talk_done(&x->talk);
    struct arena arena = x->arena;
    mem_free(x);
    arena_free(&arena);
}

/* ---- what an answer means ---- */

/* A limit, and a forge that cannot be reached, are the matter of the whole lane. */
static msec_t wait_for(struct engine *e, struct live_effect *x, const struct err *err)
{
    struct lane *l = x->serial->lane;
    msec_t asked = err->retry_after_ms;
    if (err->cls == ERR_LIMITED && l->budget.closed_until > e->now)
        return l->budget.closed_until - e->now;
    if (err->cls == ERR_TRANSIENT && err->code == 0 && l->not_before > e->now)
        return l->not_before - e->now;
    bool passes = err->cls == ERR_TRANSIENT || err->cls == ERR_UNCERTAIN || err->cls == ERR_LIMITED;
    msec_t wait =
        asked ? asked : backoff_ms(passes ? x->failures++ : x->refusals, BACKOFF_BASE_MS, BACKOFF_CAP_MS, &e->random);
    x->serial->not_before = e->now + wait;
    return wait;
}

static void again_later(struct engine *e, struct live_effect *x, enum effect_state state, const struct err *err)
{
    struct serial *s = x->serial;
    msec_t wait = wait_for(e, x, err);
    x->row->not_before = e->now + wait;
    /* In front again: an issue must not be overtaken by the next one of its key. */
    x->node.next = s->waiting.next;
    x->node.prev = &s->waiting;
    s->waiting.next->prev = &x->node;
    s->waiting.next = &x->node;
    outbox_settle(e, x, state, err->msg);
}

/* The next one of the same fingerprint is sent before the store knows the number of this one. */
static void tell_next(const struct live_effect *x)
{
    if (list_empty(&x->serial->waiting))
        return;
    struct live_effect *next = CONTAINER_OF(x->serial->waiting.next, struct live_effect, node);
    memcpy(next->talk.remote_id, x->talk.remote_id, sizeof next->talk.remote_id);
    memcpy(next->talk.remote_url, x->talk.remote_url, sizeof next->talk.remote_url);
}

static void sent(struct engine *e, struct live_effect *x)
{
    struct effect *row = x->row;
    if (x->talk.remote_id[0])
        row->remote_id = arena_strdup(&x->arena, x->talk.remote_id);
    if (x->talk.remote_url[0])
        row->remote_url = arena_strdup(&x->arena, x->talk.remote_url);
    if (is_remembered(row->kind) && row->remote_id) {
        struct change *c = change_add(engine_changes(e), CHANGE_REMOTE);
        c->remote.fingerprint = fingerprint_of(row);
        c->remote.forge = row->forge;
        c->remote.repo = row->repo;
        c->remote.remote_id = row->remote_id;
        c->remote.url = row->remote_url;
        tell_next(x);
    }
    outbox_settle(e, x, EFFECT_SENT, NULL);
}

/* What was made is remembered however the conversation ended: the next one goes on with it. */
static void keep_check(struct engine *e, struct live_effect *x, enum talk_next next)
{
    if (x->talk.remote_id[0] && (!x->row->remote_id || strcmp(x->row->remote_id, x->talk.remote_id) != 0)) {
        x->row->remote_id = arena_strdup(&x->arena, x->talk.remote_id);
        check_learn(e, x, x->row->remote_id);
    }
    if (next == TALK_DEAD && !x->talk.look_first) /* else it may be there, and is to be ended */
        check_dead(e, x);
}

static void settle(struct engine *e, struct live_effect *x, enum talk_next next, struct err *err)
{
    struct serial *s = x->serial;
    if (x->row->kind == EFFECT_CHECK)
        keep_check(e, x, next);
    /* A forge that was away for an hour has not refused anything. */
    bool refused = next == TALK_RETRY && err->cls != ERR_TRANSIENT && err->cls != ERR_LIMITED;
    bool hopeless = refused && ++x->refusals >= REFUSALS_HOPELESS;
    s->flying = NULL;
    s->lane->talks--;
    s->lane->creating -= outbox_creates(x->row);
    if (next == TALK_SENT)
        sent(e, x);
    else if (next == TALK_UNCERTAIN)
        again_later(e, x, EFFECT_UNCERTAIN, err);
    else if (next == TALK_RETRY && !hopeless) /* an earlier try stays uncertain when the look itself failed */
        again_later(e, x, x->talk.look_first ? EFFECT_UNCERTAIN : EFFECT_PENDING, err);
    else
        outbox_settle(e, x, EFFECT_DEAD, err->msg[0] ? err->msg : "refused");
    effect_talk_done(&x->talk);
    struct lane *l = s->lane;
    serial_place(e, s);
    serial_rest(s);
    outbox_pump(e, l);
}

/* Which credential it takes. */
static void concern(const struct effect *x, struct api_request *r)
{
    buf_str(&r->repo, x->repo ? x->repo : "");
    r->use = x->kind == EFFECT_MERGE ? USE_MERGE : x->kind == EFFECT_DISPATCH ? USE_DISPATCH : USE_API;
}

void outbox_reply(struct engine *e, int64_t effect, const struct api_reply *reply)
{
    struct live_effect *x = map_get_id(&e->effects, effect);
    if (!x || !x->serial || x->serial->flying != x || !lane_answered(e, &x->call, reply))
        return;
    struct api_request request = {0};
    struct err err = {0};
    if (!x->serial->lane->ops) {
        err_set(&err, ERR_MISSING, "its forge is no longer in the configuration");
        settle(e, x, TALK_DEAD, &err);
        return;
    }
    enum talk_next next = x->serial->lane->ops->talk(x->row, &x->talk, reply, &request, &err);
    if (next == TALK_CALL) {
        concern(x->row, &request);
        lane_call(e, x->serial->lane, &x->call, &request);
        return;
    }
    api_request_done(&request);
    settle(e, x, next, &err);
}

void outbox_delivered(struct engine *e, int64_t effect, const struct err *err)
{
    struct live_effect *x = map_get_id(&e->effects, effect);
    struct err copy = *err;
    if (!x || !x->serial || x->serial->flying != x)
        return;
    if (copy.cls != ERR_OK)
        copy.cls = ERR_TRANSIENT; /* the store has room again some time; the guid makes it happen once */
    settle(e, x, copy.cls == ERR_OK ? TALK_SENT : TALK_RETRY, &copy);
}

/* ---- sending ---- */

static void deliver_to_ourselves(struct engine *e, const struct live_effect *x)
{
    struct engine_action *a = engine_after(e, ACT_DELIVER);
    a->deliver.effect = x->row->id;
    a->deliver.guid = x->row->event.guid;
    a->deliver.event = x->row->event.event;
    a->deliver.payload = x->row->event.payload;
    a->deliver.made_up = x->row->event.made_up;
    a->deliver.trace = x->row->event.trace;
}

void outbox_send(struct engine *e, struct live_effect *x)
{
    struct serial *s = x->serial;
    struct api_request request = {0};
    struct err err = {0};
    x->talk.look_first = x->row->state == EFFECT_UNCERTAIN;
    if (is_remembered(x->row->kind) && !x->talk.remote_id[0])
        e->ports.recall(e->ports.ctx, fingerprint_of(x->row), x->talk.remote_id, x->talk.remote_url);
    if (x->row->kind == EFFECT_CHECK && x->row->remote_id)
        snprintf(x->talk.remote_id, sizeof x->talk.remote_id, "%s", x->row->remote_id);
    x->row->tries++;
    x->row->state = EFFECT_INFLIGHT;
    record_effect(e, x->row);
    s->flying = x;
    s->lane->talks++;
    s->lane->creating += outbox_creates(x->row);
    if (lane_is_own(s->lane)) {
        deliver_to_ourselves(e, x);
        return;
    }
    if (seen_is_gone(e, x->row->forge, x->row->repo)) {
        err_set(&err, ERR_MISSING, "its repository was deleted");
        settle(e, x, TALK_DEAD, &err);
        return;
    }
    x->row->repo = arena_strdup(&x->arena, seen_path(e, x->row->forge, x->row->repo));
    enum talk_next next = s->lane->ops->talk(x->row, &x->talk, NULL, &request, &err);
    if (next == TALK_CALL) {
        x->call.what = ACT_CALL;
        x->call.id = x->row->id;
        concern(x->row, &request);
        lane_call_held(e, s->lane, &x->call, &request);
        return;
    }
    api_request_done(&request);
    settle(e, x, next, &err);
}
