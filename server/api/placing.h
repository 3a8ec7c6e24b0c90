/* SPDX-License-Identifier: Apache-2.0 */
/* Where the nodes of a layout stand in a picture, in pixels, and the way of its edges: of a run's jobs and of
 * repositories. Pure. */
#pragma once
#include "fmt/json.h"
#include "plan/layout.h"

struct placing {
    const struct layout *layout; /* borrowed */
    int width, height;           /* of a node */
    int gap_x, gap_y, margin;
    size_t *rows; /* nodes, and points of edges, in each layer; set by placing_count */
};
/* n: nodes. In the arena. */
void placing_count(struct placing *p, size_t n, struct arena *a);
/* Of a node, or of a point that an edge goes through. */
int placing_left(const struct placing *p, size_t node);
int placing_top(const struct placing *p, size_t node);
/* Of the whole. */
int placing_width(const struct placing *p);
int placing_height(const struct placing *p);
/* `points`: x, y, x, y … out of a node on its right side, through the layers between from their left to their right,
 * into the left side of the other. */
void placing_edge_put(const struct placing *p, const struct layout_edge *e, struct jout *j);
