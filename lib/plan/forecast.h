/* SPDX-License-Identifier: Apache-2.0 */
/* How long a graph of jobs will take on so many slots, before anything ran: list scheduling by the longest remaining
 * path, as the scheduler does it. Slack and the critical path are those of the graph alone, with slots for all. Pure.
 */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "plan/graph.h"

struct forecast_job {
    msec_t estimate;
    bool slotless; /* takes no slot: the point where the legs of a matrix come together */
    size_t group;  /* index in the bounds + 1; 0 = none */
    int slots;     /* it takes at once; 0 = one. More than there are: all of them */
    const size_t *locks; /* as group, each once: it runs when it has all of them */
    size_t n_locks;
    /* what comes out */
    msec_t start, end; /* with the slots */
    msec_t slack;      /* how much later it could end without making the whole longer */
};

struct forecast {
    msec_t makespan; /* with the slots */
    msec_t longest;  /* of the critical path */
    size_t *path;    /* jobs of the critical path in order, in the arena; of several the first ones */
    size_t n_path;
};

/* An edge a -> b of the graph: b needs a. `bounds` says how many jobs of a group may run at once (max-parallel, the
 * holders of a lock). slots >= 1. O((n + edges) log n). 0, or -1 with a job on a cycle in *ret_node. */
MUST_USE int forecast_make(const struct graph *g, struct forecast_job *jobs, const int *bounds, size_t n_bounds,
                           int slots, struct arena *a, struct forecast *ret, size_t *ret_node);
