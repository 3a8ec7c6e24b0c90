/* SPDX-License-Identifier: Apache-2.0 */
/* The order of repositories and jobs. Pure. */
#pragma once
#include "base/arena.h"
#include "base/vec.h"
#include "core/workflow.h"

/* A graph over 0..n-1; edge a -> b: b needs a. */
struct graph_edge {
    size_t from, to;
};
struct graph {
    size_t n;
    VEC(struct graph_edge) edges;
};
void graph_edge(struct graph *g, size_t from, size_t to);
void graph_free(struct graph *g);
/* Kahn's order into ret[n], smallest index first among the free ones. 0, or -1 with a node on a cycle in *ret_node. */
int graph_order(const struct graph *g, size_t *ret, size_t *ret_node);

/* The other way round: to[first[i]] .. to[first[i + 1] - 1] need i. In the arena. O(n + edges). */
struct graph_index {
    size_t *first, *to;
};
void graph_index(const struct graph *g, struct arena *a, struct graph_index *ret);
/* Some order in which every job stands behind those that it needs, into ret[n]; always the same for the same graph.
 * O(n + edges). 0, or -1 with a node on a cycle in *ret_node. */
MUST_USE int graph_sort(const struct graph *g, const struct graph_index *index, struct arena *a, size_t *ret,
                        size_t *ret_node);

/* The repositories of a run in the order that `coordination` and the dependencies ask for: ret_before[i * n + j] is
 * set when repository i must be done before j starts. Sequential: a total order that follows the dependencies (also
 * through repositories that are not listed), then the list. Parallel: the dependencies alone. None: nothing. */
void coordination_edges(const struct repo_set *repos, const char *const *aliases, size_t n, enum coordination how,
                        bool *ret_before);
