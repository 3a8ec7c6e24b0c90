/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs of jobs in the formats of the sets that schedulers are compared on. Everything is in the arena; -1 with what is
 * wrong with the file. */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "base/err.h"
#include "plan/graph.h"

/* The sets count in units of time. A tenth of a second each: no job of these runs waits so long that the scheduler keeps
 * a place for it, which is against starvation by others and has nothing to do with the order within a run. */
enum { GRAPH_KINDS = 4, GRAPH_UNIT_MS = 100 };

struct job_graph {
    struct graph graph; /* graph_free */
    msec_t *takes;
    int (*units)[GRAPH_KINDS];
    int capacity[GRAPH_KINDS];
    size_t n_kinds; /* 0: slots alone */
};

/* Kasahara's Standard Task Graphs: a count, then `id time n preds…`, with an entry and an exit that are no jobs. */
MUST_USE int graph_read_stg(const char *path, struct arena *a, struct job_graph *ret, struct err *e);
/* PSPLIB (Kolisch, Sprecher), single mode, renewable resources; the first and the last job are none. */
MUST_USE int graph_read_sm(const char *path, struct arena *a, struct job_graph *ret, struct err *e);
/* A comment, then `id seconds cores n preds…`; the cores are not looked at. */
MUST_USE int graph_read_dag(const char *path, struct arena *a, struct job_graph *ret, struct err *e);

/* One line of bounds.csv: fields[0] is the name, the others are numbers. */
struct graph_bound {
    const char *name;
    int64_t field[3];
};
MUST_USE int graph_read_bounds(const char *path, size_t fields, struct arena *a, struct graph_bound **ret, size_t *ret_n,
                               struct err *e);
