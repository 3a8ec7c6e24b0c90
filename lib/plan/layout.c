/* SPDX-License-Identifier: Apache-2.0 */
/* Layers by longest path, and rounds of means against crossings (Sugiyama, Tagawa, Toda 1981). */
#include "plan/layout.h"
#include <stdlib.h>

enum { ROUNDS = 4, BITS = 64, POINTS_MOST = 300 };

struct work {
    const struct graph *g;
    struct arena *a;
    struct layout *l;
    struct graph_index index; /* who needs it */
    size_t *order;
    size_t words;
    uint64_t *reach;           /* of each node: those behind it */
    struct layout_edge *links; /* from one layer to the next: edges, or their pieces */
    size_t n_links, n_all;     /* n_all: nodes and points */
    size_t *before;            /* of each node: whom it follows on the longest way to it, number + 1 */
};

static bool reaches(const struct work *w, size_t from, size_t to)
{
    return w->reach[from * w->words + to / BITS] >> (to % BITS) & 1;
}

static void set_layers(struct work *w)
{
    struct layout *l = w->l;
    for (size_t i = 0; i < w->g->n; i++) {
        size_t from = w->order[i];
        for (size_t k = w->index.first[from]; k < w->index.first[from + 1]; k++)
            if (l->layer[w->index.to[k]] <= l->layer[from])
                l->layer[w->index.to[k]] = l->layer[from] + 1;
        if (l->layer[from] >= l->n_layers)
            l->n_layers = l->layer[from] + 1;
    }
}

static void set_reach(struct work *w)
{
    for (size_t i = w->g->n; i-- > 0;) {
        size_t from = w->order[i];
        uint64_t *mine = w->reach + from * w->words;
        for (size_t k = w->index.first[from]; k < w->index.first[from + 1]; k++) {
            size_t to = w->index.to[k];
            mine[to / BITS] |= (uint64_t)1 << (to % BITS);
            for (size_t x = 0; x < w->words; x++)
                mine[x] |= w->reach[to * w->words + x];
        }
    }
}

/* Of equal ways the one with the smaller numbers. */
static void set_critical(struct work *w, const msec_t *weight)
{
    size_t n = w->g->n, best = 0;
    msec_t *way = arena_new(w->a, (n + 1) * sizeof *way);
    size_t *before = arena_new(w->a, (n + 1) * sizeof *before);
    for (size_t i = 0; i < n; i++) {
        size_t from = w->order[i];
        way[from] += weight[from];
        for (size_t k = w->index.first[from]; k < w->index.first[from + 1]; k++) {
            size_t to = w->index.to[k];
            if (way[to] < way[from] || !before[to] || (way[to] == way[from] && before[to] > from + 1)) {
                way[to] = way[from];
                before[to] = from + 1;
            }
        }
    }
    for (size_t i = 1; i < n; i++)
        if (way[i] > way[best])
            best = i;
    for (size_t at = n ? best + 1 : 0; at; at = before[at - 1])
        w->l->critical[at - 1] = true;
    w->before = before;
}

/* Another way from one to the other makes the edge superfluous; a second edge of the same ends is none at all. */
static bool is_implied(const struct work *w, size_t from, size_t at)
{
    size_t to = w->index.to[at];
    for (size_t k = w->index.first[from]; k < w->index.first[from + 1]; k++)
        if (w->index.to[k] == to ? k < at : reaches(w, w->index.to[k], to))
            return true;
    return false;
}

static void set_edges(struct work *w)
{
    struct layout *l = w->l;
    l->edges = arena_new(w->a, (w->g->edges.n + 1) * sizeof *l->edges);
    for (size_t from = 0; from < w->g->n; from++) {
        for (size_t k = w->index.first[from]; k < w->index.first[from + 1]; k++) {
            size_t to = w->index.to[k];
            bool critical = l->critical[from] && l->critical[to] && w->before[to] == from + 1;
            if (!is_implied(w, from, k))
                l->edges[l->n_edges++] = (struct layout_edge){.from = from, .to = to, .critical = critical};
        }
    }
}

/* Those that cannot have points still pull their ends towards each other. */
static void set_points(struct work *w)
{
    struct layout *l = w->l;
    w->links = arena_new(w->a, (l->n_edges + POINTS_MOST + 1) * sizeof *w->links);
    w->n_all = w->g->n;
    for (size_t i = 0; i < l->n_edges; i++) {
        struct layout_edge *e = &l->edges[i];
        size_t between = l->layer[e->to] - l->layer[e->from] - 1, last = e->from;
        if (w->n_all + between <= w->g->n + POINTS_MOST) {
            e->first_point = w->n_all;
            e->n_points = between;
        }
        for (size_t k = 0; k < e->n_points; k++) {
            size_t point = w->n_all++;
            l->layer[point] = l->layer[e->from] + 1 + k;
            w->links[w->n_links++] = (struct layout_edge){.from = last, .to = point};
            last = point;
        }
        w->links[w->n_links++] = (struct layout_edge){.from = last, .to = e->to};
    }
}

/* ---- places within the layers ---- */

struct place {
    size_t node, slot;
    uint64_t sum, n; /* of the slots of its neighbours */
};

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* By the mean; who has no neighbours there stays where it is. */
static int by_mean(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int c = compare((x->n ? x->sum : x->slot) * (y->n ? y->n : 1), (y->n ? y->sum : y->slot) * (x->n ? x->n : 1));
    return c ? c : compare(x->node, y->node);
}

enum direction { DOWN, UP };

static void order_layer(struct work *w, size_t layer, enum direction way, struct place *at)
{
    struct layout *l = w->l;
    size_t n = 0;
    size_t *where = arena_new(w->a, w->n_all * sizeof *where);
    for (size_t i = 0; i < w->n_all; i++) {
        if (l->layer[i] != layer)
            continue;
        where[i] = n;
        at[n++] = (struct place){.node = i, .slot = l->slot[i]};
    }
    for (size_t k = 0; k < w->n_links; k++) {
        size_t node = way == DOWN ? w->links[k].to : w->links[k].from;
        size_t other = way == DOWN ? w->links[k].from : w->links[k].to;
        if (l->layer[node] != layer)
            continue;
        at[where[node]].sum += l->slot[other];
        at[where[node]].n++;
    }
    qsort(at, n, sizeof *at, by_mean);
    for (size_t k = 0; k < n; k++)
        l->slot[at[k].node] = k;
}

static void set_slots(struct work *w)
{
    struct layout *l = w->l;
    size_t *used = arena_new(w->a, (l->n_layers + 1) * sizeof *used);
    for (size_t i = 0; i < w->n_all; i++) {
        l->slot[i] = used[l->layer[i]]++;
        if (used[l->layer[i]] > l->tallest)
            l->tallest = used[l->layer[i]];
    }
    for (int round = 0; round < ROUNDS; round++) {
        AUTO(arena_free) struct arena scratch = {0};
        struct work mine = *w;
        mine.a = &scratch;
        struct place *at = arena_new(&scratch, (l->tallest + 1) * sizeof *at);
        enum direction way = round % 2 ? UP : DOWN;
        for (size_t i = 0; i < l->n_layers; i++)
            order_layer(&mine, way == DOWN ? i : l->n_layers - 1 - i, way, at);
    }
}

int layout_make(const struct graph *g, const msec_t *weight, struct arena *a, struct layout *ret, size_t *ret_node)
{
    size_t n = g->n ? g->n : 1;
    struct work w = {.g = g, .a = a, .l = ret, .words = (n + BITS - 1) / BITS};
    *ret = (struct layout){.layer = arena_new(a, (n + POINTS_MOST) * sizeof *ret->layer),
                           .slot = arena_new(a, (n + POINTS_MOST) * sizeof *ret->slot),
                           .critical = arena_new(a, n * sizeof *ret->critical)};
    w.order = arena_new(a, n * sizeof *w.order);
    w.reach = arena_new(a, n * w.words * sizeof *w.reach);
    graph_index(g, a, &w.index);
    if (graph_sort(g, &w.index, a, w.order, ret_node) < 0)
        return -1;
    set_layers(&w);
    set_reach(&w);
    set_critical(&w, weight);
    set_edges(&w);
    set_points(&w);
    set_slots(&w);
    return 0;
}
