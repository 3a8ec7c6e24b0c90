/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of a run as a tree for the eye: each below the deepest of those it needs; the legs of a matrix and the jobs
 * of a called workflow inside of the one that stands for them. Pure. */
#pragma once
#include "fmt/json.h"

struct graph_node {
    const struct jval *job; /* borrowed */
    size_t level;           /* longest way from a job that needs nothing */
    ptrdiff_t need;         /* the deepest need; -1 = none */
    ptrdiff_t inside;       /* what it is a leg or a part of; -1 = of the run */
};

struct graph {
    struct graph_node *nodes; /* in the order of the jobs */
    size_t n;
};
void graph_open(const struct jval *jobs, struct graph *ret);
void graph_close(struct graph *g); /* fits AUTO(graph_close) */

enum graph_signs { GRAPH_ASCII, GRAPH_LINES /* UTF-8 */ };
/* Calls `row` for each job once, in the order of the picture; `lead` is what stands in front of it: the lines that lead
 * to it. */
typedef void graph_row_fn(void *ctx, const char *lead, const struct graph_node *x);
void graph_each(const struct graph *g, enum graph_signs signs, graph_row_fn *row, void *ctx);
/* Its needs but the one it stands below: "docs, lint" after `first`; nothing when there are none. Made harmless. */
void graph_other_needs(const struct graph *g, const struct graph_node *x, const char *first, struct buf *out);
