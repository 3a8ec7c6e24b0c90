/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/path.h"

int path_levels(const struct graph *g, const msec_t *estimate, struct arena *a, msec_t *ret_level, size_t *ret_node)
{
    struct graph_index needed_by;
    size_t *order = arena_new(a, (g->n + 1) * sizeof *order);
    graph_index(g, a, &needed_by);
    if (graph_sort(g, &needed_by, a, order, ret_node) < 0)
        return -1;
    for (size_t o = g->n; o-- > 0;) {
        size_t i = order[o];
        msec_t longest = 0;
        for (size_t k = needed_by.first[i]; k < needed_by.first[i + 1]; k++)
            if (ret_level[needed_by.to[k]] > longest)
                longest = ret_level[needed_by.to[k]];
        ret_level[i] = longest + estimate[i];
    }
    return 0;
}

int64_t path_rank(enum path_order how, msec_t level, msec_t estimate)
{
    /* With the end T of all jobs the latest start is T - level and the latest finish T - (level - estimate). Their sum
     * goes by the latest finish, and of those that must finish alike the longer job first. */
    return how == PATH_LATEST_FINISH ? level + (level - estimate) : level;
}
