/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "core/backoff.h"
#include "engine/engine_lanes.h"
#include "engine/state.h"
#include "port/talk.h"

static const msec_t BACKOFF_BASE_MS = 1000, BACKOFF_CAP_MS = 300000, REST_LEAST_MS = 1000, REST_MOST_MS = 2 * 3600000;
static const char REST[] = "forge.rest:"; /* a setting: a row that outlives the program */

struct stray {
    enum engine_action_kind what;
    enum call_kind kind;
    int64_t id;
    struct list node;
};

struct lane *lane_new(struct engine *e, const char *name)
{
    struct lane *l = mem_new(sizeof *l);
    l->name = mem_strdup(name);
    l->wake = (struct wake){.kind = WAKE_LANE, .owner = l};
    list_init(&l->held);
    list_init(&l->strays);
    list_init(&l->serials);
    for (int k = 0; k < CALL_KIND_N; k++)
        list_init(&l->waiting[k]);
    for (int k = 0; k < RING_N; k++)
        list_init(&l->rings[k]);
    budget_start(&l->budget, &(struct call_limits){0}, e->now);
    map_put(&e->lanes, sv_of(name), l);
    return l;
}

void lane_free(struct lane *l)
{
    for (struct list *n; (n = list_shift(&l->strays));)
        mem_free(CONTAINER_OF(n, struct stray, node));
    mem_free((void *)l->name);
    mem_free(l);
}

void lane_boot(struct engine *e, const struct setting *at, size_t n)
{
    struct sv key;
    void *v;
    for (size_t i = 0; map_each(&e->lanes, &i, &key, &v);) {
        struct lane *l = v;
        struct call_limits limits = l->budget.limits;
        budget_start(&l->budget, &limits, e->now);
    }
    for (size_t i = 0; i < n; i++) {
        struct sv name = sv_of(at[i].name);
        struct lane *l = sv_starts(name, sv_of(REST)) ? map_get(&e->lanes, sv_from(name, strlen(REST))) : NULL;
        if (l) /* a clock that was set back must not make it longer */
            budget_rest(&l->budget, at[i].value < e->now + REST_MOST_MS ? at[i].value : e->now + REST_MOST_MS);
    }
}

void lane_conf(struct engine *e, struct lane *l, const struct engine_forge *f)
{
    l->ops = f ? f->ops : NULL;
    l->can_post = f && f->can_post;
    if (f)
        budget_change(&l->budget, &f->limits, e->now);
}

/* ---- what can be seen ---- */

int64_t engine_lanes_no(const struct engine *e)
{
    return e->lanes_no;
}

bool engine_lane(const struct engine *e, size_t i, msec_t now, struct engine_lane *ret)
{
    if (i >= e->conf->n_forges)
        return false;
    const struct lane *l = map_get(&e->lanes, sv_of(e->conf->forges[i].name));
    msec_t until = l->budget.closed_until > l->not_before ? l->budget.closed_until : l->not_before;
    *ret = (struct engine_lane){.forge = e->conf->forges[i].name,
                                .flying = l->budget.flying,
                                .rest = until > now ? until - now : 0,
                                .breaker = l->breaker.state,
                                .spaced = l->spaced};
    for (int k = 0; k < CALL_KIND_N; k++)
        ret->waiting += l->n_waiting[k];
    for (int k = 0; k < BUDGET_BUCKET_N; k++)
        ret->left[k] = budget_left(&l->budget, (enum budget_bucket)k, now);
    return true;
}

/* ---- when ---- */

msec_t lane_when(const struct engine *e, const struct lane *l, enum call_kind k)
{
    struct breaker as_if = l->breaker; /* asking counts as a probe */
    msec_t at = budget_when(&l->budget, k, l->fails ? 1 : 0, e->now);
    if (at == BUDGET_LATER)
        return at;
    msec_t shut = breaker_ask(&as_if, e->now);
    at = at > l->not_before ? at : l->not_before;
    return at > shut ? at : shut;
}

msec_t lane_next(const struct engine *e, const struct lane *l)
{
    msec_t first = BUDGET_LATER;
    for (int k = 0; k < CALL_KIND_N; k++) {
        msec_t at = l->n_waiting[k] ? lane_when(e, l, (enum call_kind)k) : BUDGET_LATER;
        first = at < first ? at : first;
    }
    return first;
}

/* ---- on their way ---- */

static void unlink_call(struct lane_call *c)
{
    if (c->state == LANE_CALL_WAITS)
        c->lane->n_waiting[c->kind]--;
    else if (c->state == LANE_CALL_HELD && c->kind != CALL_READ)
        c->lane->held_writes--;
    list_remove(&c->node);
}

static void fly(struct engine *e, struct lane_call *c)
{
    struct engine_action *a = engine_now(e, c->what);
    unlink_call(c);
    e->lanes_no++;
    c->state = LANE_CALL_FLIES;
    budget_take(&c->lane->budget, c->kind, e->now);
    breaker_ask(&c->lane->breaker, e->now);
    if (c->what == ACT_ASK) {
        a->ask.delivery = c->id;
        a->ask.forge = c->lane->name;
        a->ask.request = c->request;
    } else if (c->what == ACT_LOOK) {
        a->look.talk = c->id;
        a->look.forge = c->lane->name;
        a->look.request = c->request;
    } else {
        MUST(c->what == ACT_CALL);
        a->call.effect = c->id;
        a->call.forge = c->lane->name;
        a->call.request = c->request;
    }
    c->request = (struct api_request){0};
}

void lane_go(struct engine *e, struct lane *l)
{
    for (int k = 0; k < CALL_KIND_N; k++)
        while (l->n_waiting[k]) {
            /* The host sends nothing to a forge that is not there, and says so. */
            if (l->ops && lane_when(e, l, (enum call_kind)k) > e->now)
                break;
            fly(e, CONTAINER_OF(l->waiting[k].next, struct lane_call, node));
        }
}

static void wait(struct engine *e, struct lane_call *c)
{
    c->state = LANE_CALL_WAITS;
    e->lanes_no++;
    list_push(&c->lane->waiting[c->kind], &c->node);
    c->lane->n_waiting[c->kind]++;
    msec_t at = lane_when(e, c->lane, c->kind);
    c->lane->spaced += at > e->now && at != BUDGET_LATER;
}

static void take_request(struct lane *l, struct lane_call *c, struct api_request *request)
{
    MUST(c->state == LANE_CALL_NONE);
    c->lane = l;
    c->request = *request;
    c->kind = talk_kind(request);
    *request = (struct api_request){0};
}

void lane_call(struct engine *e, struct lane *l, struct lane_call *c, struct api_request *request)
{
    take_request(l, c, request);
    wait(e, c);
    outbox_pump(e, l);
}

void lane_call_held(struct engine *e, struct lane *l, struct lane_call *c, struct api_request *request)
{
    take_request(l, c, request);
    c->state = LANE_CALL_HELD;
    c->seq = engine_changes(e)->seq;
    list_push(&l->held, &c->node);
    l->held_writes += c->kind != CALL_READ;
}

static void commit_lane(struct engine *e, struct lane *l, int64_t seq)
{
    bool any = false;
    LIST_EACH(&l->held, n)
    {
        struct lane_call *c = CONTAINER_OF(n, struct lane_call, node);
        if (c->seq > seq)
            break;
        unlink_call(c);
        wait(e, c);
        any = true;
    }
    if (any)
        outbox_pump(e, l);
}

void lane_committed(struct engine *e, int64_t seq)
{
    struct sv key;
    void *v;
    for (size_t i = 0; i < e->conf->n_forges; i++) /* in the order of the configuration: a replay decides the same */
        commit_lane(e, map_get(&e->lanes, sv_of(e->conf->forges[i].name)), seq);
    for (size_t at = 0; map_each(&e->lanes, &at, &key, &v);)
        commit_lane(e, v, seq);
}

void lane_drop(struct lane_call *c)
{
    if (c->state == LANE_CALL_FLIES) {
        struct stray *x = mem_new(sizeof *x);
        *x = (struct stray){.what = c->what, .kind = c->kind, .id = c->id};
        list_push(&c->lane->strays, &x->node);
    } else if (c->state != LANE_CALL_NONE) {
        unlink_call(c);
    }
    api_request_done(&c->request);
    c->request = (struct api_request){0};
    c->state = LANE_CALL_NONE;
}

/* ---- answers ---- */

void lane_rest(struct engine *e, struct lane *l, msec_t until)
{
    char name[sizeof REST + 128];
    if (until <= l->budget.closed_until)
        return;
    budget_rest(&l->budget, until);
    snprintf(name, sizeof name, "%s%s", REST, l->name);
    record_setting(e, name, until);
}

/* Nothing was sent: so it is with every call, and one at a time finds out when it is over. */
static void unreachable(struct engine *e, struct lane *l)
{
    if (e->now < l->not_before)
        return; /* one of those that were under way together */
    l->not_before = e->now + backoff_ms(l->fails++, BACKOFF_BASE_MS, BACKOFF_CAP_MS, &e->random);
}

static void take_hints(struct engine *e, struct lane *l, const struct api_reply *r)
{
    int64_t remaining;
    msec_t reset_in;
    bool rests = e->now < l->budget.closed_until; /* several that were under way together are told once */
    msec_t rest = talk_limit(r, rests && l->limited ? l->limited - 1 : l->limited);
    if (talk_rate(r, &remaining, &reset_in)) {
        if (remaining == 0)
            lane_rest(e, l, e->now + reset_in);
        else
            budget_heard(&l->budget, remaining, reset_in, e->now);
    }
    if (rest >= 0) {
        l->limited += !rests;
        lane_rest(e, l, e->now + (rest > REST_LEAST_MS ? rest : REST_LEAST_MS));
    } else if (r->status >= 200 && r->status < 300) {
        l->limited = 0;
    }
}

/* It says nothing about the forge as it is now, and was no probe of the breaker. */
static void answered_by_ourselves(struct lane *l, enum call_kind k)
{
    budget_back(&l->budget, k);
    l->breaker.flying -= l->breaker.flying > 0;
}

static void landed(struct engine *e, struct lane *l, enum call_kind k, const struct api_reply *r)
{
    e->lanes_no++;
    if (r->no_call) {
        answered_by_ourselves(l, k);
        return;
    }
    budget_end(&l->budget, k);
    take_hints(e, l, r);
    if (r->status == 0 || r->status >= 500)
        breaker_saw_failure(&l->breaker, e->now);
    else
        breaker_saw_pass(&l->breaker, e->now);
    if (r->status == 0 && !r->maybe_sent)
        unreachable(e, l);
    else if (r->status)
        l->fails = 0;
}

bool lane_answered(struct engine *e, struct lane_call *c, const struct api_reply *r)
{
    if (c->state != LANE_CALL_FLIES)
        return false;
    c->state = LANE_CALL_NONE;
    landed(e, c->lane, c->kind, r);
    return true;
}

static struct stray *stray_of(const struct lane *l, enum engine_action_kind what, int64_t id)
{
    LIST_EACH(&l->strays, n)
    {
        struct stray *x = CONTAINER_OF(n, struct stray, node);
        if (x->what == what && x->id == id)
            return x;
    }
    return NULL;
}

bool lane_stray(struct engine *e, enum engine_action_kind what, int64_t id, const struct api_reply *r)
{
    struct sv key;
    void *v;
    for (size_t i = 0; map_each(&e->lanes, &i, &key, &v);) {
        struct lane *l = v;
        struct stray *x = stray_of(l, what, id);
        if (!x)
            continue;
        list_remove(&x->node);
        landed(e, l, x->kind, r);
        mem_free(x);
        outbox_pump(e, l);
        return true;
    }
    return false;
}
