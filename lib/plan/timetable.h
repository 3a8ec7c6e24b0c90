/* SPDX-License-Identifier: Apache-2.0 */
/* When each job of a graph starts, if every one takes as long as is expected, by the schemes of resource-constrained
 * project scheduling (Kolisch 1996; double justification: Valls, Ballestin and Quintanilla 2005). Slots are the first
 * kind of resource, locks and counted resources are further ones. Times count from now in milliseconds. Pure. */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "plan/graph.h"

enum timetable_state { TIMETABLE_WAITS, TIMETABLE_RUNS /* needs nobody; has what it takes since before now */ };
struct timetable_job {
    msec_t takes; /* of one that runs: what is left of it. 0..TIMETABLE_TAKES_MOST */
    enum timetable_state state;
    const int *units; /* [n_kinds], >= 0; borrowed. A job that takes nothing starts as soon as it may */
};
#define TIMETABLE_TAKES_MOST ((msec_t)1 << 36) /* two years: sums and products of it fit */

struct timetable_node;
struct timetable_profile;
struct timetable {
    size_t n, n_kinds;
    const struct timetable_job *jobs;
    const int *capacity; /* [n_kinds >= 1] */
    msec_t *level;       /* of each job, itself included: the longest path to the end */
    msec_t bound;        /* the whole cannot take less */
    /* Its own. */
    size_t *order;
    struct graph_index next, before;
    struct timetable_node *nodes;
    struct timetable_profile *profile;
};

/* Graph, jobs and capacity are borrowed, all else is in the arena. -1 when nothing can be said: the graph has a cycle,
 * a job asks for more than there is or takes longer than may be, those that run have more than there is, or one that
 * runs needs another. O(n + edges). */
MUST_USE int timetable_init(struct timetable *t, const struct graph *g, const struct timetable_job *jobs,
                            const int *capacity, size_t n_kinds, struct arena *a);
void timetable_done(struct timetable *t); /* before the arena goes */

/* As the scheduler does it: whatever may start and finds what it takes starts, highest rank first, ties as in
 * plan/ready.h (the index stands for the id). Starts go into ret_start[n]; the end of the last is returned.
 * O((n + edges) log n) where slots alone are short, else O(n) an end. */
msec_t timetable_greedy(struct timetable *t, const int64_t *rank, msec_t *ret_start);
/* One after the other by rank, needs first, each where it starts earliest: may leave a resource idle for a better one
 * that comes later, as no greedy order does. O(n^2 * kinds). */
msec_t timetable_serial(struct timetable *t, const int64_t *rank, msec_t *ret_start);
/* All to the right and again to the left: never later in the end, often earlier. In place. O(n^2 * kinds). */
msec_t timetable_justify(struct timetable *t, msec_t *start);
