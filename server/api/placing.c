/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/placing.h"

void placing_count(struct placing *p, size_t n, struct arena *a)
{
    const struct layout *l = p->layout;
    p->rows = arena_new(a, (l->n_layers + 1) * sizeof *p->rows);
    for (size_t i = 0; i < l->n_edges; i++)
        n += l->edges[i].n_points;
    for (size_t i = 0; i < n; i++)
        p->rows[l->layer[i]]++;
}

int placing_left(const struct placing *p, size_t node)
{
    return p->margin + (int)p->layout->layer[node] * (p->width + p->gap_x);
}

/* Layers are as high as they are full, around one middle. */
int placing_top(const struct placing *p, size_t node)
{
    const struct layout *l = p->layout;
    int room = (int)(l->tallest - p->rows[l->layer[node]]) * (p->height + p->gap_y) / 2;
    return p->margin + room + (int)l->slot[node] * (p->height + p->gap_y);
}

static int extent(size_t n, int size, int gap, int margin)
{
    return 2 * margin + (n ? (int)n * (size + gap) - gap : 0);
}

int placing_width(const struct placing *p)
{
    return extent(p->layout->n_layers, p->width, p->gap_x, p->margin);
}

int placing_height(const struct placing *p)
{
    return extent(p->layout->tallest, p->height, p->gap_y, p->margin);
}

static void put_point(const struct placing *p, int x, size_t node, struct jout *j)
{
    jout_int(j, x);
    jout_int(j, placing_top(p, node) + p->height / 2);
}

void placing_edge_put(const struct placing *p, const struct layout_edge *e, struct jout *j)
{
    jout_key(j, "points");
    jout_open(j, '[');
    put_point(p, placing_left(p, e->from) + p->width, e->from, j);
    for (size_t i = e->first_point; i < e->first_point + e->n_points; i++) {
        put_point(p, placing_left(p, i), i, j);
        put_point(p, placing_left(p, i) + p->width, i, j);
    }
    put_point(p, placing_left(p, e->to), e->to, j);
    jout_close(j, ']');
}
