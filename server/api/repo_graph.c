/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/repo_graph.h"
#include "base/map.h"
#include "server/api/placing.h"

enum { WIDTH = 168, HEIGHT = 40, GAP_X = 64, GAP_Y = 16, MARGIN = 8, MOST = 400, EDGES_MOST = 4000 };

struct picture {
    const struct repo **at; /* node -> repository */
    struct map nodes;       /* alias -> node + 1 */
    struct graph g;
    struct layout layout;
    struct placing placing;
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

static void put_box(struct jout *j, const struct picture *p, size_t i)
{
    jout_open(j, '{');
    jout_kstrz(j, "name", p->at[i]->alias);
    jout_kint(j, "x", placing_left(&p->placing, i));
    jout_kint(j, "y", placing_top(&p->placing, i));
    jout_kint(j, "w", WIDTH);
    jout_kint(j, "h", HEIGHT);
    jout_close(j, '}');
}

static void put_edge(struct jout *j, const struct picture *p, const struct layout_edge *e)
{
    jout_open(j, '{');
    jout_kstrz(j, "from", p->at[e->from]->alias);
    jout_kstrz(j, "to", p->at[e->to]->alias);
    placing_edge_put(&p->placing, e, j);
    jout_close(j, '}');
}

static void put_all(struct jout *j, const struct picture *p)
{
    const struct layout *l = &p->layout;
    jout_open(j, '{');
    jout_kint(j, "width", placing_width(&p->placing));
    jout_kint(j, "height", placing_height(&p->placing));
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
    p.placing = (struct placing){
        .layout = &p.layout, .width = WIDTH, .height = HEIGHT, .gap_x = GAP_X, .gap_y = GAP_Y, .margin = MARGIN};
    placing_count(&p.placing, p.g.n, &a);
    put_all(j, &p);
    graph_free(&p.g);
    map_free(&p.nodes);
}
