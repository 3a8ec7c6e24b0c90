/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/timetable.h"
#include "base/heap.h"

struct timetable_node {
    struct heap_node heap; /* of those that could start, or of the running ones */
    size_t no, successors;
    int64_t rank;
    msec_t end;
    size_t open; /* needs that are not done, or not placed */
};

/* What is free from at[i] to at[i + 1], the last one for good: free[i * n_kinds + kind]. */
struct timetable_profile {
    msec_t *at;
    int *free;
    size_t n;
    struct heap ready, running;
    size_t *held;
};

/* ---- the graph ---- */

/* Who needs a job, and whom it needs. */
static void index_edges(struct timetable *t, const struct graph *g, struct arena *a)
{
    struct graph turned = {.n = g->n, .edges = {.n = g->edges.n}};
    turned.edges.at = arena_new(a, (g->edges.n + 1) * sizeof *turned.edges.at);
    for (size_t i = 0; i < g->edges.n; i++)
        turned.edges.at[i] = (struct graph_edge){.from = g->edges.at[i].to, .to = g->edges.at[i].from};
    graph_index(g, a, &t->next);
    graph_index(&turned, a, &t->before);
    for (size_t i = 0; i < g->n; i++)
        t->nodes[i].successors = t->next.first[i + 1] - t->next.first[i];
}

static bool possible(const struct timetable *t)
{
    for (size_t kind = 0; kind < t->n_kinds; kind++) {
        int64_t running = 0;
        for (size_t i = 0; i < t->n; i++) {
            int units = t->jobs[i].units[kind];
            running += t->jobs[i].state == TIMETABLE_RUNS ? units : 0;
            if (units < 0 || units > t->capacity[kind])
                return false;
        }
        if (running > t->capacity[kind])
            return false;
    }
    for (size_t i = 0; i < t->n; i++) {
        bool needs_one = t->before.first[i] < t->before.first[i + 1];
        if (t->jobs[i].takes < 0 || t->jobs[i].takes > TIMETABLE_TAKES_MOST ||
            (t->jobs[i].state == TIMETABLE_RUNS && needs_one))
            return false;
    }
    return true;
}

/* The longest path, and the work of each kind on all there is of it. */
static void measure(struct timetable *t)
{
    for (size_t o = t->n; o-- > 0;) {
        size_t i = t->order[o];
        for (size_t k = t->next.first[i]; k < t->next.first[i + 1]; k++)
            if (t->level[i] < t->level[t->next.to[k]])
                t->level[i] = t->level[t->next.to[k]];
        t->level[i] += t->jobs[i].takes;
        if (t->bound < t->level[i])
            t->bound = t->level[i];
    }
    for (size_t kind = 0; kind < t->n_kinds; kind++) {
        /* In parts, so that no sum leaves 64 bits: units below the capacity, times below 2^36. */
        msec_t whole = 0, rest = 0;
        for (size_t i = 0; i < t->n && t->capacity[kind]; i++) {
            msec_t work = t->jobs[i].takes * t->jobs[i].units[kind];
            whole += work / t->capacity[kind];
            rest += work % t->capacity[kind];
        }
        if (t->capacity[kind])
            whole += (rest + t->capacity[kind] - 1) / t->capacity[kind];
        if (t->bound < whole)
            t->bound = whole;
    }
}

static bool goes_first(const struct heap_node *x, const struct heap_node *y)
{
    const struct timetable_node *a = CONTAINER_OF(x, struct timetable_node, heap);
    const struct timetable_node *b = CONTAINER_OF(y, struct timetable_node, heap);
    if (a->rank != b->rank)
        return a->rank > b->rank;
    return a->successors != b->successors ? a->successors > b->successors : a->no < b->no;
}

static bool ends_first(const struct heap_node *x, const struct heap_node *y)
{
    const struct timetable_node *a = CONTAINER_OF(x, struct timetable_node, heap);
    const struct timetable_node *b = CONTAINER_OF(y, struct timetable_node, heap);
    return a->end != b->end ? a->end < b->end : a->no < b->no;
}

int timetable_init(struct timetable *t, const struct graph *g, const struct timetable_job *jobs, const int *capacity,
                   size_t n_kinds, struct arena *a)
{
    *t = (struct timetable){.n = g->n, .n_kinds = n_kinds, .jobs = jobs, .capacity = capacity};
    t->level = arena_new(a, (g->n + 1) * sizeof *t->level);
    t->order = arena_new(a, (g->n + 1) * sizeof *t->order);
    t->nodes = arena_new(a, (g->n + 1) * sizeof *t->nodes);
    struct timetable_profile *p = t->profile = arena_new(a, sizeof *p);
    p->at = arena_new(a, (2 * g->n + 2) * sizeof *p->at);
    p->free = arena_new(a, (2 * g->n + 2) * (n_kinds + 1) * sizeof *p->free);
    p->held = arena_new(a, (g->n + 1) * sizeof *p->held);
    p->ready.before = goes_first;
    p->running.before = ends_first;
    for (size_t i = 0; i < g->n; i++)
        t->nodes[i].no = i;
    index_edges(t, g, a);
    size_t on_cycle;
    if (graph_sort(g, &t->next, a, t->order, &on_cycle) < 0 || !possible(t))
        return -1;
    measure(t);
    return 0;
}

void timetable_done(struct timetable *t)
{
    if (!t->profile)
        return;
    heap_free(&t->profile->ready);
    heap_free(&t->profile->running);
}

/* ---- greedy ---- */

static bool fits(const int *units, const int *free, size_t n_kinds)
{
    for (size_t kind = 0; kind < n_kinds; kind++)
        if (units[kind] > free[kind])
            return false;
    return true;
}

static void take(const int *units, int *free, size_t n_kinds)
{
    for (size_t kind = 0; kind < n_kinds; kind++)
        free[kind] -= units[kind];
}

static void give(const int *units, int *free, size_t n_kinds)
{
    for (size_t kind = 0; kind < n_kinds; kind++)
        free[kind] += units[kind];
}

static void begin(struct timetable *t, struct timetable_node *n, msec_t now, msec_t *ret_start)
{
    take(t->jobs[n->no].units, t->profile->free, t->n_kinds);
    ret_start[n->no] = now;
    n->end = now + t->jobs[n->no].takes;
    heap_add(&t->profile->running, &n->heap);
}

static bool takes_nothing(const struct timetable *t, size_t i)
{
    for (size_t kind = 0; kind < t->n_kinds; kind++)
        if (t->jobs[i].units[kind])
            return false;
    return true;
}

static void get_ready(struct timetable *t, struct timetable_node *n, msec_t now, msec_t *ret_start)
{
    if (t->jobs[n->no].state == TIMETABLE_RUNS || takes_nothing(t, n->no))
        begin(t, n, now, ret_start);
    else
        heap_add(&t->profile->ready, &n->heap);
}

static void begin_all(struct timetable *t, msec_t now, msec_t *ret_start)
{
    struct timetable_profile *p = t->profile;
    size_t n_held = 0;
    /* What waits takes a slot each, most of the time: without one the rest need not be looked at. */
    while (heap_top(&p->ready) && (p->free[0] > 0 || t->n_kinds > 1)) {
        struct timetable_node *n = CONTAINER_OF(heap_pop(&p->ready), struct timetable_node, heap);
        if (fits(t->jobs[n->no].units, p->free, t->n_kinds))
            begin(t, n, now, ret_start);
        else
            p->held[n_held++] = n->no;
    }
    while (n_held)
        heap_add(&p->ready, &t->nodes[p->held[--n_held]].heap);
}

/* The graph with time running forwards, or backwards from the end of the whole: then who needs a job comes first. */
struct direction {
    const struct graph_index *next, *before;
    msec_t whole; /* where those that run end: at the start, or with time backwards so far from it; 0 = forwards */
};

static void start_over(struct timetable *t, const struct direction *d)
{
    for (size_t i = 0; i < t->n; i++)
        t->nodes[i].open = d->before->first[i + 1] - d->before->first[i];
    memcpy(t->profile->free, t->capacity, t->n_kinds * sizeof *t->capacity);
    t->profile->at[0] = 0;
    t->profile->n = 1;
}

static struct direction forwards(const struct timetable *t)
{
    return (struct direction){&t->next, &t->before, 0};
}

static void rank_by(struct timetable *t, const int64_t *rank)
{
    for (size_t i = 0; i < t->n; i++)
        t->nodes[i].rank = rank[i];
}

msec_t timetable_greedy(struct timetable *t, const int64_t *rank, msec_t *ret_start)
{
    struct timetable_profile *p = t->profile;
    struct direction d = forwards(t);
    msec_t now = 0;
    start_over(t, &d);
    rank_by(t, rank);
    for (size_t i = 0; i < t->n; i++)
        if (t->nodes[i].open == 0)
            get_ready(t, &t->nodes[i], now, ret_start);
    for (begin_all(t, now, ret_start); heap_top(&p->running); begin_all(t, now, ret_start)) {
        /* All that end at this moment, before anything begins. */
        now = CONTAINER_OF(heap_top(&p->running), struct timetable_node, heap)->end;
        while (heap_top(&p->running) && CONTAINER_OF(heap_top(&p->running), struct timetable_node, heap)->end == now) {
            size_t i = CONTAINER_OF(heap_pop(&p->running), struct timetable_node, heap)->no;
            give(t->jobs[i].units, p->free, t->n_kinds);
            for (size_t k = t->next.first[i]; k < t->next.first[i + 1]; k++)
                if (--t->nodes[t->next.to[k]].open == 0)
                    get_ready(t, &t->nodes[t->next.to[k]], now, ret_start);
        }
    }
    return now;
}

/* ---- serial ---- */

/* The piece that begins at `when`, cut off the one it falls into. */
static size_t cut(struct timetable_profile *p, size_t n_kinds, size_t i, msec_t when)
{
    while (i + 1 < p->n && p->at[i + 1] <= when)
        i++;
    if (p->at[i] == when)
        return i;
    size_t more = p->n - i - 1;
    memmove(p->at + i + 2, p->at + i + 1, more * sizeof *p->at);
    memmove(p->free + (i + 2) * n_kinds, p->free + (i + 1) * n_kinds, more * n_kinds * sizeof *p->free);
    memcpy(p->free + (i + 1) * n_kinds, p->free + i * n_kinds, n_kinds * sizeof *p->free);
    p->at[i + 1] = when;
    p->n++;
    return i + 1;
}

static void put(struct timetable *t, size_t job, msec_t when)
{
    const struct timetable_job *j = &t->jobs[job];
    if (j->takes == 0)
        return;
    size_t from = cut(t->profile, t->n_kinds, 0, when), to = cut(t->profile, t->n_kinds, from, when + j->takes);
    for (size_t i = from; i < to; i++)
        take(j->units, t->profile->free + i * t->n_kinds, t->n_kinds);
}

/* The first moment from `early` on at which the job finds all it takes until its end. */
static msec_t find(const struct timetable *t, size_t job, msec_t early)
{
    const struct timetable_profile *p = t->profile;
    const struct timetable_job *j = &t->jobs[job];
    size_t i = 0;
    while (i + 1 < p->n && p->at[i + 1] <= early)
        i++;
    for (; j->takes && i < p->n && p->at[i] < early + j->takes; i++)
        if (!fits(j->units, p->free + i * t->n_kinds, t->n_kinds))
            early = p->at[i + 1]; /* there is one: at the end all is free */
    return early;
}

/* Places all by nodes[].rank; ret_at[i] counts in the direction. The end of the last. */
static msec_t place_all(struct timetable *t, const struct direction *d, msec_t *ret_at)
{
    struct heap *ready = &t->profile->ready;
    msec_t last = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool runs = t->jobs[i].state == TIMETABLE_RUNS;
        ret_at[i] = runs && d->whole ? d->whole - t->jobs[i].takes : 0;
        if (runs)
            put(t, i, ret_at[i]);
        if (t->nodes[i].open == 0)
            heap_add(ready, &t->nodes[i].heap);
    }
    while (heap_top(ready)) {
        size_t i = CONTAINER_OF(heap_pop(ready), struct timetable_node, heap)->no;
        if (t->jobs[i].state == TIMETABLE_WAITS) {
            ret_at[i] = find(t, i, ret_at[i]); /* so far: the end of the last that comes before it */
            put(t, i, ret_at[i]);
        }
        msec_t end = ret_at[i] + t->jobs[i].takes;
        last = last < end ? end : last;
        for (size_t k = d->next->first[i]; k < d->next->first[i + 1]; k++) {
            size_t to = d->next->to[k];
            if (t->jobs[to].state == TIMETABLE_WAITS && ret_at[to] < end)
                ret_at[to] = end;
            if (--t->nodes[to].open == 0)
                heap_add(ready, &t->nodes[to].heap);
        }
    }
    return last;
}

msec_t timetable_serial(struct timetable *t, const int64_t *rank, msec_t *ret_start)
{
    struct direction d = forwards(t);
    start_over(t, &d);
    rank_by(t, rank);
    return place_all(t, &d, ret_start);
}

msec_t timetable_justify(struct timetable *t, msec_t *start)
{
    struct direction right = {&t->before, &t->next, 0}, left = forwards(t);
    for (size_t i = 0; i < t->n; i++) {
        msec_t end = t->nodes[i].rank = start[i] + t->jobs[i].takes; /* who ends last is placed first */
        if (right.whole < end)
            right.whole = end;
    }
    start_over(t, &right);
    msec_t whole = place_all(t, &right, start);
    for (size_t i = 0; i < t->n; i++)
        t->nodes[i].rank = start[i] + t->jobs[i].takes - whole; /* its start from the left, turned round */
    start_over(t, &left);
    return place_all(t, &left, start);
}
