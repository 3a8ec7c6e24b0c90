/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/repo_graph.h"
#include "base/map.h"
#include "plan/layout.h"

enum { WIDTH = 168, HEIGHT = 40, GAP_X = 64, GAP_Y = 16, MARGIN = 8, MOST = 400, EDGES_MOST = 4000 };

struct picture {
    const struct repo **at; /* node -> repository */
    struct map nodes;       /* alias -> node + 1 */
    struct graph g;
    struct layout layout;
    size_t *rows; /* nodes and points of each layer */
};

static size_t node_of(const struct picture *p, const char *alias)
{
    return (size_t)(uintptr_t)map_get(&p->nodes, sv_of(alias));
}

static void add(struct picture *p, const struct repo *r)
{
    if (!r || p->g.n == MOST || node_of(p, r->alias))
        return;
    p->at[p->g.n++] = r;
    map_put(&p->nodes, sv_of(r->alias), (void *)(uintptr_t)p->g.n);
}

static void collect(struct picture *p, const struct repo_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->at[i].n_dependencies; k++) {
            const struct repo *needed = repo_by_alias(s, sv_of(s->at[i].dependencies[k]));
            add(p, needed);
            add(p, &s->at[i]);
            size_t from = needed ? node_of(p, needed->alias) : 0, to = node_of(p, s->at[i].alias);
            if (from && to && from != to && p->g.edges.n < EDGES_MOST)
                graph_edge(&p->g, from - 1, to - 1);
        }
}

static int left_of(const struct picture *p, size_t node)
{
    return MARGIN + (int)p->layout.layer[node] * (WIDTH + GAP_X);
}

/* Layers are as high as they are full, around one middle. */
static int top_of(const struct picture *p, size_t node)
{
    int room = (int)(p->layout.tallest - p->rows[p->layout.layer[node]]) * (HEIGHT + GAP_Y) / 2;
    return MARGIN + room + (int)p->layout.slot[node] * (HEIGHT + GAP_Y);
}

static void count_rows(struct picture *p, struct arena *a)
{
    size_t points = 0;
    for (size_t i = 0; i < p->layout.n_edges; i++)
        points += p->layout.edges[i].n_points;
    p->rows = arena_new(a, (p->layout.n_layers + 1) * sizeof *p->rows);
    for (size_t i = 0; i < p->g.n + points; i++)
        p->rows[p->layout.layer[i]]++;
}

static void put_box(struct jout *j, const struct picture *p, size_t i)
{
    jout_open(j, '{');
    jout_kstrz(j, "name", p->at[i]->alias);
    jout_kint(j, "x", left_of(p, i));
    jout_kint(j, "y", top_of(p, i));
    jout_kint(j, "w", WIDTH);
    jout_kint(j, "h", HEIGHT);
    jout_close(j, '}');
}

static void put_point(struct jout *j, int x, int y)
{
    jout_int(j, x);
    jout_int(j, y + HEIGHT / 2);
}

static void put_edge(struct jout *j, const struct picture *p, const struct layout_edge *e)
{
    jout_open(j, '{');
    jout_kstrz(j, "from", p->at[e->from]->alias);
    jout_kstrz(j, "to", p->at[e->to]->alias);
    jout_key(j, "points");
    jout_open(j, '[');
    put_point(j, left_of(p, e->from) + WIDTH, top_of(p, e->from));
    for (size_t i = e->first_point; i < e->first_point + e->n_points; i++) {
        put_point(j, left_of(p, i), top_of(p, i));
        put_point(j, left_of(p, i) + WIDTH, top_of(p, i));
    }
    put_point(j, left_of(p, e->to), top_of(p, e->to));
    jout_close(j, ']');
    jout_close(j, '}');
}

static void put_all(struct jout *j, const struct picture *p)
{
    const struct layout *l = &p->layout;
    int layers = (int)l->n_layers, rows = (int)l->tallest;
    jout_open(j, '{');
    jout_kint(j, "width", 2 * MARGIN + (layers ? layers * (WIDTH + GAP_X) - GAP_X : 0));
    jout_kint(j, "height", 2 * MARGIN + (rows ? rows * (HEIGHT + GAP_Y) - GAP_Y : 0));
    jout_key(j, "boxes");
    jout_open(j, '[');
    for (size_t i = 0; i < p->g.n; i++)
        put_box(j, p, i);
    jout_close(j, ']');
    jout_key(j, "edges");
    jout_open(j, '[');
    for (size_t i = 0; i < l->n_edges; i++)
        put_edge(j, p, &l->edges[i]);
    jout_close(j, ']');
    jout_close(j, '}');
}

void repo_graph_json(const struct repo_set *s, struct jout *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct picture p = {.at = arena_new(&a, MOST * sizeof *p.at)};
    size_t bad;
    collect(&p, s);
    msec_t *weight = arena_new(&a, (p.g.n + 1) * sizeof *weight);
    if (layout_make(&p.g, weight, &a, &p.layout, &bad) < 0) {
        VEC_CLEAR(&p.g.edges); /* no configuration has a circle; should there be one, the boxes stand alone */
        MUST(layout_make(&p.g, weight, &a, &p.layout, &bad) == 0);
    }
    count_rows(&p, &a);
    put_all(j, &p);
    graph_free(&p.g);
    map_free(&p.nodes);
}
