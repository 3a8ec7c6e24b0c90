/* SPDX-License-Identifier: Apache-2.0 */
/* The longest remaining path of each job of a run, and from it the rank that plan/ready.h orders by. Pure. */
#pragma once
#include "base/clk.h"
#include "plan/graph.h"

/* What decides within a run. Highest level first (Adam, Chandy, Dickson 1974) where slots alone are short; where jobs
 * need counted resources the latest finish is the better order (Kolisch 1996), here with the latest start: of two jobs
 * that must finish alike the longer one goes first. */
enum path_order { PATH_LEVEL, PATH_LATEST_FINISH };

/* ret_level[i] = estimate[i] + the greatest of those that need i (b-level). An estimate of 0 is a job that is done, or
 * a point where others come together. An edge a -> b of the graph: b needs a. Scratch is in the arena. O(n + edges). 0,
 * or -1 with a job on a cycle in *ret_node. */
MUST_USE int path_levels(const struct graph *g, const msec_t *estimate, struct arena *a, msec_t *ret_level,
                         size_t *ret_node);
/* For ready_job.rank. */
int64_t path_rank(enum path_order how, msec_t level, msec_t estimate);
