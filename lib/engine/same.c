/* SPDX-License-Identifier: Apache-2.0 */
/* One event is decided once, however many hooks tell of it, and whether it was made up before it came. What was taken
 * a moment ago is in memory, because it may not be on disk yet; all else is asked of the store. */
#include "engine/seen.h"

/* A ref that goes to and fro makes pushes that look the same. Two are two when the second begins where the ref is now
 * and happened so much later; what is taken for one wrongly is found missing by the next look. */
static const msec_t APART_MS = 60000;
enum { RECENT_MOST = 4096 };

struct recent {
    struct list node; /* in engine.recent, oldest first */
    struct same_row row;
    int64_t seq; /* of the change-set that has it */
};

struct made {
    struct made_row row;
};

static struct sv key_sv(const uint8_t key[SAME_KEY])
{
    return sv_n((const char *)key, SAME_KEY);
}

/* ---- what was taken ---- */

static bool find(struct engine *e, const uint8_t key[SAME_KEY], struct same_row *ret)
{
    const struct recent *x = map_get(&e->recent_by_key, key_sv(key));
    if (x) {
        *ret = x->row;
        return true;
    }
    return e->ports.same && e->ports.same(e->ports.ctx, key, ret);
}

static void take(struct engine *e, const uint8_t key[SAME_KEY], int64_t delivery, msec_t at)
{
    struct change *c = change_add(engine_changes(e), CHANGE_SAME);
    memcpy(c->same.key, key, SAME_KEY);
    c->same.delivery = delivery;
    c->same.at = at;
    struct recent *x = map_get(&e->recent_by_key, key_sv(key));
    if (x) {
        list_remove(&x->node);
    } else {
        x = mem_new(sizeof *x);
        map_put(&e->recent_by_key, key_sv(key), x);
    }
    x->row = c->same;
    x->seq = e->seq;
    list_push(&e->recent, &x->node);
}

void same_committed(struct engine *e, int64_t seq)
{
    while (e->recent_by_key.n > RECENT_MOST) {
        struct recent *x = CONTAINER_OF(e->recent.next, struct recent, node);
        if (x->seq > seq)
            return;
        list_remove(&x->node);
        map_remove(&e->recent_by_key, key_sv(x->row.key));
        mem_free(x);
    }
}

/* ---- what was made up ---- */

static void made_record(struct engine *e, const struct made *m)
{
    change_add(engine_changes(e), CHANGE_MADE)->made = m->row;
}

void same_made(struct engine *e, const struct hook_event *ev)
{
    uint8_t tip[SAME_KEY];
    if (!same_event_tip(ev, tip))
        return;
    struct made *m = map_get(&e->made, key_sv(tip));
    if (!m) {
        m = mem_new(sizeof *m);
        map_put(&e->made, key_sv(tip), m);
    }
    m->row = (struct made_row){.at = e->now};
    memcpy(m->row.tip, tip, SAME_KEY);
    made_record(e, m);
}

static const char *same_as(struct undecided *u, const char *what, int64_t delivery)
{
    char id[ID_TEXT];
    return arena_fmt(&u->arena, "%s %s", what, id_text(delivery, id));
}

static const char *made_up_reason(struct undecided *made, int64_t real)
{
    return same_as(made, "made up, and then it came: same event as delivery", real);
}

/* The forge's own word comes before what was made up is decided: it is the better one. */
static const char *made_up_problem(struct engine *e, struct undecided *u)
{
    uint8_t tip[SAME_KEY];
    struct made *m = same_event_tip(u->event, tip) ? map_get(&e->made, key_sv(tip)) : NULL;
    if (!m)
        return NULL;
    if (m->row.real)
        return made_up_reason(u, m->row.real);
    if (m->row.delivery != u->id) {
        m->row.delivery = u->id;
        made_record(e, m);
    }
    return NULL;
}

/* NULL = it is new. One that was made up stands for one real event: the next is another. */
static const char *made_before(struct engine *e, struct undecided *u)
{
    uint8_t tip[SAME_KEY];
    struct made *m = same_event_tip(u->event, tip) ? map_get(&e->made, key_sv(tip)) : NULL;
    if (!m || m->row.real)
        return NULL;
    struct undecided *pending = m->row.delivery ? map_get_id(&e->undecided, m->row.delivery) : NULL;
    m->row.real = u->id;
    made_record(e, m);
    if (!m->row.delivery)
        return NULL; /* it is on its way, and will find this one */
    if (pending) {   /* others may be reading it: it is told when they are done */
        pending->superseded = made_up_reason(pending, u->id);
        return NULL;
    }
    return same_as(u, "same event as the one made up, delivery", m->row.delivery);
}

/* ---- the question ---- */

static bool is_next_time(struct engine *e, const struct undecided *u, const struct same_row *row)
{
    const struct hook_event *ev = u->event;
    const struct seen_repo *r = seen_of_event(e, ev);
    const struct seen_ref *x = r ? seen_ref_of(r, ev->ref) : NULL;
    msec_t apart = u->happened_at - row->at;
    if (u->timeless || !same_event_repeats(ev) || (apart > -APART_MS && apart < APART_MS))
        return false;
    if (!r) /* of a stranger's repository nothing is known */
        return true;
    return x ? strcmp(x->row.sha, ev->before) == 0 : oid_is_zero(ev->before);
}

enum same_verdict same_check(struct engine *e, struct undecided *u, const char **ret_reason)
{
    struct same_row row;
    uint8_t key[SAME_KEY];
    *ret_reason = NULL;
    if (u->event->made_up) {
        *ret_reason = made_up_problem(e, u);
        return *ret_reason ? SAME_AS_ANOTHER : SAME_NEW;
    }
    if (!same_event_key(u->event, key))
        return SAME_NEW;
    bool found = find(e, key, &row);
    if (found && row.delivery == u->id)
        return SAME_NEW; /* taken before a restart */
    if (found && !u->replayed && !is_next_time(e, u, &row)) {
        *ret_reason = same_as(u, "same event as delivery", row.delivery);
        return SAME_AS_ANOTHER;
    }
    if (!found || !u->replayed)
        take(e, key, u->id, u->happened_at);
    if (u->replayed)
        return SAME_NEW;
    *ret_reason = made_before(e, u);
    seen_event(e, u->event, u->id);
    return *ret_reason ? SAME_AS_ANOTHER : SAME_NEW;
}

/* ---- life ---- */

void same_init(struct engine *e)
{
    list_init(&e->recent);
}

void same_adopt(struct engine *e, const struct open_work *w)
{
    for (size_t i = 0; i < w->n_made; i++) {
        struct made *m = mem_new(sizeof *m);
        m->row = w->made[i];
        map_put(&e->made, key_sv(m->row.tip), m);
    }
}

void same_free(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->made, &at, &key, &v);)
        mem_free(v);
    for (size_t at = 0; map_each(&e->recent_by_key, &at, &key, &v);)
        mem_free(v);
    map_free(&e->made);
    map_free(&e->recent_by_key);
}
