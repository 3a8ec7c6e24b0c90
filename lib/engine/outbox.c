/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: effects leave one at a time for each credential, in order for each serial key, the newest status in
 * place of those before it, and the newest state of a check run in place of those of the same one. A forge that is
 * away holds its lane back, nothing else, and nothing is given up for it. */
#include <stdio.h>
#include "core/backoff.h"
#include "engine/seen.h"

enum { LANE_FLIGHTS = 1, REFUSALS_HOPELESS = 8 };
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

static void effect_to(struct engine *e, struct live_effect *x, enum effect_state to, const char *cause)
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

/* Its effects are for ourselves: no forge, no token, nothing to talk about. */
static bool is_own(const struct lane *l)
{
    return strcmp(l->name, INTERNAL_FORGE) == 0;
}

static struct lane *lane_new(struct engine *e, const char *name)
{
    struct lane *l = mem_new(sizeof *l);
    l->name = mem_strdup(name);
    l->wake = (struct wake){.kind = WAKE_LANE, .owner = l};
    list_init(&l->serials);
    map_put(&e->lanes, sv_of(name), l);
    return l;
}

void outbox_lanes(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);) {
        struct lane *l = v;
        l->ops = NULL;
        l->can_post = false;
    }
    for (size_t i = 0; i < e->conf->n_forges; i++) {
        const struct engine_forge *f = &e->conf->forges[i];
        struct lane *l = map_get(&e->lanes, sv_of(f->name));
        if (!l)
            l = lane_new(e, f->name);
        l->ops = f->ops;
        l->can_post = f->can_post;
    }
    if (e->out)
        outbox_pump_all(e);
}

static struct serial *serial_of(struct engine *e, struct live_effect *x)
{
    struct lane *l = map_get(&e->lanes, sv_of(x->row->forge));
    if (!l)
        l = lane_new(e, x->row->forge);
    struct serial *s = map_get(&l->by_key, sv_of(x->row->serial_key));
    if (!s) {
        s = mem_new(sizeof *s + strlen(x->row->serial_key) + 1);
        char *key = (char *)(s + 1);
        memcpy(key, x->row->serial_key, strlen(x->row->serial_key) + 1);
        s->key = key;
        s->lane = l;
        list_init(&s->waiting);
        map_put(&l->by_key, sv_of(s->key), s);
    }
    if (!list_linked(&s->node))
        list_push(&l->serials, &s->node);
    return s;
}

static void enqueue(struct engine *e, struct live_effect *x)
{
    x->serial = serial_of(e, x);
    list_push(&x->serial->waiting, &x->node);
    map_put_id(&e->effects, x->row->id, x);
    e->n_effects++;
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
    enqueue(e, x);
}

void outbox_adopt(struct engine *e, struct effect *row)
{
    struct live_effect *x = mem_new(sizeof *x);
    x->row = row;
    if (row->state == EFFECT_INFLIGHT) {
        row->state = EFFECT_UNCERTAIN;
        record_effect(e, row);
    }
    enqueue(e, x);
}

void outbox_forget(struct engine *e, struct live_effect *x)
{
    map_remove_id(&e->effects, x->row->id);
    list_remove(&x->over);
    list_remove(&x->node);
    effect_talk_done(&x->talk);
    struct arena arena = x->arena;
    mem_free(x);
    arena_free(&arena);
}

static void serial_rest(struct serial *s)
{
    if (s->flying || !list_empty(&s->waiting))
        return;
    list_remove(&s->node);
    map_remove(&s->lane->by_key, sv_of(s->key));
    mem_free(s);
}

/* ---- what an answer means ---- */

static void again_later(struct engine *e, struct live_effect *x, enum effect_state state, const struct err *err)
{
    struct serial *s = x->serial;
    struct lane *l = s->lane;
    msec_t wait = err->retry_after_ms;
    if (err->cls == ERR_LIMITED) {
        l->not_before = e->now + (wait > 1000 ? wait : 1000);
    } else if (err->cls == ERR_TRANSIENT || err->cls == ERR_UNCERTAIN) {
        wait = wait ? wait : backoff_ms(l->fails++, BACKOFF_BASE_MS, BACKOFF_CAP_MS, &e->random);
        l->not_before = e->now + wait;
    } else {
        wait = wait ? wait : backoff_ms(x->refusals, BACKOFF_BASE_MS, BACKOFF_CAP_MS, &e->random);
        s->not_before = e->now + wait;
    }
    x->row->not_before = e->now + wait;
    /* In front again: an issue must not be overtaken by the next one of its key. */
    x->node.next = s->waiting.next;
    x->node.prev = &s->waiting;
    s->waiting.next->prev = &x->node;
    s->waiting.next = &x->node;
    effect_to(e, x, state, err->msg);
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
    x->serial->lane->fails = 0;
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
    effect_to(e, x, EFFECT_SENT, NULL);
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
    s->lane->flying--;
    if (next == TALK_SENT)
        sent(e, x);
    else if (next == TALK_UNCERTAIN)
        again_later(e, x, EFFECT_UNCERTAIN, err);
    else if (next == TALK_RETRY && !hopeless) /* an earlier try stays uncertain when the look itself failed */
        again_later(e, x, x->talk.look_first ? EFFECT_UNCERTAIN : EFFECT_PENDING, err);
    else
        effect_to(e, x, EFFECT_DEAD, err->msg[0] ? err->msg : "refused");
    effect_talk_done(&x->talk);
    struct lane *l = s->lane;
    serial_rest(s);
    outbox_pump(e, l);
}

static void call(struct engine_action *a, const struct live_effect *x, const struct api_request *request)
{
    a->call.effect = x->row->id;
    a->call.forge = x->serial->lane->name;
    a->call.request = *request;
    buf_str(&a->call.request.repo, x->row->repo ? x->row->repo : "");
    if (x->row->kind == EFFECT_MERGE || x->row->kind == EFFECT_DISPATCH)
        a->call.request.use = x->row->kind == EFFECT_MERGE ? USE_MERGE : USE_DISPATCH;
}

void outbox_reply(struct engine *e, int64_t effect, const struct api_reply *reply)
{
    struct live_effect *x = map_get_id(&e->effects, effect);
    if (!x || !x->serial || x->serial->flying != x)
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
        call(engine_now(e, ACT_CALL), x, &request);
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

static void send(struct engine *e, struct live_effect *x)
{
    struct serial *s = x->serial;
    struct api_request request = {0};
    struct err err = {0};
    list_remove(&x->node);
    x->talk.look_first = x->row->state == EFFECT_UNCERTAIN;
    if (is_remembered(x->row->kind) && !x->talk.remote_id[0])
        e->ports.recall(e->ports.ctx, fingerprint_of(x->row), x->talk.remote_id, x->talk.remote_url);
    if (x->row->kind == EFFECT_CHECK && x->row->remote_id)
        snprintf(x->talk.remote_id, sizeof x->talk.remote_id, "%s", x->row->remote_id);
    x->row->tries++;
    x->row->state = EFFECT_INFLIGHT;
    record_effect(e, x->row);
    s->flying = x;
    s->lane->flying++;
    if (is_own(s->lane)) {
        struct engine_action *a = engine_after(e, ACT_DELIVER);
        a->deliver.effect = x->row->id;
        a->deliver.guid = x->row->event.guid;
        a->deliver.event = x->row->event.event;
        a->deliver.payload = x->row->event.payload;
        a->deliver.made_up = x->row->event.made_up;
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
        call(engine_after(e, ACT_CALL), x, &request);
        return;
    }
    api_request_done(&request);
    settle(e, x, next, &err);
}

/* The last one that says all that the first one says. A check run that another run made is not ended by this. */
static struct live_effect *newest(struct serial *s)
{
    struct live_effect *first = CONTAINER_OF(s->waiting.next, struct live_effect, node), *x = first;
    if (first->row->kind == EFFECT_STATUS || first->row->kind == EFFECT_COMMENT || first->row->kind == EFFECT_PULL)
        return CONTAINER_OF(s->waiting.prev, struct live_effect, node);
    LIST_EACH(&s->waiting, n)
    {
        struct live_effect *o = CONTAINER_OF(n, struct live_effect, node);
        if (o != first && !check_is_same(o->row, first->row))
            break;
        x = o;
    }
    return x;
}

/* The effect of this serial queue to send now: the newest of what is written over, all else in order. */
static struct live_effect *choose(struct engine *e, struct serial *s)
{
    struct live_effect *x = newest(s);
    LIST_EACH(&s->waiting, n)
    {
        if (n == &x->node)
            break;
        list_remove(n);
        effect_to(e, CONTAINER_OF(n, struct live_effect, node), EFFECT_COALESCED, NULL);
    }
    return x;
}

static void bury(struct engine *e, struct lane *l)
{
    LIST_EACH(&l->serials, n)
    {
        struct serial *s = CONTAINER_OF(n, struct serial, node);
        for (struct list *x; (x = list_shift(&s->waiting));)
            effect_to(e, CONTAINER_OF(x, struct live_effect, node), EFFECT_DEAD,
                      "its forge is no longer in the configuration or has no token");
        serial_rest(s);
    }
}

void outbox_pump(struct engine *e, struct lane *l)
{
    if (!is_own(l) && (!l->ops || !l->can_post)) {
        bury(e, l);
        return;
    }
    while (l->flying < LANE_FLIGHTS) {
        struct serial *next = NULL;
        msec_t earliest = INT64_MAX;
        LIST_EACH(&l->serials, n)
        {
            struct serial *s = CONTAINER_OF(n, struct serial, node);
            msec_t at = s->not_before > l->not_before ? s->not_before : l->not_before;
            if (s->flying || list_empty(&s->waiting))
                continue;
            if (at <= e->now) {
                next = s;
                break;
            }
            earliest = at < earliest ? at : earliest;
            if (l->not_before > e->now)
                break; /* the whole lane waits: no need to look at every key */
        }
        if (!next) {
            if (earliest != INT64_MAX)
                wake_at(e, &l->wake, &l->waits, earliest);
            return;
        }
        /* To the end, so that one key with much to say does not hold back the others. */
        list_remove(&next->node);
        list_push(&l->serials, &next->node);
        send(e, choose(e, next));
    }
}

void outbox_pump_all(struct engine *e)
{
    /* In the order of the configuration, not of the map, so that a replay decides the same. */
    for (size_t i = 0; i < e->conf->n_forges; i++)
        outbox_pump(e, map_get(&e->lanes, sv_of(e->conf->forges[i].name)));
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);)
        if (!((struct lane *)v)->ops && !is_own(v))
            bury(e, v);
    struct lane *own = map_get(&e->lanes, SV(INTERNAL_FORGE));
    if (own)
        outbox_pump(e, own);
}
