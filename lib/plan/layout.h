/* SPDX-License-Identifier: Apache-2.0 */
/* Where the jobs of a graph stand when it is drawn: in layers, each behind the last of those that it needs. Pure. */
#pragma once
#include "base/clk.h"
#include "plan/graph.h"

/* An edge over several layers goes through a point of each layer between, which has a slot as if it were a node; of
 * points there are 300 at most, further edges have none. */
struct layout_edge {
    size_t from, to;
    size_t first_point, n_points; /* numbers in `layer` and `slot`, behind those of the nodes */
    bool critical;                /* both ends follow each other on the critical path */
};
/* Everything is in the arena; of node i, or of a point: */
struct layout {
    size_t *layer;             /* the length of the longest way to it, 0, 1, … */
    size_t *slot;              /* its place in the layer, 0, 1, …: near what it needs and what needs it */
    bool *critical;            /* the node is on the longest path by weight */
    size_t n_layers, tallest;  /* nodes and points of the largest layer */
    struct layout_edge *edges; /* without those that others imply: a -> c where there is a -> b -> c */
    size_t n_edges;
};

/* weight[i]: how long i takes, not negative. O(n * edges / 64). 0, or -1 with a node on a cycle in *ret_node. */
MUST_USE int layout_make(const struct graph *g, const msec_t *weight, struct arena *a, struct layout *ret,
                         size_t *ret_node);
