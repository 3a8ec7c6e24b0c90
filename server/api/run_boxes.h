/* SPDX-License-Identifier: Apache-2.0 */
/* Between run_graph.c and graph_svg.c. Pure. */
#pragma once
#include "plan/layout.h"
#include "server/api/run_graph.h"

struct box {
    const struct job *job;
    size_t legs, legs_done; /* of a matrix: the jobs in it */
};
struct boxes {
    struct box *at;
    size_t n, left_out;
    struct layout layout;
};
/* In the arena; jobs are borrowed. */
void boxes_make(const struct run *r, msec_t now, struct arena *a, struct boxes *ret);
/* How long the job has run. */
msec_t box_time(const struct job *j, msec_t now);
