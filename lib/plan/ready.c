/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/ready_inside.h"

void ready_init(struct ready *r, int slots, const struct ready_rules *rules)
{
    *r = (struct ready){.rules = rules ? *rules : READY_RULES, .slots = {.name = "slots", .capacity = slots}};
    r->root = ready_flow_new(r, NULL, SV_NONE);
    r->lane.before = ready_lane_before;
    list_init(&r->running);
    list_init(&r->blocked);
    list_init(&r->idle);
}

void ready_done(struct ready *r)
{
    ready_locks_done(r);
    ready_flows_done(r);
    heap_free(&r->lane);
}

void ready_set_slots(struct ready *r, int slots)
{
    r->slots.capacity = slots;
    ready_feed(r, &r->slots);
}

void ready_set_rules(struct ready *r, const struct ready_rules *rules)
{
    r->rules = rules ? *rules : READY_RULES;
}

void ready_tokens_after(struct ready *r, int64_t token)
{
    if (token > r->tokens)
        r->tokens = token;
}

void ready_dispatch(struct ready *r, enum ready_dispatch how)
{
    r->dispatch = how;
}

/* ---- coming and going ---- */

static void check(const struct ready_job *j)
{
    MUST(j->state == READY_OUT && j->run->repo && j->slots >= 1 && j->n_needs <= READY_NEEDS);
    for (size_t i = 0; i < j->n_needs; i++)
        MUST(j->needs[i].units >= 1 && j->needs[i].units < READY_UNITS);
}

void ready_add(struct ready *r, struct ready_job *j)
{
    check(j);
    j->state = READY_QUEUED;
    j->since = 0;
    r->waiting++;
    ready_enter(j->run);
    heap_add(&j->run->jobs, &j->node);
    ready_place(r, j->run);
}

void ready_drop(struct ready *r, struct ready_job *j)
{
    if (j->state != READY_QUEUED && j->state != READY_PARKED)
        return;
    if (j->state == READY_QUEUED)
        heap_remove(&j->run->jobs, &j->node);
    ready_unpark(r, j);
    list_remove(&j->link);
    j->state = READY_OUT;
    r->waiting--;
    ready_place(r, j->run);
    ready_exit(j->run);
}

/* ---- running ---- */

static void runs(struct ready *r, struct ready_job *j, msec_t since, enum ready_how how)
{
    j->state = READY_RUNNING;
    j->since = since;
    j->critical = ready_is_critical(j->run);
    r->critical += j->critical ? j->slots : 0;
    j->cost = ready_cost(r, j);
    ready_take_all(r, j);
    ready_charge_start(j->run, j->cost * j->estimate, how);
    ready_place(r, j->run);
    struct list *at = &r->running;
    while (at->prev != &r->running &&
           CONTAINER_OF(at->prev, struct ready_job, link)->since + CONTAINER_OF(at->prev, struct ready_job, link)->p90 >
               since + j->p90)
        at = at->prev;
    list_push(at, &j->link);
}

void ready_adopt(struct ready *r, struct ready_job *j, msec_t started)
{
    check(j);
    ready_enter(j->run);
    runs(r, j, started, READY_OUT_OF_TURN);
}

void ready_give_back(struct ready *r, struct ready_job *j, msec_t spent)
{
    MUST(j->state == READY_RUNNING);
    list_remove(&j->link);
    j->state = READY_OUT;
    r->critical -= j->critical ? j->slots : 0;
    ready_charge_end(j->run, j->cost * (spent - j->estimate));
    ready_free_all(r, j);
    ready_exit(j->run);
}

/* ---- the next ---- */

static struct ready_job *first_of(const struct ready_run *run)
{
    return CONTAINER_OF(heap_top(&run->jobs), struct ready_job, node);
}

static int lane_slots(const struct ready *r)
{
    return (r->slots.capacity * r->rules.lane_percent + 99) / 100;
}

static struct ready_job *first_in_lane(struct ready *r)
{
    const struct heap_node *top = heap_top(&r->lane);
    int left = lane_slots(r) - r->critical;
    if (!top || left <= 0)
        return NULL;
    struct ready_job *j = first_of(CONTAINER_OF(top, struct ready_run, lane));
    return j->slots <= left || ready_lacks(r, j) ? j : NULL; /* a blocked one must not hide those behind it */
}

static struct ready_job *first_in_turn(const struct ready *r)
{
    const struct heap_node *top = heap_top(&r->root->children);
    if (!top)
        return NULL;
    top = heap_top(&CONTAINER_OF(top, struct ready_flow, node)->children);
    top = heap_top(&CONTAINER_OF(top, struct ready_flow, node)->children);
    return first_of(CONTAINER_OF(top, struct ready_run, node));
}

static struct ready_job *first(struct ready *r, enum ready_how *ret_how)
{
    struct ready_job *j = first_in_lane(r);
    *ret_how = j ? READY_OUT_OF_TURN : READY_IN_TURN;
    return j ? j : first_in_turn(r);
}

static void start(struct ready *r, struct ready_job *j, msec_t now, enum ready_how how)
{
    struct ready_run *run = j->run;
    if (j->state == READY_QUEUED)
        heap_remove(&run->jobs, &j->node);
    list_remove(&j->link);
    r->waiting--;
    run->next = false;
    for (size_t i = 0; i < j->n_needs; i++)
        j->needs[i].token = ++r->tokens;
    struct ready_queue *q = j->queue;
    if (q)
        ready_leave(r, j); /* the next of its queue only when what it takes is taken */
    runs(r, j, now, how);
    if (q)
        ready_offer(r, q);
}

/* Past those that may not start because of a reservation: they are put back when one is found. */
static struct ready_job *first_that_may(struct ready *r, msec_t now, const struct ready_shadow *shadow,
                                        enum ready_how *ret_how)
{
    struct ready_job *held[READY_BACKFILL], *j;
    size_t n = 0;
    while ((j = first(r, ret_how))) {
        struct ready_lock *lacks = ready_lacks(r, j);
        if (lacks) {
            ready_stands(r, j, now);
            ready_park(r, j, lacks);
        } else if (ready_lets(shadow, j, now)) {
            break;
        } else if (n < READY_BACKFILL) {
            heap_remove(&j->run->jobs, &j->node);
            ready_place(r, j->run);
            held[n++] = j;
        } else {
            j = NULL;
            break;
        }
    }
    while (n) {
        n--;
        heap_add(&held[n]->run->jobs, &held[n]->node);
        ready_place(r, held[n]->run);
    }
    return j;
}

struct ready_job *ready_take(struct ready *r, msec_t now)
{
    struct ready_shadow shadow;
    enum ready_how how = READY_IN_TURN;
    if (r->dispatch == READY_PAUSED || r->slots.used >= r->slots.capacity)
        return NULL;
    ready_reservation(r, now, &shadow);
    struct ready_job *j = shadow.job && !shadow.by ? shadow.job : first_that_may(r, now, &shadow, &how);
    if (j)
        start(r, j, now, how);
    return j;
}
