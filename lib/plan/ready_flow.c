/* SPDX-License-Identifier: Apache-2.0 */
/* Organisations, repositories and runs: whose turn it is. */
#include "plan/ready_inside.h"

enum { COST_ONE = 1024, SWEEP = 2 };
static const int64_t LONGEST = 1000000000000; /* ms; keys stay far from the ends of int64_t */

/* ---- orders ---- */

static int64_t key_of(const struct ready_run *run)
{
    return run->lent_key < run->key ? run->lent_key : run->key;
}

bool ready_is_critical(const struct ready_run *run)
{
    return run->priority == PRIO_CRITICAL || run->lent == PRIO_CRITICAL;
}

bool ready_run_before(const struct ready_run *a, const struct ready_run *b)
{
    if (a->bumped != b->bumped)
        return a->bumped > b->bumped;
    return key_of(a) != key_of(b) ? key_of(a) < key_of(b) : a->id < b->id;
}

bool ready_job_before(const struct ready_job *a, const struct ready_job *b)
{
    if (a->rank != b->rank)
        return a->rank > b->rank;
    return a->successors != b->successors ? a->successors > b->successors : a->id < b->id;
}

static bool flow_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct ready_flow *a = CONTAINER_OF(x, struct ready_flow, node),
                            *b = CONTAINER_OF(y, struct ready_flow, node);
    if (a->urgent != b->urgent)
        return a->urgent > b->urgent;
    return a->used != b->used ? a->used < b->used : a->no < b->no;
}

static bool run_before(const struct heap_node *x, const struct heap_node *y)
{
    return ready_run_before(CONTAINER_OF(x, struct ready_run, node), CONTAINER_OF(y, struct ready_run, node));
}

bool ready_lane_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct ready_run *a = CONTAINER_OF(x, struct ready_run, lane), *b = CONTAINER_OF(y, struct ready_run, lane);
    return key_of(a) != key_of(b) ? key_of(a) < key_of(b) : a->id < b->id;
}

static bool job_before(const struct heap_node *x, const struct heap_node *y)
{
    return ready_job_before(CONTAINER_OF(x, struct ready_job, node), CONTAINER_OF(y, struct ready_job, node));
}

/* ---- places ---- */

static void place(struct heap *h, struct heap_node *x, bool belongs)
{
    if (belongs && heap_has(x))
        heap_moved(h, x);
    else if (belongs)
        heap_add(h, x);
    else if (heap_has(x))
        heap_remove(h, x);
}

static int64_t urgent_below(const struct ready_flow *f, bool is_repo)
{
    const struct heap_node *top = heap_top(&f->children);
    if (!top)
        return 0;
    if (!is_repo)
        return CONTAINER_OF(top, struct ready_flow, node)->urgent;
    const struct ready_run *run = CONTAINER_OF(top, struct ready_run, node);
    return run->next ? run->bumped : 0;
}

static void place_flow(struct ready_flow *f)
{
    bool is_repo = true;
    for (; f->parent; f = f->parent, is_repo = false) {
        bool belongs = f->children.n > 0;
        if (belongs && !heap_has(&f->node) && f->used < f->parent->clock)
            f->used = f->parent->clock; /* no credit for having slept */
        f->urgent = urgent_below(f, is_repo);
        place(&f->parent->children, &f->node, belongs);
    }
}

void ready_place(struct ready *r, struct ready_run *run)
{
    bool belongs = run->jobs.n > 0;
    place(&run->repo->children, &run->node, belongs);
    place(&r->lane, &run->lane, belongs && ready_is_critical(run));
    place_flow(run->repo);
}

int64_t ready_cost(const struct ready *r, const struct ready_job *j)
{
    int64_t cost = (int64_t)j->slots * COST_ONE;
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct ready_lock *l = j->needs[i].lock;
        int64_t share = (int64_t)j->needs[i].units * r->slots.capacity * COST_ONE / l->capacity;
        if (l->kind == READY_RESOURCE && share > cost)
            cost = share;
    }
    return cost;
}

static void charge(struct ready_flow *f, int64_t cost)
{
    f->used += cost / f->weight;
    if (f->used > f->parent->furthest)
        f->parent->furthest = f->used;
}

void ready_charge_start(struct ready_run *run, int64_t cost, enum ready_how how)
{
    for (struct ready_flow *f = run->repo; f->parent; f = f->parent) {
        if (how == READY_IN_TURN && f->used > f->parent->clock)
            f->parent->clock = f->used;
        charge(f, cost);
    }
}

void ready_charge_end(struct ready_run *run, int64_t cost)
{
    for (struct ready_flow *f = run->repo; f->parent; f = f->parent) {
        charge(f, cost);
        if (heap_has(&f->node))
            heap_moved(&f->parent->children, &f->node);
    }
}

void ready_enter(struct ready_run *run)
{
    for (struct ready_flow *f = run->repo->parent; f; f = f->parent)
        f->jobs++;
}

void ready_exit(struct ready_run *run)
{
    for (struct ready_flow *f = run->repo->parent; f; f = f->parent)
        if (--f->jobs == 0 && f->furthest > f->clock)
            f->clock = f->furthest; /* nobody is behind anybody any more */
}

/* ---- flows ---- */

struct ready_flow *ready_flow_new(struct ready *r, struct ready_flow *parent, struct sv name)
{
    struct ready_flow *f = mem_new(sizeof *f + name.n + 1);
    *f = (struct ready_flow){.parent = parent, .no = ++r->flow_no, .weight = 1, .children = {.before = flow_before}};
    if (name.n)
        memcpy(f + 1, name.p, name.n);
    f->name = (const char *)(f + 1);
    return f;
}

static struct ready_flow *flow_get(struct ready *r, struct ready_flow *parent, struct sv name)
{
    struct ready_flow *f = map_get(&r->flows, name);
    if (!f) {
        f = ready_flow_new(r, parent, name);
        f->used = parent->clock;
        parent->users++;
        map_put(&r->flows, name, f);
    }
    list_remove(&f->idle);
    return f;
}

static struct ready_flow *repo_get(struct ready *r, struct sv organisation, struct sv repo)
{
    AUTO(buf_free) struct buf name = {0};
    struct ready_flow *org = flow_get(r, r->root, organisation);
    buf_sv(&name, organisation);
    buf_chr(&name, '\n');
    buf_sv(&name, repo);
    struct ready_flow *f = flow_get(r, org, buf_view(&name));
    f->children.before = run_before;
    return f;
}

static void flow_free(struct ready_flow *f)
{
    heap_free(&f->children);
    mem_free(f);
}

/* One that is not ahead of the others would come back as it went: it may be forgotten. */
static void flow_rest(struct ready *r, struct ready_flow *f)
{
    while (f->parent && f->users == 0 && !f->kept) {
        struct ready_flow *parent = f->parent;
        list_remove(&f->idle);
        if (f->used > parent->clock) {
            list_push(&r->idle, &f->idle);
            return;
        }
        map_remove(&r->flows, sv_of(f->name));
        parent->users--;
        flow_free(f);
        f = parent;
    }
}

void ready_flows_done(struct ready *r)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&r->flows, &at, &key, &v);)
        flow_free(v);
    map_free(&r->flows);
    flow_free(r->root);
}

void ready_weight(struct ready *r, struct sv organisation, struct sv repo, int weight)
{
    MUST(weight >= 1 && weight <= 1000);
    struct ready_flow *f = repo.p ? repo_get(r, organisation, repo) : flow_get(r, r->root, organisation);
    f->weight = weight;
    f->kept = true;
}

void ready_weights_end(struct ready *r)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&r->flows, &at, &key, &v);) {
        struct ready_flow *f = v;
        if (f->kept && f->users == 0)
            list_push(&r->idle, &f->idle); /* nobody else would forget it */
        f->kept = false;
        f->weight = 1;
    }
}

/* ---- runs ---- */

/* Where it stands among those of its repository has changed. */
static void moved(struct ready *r, struct ready_run *run, enum ready_move how, bool was_critical)
{
    ready_place(r, run);
    ready_park_moved(r, run, how);
    if (was_critical != ready_is_critical(run))
        ready_park_anew(r, run);
}

static void rekey(struct ready *r, struct ready_run *run, bool was_critical)
{
    static const int64_t kappa_permille[] = {
        [PRIO_CRITICAL] = 250, [PRIO_HIGH] = 500, [PRIO_NORMAL] = 1000, [PRIO_LOW] = 2500};
    msec_t remaining = run->remaining < LONGEST ? run->remaining : LONGEST;
    int64_t before = run->key;
    run->key = r->rules.age_permille * run->arrived + kappa_permille[run->priority] * remaining;
    moved(r, run, run->key > before ? READY_LATER : READY_EARLIER, was_critical);
}

void ready_open(struct ready *r, struct ready_run *run, struct sv organisation, struct sv repo)
{
    for (int i = 0; i < SWEEP && !list_empty(&r->idle); i++)
        flow_rest(r, CONTAINER_OF(r->idle.next, struct ready_flow, idle));
    run->repo = repo_get(r, organisation, repo);
    run->repo->users++;
    run->jobs = (struct heap){.before = job_before};
    list_init(&run->parked);
    run->lent = PRIO_LOW;
    run->lent_key = INT64_MAX;
    rekey(r, run, ready_is_critical(run));
}

void ready_close(struct ready *r, struct ready_run *run)
{
    if (!run->repo)
        return;
    MUST(run->jobs.n == 0 && list_empty(&run->parked));
    heap_free(&run->jobs);
    run->repo->users--;
    flow_rest(r, run->repo);
    run->repo = NULL;
}

void ready_remaining(struct ready *r, struct ready_run *run, msec_t remaining)
{
    if (run->remaining == remaining)
        return;
    run->remaining = remaining;
    rekey(r, run, ready_is_critical(run));
}

void ready_set_priority(struct ready *r, struct ready_run *run, enum priority priority)
{
    bool was_critical = ready_is_critical(run);
    run->priority = priority;
    rekey(r, run, was_critical);
}

void ready_lend(struct ready *r, struct ready_run *holder, const struct ready_run *waiter)
{
    bool was_critical = ready_is_critical(holder);
    if (ready_is_critical(waiter))
        holder->lent = PRIO_CRITICAL;
    if (key_of(waiter) < holder->lent_key)
        holder->lent_key = key_of(waiter);
    moved(r, holder, READY_EARLIER, was_critical);
}

void ready_lend_end(struct ready *r, struct ready_run *holder)
{
    bool was_critical = ready_is_critical(holder);
    holder->lent = PRIO_LOW;
    holder->lent_key = INT64_MAX;
    moved(r, holder, READY_LATER, was_critical);
}

void ready_bump(struct ready *r, struct ready_run *run)
{
    run->bumped = ++r->bumps;
    run->next = true;
    moved(r, run, READY_EARLIER, ready_is_critical(run));
}
