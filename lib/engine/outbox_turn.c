/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is to speak to the forge. A serial queue waits in its repository's line, or for its time; repositories
 * take turns. The word that something begins is held back a moment: often the next one is there before it is due. */
#include "engine/state.h"

bool lane_is_own(const struct lane *l)
{
    return strcmp(l->name, INTERNAL_FORGE) == 0;
}

/* ---- queues and lines ---- */

static struct lane_repo *repo_of(struct lane *l, const char *path)
{
    struct lane_repo *r = map_get(&l->repos, sv_of(path));
    if (r)
        return r;
    r = mem_new(sizeof *r + strlen(path) + 1);
    r->path = memcpy(r + 1, path, strlen(path) + 1);
    for (int k = 0; k < RING_N; k++)
        list_init(&r->waiting[k]);
    map_put(&l->repos, sv_of(r->path), r);
    return r;
}

static bool earlier(const struct heap_node *x, const struct heap_node *y)
{
    const struct serial *a = CONTAINER_OF(x, struct serial, later), *b = CONTAINER_OF(y, struct serial, later);
    return a->later_at != b->later_at ? a->later_at < b->later_at : a->order < b->order;
}

struct serial *serial_of(struct engine *e, const struct effect *row)
{
    struct lane *l = map_get(&e->lanes, sv_of(row->forge));
    if (!l)
        l = lane_new(e, row->forge);
    l->later.before = earlier;
    struct serial *s = map_get(&l->by_key, sv_of(row->serial_key));
    if (s)
        return s;
    s = mem_new(sizeof *s + strlen(row->serial_key) + 1);
    s->key = memcpy(s + 1, row->serial_key, strlen(row->serial_key) + 1);
    s->lane = l;
    s->repo = repo_of(l, row->repo ? row->repo : "");
    s->repo->n++;
    list_init(&s->waiting);
    list_push(&l->serials, &s->all);
    map_put(&l->by_key, sv_of(s->key), s);
    return s;
}

/* Out of its line, or of those that wait for their time. */
static void serial_out(struct serial *s)
{
    struct lane_repo *r = s->repo;
    if (heap_has(&s->later))
        heap_remove(&s->lane->later, &s->later);
    if (!list_linked(&s->node))
        return;
    list_remove(&s->node);
    if (list_empty(&r->waiting[s->ring]))
        list_remove(&r->node[s->ring]);
}

void serial_rest(struct serial *s)
{
    if (s->flying || !list_empty(&s->waiting))
        return;
    struct lane_repo *r = s->repo;
    serial_out(s);
    list_remove(&s->all);
    map_remove(&s->lane->by_key, sv_of(s->key));
    if (--r->n == 0) {
        map_remove(&s->lane->repos, sv_of(r->path));
        mem_free(r);
    }
    mem_free(s);
}

void lane_forget(struct lane *l)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&l->by_key, &at, &key, &v);)
        mem_free(v);
    for (size_t at = 0; map_each(&l->repos, &at, &key, &v);)
        mem_free(v);
    map_free(&l->by_key);
    map_free(&l->repos);
    heap_free(&l->later);
}

/* ---- which one, and when ---- */

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
        s->lane->coalesced++;
        outbox_settle(e, CONTAINER_OF(n, struct live_effect, node), EFFECT_COALESCED, NULL);
    }
    list_remove(&x->node);
    return x;
}

bool outbox_creates(const struct effect *x)
{
    return x->kind == EFFECT_ISSUE || x->kind == EFFECT_COMMENT || x->kind == EFFECT_PULL || x->kind == EFFECT_MERGE ||
           x->kind == EFFECT_DISPATCH;
}

/* A later word of the same will say more. */
static bool is_passing(const struct effect *x)
{
    if (x->kind == EFFECT_STATUS)
        return !status_is_final(x->status.state);
    return x->kind == EFFECT_CHECK && !x->check.superseded && !status_is_final(x->check.state);
}

static enum lane_ring ring_of(const struct effect *x)
{
    return outbox_creates(x) ? RING_CREATE : is_passing(x) ? RING_PENDING : RING_FINAL;
}

/* An end is never held back. What may have arrived is looked for: the sooner it is known the better. */
static msec_t time_of(const struct serial *s, const struct live_effect *x)
{
    const struct live_effect *first = CONTAINER_OF(s->waiting.next, const struct live_effect, node);
    msec_t hold = s->lane->budget.limits.hold;
    msec_t due = is_passing(x->row) && x->row->state == EFFECT_PENDING ? first->row->created_at + hold : 0;
    return due > s->not_before ? due : s->not_before;
}

void serial_place(struct engine *e, struct serial *s)
{
    serial_out(s);
    if (s->flying || list_empty(&s->waiting))
        return;
    const struct live_effect *x = newest(s);
    msec_t at = time_of(s, x);
    if (at > e->now) {
        s->later_at = at;
        s->order = ++e->wake_order;
        heap_add(&s->lane->later, &s->later);
        return;
    }
    s->ring = ring_of(x->row);
    if (list_empty(&s->repo->waiting[s->ring]))
        list_push(&s->lane->rings[s->ring], &s->repo->node[s->ring]);
    list_push(&s->repo->waiting[s->ring], &s->node);
}

static void wake_due(struct engine *e, struct lane *l)
{
    for (struct heap_node *top; (top = heap_top(&l->later));) {
        struct serial *s = CONTAINER_OF(top, struct serial, later);
        if (s->later_at > e->now)
            return;
        serial_place(e, s);
    }
}

/* ---- turns ---- */

static int at_least_one(int n)
{
    return n > 0 ? n : 1;
}

/* When a conversation from this ring may begin. What it will write may go then, as far as can be foreseen: it is under
 * way from now on, and what is under way when the server dies has to be looked for. */
static msec_t ring_when(const struct engine *e, const struct lane *l, enum lane_ring k)
{
    const struct budget *b = &l->budget;
    int flights = at_least_one(b->limits.flights), writes = at_least_one(b->limits.writes);
    if (list_empty(&l->rings[k]) || l->talks >= (lane_is_own(l) ? 1 : flights))
        return BUDGET_LATER;
    if (lane_is_own(l))
        return e->now;
    if (b->writing + l->held_writes + l->n_waiting[CALL_WRITE] >= writes || (k == RING_CREATE && l->creating >= writes))
        return BUDGET_LATER;
    return lane_when(e, l, k == RING_CREATE ? CALL_CREATE : CALL_WRITE);
}

static bool next_ring(const struct engine *e, const struct lane *l, enum lane_ring *ret)
{
    enum lane_ring other = l->last == RING_FINAL ? RING_CREATE : RING_FINAL;
    const enum lane_ring order[] = {other, l->last, RING_PENDING};
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (ring_when(e, l, order[i]) <= e->now) {
            *ret = order[i];
            return true;
        }
    return false;
}

/* The first queue of the first repository, which then goes to the end of the ring, if it has more. */
static struct serial *next_serial(struct lane *l, enum lane_ring k)
{
    struct lane_repo *r = CONTAINER_OF(l->rings[k].next, struct lane_repo, node[k]);
    struct serial *s = CONTAINER_OF(r->waiting[k].next, struct serial, node);
    serial_out(s);
    if (list_linked(&r->node[k])) {
        list_remove(&r->node[k]);
        list_push(&l->rings[k], &r->node[k]);
    }
    if (k != RING_PENDING)
        l->last = k;
    return s;
}

static void wake_lane(struct engine *e, struct lane *l)
{
    struct heap_node *top = heap_top(&l->later);
    msec_t at = lane_next(e, l);
    for (int k = 0; k < RING_N; k++) {
        msec_t ring = ring_when(e, l, (enum lane_ring)k);
        at = ring < at ? ring : at;
    }
    if (top && CONTAINER_OF(top, struct serial, later)->later_at < at)
        at = CONTAINER_OF(top, struct serial, later)->later_at;
    if (at == BUDGET_LATER)
        wake_drop(e, &l->wake, &l->waits);
    else if (!l->waits || l->wake.at != at)
        wake_at(e, &l->wake, &l->waits, at);
}

static void bury(struct engine *e, struct lane *l)
{
    LIST_EACH(&l->serials, n)
    {
        struct serial *s = CONTAINER_OF(n, struct serial, all);
        for (struct list *x; (x = list_shift(&s->waiting));)
            outbox_settle(e, CONTAINER_OF(x, struct live_effect, node), EFFECT_DEAD,
                          "its forge is no longer in the configuration or has no token");
        serial_out(s);
        serial_rest(s);
    }
}

void outbox_pump(struct engine *e, struct lane *l)
{
    lane_go(e, l);
    if (!lane_is_own(l) && (!l->ops || !l->can_post)) {
        bury(e, l);
        return;
    }
    wake_due(e, l);
    for (enum lane_ring k; next_ring(e, l, &k);) {
        struct serial *s = next_serial(l, k);
        outbox_send(e, choose(e, s));
    }
    wake_lane(e, l);
}

void outbox_pump_all(struct engine *e)
{
    /* In the order of the configuration, not of the map, so that a replay decides the same. */
    for (size_t i = 0; i < e->conf->n_forges; i++)
        outbox_pump(e, map_get(&e->lanes, sv_of(e->conf->forges[i].name)));
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);)
        if (!((struct lane *)v)->ops && !lane_is_own(v))
            outbox_pump(e, v);
    struct lane *own = map_get(&e->lanes, SV(INTERNAL_FORGE));
    if (own)
        outbox_pump(e, own);
}
