/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/forecast.h"
#include "base/heap.h"

struct node {
    struct heap_node heap; /* of the ready ones, or of the running ones */
    size_t no;
    msec_t early;     /* earliest end, with slots for all */
    msec_t remaining; /* longest path from its start to the end of all */
    msec_t end;
    size_t open;      /* needs that are not done */
};

struct plan {
    const struct graph *g;
    struct forecast_job *jobs;
    struct node *nodes;
    struct graph_index needed_by;
    size_t *order;
};

static void count_needs(struct plan *p)
{
    for (size_t i = 0; i < p->g->n; i++)
        p->nodes[i].open = 0;
    for (size_t i = 0; i < p->g->edges.n; i++)
        p->nodes[p->g->edges.at[i].to].open++;
}

static msec_t later(msec_t a, msec_t b)
{
    return a > b ? a : b;
}

static msec_t measure(struct plan *p)
{
    msec_t longest = 0;
    for (size_t o = 0; o < p->g->n; o++) {
        size_t i = p->order[o];
        p->nodes[i].early += p->jobs[i].estimate;
        longest = later(longest, p->nodes[i].early);
        for (size_t k = p->needed_by.first[i]; k < p->needed_by.first[i + 1]; k++)
            p->nodes[p->needed_by.to[k]].early = later(p->nodes[p->needed_by.to[k]].early, p->nodes[i].early);
    }
    for (size_t o = p->g->n; o-- > 0;) {
        size_t i = p->order[o];
        for (size_t k = p->needed_by.first[i]; k < p->needed_by.first[i + 1]; k++)
            p->nodes[i].remaining = later(p->nodes[i].remaining, p->nodes[p->needed_by.to[k]].remaining);
        p->nodes[i].remaining += p->jobs[i].estimate;
        p->jobs[i].slack = longest - (p->nodes[i].early + p->nodes[i].remaining - p->jobs[i].estimate);
    }
    return longest;
}

/* From a job without needs along jobs that have no slack, each beginning when the one before it ends. */
static void critical_path(const struct plan *p, struct arena *a, struct forecast *ret)
{
    ret->path = arena_new(a, (p->g->n + 1) * sizeof *ret->path);
    for (size_t i = 0; i < p->g->n && ret->n_path == 0; i++)
        if (p->jobs[i].slack == 0 && p->nodes[i].early == p->jobs[i].estimate)
            ret->path[ret->n_path++] = i;
    for (size_t at = 0; at < ret->n_path; at++) {
        size_t i = ret->path[at], best = SIZE_MAX;
        for (size_t k = p->needed_by.first[i]; k < p->needed_by.first[i + 1]; k++) {
            size_t to = p->needed_by.to[k];
            bool follows = p->nodes[to].early - p->jobs[to].estimate == p->nodes[i].early;
            if (p->jobs[to].slack == 0 && follows && to < best)
                best = to;
        }
        if (best != SIZE_MAX)
            ret->path[ret->n_path++] = best;
    }
}

/* ---- with slots ---- */

static bool goes_first(const struct heap_node *x, const struct heap_node *y)
{
    const struct node *a = CONTAINER_OF(x, struct node, heap), *b = CONTAINER_OF(y, struct node, heap);
    return a->remaining != b->remaining ? a->remaining > b->remaining : a->no < b->no;
}

static bool ends_first(const struct heap_node *x, const struct heap_node *y)
{
    const struct node *a = CONTAINER_OF(x, struct node, heap), *b = CONTAINER_OF(y, struct node, heap);
    return a->end != b->end ? a->end < b->end : a->no < b->no;
}

struct clock {
    struct plan *p;
    struct heap ready, running;
    struct heap *held; /* ready ones of a group that is full */
    int *busy;         /* of a group */
    const int *bounds;
    int free, slots;
    msec_t now;
    VEC(struct node *) aside; /* ready, and wider than what is free */
};

static int width(const struct clock *c, const struct forecast_job *j)
{
    int slots = j->slots > 1 ? j->slots : 1;
    return j->slotless ? 0 : slots < c->slots ? slots : c->slots;
}

/* The group that keeps it from beginning; 0 = none does. */
static size_t full_group(const struct clock *c, const struct forecast_job *j)
{
    if (j->group && c->busy[j->group - 1] >= c->bounds[j->group - 1])
        return j->group;
    for (size_t i = 0; i < j->n_locks; i++)
        if (c->busy[j->locks[i] - 1] >= c->bounds[j->locks[i] - 1])
            return j->locks[i];
    return 0;
}

static void count_in(struct clock *c, const struct forecast_job *j, int by)
{
    c->free -= by * width(c, j);
    if (j->group)
        c->busy[j->group - 1] += by;
    for (size_t i = 0; i < j->n_locks; i++)
        c->busy[j->locks[i] - 1] += by;
}

static void begin(struct clock *c, struct node *n)
{
    struct forecast_job *j = &c->p->jobs[n->no];
    j->start = c->now;
    j->end = n->end = c->now + j->estimate;
    count_in(c, j, 1);
    heap_add(&c->running, &n->heap);
}

static void get_ready(struct clock *c, struct node *n)
{
    if (c->p->jobs[n->no].slotless)
        begin(c, n);
    else
        heap_add(&c->ready, &n->heap);
}

static void begin_all(struct clock *c)
{
    while (c->free > 0 && heap_top(&c->ready)) {
        struct node *n = CONTAINER_OF(heap_pop(&c->ready), struct node, heap);
        const struct forecast_job *j = &c->p->jobs[n->no];
        size_t group = full_group(c, j);
        if (group)
            heap_add(&c->held[group - 1], &n->heap);
        else if (width(c, j) > c->free)
            VEC_PUSH(&c->aside, n);
        else
            begin(c, n);
    }
    for (size_t i = 0; i < c->aside.n; i++)
        heap_add(&c->ready, &c->aside.at[i]->heap);
    c->aside.n = 0;
}

/* Which of them may begin depends on what else each waits for. */
static void let_go(struct clock *c, size_t group)
{
    struct heap *held = &c->held[group - 1];
    while (heap_top(held))
        heap_add(&c->ready, heap_pop(held));
}

static void end_one(struct clock *c)
{
    struct node *n = CONTAINER_OF(heap_pop(&c->running), struct node, heap);
    const struct forecast_job *j = &c->p->jobs[n->no];
    c->now = n->end;
    count_in(c, j, -1);
    if (j->group)
        let_go(c, j->group);
    for (size_t i = 0; i < j->n_locks; i++)
        let_go(c, j->locks[i]);
    for (size_t k = c->p->needed_by.first[n->no]; k < c->p->needed_by.first[n->no + 1]; k++)
        if (--c->p->nodes[c->p->needed_by.to[k]].open == 0)
            get_ready(c, &c->p->nodes[c->p->needed_by.to[k]]);
}

static msec_t run_clock(struct plan *p, const int *bounds, size_t n_bounds, const int *slots, struct arena *a)
{
    struct clock c = {.p = p, .ready = {.before = goes_first}, .running = {.before = ends_first}, .bounds = bounds,
                      .free = *slots, .slots = *slots};
    c.held = arena_new(a, (n_bounds + 1) * sizeof *c.held);
    c.busy = arena_new(a, (n_bounds + 1) * sizeof *c.busy);
    for (size_t i = 0; i < n_bounds; i++)
        c.held[i].before = goes_first;
    count_needs(p);
    for (size_t i = 0; i < p->g->n; i++)
        if (p->nodes[i].open == 0)
            get_ready(&c, &p->nodes[i]);
    for (begin_all(&c); heap_top(&c.running); begin_all(&c)) {
        /* All that end at this moment, before anything begins. */
        msec_t at = CONTAINER_OF(heap_top(&c.running), struct node, heap)->end;
        while (heap_top(&c.running) && CONTAINER_OF(heap_top(&c.running), struct node, heap)->end == at)
            end_one(&c);
    }
    for (size_t i = 0; i < n_bounds; i++)
        heap_free(&c.held[i]);
    VEC_FREE(&c.aside);
    heap_free(&c.ready);
    heap_free(&c.running);
    return c.now;
}

int forecast_make(const struct graph *g, struct forecast_job *jobs, const int *bounds, size_t n_bounds, int slots,
                  struct arena *a, struct forecast *ret, size_t *ret_node)
{
    struct plan p = {.g = g, .jobs = jobs};
    *ret = (struct forecast){0};
    p.nodes = arena_new(a, (g->n + 1) * sizeof *p.nodes);
    p.order = arena_new(a, (g->n + 1) * sizeof *p.order);
    for (size_t i = 0; i < g->n; i++)
        p.nodes[i].no = i;
    graph_index(g, a, &p.needed_by);
    if (graph_sort(g, &p.needed_by, a, p.order, ret_node) < 0)
        return -1;
    ret->longest = measure(&p);
    critical_path(&p, a, ret);
    ret->makespan = run_clock(&p, bounds, n_bounds, &slots, a);
    return 0;
}
