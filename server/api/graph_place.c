/* SPDX-License-Identifier: Apache-2.0 */
/* Where the boxes of a run stand. */
#include "server/api/run_boxes.h"

enum { GAP_X = 56, GAP_Y = 14, MARGIN = 12 };

int box_left(const struct boxes *b, size_t box)
{
    return MARGIN + (int)b->layout.layer[box] * (BOX_WIDTH + GAP_X);
}

/* Layers are as high as they are full, around one middle. */
int box_top(const struct boxes *b, size_t box)
{
    const struct layout *l = &b->layout;
    int free = (int)(l->tallest - b->rows[l->layer[box]]) * (BOX_HEIGHT + GAP_Y) / 2;
    return MARGIN + free + (int)l->slot[box] * (BOX_HEIGHT + GAP_Y);
}

int boxes_width(const struct boxes *b)
{
    int layers = b->layout.n_layers ? (int)b->layout.n_layers : 1;
    return 2 * MARGIN + layers * BOX_WIDTH + (layers - 1) * GAP_X;
}

int boxes_height(const struct boxes *b)
{
    int rows = b->layout.tallest ? (int)b->layout.tallest : 1;
    return 2 * MARGIN + rows * BOX_HEIGHT + (rows - 1) * GAP_Y;
}

/* *at goes twice over the edges: without the critical ones, then these alone. */
const struct layout_edge *boxes_edge(const struct boxes *b, size_t *at)
{
    size_t n = b->layout.n_edges;
    while (*at < 2 * n) {
        size_t i = (*at)++;
        const struct layout_edge *e = &b->layout.edges[i % n];
        if (e->critical == (i >= n) && (e->critical || i < BOX_EDGES_MOST))
            return e;
    }
    return NULL;
}
