/* SPDX-License-Identifier: Apache-2.0 */
/* Where the boxes of a run stand. */
#include "server/api/run_boxes.h"

enum { GAP_X = 56, GAP_Y = 14, MARGIN = 12 };

void boxes_place(struct boxes *b, struct arena *a)
{
    b->placing = (struct placing){.layout = &b->layout,
                                  .width = BOX_WIDTH,
                                  .height = BOX_HEIGHT,
                                  .gap_x = GAP_X,
                                  .gap_y = GAP_Y,
                                  .margin = MARGIN};
    placing_count(&b->placing, b->n, a);
}

int boxes_width(const struct boxes *b)
{
    return b->layout.n_layers ? placing_width(&b->placing) : 2 * MARGIN + BOX_WIDTH;
}

int boxes_height(const struct boxes *b)
{
    return b->layout.tallest ? placing_height(&b->placing) : 2 * MARGIN + BOX_HEIGHT;
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
