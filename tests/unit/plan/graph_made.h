/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of jobs made at random, with slots and counted resources. */
#pragma once
#include "core/backoff.h"
#include "plan/timetable.h"

enum { MADE_MOST = 24, MADE_KINDS = 3 };

struct made {
    struct graph graph;
    struct timetable_job jobs[MADE_MOST];
    int units[MADE_MOST][MADE_KINDS];
    int capacity[MADE_KINDS];
    size_t n_kinds;
    int64_t level[MADE_MOST];
};

static inline void made_free(struct made *m)
{
    graph_free(&m->graph);
}

static inline int made_dice(uint64_t *seed, int sides)
{
    return (int)(random_next(seed) % (uint64_t)sides);
}

/* Edges go from lower to higher numbers. Some jobs take no time, some nothing; some of those without needs run, if that
 * is what `some` says. */
static inline void made_graph(uint64_t *seed, size_t n_kinds, enum timetable_state some, struct made *ret)
{
    *ret = (struct made){.graph = {.n = 1 + (size_t)made_dice(seed, MADE_MOST)}, .n_kinds = n_kinds};
    int free[MADE_KINDS];
    for (size_t k = 0; k < n_kinds; k++)
        free[k] = ret->capacity[k] = 1 + made_dice(seed, 4);
    for (size_t to = 1; to < ret->graph.n; to++)
        for (size_t from = 0; from < to; from++)
            if (made_dice(seed, (int)ret->graph.n) < 2)
                graph_edge(&ret->graph, from, to);
    for (size_t i = 0; i < ret->graph.n; i++) {
        struct timetable_job *j = &ret->jobs[i];
        bool needs = false, fits = true;
        j->takes = made_dice(seed, 8) ? made_dice(seed, 100) : 0;
        j->units = ret->units[i];
        for (size_t k = 0; k < n_kinds; k++) {
            ret->units[i][k] = k == 0 ? made_dice(seed, 10) != 0 : made_dice(seed, ret->capacity[k] + 1);
            fits &= ret->units[i][k] <= free[k];
        }
        for (size_t e = 0; e < ret->graph.edges.n; e++)
            needs |= ret->graph.edges.at[e].to == i;
        if (needs || !fits || made_dice(seed, 2))
            continue;
        j->state = some;
        for (size_t k = 0; k < n_kinds && some == TIMETABLE_RUNS; k++)
            free[k] -= ret->units[i][k];
    }
    for (size_t i = ret->graph.n; i-- > 0;) {
        for (size_t e = 0; e < ret->graph.edges.n; e++)
            if (ret->graph.edges.at[e].from == i && ret->level[i] < ret->level[ret->graph.edges.at[e].to])
                ret->level[i] = ret->level[ret->graph.edges.at[e].to];
        ret->level[i] += ret->jobs[i].takes;
    }
}

/* NULL when needs, resources and those that run are kept and the whole is as long as it says; else what is wrong. */
static inline const char *made_wrong(const struct made *m, const msec_t *start, msec_t whole)
{
    msec_t last = 0;
    for (size_t e = 0; e < m->graph.edges.n; e++) {
        struct graph_edge x = m->graph.edges.at[e];
        if (start[x.to] < start[x.from] + m->jobs[x.from].takes)
            return "starts before what it needs has ended";
    }
    for (size_t i = 0; i < m->graph.n; i++) {
        msec_t end = start[i] + m->jobs[i].takes;
        last = last < end ? end : last;
        if (start[i] < 0 || (m->jobs[i].state == TIMETABLE_RUNS && start[i] != 0))
            return "starts before now, or again";
        for (size_t k = 0; k < m->n_kinds; k++) {
            int used = 0;
            for (size_t o = 0; o < m->graph.n; o++)
                if (start[o] <= start[i] && start[i] < start[o] + m->jobs[o].takes)
                    used += m->units[o][k];
            if (used > m->capacity[k])
                return "takes more than there is";
        }
    }
    return last == whole ? NULL : "is not as long as it says";
}
